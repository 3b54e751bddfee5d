// .eh_frame_hdr: where the unwind information of each function is, for a binary search.
// Enters: the relocated .eh_frame. Leaves: the section's bytes. LSB "Exception Frames", §10.6.2 "The .eh_frame_hdr section".

import { viewOf } from '../relocation/contents.ts'
import type { InputSection, OutputSection } from '../model.ts'

/** DW_EH_PE_*: relative to the field, or to the table, in four signed bytes; a count in four. */
const relativeToField = 0x1b
const relativeToTable = 0x3b
const unsigned4 = 0x03
const headerSize = 12

export function ehFrameHeaderSize(frameCount: number): number {
  return headerSize + 8 * frameCount
}

interface Frame {
  readonly code: number
  readonly entry: number
}

/** Fills the section; the table is left out (as GNU ld does) where an address is not written in a way that we know. */
export function fillEhFrameHeader(section: InputSection, frames: OutputSection, is64: boolean): void {
  const { output } = section
  const view = viewOf(section)
  if (!output || !view) return
  const address = Number(BigInt.asIntN(64, output.address)) + section.offset
  const found = framesOf(frames, is64)
  view.setUint8(0, 1)
  view.setUint8(1, relativeToField)
  const start = Number(BigInt.asIntN(64, frames.address))
  view.setInt32(4, start - (address + 4), true)
  const hasTable = found !== undefined && ehFrameHeaderSize(found.length) <= section.sizeInBytes
  view.setUint8(2, hasTable ? unsigned4 : 0xff)
  view.setUint8(3, hasTable ? relativeToTable : 0xff)
  if (!hasTable) return
  view.setUint32(8, found.length, true)
  found.sort((a, b) => a.code - b.code)
  found.forEach(({ code, entry }, i) => {
    view.setInt32(headerSize + 8 * i, code - address, true)
    view.setInt32(headerSize + 8 * i + 4, entry - address, true)
  })
}

/** Undefined: an entry is of a kind that we do not read. */
function framesOf(frames: OutputSection, is64: boolean): Frame[] | undefined {
  const { contents } = frames
  const view = new DataView(contents.buffer, contents.byteOffset, contents.byteLength)
  const start = Number(BigInt.asIntN(64, frames.address))
  const encodings = new Map<number, number>()
  const found: Frame[] = []
  for (let at = 0; at + 8 <= contents.length; ) {
    const length = view.getUint32(at, true)
    if (length === 0) {
      at += 4
      continue
    }
    const end = at + 4 + length
    if (length === 0xffff_ffff || length < 4 || end > contents.length) return undefined
    const id = view.getUint32(at + 4, true)
    if (id === 0) {
      const encoding = pointerEncoding(contents, at + 8, end, is64)
      if (encoding === undefined) return undefined
      encodings.set(at, encoding)
    } else {
      const encoding = encodings.get(at + 4 - id)
      const place = at + 8
      const value = encoding === undefined || place + 8 > contents.length ? undefined : pointer(view, place, encoding & 15, is64)
      if (value === undefined || encoding === undefined || (encoding & 0x60) !== 0) return undefined
      found.push({ code: (encoding & 0x10) === 0 ? value : value + start + place, entry: start + at })
    }
    at = end
  }
  return found
}

function pointer(view: DataView, at: number, kind: number, is64: boolean): number | undefined {
  if (kind === 0) return is64 ? Number(view.getBigInt64(at, true)) : view.getInt32(at, true)
  if (kind === 3) return view.getUint32(at, true)
  if (kind === 11) return view.getInt32(at, true)
  if (kind === 4 || kind === 12) return Number(view.getBigInt64(at, true))
  return undefined
}

/** The R of a CIE's augmentation; an address of the machine's size where there is none. */
function pointerEncoding(bytes: Uint8Array, start: number, end: number, is64: boolean): number | undefined {
  let at = start
  const version = bytes[at++]
  let augmentation = ''
  while (at < end && bytes[at] !== 0) augmentation += String.fromCharCode(bytes[at++] as number)
  at++
  const skipLeb = () => {
    while (at < end && ((bytes[at] as number) & 128) !== 0) at++
    at++
  }
  skipLeb()
  skipLeb()
  if (version === 1) at++
  else skipLeb()
  if (augmentation === '') return 0
  if (!augmentation.startsWith('z')) return undefined
  skipLeb()
  for (const letter of augmentation.slice(1)) {
    if (at >= end) return undefined
    if (letter === 'R') return bytes[at]
    if (letter === 'L') at++
    else if (letter === 'P') {
      const size = [is64 ? 8 : 4, undefined, 2, 4, 8][(bytes[at] as number) & 7]
      if (size === undefined) return undefined
      at += 1 + size
    } else if (letter !== 'S' && letter !== 'B') return undefined
  }
  return 0
}
