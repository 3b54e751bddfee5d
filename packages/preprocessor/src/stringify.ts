// `#parameter` (C17 6.10.3.2).
// Enters: an argument's tokens as written. Leaves: one string literal.

import type { State } from './state.ts'
import { flag, kind, Token } from './tokens.ts'

export function stringifyArgument(state: State, tokens: readonly Token[], operand: Token): Token {
  const parts: string[] = ['"']
  let source: Token | undefined
  let backslashes = 0
  for (const token of tokens) {
    if (token.kind === kind.padding) {
      if (source === undefined || ((source.flags & flag.white) === 0 && token.source === undefined)) source = token.source
      continue
    }
    if (parts.length > 1 && ((source ?? token).flags & flag.white) !== 0) parts.push(' ')
    source = undefined
    if (token.kind === kind.string || token.kind === kind.character) parts.push(token.text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n'))
    else parts.push(token.text)
    backslashes = token.kind === kind.other && token.text === '\\' ? backslashes + 1 : 0
  }
  if ((backslashes & 1) === 1) {
    state.warn('invalid-string', "invalid string literal, ignoring final '\\'", state.invocationLocation || operand.location)
    const at = parts.lastIndexOf('\\')
    parts.splice(at, 1)
  }
  parts.push('"')
  return new Token(kind.string, operand.flags & flag.pasteLeft, parts.join(''), undefined, operand.location)
}
