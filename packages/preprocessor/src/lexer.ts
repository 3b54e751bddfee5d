// Bytes to preprocessing tokens (C17 6.4), as GNU cpp reads assembler: an unmatched quote takes the rest of its line and
// nothing is said, `$` belongs to no identifier, there are no digraphs and no raw strings.
// Enters: the state's reading position. Leaves: the next token of the logical line.

import { oneByteTexts, textOf } from './byte-text.ts'
import { charClass, classOf, isNameByte } from './characters.ts'
import { type Identifier, role } from './identifiers.ts'
import type { State } from './state.ts'
import { flag, type Kind, kind, Token } from './tokens.ts'

const newline = 0x0a

/** The next token of the line. At the line's end an endOfLine token that consumes nothing. Comments may pass line ends. */
export function lexInLine(state: State, flags: number): Token {
  const { bytes } = state
  let i = state.position
  let c = bytes[i] as number
  for (;;) {
    const k = classOf[c] as number
    if (k === charClass.white) {
      if (c === 0) {
        if (i >= state.end) break
        if (!state.isSkipping) state.warn('null-character', 'null character ignored', state.base + i)
      }
      flags |= flag.white
      c = bytes[++i] as number
    } else if (k === charClass.slash) {
      const next = bytes[i + 1]
      if (next === 0x2f) {
        const start = i
        while (bytes[i] !== newline) i++
        state.passComment(start, i)
        if (state.options.keepComments && !state.isSkipping && (!state.inDirective || state.options.keepDirectiveComments)) {
          state.position = i
          return new Token(kind.comment, flags, textOf(bytes, start, i), undefined, state.base + start)
        }
        flags |= flag.white
        c = newline
        break
      }
      if (next !== 0x2a) break
      const start = i
      i = skipBlockComment(state, i)
      if (state.options.keepComments && !state.isSkipping && (!state.inDirective || state.options.keepDirectiveComments)) {
        state.position = i
        return new Token(kind.comment, flags, textOf(bytes, start, i), undefined, state.base + start)
      }
      flags |= flag.white
      c = bytes[i] as number
    } else break
  }
  state.position = i
  if (c === newline || i >= state.end) return new Token(kind.endOfLine, flags, '', undefined, state.base + i)
  return lexToken(state, flags)
}

/** Passes a comment that begins at `start`; line ends in it are counted. Returns the offset behind it. */
export function skipBlockComment(state: State, start: number): number {
  const { bytes, end } = state
  let i = start + 2
  // Short comments byte by byte, long ones by the machine's own search.
  for (const near = i + 48; i < near && bytes[i] !== newline; i++) {
    if (bytes[i] === 0x2a && bytes[i + 1] === 0x2f) {
      state.passComment(start, i + 2)
      return i + 2
    }
  }
  let lineEnd = bytes.indexOf(newline, i)
  for (;;) {
    const star = bytes.indexOf(0x2a, i)
    // Without a star every line end up to the last is passed.
    const limit = star < 0 ? end : star
    while (lineEnd < limit) {
      state.passComment(start, lineEnd)
      if (lineEnd + 1 >= end) {
        state.error('unterminated-comment', 'this comment is never closed', state.base + start, 2)
        return lineEnd
      }
      state.passLineEnd(lineEnd + 1)
      lineEnd = bytes.indexOf(newline, lineEnd + 1)
    }
    if (bytes[star + 1] === 0x2f) {
      state.passComment(start, star + 2)
      return star + 2
    }
    i = star + 1
  }
}

function lexToken(state: State, flags: number): Token {
  const { bytes } = state
  const start = state.position
  const c = bytes[start] as number
  const location = state.base + start
  switch (classOf[c]) {
    case charClass.name: {
      let end = start + 1
      while (isNameByte[bytes[end] as number] === 1) end++
      const next = bytes[end]
      if ((next === 0x22 || next === 0x27) && end - start === 1 && c === 0x4c) {
        return lexQuoted(state, flags, start, end)
      }
      state.position = end
      const identifier = state.identifiers.internBytes(bytes, start, end)
      if (identifier.poisoned || identifier.role !== role.ordinary) checkUse(state, identifier, location)
      return new Token(kind.name, flags, identifier.name, identifier, location)
    }
    case charClass.digit:
      return lexNumber(state, flags, start)
    case charClass.dot: {
      const next = bytes[start + 1] as number
      if (classOf[next] === charClass.digit) return lexNumber(state, flags, start)
      if (next === 0x2e && bytes[start + 2] === 0x2e) return punctuator(state, flags, kind.ellipsis, '...', location)
      return punctuator(state, flags, kind.dot, '.', location)
    }
    case charClass.quote:
      return lexQuoted(state, flags, start, start)
    default:
      return lexPunctuator(state, flags, c, start)
  }
}

function checkUse(state: State, identifier: Identifier, location: number): void {
  if (state.isSkipping) return
  if (identifier.poisoned && !state.allowsPoison) {
    state.error('poisoned-identifier', `attempt to use poisoned "${identifier.name}"`, location, identifier.name.length)
  }
  if (identifier.role === role.variadicArguments && !state.insideVariadic) {
    state.warn(
      'misplaced-va-args',
      '__VA_ARGS__ can only appear in the expansion of a C99 variadic macro',
      location,
      identifier.name.length,
    )
  } else if (identifier.role === role.variadicOption && !state.insideVariadic) {
    state.warn(
      'misplaced-va-opt',
      '__VA_OPT__ can only appear in the expansion of a C++20 variadic macro',
      location,
      identifier.name.length,
    )
  }
}

function lexNumber(state: State, flags: number, start: number): Token {
  const { bytes } = state
  let end = start + 1
  for (;;) {
    const c = bytes[end] as number
    if (isNameByte[c] === 1 || c === 0x2e) end++
    else if (c === 0x2b || c === 0x2d) {
      // A sign belongs to the number after an exponent letter.
      const before = (bytes[end - 1] as number) | 0x20
      if (before !== 0x65 && before !== 0x70) break
      end++
    } else break
  }
  state.position = end
  return new Token(kind.number, flags, textOf(bytes, start, end), undefined, state.base + start)
}

function lexQuoted(state: State, flags: number, start: number, quoteAt: number): Token {
  const { bytes } = state
  const quote = bytes[quoteAt] as number
  let tokenKind: Kind = quote === 0x22 ? kind.string : kind.character
  let i = quoteAt + 1
  let hasNul = false
  for (;;) {
    const c = bytes[i] as number
    if (c === 0x5c && !state.wantsHeaderName && bytes[i + 1] !== newline) i += 2
    else if (c === quote) {
      i++
      break
    } else if (c === newline) {
      tokenKind = kind.other
      break
    } else {
      if (c === 0) hasNul = true
      i++
    }
  }
  if (hasNul && !state.isSkipping) state.warn('null-character', 'null character preserved in literal', state.base + start)
  state.position = i
  return new Token(tokenKind, flags, textOf(bytes, start, i), undefined, state.base + start)
}

function punctuator(state: State, flags: number, tokenKind: Kind, text: string, location: number): Token {
  state.position += text.length
  return new Token(tokenKind, flags, text, undefined, location)
}

function pair(state: State, flags: number, tokenKind: Kind, start: number): Token {
  return punctuator(state, flags, tokenKind, textOf(state.bytes, start, start + 2), state.base + start)
}

function lexPunctuator(state: State, flags: number, c: number, start: number): Token {
  const { bytes } = state
  const next = bytes[start + 1] as number
  const location = state.base + start
  switch (c) {
    case 0x23: // #
      return next === 0x23
        ? pair(state, flags, kind.paste, start)
        : punctuator(state, flags, kind.hash, oneByteTexts[c] as string, location)
    case 0x28:
      return punctuator(state, flags, kind.openParen, oneByteTexts[c] as string, location)
    case 0x29:
      return punctuator(state, flags, kind.closeParen, oneByteTexts[c] as string, location)
    case 0x2c:
      return punctuator(state, flags, kind.comma, oneByteTexts[c] as string, location)
    case 0x2b:
      return next === 0x2b
        ? pair(state, flags, kind.plusPlus, start)
        : next === 0x3d
          ? pair(state, flags, kind.punctuator, start)
          : punctuator(state, flags, kind.plus, oneByteTexts[c] as string, location)
    case 0x2d:
      return next === 0x2d
        ? pair(state, flags, kind.minusMinus, start)
        : next === 0x3e
          ? pair(state, flags, kind.arrow, start)
          : next === 0x3d
            ? pair(state, flags, kind.punctuator, start)
            : punctuator(state, flags, kind.minus, oneByteTexts[c] as string, location)
    case 0x2a:
      return next === 0x3d
        ? pair(state, flags, kind.punctuator, start)
        : punctuator(state, flags, kind.star, oneByteTexts[c] as string, location)
    case 0x2f:
      return next === 0x3d
        ? pair(state, flags, kind.punctuator, start)
        : punctuator(state, flags, kind.slash, oneByteTexts[c] as string, location)
    case 0x25:
      return next === 0x3d
        ? pair(state, flags, kind.punctuator, start)
        : punctuator(state, flags, kind.percent, oneByteTexts[c] as string, location)
    case 0x3c: // <
      if (state.wantsHeaderName) {
        const token = lexAngledName(state, flags, start)
        if (token) return token
      }
      if (next === 0x3d) return pair(state, flags, kind.lessEqual, start)
      if (next === 0x3c) {
        return bytes[start + 2] === 0x3d
          ? punctuator(state, flags, kind.punctuator, '<<=', location)
          : pair(state, flags, kind.shiftLeft, start)
      }
      return punctuator(state, flags, kind.less, oneByteTexts[c] as string, location)
    case 0x3e:
      if (next === 0x3d) return pair(state, flags, kind.greaterEqual, start)
      if (next === 0x3e) {
        return bytes[start + 2] === 0x3d
          ? punctuator(state, flags, kind.punctuator, '>>=', location)
          : pair(state, flags, kind.shiftRight, start)
      }
      return punctuator(state, flags, kind.greater, oneByteTexts[c] as string, location)
    case 0x3d:
      return next === 0x3d
        ? pair(state, flags, kind.equalEqual, start)
        : punctuator(state, flags, kind.equal, oneByteTexts[c] as string, location)
    case 0x21:
      return next === 0x3d
        ? pair(state, flags, kind.notEqual, start)
        : punctuator(state, flags, kind.not, oneByteTexts[c] as string, location)
    case 0x26:
      return next === 0x26
        ? pair(state, flags, kind.andAnd, start)
        : next === 0x3d
          ? pair(state, flags, kind.punctuator, start)
          : punctuator(state, flags, kind.and, oneByteTexts[c] as string, location)
    case 0x7c:
      return next === 0x7c
        ? pair(state, flags, kind.orOr, start)
        : next === 0x3d
          ? pair(state, flags, kind.punctuator, start)
          : punctuator(state, flags, kind.or, oneByteTexts[c] as string, location)
    case 0x5e:
      return next === 0x3d
        ? pair(state, flags, kind.punctuator, start)
        : punctuator(state, flags, kind.xor, oneByteTexts[c] as string, location)
    case 0x7e:
      return punctuator(state, flags, kind.tilde, oneByteTexts[c] as string, location)
    case 0x3f:
      return punctuator(state, flags, kind.question, oneByteTexts[c] as string, location)
    case 0x3a:
      return punctuator(state, flags, kind.colon, oneByteTexts[c] as string, location)
    case 0x3b:
    case 0x5b:
    case 0x5d:
    case 0x7b:
    case 0x7d:
      return punctuator(state, flags, kind.punctuator, oneByteTexts[c] as string, location)
    default:
      return punctuator(state, flags, kind.other, oneByteTexts[c] as string, location)
  }
}

function lexAngledName(state: State, flags: number, start: number): Token | undefined {
  const { bytes } = state
  let i = start + 1
  while (bytes[i] !== 0x3e) {
    if (bytes[i] === newline) return undefined
    i++
  }
  state.position = i + 1
  return new Token(kind.headerName, flags, textOf(bytes, start, i + 1), undefined, state.base + start)
}
