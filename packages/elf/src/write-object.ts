// Relocatable objects as bytes, laid out as GNU as 2.40 lays them out: groups, then sections each with its relocations
// behind it in the header table; in the file sections' contents, .symtab, .strtab, all relocations, .shstrtab, headers.
// Enters: an ElfObject. Leaves: the file. gABI ch. 4.

import {
  ELFOSABI_GNU,
  EM_X86_64,
  ET_REL,
  GRP_COMDAT,
  SHF_GROUP,
  SHF_INFO_LINK,
  SHN_LORESERVE,
  SHN_XINDEX,
  SHT_GROUP,
  SHT_NOBITS,
  SHT_REL,
  SHT_RELA,
  SHT_STRTAB,
  SHT_SYMTAB,
  SHT_SYMTAB_SHNDX,
} from './constants.ts'
import { MergedStringTable } from './merged-string-table.ts'
import type { ElfObject, ElfSymbol } from './model.ts'
import { needsGnuAbi } from './os-abi.ts'
import { relocationBytes, relocationSize, type SectionHeader, symbolTableBytes, writeSectionHeader } from './write-tables.ts'

/** @param namedFirst sections in the order in which their names stand in .shstrtab; else groups' come last, as GNU as has it; @param entry as `ld -r -e` sets it */
export function writeObject(object: ElfObject, namedFirst: readonly number[] = [], entry = 0n): Uint8Array {
  const is64 = object.class === 64
  const isRela = object.machine === EM_X86_64
  const wordSize = is64 ? 8 : 4
  const relocationEntrySize = relocationSize(is64, isRela)
  const symbolEntrySize = is64 ? 24 : 16

  // Numbers of sections in the file: relocations stand behind the section that they are for.
  const headers: SectionHeader[] = [
    { name: '', type: 0, flags: 0, address: 0n, offset: 0, sizeInBytes: 0, link: 0, info: 0, alignment: 0, entrySize: 0 },
  ]
  const fileIndex = new Uint32Array(object.sections.length)
  const relocationIndex = new Uint32Array(object.sections.length)
  object.sections.forEach((section, i) => {
    if (i === 0) return
    fileIndex[i] = headers.length
    headers.push({
      name: section.name,
      type: section.type,
      flags: section.flags,
      address: section.address,
      offset: 0,
      sizeInBytes: section.type === SHT_GROUP ? 0 : section.sizeInBytes,
      link: section.link,
      info: section.info,
      alignment: section.alignment,
      entrySize: section.entrySize,
    })
    if (!section.relocations || section.relocations.count === 0) return
    relocationIndex[i] = headers.length
    headers.push({
      name: `${isRela ? '.rela' : '.rel'}${section.name}`,
      type: isRela ? SHT_RELA : SHT_REL,
      flags: SHF_INFO_LINK | (section.flags & SHF_GROUP),
      address: 0n,
      offset: 0,
      sizeInBytes: section.relocations.count * relocationEntrySize,
      link: 0,
      info: fileIndex[i] as number,
      alignment: wordSize,
      entrySize: relocationEntrySize,
    })
  })
  // GNU as leaves the table out of an object that names nothing.
  const hasSymbols = object.symbols.length > 1 || object.groups.length > 0 || relocationIndex.some((index) => index !== 0)
  const symtabIndex = headers.length
  const isExtended = headers.length + 4 >= SHN_LORESERVE
  const special = (name: string, type: number, alignment: number, entrySize: number): SectionHeader => {
    const header: SectionHeader = { name, type, flags: 0, address: 0n, offset: 0, sizeInBytes: 0, link: 0, info: 0, alignment, entrySize }
    if (hasSymbols || name === '.shstrtab') headers.push(header)
    return header
  }
  const symtab = special('.symtab', SHT_SYMTAB, wordSize, symbolEntrySize)
  const shndx = isExtended ? special('.symtab_shndx', SHT_SYMTAB_SHNDX, 4, 4) : undefined
  const strtab = special('.strtab', SHT_STRTAB, 1, 0)
  const shstrtab = special('.shstrtab', SHT_STRTAB, 1, 0)
  const strtabIndex = headers.indexOf(strtab)

  const names = new MergedStringTable()
  for (const name of hasSymbols ? ['.symtab', '.strtab', '.shstrtab'] : ['.shstrtab']) names.add(name)
  for (const section of namedFirst)
    for (const index of [fileIndex[section], relocationIndex[section]]) if (index) names.add((headers[index] as SectionHeader).name)
  for (const header of headers) if (header.type !== SHT_GROUP) names.add(header.name)
  for (const header of headers) names.add(header.name)
  const nameBytes = names.build()
  const symbolTable = symbolTableBytes(object.symbols, is64, fileIndex)

  // Where everything lies.
  let at = is64 ? 64 : 52
  const align = (alignment: number) => {
    if (alignment > 1) at = Math.ceil(at / alignment) * alignment
  }
  const groupOf = new Map(object.groups.map((group) => [group.section, group]))
  const memberCount = (section: number) => (groupOf.get(section)?.members ?? []).reduce((n, m) => n + (relocationIndex[m] ? 2 : 1), 0)
  object.sections.forEach((section, i) => {
    if (i === 0) return
    const header = headers[fileIndex[i] as number] as SectionHeader
    if (section.type === SHT_GROUP) header.sizeInBytes = 4 + 4 * memberCount(i)
    align(section.alignment)
    header.offset = at
    if (section.type !== SHT_NOBITS) at += header.sizeInBytes
  })
  const place = (header: SectionHeader, sizeInBytes: number) => {
    align(header.alignment)
    header.offset = at
    header.sizeInBytes = sizeInBytes
    at += sizeInBytes
  }
  if (hasSymbols) {
    place(symtab, object.symbols.length * symbolEntrySize)
    if (shndx) place(shndx, object.symbols.length * 4)
    place(strtab, symbolTable.strings.length)
  }
  for (const index of relocationIndex) {
    if (index === 0) continue
    const header = headers[index] as SectionHeader
    header.link = symtabIndex
    place(header, header.sizeInBytes)
  }
  place(shstrtab, nameBytes.length)
  align(wordSize)
  const headerOffset = at
  const headerSize = is64 ? 64 : 40
  const bytes = new Uint8Array(headerOffset + headers.length * headerSize)
  const view = new DataView(bytes.buffer)

  // Contents.
  const signatureIn = signatureFinder(object)
  symtab.link = strtabIndex
  symtab.info = symbolTable.firstGlobal
  if (shndx) shndx.link = symtabIndex
  object.sections.forEach((section, i) => {
    if (i === 0) return
    const header = headers[fileIndex[i] as number] as SectionHeader
    const group = groupOf.get(i)
    if (group) {
      header.link = symtabIndex
      header.info = signatureIn(group.signature, i)
      let position = header.offset
      view.setUint32(position, group.isComdat ? GRP_COMDAT : 0, true)
      for (const member of group.members) {
        view.setUint32((position += 4), fileIndex[member] as number, true)
        if (relocationIndex[member]) view.setUint32((position += 4), relocationIndex[member] as number, true)
      }
      return
    }
    if (section.link) header.link = fileIndex[section.link] as number
    if (section.type !== SHT_NOBITS) bytes.set(section.contents, header.offset)
    if (relocationIndex[i] && section.relocations)
      bytes.set(relocationBytes(section.relocations, is64, isRela), headers[relocationIndex[i] as number]?.offset)
  })
  if (hasSymbols) {
    bytes.set(symbolTable.bytes, symtab.offset)
    if (shndx && symbolTable.extended) bytes.set(symbolTable.extended, shndx.offset)
    bytes.set(symbolTable.strings, strtab.offset)
  }
  bytes.set(nameBytes, shstrtab.offset)

  // Headers.
  bytes.set([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, 1, 1, needsGnuAbi(object.sections, object.symbols) ? ELFOSABI_GNU : 0])
  view.setUint16(16, ET_REL, true)
  view.setUint16(18, object.machine, true)
  view.setUint32(20, 1, true)
  if (is64) {
    view.setBigUint64(24, BigInt.asUintN(64, entry), true)
    view.setBigUint64(40, BigInt(headerOffset), true)
  } else {
    view.setUint32(24, Number(BigInt.asUintN(32, entry)), true)
    view.setUint32(32, headerOffset, true)
  }
  const tail = is64 ? 48 : 36
  view.setUint32(tail, object.flags, true)
  view.setUint16(tail + 4, is64 ? 64 : 52, true)
  view.setUint16(tail + 10, headerSize, true)
  view.setUint16(tail + 12, isExtended ? 0 : headers.length, true)
  view.setUint16(tail + 14, isExtended ? SHN_XINDEX : headers.length - 1, true)
  if (isExtended) {
    const first = headers[0] as SectionHeader
    first.sizeInBytes = headers.length
    first.link = headers.length - 1
  }
  headers.forEach((header, i) => writeSectionHeader(view, headerOffset + i * headerSize, is64, header, names.offset(header.name)))
  return bytes
}

/** Where a group's signature stands in the symbol table: a symbol of the group's own section comes before others of that name. */
function signatureFinder({ symbols, groups }: ElfObject): (signature: string, section: number) => number {
  const first = new Map(groups.map(({ signature }) => [signature, 0]))
  const inGroup = new Map(groups.map(({ section }) => [section, new Map<string, number>()]))
  if (groups.length > 0) {
    // Backwards, so that the first of a name stays.
    for (let i = symbols.length - 1; i >= 0; i--) {
      const { name, section } = symbols[i] as ElfSymbol
      if (first.has(name)) first.set(name, i)
      inGroup.get(section)?.set(name, i)
    }
  }
  return (signature, section) => inGroup.get(section)?.get(signature) ?? first.get(signature) ?? 0
}
