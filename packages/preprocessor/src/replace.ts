// A macro's body with its parameters replaced (C17 6.10.3.1 to 6.10.3.3; GNU cpp manual §3.6 for `, ## __VA_ARGS__` and
// __VA_OPT__).
// Enters: the body and the records of the arguments. Leaves: the tokens at the end of the temporary list.

import { argumentEnd, argumentStart, expandedEnd, expandedStart, isOmitted, namesMacro, stringified } from './arguments.ts'
import { spend } from './spend.ts'
import type { State } from './state.ts'
import { stringifyTokens } from './stringify.ts'
import { flagShift, kindMask, metaCell, placeCell, sizeCell, tokenSize, valueCell } from './token-list.ts'
import { flag, type Kind, kind } from './tokens.ts'

type Reader = (state: State) => Kind

/** `start` and `end` are offsets in the list of bodies. Returns where the result begins in the temporary list. */
export function replaceArguments(state: State, macro: number, start: number, end: number, list: number, next: Reader): number {
  const { temporary, collected, macros } = state
  const last = macros.parameterCount(macro) - 1
  const isVariadic = macros.isVariadic(macro)
  // First what each parameter stands for, as the result must lie in one piece behind all that expansion makes on the way.
  const planStart = collected.length
  planParameters(state, macro, start, end, list, next)
  let plan = planStart
  const result = temporary.length
  for (let at = start; at < end; at += tokenSize) {
    const { cells } = state.bodies
    const meta = cells[at + metaCell] as number
    if ((meta & kindMask) !== kind.parameter) {
      temporary.push(meta, cells[at + valueCell] as number, cells[at + sizeCell] as number, cells[at + placeCell] as number)
      continue
    }
    const flags = meta >> flagShift
    const from = collected.cells[plan + metaCell] as number
    const to = collected.cells[plan + valueCell] as number
    plan += tokenSize
    const isLeft = (flags & flag.pasteLeft) !== 0
    const isRight = isRightOperand(cells, at, start)
    // Offset of the token whose `##` this parameter decides about.
    let repainted = -1
    if (isRight && !isLeft && (flags & flag.stringify) === 0 && temporary.length > result) {
      const before = temporary.length - tokenSize
      const beforeKind = (temporary.cells[before + metaCell] as number) & kindMask
      const index = cells[at + sizeCell] as number
      if (beforeKind === kind.comma && isVariadic && index === last && (flags & flag.group) === 0) {
        // GNU: `, ## __VA_ARGS__` swallows the comma where nothing was given, else nothing is pasted.
        if (state.argumentStack.words[state.argumentStack.at(list, index) + isOmitted] === 1) temporary.length = before
        else repainted = before
      } else if (from === to) repainted = before
    }
    if (!isRight && at > start && (!state.inDirective || state.directiveWantsPadding)) {
      temporary.push(kind.padding | ((flag.sourced | (flags & flag.white)) << flagShift), 0, 0, 0)
    }
    if (from < to) {
      temporary.append(temporary, from, to)
      if (isLeft) repainted = temporary.length - tokenSize
      if (to - from > 4096 * tokenSize) spend(state, (to - from) / tokenSize, cells[at + placeCell] as number)
    }
    if (!state.inDirective && !isLeft) temporary.push(kind.padding, 0, 0, 0)
    if (repainted >= 0) {
      const old = temporary.cells[repainted + metaCell] as number
      temporary.cells[repainted + metaCell] = isLeft ? old | (flag.pasteLeft << flagShift) : old & ~(flag.pasteLeft << flagShift)
    }
  }
  collected.length = planStart
  return result
}

/** `##` stands before the token of a body. */
function isRightOperand(cells: Int32Array, at: number, start: number): boolean {
  return at > start && ((cells[at - tokenSize + metaCell] as number) & (flag.pasteLeft << flagShift)) !== 0
}

/** For each parameter of the body, in order, the part of the temporary list that it stands for: pushed to `collected`. */
function planParameters(state: State, macro: number, start: number, end: number, list: number, next: Reader): void {
  const { collected, argumentStack } = state
  for (let at = start; at < end; at += tokenSize) {
    // The list may move while an argument is expanded.
    const { cells } = state.bodies
    const meta = cells[at + metaCell] as number
    if ((meta & kindMask) !== kind.parameter) continue
    const flags = meta >> flagShift
    const index = cells[at + sizeCell] as number
    const place = cells[at + placeCell] as number
    const isStringified = (flags & flag.stringify) !== 0
    if ((flags & flag.group) !== 0) {
      planOption(state, macro, index, isStringified, place, list, next)
      continue
    }
    const record = argumentStack.at(list, index)
    if (isStringified) {
      let made = argumentStack.words[record + stringified] as number
      if (made < 0) {
        const { words } = argumentStack
        made = pushString(state, words[record + argumentStart] as number, words[record + argumentEnd] as number, place)
        words[record + stringified] = made
      }
      collected.push(made, made + tokenSize, 0, 0)
    } else if ((flags & flag.pasteLeft) !== 0 || isRightOperand(cells, at, start)) {
      collected.push(argumentStack.words[record + argumentStart] as number, argumentStack.words[record + argumentEnd] as number, 0, 0)
    } else {
      expandArgument(state, record, next)
      collected.push(argumentStack.words[record + expandedStart] as number, argumentStack.words[record + expandedEnd] as number, 0, 0)
    }
  }
}

/** Makes one string of tokens; returns its offset in the temporary list. */
function pushString(state: State, start: number, end: number, place: number): number {
  const { temporary, texts } = state
  const text = stringifyTokens(state, start, end, place)
  const at = temporary.length
  temporary.push(kind.string, text, texts.length - text, place)
  return at
}

/** An argument expanded as if it were the rest of the file (C17 6.10.3.1). */
function expandArgument(state: State, record: number, next: Reader): void {
  const { temporary, argumentStack } = state
  const { words } = argumentStack
  if ((words[record + expandedStart] as number) >= 0) return
  const start = words[record + argumentStart] as number
  const end = words[record + argumentEnd] as number
  if (!namesMacro(state, start, end)) {
    words[record + expandedStart] = start
    words[record + expandedEnd] = end
    return
  }
  if (state.argumentDepth >= state.options.limits.argumentDepth) {
    state.fatal(
      'arguments-too-deep',
      `macro calls are nested more than ${state.options.limits.argumentDepth} deep in their arguments`,
      state.invocationLocation,
    )
  }
  state.argumentDepth++
  const savedPrevent = state.preventExpansion
  const wasInArguments = state.isInArguments
  state.preventExpansion = 0
  state.isInArguments = false
  const expanded = readToEnd(state, start, end, next)
  state.preventExpansion = savedPrevent
  state.isInArguments = wasInArguments
  state.argumentDepth--
  argumentStack.words[record + expandedStart] = expanded
  argumentStack.words[record + expandedEnd] = temporary.length
}

/** What reading a part of the temporary list gives, at the end of that list; returns where it begins. */
function readToEnd(state: State, start: number, end: number, next: Reader): number {
  const { temporary, collected } = state
  const mark = state.contextMark
  const temporaryStart = temporary.length
  const collectedStart = collected.length
  state.pushArgument(start, end)
  for (;;) {
    const found = next(state)
    if (found === kind.endOfFile) break
    collected.push(found | (state.flags << flagShift), state.value, state.size, state.place)
    if (((collected.length - collectedStart) & (0x10000 * tokenSize - 1)) === 0) spend(state, 0x10000, state.place)
  }
  state.popTo(mark)
  // Nothing of what was made on the way is needed any more.
  temporary.length = temporaryStart
  temporary.append(collected, collectedStart, collected.length)
  collected.length = collectedStart
  return temporaryStart
}

/** What `__VA_OPT__ (group)` stands for: the group where the variadic argument holds tokens, else nothing. */
function planOption(state: State, macro: number, group: number, isStringified: boolean, place: number, list: number, next: Reader): void {
  const { temporary, collected, groups } = state
  let start = temporary.length
  if (hasVariadicTokens(state, macro, list, next)) {
    start = replaceArguments(state, macro, groups[group * 2] as number, groups[group * 2 + 1] as number, list, next)
    if (isStringified && temporary.length > start) {
      // Each `##` is carried out and nothing expanded.
      state.preventExpansion++
      start = readToEnd(state, start, temporary.length, next)
      state.preventExpansion--
    }
  } else start = temporary.length
  const { cells } = temporary
  const isPadding = (at: number) => ((cells[at + metaCell] as number) & kindMask) === kind.padding
  let end = temporary.length
  while (end > start && isPadding(end - tokenSize)) end -= tokenSize
  while (end > start && isPadding(start)) start += tokenSize
  if (isStringified) {
    start = pushString(state, start, end, place)
    end = start + tokenSize
  }
  collected.push(start, end, 0, 0)
}

function hasVariadicTokens(state: State, macro: number, list: number, next: Reader): boolean {
  const record = state.argumentStack.at(list, state.macros.parameterCount(macro) - 1)
  if (state.argumentStack.words[record + isOmitted] === 1) return false
  expandArgument(state, record, next)
  const { words } = state.argumentStack
  const { cells } = state.temporary
  const end = words[record + expandedEnd] as number
  for (let at = words[record + expandedStart] as number; at < end; at += tokenSize) {
    if (((cells[at + metaCell] as number) & kindMask) !== kind.padding) return true
  }
  return false
}
