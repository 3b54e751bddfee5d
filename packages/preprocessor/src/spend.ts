// Bounds on what macros may make: a macro that doubles itself ends with a diagnostic, not with the memory.

import type { State } from './state.ts'
import { tokenSize } from './token-list.ts'

/** Tokens that may wait at one time: 16 bytes each. */
const waitingTokens = 1 << 24

/** Counts against the bounds that keep exponential macros from running for ever. */
export function spend(state: State, tokens: number, location: number): void {
  state.expandedTokens += tokens + 1
  const { expandedTokens } = state.options.limits
  const isTooMany = state.expandedTokens > expandedTokens
  if (isTooMany || state.temporary.length + state.collected.length > waitingTokens * tokenSize) {
    state.fatal(
      'expansion-too-large',
      `macro expansion makes more than ${isTooMany ? expandedTokens : waitingTokens} tokens${isTooMany ? '' : ' in one call'}; does a macro double itself?`,
      state.invocationLocation || location,
    )
  }
}
