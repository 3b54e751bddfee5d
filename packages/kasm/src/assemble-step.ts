// Preprocessed sources to objects, and objects to the linker.

import { assembleLazily, type AssembleOptions } from '@kernelbox/assembler'
import { readInputFile } from '@kernelbox/cli'
import type { ElfObject } from '@kernelbox/elf'
import type { LinkInput } from '@kernelbox/linker'
import { addDiagnostics, type BuildState, note, sourcesOf, sourceText } from './build.ts'
import type { KasmCommand } from './command-line.ts'
import { type KasCommand, parseKasWords } from './kas-options.ts'
import { objectBytes } from './object-bytes.ts'
import { besideHere } from './preprocess-step.ts'
import { inSourceOrder } from './source-order.ts'

/** An object that has no file; its name is the one it would have. */
export interface ObjectInMemory {
  readonly name: string
  readonly object: ElfObject
  /** Where the bytes of a section were written, for the linker's messages. */
  readonly locate: LinkInput['locate']
}

export async function assembleAll(state: BuildState): Promise<void> {
  const { command } = state
  const { options, isFatalWarnings, compression } = assemblerOptions(command)
  const objects: ObjectInMemory[] = []
  for (const input of sourcesOf(command)) {
    const result = sourceText(state, input, true)
    if (!result) continue
    if (command.flags.has('-save-temps') && input.language === 'assembler-with-cpp') {
      const kept = sourceText({ ...state, outputs: [] }, input, false)
      if (kept) state.outputs.push({ path: besideHere(input.path, '.s'), bytes: kept.text.bytes, mode: 0o666 })
    }
    const found = [...result.diagnostics]
    let object: ElfObject | undefined
    let locate: LinkInput['locate']
    if (!found.some((diagnostic) => diagnostic.severity === 'error')) {
      if (command.flags.has('-v')) note(`  assemble ${input.path}`)
      const assembly = await assembleLazily([result.text], options)
      object = assembly.object
      locate = assembly.locate
      found.push(
        ...assembly.diagnostics.map((diagnostic) =>
          isFatalWarnings && diagnostic.severity === 'warning' ? { ...diagnostic, severity: 'error' as const } : diagnostic,
        ),
      )
    }
    addDiagnostics(state, found.length > 1 ? inSourceOrder(found, result.main) : found)
    if (object) objects.push({ name: besideHere(input.path, '.o'), object, locate })
  }
  if (state.hasErrors) return
  if (command.goal === 'object' || command.flags.has('-save-temps')) {
    for (const { name, object } of objects) {
      const path = command.goal === 'object' ? (command.output ?? name) : name
      state.outputs.push({ path, bytes: await objectBytes(object, compression), mode: 0o666 })
    }
  }
  if (command.goal === 'object') return
  const { linkAll } = await import('./link-step.ts')
  await linkAll(state, objects)
}

/** What gcc's words and -Wa,… say to the assembler. gcc -m16 assembles with `as --32`: .code16 in the source does the rest. */
function assemblerOptions(command: KasmCommand): Pick<KasCommand, 'options' | 'isFatalWarnings' | 'compression'> {
  const { flags } = command
  const base: AssembleOptions = {
    mode: command.bits === 64 ? 64 : 32,
    x32: command.x32,
    includePaths: command.includeFolders,
    noWarnings: flags.has('-w'),
    ...(flags.has('-g') && { debugLines: { format: 'dwarf', version: 5 } }),
    compilationDirectory: process.cwd(),
    readFile(path) {
      const bytes = readInputFile(path)
      return bytes instanceof Uint8Array ? bytes : undefined
    },
    print: (text) => process.stdout.write(`${text}\n`),
  }
  return parseKasWords(command.assemblerWords, base)
}
