// Preprocessing tokens (C17 6.4) as the macro expander handles them, and which two of them may not stand side by side.
// Enters: nothing. Leaves: token kinds and flags, the Token that directives read, the rule of spacing (GNU cppinternals,
// "Token Spacing").

import { isNameByte } from './characters.ts'
import type { NameTable } from './names.ts'
import type { TextPool } from './text-pool.ts'

/** What a token is. Punctuators that can paste or compare have a kind of their own; the order of binary operators is not used. */
export const kind = {
  name: 1,
  number: 2,
  string: 3,
  character: 4,
  headerName: 5,
  other: 6,
  comment: 7,
  /** A parameter in a macro's body, or `__VA_OPT__` with its group (token-list.ts: sizeCell). */
  parameter: 8,
  padding: 9,
  /** End of a logical line of text, outside directives and arguments. */
  endOfLine: 10,
  endOfFile: 11,
  /** _Pragma has been obeyed here: the line of output ends; its spelling is printed on a line of its own. */
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
  /** White space stood before it. Of padding: before the token that it stands for. */
  white: 1,
  /** First of its logical line. */
  lineStart: 2,
  /** Operand of `#` in a macro's body. */
  stringify: 4,
  /** `##` follows in the macro's body. */
  pasteLeft: 8,
  /** Painted blue: never expanded again (C17 6.10.3.4p2). */
  noExpand: 16,
  /** Padding that stands for the white space before a token; without it the printer only looks whether a space is needed. */
  sourced: 32,
  /** A parameter token that is `__VA_OPT__ ( group )`. */
  group: 64,
  // Only for comparing two definitions, which must have white space at the same places.
  /** White space between `#` and its operand. */
  whiteInside: 128,
  /** White space before the `##` that follows. */
  whiteBeforePaste: 256,
} as const

/** A token as directives read it: the expander itself works on numbers (token-list.ts). Good until the directive ends. */
export class Token {
  readonly kind: number
  readonly flags: number
  /** Node of a name, 0 for other tokens. */
  readonly name: number
  /** Where it was spelled, in the numbering of locations.ts. */
  readonly location: number
  readonly #value: number
  readonly #size: number
  readonly #names: NameTable
  readonly #texts: TextPool

  constructor(tokenKind: number, flags: number, value: number, size: number, location: number, names: NameTable, texts: TextPool) {
    this.kind = tokenKind
    this.flags = flags
    this.name = tokenKind === kind.name ? value : 0
    this.location = location
    this.#value = value
    this.#size = size
    this.#names = names
    this.#texts = texts
  }

  /** Spelling, one character a byte. */
  get text(): string {
    return this.kind === kind.name ? this.#names.name(this.#value) : this.#texts.text(this.#value, this.#size)
  }
}

/** True where `left` and a token, printed without a space between, would be read as something else. */
export function needsSpaceBetween(
  left: number,
  leftIsBackslash: boolean,
  right: number,
  value: number,
  size: number,
  texts: TextPool,
): boolean {
  const isWord = right === kind.name || right === kind.number
  const byte = right === kind.name ? 0 : (texts.bytes[value] as number)
  if (byte === 0x3d && takesEqual(left)) return true
  const first = isWord ? 0 : byte
  switch (left) {
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
      return first === 0x2e || right === kind.number
    case kind.name:
      return right === kind.number ? isNameText(texts, value, size) : right === kind.name || isNarrow(right, byte)
    case kind.number:
      return isWord || (right === kind.character && isNarrow(right, byte)) || first === 0x2e || first === 0x2b || first === 0x2d
    case kind.other:
      return leftIsBackslash && right === kind.name
    default:
      return false
  }
}

/** A number that could go on a name: `16b`, but not `.16b`. */
function isNameText({ bytes }: TextPool, start: number, size: number): boolean {
  for (let i = start; i < start + size; i++) if (isNameByte[bytes[i] as number] !== 1) return false
  return true
}

/** A string or character constant without the prefix L. */
const isNarrow = (tokenKind: number, first: number) => (tokenKind === kind.string || tokenKind === kind.character) && first !== 0x4c

function takesEqual(left: number): boolean {
  switch (left) {
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
