// Mergeable strings and constants: equal ones are kept once, a string that ends another shares its bytes.
// Enters: the plan. Leaves: shorter contents, and for each merged section a map from old offsets to new places.
// gABI ch. 4, SHF_MERGE and SHF_STRINGS; what GNU ld 2.40 keeps where was tried: each entity stays in the section in which
// it first appears, in that order; the suffixes of a string go into it.

import { SHF_ALLOC, SHF_MERGE, SHF_STRINGS, SHT_NOBITS } from '@kernelbox/elf'
import type { PlanItem } from '../layout/layout.ts'
import { EntityTable } from './entity-table.ts'
import type { InputSection, MergedPiece } from '../model.ts'

export function mergeSections(plan: readonly PlanItem[]): void {
  for (const item of plan) {
    if (item.kind !== 'section') continue
    const kinds = new Map<string, InputSection[]>()
    for (const one of item.output.items) {
      if (one.kind !== 'input' || !isMergeable(one.section)) continue
      const { section } = one
      const key = `${section.flags & (SHF_MERGE | SHF_STRINGS | SHF_ALLOC)} ${section.elf.entrySize} ${section.alignment}`
      const same = kinds.get(key)
      if (same) same.push(section)
      else kinds.set(key, [section])
    }
    for (const sections of kinds.values()) mergeKind(sections)
  }
}

function isMergeable(section: InputSection): boolean {
  const { flags, elf, alignment } = section
  const size = elf.entrySize
  if ((flags & SHF_MERGE) === 0 || size === 0 || section.type === SHT_NOBITS) return false
  const { contents } = section
  if (contents.length === 0 || contents.length % size !== 0) return false
  if (elf.relocations && elf.relocations.count > 0) return false
  const isStrings = (flags & SHF_STRINGS) !== 0
  if (alignment > size && ((size & (size - 1)) !== 0 || !isStrings)) return false
  if (!isStrings) return true
  return contents.subarray(contents.length - size).every((byte) => byte === 0)
}

function mergeKind(sections: readonly InputSection[]): void {
  const [first] = sections
  if (!first) return
  const size = first.elf.entrySize
  const isStrings = (first.flags & SHF_STRINGS) !== 0
  const table = new EntityTable(sections.map((section) => section.contents))
  const maps = sections.map(({ contents, alignment }, home): EntityMap => {
    const offsets: number[] = []
    const entities: number[] = []
    for (let at = 0; at < contents.length; ) {
      const end = isStrings ? endOfString(contents, at, size) : at + size
      // A string is as aligned as its place happens to be, up to the section's alignment.
      const own = isStrings ? Math.min(alignment, at === 0 ? alignment : at & -at) : alignment
      offsets.push(at)
      entities.push(table.add(home, at, end, own))
      at = end
      if (isStrings && alignment > size) {
        // Zeros after a string that only align the next one are no strings of their own.
        let next = at
        while (next < contents.length && next % alignment !== 0 && isZero(contents, next, size)) next += size
        if (next % alignment === 0 || next === contents.length) at = next
      }
    }
    return { offsets, entities }
  })
  if (isStrings) shareSuffixes(table)
  placeEntities(table, sections)
  sections.forEach((section, i) => {
    section.merged = pieceOf(section, maps[i] as EntityMap, table, sections)
  })
}

/** Where the entities of an input begin, and which they are. */
interface EntityMap {
  readonly offsets: readonly number[]
  readonly entities: readonly number[]
}

function endOfString(contents: Uint8Array, at: number, size: number): number {
  if (size === 1) {
    const zero = contents.indexOf(0, at)
    return zero < 0 ? contents.length : zero + 1
  }
  for (let end = at; end + size <= contents.length; end += size) if (isZero(contents, end, size)) return end + size
  return contents.length
}

function isZero(contents: Uint8Array, at: number, size: number): boolean {
  for (let i = 0; i < size; i++) if (contents[at + i] !== 0) return false
  return true
}

/** A string goes into one that it ends and that holds it at a place aligned as it must be: such have equal lengths modulo that. */
function shareSuffixes(table: EntityTable): void {
  const { alignment, length, host } = table
  const order = table.current()
  // What most comparisons need: the length modulo the alignment, and six bytes before the last, which is zero in all.
  const rests = new Uint32Array(table.count)
  const tails = new Float64Array(table.count)
  for (const entity of order) {
    const bytes = table.bytesOf(entity)
    rests[entity] = bytes.length & ((alignment[entity] as number) - 1)
    let tail = 0
    for (let i = 2; i < 8; i++) tail = tail * 256 + (bytes[bytes.length - i] ?? 0)
    tails[entity] = tail
  }
  order.sort(
    (a, b) => (rests[a] as number) - (rests[b] as number) || (tails[a] as number) - (tails[b] as number) || table.compareFromEnd(a, b),
  )
  let last = -1
  for (let i = order.length - 1; i >= 0; i--) {
    const one = order[i] as number
    const fits =
      last >= 0 &&
      (alignment[last] as number) >= (alignment[one] as number) &&
      ((length[last] as number) - (length[one] as number)) % (alignment[one] as number) === 0 &&
      table.endsWith(last, one)
    if (fits) host[one] = last
    else last = one
  }
}

function placeEntities(table: EntityTable, sections: readonly InputSection[]): void {
  const { alignment, host, home, length, offset } = table
  const sizes = new Float64Array(sections.length)
  for (let entity = 0; entity < table.count; entity++) {
    if (host[entity] !== -1) continue
    const section = home[entity] as number
    const at = Math.ceil((sizes[section] as number) / (alignment[entity] as number)) * (alignment[entity] as number)
    offset[entity] = at
    sizes[section] = at + (length[entity] as number)
  }
  const kept = Array.from(sizes, (size) => new Uint8Array(size))
  for (let entity = 0; entity < table.count; entity++)
    if (host[entity] === -1) table.copy(entity, kept[home[entity] as number] as Uint8Array, offset[entity] as number)
  sections.forEach((section, i) => {
    const bytes = kept[i] as Uint8Array
    section.contents = bytes
    section.sizeInBytes = bytes.length
    // What has gone into other sections takes no room, not even to be aligned.
    if (bytes.length === 0) section.alignment = 1
  })
}

function pieceOf(
  section: InputSection,
  { offsets, entities }: EntityMap,
  { home, host, length, offset: places }: EntityTable,
  sections: readonly InputSection[],
): MergedPiece {
  return {
    resolve(offset) {
      if (offset < 0 || offsets.length === 0) return { holder: section, offset }
      let low = 0
      let high = offsets.length - 1
      while (low < high) {
        const middle = (low + high + 1) >> 1
        if ((offsets[middle] as number) <= offset) low = middle
        else high = middle - 1
      }
      let entity = entities[low] as number
      let inner = offset - (offsets[low] as number)
      for (let next = host[entity] as number; next !== -1; next = host[entity] as number) {
        inner += (length[next] as number) - (length[entity] as number)
        entity = next
      }
      return { holder: sections[home[entity] as number] as InputSection, offset: (places[entity] as number) + inner }
    },
  }
}
