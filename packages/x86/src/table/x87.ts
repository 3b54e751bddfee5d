// The x87 floating-point unit. Notation: README.md. Sources: Intel SDM vol. 2 (F…), opcode maps A.5.
// AT&T particulars (GNU as manual §9.16.6 and §9.16.16): `s`, `l`, `t` suffixes for 32, 64 and 80-bit reals, `s`, `l`, `ll`
// for 16, 32 and 64-bit integers; and fsub/fsubr, fdiv/fdivr with st(i) as destination are exchanged (SVR4's old mistake, kept).

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0')

/** add, mul, sub, subr, div, divr: /digit of D8; the AT&T mnemonic of the DC and DE register forms. */
const ARITHMETIC: readonly (readonly [string, number, string])[] = [
  ['fadd', 0, 'fadd'],
  ['fmul', 1, 'fmul'],
  ['fsub', 4, 'fsubr'],
  ['fsubr', 5, 'fsub'],
  ['fdiv', 6, 'fdivr'],
  ['fdivr', 7, 'fdiv'],
]

function arithmetic(): string[] {
  const toTop = ARITHMETIC.flatMap(([name, digit]) => [
    `${name} | st, st(i) | D8 ${hex(0xc0 + digit * 8)}+i`,
    `${name} | st(i)     | D8 ${hex(0xc0 + digit * 8)}+i`,
    `${name} | m32       | D8 /${digit} | suf=s sized`,
    `${name} | m64       | DC /${digit} | suf=l`,
    `fi${name.slice(1)} | m16 | DE /${digit} | suf=s sized`,
    `fi${name.slice(1)} | m32 | DA /${digit} | suf=l`,
  ])
  // DC E0+i is Intel's fsubr and DC E8+i its fsub; the row carries the AT&T name
  const toRegister = ARITHMETIC.flatMap(([name, digit, swapped]) => {
    const operation = (digit < 2 ? digit : digit ^ 1) * 8
    return [
      `${name} | st(i), ST(0)  | DC ${hex(0xc0 + operation)}+i | att=${swapped}`,
      `${name}p | st(i), ST(0) | DE ${hex(0xc0 + operation)}+i | att=${swapped}p`,
      `${name}p | st(i)        | DE ${hex(0xc0 + operation)}+i | att=${swapped}p`,
      `${name}p |              | DE ${hex(0xc1 + operation)}   | att=${swapped}p`,
      `${name} |               | DE ${hex(0xc1 + operation)}   | att=${swapped} olddefault`,
    ]
  })
  // the order of operands does not matter to these two, and old sources write either
  const either = ['faddp | ST(0), st(i) | DE C0+i | meant=faddp', 'fmulp | ST(0), st(i) | DE C8+i | meant=fmulp']
  return [...toTop, ...toRegister, ...either]
}

/** Instructions without memory operand: D9 or DB and a fixed second byte. */
const PLAIN: Readonly<Record<string, string>> = {
  fnop: 'D9 D0',
  fchs: 'D9 E0',
  fabs: 'D9 E1',
  ftst: 'D9 E4',
  fxam: 'D9 E5',
  fld1: 'D9 E8',
  fldl2t: 'D9 E9',
  fldl2e: 'D9 EA',
  fldpi: 'D9 EB',
  fldlg2: 'D9 EC',
  fldln2: 'D9 ED',
  fldz: 'D9 EE',
  f2xm1: 'D9 F0',
  fyl2x: 'D9 F1',
  fptan: 'D9 F2',
  fpatan: 'D9 F3',
  fxtract: 'D9 F4',
  fprem1: 'D9 F5',
  fdecstp: 'D9 F6',
  fincstp: 'D9 F7',
  fprem: 'D9 F8',
  fyl2xp1: 'D9 F9',
  fsqrt: 'D9 FA',
  fsincos: 'D9 FB',
  frndint: 'D9 FC',
  fscale: 'D9 FD',
  fsin: 'D9 FE',
  fcos: 'D9 FF',
  fneni: 'DB E0',
  feni: '9B DB E0',
  fndisi: 'DB E1',
  fdisi: '9B DB E1',
  fnclex: 'DB E2',
  fclex: '9B DB E2',
  fninit: 'DB E3',
  finit: '9B DB E3',
  fnsetpm: 'DB E4',
  fsetpm: '9B DB E4',
  frstpm: 'DB E5',
  fcompp: 'DE D9',
  fucompp: 'DA E9',
}

/** Forms with st(i), or st(1) when nothing is written. */
function withDefault(name: string, opcode: string, base: number): string[] {
  return [`${name} | st(i) | ${opcode} ${hex(base)}+i`, `${name} | | ${opcode} ${hex(base + 1)}`]
}

/** fcomi and kin: st(i) compared with st, either written alone or with st as destination. */
function compare(name: string, opcode: string, base: number): string[] {
  return [`${name} | st, st(i) | ${opcode} ${hex(base)}+i`, ...withDefault(name, opcode, base)]
}

export function x87Rows(): readonly string[] {
  return [
    'fld  | st(i) | D9 C0+i',
    'fld  | m32 | D9 /0 | suf=s sized',
    'fld  | m64 | DD /0 | suf=l',
    'fld  | m80 | DB /5 | suf=t',
    'fst  | st(i) | DD D0+i',
    'fst  | m32 | D9 /2 | suf=s sized',
    'fst  | m64 | DD /2 | suf=l',
    'fstp | st(i) | DD D8+i',
    'fstp | m32 | D9 /3 | suf=s sized',
    'fstp | m64 | DD /3 | suf=l',
    'fstp | m80 | DB /7 | suf=t',
    'fild | m16 | DF /0 | suf=s sized',
    'fild | m32 | DB /0 | suf=l',
    'fild | m64 | DF /5 | suf=q',
    'fild | m64 | DF /5 | att=fildll suf=-',
    'fist | m16 | DF /2 | suf=s sized',
    'fist | m32 | DB /2 | suf=l',
    'fistp | m16 | DF /3 | suf=s sized',
    'fistp | m32 | DB /3 | suf=l',
    'fistp | m64 | DF /7 | suf=q',
    'fistp | m64 | DF /7 | att=fistpll suf=-',
    'fisttp | m16 | DF /1 | suf=s sized',
    'fisttp | m32 | DB /1 | suf=l',
    'fisttp | m64 | DD /1 | suf=q',
    'fisttp | m64 | DD /1 | att=fisttpll suf=-',
    'fbld  | m80 | DF /4 | suf=-',
    'fbstp | m80 | DF /6 | suf=-',
    ...['fcom', 'fcomp'].flatMap((name, pop) => [
      ...withDefault(name, 'D8', 0xd0 + pop * 8),
      `${name} | m32 | D8 /${2 + pop} | suf=s sized`,
      `${name} | m64 | DC /${2 + pop} | suf=l`,
      `fi${name.slice(1)} | m16 | DE /${2 + pop} | suf=s sized`,
      `fi${name.slice(1)} | m32 | DA /${2 + pop} | suf=l`,
    ]),
    // a size suffix with a register means nothing: GNU as takes l and says so
    'fld   | st(i) | D9 C0+i | att=fldl meant=fld',
    'fst   | st(i) | DD D0+i | att=fstl meant=fst',
    'fstp  | st(i) | DD D8+i | att=fstpl meant=fstp',
    'fcom  | st(i) | D8 D0+i | att=fcoml meant=fcom',
    'fcomp | st(i) | D8 D8+i | att=fcompl meant=fcomp',
    ...withDefault('fucom', 'DD', 0xe0),
    ...withDefault('fucomp', 'DD', 0xe8),
    ...compare('fucomi', 'DB', 0xe8),
    ...compare('fcomi', 'DB', 0xf0),
    ...compare('fucomip', 'DF', 0xe8),
    ...compare('fcomip', 'DF', 0xf0),
    ...compare('fucompi', 'DF', 0xe8),
    ...compare('fcompi', 'DF', 0xf0),
    ...withDefault('fxch', 'D9', 0xc8),
    'ffree  | st(i) | DD C0+i',
    'ffreep | st(i) | DF C0+i',
    'fcmovb   | st, st(i) | DA C0+i',
    'fcmovnae | st, st(i) | DA C0+i',
    'fcmove   | st, st(i) | DA C8+i',
    'fcmovbe  | st, st(i) | DA D0+i',
    'fcmovna  | st, st(i) | DA D0+i',
    'fcmovu   | st, st(i) | DA D8+i',
    'fcmovae  | st, st(i) | DB C0+i',
    'fcmovnb  | st, st(i) | DB C0+i',
    'fcmovne  | st, st(i) | DB C8+i',
    'fcmova   | st, st(i) | DB D0+i',
    'fcmovnbe | st, st(i) | DB D0+i',
    'fcmovnu  | st, st(i) | DB D8+i',
    ...arithmetic(),
    'fldcw  | m16 | D9 /5 | suf=w',
    'fnstcw | m16 | D9 /7 | suf=w',
    'fstcw  | m16 | 9B D9 /7 | suf=w',
    'fnstsw | ax  | DF E0 | suf=- isa=287/387',
    'fnstsw | m16 | DD /7 | suf=w',
    'fnstsw |     | DF E0 | isa=287/387',
    'fstsw  | ax  | 9B DF E0 | suf=- isa=287/387',
    'fstsw  | m16 | 9B DD /7 | suf=w',
    'fstsw  |     | 9B DF E0 | isa=287/387',
    // environment and state: 14 or 28 bytes, 94 or 108
    'fldenv  | m | oz D9 /4 | suf=sl fpenv',
    'fnstenv | m | oz D9 /6 | suf=sl fpenv',
    'fstenv  | m | oz 9B D9 /6 | suf=sl fpenv',
    'frstor  | m | oz DD /4 | suf=sl fpenv',
    'fnsave  | m | oz DD /6 | suf=sl fpenv',
    'fsave   | m | oz 9B DD /6 | suf=sl fpenv',
    ...Object.entries(PLAIN).map(([name, opcode]) => `${name} || ${opcode}`),
  ]
}
