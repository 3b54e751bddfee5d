// kas: GNU as's command line, our assembler. Files and exit statuses; everything else is in @kernelbox/assembler.

import { assembleLazily } from '@kernelbox/assembler'
import {
  expandResponseFiles,
  FileError,
  printDiagnostics,
  readInputFile,
  readStandardInput,
  runCommand,
  tuneForShortRun,
  writeOutputFile,
  version,
} from '@kernelbox/cli'
import { type Diagnostic, SourceFile } from '@kernelbox/diagnostics'
import { parseKasWords } from './kas-options.ts'
import { objectBytes } from './object-bytes.ts'

/** Runs kas with the words of its command line; the exit status is the result. */
export async function runKas(words: readonly string[]): Promise<number> {
  const command = parseKasWords(expandResponseFiles(words))
  // Build systems read the line as GNU as's: its first two words and its last (scripts/as-version.sh of Linux and of U-Boot).
  const versionLine = `GNU assembler (kernelbox kas ${version}, compatible) 2.40\n`
  if (command.show === 'help') {
    const { helpText } = await import('./kas-help.ts')
    process.stdout.write(helpText)
    return 0
  }
  if (command.show === 'version') {
    process.stdout.write(versionLine)
    return 0
  }
  if (command.show === 'configuration') {
    process.stderr.write('alias = x86_64-linux-gnu\ncpu-type = x86_64\nformat = elf\n')
    return 0
  }
  if (command.tellsVersion) process.stderr.write(versionLine)
  for (const remark of command.remarks) process.stderr.write(`kas: warning: ${remark}\n`)
  if (command.showsToolsFolder) {
    const { toolsFolder } = await import('./tools-folder.ts')
    process.stdout.write(`${toolsFolder()}\n`)
    return 0
  }
  if (command.explain !== undefined) {
    const { explainLine } = await import('./explain-line.ts')
    const { text, diagnostics } = await explainLine(command.explain, command.options)
    printDiagnostics(diagnostics, { format: command.format, program: 'kas', version })
    process.stdout.write(text)
    return diagnostics.some((d) => d.severity === 'error') ? 1 : 0
  }
  const sources: SourceFile[] = []
  const inputs = command.inputs.length > 0 ? command.inputs : ['-']
  for (const input of inputs) {
    const bytes = input === '-' ? readStandardInput() : readInputFile(input)
    if (!(bytes instanceof Uint8Array)) throw new FileError(`cannot open ${input}: ${bytes.message}`)
    tuneForShortRun(bytes.length)
    sources.push(SourceFile.fromBytes(input === '-' ? '{standard input}' : input, bytes))
  }
  const read = new Set<string>()
  const { object, diagnostics, listing } = await assembleLazily(sources, {
    ...command.options,
    compilationDirectory: process.cwd(),
    readFile(path) {
      const bytes = readInputFile(path)
      if (!(bytes instanceof Uint8Array)) return undefined
      read.add(path)
      return bytes
    },
    print: (text) => process.stdout.write(`${text}\n`),
  })
  if (listing !== undefined) writeListing(listing, command.listing?.file)
  const shown: Diagnostic[] = [...diagnostics]
  const warnings = diagnostics.reduce((sum, d) => sum + (d.severity === 'warning' ? 1 + (d.repeated ?? 0) : 0), 0)
  let hasFailed = diagnostics.some((d) => d.severity === 'error')
  if (command.isFatalWarnings && warnings > 0) {
    hasFailed = true
    shown.push({
      code: 'fatal-warnings',
      severity: 'error',
      message: `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}, treated as errors`,
    })
  }
  printDiagnostics(shown, { format: command.format, program: 'kas', version })
  if (command.dependencyFile !== undefined && !hasFailed) {
    const names = [...inputs.filter((name) => name !== '-'), ...read]
    const rule = `${command.output}: ${names.join(' \\\n ')}\n`
    write(command.dependencyFile, new TextEncoder().encode(rule))
  }
  if (!object || (hasFailed && !command.options.keepGoing)) return 1
  if (command.hasStatistics) process.stderr.write(`kas: total time in assembly: ${process.uptime().toFixed(3)} s\n`)
  write(command.output, await objectBytes(object, command.compression))
  return hasFailed ? 1 : 0
}

function writeListing(text: string, path: string | undefined): void {
  if (path === undefined || path === '') {
    process.stdout.write(text, 'latin1')
    return
  }
  write(path, Buffer.from(text, 'latin1'))
}

function write(path: string, bytes: Uint8Array): void {
  const failure = writeOutputFile(path, bytes)
  if (failure) throw new FileError(`cannot write ${failure.path}: ${failure.message}`)
}

void runCommand('kas', runKas)
