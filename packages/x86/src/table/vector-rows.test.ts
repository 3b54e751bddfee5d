// Golden bytes of the vector tables: GNU as (GNU Binutils for Debian) 2.40, --64; '-' where it refuses the line.
import { expect, it } from 'vitest'
import { parseStatement } from '../../test/att-statement.ts'
import { type EncodeOptions, encodeInstruction } from '../index.ts'

function bytesOf(text: string, options: Partial<EncodeOptions> = {}): string {
  const statement = parseStatement(text)
  const result = encodeInstruction(statement, { mode: 64, ...options })
  if (!result.ok) return '-'
  const bytes = Uint8Array.from(result.encoding.bytes)
  for (const field of result.encoding.fields) {
    const operand = statement.operands[field.operand]!
    const value = operand.kind === 'immediate' ? operand.value : operand.kind === 'memory' ? operand.displacement : undefined
    let rest = BigInt.asUintN(64, (value?.constant ?? 0n) / BigInt(field.divisor))
    for (let index = 0; index < field.sizeInBytes; index++, rest >>= 8n) bytes[field.offset + index] = Number(rest & 255n)
  }
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

const GOLDEN: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'SSE: keeps 66, F3 and F2 before REX and takes the load form of two registers': [
    ['addps %xmm1,%xmm2', '0f 58 d1'],
    ['addpd (%rax),%xmm9', '66 44 0f 58 08'],
    ['cvtsi2ssq %rax,%xmm2', 'f3 48 0f 2a d0'],
    ['cvtsi2ss (%rax),%xmm2', 'f3 0f 2a 10'],
    ['movaps %xmm8,%xmm1', '41 0f 28 c8'],
    ['movaps.s %xmm8,%xmm1', '44 0f 29 c1'],
    ['movq %xmm1,%rax', '66 48 0f 7e c8'],
    ['movd %xmm1,8(%rax)', '66 0f 7e 48 08'],
    ['cmpneqsd %xmm1,%xmm2', 'f2 0f c2 d1 04'],
    ['pclmulhqlqdq %xmm1,%xmm2', '66 0f 3a 44 d1 01'],
    ['pextrw $3,%xmm1,%eax', '66 0f c5 c1 03'],
    ['pextrw $3,%xmm1,(%rax)', '66 0f 3a 15 08 03'],
    ['extrq $2,$4,%xmm1', '66 0f 78 c1 04 02'],
    ['blendvpd %xmm0,%xmm1,%xmm2', '66 0f 38 15 d1'],
    ['sha256rnds2 %xmm1,%xmm2', '0f 38 cb d1'],
    ['aesenc128kl (%rax),%xmm1', 'f3 0f 38 dc 08'],
    ['addps %xmm16,%xmm1', '-'],
    ['data16 addps %xmm1,%xmm2', '-'],
  ],
  'AVX: spends two bytes on VEX where it can, by the store form if need be': [
    ['vaddps %xmm1,%xmm2,%xmm3', 'c5 e8 58 d9'],
    ['vaddps %xmm8,%xmm2,%xmm3', 'c4 c1 68 58 d8'],
    ['vmovaps %ymm8,%ymm1', 'c5 7c 29 c1'],
    ['{load} vmovaps %ymm8,%ymm1', 'c4 c1 7c 28 c8'],
    ['{vex3} vaddps %xmm1,%xmm2,%xmm3', 'c4 e1 68 58 d9'],
    ['vmovss %xmm8,%xmm1,%xmm2', 'c5 72 11 c2'],
    ['vmovmskps %ymm1,%eax', 'c5 fc 50 c1'],
    ['vcvtpd2psy (%rax),%xmm1', 'c5 fd 5a 08'],
    ['vcvtpd2ps (%rax),%xmm1', '-'],
    ['vcmpngt_uqpd %ymm1,%ymm2,%ymm3', 'c5 ed c2 d9 1a'],
    ['vblendvps %xmm1,(%rax),%xmm2,%xmm3', 'c4 e3 69 4a 18 10'],
    ['vpsllw $3,%xmm9,%xmm1', 'c4 c1 71 71 f1 03'],
    ['vpgatherqd %xmm2,(%rax,%ymm1,4),%xmm3', 'c4 e2 6d 91 1c 88'],
    ['vzeroall', 'c5 fc 77'],
    ['vaddps {rn-sae},%ymm1,%ymm2,%ymm3', '-'],
  ],
  'FMA, FMA4 and XOP: tells the operand orders apart': [
    ['vfmadd231sd (%rax),%xmm1,%xmm2', 'c4 e2 f1 b9 10'],
    ['vfmaddps %xmm1,%xmm2,%xmm3,%xmm4', 'c4 e3 e1 68 e1 20'],
    ['vfmaddps %xmm1,(%rax),%xmm3,%xmm4', 'c4 e3 61 68 20 10'],
    ['vprotb %xmm1,%xmm2,%xmm3', '8f e9 70 90 da'],
    ['vprotb.s %xmm1,%xmm2,%xmm3', '8f e9 e8 90 d9'],
    ['vpermil2pd $1,%xmm1,%xmm2,%xmm3,%xmm4', 'c4 e3 61 49 e2 11'],
    ['vpermil2pd $16,%xmm1,%xmm2,%xmm3,%xmm4', '-'],
    ['vpcomneqb (%rax),%xmm1,%xmm2', '8f e8 70 cc 10 05'],
  ],
  'AVX-512: masks, broadcasts, rounds and compresses displacements': [
    ['vaddps (%rax){1to16},%zmm1,%zmm2{%k1}', '62 f1 74 59 58 10'],
    ['vaddps 0x40(%rax),%zmm1,%zmm2', '62 f1 74 48 58 50 01'],
    ['vaddps 0x41(%rax),%zmm1,%zmm2', '62 f1 74 48 58 90 41 00 00 00'],
    ['vaddps 4(%rax){1to8},%ymm1,%ymm2', '62 f1 74 38 58 50 01'],
    ['{disp32} vaddps 0x40(%rax),%zmm1,%zmm2', '62 f1 74 48 58 90 40 00 00 00'],
    ['vaddps {rz-sae},%zmm1,%zmm2,%zmm3{%k3}{z}', '62 f1 6c fb 58 d9'],
    ['vcmpps $1,{sae},%zmm1,%zmm2,%k3', '62 f1 6c 18 c2 d9 01'],
    ['vcvtusi2sdq %rax,{ru-sae},%xmm1,%xmm2', '62 f1 f7 58 7b d0'],
    ['vcvtusi2sdl %eax,{ru-sae},%xmm1,%xmm2', '-'],
    ['vmovdqu8 %zmm1,(%rax){%k1}', '62 f1 7f 49 7f 08'],
    ['vmovdqu8 %zmm1,(%rax){%k1}{z}', '-'],
    ['vpmovusqb %zmm1,4(%rax)', '62 f2 7e 48 12 88 04 00 00 00'],
    ['vscatterdpd %zmm2,8(%rax,%ymm1,8){%k1}', '62 f2 fd 49 a2 54 c8 01'],
    ['vgatherdps (%rax,%zmm1),%zmm2', '-'],
    ['vfpclasspsz $3,(%rax),%k1', '62 f3 7d 48 66 08 03'],
    ['vfpclassps $3,(%rax),%k1', '-'],
    ['vpdpbusd %xmm1,%xmm2,%xmm3', '62 f2 6d 08 50 d9'],
    ['{vex} vpdpbusd %xmm1,%xmm2,%xmm3', 'c4 e2 69 50 d9'],
    ['vaddps %xmm1,%xmm2,%xmm3{%k0}', '-'],
    ['vaddps %xmm1,%xmm2,%xmm3{z}', '-'],
    ['vaddph (%rax){1to32},%zmm1,%zmm2', '62 f5 74 58 58 10'],
    ['vcvttsh2si {sae},%xmm1,%eax', '62 f5 7e 18 2c c1'],
    ['v4fmaddps 0x10(%rcx),%zmm4,%zmm1', '62 f2 5f 48 9a 49 01'],
    ['vfmaddcph %zmm1,%zmm2,%zmm1', '-'],
    ['vpternlogd $0x96,%xmm17,%xmm18,%xmm19', '62 a3 6d 00 25 d9 96'],
  ],
  'mask registers: carry the width in prefix and W': [
    ['kmovw %eax,%k1', 'c5 f8 92 c8'],
    ['kmovq %rax,%k1', 'c4 e1 fb 92 c8'],
    ['kmovd %k1,(%rax)', 'c4 e1 f9 91 08'],
    ['kshiftrq $3,%k1,%k2', 'c4 e3 f9 31 d1 03'],
    ['kunpckbw %k1,%k2,%k3', 'c5 ed 4b d9'],
    ['kortestd %k1,%k2', 'c4 e1 f9 98 d1'],
  ],
  'AMX: has a SIB byte in every tile load, and 64-bit mode only': [
    ['ldtilecfg (%rax)', 'c4 e2 78 49 00'],
    ['tileloadd (%rax,%rbx),%tmm1', 'c4 e2 7b 4b 0c 18'],
    ['tileloadd (%rax),%tmm1', 'c4 e2 7b 4b 0c 20'],
    ['tileloadd (%rip),%tmm1', '-'],
    ['tdpbssd %tmm1,%tmm2,%tmm3', 'c4 e2 73 5e da'],
    ['tdpbssd %tmm1,%tmm1,%tmm3', '-'],
    ['tilezero %tmm5', 'c4 e2 7b 49 e8'],
  ],
}

it.each(Object.entries(GOLDEN))('%s', (_title, lines) => {
  expect(lines.map(([text]) => [text, bytesOf(text)])).toEqual(lines)
})
