// The distance of two labels between which nothing is variable yet to be decided. Enters: labels while statements are
// read. Leaves: bytes, or nothing where only relaxation will know.

import { STT_GNU_IFUNC } from '@kernelbox/elf'
import { type FillDetail, type FragmentChain, partFill, partNone } from './fragments.ts'
import { type AsmSymbol, symbolLabel } from './symbols.ts'

/** Distance `a - b` of two labels with nothing variable between them. */
export function fixedDistance(a: AsmSymbol, b: AsmSymbol): bigint | undefined {
  if (a.kind !== symbolLabel || b.kind !== symbolLabel || a.chain !== b.chain || a.type === STT_GNU_IFUNC) return undefined
  if (a.fragment === b.fragment) return BigInt(a.offset - b.offset)
  const chain = a.chain as FragmentChain
  const [first, last, sign] = a.fragment < b.fragment ? [a, b, -1n] : [b, a, 1n]
  if (last.fragment - first.fragment > 64) return undefined
  let extra = 0n
  for (let i = first.fragment; i < last.fragment; i++) {
    const kind = chain.kinds[i]
    if (kind === partNone) continue
    if (kind !== partFill) return undefined
    const detail = chain.details[i] as FillDetail
    if (detail.count.kind !== 'constant') return undefined
    extra += detail.count.value * BigInt(detail.pattern.length)
  }
  return sign * (BigInt(last.offset - first.offset) + extra)
}
