// The arguments of a macro call.
// Enters: the state behind the `(`. Leaves: records of the arguments in a stack of words, their tokens in the temporary
// list; or a diagnostic where the number is wrong or the `)` is missing.

import type { State } from './state.ts'
import { spend } from './spend.ts'
import { flagShift, kindMask, metaCell, tokenSize, valueCell } from './token-list.ts'
import { flag, type Kind, kind } from './tokens.ts'

/** Words of one argument: the tokens as written, the outermost padding taken away; both offsets in the temporary list. */
export const argumentStart = 0
export const argumentEnd = 1
/** The same expanded; the start is -1 before it has been done. */
export const expandedStart = 2
export const expandedEnd = 3
/** Offset of its one token as a string, -1 before it has been made. */
export const stringified = 4
/** 1 for a variadic argument that is not there at all: `f(x)` for `f(x, ...)`. */
export const isOmitted = 5
const argumentSize = 6

export class ArgumentStack {
  words = new Int32Array(64 * argumentSize)
  length = 0

  push(start: number, end: number): void {
    if (this.length + argumentSize > this.words.length) {
      const words = new Int32Array(this.words.length * 2)
      words.set(this.words)
      this.words = words
    }
    const { words, length } = this
    words[length + argumentStart] = start
    words[length + argumentEnd] = end
    words[length + expandedStart] = -1
    words[length + expandedEnd] = -1
    words[length + stringified] = -1
    words[length + isOmitted] = 0
    this.length = length + argumentSize
  }

  /** Offset of the record of an argument. */
  at(list: number, index: number): number {
    return list + index * argumentSize
  }
}

export function releaseArguments(state: State, list: number): void {
  state.argumentStack.length = list
}

/** Reads the arguments; returns where their records begin, or -1 for a fault that was told. */
export function collectArguments(state: State, place: number, node: number, macro: number, next: (state: State) => Kind): number {
  const { macros, collected, temporary, argumentStack } = state
  const list = argumentStack.length
  const collectedStart = collected.length
  const wanted = macros.parameterCount(macro)
  const isVariadic = macros.isVariadic(macro)
  let count = 0
  let first = 0
  for (;;) {
    count++
    let depth = 0
    const start = collected.length
    let found: Kind
    for (;;) {
      found = next(state)
      if (found === kind.padding) {
        if (collected.length === start) continue
      } else if (found === kind.openParen) depth++
      else if (found === kind.closeParen) {
        if (depth-- === 0) break
      } else if (found === kind.comma) {
        if (depth === 0 && !(isVariadic && count === wanted)) break
      } else if (found === kind.endOfFile) break
      // gcc takes a `#` that begins a line of an argument, and is no directive, for the end of the argument.
      else if (found === kind.hash && (state.flags & flag.lineStart) !== 0) break
      else if (found === kind.comment) continue
      collected.push(found | (state.flags << flagShift), state.value, state.size, state.place)
      if (((collected.length - start) & (0x1000 * tokenSize - 1)) === 0) spend(state, 0xfff, place)
    }
    while (collected.length > start && ((collected.cells[collected.length - tokenSize + metaCell] as number) & kindMask) === kind.padding) {
      collected.length -= tokenSize
    }
    // Offsets get their base in the temporary list when all are known.
    if (count <= wanted || count === 1) argumentStack.push(start - collectedStart, collected.length - collectedStart)
    else collected.length = start
    if (count === 1) first = collected.length - start
    if (found === kind.closeParen) break
    if (found === kind.endOfFile) {
      const name = state.names.name(node)
      reportCall(state, 'unterminated-arguments', `unterminated argument list invoking macro "${name}"`, state.place, macro, name)
      collected.length = collectedStart
      argumentStack.length = list
      return -1
    }
  }
  const isEmpty = first === 0
  if (count === 1 && wanted === 0 && isEmpty) count = 0
  if (!hasRightCount(state, node, macro, count)) {
    collected.length = collectedStart
    argumentStack.length = list
    return -1
  }
  const base = temporary.length
  temporary.append(collected, collectedStart, collected.length)
  collected.length = collectedStart
  const { words } = argumentStack
  for (let at = list; at < argumentStack.length; at += argumentSize) {
    words[at + argumentStart] = (words[at + argumentStart] as number) + base
    words[at + argumentEnd] = (words[at + argumentEnd] as number) + base
  }
  while (argumentStack.length < argumentStack.at(list, wanted)) argumentStack.push(base, base)
  if (isVariadic && (count < wanted || (count === 1 && wanted === 1 && isEmpty))) {
    argumentStack.words[argumentStack.at(list, wanted - 1) + isOmitted] = 1
  }
  return list
}

function reportCall(state: State, code: string, message: string, location: number, macro: number, name: string): void {
  const place = state.macros.place(macro)
  const definition = place > 0 ? state.locations.span(place, name.length) : undefined
  state.error(code, message, location, 1, definition ? { notes: [{ message: `macro "${name}" is defined here`, span: definition }] } : {})
}

function hasRightCount(state: State, node: number, macro: number, count: number): boolean {
  const wanted = state.macros.parameterCount(macro)
  if (count === wanted) return true
  const name = state.names.name(node)
  // A line's end within the call has been passed: the message names the line of the closing parenthesis, as gcc's does.
  const location = Math.max(state.base, state.location - 1)
  if (count < wanted) {
    if (count + 1 === wanted && state.macros.isVariadic(macro)) return true
    // One parameter and nothing between the parentheses is an empty argument and was counted as one.
    const message = `macro "${name}" requires ${wanted} arguments, but only ${count} given`
    reportCall(state, 'too-few-arguments', message, location, macro, name)
  } else {
    const message = `macro "${name}" passed ${count} arguments, but takes just ${wanted}`
    reportCall(state, 'too-many-arguments', message, location, macro, name)
  }
  return false
}

/** The tokens between two offsets of the temporary list hold the name of a macro. */
export function namesMacro(state: State, start: number, end: number): boolean {
  const { cells } = state.temporary
  for (let at = start; at < end; at += tokenSize) {
    if (((cells[at + metaCell] as number) & kindMask) === kind.name && state.names.macro(cells[at + valueCell] as number) !== 0) return true
  }
  return false
}
