// Whole small programs: labels, branches near and far, sections, alignment, symbols given values before and after their use,
// macros, repetitions, conditionals. Enters: a random source. Leaves: a source that is mostly right, whose parts depend on
// each other, as single statements cannot.

import type { Random } from './random.ts'
import { randomInstruction } from './statements.ts'

const labels = ['a', 'b', 'c', 'start', 'end', '.L1', '.L2', 'msg', 'far_one', 'x.y', '$d', '"q r"']
const values = ['v', 'w', 'K', 'size_of']
const sections = [
  '.text',
  '.data',
  '.bss',
  '.section .rodata',
  '.section .text.hot,"ax",@progbits',
  '.section .str,"aMS",@progbits,1',
  '.section .note.x,"",@note',
  '.section .g,"axG",@progbits,grp,comdat',
  '.pushsection .init_array,"aw"',
  '.popsection',
  '.previous',
  '.subsection 1',
  '.text 2',
  '.section .tdata,"awT",@progbits',
]
const numbers = [
  '0',
  '1',
  '2',
  '3',
  '4',
  '7',
  '8',
  '16',
  '0x7f',
  '0x80',
  '0xff',
  '0x100',
  '-1',
  '-128',
  '0xffff',
  '0x12345678',
  "'A",
  '010',
]
const operators = ['+', '-', '*', '/', '%', '<<', '>>', '&', '|', '^', '==', '!=', '<', '>=', '&&', '||']
const jumps = ['jmp', 'je', 'jne', 'call', 'loop', 'jb', 'jecxz', 'jmp *', 'call *']

function term(random: Random): string {
  switch (random.below(7)) {
    case 0:
    case 1:
      return random.pick(labels)
    case 2:
      return random.pick(values)
    case 3:
      return '.'
    case 4:
      return random.pick(['1b', '1f', '2b', '2f'])
    default:
      return random.pick(numbers)
  }
}

function value(random: Random, depth = 0): string {
  switch (depth > 2 ? 0 : random.below(8)) {
    case 0:
    case 1:
    case 2:
      return term(random)
    case 3:
      return `${random.pick(labels)}-${random.pick([...labels, '.'])}`
    case 4:
      return `${term(random)}+${random.pick(numbers)}`
    case 5:
      return `(${value(random, depth + 1)})`
    case 6:
      return `${random.pick(['-', '~', '!', '+'])}${value(random, depth + 1)}`
    default:
      return `${value(random, depth + 1)} ${random.pick(operators)} ${value(random, depth + 1)}`
  }
}

function statement(random: Random): string {
  switch (random.below(30)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return `${random.pick(labels)}:`
    case 4:
      return `${random.pick(['1', '2'])}:`
    case 5:
    case 6:
    case 7:
    case 8:
      return `${random.pick(jumps)} ${term(random)}`
    case 9:
    case 10:
      return random.pick(sections)
    case 11:
    case 12:
      return `.${random.pick(['byte', 'word', 'long', 'quad', 'short', '4byte'])} ${value(random)}${random.chance(0.3) ? `, ${value(random)}` : ''}`
    case 13:
      return `.${random.pick(['uleb128', 'sleb128'])} ${value(random)}`
    case 14:
      return `.${random.pick(['skip', 'space', 'zero'])} ${random.pick(['1', '3', '100', '125', '126', '127', '128', '130', '200', 'b-a', 'K'])}${random.chance(0.2) ? ', 0x90' : ''}`
    case 15:
      return `.${random.pick(['p2align', 'balign', 'align'])} ${random.pick(['1', '2', '4', '3,,2', '4,0x90', '4,,15', '2,0xcc'])}`
    case 16:
      return `.org ${random.pick(['.+4', 'a+64', '400', '.+K', 'start+300'])}${random.chance(0.3) ? ', 0xff' : ''}`
    case 17:
    case 18:
      return random.pick([
        `.set ${random.pick(values)}, ${value(random)}`,
        `${random.pick(values)} = ${value(random)}`,
        `.equ ${random.pick(values)}, ${value(random)}`,
        `.equiv ${random.pick(values)}, ${random.pick(numbers)}`,
        `.eqv ${random.pick(values)}, ${value(random)}`,
      ])
    case 19:
      return `.${random.pick(['globl', 'weak', 'hidden', 'local', 'protected', 'internal'])} ${random.pick([...labels, ...values])}`
    case 20:
      return random.pick([
        `.type ${random.pick(labels)}, @${random.pick(['function', 'object', 'notype', 'tls_object', 'gnu_indirect_function'])}`,
        `.size ${random.pick(labels)}, ${random.pick(['.-a', '4', 'b-a', '.-start'])}`,
        `.comm ${random.pick(['com1', ...labels])}, ${random.pick(['4', '8,8', '3', '16,4'])}`,
        `.lcomm ${random.pick(['lc1', 'lc2'])}, ${random.pick(['4', '8'])}`,
        `.weakref ${random.pick(labels)}, ${random.pick([...labels, 'outside'])}`,
      ])
    case 21:
      return `.if ${value(random)}\n.byte 0x11\n${random.chance(0.4) ? `.elseif ${value(random)}\n.byte 0x12\n` : ''}${random.chance(0.5) ? '.else\n.byte 0x22\n' : ''}.endif`
    case 22:
      return `${random.pick(['.ifdef', '.ifndef'])} ${random.pick([...labels, ...values])}\n.byte 0x33\n.endif`
    case 23:
      return `.rept ${random.pick(['2', '3', '0', 'K'])}\n${random.pick(['nop', '.byte 5', '1: jmp 1b', '.word . - a'])}\n.endr`
    case 24:
      return `.irp r,${random.pick(['eax,ebx', '1,2,3', '"a b",c', ''])}\n${random.pick(['.byte 1 # \\r', 'n\\r\\@ = \\@', '.ascii "\\r"', 'push %\\r'])}\n.endr`
    case 25:
      return `${random.pick(['m', 'n2'])} ${random.pick(['1', '1, 2', 'a', 'x=3', '"s t", 4', '%eax', '(1+2), 3', ''])}`
    case 26:
      return random.pick([
        '.code16',
        '.code32',
        '.code64',
        '.ascii "hi\\n\\0"',
        '.asciz "x"',
        '.float 1.5',
        '.octa 5',
        '.nops 9',
        '.fill 3, 2, 0x1234',
      ])
    case 27:
      return random.pick([
        'mov $a, %eax',
        'mov a, %eax',
        'lea b(%ebx), %ecx',
        'mov $b-a, %ecx',
        'push $c',
        'mov $., %eax',
        'add $K, %ebx',
        'cmp $end-start, %al',
        'movl $v, w',
        'mov a@GOT(%ebx), %eax',
        'call a@PLT',
        'jmp a@PLT',
      ])
    default:
      return randomInstruction(random)
  }
}

const macroM = '.macro m x, y=5\n.byte \\y\n.ifnb \\x\n.long \\x\n.endif\n.endm'
const macroN = '.macro n2 p:vararg\n.ascii "\\p"\n.Lm\\@: .byte \\@\njmp .Lm\\@\n.endm'

/** 5 to 40 statements behind two macros and a constant. */
export function randomProgram(random: Random): string {
  const body = Array.from({ length: 5 + random.below(36) }, () => statement(random))
  return `${macroM}\n${macroN}\nK = ${1 + random.below(5)}\n${body.join('\n')}\n`
}
