// What stands behind a directive, up to the end of its line.
// Enters: the state behind what the directive wants. Leaves: the state at the next line; tokens too many are told.

import { nextSignificant } from './condition-value.ts'
import { lexInLine } from './lexer.ts'
import type { State } from './state.ts'
import { kind } from './tokens.ts'

/** Reads to the end of the line; `mustBeEmpty` names the directive after which nothing may stand. */
export function endDirective(state: State, mustBeEmpty: false | string, option?: string): void {
  // What a macro that was begun still holds is dropped with the line.
  state.popTo(state.floor)
  const wasSkipping = state.isSkipping
  if (!mustBeEmpty) state.isSkipping = true
  let found = lexInLine(state, 0)
  if (mustBeEmpty && found !== kind.endOfLine) {
    state.warn(
      'extra-tokens',
      `extra tokens at end of #${mustBeEmpty} directive`,
      state.place,
      state.text().length,
      option ? { option } : {},
    )
  }
  state.isSkipping = true
  while (found !== kind.endOfLine) found = lexInLine(state, 0)
  state.isSkipping = wasSkipping
  if (state.position < state.end) {
    state.passLineEnd(state.position + 1)
    state.position++
  }
  state.atLineStart = true
}

/** What follows a complete #include or #line may be macros that make nothing. */
export function warnExtra(state: State, directive: string): void {
  const token = nextSignificant(state)
  if (token.kind === kind.endOfFile) return
  state.warn('extra-tokens', `extra tokens at end of #${directive} directive`, token.location, token.text.length)
}
