// An ELF executable as bytes, laid out as GNU ld 2.40 lays it out.
// Enters: sections and segments with the places that the linker gave them, symbols and relocations that are kept. Leaves:
// the file, in which what has no place yet (sections that are not allocated, .symtab, .strtab, relocations, .shstrtab,
// headers) follows the rest; in the header table relocations stand behind the section that they are for. gABI ch. 4 and 5.

import { ELFOSABI_GNU, EM_386, SHF_INFO_LINK, SHN_LORESERVE, SHT_NOBITS, SHT_REL, SHT_RELA, SHT_STRTAB, SHT_SYMTAB } from './constants.ts'
import { MergedStringTable } from './merged-string-table.ts'
import type { ElfSymbol, RelocationTable } from './model.ts'
import { needsGnuAbi } from './os-abi.ts'
import { relocationBytes, relocationSize, type SectionHeader, symbolTableBytes, writeSectionHeader } from './write-tables.ts'

export interface ExecutableSection {
  readonly name: string
  readonly type: number
  readonly flags: number
  readonly address: bigint
  readonly sizeInBytes: number
  readonly alignment: number
  readonly entrySize: number
  /** Index in `sections` plus one of the section that sh_link or sh_info names; for relocations 'symbols' stands for .symtab. */
  readonly link: number | 'symbols'
  readonly info: number
  /** Undefined: put where there is room. */
  readonly fileOffset: number | undefined
  /** Relocations that are kept for a later tool (--emit-relocs). */
  readonly relocations: RelocationTable | undefined
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
  /** Undefined: stripped. The null symbol first, then locals; sections are numbered as in `sections`, from 1. */
  readonly symbols: readonly ElfSymbol[] | undefined
}

export function elfHeaderSize(elfClass: 32 | 64): number {
  return elfClass === 64 ? 64 : 52
}

export function programHeaderSize(elfClass: 32 | 64): number {
  return elfClass === 64 ? 56 : 32
}

/** A file that is complete but for the bytes of its sections. */
export interface LaidExecutable {
  readonly sizeInBytes: number
  /** For each of the sections its offset in the file. */
  readonly offsets: readonly number[]
  /** Headers and tables. */
  readonly pieces: readonly { readonly offset: number; readonly bytes: Uint8Array }[]
}

/** The bytes of sections are the caller's to put in place: a large program is written once, not copied. */
export function layExecutable(executable: Executable): LaidExecutable {
  const is64 = executable.class === 64
  const headerSize = elfHeaderSize(executable.class)
  const { sections, segments, symbols } = executable
  const isRela = executable.machine !== EM_386
  const rowSize = relocationSize(is64, isRela)
  const word = is64 ? 8 : 4

  // The header table.
  const headers: SectionHeader[] = []
  const fileIndex: number[] = [0]
  const relocationHeaders: { header: SectionHeader; bytes: Uint8Array }[] = []
  for (const section of sections) {
    const { name, type, flags, address, sizeInBytes, alignment, entrySize, relocations } = section
    headers.push({ name, type, flags, address, offset: 0, sizeInBytes, link: 0, info: 0, alignment, entrySize })
    fileIndex.push(headers.length)
    if (!relocations || relocations.count === 0) continue
    const header: SectionHeader = {
      name: `${isRela ? '.rela' : '.rel'}${name}`,
      type: isRela ? SHT_RELA : SHT_REL,
      flags: SHF_INFO_LINK,
      address: 0n,
      offset: 0,
      sizeInBytes: relocations.count * rowSize,
      link: 0,
      info: headers.length,
      alignment: word,
      entrySize: rowSize,
    }
    headers.push(header)
    relocationHeaders.push({ header, bytes: relocationBytes(relocations, is64, isRela) })
  }
  const table = symbols && symbolTableBytes(symbols, is64, fileIndex)
  const tables: { header: SectionHeader; bytes: Uint8Array }[] = []
  const addTable = (name: string, type: number, bytes: Uint8Array, alignment: number, entrySize: number): SectionHeader => {
    const header = { name, type, flags: 0, address: 0n, offset: 0, sizeInBytes: bytes.length, link: 0, info: 0, alignment, entrySize }
    headers.push(header)
    tables.push({ header, bytes })
    return header
  }
  let symtabIndex = 0
  if (table) {
    const symtab = addTable('.symtab', SHT_SYMTAB, table.bytes, word, is64 ? 24 : 16)
    symtabIndex = headers.length
    symtab.link = symtabIndex + 1
    symtab.info = table.firstGlobal
    addTable('.strtab', SHT_STRTAB, table.strings, 1, 0)
    tables.push(...relocationHeaders)
  }
  for (const { header } of relocationHeaders) header.link = symtabIndex
  sections.forEach((section, i) => {
    const header = headers[(fileIndex[i + 1] as number) - 1] as SectionHeader
    header.link = section.link === 'symbols' ? symtabIndex : (fileIndex[section.link] as number)
    header.info = (section.flags & SHF_INFO_LINK) !== 0 ? (fileIndex[section.info] as number) : section.info
  })
  const names = new MergedStringTable()
  for (const name of table ? ['.symtab', '.strtab', '.shstrtab'] : ['.shstrtab']) names.add(name)
  for (const { name } of headers) names.add(name)
  addTable('.shstrtab', SHT_STRTAB, names.build(), 1, 0)

  // Places in the file.
  let end = headerSize + segments.length * programHeaderSize(executable.class)
  for (const section of sections) {
    if (section.fileOffset !== undefined && section.type !== SHT_NOBITS) end = Math.max(end, section.fileOffset + section.sizeInBytes)
  }
  sections.forEach((section, i) => {
    const header = headers[(fileIndex[i + 1] as number) - 1] as SectionHeader
    header.offset = section.fileOffset ?? Math.ceil(end / section.alignment) * section.alignment
    if (section.fileOffset === undefined && section.type !== SHT_NOBITS) end = header.offset + section.sizeInBytes
  })
  for (const { header } of tables) {
    header.offset = Math.ceil(end / header.alignment) * header.alignment
    end = header.offset + header.sizeInBytes
  }
  const headersAt = Math.ceil(end / word) * word
  const count = 1 + headers.length
  const step = is64 ? 64 : 40
  const segmentSize = programHeaderSize(executable.class)
  const front = new DataView(new ArrayBuffer(headerSize + segments.length * segmentSize))
  writeHeader(front, executable, headersAt, count)
  segments.forEach((segment, i) => writeSegment(front, headerSize + i * segmentSize, segment, is64))
  const back = new DataView(new ArrayBuffer(count * step))
  headers.forEach((header, i) => writeSectionHeader(back, (1 + i) * step, is64, header, names.offset(header.name)))
  // gABI: with many sections the count and the index of names are in section 0.
  if (count >= SHN_LORESERVE) {
    if (is64) back.setBigUint64(32, BigInt(count), true)
    else back.setUint32(20, count, true)
    back.setUint32(is64 ? 40 : 24, count - 1, true)
  }
  return {
    sizeInBytes: headersAt + back.byteLength,
    offsets: sections.map((_, i) => (headers[(fileIndex[i + 1] as number) - 1] as SectionHeader).offset),
    pieces: [
      { offset: 0, bytes: new Uint8Array(front.buffer) },
      ...tables.map(({ header, bytes }) => ({ offset: header.offset, bytes })),
      { offset: headersAt, bytes: new Uint8Array(back.buffer) },
    ],
  }
}

function writeHeader(view: DataView, executable: Executable, headersAt: number, count: number): void {
  const is64 = executable.class === 64
  view.setUint32(0, 0x7f454c46)
  view.setUint8(4, is64 ? 2 : 1)
  view.setUint8(5, 1)
  view.setUint8(6, 1)
  if (needsGnuAbi([], executable.symbols ?? [])) view.setUint8(7, ELFOSABI_GNU)
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
