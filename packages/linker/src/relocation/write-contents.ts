// The bytes of output sections, relocated.
// Enters: the finished layout. Leaves: OutputSection.contents; where the image goes out in pieces, these, and contents only
// of sections that the linker writes in once the others are done.

import type { DiagnosticSink } from '@kernelbox/diagnostics'
import { SHF_TLS, SHT_NOBITS } from '@kernelbox/elf'
import { fillStretch, type Stretch, wholeOf } from './contents.ts'
import { fillEhFrameHeader } from '../linker-sections/eh-frame-header.ts'
import { writeCiePointers } from '../linker-sections/eh-frame.ts'
import { absoluteOf, alignUp } from '../layout/evaluate.ts'
import { symbolAddress } from '../layout/symbol-address.ts'
import type { LinkTarget } from '../inputs/link-target.ts'
import type { OutputSection } from '../model.ts'
import type { LinkOptions } from '../options.ts'
import type { LinkPlan } from '../plan/plan-link.ts'
import { StaticRelocations, type TlsLayout } from './relax.ts'
import { Relocator } from './relocate.ts'
import { type ImageStream } from './stream-sections.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'

/** No buffer holds more. */
const largestSection = 0x7fff_ffff
const largestAlignment = 2 ** 30

export function writeContents(
  options: LinkOptions,
  target: LinkTarget,
  symbols: SymbolTable,
  { synthetic, frames, ehFrameHeader }: LinkPlan,
  outputs: readonly OutputSection[],
  stream: ImageStream | undefined,
  sink: DiagnosticSink,
): void {
  const relocator = new Relocator({
    machine: target.inputMachine,
    special: synthetic && new StaticRelocations(synthetic, tlsLayout(outputs)),
    plt: synthetic && ((symbol) => (symbol.pltOffset >= 0 ? synthetic.pltOf(symbol) : undefined)),
    isFlat: target.isFlat,
    unresolved: options.unresolvedSymbols ?? 'error',
    knownNames: () => symbols.definedNames(),
    sink,
  })
  const make = (output: OutputSection, stretch: Stretch, bytes: Uint8Array, isUsed: boolean): void => {
    fillStretch(output, stretch, bytes, target.inputMachine, isUsed)
    if (target.isRelocatable) return
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (const item of stretch.items) {
      if (item.kind === 'input' && item.section.relocations) relocator.relocate(item.section, view, item.section.offset - stretch.start)
    }
  }
  const kept: OutputSection[] = []
  for (const output of outputs) {
    if (output.type === SHT_NOBITS) continue
    if (stream && !stream.isKept(output)) {
      stream.send(output, make)
      continue
    }
    // A view of the image where that was laid out before.
    const isLaid = output.sizeInBytes > 0 && output.contents.length === output.sizeInBytes
    if (!isLaid) output.contents = new Uint8Array(output.sizeInBytes)
    make(output, wholeOf(output), output.contents, false)
    kept.push(output)
  }
  if (frames) writeCiePointers(frames)
  const frameOutput = outputs.find((output) => output.name === '.eh_frame')
  if (ehFrameHeader && frameOutput) fillEhFrameHeader(ehFrameHeader, frameOutput, target.isInput64)
  synthetic?.fill((symbol) => {
    const value = symbol.state === 'defined' ? symbolAddress(symbol) : undefined
    return value ? Number(BigInt.asIntN(64, absoluteOf(value))) : 0
  })
  synthetic?.dynamic?.fill(symbols, outputs, synthetic.slotWords)
  relocator.finish()
  stream?.finish(kept)
}

/** False where no contents are to be made: a section is too large for a buffer, or there were errors. */
export function canHaveContents(
  options: LinkOptions,
  target: LinkTarget,
  outputs: readonly OutputSection[],
  sink: DiagnosticSink,
): boolean {
  checkSizes(outputs, sink)
  if (!target.isFlat && !checkAlignments(outputs, sink)) return false
  const isTooLarge = outputs.some(({ sizeInBytes }) => sizeInBytes > largestSection || sizeInBytes < 0)
  return !(sink.hasErrors && (!options.noInhibitExec || isTooLarge))
}

/** Sections stand in an ELF file at multiples of their alignment. */
function checkAlignments(outputs: readonly OutputSection[], sink: DiagnosticSink): boolean {
  const output = outputs.find((one) => one.type !== SHT_NOBITS && one.alignment > largestAlignment)
  if (!output) return true
  sink.error(
    'alignment-too-large',
    `section ${output.name} is to be aligned to ${output.alignment} bytes: no file can be laid out so`,
    output.statement?.nameSpan,
  )
  return false
}

function checkSizes(outputs: readonly OutputSection[], sink: DiagnosticSink): void {
  let total = 0
  for (const output of outputs) {
    if (output.type === SHT_NOBITS && output.sizeInBytes >= 0) continue
    total += output.sizeInBytes
    if (total <= largestSection && output.sizeInBytes >= 0) continue
    sink.error(
      'section-too-large',
      output.sizeInBytes < 0
        ? `section ${output.name} goes beyond the last address`
        : `section ${output.name} has ${output.sizeInBytes} bytes: more than can be written`,
      output.statement?.nameSpan,
      { notes: [{ message: "does '.' jump in it?" }] },
    )
    return
  }
}

/** Thread-local storage of the program; the thread pointer is behind it (variant II). */
function tlsLayout(outputs: readonly OutputSection[]): TlsLayout {
  const parts = outputs.filter((output) => (output.flags & SHF_TLS) !== 0)
  const [first] = parts
  if (!first) return { start: 0, end: 0 }
  let start = first.address
  let end = first.address
  let alignment = 1
  for (const output of parts) {
    if (output.address < start) start = output.address
    const sectionEnd = output.address + BigInt(output.sizeInBytes)
    if (sectionEnd > end) end = sectionEnd
    if (output.alignment > alignment) alignment = output.alignment
  }
  return { start: Number(BigInt.asIntN(64, start)), end: Number(BigInt.asIntN(64, alignUp(end, BigInt(alignment)))) }
}
