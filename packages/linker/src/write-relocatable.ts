// `-r`: the output as a relocatable object.
// Enters: output sections with contents copied but not relocated, and the objects' symbols. Leaves: the bytes of a .o, whose
// relocations speak of the merged sections. GNU ld manual §2.1, -r; gABI ch. 4 "Relocation".

import {
  type ElfGroup,
  type ElfObject,
  type ElfSection,
  type ElfSymbol,
  EM_386,
  RelocationTable,
  SHF_GROUP,
  SHN_ABS,
  SHN_COMMON,
  SHT_GROUP,
  SHT_NOBITS,
  SHT_NULL,
  STB_GLOBAL,
  STB_GNU_UNIQUE,
  STB_LOCAL,
  STB_WEAK,
  STT_FILE,
  STT_SECTION,
  writeObject,
} from '@kernelbox/elf'
import { inHashOrder } from './hash-order.ts'
import { symbolAddress } from './symbol-address.ts'
import type { InputObject, InputSection, LinkSymbol, OutputSection } from './model.ts'
import type { SymbolTable } from './symbol-table.ts'

export interface WriteRelocatableOptions {
  readonly elfClass: 32 | 64
  readonly machine: number
  readonly strip: 'all' | 'debug' | undefined
  readonly discardLocals: 'all' | 'temporary' | undefined
}

export function writeRelocatable(
  outputs: readonly OutputSection[],
  symbols: SymbolTable,
  objects: readonly InputObject[],
  options: WriteRelocatableOptions,
): Uint8Array {
  const empty = new Uint8Array(0)
  const nullSection: ElfSection = {
    name: '',
    type: SHT_NULL,
    flags: 0,
    address: 0n,
    sizeInBytes: 0,
    contents: empty,
    alignment: 1,
    entrySize: 0,
    link: 0,
    info: 0,
    relocations: undefined,
  }
  const sections: ElfSection[] = [nullSection]
  const indexOf = new Map<OutputSection, number>()
  for (const output of outputs) {
    if (output.type === SHT_GROUP) continue
    indexOf.set(output, sections.length)
    sections.push({
      name: output.name,
      type: output.type || 1,
      flags: output.flags | (isInGroup(output) ? SHF_GROUP : 0),
      address: output.address,
      sizeInBytes: output.sizeInBytes,
      contents: output.type === SHT_NOBITS ? empty : output.contents,
      alignment: output.alignment,
      entrySize: output.entrySize,
      link: 0,
      info: 0,
      relocations: undefined,
    })
  }
  const made = outputSymbols(sections, indexOf, symbols, objects, options)
  for (const output of outputs) {
    const index = indexOf.get(output)
    if (index !== undefined) (sections[index] as ElfSection).relocations = relocationsOf(output, made.indexOf, options.machine)
  }
  const groups = outputGroups(objects, indexOf, sections)
  const object: ElfObject = { class: options.elfClass, machine: options.machine, flags: 0, sections, symbols: made.symbols, groups }
  return writeObject(object)
}

function isInGroup(output: OutputSection): boolean {
  return output.items.some((item) => item.kind === 'input' && (item.section.flags & SHF_GROUP) !== 0)
}

function outputSymbols(
  sections: readonly ElfSection[],
  indexOf: ReadonlyMap<OutputSection, number>,
  symbols: SymbolTable,
  objects: readonly InputObject[],
  options: WriteRelocatableOptions,
): { symbols: ElfSymbol[]; indexOf: (symbol: LinkSymbol) => number } {
  const list: ElfSymbol[] = [{ name: '', value: 0n, sizeInBytes: 0n, binding: 0, type: 0, visibility: 0, section: 0 }]
  const numbers = new Map<LinkSymbol, number>()
  for (let i = 1; i < sections.length; i++)
    list.push({ name: '', value: 0n, sizeInBytes: 0n, binding: STB_LOCAL, type: STT_SECTION, visibility: 0, section: i })
  const placeOf = (symbol: LinkSymbol): { section: number; value: bigint } | undefined => {
    if (symbol.type === STT_FILE) return { section: SHN_ABS, value: 0n }
    const value = symbolAddress(symbol)
    if (!value || symbol.section?.isDiscarded) return undefined
    if (value.section === undefined || value.section === 'abs') return symbol.section ? undefined : { section: SHN_ABS, value: value.value }
    const section = indexOf.get(value.section)
    return section === undefined ? undefined : { section, value: value.value }
  }
  const discardsLocal = (symbol: LinkSymbol) =>
    options.discardLocals === 'all' || (options.discardLocals === 'temporary' && symbol.name.startsWith('.L'))
  for (const object of objects) {
    for (const symbol of object.symbols) {
      const { elf } = symbol
      if (!elf || elf.binding !== STB_LOCAL || symbol.state !== 'defined') continue
      if (elf.type === STT_SECTION) {
        const section = symbol.section?.output && indexOf.get(symbol.section.output)
        if (section !== undefined) numbers.set(symbol, section)
        continue
      }
      if (elf.name === '' || (discardsLocal(symbol) && elf.type !== STT_FILE)) continue
      const place = placeOf(symbol)
      if (!place) continue
      numbers.set(symbol, list.length)
      list.push({ ...elf, ...place })
    }
  }
  for (const name of inHashOrder(symbols.byName.keys())) {
    const symbol = symbols.byName.get(name) as LinkSymbol
    const base = { name, sizeInBytes: symbol.sizeInBytes, type: symbol.type, visibility: symbol.visibility }
    const binding = symbol.isUnique ? STB_GNU_UNIQUE : symbol.isWeak ? STB_WEAK : STB_GLOBAL
    let entry: ElfSymbol | undefined
    if (symbol.state === 'common') entry = { ...base, value: symbol.value, binding, section: SHN_COMMON }
    else if (symbol.state === 'defined') {
      const place = placeOf(symbol)
      if (place) entry = { ...base, ...place, binding }
    } else if (symbol.referencedIn)
      entry = { ...base, value: 0n, binding: symbol.state === 'undefined' ? STB_GLOBAL : STB_WEAK, section: 0 }
    if (!entry) continue
    numbers.set(symbol, list.length)
    list.push(entry)
  }
  return { symbols: list, indexOf: (symbol) => numbers.get(symbol) ?? 0 }
}

function relocationsOf(output: OutputSection, numberOf: (symbol: LinkSymbol) => number, machine: number): RelocationTable | undefined {
  let table: RelocationTable | undefined
  for (const item of output.items) {
    if (item.kind !== 'input') continue
    const { section } = item
    const source = section.relocations
    if (!source || source.count === 0) continue
    table ??= new RelocationTable()
    for (let row = 0; row < source.count; row++) {
      const symbol = section.object.symbols[source.symbols[row] as number] as LinkSymbol
      const offset = (source.offsets[row] as number) + section.offset
      const type = source.types[row] as number
      // A section symbol now stands for the start of the merged section.
      const moved = symbol.type === STT_SECTION && symbol.isLocal ? movedBy(symbol.section) : 0
      if (machine === EM_386) {
        if (moved !== 0) addInPlace(output.contents, offset, type, moved)
        table.addSmall(offset, type, numberOf(symbol), 0)
      } else table.add(offset, type, numberOf(symbol), BigInt(source.addendAt(row) + moved))
    }
  }
  return table
}

function movedBy(section: InputSection | undefined): number {
  return section?.output ? section.offset : 0
}

/** REL: the addend is in the field. */
function addInPlace(bytes: Uint8Array, offset: number, type: number, amount: number): void {
  const width = type === 20 || type === 21 ? 2 : type === 22 || type === 23 ? 1 : type === 0 ? 0 : 4
  if (offset + width > bytes.length) return
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (width === 4) view.setInt32(offset, view.getInt32(offset, true) + amount, true)
  else if (width === 2) view.setInt16(offset, view.getInt16(offset, true) + amount, true)
  else if (width === 1) view.setInt8(offset, view.getInt8(offset) + amount)
}

function outputGroups(objects: readonly InputObject[], indexOf: ReadonlyMap<OutputSection, number>, sections: ElfSection[]): ElfGroup[] {
  const groups: ElfGroup[] = []
  const fresh: ElfSection[] = []
  for (const object of objects) {
    for (const group of object.elf.groups) {
      const header = object.sections[group.section]
      if (!header || header.isDiscarded) continue
      const members = new Set<number>()
      for (const member of group.members) {
        const output = object.sections[member]?.output
        const index = output && indexOf.get(output)
        if (index !== undefined) members.add(index)
      }
      if (members.size === 0) continue
      groups.push({ section: sections.length + fresh.length, signature: group.signature, isComdat: group.isComdat, members: [...members] })
      fresh.push({ ...header.elf, relocations: undefined, link: 0, info: 0 })
    }
  }
  sections.push(...fresh)
  return groups
}
