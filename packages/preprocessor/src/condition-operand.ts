// Operands of #if expressions: names, `defined`, `__has_include` and GNU's assertions.
// Enters: the state behind the first token of the operand. Leaves: its value.

import { character, integer } from './condition-constant.ts'
import { fail, nextSignificant, one, type Value, zero } from './condition-value.ts'
import { headerExists } from './include.ts'
import { readInLine } from './lexer.ts'
import { builtin } from './macro.ts'
import { role } from './names.ts'
import type { State } from './state.ts'
import { flag, kind, type Token } from './tokens.ts'

export function operand(state: State, token: Token, isSkipped: boolean): Value {
  if (token.kind === kind.number) return integer(state, token)
  if (token.kind === kind.character) return character(state, token)
  if (token.kind === kind.hash) return testAssertion(state, token)
  if (token.kind === kind.string) fail(state, `token ${token.text} is not valid in preprocessor expressions`, token)
  if (state.names.role(token.name) === role.defined) return definedOperator(state)
  const which = state.macros.builtin(state.names.macro(token.name))
  if (which === builtin.hasInclude || which === builtin.hasIncludeNext) {
    return hasIncludeOperator(state, token, which === builtin.hasIncludeNext)
  }
  if (state.options.warnsOfUndefined && !isSkipped) {
    const place = state.placeInDirective(token)
    state.warn('undefined-in-condition', `"${token.text}" is not defined, evaluates to 0`, place, token.text.length, { option: 'undef' })
  }
  return zero
}

function definedOperator(state: State): Value {
  state.preventExpansion++
  try {
    let token = nextSignificant(state)
    const hasParenthesis = token.kind === kind.openParen
    if (hasParenthesis) token = nextSignificant(state)
    if (token.kind !== kind.name) {
      if (token.kind === kind.endOfFile) fail(state, 'operator "defined" requires an identifier', state.location)
      fail(state, 'operator "defined" requires an identifier', token)
    }
    if (hasParenthesis) {
      const close = nextSignificant(state)
      if (close.kind !== kind.closeParen) fail(state, 'missing \')\' after "defined"', close.location)
    }
    const macro = state.names.macro(token.name)
    if (macro === 0) return zero
    state.macros.markUsed(macro)
    return one
  } finally {
    state.preventExpansion--
  }
}

function hasIncludeOperator(state: State, name: Token, isNext: boolean): Value {
  const open = nextSignificant(state)
  if (open.kind !== kind.openParen) fail(state, `missing '(' before "${name.text}" operand`, name)
  state.wantsHeaderName = true
  let token: Token
  try {
    token = nextSignificant(state)
  } finally {
    state.wantsHeaderName = false
  }
  let header: string
  if (token.kind === kind.string || token.kind === kind.headerName) header = token.text
  else if (token.kind === kind.less) {
    header = '<'
    for (;;) {
      const part = nextSignificant(state)
      if (part.kind === kind.endOfFile) fail(state, 'missing terminating > character', name)
      if (part.kind === kind.greater) break
      header += (header.length > 1 && (part.flags & flag.white) !== 0 ? ' ' : '') + part.text
    }
    header += '>'
  } else fail(state, `operator "${name.text}" requires a header-name`, token.kind === kind.endOfFile ? name : token)
  const close = nextSignificant(state)
  if (close.kind !== kind.closeParen) fail(state, `missing ')' after "${name.text}" operand`, name)
  return headerExists(state, header.slice(1, -1), header[0] === '<', isNext) ? one : zero
}

function testAssertion(state: State, hash: Token): Value {
  state.preventExpansion++
  try {
    if (!state.isElif)
      state.warn('deprecated-assertion', 'assertions are a deprecated extension', hash.location, 1, { option: 'deprecated' })
    const predicate = nextSignificant(state)
    if (predicate.kind !== kind.name)
      fail(state, 'predicate must be an identifier', predicate.kind === kind.endOfFile ? state.location : predicate)
    const answers = state.assertions.get(predicate.text)
    const before = state.position
    const open = state.isInFile ? readInLine(state) : undefined
    if (open?.kind !== kind.openParen) {
      state.position = before
      return answers && answers.length > 0 ? one : zero
    }
    const answer = readAnswer(state, open)
    return answers?.includes(answer) ? one : zero
  } finally {
    state.preventExpansion--
  }
}

/** `( tokens )` of #assert, as one spelling. */
export function readAnswer(state: State, open: Token): string {
  if (open.kind !== kind.openParen) fail(state, "missing '(' after predicate", open)
  const parts: string[] = []
  for (;;) {
    const token = readInLine(state)
    if (token.kind === kind.closeParen) break
    if (token.kind === kind.endOfLine) fail(state, "missing ')' to complete answer", token)
    parts.push(`${parts.length > 0 && (token.flags & 1) !== 0 ? ' ' : ''}${token.text}`)
  }
  if (parts.length === 0) fail(state, "predicate's answer is empty", open)
  return parts.join('')
}
