// What each name allows was asked of GNU as 2.40 with -march=NAME and one instruction a set.
import { describe, expect, it } from 'vitest'
import { parseStatement } from '../test/att-statement.ts'
import { encodeInstruction, isaOfMarch, type Mode, selectIsa } from './index.ts'

function allowed(text: string, march: string, mode: Mode = 32): boolean {
  const isa = isaOfMarch(march)
  if (isa === null) throw new Error(`no such name: ${march}`)
  return encodeInstruction(parseStatement(text), { mode, ...(isa && { isa }) }).ok
}

describe('-march and .arch', () => {
  it('lets a processor execute what it has and nothing later', () => {
    expect(allowed('bswap %eax', 'i386')).toBe(false)
    expect(allowed('bswap %eax', 'i486')).toBe(true)
    expect(allowed('cmove %eax,%ebx', 'i586')).toBe(false)
    expect(allowed('cmove %eax,%ebx', 'i686')).toBe(true)
    expect(allowed('fsin', 'i486')).toBe(false)
    expect(allowed('fsin', 'i586')).toBe(true)
    expect(allowed('pswapd %mm0,%mm1', 'bdver1')).toBe(false)
    expect(allowed('vfmaddps %xmm0,%xmm1,%xmm2,%xmm3', 'bdver4')).toBe(true)
    expect(allowed('vfmaddps %xmm0,%xmm1,%xmm2,%xmm3', 'znver1')).toBe(false)
  })
  it('brings along what an extension builds on', () => {
    expect(allowed('addps %xmm0,%xmm1', 'i386+avx2')).toBe(true)
    expect(allowed('popcnt %eax,%ebx', 'i386+sse4.2')).toBe(true)
    expect(allowed('vaddps %zmm0,%zmm1,%zmm2', 'i386+avx2')).toBe(false)
  })
  it('takes away with an extension what builds on it', () => {
    expect(allowed('vaddps %xmm0,%xmm1,%xmm2', 'default+noxsave')).toBe(false)
    expect(allowed('vaddps %xmm0,%xmm1,%xmm2', 'default+nosse')).toBe(true)
    expect(allowed('vpaddb %ymm0,%ymm1,%ymm2', 'default+noavx512f')).toBe(true)
    expect(allowed('fld1', 'default+no87')).toBe(false)
  })
  it('says which instruction set is missing', () => {
    const isa = isaOfMarch('i386') ?? undefined
    expect(encodeInstruction(parseStatement('rdtsc'), { mode: 32, ...(isa && { isa }) })).toMatchObject({
      ok: false,
      failure: { code: 'not-enabled', details: { feature: 'i586' } },
    })
  })
  it('refuses names that it does not know and keeps everything by default', () => {
    expect(selectIsa(undefined, 'i787')).toBeNull()
    expect(selectIsa(undefined, '.sse9')).toBeNull()
    expect(selectIsa(isaOfMarch('i386') ?? undefined, 'default')).toBeUndefined()
  })
})
