// AVX-512 foundation with CD, ER, PF, VL, BW and DQ: EVEX instructions and the mask instructions.
// Sources: Intel SDM vol. 2 chapters 5 and 6, app. A; ISA extensions reference for ER and PF. `EVEX.x` and vx, mx: lengths.ts.
// {k} and {kz} say which operand may be masked, m32bcst that memory may be {1toN}, {er} and {sae} where rounding may be written.
import { FMA_ORDERS, FMA_PACKED, FMA_SCALAR, fmaOpcode, perPredicate } from './avx.ts'
import { EXTENSIONS, pairs, triples, withFlags } from './sse.ts'

/** ps/pd/ss/sd with opcode and rounding: three operands, or two for packed square roots and the like. */
function floating(name: string, opcode: string, rounding: string, formats = 'ps pd ss sd'): string[] {
  const all: Readonly<Record<string, string>> = {
    ps: `v${name}ps | vx{kz}, vx, vx/mx/m32bcst${rounding} | EVEX.x.NP.0F.W0 ${opcode} /r`,
    pd: `v${name}pd | vx{kz}, vx, vx/mx/m64bcst${rounding} | EVEX.x.66.0F.W1 ${opcode} /r`,
    ss: `v${name}ss | xmm{kz}, xmm, xmm/m32${rounding} | EVEX.LIG.F3.0F.W0 ${opcode} /r`,
    sd: `v${name}sd | xmm{kz}, xmm, xmm/m64${rounding} | EVEX.LIG.F2.0F.W1 ${opcode} /r`,
  }
  return formats.split(' ').map((format) => all[format]!)
}

/** Two widths told apart by EVEX.W: W0 32 bits, W1 64 bits. `s`, `d`: names of the widths. */
function bothWidths(name: string, suffixes: readonly [string, string], operands: string, encoding: string): string[] {
  return [0, 1].map((w) => {
    const bits = w === 0 ? '32' : '64'
    return `v${name}${suffixes[w]} | ${operands.replaceAll('bN', `${bits}bcst`).replaceAll('mN', `m${bits}`)} | ${encoding.replace('.W.', `.W${w}.`).replace('.W ', `.W${w} `)}`
  })
}

const PACKED = ['ps', 'pd'] as const
const SCALAR = ['ss', 'sd'] as const
const WIDE = ['d', 'q'] as const

/** Packed and scalar of one 66.0F38 operation: W chooses the width. */
function scaled(name: string, packed: string, scalar: string, rounding: string): string[] {
  return [
    ...bothWidths(name, PACKED, `vx{kz}, vx, vx/mx/mbN${rounding}`, `EVEX.x.66.0F38.W ${packed} /r`),
    ...bothWidths(name, SCALAR, `xmm{kz}, xmm, xmm/mN${rounding}`, `EVEX.LIG.66.0F38.W ${scalar} /r`),
  ]
}

function arithmetic(): string[] {
  return [
    ...floating('add', '58', '{er}'),
    ...floating('mul', '59', '{er}'),
    ...floating('sub', '5C', '{er}'),
    ...floating('min', '5D', '{sae}'),
    ...floating('div', '5E', '{er}'),
    ...floating('max', '5F', '{sae}'),
    ...floating('sqrt', '51', '{er}', 'ss sd'),
    ...floating('unpckl', '14', '', 'ps pd'),
    ...floating('unpckh', '15', '', 'ps pd'),
    'vsqrtps | vx{kz}, vx/mx/m32bcst{er} | EVEX.x.NP.0F.W0 51 /r',
    'vsqrtpd | vx{kz}, vx/mx/m64bcst{er} | EVEX.x.66.0F.W1 51 /r',
    'vshufps | vx{kz}, vx, vx/mx/m32bcst, imm8 | EVEX.x.NP.0F.W0 C6 /r ib',
    'vshufpd | vx{kz}, vx, vx/mx/m64bcst, imm8 | EVEX.x.66.0F.W1 C6 /r ib',
    'vcomiss | xmm, xmm/m32{sae} | EVEX.LIG.NP.0F.W0 2F /r',
    'vcomisd | xmm, xmm/m64{sae} | EVEX.LIG.66.0F.W1 2F /r',
    'vucomiss | xmm, xmm/m32{sae} | EVEX.LIG.NP.0F.W0 2E /r',
    'vucomisd | xmm, xmm/m64{sae} | EVEX.LIG.66.0F.W1 2E /r',
    'vcmpps | k{k}, vx, vx/mx/m32bcst{sae}, imm8 | EVEX.x.NP.0F.W0 C2 /r ib',
    'vcmppd | k{k}, vx, vx/mx/m64bcst{sae}, imm8 | EVEX.x.66.0F.W1 C2 /r ib',
    'vcmpss | k{k}, xmm, xmm/m32{sae}, imm8 | EVEX.LIG.F3.0F.W0 C2 /r ib',
    'vcmpsd | k{k}, xmm, xmm/m64{sae}, imm8 | EVEX.LIG.F2.0F.W1 C2 /r ib',
    ...perPredicate('ps', 'k{k}, vx, vx/mx/m32bcst{sae}', 'EVEX.x.NP.0F.W0 C2 /r'),
    ...perPredicate('pd', 'k{k}, vx, vx/mx/m64bcst{sae}', 'EVEX.x.66.0F.W1 C2 /r'),
    ...perPredicate('ss', 'k{k}, xmm, xmm/m32{sae}', 'EVEX.LIG.F3.0F.W0 C2 /r'),
    ...perPredicate('sd', 'k{k}, xmm, xmm/m64{sae}', 'EVEX.LIG.F2.0F.W1 C2 /r'),
    ...FMA_ORDERS.flatMap(([order, step]) => [
      ...pairs(FMA_PACKED).flatMap(([name, opcode]) =>
        bothWidths(`${name}${order}`, PACKED, 'vx{kz}, vx, vx/mx/mbN{er}', `EVEX.x.66.0F38.W ${fmaOpcode(opcode, step)} /r`),
      ),
      ...pairs(FMA_SCALAR).flatMap(([name, opcode]) =>
        bothWidths(`${name}${order}`, SCALAR, 'xmm{kz}, xmm, xmm/mN{er}', `EVEX.LIG.66.0F38.W ${fmaOpcode(opcode, step)} /r`),
      ),
    ]),
    ...scaled('scalef', '2C', '2D', '{er}'),
    ...bothWidths('getexp', PACKED, 'vx{kz}, vx/mx/mbN{sae}', 'EVEX.x.66.0F38.W 42 /r'),
    ...bothWidths('getexp', SCALAR, 'xmm{kz}, xmm, xmm/mN{sae}', 'EVEX.LIG.66.0F38.W 43 /r'),
    ...bothWidths('getmant', PACKED, 'vx{kz}, vx/mx/mbN{sae}, imm8', 'EVEX.x.66.0F3A.W 26 /r ib'),
    ...bothWidths('getmant', SCALAR, 'xmm{kz}, xmm, xmm/mN{sae}, imm8', 'EVEX.LIG.66.0F3A.W 27 /r ib'),
    ...bothWidths('fixupimm', PACKED, 'vx{kz}, vx, vx/mx/mbN{sae}, imm8', 'EVEX.x.66.0F3A.W 54 /r ib'),
    ...bothWidths('fixupimm', SCALAR, 'xmm{kz}, xmm, xmm/mN{sae}, imm8', 'EVEX.LIG.66.0F3A.W 55 /r ib'),
    'vrndscaleps | vx{kz}, vx/mx/m32bcst{sae}, imm8 | EVEX.x.66.0F3A.W0 08 /r ib',
    'vrndscalepd | vx{kz}, vx/mx/m64bcst{sae}, imm8 | EVEX.x.66.0F3A.W1 09 /r ib',
    'vrndscaless | xmm{kz}, xmm, xmm/m32{sae}, imm8 | EVEX.LIG.66.0F3A.W0 0A /r ib',
    'vrndscalesd | xmm{kz}, xmm, xmm/m64{sae}, imm8 | EVEX.LIG.66.0F3A.W1 0B /r ib',
    ...bothWidths('rcp14', PACKED, 'vx{kz}, vx/mx/mbN', 'EVEX.x.66.0F38.W 4C /r'),
    ...bothWidths('rcp14', SCALAR, 'xmm{kz}, xmm, xmm/mN', 'EVEX.LIG.66.0F38.W 4D /r'),
    ...bothWidths('rsqrt14', PACKED, 'vx{kz}, vx/mx/mbN', 'EVEX.x.66.0F38.W 4E /r'),
    ...bothWidths('rsqrt14', SCALAR, 'xmm{kz}, xmm, xmm/mN', 'EVEX.LIG.66.0F38.W 4F /r'),
  ]
}

/** Loads and stores; both directions may be masked, memory only without zeroing. */
function loadStore(name: string, prefix: string, w: number, load: string, store: string): string[] {
  return [
    `v${name} | vx{kz}, vx/mx | EVEX.x.${prefix}.0F.W${w} ${load} /r`,
    `v${name} | vx/mx{kz}, vx | EVEX.x.${prefix}.0F.W${w} ${store} /r`,
  ]
}

function moves(): string[] {
  return [
    ...loadStore('movaps', 'NP', 0, '28', '29'),
    ...loadStore('movapd', '66', 1, '28', '29'),
    ...loadStore('movups', 'NP', 0, '10', '11'),
    ...loadStore('movupd', '66', 1, '10', '11'),
    ...loadStore('movdqa32', '66', 0, '6F', '7F'),
    ...loadStore('movdqa64', '66', 1, '6F', '7F'),
    ...loadStore('movdqu32', 'F3', 0, '6F', '7F'),
    ...loadStore('movdqu64', 'F3', 1, '6F', '7F'),
    'vmovss | xmm{kz}, m32 | EVEX.LIG.F3.0F.W0 10 /r',
    'vmovss | xmm{kz}, xmm, xmm | EVEX.LIG.F3.0F.W0 10 /r',
    'vmovss | m32{k}, xmm | EVEX.LIG.F3.0F.W0 11 /r',
    'vmovss | xmm{kz}, xmm, xmm | EVEX.LIG.F3.0F.W0 11 /r | op=MVR',
    'vmovsd | xmm{kz}, m64 | EVEX.LIG.F2.0F.W1 10 /r',
    'vmovsd | xmm{kz}, xmm, xmm | EVEX.LIG.F2.0F.W1 10 /r',
    'vmovsd | m64{k}, xmm | EVEX.LIG.F2.0F.W1 11 /r',
    'vmovsd | xmm{kz}, xmm, xmm | EVEX.LIG.F2.0F.W1 11 /r | op=MVR',
    // by the SDM these have 128 bits; -mevexlig reaches them all the same
    'vmovhlps | xmm, xmm, xmm | EVEX.LIG.NP.0F.W0 12 /r',
    'vmovlhps | xmm, xmm, xmm | EVEX.LIG.NP.0F.W0 16 /r',
    ...['movlps NP.0F.W0 12', 'movlpd 66.0F.W1 12', 'movhps NP.0F.W0 16', 'movhpd 66.0F.W1 16'].flatMap((text) => {
      const [name, encoding, opcode] = text.split(' ')
      return [
        `v${name} | xmm, xmm, m64 | EVEX.LIG.${encoding} ${opcode} /r`,
        `v${name} | m64, xmm | EVEX.LIG.${encoding} ${opcode![0]}${Number(opcode![1]) + 1} /r`,
      ]
    }),
    'vmovddup | xmm{kz}, xmm/m64 | EVEX.128.F2.0F.W1 12 /r | isa=avx512f+avx512vl',
    'vmovddup | vx{kz}, vx/mx | EVEX.y.F2.0F.W1 12 /r',
    'vmovsldup | vx{kz}, vx/mx | EVEX.x.F3.0F.W0 12 /r',
    'vmovshdup | vx{kz}, vx/mx | EVEX.x.F3.0F.W0 16 /r',
    'vmovntps | mx, vx | EVEX.x.NP.0F.W0 2B /r',
    'vmovntpd | mx, vx | EVEX.x.66.0F.W1 2B /r',
    'vmovntdq | mx, vx | EVEX.x.66.0F.W0 E7 /r',
    'vmovntdqa | vx, mx | EVEX.x.66.0F38.W0 2A /r',
    'vmovd | xmm, r32/m32 | EVEX.128.66.0F.Wy 6E /r | suf=-',
    'vmovd | r32/m32, xmm | EVEX.128.66.0F.Wy 7E /r | suf=-',
    'vmovq | xmm, r64/m64 | EVEX.128.66.0F.W1 6E /r | suf=- only64',
    'vmovq | r64/m64, xmm | EVEX.128.66.0F.W1 7E /r | suf=- only64',
    'vmovq | xmm, xmm/m64 | EVEX.128.F3.0F.W1 7E /r | suf=-',
    'vmovq | xmm/m64, xmm | EVEX.128.66.0F.W1 D6 /r | suf=-',
    'vextractps | r32/m32, xmm, imm8 | EVEX.128.66.0F3A.WIG 17 /r ib | suf=-',
    'vextractps | r64, xmm, imm8 | EVEX.128.66.0F3A.WIG 17 /r ib | only64 suf=- op=MRI',
    'vinsertps | xmm, xmm, xmm/m32, imm8 | EVEX.128.66.0F3A.W0 21 /r ib',
  ]
}

/** Names that take a letter for the length where only memory could tell it. */
function lettered(name: string, letters = 'xy'): string {
  return `att=${[name, ...[...letters].map((letter) => name + letter)].join(',')}`
}

function conversions(): string[] {
  return [
    'vcvtdq2pd | vx{kz}, vh/mh/m32bcst | EVEX.x.F3.0F.W0 E6 /r',
    'vcvtudq2pd | vx{kz}, vh/mh/m32bcst | EVEX.x.F3.0F.W0 7A /r',
    'vcvtdq2ps | vx{kz}, vx/mx/m32bcst{er} | EVEX.x.NP.0F.W0 5B /r',
    'vcvtudq2ps | vx{kz}, vx/mx/m32bcst{er} | EVEX.x.F2.0F.W0 7A /r',
    'vcvtps2dq | vx{kz}, vx/mx/m32bcst{er} | EVEX.x.66.0F.W0 5B /r',
    'vcvtps2udq | vx{kz}, vx/mx/m32bcst{er} | EVEX.x.NP.0F.W0 79 /r',
    'vcvttps2dq | vx{kz}, vx/mx/m32bcst{sae} | EVEX.x.F3.0F.W0 5B /r',
    'vcvttps2udq | vx{kz}, vx/mx/m32bcst{sae} | EVEX.x.NP.0F.W0 78 /r',
    'vcvtps2pd | vx{kz}, vh/mh/m32bcst{sae} | EVEX.x.NP.0F.W0 5A /r',
    `vcvtpd2ps | vh{kz}, vx/mx/m64bcst{er} | EVEX.x.66.0F.W1 5A /r | ${lettered('vcvtpd2ps')}`,
    `vcvtpd2dq | vh{kz}, vx/mx/m64bcst{er} | EVEX.x.F2.0F.W1 E6 /r | ${lettered('vcvtpd2dq')}`,
    `vcvtpd2udq | vh{kz}, vx/mx/m64bcst{er} | EVEX.x.NP.0F.W1 79 /r | ${lettered('vcvtpd2udq')}`,
    `vcvttpd2dq | vh{kz}, vx/mx/m64bcst{sae} | EVEX.x.66.0F.W1 E6 /r | ${lettered('vcvttpd2dq')}`,
    `vcvttpd2udq | vh{kz}, vx/mx/m64bcst{sae} | EVEX.x.NP.0F.W1 78 /r | ${lettered('vcvttpd2udq')}`,
    'vcvtph2ps | vx{kz}, vh/mh{sae} | EVEX.x.66.0F38.W0 13 /r',
    'vcvtps2ph | vh/mh{kz}, vx{sae}, imm8 | EVEX.x.66.0F3A.W0 1D /r ib',
    'vcvtss2sd | xmm{kz}, xmm, xmm/m32{sae} | EVEX.LIG.F3.0F.W0 5A /r',
    'vcvtsd2ss | xmm{kz}, xmm, xmm/m64{er} | EVEX.LIG.F2.0F.W1 5A /r',
    'vcvtss2si | ry, xmm/m32{er} | EVEX.LIG.F3.0F.Wy 2D /r',
    'vcvtsd2si | ry, xmm/m64{er} | EVEX.LIG.F2.0F.Wy 2D /r',
    'vcvttss2si | ry, xmm/m32{sae} | EVEX.LIG.F3.0F.Wy 2C /r',
    'vcvttsd2si | ry, xmm/m64{sae} | EVEX.LIG.F2.0F.Wy 2C /r',
    'vcvtss2usi | ry, xmm/m32{er} | EVEX.LIG.F3.0F.Wy 79 /r | suf=-',
    'vcvtsd2usi | ry, xmm/m64{er} | EVEX.LIG.F2.0F.Wy 79 /r | suf=-',
    'vcvttss2usi | ry, xmm/m32{sae} | EVEX.LIG.F3.0F.Wy 78 /r | suf=-',
    'vcvttsd2usi | ry, xmm/m64{sae} | EVEX.LIG.F2.0F.Wy 78 /r | suf=-',
    'vcvtsi2ss | xmm, xmm{er}, r/my | EVEX.LIG.F3.0F.Wy 2A /r | plain',
    'vcvtsi2sd | xmm, xmm{er}, r/my | EVEX.LIG.F2.0F.Wy 2A /r | plain er64 suffixwins',
    'vcvtusi2ss | xmm, xmm{er}, r/my | EVEX.LIG.F3.0F.Wy 7B /r | plain',
    'vcvtusi2sd | xmm, xmm{er}, r/my | EVEX.LIG.F2.0F.Wy 7B /r | plain er64 suffixwins',
  ]
}

/** F3.0F38 narrowing moves: plain 3x, signed saturation 2x, unsigned saturation 1x. */
function narrowing(kinds: string): string[] {
  return triples(kinds).flatMap(([kind, digit, share]) =>
    triples('pmov 3 -, pmovs 2 -, pmovus 1 -').map(
      ([name, high]) => `v${name}${kind} | v${share}/m${share}{kz}, vx | EVEX.x.F3.0F38.W0 ${high}${digit} /r`,
    ),
  )
}

function integer(): string[] {
  const wide = (list: string, map: string): string[] =>
    triples(list).map(
      ([name, opcode, w]) => `v${name} | vx{kz}, vx, vx/mx/m${w === '0' ? 32 : 64}bcst | EVEX.x.66.${map}.W${w} ${opcode} /r`,
    )
  return [
    ...wide(
      'punpckldq 62 0, punpckhdq 6A 0, punpcklqdq 6C 1, punpckhqdq 6D 1, paddd FE 0, paddq D4 1, psubd FA 0, psubq FB 1, pmuludq F4 1, ' +
        'pandd DB 0, pandq DB 1, pandnd DF 0, pandnq DF 1, pord EB 0, porq EB 1, pxord EF 0, pxorq EF 1',
      '0F',
    ),
    ...wide(
      'pmuldq 28 1, pminsd 39 0, pminsq 39 1, pminud 3B 0, pminuq 3B 1, pmaxsd 3D 0, pmaxsq 3D 1, pmaxud 3F 0, pmaxuq 3F 1, pmulld 40 0, ' +
        'psllvd 47 0, psllvq 47 1, psrlvd 45 0, psrlvq 45 1, psravd 46 0, psravq 46 1, prolvd 15 0, prolvq 15 1, prorvd 14 0, prorvq 14 1, ' +
        'pblendmd 64 0, pblendmq 64 1, blendmps 65 0, blendmpd 65 1, permi2d 76 0, permi2q 76 1, permi2ps 77 0, permi2pd 77 1, ' +
        'permt2d 7E 0, permt2q 7E 1, permt2ps 7F 0, permt2pd 7F 1, permilps 0C 0, permilpd 0D 1',
      '0F38',
    ),
    ...triples('permd 36 0, permq 36 1, permps 16 0, permpd 16 1').map(
      ([name, opcode, w]) => `v${name} | vx{kz}, vx, vx/mx/m${w === '0' ? 32 : 64}bcst | EVEX.y.66.0F38.W${w} ${opcode} /r`,
    ),
    'vpermq | vx{kz}, vx/mx/m64bcst, imm8 | EVEX.y.66.0F3A.W1 00 /r ib',
    'vpermpd | vx{kz}, vx/mx/m64bcst, imm8 | EVEX.y.66.0F3A.W1 01 /r ib',
    'vpermilps | vx{kz}, vx/mx/m32bcst, imm8 | EVEX.x.66.0F3A.W0 04 /r ib',
    'vpermilpd | vx{kz}, vx/mx/m64bcst, imm8 | EVEX.x.66.0F3A.W1 05 /r ib',
    'vpabsd | vx{kz}, vx/mx/m32bcst | EVEX.x.66.0F38.W0 1E /r',
    'vpabsq | vx{kz}, vx/mx/m64bcst | EVEX.x.66.0F38.W1 1F /r',
    'vpshufd | vx{kz}, vx/mx/m32bcst, imm8 | EVEX.x.66.0F.W0 70 /r ib',
    ...bothWidths('align', WIDE, 'vx{kz}, vx, vx/mx/mbN, imm8', 'EVEX.x.66.0F3A.W 03 /r ib'),
    ...bothWidths('pternlog', WIDE, 'vx{kz}, vx, vx/mx/mbN, imm8', 'EVEX.x.66.0F3A.W 25 /r ib'),
    ...['shuff 23', 'shufi 43'].flatMap((text) => {
      const [name, opcode] = text.split(' ')
      return bothWidths(name!, ['32x4', '64x2'], 'vx{kz}, vx, vx/mx/mbN, imm8', `EVEX.y.66.0F3A.W ${opcode} /r ib`)
    }),
    // shifts: by an xmm register, by an immediate (vvvv is the destination)
    ...triples('psrld D2 0, psrlq D3 1, psrad E2 0, psraq E2 1, pslld F2 0, psllq F3 1').map(
      ([name, opcode, w]) => `v${name} | vx{kz}, vx, xmm/m128 | EVEX.x.66.0F.W${w} ${opcode} /r`,
    ),
    ...['psrld 72 2 0', 'psrlq 73 2 1', 'psrad 72 4 0', 'psraq 72 4 1', 'pslld 72 6 0', 'psllq 73 6 1'].map(immediateShift),
    ...['prord 72 0 0', 'prorq 72 0 1', 'prold 72 1 0', 'prolq 72 1 1'].map(immediateShift),
    // comparisons into a mask register
    'vpcmpeqd | k{k}, vx, vx/mx/m32bcst | EVEX.x.66.0F.W0 76 /r',
    'vpcmpgtd | k{k}, vx, vx/mx/m32bcst | EVEX.x.66.0F.W0 66 /r',
    'vpcmpeqq | k{k}, vx, vx/mx/m64bcst | EVEX.x.66.0F38.W1 29 /r',
    'vpcmpgtq | k{k}, vx, vx/mx/m64bcst | EVEX.x.66.0F38.W1 37 /r',
    ...maskComparisons('d', '1F', 0, 'vx/mx/m32bcst'),
    ...maskComparisons('ud', '1E', 0, 'vx/mx/m32bcst'),
    ...maskComparisons('q', '1F', 1, 'vx/mx/m64bcst'),
    ...maskComparisons('uq', '1E', 1, 'vx/mx/m64bcst'),
    ...bothWidths('ptestm', WIDE, 'k{k}, vx, vx/mx/mbN', 'EVEX.x.66.0F38.W 27 /r'),
    ...bothWidths('ptestnm', WIDE, 'k{k}, vx, vx/mx/mbN', 'EVEX.x.F3.0F38.W 27 /r'),
    // broadcasts, inserts, extracts, compression
    'vbroadcastss | vx{kz}, xmm/m32 | EVEX.x.66.0F38.W0 18 /r',
    'vbroadcastsd | vx{kz}, xmm/m64 | EVEX.y.66.0F38.W1 19 /r',
    'vpbroadcastd | vx{kz}, xmm/m32 | EVEX.x.66.0F38.W0 58 /r',
    'vpbroadcastq | vx{kz}, xmm/m64 | EVEX.x.66.0F38.W1 59 /r',
    'vpbroadcastd | vx{kz}, r32 | EVEX.x.66.0F38.Wy 7C /r | suf=-',
    'vpbroadcastq | vx{kz}, r64 | EVEX.x.66.0F38.W1 7C /r | only64 suf=-',
    ...triples('f32x4 1A 0, i32x4 5A 0').map(([kind, opcode]) => `vbroadcast${kind} | vx{kz}, m128 | EVEX.y.66.0F38.W0 ${opcode} /r`),
    ...pairs('f64x4 1B, i64x4 5B').map(([kind, opcode]) => `vbroadcast${kind} | zmm{kz}, m256 | EVEX.512.66.0F38.W1 ${opcode} /r`),
    ...pairs('f32x4 18, i32x4 38').map(
      ([kind, opcode]) => `vinsert${kind} | vx{kz}, vx, xmm/m128, imm8 | EVEX.y.66.0F3A.W0 ${opcode} /r ib`,
    ),
    ...pairs('f64x4 1A, i64x4 3A').map(
      ([kind, opcode]) => `vinsert${kind} | zmm{kz}, zmm, ymm/m256, imm8 | EVEX.512.66.0F3A.W1 ${opcode} /r ib`,
    ),
    ...pairs('f32x4 19, i32x4 39').map(([kind, opcode]) => `vextract${kind} | xmm/m128{kz}, vx, imm8 | EVEX.y.66.0F3A.W0 ${opcode} /r ib`),
    ...pairs('f64x4 1B, i64x4 3B').map(
      ([kind, opcode]) => `vextract${kind} | ymm/m256{kz}, zmm, imm8 | EVEX.512.66.0F3A.W1 ${opcode} /r ib`,
    ),
    ...compression('compressps compresspd', '8A', false),
    ...compression('pcompressd pcompressq', '8B', false),
    ...compression('expandps expandpd', '88', true),
    ...compression('pexpandd pexpandq', '89', true),
    ...EXTENSIONS.split(', ')
      .filter((extension) => !extension.startsWith('bw'))
      .flatMap(extension),
    ...narrowing('db 1 q, qb 2 e, dw 3 h, qw 4 q, qd 5 h'),
  ]
}

function immediateShift(text: string): string {
  const [name, opcode, digit, w] = text.split(' ')
  return `v${name} | vx{kz}, vx/mx/m${w === '0' ? 32 : 64}bcst, imm8 | EVEX.x.66.0F.W${w} ${opcode} /${digit} ib | op=VM`
}

function extension(text: string): string[] {
  const [kind, digit, bits] = text.split(' ')
  const share = bits === '64' ? 'h' : bits === '32' ? 'q' : 'e'
  const w = kind === 'dq' ? 'W0' : 'WIG'
  return [
    `vpmovsx${kind} | vx{kz}, v${share}/m${share} | EVEX.x.66.0F38.${w} 2${digit} /r`,
    `vpmovzx${kind} | vx{kz}, v${share}/m${share} | EVEX.x.66.0F38.${w} 3${digit} /r`,
  ]
}

/** vpcmpd and its kin with their predicates (SDM vol. 2, VPCMPD, table 5-17); equality has shorter rows of its own where signed. */
function maskComparisons(element: string, opcode: string, w: number, source: string): string[] {
  const encoding = `EVEX.x.66.0F3A.W${w} ${opcode} /r`
  const rows = [`vpcmp${element} | k{k}, vx, ${source}, imm8 | ${encoding} ib`]
  for (const [code, names] of [['eq'], ['lt'], ['le'], ['false'], ['neq'], ['nlt', 'ge'], ['nle', 'gt'], ['true']].entries()) {
    if (code === 3 || code === 7 || (code === 0 && !element.startsWith('u'))) continue
    const spoken = element.startsWith('u') ? names.slice(0, 1) : names.slice(0, 1)
    rows.push(
      `vpcmp${names[0]}${element} | k{k}, vx, ${source} | ${encoding} 0${code} | att=${spoken.map((name) => `vpcmp${name}${element}`).join(',')}`,
    )
  }
  return rows
}

/** Compression stores, expansion loads: memory counts in single elements (tuple1 scalar, SDM vol. 2 table 2-35). */
function compression(names: string, opcode: string, isExpansion: boolean): string[] {
  return names.split(' ').map((name, w) => {
    const operands = isExpansion ? 'vx{kz}, vx/mx' : 'vx/mx{kz}, vx'
    return `v${name} | ${operands} | EVEX.x.66.0F38.W${w} ${opcode} /r | N=${w === 0 ? 4 : 8}`
  })
}

/** Gathers and scatters: the mask is written on the register (gather) or on memory (scatter) and is not optional. */
function gathers(): string[] {
  const rows: string[] = []
  for (const [name, opcode, shape] of triples('pgatherd 90 d, pgatherq 91 q, gatherdp 92 d, gatherqp 93 q')) {
    const [narrow, wide] = name.endsWith('p') ? ['s', 'd'] : ['d', 'q']
    const scatter = (Number.parseInt(opcode, 16) + 0x10).toString(16).toUpperCase()
    const small = shape === 'd' ? ['vx', 'vm32L'] : ['vh', 'vm64L']
    const large = shape === 'd' ? ['vx', 'vm32H'] : ['vx', 'vm64L']
    for (const [width, operands, w, bytes] of [
      [narrow, small, 0, 4],
      [wide, large, 1, 8],
    ] as const) {
      rows.push(`v${name}${width} | ${operands[0]}{k}, ${operands[1]} | EVEX.x.66.0F38.W${w} ${opcode} /r | N=${bytes} gather`)
      rows.push(
        `v${name.replace('gather', 'scatter')}${width} | ${operands[1]}{k}, ${operands[0]} | EVEX.x.66.0F38.W${w} ${scatter} /r | N=${bytes} gather`,
      )
    }
  }
  return rows
}

function bytesAndWords(): string[] {
  const same = (list: string, map: string): string[] =>
    pairs(list).map(([name, opcode]) => `v${name} | vx{kz}, vx, vx/mx | EVEX.x.66.${map}.WIG ${opcode} /r`)
  const w1 = (list: string): string[] =>
    pairs(list).map(([name, opcode]) => `v${name} | vx{kz}, vx, vx/mx | EVEX.x.66.0F38.W1 ${opcode} /r`)
  return [
    ...same(
      'punpcklbw 60, punpcklwd 61, packsswb 63, packuswb 67, punpckhbw 68, punpckhwd 69, pmullw D5, psubusb D8, psubusw D9, pminub DA, ' +
        'paddusb DC, paddusw DD, pmaxub DE, pavgb E0, pavgw E3, pmulhuw E4, pmulhw E5, psubsb E8, psubsw E9, pminsw EA, paddsb EC, paddsw ED, ' +
        'pmaxsw EE, pmaddwd F5, psubb F8, psubw F9, paddb FC, paddw FD',
      '0F',
    ),
    ...same('pshufb 00, pmaddubsw 04, pmulhrsw 0B, pminsb 38, pminuw 3A, pmaxsb 3C, pmaxuw 3E', '0F38'),
    'vpackssdw | vx{kz}, vx, vx/mx/m32bcst | EVEX.x.66.0F.W0 6B /r',
    'vpackusdw | vx{kz}, vx, vx/mx/m32bcst | EVEX.x.66.0F38.W0 2B /r',
    'vpsadbw | vx, vx, vx/mx | EVEX.x.66.0F.WIG F6 /r',
    ...w1('psllvw 12, psrlvw 10, psravw 11, permw 8D, permi2w 75, permt2w 7D'),
    'vpblendmb | vx{kz}, vx, vx/mx | EVEX.x.66.0F38.W0 66 /r',
    'vpblendmw | vx{kz}, vx, vx/mx | EVEX.x.66.0F38.W1 66 /r',
    'vpabsb | vx{kz}, vx/mx | EVEX.x.66.0F38.WIG 1C /r',
    'vpabsw | vx{kz}, vx/mx | EVEX.x.66.0F38.WIG 1D /r',
    'vpshufhw | vx{kz}, vx/mx, imm8 | EVEX.x.F3.0F.WIG 70 /r ib',
    'vpshuflw | vx{kz}, vx/mx, imm8 | EVEX.x.F2.0F.WIG 70 /r ib',
    'vpalignr | vx{kz}, vx, vx/mx, imm8 | EVEX.x.66.0F3A.WIG 0F /r ib',
    'vdbpsadbw | vx{kz}, vx, vx/mx, imm8 | EVEX.x.66.0F3A.W0 42 /r ib',
    ...pairs('psrlw D1, psraw E1, psllw F1').map(([name, opcode]) => `v${name} | vx{kz}, vx, xmm/m128 | EVEX.x.66.0F.WIG ${opcode} /r`),
    ...pairs('psrlw 2, psraw 4, psllw 6').map(
      ([name, digit]) => `v${name} | vx{kz}, vx/mx, imm8 | EVEX.x.66.0F.WIG 71 /${digit} ib | op=VM`,
    ),
    'vpsrldq | vx, vx/mx, imm8 | EVEX.x.66.0F.WIG 73 /3 ib | op=VM',
    'vpslldq | vx, vx/mx, imm8 | EVEX.x.66.0F.WIG 73 /7 ib | op=VM',
    ...loadStore('movdqu8', 'F2', 0, '6F', '7F'),
    ...loadStore('movdqu16', 'F2', 1, '6F', '7F'),
    'vpcmpeqb | k{k}, vx, vx/mx | EVEX.x.66.0F.WIG 74 /r',
    'vpcmpeqw | k{k}, vx, vx/mx | EVEX.x.66.0F.WIG 75 /r',
    'vpcmpgtb | k{k}, vx, vx/mx | EVEX.x.66.0F.WIG 64 /r',
    'vpcmpgtw | k{k}, vx, vx/mx | EVEX.x.66.0F.WIG 65 /r',
    ...maskComparisons('b', '3F', 0, 'vx/mx'),
    ...maskComparisons('ub', '3E', 0, 'vx/mx'),
    ...maskComparisons('w', '3F', 1, 'vx/mx'),
    ...maskComparisons('uw', '3E', 1, 'vx/mx'),
    'vptestmb | k{k}, vx, vx/mx | EVEX.x.66.0F38.W0 26 /r',
    'vptestmw | k{k}, vx, vx/mx | EVEX.x.66.0F38.W1 26 /r',
    'vptestnmb | k{k}, vx, vx/mx | EVEX.x.F3.0F38.W0 26 /r',
    'vptestnmw | k{k}, vx, vx/mx | EVEX.x.F3.0F38.W1 26 /r',
    'vpbroadcastb | vx{kz}, xmm/m8 | EVEX.x.66.0F38.W0 78 /r',
    'vpbroadcastw | vx{kz}, xmm/m16 | EVEX.x.66.0F38.W0 79 /r',
    'vpbroadcastb | vx{kz}, r32 | EVEX.x.66.0F38.W0 7A /r | suf=-',
    'vpbroadcastw | vx{kz}, r32 | EVEX.x.66.0F38.W0 7B /r | suf=-',
    ...extension('bw 0 64'),
    ...narrowing('wb 0 h'),
    ...triples('b 28 0, w 28 1').map(([element, opcode, w]) => `vpmovm2${element} | vx, k | EVEX.x.F3.0F38.W${w} ${opcode} /r`),
    ...triples('b 29 0, w 29 1').map(([element, opcode, w]) => `vpmov${element}2m | k, vx | EVEX.x.F3.0F38.W${w} ${opcode} /r`),
    'vpinsrb | xmm, xmm, r32/m8, imm8 | EVEX.128.66.0F3A.WIG 20 /r ib | suf=-',
    'vpinsrb | xmm, xmm, r64, imm8 | EVEX.128.66.0F3A.WIG 20 /r ib | only64 suf=-',
    'vpinsrw | xmm, xmm, r32, imm8 | EVEX.128.66.0F.WIG C4 /r ib | suf=-',
    'vpinsrw | xmm, xmm, m16, imm8 | EVEX.128.66.0F.WIG C4 /r ib | suf=-',
    'vpinsrw | xmm, xmm, r64, imm8 | EVEX.128.66.0F.WIG C4 /r ib | only64 suf=-',
    'vpextrb | r32/m8, xmm, imm8 | EVEX.128.66.0F3A.WIG 14 /r ib | suf=-',
    'vpextrb | r64, xmm, imm8 | EVEX.128.66.0F3A.WIG 14 /r ib | only64 suf=- op=MRI',
    'vpextrw | r32, xmm, imm8 | EVEX.128.66.0F.WIG C5 /r ib | suf=-',
    'vpextrw | r64, xmm, imm8 | EVEX.128.66.0F.WIG C5 /r ib | only64 suf=-',
    'vpextrw | r32/m16, xmm, imm8 | EVEX.128.66.0F3A.WIG 15 /r ib | suf=-',
    'vpextrw | r64, xmm, imm8 | EVEX.128.66.0F3A.WIG 15 /r ib | only64 suf=- op=MRI',
  ]
}

function doublesAndQuads(): string[] {
  return [
    ...floating('and', '54', '', 'ps pd'),
    ...floating('andn', '55', '', 'ps pd'),
    ...floating('or', '56', '', 'ps pd'),
    ...floating('xor', '57', '', 'ps pd'),
    'vpmullq | vx{kz}, vx, vx/mx/m64bcst | EVEX.x.66.0F38.W1 40 /r',
    'vcvtpd2qq | vx{kz}, vx/mx/m64bcst{er} | EVEX.x.66.0F.W1 7B /r',
    'vcvtpd2uqq | vx{kz}, vx/mx/m64bcst{er} | EVEX.x.66.0F.W1 79 /r',
    'vcvttpd2qq | vx{kz}, vx/mx/m64bcst{sae} | EVEX.x.66.0F.W1 7A /r',
    'vcvttpd2uqq | vx{kz}, vx/mx/m64bcst{sae} | EVEX.x.66.0F.W1 78 /r',
    'vcvtps2qq | vx{kz}, vh/mh/m32bcst{er} | EVEX.x.66.0F.W0 7B /r',
    'vcvtps2uqq | vx{kz}, vh/mh/m32bcst{er} | EVEX.x.66.0F.W0 79 /r',
    'vcvttps2qq | vx{kz}, vh/mh/m32bcst{sae} | EVEX.x.66.0F.W0 7A /r',
    'vcvttps2uqq | vx{kz}, vh/mh/m32bcst{sae} | EVEX.x.66.0F.W0 78 /r',
    'vcvtqq2pd | vx{kz}, vx/mx/m64bcst{er} | EVEX.x.F3.0F.W1 E6 /r',
    'vcvtuqq2pd | vx{kz}, vx/mx/m64bcst{er} | EVEX.x.F3.0F.W1 7A /r',
    `vcvtqq2ps | vh{kz}, vx/mx/m64bcst{er} | EVEX.x.NP.0F.W1 5B /r | ${lettered('vcvtqq2ps')}`,
    `vcvtuqq2ps | vh{kz}, vx/mx/m64bcst{er} | EVEX.x.F2.0F.W1 7A /r | ${lettered('vcvtuqq2ps')}`,
    `vfpclassps | k{k}, vx/mx/m32bcst, imm8 | EVEX.x.66.0F3A.W0 66 /r ib | ${lettered('vfpclassps', 'xyz')}`,
    `vfpclasspd | k{k}, vx/mx/m64bcst, imm8 | EVEX.x.66.0F3A.W1 66 /r ib | ${lettered('vfpclasspd', 'xyz')}`,
    ...bothWidths('fpclass', SCALAR, 'k{k}, xmm/mN, imm8', 'EVEX.LIG.66.0F3A.W 67 /r ib'),
    ...bothWidths('range', PACKED, 'vx{kz}, vx, vx/mx/mbN{sae}, imm8', 'EVEX.x.66.0F3A.W 50 /r ib'),
    ...bothWidths('range', SCALAR, 'xmm{kz}, xmm, xmm/mN{sae}, imm8', 'EVEX.LIG.66.0F3A.W 51 /r ib'),
    ...bothWidths('reduce', PACKED, 'vx{kz}, vx/mx/mbN{sae}, imm8', 'EVEX.x.66.0F3A.W 56 /r ib'),
    ...bothWidths('reduce', SCALAR, 'xmm{kz}, xmm, xmm/mN{sae}, imm8', 'EVEX.LIG.66.0F3A.W 57 /r ib'),
    'vbroadcastf32x2 | vx{kz}, xmm/m64 | EVEX.y.66.0F38.W0 19 /r',
    'vbroadcasti32x2 | vx{kz}, xmm/m64 | EVEX.x.66.0F38.W0 59 /r',
    ...pairs('f64x2 1A, i64x2 5A').map(([kind, opcode]) => `vbroadcast${kind} | vx{kz}, m128 | EVEX.y.66.0F38.W1 ${opcode} /r`),
    ...pairs('f32x8 1B, i32x8 5B').map(([kind, opcode]) => `vbroadcast${kind} | zmm{kz}, m256 | EVEX.512.66.0F38.W0 ${opcode} /r`),
    ...pairs('f64x2 18, i64x2 38').map(
      ([kind, opcode]) => `vinsert${kind} | vx{kz}, vx, xmm/m128, imm8 | EVEX.y.66.0F3A.W1 ${opcode} /r ib`,
    ),
    ...pairs('f32x8 1A, i32x8 3A').map(
      ([kind, opcode]) => `vinsert${kind} | zmm{kz}, zmm, ymm/m256, imm8 | EVEX.512.66.0F3A.W0 ${opcode} /r ib`,
    ),
    ...pairs('f64x2 19, i64x2 39').map(([kind, opcode]) => `vextract${kind} | xmm/m128{kz}, vx, imm8 | EVEX.y.66.0F3A.W1 ${opcode} /r ib`),
    ...pairs('f32x8 1B, i32x8 3B').map(
      ([kind, opcode]) => `vextract${kind} | ymm/m256{kz}, zmm, imm8 | EVEX.512.66.0F3A.W0 ${opcode} /r ib`,
    ),
    ...triples('d 38 0, q 38 1').map(([element, opcode, w]) => `vpmovm2${element} | vx, k | EVEX.x.F3.0F38.W${w} ${opcode} /r`),
    ...triples('d 39 0, q 39 1').map(([element, opcode, w]) => `vpmov${element}2m | k, vx | EVEX.x.F3.0F38.W${w} ${opcode} /r`),
    'vpinsrd | xmm, xmm, r32/m32, imm8 | EVEX.128.66.0F3A.Wy 22 /r ib | suf=-',
    'vpinsrq | xmm, xmm, r64/m64, imm8 | EVEX.128.66.0F3A.W1 22 /r ib | only64 suf=-',
    'vpextrd | r32/m32, xmm, imm8 | EVEX.128.66.0F3A.Wy 16 /r ib | suf=-',
    'vpextrq | r64/m64, xmm, imm8 | EVEX.128.66.0F3A.W1 16 /r ib | only64 suf=-',
  ]
}

/** Instructions on mask registers; the width lies in prefix and W (SDM vol. 2, KANDW … KXORQ). */
function masks(): string[] {
  const WIDTHS = [
    ['w', 'NP', '0', '16', 'avx512f'],
    ['b', '66', '0', '8', 'avx512dq'],
    ['q', 'NP', '1', '64', 'avx512bw'],
    ['d', '66', '1', '32', 'avx512bw'],
  ] as const
  const rows: string[] = []
  for (const [width, prefix, w, bits, isa] of WIDTHS) {
    const flags = `isa=${isa}`
    for (const [name, opcode] of pairs('kand 41, kandn 42, kor 45, kxnor 46, kxor 47, kadd 4A')) {
      const own = name === 'kadd' && width === 'w' ? 'isa=avx512dq' : flags
      rows.push(`${name}${width} | k, k, k | VEX.L1.${prefix}.0F.W${w} ${opcode} /r | ${own}`)
    }
    rows.push(
      `knot${width} | k, k | VEX.L0.${prefix}.0F.W${w} 44 /r | ${flags}`,
      `kortest${width} | k, k | VEX.L0.${prefix}.0F.W${w} 98 /r | ${flags}`,
      `ktest${width} | k, k | VEX.L0.${prefix}.0F.W${w} 99 /r | ${width === 'w' ? 'isa=avx512dq' : flags}`,
      `kmov${width} | k, k/m${bits} | VEX.L0.${prefix}.0F.W${w} 90 /r | ${flags} suf=-`,
      `kmov${width} | m${bits}, k | VEX.L0.${prefix}.0F.W${w} 91 /r | ${flags} suf=-`,
    )
    const wide = width === 'w' || width === 'q' ? 1 : 0
    const step = width === 'd' || width === 'q' ? 1 : 0
    rows.push(
      `kshiftr${width} | k, k, imm8 | VEX.L0.66.0F3A.W${wide} 3${step} /r ib | ${flags}`,
      `kshiftl${width} | k, k, imm8 | VEX.L0.66.0F3A.W${wide} 3${2 + step} /r ib | ${flags}`,
    )
  }
  for (const [width, encoding, register] of triples('w NP.0F.W0 r32, b 66.0F.W0 r32, d F2.0F.Wy r32, q F2.0F.W1 r64')) {
    const flags = `isa=${width === 'w' ? 'avx512f' : width === 'b' ? 'avx512dq' : 'avx512bw'} suf=-`
    rows.push(
      `kmov${width} | k, ${register} | VEX.L0.${encoding} 92 /r | ${flags}`,
      `kmov${width} | ${register}, k | VEX.L0.${encoding} 93 /r | ${flags}`,
    )
  }
  rows.push(
    'kunpckbw | k, k, k | VEX.L1.66.0F.W0 4B /r | isa=avx512f',
    'kunpckwd | k, k, k | VEX.L1.NP.0F.W0 4B /r | isa=avx512bw',
    'kunpckdq | k, k, k | VEX.L1.NP.0F.W1 4B /r | isa=avx512bw',
  )
  return rows
}

/** AVX-512 of Knights Landing and Knights Mill only: ER, PF, 4FMAPS, 4VNNIW. */
function knights(): string[] {
  return [
    ...withFlags('isa=avx512er', [
      ...bothWidths('exp2', PACKED, 'zmm{kz}, zmm/m512/mbN{sae}', 'EVEX.512.66.0F38.W C8 /r'),
      ...bothWidths('rcp28', PACKED, 'zmm{kz}, zmm/m512/mbN{sae}', 'EVEX.512.66.0F38.W CA /r'),
      ...bothWidths('rcp28', SCALAR, 'xmm{kz}, xmm, xmm/mN{sae}', 'EVEX.LIG.66.0F38.W CB /r'),
      ...bothWidths('rsqrt28', PACKED, 'zmm{kz}, zmm/m512/mbN{sae}', 'EVEX.512.66.0F38.W CC /r'),
      ...bothWidths('rsqrt28', SCALAR, 'xmm{kz}, xmm, xmm/mN{sae}', 'EVEX.LIG.66.0F38.W CD /r'),
    ]),
    ...withFlags(
      'isa=avx512pf',
      triples('gatherpf0 1 -, gatherpf1 2 -, scatterpf0 5 -, scatterpf1 6 -').flatMap(([name, digit]) => [
        `v${name}dps | vm32z{k} | EVEX.512.66.0F38.W0 C6 /${digit} | N=4 gather`,
        `v${name}dpd | vm32y{k} | EVEX.512.66.0F38.W1 C6 /${digit} | N=8 gather`,
        `v${name}qps | vm64z{k} | EVEX.512.66.0F38.W0 C7 /${digit} | N=4 gather`,
        `v${name}qpd | vm64z{k} | EVEX.512.66.0F38.W1 C7 /${digit} | N=8 gather`,
      ]),
    ),
    ...withFlags('isa=avx512_4fmaps', [
      'v4fmaddps | zmm{kz}, zmm+3, m128 | EVEX.512.F2.0F38.W0 9A /r',
      'v4fnmaddps | zmm{kz}, zmm+3, m128 | EVEX.512.F2.0F38.W0 AA /r',
      'v4fmaddss | xmm{kz}, xmm+3, m128 | EVEX.LIG.F2.0F38.W0 9B /r',
      'v4fnmaddss | xmm{kz}, xmm+3, m128 | EVEX.LIG.F2.0F38.W0 AB /r',
    ]),
    ...withFlags('isa=avx512_4vnniw', [
      'vp4dpwssd | zmm{kz}, zmm+3, m128 | EVEX.512.F2.0F38.W0 52 /r',
      'vp4dpwssds | zmm{kz}, zmm+3, m128 | EVEX.512.F2.0F38.W0 53 /r',
    ]),
  ]
}

export function maskRows(): readonly string[] {
  return masks()
}

export function avx512Rows(): readonly string[] {
  return [
    ...withFlags('isa=avx512f', [...arithmetic(), ...moves(), ...conversions(), ...integer(), ...gathers()]),
    ...withFlags('isa=avx512cd', [
      ...bothWidths('pconflict', WIDE, 'vx{kz}, vx/mx/mbN', 'EVEX.x.66.0F38.W C4 /r'),
      ...bothWidths('plzcnt', WIDE, 'vx{kz}, vx/mx/mbN', 'EVEX.x.66.0F38.W 44 /r'),
      'vpbroadcastmb2q | vx, k | EVEX.x.F3.0F38.W1 2A /r',
      'vpbroadcastmw2d | vx, k | EVEX.x.F3.0F38.W0 3A /r',
    ]),
    ...withFlags('isa=avx512bw', bytesAndWords()),
    ...withFlags('isa=avx512dq', doublesAndQuads()),
    ...knights(),
  ]
}
