// `-r`: the output as a relocatable object.
// Enters: output sections with contents copied but not relocated, and the objects' symbols. Leaves: the bytes of a .o, whose
// relocations speak of the merged sections. GNU ld manual §2.1, -r; gABI ch. 4 "Relocation".

import {
  type ElfGroup,
  type ElfObject,
  type ElfSection,
  EM_386,
  RelocationTable,
  SHF_ALLOC,
  SHF_GROUP,
  SHT_GROUP,
  SHT_NOBITS,
  SHT_NULL,
  STT_SECTION,
  writeObject,
} from '@kernelbox/elf'
import type { InputObject, InputSection, LayoutItem, LinkSymbol, OutputSection } from '../model.ts'
import { outputSymbols } from './output-symbols.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'

type InputItem = Extract<LayoutItem, { kind: 'input' }>

export interface WriteRelocatableOptions {
  readonly elfClass: 32 | 64
  readonly machine: number
  readonly entry: bigint
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
  const isGroup = (output: OutputSection) => output.type === SHT_GROUP
  const groupOutputs = outputs.filter((output) => isGroup(output) && membersOf((output.items[0] as InputItem).section).length > 0)
  const hasGroups = groupOutputs.length > 0
  // Groups come first.
  for (const output of groupOutputs) {
    indexOf.set(output, sections.length)
    sections.push({ ...(output.items[0] as InputItem).section.elf, relocations: undefined, link: 0, info: 0 })
  }
  for (const output of outputs) {
    if (isGroup(output)) continue
    indexOf.set(output, sections.length)
    sections.push({
      name: output.name,
      type: output.type || 1,
      flags: output.flags | (hasGroups && isInGroup(output) ? SHF_GROUP : 0),
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
  const made = outputSymbols(outputs, indexOf, symbols, objects, {
    isRelocatable: true,
    keepsRelocations: true,
    discardLocals: options.strip === 'all' ? 'all' : options.discardLocals,
  })
  for (const output of outputs) {
    const index = indexOf.get(output)
    if (index !== undefined)
      (sections[index] as ElfSection).relocations = keptRelocations(output, made.indexOf, { machine: options.machine, isRelocatable: true })
  }
  const groups = groupOutputs.flatMap((output, i) => groupOf((output.items[0] as InputItem).section, i + 1, indexOf))
  const object: ElfObject = { class: options.elfClass, machine: options.machine, flags: 0, sections, symbols: [...made.symbols], groups }
  return writeObject(
    object,
    outputs.map((output) => indexOf.get(output) ?? 0),
    options.entry,
  )
}

function isInGroup(output: OutputSection): boolean {
  return output.items.some((item) => item.kind === 'input' && (item.section.flags & SHF_GROUP) !== 0)
}

/**
 * Relocations as the output keeps them. In a relocatable object they are offsets in sections, in an executable addresses
 * (gABI "Relocation": r_offset).
 */
export function keptRelocations(
  output: OutputSection,
  numberOf: (symbol: LinkSymbol) => number,
  { machine, isRelocatable }: { readonly machine: number; readonly isRelocatable: boolean },
): RelocationTable | undefined {
  const base = isRelocatable ? 0 : Number(output.address)
  let table: RelocationTable | undefined
  for (const item of output.items) {
    if (item.kind !== 'input') continue
    const { section } = item
    const source = section.relocations
    if (!source || source.count === 0) continue
    table ??= new RelocationTable()
    for (let row = 0; row < source.count; row++) {
      const symbol = keptSymbol(section, section.object.symbols[source.symbolAt(row)] as LinkSymbol)
      const offset = base + source.offsetAt(row) + section.offset
      const type = source.typeAt(row)
      // A section symbol now stands for the start of the merged section.
      const moved = symbol.type === STT_SECTION && symbol.isLocal ? movedBy(symbol.section, source.addendAt(row)) : 0
      if (machine === EM_386) {
        if (moved !== 0 && isRelocatable) addInPlace(output.contents, offset, type, moved)
        table.addSmall(offset, type, numberOf(symbol), 0)
      } else table.add(offset, type, numberOf(symbol), BigInt(source.addendAt(row) + moved))
    }
  }
  // In the order of their places, whatever order an input has them in (tried on GNU ld 2.40).
  table?.sort()
  return table
}

/** Debug information of a comdat member that lost speaks of the one that was kept. */
function keptSymbol({ flags }: InputSection, symbol: LinkSymbol): LinkSymbol {
  const twin = (flags & SHF_ALLOC) === 0 && symbol.isLocal && symbol.type === STT_SECTION ? symbol.section?.keptTwin : undefined
  return twin?.object.symbols.find((one) => one.type === STT_SECTION && one.isLocal && one.section === twin) ?? symbol
}

/** By how much the addend grows; what was merged is where its one copy is. */
function movedBy(section: InputSection | undefined, addend: number): number {
  const place = section?.merged?.resolve(addend)
  if (place?.holder.output) return place.holder.offset + place.offset - addend
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

/** The output sections that hold members of the group with this header: none where all of them were discarded. */
function membersOf({ object, index }: InputSection): OutputSection[] {
  const members = object.elf.groups.find((one) => one.section === index)?.members ?? []
  return members.flatMap((member) => object.sections[member]?.output ?? [])
}

function groupOf(header: InputSection, section: number, indexOf: ReadonlyMap<OutputSection, number>): ElfGroup[] {
  const group = header.object.elf.groups.find((one) => one.section === header.index)
  if (!group) return []
  const members = new Set(membersOf(header).flatMap((output) => indexOf.get(output) ?? []))
  return [{ section, signature: group.signature, isComdat: group.isComdat, members: [...members] }]
}
