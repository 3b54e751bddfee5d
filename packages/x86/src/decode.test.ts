// Bytes: GNU as (GNU Binutils for Debian) 2.40. Each is decoded, and what was decoded must encode to the same bytes.
import { describe, expect, it } from 'vitest'
import {
  type BytePart,
  decodeInstruction,
  explainInstruction,
  formatDecoded,
  formatExplanation,
  formatStatement,
  type Mode,
} from './index.ts'

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.split(' ').map((byte) => Number.parseInt(byte, 16)))
}

/** AT&T text of the bytes; `?` in front where they are not what the text encodes to. */
function decode(hex: string, mode: Mode = 64): string {
  const bytes = bytesOf(hex)
  const decoded = decodeInstruction(bytes, mode)
  if (!decoded || decoded.length !== bytes.length) return '-'
  return `${decoded.isExact ? '' : '? '}${formatStatement(decoded.statement)}`
}

describe('decoding', () => {
  it('reads integer instructions in each mode', () => {
    expect(decode('83 c2 05', 32)).toBe('add $0x5,%edx')
    expect(decode('83 c2 05', 16)).toBe('add $0x5,%dx')
    expect(decode('48 b8 00 00 00 80 00 00 00 00')).toBe('mov $0x80000000,%rax')
    expect(decode('66 89 46 fe', 32)).toBe('mov %ax,-0x2(%esi)')
    expect(decode('89 46 fe', 16)).toBe('mov %ax,-0x2(%bp)')
    expect(decode('c6 00 01')).toBe('movb $0x1,(%rax)')
  })
  it('reads prefixes, strings, far and near branches', () => {
    expect(decode('f3 a5', 32)).toBe('rep movsl')
    expect(decode('64 67 8b 07')).toBe('mov %fs:(%edi),%eax')
    expect(decode('3e ff e0')).toBe('notrack jmp *%rax')
    expect(decode('f0 0f 22 c3', 32)).toBe('mov %ebx,%cr8')
    expect(decode('f2 f0 80 11 64')).toBe('xacquire lock adcb $0x64,(%rcx)')
    expect(decode('ea 00 7c 00 00 08 00', 32)).toBe('ljmp $0x8,$0x7c00')
    expect(decode('e9 00 01 00 00')).toBe('{disp32} jmp 0x105')
  })
  it('reads x87 with a wait, 3DNow! and fixed immediates', () => {
    expect(decode('9b d9 30', 32)).toBe('fstenv (%eax)')
    expect(decode('0f 0f c1 9e')).toBe('pfadd %mm1,%mm0')
    expect(decode('66 0f c2 d1 04')).toBe('cmpneqpd %xmm1,%xmm2')
  })
  it('reads VEX, XOP and EVEX with masks, broadcasts, rounding and disp8*N', () => {
    expect(decode('c5 78 29 c1')).toBe('vmovaps %xmm8,%xmm1')
    expect(decode('c4 e1 68 58 d9')).toBe('{vex3} vaddps %xmm1,%xmm2,%xmm3')
    expect(decode('8f e9 70 90 da')).toBe('vprotb %xmm1,%xmm2,%xmm3')
    expect(decode('c4 e3 69 49 de 41')).toBe('vpermil2pd $0x1,%xmm4,%xmm6,%xmm2,%xmm3')
    expect(decode('62 f1 74 59 58 10')).toBe('vaddps (%rax){1to16},%zmm1,%zmm2{%k1}')
    expect(decode('62 f1 74 48 58 50 01')).toBe('vaddps 0x40(%rax),%zmm1,%zmm2')
    // {z} without a mask means nothing
    expect(decode('62 f1 6c f8 58 d9')).toBe('? vaddps {rz-sae},%zmm1,%zmm2,%zmm3')
    expect(decode('62 f1 6c fb 58 d9')).toBe('vaddps {rz-sae},%zmm1,%zmm2,%zmm3{%k3}{z}')
    expect(decode('62 f2 fd 29 a2 54 c8 01')).toBe('vscatterdpd %ymm2,0x8(%rax,%xmm1,8){%k1}')
    expect(decode('c4 e2 7b 4b 0c 18')).toBe('tileloadd (%rax,%rbx,1),%tmm1')
  })
  it('tells the same instruction from the bytes that GNU as would write', () => {
    expect(decode('81 c2 05 00 00 00')).toBe('? add $0x5,%edx')
  })
  it('gives nothing for bytes that end too soon or that the table has not', () => {
    for (const hex of ['', '0f', '62 f1', '83', 'c5 f8 58', '0f 0f c1 00', 'd6'].slice(1)) expect(decode(hex)).toBe('-')
    expect(decodeInstruction(new Uint8Array(0), 64)).toBeUndefined()
    expect(decodeInstruction(new Uint8Array(20).fill(0x66), 64)).toBeUndefined()
  })
  it('covers every byte of an instruction once', () => {
    const decoded = decodeInstruction(bytesOf('67 62 f1 74 48 58 54 88 02'), 64)!
    const parts: BytePart[] = ['prefix', 'evex', 'opcode', 'modrm', 'sib', 'displacement']
    expect(decoded.layout.map((run) => run.part)).toEqual(parts)
    let end = 0
    for (const run of decoded.layout) {
      expect(run.offset).toBe(end)
      end += run.length
    }
    expect(end).toBe(decoded.length)
  })
})

describe("objdump's words (GNU objdump 2.40)", () => {
  const texts: readonly (readonly [string, Mode, string])[] = [
    ['e9 e0 ff ff ff', 64, 'jmp 0xffffffffffffffe5'],
    ['0f b6 47 10', 64, 'movzbl 0x10(%rdi),%eax'],
    ['48 63 f6', 64, 'movslq %esi,%rsi'],
    ['48 83 e0 f0', 64, 'and $0xfffffffffffffff0,%rax'],
    ['66 83 7a 06 f1', 64, 'cmpw $0xfff1,0x6(%rdx)'],
    ['49 bb f8 bf ff ff ff ff f7 ff', 64, 'movabs $0xfff7ffffffffbff8,%r11'],
    ['48 d1 eb', 64, 'shr %rbx'],
    ['f3 48 ab', 64, 'rep stos %rax,%es:(%rdi)'],
    ['65 a5', 32, 'movsl %gs:(%esi),%es:(%edi)'],
    ['91', 64, 'xchg %eax,%ecx'],
    ['48 98', 64, 'cltq'],
    ['66 66 2e 0f 1f 84 00 00 00 00 00', 64, 'data16 cs nopw 0x0(%rax,%rax,1)'],
    ['8d b4 26 00 00 00 00', 32, 'lea 0x0(%esi,%eiz,1),%esi'],
    ['f3 c3', 64, 'repz ret'],
    ['8e d8', 64, 'mov %eax,%ds'],
    ['64 48 8b 04 25 f8 ff ff ff', 64, 'mov %fs:0xfffffffffffffff8,%rax'],
    ['3e 89 08', 32, 'mov %ecx,%ds:(%eax)'],
    ['62 f3 7d 48 3f c2 00', 64, 'vpcmpeqb %zmm2,%zmm0,%k0'],
    ['df 6c 24 f0', 64, 'fildll -0x10(%rsp)'],
    ['cc', 64, 'int3'],
    ['90', 32, 'nop'],
    ['67 e3 10', 64, 'jecxz 0x13'],
    ['0f 01 c8', 64, 'monitor %rax,%ecx,%edx'],
    ['0f 01 16 00 7c', 16, 'lgdtw 0x7c00'],
  ]
  for (const [hex, mode, text] of texts)
    it(`${hex} in .code${mode}: ${text}`, () => expect(formatDecoded(decodeInstruction(bytesOf(hex), mode)!, mode)).toBe(text))
})

describe('explaining', () => {
  it('says how to write the bytes that the plain statement does not give', () => {
    const { text, statement } = explainInstruction(bytesOf('e9 00 01 00 00'), 64)!
    expect([text, statement]).toEqual(['jmp 0x105', '{disp32} jmp 0x105'])
    expect(explainInstruction(bytesOf('81 c0 01 00 00 00'), 64)!.statement).toBeUndefined()
  })
  it('names every group of bits', () => {
    expect(formatExplanation(explainInstruction(bytesOf('c4 c1 70 58 40 f8'), 64)!)).toBe(`vaddps -0x8(%r8),%xmm1,%xmm0
  bytes  c4 c1 70 58 40 f8
  row    vaddps | xmm, xmm, xmm/m128 | VEX.128.NP.0F.WIG 58 /r | isa=avx

  c4 c1 70  VEX prefix, three bytes
              R          1  bit 3 of ModRM.reg, stored inverted: 0
              X          1  bit 3 of SIB.index, stored inverted: 0
              B          0  bit 3 of ModRM.rm or SIB.base, stored inverted: 1
              mmmmm  00001  opcode map 0F
              W          0  ignored by this instruction
              vvvv    1110  %xmm1, stored inverted
              L          0  128 bits, scalar or no vector
              pp        00  mandatory prefix: none
  58        opcode
  40        ModRM
              mod       01  memory, 8-bit displacement
              reg      000  %xmm0
              rm       000  base %r8: its low three bits
  f8        displacement of 8 bits: -8
`)
  })
  it('tells what a compressed displacement stands for', () => {
    const { parts } = explainInstruction(bytesOf('62 f1 74 48 58 50 02'), 64)!
    expect(parts.at(-1)!.title).toBe('displacement of 8 bits: 2 times 64 (disp8*N) is 128')
  })
})
