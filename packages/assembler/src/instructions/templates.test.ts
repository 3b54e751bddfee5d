// Encodings are kept as templates for groups of registers: what comes out must not depend on which statement came first.
import { SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { assemble } from '../index.ts'

function text(source: string): string {
  const { object, diagnostics } = assemble(SourceFile.fromString('t.s', source), { mode: 64 })
  expect(diagnostics).toEqual([])
  return Buffer.from(object?.sections.find((section) => section.name === '.text')?.contents ?? []).toString('hex')
}

const names64 = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r11', 'r12', 'r13', 'r15']
const names8 = ['al', 'cl', 'bl', 'spl', 'dil', 'r8b', 'r13b']

function statements(): string[] {
  const all: string[] = []
  for (const one of names64) {
    all.push(`push %${one}`, `bswap %${one}`, `shl %cl, %${one}`, `imul $5, %${one}`, `add $1000, %${one}`, `xchg %rax, %${one}`)
    all.push(`mov $1, %${one}`, `incl (%${one})`, `mov %fs:8(%${one}), %eax`, `movq %${one}, %xmm9`, `vmovd %xmm1, 4(%${one})`)
    for (const other of names64) {
      all.push(`mov %${one}, %${other}`, `mov (%${one}), %${other}`, `mov x(%${one}), %${other}`)
      if (other !== 'rsp') all.push(`lea (%${one},%${other},4), %rdi`, `lea 300(,%${other}), %${one}`)
    }
    for (const byte of names8) all.push(`mov %${byte}, 1(%${one})`, `movzbl %${byte}, %ecx`)
  }
  for (const byte of ['ah', 'ch', 'bh']) all.push(`mov %${byte}, (%rbx)`, `add %${byte}, %cl`, `mov $7, %${byte}`)
  for (const one of [0, 1, 7, 8, 15]) for (const other of [0, 3, 9]) all.push(`addps %xmm${one}, %xmm${other}`, `paddd (%r9), %xmm${other}`)
  for (const [port, registers] of [['%dx', ['al', 'ax', 'eax']]] as const)
    for (const one of registers) all.push(`out %${one}, ${port}`, `in ${port}, %${one}`, `out %${one}, $0x70`)
  for (const number of [
    '0x100000000',
    '-0x80000001',
    '0x123456789abcdef0',
    '-9223372036854775808',
    '18446744073709551615',
    '9007199254740993',
  ])
    for (const one of ['rax', 'rbx', 'r9']) all.push(`mov $${number}, %${one}`, `movabsq $${number}, %${one}`)
  for (const one of ['8+x(%rip)', '-8+x(%rip)', '16+x', '4+x(%rbx,%r9)', '$4+x']) all.push(`movl ${one}, %eax`, `movl ${one}, %r8d`)
  // Each second one is what the first of its shape left to the value.
  for (const number of [0, 1, 3, 5, -1, -128, 127, 128, 200, -129, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, -0x80000000]) {
    for (const one of ['eax', 'ebx', 'r9d'])
      all.push(`mov $${number}, %${one}`, `add $${number}, %${one}`, `imul $${number}, %edx, %${one}`)
    for (const base of ['(%rax)', '(%rbp)', '(%r13)', '(%rsp,%r9,2)', '(,%rbx,8)', '(%ecx)', '(%rip)'])
      all.push(`cmpl $${number}, ${number}${base}`, `movq ${number}${base}, %xmm9`, `mov %fs:${number}${base}, %r8b`)
    all.push(`pushq $${number}`)
    if (number >= -128 && number <= 255)
      all.push(`shl $${number}, %r10`, `movb $${number}, %ah`, `psrlw $${number}, %mm3`, `int $${number}`)
  }
  return all
}

describe('encodings of statements that differ in registers', () => {
  it('are those of each statement alone, in either order', () => {
    const all = statements()
    const alone = all.map((statement) => text(`${statement}\n`))
    expect(text(`${all.join('\n')}\n`)).toBe(alone.join(''))
    expect(text(`${all.toReversed().join('\n')}\n`)).toBe(alone.toReversed().join(''))
  })
  it('do not hide what is to be said of one register only', () => {
    const { diagnostics } = assemble(SourceFile.fromString('t.s', 'lodsb (%rsi)\nlodsb (%rbx)\n'), { mode: 64 })
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual(['wrong-string-register'])
  })
})
