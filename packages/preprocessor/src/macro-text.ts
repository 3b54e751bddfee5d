// Definitions compared, and printed for -dM and -dD.
// Enters: macros. Leaves: whether two of them may stand side by side, or the text of one.

import { textOf } from './byte-text.ts'
import { readMacroBody } from './macro-body.ts'
import type { State } from './state.ts'
import { flagShift, kindMask, metaCell, sizeCell, tokenSize, valueCell } from './token-list.ts'
import { flag, kind } from './tokens.ts'

/** Two definitions that may stand side by side (C17 6.10.3p2). */
export function isSameMacro(state: State, a: number, b: number): boolean {
  const { macros, bodies, names } = state
  const count = macros.parameterCount(a)
  if (macros.isFunctionLike(a) !== macros.isFunctionLike(b) || macros.isVariadic(a) !== macros.isVariadic(b)) return false
  if (count !== macros.parameterCount(b)) return false
  for (let i = 0; i < count; i++) if (macros.parameter(a, i) !== macros.parameter(b, i)) return false
  if (macros.isUnread(a) && macros.isUnread(b) && unreadText(state, a) === unreadText(state, b)) return true
  readMacroBody(state, a)
  readMacroBody(state, b)
  if (macros.manyPastes.get(a) !== macros.manyPastes.get(b)) return false
  const isSame = (from: number, to: number, otherFrom: number, otherTo: number): boolean => {
    if (to - from !== otherTo - otherFrom) return false
    const { cells } = bodies
    for (let at = from, other = otherFrom; at < to; at += tokenSize, other += tokenSize) {
      if (cells[at + metaCell] !== cells[other + metaCell]) return false
      const meta = cells[at + metaCell] as number
      const value = cells[at + valueCell] as number
      const otherValue = cells[other + valueCell] as number
      const isName = (meta & kindMask) === kind.name || (meta & kindMask) === kind.parameter
      if (isName ? names.name(value) !== names.name(otherValue) : spelling(state, at) !== spelling(state, other)) return false
      if (((meta >> flagShift) & flag.group) === 0) continue
      const group = (cells[at + sizeCell] as number) * 2
      const otherGroup = (cells[other + sizeCell] as number) * 2
      const { groups } = state
      if (!isSame(groups[group] as number, groups[group + 1] as number, groups[otherGroup] as number, groups[otherGroup + 1] as number)) {
        return false
      }
    }
    return true
  }
  return isSame(macros.bodyStart(a), macros.bodyEnd(a), macros.bodyStart(b), macros.bodyEnd(b))
}

function unreadText({ macros }: State, macro: number): string {
  const { source, start, end } = macros.unread(macro)
  return textOf(macros.source(source), start, end)
}

/** Of a token in the list of bodies. */
function spelling({ bodies, names, texts }: State, at: number): string {
  const { cells } = bodies
  const tokenKind = (cells[at + metaCell] as number) & kindMask
  const value = cells[at + valueCell] as number
  return tokenKind === kind.name || tokenKind === kind.parameter ? names.name(value) : texts.text(value, cells[at + sizeCell] as number)
}

/** A definition as -dM and -dD print it, without `#define `. */
export function macroDefinitionText(state: State, node: number): string {
  const { names, macros } = state
  const macro = names.macro(node)
  readMacroBody(state, macro)
  let text = names.name(node)
  if (macros.isFunctionLike(macro)) {
    const list: string[] = []
    for (let i = 0; i < macros.parameterCount(macro); i++) list.push(names.name(macros.parameter(macro, i)))
    if (macros.isVariadic(macro)) list.push(list[list.length - 1] === '__VA_ARGS__' ? (list.pop(), '...') : `${list.pop()}...`)
    text += `(${list.join(',')})`
  }
  return `${text} ${bodyText(state, macros.bodyStart(macro), macros.bodyEnd(macro))}`
}

function bodyText(state: State, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at += tokenSize) {
    const flags = (state.bodies.cells[at + metaCell] as number) >> flagShift
    if ((flags & flag.white) !== 0) text += ' '
    if ((flags & flag.stringify) !== 0) text += '#'
    const group = (state.bodies.cells[at + sizeCell] as number) * 2
    text +=
      (flags & flag.group) !== 0
        ? `__VA_OPT__(${bodyText(state, state.groups[group] as number, state.groups[group + 1] as number)})`
        : spelling(state, at)
    if ((flags & flag.pasteLeft) !== 0) text += ' ##'
  }
  return text
}
