// Where a symbol is: its offset in the output section that its input section went to.

import type { Value } from './evaluate.ts'
import type { InputSection, LinkSymbol } from '../model.ts'

/** Where a defined symbol is, as the script sees it. */
export function symbolAddress(symbol: LinkSymbol): Value | undefined {
  if (symbol.output) return { value: symbol.value, section: symbol.output }
  return placeOf(symbol.section, symbol.value)
}

/** Where an offset of an input section is, in the output section; merged contents are where their holder is. */
export function placeOf(section: InputSection | undefined, offset: bigint): Value | undefined {
  if (!section) return { value: offset, section: 'abs' }
  if (section.merged) {
    const place = section.merged.resolve(Number(offset))
    if (!place.holder.output) return undefined
    return { value: BigInt.asUintN(64, BigInt(place.offset + place.holder.offset)), section: place.holder.output }
  }
  if (!section.output) return { value: 0n, section: 'abs' }
  return { value: BigInt.asUintN(64, offset + BigInt(section.offset)), section: section.output }
}
