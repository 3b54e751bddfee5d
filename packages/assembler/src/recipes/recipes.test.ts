// Statements filled in from recipes come out as from the full path: objects and diagnostics are compared, not bytes known
// before. That the full path is right is for the tests of its parts and for the comparisons with GNU as.
import { SourceFile } from '@kernelbox/diagnostics'
import { writeObject } from '@kernelbox/elf'
import { describe, expect, it } from 'vitest'
import { assemble } from '../index.ts'
import type { AssembleOptions } from '../options.ts'

function outcome(source: string, options: AssembleOptions): string {
  const { object, diagnostics } = assemble(SourceFile.fromString('t.s', source), options)
  const said = diagnostics.map((d) => `${d.severity} ${d.code} ${d.span?.start}-${d.span?.end} ${d.message}`)
  return `${object ? Buffer.from(writeObject(object)).toString('hex') : 'no object'}\n${said.join('\n')}`
}

function expectSame(source: string, options: AssembleOptions = { mode: 64 }): void {
  expect(outcome(source, options)).toBe(outcome(source, { ...options, withoutShortcuts: true }))
}

function expectSameObject(source: string, options: AssembleOptions): void {
  expect(outcome(source, options)).not.toMatch(/^no object/)
  expectSame(source, options)
}

/** A linear congruential generator: the same statements in every run. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const registers64 = ['%rax', '%rcx', '%rdx', '%rbx', '%rsp', '%rbp', '%rsi', '%rdi', '%r8', '%r9', '%r12', '%r13', '%r15', '%RAX']
const addresses16 = ['(%bx)', '(%bp)', '(%si)', '(%bx,%si)', '(%bp,%di)']
const segments = ['%fs:', '%ss:', '%ds:', '%es:']
const registers32 = ['%eax', '%ecx', '%edx', '%ebx', '%esp', '%ebp', '%esi', '%edi', '%r8d', '%r13d']
const others = [
  '%al',
  '%cl',
  '%ah',
  '%spl',
  '%r9b',
  '%ax',
  '%dx',
  '%xmm0',
  '%xmm9',
  '%ymm3',
  '%zmm17{%k1}',
  '%mm2',
  '%st(2)',
  '%ds',
  '%k3',
  '%cr0',
]
const numbers = ['0', '1', '-1', '3', '7', '8', '0x7f', '-128', '128', '255', '256', '0x8000', '0xffff', '65536', '-0x8000', '0x7fffffff']
const displacements = ['0', '1', '127', '128', '-128', '-129', '0x7fffff80', '0x7fffff81', '0x7fffffff', '-0x80000000']
const largeNumbers = ['0x80000000', '0xffffffff', '-0x80000000', '0x123456789a', '077', '1b', 'a+b', '2*4', '(3)', '0b11']
const symbols = [
  'foo',
  'foo+4',
  'foo-8',
  'undefined',
  'number',
  'alias',
  'late',
  '.Llocal',
  'foo@PLT',
  'foo@GOTPCREL',
  'foo@gottpoff',
  'foo-.',
  '_GLOBAL_OFFSET_TABLE_',
]
const prefixes = ['lock', 'rep', 'rex', 'addr32', 'data16', 'fs', '{disp8}', '{disp32}', '{load}', '{store}']
/** By how many operands they mostly have. */
const words = [
  'nop ret rep lock fadd',
  'push pop call jmp je jne jmpq inc incl bswap sete shl sarl imul int loop jrcxz fld fstp negq notb mull',
  'mov movl movq movb movabs lea leaq add addl addq cmp cmpl test testb imul shl sarl xchg movzbl movslq cmovne movups movaps addps ' +
    'mov.d32 add.d8 paddd movd in out MOVL kmovq vmovups rolb btq',
  'imul imull vaddps shld pshufd extractps',
].map((list) => list.split(' '))

function operand(pick: (below: number) => number): string {
  const of = (list: readonly string[]) => list[pick(list.length)] ?? ''
  switch (pick(10)) {
    case 8:
      return `${of(['', '', ...segments])}${of(displacements)}(${of([...registers64, ...registers32])})`
    case 9:
      return pick(2)
        ? `${of(['', '4', '-8'])}${of(addresses16)}`
        : `${of(['', ...segments])}${of(['', ...displacements, 'foo'])}(${of(['', ...registers32])},${of(registers32)},${of(['1', '4', '8'])})`
    case 0:
      return `$${of([...numbers, ...symbols, ...largeNumbers])}`
    case 1:
      return of(symbols)
    case 2:
      return `${of(['', ...numbers, ...symbols])}(${of([...registers64, ...registers32, '%rip'])})`
    case 3:
      return `${of(['', ...numbers])}(${of(['', ...registers64])},${of(registers64)},${of(['1', '2', '4', '8', '3'])})`
    case 4:
      return of(others)
    case 5:
      return `*${of([...registers64, 'foo(%rip)', '8(%rbx)'])}`
    default:
      return of(pick(2) ? registers64 : registers32)
  }
}

function program(seed: number, statements: number): string {
  const pick = random(seed)
  let text = 'number = 12\n.set alias, foo\n.eqv late, foo+1\nfoo: nop\n.Llocal: nop\n1: nop\n'
  for (let i = 0; i < statements; i++) {
    const count = [0, 1, 1, 2, 2, 2, 2, 2, 2, 3][pick(10)] as number
    const mnemonics = words[pick(15) ? count : pick(4)] as readonly string[]
    const operands = Array.from({ length: count }, () => operand(pick))
    const separator = pick(3) ? ', ' : ','
    const prefix = pick(12) === 0 ? `${prefixes[pick(prefixes.length)]} ` : ''
    const comment = pick(10) === 0 ? ' # said' : pick(10) === 0 ? '; nop' : ''
    text += `${pick(20) === 0 ? `l${i}: ` : '\t'}${prefix}${mnemonics[pick(mnemonics.length)]}\t${operands.join(separator)}${comment}\n`
  }
  return text
}

/** Without what is refused: an object to compare. */
function accepted(source: string, options: AssembleOptions = { mode: 64 }): string {
  const { diagnostics } = assemble(SourceFile.fromString('t.s', source), { ...options, withoutShortcuts: true })
  const bad = new Set<number>()
  for (const { span } of diagnostics) if (span) bad.add(source.slice(0, span.start).split('\n').length - 1)
  return source
    .split('\n')
    .filter((_, i) => !bad.has(i))
    .join('\n')
}

/** The statements of a program that may stand anywhere in it: no labels, nothing whose reach is short. */
function repeatable(source: string): string[] {
  return source
    .split('\n')
    .slice(6)
    .filter((line) => !/^l\d+:|\t(?:loop|jrcxz)\t|foo-\./.test(line))
}

describe('statements filled in from recipes', () => {
  it('are those of the full path, and so is what is said of the others', () => {
    for (const mode of [64, 32, 16] as const) for (const seed of [1, 2]) expectSame(program(seed + mode, 700), { mode })
  }, 60_000)

  it('give the same object where all is accepted, however often a statement comes', () => {
    for (const options of [{ mode: 64 }, { mode: 64, x32: true }, { mode: 32 }, { mode: 16 }] as const) {
      const once = accepted(accepted(program(7, 3000), options), options)
      const lines = repeatable(once)
      expectSameObject(`${once}\n${lines.join('\n')}\n${lines.toReversed().join('\n')}\n`, options)
    }
  }, 60_000)

  it('follow what macros, modes, .arch and symbols become on the way', () => {
    const body = 'movl foo, %eax\nmovl $5, %ecx\naddl %ebx, 8(%ebp)\njmp foo\n.long foo\n.byte foo-bar\n.uleb128 foo-bar\n'
    // What is refused is compared with its messages, what is left as an object.
    const follow = (source: string, mode: 32 | 64 = 64): void => {
      expectSame(source, { mode })
      expectSameObject(accepted(accepted(source, { mode }), { mode }), { mode })
    }
    follow(`${body}${body}.code32\n${body}${body}.code16\n${body}${body}.code64\n${body}foo: nop\nbar: ${body}foo = 3\n${body}`)
    follow(`${body}.set foo, 3\n${body}.set foo, 300\n${body}.set foo, bar\n${body}bar:\n${body}`)
    follow(`${body}${body}.macro movl a, b\nnop\n.endm\n${body}${body}.purgem movl\n${body}${body}`)
    follow(`${body}.weakref foo, other\n${body}.arch i386\n${body}cmove %eax, %ebx\n.arch i686\ncmove %eax, %ebx\n${body}`, 32)
    expectSame(`${body}.struct 4\n${body}.bss\n${body}.section .rodata\n${body}.if 0\n${body}.endif\n.rept 3\n${body}.endr\n`)
  })

  it('keep the REX that is written, and the one that x32 asks for', () => {
    const lines: string[] = []
    for (const prefix of ['rex', 'rex.r', 'rex.w', 'rex.b'])
      for (const registers of ['%al, -8(%rdi)', '%cl, 16(%rbx)', '%dl, %bl', '%ebp, 4(%rsi,%rcx,2)', '%r9d, %eax'])
        lines.push(`${prefix} movb ${registers}`, `${prefix} mov ${registers}`, `${prefix} test ${registers}`)
    for (const register of ['%cl', '%bl', '%eax', '%r9d'])
      lines.push(`mov foo@gottpoff, ${register}`, `add foo@gottpoff(%rip), ${register}`)
    for (const options of [{ mode: 64 }, { mode: 64, x32: true }] as const) {
      const good = accepted(['', ...lines, ''].join('\n'), options)
      expectSameObject(good.repeat(3), options)
      expectSame(lines.join('\n').repeat(2), options)
    }
  })

  it('are those of options that choose among encodings', () => {
    const source = accepted(program(11, 1500))
    for (const encode of [{ optimize: 2 }, { sse2avx: true }, { lfenceAfterLoad: true, lfenceBeforeRet: 'or' }] as const) {
      expectSameObject(`${source}\n${repeatable(source).join('\n')}\n`, { mode: 64, encode })
    }
    expectSame(source, { mode: 64, nakedRegisters: true })
  }, 60_000)

  it('cover the symbols of functions and objects', () => {
    const lines = ['number = 3\n.set alias, f0\n.weakref wf, f1\n']
    for (let i = 0; i < 40; i++) {
      lines.push(
        `.globl f${i}\n.type\tf${i}, @function\n.global\t.Lg${i % 5}\nf${i}:\n${i % 3 ? 'ret\n' : 'jmp f0\n'}.size f${i}, .-f${i}\n`,
      )
      lines.push(`.type o${i},@object\n.size o${i}, ${i}\n.size .Lg${i % 5}, .-f${Math.max(0, i - 2)}\n`)
      if (i % 7 === 0) lines.push(`.size f${i}, .-f${i} + 1\n.type f${i} , %function # again\n.size o${i}, .-f0 - 2\n`)
    }
    expectSameObject(lines.join(''), { mode: 64 })
    for (const odd of ['alias', 'number', 'wf', '.text', '.', '%eax', '"a b"', 'f0, f1', 'unknown', ''])
      expectSame(
        `${lines.join('')}.globl ${odd}\n.type ${odd}, @object\n.size ${odd}, 7\n.size ${odd}, .-${odd}\n.type f0,@object\n.type f0 @function\n`,
      )
  })

  it('cover the frames of functions', () => {
    const program = (bits: 'r' | 'e'): string => {
      const lines = ['.text\n']
      for (let i = 0; i < 30; i++) {
        const start = `.cfi_startproc${i % 4 === 3 ? ' simple' : ''}\npush %${bits}bx\n.cfi_def_cfa_offset ${16 + 8 * i}\n.cfi_offset ${i % 16}, -${8 * i}\n`
        lines.push(start, 'nop\n.cfi_remember_state\nnop\n\t.cfi_adjust_cfa_offset -8\n.cfi_def_cfa 7, 8\n.cfi_def_cfa_register 6\n ret\n')
        lines.push(
          `.cfi_restore_state\n.cfi_offset %${bits}bp , 8+8\n.cfi_restore ${i % 5} # said\n.cfi_restore 3, 4\n.cfi_def_cfa_offset 0x${i}\n`,
        )
        lines.push('nop\n.cfi_endproc\n')
      }
      return lines.join('')
    }
    expectSameObject(program('r'), { mode: 64 })
    expectSameObject(program('e'), { mode: 32 })
    const odd = [
      'restore_state',
      'offset 3, -3',
      'offset -3, 8',
      'endproc',
      'startproc',
      'def_cfa_offset',
      'restore 3,',
      'restore -1',
      'def_cfa 1 2',
    ]
    for (const words of [...odd, 'def_cfa_register -6', 'sections .debug_frame']) {
      const statement = `.cfi_${words}\n`
      expectSame(`${program('r')}${statement}.cfi_startproc\nnop\n${statement}nop\n${statement}.cfi_endproc\n`)
    }
  })

  it('cover numbers, labels and lines of debugging sections', () => {
    const lines = ['.text\n.file 1 "a.c"\nfoo: nop\n']
    const views: string[] = []
    const pick = random(5)
    for (let i = 0; i < 400; i++) {
      const hasView = i === 0 || pick(3) > 0
      if (hasView) views.push(`.LVU${i}`)
      const view = hasView ? ` view .LVU${i}` : pick(2) ? ' view -0' : ''
      lines.push(`.loc 1 ${1 + pick(300)} ${pick(90)}${pick(2) ? ` is_stmt ${pick(2)}` : ''}${view}\n.LVL${i}:\n\tmovl $${i}, %eax\n`)
      if (pick(9) === 0) lines.push('.p2align 4,,10\n.p2align 3\n\tjmp foo\n')
      lines.push(`.section .debug_x,"",@progbits\n.uleb128 ${views.at(-3) ?? views[0]}\n.uleb128 .LVL${i}-foo\n.byte ${views.at(-1)}\n`)
      lines.push(
        `.long .LVL${i}\n.quad .LVL${pick(400)}-.LVL0\n.value 0x${i.toString(16)}\n.sleb128 -${i}\n.byte ${i}\n.long .LVL${i}-.\n.text\n`,
      )
    }
    expectSameObject(lines.join(''), { mode: 64 })
  })
  it('cover strings and frames, and distances with a number among the labels', () => {
    const strings = ['""', '"a"', '"two words"', '"; # ,"', '"esc\\n"', '"a" "b"', '"a", "b"', '"open', '"a"; nop', 'b', '<65>']
    const lines: string[] = []
    for (const directive of ['.ascii', '.asciz', '.string'])
      for (const string of strings) lines.push(`${directive} ${string}`, `${directive}\t${string} # told`)
    for (const width of ['.byte', '.long', '.uleb128', '.sleb128'])
      for (const value of [
        'l1-1-l0',
        'l2-1-l1',
        'l1-l1',
        'l0-l1',
        'l0-1-l1',
        'l2+5-l0',
        'f-f',
        'f-1-l0',
        '-l0',
        '-5',
        '-64',
        '-65',
        '-8193',
        '-70000000000',
      ])
        lines.push(`${width} ${value}`)
    const frame = ['16', '-16', '0x10', '1f', '16+8', '', '16 16'].map((offset) => `.cfi_def_cfa_offset ${offset}`)
    const saved = ['6, -16', '6,-16', '%rbp, -16', '6, -15', '6', '3, 16', '300, -8'].map((pair) => `.cfi_offset ${pair}`)
    const body = ['l0: nop', 'l1: jmp f', 'l2:', ...lines]
    expectSame(
      ['.text', '.cfi_def_cfa_offset 8', ...body, '.cfi_startproc', ...frame, ...saved, '.cfi_endproc', '.bss', ...lines, 'f:'].join('\n'),
    )
    const good = strings.slice(0, 4).flatMap((string) => [`.ascii ${string}`, `.string ${string}`])
    for (const value of ['l1-1-l0', 'l1-l1', 'l2+5-l0', 'l0-l1', '-64', '-65', '-8193', 'f-f', 'l3-1-l2', 'l4-l2'])
      good.push(`.sleb128 ${value}`)
    for (const value of ['l1-1-l0', 'l1-l1', 'l2+5-l0', 'l2-1-l1', 'l4-1-l0']) good.push(`.uleb128 ${value}`, `.byte ${value}`)
    const code = [1, 2, 3, 4].flatMap((i) => [`l${i}: jmp f`, `.cfi_def_cfa_offset ${16 * i}`, `.cfi_offset ${i}, -${8 * i}`])
    expectSameObject(['.cfi_startproc', 'f: l0: nop', ...code, '.cfi_endproc', '.data', ...good, ''].join('\n'), { mode: 64 })
  })
})
