// #define (C17 6.10.3) with GNU's named variadic parameters and __VA_OPT__.
// Enters: the state behind the word `define`. Leaves: the macro, its body unread where nothing in it needs a look now;
// readMacroBody reads it on first use.

import { textOf } from './byte-text.ts'
import { charClass, classOf, isNameByte } from './characters.ts'
import { lexInLine, readInLine, warnVariadicName } from './lexer.ts'
import { builtin } from './macro.ts'
import { role } from './names.ts'
import type { State } from './state.ts'
import { flagShift, kindMask, metaCell, placeCell, sizeCell, tokenSize, valueCell } from './token-list.ts'
import { flag, kind, type Token } from './tokens.ts'

const newline = 0x0a

/** The name that #define, #undef, #ifdef and kin work on; undefined and told where there is none. */
export function readMacroName(state: State, directive: string, isDefinition: boolean): Token | undefined {
  const token = readInLine(state)
  if (token.kind === kind.name) {
    const { names, macros } = state
    const which = macros.builtin(names.macro(token.name))
    const isOperator = which === builtin.hasInclude || which === builtin.hasIncludeNext
    if (isDefinition && (names.role(token.name) === role.defined || isOperator)) {
      state.error('bad-macro-name', `"${token.text}" cannot be used as a macro name`, token.location, token.text.length)
      return undefined
    }
    if (names.isPoisoned(token.name) && isDefinition) return undefined
    return token
  }
  if (token.kind === kind.endOfLine) state.error('no-macro-name', `no macro name given in #${directive} directive`, token.location)
  else state.error('bad-macro-name', `macro names must be identifiers, and "${token.text}" is none`, token.location, token.text.length)
  return undefined
}

/** Obeys `#define`; the line is read to its end. Returns the name that it defined, 0 where there was a fault. */
export function readDefine(state: State): number {
  const name = readMacroName(state, 'define', true)
  if (!name) return 0
  const macro = readDefinition(state, name)
  if (macro === 0) return 0
  const { names, macros } = state
  const old = names.macro(name.name)
  if (old !== 0) {
    if (state.options.warnsOfUnusedMacros) warnIfUnused(state, old)
    if (macros.builtin(old) !== builtin.none) {
      state.warn('builtin-redefined', `redefining builtin macro "${name.text}"`, name.location, name.text.length, {
        option: 'builtin-macro-redefined',
      })
    } else if (!isSameMacro(state, old, macro)) {
      const place = macros.place(old)
      const definition = place > 0 ? state.locations.span(place, name.text.length) : undefined
      const where = definition ? { notes: [{ message: 'it was defined here', span: definition }] } : {}
      state.warn('macro-redefined', `"${name.text}" redefined`, name.location, name.text.length, where)
    }
  }
  names.setMacro(name.name, macro)
  return name.name
}

/** A macro that the main file defines goes, or the file ends, and nobody asked for it. */
export function warnIfUnused(state: State, macro: number): void {
  const { macros } = state
  const place = macros.place(macro)
  if (macros.wasUsed(macro) || place === 0 || macros.builtin(macro) !== builtin.none) return
  const reading = state.locations.readingAt(place)
  if (reading === undefined || reading !== state.frames[0]?.reading) return
  const span = state.locations.span(place)
  if (!span) return
  const name = /^\w+/.exec(span.source.text.slice(span.start, span.start + 256))?.[0] ?? ''
  state.warn('unused-macro', `macro "${name}" is not used`, place, name.length, { option: 'unused-macros' })
}

/**
 * ` define NAME body` of a name that is new, without parameters and with a body that can wait: true, and the line is passed.
 * Everything else is left to {@link readDefine}.
 */
export function readPlainDefine(state: State): boolean {
  const { bytes, position, names } = state
  let start = position
  while (bytes[start] === 0x20 || bytes[start] === 0x09) start++
  start += 'define '.length
  while (bytes[start] === 0x20 || bytes[start] === 0x09) start++
  if (classOf[bytes[start] as number] !== charClass.name) return false
  let end = start
  while (isNameByte[bytes[end] as number] === 1) end++
  const c = bytes[end] as number
  if (c !== 0x20 && c !== 0x09 && c !== newline) return false
  const node = names.internBytes(bytes, start, end)
  if (names.macro(node) !== 0 || names.isSpecial(node)) return false
  state.position = end
  const bodyEnd = scanBody(state, false)
  if (bodyEnd < 0) {
    state.position = position
    return false
  }
  names.setMacro(node, state.macros.addUnread(state.base + start, state.bodySource(), end, bodyEnd, state.base))
  if (state.position < state.end) {
    state.passLineEnd(state.position + 1)
    state.position++
  }
  state.atLineStart = true
  return true
}

/** The macro that the rest of the line defines, 0 for a fault that was told. */
function readDefinition(state: State, name: Token): number {
  const { bytes, macros } = state
  let parameters: number[] = []
  let isVariadic = false
  const isFunctionLike = bytes[state.position] === 0x28
  if (isFunctionLike) {
    state.position++
    const list = readParameters(state)
    if (!list) return 0
    parameters = list.parameters
    isVariadic = list.isVariadic
  } else {
    const c = bytes[state.position] as number
    if (
      c !== 0x20 &&
      c !== 0x09 &&
      c !== newline &&
      c !== 0x0b &&
      c !== 0x0c &&
      !(c === 0x2f && (bytes[state.position + 1] === 0x2a || bytes[state.position + 1] === 0x2f))
    ) {
      state.warn('no-space-after-macro-name', 'missing whitespace after the macro name', state.location)
    }
  }
  const start = state.position
  const end = state.hasPoison ? -1 : scanBody(state, isFunctionLike)
  const macro = macros.addUnread(name.location, state.bodySource(), start, Math.max(end, start), state.base)
  if (isFunctionLike) macros.setParameters(macro, parameters, isVariadic)
  return end >= 0 || readBody(state, macro) ? macro : 0
}

function readParameters(state: State): { parameters: number[]; isVariadic: boolean } | undefined {
  const parameters: number[] = []
  const seen = new Set<number>()
  const fail = (token: Token, wanted: string) => {
    const found = token.kind === kind.endOfLine ? 'the end of the line' : `"${token.text}"`
    state.error('bad-macro-parameters', `expected ${wanted}, found ${found}`, token.location, Math.max(1, token.text.length))
    return undefined
  }
  const savedVariadic = state.insideVariadic
  state.insideVariadic = true
  try {
    let token = readInLine(state)
    if (token.kind === kind.closeParen) return { parameters, isVariadic: false }
    for (;;) {
      if (token.kind === kind.ellipsis) {
        parameters.push(state.names.intern('__VA_ARGS__'))
        token = readInLine(state)
        return token.kind === kind.closeParen ? { parameters, isVariadic: true } : fail(token, '\')\' after "..."')
      }
      if (token.kind !== kind.name) return fail(token, 'parameter name')
      const ownRole = state.names.role(token.name)
      if (ownRole === role.variadicArguments) warnVariadicName(state, '__VA_ARGS__', 'C99', token.location)
      if (ownRole === role.variadicOption) warnVariadicName(state, '__VA_OPT__', 'C++20', token.location)
      if (seen.has(token.name)) {
        state.error('duplicate-parameter', `duplicate macro parameter "${token.text}"`, token.location, token.text.length)
        return undefined
      }
      seen.add(token.name)
      parameters.push(token.name)
      token = readInLine(state)
      if (token.kind === kind.ellipsis) {
        token = readInLine(state)
        return token.kind === kind.closeParen ? { parameters, isVariadic: true } : fail(token, '\')\' after "..."')
      }
      if (token.kind === kind.closeParen) return { parameters, isVariadic: false }
      if (token.kind !== kind.comma) return fail(token, "',' or ')'")
      token = readInLine(state)
    }
  } finally {
    state.insideVariadic = savedVariadic
  }
}

/** The end of a body that can be read later, as nothing in it can be at fault or passes the line's end; else -1. */
function scanBody(state: State, isFunctionLike: boolean): number {
  const { bytes } = state
  let i = state.position
  for (;;) {
    const c = bytes[i] as number
    switch (c) {
      case newline:
        state.position = i
        return i
      case 0x22:
      case 0x27: {
        i++
        while (bytes[i] !== c && bytes[i] !== newline) i += bytes[i] === 0x5c && bytes[i + 1] !== newline ? 2 : 1
        if (bytes[i] !== newline) i++
        break
      }
      case 0x23:
        if (isFunctionLike || bytes[i + 1] === 0x23) return -1
        i++
        break
      case 0x2f:
        if (bytes[i + 1] === 0x2f) {
          const end = i
          while (bytes[i] !== newline) i++
          if (state.options.keepDirectiveComments) return -1
          state.passComment(end, i)
          state.position = i
          return end
        }
        if (bytes[i + 1] === 0x2a) {
          if (state.options.keepDirectiveComments) return -1
          const comment = i
          i += 2
          while (!(bytes[i] === 0x2a && bytes[i + 1] === 0x2f)) {
            if (bytes[i] === newline) return -1
            i++
          }
          i += 2
          state.passComment(comment, i)
        } else i++
        break
      case 0x5f:
        if (bytes[i + 1] === 0x5f && bytes[i + 2] === 0x56) return -1
        i++
        break
      case 0:
        return -1
      default:
        i++
    }
  }
}

/** Reads the body of a macro if that was not done before. */
export function readMacroBody(state: State, macro: number): void {
  if (!state.macros.isUnread(macro)) return
  const unread = state.macros.unread(macro)
  const { bytes, position, end, base, inDirective, hasRemarks, wantsHeaderName } = state
  // Behind the body its line ends, or a comment does. What is odd in it was told when it was passed.
  state.hasRemarks = false
  // In the body `<` begins no header's name, even where a directive asks for one.
  state.wantsHeaderName = false
  state.bytes = state.macros.source(unread.source)
  state.position = unread.start
  state.end = unread.end + 1
  state.base = unread.base
  state.inDirective = true
  if (!readBody(state, macro)) state.macros.setBody(macro, 0, 0)
  state.bytes = bytes
  state.position = position
  state.end = end
  state.base = base
  state.inDirective = inDirective
  state.hasRemarks = hasRemarks
  state.wantsHeaderName = wantsHeaderName
}

/** Reads the rest of the line as the body; false for a fault that was told. */
function readBody(state: State, macro: number): boolean {
  const { names, macros, bodies } = state
  const count = macros.parameterCount(macro)
  // A call in whose arguments a macro is defined: two bodies are never read at once, but a name may be a parameter of both.
  const saved: number[] = []
  for (let i = 0; i < count; i++) {
    const node = macros.parameter(macro, i)
    saved.push(names.parameter(node))
    names.setParameter(node, i + 1)
  }
  const savedVariadic = state.insideVariadic
  state.insideVariadic = macros.isVariadic(macro)
  const start = bodies.length
  let isGood = readTokens(state, macro)
  if (isGood) {
    macros.setBody(macro, start, bodies.length)
    if (state.insideVariadic) isGood = groupOptions(state, macro, start, bodies.length)
  }
  if (!isGood) bodies.length = start
  state.texts.keep()
  state.insideVariadic = savedVariadic
  for (let i = 0; i < count; i++) names.setParameter(macros.parameter(macro, i), saved[i] as number)
  return isGood
}

/** Puts the tokens of the line behind those in the list of bodies. */
function readTokens(state: State, macro: number): boolean {
  const { bodies, names, macros } = state
  const isFunctionLike = macros.isFunctionLike(macro)
  const isVariadic = macros.isVariadic(macro)
  const start = bodies.length
  let isAfterPaste = false
  let pastePlace = 0
  // Only spellings like `x ## ## y` need more for a comparison than the tokens.
  let manyPastes = ''
  for (;;) {
    let found: number = lexInLine(state, 0)
    if (found === kind.endOfLine) break
    let { flags, value, size } = state
    const { place } = state
    // -CC: what follows the macro's use must not become a comment.
    if (found === kind.comment && state.text().startsWith('//')) {
      const text = `/*${state.text().slice(2)}*/`
      value = state.texts.addText(text)
      size = text.length
    }
    const before = bodies.length - tokenSize
    if (found === kind.paste) {
      if (bodies.length === start) return endsBadly(state, place)
      const old = bodies.cells[before] as number
      if (isAfterPaste) manyPastes += `${bodies.length - start}${(flags & flag.white) !== 0 ? ' ' : ''}##`
      else bodies.cells[before] = old | ((flag.pasteLeft | ((flags & flag.white) !== 0 ? flag.whiteBeforePaste : 0)) << flagShift)
      isAfterPaste = true
      pastePlace = place
      continue
    }
    if (found === kind.name && names.parameter(value) > 0) {
      found = kind.parameter
      size = names.parameter(value) - 1
    }
    if (isFunctionLike && bodies.length > start && isStringifier(bodies.cells[before] as number)) {
      const isOption = found === kind.name && isVariadic && names.role(value) === role.variadicOption
      if (found === kind.parameter || isOption) {
        const inside = (flags & flag.white) !== 0 ? flag.whiteInside : 0
        const outside = ((bodies.cells[before] as number) >> flagShift) & flag.white
        flags = (flags & ~flag.white) | flag.stringify | inside | outside
        bodies.length = before
      }
    }
    isAfterPaste = false
    bodies.push(found | (flags << flagShift), value, size, place)
  }
  if (isAfterPaste) return endsBadly(state, pastePlace)
  if (manyPastes !== '') macros.manyPastes.set(macro, manyPastes)
  if (bodies.length > start) bodies.cells[start] = (bodies.cells[start] as number) & ~(flag.white << flagShift)
  return true
}

/** A `#` that is no operand of `##`. */
const isStringifier = (meta: number) => (meta & kindMask) === kind.hash && ((meta >> flagShift) & flag.pasteLeft) === 0

function endsBadly(state: State, place: number): false {
  state.error('paste-at-end', "'##' cannot appear at either end of a macro expansion", place, 2)
  return false
}

/**
 * `__VA_OPT__ ( … )` becomes one parameter token, whose group is the tokens between the parentheses: these stay where they
 * are, the body is written anew behind them.
 */
function groupOptions(state: State, macro: number, start: number, end: number): boolean {
  const { bodies, macros, groups } = state
  const isOption = (at: number) => {
    const tokenKind = (bodies.cells[at] as number) & kindMask
    return (
      (tokenKind === kind.name || tokenKind === kind.parameter) &&
      state.names.role(bodies.cells[at + valueCell] as number) === role.variadicOption
    )
  }
  const kindAt = (at: number) => (bodies.cells[at] as number) & kindMask
  const flagsAt = (at: number) => (bodies.cells[at] as number) >> flagShift
  let first = start
  while (first < end && !isOption(first)) first += tokenSize
  if (first === end) return true
  const result = bodies.length
  for (let at = start; at < end; at += tokenSize) {
    if (!isOption(at)) {
      bodies.append(bodies, at, at + tokenSize)
      continue
    }
    const place = bodies.cells[at + placeCell] as number
    const fail = (code: string, message: string, where: number) => {
      state.error(code, message, where, '__VA_OPT__'.length)
      return false
    }
    const open = at + tokenSize
    if (open >= end || kindAt(open) !== kind.openParen) {
      return fail('bad-va-opt', '__VA_OPT__ must be followed by an open parenthesis', place)
    }
    let depth = 0
    let close = open
    for (; close < end; close += tokenSize) {
      if (isOption(close)) return fail('bad-va-opt', '__VA_OPT__ may not appear in a __VA_OPT__', bodies.cells[close + placeCell] as number)
      if (kindAt(close) === kind.openParen) depth++
      else if (kindAt(close) === kind.closeParen && --depth === 0) break
    }
    if (close >= end) return fail('bad-va-opt', 'unterminated __VA_OPT__', place)
    const groupStart = open + tokenSize
    const lastFlags = close > groupStart ? flagsAt(close - tokenSize) : 0
    if (((flagsAt(open) | lastFlags) & flag.pasteLeft) !== 0) {
      return fail('paste-at-end', "'##' cannot appear at either end of __VA_OPT__", place)
    }
    const flags = flagsAt(at) | (flagsAt(close) & flag.pasteLeft) | flag.group
    bodies.push(kind.parameter | (flags << flagShift), bodies.cells[at + valueCell] as number, groups.length / 2, place)
    groups.push(groupStart, close)
    at = close
  }
  macros.setBody(macro, result, bodies.length)
  return true
}

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
  const tokenKind = (cells[at] as number) & kindMask
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
    const flags = (state.bodies.cells[at] as number) >> flagShift
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
