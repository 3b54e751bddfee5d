// Sections of comdat groups: their flags, and what refers into them. Goldens from GNU as 2.40, the inputs as g++ and gccgo write.
import { SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { assemble, type AssembleOptions } from './index.ts'

function objectOf(text: string, options: AssembleOptions = {}) {
  const { object, diagnostics } = assemble(SourceFile.fromString('t.s', text), options)
  expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([])
  return object
}

/** Relocations of .text: the name of the symbol, `§` for a section's, and the addend. */
function relocations(text: string, options: AssembleOptions = {}): string[] {
  const object = objectOf(text, options)
  const table = object?.sections.find((s) => s.name === '.text')?.relocations
  if (!table) return []
  return Array.from({ length: table.count }, (_, i) => {
    const symbol = object?.symbols[table.symbolAt(i)]
    const addend = table.addendAt(i)
    return `${symbol?.type === 3 ? '§' : symbol?.name}${addend < 0 ? '' : '+'}${addend}`
  })
}

const group = '.section .text.f,"axG",@progbits,f,comdat\nfoo: nop\n.Lb: nop\n1: ret\n.text\n'

describe('a reference from outside into a section that the linker may drop', () => {
  it('names a symbol that has a name of its own, and the section for .L names and numbers', () => {
    expect(relocations(`${group}.quad foo, .Lb, 1b`)).toEqual(['foo+0', '§+1', '§+2'])
  })
  it('names .L names too when they are kept', () => {
    expect(relocations(`${group}.quad foo, .Lb, 1b`, { keepLocals: true })).toEqual(['foo+0', '.Lb+0', '§+2'])
  })
})

it('a call of what is defined further on, or with @PLT, may go through the table; other branches need not', () => {
  const object = objectOf(`call foo\njmp foo\n${group}call foo\ncall foo@PLT`)
  const table = object?.sections.find((s) => s.name === '.text')?.relocations
  expect([0, 1, 2, 3].map((i) => table?.typeAt(i))).toEqual([4, 2, 4, 2])
})

describe('flags of a section', () => {
  const flags = (text: string) => objectOf(text)?.sections.find((s) => s.name.startsWith('.data.'))?.flags
  it('are those of its special name too', () => expect(flags('.section .data.a,"a"')).toBe(3))
  it('are those that are written where a group is named', () =>
    expect(flags('.section .data.rel.ro.gcbits..a,"aG",@progbits,g,comdat')).toBe(0x202))
})

describe('a call through a TLS descriptor', () => {
  it('has no displacement; the relocation marks its first byte', () => {
    const text = 'call *foo@TLSCALL(%rax)\ncall *foo@TLSCALL(%rax)'
    const bytes = objectOf(text)?.sections.find((s) => s.name === '.text')?.contents
    expect([...(bytes ?? [])]).toEqual([0xff, 0x10, 0xff, 0x10])
    expect(relocations(text)).toEqual(['foo+0', 'foo+0'])
  })
})

it('an offset from the table of 64 bits names the label, for the linker may move what it names', () => {
  expect(relocations('movabs $.La@GOTOFF,%rax\n.section .rodata\n.La: .long 1')).toEqual(['.La+0'])
})
