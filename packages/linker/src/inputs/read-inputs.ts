// The objects of a link and their symbols.
// Enters: options and the script. Leaves: objects in link order and the symbol table, with everything that archives had to
// give. GNU ld manual §2.1, §3.4.2 "Commands Dealing with Files".

import type { DiagnosticSink } from '@kernelbox/diagnostics'
import { EM_386, EM_X86_64 } from '@kernelbox/elf'
import { isEntryNumber } from '../layout/entry-point.ts'
import { emulationOfFormat, type LinkTarget, targetOf } from './link-target.ts'
import { hasWord } from './z-words.ts'
import { InputLoader } from './load-inputs.ts'
import type { InputObject } from '../model.ts'
import type { LinkInput, LinkOptions } from '../options.ts'
import { completeScript, type LinkScript } from '../script/read-script.ts'
import type { ScriptState } from '../script/script-state.ts'
import { SymbolTable } from './symbol-table.ts'
import type { Assignment, InputPattern, ScriptCommand } from '../script/syntax/ast.ts'

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
    keepsGroups: options.relocatable === true && options.forceGroupAllocation !== true,
    stripsDebug: options.strip !== undefined,
    machine: emulation && (emulation === 'elf_i386' ? EM_386 : EM_X86_64),
    objectClass: emulation && (emulation === 'elf_x86_64' ? 64 : 32),
    implicitScript: (source, faults) => {
      const found = script.parse(source, faults)
      if (found) implicit.push(found.filter((command) => command.kind !== 'files'))
      return found
    },
  })
  const entryName = options.entry ?? state.entry?.name ?? (script.isGiven || options.relocatable ? undefined : '_start')
  for (const name of [...(options.undefinedSymbols ?? []), ...state.externs]) symbols.want(name)
  if (entryName !== undefined && !isEntryNumber(entryName)) symbols.want(entryName)
  // Inputs of the command line before -T, what the script names, the rest.
  const position = options.scriptPosition ?? options.inputs.length
  const early = new Set<LinkInput>()
  loader.load(options.inputs.slice(0, position))
  const later = options.inputs.slice(position)
  for (const { files, isGroup } of state.files) loader.loadNamed(files, isGroup)
  readStatements(state, symbols, (pattern) => {
    if (loader.hasLoaded(pattern.file)) return
    const known = later.flatMap((input) => ('group' in input ? input.group : [input])).find((input) => input.name === pattern.file)
    if (known) {
      early.add(known)
      loader.load([known])
    } else loader.loadNamed([{ name: pattern.file, isLibrary: false, asNeeded: false, span: pattern.span }], false)
  })
  loader.load(
    later
      .map((input) => ('group' in input ? { group: input.group.filter((one) => !early.has(one)) } : input))
      .filter((input) => !early.has(input as LinkInput)),
  )
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

/**
 * Names that the script's statements bring into the link, in order: symbols that it assigns, and files whose names have no
 * wildcards, which become inputs (tried on GNU ld 2.40: `boot.o(.text)` loads boot.o before what stands later).
 */
function readStatements(state: ScriptState, symbols: SymbolTable, load: (pattern: InputPattern) => void): void {
  const assign = ({ name, isProvide }: Assignment) => {
    if (name !== '.' && !isProvide) symbols.intern(name)
  }
  for (const statement of state.statements) {
    if (statement.kind === 'assignment') assign(statement)
    if (statement.kind !== 'output-section') continue
    for (const inner of statement.body) {
      if (inner.kind === 'assignment') assign(inner)
      else if (inner.kind === 'input' && !/[*?[:]/.test(inner.file)) load(inner)
    }
  }
}
