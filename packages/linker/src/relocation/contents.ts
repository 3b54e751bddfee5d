// The bytes of output sections.
// Enters: the layout. Leaves: OutputSection.contents, with input sections copied, gaps filled and data statements written,
// not yet relocated. Gaps in code that no fill is given for hold no-operations (as GNU ld 2.40 puts them: `66 90` pairs for
// i386, the long forms of the Intel SDM's table "Recommended Multi-Byte Sequence of NOP" for x86-64).

import { EM_386, SHF_EXECINSTR, SHT_NOBITS } from '@kernelbox/elf'
import type { InputSection, OutputSection } from '../model.ts'

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

export function fillContents(output: OutputSection, machine: number): void {
  if (output.type === SHT_NOBITS) return
  // A view of the image where that was laid out before.
  const isLaid = output.sizeInBytes > 0 && output.contents.length === output.sizeInBytes
  const bytes = isLaid ? output.contents : new Uint8Array(output.sizeInBytes)
  const isCode = (output.flags & SHF_EXECINSTR) !== 0
  for (const { offset, sizeInBytes, fill } of output.padding) {
    const end = Math.min(offset + sizeInBytes, bytes.length)
    if (fill) for (let at = offset; at < end; at++) bytes[at] = fill[(at - offset) % fill.length] as number
    else if (isCode) fillWithNops(bytes, offset, end, machine === EM_386 ? 2 : 10)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (const item of output.items) {
    if (item.kind === 'input') {
      if (item.section.type !== SHT_NOBITS) bytes.set(item.section.contents, item.section.offset)
    } else if (item.kind === 'data') {
      const { offset, number } = item
      if (item.width === 8) view.setBigUint64(offset, number, true)
      else if (item.width === 4) view.setUint32(offset, Number(BigInt.asUintN(32, number)), true)
      else if (item.width === 2) view.setUint16(offset, Number(BigInt.asUintN(16, number)), true)
      else view.setUint8(offset, Number(BigInt.asUintN(8, number)))
    } else if (item.kind === 'bytes') bytes.set(item.bytes, item.offset)
  }
  output.contents = bytes
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
