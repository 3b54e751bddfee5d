// Golden bytes from GNU as 2.40.
import { SourceFile } from '@kernelbox/diagnostics'
import { SHF_ALLOC, SHF_EXECINSTR, SHT_PROGBITS } from '@kernelbox/elf'
import { describe, expect, it } from 'vitest'
import { assemble } from '../index.ts'
import type { FragmentChain } from '../fragments.ts'
import { Section } from '../sections.ts'
import { symbolAbsolute, symbolEquated, SymbolTable } from '../symbols.ts'
import { DebugSection } from './debug-section.ts'
import { LineFiles } from './line-files.ts'
import { emitLineTable } from './line-program.ts'
import { LineTable, type LocOptions, rowBasicBlock, rowEpilogueBegin, rowIsStatement, rowPrologueEnd } from './line-rows.ts'

const symbols = new SymbolTable()
const chainOf = (name: string, index: number): FragmentChain => new Section(name, index, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR).chain(0)

function tableWith(files: LineFiles) {
  const table = new LineTable(files, symbols)
  const loc = (chain: FragmentChain, file: number, line: number, column: number, options: Partial<LocOptions> = {}) =>
    table.loc(chain, file, line, {
      column,
      isStatement: undefined,
      flags: 0,
      isa: undefined,
      discriminator: 0,
      view: undefined,
      ...options,
    })
  const emit = (chain: FragmentChain, size: number) => {
    if (table.isPending) table.beforeInstruction(chain)
    chain.bytes(new Uint8Array(size))
  }
  return { table, loc, emit }
}

function bytesOf(table: LineTable, dwarfVersion: number, addressSizeInBytes: 4 | 8 = 8) {
  const line = new DebugSection(chainOf('.debug_line', 5), symbols)
  const strings = new DebugSection(chainOf('.debug_line_str', 6), symbols)
  const options = { dwarfVersion, addressSizeInBytes, compilationDirectory: '/home/x' }
  emitLineTable(
    line,
    strings,
    table.files,
    table.rows.map((rows) => [rows]),
    options,
    symbols,
  )
  const digits = Array.from(line.chain.data.subarray(0, line.length), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return { hex: digits.match(/.{1,32}/g), strings: String.fromCharCode(...strings.chain.data.subarray(0, strings.length)), line }
}

describe('emitLineTable', () => {
  function everything() {
    const files = new LineFiles(2)
    files.assign(1, undefined, 'a.c', undefined)
    files.assign(2, undefined, 'inc/b.h', undefined)
    files.assign(3, undefined, '/usr/include/c.h', undefined)
    const { table, loc, emit } = tableWith(files)
    const text = chainOf('.text', 0)
    const other = chainOf('.text.b', 1)
    loc(text, 1, 5, 3)
    emit(text, 1)
    loc(text, 1, 6, 0)
    emit(text, 1)
    loc(text, 2, 10, 2, { isStatement: false })
    emit(text, 1)
    loc(text, 1, 6, 1, { isStatement: true, flags: rowPrologueEnd, discriminator: 5 })
    emit(text, 1)
    loc(text, 1, 200, 1, { flags: rowBasicBlock | rowEpilogueBegin, isa: 3 })
    emit(text, 301)
    loc(text, 3, 100, 1)
    emit(text, 70001)
    loc(text, 1, 1, 1)
    emit(text, 1)
    loc(text, 1, 1, 1)
    loc(text, 1, 2, 1)
    emit(text, 1)
    loc(other, 1, 7, 1)
    emit(other, 1)
    loc(text, 1, 9, 1)
    emit(text, 1)
    return table
  }

  it('writes version 3 with special opcodes, long advances and one sequence a section', () => {
    const { hex, line } = bytesOf(everything(), 2)
    expect(hex).toEqual([
      '990000000300390000000101fb0e0d00',
      '0101010100000001000001696e63002f',
      '7573722f696e636c7564650000612e63',
      '00000000622e680001000063' + '2e680002',
      '00000005030009020000000000000000',
      '16050021040205020624040105010002',
      '0405060a1c0c03070b03c20120040303',
      '9c7f02ad02010401039d7f02f1a20401',
      '201327020100010105010c0300090200',
      '00000000000000180201000101',
    ])
    expect(Array.from(line.chain.fixups.offsets.subarray(0, line.chain.fixups.count))).toEqual([0x48, 0x8f])
  })

  it('writes version 5 with names in .debug_line_str and digests', () => {
    const files = new LineFiles(2)
    files.assign(0, '/home/x', 'a.c', 0x00112233445566778899aabbccddeeffn)
    files.assign(1, undefined, 'a.c', undefined)
    files.assign(2, undefined, 'inc/b.h', undefined)
    const { table, loc, emit } = tableWith(files)
    const text = chainOf('.text', 0)
    loc(text, 1, 5, 3, { view: 'zero' })
    emit(text, 1)
    const view1 = symbols.named('.LVU1')
    const view2 = symbols.named('.LVU2')
    loc(text, 1, 6, 0, { view: view1 })
    loc(text, 1, 7, 0, { view: view2 })
    emit(text, 1)
    loc(text, 2, 10, 2, { isStatement: false, view: 'zero' })
    emit(text, 4)
    expect([view1.kind, view1.value, view2.kind, view2.value]).toEqual([symbolAbsolute, 0n, symbolAbsolute, 1n])
    expect(files.dwarfVersion).toBe(5)
    const { hex, strings } = bytesOf(table, 5)
    expect(hex).toEqual([
      '8a0000000500080065000000010101fb',
      '0e0d0001010101000000010000010101',
      '1f02000000000000000003011f020f05',
      '1e030000000000ffeeddccbbaa998877',
      '66554433221100000000000000000000',
      '00000000000000000000000000000000',
      '01000000000000000000000000000000',
      '00050300090200000000000000001605',
      '0021130402050206230204000101',
    ])
    expect(strings).toBe('/home/x\0inc\0a.c\0a.c\0b.h\0')
  })

  it('lets the first file stand for the unit where no .file 0 does', () => {
    const files = new LineFiles(5)
    files.assign(1, undefined, 'a.c', undefined)
    const { table, loc, emit } = tableWith(files)
    const text = chainOf('.text', 0)
    loc(text, 1, 2, 3)
    emit(text, 1)
    expect(bytesOf(table, 5).strings).toBe('/home/x\0a.c\0')
  })
})

describe('LineTable', () => {
  it('gives a row to the first instruction after .loc only, and none to line 0', () => {
    const files = new LineFiles(2)
    files.assign(1, undefined, 'a.c', undefined)
    const { table, loc, emit } = tableWith(files)
    const text = chainOf('.text', 0)
    loc(text, 1, 0, 3)
    emit(text, 1)
    loc(text, 1, 2, 3, { flags: rowPrologueEnd })
    emit(text, 1)
    emit(text, 1)
    loc(text, 1, 3, 3)
    expect(table.isPending).toBe(true)
    const rows = table.rows[0]
    expect([rows?.count, rows?.offsets[0], rows?.flags[0]]).toEqual([1, 1, rowIsStatement | rowPrologueEnd])
  })

  it('leaves a view open where an alignment may lie between two rows', () => {
    const files = new LineFiles(2)
    files.assign(1, undefined, 'a.c', undefined)
    const { loc } = tableWith(files)
    const text = chainOf('.text', 0)
    loc(text, 1, 1, 0, { view: 'zero' })
    text.close(2, 4, 0, 0, undefined, undefined)
    const view = symbols.named('.LVU9')
    loc(text, 1, 2, 0, { view })
    expect(view.kind).toBe(symbolEquated)
  })

  it('under -g writes one row a line', () => {
    const { table, emit } = tableWith(new LineFiles(2))
    const text = chainOf('.text', 0)
    let line = 1
    table.generate(() => ({ file: 'sub/g.s', line }))
    emit(text, 1)
    emit(text, 1)
    line = 4
    emit(text, 1)
    expect(Array.from(table.rows[0]?.lines.subarray(0, table.rows[0].count) ?? [])).toEqual([1, 4])
    expect(table.files.directories[1]).toBe('sub')
  })
})

describe('LineFiles', () => {
  it('splits names at the last slash and shares directories', () => {
    const files = new LineFiles(2)
    for (const [i, name] of ['./a.c', '/a.c', 'd/b.c', 'd/c.c'].entries()) files.assign(i + 1, undefined, name, undefined)
    expect(files.files.slice(1).map((f) => [f?.name, f?.directory])).toEqual([
      ['a.c', 1],
      ['/a.c', 0],
      ['b.c', 2],
      ['c.c', 2],
    ])
  })
  it('refuses a number that is taken, below 1 or far too large', () => {
    const files = new LineFiles(2)
    files.assign(1, undefined, 'a.c', undefined)
    expect(files.assign(1, undefined, 'a.c', undefined)).toBeUndefined()
    expect(files.assign(1, undefined, 'b.c', undefined)).toEqual({ code: 'occupied', by: 'a.c' })
    expect(files.assign(-1, undefined, 'x', undefined)).toEqual({ code: 'number-too-small' })
    expect(files.assign(4_000_000_000, undefined, 'x', undefined)).toEqual({ code: 'number-too-large' })
  })
})

describe("information of the source's own without any .loc", () => {
  it('has an empty line table to refer to, as in GNU as 2.40', () => {
    const { object } = assemble(SourceFile.fromString('t.s', 'nop\n.section .debug_info,"",@progbits\n.long 1'))
    expect(object?.sections.find((s) => s.name === '.debug_line')?.sizeInBytes).toBe(0x1d)
  })
})
