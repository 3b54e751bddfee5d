// The body of a macro (C17 6.10.3) and GNU's __VA_OPT__ in it.
// Enters: the state at the body, or a macro whose body waits to be read. Leaves: its tokens in the list of bodies.

import { lexInLine } from './lexer.ts'
import { role } from './names.ts'
import type { State } from './state.ts'
import { flagShift, kindMask, metaCell, placeCell, tokenSize, valueCell } from './token-list.ts'
import { flag, kind } from './tokens.ts'

/** Reads the body of a macro if that was not done before. */
export function readMacroBody(state: State, macro: number): void {
  if (!state.macros.isUnread(macro)) return
  const unread = state.macros.unread(macro)
  const { bytes, position, end, base, inDirective, hasRemarks, wantsHeaderName } = state
  // Behind the body its line ends, or a comment does. What is odd in it was told when it was passed.
  state.hasRemarks = false
  // In the body `<` begins no header's name, even where a directive asks for one.
  state.wantsHeaderName = false
  state.bytes = state.macros.source(unread.source)
  state.position = unread.start
  state.end = unread.end + 1
  state.base = unread.base
  state.inDirective = true
  if (!readBody(state, macro)) state.macros.setBody(macro, 0, 0)
  state.bytes = bytes
  state.position = position
  state.end = end
  state.base = base
  state.inDirective = inDirective
  state.hasRemarks = hasRemarks
  state.wantsHeaderName = wantsHeaderName
}

/** Reads the rest of the line as the body; false for a fault that was told. */
export function readBody(state: State, macro: number): boolean {
  const { names, macros, bodies } = state
  const count = macros.parameterCount(macro)
  // A call in whose arguments a macro is defined: two bodies are never read at once, but a name may be a parameter of both.
  const saved: number[] = []
  for (let i = 0; i < count; i++) {
    const node = macros.parameter(macro, i)
    saved.push(names.parameter(node))
    names.setParameter(node, i + 1)
  }
  const savedVariadic = state.insideVariadic
  state.insideVariadic = macros.isVariadic(macro)
  const start = bodies.length
  let isGood = readTokens(state, macro)
  if (isGood) {
    macros.setBody(macro, start, bodies.length)
    if (state.insideVariadic) isGood = groupOptions(state, macro, start, bodies.length)
  }
  if (!isGood) bodies.length = start
  state.texts.keep()
  state.insideVariadic = savedVariadic
  for (let i = 0; i < count; i++) names.setParameter(macros.parameter(macro, i), saved[i] as number)
  return isGood
}

/** Puts the tokens of the line behind those in the list of bodies. */
function readTokens(state: State, macro: number): boolean {
  const { bodies, names, macros } = state
  const isFunctionLike = macros.isFunctionLike(macro)
  const isVariadic = macros.isVariadic(macro)
  const start = bodies.length
  let isAfterPaste = false
  let pastePlace = 0
  // Only spellings like `x ## ## y` need more for a comparison than the tokens.
  let manyPastes = ''
  for (;;) {
    let found: number = lexInLine(state, 0)
    if (found === kind.endOfLine) break
    let { flags, value, size } = state
    const { place } = state
    // -CC: what follows the macro's use must not become a comment.
    if (found === kind.comment && state.text().startsWith('//')) {
      const text = `/*${state.text().slice(2)}*/`
      value = state.texts.addText(text)
      size = text.length
    }
    const before = bodies.length - tokenSize
    if (found === kind.paste) {
      if (bodies.length === start) return endsBadly(state, place)
      const old = bodies.cells[before + metaCell] as number
      if (isAfterPaste) manyPastes += `${bodies.length - start}${(flags & flag.white) !== 0 ? ' ' : ''}##`
      else
        bodies.cells[before + metaCell] = old | ((flag.pasteLeft | ((flags & flag.white) !== 0 ? flag.whiteBeforePaste : 0)) << flagShift)
      isAfterPaste = true
      pastePlace = place
      continue
    }
    if (found === kind.name && names.parameter(value) > 0) {
      found = kind.parameter
      size = names.parameter(value) - 1
    }
    if (isFunctionLike && bodies.length > start && isStringifier(bodies.cells[before + metaCell] as number)) {
      const isOption = found === kind.name && isVariadic && names.role(value) === role.variadicOption
      if (found === kind.parameter || isOption) {
        const inside = (flags & flag.white) !== 0 ? flag.whiteInside : 0
        const outside = ((bodies.cells[before + metaCell] as number) >> flagShift) & flag.white
        flags = (flags & ~flag.white) | flag.stringify | inside | outside
        bodies.length = before
      }
    }
    isAfterPaste = false
    bodies.push(found | (flags << flagShift), value, size, place)
  }
  if (isAfterPaste) return endsBadly(state, pastePlace)
  if (manyPastes !== '') macros.manyPastes.set(macro, manyPastes)
  if (bodies.length > start) bodies.cells[start + metaCell] = (bodies.cells[start + metaCell] as number) & ~(flag.white << flagShift)
  return true
}

/** A `#` that is no operand of `##`. */
const isStringifier = (meta: number) => (meta & kindMask) === kind.hash && ((meta >> flagShift) & flag.pasteLeft) === 0

function endsBadly(state: State, place: number): false {
  state.error('paste-at-end', "'##' cannot appear at either end of a macro expansion", place, 2)
  return false
}

/**
 * `__VA_OPT__ ( … )` becomes one parameter token, whose group is the tokens between the parentheses: these stay where they
 * are, the body is written anew behind them.
 */
function groupOptions(state: State, macro: number, start: number, end: number): boolean {
  const { bodies, macros, groups } = state
  const isOption = (at: number) => {
    const tokenKind = (bodies.cells[at + metaCell] as number) & kindMask
    return (
      (tokenKind === kind.name || tokenKind === kind.parameter) &&
      state.names.role(bodies.cells[at + valueCell] as number) === role.variadicOption
    )
  }
  const kindAt = (at: number) => (bodies.cells[at + metaCell] as number) & kindMask
  const flagsAt = (at: number) => (bodies.cells[at + metaCell] as number) >> flagShift
  let first = start
  while (first < end && !isOption(first)) first += tokenSize
  if (first === end) return true
  const result = bodies.length
  for (let at = start; at < end; at += tokenSize) {
    if (!isOption(at)) {
      bodies.append(bodies, at, at + tokenSize)
      continue
    }
    const place = bodies.cells[at + placeCell] as number
    const fail = (code: string, message: string, where: number) => {
      state.error(code, message, where, '__VA_OPT__'.length)
      return false
    }
    const open = at + tokenSize
    if (open >= end || kindAt(open) !== kind.openParen) {
      return fail('bad-va-opt', '__VA_OPT__ must be followed by an open parenthesis', place)
    }
    let depth = 0
    let close = open
    for (; close < end; close += tokenSize) {
      if (isOption(close)) return fail('bad-va-opt', '__VA_OPT__ may not appear in a __VA_OPT__', bodies.cells[close + placeCell] as number)
      if (kindAt(close) === kind.openParen) depth++
      else if (kindAt(close) === kind.closeParen && --depth === 0) break
    }
    if (close >= end) return fail('bad-va-opt', 'unterminated __VA_OPT__', place)
    const groupStart = open + tokenSize
    const lastFlags = close > groupStart ? flagsAt(close - tokenSize) : 0
    if (((flagsAt(open) | lastFlags) & flag.pasteLeft) !== 0) {
      return fail('paste-at-end', "'##' cannot appear at either end of __VA_OPT__", place)
    }
    const flags = flagsAt(at) | (flagsAt(close) & flag.pasteLeft) | flag.group
    bodies.push(kind.parameter | (flags << flagShift), bodies.cells[at + valueCell] as number, groups.length / 2, place)
    groups.push(groupStart, close)
    at = close
  }
  macros.setBody(macro, result, bodies.length)
  return true
}
