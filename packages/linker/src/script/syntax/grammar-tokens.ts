// The kinds of tokens as chevrotain has them, made when the grammar is needed.

import { createToken, type IToken, type TokenType } from 'chevrotain'
import { type ScriptToken, type TokenKind, tokenKinds } from './tokens.ts'

/** A token of the scanner, dressed for the grammar. */
export type GrammarToken = IToken & ScriptToken

let made: Record<TokenKind, TokenType> | undefined

export function tokenTypes(): Record<TokenKind, TokenType> {
  if (!made) {
    const found = {} as Record<TokenKind, TokenType>
    // The scanner is our own, so that patterns are not needed.
    for (const kind of tokenKinds) found[kind] = createToken({ name: kind, pattern: /NA/ })
    made = found
  }
  return made
}

export function forGrammar(tokens: readonly ScriptToken[]): GrammarToken[] {
  const types = tokenTypes()
  return tokens.map((token) => {
    const tokenType = types[token.kind]
    return { ...token, tokenType, tokenTypeIdx: tokenType.tokenTypeIdx as number }
  })
}
