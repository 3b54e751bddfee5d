// Values of #if expressions: 64-bit integers, signed or not (C17 6.10.1p4), and what ends an evaluation early.

import { nextToken } from './expander.ts'
import type { State } from './state.ts'
import { kind, type Token } from './tokens.ts'

export interface Value {
  readonly value: bigint
  readonly isUnsigned: boolean
}

/** A told fault: ends the evaluation. */
export class BadExpression extends Error {}

export const zero: Value = { value: 0n, isUnsigned: false }
export const one: Value = { value: 1n, isUnsigned: false }

export function wrap(value: bigint, isUnsigned: boolean): Value {
  return { value: isUnsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value), isUnsigned }
}

export function fail(state: State, message: string, token: Token | number, length = 1): never {
  if (typeof token === 'number') state.error('bad-condition', message, token, length)
  else state.error('bad-condition', message, token.location, Math.max(1, token.text.length))
  throw new BadExpression()
}

/** For constants: at the line of the #if where a macro brought them. */
export function failAtUse(state: State, message: string, token: Token): never {
  state.error('bad-condition', message, state.placeInDirective(token), Math.max(1, token.text.length))
  throw new BadExpression()
}

export function nextSignificant(state: State): Token {
  for (;;) {
    const found = nextToken(state)
    if (found !== kind.padding && found !== kind.comment) return state.token()
  }
}
