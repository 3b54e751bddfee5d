// #define (C17 6.10.3) with GNU's named variadic parameters.
// Enters: the state behind the word `define`. Leaves: the macro, its body unread where nothing in it needs a look now.

import { charClass, classOf, isNameByte } from './characters.ts'
import { readInLine, warnVariadicName } from './lexer.ts'
import { builtin } from './macro.ts'
import { readBody } from './macro-body.ts'
import { isSameMacro } from './macro-text.ts'
import { role } from './names.ts'
import type { State } from './state.ts'
import { kind, type Token } from './tokens.ts'

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
