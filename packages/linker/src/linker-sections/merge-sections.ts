// Mergeable strings and constants: equal ones are kept once, a string that ends another shares its bytes.
// Enters: the plan. Leaves: shorter contents, and for each merged section a map from old offsets to new places.
// gABI ch. 4, SHF_MERGE and SHF_STRINGS; what GNU ld 2.40 keeps where was tried: each entity stays in the section in which
// it first appears, in that order; the suffixes of a string go into it.

import { SHF_ALLOC, SHF_MERGE, SHF_STRINGS, SHT_NOBITS } from '@kernelbox/elf'
import type { PlanItem } from '../layout/layout.ts'
import type { InputSection, MergedPiece } from '../model.ts'

interface Entity {
  readonly key: string
  readonly bytes: Uint8Array
  readonly home: InputSection
  alignment: number
  /** The longer string that has this one as its end. */
  host: Entity | undefined
  offset: number
}

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
  const entities = new Map<string, Entity>()
  const order: Entity[] = []
  const starts = new Map<InputSection, { offsets: number[]; entities: Entity[] }>()
  for (const section of sections) {
    const { contents, alignment } = section
    const offsets: number[] = []
    const found: Entity[] = []
    for (let at = 0; at < contents.length; ) {
      let end = at + size
      if (isStrings) {
        end = endOfString(contents, at, size)
        // Zeros after a string that only align the next one are no strings of their own.
      }
      const bytes = contents.subarray(at, end)
      const key = textOf(bytes)
      // A string is as aligned as its place happens to be, up to the section's alignment.
      const own = isStrings ? Math.min(alignment, at === 0 ? alignment : at & -at) : alignment
      let entity = entities.get(key)
      if (!entity || entity.alignment < own) {
        const fresh: Entity = { key, bytes, home: section, alignment: own, host: undefined, offset: 0 }
        if (entity) entity.host = fresh
        entity = fresh
        entities.set(key, entity)
        order.push(entity)
      }
      offsets.push(at)
      found.push(entity)
      at = end
      if (isStrings && alignment > size) {
        // Skip the zeros up to the next aligned place.
        let next = at
        while (next < contents.length && next % alignment !== 0 && isZero(contents, next, size)) next += size
        if (next % alignment === 0 || next === contents.length) at = next
      }
    }
    starts.set(section, { offsets, entities: found })
  }
  if (isStrings) shareSuffixes([...entities.values()])
  placeEntities(order, sections)
  for (const section of sections) {
    const { offsets, entities: found } = starts.get(section) as { offsets: number[]; entities: Entity[] }
    section.merged = pieceOf(section, offsets, found)
  }
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

function textOf(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode.apply(null, bytes.subarray(i, i + 4096) as unknown as number[])
  return text
}

/** A string goes into one that it ends and that holds it at a place aligned as it must be: such have equal lengths modulo that. */
function shareSuffixes(entities: readonly Entity[]): void {
  const keyed = entities.map((entity) => ({
    entity,
    rest: entity.bytes.length & (entity.alignment - 1),
    text: [...entity.key].reverse().join(''),
  }))
  keyed.sort((a, b) => a.rest - b.rest || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
  let host: (typeof keyed)[number] | undefined
  for (let i = keyed.length - 1; i >= 0; i--) {
    const one = keyed[i] as (typeof keyed)[number]
    const fits =
      host !== undefined &&
      host.text.startsWith(one.text) &&
      host.entity.alignment >= one.entity.alignment &&
      (host.entity.bytes.length - one.entity.bytes.length) % one.entity.alignment === 0
    if (fits && host) one.entity.host = host.entity
    else host = one
  }
}

function placeEntities(order: readonly Entity[], sections: readonly InputSection[]): void {
  const sizes = new Map<InputSection, number>()
  const kept = new Map<InputSection, Entity[]>()
  for (const entity of order) {
    if (entity.host) continue
    const at = Math.ceil((sizes.get(entity.home) ?? 0) / entity.alignment) * entity.alignment
    entity.offset = at
    sizes.set(entity.home, at + entity.bytes.length)
    const list = kept.get(entity.home)
    if (list) list.push(entity)
    else kept.set(entity.home, [entity])
  }
  for (const section of sections) {
    const bytes = new Uint8Array(sizes.get(section) ?? 0)
    for (const entity of kept.get(section) ?? []) bytes.set(entity.bytes, entity.offset)
    section.contents = bytes
    section.sizeInBytes = bytes.length
    // What has gone into other sections takes no room, not even to be aligned.
    if (bytes.length === 0) section.alignment = 1
  }
}

function pieceOf(section: InputSection, offsets: readonly number[], entities: readonly Entity[]): MergedPiece {
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
      const entity = entities[low] as Entity
      let inner = offset - (offsets[low] as number)
      let final = entity
      while (final.host) {
        inner += final.host.bytes.length - final.bytes.length
        final = final.host
      }
      return { holder: final.home, offset: final.offset + inner }
    },
  }
}
