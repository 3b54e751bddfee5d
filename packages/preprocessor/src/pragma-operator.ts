// `_Pragma ( string )` (C17 6.10.9): the string, its quotes and escapes taken off, is obeyed as a #pragma line.

import type { State } from './state.ts'
import { kind, Token } from './tokens.ts'

/** Reads the operand through `next`. False where expansion is off and the name stands for itself. */
export function runPragmaOperator(state: State, name: Token, next: (state: State) => Token): boolean {
  const significant = () => {
    for (;;) {
      const token = next(state)
      if (token.kind !== kind.padding) return token
    }
  }
  const savedParsing = state.parsingArguments
  state.parsingArguments = 2
  const open = significant()
  const operand = open.kind === kind.openParen ? significant() : open
  const close = operand.kind === kind.string ? significant() : operand
  state.parsingArguments = savedParsing
  if (open.kind !== kind.openParen || operand.kind !== kind.string || close.kind !== kind.closeParen) {
    if ([open, operand, close].some((token) => token.kind === kind.endOfFile) && state.context) state.context.position--
    state.error('bad-pragma-operator', '_Pragma takes a parenthesized string literal', name.location, name.text.length, {
      fix: { message: 'write _Pragma("text")' },
    })
    return false
  }
  const text = operand.text
    .replace(/^L?"/, '')
    .slice(0, -1)
    .replace(/\\([\\"])/g, '$1')
  const printed = state.pragma(state, text, state.fileLocationOf(name))
  state.pushTokens([new Token(kind.pragma, 0, printed ?? '', undefined, name.location)])
  return true
}
