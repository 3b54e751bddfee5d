// Macros and repetitions: what they expand to, and where they end. Golden bytes from GNU as 2.40.
import { SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { assemble } from './index.ts'

function run(text: string) {
  const { object, diagnostics } = assemble(SourceFile.fromString('t.s', text), { mode: 32 })
  const bytes = object?.sections.find((s) => s.name === '.text')?.contents ?? new Uint8Array(0)
  return {
    hex: [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
    said: diagnostics.map((d) => `${d.span?.source.lineAt(d.span.start) ?? 0} ${d.severity} ${d.code}`),
  }
}

describe('expansion', () => {
  it('leaves a character constant with a backslash alone, though a parameter has its name', () => {
    expect(run(".irpc c, abc\n.byte '\\c, 0x\\c\n.endr")).toEqual({ hex: '63 0a 63 0b 63 0c', said: [] })
  })
  it('refuses a local symbol of .altmacro that has the name of a parameter or of another', () => {
    expect(run('.altmacro\n.macro m x\n local x\n.endm\n.macro n\n local y\n local y\n.endm\nm 1\nn\n').said).toEqual([
      '3 error duplicate-local',
      '7 error duplicate-local',
    ])
  })
})

describe('bounds', () => {
  it('end nested repetitions with huge counts, with one message', () => {
    const text = '.rept 1000000000\n.rept 1000000000\n.endr\n.endr\nfoo bar\n'
    expect(run(text).said).toEqual(['1 error expansion-too-large'])
  })
  it('end macros that double each other', () => {
    let text = '.macro m0\n.endm\n'
    for (let i = 1; i < 90; i++) text += `.macro m${i}\nm${i - 1}\nm${i - 1}\n.endm\n`
    const { said } = run(`${text}m89\n`)
    expect(said.map((s) => s.slice(s.indexOf(' ')))).toEqual([' error expansion-too-large'])
  })
  it('end one expansion that multiplies its arguments', () => {
    const text = `.macro m a\n${'.byte \\a\n'.repeat(20000)}.endm\nm ${'1+'.repeat(10000)}1\n`
    expect(run(text).said).toEqual(['20003 error expansion-too-large'])
  })
  it('let a million repetitions pass', () => {
    expect(run('.rept 1000000\n.endr\n.rept 3\nnop\n.endr')).toEqual({ hex: '90 90 90', said: [] })
  })
})

describe('register symbols', () => {
  it('compare equal when they stand for the same register', () => {
    expect(run('.equ r, %ecx\n.equ s, %fs\n.if r <> %ecx\n.err\n.endif\n.if r == s\n.err\n.endif\nnop')).toEqual({ hex: '90', said: [] })
  })
  it('are not global', () => {
    expect(run('.globl a\n.equ a, %eax\n.equ b, %eax\n.globl b\n').said).toEqual(['2 error global-register', '4 error global-register'])
  })
})
