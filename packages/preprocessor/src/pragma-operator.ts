// `_Pragma ( string )` (C17 6.10.9): the string, its quotes and escapes taken off, is obeyed as a #pragma line.

import type { State } from './state.ts'
import { type Kind, kind } from './tokens.ts'

/** Reads the operand through `next`. False where expansion is off and the name stands for itself. */
export function runPragmaOperator(state: State, place: number, next: (state: State) => Kind): boolean {
  const significant = () => {
    for (;;) {
      const found = next(state)
      if (found !== kind.padding) return found
    }
  }
  const wasInArguments = state.isInArguments
  state.isInArguments = true
  const open = significant()
  const operand = open === kind.openParen ? significant() : open
  const spelled = operand === kind.string ? state.text() : ''
  const close = operand === kind.string ? significant() : operand
  state.isInArguments = wasInArguments
  if (open !== kind.openParen || operand !== kind.string || close !== kind.closeParen) {
    state.error('bad-pragma-operator', '_Pragma takes a parenthesized string literal', place, '_Pragma'.length, {
      fix: { message: 'write _Pragma("text")' },
    })
    return false
  }
  const text = spelled
    .replace(/^L?"/, '')
    .slice(0, -1)
    .replace(/\\([\\"])/g, '$1')
  const printed = state.pragma(state, text, state.fileLocationOf(place)) ?? ''
  state.setToken(kind.pragma, 0, state.texts.addText(printed), printed.length, place)
  state.pushToken()
  return true
}
