// Everything that happens to sections before they have addresses.
// Enters: objects and script. Leaves: the plan (output sections with their inputs, in order), with common symbols given
// places, garbage collected, the linker's own sections made and mergeable contents merged.

import type { DiagnosticSink } from '@kernelbox/diagnostics'
import { type ElfSection, PF_R, PF_W, PF_X, SHF_EXECINSTR } from '@kernelbox/elf'
import { addBuildIdSection, buildIdSize } from '../linker-sections/build-id.ts'
import { buildPlan } from './build-plan.ts'
import { allocateCommonSymbols } from './common-symbols.ts'
import { type EhFrames, optimizeEhFrames } from '../linker-sections/eh-frame.ts'
import { ehFrameHeaderSize } from '../linker-sections/eh-frame-header.ts'
import { collectGarbage } from './gc-sections.ts'
import { mergeProperties } from '../linker-sections/gnu-property.ts'
import type { PlanItem } from '../layout/layout.ts'
import { hasWord } from '../inputs/z-words.ts'
import { defineLinkerSymbols } from '../linker-sections/linker-symbols.ts'
import { discard } from '../inputs/load-inputs.ts'
import { matchSections } from './match-sections.ts'
import { SectionIndex } from './section-index.ts'
import { makeRegions } from '../layout/memory-regions.ts'
import { mergeSections } from '../linker-sections/merge-sections.ts'
import type { InputObject, InputSection, LinkSymbol, MemoryRegionState } from '../model.ts'
import type { LinkOptions } from '../options.ts'
import type { LinkInputs } from '../inputs/read-inputs.ts'
import { referencedNames } from '../script/script-references.ts'
import type { ScriptState } from '../script/script-state.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'
import type { AssignedAs } from '../linker-sections/dynamic-sections.ts'
import { SyntheticSections } from '../linker-sections/synthetic.ts'

const versionText = 'kld, GNU ld 2.40 compatible'

export interface LinkPlan {
  readonly plan: PlanItem[]
  readonly regions: ReadonlyMap<string, MemoryRegionState>
  /** The linker's own sections: in ELF executables. */
  readonly synthetic: SyntheticSections | undefined
  readonly frames: EhFrames | undefined
  /** --eh-frame-hdr. */
  readonly ehFrameHeader: InputSection | undefined
  /** PF_* of PT_GNU_STACK; undefined: none. */
  readonly stackFlags: number | undefined
}

export function planLink(options: LinkOptions, state: ScriptState, inputs: LinkInputs, sink: DiagnosticSink): LinkPlan {
  const { objects, symbols, target } = inputs
  const { isRelocatable, isFlat, isElfImage } = target
  overrideCommons(state, symbols)
  if (!isRelocatable || options.defineCommon || state.forcesCommon) allocateCommonSymbols(symbols, options.sortCommon)
  const regions = makeRegions(state, sink)
  if (!isFlat) mergeProperties(objects)
  if (options.gcSections && !isFlat) removeGarbage(options, state, inputs, sink)
  if (options.buildId !== undefined && buildIdSize(options.buildId) === undefined)
    sink.warn('build-id-style', `unrecognized --build-id style '${options.buildId}' ignored: expected sha1, md5, uuid, none or 0x…`)
  else if (options.buildId !== undefined && !isFlat) addBuildIdSection(objects, options.buildId)
  const stack = stackFlags(options, objects)
  let synthetic: SyntheticSections | undefined
  let ehFrameHeader: InputSection | undefined
  if (isElfImage) {
    synthetic = new SyntheticSections(target.inputMachine, target.isInput64, objects.length, {
      isPic: options.pie === true,
      keepsGotUses: options.relax === false,
      hashStyle: options.hashStyle ?? 'both',
      exportsSymbols: options.exportDynamic === true,
      assigned: assignedNames(state),
    })
    synthetic.scan(objects, symbols, sink)
    // They belong to the first object.
    objects.splice(1, 0, synthetic.object)
    defineLinkerSymbols(symbols)
    const hasFrames = objects.some((object) => object.sections.some((section) => section?.name === '.eh_frame' && section.sizeInBytes > 0))
    if (options.ehFrameHeader && hasFrames) ehFrameHeader = synthetic.makeEhFrameHeader(symbols)
  }
  const plan = buildPlan(state, objects, {
    sink,
    isRelocatable,
    isElf: !isFlat,
    keepsGroups: isRelocatable && options.forceGroupAllocation !== true,
    isNonContiguous: options.nonContiguousRegions === true,
    sortSection: options.sortSection,
    orphanHandling: options.orphanHandling ?? 'place',
    regions,
    sectionStarts: options.sectionStarts ?? new Map(),
    versionText,
  })
  synthetic?.dropEmpty()
  let frames: EhFrames | undefined
  if (isElfImage) mergeSections(plan)
  if (!isFlat) frames = optimizeEhFrames(plan, isRelocatable)
  if (ehFrameHeader && frames) {
    ehFrameHeader.sizeInBytes = ehFrameHeaderSize(frames.pointers.length)
    ehFrameHeader.contents = new Uint8Array(ehFrameHeader.sizeInBytes)
  }
  return { plan, regions, synthetic, frames, ehFrameHeader, stackFlags: stack }
}

/** Names that the script assigns, at its top or in a section, and how. */
function assignedNames(state: ScriptState): Map<string, AssignedAs> {
  const names = new Map<string, AssignedAs>()
  for (const assignment of state.assignments()) names.set(assignment.name, assignment)
  return names
}

/** A common symbol that the script gives a value needs no space. */
function overrideCommons(state: ScriptState, symbols: SymbolTable): void {
  for (const { name, isProvide } of state.assignments()) {
    const symbol = isProvide ? undefined : symbols.get(name)
    if (symbol?.state !== 'common') continue
    symbol.state = 'defined'
    symbol.value = 0n
    symbol.section = undefined
  }
}

/** --gc-sections. */
function removeGarbage(options: LinkOptions, state: ScriptState, inputs: LinkInputs, sink: DiagnosticSink): void {
  const { objects, symbols, entryName } = inputs
  const names = [entryName ?? 'start', ...(options.undefinedSymbols ?? []), ...state.externs, ...referencedNames(state)]
  const roots = names.flatMap((name) => symbols.get(name) ?? [])
  if (options.gcKeepExported) roots.push(...exportedSymbols(symbols))
  const removed = collectGarbage(objects, roots, keepMatcher(state, objects), options.relocatable === true)
  for (const section of removed) {
    discard(section, 'gc')
    if (!options.printGcSections || section.sizeInBytes === 0) continue
    sink.report({
      code: 'removed-section',
      severity: 'note',
      message: `removing unused section '${section.name}' in file '${section.object.displayName}'`,
    })
  }
}

/** Of default or protected visibility (gABI ch. 4 "Symbol Visibility"). */
function exportedSymbols(symbols: SymbolTable): LinkSymbol[] {
  return [...symbols.byName.values()].filter(({ state, visibility }) => state === 'defined' && (visibility === 0 || visibility === 3))
}

/** Sections that KEEP patterns of the script name. */
function keepMatcher(state: ScriptState, objects: readonly InputObject[]): (section: InputSection) => boolean {
  const kept = new Set<InputSection>()
  const index = new SectionIndex(objects)
  for (const statement of state.statements) {
    if (statement.kind !== 'output-section') continue
    for (const inner of statement.body)
      if (inner.kind === 'input' && inner.keep) for (const section of matchSections(inner, index, undefined, () => true)) kept.add(section)
  }
  return (section) => kept.has(section)
}

/** PF_* of PT_GNU_STACK: asked for by -z, or by the objects' .note.GNU-stack; an object without one wants to execute. */
function stackFlags(options: LinkOptions, objects: readonly InputObject[]): number | undefined {
  if (hasWord(options, 'execstack', 'noexecstack')) return PF_R | PF_W | PF_X
  if (hasWord(options, 'noexecstack', 'execstack')) return PF_R | PF_W
  let first: InputSection | undefined
  let isExecutable = false
  for (const { sections, elf, justSymbols } of objects) {
    if (justSymbols) continue
    const index = elf.sections.findIndex((section) => section.name === '.note.GNU-stack')
    first ??= sections[index]
    if (index < 0 || ((elf.sections[index] as ElfSection).flags & SHF_EXECINSTR) !== 0) isExecutable = true
  }
  if (!first) return undefined
  // Where the note itself is kept it says the same of the whole.
  if (isExecutable && options.relocatable) first.flags |= SHF_EXECINSTR
  return PF_R | PF_W | (isExecutable ? PF_X : 0)
}
