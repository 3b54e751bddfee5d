// Golden bytes: GNU as (GNU Binutils for Debian) 2.40 --64 (--32 where said) with the option in the title.
import { describe, expect, it } from 'vitest'
import { parseStatement } from '../test/att-statement.ts'
import { type EncodeOptions, encodeInstruction, type Mode } from './index.ts'

function hex(text: string, options: Partial<EncodeOptions>, mode: Mode = 64): string {
  const result = encodeInstruction(parseStatement(text), { mode, ...options })
  if (!result.ok) return result.failure.code
  const { before, bytes, after } = result.encoding
  return [...(before ?? []), ...bytes, ...(after ?? [])].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

describe('-O', () => {
  it('drops REX.W where 32 bits give the same', () => {
    expect(hex('xor %r8,%r8', { optimize: 1 })).toBe('4531c0')
    expect(hex('mov $5,%rax', { optimize: 1 })).toBe('b800000000')
    expect(hex('mov $-1,%rax', { optimize: 1 })).toBe('48c7c000000000')
    expect(hex('{load} xor %rcx,%rcx', { optimize: 1 })).toBe('4833c9')
  })
  it('clears a vector register with the shortest instruction', () => {
    expect(hex('vpxord %zmm1,%zmm1,%zmm5', { optimize: 1 })).toBe('c5f1efe9')
    expect(hex('vpxord %zmm1,%zmm1,%zmm5{%k1}', { optimize: 1 })).toBe('62f17549efe9')
    expect(hex('{evex} vpxord %zmm1,%zmm1,%zmm2', { optimize: 1 })).toBe('62f17548efd1')
  })
  it('takes VEX for unmasked EVEX moves while it is not longer', () => {
    expect(hex('vmovdqa32 64(%rax),%xmm2', { optimize: 1 })).toBe('c5f96f5000')
    expect(hex('vmovdqa32 128(%rax),%xmm2', { optimize: 1 })).toBe('62f17d086f5000')
  })
  it('makes moves of lea', () => {
    expect(hex('lea (%rsi),%eax', { optimize: 1 })).toBe('8bc6')
    expect(hex('lea %ss:(%eax,%ecx),%eax', { optimize: 1 })).toBe('8d0408')
    expect(hex('lea (%si),%eax', { optimize: 1 }, 32)).toBe('0fb7c6')
  })
})

describe('-O2 and -Os', () => {
  it('tests instead of and, only with -O2', () => {
    expect(hex('and %cl,%cl', { optimize: 2 })).toBe('84c9')
    expect(hex('and %cl,%cl', { optimize: 's' })).toBe('20c9')
    expect(hex('{nooptimize} and %cl,%cl', { optimize: 2 })).toBe('20c9')
    expect(hex('and %ebx,%ebx', { optimize: 2 })).toBe('21db')
  })
  it('tests a byte where that is enough, only with -Os', () => {
    expect(hex('test $0x7f,%edi', { optimize: 's' })).toBe('40f6c700')
    expect(hex('test $0x7f,%edi', { optimize: 's' }, 32)).toBe('f7c700000000')
  })
  it('exchanges sources that commute for two-byte VEX', () => {
    expect(hex('vpaddd %xmm12,%xmm3,%xmm4', { optimize: 2 })).toBe('c599fee3')
    expect(hex('vaddps %xmm12,%xmm3,%xmm4', { optimize: 2 })).toBe('c4c16058e4')
  })
})

describe('-msse2avx', () => {
  it('repeats the destination as first source, where SSE reads it', () => {
    expect(hex('addps %xmm4,%xmm6', { sse2avx: true })).toBe('c5c858f4')
    expect(hex('sqrtps %xmm4,%xmm6', { sse2avx: true })).toBe('c5f851f4')
    expect(hex('blendvps %xmm4,%xmm6', { sse2avx: true })).toBe('c4e3494af400')
    expect(hex('rex64 pcmpestri $0,%xmm0,%xmm0', { sse2avx: true })).toBe('c4e3f961c000')
    expect(hex('rex64 movd %eax,%xmm0', { sse2avx: true })).toBe('c4e1796ec0')
    expect(hex('addl %eax,%ebx', { sse2avx: true })).toBe('01c3')
  })
})

describe('guards and prefixes by option', () => {
  it('fences after loads, not after stores', () => {
    expect(hex('movl (%rax),%ebx', { lfenceAfterLoad: true })).toBe('8b180faee8')
    expect(hex('movl %ebx,(%rax)', { lfenceAfterLoad: true })).toBe('8918')
    expect(hex('addl %ebx,(%rax)', { lfenceAfterLoad: true })).toBe('01180faee8')
    expect(hex('lea (%rax),%ebx', { lfenceAfterLoad: true })).toBe('8d18')
  })
  it('fences before indirect branches and returns', () => {
    expect(hex('jmp *%rax', { lfenceBeforeIndirectBranch: 'all' })).toBe('0faee8ffe0')
    expect(hex('ret', { lfenceBeforeRet: 'not' })).toBe('48f7142448f714240faee8c3')
    expect(hex('retw', { lfenceBeforeRet: 'or' }, 32)).toBe('66830c24000faee866c3')
  })
  it('adds bnd, drops lock, locks an add for a fence', () => {
    expect(hex('call foo', { addBndPrefix: true })).toBe('f2e800000000')
    expect(hex('lock addl $1,(%rax)', { omitLockPrefix: true })).toBe('830000')
    expect(hex('mfence', { fenceAsLockAdd: true })).toBe('f083042400')
  })
  it('knows where -mintel64 and -mamd64 differ', () => {
    expect(hex('lcallq *(%rax)', { isa64: 'intel64' })).toBe('48ff18')
    expect(hex('lcallq *(%rax)', {})).toBe('operand-size-mismatch')
    expect(hex('retw', { isa64: 'intel64' })).toBe('invalid-suffix')
    expect(hex('sysenter', { isa64: 'amd64' })).toBe('not-in-mode')
  })
})
