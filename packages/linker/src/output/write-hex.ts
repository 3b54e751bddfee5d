// Images as text: Intel HEX, Motorola S-records, Verilog memory files.
// Enters: the loaded sections by load address. Leaves: the file, byte for byte as GNU ld 2.40 (objcopy for Verilog) writes
// it. Intel "Hexadecimal Object File Format Specification" rev. A; Motorola "S-Record Format".

import type { OutputSection } from '../model.ts'
import { loadedSections } from './write-flat.ts'

const bytesOfRecord = 16

class HexText {
  readonly #parts: string[] = []

  line(text: string): void {
    this.#parts.push(text, '\r\n')
  }

  bytes(): Uint8Array {
    const text = this.#parts.join('')
    const bytes = new Uint8Array(text.length)
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
    return bytes
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}

function sum(bytes: readonly number[]): number {
  let total = 0
  for (const byte of bytes) total += byte
  return total
}

/** No record holds bytes of two input sections, data statements or paddings (tried on GNU ld 2.40). */
function* pieces(outputs: readonly OutputSection[]): Iterable<{ readonly loadAddress: bigint; readonly contents: Uint8Array }> {
  for (const { items, padding, loadAddress, contents } of loadedSections(outputs)) {
    const parts = padding.map(({ offset, sizeInBytes }) => ({ offset, sizeInBytes }))
    for (const item of items) {
      if (item.kind === 'input') parts.push({ offset: item.section.offset, sizeInBytes: item.section.sizeInBytes })
      else if (item.kind === 'data') parts.push({ offset: item.offset, sizeInBytes: item.width })
      else if (item.kind === 'bytes') parts.push({ offset: item.offset, sizeInBytes: item.bytes.length })
    }
    for (const { offset, sizeInBytes } of parts.toSorted((a, b) => a.offset - b.offset))
      if (sizeInBytes > 0) yield { loadAddress: loadAddress + BigInt(offset), contents: contents.subarray(offset, offset + sizeInBytes) }
  }
}

export function writeIntelHex(outputs: readonly OutputSection[], entry: bigint): Uint8Array {
  const text = new HexText()
  const record = (type: number, address: number, data: readonly number[]) => {
    const bytes = [data.length, (address >> 8) & 255, address & 255, type, ...data]
    text.line(`:${bytes.map((byte) => hex(byte, 2)).join('')}${hex(-sum(bytes) & 255, 2)}`)
  }
  let segment = 0
  let linear = 0
  for (const { loadAddress, contents } of pieces(outputs)) {
    let at = Number(BigInt.asUintN(32, loadAddress))
    for (let done = 0; done < contents.length; ) {
      let count = Math.min(bytesOfRecord, contents.length - done)
      if (at < linear + segment || at > linear + segment + 0xffff) {
        if (at <= 0xf_ffff) {
          if (linear !== 0) record(4, 0, [0, 0])
          linear = 0
          segment = at & 0xf_0000
          record(2, 0, [(segment >> 12) & 255, (segment >> 4) & 255])
        } else {
          // Segments end before linear addresses begin.
          if (segment !== 0) record(2, 0, [0, 0])
          segment = 0
          linear = Math.floor(at / 0x1_0000) * 0x1_0000
          record(4, 0, [(linear / 0x100_0000) & 255, (linear / 0x1_0000) & 255])
        }
      }
      const offset = at - linear - segment
      count = Math.min(count, 0x1_0000 - offset)
      record(0, offset, [...contents.subarray(done, done + count)])
      done += count
      at += count
    }
  }
  if (entry !== 0n) {
    const start = Number(BigInt.asUintN(32, entry))
    if (start <= 0xf_ffff) record(3, 0, [((start & 0xf_0000) >> 12) & 255, 0, (start >> 8) & 255, start & 255])
    else record(5, 0, [(start / 0x100_0000) & 255, (start / 0x1_0000) & 255, (start >> 8) & 255, start & 255])
  }
  record(1, 0, [])
  return text.bytes()
}

/** @param name the output's name: the header record has it */
export function writeSRecords(outputs: readonly OutputSection[], entry: bigint, name: string): Uint8Array {
  const text = new HexText()
  const sections = loadedSections(outputs)
  let top = entry
  for (const output of sections) {
    const last = output.loadAddress + BigInt(output.sizeInBytes - 1)
    if (last > top) top = last
  }
  const width = top > 0xff_ffffn ? 4 : top > 0xffffn ? 3 : 2
  const record = (type: number, address: number, addressWidth: number, data: readonly number[]) => {
    const bytes = [addressWidth + data.length + 1]
    for (let i = addressWidth - 1; i >= 0; i--) bytes.push(Math.floor(address / 256 ** i) & 255)
    bytes.push(...data)
    text.line(`S${type}${bytes.map((byte) => hex(byte, 2)).join('')}${hex(~sum(bytes) & 255, 2)}`)
  }
  record(
    0,
    0,
    2,
    Array.from(name.slice(0, 40), (c) => c.charCodeAt(0) & 255),
  )
  for (const { loadAddress, contents } of pieces(outputs)) {
    const start = Number(BigInt.asUintN(32, loadAddress))
    for (let done = 0; done < contents.length; done += bytesOfRecord)
      record(width - 1, start + done, width, [...contents.subarray(done, done + bytesOfRecord)])
  }
  record(11 - width, Number(BigInt.asUintN(32, entry)), width, [])
  return text.bytes()
}

export function writeVerilog(outputs: readonly OutputSection[]): Uint8Array {
  const text = new HexText()
  for (const output of loadedSections(outputs)) {
    text.line(`@${hex(Number(BigInt.asUintN(32, output.loadAddress)), 8)}`)
    for (let done = 0; done < output.contents.length; done += bytesOfRecord)
      text.line(`${[...output.contents.subarray(done, done + bytesOfRecord)].map((byte) => hex(byte, 2)).join(' ')}`)
  }
  return text.bytes()
}
