// .note.gnu.property of all objects becomes one.
// Linux extensions to gABI, "Program Property"; x86-64 psABI "Program Property": bits of the AND kind hold for the program
// only where every object has them, those of the OR kind where one has, of OR-AND where every object speaks of them.

import type { ElfObject } from '@kernelbox/elf'
import { discard } from '../inputs/load-inputs.ts'
import type { InputObject, InputSection } from '../model.ts'

const sectionName = '.note.gnu.property'
const noteType = 5
const name = 'GNU\0'

interface Property {
  readonly type: number
  readonly data: Uint8Array
}

export function mergeProperties(objects: readonly InputObject[]): void {
  const holders: { object: InputObject; sections: InputSection[]; properties: Map<number, Property> }[] = []
  for (const object of objects) {
    if (object.justSymbols) continue
    const sections = object.sections.filter(
      (section): section is InputSection => section !== undefined && section.name === sectionName && !section.isDiscarded,
    )
    const properties = new Map<number, Property>()
    for (const section of sections) for (const property of parse(section, object.elf)) properties.set(property.type, property)
    holders.push({ object, sections, properties })
  }
  const first = holders.find((holder) => holder.sections.length > 0)
  if (!first) return
  const merged = combine(holders.map((holder) => holder.properties))
  for (const holder of holders) for (const section of holder.sections) if (section !== first.sections[0]) discard(section, 'empty')
  const keeper = first.sections[0] as InputSection
  if (merged.length === 0) {
    discard(keeper, 'empty')
    return
  }
  const bytes = write(merged, first.object.elf)
  keeper.contents = bytes
  keeper.sizeInBytes = bytes.length
  keeper.alignment = wordSize(first.object.elf)
}

function wordSize(elf: ElfObject): number {
  return elf.class === 64 ? 8 : 4
}

function parse(section: InputSection, elf: ElfObject): Property[] {
  const found: Property[] = []
  const { contents } = section
  const view = new DataView(contents.buffer, contents.byteOffset, contents.byteLength)
  const word = wordSize(elf)
  for (let at = 0; at + 12 <= contents.length; ) {
    const nameSize = view.getUint32(at, true)
    const size = view.getUint32(at + 4, true)
    const type = view.getUint32(at + 8, true)
    const start = at + 12 + Math.ceil(nameSize / 4) * 4
    const end = start + size
    if (end > contents.length || nameSize > 64) break
    if (type === noteType && nameSize === 4) {
      for (let p = start; p + 8 <= end; ) {
        const length = view.getUint32(p + 4, true)
        if (p + 8 + length > end) break
        found.push({ type: view.getUint32(p, true), data: contents.subarray(p + 8, p + 8 + length) })
        p += 8 + Math.ceil(length / word) * word
      }
    }
    at = start + Math.ceil(size / word) * word
  }
  return found
}

type Kind = 'and' | 'or' | 'or-and' | 'max' | 'keep'

function kindOf(type: number): Kind {
  if (type === 1) return 'max'
  if (type === 2) return 'keep'
  if ((type >= 0xc000_0002 && type <= 0xc000_7fff) || (type >= 0xb000_0000 && type <= 0xb000_7fff)) return 'and'
  if ((type >= 0xc000_8000 && type <= 0xc000_ffff) || (type >= 0xb000_8000 && type <= 0xb000_ffff)) return 'or'
  if (type >= 0xc001_0000 && type <= 0xc001_7fff) return 'or-and'
  return 'keep'
}

function combine(all: readonly ReadonlyMap<number, Property>[]): Property[] {
  const types = new Set(all.flatMap((properties) => [...properties.keys()]))
  const merged: Property[] = []
  for (const type of [...types].sort((a, b) => a - b)) {
    const present = all.flatMap((properties) => properties.get(type) ?? [])
    const kind = kindOf(type)
    const [first] = present
    if (!first) continue
    if (kind === 'keep' || kind === 'max') {
      merged.push(kind === 'keep' ? first : present.reduce((a, b) => (wordOf(b) > wordOf(a) ? b : a)))
      continue
    }
    if (kind !== 'or' && present.length < all.length) continue
    const value = present.map(wordOf).reduce((a, b) => (kind === 'and' ? a & b : a | b) >>> 0)
    if (value === 0 && kind !== 'or-and') continue
    merged.push({ type, data: Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24) })
  }
  return merged
}

function wordOf(property: Property): number {
  const { data } = property
  return ((data[0] ?? 0) | ((data[1] ?? 0) << 8) | ((data[2] ?? 0) << 16) | ((data[3] ?? 0) << 24)) >>> 0
}

function write(properties: readonly Property[], elf: ElfObject): Uint8Array {
  const word = wordSize(elf)
  const sizes = properties.map((property) => 8 + Math.ceil(property.data.length / word) * word)
  const total = sizes.reduce((a, b) => a + b, 0)
  const bytes = new Uint8Array(16 + total)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 4, true)
  view.setUint32(4, total, true)
  view.setUint32(8, noteType, true)
  for (let i = 0; i < 4; i++) bytes[12 + i] = name.charCodeAt(i)
  let at = 16
  properties.forEach((property, i) => {
    view.setUint32(at, property.type, true)
    view.setUint32(at + 4, property.data.length, true)
    bytes.set(property.data, at + 8)
    at += sizes[i] as number
  })
  return bytes
}
