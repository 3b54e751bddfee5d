// SSE, SSE2, SSE3, SSSE3, SSE4.1, SSE4.2, SSE4a and the instructions for AES, SHA and Galois fields on xmm registers.
// Sources: Intel SDM vol. 2 chapters 3 to 5; AMD APM vol. 4 (SSE4a). Notation: README.md in this folder.

/** Appends flags to the last cell of each row; a row that names its own extension keeps it. */
export function withFlags(flags: string, rows: readonly string[]): string[] {
  return rows.map((row) => {
    if (flags.startsWith('isa=') && row.includes('isa=')) return row
    return `${row}${row.split('|').length > 3 ? ' ' : ' | '}${flags}`
  })
}

/** Names and opcodes written as `name opcode, name opcode`. */
export function pairs(text: string): (readonly [string, string])[] {
  return text
    .trim()
    .split(/,\s*/)
    .map((pair) => pair.split(' ') as [string, string])
}

/** The four floating-point formats: mandatory prefix, memory operand of a scalar. */
const PS = 'ps'
const PD = 'pd'

/** Packed and scalar arithmetic: no prefix ps, 66 pd, F3 ss, F2 sd (SDM vol. 2 app. A.2.4, table A-3). */
function floating(name: string, opcode: string, formats = 'ps pd ss sd'): string[] {
  const rows: string[] = []
  for (const format of formats.split(' ')) {
    if (format === PS) rows.push(`${name}ps | xmm, xmm/m128 | 0F ${opcode} /r | isa=sse`)
    else if (format === PD) rows.push(`${name}pd | xmm, xmm/m128 | 66 0F ${opcode} /r | isa=sse2`)
    else if (format === 'ss') rows.push(`${name}ss | xmm, xmm/m32 | F3 0F ${opcode} /r | isa=sse`)
    else rows.push(`${name}sd | xmm, xmm/m64 | F2 0F ${opcode} /r | isa=sse2`)
  }
  return rows
}

/** Predicates of cmpps and its kin: the AT&T name holds what Intel writes as imm8. */
function comparisons(): string[] {
  const rows: string[] = []
  for (const [code, predicate] of ['eq', 'lt', 'le', 'unord', 'neq', 'nlt', 'nle', 'ord'].entries()) {
    rows.push(
      `cmp${predicate}ps | xmm, xmm/m128 | 0F C2 /r 0${code} | isa=sse`,
      `cmp${predicate}pd | xmm, xmm/m128 | 66 0F C2 /r 0${code} | isa=sse2`,
      `cmp${predicate}ss | xmm, xmm/m32 | F3 0F C2 /r 0${code} | isa=sse`,
      `cmp${predicate}sd | xmm, xmm/m64 | F2 0F C2 /r 0${code} | isa=sse2`,
    )
  }
  return rows
}

/** Integer operations of 66 0F: three operands in AVX (avx.ts). */
export const INTEGER_0F =
  'punpcklbw 60, punpcklwd 61, punpckldq 62, packsswb 63, pcmpgtb 64, pcmpgtw 65, pcmpgtd 66, packuswb 67, ' +
  'punpckhbw 68, punpckhwd 69, punpckhdq 6A, packssdw 6B, punpcklqdq 6C, punpckhqdq 6D, pcmpeqb 74, pcmpeqw 75, pcmpeqd 76, ' +
  'psrlw D1, psrld D2, psrlq D3, paddq D4, pmullw D5, psubusb D8, psubusw D9, pminub DA, pand DB, paddusb DC, paddusw DD, ' +
  'pmaxub DE, pandn DF, pavgb E0, psraw E1, psrad E2, pavgw E3, pmulhuw E4, pmulhw E5, psubsb E8, psubsw E9, pminsw EA, por EB, ' +
  'paddsb EC, paddsw ED, pmaxsw EE, pxor EF, psllw F1, pslld F2, psllq F3, pmuludq F4, pmaddwd F5, psadbw F6, psubb F8, psubw F9, ' +
  'psubd FA, psubq FB, paddb FC, paddw FD, paddd FE'

/** SSSE3: 0F 38 with no prefix on mmx, with 66 on xmm registers. */
export const SSSE3 =
  'pshufb 00, phaddw 01, phaddd 02, phaddsw 03, pmaddubsw 04, phsubw 05, phsubd 06, phsubsw 07, psignb 08, psignw 09, psignd 0A, pmulhrsw 0B'
export const SSSE3_ABS = 'pabsb 1C, pabsw 1D, pabsd 1E'

export const SSE41 =
  'pmuldq 28, pcmpeqq 29, packusdw 2B, pminsb 38, pminsd 39, pminuw 3A, pminud 3B, pmaxsb 3C, pmaxsd 3D, pmaxuw 3E, pmaxud 3F, pmulld 40'

/** Sign and zero extensions with the bits that they read. */
export const EXTENSIONS = 'bw 0 64, bd 1 32, bq 2 16, wd 3 64, wq 4 32, dq 5 64'

/** Shifts by an immediate: name, opcode, digit. */
export const SHIFTS = 'psrlw 71 2, psraw 71 4, psllw 71 6, psrld 72 2, psrad 72 4, pslld 72 6, psrlq 73 2, psllq 73 6'

export function triples(text: string): (readonly [string, string, string])[] {
  return text.split(/,\s*/).map((triple) => triple.split(' ') as [string, string, string])
}

/** Names for the four halves that pclmulqdq multiplies. */
export const CLMUL_HALVES = [
  ['lqlq', '00'],
  ['hqlq', '01'],
  ['lqhq', '10'],
  ['hqhq', '11'],
] as const

function moves(): string[] {
  return [
    'movaps | xmm, xmm/m128 | 0F 28 /r | isa=sse',
    'movaps | xmm/m128, xmm | 0F 29 /r | isa=sse',
    'movapd | xmm, xmm/m128 | 66 0F 28 /r | isa=sse2',
    'movapd | xmm/m128, xmm | 66 0F 29 /r | isa=sse2',
    'movups | xmm, xmm/m128 | 0F 10 /r | isa=sse',
    'movups | xmm/m128, xmm | 0F 11 /r | isa=sse',
    'movupd | xmm, xmm/m128 | 66 0F 10 /r | isa=sse2',
    'movupd | xmm/m128, xmm | 66 0F 11 /r | isa=sse2',
    'movdqa | xmm, xmm/m128 | 66 0F 6F /r | isa=sse2',
    'movdqa | xmm/m128, xmm | 66 0F 7F /r | isa=sse2',
    'movdqu | xmm, xmm/m128 | F3 0F 6F /r | isa=sse2',
    'movdqu | xmm/m128, xmm | F3 0F 7F /r | isa=sse2',
    'movhlps | xmm, xmm | 0F 12 /r | isa=sse',
    'movlhps | xmm, xmm | 0F 16 /r | isa=sse',
    'movlps | xmm, m64 | 0F 12 /r | isa=sse',
    'movlps | m64, xmm | 0F 13 /r | isa=sse',
    'movlpd | xmm, m64 | 66 0F 12 /r | isa=sse2',
    'movlpd | m64, xmm | 66 0F 13 /r | isa=sse2',
    'movhps | xmm, m64 | 0F 16 /r | isa=sse',
    'movhps | m64, xmm | 0F 17 /r | isa=sse',
    'movhpd | xmm, m64 | 66 0F 16 /r | isa=sse2',
    'movhpd | m64, xmm | 66 0F 17 /r | isa=sse2',
    'movmskps | r32, xmm | 0F 50 /r | suf=l isa=sse',
    'movmskps | r64, xmm | 0F 50 /r | only64 suf=q isa=sse',
    'movmskpd | r32, xmm | 66 0F 50 /r | suf=l isa=sse2',
    'movmskpd | r64, xmm | 66 0F 50 /r | only64 suf=q isa=sse2',
    'movntps | m128, xmm | 0F 2B /r | isa=sse',
    'movntpd | m128, xmm | 66 0F 2B /r | isa=sse2',
    'movntdq | m128, xmm | 66 0F E7 /r | isa=sse2',
    'movntdqa | xmm, m128 | 66 0F 38 2A /r | isa=sse4.1',
    'movntss | m32, xmm | F3 0F 2B /r | isa=sse4a',
    'movntsd | m64, xmm | F2 0F 2B /r | isa=sse4a',
    'maskmovdqu | xmm, xmm | 66 0F F7 /r | isa=sse2',
    'lddqu | xmm, m128 | F2 0F F0 /r | isa=sse3',
    'movddup | xmm, xmm/m64 | F2 0F 12 /r | isa=sse3',
    'movsldup | xmm, xmm/m128 | F3 0F 12 /r | isa=sse3',
    'movshdup | xmm, xmm/m128 | F3 0F 16 /r | isa=sse3',
    'movd | xmm, r32/m32 | 66 0F 6E /r | isa=sse2',
    'movd | r32/m32, xmm | 66 0F 7E /r | isa=sse2',
    'movd | xmm, r64 | o64 66 0F 6E /r | only64 isa=sse2',
    'movd | r64, xmm | o64 66 0F 7E /r | only64 isa=sse2 op=MR',
    'movq2dq | xmm, mm | F3 0F D6 /r | isa=sse2',
    'movdq2q | mm, xmm | F2 0F D6 /r | isa=sse2',
    'pmovmskb | r32, xmm | 66 0F D7 /r | suf=l isa=sse2',
    'pmovmskb | r64, xmm | 66 0F D7 /r | only64 suf=q isa=sse2',
    'ldmxcsr | m32 | 0F AE /2 | suf=- isa=sse',
    'stmxcsr | m32 | 0F AE /3 | suf=- isa=sse',
  ]
}

function conversions(): string[] {
  return [
    'cvtpi2ps | xmm, mm/m64 | 0F 2A /r | isa=sse',
    'cvtpi2pd | xmm, mm/m64 | 66 0F 2A /r | isa=sse2',
    'cvtps2pi | mm, xmm/m64 | 0F 2D /r | isa=sse',
    'cvttps2pi | mm, xmm/m64 | 0F 2C /r | isa=sse',
    'cvtpd2pi | mm, xmm/m128 | 66 0F 2D /r | isa=sse2',
    'cvttpd2pi | mm, xmm/m128 | 66 0F 2C /r | isa=sse2',
    'cvtsi2ss | xmm, r/my | F3 0F 2A /r | plain isa=sse',
    'cvtsi2sd | xmm, r/my | F2 0F 2A /r | plain isa=sse2',
    'cvtss2si | ry, xmm/m32 | F3 0F 2D /r | isa=sse',
    'cvttss2si | ry, xmm/m32 | F3 0F 2C /r | isa=sse',
    'cvtsd2si | ry, xmm/m64 | F2 0F 2D /r | isa=sse2',
    'cvttsd2si | ry, xmm/m64 | F2 0F 2C /r | isa=sse2',
    'cvtps2pd | xmm, xmm/m64 | 0F 5A /r | isa=sse2',
    'cvtpd2ps | xmm, xmm/m128 | 66 0F 5A /r | isa=sse2',
    'cvtss2sd | xmm, xmm/m32 | F3 0F 5A /r | isa=sse2',
    'cvtsd2ss | xmm, xmm/m64 | F2 0F 5A /r | isa=sse2',
    'cvtdq2ps | xmm, xmm/m128 | 0F 5B /r | isa=sse2',
    'cvtps2dq | xmm, xmm/m128 | 66 0F 5B /r | isa=sse2',
    'cvttps2dq | xmm, xmm/m128 | F3 0F 5B /r | isa=sse2',
    'cvttpd2dq | xmm, xmm/m128 | 66 0F E6 /r | isa=sse2',
    'cvtdq2pd | xmm, xmm/m64 | F3 0F E6 /r | isa=sse2',
    'cvtpd2dq | xmm, xmm/m128 | F2 0F E6 /r | isa=sse2',
  ]
}

function sse41(): string[] {
  return [
    ...EXTENSIONS.split(', ').flatMap((extension) => {
      const [kind, digit, bits] = extension.split(' ')
      return [`pmovsx${kind} | xmm, xmm/m${bits} | 66 0F 38 2${digit} /r`, `pmovzx${kind} | xmm, xmm/m${bits} | 66 0F 38 3${digit} /r`]
    }),
    ...pairs(SSE41).map(([name, opcode]) => `${name} | xmm, xmm/m128 | 66 0F 38 ${opcode} /r`),
    'ptest | xmm, xmm/m128 | 66 0F 38 17 /r',
    'phminposuw | xmm, xmm/m128 | 66 0F 38 41 /r',
    ...pairs('pblendvb 10, blendvps 14, blendvpd 15').flatMap(([name, opcode]) => [
      `${name} | xmm, xmm/m128, XMM0 | 66 0F 38 ${opcode} /r`,
      `${name} | xmm, xmm/m128 | 66 0F 38 ${opcode} /r`,
    ]),
    'roundps | xmm, xmm/m128, imm8 | 66 0F 3A 08 /r ib',
    'roundpd | xmm, xmm/m128, imm8 | 66 0F 3A 09 /r ib',
    'roundss | xmm, xmm/m32, imm8 | 66 0F 3A 0A /r ib',
    'roundsd | xmm, xmm/m64, imm8 | 66 0F 3A 0B /r ib',
    ...pairs('blendps 0C, blendpd 0D, pblendw 0E, dpps 40, dppd 41, mpsadbw 42').map(
      ([name, opcode]) => `${name} | xmm, xmm/m128, imm8 | 66 0F 3A ${opcode} /r ib`,
    ),
    'insertps | xmm, xmm/m32, imm8 | 66 0F 3A 21 /r ib',
    'extractps | r32/m32, xmm, imm8 | 66 0F 3A 17 /r ib',
    'extractps | r64, xmm, imm8 | 66 0F 3A 17 /r ib | only64 op=MRI',
    'pinsrb | xmm, r32/m8, imm8 | 66 0F 3A 20 /r ib | suf=-',
    'pinsrb | xmm, r64, imm8 | 66 0F 3A 20 /r ib | only64',
    'pinsrd | xmm, r32/m32, imm8 | 66 0F 3A 22 /r ib | suf=-',
    'pinsrq | xmm, r64/m64, imm8 | o64 66 0F 3A 22 /r ib | only64 suf=-',
    'pextrb | r32/m8, xmm, imm8 | 66 0F 3A 14 /r ib | suf=-',
    'pextrb | r64, xmm, imm8 | 66 0F 3A 14 /r ib | only64 suf=- op=MRI',
    'pextrw | m16, xmm, imm8 | 66 0F 3A 15 /r ib | suf=-',
    'pextrw | r32/m16, xmm, imm8 | 66 0F 3A 15 /r ib | suf=- op=MRI', // pextrw.s
    'pextrw | r64, xmm, imm8 | 66 0F 3A 15 /r ib | only64 suf=- op=MRI',
    'pextrd | r32/m32, xmm, imm8 | 66 0F 3A 16 /r ib | suf=-',
    'pextrq | r64/m64, xmm, imm8 | o64 66 0F 3A 16 /r ib | only64 suf=-',
  ]
}

export function sseRows(): readonly string[] {
  return [
    ...floating('add', '58'),
    ...floating('mul', '59'),
    ...floating('sub', '5C'),
    ...floating('min', '5D'),
    ...floating('div', '5E'),
    ...floating('max', '5F'),
    ...floating('sqrt', '51'),
    ...floating('rsqrt', '52', 'ps ss'),
    ...floating('rcp', '53', 'ps ss'),
    ...floating('and', '54', 'ps pd'),
    ...floating('andn', '55', 'ps pd'),
    ...floating('or', '56', 'ps pd'),
    ...floating('xor', '57', 'ps pd'),
    ...floating('unpckl', '14', 'ps pd'),
    ...floating('unpckh', '15', 'ps pd'),
    'comiss | xmm, xmm/m32 | 0F 2F /r | isa=sse',
    'comisd | xmm, xmm/m64 | 66 0F 2F /r | isa=sse2',
    'ucomiss | xmm, xmm/m32 | 0F 2E /r | isa=sse',
    'ucomisd | xmm, xmm/m64 | 66 0F 2E /r | isa=sse2',
    'cmpps | xmm, xmm/m128, imm8 | 0F C2 /r ib | isa=sse',
    'cmppd | xmm, xmm/m128, imm8 | 66 0F C2 /r ib | isa=sse2',
    ...comparisons(),
    'shufps | xmm, xmm/m128, imm8 | 0F C6 /r ib | isa=sse',
    'shufpd | xmm, xmm/m128, imm8 | 66 0F C6 /r ib | isa=sse2',
    ...moves(),
    ...conversions(),
    ...withFlags('isa=sse2', [
      ...pairs(INTEGER_0F).map(([name, opcode]) => `${name} | xmm, xmm/m128 | 66 0F ${opcode} /r`),
      ...triples(SHIFTS).map(([name, opcode, digit]) => `${name} | xmm, imm8 | 66 0F ${opcode} /${digit} ib`),
      'psrldq | xmm, imm8 | 66 0F 73 /3 ib',
      'pslldq | xmm, imm8 | 66 0F 73 /7 ib',
      'pshufd | xmm, xmm/m128, imm8 | 66 0F 70 /r ib',
      'pshufhw | xmm, xmm/m128, imm8 | F3 0F 70 /r ib',
      'pshuflw | xmm, xmm/m128, imm8 | F2 0F 70 /r ib',
      'pinsrw | xmm, r32, imm8 | 66 0F C4 /r ib | suf=l',
      'pinsrw | xmm, m16, imm8 | 66 0F C4 /r ib | suf=-',
      'pinsrw | xmm, r64, imm8 | 66 0F C4 /r ib | only64 suf=q',
      'pextrw | r32, xmm, imm8 | 66 0F C5 /r ib | suf=l',
      'pextrw | r64, xmm, imm8 | 66 0F C5 /r ib | only64 suf=q',
    ]),
    ...withFlags('isa=sse3', [
      'haddpd | xmm, xmm/m128 | 66 0F 7C /r',
      'haddps | xmm, xmm/m128 | F2 0F 7C /r',
      'hsubpd | xmm, xmm/m128 | 66 0F 7D /r',
      'hsubps | xmm, xmm/m128 | F2 0F 7D /r',
      'addsubpd | xmm, xmm/m128 | 66 0F D0 /r',
      'addsubps | xmm, xmm/m128 | F2 0F D0 /r',
    ]),
    ...withFlags('isa=ssse3', [
      ...pairs(`${SSSE3}, ${SSSE3_ABS}`).map(([name, opcode]) => `${name} | xmm, xmm/m128 | 66 0F 38 ${opcode} /r`),
      'palignr | xmm, xmm/m128, imm8 | 66 0F 3A 0F /r ib',
    ]),
    ...withFlags('isa=sse4.1', sse41()),
    ...withFlags('isa=sse4.2', [
      'pcmpgtq | xmm, xmm/m128 | 66 0F 38 37 /r',
      'pcmpestrm | xmm, xmm/m128, imm8 | 66 0F 3A 60 /r ib',
      'pcmpestrm | xmm, xmm/m128, imm8 | 66 0F 3A 60 /r ib | suf=l only64',
      'pcmpestri | xmm, xmm/m128, imm8 | 66 0F 3A 61 /r ib',
      'pcmpestri | xmm, xmm/m128, imm8 | 66 0F 3A 61 /r ib | suf=l only64',
      'pcmpestrm | xmm, xmm/m128, imm8 | o64 66 0F 3A 60 /r ib | suf=q only64',
      'pcmpestri | xmm, xmm/m128, imm8 | o64 66 0F 3A 61 /r ib | suf=q only64',
      'pcmpistrm | xmm, xmm/m128, imm8 | 66 0F 3A 62 /r ib',
      'pcmpistri | xmm, xmm/m128, imm8 | 66 0F 3A 63 /r ib',
    ]),
    ...withFlags('isa=sse4a', [
      'extrq | xmm, imm8, imm8 | 66 0F 78 /0 ib ib',
      'extrq | xmm, xmm | 66 0F 79 /r',
      'insertq | xmm, xmm, imm8, imm8 | F2 0F 78 /r ib ib',
      'insertq | xmm, xmm | F2 0F 79 /r',
    ]),
    ...withFlags('isa=pclmul', [
      'pclmulqdq | xmm, xmm/m128, imm8 | 66 0F 3A 44 /r ib',
      ...CLMUL_HALVES.map(([half, code]) => `pclmul${half}dq | xmm, xmm/m128 | 66 0F 3A 44 /r ${code}`),
    ]),
    ...withFlags('isa=aes', [
      ...pairs('aesimc DB, aesenc DC, aesenclast DD, aesdec DE, aesdeclast DF').map(
        ([name, opcode]) => `${name} | xmm, xmm/m128 | 66 0F 38 ${opcode} /r`,
      ),
      'aeskeygenassist | xmm, xmm/m128, imm8 | 66 0F 3A DF /r ib',
    ]),
    ...withFlags('isa=sha', [
      ...pairs('sha1nexte C8, sha1msg1 C9, sha1msg2 CA, sha256msg1 CC, sha256msg2 CD').map(
        ([name, opcode]) => `${name} | xmm, xmm/m128 | 0F 38 ${opcode} /r`,
      ),
      'sha256rnds2 | xmm, xmm/m128, XMM0 | 0F 38 CB /r',
      'sha256rnds2 | xmm, xmm/m128 | 0F 38 CB /r',
      'sha1rnds4 | xmm, xmm/m128, imm8 | 0F 3A CC /r ib',
    ]),
    ...withFlags('isa=gfni', [
      'gf2p8mulb | xmm, xmm/m128 | 66 0F 38 CF /r',
      'gf2p8affineqb | xmm, xmm/m128, imm8 | 66 0F 3A CE /r ib',
      'gf2p8affineinvqb | xmm, xmm/m128, imm8 | 66 0F 3A CF /r ib',
    ]),
    // Key Locker (SDM vol. 2, CET and Key Locker chapters): handles of 384 and 512 bits in memory
    ...withFlags('isa=widekl', [
      'aesencwide128kl | m384 | F3 0F 38 D8 /0',
      'aesdecwide128kl | m384 | F3 0F 38 D8 /1',
      'aesencwide256kl | m512 | F3 0F 38 D8 /2',
      'aesdecwide256kl | m512 | F3 0F 38 D8 /3',
    ]),
    ...withFlags('isa=kl', [
      'aesenc128kl | xmm, m384 | F3 0F 38 DC /r',
      'aesdec128kl | xmm, m384 | F3 0F 38 DD /r',
      'aesenc256kl | xmm, m512 | F3 0F 38 DE /r',
      'aesdec256kl | xmm, m512 | F3 0F 38 DF /r',
      'loadiwkey | xmm, xmm | F3 0F 38 DC /r | noswap',
      'encodekey128 | r32, r32 | o32 F3 0F 38 FA /r | suf=-',
      'encodekey256 | r32, r32 | o32 F3 0F 38 FB /r | suf=-',
    ]),
  ]
}
