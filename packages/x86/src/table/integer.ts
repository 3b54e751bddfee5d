// The integer instructions of every x86 processor, from the 8086 on. Notation: README.md in this folder.
// Sources: Intel SDM vol. 2 chapters 3 to 5 and the opcode maps of appendix A.
// Within a mnemonic the first row that fits wins, in GNU as's order of preference: short forms stand first.

/** Condition codes 0 to 15 with all their names (SDM vol. 1 app. B). */
export const CONDITIONS: readonly (readonly string[])[] = [
  ['o'],
  ['no'],
  ['b', 'c', 'nae'],
  ['nb', 'nc', 'ae'],
  ['e', 'z'],
  ['ne', 'nz'],
  ['be', 'na'],
  ['nbe', 'a'],
  ['s'],
  ['ns'],
  ['p', 'pe'],
  ['np', 'po'],
  ['l', 'nge'],
  ['nl', 'ge'],
  ['le', 'ng'],
  ['nle', 'g'],
]

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0')

export function perCondition(rows: (condition: string, code: number) => readonly string[]): string[] {
  return CONDITIONS.flatMap((names, code) => names.flatMap((name) => rows(name, code)))
}

/** The eight classical operations: opcode bits 5:3 name the operation, bits 2:0 the form. */
function alu(name: string, operation: number): string[] {
  const base = operation * 8
  const lock = name === 'cmp' ? '' : 'lock'
  return [
    `${name} | r/mv, imm8s | 83 /${operation} ib | ${lock}`,
    `${name} | al, imm8    | ${hex(base + 4)} ib`,
    `${name} | Av, immv    | ${hex(base + 5)} iz`,
    `${name} | r/m8, imm8  | 80 /${operation} ib | ${lock}`,
    `${name} | r/mv, immv  | 81 /${operation} iz | ${lock}`,
    `${name} | r/m8, r8    | ${hex(base)} /r | ${lock}`,
    `${name} | r/mv, rv    | ${hex(base + 1)} /r | ${lock}`,
    `${name} | r8, r/m8    | ${hex(base + 2)} /r`,
    `${name} | rv, r/mv    | ${hex(base + 3)} /r`,
  ]
}

/** Shifts and rotates: by one, by an immediate (80186), by cl; AT&T writes the shift by one also without count. */
function shift(name: string, operation: number): string[] {
  return [
    `${name} | r/m8, 1    | D0 /${operation}`,
    `${name} | r/mv, 1    | D1 /${operation}`,
    `${name} | r/m8, imm8 | C0 /${operation} ib`,
    `${name} | r/mv, imm8 | C1 /${operation} ib`,
    `${name} | r/m8, cl   | D2 /${operation}`,
    `${name} | r/mv, cl   | D3 /${operation}`,
    `${name} | r/mv, ecx  | D3 /${operation}`,
    `${name} | r/m8, ecx  | D2 /${operation} | suf=-`,
    `${name} | r/mv, rcx  | D3 /${operation} | only64`,
    `${name} | r/m8, rcx  | D2 /${operation} | only64 suf=-`,
    `${name} | r/m8       | D0 /${operation}`,
    `${name} | r/mv       | D1 /${operation}`,
  ]
}

/** One operand, group 3 (F6, F7). */
function group3(name: string, operation: number, flags = ''): string[] {
  return [`${name} | r/m8 | F6 /${operation} | ${flags}`, `${name} | r/mv | F7 /${operation} | ${flags}`]
}

/** div and idiv are also written with the accumulator as an operand. */
function accumulator(name: string, operation: number): string[] {
  return [`${name} | al, r/m8 | F6 /${operation}`, `${name} | Av, r/mv | F7 /${operation}`]
}

function bitTest(name: string, opcode: number, operation: number): string[] {
  const lock = name === 'bt' ? '' : 'lock'
  return [`${name} | r/mv, rv | 0F ${hex(opcode)} /r | ${lock}`, `${name} | r/mv, imm8 | 0F BA /${operation} ib | ${lock}`]
}

/** String instructions: operands are implied, or written to name an address size or another segment. */
function strings(): string[] {
  return [
    'movs |        | A4    | suf=b',
    'movs |        | ov A5 | suf=wlq',
    'movs | Yb, Xb | A4',
    'movs | Yv, Xv | A5',
    'movs |        | A4     | att=movsb suf=-',
    'movs | Yb, Xb | A4     | att=movsb suf=-',
    'movs |        | o16 A5 | att=movsw suf=-',
    'movs | Yw, Xw | o16 A5 | att=movsw suf=-',
    'movs |        | o32 A5 | att=movsl suf=-',
    'movs |        | o32 A5 | att=movsd suf=- meant=movsl',
    'movs | Yd, Xd | o32 A5 | att=movsl suf=-',
    'movs |        | o64 A5 | att=movsq suf=- only64',
    'movs | Yq, Xq | o64 A5 | att=movsq suf=- only64',
    'smov |        | A4    | suf=b',
    'smov |        | ov A5 | suf=wlq',
    'smov | Yb, Xb | A4',
    'smov | Yv, Xv | A5',
    ...['cmps', 'scmp'].flatMap((name) => [
      `${name} |        | A6    | suf=b`,
      `${name} |        | ov A7 | suf=wlq`,
      `${name} | Xb, Yb | A6`,
      `${name} | Xv, Yv | A7`,
    ]),
    'cmps |        | o32 A7 | att=cmpsd suf=- meant=cmpsl',
    'stos |        | AA    | suf=b',
    'stos |        | ov AB | suf=wlq',
    'stos | Yb     | AA',
    'stos | Yv     | AB',
    'stos | Yb, al | AA',
    'stos | Yv, Av | AB',
    'ssto |        | AA    | suf=b',
    'ssto |        | ov AB | suf=wlq',
    'ssto | Yb     | AA',
    'ssto | Yv     | AB',
    'ssto | Yb, al | AA',
    'ssto | Yv, Av | AB',
    ...['lods', 'slod'].flatMap((name) => [
      `${name} |        | AC    | suf=b`,
      `${name} |        | ov AD | suf=wlq`,
      `${name} | Xb     | AC`,
      `${name} | Xv     | AD`,
      `${name} | al, Xb | AC`,
      `${name} | Av, Xv | AD`,
    ]),
    ...['scas', 'ssca'].flatMap((name) => [
      `${name} |        | AE    | suf=b`,
      `${name} |        | ov AF | suf=wlq`,
      `${name} | Yb     | AE`,
      `${name} | Yv     | AF`,
      `${name} | al, Yb | AE`,
      `${name} | Av, Yv | AF`,
    ]),
    'ins  |          | 6C    | suf=b',
    'ins  |          | oz 6D | suf=wl',
    'ins  | Yb, (dx) | 6C',
    'ins  | Yz, (dx) | 6D',
    'outs |          | 6E    | suf=b',
    'outs |          | oz 6F | suf=wl',
    'outs | (dx), Xb | 6E',
    'outs | (dx), Xz | 6F',
    'xlat |      | D7 | suf=b',
    'xlat | (bx) | D7 | suf=b',
  ]
}

/** Moves, pushes and pops. */
function moves(): string[] {
  return [
    // the accumulator and an absolute address: no ModRM byte. In 64-bit mode the address has 64 bits and GNU as takes this form for movabs and for constants that 32 bits do not hold (wide)
    'mov | al, moffs8  | A0 mo | i64',
    'mov | Av, moffsv  | A1 mo | i64',
    'mov | moffs8, al  | A2 mo | i64',
    'mov | moffsv, Av  | A3 mo | i64',
    'mov | al, moffs8  | A0 mo | only64 wide',
    'mov | Av, moffsv  | A1 mo | only64 wide',
    'mov | moffs8, al  | A2 mo | only64 wide',
    'mov | moffsv, Av  | A3 mo | only64 wide',
    'mov | r/m8, r8    | 88 /r',
    'mov | r/mv, rv    | 89 /r',
    'mov | r8, r/m8    | 8A /r',
    'mov | rv, r/mv    | 8B /r',
    'mov | r8, imm8    | B0+r ib',
    'mov | r64, imm32s | o64 C7 /0 id | only64',
    'mov | rv, immv    | B8+r iv',
    'mov | r64, imm64  | o64 B8+r iq | only64',
    'mov | r/m8, imm8  | C6 /0 ib',
    'mov | r/mv, immv  | C7 /0 iz',
    'mov | r64, sreg   | 8C /r | suf=q op=MR',
    'mov | rv, sreg    | 8C /r | suf=wlq op=MR',
    'mov | m16, sreg   | 8C /r | suf=w',
    'mov | sreg, r/m16 | 8E /r | suf=w',
    'mov | sreg, r32   | 8E /r | suf=l',
    'mov | sreg, r64   | 8E /r | suf=q',
    // control, debug and test registers: 32 bits wide outside 64-bit mode, 64 bits in it
    'mov | r32, cr | 0F 20 /r | i64 op=MR suf=l',
    'mov | r64, cr | 0F 20 /r | only64 op=MR suf=q',
    'mov | cr, r32 | 0F 22 /r | i64 op=RM suf=l',
    'mov | cr, r64 | 0F 22 /r | only64 op=RM suf=q',
    'mov | r32, dr | 0F 21 /r | i64 op=MR suf=l',
    'mov | r64, dr | 0F 21 /r | only64 op=MR suf=q',
    'mov | dr, r32 | 0F 23 /r | i64 op=RM suf=l',
    'mov | dr, r64 | 0F 23 /r | only64 op=RM suf=q',
    'mov | r32, tr | 0F 24 /r | i64 op=MR suf=l',
    'mov | tr, r32 | 0F 26 /r | i64 op=RM suf=l',
    'movabs | al, moffs8 | A0 mo | only64',
    'movabs | Av, moffsv | A1 mo | only64',
    'movabs | moffs8, al | A2 mo | only64',
    'movabs | moffsv, Av | A3 mo | only64',
    'movabs | r64, imm64 | o64 B8+r iq | only64',
    'movzx | rv, r/m8   | 0F B6 /r | att=movzb',
    'movzx | ry, r/m16  | 0F B7 /r | att=movzw',
    'movzx | rv, r/m8   | 0F B6 /r | att=movzx suf=b source',
    'movzx | rv, r/m16  | 0F B7 /r | att=movzx suf=w source',
    'movsx | rv, r/m8   | 0F BE /r | att=movsb',
    'movsx | ry, r/m16  | 0F BF /r | att=movsw',
    'movsx | rv, r/m8   | 0F BE /r | att=movsx suf=b source',
    'movsx | rv, r/m16  | 0F BF /r | att=movsx suf=w source',
    'movsxd| r32, r/m32 | 63 /r | att=movsx suf=l only64',
    'movsxd| r64, r/m32 | o64 63 /r | att=movsl only64',
    'movsxd| r64, r/m32 | o64 63 /r | att=movsx suf=l only64',
    'movsxd| r64, r/m32 | o64 63 /r | att=movslq suf=- only64',
    'movsxd| r32, r/m32 | 63 /r | att=movsxd suf=- only64',
    'movsxd| r64, r32/m32 | o64 63 /r | att=movsxd suf=- only64',
    // Intel's processors read 16 bits here, AMD's 32
    'movsxd| r16, r/m16 | o16 63 /r | att=movsxd suf=- only64 only-intel64',
    'movsxd| r16, r32/m32 | o16 63 /r | att=movsxd suf=- only64',
    'lea | rv, m | 8D /r | suf=wlq lea',
    'push | rv    | 50+r | d64',
    'push | imm8s | ov 6A ib | d64 suf=wlq stack',
    'push | immz  | ov 68 iz | d64 suf=wlq stack',
    'push | r/mv  | FF /6 | d64 stack',
    'push | es    | ov 06 | i64 suf=wl stack',
    'push | cs    | ov 0E | i64 suf=wl stack',
    'push | ss    | ov 16 | i64 suf=wl stack',
    'push | ds    | ov 1E | i64 suf=wl stack',
    'push | fs    | ov 0F A0 | d64 suf=wlq stack',
    'push | gs    | ov 0F A8 | d64 suf=wlq stack',
    'pop  | rv    | 58+r | d64',
    'pop  | r/mv  | 8F /0 | d64 stack',
    'pop  | es    | ov 07 | i64 suf=wl stack',
    'pop  | ss    | ov 17 | i64 suf=wl stack',
    'pop  | ds    | ov 1F | i64 suf=wl stack',
    'pop  | fs    | ov 0F A1 | d64 suf=wlq stack',
    'pop  | gs    | ov 0F A9 | d64 suf=wlq stack',
    'pusha |      | oz 60 | i64 stack suf=wl',
    'popa  |      | oz 61 | i64 stack suf=wl',
    'pushf |      | ov 9C | d64 stack suf=wlq',
    'popf  |      | ov 9D | d64 stack suf=wlq',
    'xchg | Av, rv  | 90+r | op=-O nopair',
    'xchg | rv, Av  | 90+r | op=O- nopair',
    'xchg | r/m8, r8 | 86 /r | lock',
    'xchg | r/mv, rv | 87 /r | lock',
    'xchg | r8, r/m8 | 86 /r | lock',
    'xchg | rv, r/mv | 87 /r | lock',
    'bswap | ry | 0F C8+r',
    'lds | rz, m | C5 /r | i64',
    'les | rz, m | C4 /r | i64',
    'lss | rz, m | 0F B2 /r | suf=wlq intel64',
    'lfs | rz, m | 0F B4 /r | suf=wlq intel64',
    'lgs | rz, m | 0F B5 /r | suf=wlq intel64',
  ]
}

/** Arithmetic beyond the eight classical operations. */
function arithmetic(): string[] {
  return [
    'inc | rz   | 40+r | i64',
    'inc | r/m8 | FE /0 | lock',
    'inc | r/mv | FF /0 | lock',
    'dec | rz   | 48+r | i64',
    'dec | r/m8 | FE /1 | lock',
    'dec | r/mv | FF /1 | lock',
    'test | al, imm8   | A8 ib',
    'test | Av, immv   | A9 iz',
    'test | r/m8, imm8 | F6 /0 ib',
    'test | r/mv, immv | F7 /0 iz',
    'test | r/m8, r8   | 84 /r',
    'test | r/mv, rv   | 85 /r',
    'test | r8, r/m8   | 84 /r',
    'test | rv, r/mv   | 85 /r',
    // AT&T's own: xor of a register with itself
    'clr | r8 | 30 /r | op=B',
    'clr | rv | 31 /r | op=B',
    ...group3('not', 2, 'lock'),
    ...group3('neg', 3, 'lock'),
    ...group3('mul', 4),
    ...group3('imul', 5),
    'imul | rv, r/mv        | 0F AF /r',
    'imul | rv, r/mv, imm8s | 6B /r ib',
    'imul | rv, r/mv, immv  | 69 /r iz',
    // one register is both source and destination
    'imul | rv, imm8s | 6B /r ib | op=B',
    'imul | rv, immv  | 69 /r iz | op=B',
    ...group3('div', 6),
    ...accumulator('div', 6),
    ...group3('idiv', 7),
    ...accumulator('idiv', 7),
    ...shift('rol', 0),
    ...shift('ror', 1),
    ...shift('rcl', 2),
    ...shift('rcr', 3),
    ...shift('shl', 4),
    ...shift('sal', 4),
    ...shift('shr', 5),
    ...shift('sar', 7),
    ...['shld', 'shrd'].flatMap((name, right) => [
      `${name} | r/mv, rv, imm8 | 0F ${hex(0xa4 + right * 8)} /r ib`,
      `${name} | r/mv, rv, cl   | 0F ${hex(0xa5 + right * 8)} /r`,
      `${name} | r/mv, rv       | 0F ${hex(0xa5 + right * 8)} /r`,
    ]),
    ...bitTest('bt', 0xa3, 4),
    ...bitTest('bts', 0xab, 5),
    ...bitTest('btr', 0xb3, 6),
    ...bitTest('btc', 0xbb, 7),
    'bsf | rv, r/mv | 0F BC /r',
    'bsr | rv, r/mv | 0F BD /r',
    'cmpxchg   | r/m8, r8 | 0F B0 /r | lock',
    'cmpxchg   | r/mv, rv | 0F B1 /r | lock',
    'xadd      | r/m8, r8 | 0F C0 /r | lock',
    'xadd      | r/mv, rv | 0F C1 /r | lock',
    'cmpxchg8b  | m64  | 0F C7 /1 | lock suf=q',
    'cmpxchg16b | m128 | o64 0F C7 /1 | lock only64',
    'popcnt | rv, r/mv | F3 0F B8 /r',
    'lzcnt  | rv, r/mv | F3 0F BD /r',
    'tzcnt  | rv, r/mv | F3 0F BC /r',
    'movbe  | rv, mv | 0F 38 F0 /r',
    'movbe  | mv, rv | 0F 38 F1 /r',
    // without suffix a memory operand has the size of the register
    'crc32  | r32, m32   | F2 0F 38 F1 /r | suf=- sized',
    'crc32  | r64, m64   | F2 o64 0F 38 F1 /r | suf=- sized only64',
    'crc32  | r32, r/m32 | F2 o32 0F 38 F1 /r | suf=l',
    'crc32  | r64, r/m64 | F2 o64 0F 38 F1 /r | suf=q only64',
    'crc32  | r32, r/m8 | F2 0F 38 F0 /r | suf=b',
    'crc32  | r32, r/m16 | F2 o16 0F 38 F1 /r | suf=w',
    'crc32  | r64, r/m8 | F2 o64 0F 38 F0 /r | suf=b only64',
    'adcx   | ry, r/my | 66 0F 38 F6 /r',
    'adox   | ry, r/my | F3 0F 38 F6 /r',
    'movnti | my, ry | 0F C3 /r | nosize',
    'daa || 27 | i64',
    'das || 2F | i64',
    'aaa || 37 | i64',
    'aas || 3F | i64',
    'aam || D4 0A | i64',
    'aam | imm8 | D4 ib | i64',
    'aad || D5 0A | i64',
    'aad | imm8 | D5 ib | i64',
    // sign extension of the accumulator: Intel's name, then AT&T's
    'cbw  || o16 98 | att=cbw,cbtw',
    'cwde || o32 98 | att=cwde,cwtl',
    'cdqe || o64 98 | att=cdqe,cltq only64',
    'cwd  || o16 99 | att=cwd,cwtd',
    'cdq  || o32 99 | att=cdq,cltd',
    'cqo  || o64 99 | att=cqo,cqto only64',
  ]
}

/** Control flow. AT&T writes far forms as ljmp, lcall, lret; `*` marks indirect targets. */
function controlFlow(): string[] {
  return [
    'jmp   | rel8 | EB cb | f64 relax',
    'jmp   | relz | E9 cz | f64 suf=-',
    'jmp   | r/mv | FF /4 | d64 indirect near',
    'jmp   | ptr16:z | EA cz iw | i64 att=ljmp,jmp suf=wl',
    'jmp   | m16:z | oz FF /5 | att=ljmp indirect suf=wlq far intel64',
    'call  | relz | E8 cz | d64 stack suf=wlq near',
    'call  | r/mv | FF /2 | d64 indirect stack near',
    'call  | ptr16:z | 9A cz iw | i64 att=lcall,call stack suf=wl',
    'call  | m16:z | oz FF /3 | att=lcall indirect suf=wlq far stack intel64',
    'ret   |       | ov C3    | d64 stack suf=wlq near',
    'ret   | imm16 | ov C2 iw | d64 stack suf=wlq near',
    'retf  |       | ov CB    | stack suf=wlq att=lret,retf far',
    'retf  | imm16 | ov CA iw | stack suf=wlq att=lret,retf far',
    'iret  |       | ov CF    | suf=wlq far',
    ...perCondition((condition, code) => [
      `j${condition} | rel8 | ${hex(0x70 + code)} cb | f64 relax`,
      `j${condition} | relz | 0F ${hex(0x80 + code)} cz | f64 suf=-`,
      `set${condition} | r/m8 | 0F ${hex(0x90 + code)} /0`,
      `cmov${condition} | rv, r/mv | 0F ${hex(0x40 + code)} /r`,
    ]),
    // the count register's size is the address size: a67 says which
    'jcxz  | rel8 | E3 cb | addr16 i64',
    'jecxz | rel8 | E3 cb | addr32',
    'jrcxz | rel8 | E3 cb | only64',
    ...['loopne', 'loopnz'].map((name) => `${name} | rel8 | E0 cb | loop suf=wlq`),
    ...['loope', 'loopz'].map((name) => `${name} | rel8 | E1 cb | loop suf=wlq`),
    'loop | rel8 | E2 cb | loop suf=wlq',
    'int  | 3    | CC',
    'int  | imm8 | CD ib',
    'int3 || CC',
    'int1 || F1',
    'into || CE | i64',
    'enter | imm16, imm8 | ov C8 iw ib | d64 keep suf=wlq stack',
    'leave |             | ov C9       | d64 suf=wlq stack',
    'bound | rz, m | 62 /r | i64 keep',
    'hlt || F4',
    'nop || 90',
    'nop | r/mv | 0F 1F /0',
    'pause || F3 90',
    'ud2 || 0F 0B',
    'ud2 || 0F 0B | att=ud2a',
    'ud1 | rv, r/mv | 0F B9 /r | att=ud1,ud2b',
    'ud0 | rv, r/mv | 0F FF /r',
  ]
}

/** Ports and flags. */
function portsAndFlags(): string[] {
  return [
    'in  | al, imm8 | E4 ib',
    'in  | Az, imm8 | E5 ib',
    'in  | al, (dx) | EC',
    'in  | Az, (dx) | ED',
    'in  | imm8     | E4 ib    | suf=b',
    'in  | imm8     | oz E5 ib | suf=wl',
    'in  | (dx)     | EC       | suf=b',
    'in  | (dx)     | oz ED    | suf=wl',
    'out | imm8, al | E6 ib',
    'out | imm8, Az | E7 ib',
    'out | (dx), al | EE',
    'out | (dx), Az | EF',
    'out | imm8     | E6 ib    | suf=b',
    'out | imm8     | oz E7 ib | suf=wl',
    'out | (dx)     | EE       | suf=b',
    'out | (dx)     | oz EF    | suf=wl',
    'cmc  || F5',
    'clc  || F8',
    'stc  || F9',
    'cli  || FA',
    'sti  || FB',
    'cld  || FC',
    'std  || FD',
    'lahf || 9F',
    'sahf || 9E',
    'fwait || 9B',
    'wait || 9B',
  ]
}

export function integerRows(): readonly string[] {
  return [
    ...moves(),
    ...['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'].flatMap(alu),
    ...arithmetic(),
    ...controlFlow(),
    ...strings(),
    ...portsAndFlags(),
  ]
}
