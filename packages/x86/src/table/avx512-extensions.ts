// AVX-512 beyond the foundation: IFMA, VBMI, VBMI2, VNNI, BITALG, VPOPCNTDQ, BF16, VP2INTERSECT, FP16, and the EVEX forms of AES, PCLMUL, GFNI.
// Sources: Intel SDM vol. 2 chapter 5, Intel AVX-512 FP16 architecture specification. Notation: README.md, lengths.ts.
import { FMA_ORDERS, FMA_PACKED, FMA_SCALAR, fmaOpcode, perPredicate } from './avx.ts'
import { CLMUL_HALVES, pairs, triples, withFlags } from './sse.ts'

function integers(): string[] {
  return [
    ...withFlags('isa=avx512ifma', [
      'vpmadd52luq | vx{kz}, vx, vx/mx/m64bcst | EVEX.x.66.0F38.W1 B4 /r',
      'vpmadd52huq | vx{kz}, vx, vx/mx/m64bcst | EVEX.x.66.0F38.W1 B5 /r',
    ]),
    ...withFlags('isa=avx512vbmi', [
      'vpermb | vx{kz}, vx, vx/mx | EVEX.x.66.0F38.W0 8D /r',
      'vpermi2b | vx{kz}, vx, vx/mx | EVEX.x.66.0F38.W0 75 /r',
      'vpermt2b | vx{kz}, vx, vx/mx | EVEX.x.66.0F38.W0 7D /r',
      'vpmultishiftqb | vx{kz}, vx, vx/mx/m64bcst | EVEX.x.66.0F38.W1 83 /r',
    ]),
    ...withFlags('isa=avx512_vbmi2', [
      'vpcompressb | vx/mx{kz}, vx | EVEX.x.66.0F38.W0 63 /r | N=1',
      'vpcompressw | vx/mx{kz}, vx | EVEX.x.66.0F38.W1 63 /r | N=2',
      'vpexpandb | vx{kz}, vx/mx | EVEX.x.66.0F38.W0 62 /r | N=1',
      'vpexpandw | vx{kz}, vx/mx | EVEX.x.66.0F38.W1 62 /r | N=2',
      ...triples('pshld 70 71, pshrd 72 73').flatMap(([name, words, wide]) => [
        `v${name}w | vx{kz}, vx, vx/mx, imm8 | EVEX.x.66.0F3A.W1 ${words} /r ib`,
        `v${name}d | vx{kz}, vx, vx/mx/m32bcst, imm8 | EVEX.x.66.0F3A.W0 ${wide} /r ib`,
        `v${name}q | vx{kz}, vx, vx/mx/m64bcst, imm8 | EVEX.x.66.0F3A.W1 ${wide} /r ib`,
        `v${name}vw | vx{kz}, vx, vx/mx | EVEX.x.66.0F38.W1 ${words} /r`,
        `v${name}vd | vx{kz}, vx, vx/mx/m32bcst | EVEX.x.66.0F38.W0 ${wide} /r`,
        `v${name}vq | vx{kz}, vx, vx/mx/m64bcst | EVEX.x.66.0F38.W1 ${wide} /r`,
      ]),
    ]),
    ...withFlags('isa=avx512_bitalg', [
      'vpopcntb | vx{kz}, vx/mx | EVEX.x.66.0F38.W0 54 /r',
      'vpopcntw | vx{kz}, vx/mx | EVEX.x.66.0F38.W1 54 /r',
      'vpshufbitqmb | k{k}, vx, vx/mx | EVEX.x.66.0F38.W0 8F /r',
    ]),
    ...withFlags('isa=avx512_vpopcntdq', [
      'vpopcntd | vx{kz}, vx/mx/m32bcst | EVEX.x.66.0F38.W0 55 /r',
      'vpopcntq | vx{kz}, vx/mx/m64bcst | EVEX.x.66.0F38.W1 55 /r',
    ]),
    ...withFlags(
      'isa=avx512_vnni',
      pairs('vpdpbusd 50, vpdpbusds 51, vpdpwssd 52, vpdpwssds 53').map(
        ([name, opcode]) => `${name} | vx{kz}, vx, vx/mx/m32bcst | EVEX.x.66.0F38.W0 ${opcode} /r`,
      ),
    ),
    ...withFlags('isa=avx512_vp2intersect', [
      'vp2intersectd | k, vx, vx/mx/m32bcst | EVEX.x.F2.0F38.W0 68 /r',
      'vp2intersectq | k, vx, vx/mx/m64bcst | EVEX.x.F2.0F38.W1 68 /r',
    ]),
    ...withFlags('isa=avx512_bf16', [
      'vcvtne2ps2bf16 | vx{kz}, vx, vx/mx/m32bcst | EVEX.x.F2.0F38.W0 72 /r',
      'vcvtneps2bf16 | vh{kz}, vx/mx/m32bcst | EVEX.x.F3.0F38.W0 72 /r | att=vcvtneps2bf16,vcvtneps2bf16x,vcvtneps2bf16y',
      'vdpbf16ps | vx{kz}, vx, vx/mx/m32bcst | EVEX.x.F3.0F38.W0 52 /r',
    ]),
    ...withFlags(
      'isa=vaes+avx512f',
      pairs('vaesenc DC, vaesenclast DD, vaesdec DE, vaesdeclast DF').map(
        ([name, opcode]) => `${name} | vx, vx, vx/mx | EVEX.x.66.0F38.WIG ${opcode} /r`,
      ),
    ),
    ...withFlags('isa=vpclmulqdq+avx512f', [
      'vpclmulqdq | vx, vx, vx/mx, imm8 | EVEX.x.66.0F3A.WIG 44 /r ib',
      ...CLMUL_HALVES.map(([half, code]) => `vpclmul${half}dq | vx, vx, vx/mx | EVEX.x.66.0F3A.WIG 44 /r ${code}`),
    ]),
    ...withFlags('isa=gfni+avx512f', [
      'vgf2p8mulb | vx{kz}, vx, vx/mx | EVEX.x.66.0F38.W0 CF /r',
      'vgf2p8affineqb | vx{kz}, vx, vx/mx/m64bcst, imm8 | EVEX.x.66.0F3A.W1 CE /r ib',
      'vgf2p8affineinvqb | vx{kz}, vx, vx/mx/m64bcst, imm8 | EVEX.x.66.0F3A.W1 CF /r ib',
    ]),
  ]
}

/** Half precision: arithmetic lies in map 5, what 66.0F38 does for ps lies in map 6 (FP16 specification, ch. 5). */
function halfPrecision(): string[] {
  return [
    ...triples('add 58 {er}, mul 59 {er}, sub 5C {er}, min 5D {sae}, div 5E {er}, max 5F {sae}').flatMap(([name, opcode, rounding]) => [
      `v${name}ph | vx{kz}, vx, vx/mx/m16bcst${rounding} | EVEX.x.NP.MAP5.W0 ${opcode} /r`,
      `v${name}sh | xmm{kz}, xmm, xmm/m16${rounding} | EVEX.LIG.F3.MAP5.W0 ${opcode} /r`,
    ]),
    'vsqrtph | vx{kz}, vx/mx/m16bcst{er} | EVEX.x.NP.MAP5.W0 51 /r',
    'vsqrtsh | xmm{kz}, xmm, xmm/m16{er} | EVEX.LIG.F3.MAP5.W0 51 /r',
    'vcomish | xmm, xmm/m16{sae} | EVEX.LIG.NP.MAP5.W0 2F /r',
    'vucomish | xmm, xmm/m16{sae} | EVEX.LIG.NP.MAP5.W0 2E /r',
    'vcmpph | k{k}, vx, vx/mx/m16bcst{sae}, imm8 | EVEX.x.NP.0F3A.W0 C2 /r ib',
    'vcmpsh | k{k}, xmm, xmm/m16{sae}, imm8 | EVEX.LIG.F3.0F3A.W0 C2 /r ib',
    ...perPredicate('ph', 'k{k}, vx, vx/mx/m16bcst{sae}', 'EVEX.x.NP.0F3A.W0 C2 /r'),
    ...perPredicate('sh', 'k{k}, xmm, xmm/m16{sae}', 'EVEX.LIG.F3.0F3A.W0 C2 /r'),
    ...FMA_ORDERS.flatMap(([order, step]) => [
      ...pairs(FMA_PACKED).map(
        ([name, opcode]) => `v${name}${order}ph | vx{kz}, vx, vx/mx/m16bcst{er} | EVEX.x.66.MAP6.W0 ${fmaOpcode(opcode, step)} /r`,
      ),
      ...pairs(FMA_SCALAR).map(
        ([name, opcode]) => `v${name}${order}sh | xmm{kz}, xmm, xmm/m16{er} | EVEX.LIG.66.MAP6.W0 ${fmaOpcode(opcode, step)} /r`,
      ),
    ]),
    ...triples('fmaddc F3 56, fcmaddc F2 56, fmulc F3 D6, fcmulc F2 D6').flatMap(([name, prefix, opcode]) => [
      `v${name}ph | vx{kz}, vx, vx/mx/m32bcst{er} | EVEX.x.${prefix}.MAP6.W0 ${opcode} /r | distinct`,
      `v${name}sh | xmm{kz}, xmm, xmm/m32{er} | EVEX.LIG.${prefix}.MAP6.W0 ${fmaOpcode(opcode, 1)} /r | distinct`,
    ]),
    'vscalefph | vx{kz}, vx, vx/mx/m16bcst{er} | EVEX.x.66.MAP6.W0 2C /r',
    'vscalefsh | xmm{kz}, xmm, xmm/m16{er} | EVEX.LIG.66.MAP6.W0 2D /r',
    'vgetexpph | vx{kz}, vx/mx/m16bcst{sae} | EVEX.x.66.MAP6.W0 42 /r',
    'vgetexpsh | xmm{kz}, xmm, xmm/m16{sae} | EVEX.LIG.66.MAP6.W0 43 /r',
    'vgetmantph | vx{kz}, vx/mx/m16bcst{sae}, imm8 | EVEX.x.NP.0F3A.W0 26 /r ib',
    'vgetmantsh | xmm{kz}, xmm, xmm/m16{sae}, imm8 | EVEX.LIG.NP.0F3A.W0 27 /r ib',
    'vrndscaleph | vx{kz}, vx/mx/m16bcst{sae}, imm8 | EVEX.x.NP.0F3A.W0 08 /r ib',
    'vrndscalesh | xmm{kz}, xmm, xmm/m16{sae}, imm8 | EVEX.LIG.NP.0F3A.W0 0A /r ib',
    'vreduceph | vx{kz}, vx/mx/m16bcst{sae}, imm8 | EVEX.x.NP.0F3A.W0 56 /r ib',
    'vreducesh | xmm{kz}, xmm, xmm/m16{sae}, imm8 | EVEX.LIG.NP.0F3A.W0 57 /r ib',
    'vfpclassph | k{k}, vx/mx/m16bcst, imm8 | EVEX.x.NP.0F3A.W0 66 /r ib | att=vfpclassph,vfpclassphx,vfpclassphy,vfpclassphz',
    'vfpclasssh | k{k}, xmm/m16, imm8 | EVEX.LIG.NP.0F3A.W0 67 /r ib',
    'vrcpph | vx{kz}, vx/mx/m16bcst | EVEX.x.66.MAP6.W0 4C /r',
    'vrcpsh | xmm{kz}, xmm, xmm/m16 | EVEX.LIG.66.MAP6.W0 4D /r',
    'vrsqrtph | vx{kz}, vx/mx/m16bcst | EVEX.x.66.MAP6.W0 4E /r',
    'vrsqrtsh | xmm{kz}, xmm, xmm/m16 | EVEX.LIG.66.MAP6.W0 4F /r',
    'vmovsh | xmm{kz}, m16 | EVEX.LIG.F3.MAP5.W0 10 /r',
    'vmovsh | xmm{kz}, xmm, xmm | EVEX.LIG.F3.MAP5.W0 10 /r',
    'vmovsh | m16{k}, xmm | EVEX.LIG.F3.MAP5.W0 11 /r',
    'vmovsh | xmm{kz}, xmm, xmm | EVEX.LIG.F3.MAP5.W0 11 /r | op=MVR',
    'vmovw | xmm, r32/m16 | EVEX.128.66.MAP5.WIG 6E /r | suf=-',
    'vmovw | r32/m16, xmm | EVEX.128.66.MAP5.WIG 7E /r | suf=-',
    // conversions
    'vcvtw2ph | vx{kz}, vx/mx/m16bcst{er} | EVEX.x.F3.MAP5.W0 7D /r',
    'vcvtuw2ph | vx{kz}, vx/mx/m16bcst{er} | EVEX.x.F2.MAP5.W0 7D /r',
    'vcvtph2w | vx{kz}, vx/mx/m16bcst{er} | EVEX.x.66.MAP5.W0 7D /r',
    'vcvtph2uw | vx{kz}, vx/mx/m16bcst{er} | EVEX.x.NP.MAP5.W0 7D /r',
    'vcvttph2w | vx{kz}, vx/mx/m16bcst{sae} | EVEX.x.66.MAP5.W0 7C /r',
    'vcvttph2uw | vx{kz}, vx/mx/m16bcst{sae} | EVEX.x.NP.MAP5.W0 7C /r',
    'vcvtph2dq | vx{kz}, vh/mh/m16bcst{er} | EVEX.x.66.MAP5.W0 5B /r',
    'vcvtph2udq | vx{kz}, vh/mh/m16bcst{er} | EVEX.x.NP.MAP5.W0 79 /r',
    'vcvttph2dq | vx{kz}, vh/mh/m16bcst{sae} | EVEX.x.F3.MAP5.W0 5B /r',
    'vcvttph2udq | vx{kz}, vh/mh/m16bcst{sae} | EVEX.x.NP.MAP5.W0 78 /r',
    'vcvtph2psx | vx{kz}, vh/mh/m16bcst{sae} | EVEX.x.66.MAP6.W0 13 /r',
    'vcvtph2qq | vx{kz}, vq/mq/m16bcst{er} | EVEX.x.66.MAP5.W0 7B /r',
    'vcvtph2uqq | vx{kz}, vq/mq/m16bcst{er} | EVEX.x.66.MAP5.W0 79 /r',
    'vcvttph2qq | vx{kz}, vq/mq/m16bcst{sae} | EVEX.x.66.MAP5.W0 7A /r',
    'vcvttph2uqq | vx{kz}, vq/mq/m16bcst{sae} | EVEX.x.66.MAP5.W0 78 /r',
    'vcvtph2pd | vx{kz}, vq/mq/m16bcst{sae} | EVEX.x.NP.MAP5.W0 5A /r',
    'vcvtdq2ph | vh{kz}, vx/mx/m32bcst{er} | EVEX.x.NP.MAP5.W0 5B /r | att=vcvtdq2ph,vcvtdq2phx,vcvtdq2phy',
    'vcvtudq2ph | vh{kz}, vx/mx/m32bcst{er} | EVEX.x.F2.MAP5.W0 7A /r | att=vcvtudq2ph,vcvtudq2phx,vcvtudq2phy',
    'vcvtps2phx | vh{kz}, vx/mx/m32bcst{er} | EVEX.x.66.MAP5.W0 1D /r | att=vcvtps2phx,vcvtps2phxx,vcvtps2phxy',
    'vcvtqq2ph | vq{kz}, vx/mx/m64bcst{er} | EVEX.x.NP.MAP5.W1 5B /r | att=vcvtqq2ph,vcvtqq2phx,vcvtqq2phy,vcvtqq2phz',
    'vcvtuqq2ph | vq{kz}, vx/mx/m64bcst{er} | EVEX.x.F2.MAP5.W1 7A /r | att=vcvtuqq2ph,vcvtuqq2phx,vcvtuqq2phy,vcvtuqq2phz',
    'vcvtpd2ph | vq{kz}, vx/mx/m64bcst{er} | EVEX.x.66.MAP5.W1 5A /r | att=vcvtpd2ph,vcvtpd2phx,vcvtpd2phy,vcvtpd2phz',
    'vcvtsd2sh | xmm{kz}, xmm, xmm/m64{er} | EVEX.LIG.F2.MAP5.W1 5A /r',
    'vcvtsh2sd | xmm{kz}, xmm, xmm/m16{sae} | EVEX.LIG.F3.MAP5.W0 5A /r',
    'vcvtsh2ss | xmm{kz}, xmm, xmm/m16{sae} | EVEX.LIG.NP.MAP6.W0 13 /r',
    'vcvtss2sh | xmm{kz}, xmm, xmm/m32{er} | EVEX.LIG.NP.MAP5.W0 1D /r',
    'vcvtsh2si | ry, xmm/m16{er} | EVEX.LIG.F3.MAP5.Wy 2D /r | suf=-',
    'vcvtsh2usi | ry, xmm/m16{er} | EVEX.LIG.F3.MAP5.Wy 79 /r | suf=-',
    'vcvttsh2si | ry, xmm/m16{sae} | EVEX.LIG.F3.MAP5.Wy 2C /r | suf=-',
    'vcvttsh2usi | ry, xmm/m16{sae} | EVEX.LIG.F3.MAP5.Wy 78 /r | suf=-',
    'vcvtsi2sh | xmm, xmm{er}, r/my | EVEX.LIG.F3.MAP5.Wy 2A /r | plain',
    'vcvtusi2sh | xmm, xmm{er}, r/my | EVEX.LIG.F3.MAP5.Wy 7B /r | plain',
  ]
}

export function avx512ExtensionRows(): readonly string[] {
  return [...integers(), ...withFlags('isa=avx512_fp16', halfPrecision())]
}
