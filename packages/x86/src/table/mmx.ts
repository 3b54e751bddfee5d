// MMX, its later additions (SSE, SSE2, SSSE3 forms on mm registers) and AMD's 3DNow!. Notation: README.md.
// Sources: Intel SDM vol. 2, AMD APM vol. 5. The same mnemonics on xmm registers stand in sse.ts.

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0')

/** `mm, mm/m64` with a two-byte opcode. */
const PACKED: Readonly<Record<string, number>> = {
  punpcklwd: 0x61,
  packsswb: 0x63,
  pcmpgtb: 0x64,
  pcmpgtw: 0x65,
  pcmpgtd: 0x66,
  packuswb: 0x67,
  punpckhbw: 0x68,
  punpckhwd: 0x69,
  punpckhdq: 0x6a,
  packssdw: 0x6b,
  pcmpeqb: 0x74,
  pcmpeqw: 0x75,
  pcmpeqd: 0x76,
  pmullw: 0xd5,
  psubusb: 0xd8,
  psubusw: 0xd9,
  pand: 0xdb,
  paddusb: 0xdc,
  paddusw: 0xdd,
  pandn: 0xdf,
  pmulhw: 0xe5,
  psubsb: 0xe8,
  psubsw: 0xe9,
  por: 0xeb,
  paddsb: 0xec,
  paddsw: 0xed,
  pxor: 0xef,
  pmaddwd: 0xf5,
  psubb: 0xf8,
  psubw: 0xf9,
  psubd: 0xfa,
  paddb: 0xfc,
  paddw: 0xfd,
  paddd: 0xfe,
}

/** The same, added with SSE. */
const PACKED_SSE: Readonly<Record<string, number>> = {
  pminub: 0xda,
  pmaxub: 0xde,
  pavgb: 0xe0,
  pavgw: 0xe3,
  pmulhuw: 0xe4,
  pminsw: 0xea,
  pmaxsw: 0xee,
  psadbw: 0xf6,
}

/** The same, added with SSE2. */
const PACKED_SSE2: Readonly<Record<string, number>> = { paddq: 0xd4, pmuludq: 0xf4, psubq: 0xfb }

/** SSSE3: three-byte opcodes 0F 38 xx. */
const PACKED_SSSE3: Readonly<Record<string, number>> = {
  pshufb: 0x00,
  phaddw: 0x01,
  phaddd: 0x02,
  phaddsw: 0x03,
  pmaddubsw: 0x04,
  phsubw: 0x05,
  phsubd: 0x06,
  phsubsw: 0x07,
  psignb: 0x08,
  psignw: 0x09,
  psignd: 0x0a,
  pmulhrsw: 0x0b,
  pabsb: 0x1c,
  pabsw: 0x1d,
  pabsd: 0x1e,
}

/** 3DNow!: 0F 0F, ModRM, then the opcode where an immediate would stand. */
const THREE_D_NOW: Readonly<Record<string, number>> = {
  pi2fd: 0x0d,
  pf2id: 0x1d,
  pfcmpge: 0x90,
  pfmin: 0x94,
  pfrcp: 0x96,
  pfrsqrt: 0x97,
  pfsub: 0x9a,
  pfadd: 0x9e,
  pfcmpgt: 0xa0,
  pfmax: 0xa4,
  pfrcpit1: 0xa6,
  pfrsqit1: 0xa7,
  pfsubr: 0xaa,
  pfacc: 0xae,
  pfcmpeq: 0xb0,
  pfmul: 0xb4,
  pfrcpit2: 0xb6,
  pmulhrw: 0xb7,
  pavgusb: 0xbf,
}

const THREE_D_NOW_EXTENDED: Readonly<Record<string, number>> = { pi2fw: 0x0c, pf2iw: 0x1c, pfnacc: 0x8a, pfpnacc: 0x8e, pswapd: 0xbb }

/** By a register or by an immediate in a group opcode: 71 words, 72 doublewords, 73 quadwords. */
function shift(name: string, opcode: number, group: number, digit: number): string[] {
  return [
    `${name} | mm, mm/m64 | 0F ${hex(opcode)} /r | isa=mmx suf=-`,
    `${name} | mm, imm8   | 0F ${hex(group)} /${digit} ib | isa=mmx suf=-`,
  ]
}

const packed = (map: Readonly<Record<string, number>>, escape: string, isa: string): string[] =>
  Object.entries(map).map(([name, opcode]) => `${name} | mm, mm/m64 | ${escape} ${hex(opcode)} /r | isa=${isa} suf=-`)

export function mmxRows(): readonly string[] {
  return [
    'movd | mm, r/m32 | 0F 6E /r     | isa=mmx suf=-',
    'movd | r/m32, mm | 0F 7E /r     | isa=mmx suf=-',
    'movd | mm, r/m64 | o64 0F 6E /r | isa=mmx suf=- only64',
    'movd | r/m64, mm | o64 0F 7E /r | isa=mmx suf=- only64',
    'emms ||  0F 77 | isa=mmx',
    'femms || 0F 0E | isa=3dnow',
    'punpcklbw | mm, mm/m32 | 0F 60 /r | isa=mmx',
    'punpckldq | mm, mm/m32 | 0F 62 /r | isa=mmx',
    ...packed(PACKED, '0F', 'mmx'),
    ...packed(PACKED_SSE, '0F', 'sse+mmx/3dnowa'),
    ...packed(PACKED_SSE2, '0F', 'sse2+mmx'),
    ...packed(PACKED_SSSE3, '0F 38', 'ssse3+mmx'),
    ...shift('psrlw', 0xd1, 0x71, 2),
    ...shift('psraw', 0xe1, 0x71, 4),
    ...shift('psllw', 0xf1, 0x71, 6),
    ...shift('psrld', 0xd2, 0x72, 2),
    ...shift('psrad', 0xe2, 0x72, 4),
    ...shift('pslld', 0xf2, 0x72, 6),
    ...shift('psrlq', 0xd3, 0x73, 2),
    ...shift('psllq', 0xf3, 0x73, 6),
    'pshufw   | mm, mm/m64, imm8  | 0F 70 /r ib | isa=sse+mmx/3dnowa',
    'pinsrw   | mm, r32, imm8 | 0F C4 /r ib | isa=sse+mmx/3dnowa suf=l',
    'pinsrw   | mm, m16, imm8 | 0F C4 /r ib | isa=sse+mmx/3dnowa suf=-',
    'pinsrw   | mm, r64, imm8 | 0F C4 /r ib | only64 isa=sse+mmx/3dnowa suf=q',
    'pextrw   | r32, mm, imm8 | 0F C5 /r ib | isa=sse+mmx/3dnowa op=RMI suf=l',
    'pextrw   | r64, mm, imm8 | 0F C5 /r ib | only64 isa=sse+mmx/3dnowa op=RMI suf=q',
    'pmovmskb | r32, mm | 0F D7 /r | isa=sse+mmx/3dnowa op=RM suf=l',
    'pmovmskb | r64, mm | 0F D7 /r | only64 isa=sse+mmx/3dnowa op=RM suf=q',
    'movntq   | m64, mm | 0F E7 /r | isa=sse+mmx/3dnowa',
    'maskmovq | mm, mm  | 0F F7 /r | isa=sse+mmx/3dnowa op=RM',
    'palignr  | mm, mm/m64, imm8 | 0F 3A 0F /r ib | isa=ssse3+mmx',
    ...Object.entries(THREE_D_NOW).map(([name, opcode]) => `${name} | mm, mm/m64 | 0F 0F /r ${hex(opcode)} | isa=3dnow`),
    ...Object.entries(THREE_D_NOW_EXTENDED).map(([name, opcode]) => `${name} | mm, mm/m64 | 0F 0F /r ${hex(opcode)} | isa=3dnowa`),
    'prefetch  | m8 | 0F 0D /0 | isa=prfchw/3dnow suf=-',
    'prefetchw | m8 | 0F 0D /1 | isa=prfchw/3dnow suf=-',
    'prefetchwt1 | m8 | 0F 0D /2 | isa=prefetchwt1 suf=-',
  ]
}
