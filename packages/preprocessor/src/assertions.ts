// #assert and #unassert (GNU cpp manual §11.3, "Obsolete Features").
// Enters: the state behind the word. Leaves: the answers of the predicates.

import { readAnswer } from './condition-operand.ts'
import { BadExpression } from './condition-value.ts'
import { endDirective } from './directive-end.ts'
import { commandLine } from './include.ts'
import { readInLine } from './lexer.ts'
import { role } from './names.ts'
import type { State } from './state.ts'
import { kind, type Token } from './tokens.ts'

export function doAssert(state: State, directive: Token): void {
  if (state.frame?.reading.includedFrom !== commandLine)
    state.warn('deprecated-assertion', '#assert is a deprecated GCC extension', directive.location, 6, { option: 'deprecated' })
  readAssertion(state, (predicate, answer, token) => {
    const answers = state.assertions.get(predicate) ?? []
    if (answer === undefined) return state.error('bad-assertion', 'assertion without an answer', token.location, token.text.length)
    if (answers.includes(answer)) state.warn('assertion-twice', `"${predicate}" re-asserted`, token.location, token.text.length)
    else state.assertions.set(predicate, [...answers, answer])
  })
  endDirective(state, 'assert')
}

export function doUnassert(state: State, directive: Token): void {
  if (state.frame?.reading.includedFrom !== commandLine)
    state.warn('deprecated-assertion', '#unassert is a deprecated GCC extension', directive.location, 8, { option: 'deprecated' })
  readAssertion(state, (predicate, answer) => {
    if (answer === undefined) state.assertions.delete(predicate)
    else
      state.assertions.set(
        predicate,
        (state.assertions.get(predicate) ?? []).filter((known) => known !== answer),
      )
  })
  endDirective(state, 'unassert')
}

function readAssertion(state: State, use: (predicate: string, answer: string | undefined, token: Token) => void): void {
  const predicate = readInLine(state)
  if (predicate.kind !== kind.name || state.names.role(predicate.name) === role.defined) {
    const message = predicate.kind === kind.endOfLine ? 'assertion without predicate' : 'predicate must be an identifier'
    state.error('bad-assertion', message, predicate.location, Math.max(1, predicate.text.length))
    return
  }
  const open = readInLine(state)
  if (open.kind === kind.endOfLine) return use(predicate.text, undefined, predicate)
  try {
    use(predicate.text, readAnswer(state, open), predicate)
  } catch (error) {
    if (!(error instanceof BadExpression)) throw error
  }
}
