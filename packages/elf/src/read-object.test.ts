import { describe, expect, it } from 'vitest'
import { EM_X86_64, SHN_ABS, SHN_COMMON, SHN_LORESERVE } from './constants.ts'
import { type ElfSection, type ElfSymbol, RelocationTable } from './model.ts'
import type { ObjectFile } from './object-file.ts'
import { readObject } from './read-object.ts'
import { writeObject } from './write-object.ts'

const plain = { address: 0n, alignment: 1, entrySize: 0, link: 0, info: 0, relocations: undefined }

function section(i: number): ElfSection {
  const contents = Uint8Array.of(i, i >> 8, i >> 16)
  return { ...plain, name: `.data.${i}`, type: 1, flags: 3, sizeInBytes: 3, contents }
}

const symbol = (name: string, section: number): ElfSymbol => ({
  name,
  value: 1n,
  sizeInBytes: 0n,
  binding: 1,
  type: 0,
  visibility: 0,
  section,
})

function readBack(bytes: Uint8Array | ObjectFile) {
  const read = readObject(bytes)
  if ('fault' in read) throw new Error(read.fault)
  return read.object
}

describe('readObject', () => {
  it('keeps sections whose numbers are those that the format reserves apart from absolute and common symbols', () => {
    const nothing = { ...plain, name: '', type: 0, flags: 0, sizeInBytes: 0, contents: new Uint8Array(0) }
    const sections = [nothing, ...Array.from({ length: 66_000 }, (_, i) => section(i + 1))]
    const wanted = [SHN_LORESERVE - 1, SHN_LORESERVE, 0xfff1, 0xfff2, 0xffff, 66_000]
    const symbols = [
      { ...symbol('', 0), binding: 0, value: 0n },
      ...wanted.map((index) => symbol(`s${index}`, index)),
      symbol('absolute', SHN_ABS),
      symbol('common', SHN_COMMON),
    ]
    const object = readBack(writeObject({ class: 64, machine: EM_X86_64, flags: 0, sections, symbols, groups: [] }))
    const found = new Map(object.symbols.map((one) => [one.name, one.section]))
    for (const index of wanted) expect(object.sections[found.get(`s${index}`) as number]?.name).toBe(`.data.${index}`)
    expect([found.get('absolute'), found.get('common')]).toEqual([SHN_ABS, SHN_COMMON])
  })
  it('reads from a file in pieces what it reads from its bytes', () => {
    const relocations = new RelocationTable()
    relocations.add(0, 10, 1, -4n)
    const large = { ...section(1), sizeInBytes: 100_000, contents: Uint8Array.from({ length: 100_000 }, (_, i) => i % 251), relocations }
    const nothing = { ...plain, name: '', type: 0, flags: 0, sizeInBytes: 0, contents: new Uint8Array(0) }
    const symbols = [{ ...symbol('', 0), binding: 0, value: 0n }, symbol('x', 1)]
    const bytes = writeObject({ class: 64, machine: EM_X86_64, flags: 0, sections: [nothing, large, section(2)], symbols, groups: [] })
    const ranges: number[] = []
    const inPieces = readBack({
      sizeInBytes: bytes.length,
      read(target, offset) {
        ranges.push(target.length)
        target.set(bytes.subarray(offset, offset + target.length))
      },
    })
    const whole = readBack(bytes)
    expect(Math.max(...ranges)).toBeLessThan(20_000)
    expect(inPieces.sections.map((one) => [one.name, ...one.contents])).toEqual(whole.sections.map((one) => [one.name, ...one.contents]))
    expect(inPieces.symbols).toEqual(whole.symbols)
    expect(inPieces.sections[1]?.relocations?.exactAddendAt(0)).toBe(-4n)
    const target = new Uint8Array(5)
    inPieces.sections[1]?.copyContents?.(target, 1, 50_000, 3)
    expect([...target]).toEqual([0, 50_000 % 251, 50_001 % 251, 50_002 % 251, 0])
  })
  it('says where a file is cut off', () => {
    const nothing = { ...plain, name: '', type: 0, flags: 0, sizeInBytes: 0, contents: new Uint8Array(0) }
    const bytes = writeObject({
      class: 64,
      machine: EM_X86_64,
      flags: 0,
      sections: [nothing, section(1)],
      symbols: [{ ...symbol('', 0), binding: 0 }],
      groups: [],
    })
    for (let length = 0; length < bytes.length; length++) expect(readObject(bytes.subarray(0, length))).toHaveProperty('fault')
  })
})
