// Padding: tokens without a spelling that tell the printer where a space may be needed (cppinternals, "Token Spacing").

import { flag } from './tokens.ts'

/**
 * The flags of the padding that counts, of two in a row; 0 for none yet. One that stands for a token's white space holds
 * against one that asks nothing but whether a space is needed, unless it has none itself.
 */
export function laterPadding(first: number, second: number): number {
  if ((first & flag.sourced) === 0) return second
  return (first & flag.white) === 0 && (second & flag.sourced) === 0 ? second : first
}
