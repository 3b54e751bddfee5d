// `##` (C17 6.10.3.3). In assembler two tokens that do not make one are left side by side and nothing is said.
// Enters: the left operand; the right ones follow in the current context. Leaves: the result in a context of its own.

import { lexInLine } from './lexer.ts'
import { Context, type State } from './state.ts'
import { flag, kind, Token } from './tokens.ts'

export function pasteAll(state: State, first: Token): void {
  const context = state.context as Context
  let left = first
  let right: Token
  do {
    right = context.tokens[context.position++] as Token
    if (right === undefined) break
    if (right.kind === kind.padding) continue
    const pasted = pasteTwo(state, left, right)
    if (!pasted) {
      left = left.withFlags(left.flags & ~flag.pasteLeft)
      context.position--
      break
    }
    left = pasted
  } while ((right.flags & flag.pasteLeft) !== 0)
  if ((left.flags & flag.pasteLeft) !== 0) left = left.withFlags(left.flags & ~flag.pasteLeft)
  state.context = new Context([left], 1, undefined, context, context.expansion, context.fileLocation)
}

let buffer = new Uint8Array(256)

function pasteTwo(state: State, left: Token, right: Token): Token | undefined {
  if (left.kind === kind.slash && right.text !== '=') return undefined
  const size = left.text.length + right.text.length
  if (buffer.length < size + 2) buffer = new Uint8Array(size * 2 + 2)
  for (let i = 0; i < left.text.length; i++) buffer[i] = left.text.charCodeAt(i)
  for (let i = 0; i < right.text.length; i++) buffer[left.text.length + i] = right.text.charCodeAt(i)
  buffer[size] = 0x0a
  buffer[size + 1] = 0
  const { bytes, position, end, base } = state
  state.bytes = buffer
  state.position = 0
  state.end = size + 1
  // The result stands where its left part was spelled.
  state.base = left.location
  const token = lexInLine(state, left.flags & (flag.white | flag.lineStart))
  const isWhole = state.position === size && token.kind !== kind.endOfLine
  state.bytes = bytes
  state.position = position
  state.end = end
  state.base = base
  return isWhole ? token : undefined
}
