// Bytes to preprocessing tokens (C17 6.4), as GNU cpp reads assembler: an unmatched quote takes the rest of its line and
// nothing is said, `$` belongs to no identifier, there are no digraphs and no raw strings.
// Enters: the state's reading position. Leaves: the next token of the logical line, in the fields of the state.

import { charClass, classOf, isNameByte } from './characters.ts'
import { role } from './names.ts'
import type { State } from './state.ts'
import { flag, type Kind, kind, type Token } from './tokens.ts'

const newline = 0x0a

/** The next token of the line. At the line's end an endOfLine token that consumes nothing. Comments may pass line ends. */
export function lexInLine(state: State, flags: number): Kind {
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
      if (next !== 0x2f && next !== 0x2a) break
      const start = i
      if (next === 0x2f) {
        while (bytes[i] !== newline) i++
        state.passComment(start, i)
      } else i = skipBlockComment(state, i)
      if (state.options.keepComments && !state.isSkipping && (!state.inDirective || state.options.keepDirectiveComments)) {
        return setSpelled(state, kind.comment, flags, start, i)
      }
      flags |= flag.white
      c = bytes[i] as number
    } else break
  }
  state.position = i
  if (c === newline || i >= state.end) return state.setToken(kind.endOfLine, flags, 0, 0, state.base + i)
  return lexToken(state, flags, c, i)
}

/** As {@link lexInLine}, as an object. */
export function readInLine(state: State): Token {
  lexInLine(state, 0)
  return state.token()
}

/** Passes a comment that begins at `start`; line ends in it are counted. Returns the offset behind it. */
export function skipBlockComment(state: State, start: number): number {
  const { bytes, end } = state
  let i = start + 2
  for (;;) {
    const c = bytes[i] as number
    if (c === 0x2a) {
      if (bytes[i + 1] === 0x2f) {
        state.passComment(start, i + 2)
        return i + 2
      }
    } else if (c === newline) {
      state.passComment(start, i)
      if (i + 1 >= end) {
        state.error('unterminated-comment', 'this comment is never closed', state.base + start, 2)
        return i
      }
      state.passLineEnd(i + 1)
    }
    i++
  }
}

/** The bytes from `start` to `end` are the token. */
function setSpelled(state: State, tokenKind: Kind, flags: number, start: number, end: number): Kind {
  state.position = end
  return state.setToken(tokenKind, flags, state.texts.add(state.bytes, start, end), end - start, state.base + start)
}

function lexToken(state: State, flags: number, c: number, start: number): Kind {
  const { bytes } = state
  switch (classOf[c]) {
    case charClass.name: {
      let end = start + 1
      while (isNameByte[bytes[end] as number] === 1) end++
      const next = bytes[end]
      if ((next === 0x22 || next === 0x27) && end - start === 1 && c === 0x4c) return lexQuoted(state, flags, start, end)
      state.position = end
      const node = state.names.internBytes(bytes, start, end)
      if (state.names.isSpecial(node)) checkUse(state, node, state.base + start)
      return state.setToken(kind.name, flags, node, 0, state.base + start)
    }
    case charClass.digit:
      return lexNumber(state, flags, start)
    case charClass.dot: {
      const next = bytes[start + 1] as number
      if (classOf[next] === charClass.digit) return lexNumber(state, flags, start)
      if (next === 0x2e && bytes[start + 2] === 0x2e) return setSpelled(state, kind.ellipsis, flags, start, start + 3)
      return setSpelled(state, kind.dot, flags, start, start + 1)
    }
    case charClass.quote:
      return lexQuoted(state, flags, start, start)
    default:
      return lexPunctuator(state, flags, c, start)
  }
}

function checkUse(state: State, node: number, location: number): void {
  if (state.isSkipping) return
  const { names } = state
  const length = names.length(node)
  if (names.isPoisoned(node) && !state.allowsPoison) {
    state.error('poisoned-identifier', `attempt to use poisoned "${names.name(node)}"`, location, length)
  }
  if (names.role(node) === role.variadicArguments && !state.insideVariadic) warnVariadicName(state, '__VA_ARGS__', 'C99', location)
  else if (names.role(node) === role.variadicOption && !state.insideVariadic) warnVariadicName(state, '__VA_OPT__', 'C++20', location)
}

/** `__VA_ARGS__` or `__VA_OPT__` where it means nothing. */
export function warnVariadicName(state: State, name: '__VA_ARGS__' | '__VA_OPT__', standard: string, location: number): void {
  const code = name === '__VA_ARGS__' ? 'misplaced-va-args' : 'misplaced-va-opt'
  state.warn(code, `${name} can only appear in the expansion of a ${standard} variadic macro`, location, name.length)
}

function lexNumber(state: State, flags: number, start: number): Kind {
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
  return setSpelled(state, kind.number, flags, start, end)
}

function lexQuoted(state: State, flags: number, start: number, quoteAt: number): Kind {
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
  return setSpelled(state, tokenKind, flags, start, i)
}

/** A byte and its kind; what is not here is `other`. */
const oneByteKinds: Uint8Array = (() => {
  const kinds = new Uint8Array(256).fill(kind.other)
  const table: readonly [string, Kind][] = [
    ['#', kind.hash],
    ['(', kind.openParen],
    [')', kind.closeParen],
    [',', kind.comma],
    ['+', kind.plus],
    ['-', kind.minus],
    ['*', kind.star],
    ['/', kind.slash],
    ['%', kind.percent],
    ['<', kind.less],
    ['>', kind.greater],
    ['=', kind.equal],
    ['!', kind.not],
    ['&', kind.and],
    ['|', kind.or],
    ['^', kind.xor],
    ['~', kind.tilde],
    ['?', kind.question],
    [':', kind.colon],
  ]
  for (const [text, tokenKind] of table) kinds[text.charCodeAt(0)] = tokenKind
  for (const text of ';[]{}') kinds[text.charCodeAt(0)] = kind.punctuator
  return kinds
})()

/** The kind of a punctuator of two bytes; 0 where they are two tokens. */
function pairKind(c: number, next: number): Kind | 0 {
  if (next === 0x3d) {
    switch (c) {
      case 0x3d:
        return kind.equalEqual
      case 0x21:
        return kind.notEqual
      case 0x3c:
        return kind.lessEqual
      case 0x3e:
        return kind.greaterEqual
      case 0x2b:
      case 0x2d:
      case 0x2a:
      case 0x2f:
      case 0x25:
      case 0x26:
      case 0x7c:
      case 0x5e:
        return kind.punctuator
      default:
        return 0
    }
  }
  if (c !== next) return c === 0x2d && next === 0x3e ? kind.arrow : 0
  switch (c) {
    case 0x2b:
      return kind.plusPlus
    case 0x2d:
      return kind.minusMinus
    case 0x23:
      return kind.paste
    case 0x3c:
      return kind.shiftLeft
    case 0x3e:
      return kind.shiftRight
    case 0x26:
      return kind.andAnd
    case 0x7c:
      return kind.orOr
    default:
      return 0
  }
}

function lexPunctuator(state: State, flags: number, c: number, start: number): Kind {
  const { bytes } = state
  if (c === 0x3c && state.wantsHeaderName) {
    const end = endOfAngledName(bytes, start)
    if (end > 0) return setSpelled(state, kind.headerName, flags, start, end)
  }
  const pair = pairKind(c, bytes[start + 1] as number)
  if (pair === 0) {
    state.position = start + 1
    return state.setToken(oneByteKinds[c] as Kind, flags, c, 1, state.base + start)
  }
  // <<= and >>=
  if ((pair === kind.shiftLeft || pair === kind.shiftRight) && bytes[start + 2] === 0x3d) {
    return setSpelled(state, kind.punctuator, flags, start, start + 3)
  }
  return setSpelled(state, pair, flags, start, start + 2)
}

/** Offset behind the `>` of a name that begins with `<`; 0 where the line ends before it. */
function endOfAngledName(bytes: Uint8Array, start: number): number {
  let i = start + 1
  while (bytes[i] !== 0x3e) {
    if (bytes[i] === newline) return 0
    i++
  }
  return i + 1
}
