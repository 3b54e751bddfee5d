import { describe, expect, it } from 'vitest'
import { expandLengths } from './lengths.ts'

describe('rows of several vector lengths', () => {
  it('stand for one row a length, rounding only with 512 bits', () => {
    expect(expandLengths('vaddps | vx{kz}, vx, vx/mx/m32bcst{er} | EVEX.x.NP.0F.W0 58 /r | isa=avx512f', 'vaddps')).toEqual([
      'vaddps | xmm{kz}, xmm, xmm/m128/m32bcst | EVEX.128.NP.0F.W0 58 /r | isa=avx512f+avx512vl',
      'vaddps | ymm{kz}, ymm, ymm/m256/m32bcst | EVEX.256.NP.0F.W0 58 /r | isa=avx512f+avx512vl',
      'vaddps | zmm{kz}, zmm, zmm/m512/m32bcst{er} | EVEX.512.NP.0F.W0 58 /r | isa=avx512f',
    ])
  })
  it('have shares of the length, registers never below xmm', () => {
    expect(expandLengths('vpmovqb | ve/me{kz}, vx | EVEX.x.F3.0F38.W0 32 /r', 'vpmovqb').map((row) => row.split('|')[1]!.trim())).toEqual([
      'xmm/m16{kz}, xmm',
      'xmm/m32{kz}, ymm',
      'xmm/m64{kz}, zmm',
    ])
  })
  it('take the extension of 128 bits before the bar and that of 256 bits after it', () => {
    const rows = expandLengths('vpaddd | vx, vx, vx/mx | VEX.x.66.0F.WIG FE /r | isa=avx/avx2', 'vpaddd')
    expect(rows.map((row) => row.split('isa=')[1])).toEqual(['avx', 'avx2'])
  })
  it('with a letter on the name are one row; without it memory is ambiguous', () => {
    const text = 'vcvtpd2ps | vh, vx/mx | VEX.x.66.0F.WIG 5A /r | att=vcvtpd2ps,vcvtpd2psx,vcvtpd2psy'
    expect(expandLengths(text, 'vcvtpd2psy').map((row) => row.split('|')[1]!.trim())).toEqual(['xmm, ymm/m256'])
    expect(expandLengths(text, 'vcvtpd2ps').map((row) => row.split('|')[1]!.trim())).toEqual(['xmm, xmm/m128only', 'xmm, ymm/m256only'])
  })
})
