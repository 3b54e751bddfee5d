// `#parameter` (C17 6.10.3.2).
// Enters: an argument's tokens as written. Leaves: one string literal in the pool of texts.

import type { State } from './state.ts'
import { flag, kind } from './tokens.ts'
import { flagShift, kindMask, metaCell, sizeCell, tokenSize, valueCell } from './token-list.ts'
import { laterPadding } from './padding.ts'

/** The tokens between two offsets of the temporary list, as a string; returns its offset in the pool, it ends at the pool's end. */
export function stringifyTokens(state: State, start: number, end: number, operandLocation: number): number {
  const { texts } = state
  const { cells } = state.temporary
  const begin = texts.length
  texts.putByte(0x22)
  let padding = 0
  let backslashes = 0
  let lastBackslash = 0
  for (let at = start; at < end; at += tokenSize) {
    const meta = cells[at + metaCell] as number
    const tokenKind = meta & kindMask
    const flags = meta >> flagShift
    if (tokenKind === kind.padding) {
      padding = laterPadding(padding, flags)
      continue
    }
    const isWhite = (((padding & flag.sourced) !== 0 ? padding : flags) & flag.white) !== 0
    if (isWhite && texts.length > begin + 1) texts.putByte(0x20)
    padding = 0
    const value = cells[at + valueCell] as number
    const size = tokenKind === kind.name ? state.names.length(value) : (cells[at + sizeCell] as number)
    if (tokenKind === kind.string || tokenKind === kind.character) addEscaped(state, value, size)
    else {
      texts.reserve(size)
      state.copySpelling(tokenKind, value, size, texts.bytes, texts.length)
      texts.length += size
    }
    const isBackslash = tokenKind === kind.other && size === 1 && texts.bytes[value] === 0x5c
    if (isBackslash) lastBackslash = texts.length - 1
    backslashes = isBackslash ? backslashes + 1 : 0
  }
  if ((backslashes & 1) === 1) {
    state.warn('invalid-string', "invalid string literal, ignoring final '\\'", state.invocationLocation || operandLocation)
    texts.bytes.copyWithin(lastBackslash, lastBackslash + 1, texts.length)
    texts.length--
  }
  texts.putByte(0x22)
  return begin
}

/** The spelling of a string or character constant, `"` and `\\` escaped, a line's end written as `\\n`. */
function addEscaped({ texts }: State, value: number, size: number): void {
  texts.reserve(size * 2)
  const { bytes } = texts
  let o = texts.length
  for (let i = value; i < value + size; i++) {
    const c = bytes[i] as number
    if (c === 0x22 || c === 0x5c || c === 0x0a) bytes[o++] = 0x5c
    bytes[o++] = c === 0x0a ? 0x6e : c
  }
  texts.length = o
}
