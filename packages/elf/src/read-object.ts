// An ELF relocatable file as data.
// Enters: the bytes of a .o, or a file to read them from, untrusted. Leaves: an ElfObject, or one sentence that says what is wrong with the file.
// ELF gABI ch. 4 (header, section table, symbol table, relocation, groups). Every offset and index is checked here, so
// that the passes after it need not.

import {
  EM_386,
  EM_IAMCU,
  EM_X86_64,
  ET_REL,
  GRP_COMDAT,
  reservedIndexes,
  SHN_LORESERVE,
  SHN_XINDEX,
  SHT_GROUP,
  SHT_NOBITS,
  SHT_NULL,
  SHT_REL,
  SHT_RELA,
  SHT_STRTAB,
  SHT_SYMTAB,
  SHT_SYMTAB_SHNDX,
} from './constants.ts'
import { copyBytes, FileParts, type ObjectFile } from './object-file.ts'
import { type ElfGroup, type ElfObject, type ElfSection, type ElfSymbol, RelocationTable } from './model.ts'

/** What a reader found: the object, or why the bytes are none. */
export type ReadObjectResult = { readonly object: ElfObject; readonly fileType: number } | { readonly fault: string }

const SHT_DYNAMIC = 6
const SHT_DYNSYM = 11
const SHT_RELR = 19

interface RawHeader {
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

/** True where the bytes begin as an ELF file does. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes.length >= 16 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46
}

/**
 * Reads a relocatable object (or, for --just-symbols, an executable).
 * Section indexes in the result are those of {@link ElfObject.sections}, not the file's.
 */
export function readObject(file: Uint8Array | ObjectFile): ReadObjectResult {
  try {
    return readChecked(new FileParts(file))
  } catch (error) {
    if (error instanceof Malformed) return { fault: error.message }
    throw error
  }
}

class Malformed extends Error {}

function readChecked(file: FileParts): ReadObjectResult {
  const bytes = file.part(0, Math.min(64, file.sizeInBytes))
  if (!isElf(bytes)) throw new Malformed('not an ELF file')
  if (bytes[5] !== 1) throw new Malformed('a big-endian ELF file; only little-endian x86 objects can be linked')
  const is64 = bytes[4] === 2
  if (!is64 && bytes[4] !== 1) throw new Malformed(`unknown ELF class ${bytes[4]}`)
  if (bytes.length < (is64 ? 64 : 52)) throw new Malformed('the file ends within the ELF header')
  const view = viewOf(bytes)
  const fileType = view.getUint16(16, true)
  const machine = view.getUint16(18, true)
  if (machine !== EM_386 && machine !== EM_X86_64 && machine !== EM_IAMCU)
    throw new Malformed(`an object for machine ${machine}; only i386 (3) and x86-64 (62) can be linked`)
  const flags = view.getUint32(is64 ? 48 : 36, true)
  const headers = readHeaders(file, view, is64)
  const { names } = headers
  const rows = headers.rows

  // .symtab, its strings and the relocation sections become parts of the model; the others are its sections.
  const modelIndex = new Int32Array(rows.length).fill(-1)
  const sections: ElfSection[] = [nullSection()]
  modelIndex[0] = 0
  const symbolTable = rows.findIndex((row) => row.type === SHT_SYMTAB)
  const isRelocatable = fileType === ET_REL
  const stringTables = new Set<number>([headers.nameIndex])
  if (symbolTable >= 0) stringTables.add((rows[symbolTable] as RawHeader).link)
  for (let i = 1; i < rows.length; i++) {
    const row = rows[i] as RawHeader
    if (row.type === SHT_SYMTAB || row.type === SHT_SYMTAB_SHNDX || row.type === SHT_NULL) continue
    if (row.type === SHT_STRTAB && (row.flags & 2) === 0 && (stringTables.has(i) || !isRelocatable)) continue
    if ((row.type === SHT_REL || row.type === SHT_RELA) && (row.flags & 2) === 0) continue
    if (!isRelocatable && (row.type === SHT_DYNSYM || row.type === SHT_DYNAMIC || row.type === SHT_RELR)) continue
    if (row.type !== SHT_NOBITS) checkRange(file, row.offset, row.size, `section ${i}`)
    modelIndex[i] = sections.length
    const name = stringAt(names, row.name, sectionNameOf, i)
    sections.push(new SectionInFile(file, name, row))
  }
  for (let i = 1; i < sections.length; i++) {
    const section = sections[i] as ElfSection
    if (section.link > 0) section.link = section.link < rows.length ? Math.max(0, modelIndex[section.link] as number) : 0
  }

  const symbols = symbolTable < 0 ? [nullSymbol()] : readSymbols(file, is64, rows, symbolTable, modelIndex)
  // One view for all tables of a file in memory.
  const whole = file.whole && viewOf(file.whole)
  for (let i = 1; i < rows.length; i++) {
    const row = rows[i] as RawHeader
    if ((row.type !== SHT_REL && row.type !== SHT_RELA) || (row.flags & 2) !== 0 || !isRelocatable) continue
    if (row.info >= rows.length || (modelIndex[row.info] as number) <= 0) continue
    checkRange(file, row.offset, row.size, `relocation section ${i}`)
    const target = sections[modelIndex[row.info] as number] as ElfSection
    target.relocations = readRelocations(file, whole, is64, row, symbols.length, target, i)
  }
  const groups = readGroups(file, rows, sections, modelIndex, symbols, symbolTable)
  return { object: { class: is64 ? 64 : 32, machine, flags, sections, symbols, groups }, fileType }
}

/** A section whose bytes are looked up, or read from the file and kept, when somebody asks for them. */
class SectionInFile implements ElfSection {
  name: string
  type: number
  flags: number
  address: bigint
  sizeInBytes: number
  alignment: number
  entrySize: number
  link: number
  info: number
  relocations: RelocationTable | undefined = undefined
  readonly #file: FileParts
  readonly #offset: number
  #contents: Uint8Array | undefined = undefined

  constructor(file: FileParts, name: string, row: RawHeader) {
    this.name = name
    this.type = row.type
    this.flags = row.flags
    this.address = row.address
    this.sizeInBytes = row.size
    this.alignment = row.alignment
    this.entrySize = row.entrySize
    this.link = row.link
    this.info = row.info
    this.#file = file
    this.#offset = row.offset
  }

  get contents(): Uint8Array {
    return (this.#contents ??= this.type === SHT_NOBITS ? nothing : this.#file.part(this.#offset, this.sizeInBytes))
  }

  copyContents(target: Uint8Array, at: number, from: number, size: number): void {
    if (this.#contents) copyBytes(target, at, this.#contents, from, size)
    else this.#file.copy(target, at, this.#offset + from, size)
  }
}

function readHeaders(file: FileParts, view: DataView, is64: boolean): { rows: RawHeader[]; names: Uint8Array; nameIndex: number } {
  const offset = is64 ? sizeAt(view, 40, 'e_shoff') : view.getUint32(32, true)
  const entrySize = view.getUint16(is64 ? 58 : 46, true)
  let count = view.getUint16(is64 ? 60 : 48, true)
  let nameIndex = view.getUint16(is64 ? 62 : 50, true)
  const least = is64 ? 64 : 40
  if (offset === 0) throw new Malformed('it has no section table')
  if (entrySize !== least) throw new Malformed(`section headers of ${entrySize} bytes instead of ${least}`)
  if (offset + least > file.sizeInBytes) throw new Malformed('the section table lies outside the file')
  const first = readHeader(viewOf(file.part(offset, least)), is64, 0)
  if (count === 0) count = first.size
  if (nameIndex === SHN_XINDEX) nameIndex = first.link
  if (offset + count * least > file.sizeInBytes) throw new Malformed(`the section table (${count} entries) lies outside the file`)
  if (nameIndex >= count) throw new Malformed(`the index of the section names, ${nameIndex}, is not below ${count}`)
  const table = viewOf(file.part(offset, count * least))
  const rows: RawHeader[] = []
  for (let i = 0; i < count; i++) rows.push(readHeader(table, is64, i * least))
  const { offset: namesAt, size } = rows[nameIndex] as RawHeader
  checkRange(file, namesAt, size, 'the table of section names')
  return { rows, names: file.part(namesAt, size), nameIndex }
}

function readHeader(view: DataView, is64: boolean, at: number): RawHeader {
  if (is64) {
    return {
      name: view.getUint32(at, true),
      type: view.getUint32(at + 4, true),
      flags: view.getUint32(at + 8, true),
      address: wordAt(view, at + 16),
      offset: sizeAt(view, at + 24, 'sh_offset'),
      size: sizeAt(view, at + 32, 'sh_size'),
      link: view.getUint32(at + 40, true),
      info: view.getUint32(at + 44, true),
      alignment: toAlignment(sizeAt(view, at + 48, 'sh_addralign')),
      entrySize: sizeAt(view, at + 56, 'sh_entsize'),
    }
  }
  return {
    name: view.getUint32(at, true),
    type: view.getUint32(at + 4, true),
    flags: view.getUint32(at + 8, true),
    address: wide(view.getUint32(at + 12, true)),
    offset: view.getUint32(at + 16, true),
    size: view.getUint32(at + 20, true),
    link: view.getUint32(at + 24, true),
    info: view.getUint32(at + 28, true),
    alignment: toAlignment(view.getUint32(at + 32, true)),
    entrySize: view.getUint32(at + 36, true),
  }
}

function sizeAt(view: DataView, at: number, what: string): number {
  const high = view.getUint32(at + 4, true)
  const value = high * 0x1_0000_0000 + view.getUint32(at, true)
  if (high > 0x1f_ffff) throw new Malformed(`${what} is 0x${view.getBigUint64(at, true).toString(16)}, beyond any file`)
  return value
}

/** Most words of headers and symbols are small: they share their bigints. */
const small = Array.from({ length: 256 }, (_, i) => BigInt(i))
const wide = (value: number): bigint => small[value] ?? BigInt(value)
const wordAt = (view: DataView, at: number): bigint =>
  view.getUint32(at + 4, true) === 0 ? wide(view.getUint32(at, true)) : view.getBigUint64(at, true)

function toAlignment(value: number): number {
  if (value === 0) return 1
  const isPower = value < 0x8000_0000 ? (value & (value - 1)) === 0 : Number.isInteger(Math.log2(value))
  if (!isPower) throw new Malformed(`an alignment of ${value} bytes, which is no power of two`)
  return value
}

const nothing = new Uint8Array(0)

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function checkRange(file: FileParts, offset: number, size: number, what: string): void {
  if (offset + size > file.sizeInBytes) throw new Malformed(`${what} (offset ${offset}, ${size} bytes) lies outside the file`)
}

const sectionNameOf = (index: number): string => `the name of section ${index}`
const symbolNameOf = (index: number): string => `the name of symbol ${index}`

/** @param what says what the string is, for a message */
function stringAt(table: Uint8Array, offset: number, what: (index: number) => string, index: number): string {
  if (offset === 0 && table.length === 0) return ''
  if (offset >= table.length) throw new Malformed(`${what(index)} lies outside the string table`)
  const end = table.indexOf(0, offset)
  if (end < 0) throw new Malformed(`${what(index)} does not end within the string table`)
  return latin1(table, offset, end)
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start
  if (length > 60) {
    let text = ''
    for (let at = start; at < end; at += 4096)
      text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(end, at + 4096)) as unknown as number[])
    return text
  }
  let text = ''
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] as number)
  return text
}

function readSymbols(file: FileParts, is64: boolean, rows: readonly RawHeader[], tableIndex: number, modelIndex: Int32Array): ElfSymbol[] {
  const table = rows[tableIndex] as RawHeader
  checkRange(file, table.offset, table.size, 'the symbol table')
  if (table.link >= rows.length) throw new Malformed('the symbol table names no string table')
  const stringTable = rows[table.link] as RawHeader
  checkRange(file, stringTable.offset, stringTable.size, 'the string table of the symbols')
  const strings = file.part(stringTable.offset, stringTable.size)
  const view = viewOf(file.part(table.offset, table.size))
  const extendedRow = rows.find((row) => row.type === SHT_SYMTAB_SHNDX && row.link === tableIndex)
  const step = is64 ? 24 : 16
  const count = Math.floor(table.size / step)
  if (extendedRow) checkRange(file, extendedRow.offset, count * 4, 'the table of extended section indexes')
  const extended = extendedRow && viewOf(file.part(extendedRow.offset, count * 4))
  const symbols: ElfSymbol[] = new Array(Math.max(1, count))
  symbols[0] = nullSymbol()
  for (let i = 1; i < count; i++) {
    const at = i * step
    const info = view.getUint8(at + (is64 ? 4 : 12))
    const other = view.getUint8(at + (is64 ? 5 : 13))
    let section = view.getUint16(at + (is64 ? 6 : 14), true)
    if (section === SHN_XINDEX) {
      if (!extended) throw new Malformed(`symbol ${i} has an extended section index, but there is no table of them`)
      section = mapped(extended.getUint32(i * 4, true), i)
    } else section = section < SHN_LORESERVE ? mapped(section, i) : section + reservedIndexes
    symbols[i] = {
      name: stringAt(strings, view.getUint32(at, true), symbolNameOf, i),
      value: is64 ? wordAt(view, at + 8) : wide(view.getUint32(at + 4, true)),
      sizeInBytes: is64 ? wordAt(view, at + 16) : wide(view.getUint32(at + 8, true)),
      binding: info >> 4,
      type: info & 15,
      visibility: other & 3,
      section,
    }
  }
  return symbols

  function mapped(index: number, symbol: number): number {
    if (index >= rows.length) throw new Malformed(`symbol ${symbol} lies in section ${index}, but there are ${rows.length}`)
    // A symbol of a section that the model does not list (of .symtab, say): nobody can refer to its contents.
    return Math.max(0, modelIndex[index] as number)
  }
}

function readRelocations(
  file: FileParts,
  whole: DataView | undefined,
  is64: boolean,
  row: RawHeader,
  symbolCount: number,
  target: ElfSection,
  index: number,
): RelocationTable {
  const isRela = row.type === SHT_RELA
  const step = is64 ? (isRela ? 24 : 16) : isRela ? 12 : 8
  const count = Math.floor(row.size / step)
  const table = whole
    ? RelocationTable.inFile(whole, row.offset, count, is64, isRela)
    : RelocationTable.inFile(viewOf(file.part(row.offset, row.size)), 0, count, is64, isRela)
  for (let i = 0; i < count; i++) {
    const symbol = table.symbolAt(i)
    if (symbol >= symbolCount)
      throw new Malformed(`relocation ${i} of ${target.name} (section ${index}) names symbol ${symbol}, but there are ${symbolCount}`)
  }
  return table
}

function readGroups(
  file: FileParts,
  rows: readonly RawHeader[],
  sections: readonly ElfSection[],
  modelIndex: Int32Array,
  symbols: readonly ElfSymbol[],
  symbolTable: number,
): ElfGroup[] {
  const groups: ElfGroup[] = []
  for (let i = 1; i < rows.length; i++) {
    const row = rows[i] as RawHeader
    if (row.type !== SHT_GROUP || row.size < 4) continue
    const signature = row.link === symbolTable ? symbols[row.info] : undefined
    if (!signature) throw new Malformed(`group section ${i} has no signature symbol`)
    const members: number[] = []
    // Its range is checked: it is one of the sections.
    const view = viewOf(file.part(row.offset, row.size))
    for (let at = 4; at + 4 <= row.size; at += 4) {
      const member = view.getUint32(at, true)
      if (member >= rows.length) throw new Malformed(`group section ${i} has section ${member} as a member, but there are ${rows.length}`)
      const inModel = modelIndex[member] as number
      if (inModel > 0) members.push(inModel)
    }
    const isSectionSymbol = signature.type === 3
    groups.push({
      section: modelIndex[i] as number,
      signature: isSectionSymbol && signature.name === '' ? (sections[signature.section]?.name ?? '') : signature.name,
      isComdat: (view.getUint32(0, true) & GRP_COMDAT) !== 0,
      members,
    })
  }
  return groups
}

function nullSection(): ElfSection {
  return {
    name: '',
    type: SHT_NULL,
    flags: 0,
    address: 0n,
    sizeInBytes: 0,
    contents: nothing,
    alignment: 1,
    entrySize: 0,
    link: 0,
    info: 0,
    relocations: undefined,
  }
}

function nullSymbol(): ElfSymbol {
  return { name: '', value: 0n, sizeInBytes: 0n, binding: 0, type: 0, visibility: 0, section: 0 }
}
