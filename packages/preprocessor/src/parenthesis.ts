// The parenthesis behind the name of a function-like macro.
// Enters: the state behind the name. Leaves: the state behind the `(`, or what is none still to be read.

import { skipBlockComment } from './lexer.ts'
import { laterPadding } from './padding.ts'
import { pasteAll } from './paste.ts'
import type { State } from './state.ts'
import { flagShift, kindMask, metaCell, placeCell, sizeCell, tokenSize, valueCell } from './token-list.ts'
import { flag, type Kind, kind } from './tokens.ts'

/** Padding has not been met. */
const none = -1

/** Looks for `(` behind the name of a function-like macro and takes it; what is not one stays to be read. */
export function findParenthesis(state: State): boolean {
  let padding = none
  while (!state.isInFile) {
    const at = state.contextPosition()
    if (at < state.contextEnd()) {
      const cells = state.contextCells()
      const meta = cells[at + metaCell] as number
      const tokenKind = (meta & kindMask) as Kind
      const flags = meta >> flagShift
      if (tokenKind === kind.padding) {
        state.setContextPosition(at + tokenSize)
        padding = padding === none ? flags : laterPadding(padding, flags)
        continue
      }
      if ((flags & flag.pasteLeft) !== 0) {
        state.setContextPosition(at + tokenSize)
        state.setToken(tokenKind, flags, cells[at + valueCell] as number, cells[at + sizeCell] as number, cells[at + placeCell] as number)
        pasteAll(state)
        if (padding === none) padding = flag.sourced | (flags & flag.white)
        continue
      }
      if (tokenKind === kind.openParen) {
        state.setContextPosition(at + tokenSize)
        return true
      }
      if (padding !== none) pushPadding(state, padding)
      return false
    }
    if (state.isArgumentContext()) {
      if (padding !== none) pushPadding(state, padding)
      return false
    }
    state.popContext()
    if (!state.inDirective) padding = padding === none ? 0 : laterPadding(padding, 0)
  }
  if (findParenthesisInFile(state)) return true
  if (padding !== none && !state.inDirective) pushPadding(state, padding)
  return false
}

function pushPadding(state: State, flags: number): void {
  state.setToken(kind.padding, flags, 0, 0, 0)
  state.pushToken()
}

/** The same in the text of the file: white space, comments and line ends may stand between. */
function findParenthesisInFile(state: State): boolean {
  const { bytes, end } = state
  let i = state.position
  if (state.atLineStart && !state.inDirective) return false
  for (;;) {
    const c = bytes[i] as number
    if (c === 0x28) {
      if (i > state.position) passTo(state, i)
      state.position = i + 1
      return true
    }
    if (c === 0x20 || c === 0x09 || c === 0x0b || c === 0x0c || (c === 0 && i < end)) i++
    else if (c === 0x0a) {
      if (state.inDirective || i + 1 >= end) return false
      i++
    } else if (c === 0x2f && bytes[i + 1] === 0x2f) while (bytes[i] !== 0x0a) i++
    else if (c === 0x2f && bytes[i + 1] === 0x2a) {
      const close = indexOfCommentEnd(bytes, i + 2, end)
      if (close < 0) return false
      i = close
    } else return false
  }
}

/** Moves the reading position over white space, comments and line ends, which are counted. */
function passTo(state: State, target: number): void {
  const { bytes } = state
  let i = state.position
  while (i < target) {
    const c = bytes[i] as number
    if (c === 0x0a) {
      state.passLineEnd(i + 1)
      i++
    } else if (c === 0x2f && bytes[i + 1] === 0x2a) i = skipBlockComment(state, i)
    else if (c === 0x2f) {
      const start = i
      while (bytes[i] !== 0x0a) i++
      state.passComment(start, i)
    } else i++
  }
}

function indexOfCommentEnd(bytes: Uint8Array, from: number, end: number): number {
  for (let at = bytes.indexOf(0x2a, from); at >= 0 && at < end; at = bytes.indexOf(0x2a, at + 1)) if (bytes[at + 1] === 0x2f) return at + 2
  return -1
}
