// `##` (C17 6.10.3.3). In assembler two tokens that do not make one are left side by side and nothing is said.
// Enters: the left operand in the fields of the state; the right ones follow in the current context. Leaves: the result in a
// context of its own.

import { lexInLine } from './lexer.ts'
import type { State } from './state.ts'
import { flag, kind } from './tokens.ts'
import { flagShift, kindMask, metaCell, sizeCell, tokenSize, valueCell } from './token-list.ts'

export function pasteAll(state: State): void {
  let rightFlags: number
  do {
    const cells = state.contextCells()
    const at = state.contextPosition()
    if (at >= state.contextEnd()) break
    const meta = cells[at + metaCell] as number
    rightFlags = meta >> flagShift
    const rightKind = meta & kindMask
    if (rightKind === kind.padding) {
      state.setContextPosition(at + tokenSize)
      continue
    }
    if (!pasteTwo(state, rightKind, cells[at + valueCell] as number, cells[at + sizeCell] as number)) break
    state.setContextPosition(at + tokenSize)
  } while ((rightFlags & flag.pasteLeft) !== 0)
  const tempStart = state.temporary.length
  state.temporary.push(state.kind | ((state.flags & ~flag.pasteLeft) << flagShift), state.value, state.size, state.place)
  state.pushContext(false, tempStart, state.temporary.length, 0, state.expansion, state.fileLocation, tempStart)
}

let buffer = new Uint8Array(256)

/** Puts a token behind the one in the fields of the state; false where the two do not make one, and nothing changes. */
function pasteTwo(state: State, rightKind: number, rightValue: number, rightSize: number): boolean {
  const { names, kind: leftKind, flags: leftFlags, value: leftValue, size: leftSize, place: leftPlace } = state
  const right = rightKind === kind.name ? names.length(rightValue) : rightSize
  if (leftKind === kind.slash && !(rightKind === kind.equal && right === 1)) return false
  const left = leftKind === kind.name ? names.length(leftValue) : leftSize
  const size = left + right
  if (buffer.length < size + 2) buffer = new Uint8Array(size * 2 + 2)
  state.copySpelling(leftKind, leftValue, left, buffer, 0)
  state.copySpelling(rightKind, rightValue, right, buffer, left)
  buffer[size] = 0x0a
  buffer[size + 1] = 0
  const { bytes, position, end, base } = state
  state.bytes = buffer
  state.position = 0
  state.end = size + 1
  // The result stands where its left part was spelled.
  state.base = leftPlace
  const pasted = lexInLine(state, leftFlags & (flag.white | flag.lineStart))
  const isWhole = state.position === size && pasted !== kind.endOfLine
  state.bytes = bytes
  state.position = position
  state.end = end
  state.base = base
  if (!isWhole) state.setToken(leftKind, leftFlags, leftValue, leftSize, leftPlace)
  return isWhole
}
