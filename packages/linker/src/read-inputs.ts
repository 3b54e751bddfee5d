// The objects of a link and their symbols.
// Enters: options and the script. Leaves: objects in link order and the symbol table, with everything that archives had to
// give. GNU ld manual §2.1, §3.4.2 "Commands Dealing with Files".

import type { DiagnosticSink } from '@kernelbox/diagnostics'
import { EM_386, EM_X86_64 } from '@kernelbox/elf'
import { namedFiles } from './build-plan.ts'
import { isEntryNumber } from './entry-point.ts'
import { emulationOfFormat, hasWord, type LinkTarget, targetOf } from './link-target.ts'
import { InputLoader } from './load-inputs.ts'
import type { InputObject } from './model.ts'
import type { LinkOptions } from './options.ts'
import { completeScript, type LinkScript } from './read-script.ts'
import { SymbolTable } from './symbol-table.ts'
import type { ScriptCommand } from './syntax/ast.ts'

export interface LinkInputs {
  readonly objects: InputObject[]
  readonly symbols: SymbolTable
  readonly target: LinkTarget
  /** The entry symbol that was asked for; the built-in script begins at _start. */
  readonly entryName: string | undefined
}

/** Undefined: an input is faulty or missing, and the sink knows which. */
export function readInputs(options: LinkOptions, script: LinkScript, sink: DiagnosticSink): LinkInputs | undefined {
  const { state } = script
  const emulation = options.emulation ?? emulationOfFormat(options.outputFormat ?? state.outputFormat?.names[0])
  const symbols = new SymbolTable(sink, {
    allowMultipleDefinition: options.allowMultipleDefinition === true || hasWord(options, 'muldefs'),
    warnCommon: options.warnCommon === true,
    wrapped: new Set(options.wrap),
  })
  const implicit: (readonly ScriptCommand[])[] = []
  const loader = new InputLoader({
    sink,
    symbols,
    files: options.files,
    searchFolders: [...(options.searchFolders ?? []), ...state.searchFolders],
    isRelocatable: options.relocatable === true,
    stripsDebug: options.strip !== undefined,
    machine: emulation && (emulation === 'elf_i386' ? EM_386 : EM_X86_64),
    objectClass: emulation && (emulation === 'elf_x86_64' ? 64 : 32),
    implicitScript: (source, faults) => {
      const found = script.parse(source, faults)
      if (found) implicit.push(found.filter((command) => command.kind !== 'files'))
      return found
    },
  })
  const entryName = options.entry ?? state.entry?.name ?? (script.isGiven ? undefined : '_start')
  for (const name of [...(options.undefinedSymbols ?? []), ...state.externs]) symbols.want(name)
  if (entryName !== undefined && !isEntryNumber(entryName)) symbols.want(entryName).isReferenced = true
  for (const { files, isGroup } of state.files) loader.loadNamed(files, isGroup)
  loader.load(options.inputs)
  for (const pattern of namedFiles(state)) {
    if (!loader.objects.some((object) => object.fileName === pattern.file))
      loader.loadNamed([{ name: pattern.file, isLibrary: false, asNeeded: false, span: pattern.span }], false)
  }
  for (const more of implicit) state.add(more)
  if (sink.hasErrors) return undefined
  const { objects } = loader
  if (objects.length === 0 && !options.script) {
    sink.error('no-input', 'no input files')
    return undefined
  }
  const target = targetOf(options, state, objects, emulation, sink)
  completeScript(script, target, options, sink)
  return { objects, symbols, target, entryName }
}
