// What people who write x86 by hand get wrong, and what they are told. GNU as 2.40 reports each on the same line with the
// same severity (`as --32`); the text and what is right are ours.
import { renderText, SourceFile } from '@kernelbox/diagnostics'
import { assemble } from '@kernelbox/assembler'
import { preprocess } from '@kernelbox/preprocessor'
import { describe, expect, it } from 'vitest'

interface Told {
  readonly line: number
  readonly severity: string
  readonly text: string
}

function told(code: string): Told[] {
  const source = SourceFile.fromString('boot.s', `.code16\n${code}\n`)
  return assemble(source, { mode: 32 }).diagnostics.map((d) => ({
    line: d.span ? d.span.source.lineAt(d.span.start) : 0,
    severity: d.severity,
    text: renderText(d),
  }))
}

/** Statement, severity, and words that must be in the message; the statement stands on line 2. */
const cases: readonly (readonly [string, string, ...string[]])[] = [
  ['mvo %ax,%bx', 'error', "no instruction 'mvo'", "did you mean 'mov'?", 'mov %ax,%bx'],
  ['mov %ax,%bl', 'error', '%bx has 16 bits; or take %al on the other side', 'mov %ax,%bx'],
  ['int 0x10', 'error', 'is an address', 'int $0x10'],
  ['mov ax,5', 'error', "'ax' is a symbol here", 'mov $5,%ax'],
  ['.asciiz "x"', 'error', "did you mean '.asciz'?"],
  ['; set ax to one', 'error', "';' separates statements"],
  ['movb $300,%al', 'warning', 'the number 300 does not fit in 8 bits (-128 to 255); 0x2c is what is left of it'],
  ['movw $0x10,%ds', 'error', 'go through %ax'],
  ['mov (%ax),%bx', 'error', '%bx, %bp, %si, %di'],
  ['mov %rax,%bx', 'error', '%rax is only available in 64-bit code'],
  ['inc (%bx)', 'warning', "'incw' is taken", 'write incb, incw or incl'],
  ['in $0x3f8,%al', 'warning', '0xf8', 'ports above 255 are reached through %dx'],
  ['mov (%bx),(%si)', 'error', 'two memory operands'],
]

describe('the assembler teaches', () => {
  it.each(cases)('%s', (code, severity, ...words) => {
    const found = told(code)
    expect(found.map(({ line, severity: s }) => [line, s])).toEqual([[2, severity]])
    for (const word of words) expect(found[0]?.text).toContain(word)
  })
  it('a label that is there twice, with both places', () => {
    const [found] = told('foo:\nnop\nfoo:')
    expect([found?.line, found?.severity]).toEqual([4, 'error'])
    expect(found?.text).toContain('boot.s:2:1')
  })
  it('a file that is not there, with the paths that were tried', () => {
    const source = SourceFile.fromString('boot.s', '.include "x.inc"\n')
    const { diagnostics } = assemble(source, { includePaths: ['inc'], readFile: () => undefined })
    expect(diagnostics.map((d) => renderText(d)).join('')).toContain('x.inc, inc/x.inc')
  })
  it('through the preprocessor: the line of the use, and the body of the macro', () => {
    const source = SourceFile.fromString('boot.S', '#define COPY(a, b) mvo a, b\n\n\tCOPY(%ax, %bx)\n')
    const [found] = assemble(preprocess(source).output, {}).diagnostics
    const text = found ? renderText(found) : ''
    expect(text).toContain("boot.S:3:2: error: there is no instruction 'mvo'")
    expect(text).toContain('boot.S:1:20: note: expanded from macro COPY')
  })
})
