// Macro expansion (C17 6.10.3) by the algorithm that GNU's "The C Preprocessor Internals" describes: a stack of token
// lists, names painted blue while their macro is being expanded, padding where the printer may have to put a space.
// Enters: the state. Leaves: the next token of the translation unit, fully expanded, in the fields of the state.

import { collectArguments, releaseArguments } from './arguments.ts'
import { builtinValue } from './builtin-macros.ts'
import { lexInLine } from './lexer.ts'
import { builtin } from './macro.ts'
import { readMacroBody } from './macro-body.ts'
import { findParenthesis } from './parenthesis.ts'
import { pasteAll } from './paste.ts'
import { runPragmaOperator } from './pragma-operator.ts'
import { replaceArguments } from './replace.ts'
import { spend } from './spend.ts'
import type { State } from './state.ts'
import { flagShift, kindMask, metaCell, placeCell, sizeCell, tokenSize, valueCell } from './token-list.ts'
import { flag, type Kind, kind } from './tokens.ts'

/** The next token after expansion; padding included. At the end of a line of text outside arguments: endOfLine. */
export function nextToken(state: State): Kind {
  for (;;) {
    if (state.isInFile) nextFromFile(state)
    else {
      const at = state.contextPosition()
      if (at < state.contextEnd()) {
        state.setContextPosition(at + tokenSize)
        loadToken(state, state.contextCells(), at)
        if ((state.flags & flag.pasteLeft) !== 0) {
          const { flags } = state
          pasteAll(state)
          if (state.inDirective) continue
          return paddingFor(state, flags)
        }
      } else if (state.isArgumentContext()) {
        // It is met again by whoever else reads on.
        const place = state.contextCells()[at - tokenSize + placeCell] as number
        return state.setToken(kind.endOfFile, 0, 0, 0, place)
      } else {
        state.popContext()
        if (state.inDirective) continue
        return state.setToken(kind.padding, 0, 0, 0, 0)
      }
    }
    if (state.kind !== kind.name) return state.kind
    const { flags, value: node, place } = state
    const macro = state.names.macro(node)
    if (macro === 0 || (flags & flag.noExpand) !== 0) return kind.name
    if (state.names.isDisabled(node)) {
      state.flags = flags | flag.noExpand
      return kind.name
    }
    if (state.preventExpansion > 0) return kind.name
    if (!enterMacro(state, node, macro, flags, place)) return state.setToken(kind.name, flags, node, 0, place)
    if (state.inDirective) continue
    return paddingFor(state, flags)
  }
}

function loadToken(state: State, cells: Int32Array, at: number): void {
  const meta = cells[at + metaCell] as number
  state.kind = (meta & kindMask) as Kind
  state.flags = meta >> flagShift
  state.value = cells[at + valueCell] as number
  state.size = cells[at + sizeCell] as number
  state.place = cells[at + placeCell] as number
}

/** Padding that stands for the white space before a token with these flags. */
function paddingFor(state: State, flags: number): Kind {
  return state.setToken(kind.padding, flag.sourced | (flags & flag.white), 0, 0, 0)
}

/** A token of the file itself; in arguments line ends count as white space and directives are obeyed. */
function nextFromFile(state: State): void {
  let flags = 0
  for (;;) {
    if (state.atLineStart && !state.inDirective) {
      if (!beginLineInArguments(state)) {
        state.setToken(kind.endOfFile, flags, 0, 0, state.base + Math.max(0, state.end - 1))
        return
      }
      flags = flag.lineStart | flag.white
      state.atLineStart = false
      const found = lexInLine(state, flags)
      if (found === kind.hash) {
        const { value, size, place } = state
        if (state.directive(state, place)) {
          state.atLineStart = true
          continue
        }
        state.setToken(kind.hash, flags, value, size, place)
      }
      if (found !== kind.endOfLine) return
    } else {
      const found = lexInLine(state, flags)
      if (state.pendingWhite) {
        state.pendingWhite = false
        state.flags |= flag.white
      }
      if (found !== kind.endOfLine) return
      if (state.inDirective) {
        state.setToken(kind.endOfFile, flags, 0, 0, state.place)
        return
      }
      if (!state.isInArguments) return
    }
    state.passLineEnd(state.position + 1)
    state.position++
    state.atLineStart = true
  }
}

/** Set by text.ts: goes to a line that is not skipped, through the ends of included files; false at the very end. */
let beginLineInArguments: (state: State) => boolean = () => false
export function setLineReader(reader: (state: State) => boolean): void {
  beginLineInArguments = reader
}

/** Begins the expansion of a macro. False: the name stands for itself (no parenthesis follows, or bad arguments, told). */
function enterMacro(state: State, node: number, macro: number, flags: number, place: number): boolean {
  const { macros } = state
  macros.markUsed(macro)
  const which = macros.builtin(macro)
  if (which !== builtin.none) {
    if (which === builtin.pragma) return !state.inDirective && runPragmaOperator(state, place, nextToken)
    if (!builtinValue(state, which, node, flags, place)) return false
    state.pushToken()
    return true
  }
  const outer = state.expansion
  const fileLocation = state.fileLocationOf(place)
  if (state.argumentDepth === 0) state.invocationLocation = fileLocation
  if (!macros.isFunctionLike(macro)) {
    readMacroBody(state, macro)
    pushBody(state, node, macro, state.addExpansion(node, place, outer), fileLocation, place)
    return true
  }
  if (!findParenthesis(state)) return false
  state.preventExpansion++
  const wasInArguments = state.isInArguments
  state.isInArguments = true
  const temporaryStart = state.temporary.length
  const list = collectArguments(state, place, node, macro, nextToken)
  state.isInArguments = wasInArguments
  state.preventExpansion--
  if (list < 0) return false
  readMacroBody(state, macro)
  const expansion = state.addExpansion(node, place, outer)
  if (macros.parameterCount(macro) === 0) pushBody(state, node, macro, expansion, fileLocation, place)
  else {
    const start = replaceArguments(state, macro, macros.bodyStart(macro), macros.bodyEnd(macro), list, nextToken)
    const end = state.temporary.length
    spend(state, (end - start) / tokenSize, place)
    state.pushContext(false, start, end, node, expansion, fileLocation, temporaryStart)
  }
  releaseArguments(state, list)
  return true
}

/** The body as it stands is read next. */
function pushBody(state: State, node: number, macro: number, expansion: number, fileLocation: number, place: number): void {
  const start = state.macros.bodyStart(macro)
  const end = state.macros.bodyEnd(macro)
  spend(state, (end - start) / tokenSize, place)
  state.pushContext(true, start, end, node, expansion, fileLocation, state.temporary.length)
}
