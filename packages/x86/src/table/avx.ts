// AVX, AVX2, F16C, FMA and their younger VEX relatives (AVX-VNNI, AVX-IFMA, VNNI-INT8, NE-CONVERT), on xmm and ymm registers.
// Sources: Intel SDM vol. 2 chapters 3 to 5, Intel ISA extensions reference. `VEX.x` and vx, mx: lengths.ts.
import { CLMUL_HALVES, EXTENSIONS, INTEGER_0F, pairs, SHIFTS, SSE41, SSSE3, SSSE3_ABS, triples, withFlags } from './sse.ts'

/** The 32 predicates of vcmpps and its kin with all their names (SDM vol. 2, CMPPD, table 3-1). */
export const PREDICATES: readonly (readonly string[])[] = [
  ['eq', 'eq_oq'],
  ['lt', 'lt_os'],
  ['le', 'le_os'],
  ['unord', 'unord_q'],
  ['neq', 'neq_uq'],
  ['nlt', 'nlt_us'],
  ['nle', 'nle_us'],
  ['ord', 'ord_q'],
  ['eq_uq'],
  ['nge', 'nge_us'],
  ['ngt', 'ngt_us'],
  ['false', 'false_oq'],
  ['neq_oq'],
  ['ge', 'ge_os'],
  ['gt', 'gt_os'],
  ['true', 'true_uq'],
  ['eq_os'],
  ['lt_oq'],
  ['le_oq'],
  ['unord_s'],
  ['neq_us'],
  ['nlt_uq'],
  ['nle_uq'],
  ['ord_s'],
  ['eq_us'],
  ['nge_uq'],
  ['ngt_uq'],
  ['false_os'],
  ['neq_os'],
  ['ge_oq'],
  ['gt_oq'],
  ['true_us'],
]

/** One row a predicate: all names of it in `att=`. */
export function perPredicate(format: string, operands: string, encoding: string): string[] {
  return PREDICATES.map((names, code) => {
    const byte = code.toString(16).toUpperCase().padStart(2, '0')
    const att = names.map((name) => `vcmp${name}${format}`).join(',')
    return `vcmp${names[0]}${format} | ${operands} | ${encoding} ${byte} | att=${att}`
  })
}

/** Packed ps and pd of both lengths, scalar ss and sd of any length. */
function floating(name: string, opcode: string, formats = 'ps pd ss sd', immediate = false): string[] {
  const operand = immediate ? ', imm8' : ''
  const field = immediate ? ' ib' : ''
  const all: Readonly<Record<string, string>> = {
    ps: `v${name}ps | vx, vx, vx/mx${operand} | VEX.x.NP.0F.WIG ${opcode} /r${field}`,
    pd: `v${name}pd | vx, vx, vx/mx${operand} | VEX.x.66.0F.WIG ${opcode} /r${field}`,
    ss: `v${name}ss | xmm, xmm, xmm/m32${operand} | VEX.LIG.F3.0F.WIG ${opcode} /r${field}`,
    sd: `v${name}sd | xmm, xmm, xmm/m64${operand} | VEX.LIG.F2.0F.WIG ${opcode} /r${field}`,
  }
  return formats.split(' ').map((format) => all[format]!)
}

/** A load and the store of the same registers. */
function loadStore(name: string, prefix: string, load: string, store: string): string[] {
  return [`v${name} | vx, vx/mx | VEX.x.${prefix}.0F.WIG ${load} /r`, `v${name} | vx/mx, vx | VEX.x.${prefix}.0F.WIG ${store} /r`]
}

function avxMoves(): string[] {
  return [
    ...loadStore('movaps', 'NP', '28', '29'),
    ...loadStore('movapd', '66', '28', '29'),
    ...loadStore('movups', 'NP', '10', '11'),
    ...loadStore('movupd', '66', '10', '11'),
    ...loadStore('movdqa', '66', '6F', '7F'),
    ...loadStore('movdqu', 'F3', '6F', '7F'),
    'vmovss | xmm, m32 | VEX.LIG.F3.0F.WIG 10 /r',
    'vmovss | xmm, xmm, xmm | VEX.LIG.F3.0F.WIG 10 /r',
    'vmovss | m32, xmm | VEX.LIG.F3.0F.WIG 11 /r',
    'vmovss | xmm, xmm, xmm | VEX.LIG.F3.0F.WIG 11 /r | op=MVR',
    'vmovsd | xmm, m64 | VEX.LIG.F2.0F.WIG 10 /r',
    'vmovsd | xmm, xmm, xmm | VEX.LIG.F2.0F.WIG 10 /r',
    'vmovsd | m64, xmm | VEX.LIG.F2.0F.WIG 11 /r',
    'vmovsd | xmm, xmm, xmm | VEX.LIG.F2.0F.WIG 11 /r | op=MVR',
    'vmovhlps | xmm, xmm, xmm | VEX.128.NP.0F.WIG 12 /r',
    'vmovlhps | xmm, xmm, xmm | VEX.128.NP.0F.WIG 16 /r',
    ...triples('movlps NP 12, movlpd 66 12, movhps NP 16, movhpd 66 16').flatMap(([name, prefix, opcode]) => [
      `v${name} | xmm, xmm, m64 | VEX.128.${prefix}.0F.WIG ${opcode} /r`,
      `v${name} | m64, xmm | VEX.128.${prefix}.0F.WIG ${opcode[0]}${Number(opcode[1]) + 1} /r`,
    ]),
    'vmovddup | xmm, xmm/m64 | VEX.128.F2.0F.WIG 12 /r',
    'vmovddup | ymm, ymm/m256 | VEX.256.F2.0F.WIG 12 /r',
    'vmovsldup | vx, vx/mx | VEX.x.F3.0F.WIG 12 /r',
    'vmovshdup | vx, vx/mx | VEX.x.F3.0F.WIG 16 /r',
    'vmovmskps | r32, vx | VEX.x.NP.0F.WIG 50 /r | suf=l',
    'vmovmskps | r64, vx | VEX.x.NP.0F.WIG 50 /r | only64 suf=q',
    'vmovmskpd | r32, vx | VEX.x.66.0F.WIG 50 /r | suf=l',
    'vmovmskpd | r64, vx | VEX.x.66.0F.WIG 50 /r | only64 suf=q',
    'vmovntps | mx, vx | VEX.x.NP.0F.WIG 2B /r',
    'vmovntpd | mx, vx | VEX.x.66.0F.WIG 2B /r',
    'vmovntdq | mx, vx | VEX.x.66.0F.WIG E7 /r',
    'vlddqu | vx, mx | VEX.x.F2.0F.WIG F0 /r',
    'vmaskmovdqu | xmm, xmm | VEX.128.66.0F.WIG F7 /r',
    'vmovd | xmm, r32/m32 | VEX.128.66.0F.Wy 6E /r | suf=-',
    'vmovd | r32/m32, xmm | VEX.128.66.0F.Wy 7E /r | suf=-',
    'vmovd | xmm, r64 | VEX.128.66.0F.W1 6E /r | only64 suf=-',
    'vmovd | r64, xmm | VEX.128.66.0F.W1 7E /r | only64 suf=- op=MR',
    'vmovq | xmm, xmm/m64 | VEX.128.F3.0F.WIG 7E /r | suf=- ssewig',
    'vmovq | xmm/m64, xmm | VEX.128.66.0F.WIG D6 /r | suf=- ssewig',
    'vmovq | xmm, r64 | VEX.128.66.0F.W1 6E /r | only64 suf=-',
    'vmovq | r64, xmm | VEX.128.66.0F.W1 7E /r | only64 suf=- op=MR',
    'vldmxcsr | m32 | VEX.LZ.NP.0F.WIG AE /2 | suf=-',
    'vstmxcsr | m32 | VEX.LZ.NP.0F.WIG AE /3 | suf=-',
    'vzeroupper || VEX.128.NP.0F.WIG 77',
    'vzeroall || VEX.256.NP.0F.WIG 77',
  ]
}

function avxConversions(): string[] {
  return [
    'vcvtsi2ss | xmm, xmm, r/my | VEX.LIG.F3.0F.Wy 2A /r | plain',
    'vcvtsi2sd | xmm, xmm, r/my | VEX.LIG.F2.0F.Wy 2A /r | plain firm',
    'vcvtss2si | ry, xmm/m32 | VEX.LIG.F3.0F.Wy 2D /r | ssewig',
    'vcvttss2si | ry, xmm/m32 | VEX.LIG.F3.0F.Wy 2C /r | ssewig',
    'vcvtsd2si | ry, xmm/m64 | VEX.LIG.F2.0F.Wy 2D /r | ssewig',
    'vcvttsd2si | ry, xmm/m64 | VEX.LIG.F2.0F.Wy 2C /r | ssewig',
    'vcvtss2sd | xmm, xmm, xmm/m32 | VEX.LIG.F3.0F.WIG 5A /r',
    'vcvtsd2ss | xmm, xmm, xmm/m64 | VEX.LIG.F2.0F.WIG 5A /r',
    'vcvtps2pd | vx, vh/mh | VEX.x.NP.0F.WIG 5A /r',
    'vcvtpd2ps | vh, vx/mx | VEX.x.66.0F.WIG 5A /r | att=vcvtpd2ps,vcvtpd2psx,vcvtpd2psy',
    'vcvtdq2ps | vx, vx/mx | VEX.x.NP.0F.WIG 5B /r',
    'vcvtps2dq | vx, vx/mx | VEX.x.66.0F.WIG 5B /r',
    'vcvttps2dq | vx, vx/mx | VEX.x.F3.0F.WIG 5B /r',
    // GNU as 2.40 also takes registers of two lengths here and means the longer one
    'vcvttps2dq | ymm, xmm | VEX.256.F3.0F.WIG 5B /r',
    'vcvttps2dq | xmm, ymm | VEX.256.F3.0F.WIG 5B /r',
    'vcvttpd2dq | vh, vx/mx | VEX.x.66.0F.WIG E6 /r | att=vcvttpd2dq,vcvttpd2dqx,vcvttpd2dqy',
    'vcvtdq2pd | vx, vh/mh | VEX.x.F3.0F.WIG E6 /r',
    'vcvtpd2dq | vh, vx/mx | VEX.x.F2.0F.WIG E6 /r | att=vcvtpd2dq,vcvtpd2dqx,vcvtpd2dqy',
  ]
}

function avxFloating(): string[] {
  return [
    ...floating('add', '58'),
    ...floating('mul', '59'),
    ...floating('sub', '5C'),
    ...floating('min', '5D'),
    ...floating('div', '5E'),
    ...floating('max', '5F'),
    ...floating('and', '54', 'ps pd'),
    ...floating('andn', '55', 'ps pd'),
    ...floating('or', '56', 'ps pd'),
    ...floating('xor', '57', 'ps pd'),
    ...floating('unpckl', '14', 'ps pd'),
    ...floating('unpckh', '15', 'ps pd'),
    ...floating('shuf', 'C6', 'ps pd', true),
    ...floating('cmp', 'C2', 'ps pd ss sd', true),
    ...perPredicate('ps', 'vx, vx, vx/mx', 'VEX.x.NP.0F.WIG C2 /r'),
    ...perPredicate('pd', 'vx, vx, vx/mx', 'VEX.x.66.0F.WIG C2 /r'),
    ...perPredicate('ss', 'xmm, xmm, xmm/m32', 'VEX.LIG.F3.0F.WIG C2 /r'),
    ...perPredicate('sd', 'xmm, xmm, xmm/m64', 'VEX.LIG.F2.0F.WIG C2 /r'),
    'vsqrtps | vx, vx/mx | VEX.x.NP.0F.WIG 51 /r',
    'vsqrtpd | vx, vx/mx | VEX.x.66.0F.WIG 51 /r',
    ...floating('sqrt', '51', 'ss sd'),
    'vrsqrtps | vx, vx/mx | VEX.x.NP.0F.WIG 52 /r',
    ...floating('rsqrt', '52', 'ss'),
    'vrcpps | vx, vx/mx | VEX.x.NP.0F.WIG 53 /r',
    ...floating('rcp', '53', 'ss'),
    'vcomiss | xmm, xmm/m32 | VEX.LIG.NP.0F.WIG 2F /r',
    'vcomisd | xmm, xmm/m64 | VEX.LIG.66.0F.WIG 2F /r',
    'vucomiss | xmm, xmm/m32 | VEX.LIG.NP.0F.WIG 2E /r',
    'vucomisd | xmm, xmm/m64 | VEX.LIG.66.0F.WIG 2E /r',
    ...triples('haddpd 66 7C, haddps F2 7C, hsubpd 66 7D, hsubps F2 7D, addsubpd 66 D0, addsubps F2 D0').map(
      ([name, prefix, opcode]) => `v${name} | vx, vx, vx/mx | VEX.x.${prefix}.0F.WIG ${opcode} /r`,
    ),
    'vblendps | vx, vx, vx/mx, imm8 | VEX.x.66.0F3A.WIG 0C /r ib',
    'vblendpd | vx, vx, vx/mx, imm8 | VEX.x.66.0F3A.WIG 0D /r ib',
    'vdpps | vx, vx, vx/mx, imm8 | VEX.x.66.0F3A.WIG 40 /r ib',
    'vdppd | xmm, xmm, xmm/m128, imm8 | VEX.128.66.0F3A.WIG 41 /r ib',
    'vblendvps | vx, vx, vx/mx, vx | VEX.x.66.0F3A.W0 4A /r',
    'vblendvpd | vx, vx, vx/mx, vx | VEX.x.66.0F3A.W0 4B /r',
    'vroundps | vx, vx/mx, imm8 | VEX.x.66.0F3A.WIG 08 /r ib',
    'vroundpd | vx, vx/mx, imm8 | VEX.x.66.0F3A.WIG 09 /r ib',
    'vroundss | xmm, xmm, xmm/m32, imm8 | VEX.LIG.66.0F3A.WIG 0A /r ib',
    'vroundsd | xmm, xmm, xmm/m64, imm8 | VEX.LIG.66.0F3A.WIG 0B /r ib',
    'vinsertps | xmm, xmm, xmm/m32, imm8 | VEX.128.66.0F3A.WIG 21 /r ib',
    'vextractps | r32/m32, xmm, imm8 | VEX.128.66.0F3A.WIG 17 /r ib | suf=- ssewig',
    'vextractps | r64, xmm, imm8 | VEX.128.66.0F3A.WIG 17 /r ib | only64 suf=- op=MRI ssewig',
    'vtestps | vx, vx/mx | VEX.x.66.0F38.W0 0E /r',
    'vtestpd | vx, vx/mx | VEX.x.66.0F38.W0 0F /r',
    'vptest | vx, vx/mx | VEX.x.66.0F38.WIG 17 /r',
    'vpermilps | vx, vx, vx/mx | VEX.x.66.0F38.W0 0C /r',
    'vpermilpd | vx, vx, vx/mx | VEX.x.66.0F38.W0 0D /r',
    'vpermilps | vx, vx/mx, imm8 | VEX.x.66.0F3A.W0 04 /r ib',
    'vpermilpd | vx, vx/mx, imm8 | VEX.x.66.0F3A.W0 05 /r ib',
    'vmaskmovps | vx, vx, mx | VEX.x.66.0F38.W0 2C /r',
    'vmaskmovps | mx, vx, vx | VEX.x.66.0F38.W0 2E /r | op=MVR',
    'vmaskmovpd | vx, vx, mx | VEX.x.66.0F38.W0 2D /r',
    'vmaskmovpd | mx, vx, vx | VEX.x.66.0F38.W0 2F /r | op=MVR',
    'vbroadcastss | vx, m32 | VEX.x.66.0F38.W0 18 /r',
    'vbroadcastss | vx, xmm | VEX.x.66.0F38.W0 18 /r | isa=avx2',
    'vbroadcastsd | ymm, m64 | VEX.256.66.0F38.W0 19 /r',
    'vbroadcastsd | ymm, xmm | VEX.256.66.0F38.W0 19 /r | isa=avx2',
    'vbroadcastf128 | ymm, m128 | VEX.256.66.0F38.W0 1A /r',
    'vinsertf128 | ymm, ymm, xmm/m128, imm8 | VEX.256.66.0F3A.W0 18 /r ib',
    'vextractf128 | xmm/m128, ymm, imm8 | VEX.256.66.0F3A.W0 19 /r ib',
    'vperm2f128 | ymm, ymm, ymm/m256, imm8 | VEX.256.66.0F3A.W0 06 /r ib',
  ]
}

/** Integer operations: 128 bits came with AVX, 256 bits with AVX2. */
function avxInteger(): string[] {
  const three = (map: string, list: string): string[] =>
    pairs(list).map(([name, opcode]) =>
      // the count of a shift has 128 bits in either length
      /^ps(rl|ra|ll)/.test(name)
        ? `v${name} | vx, vx, xmm/m128 | VEX.x.66.${map}.WIG ${opcode} /r`
        : `v${name} | vx, vx, vx/mx | VEX.x.66.${map}.WIG ${opcode} /r`,
    )
  return [
    ...three('0F', INTEGER_0F),
    ...three('0F38', SSSE3),
    ...three('0F38', SSE41),
    ...three('0F38', 'pcmpgtq 37'),
    ...pairs(SSSE3_ABS).map(([name, opcode]) => `v${name} | vx, vx/mx | VEX.x.66.0F38.WIG ${opcode} /r`),
    ...triples(SHIFTS).map(([name, opcode, digit]) => `v${name} | vx, vx, imm8 | VEX.x.66.0F.WIG ${opcode} /${digit} ib`),
    'vpsrldq | vx, vx, imm8 | VEX.x.66.0F.WIG 73 /3 ib',
    'vpslldq | vx, vx, imm8 | VEX.x.66.0F.WIG 73 /7 ib',
    'vpshufd | vx, vx/mx, imm8 | VEX.x.66.0F.WIG 70 /r ib',
    'vpshufhw | vx, vx/mx, imm8 | VEX.x.F3.0F.WIG 70 /r ib',
    'vpshuflw | vx, vx/mx, imm8 | VEX.x.F2.0F.WIG 70 /r ib',
    'vpalignr | vx, vx, vx/mx, imm8 | VEX.x.66.0F3A.WIG 0F /r ib',
    'vpblendw | vx, vx, vx/mx, imm8 | VEX.x.66.0F3A.WIG 0E /r ib',
    'vmpsadbw | vx, vx, vx/mx, imm8 | VEX.x.66.0F3A.WIG 42 /r ib',
    'vpblendvb | vx, vx, vx/mx, vx | VEX.x.66.0F3A.WIG 4C /r',
    'vmovntdqa | vx, mx | VEX.x.66.0F38.WIG 2A /r',
    'vpmovmskb | r32, vx | VEX.x.66.0F.WIG D7 /r | suf=l',
    'vpmovmskb | r64, vx | VEX.x.66.0F.WIG D7 /r | only64 suf=q',
    ...EXTENSIONS.split(', ').flatMap((extension) => {
      const [kind, digit, bits] = extension.split(' ')
      const share = bits === '64' ? 'h' : bits === '32' ? 'q' : 'e'
      return [
        `vpmovsx${kind} | vx, v${share}/m${share} | VEX.x.66.0F38.WIG 2${digit} /r`,
        `vpmovzx${kind} | vx, v${share}/m${share} | VEX.x.66.0F38.WIG 3${digit} /r`,
      ]
    }),
  ]
}

/** Integer operations of 128 bits only. */
function avxInteger128(): string[] {
  return [
    'vphminposuw | xmm, xmm/m128 | VEX.128.66.0F38.WIG 41 /r',
    'vpcmpestrm | xmm, xmm/m128, imm8 | VEX.128.66.0F3A.Wy 60 /r ib',
    'vpcmpestrm | xmm, xmm/m128, imm8 | VEX.128.66.0F3A.Wy 60 /r ib | suf=l only64',
    'vpcmpestri | xmm, xmm/m128, imm8 | VEX.128.66.0F3A.Wy 61 /r ib',
    'vpcmpestri | xmm, xmm/m128, imm8 | VEX.128.66.0F3A.Wy 61 /r ib | suf=l only64',
    'vpcmpestrm | xmm, xmm/m128, imm8 | VEX.128.66.0F3A.W1 60 /r ib | suf=q only64',
    'vpcmpestri | xmm, xmm/m128, imm8 | VEX.128.66.0F3A.W1 61 /r ib | suf=q only64',
    'vpcmpistrm | xmm, xmm/m128, imm8 | VEX.128.66.0F3A.WIG 62 /r ib',
    'vpcmpistri | xmm, xmm/m128, imm8 | VEX.128.66.0F3A.WIG 63 /r ib',
    'vpinsrb | xmm, xmm, r32/m8, imm8 | VEX.128.66.0F3A.WIG 20 /r ib | suf=-',
    'vpinsrb | xmm, xmm, r64, imm8 | VEX.128.66.0F3A.WIG 20 /r ib | only64 suf=-',
    'vpinsrw | xmm, xmm, r32, imm8 | VEX.128.66.0F.WIG C4 /r ib | suf=l',
    'vpinsrw | xmm, xmm, m16, imm8 | VEX.128.66.0F.WIG C4 /r ib | suf=-',
    'vpinsrw | xmm, xmm, r64, imm8 | VEX.128.66.0F.WIG C4 /r ib | only64 suf=q',
    'vpinsrd | xmm, xmm, r32/m32, imm8 | VEX.128.66.0F3A.Wy 22 /r ib | suf=-',
    'vpinsrq | xmm, xmm, r64/m64, imm8 | VEX.128.66.0F3A.W1 22 /r ib | only64 suf=-',
    'vpextrb | r32/m8, xmm, imm8 | VEX.128.66.0F3A.WIG 14 /r ib | suf=-',
    'vpextrb | r64, xmm, imm8 | VEX.128.66.0F3A.WIG 14 /r ib | only64 suf=- op=MRI',
    'vpextrw | r32, xmm, imm8 | VEX.128.66.0F.WIG C5 /r ib | suf=l',
    'vpextrw | r64, xmm, imm8 | VEX.128.66.0F.WIG C5 /r ib | only64 suf=q',
    'vpextrw | r32/m16, xmm, imm8 | VEX.128.66.0F3A.WIG 15 /r ib | suf=-',
    'vpextrw | r64, xmm, imm8 | VEX.128.66.0F3A.WIG 15 /r ib | only64 suf=- op=MRI',
    'vpextrd | r32/m32, xmm, imm8 | VEX.128.66.0F3A.Wy 16 /r ib | suf=-',
    'vpextrq | r64/m64, xmm, imm8 | VEX.128.66.0F3A.W1 16 /r ib | only64 suf=-',
  ]
}

/** Gathers with a mask register: GNU and Intel want destination, index and mask to differ (SDM vol. 2, VGATHERDPS). */
function avx2Gathers(): string[] {
  return [
    'vpgatherdd | vx, vm32L, vx | VEX.x.66.0F38.W0 90 /r',
    'vpgatherdq | vx, vm32H, vx | VEX.x.66.0F38.W1 90 /r',
    'vpgatherqd | vh, vm64L, vh | VEX.x.66.0F38.W0 91 /r',
    'vpgatherqq | vx, vm64L, vx | VEX.x.66.0F38.W1 91 /r',
    'vgatherdps | vx, vm32L, vx | VEX.x.66.0F38.W0 92 /r',
    'vgatherdpd | vx, vm32H, vx | VEX.x.66.0F38.W1 92 /r',
    'vgatherqps | vh, vm64L, vh | VEX.x.66.0F38.W0 93 /r',
    'vgatherqpd | vx, vm64L, vx | VEX.x.66.0F38.W1 93 /r',
  ].map((row) => `${row} | op=RMV gather`)
}

function avx2(): string[] {
  return [
    ...avx2Gathers(),
    ...triples('b 78 8, w 79 16, d 58 32, q 59 64').map(
      ([element, opcode, bits]) => `vpbroadcast${element} | vx, xmm/m${bits} | VEX.x.66.0F38.W0 ${opcode} /r`,
    ),
    'vbroadcasti128 | ymm, m128 | VEX.256.66.0F38.W0 5A /r',
    'vinserti128 | ymm, ymm, xmm/m128, imm8 | VEX.256.66.0F3A.W0 38 /r ib',
    'vextracti128 | xmm/m128, ymm, imm8 | VEX.256.66.0F3A.W0 39 /r ib',
    'vperm2i128 | ymm, ymm, ymm/m256, imm8 | VEX.256.66.0F3A.W0 46 /r ib',
    'vpermd | ymm, ymm, ymm/m256 | VEX.256.66.0F38.W0 36 /r',
    'vpermps | ymm, ymm, ymm/m256 | VEX.256.66.0F38.W0 16 /r',
    'vpermq | ymm, ymm/m256, imm8 | VEX.256.66.0F3A.W1 00 /r ib',
    'vpermpd | ymm, ymm/m256, imm8 | VEX.256.66.0F3A.W1 01 /r ib',
    'vpblendd | vx, vx, vx/mx, imm8 | VEX.x.66.0F3A.W0 02 /r ib',
    'vpmaskmovd | vx, vx, mx | VEX.x.66.0F38.W0 8C /r',
    'vpmaskmovd | mx, vx, vx | VEX.x.66.0F38.W0 8E /r | op=MVR',
    'vpmaskmovq | vx, vx, mx | VEX.x.66.0F38.W1 8C /r',
    'vpmaskmovq | mx, vx, vx | VEX.x.66.0F38.W1 8E /r | op=MVR',
    ...triples('sllv 47 0, sllv 47 1, srlv 45 0, srlv 45 1, srav 46 0').map(
      ([name, opcode, w]) => `vp${name}${w === '0' ? 'd' : 'q'} | vx, vx, vx/mx | VEX.x.66.0F38.W${w} ${opcode} /r`,
    ),
  ]
}

/** Opcodes of the form 132; 213 and 231 lie 10 and 20 (hexadecimal) higher. FMA and AVX-512 share them. */
export const FMA_PACKED = 'fmaddsub 96, fmsubadd 97, fmadd 98, fmsub 9A, fnmadd 9C, fnmsub 9E'
export const FMA_SCALAR = 'fmadd 99, fmsub 9B, fnmadd 9D, fnmsub 9F'
export const FMA_ORDERS = [
  ['132', 0],
  ['213', 0x10],
  ['231', 0x20],
] as const

export function fmaOpcode(opcode: string, step: number): string {
  return (Number.parseInt(opcode, 16) + step).toString(16).toUpperCase()
}

function fma(): string[] {
  return FMA_ORDERS.flatMap(([order, step]) => [
    ...pairs(FMA_PACKED).flatMap(([name, opcode]) => [
      `v${name}${order}ps | vx, vx, vx/mx | VEX.x.66.0F38.W0 ${fmaOpcode(opcode, step)} /r`,
      `v${name}${order}pd | vx, vx, vx/mx | VEX.x.66.0F38.W1 ${fmaOpcode(opcode, step)} /r`,
    ]),
    ...pairs(FMA_SCALAR).flatMap(([name, opcode]) => [
      `v${name}${order}ss | xmm, xmm, xmm/m32 | VEX.LIG.66.0F38.W0 ${fmaOpcode(opcode, step)} /r`,
      `v${name}${order}sd | xmm, xmm, xmm/m64 | VEX.LIG.66.0F38.W1 ${fmaOpcode(opcode, step)} /r`,
    ]),
  ])
}

/** VEX forms that came before AVX-512 did; they win over the EVEX forms. */
export function avxRows(): readonly string[] {
  return [
    ...withFlags('isa=avx', [...avxFloating(), ...avxMoves(), ...avxConversions(), ...avxInteger128()]),
    ...withFlags('isa=avx/avx2', avxInteger()),
    ...withFlags('isa=avx2', avx2()),
    ...withFlags('isa=fma', fma()),
    ...withFlags('isa=f16c', ['vcvtph2ps | vx, vh/mh | VEX.x.66.0F38.W0 13 /r', 'vcvtps2ph | vh/mh, vx, imm8 | VEX.x.66.0F3A.W0 1D /r ib']),
    ...withFlags(
      'isa=aes+avx/vaes',
      pairs('vaesenc DC, vaesenclast DD, vaesdec DE, vaesdeclast DF').map(
        ([name, opcode]) => `${name} | vx, vx, vx/mx | VEX.x.66.0F38.WIG ${opcode} /r`,
      ),
    ),
    ...withFlags('isa=aes+avx', [
      'vaesimc | xmm, xmm/m128 | VEX.128.66.0F38.WIG DB /r',
      'vaeskeygenassist | xmm, xmm/m128, imm8 | VEX.128.66.0F3A.WIG DF /r ib',
    ]),
    ...withFlags('isa=pclmul+avx/vpclmulqdq', [
      'vpclmulqdq | vx, vx, vx/mx, imm8 | VEX.x.66.0F3A.WIG 44 /r ib',
      ...CLMUL_HALVES.map(([half, code]) => `vpclmul${half}dq | vx, vx, vx/mx | VEX.x.66.0F3A.WIG 44 /r ${code}`),
    ]),
    ...withFlags('isa=gfni+avx', [
      'vgf2p8mulb | vx, vx, vx/mx | VEX.x.66.0F38.W0 CF /r',
      'vgf2p8affineqb | vx, vx, vx/mx, imm8 | VEX.x.66.0F3A.W1 CE /r ib',
      'vgf2p8affineinvqb | vx, vx, vx/mx, imm8 | VEX.x.66.0F3A.W1 CF /r ib',
    ]),
    ...withFlags(
      'isa=avx_vnni_int8',
      triples('bssd F2 50, bssds F2 51, bsud F3 50, bsuds F3 51, buud NP 50, buuds NP 51').map(
        ([name, prefix, opcode]) => `vpdp${name} | vx, vx, vx/mx | VEX.x.${prefix}.0F38.W0 ${opcode} /r`,
      ),
    ),
    ...withFlags('isa=avx_ne_convert', [
      'vbcstnebf162ps | vx, m16 | VEX.x.F3.0F38.W0 B1 /r',
      'vbcstnesh2ps | vx, m16 | VEX.x.66.0F38.W0 B1 /r',
      'vcvtneebf162ps | vx, mx | VEX.x.F3.0F38.W0 B0 /r',
      'vcvtneeph2ps | vx, mx | VEX.x.66.0F38.W0 B0 /r',
      'vcvtneobf162ps | vx, mx | VEX.x.F2.0F38.W0 B0 /r',
      'vcvtneoph2ps | vx, mx | VEX.x.NP.0F38.W0 B0 /r',
    ]),
  ]
}

/** VEX forms that came after their AVX-512 siblings: EVEX wins, these are reached with {vex}. */
export function lateVexRows(): readonly string[] {
  return [
    ...withFlags(
      'isa=avx_vnni',
      pairs('vpdpbusd 50, vpdpbusds 51, vpdpwssd 52, vpdpwssds 53').map(
        ([name, opcode]) => `${name} | vx, vx, vx/mx | VEX.x.66.0F38.W0 ${opcode} /r`,
      ),
    ),
    ...withFlags('isa=avx_ifma', [
      'vpmadd52luq | vx, vx, vx/mx | VEX.x.66.0F38.W1 B4 /r',
      'vpmadd52huq | vx, vx, vx/mx | VEX.x.66.0F38.W1 B5 /r',
    ]),
    'vcvtneps2bf16 | vh, vx/mx | VEX.x.F3.0F38.W0 72 /r | att=vcvtneps2bf16,vcvtneps2bf16x,vcvtneps2bf16y isa=avx_ne_convert',
  ]
}
