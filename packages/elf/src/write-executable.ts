// An ELF executable as bytes.
// Enters: sections and segments with the places that the linker gave them, and symbols. Leaves: the file, in which what
// has no place yet (sections that are not allocated, symbol table, names, section headers) follows the rest.
// gABI ch. 4 and 5.

import { SHN_LORESERVE, SHT_NOBITS, SHT_STRTAB, SHT_SYMTAB, STB_LOCAL } from './constants.ts'
import { MergedStringTable } from './merged-string-table.ts'

export interface ExecutableSection {
  readonly name: string
  readonly type: number
  readonly flags: number
  readonly address: bigint
  readonly sizeInBytes: number
  /** Empty for SHT_NOBITS. */
  readonly contents: Uint8Array
  readonly alignment: number
  readonly entrySize: number
  readonly link: number
  readonly info: number
  /** Undefined: put where there is room. */
  readonly fileOffset: number | undefined
}

export interface ExecutableSegment {
  readonly type: number
  readonly flags: number
  readonly fileOffset: number
  readonly address: bigint
  readonly loadAddress: bigint
  readonly sizeInFile: number
  readonly sizeInMemory: bigint
  readonly alignment: bigint
}

export interface ExecutableSymbol {
  readonly name: string
  readonly value: bigint
  readonly sizeInBytes: bigint
  readonly binding: number
  readonly type: number
  readonly visibility: number
  /** Index in `sections` plus one (the null section comes first), or SHN_UNDEF, SHN_ABS, … */
  readonly section: number
}

export interface Executable {
  readonly class: 32 | 64
  readonly machine: number
  /** ET_EXEC or ET_DYN. */
  readonly type: number
  readonly entry: bigint
  readonly flags: number
  /** Without the null section and the tables that are made here. */
  readonly sections: readonly ExecutableSection[]
  readonly segments: readonly ExecutableSegment[]
  /** Undefined: stripped. Locals come first. */
  readonly symbols: readonly ExecutableSymbol[] | undefined
}

export function elfHeaderSize(elfClass: 32 | 64): number {
  return elfClass === 64 ? 64 : 52
}

export function programHeaderSize(elfClass: 32 | 64): number {
  return elfClass === 64 ? 56 : 32
}

export function writeExecutable(executable: Executable): Uint8Array {
  const is64 = executable.class === 64
  const headerSize = elfHeaderSize(executable.class)
  const { sections, segments } = executable
  let end = headerSize + segments.length * programHeaderSize(executable.class)
  for (const section of sections) {
    if (section.fileOffset !== undefined && section.type !== SHT_NOBITS) end = Math.max(end, section.fileOffset + section.sizeInBytes)
  }
  const offsets = sections.map((section) => {
    if (section.fileOffset !== undefined) return section.fileOffset
    const offset = Math.ceil(end / section.alignment) * section.alignment
    if (section.type !== SHT_NOBITS) end = offset + section.sizeInBytes
    return offset
  })

  // The tables that every file has.
  const names = new MergedStringTable()
  for (const section of sections) names.add(section.name)
  const extra: { name: string; type: number; link: number; info: number; alignment: number; entrySize: number; bytes: Uint8Array }[] = []
  if (executable.symbols) {
    const { bytes, strings, firstGlobal } = symbolTable(executable.symbols, is64)
    extra.push({
      name: '.symtab',
      type: SHT_SYMTAB,
      link: sections.length + 2,
      info: firstGlobal,
      alignment: is64 ? 8 : 4,
      entrySize: is64 ? 24 : 16,
      bytes,
    })
    extra.push({ name: '.strtab', type: SHT_STRTAB, link: 0, info: 0, alignment: 1, entrySize: 0, bytes: strings })
  }
  for (const table of extra) names.add(table.name)
  names.add('.shstrtab')
  extra.push({ name: '.shstrtab', type: SHT_STRTAB, link: 0, info: 0, alignment: 1, entrySize: 0, bytes: names.build() })
  const extraOffsets = extra.map((table) => {
    const offset = Math.ceil(end / table.alignment) * table.alignment
    end = offset + table.bytes.length
    return offset
  })
  const word = is64 ? 8 : 4
  const headersAt = Math.ceil(end / word) * word
  const count = 1 + sections.length + extra.length
  const step = is64 ? 64 : 40
  const image = new Uint8Array(headersAt + count * step)
  const view = new DataView(image.buffer)

  writeHeader(view, executable, headersAt, count)
  segments.forEach((segment, i) => writeSegment(view, headerSize + i * programHeaderSize(executable.class), segment, is64))
  sections.forEach((section, i) => {
    if (section.type !== SHT_NOBITS) image.set(section.contents, offsets[i] as number)
  })
  extra.forEach((table, i) => image.set(table.bytes, extraOffsets[i] as number))
  sections.forEach((section, i) => {
    writeSectionHeader(view, headersAt + (1 + i) * step, is64, {
      ...section,
      name: names.offset(section.name),
      offset: offsets[i] as number,
      size: section.sizeInBytes,
    })
  })
  extra.forEach((table, i) => {
    writeSectionHeader(view, headersAt + (1 + sections.length + i) * step, is64, {
      ...table,
      name: names.offset(table.name),
      flags: 0,
      address: 0n,
      offset: extraOffsets[i] as number,
      size: table.bytes.length,
    })
  })
  // gABI: with many sections the count and the index of names are in section 0.
  if (count >= SHN_LORESERVE) {
    if (is64) view.setBigUint64(headersAt + 32, BigInt(count), true)
    else view.setUint32(headersAt + 20, count, true)
    view.setUint32(headersAt + (is64 ? 40 : 24), count - 1, true)
  }
  return image
}

function writeHeader(view: DataView, executable: Executable, headersAt: number, count: number): void {
  const is64 = executable.class === 64
  view.setUint32(0, 0x7f454c46)
  view.setUint8(4, is64 ? 2 : 1)
  view.setUint8(5, 1)
  view.setUint8(6, 1)
  view.setUint16(16, executable.type, true)
  view.setUint16(18, executable.machine, true)
  view.setUint32(20, 1, true)
  const hasSegments = executable.segments.length > 0
  const headerSize = elfHeaderSize(executable.class)
  let at = 24
  for (const value of [executable.entry, hasSegments ? BigInt(headerSize) : 0n, BigInt(headersAt)]) {
    if (is64) view.setBigUint64(at, value, true)
    else view.setUint32(at, Number(BigInt.asUintN(32, value)), true)
    at += is64 ? 8 : 4
  }
  view.setUint32(at, executable.flags, true)
  view.setUint16(at + 4, headerSize, true)
  view.setUint16(at + 6, hasSegments ? programHeaderSize(executable.class) : 0, true)
  view.setUint16(at + 8, executable.segments.length, true)
  view.setUint16(at + 10, is64 ? 64 : 40, true)
  view.setUint16(at + 12, count >= SHN_LORESERVE ? 0 : count, true)
  view.setUint16(at + 14, count >= SHN_LORESERVE ? 0xffff : count - 1, true)
}

function writeSegment(view: DataView, at: number, segment: ExecutableSegment, is64: boolean): void {
  const words = [BigInt(segment.fileOffset), segment.address, segment.loadAddress, BigInt(segment.sizeInFile), segment.sizeInMemory]
  view.setUint32(at, segment.type, true)
  if (is64) {
    view.setUint32(at + 4, segment.flags, true)
    words.forEach((value, i) => view.setBigUint64(at + 8 + 8 * i, BigInt.asUintN(64, value), true))
    view.setBigUint64(at + 48, segment.alignment, true)
    return
  }
  words.forEach((value, i) => view.setUint32(at + 4 + 4 * i, Number(BigInt.asUintN(32, value)), true))
  view.setUint32(at + 24, segment.flags, true)
  view.setUint32(at + 28, Number(segment.alignment), true)
}

interface Row {
  readonly name: number
  readonly type: number
  readonly flags: number
  readonly address: bigint
  readonly offset: number
  readonly size: number
  readonly link: number
  readonly info: number
  readonly alignment: number
  readonly entrySize: number
}

function writeSectionHeader(view: DataView, at: number, is64: boolean, row: Row): void {
  view.setUint32(at, row.name, true)
  view.setUint32(at + 4, row.type, true)
  if (is64) {
    view.setBigUint64(at + 8, BigInt(row.flags >>> 0), true)
    view.setBigUint64(at + 16, row.address, true)
    view.setBigUint64(at + 24, BigInt(row.offset), true)
    view.setBigUint64(at + 32, BigInt(row.size), true)
    view.setUint32(at + 40, row.link, true)
    view.setUint32(at + 44, row.info, true)
    view.setBigUint64(at + 48, BigInt(row.alignment), true)
    view.setBigUint64(at + 56, BigInt(row.entrySize), true)
    return
  }
  const words = [row.flags, Number(BigInt.asUintN(32, row.address)), row.offset, row.size, row.link, row.info, row.alignment, row.entrySize]
  words.forEach((value, i) => view.setUint32(at + 8 + 4 * i, value, true))
}

function symbolTable(symbols: readonly ExecutableSymbol[], is64: boolean): { bytes: Uint8Array; strings: Uint8Array; firstGlobal: number } {
  const names = new MergedStringTable()
  for (const symbol of symbols) names.add(symbol.name)
  const strings = names.build()
  const step = is64 ? 24 : 16
  const bytes = new Uint8Array((symbols.length + 1) * step)
  const view = new DataView(bytes.buffer)
  let firstGlobal = symbols.length + 1
  symbols.forEach((symbol, i) => {
    const at = (i + 1) * step
    if (symbol.binding !== STB_LOCAL && firstGlobal > i + 1) firstGlobal = i + 1
    const info = (symbol.binding << 4) | symbol.type
    view.setUint32(at, names.offset(symbol.name), true)
    if (is64) {
      view.setUint8(at + 4, info)
      view.setUint8(at + 5, symbol.visibility)
      view.setUint16(at + 6, symbol.section, true)
      view.setBigUint64(at + 8, BigInt.asUintN(64, symbol.value), true)
      view.setBigUint64(at + 16, symbol.sizeInBytes, true)
    } else {
      view.setUint32(at + 4, Number(BigInt.asUintN(32, symbol.value)), true)
      view.setUint32(at + 8, Number(BigInt.asUintN(32, symbol.sizeInBytes)), true)
      view.setUint8(at + 12, info)
      view.setUint8(at + 13, symbol.visibility)
      view.setUint16(at + 14, symbol.section, true)
    }
  })
  return { bytes, strings, firstGlobal }
}
