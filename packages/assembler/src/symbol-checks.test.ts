// What GNU as 2.40 refuses about symbols and fields when all is read.
import { SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { assemble, type AssembleOptions } from './index.ts'

function told(text: string, options: AssembleOptions = {}): string[] {
  const { diagnostics } = assemble(SourceFile.fromString('t.s', text), options)
  return diagnostics.map((d) => `${d.span?.source.lineAt(d.span.start) ?? 0} ${d.severity} ${d.code}`)
}

describe('.symver', () => {
  it('gives one version, and no default one, to what is defined elsewhere', () => {
    expect(told('.symver foo,foo@@v1\n')).toEqual(['0 error symver-default'])
    expect(told('.symver foo,foo@v1\n.symver foo,foo@v2\n')).toEqual(['0 error symver-conflict'])
    expect(told('.symver foo,foo@@@v1\n.long foo\n')).toEqual([])
    expect(told('foo: .symver foo,foo@@v1\n.symver foo,foo@v2\n')).toEqual([])
  })
  it('renames once', () => {
    expect(told('foo: .symver foo,foo@@@v1\n.symver foo,foo@@@v2\n')).toEqual(['2 error symver-twice'])
    expect(told('foo: .symver foo,foo@@@@v1\n')).toEqual(['1 error symver-version'])
  })
  it('leaves no doubt about the version that a relocation names', () => {
    const two = '.globl foo\nfoo: .symver foo,foo@@v1,remove\n.symver foo,foo@v2\n'
    expect(told(`${two}.long foo\n`)).toEqual(['0 error symver-relocation'])
    expect(told(`${two}.long foo - .\n`)).toEqual([])
    expect(told(two)).toEqual([])
  })
})

describe('a section', () => {
  it('cannot have the name of a label', () => {
    expect(told('foo:\n.section foo, "a"\n')).toEqual(['2 error section-name-taken'])
    expect(told('.long foo\n.section foo, "a"\n')).toEqual([])
    expect(told('.section foo, "a"\nfoo:\n')).toEqual(['2 error duplicate-symbol'])
    expect(told('.set foo, 5\n.section foo, "a"\n')).toEqual([])
  })
  it('without contents takes no fill', () => {
    expect(told('.bss\n.balign 32, -1\n.skip 1, -1\n.org .+1, -1\n.sleb128 0\n').map((line) => line.slice(2))).toEqual(
      Array.from({ length: 3 }, () => 'warning fill-ignored'),
    )
    expect(told('.bss\n.fill 1, 1, -1\n.sleb128 -1\n')).toEqual(['2 error contents-in-bss', '3 error contents-in-bss'])
  })
})

describe('a field', () => {
  it('of 32 bits that is relative or an address has a sign in 64-bit code', () => {
    expect(told('movq far(%rip), %rax\n.set far, . + 0x80000000\n')).toEqual(['1 error branch-out-of-range'])
    expect(told('mov far(%eip), %eax\n.set far, . + 0x90000000\n')).toEqual([])
    expect(told('jmp far\n.set far, . + 0x90000000\n')).toEqual(['1 error branch-out-of-range'])
    expect(told('mov $far, %rax\n.set far, 0x99999999\n')).toEqual(['1 error value-too-large'])
    expect(told('mov $far, %eax\n.set far, 0x99999999\n')).toEqual([])
    expect(told('jmp far\n.set far, . + 0x90000000\n', { mode: 32 })).toEqual([])
  })
  it('of 64-bit code in a 32-bit object has no symbol where the sign is extended', () => {
    expect(told('.code64\nmov s, %eax\nmov s(%rip), %eax\nmov $s, %rax\nmov $s, %eax\n', { mode: 32 })).toEqual([
      '2 error no-such-relocation',
      '4 error no-such-relocation',
    ])
  })
  it('of an address has registers or a scale between its parentheses', () => {
    expect(told('mov 4(),%eax\nmov (%ecx,),%eax\nmov (,%ecx,),%eax\nmov (,,2),%eax\n', { mode: 32 })).toEqual([
      '1 error empty-parentheses',
      '2 error missing-index',
      '4 error missing-index',
    ])
  })
  it('of a near call in 16-bit code reaches its segment to both sides', () => {
    expect(told('.code16\ncall f\n.skip 40000\nf:\n', { mode: 32 })).toEqual([])
    expect(told('.code16\ncall f\n.skip 70000\nf:\n', { mode: 32 })).toEqual(['2 error value-too-large'])
  })
})

describe('a number beyond 64 bits', () => {
  it('stands in data alone or behind a sign, and not in a sum', () => {
    expect(told('.quad 0x123456789abcdef01\n.octa 0x123456789abcdef01\n.quad 0x123456789abcdef01+1\n')).toEqual([
      '1 warning value-truncated',
      '3 warning number-too-big',
    ])
  })
  it('has no place elsewhere', () => {
    const errors = told(
      '.set s, 0x123456789abcdef01\nmov $0x123456789abcdef01, %rax\n.zero 5, 0x123456789abcdef01\n.if 0x123456789abcdef01\n.endif\n',
    )
    expect(errors.map((line) => line.slice(0, 7))).toEqual(['1 error', '2 error', '3 error', '4 error'])
  })
})

describe('the size of an object', () => {
  it('has a limit, which an alignment can pass too', () => {
    expect(told('.p2align 40, , 4\n.byte 1\n')).toEqual(['0 error section-too-large'])
    expect(told('mov $1==1, %eax\nmov $2 == 1, %eax\n')).toEqual(['1 error operand-character', '2 error operand-character'])
    expect(told('.byte 1\n.p2align 40\n.byte 1\n')).toEqual(['0 error section-too-large'])
    expect(told('.data\n.fill 0x7fffffff, 8, 1\n')).toEqual(['2 error section-too-large'])
    expect(told('.bss\n.skip 0x7fffffff\n')).toEqual([])
  })
})

describe('an empty place in a list of numbers', () => {
  it('counts as zero, and is told', () => {
    expect(told('.long 1,,2\n.byte 2,\n.uleb128 3,\n.sleb128\n.long\n')).toEqual([
      '1 warning missing-operand',
      '2 warning missing-operand',
      '3 warning missing-operand',
      '4 warning missing-operand',
    ])
  })
  it('is nothing among strings, and zero in other directives', () => {
    expect(told('.asciz , "a"\n.ascii "a",\n.ascii <65>,"b"\n.skip ,4\n.p2align ,4,16\n.fill 2,,3\n.globl a,\n')).toEqual([])
    expect(told('.comm foo\n.nops ,\n')).toEqual(['1 error missing-operand', '2 error missing-operand'])
  })
})

describe('what a program fuzzer found (GNU as 2.40)', () => {
  const assembled = (text: string) => assemble(SourceFile.fromString('t.s', text), { mode: 32 }).object
  const symbols = (text: string) =>
    (assembled(text)?.symbols ?? []).slice(1).map(({ name, value, binding }) => [name, Number(value), binding])
  it('.comm aligns to the next power of two up to 16, of a .local name not at all; .lcomm to the one below up to 8', () => {
    expect(symbols('.comm a,3\n.comm b,33\n')).toEqual([
      ['a', 4, 1],
      ['b', 16, 1],
    ])
    expect(assembled('.local a\n.comm a,4\n')?.sections.find(({ name }) => name === '.bss')?.alignment).toBe(1)
    expect(assembled('.lcomm a,3\n')?.sections.find(({ name }) => name === '.bss')?.alignment).toBe(2)
  })
  it('.L names are in the symbol table where they are global, weak or common; other undefined names are not for being weak', () => {
    expect(symbols('.weak .L1\n.globl .L2\n.comm .L3,4\n.weak foo\n').map(([name]) => name)).toEqual(['.L1', '.L2', '.L3'])
  })
  it('LEB128 numbers take the offset of a label in its section', () => {
    const section = assembled('.byte 1,2,3\na:\n.data\n.uleb128 a+1\n')?.sections.find(({ name }) => name === '.data')
    expect([...(section?.contents ?? [])]).toEqual([4])
  })
  it('.org to an undefined name goes to the beginning of the section', () => {
    expect(told('.org nowhere+300\n')).toEqual(['1 warning undefined-location'])
    expect(told('.byte 1\n.org nowhere+300\n')).toEqual(['2 warning undefined-location', '2 error org-backwards'])
  })
})

describe('an input that is made to be large', () => {
  it('has values of a bounded number of steps', () => {
    const doubling = Array.from({ length: 60 }, (_, i) => `a${i} = a${i + 1} + a${i + 1}\n`).join('')
    expect(told(`${doubling}.long a0\n`).every((line) => line.includes('error'))).toBe(true)
    const late = Array.from({ length: 60 }, (_, i) => `.eqv b${i}, b${i + 1} + b${i + 1}\n`).join('')
    expect(told(`${late}.long b0\n`).length).toBeGreaterThan(0)
  })
  it('has subsections in any number and order', () => {
    expect(told(Array.from({ length: 3000 }, (_, i) => `.text ${(i * 7919) % 3000}\n`).join(''))).toEqual([])
  })
  it('may repeat what a file has, up to the size of an object', () => {
    const bytes = new Uint8Array(0x10000001)
    expect(told('.incbin "f"\n', { readFile: () => bytes })).toEqual(['1 error section-too-large'])
  })
  it('may go over any number of characters', () => {
    expect(told(`.irpc x,${'1'.repeat(200_000)}\n.byte \\x\n.endr\n`)).toEqual([])
  })
})
