import { describe, expect, it } from 'vitest'
import { predefinedChanges } from './predefined-changes.ts'

// Goldens: `gcc WORDS -E -dM -x assembler-with-cpp` of Debian's gcc 12.2.0 against the same without the words.
const changes = (words: string, bits: 16 | 32 | 64 = 64) => {
  const result = predefinedChanges(words.split(' '), bits)
  return [
    ...[...(result?.define ?? [])].map(([name, value]) => `+${name}${value === '1' ? '' : `=${value}`}`).sort(),
    ...[...(result?.undefine ?? [])].map((name) => `-${name}`).sort(),
  ].join(' ')
}

describe('what the words of the compiler predefine', () => {
  it('is nothing for words that only the compiler proper reads', () => {
    for (const words of ['-fno-strict-aliasing', '-Wall', '-mno-red-zone', '-fomit-frame-pointer', '-mregparm=3'])
      expect(changes(words)).toBe('')
  })
  it('follows the last level of optimization', () => {
    expect(changes('-O2')).toBe('+__OPTIMIZE__ -__NO_INLINE__')
    expect(changes('-O2 -Os')).toBe('+__OPTIMIZE_SIZE__ +__OPTIMIZE__ -__NO_INLINE__')
    expect(changes('-O2 -O0')).toBe('')
  })
  it('is the C of 1989 with -ansi, which is no assembler for gcc', () => {
    expect(changes('-ansi')).toBe('+__GNUC_GNU_INLINE__ +__STRICT_ANSI__ -__ASSEMBLER__ -__GNUC_STDC_INLINE__ -i386 -linux -unix')
  })
  it('follows the last word on being hosted', () => {
    expect(changes('-fhosted -ffreestanding')).toBe('+__STDC_HOSTED__=0')
    expect(changes('-ffreestanding -fhosted')).toBe('')
    expect(changes('-fno-hosted -fno-freestanding')).toBe('')
  })
  it('follows the last word on position independence', () => {
    expect(changes('-fPIC')).toBe('+__PIC__=2 +__pic__=2 -__PIE__ -__pie__')
    expect(changes('-fpie')).toBe('+__PIC__ +__PIE__ +__pic__ +__pie__')
    expect(changes('-fPIC -fno-pie')).toBe('-__PIC__ -__PIE__ -__pic__ -__pie__')
  })
  it('brings instruction sets with those that they need, and takes away those that need them', () => {
    expect(changes('-msse4.2')).toBe('+__CRC32__ +__POPCNT__ +__SSE3__ +__SSE4_1__ +__SSE4_2__ +__SSSE3__')
    expect(changes('-mavx2 -mno-ssse3')).toBe('+__SSE3__ +__XSAVE__')
    expect(changes('-msse4.2 -mno-popcnt')).toBe('+__CRC32__ +__SSE3__ +__SSE4_1__ +__SSE4_2__ +__SSSE3__')
    expect(changes('-mno-mmx')).toBe('-__MMX__')
    expect(changes('-msse', 32)).toBe('+__MMX__ +__SSE__')
  })
  it('knows processors, whatever the order of the words', () => {
    expect(changes('-mno-sse3 -march=core2')).toBe(
      '+__GCC_HAVE_SYNC_COMPARE_AND_SWAP_16 +__LAHF_SAHF__ +__core2 +__core2__ +__tune_core2__ -__k8 -__k8__',
    )
    expect(changes('-march=i486', 32)).toBe(
      '+__GCC_ATOMIC_LLONG_LOCK_FREE +__i486 +__i486__ +__tune_i486__ -__GCC_HAVE_SYNC_COMPARE_AND_SWAP_8 -__i686 -__i686__ -__pentiumpro -__pentiumpro__',
    )
  })
  it('has half precision with SSE2, and without it not', () => {
    expect(changes('-msse2', 32).match(/__FLT16_\w+/g)).toHaveLength(16)
    expect(changes('-mno-sse2').match(/-__FLT16_\w+/g)).toHaveLength(16)
  })
  it('takes a processor to have neither BMI nor TBM in 16-bit code', () => {
    expect(changes('-march=haswell', 16)).not.toContain('BMI')
    expect(changes('-march=haswell', 32)).toContain('+__BMI2__ +__BMI__')
    expect(changes('-march=haswell -mbmi', 16)).toContain('+__BMI__')
    expect(changes('-march=bdver4', 16)).not.toContain('TBM')
  })
  it('counts with SSE where mathematics are fast and SSE2 is there', () => {
    expect(changes('-ffast-math', 16)).toContain('+__SSE2_MATH__ +__SSE_MATH__')
    expect(changes('-ffast-math', 32)).not.toContain('SSE')
    expect(changes('-fno-fast-math -Ofast')).not.toContain('FAST_MATH')
  })
  it('names the code model, the protections and the unwind tables of a kernel', () => {
    expect(changes('-mcmodel=kernel -fcf-protection=branch -fno-asynchronous-unwind-tables -ffreestanding')).toBe(
      '+__CET__ +__STDC_HOSTED__=0 +__code_model_kernel__ -__GCC_HAVE_DWARF2_CFI_ASM -__code_model_small__',
    )
    expect(changes('-fcf-protection=return')).toBe('+__CET__=2')
    expect(changes('-fcf-protection=check')).toBe('+__CET__=8')
    expect(changes('-fstack-protector -fstack-protector-strong -fno-asynchronous-unwind-tables -g')).toBe('+__SSP_STRONG__=3')
  })
})
