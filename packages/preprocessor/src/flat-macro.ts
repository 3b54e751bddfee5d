// Macros like constants: no parameters, and nothing in the body to be expanded. Nearly every use in a source is one of these,
// and needs none of the expander's lists: the body is written into the line that is being copied.
// Enters: a line being copied, at the name of a macro. Leaves: the output grown by the body, or the answer that the expander
// must see to it, because of the body or of a space that may be needed beside it.

import { isNameByte } from './characters.ts'
import { builtin } from './macro.ts'
import { readMacroBody } from './macro-body.ts'
import { spend } from './spend.ts'
import type { State } from './state.ts'
import { flagShift, kindMask, metaCell, placeCell, sizeCell, tokenSize, valueCell } from './token-list.ts'
import { flag, kind } from './tokens.ts'

/**
 * Writes the body of the macro that the bytes from `start` to `end` name at the end of the output; `isWhite`: white space
 * stands before the name. False where nothing was written.
 */
export function putFlatMacro(state: State, node: number, start: number, end: number, isWhite: boolean): boolean {
  const { names, macros, out, bytes } = state
  const macro = names.macro(node)
  // The expander tells of an output that grows too large.
  if (out.isFull) return false
  if (macro === 0 || names.isSpecial(node) || macros.isFunctionLike(macro) || macros.builtin(macro) !== builtin.none) return false
  readMacroBody(state, macro)
  const bodyStart = macros.bodyStart(macro)
  const bodyEnd = macros.bodyEnd(macro)
  if (bodyStart === bodyEnd) return false
  const { cells } = state.bodies
  if (!isWhite && !canFollow(cells[bodyStart + metaCell] as number, start > 0 ? (bytes[start - 1] as number) : newline)) return false
  if (!canPrecede(cells[bodyEnd - tokenSize + metaCell] as number, bytes[end] as number)) return false
  let length = 1
  for (let at = bodyStart; at < bodyEnd; at += tokenSize) {
    const meta = cells[at + metaCell] as number
    const tokenKind = meta & kindMask
    if (((meta >> flagShift) & flag.pasteLeft) !== 0 || tokenKind === kind.comment) return false
    const value = cells[at + valueCell] as number
    if (tokenKind !== kind.name) length += (cells[at + sizeCell] as number) + 1
    else if (names.macro(value) !== 0 || names.isSpecial(value)) return false
    else length += names.length(value) + 1
  }
  const place = state.base + start
  macros.markUsed(macro)
  state.invocationLocation = place
  spend(state, (bodyEnd - bodyStart) / tokenSize, place)
  const expansion = state.addExpansion(node, place, 0)
  out.reserve(length)
  if (isWhite) out.putByte(0x20)
  for (let at = bodyStart; at < bodyEnd; at += tokenSize) {
    const meta = cells[at + metaCell] as number
    if (((meta >> flagShift) & flag.white) !== 0) out.putByte(0x20)
    out.spell(meta & kindMask, cells[at + valueCell] as number, cells[at + sizeCell] as number, cells[at + placeCell] as number, expansion)
  }
  return true
}

const newline = 0x0a

/** The first token of the body needs no space behind the byte, whatever that ends. */
function canFollow(meta: number, before: number): boolean {
  switch (meta & kindMask) {
    case kind.name:
    case kind.number:
    case kind.string:
    case kind.openParen:
      return isNameByte[before] === 0 && before !== 0x2e && before !== 0x5c
    default:
      return false
  }
}

/** The last token of the body needs no space before the byte; white space has its own. */
function canPrecede(meta: number, next: number): boolean {
  switch (meta & kindMask) {
    case kind.closeParen:
    case kind.string:
      return true
    case kind.name:
      return next !== 0x22 && next !== 0x27
    case kind.number:
      return next !== 0x27 && next !== 0x2e && next !== 0x2b && next !== 0x2d
    default:
      return next === 0x20 || next === newline || next === 0x29 || next === 0x2c || next === 0x3b
  }
}
