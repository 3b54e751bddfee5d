// Where a label is, once relaxation has given addresses to the fragments of its chain.

import type { FragmentChain } from './fragments.ts'
import type { AsmSymbol } from './symbols.ts'

/** Address of a label in its section. */
export function labelAddress(symbol: AsmSymbol): number {
  const chain = symbol.chain as FragmentChain
  return (chain.addresses[symbol.fragment] as number) + symbol.offset - (chain.starts[symbol.fragment] as number)
}
