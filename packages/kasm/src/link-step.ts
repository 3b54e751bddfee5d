// Objects in memory, object files and a script to the output.

import { dirname } from 'node:path'
import { createLinkFiles, readInputFile, UsageError } from '@kernelbox/cli'
import { type Diagnostic, SourceFile } from '@kernelbox/diagnostics'
import { type LinkGroup, type LinkInput, linkLazily, memoryUsageText, parseLdWords } from '@kernelbox/linker'
import type { ObjectInMemory } from './assemble-step.ts'
import { addDiagnostics, type BuildState, note } from './build.ts'
import { builtInScript, builtInScriptName } from './built-in-script.ts'
import type { KasmCommand } from './command-line.ts'

/** Stands for an object in memory among the linker's words; no file name holds a NUL. */
const placeholder = (index: number) => `\0object:${index}`

export async function linkAll(state: BuildState, objects: readonly ObjectInMemory[]): Promise<void> {
  const { command } = state
  const ld = parseLdWords(linkerWords(command))
  if (ld.faults.length > 0) throw new UsageError(ld.faults.join('\nkasm: error: '))
  const problems: Diagnostic[] = []
  const fill = (input: LinkInput): LinkInput => {
    if (input.isLibrary) return input
    if (input.name.startsWith('\0')) {
      const { name, object, locate } = objects[Number(input.name.slice(8))] as ObjectInMemory
      return { ...input, name, object, ...(locate && { locate }) }
    }
    const bytes = readInputFile(input.name)
    if (bytes instanceof Uint8Array) return { ...input, bytes }
    problems.push({
      code: 'cannot-read',
      severity: 'error',
      message: `cannot ${bytes.code === 'ENOENT' ? 'find' : 'read'} ${input.name}: ${bytes.message}`,
    })
    return input
  }
  const inputs: (LinkInput | LinkGroup)[] = ld.inputs.map((input) => ('group' in input ? { group: input.group.map(fill) } : fill(input)))
  const script = readScript(state.command, ld, problems)
  addDiagnostics(state, problems)
  if (state.hasErrors) return
  if (command.flags.has('-v')) note(`  link by ${script?.name ?? 'the default ELF layout'}`)
  const result = await linkLazily({
    ...ld.options,
    ...(script && { script }),
    inputs,
    files: createLinkFiles(ld.scriptName === undefined ? undefined : dirname(ld.scriptName)),
    outputName: command.output ?? ld.outputName ?? 'a.out',
  })
  const isQuiet = ld.options.noWarnings === true
  const isStrict = ld.options.fatalWarnings === true
  addDiagnostics(
    state,
    result.diagnostics
      .filter((diagnostic) => !(isQuiet && diagnostic.severity === 'warning'))
      .map((diagnostic) => (isStrict && diagnostic.severity === 'warning' ? { ...diagnostic, severity: 'error' as const } : diagnostic)),
  )
  if (!result.image || state.hasErrors) {
    state.hasErrors = true
    return
  }
  if (ld.mapName !== undefined) state.outputs.push({ path: ld.mapName, bytes: Buffer.from(result.mapText, 'latin1'), mode: 0o666 })
  if (ld.printMemoryUsage) process.stdout.write(memoryUsageText(result.layout.regions))
  state.outputs.push({
    path: command.output ?? ld.outputName ?? result.outputName ?? 'a.out',
    bytes: result.image,
    // ld marks what it links as executable, flat images too.
    mode: ld.options.relocatable ? 0o666 : 0o777,
  })
}

/** Everything for the linker in the order of the command line, behind the words that gcc puts there itself. */
function linkerWords(command: KasmCommand): string[] {
  // Objects alone say themselves what they are.
  const isNamed = command.hasMachine || command.inputs.some((input) => input.kind === 'source')
  const words = isNamed ? ['-m', command.x32 ? 'elf32_x86_64' : command.bits === 64 ? 'elf_x86_64' : 'elf_i386'] : []
  let index = 0
  for (const input of command.inputs) {
    if (input.kind === 'source') words.push(placeholder(index++))
    else words.push(...input.words)
  }
  return words
}

function readScript(command: KasmCommand, ld: ReturnType<typeof parseLdWords>, problems: Diagnostic[]): SourceFile | undefined {
  const name = ld.scriptName
  if (name === undefined) {
    // An ELF format that was asked for, or -r, has the linker's own layout.
    const wantsElf = ld.options.relocatable || ld.options.outputFormat?.startsWith('elf') || command.hasScript
    return wantsElf ? undefined : SourceFile.fromString(builtInScriptName, builtInScript)
  }
  const folders = name.includes('/') ? [] : (ld.options.searchFolders ?? [])
  for (const path of [name, ...folders.map((folder) => `${folder}/${name}`)]) {
    const bytes = readInputFile(path)
    if (bytes instanceof Uint8Array) return SourceFile.fromBytes(path, bytes)
    if (bytes.code !== 'ENOENT') {
      problems.push({ code: 'cannot-read', severity: 'error', message: `cannot read the linker script ${path}: ${bytes.message}` })
      return undefined
    }
  }
  problems.push({ code: 'cannot-read', severity: 'error', message: `cannot open the linker script ${name}: no such file or directory` })
  return undefined
}
