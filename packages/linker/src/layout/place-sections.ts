// Addresses and segments.
// Enters: the plan. Leaves: output sections with addresses, in the order of the section table, and the segments that hold
// them. The number of program headers depends on the layout and, by SIZEOF_HEADERS, the layout on it: so rounds are made
// until the number stays.

import { DiagnosticSink } from '@kernelbox/diagnostics'
import { LayoutPass, type PlanItem } from './layout.ts'
import type { LinkTarget } from '../inputs/link-target.ts'
import { hasWord, pageSize } from '../inputs/z-words.ts'
import type { OutputSection } from '../model.ts'
import type { LinkOptions } from '../options.ts'
import type { LinkPlan } from '../plan/plan-link.ts'
import type { ScriptState } from '../script/script-state.ts'
import {
  headersSize,
  mapScriptSegments,
  mapSegments,
  type PlacedSegments,
  placeSegments,
  type Segment,
  type SegmentOptions,
} from './segments.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'

const mostRounds = 10

export interface PlacedImage {
  readonly outputs: OutputSection[]
  /** Undefined but for an ELF executable. */
  readonly placed: PlacedSegments | undefined
}

export function placeSections(
  options: LinkOptions,
  state: ScriptState,
  target: LinkTarget,
  symbols: SymbolTable,
  linkPlan: LinkPlan,
  sink: DiagnosticSink,
): PlacedImage {
  const { plan, regions } = linkPlan
  const { elfClass, isFlat, isRelocatable } = target
  const hasRelro = !hasWord(options, 'norelro', 'relro')
  const maxPageSize = pageSize(options, 'max-page-size')
  const commonPageSize = pageSize(options, 'common-page-size')
  let headerCount = state.programHeaders?.length ?? 2
  const layout = new LayoutPass({
    sink,
    symbols,
    plan,
    regions,
    maxPageSize,
    commonPageSize,
    isRelro: hasRelro,
    hasUnwindTables: linkPlan.frames?.isFound === true,
    segmentStarts: options.segmentStarts ?? new Map(),
    sectionStarts: options.sectionStarts ?? new Map(),
    isElf: !isFlat,
    isSane: state.isSane,
    isRelocatable,
    keepsEmpty: !isFlat && (isRelocatable || options.emitRelocations === true),
    sizeOfHeaders: () => (isFlat || isRelocatable ? 0n : headersSize(elfClass, headerCount)),
  })
  layout.settle()
  const segmentOptions = (): SegmentOptions => ({
    elfClass,
    maxPageSize,
    commonPageSize,
    isPaged: options.paging === undefined,
    isTextWritable: options.paging === 'omagic',
    loadsHeaders: layout.usesHeaders,
    separateCode: !hasWord(options, 'noseparate-code', 'separate-code'),
    stackFlags: linkPlan.stackFlags,
    relro: hasRelro && options.paging === undefined ? layout.relroRange : undefined,
    hasEhFrameHeader: options.ehFrameHeader === true,
    headerCount,
  })
  let segments: Segment[] | undefined
  for (let round = 0; target.isElfImage && round < mostRounds; round++) {
    const present = outputsOf(plan)
    segments = state.programHeaders
      ? mapScriptSegments(
          plan.flatMap((item) => (item.kind === 'section' ? [item.output] : [])),
          state.programHeaders,
          (expression) => layout.evaluateNow(expression),
          round === 0 ? sink : new DiagnosticSink(),
        )
      : mapSegments(present, segmentOptions())
    if (segments.length === headerCount) break
    headerCount = segments.length
    layout.settle()
  }
  layout.finish()
  return { outputs: outputsOf(plan), placed: segments && placeSegments(segments, segmentOptions()) }
}

/** In the order of the section table. */
function outputsOf(plan: readonly PlanItem[]): OutputSection[] {
  return plan
    .flatMap((item) => (item.kind === 'section' && !item.output.isIgnored ? [item.output] : []))
    .toSorted((a, b) => a.order - b.order)
}
