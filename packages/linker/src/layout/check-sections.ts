// Whether output sections may lie as the layout puts them: apart from each other, in regions where there are any, threads'
// storage in one piece. GNU ld manual §2.1 (--check-sections), §3.7; which pairs count was tried on GNU ld 2.40.

import type { Diagnostic, DiagnosticSink } from '@kernelbox/diagnostics'
import { SHF_ALLOC, SHF_TLS, SHT_NOBITS } from '@kernelbox/elf'
import type { LinkTarget } from '../inputs/link-target.ts'
import type { MemoryRegionState, OutputSection } from '../model.ts'
import type { LinkOptions } from '../options.ts'

export function checkSections(
  options: LinkOptions,
  target: LinkTarget,
  outputs: readonly OutputSection[],
  regions: ReadonlyMap<string, MemoryRegionState>,
  /** The script has PHDRS. */
  hasHeaders: boolean,
  sink: DiagnosticSink,
): void {
  if (target.isRelocatable) return
  if (!hasHeaders) checkNoHeaders(outputs, sink)
  const inMemory = outputs.filter(
    (output) => (output.flags & SHF_ALLOC) !== 0 && ((output.flags & SHF_TLS) === 0 || output.type !== SHT_NOBITS),
  )
  if (regions.size > 0) checkRegions(inMemory, regions, options.checkSections === false ? 'warning' : 'error', sink)
  if (options.checkSections !== false) checkOverlaps(inMemory, sink)
  if (target.isElfImage && !hasHeaders) checkThreadStorage(outputs, sink)
}

/** With MEMORY every section needs a region, by name or by its attributes, or an address. */
function checkRegions(
  inMemory: readonly OutputSection[],
  regions: ReadonlyMap<string, MemoryRegionState>,
  severity: 'warning' | 'error',
  sink: DiagnosticSink,
): void {
  for (const output of inMemory) {
    const { statement, name } = output
    if (output.region || statement?.address || output.isNoLoad || (statement && isNamed(statement.region))) continue
    const known = [...regions.keys()]
    sink.report({
      code: 'no-region',
      severity,
      message: `no memory region specified for loadable section '${name}'`,
      ...(statement && { span: statement.nameSpan }),
      ...(output.isOrphan && {
        notes: [{ message: `no pattern of the script takes ${name}: it is placed as an orphan, and MEMORY says nothing of such sections` }],
      }),
      fix: {
        message: `${output.isOrphan ? `name it in SECTIONS: ${name} : { *(${name}) } >${known[0]}` : `end its statement with >${known.join(' or >')}`}`,
      },
    })
  }
}

function isNamed(region: string | undefined): boolean {
  return region !== undefined && region !== '*default*'
}

function checkOverlaps(inMemory: readonly OutputSection[], sink: DiagnosticSink): void {
  const sections = inMemory.filter((output) => output.sizeInBytes > 0)
  const loaded = sections.filter((output) => output.type !== SHT_NOBITS)
  reportOverlaps(loaded, 'loadAddress', sink)
  // Sections that begin at one address are meant to take turns there, as in OVERLAY.
  const starts = new Set(sections.map((output) => output.address))
  if (starts.size === sections.length) reportOverlaps(sections, 'address', sink)
}

const rangeNames = { address: ['VMA', 'run'], loadAddress: ['LMA', 'are loaded'] } as const

function reportOverlaps(sections: readonly OutputSection[], key: 'address' | 'loadAddress', sink: DiagnosticSink): void {
  const sorted = sections.toSorted((a, b) => (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : a.order - b.order))
  const [short, verb] = rangeNames[key]
  for (let i = 1; i < sorted.length; i++) {
    const before = sorted[i - 1] as OutputSection
    const output = sorted[i] as OutputSection
    const endOf = (one: OutputSection) => one[key] + BigInt(one.sizeInBytes)
    const end = endOf(before)
    if (output[key] >= end) continue
    const range = (one: OutputSection) => `0x${one[key].toString(16)} to 0x${(endOf(one) - 1n).toString(16)}`
    // The latter may lie within the former.
    const by = (endOf(output) < end ? endOf(output) : end) - output[key]
    const report: Diagnostic = {
      code: 'section-overlap',
      severity: 'error',
      message: `section ${output.name} overlaps section ${before.name}: their ${short}s ${range(output)} and ${range(before)} share ${by} byte${by === 1n ? '' : 's'} where they ${verb}`,
      ...(output.statement && { span: output.statement.nameSpan }),
      notes: [
        before.statement
          ? { message: `${before.name} is placed here`, span: before.statement.nameSpan }
          : { message: `${before.name} is an orphan: the script does not name it` },
      ],
      fix: {
        message: `move ${output.name} to 0x${end.toString(16)} or beyond, or make ${before.name} smaller; --no-check-sections allows it`,
      },
    }
    sink.report(report)
  }
}

/** The program's threads get one block: its parts must be neighbours in the section table. */
function checkThreadStorage(outputs: readonly OutputSection[], sink: DiagnosticSink): void {
  const inMemory = outputs.filter((output) => (output.flags & SHF_ALLOC) !== 0)
  const isThreads = (output: OutputSection | undefined) => output !== undefined && (output.flags & SHF_TLS) !== 0
  const first = inMemory.findIndex(isThreads)
  const last = inMemory.findLastIndex(isThreads)
  const stranger = inMemory.slice(first + 1, Math.max(0, last)).find((output) => !isThreads(output))
  if (first < 0 || !stranger) return
  const parts = inMemory.filter(isThreads).map((output) => output.name)
  sink.error(
    'thread-storage-apart',
    `TLS sections are not adjacent: ${stranger.name} lies among ${parts.join(', ')}`,
    (stranger.statement ?? inMemory[last]?.statement)?.nameSpan,
    { fix: { message: 'put .tdata and .tbss one after the other in SECTIONS' } },
  )
}

/** `:name` means nothing without PHDRS. */
function checkNoHeaders(outputs: readonly OutputSection[], sink: DiagnosticSink): void {
  for (const { name, statement, programHeaders } of outputs) {
    const header = programHeaders?.find((one) => one !== 'NONE')
    if (header === undefined) continue
    sink.error(
      'no-such-program-header',
      `section ${name} is assigned to the program header '${header}', but the script has no PHDRS`,
      statement?.nameSpan,
      { fix: { message: `declare it: PHDRS { ${header} PT_LOAD; }` } },
    )
    return
  }
}
