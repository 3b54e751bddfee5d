// Enters: a constant of a statement. Leaves: a small number; constants of one class get the same encoding template.
// The bounds are those at which some form begins or ends to fit: imm8s, imm8, imm16, wrapped imm8s of 16 and 32 bits, imm32, imm32s.

import type { Mode } from './contract.ts'

const LOWER_BOUNDS = [
  -(2 ** 53),
  -0x8000_0000_0000 * 2,
  -0x1_0000_0000,
  -0x8000_0000,
  -0x1_0000,
  -0xffff,
  -0x8000,
  -0x100,
  -0xff,
  -0x80,
  0,
  1,
  2,
  3,
  4,
  8,
  0x10,
  0x80,
  0x100,
  0x8000,
  0xff80,
  0x1_0000,
  0x7fff_ffff,
  0x8000_0000,
  0xffff_ff80,
  0x1_0000_0000,
  2 ** 53,
] as const

/** Class of a constant, 0 to 27. Beyond 2^53 a double cannot tell values apart: such encodings are never templates. */
export function valueClass(n: number): number {
  if (n >= 4 && n < 0x80) return n < 8 ? 15 : n < 0x10 ? 16 : 17
  let low: number = 0
  let high: number = LOWER_BOUNDS.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (LOWER_BOUNDS[middle]! <= n) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * A constant as GNU as holds it: outside 64-bit mode numbers of 32 bits written unsigned take the sign, and wider ones are cut and
 * stay positive, so that `pslld $0xffffffff,%xmm1` has a byte that fits and `pslld $0x1ffffffff,%xmm1` has none.
 */
export function constantIn(written: bigint, mode: Mode): bigint {
  if (mode === 64) return BigInt.asIntN(64, written)
  return written > 0xffff_ffffn || written < -0xffff_ffffn ? BigInt.asUintN(32, written) : BigInt.asIntN(32, written)
}
