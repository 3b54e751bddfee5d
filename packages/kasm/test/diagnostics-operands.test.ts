// Operands of the wrong kind, in the wrong order, of the wrong size, and statements of other assemblers: what people are told.
// GNU as 2.40 reports each on the same line with the same severity; the text and what is right are ours.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assemble } from '@kernelbox/assembler'
import { type Diagnostic, renderText, SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it, vi } from 'vitest'
import { build } from '../src/build.ts'
import { parseCommandLine } from '../src/command-line.ts'

const printed: Diagnostic[] = []
vi.mock('@kernelbox/cli', async (original) => ({
  ...(await original<typeof import('@kernelbox/cli')>()),
  printDiagnostics: (diagnostics: readonly Diagnostic[]) => void printed.push(...diagnostics),
}))

function told(code: string, mode = '.code16') {
  const { diagnostics } = assemble(SourceFile.fromString('boot.s', `${mode}\n${code}\n`), { mode: 32 })
  return diagnostics.map((d) => ({ line: d.span?.source.lineAt(d.span.start), severity: d.severity, text: renderText(d), fix: d.fix }))
}

/** Mode, statement, and words that must be in the message. */
const operands: readonly (readonly [string, string, ...string[]])[] = [
  ['.code32', 'mov %ax,%eax', 'movzwl %ax,%eax', 'movswl with the sign'],
  ['.code32', 'mov %eax,%ax', '%ax already is the low half of %eax'],
  ['.code64', 'mov %eax,%rax', 'mov %eax,%eax', 'clears the upper half'],
  ['.code32', 'mov %eax,$foo', 'a constant cannot be the destination', 'mov $foo,%eax'],
  ['.code16', 'mov %ds,%al', '%al has 8 bits; %ds goes with %ax or %eax', 'mov %ds,%ax'],
  ['.code64', 'pop %al', "'pop' does not take %al, which has 8 bits; in 64-bit code it takes a register of 16 or 64 bits or memory"],
  ['.code64', 'push %eax', 'in 64-bit code it takes a register of 16 or 64 bits, memory or a constant'],
  ['.code16', 'rett', "did you mean 'ret'?"],
  ['.code16', 'out $0xf1,%al', 'the source is written first', 'out %al,$0xf1'],
  ['.code16', 'in %al,$0x60', 'the source is written first', 'in $0x60,%al'],
  ['.code16', 'jz %ax', 'it takes a label'],
  ['.code16', 'mul $5', "'mul' does not take a constant; in 16-bit code it takes a register of 8, 16 or 32 bits or memory"],
  ['.code16', 'mov %rax,%bx', 'only available in 64-bit code', 'boot.s:1:1: note: 16-bit code since here'],
]

/** A statement of NASM or MASM, and the same in ours. */
const dialect: readonly (readonly [string, string])[] = [
  ['bits 16', '.code16'],
  ['[BITS 32]', '.code32'],
  ['org 0x7c00', '.org 0x7c00'],
  ['msg db "hi"', 'msg: .ascii "hi"'],
  ['msg: db "hi", 0', '.asciz "hi"'],
  ["msg db 'hi', 13, 10, 0", 'msg: .ascii "hi"; .byte 13, 10, 0'],
  ['n dw 5', 'n: .word 5'],
  ['buf resb 64', 'buf: .skip 64'],
  ['buf resd 4', 'buf: .fill 4, 4'],
  ['section .text', '.text'],
  ['section .rodata', '.section .rodata'],
  ['global x', '.globl x'],
  ['extern x', '.extern x'],
  ['n equ 5', '.equ n, 5'],
  ['times 5 db 1', '.fill 5, 1, 1'],
  ['times 510-($-$$) db 0', '.org 510'],
]

describe('what an instruction takes', () => {
  it.each(operands)('%s: %s', (mode, code, ...words) => {
    const found = told(code, mode)
    expect(found.map(({ line, severity }) => [line, severity])).toEqual([[2, 'error']])
    for (const word of words) expect(found[0]?.text).toContain(word)
  })
  it('a register moved onto itself is never the help', () => {
    expect(told('mov %ax,%eax')[0]?.text).not.toContain('mov %ax,%ax')
  })
})

describe('statements of another assembler', () => {
  it.each(dialect)('%s', (code, ours) => {
    const found = told(code)
    expect(found.map(({ line, severity }) => [line, severity])).toEqual([[2, 'error']])
    expect(found[0]?.fix?.replacement).toBe(ours)
  })
  it.each(dialect)('%s: what is proposed assembles', (_code, ours) => {
    expect(told(ours)).toEqual([])
  })
  it('the load address is not what .org gives', () => {
    expect(told('org 0x7c00')[0]?.text).toContain('-Ttext=')
  })
  it('a #define that nobody read: .s files are not preprocessed', () => {
    const [found] = told('#define COPY(a, b) mov a, b\n\tCOPY(%ax, %bx)')
    expect([found?.line, found?.severity]).toEqual([3, 'error'])
    expect(found?.text).toContain('rename the file to .S')
  })
})

describe('an output that cannot be written', () => {
  it('is named, and the status is 1', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kasm-'))
    try {
      writeFileSync(join(folder, 'a.s'), '.code16\nnop\n')
      const output = join(folder, 'absent', 'x')
      const command = parseCommandLine([join(folder, 'a.s'), '-o', output])
      if (typeof command === 'string') throw new Error(command)
      printed.length = 0
      expect(await build(command)).toBe(1)
      expect(printed.map(({ message }) => message)).toEqual([`cannot write ${output}: no such file or directory`])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
