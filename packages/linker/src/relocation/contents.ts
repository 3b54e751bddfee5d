// The bytes of output sections.
// Enters: the layout. Leaves: the bytes of a section or of a stretch of it, with input sections copied, gaps filled and data
// statements written, not yet relocated. Gaps in code that no fill is given for hold no-operations (as GNU ld 2.40 puts them: `66 90` pairs for
// i386, the long forms of the Intel SDM's table "Recommended Multi-Byte Sequence of NOP" for x86-64).

import { EM_386, SHF_EXECINSTR, SHT_NOBITS } from '@kernelbox/elf'
import type { InputSection, LayoutItem, OutputSection, Padding } from '../model.ts'

const longNops: readonly (readonly number[])[] = [
  [],
  [0x90],
  [0x66, 0x90],
  [0x0f, 0x1f, 0x00],
  [0x0f, 0x1f, 0x40, 0x00],
  [0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00],
  [0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
  [0x66, 0x2e, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
]

/** Bytes of an output section that are made together: all of them, or as many as one buffer takes. */
export interface Stretch {
  readonly start: number
  readonly end: number
  readonly items: readonly LayoutItem[]
  readonly padding: readonly Padding[]
}

export function wholeOf({ sizeInBytes, items, padding }: OutputSection): Stretch {
  return { start: 0, end: sizeInBytes, items, padding }
}

/** A section cut between its items, so that each piece has at most `mostBytes`, or one item. */
export function stretchesOf(output: OutputSection, mostBytes: number): Stretch[] {
  if (output.sizeInBytes <= mostBytes) return [wholeOf(output)]
  const found: Stretch[] = []
  let current = { start: 0, end: 0, items: [] as LayoutItem[], padding: [] as Padding[] }
  const { padding } = output
  let nextPadding = 0
  const reach = (start: number, end: number): boolean => {
    if (start < current.end) return false
    if (end - current.start > mostBytes && current.end > current.start) {
      found.push(current)
      current = { start: current.end, end: current.end, items: [], padding: [] }
    }
    current.end = end
    return true
  }
  const padUntil = (offset: number): boolean => {
    for (; nextPadding < padding.length; nextPadding++) {
      const gap = padding[nextPadding] as Padding
      if (gap.offset >= offset) break
      if (!reach(gap.offset, Math.min(gap.offset + gap.sizeInBytes, output.sizeInBytes))) return false
      current.padding.push(gap)
    }
    return true
  }
  for (const item of output.items) {
    const size = sizeOf(item)
    if (size === 0) continue
    const offset = offsetOf(item)
    // Where items do not stand one behind the other nothing is cut.
    if (!padUntil(offset) || !reach(offset, offset + size)) return [wholeOf(output)]
    current.items.push(item)
  }
  if (!padUntil(output.sizeInBytes) || !reach(current.end, output.sizeInBytes)) return [wholeOf(output)]
  found.push(current)
  return found
}

function sizeOf(item: LayoutItem): number {
  switch (item.kind) {
    case 'input':
      return item.section.type === SHT_NOBITS ? 0 : item.section.sizeInBytes
    case 'data':
      return item.width
    case 'bytes':
      return item.bytes.length
    default:
      return 0
  }
}

function offsetOf(item: LayoutItem): number {
  return item.kind === 'input' ? item.section.offset : item.kind === 'data' || item.kind === 'bytes' ? item.offset : 0
}

/** @param bytes those of the stretch, zeros, or with `isUsed` anything */
export function fillStretch(output: OutputSection, stretch: Stretch, bytes: Uint8Array, machine: number, isUsed: boolean): void {
  const { start, items, padding } = stretch
  if (isUsed) clearGaps(stretch, bytes)
  // A section that only the script fills is no code, whatever its name.
  const isCode = (output.flags & SHF_EXECINSTR) !== 0 && output.hasInputs
  for (const { offset, sizeInBytes, fill } of padding) {
    const from = offset - start
    const end = Math.min(from + sizeInBytes, bytes.length)
    if (fill) for (let at = from; at < end; at++) bytes[at] = fill[(at - from) % fill.length] as number
    else if (isCode) fillWithNops(bytes, from, end, machine === EM_386 ? 2 : 10)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (const item of items) {
    if (item.kind === 'input') {
      const { section } = item
      const at = section.offset - start
      if (section.type !== SHT_NOBITS && section.sizeInBytes > 0) section.copyContents(bytes, at, section.sizeInBytes)
    } else if (item.kind === 'data') {
      const { number } = item
      const offset = item.offset - start
      if (item.width === 8) view.setBigUint64(offset, number, true)
      else if (item.width === 4) view.setUint32(offset, Number(BigInt.asUintN(32, number)), true)
      else if (item.width === 2) view.setUint16(offset, Number(BigInt.asUintN(16, number)), true)
      else view.setUint8(offset, Number(BigInt.asUintN(8, number)))
    } else if (item.kind === 'bytes') bytes.set(item.bytes, item.offset - start)
  }
}

/** What no item covers. */
function clearGaps({ start, items }: Stretch, bytes: Uint8Array): void {
  let covered = 0
  for (const item of items) {
    const size = sizeOf(item)
    if (size === 0) continue
    const at = offsetOf(item) - start
    // Not in order: everything is cleared.
    if (at < covered) {
      bytes.fill(0)
      return
    }
    if (at > covered) bytes.fill(0, covered, at)
    covered = at + size
  }
  if (covered < bytes.length) bytes.fill(0, covered)
}

/** Where an input section lies in its output, to write in; undefined where it has no bytes there. */
export function viewOf(section: InputSection | undefined): DataView | undefined {
  const { output } = section ?? {}
  if (!section || !output || output.type === SHT_NOBITS || output.contents.length < section.offset + section.sizeInBytes) return undefined
  return new DataView(output.contents.buffer, output.contents.byteOffset + section.offset, section.sizeInBytes)
}

function fillWithNops(bytes: Uint8Array, start: number, end: number, longest: number): void {
  for (let at = start; at < end; ) {
    const nop = longNops[Math.min(longest, end - at)] as readonly number[]
    bytes.set(nop, at)
    at += nop.length
  }
}
