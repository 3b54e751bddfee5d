// Symbol tables, relocations and section headers as bytes, alike in objects and executables.
// Enters: symbols and relocations as data, and the numbers that sections have in the file. Leaves: the tables' contents.
// gABI ch. 4 "Sections", "Symbol Table", "Relocation".

import { reservedIndexes, SHN_LORESERVE, SHN_XINDEX, STB_LOCAL } from './constants.ts'
import { MergedStringTable } from './merged-string-table.ts'
import type { ElfSymbol, RelocationTable } from './model.ts'

interface SymbolTableBytes {
  readonly bytes: Uint8Array
  /** .symtab_shndx: section numbers that do not fit the table's field; undefined where all do. */
  readonly extended: Uint8Array | undefined
  readonly strings: Uint8Array
  /** Index of the first symbol that is not local: sh_info. */
  readonly firstGlobal: number
}

/** @param fileIndex number in the file of each section, by its number in the model */
export function symbolTableBytes(symbols: readonly ElfSymbol[], is64: boolean, fileIndex: ArrayLike<number>): SymbolTableBytes {
  const names = new MergedStringTable()
  for (const symbol of symbols) names.add(symbol.name)
  const strings = names.build()
  const step = is64 ? 24 : 16
  const bytes = new Uint8Array(symbols.length * step)
  const view = new DataView(bytes.buffer)
  let extended: DataView | undefined
  let firstGlobal = symbols.length
  symbols.forEach((symbol, i) => {
    const at = i * step
    if (symbol.binding !== STB_LOCAL && firstGlobal > i) firstGlobal = i
    const info = ((symbol.binding << 4) | (symbol.type & 15)) & 255
    const isReserved = symbol.section >= reservedIndexes
    let section = isReserved ? symbol.section - reservedIndexes : symbol.section === 0 ? 0 : (fileIndex[symbol.section] as number)
    if (!isReserved && section >= SHN_LORESERVE) {
      extended ??= new DataView(new ArrayBuffer(4 * symbols.length))
      extended.setUint32(4 * i, section, true)
      section = SHN_XINDEX
    }
    view.setUint32(at, names.offset(symbol.name), true)
    if (is64) {
      view.setUint8(at + 4, info)
      view.setUint8(at + 5, symbol.visibility)
      view.setUint16(at + 6, section, true)
      view.setBigUint64(at + 8, symbol.value, true)
      view.setBigUint64(at + 16, symbol.sizeInBytes, true)
    } else {
      view.setUint32(at + 4, Number(BigInt.asUintN(32, symbol.value)), true)
      view.setUint32(at + 8, Number(BigInt.asUintN(32, symbol.sizeInBytes)), true)
      view.setUint8(at + 12, info)
      view.setUint8(at + 13, symbol.visibility)
      view.setUint16(at + 14, section, true)
    }
  })
  return { bytes, extended: extended && new Uint8Array(extended.buffer), strings, firstGlobal }
}

export function relocationSize(is64: boolean, isRela: boolean): number {
  return (is64 ? 16 : 8) + (isRela ? (is64 ? 8 : 4) : 0)
}

export function relocationBytes(table: RelocationTable, is64: boolean, isRela: boolean): Uint8Array {
  const step = relocationSize(is64, isRela)
  const bytes = new Uint8Array(table.count * step)
  const view = new DataView(bytes.buffer)
  for (let i = 0, at = 0; i < table.count; i++, at += step) {
    const offset = table.offsetAt(i)
    const type = table.typeAt(i)
    const symbol = table.symbolAt(i)
    if (is64) {
      view.setUint32(at, offset >>> 0, true)
      view.setUint32(at + 4, Math.floor(offset / 0x1_0000_0000), true)
      view.setUint32(at + 8, type, true)
      view.setUint32(at + 12, symbol, true)
      if (isRela) view.setBigInt64(at + 16, table.exactAddendAt(i), true)
    } else {
      view.setUint32(at, offset >>> 0, true)
      view.setUint32(at + 4, ((symbol << 8) | (type & 255)) >>> 0, true)
      if (isRela) view.setInt32(at + 8, Number(BigInt.asIntN(32, table.exactAddendAt(i))), true)
    }
  }
  return bytes
}

/** A row of the section header table. */
export interface SectionHeader {
  readonly name: string
  readonly type: number
  readonly flags: number
  readonly address: bigint
  offset: number
  sizeInBytes: number
  link: number
  info: number
  readonly alignment: number
  readonly entrySize: number
}

export function writeSectionHeader(view: DataView, at: number, is64: boolean, row: SectionHeader, name: number): void {
  view.setUint32(at, name, true)
  view.setUint32(at + 4, row.type, true)
  if (is64) {
    view.setBigUint64(at + 8, BigInt(row.flags >>> 0), true)
    view.setBigUint64(at + 16, BigInt.asUintN(64, row.address), true)
    view.setBigUint64(at + 24, BigInt(row.offset), true)
    view.setBigUint64(at + 32, BigInt(row.sizeInBytes), true)
    view.setUint32(at + 40, row.link, true)
    view.setUint32(at + 44, row.info, true)
    view.setBigUint64(at + 48, BigInt(row.alignment), true)
    view.setBigUint64(at + 56, BigInt(row.entrySize), true)
    return
  }
  const { flags, offset, sizeInBytes, link, info, alignment, entrySize } = row
  const words = [flags, Number(BigInt.asUintN(32, row.address)), offset, sizeInBytes, link, info, alignment, entrySize]
  words.forEach((value, i) => view.setUint32(at + 8 + 4 * i, value, true))
}
