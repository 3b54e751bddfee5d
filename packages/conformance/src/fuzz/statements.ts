// Random statements from the grammar: instructions with operands of every kind, most of them plausible, and directives with
// random expressions and arguments.

import type { Random } from './random.ts'

const sizes: Record<string, readonly string[]> = {
  b: ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'sil', 'r8b', 'r15b'],
  w: ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di', 'r9w'],
  l: ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'r10d'],
  q: ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi', 'r8', 'r13'],
}
const others = [
  'cs',
  'ds',
  'es',
  'fs',
  'gs',
  'ss',
  'cr0',
  'cr3',
  'cr8',
  'dr7',
  'st',
  'st(1)',
  'mm3',
  'xmm0',
  'xmm9',
  'ymm2',
  'zmm31',
  'k1',
  'bnd0',
  'tmm1',
  'rip',
  'eiz',
]
const numbers = [
  '0',
  '1',
  '-1',
  '8',
  '127',
  '128',
  '-128',
  '-129',
  '255',
  '256',
  '0x7fff',
  '0xffff',
  '-0x8000',
  '0x7fffffff',
  '0x80000000',
  '0xffffffff',
  '-0x80000000',
  '0x100000000',
  '0x7fffffffffffffff',
  '-0x8000000000000000',
  '0xffffffffffffffff',
  '0b101',
  '017',
  "'a",
  '0x123456789abcdef01',
]
const symbols = [
  'sym',
  'sym+4',
  'sym-8',
  '.',
  '.-4',
  'sym@GOT',
  'sym@PLT',
  'sym@GOTPCREL',
  'sym@TPOFF',
  'sym@NTPOFF',
  'sym@SIZE',
  '_GLOBAL_OFFSET_TABLE_',
  '.L1',
  '(1<<4)|3',
  '~0',
  '-(-5)',
  '3*4%5',
  '1==1',
  '7/2',
  '$5',
  '"a b"',
  'a-b',
]
const integer = [
  'add',
  'sub',
  'and',
  'or',
  'xor',
  'cmp',
  'adc',
  'sbb',
  'test',
  'mov',
  'xchg',
  'imul',
  'lea',
  'movzb',
  'movsb',
  'movzw',
  'movsw',
  'movabs',
  'cmova',
  'cmovne',
  'bt',
  'bts',
  'bsf',
  'bswap',
  'shld',
  'xadd',
  'cmpxchg',
  'lar',
  'lsl',
  'popcnt',
  'movbe',
  'crc32',
  'adcx',
  'andn',
  'bextr',
  'rorx',
  'mulx',
]
const unary = [
  'inc',
  'dec',
  'neg',
  'not',
  'mul',
  'div',
  'idiv',
  'push',
  'pop',
  'shl',
  'sar',
  'rcr',
  'jmp',
  'call',
  'sete',
  'setnbe',
  'jne',
  'jecxz',
  'jrcxz',
  'loop',
  'ret',
  'lret',
  'int',
  'enter',
  'nop',
  'ljmp',
  'lcall',
  'fld',
  'fstp',
  'fild',
  'fistp',
  'fadd',
  'fsub',
  'fsubr',
  'fmulp',
  'fcomi',
  'sgdt',
  'lldt',
  'ltr',
  'invlpg',
  'clflush',
  'fxsave',
  'ldmxcsr',
  'prefetcht0',
  'verr',
  'smsw',
  'rdrand',
  'rdfsbase',
]
const vector = [
  'movaps',
  'movd',
  'movq',
  'addps',
  'paddb',
  'pxor',
  'cvtsi2sd',
  'cvttss2si',
  'pshufd',
  'pinsrw',
  'vaddps',
  'vmovdqu',
  'vmovdqu32',
  'vpxord',
  'vfmadd213ps',
  'vpermq',
  'vinsertf128',
  'vpternlogd',
  'vcmpps',
  'vgatherdps',
  'vbroadcastss',
  'kmovw',
  'kandb',
  'vpsllvd',
  'vmovd',
  'vcvtsi2sd',
  'vrndscaleps',
  'vaddph',
]
const prefixes = [
  'lock',
  'rep',
  'repne',
  'cs',
  'fs',
  'data16',
  'data32',
  'addr32',
  'addr16',
  'rex',
  'rex.w',
  'bnd',
  'notrack',
  '{vex}',
  '{evex}',
  '{disp32}',
  '{disp8}',
  '{load}',
  '{store}',
  '{rex}',
]
const strings = [
  'movsb',
  'movsl',
  'movsq',
  'stosw',
  'lodsb',
  'scasb',
  'cmpsl',
  'insb',
  'outsl',
  'xlat',
  'cbtw',
  'cqto',
  'pushf',
  'popfl',
  'iret',
  'leave',
  'hlt',
  'cpuid',
  'ud2',
  'aam',
  'daa',
  'fninit',
  'f2xm1',
  'emms',
  'syscall',
  'sysexitq',
  'vzeroupper',
  'endbr64',
]

function register(random: Random, size = random.pick(['b', 'w', 'l', 'q'])): string {
  return `%${random.chance(0.85) ? random.pick(sizes[size] ?? []) : random.pick(others)}`
}

function expression(random: Random, depth = 0): string {
  if (depth < 2 && random.chance(0.2))
    return `${expression(random, depth + 1)}${random.pick(['+', '-', '*', '/', '%', '<<', '>>', '&', '|', '^', '==', '<', '&&', '||', '!'])}${expression(random, depth + 1)}`
  if (depth < 2 && random.chance(0.08)) return `${random.pick(['-', '~', '!', '+'])}(${expression(random, depth + 1)})`
  return random.pick(random.chance(0.75) ? numbers : symbols)
}

function memory(random: Random): string {
  const addresses = random.pick(['l', 'q', 'q', 'w'])
  const part = (): string => `%${random.pick(sizes[addresses] ?? [])}`
  const segment = random.chance(0.08) ? `%${random.pick(['fs', 'gs', 'es', 'ss'])}:` : ''
  const displacement = random.chance(0.5) ? expression(random, 1) : ''
  switch (random.below(6)) {
    case 0:
      return `${segment}${displacement || 'sym'}`
    case 1:
      return `${segment}${displacement}(${part()})`
    case 2:
      return `${segment}${displacement}(${part()},${part()})`
    case 3:
      return `${segment}${displacement}(${part()},${part()},${random.pick(['1', '2', '4', '8', '3', '16'])})`
    case 4:
      return `${segment}${displacement}(,${part()},${random.pick(['1', '2', '4', '8'])})`
    default:
      return `${segment}${displacement}(${random.pick(['%rip', '%eip', '%rip', part()])})`
  }
}

function operand(random: Random, size?: string): string {
  switch (random.below(10)) {
    case 0:
    case 1:
      return `$${expression(random)}`
    case 2:
    case 3:
    case 4:
      return memory(random)
    case 5:
      return random.chance(0.2) ? `*${random.chance(0.5) ? register(random) : memory(random)}` : register(random, size)
    default:
      return register(random, size)
  }
}

function vectorOperand(random: Random): string {
  const mask = random.chance(0.1) ? `{%k${random.below(8)}}${random.chance(0.5) ? '{z}' : ''}` : ''
  if (random.chance(0.2)) return memory(random) + (random.chance(0.3) ? random.pick(['{1to4}', '{1to8}', '{1to16}', '{1to2}']) : '') + mask
  if (random.chance(0.1)) return random.pick(['{sae}', '{rn-sae}', '{rz-sae}', '$3', '$255', '$-1'])
  return `%${random.pick(['xmm', 'ymm', 'zmm', 'xmm', 'k', 'mm', 'r', 'e'])}${random.pick(['0', '1', '7', '8', '15', '16', '31', 'ax', 'dx', '9d'])}${mask}`
}

export function randomInstruction(random: Random): string {
  const prefix = random.chance(0.08) ? `${random.pick(prefixes)} ` : ''
  const size = random.pick(['b', 'w', 'l', 'q'])
  const suffix = random.chance(0.5) ? size : ''
  switch (random.below(12)) {
    case 0:
    case 1:
      return `${prefix}${random.pick(unary)}${random.chance(0.4) ? random.pick(['b', 'w', 'l', 'q', 's', 't']) : ''} ${operand(random, size)}`
    case 2:
      return `${prefix}${random.pick(strings)}${random.chance(0.15) ? ` ${memory(random)}` : ''}`
    case 3:
    case 4:
    case 5: {
      const count = 1 + random.below(4)
      return `${prefix}${random.pick(vector)} ${Array.from({ length: count }, () => vectorOperand(random)).join(', ')}`
    }
    case 6:
      return `${prefix}${random.pick(integer)}${suffix} ${operand(random, size)}, ${operand(random, size)}, ${register(random, size)}`
    default:
      return `${prefix}${random.pick(integer)}${suffix} ${operand(random, size)}, ${operand(random, size)}`
  }
}

const data = [
  '.byte',
  '.word',
  '.long',
  '.quad',
  '.octa',
  '.short',
  '.int',
  '.2byte',
  '.4byte',
  '.8byte',
  '.value',
  '.sleb128',
  '.uleb128',
  '.hword',
  '.dc.b',
  '.dc.l',
]
const quoted = ['"abc"', '"a\\n\\t\\0"', '"\\x41\\102"', '"\\""', '"a" "b"', '"', '"é"', '<abc>', '']

/** Directives that leave the section as it is, so that the next statement is not concerned. */
export function randomDirective(random: Random): string {
  const list = (): string => Array.from({ length: 1 + random.below(3) }, () => expression(random)).join(random.pick([', ', ',', ' , ']))
  const small = (): string => random.pick(['0', '1', '2', '3', '4', '5', '8', '16', '-1', 'sym', '', '2+2', '0x10', '3,', ',4', '40'])
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      return `${random.pick(data)} ${list()}`
    case 3:
      return `${random.pick(['.ascii', '.asciz', '.string', '.string16', '.string8'])} ${random.pick(quoted)}${random.chance(0.3) ? `, ${random.pick(quoted)}` : ''}`
    case 4:
      return `${random.pick(['.skip', '.space', '.zero', '.fill', '.ds.w', '.dcb.l'])} ${[small(), small(), small()].slice(0, 1 + random.below(3)).join(', ')}`
    case 5:
      return `${random.pick(['.align', '.balign', '.p2align', '.balignw', '.p2alignl'])} ${[small(), small(), small()].slice(0, 1 + random.below(3)).join(', ')}`
    case 6:
      return `${random.pick(['.float', '.double', '.single', '.tfloat'])} ${random.pick(['1.5', '-0.1', '1e400', '1e-50', '0x1.8p3', 'nan', 'inf', '0f1.5', '12345678901234567890', '.5', '5.', '1e', '-', '1,2'])}`
    case 7:
      return random.pick([
        '.type sym2, @function',
        '.size sym2, .',
        '.size sym2, .-4',
        '.globl sym2',
        '.weak sym3',
        '.hidden sym4',
        '.comm com1, 8, 4',
        '.lcomm lcom1, 4',
        '.local loc1',
        '.set v1, 5',
        'v2 = . + 3',
        '.equ v3, v1',
        '.ident "x"',
        '.nop',
        '.nops 7',
        '.nops 40, 3',
        '.reloc ., R_X86_64_NONE',
        '.org .+3',
        '.org 5',
        '.p2align 4,,3',
        '1: jmp 1b',
        '.symver sym5, sym5@V1',
        '.incbin "/dev/null"',
        '.cfi_startproc',
        '.loc 1 1',
        '.err',
        '.warning "w"',
        '.print "p"',
        '.end',
      ])
    case 8:
      return `${random.pick(['.if', '.ifdef', '.ifndef', '.ifb', '.ifc', '.ifeq', '.ifge'])} ${random.pick([expression(random), 'a', 'a,b', ''])}\\n.byte 1\\n${random.chance(0.4) ? '.else\\n.byte 2\\n' : ''}.endif`
    default:
      return `.rept ${random.pick(['0', '1', '3', '-1', 'sym', ''])}\\n.byte 1\\n.endr`
  }
}

/** Lines of words that mean nothing together. */
export function tokenSoup(random: Random): string {
  const words = [
    ...integer,
    ...unary,
    ...data,
    ...numbers,
    ...symbols,
    ...prefixes,
    ',',
    ',',
    ',',
    '(',
    ')',
    '%eax',
    '%rax',
    '$',
    '%',
    '#',
    ';',
    '"',
    "'",
    '\\',
    '/',
    '/*',
    '*/',
    ':',
    '1:',
    'a:',
    '=',
    '==',
    '{',
    '}',
    '[',
    ']',
    '@',
    '!',
    '.macro m x',
    '.endm',
    'm 1',
    '.if 1',
    '.else',
    '.endif',
    '.rept 2',
    '.endr',
    '.irp x,1,2',
    '\\x',
    '.text',
    '.data',
    '.section .foo,"aw"',
    '.previous',
    '.code16',
    '.code32',
    '.code64',
    '.altmacro',
    '\t',
    ' ',
    '\n',
    '\n',
    '\n',
    '\0',
    '\x80',
    'ÿ',
    '+',
    '-',
    '*',
    '<<',
    '>',
    '&',
    '|',
    '~',
    '.org 20',
    '.align 8',
    '.set x, 1',
    '.equ',
    '.string "x"',
    '.ascii',
  ]
  return `${Array.from({ length: 3 + random.below(40) }, () => random.pick(words)).join(random.pick([' ', '', ' ']))}\n`
}

/** The text with a few of its lines or characters changed. */
export function mutated(random: Random, text: string): string {
  const lines = text.split('\n')
  for (let i = 1 + random.below(4); i > 0; i--) {
    const at = random.below(lines.length)
    const line = lines[at] ?? ''
    const place = random.below(line.length + 1)
    switch (random.below(8)) {
      case 0:
        lines.splice(at, 1)
        break
      case 1:
        lines.splice(at, 0, line)
        break
      case 2:
        lines.splice(at, 0, random.chance(0.5) ? randomInstruction(random) : randomDirective(random).replaceAll('\\n', '\n'))
        break
      case 3:
        lines[at] = line.slice(0, place) + line.slice(place + 1 + random.below(4))
        break
      case 4:
        lines[at] =
          line.slice(0, place) +
          random.pick(['(', ')', ',', '$', '%', '"', ' ', '0', '-', '#', ';', '\\', '\0', ':', '.', '@', '{', '*', "'"]) +
          line.slice(place)
        break
      case 5:
        lines[at] = line.replace(/\b(0x)?\d+\b/, () => random.pick(numbers))
        break
      case 6:
        lines[at] = line.replace(/%\w+/, () => register(random))
        break
      default:
        lines[at] = `${line}${random.pick([', ', ' '])}${operand(random)}`
    }
  }
  return lines.join('\n')
}
