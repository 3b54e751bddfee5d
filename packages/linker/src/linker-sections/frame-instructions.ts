// How much of each entry of .eh_frame says something.
// Enters: the entries of a section. Leaves: the length of each without the no-operations at its end, a multiple of four.
// LSB "Exception Frames", DWARF 5 §6.4.2 "Call Frame Instructions", §7.24; GNU ld drops such padding.

import type { FrameRecord } from './eh-frame.ts'
import type { InputSection } from '../model.ts'

/** What the FDEs of a CIE look like. */
interface CieShape {
  readonly pointerSize: number
  /** An augmentation size stands before the instructions. */
  readonly hasAugmentationSize: boolean
}

/** Reads bytes and LEB128 numbers; `isBroken` once the end was passed. */
class Reader {
  readonly #bytes: Uint8Array
  readonly end: number
  at: number
  isBroken = false

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes
    this.at = at
    this.end = end
  }

  byte(): number {
    if (this.at >= this.end) {
      this.isBroken = true
      return 0
    }
    return this.#bytes[this.at++] as number
  }

  skip(count: number): void {
    this.at += count
    if (this.at > this.end) this.isBroken = true
  }

  leb(): number {
    let value = 0
    for (let shift = 0; !this.isBroken; shift += 7) {
      const byte = this.byte()
      if (shift < 28) value |= (byte & 127) << shift
      if ((byte & 128) === 0) break
    }
    return value >>> 0
  }
}

export function usedLengths(section: InputSection, records: readonly FrameRecord[]): Map<number, number> {
  const lengths = new Map<number, number>()
  const shapes = new Map<number, CieShape>()
  const wordSize = section.object.elf.class === 64 ? 8 : 4
  for (const record of records) {
    if (record.isTerminator) continue
    const reader = new Reader(section.contents, record.start + 8, record.end)
    let shape: CieShape | undefined
    if (record.cie === undefined) {
      shape = readCie(reader, wordSize)
      if (!shape) continue
      shapes.set(record.start, shape)
    } else {
      shape = shapes.get(record.cie)
      if (!shape) continue
      reader.skip(2 * shape.pointerSize)
      if (shape.hasAugmentationSize) reader.skip(reader.leb())
    }
    const used = endOfInstructions(reader, shape.pointerSize)
    if (used !== undefined) lengths.set(record.start, Math.ceil((used - record.start) / 4) * 4)
  }
  return lengths
}

/** Up to the first instruction; undefined where the entry is of a kind that we do not know. */
function readCie(reader: Reader, wordSize: number): CieShape | undefined {
  const version = reader.byte()
  if (version !== 1 && version !== 3) return undefined
  let augmentation = ''
  for (let byte = reader.byte(); byte !== 0; byte = reader.byte()) augmentation += String.fromCharCode(byte)
  if (augmentation !== '' && !augmentation.startsWith('z')) return undefined
  reader.leb()
  reader.leb()
  if (version === 1) reader.byte()
  else reader.leb()
  let pointerSize: number | undefined = wordSize
  if (augmentation.startsWith('z')) {
    const size = reader.leb()
    const next = reader.at + size
    for (const letter of augmentation.slice(1)) {
      if (letter === 'R') pointerSize = sizeOf(reader.byte(), wordSize)
      else if (letter === 'L') reader.byte()
      else if (letter === 'P') {
        const personalitySize = sizeOf(reader.byte(), wordSize)
        if (personalitySize === undefined) return undefined
        reader.skip(personalitySize)
      } else if (letter !== 'S' && letter !== 'B') return undefined
    }
    reader.at = next
  }
  if (reader.isBroken || reader.at > reader.end || pointerSize === undefined) return undefined
  return { pointerSize, hasAugmentationSize: augmentation.startsWith('z') }
}

/** DW_EH_PE_*: how many bytes a pointer has. */
function sizeOf(encoding: number, wordSize: number): number | undefined {
  return [wordSize, undefined, 2, 4, 8][encoding & 7]
}

/** Where the last instruction but no-operations ends. */
function endOfInstructions(reader: Reader, pointerSize: number): number | undefined {
  let used = reader.at
  while (reader.at < reader.end && !reader.isBroken) {
    const opcode = reader.byte()
    if (opcode === 0) continue
    if (!skipOperands(reader, opcode, pointerSize)) return undefined
    used = reader.at
  }
  return reader.isBroken ? undefined : used
}

function skipOperands(reader: Reader, opcode: number, pointerSize: number): boolean {
  const high = opcode & 0xc0
  // DW_CFA_advance_loc, DW_CFA_offset, DW_CFA_restore
  if (high === 0x80) reader.leb()
  if (high !== 0) return true
  switch (opcode) {
    case 0x01: // set_loc
      reader.skip(pointerSize)
      return true
    case 0x02: // advance_loc1, 2, 4
      reader.skip(1)
      return true
    case 0x03:
      reader.skip(2)
      return true
    case 0x04:
      reader.skip(4)
      return true
    case 0x05: // offset_extended, register, def_cfa, offset_extended_sf, def_cfa_sf, val_offset, val_offset_sf
    case 0x09:
    case 0x0c:
    case 0x11:
    case 0x12:
    case 0x14:
    case 0x15:
    case 0x2f: // GNU_negative_offset_extended
      reader.leb()
      reader.leb()
      return true
    case 0x06: // restore_extended, undefined, same_value, def_cfa_register, def_cfa_offset, def_cfa_offset_sf
    case 0x07:
    case 0x08:
    case 0x0d:
    case 0x0e:
    case 0x13:
    case 0x2e: // GNU_args_size
      reader.leb()
      return true
    case 0x0a: // remember_state, restore_state, GNU_window_save
    case 0x0b:
    case 0x2d:
      return true
    case 0x0f: // def_cfa_expression
      reader.skip(reader.leb())
      return true
    case 0x10: // expression, val_expression
    case 0x16:
      reader.leb()
      reader.skip(reader.leb())
      return true
    default:
      return false
  }
}
