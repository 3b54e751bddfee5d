// `-r`: the output as a relocatable object.
// Enters: output sections with contents copied but not relocated, and the objects' symbols. Leaves: the bytes of a .o, whose
// relocations speak of the merged sections. GNU ld manual §2.1, -r; gABI ch. 4 "Relocation".

import {
  type ElfGroup,
  type ElfObject,
  type ElfSection,
  EM_386,
  RelocationTable,
  SHF_GROUP,
  SHT_GROUP,
  SHT_NOBITS,
  SHT_NULL,
  STT_SECTION,
  writeObject,
} from '@kernelbox/elf'
import type { InputObject, InputSection, LinkSymbol, OutputSection } from '../model.ts'
import { outputSymbols } from './output-symbols.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'

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
  const made = outputSymbols(
    outputs.filter((output) => indexOf.has(output)),
    symbols,
    objects,
    { isRelocatable: true, keepsRelocations: true, discardLocals: options.discardLocals },
  )
  for (const output of outputs) {
    const index = indexOf.get(output)
    if (index !== undefined)
      (sections[index] as ElfSection).relocations = keptRelocations(output, made.indexOf, { machine: options.machine, isRelocatable: true })
  }
  const groups = outputGroups(objects, indexOf, sections)
  const object: ElfObject = { class: options.elfClass, machine: options.machine, flags: 0, sections, symbols: [...made.symbols], groups }
  return writeObject(object)
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
      const symbol = section.object.symbols[source.symbolAt(row)] as LinkSymbol
      const offset = base + source.offsetAt(row) + section.offset
      const type = source.typeAt(row)
      // A section symbol now stands for the start of the merged section.
      const moved = symbol.type === STT_SECTION && symbol.isLocal ? movedBy(symbol.section) : 0
      if (machine === EM_386) {
        if (moved !== 0 && isRelocatable) addInPlace(output.contents, offset, type, moved)
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
