// Bounds on what macros may make: a macro that doubles itself ends with a diagnostic, not with the memory.

import type { State } from './state.ts'
import { tokenSize } from './token-list.ts'

/** Tokens of 16 bytes that may wait at one time: a call with an argument of 10 MB, but not calls in arguments of calls as large. */
const waitingTokens = 1 << 25
const waitingInArguments = 1 << 24

/** Counts against the bounds that keep exponential macros from running for ever. */
export function spend(state: State, tokens: number, location: number): void {
  state.expandedTokens += tokens + 1
  const { expandedTokens } = state.options.limits
  const isTooMany = state.expandedTokens > expandedTokens
  const waiting = state.argumentDepth === 0 ? waitingTokens : waitingInArguments
  if (isTooMany || state.temporary.length + state.collected.length > waiting * tokenSize) {
    state.fatal(
      'expansion-too-large',
      `macro expansion makes more than ${isTooMany ? expandedTokens : waiting} tokens${isTooMany ? '' : ' in one call'}; does a macro double itself?`,
      state.invocationLocation || location,
    )
  }
}
