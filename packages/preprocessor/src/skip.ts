// Groups that a condition leaves out (C17 6.10.1p6): only directives that open and close conditions are looked at.
// Enters: the state at the beginning of a line, skipping. Leaves: the state behind the directive that ends the skipping, or
// at the end of the file.

import { classOf, charClass } from './characters.ts'
import { skipBlockComment } from './lexer.ts'
import type { State } from './state.ts'

const newline = 0x0a

/** Behind every offset. */
const noSlash = 2 ** 31 - 1

export function skipGroup(state: State): void {
  const { bytes, end } = state
  // Most lines hold no slash, so no comment can begin in them: they are passed whole.
  let slash = -1
  while (state.isSkipping && state.position < end) {
    let i = state.position
    let c = bytes[i] as number
    // The first character that is neither blank nor comment.
    for (;;) {
      if (classOf[c] === charClass.white && i < end) c = bytes[++i] as number
      else if (c === 0x2f && bytes[i + 1] === 0x2a) {
        i = skipBlockComment(state, i)
        c = bytes[i] as number
      } else break
    }
    if (c === 0x23) {
      state.position = i + 1
      state.atLineStart = false
      state.directive(state, state.base + i)
      if (state.bytes !== bytes) return
      continue
    }
    if (slash < i && slash !== noSlash) {
      slash = bytes.indexOf(0x2f, i)
      if (slash < 0) slash = noSlash
    }
    const lineEnd = bytes.indexOf(newline, i)
    if (slash > lineEnd && lineEnd >= 0) {
      state.passLineEnd(lineEnd + 1)
      state.position = lineEnd + 1
      continue
    }
    for (;;) {
      if (c === newline) break
      if (c === 0x2f) {
        if (bytes[i + 1] === 0x2a) {
          i = skipBlockComment(state, i)
          c = bytes[i] as number
          continue
        }
        if (bytes[i + 1] === 0x2f) {
          const start = i
          i = bytes.indexOf(newline, i)
          state.passComment(start, i)
          break
        }
      } else if (c === 0x22 || c === 0x27) {
        const quote = c
        c = bytes[++i] as number
        while (c !== quote && c !== newline) {
          if (c === 0x5c && bytes[i + 1] !== newline) i++
          c = bytes[++i] as number
        }
        if (c === newline) break
      }
      c = bytes[++i] as number
    }
    state.passLineEnd(i + 1)
    state.position = i + 1
  }
  state.atLineStart = true
}
