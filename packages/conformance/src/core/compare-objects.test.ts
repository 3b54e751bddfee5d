// Objects are built here byte by byte: ELF64, .text with one relocation, symbols.
import { describe, expect, it } from 'vitest'
import { compareFlat, compareExecutables } from '../ld/compare-links.ts'
import { compareObjects } from './compare-objects.ts'
import { ElfFile } from './elf-file.ts'

interface Parts {
  text?: number[]
  align?: number
  /** symbol index: 1 is the section, 2 the local symbol at offset 2, 3 the global one */
  relocation?: { symbol: number; addend: bigint }
  globalName?: string
  comment?: number
}

function makeObject({
  text = [0x90, 0xc3, 0, 0, 0, 0],
  align = 1,
  relocation = { symbol: 1, addend: 2n },
  globalName = 'go',
  comment = 1,
}: Parts): Buffer {
  const names = '\0.text\0.rela.text\0.symtab\0.strtab\0.comment\0'
  const strings = `\0here\0${globalName}\0`
  const symbol = (name: number, info: number, shndx: number, value: number): Buffer => {
    const b = Buffer.alloc(24)
    b.writeUInt32LE(name, 0)
    b.writeUInt8(info, 4)
    b.writeUInt16LE(shndx, 6)
    b.writeUInt32LE(value, 8)
    return b
  }
  const rela = Buffer.alloc(24)
  rela.writeUInt32LE(2, 0)
  rela.writeUInt32LE(2, 8)
  rela.writeUInt32LE(relocation.symbol, 12)
  rela.writeBigInt64LE(relocation.addend, 16)
  const bodies: [string, number, number, Buffer, number, number, number][] = [
    ['', 0, 0, Buffer.alloc(0), 0, 0, 0],
    ['.text', 1, 6, Buffer.from(text), 0, 0, 0],
    ['.rela.text', 4, 0x40, rela, 3, 1, 24],
    ['.symtab', 2, 0, Buffer.concat([symbol(0, 0, 0, 0), symbol(0, 3, 1, 0), symbol(1, 0, 1, 2), symbol(6, 0x10, 1, 1)]), 4, 3, 24],
    ['.strtab', 3, 0, Buffer.from(strings, 'latin1'), 0, 0, 0],
    ['.comment', 1, 0, Buffer.from([comment]), 0, 0, 0],
  ]
  const header = Buffer.alloc(64)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  header.writeUInt16LE(1, 16)
  header.writeUInt16LE(62, 18)
  const parts: Buffer[] = [header]
  let at = 64
  const rows = bodies.map(([name, type, flags, body, link, info, entrySize]) => {
    const row = Buffer.alloc(64)
    row.writeUInt32LE(Math.max(0, names.indexOf(`\0${name}\0`) + 1), 0)
    row.writeUInt32LE(type, 4)
    row.writeUInt32LE(flags, 8)
    row.writeUInt32LE(at, 24)
    row.writeUInt32LE(body.length, 32)
    row.writeUInt32LE(link, 40)
    row.writeUInt32LE(info, 44)
    row.writeUInt32LE(name === '.text' ? align : 1, 48)
    row.writeUInt32LE(entrySize, 56)
    parts.push(body)
    at += body.length
    return row
  })
  const namesRow = Buffer.alloc(64)
  namesRow.writeUInt32LE(3, 4)
  namesRow.writeUInt32LE(at, 24)
  namesRow.writeUInt32LE(names.length, 32)
  header.writeUInt32LE(at + names.length, 40)
  header.writeUInt16LE(64, 58)
  header.writeUInt16LE(bodies.length + 1, 60)
  header.writeUInt16LE(bodies.length, 62)
  return Buffer.concat([...parts, Buffer.from(names, 'latin1'), ...rows, namesRow])
}

describe('the comparison of objects', () => {
  const ref = makeObject({})
  const status = (parts: Parts) => compareObjects(ref, makeObject(parts)).status

  it('reads what it compares', () => {
    const elf = new ElfFile(ref)
    expect(elf.globals()).toEqual(['go|1|0|0|.text|1|0'])
    expect((elf.relocations.get('.text') ?? []).map((r) => elf.meaning(r))).toEqual(['00000002 type 2 .text+0x2'])
  })
  it('takes equal objects as exact', () => expect(status({})).toBe('exact'))
  it('takes a local symbol and its section plus offset as the same', () =>
    expect(status({ relocation: { symbol: 2, addend: 0n } })).toBe('same'))
  it('does not take another addend as the same', () => expect(status({ relocation: { symbol: 1, addend: 3n } })).toBe('diff'))
  it('sees one byte of code', () => expect(status({ text: [0x90, 0xc2, 0, 0, 0, 0] })).toBe('diff'))
  it('sees an alignment', () => expect(status({ align: 16 })).toBe('attrs'))
  it('sees a global symbol while the code is the same', () => expect(status({ globalName: 'ga' })).toBe('text'))
  it('names a section that is not allocated and differs', () =>
    expect(compareObjects(ref, makeObject({ comment: 2 }))).toMatchObject({ status: 'same', why: expect.stringContaining('.comment') }))
  it('takes a broken object as different, not as a fault of its own', () => {
    expect(compareObjects(ref, Buffer.from('not ELF')).status).toBe('diff')
    expect(compareObjects(ref, ref.subarray(0, 100)).status).toBe('diff')
  })
})

describe('the comparison of links', () => {
  it('wants every byte of a flat image', () => {
    expect(compareFlat(Buffer.from([1]), Buffer.from([1])).status).toBe('exact')
    expect(compareFlat(Buffer.from([1]), Buffer.from([1, 0])).status).toBe('diff')
  })
  it('compares relocatable outputs as objects', () => {
    expect(compareExecutables(makeObject({}), makeObject({ relocation: { symbol: 2, addend: 0n } })).status).toBe('same')
    expect(compareExecutables(makeObject({}), makeObject({ globalName: 'ga' })).status).toBe('diff')
  })
})
