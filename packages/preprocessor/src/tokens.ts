// Preprocessing tokens (C17 6.4) as the macro expander handles them, and which two of them may not stand side by side.
// Enters: nothing. Leaves: token kinds, the Token class, the rule of spacing (GNU cppinternals, "Token Spacing").

import { isNameByte } from './characters.ts'
import type { Identifier } from './identifiers.ts'

/** What a token is. Punctuators that can paste or compare have a kind of their own; the order of binary operators is not used. */
export const kind = {
  name: 1,
  number: 2,
  string: 3,
  character: 4,
  headerName: 5,
  other: 6,
  comment: 7,
  /** A parameter in a macro's body; `parameter` is its index. */
  parameter: 8,
  padding: 9,
  /** End of a logical line of text, outside directives and arguments. */
  endOfLine: 10,
  endOfFile: 11,
  /** _Pragma has been obeyed here: the line of output ends; `text` is printed on a line of its own. */
  pragma: 12,
  hash: 20,
  paste: 21,
  openParen: 22,
  closeParen: 23,
  comma: 24,
  ellipsis: 25,
  plus: 26,
  minus: 27,
  plusPlus: 28,
  minusMinus: 29,
  star: 30,
  slash: 31,
  percent: 32,
  less: 33,
  greater: 34,
  shiftLeft: 35,
  shiftRight: 36,
  lessEqual: 37,
  greaterEqual: 38,
  equal: 39,
  equalEqual: 40,
  notEqual: 41,
  not: 42,
  and: 43,
  andAnd: 44,
  or: 45,
  orOr: 46,
  xor: 47,
  tilde: 48,
  question: 49,
  colon: 50,
  dot: 51,
  arrow: 52,
  /** `+=` and its kin, `;`, brackets, braces: never special. */
  punctuator: 53,
} as const

export type Kind = (typeof kind)[keyof typeof kind]

export const flag = {
  /** White space stood before it. */
  white: 1,
  /** First of its logical line. */
  lineStart: 2,
  /** Operand of `#` in a macro's body. */
  stringify: 4,
  /** `##` follows in the macro's body. */
  pasteLeft: 8,
  /** Painted blue: never expanded again (C17 6.10.3.4p2). */
  noExpand: 16,
} as const

export class Token {
  kind: Kind
  flags: number
  /** Spelling, one character a byte. */
  text: string
  identifier: Identifier | undefined
  /** Where it was spelled, in the numbering of locations.ts. */
  location: number
  /** Padding only: the token whose white space it stands for. */
  source: Token | undefined
  parameter: number
  /** The tokens between the parentheses, for a `parameter` that stands for __VA_OPT__. */
  group: readonly Token[] | undefined

  constructor(tokenKind: Kind, flags: number, text: string, identifier: Identifier | undefined, location: number) {
    this.kind = tokenKind
    this.flags = flags
    this.text = text
    this.identifier = identifier
    this.location = location
    this.source = undefined
    this.parameter = -1
    this.group = undefined
  }

  /** The same token with other flags; tokens in macro bodies are shared and never changed. */
  withFlags(flags: number): Token {
    const copy = new Token(this.kind, flags, this.text, this.identifier, this.location)
    copy.source = this.source
    copy.parameter = this.parameter
    copy.group = this.group
    return copy
  }
}

/** Marks a place where the printer must look whether a space is needed. */
export const avoidPastePadding = new Token(kind.padding, 0, '', undefined, 0)

export function paddingFor(source: Token): Token {
  const token = new Token(kind.padding, 0, '', undefined, source.location)
  token.source = source
  return token
}

const startsWithEqual = (text: string) => text.charCodeAt(0) === 0x3d

/** True where `left` and `right`, printed without a space between, would be read as something else. */
export function needsSpaceBetween(left: Token, right: Token): boolean {
  const first = right.kind === kind.name || right.kind === kind.number ? 0 : right.text.charCodeAt(0)
  if (startsWithEqual(right.text) && takesEqual(left)) return true
  switch (left.kind) {
    case kind.greater:
      return first === 0x3e
    case kind.less:
      return first === 0x3c
    case kind.plus:
      return first === 0x2b
    case kind.minus:
      return first === 0x2d || first === 0x3e
    case kind.slash:
      return first === 0x2f || first === 0x2a
    case kind.and:
      return first === 0x26
    case kind.or:
      return first === 0x7c
    case kind.hash:
      return first === 0x23
    case kind.colon:
      return first === 0x3a || first === 0x3e
    case kind.lessEqual:
      return first === 0x3e
    case kind.dot:
      return first === 0x2e || right.kind === kind.number
    case kind.name:
      return right.kind === kind.number ? isNameText(right.text) : right.kind === kind.name || isNarrow(right)
    case kind.number:
      return (
        right.kind === kind.number ||
        right.kind === kind.name ||
        (right.kind === kind.character && isNarrow(right)) ||
        first === 0x2e ||
        first === 0x2b ||
        first === 0x2d
      )
    case kind.other:
      return left.text === '\\' && right.kind === kind.name
    default:
      return false
  }
}

/** A number that could go on a name: `16b`, but not `.16b`. */
function isNameText(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isNameByte[text.charCodeAt(i)] !== 1) return false
  return true
}

/** A string or character constant without the prefix L. */
const isNarrow = (token: Token) => (token.kind === kind.string || token.kind === kind.character) && token.text.charCodeAt(0) !== 0x4c

function takesEqual(left: Token): boolean {
  switch (left.kind) {
    case kind.equal:
    case kind.not:
    case kind.greater:
    case kind.less:
    case kind.plus:
    case kind.minus:
    case kind.star:
    case kind.slash:
    case kind.percent:
    case kind.and:
    case kind.or:
    case kind.xor:
    case kind.shiftLeft:
    case kind.shiftRight:
      return true
    default:
      return false
  }
}
