// Integer and character constants of #if expressions (C17 6.4.4.1, 6.4.4.4).
// Enters: a token. Leaves: its value, or a diagnostic.

import { failAtUse, type Value, wrap } from './condition-value.ts'
import type { State } from './state.ts'
import type { Token } from './tokens.ts'

const escapes: Record<string, number> = { a: 7, b: 8, e: 27, E: 27, f: 12, n: 10, r: 13, t: 9, v: 11 }

/** A character constant: the bytes shift in from the right, the value is an int, a single char is signed. */
export function character(state: State, token: Token): Value {
  const isWide = token.text[0] === 'L'
  const text = token.text.slice(isWide ? 2 : 1, -1)
  if (text.length === 0) failAtUse(state, 'empty character constant', token)
  const codes: number[] = []
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c !== 0x5c) {
      codes.push(c)
      continue
    }
    const next = text[++i] ?? ''
    const octal = /^[0-7]{1,3}/.exec(text.slice(i, i + 3))
    if (octal) {
      const value = Number.parseInt(octal[0], 8)
      if (!isWide && value > 255)
        state.warn('escape-out-of-range', 'octal escape sequence out of range', state.placeInDirective(token), token.text.length)
      codes.push(isWide ? value : value & 0xff)
      i += octal[0].length - 1
    } else if (next === 'x') {
      const hex = /^[0-9a-fA-F]+/.exec(text.slice(i + 1))
      if (!hex) failAtUse(state, '\\x used with no following hex digits', token)
      const value = Number(BigInt(`0x${hex[0]}`) & 0xffffffffn)
      if (!isWide && BigInt(`0x${hex[0]}`) > 255n)
        state.warn('escape-out-of-range', 'hex escape sequence out of range', state.placeInDirective(token), token.text.length)
      codes.push(isWide ? value : value & 0xff)
      i += hex[0].length
    } else if (next === 'u' || next === 'U') {
      const size = next === 'u' ? 4 : 8
      const digits = /^[0-9a-fA-F]+/.exec(text.slice(i + 1, i + 1 + size))?.[0] ?? ''
      if (digits.length < size) failAtUse(state, `incomplete universal character name \\${next}${digits}`, token)
      state.warn(
        'universal-name',
        'universal character names are only valid in C++ and C99',
        state.placeInDirective(token),
        token.text.length,
      )
      codes.push(Number.parseInt(digits, 16))
      i += size
    } else {
      if (escapes[next] === undefined && !'\\\'"?'.includes(next)) {
        state.warn('unknown-escape', `unknown escape sequence: '\\${next}'`, state.placeInDirective(token), token.text.length)
      }
      codes.push(escapes[next] ?? next.charCodeAt(0))
    }
  }
  if (isWide && codes.length > 1) {
    state.warn('long-character', 'character constant too long for its type', state.placeInDirective(token), token.text.length)
  }
  if (isWide) return wrap(BigInt.asIntN(32, BigInt(codes[codes.length - 1] as number)), false)
  if (codes.length > 1) {
    if (codes.length > 4)
      state.warn('long-character', 'character constant too long for its type', state.placeInDirective(token), token.text.length)
    else
      state.warn('multi-character', 'multi-character character constant', state.placeInDirective(token), token.text.length, {
        option: 'multichar',
      })
    let value = 0
    for (const code of codes) value = (value << 8) | code
    return wrap(BigInt(value), false)
  }
  return wrap(BigInt.asIntN(8, BigInt(codes[0] as number)), false)
}

/** An integer constant (C17 6.4.4.1) with GNU's binary form and any of the suffixes. */
export function integer(state: State, token: Token): Value {
  const { text } = token
  const match = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)(.*)$/s.exec(text)
  if (!match) {
    if (/^\.|^0[xX]\./.test(text)) failAtUse(state, 'floating constant in preprocessor expression', token)
    failAtUse(state, `invalid suffix "${text.slice(1)}" on integer constant`, token)
  }
  const digits = match[1] as string
  const suffix = match[2] as string
  if (suffix !== '' && !/^([uU](l|L|ll|LL)?|(l|L|ll|LL)[uU]?|[iIjJ])$/.test(suffix)) {
    if (/^[.eE]|^[pP]/.test(suffix) && !/^0[bB]/.test(text)) failAtUse(state, 'floating constant in preprocessor expression', token)
    if (/^[89]/.test(suffix)) failAtUse(state, `invalid digit "${suffix[0]}" in constant`, token)
    failAtUse(state, `invalid suffix "${suffix}" on integer constant`, token)
  }
  if (/[iIjJ]/.test(suffix)) failAtUse(state, 'imaginary number in preprocessor expression', token)
  const isOctal = /^0[0-9]/.test(digits)
  if (isOctal && /[89]/.test(digits)) failAtUse(state, `invalid digit "${/[89]/.exec(digits)?.[0]}" in octal constant`, token)
  const value = BigInt(isOctal ? `0o${digits}` : digits)
  let isUnsigned = /[uU]/.test(suffix)
  if (value > 0xffff_ffff_ffff_ffffn)
    state.warn('constant-too-large', 'integer constant is too large for its type', state.placeInDirective(token), text.length)
  else if (!isUnsigned && value > 0x7fff_ffff_ffff_ffffn) {
    // Decimal constants stay signed in C, but no signed type holds it.
    if (/^[1-9]/.test(digits)) {
      state.warn('constant-so-large', 'integer constant is so large that it is unsigned', state.placeInDirective(token), text.length)
    }
    isUnsigned = true
  }
  return wrap(value, isUnsigned || BigInt.asUintN(64, value) > 0x7fff_ffff_ffff_ffffn)
}
