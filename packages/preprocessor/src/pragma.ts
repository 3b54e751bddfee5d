// Pragmas that the preprocessor obeys (C17 6.10.6; GNU cpp manual §7). All but two leave the text: assembler has no use for them.
// Enters: the state behind the word `pragma`. Leaves: what the pragma asked for.

import { endDirective } from './directive-end.ts'
import { nextToken } from './expander.ts'
import { systemFlags } from './include.ts'
import { readInLine } from './lexer.ts'
import type { FileFrame, State } from './state.ts'
import { flag, kind, type Token } from './tokens.ts'

/** Those whose text gcc -E keeps for the compiler, macros in it expanded. */
const kept = new Set(['message', 'redefine_extname'])

/** Obeys `#pragma`; the line is read to its end. */
export function doPragma(state: State): void {
  const location = state.location
  const frame = state.frame as FileFrame
  const { out } = state
  const word = pragmaWord(state)
  if (out.hasMarkers && word !== undefined) {
    // gcc begins the line, with the blanks before the pragma's name, and prints nothing more on it.
    out.toLine(state.currentLine() + frame.lineDelta, frame.claimedName, systemFlags(frame.claimedSystemLevel))
    out.indent(word - state.columnBase() + 1)
  }
  const printed = runPragma(state)
  endDirective(state, false)
  if (printed !== undefined) state.printPragma(printed, location)
}

/** Those that are obeyed, in {@link runPragma}. */
const ownPragmas = new Set([...kept, 'once', 'push_macro', 'pop_macro', 'poison', 'system_header'])
const ownGccPragmas = new Set(['poison', 'system_header', 'dependency', 'warning', 'error'])

/** Offset of the name of a pragma that is obeyed; undefined for one that means nothing here. Reads nothing. */
function pragmaWord(state: State): number | undefined {
  const { position } = state
  const wasSkipping = state.isSkipping
  state.isSkipping = true
  const first = readInLine(state)
  const isOwn = ownPragmas.has(first.text) || (first.text === 'GCC' && ownGccPragmas.has(readInLine(state).text))
  state.isSkipping = wasSkipping
  state.position = position
  return isOwn ? first.location - state.base : undefined
}

/** Obeys a pragma; the result is the text that is to be printed, for those that are kept. */
function runPragma(state: State): string | undefined {
  const first = readInLine(state)
  if (first.kind !== kind.name) return undefined
  if (kept.has(first.text)) return `#pragma ${first.text}${restOfLine(state)}`
  switch (first.text) {
    case 'once':
      if (state.frames.length <= 1) state.warn('once-in-main', '#pragma once in main file', first.location, 4)
      else (state.frame as FileFrame).file.shared.isOnce = true
      return undefined
    case 'push_macro':
    case 'pop_macro':
      pushOrPop(state, first)
      return undefined
    case 'GCC': {
      const second = readInLine(state)
      if (second.text === 'poison') poison(state)
      else if (second.text === 'system_header') systemHeader(state, second)
      else if (second.text === 'warning' || second.text === 'error') message(state, second)
      else if (second.text === 'dependency') dependency(state, second)
      return undefined
    }
    case 'poison':
      poison(state)
      return undefined
    case 'system_header':
      systemHeader(state, first)
      return undefined
    default:
      return undefined
  }
}

/** The expanded rest of the line as it is printed. */
function restOfLine(state: State): string {
  let text = ''
  let isPadded = false
  for (;;) {
    const found = nextToken(state)
    if (found === kind.endOfFile || found === kind.endOfLine) return text
    if (found === kind.padding) {
      // It stands for the white space before the macro's name.
      isPadded ||= (state.flags & flag.white) !== 0
      continue
    }
    text += (isPadded || (state.flags & flag.white) !== 0 ? ' ' : '') + state.text()
    isPadded = false
  }
}

function dependency(state: State, which: Token): void {
  state.wantsHeaderName = true
  const token = readInLine(state)
  state.wantsHeaderName = false
  if (token.kind === kind.headerName || token.kind === kind.string) return
  state.error('bad-pragma', '#pragma dependency expects "FILENAME" or <FILENAME>', which.location, which.text.length)
}

/** A pragma given as text, by _Pragma. */
export function runPragmaText(state: State, text: string, location: number): string | undefined {
  const bytes = new Uint8Array(text.length + 2)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  bytes[text.length] = 0x0a
  const { bytes: savedBytes, position, end, base, inDirective, hasRemarks } = state
  state.hasRemarks = false
  state.bytes = bytes
  state.position = 0
  state.end = text.length + 1
  // Every token of it stands where the operator does.
  state.base = location
  state.inDirective = true
  const { floor } = state
  state.floor = state.contextMark
  const printed = runPragma(state)
  state.popTo(state.floor)
  state.floor = floor
  state.bytes = savedBytes
  state.position = position
  state.end = end
  state.base = base
  state.inDirective = inDirective
  state.hasRemarks = hasRemarks
  return printed
}

function poison(state: State): void {
  state.allowsPoison = true
  for (;;) {
    const token = readInLine(state)
    if (token.kind === kind.endOfLine) break
    if (token.kind !== kind.name) {
      state.error('bad-poison', 'invalid #pragma GCC poison directive', token.location, token.text.length)
      break
    }
    const { names } = state
    if (names.isPoisoned(token.name)) continue
    if (names.macro(token.name) !== 0)
      state.warn('poison-macro', `poisoning existing macro "${token.text}"`, token.location, token.text.length)
    names.setMacro(token.name, 0)
    names.poison(token.name)
    state.hasPoison = true
  }
  state.allowsPoison = false
}

function systemHeader(state: State, token: Token): void {
  const frame = state.frame as FileFrame
  if (state.frames.length <= 1) {
    state.warn('system-header-in-main', '#pragma system_header ignored outside include file', token.location, token.text.length)
    return
  }
  frame.claimedSystemLevel = 1
  state.out.marker(state.currentLine() + frame.lineDelta + 1, frame.claimedName, '', ' 3')
}

function message(state: State, which: Token): void {
  const token = readInLine(state)
  if (token.kind !== kind.string || readInLine(state).kind !== kind.endOfLine) {
    state.error('bad-pragma', `invalid "#pragma GCC ${which.text}" directive`, which.location, which.text.length)
    return
  }
  const text = token.text.slice(1, -1).replace(/\\(.)/g, '$1')
  if (which.text === 'error') state.error('pragma-error', text, which.location, which.text.length)
  else state.warn('warning-directive', text, which.location, which.text.length)
}

function pushOrPop(state: State, which: Token): void {
  const open = readInLine(state)
  const name = readInLine(state)
  const close = readInLine(state)
  if (open.kind !== kind.openParen || name.kind !== kind.string || close.kind !== kind.closeParen) {
    state.warn('bad-pragma', `invalid #pragma ${which.text} directive`, which.location, which.text.length)
    return
  }
  const key = name.text.slice(1, -1).trim()
  if (!/^[A-Za-z_]\w*$/.test(key)) return
  const { names } = state
  const node = names.intern(key)
  const stack = state.pushedMacros.get(key) ?? []
  if (which.text === 'push_macro') {
    stack.push(names.macro(node))
    state.pushedMacros.set(key, stack)
    return
  }
  const pushed = stack.pop()
  if (pushed !== undefined) names.setMacro(node, pushed)
}
