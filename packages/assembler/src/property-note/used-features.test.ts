// Golden bits from GNU as 2.40 -mx86-used-note=yes.
import { expect, it } from 'vitest'
import { usedFeatures } from './used-features.ts'

const bits = (text: string, is64BitCode = false) => {
  const { isa, features } = usedFeatures(text, is64BitCode)
  return `${isa.toString(16)} ${features.toString(16)}`
}

it('counts integer instructions by their set', () => {
  expect(['movl %eax, 4(%ebx)', 'cmove %eax,%ebx', 'popcnt %ecx,%ebx', 'movbe (%rcx),%ebx', 'rep movsb'].map((t) => bits(t))).toEqual([
    '0 1',
    '1 1',
    '2 1',
    '4 1',
    '0 1',
  ])
  expect([bits('sahf', true), bits('sahf')]).toEqual(['2 1', '0 1'])
})

it('counts registers of all the lengths that an instruction has', () => {
  expect(bits('addsubpd (%eax), %xmm0')).toBe('3 9')
  expect(bits('{vex} vmovaps %xmm0, %xmm0')).toBe('5 19')
  expect(bits('{evex} vmovaps %xmm0, %xmm0')).toBe('9 39')
  expect(bits('vaesenclast %xmm4,%xmm6,%xmm2')).toBe('5 9')
  expect(bits('vpdpwssd %xmm2, %xmm4, %xmm2{%k3}')).toBe('9 839')
  expect(bits('vpmovsxbq (%rcx), %xmm30')).toBe('9 9')
  expect(bits('vfmaddps %xmm0, %xmm0, %xmm0, %xmm0')).toBe('1 19')
})

it('knows what shows no register', () => {
  expect(['vzeroall', 'ldmxcsr (%eax)', 'vldmxcsr (%eax)', 'cvtpi2pd (%eax), %xmm0', 'cvtpi2ps (%eax), %xmm0'].map((t) => bits(t))).toEqual(
    ['5 19', '1 9', '5 9', '1 9', '1 d'],
  )
  expect(['tilerelease', 'kmovw %k1, %k2', 'aesencwide128kl (%eax)', 'fcoml %st(4)'].map((t) => bits(t))).toEqual([
    '1 401',
    '9 801',
    '1 9',
    '1 3',
  ])
})
