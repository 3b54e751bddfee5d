// Golden bytes: GNU as (GNU Binutils for Debian) 2.40, --32 with .code16/.code32 and --64; fields are filled with the statement's constants.
import { describe, expect, it } from 'vitest'
import { parseStatement } from '../test/att-statement.ts'
import { type EncodeOptions, encodeInstruction, findRegister, isMnemonic, isPrefix, type Mode, mnemonics, valueClass } from './index.ts'

function encode(text: string, mode: Mode, options: Partial<EncodeOptions> = {}): { hex: string; warnings: string[] } {
  const statement = parseStatement(text)
  const result = encodeInstruction(statement, { mode, ...options })
  if (!result.ok) return { hex: `failure ${result.failure.code}`, warnings: [] }
  const bytes = Uint8Array.from(result.encoding.bytes)
  for (const field of result.encoding.fields) {
    const operand = statement.operands[field.operand]!
    const constant =
      operand.kind === 'immediate' ? operand.value.constant : operand.kind === 'memory' ? operand.displacement?.constant : undefined
    if (constant === undefined || field.isPcRelative) continue
    let rest = BigInt.asUintN(64, constant)
    for (let index = 0; index < field.sizeInBytes; index++, rest >>= 8n) bytes[field.offset + index] = Number(rest & 255n)
  }
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return { hex, warnings: result.encoding.warnings.map((warning) => warning.code) }
}

/** One line an encoding: text, then bytes in 16, 32 and 64-bit mode; '-' where GNU as refuses it. */
function expectBytes(text: string, in16: string, in32: string, in64: string): void {
  const found = ([16, 32, 64] as const).map((mode) => {
    const { hex } = encode(text, mode)
    return hex.startsWith('failure') ? '-' : hex
  })
  expect([text, ...found]).toEqual([text, in16, in32, in64])
}

describe('arithmetic', () => {
  it('takes the sign-extended byte where the constant fits after wrapping to the operand size', () => {
    expectBytes('addl $5,%edx', '66 83 c2 05', '83 c2 05', '83 c2 05')
    expectBytes('add $0xffff,%ax', '83 c0 ff', '66 83 c0 ff', '66 83 c0 ff')
    expectBytes('add $0xff80,%eax', '66 05 80 ff 00 00', '05 80 ff 00 00', '05 80 ff 00 00')
    expectBytes('add $-1,%al', '04 ff', '04 ff', '04 ff')
    expect(encode('add $0xffffffff,%rax', 64).hex).toBe('failure immediate-out-of-range')
  })
  it('encodes one-register imul with the register in both places', () => {
    expectBytes('imul $5,%eax', '66 6b c0 05', '6b c0 05', '6b c0 05')
    expectBytes('imul $500,%eax,%ecx', '66 69 c8 f4 01 00 00', '69 c8 f4 01 00 00', '69 c8 f4 01 00 00')
  })
  it('shifts by one without immediate byte', () => {
    expectBytes('shl %eax', '66 d1 e0', 'd1 e0', 'd1 e0')
    expectBytes('shl $2,%eax', '66 c1 e0 02', 'c1 e0 02', 'c1 e0 02')
  })
})

describe('moves', () => {
  it('takes the accumulator forms for absolute addresses outside 64-bit mode', () => {
    expectBytes('mov 0x10,%al', 'a0 10 00', 'a0 10 00 00 00', '8a 04 25 10 00 00 00')
    expectBytes('addr32 mov 0x10,%eax', '67 66 a1 10 00 00 00', '-', '67 a1 10 00 00 00')
  })
  it('chooses the shortest 64-bit constant', () => {
    expect(encode('mov $5,%rax', 64).hex).toBe('48 c7 c0 05 00 00 00')
    expect(encode('mov $0x80000000,%rax', 64).hex).toBe('48 b8 00 00 00 80 00 00 00 00')
    expect(encode('movabs $5,%rax', 64).hex).toBe('48 b8 05 00 00 00 00 00 00 00')
  })
  it('pushes with the size of the mode', () => {
    expectBytes('push $5', '6a 05', '6a 05', '6a 05')
    expectBytes('push %ds', '1e', '1e', '-')
    expectBytes('pushw %ds', '1e', '66 1e', '-')
    expectBytes('push %fs', '0f a0', '0f a0', '0f a0')
  })
  it('moves segment registers with the size of the general register', () => {
    expectBytes('mov %ds,%ax', '8c d8', '66 8c d8', '66 8c d8')
    expectBytes('mov %ax,%ds', '8e d8', '8e d8', '8e d8')
  })
  it('reverses the direction of register forms on demand', () => {
    expectBytes('{load} mov %eax,%ebx', '66 8b d8', '8b d8', '8b d8')
    expectBytes('mov.s %eax,%ebx', '66 8b d8', '8b d8', '8b d8')
  })
})

describe('addresses', () => {
  it('encodes the eight 16-bit forms', () => {
    const forms = ['(%bx,%si)', '(%bx,%di)', '(%bp,%si)', '(%bp,%di)', '(%si)', '(%di)', '(%bp)', '(%bx)']
    expect(forms.map((form) => encode(`mov ${form},%al`, 16).hex)).toEqual([
      '8a 00',
      '8a 01',
      '8a 02',
      '8a 03',
      '8a 04',
      '8a 05',
      '8a 46 00',
      '8a 07',
    ])
  })
  it('drops a segment that is the default and keeps another', () => {
    expectBytes('mov %ss:(%ebp),%al', '67 8a 45 00', '8a 45 00', '67 8a 45 00')
    expectBytes('mov %ds:(%ebp),%al', '3e 67 8a 45 00', '3e 8a 45 00', '3e 67 8a 45 00')
  })
  it('encodes RIP-relative and absolute 64-bit addresses', () => {
    expect(encode('mov 5(%rip),%eax', 64).hex).toBe('8b 05 00 00 00 00')
    expect(encode('mov (%r12),%eax', 64).hex).toBe('41 8b 04 24')
    expect(encode('mov (%r13),%eax', 64).hex).toBe('41 8b 45 00')
  })
})

describe('strings, ports and prefixes', () => {
  it('keeps the order of prefixes of GNU as', () => {
    expectBytes('cs rep outsb', '2e f3 6e', '2e f3 6e', '2e f3 6e')
    expectBytes('rep movsl', '66 f3 a5', 'f3 a5', 'f3 a5')
    expectBytes('lock incl (%eax)', '67 66 f0 ff 00', 'f0 ff 00', '67 f0 ff 00')
  })
  it('takes the address size and segment of string operands', () => {
    expectBytes('lodsb %es:(%esi),%al', '26 67 ac', '26 ac', '26 67 ac')
    expectBytes('movsb (%esi),(%edi)', '67 a4', 'a4', '67 a4')
  })
  it('warns of a wrong register in a string operand', () => {
    expect(encode('cmpsb (%esi),(%edi)', 32)).toEqual({ hex: 'a6', warnings: ['wrong-string-register', 'wrong-string-register'] })
  })
  it('refuses lock and rep where they mean nothing', () => {
    expect(encode('lock mov %eax,(%ebx)', 32).hex).toBe('failure prefix-not-allowed')
    expect(encode('rep add %eax,%ebx', 32).hex).toBe('failure prefix-not-allowed')
  })
  it('reads ports', () => {
    expectBytes('in (%dx),%al', 'ec', 'ec', 'ec')
    expectBytes('outl $5', '66 e7 05', 'e7 05', 'e7 05')
    expect(encode('in $0x3f8,%al', 16)).toEqual({ hex: 'e4 f8', warnings: ['immediate-shortened'] })
  })
})

describe('control flow', () => {
  it('gives both forms of a relaxable jump', () => {
    const result = encodeInstruction(parseStatement('jne foo'), { mode: 16 })
    expect(result.ok && result.encoding.relaxation).toMatchObject({ kind: 'jcc', condition: 5, nearSizeInBytes: 2 })
    expect(result.ok && [...result.encoding.relaxation!.near]).toEqual([0x0f, 0x85])
  })
  it('encodes far jumps with offset before segment', () => {
    expectBytes('ljmp $0x8,$0x1234', 'ea 34 12 08 00', 'ea 34 12 00 00 08 00', '-')
    expectBytes('data32 ljmp $0x8,$0x1234', '66 ea 34 12 00 00 08 00', '-', '-')
  })
  it('warns of an indirect jump without star', () => {
    expect(encode('jmp %eax', 32)).toEqual({ hex: 'ff e0', warnings: ['indirect-without-star'] })
  })
})

describe('x87', () => {
  it('exchanges fsub and fsubr with st(i) as destination', () => {
    expectBytes('fsub %st,%st(3)', 'dc e3', 'dc e3', 'dc e3')
    expectBytes('fsubr %st,%st(3)', 'dc eb', 'dc eb', 'dc eb')
    expectBytes('fsub %st(3),%st', 'd8 e3', 'd8 e3', 'd8 e3')
  })
  it('puts the wait before the other prefixes', () => {
    expectBytes('fstcw %fs:(%eax)', '9b 64 67 d9 38', '9b 64 d9 38', '9b 64 67 d9 38')
  })
})

describe('failures say what is wrong', () => {
  const cases: readonly (readonly [string, Mode, string])[] = [
    ['mvo %ax,%bx', 16, 'unknown-mnemonic'],
    ['mov %ax,%bl', 16, 'register-size-mismatch'],
    ['int 0x10', 16, 'bare-number-is-address'],
    ['mov (%bx),(%si)', 16, 'memory-to-memory'],
    ['movw $0x10,%ds', 16, 'immediate-to-segment'],
    ['mov (%ax),%bx', 16, 'invalid-base-index'],
    ['addl %ax,%edx', 32, 'register-size-mismatch'],
    ['pusha', 64, 'not-in-mode'],
    ['mov %ah,%r8b', 64, 'high-byte-register-with-rex'],
    ['bt $300,%eax', 32, 'immediate-out-of-range'],
  ]
  for (const [text, mode, code] of cases) {
    it(`${text} in .code${mode}: ${code}`, () => expect(encode(text, mode).hex).toBe(`failure ${code}`))
  }
  it('takes the default size with a warning where only memory is written', () => {
    expect(encode('inc (%bx)', 16)).toEqual({ hex: 'ff 07', warnings: ['default-size'] })
  })
})

describe('names', () => {
  it('knows mnemonics with and without suffix, and prefixes', () => {
    expect(isMnemonic('movl')).toBe(true)
    expect(isMnemonic('mov')).toBe(true)
    expect(isMnemonic('mvo')).toBe(false)
    expect(isPrefix('rep')).toBe(true)
    expect(isPrefix('rex.wb')).toBe(true)
    expect(isPrefix('mov')).toBe(false)
    expect(mnemonics().length).toBeGreaterThan(400)
    expect(findRegister('R8B')).toMatchObject({ class: 'gpr8', number: 8 })
  })
  it('gives constants of one class one template', () => {
    const bytesOf = (text: string): string => encode(text, 32).hex
    expect(valueClass(16)).toBe(valueClass(127))
    expect(valueClass(127)).not.toBe(valueClass(128))
    expect(bytesOf('add $16,%ebx').length).toBe(bytesOf('add $127,%ebx').length)
  })
})

describe('what a wide sweep against GNU as found', () => {
  const cases: readonly (readonly [string, Mode, string])[] = [
    // the written prefix is the size of what is pushed
    ['data16 push $0x1234', 32, '66 68 34 12'],
    ['data16 push $0x1234', 64, '66 68 34 12'],
    ['data32 push $0x12345', 16, '66 68 45 23 01 00'],
    ['data16 rex.w ret', 64, '66 48 c3'],
    // numbers beyond 32 bits are cut and stay positive outside 64-bit mode
    ['pslld $0xffffffff,%xmm1', 32, '66 0f 72 f1 ff'],
    ['pslld $0x1ffffffff,%xmm1', 32, 'failure immediate-out-of-range'],
    ['addr32 mov (%rax),%eax', 64, 'failure invalid-base-index'],
    ['addr32 mov (%eax),%eax', 64, '67 8b 00'],
    ['mov 0xffffffff(%rip),%eax', 64, 'failure displacement-out-of-range'],
    ['loop 0x80', 32, 'failure immediate-out-of-range'],
    ['{store} xchg %rsi,%rax', 64, '48 87 f0'],
    ['xchg.s %rsi,%rax', 64, '48 87 c6'],
    ['wait fninit', 32, '9b db e3'],
    ['rep pause', 32, 'failure prefix-not-allowed'],
    ['data16 bndmk (%rax),%bnd1', 64, 'failure prefix-not-allowed'],
    ['rex64 rex.b shr %cl,(%rax)', 64, '49 d3 28'],
    ['rex or $1,%dh', 64, '40 80 ce 01'],
    ['retfw', 32, '66 cb'],
  ]
  for (const [text, mode, hex] of cases) it(`${text} in .code${mode}`, () => expect(encode(text, mode).hex).toBe(hex))
  it('leaves out prefixes that mean nothing before direct branches, and says so', () => {
    const { hex, warnings } = encode('fs loop 4', 32)
    expect([hex, warnings]).toEqual(['e2 00', ['prefix-skipped']])
  })
})

describe('the accidents that GNU as and its users live with', () => {
  const hex = (text: string, mode: Mode, options: Partial<EncodeOptions> = {}): string => encode(text, mode, options).hex
  it('writes the operand size before a branch hint, and elsewhere behind the segment', () => {
    expect(hex('data16 ds je sym', 32)).toBe('66 3e 74 00')
    expect(hex('data16 ds mov %eax,%ebx', 64)).toBe('3e 66 89 c3')
  })
  it('does not look for the other direction when a written REX bit is taken', () => {
    expect(hex('rex.r movaps %xmm4,%xmm12', 64)).toBe('failure prefix-twice')
    expect(hex('rex.b movaps %xmm4,%xmm12', 64)).toBe('45 0f 28 e4')
  })
  it('lets xacquire stand before an exchange of registers, but for that with the accumulator', () => {
    expect(hex('xacquire xchg %ebx,%ecx', 32)).toBe('f2 87 d9')
    expect(hex('xacquire xchg %eax,%ecx', 32)).toBe('failure prefix-not-allowed')
  })
  it('takes any register for the address of a string instruction, with a warning, but for movs', () => {
    expect(encode('lodsw 252(%sp)', 16)).toEqual({ hex: 'ad', warnings: ['wrong-string-register'] })
    expect(hex('movsw (%sp),(%di)', 16)).toBe('failure invalid-base-index')
    expect(hex('{disp16} movsw (%rsi),(%rdi)', 64)).toBe('failure unknown-prefix')
  })
  it('takes hints of monitor in both sizes', () => {
    expect(hex('monitor %eax,%rcx,%edx', 64)).toBe('67 0f 01 c8')
    expect(hex('monitor %rax,%ecx,%rdx', 64)).toBe('0f 01 c8')
  })
  it('has no near jcc and no %fs before the 80386', () => {
    const result = encodeInstruction(parseStatement('js sym'), { mode: 16, isa: new Set(['i8086', 'i186', 'i286']) })
    expect(result.ok && [...result.encoding.relaxation!.near]).toEqual([0x79, 3, 0xe9])
    expect(hex('push %fs', 16, { isa: new Set(['i8086', 'i186', 'i286']) })).toBe('failure not-enabled')
  })
  it('has test registers in objects for i386 alone', () => {
    expect(hex('mov %tr6,%eax', 32, { machine: 'i386' })).toBe('0f 24 f0')
    expect(hex('mov %tr6,%eax', 32, { machine: 'x86-64' })).toBe('failure not-enabled')
  })
})
