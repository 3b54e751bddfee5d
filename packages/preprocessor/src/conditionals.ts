// #if and its kin (C17 6.10.1), and the guard that makes a header empty when it is included again (GNU cpp manual §2.4).
// Enters: the state behind the word. Leaves: the stack of open conditions, and whether what follows is skipped.

import { textOf } from './byte-text.ts'
import { evaluateCondition } from './condition.ts'
import { readMacroName } from './define.ts'
import { endDirective } from './directive-end.ts'
import { type Condition, type FileFrame, guardPhase, type State } from './state.ts'
import type { Token } from './tokens.ts'

function pushCondition(state: State, name: Token, isTrue: boolean, guard: number): void {
  const frame = state.frame as FileFrame
  const wasSkipping = state.isSkipping
  let isGuard = false
  if (frame.guardPhase === guardPhase.start && state.conditions.length === frame.conditionBase) {
    frame.guardPhase = guard !== 0 ? guardPhase.inside : guardPhase.none
    isGuard = guard !== 0
  }
  state.conditions.push({
    location: name.location,
    directive: name.text,
    wasSkipping,
    isTaken: wasSkipping || isTrue,
    hasElse: false,
    guard: isGuard ? guard : 0,
  })
  state.isSkipping = wasSkipping || !isTrue
}

export function doIf(state: State, name: Token): void {
  if (state.isSkipping) {
    pushCondition(state, name, false, 0)
    return endDirective(state, false)
  }
  const guard = state.frame?.guardPhase === guardPhase.start ? negatedDefined(state) : 0
  const isTrue = evaluateCondition(state, 'if')
  endDirective(state, false)
  pushCondition(state, name, isTrue, guard)
}

/** The X of `#if !defined X`, where the line holds nothing else: it may guard its file. Else 0. */
function negatedDefined(state: State): number {
  const { bytes, position } = state
  const lineEnd = bytes.indexOf(0x0a, position)
  if (lineEnd < 0 || lineEnd - position > 300) return 0
  const text = textOf(bytes, position, lineEnd)
  const match = /^\s*!\s*defined\s*(?:\(\s*([A-Za-z_]\w*)\s*\)|([A-Za-z_]\w*))\s*(?:\/\/.*|\/\*[^*]*\*\/\s*)?$/.exec(text)
  const name = match?.[1] ?? match?.[2]
  return name === undefined ? 0 : state.names.intern(name)
}

export function doIfdef(state: State, directive: Token, wantsDefined: boolean): void {
  if (state.isSkipping) {
    pushCondition(state, directive, false, 0)
    return endDirective(state, false)
  }
  const name = readMacroName(state, directive.text, false)
  if (!name) {
    endDirective(state, false)
    // As gcc: a bad name counts as a condition that does not hold.
    return pushCondition(state, directive, false, 0)
  }
  const isTrue = isDefined(state, name) === wantsDefined
  endDirective(state, directive.text, 'endif-labels')
  pushCondition(state, directive, isTrue, wantsDefined ? 0 : name.name)
}

function isDefined({ names, macros }: State, name: Token): boolean {
  const macro = names.macro(name.name)
  if (macro === 0) return false
  macros.markUsed(macro)
  return true
}

function currentCondition(state: State, directive: Token): Condition | undefined {
  const frame = state.frame as FileFrame
  if (state.conditions.length > frame.conditionBase) return state.conditions[state.conditions.length - 1]
  state.error('stray-conditional', `#${directive.text} without #if`, directive.location, directive.text.length)
  return undefined
}

function openedHere(
  state: State,
  condition: Condition,
): { notes: { message: string; span: NonNullable<ReturnType<State['locations']['span']>> }[] } | Record<string, never> {
  const span = state.locations.span(condition.location, condition.directive.length)
  return span ? { notes: [{ message: 'the conditional began here', span }] } : {}
}

export function doElif(state: State, name: Token, directive: string): void {
  const condition = currentCondition(state, name)
  if (!condition) return endDirective(state, false)
  if (condition.hasElse)
    state.error('else-twice', `#${directive} after #else`, name.location, name.text.length, openedHere(state, condition))
  if (condition.guard !== 0) giveUpGuard(state, condition)
  if (condition.isTaken) {
    state.isSkipping = true
    return endDirective(state, false)
  }
  state.isSkipping = false
  let isTrue: boolean
  if (directive === 'elif') {
    isTrue = evaluateCondition(state, 'elif')
    endDirective(state, false)
  } else {
    const macroName = readMacroName(state, directive, false)
    isTrue = macroName !== undefined && isDefined(state, macroName) === (directive === 'elifdef')
    endDirective(state, macroName ? directive : false, 'endif-labels')
  }
  condition.isTaken = isTrue
  state.isSkipping = !isTrue
}

function giveUpGuard(state: State, condition: Condition): void {
  condition.guard = 0
  ;(state.frame as FileFrame).guardPhase = guardPhase.none
}

export function doElse(state: State, name: Token): void {
  const condition = currentCondition(state, name)
  if (!condition) return endDirective(state, false)
  if (condition.hasElse) state.error('else-twice', '#else after #else', name.location, name.text.length, openedHere(state, condition))
  condition.hasElse = true
  if (condition.guard !== 0) giveUpGuard(state, condition)
  const isInSkipped = condition.wasSkipping
  state.isSkipping = condition.isTaken
  condition.isTaken = true
  endDirective(state, isInSkipped ? false : 'else', 'endif-labels')
}

export function doEndif(state: State, name: Token): void {
  const condition = currentCondition(state, name)
  if (!condition) return endDirective(state, false)
  state.conditions.pop()
  const frame = state.frame as FileFrame
  if (condition.guard !== 0 && state.conditions.length === frame.conditionBase) {
    frame.guardPhase = guardPhase.complete
    frame.guard = condition.guard
  }
  state.isSkipping = condition.wasSkipping
  endDirective(state, condition.wasSkipping ? false : 'endif', 'endif-labels')
}
