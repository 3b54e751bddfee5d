// kld: GNU ld's command line on the linker library. Files, exit statuses and standard output are here, nothing else.

import { dirname } from 'node:path'
import {
  createLinkFiles,
  type DiagnosticsFormat,
  diagnosticsFormats,
  expandResponseFiles,
  FileError,
  isFileFailure,
  openInputFile,
  OutputFile,
  printDiagnostics,
  readInputFile,
  runCommand,
  UsageError,
  writeOutputFile,
  version,
} from '@kernelbox/cli'
import { type Diagnostic, SourceFile } from '@kernelbox/diagnostics'
import {
  type LdCommand,
  type LinkGroup,
  type LinkInput,
  type LinkResult,
  linkLazily,
  parseLdWords,
  memoryUsageText,
} from '@kernelbox/linker'

const defaultSearchFolders: readonly string[] = []

void runCommand('kld', main)

async function main(words: string[]): Promise<number> {
  const command = parseLdWords(expandResponseFiles(words))
  if (command.wantsHelp) {
    const { helpText } = await import('./help.ts')
    process.stdout.write(helpText())
    return 0
  }
  if (command.wantsVersion) {
    const { scriptText, versionText } = await import('./about.ts')
    process.stdout.write(versionText(command.wantsVersion))
    if (command.wantsScript) {
      const problems: Diagnostic[] = []
      const script = readScript(command, problems)
      // A script that cannot be read is told of below, with all else that is wrong.
      if (problems.length === 0) process.stdout.write(scriptText(command, script && new TextDecoder().decode(script.bytes)))
    }
    if (command.inputs.length === 0) return 0
  }
  if (command.faults.length > 0) throw new UsageError(command.faults.join('\nkld: error: '))
  const format = command.diagnosticsFormat as DiagnosticsFormat | undefined
  if (format !== undefined && !diagnosticsFormats.includes(format))
    throw new UsageError(`--diagnostics-format=${format}: expected ${diagnosticsFormats.join(', ')}`)
  if (command.inputs.length === 0 && command.scriptName === undefined) throw new UsageError('no input files')
  return run(command, format)
}

async function run(command: LdCommand, format: DiagnosticsFormat | undefined): Promise<number> {
  const report = (diagnostics: readonly Diagnostic[]) =>
    printDiagnostics(diagnostics, { program: 'kld', version, ...(format && { format }) })
  const problems: Diagnostic[] = []
  const script = readScript(command, problems)
  const inputs = command.inputs.map((input) =>
    'group' in input ? { group: input.group.map((one) => readInput(one, problems)) } : readInput(input, problems),
  )
  if (problems.length > 0) {
    report(problems)
    return 1
  }
  let written: OutputFile | undefined
  const mode = command.options.relocatable ? 0o666 : 0o777
  try {
    const result = await linkLazily({
      ...command.options,
      searchFolders: [...(command.options.searchFolders ?? []), ...defaultSearchFolders],
      ...(script && { script }),
      inputs: inputs as (LinkInput | LinkGroup)[],
      files: createLinkFiles(command.scriptName === undefined ? undefined : dirname(command.scriptName)),
      outputName: command.outputName ?? 'a.out',
      openImage(scriptName) {
        const name = command.outputName ?? scriptName ?? 'a.out'
        if (OutputFile.fits(name)) written = new OutputFile(name, mode)
        return written
      },
    })
    return finish(command, result, written, mode, report)
  } finally {
    written?.discard()
  }
}

type Report = (diagnostics: readonly Diagnostic[]) => void

/** Says what there is to say, and gives the output its name. */
function finish(command: LdCommand, result: LinkResult, written: OutputFile | undefined, mode: number, report: Report): number {
  const diagnostics = command.options.noWarnings ? result.diagnostics.filter((one) => one.severity !== 'warning') : result.diagnostics
  if (diagnostics.length > 0 || command.diagnosticsFormat !== undefined) report(diagnostics)
  // --cref alone is for standard output.
  const mapName = command.mapName ?? '-'
  if (mapName !== '-') {
    const failure = writeOutputFile(mapName, Buffer.from(result.mapText, 'latin1'))
    if (failure) throw new FileError(`cannot write the map ${mapName}: ${failure.message}`)
  } else if (result.mapText !== '') process.stdout.write(result.mapText)
  if (command.printMemoryUsage) process.stdout.write(memoryUsageText(result.layout.regions))
  const hasFailed =
    !result.hasImage ||
    (result.diagnostics.some((one) => one.severity === 'error') && !command.options.noInhibitExec) ||
    (command.options.fatalWarnings === true && diagnostics.some((one) => one.severity === 'warning'))
  if (hasFailed) return 1
  const output = command.outputName ?? result.outputName ?? 'a.out'
  const failure = result.image ? writeOutputFile(output, result.image, mode) : written?.finish()
  if (failure) throw new FileError(`cannot write ${output}: ${failure.message}`)
  // With --noinhibit-exec an output that could be made is a success, whatever was wrong with it (GNU ld 2.40).
  return 0
}

function readScript(command: LdCommand, problems: Diagnostic[]): SourceFile | undefined {
  const name = command.scriptName
  if (name === undefined) return undefined
  for (const path of [name, ...(name.includes('/') ? [] : (command.options.searchFolders ?? []).map((folder) => `${folder}/${name}`))]) {
    const bytes = readInputFile(path)
    if (bytes instanceof Uint8Array) return SourceFile.fromBytes(path, bytes)
    if (bytes.code !== 'ENOENT') {
      problems.push({ code: 'cannot-read', severity: 'error', message: `cannot read linker script ${path}: ${bytes.message}` })
      return undefined
    }
  }
  problems.push({ code: 'cannot-read', severity: 'error', message: `cannot open linker script file ${name}: no such file or directory` })
  return undefined
}

/** A named file, whole or to be read in pieces; what is not found here is left to the linker's search. */
function readInput(input: LinkInput, problems: Diagnostic[]): LinkInput {
  if (input.isLibrary) return input
  const found = openInputFile(input.name)
  if (found instanceof Uint8Array) return { ...input, bytes: found }
  if (!isFileFailure(found)) return { ...input, file: found }
  problems.push({
    code: 'cannot-read',
    severity: 'error',
    message: `cannot ${found.code === 'ENOENT' ? 'find' : 'read'} ${input.name}: ${found.message}`,
  })
  return input
}
