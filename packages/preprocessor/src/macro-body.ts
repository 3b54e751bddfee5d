// #define (C17 6.10.3) with GNU's named variadic parameters and __VA_OPT__.
// Enters: the state behind the word `define`. Leaves: the macro, its body unread where nothing in it needs a look now;
// macroBody reads it on first use.

import { type Identifier, role } from './identifiers.ts'
import { textOf } from './byte-text.ts'
import { charClass, classOf, isNameByte } from './characters.ts'
import { lexInLine } from './lexer.ts'
import { builtin, Macro, type UnreadBody } from './macro.ts'
import type { State } from './state.ts'
import { flag, kind, Token } from './tokens.ts'

const newline = 0x0a

/** The name that #define, #undef, #ifdef and kin work on; undefined and told where there is none. */
export function readMacroName(state: State, directive: string, isDefinition: boolean): Token | undefined {
  const token = lexInLine(state, 0)
  if (token.kind === kind.name) {
    const identifier = token.identifier as Identifier
    if (isDefinition && identifier.role === role.defined) {
      state.error('bad-macro-name', `"defined" cannot be used as a macro name`, token.location, token.text.length)
      return undefined
    }
    if (
      isDefinition &&
      identifier.macro &&
      (identifier.macro.builtin === builtin.hasInclude || identifier.macro.builtin === builtin.hasIncludeNext)
    ) {
      state.error('bad-macro-name', `"${token.text}" cannot be used as a macro name`, token.location, token.text.length)
      return undefined
    }
    if (identifier.poisoned && isDefinition) return undefined
    return token
  }
  if (token.kind === kind.endOfLine) state.error('no-macro-name', `no macro name given in #${directive} directive`, token.location)
  else state.error('bad-macro-name', `macro names must be identifiers, and "${token.text}" is none`, token.location, token.text.length)
  return undefined
}

/** Obeys `#define`; the line is read to its end. `isPredefined` for the built-in list. */
export function readDefine(state: State, isPredefined: boolean): Identifier | undefined {
  const name = readMacroName(state, 'define', true)
  if (!name) return undefined
  const identifier = name.identifier as Identifier
  const macro = readDefinition(state, name, isPredefined)
  if (!macro) return undefined
  const old = identifier.macro
  if (old && !isPredefined) {
    if (state.options.warnsOfUnusedMacros) warnIfUnused(state, old)
    if (old.builtin !== builtin.none) {
      state.warn('builtin-redefined', `redefining builtin macro "${name.text}"`, name.location, name.text.length, {
        option: 'builtin-macro-redefined',
      })
    } else if (!isSameMacro(state, old, macro)) {
      const definition = old.location > 0 ? state.locations.span(old.location, name.text.length) : undefined
      const where = definition ? { notes: [{ message: 'it was defined here', span: definition }] } : {}
      state.warn('macro-redefined', `"${name.text}" redefined`, name.location, name.text.length, where)
    }
  }
  identifier.macro = macro
  state.identifiers.updateStop(identifier)
  return identifier
}

/** A macro that the main file defines goes, or the file ends, and nobody asked for it. */
export function warnIfUnused(state: State, macro: Macro): void {
  if (macro.wasUsed || macro.location === 0 || macro.builtin !== builtin.none) return
  const reading = state.locations.readingAt(macro.location)
  if (reading === undefined || reading !== state.frames[0]?.reading) return
  const span = state.locations.span(macro.location)
  if (!span) return
  const name = /^\w+/.exec(span.source.text.slice(span.start, span.start + 256))?.[0] ?? ''
  state.warn('unused-macro', `macro "${name}" is not used`, macro.location, name.length, { option: 'unused-macros' })
}

/**
 * ` define NAME body` of a name that is new, without parameters and with a body that can wait: true, and the line is passed.
 * Everything else is left to {@link readDefine}.
 */
export function readPlainDefine(state: State): boolean {
  const { bytes, position, identifiers } = state
  let start = position
  while (bytes[start] === 0x20 || bytes[start] === 0x09) start++
  start += 'define '.length
  while (bytes[start] === 0x20 || bytes[start] === 0x09) start++
  if (classOf[bytes[start] as number] !== charClass.name) return false
  let end = start
  while (isNameByte[bytes[end] as number] === 1) end++
  const c = bytes[end] as number
  if (c !== 0x20 && c !== 0x09 && c !== newline) return false
  const identifier = identifiers.internBytes(bytes, start, end)
  if (identifier.macro !== undefined || identifier.role !== role.ordinary) return false
  state.position = end
  const unread = scanBody(state, false)
  if (!unread) {
    state.position = position
    return false
  }
  identifier.macro = new Macro(false, noParameters, false, undefined, unread, state.base + start, false)
  identifiers.updateStop(identifier)
  if (state.position < state.end) {
    state.passLineEnd(state.position + 1)
    state.position++
  }
  state.atLineStart = true
  return true
}

const noParameters: readonly Identifier[] = []

function readDefinition(state: State, name: Token, isPredefined: boolean): Macro | undefined {
  const { bytes } = state
  let parameters: Identifier[] = []
  let isVariadic = false
  const isFunctionLike = bytes[state.position] === 0x28
  if (isFunctionLike) {
    state.position++
    const list = readParameters(state)
    if (!list) return undefined
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
  const unread = isPredefined || !state.hasPoison ? scanBody(state, isFunctionLike) : undefined
  if (unread) return new Macro(isFunctionLike, parameters, isVariadic, undefined, unread, name.location, isPredefined)
  const macro = new Macro(isFunctionLike, parameters, isVariadic, undefined, undefined, name.location, isPredefined)
  const body = readBody(state, macro)
  if (!body) return undefined
  macro.body = body
  return macro
}

function readParameters(state: State): { parameters: Identifier[]; isVariadic: boolean } | undefined {
  const parameters: Identifier[] = []
  const seen = new Set<Identifier>()
  const fail = (token: Token, wanted: string) => {
    const found = token.kind === kind.endOfLine ? 'the end of the line' : `"${token.text}"`
    state.error('bad-macro-parameters', `expected ${wanted}, found ${found}`, token.location, Math.max(1, token.text.length))
    return undefined
  }
  const savedVariadic = state.insideVariadic
  state.insideVariadic = true
  try {
    let token = lexInLine(state, 0)
    if (token.kind === kind.closeParen) return { parameters, isVariadic: false }
    for (;;) {
      if (token.kind === kind.ellipsis) {
        parameters.push(state.identifiers.intern('__VA_ARGS__'))
        token = lexInLine(state, 0)
        return token.kind === kind.closeParen ? { parameters, isVariadic: true } : fail(token, '\')\' after "..."')
      }
      if (token.kind !== kind.name) return fail(token, 'parameter name')
      const identifier = token.identifier as Identifier
      if (identifier.role === role.variadicArguments) {
        state.warn(
          'misplaced-va-args',
          '__VA_ARGS__ can only appear in the expansion of a C99 variadic macro',
          token.location,
          token.text.length,
        )
      }
      if (identifier.role === role.variadicOption) {
        state.warn(
          'misplaced-va-opt',
          '__VA_OPT__ can only appear in the expansion of a C++20 variadic macro',
          token.location,
          token.text.length,
        )
      }
      if (seen.has(identifier)) {
        state.error('duplicate-parameter', `duplicate macro parameter "${token.text}"`, token.location, token.text.length)
        return undefined
      }
      seen.add(identifier)
      parameters.push(identifier)
      token = lexInLine(state, 0)
      if (token.kind === kind.ellipsis) {
        token = lexInLine(state, 0)
        return token.kind === kind.closeParen ? { parameters, isVariadic: true } : fail(token, '\')\' after "..."')
      }
      if (token.kind === kind.closeParen) return { parameters, isVariadic: false }
      if (token.kind !== kind.comma) return fail(token, "',' or ')'")
      token = lexInLine(state, 0)
    }
  } finally {
    state.insideVariadic = savedVariadic
  }
}

/** Finds the end of a body that can be read later: nothing in it can be at fault or passes the line's end. */
function scanBody(state: State, isFunctionLike: boolean): UnreadBody | undefined {
  const { bytes } = state
  const start = state.position
  let i = start
  for (;;) {
    const c = bytes[i] as number
    switch (c) {
      case newline:
        state.position = i
        return { bytes, start, end: i, base: state.base }
      case 0x22:
      case 0x27: {
        i++
        while (bytes[i] !== c && bytes[i] !== newline) i += bytes[i] === 0x5c && bytes[i + 1] !== newline ? 2 : 1
        if (bytes[i] !== newline) i++
        break
      }
      case 0x23:
        if (isFunctionLike || bytes[i + 1] === 0x23) return undefined
        i++
        break
      case 0x2f:
        if (bytes[i + 1] === 0x2f) {
          const end = i
          while (bytes[i] !== newline) i++
          if (state.options.keepDirectiveComments) return undefined
          state.passComment(end, i)
          state.position = i
          return { bytes, start, end, base: state.base }
        }
        if (bytes[i + 1] === 0x2a) {
          if (state.options.keepDirectiveComments) return undefined
          const comment = i
          i += 2
          while (!(bytes[i] === 0x2a && bytes[i + 1] === 0x2f)) {
            if (bytes[i] === newline) return undefined
            i++
          }
          i += 2
          state.passComment(comment, i)
        } else i++
        break
      case 0x5f:
        if (bytes[i + 1] === 0x5f && bytes[i + 2] === 0x56) return undefined
        i++
        break
      case 0:
        return undefined
      default:
        i++
    }
  }
}

/** The body of a macro, read now if it was not before. */
export function macroBody(state: State, macro: Macro): readonly Token[] {
  if (macro.body) return macro.body
  const unread = macro.unread as UnreadBody
  const { bytes, position, end, base, inDirective, hasRemarks, wantsHeaderName } = state
  // Behind the body its line ends, or a comment does. What is odd in it was told when it was passed.
  state.hasRemarks = false
  // In the body `<` begins no header's name, even where a directive asks for one.
  state.wantsHeaderName = false
  state.bytes = unread.bytes
  state.position = unread.start
  state.end = unread.end + 1
  state.base = unread.base
  state.inDirective = true
  const body = readBody(state, macro) ?? []
  state.bytes = bytes
  state.position = position
  state.end = end
  state.base = base
  state.inDirective = inDirective
  state.hasRemarks = hasRemarks
  state.wantsHeaderName = wantsHeaderName
  macro.unread = undefined
  return (macro.body = body)
}

function readBody(state: State, macro: Macro): Token[] | undefined {
  const { parameters } = macro
  const saved = parameters.map((parameter) => parameter.parameter)
  parameters.forEach((parameter, i) => {
    parameter.parameter = i + 1
  })
  const savedVariadic = state.insideVariadic
  state.insideVariadic = macro.isVariadic
  try {
    const body = readTokens(state, macro)
    if (!body) return undefined
    return macro.isVariadic ? groupOptions(state, macro, body) : body
  } finally {
    state.insideVariadic = savedVariadic
    parameters.forEach((parameter, i) => {
      parameter.parameter = saved[i] as number
    })
  }
}

function readTokens(state: State, macro: Macro): Token[] | undefined {
  const body: Token[] = []
  let isAfterPaste = false
  const endsBadly = (token: Token) => {
    state.error('paste-at-end', "'##' cannot appear at either end of a macro expansion", token.location, 2)
    return undefined
  }
  let paste: Token | undefined
  let shape = ''
  for (;;) {
    let token = lexInLine(state, 0)
    if (token.kind === kind.endOfLine) break
    // -CC: what follows the macro's use must not become a comment.
    if (token.kind === kind.comment && token.text.startsWith('//')) token.text = `/*${token.text.slice(2)}*/`
    shape += ((token.flags & flag.white) !== 0 && shape !== '' ? ' ' : '') + token.text
    if (token.kind === kind.name && (token.identifier as Identifier).parameter > 0) {
      const parameter = (token.identifier as Identifier).parameter - 1
      const argument = new Token(kind.parameter, token.flags, token.text, token.identifier, token.location)
      argument.parameter = parameter
      token = argument
    }
    const before = body[body.length - 1]
    if (macro.isFunctionLike && before && before.kind === kind.hash && !isHashUsed(before)) {
      if (
        token.kind === kind.parameter ||
        (token.kind === kind.name && (token.identifier as Identifier).role === role.variadicOption && macro.isVariadic)
      ) {
        token.flags = (token.flags & ~flag.white) | flag.stringify | (before.flags & flag.white)
        body[body.length - 1] = token
        isAfterPaste = false
        continue
      }
    }
    if (token.kind === kind.paste) {
      if (body.length === 0) return endsBadly(token)
      if (!isAfterPaste) (body[body.length - 1] as Token).flags |= flag.pasteLeft
      isAfterPaste = true
      paste = token
      continue
    }
    isAfterPaste = false
    body.push(token)
  }
  if (isAfterPaste && paste) return endsBadly(paste)
  macro.shape = shape
  const first = body[0]
  if (first) first.flags &= ~flag.white
  return body
}

const isHashUsed = (token: Token) => (token.flags & flag.pasteLeft) !== 0

/** `__VA_OPT__ ( … )` becomes one parameter token whose group holds the tokens between the parentheses. */
function groupOptions(state: State, macro: Macro, body: Token[]): Token[] | undefined {
  if (!body.some((token) => token.identifier?.role === role.variadicOption)) return body
  const result: Token[] = []
  for (let i = 0; i < body.length; i++) {
    const token = body[i] as Token
    if (token.identifier?.role !== role.variadicOption) {
      result.push(token)
      continue
    }
    const open = body[i + 1]
    if (open?.kind !== kind.openParen) {
      state.error('bad-va-opt', '__VA_OPT__ must be followed by an open parenthesis', token.location, token.text.length)
      return undefined
    }
    let depth = 0
    let close = i + 1
    for (; close < body.length; close++) {
      const inner = body[close] as Token
      if (inner.identifier?.role === role.variadicOption) {
        state.error('bad-va-opt', '__VA_OPT__ may not appear in a __VA_OPT__', inner.location, inner.text.length)
        return undefined
      }
      if (inner.kind === kind.openParen) depth++
      else if (inner.kind === kind.closeParen && --depth === 0) break
    }
    if (close >= body.length) {
      state.error('bad-va-opt', 'unterminated __VA_OPT__', token.location, token.text.length)
      return undefined
    }
    const group = body.slice(i + 2, close)
    const last = group[group.length - 1]
    if (((open.flags | (last?.flags ?? 0)) & flag.pasteLeft) !== 0) {
      state.error('paste-at-end', "'##' cannot appear at either end of __VA_OPT__", token.location, token.text.length)
      return undefined
    }
    const option = new Token(
      kind.parameter,
      token.flags | ((body[close] as Token).flags & flag.pasteLeft),
      token.text,
      token.identifier,
      token.location,
    )
    option.group = group
    option.parameter = macro.parameters.length - 1
    result.push(option)
    i = close
  }
  return result
}

/** Two definitions that may stand side by side (C17 6.10.3p2). */
export function isSameMacro(state: State, a: Macro, b: Macro): boolean {
  if (a.isFunctionLike !== b.isFunctionLike || a.isVariadic !== b.isVariadic || a.parameters.length !== b.parameters.length) return false
  if (a.parameters.some((parameter, i) => parameter !== b.parameters[i])) return false
  if (a.unread && b.unread && textOf(a.unread.bytes, a.unread.start, a.unread.end) === textOf(b.unread.bytes, b.unread.start, b.unread.end))
    return true
  const isSame = isSameBody(macroBody(state, a), macroBody(state, b))
  return isSame && a.shape === b.shape
}

function isSameBody(a: readonly Token[], b: readonly Token[]): boolean {
  return (
    a.length === b.length &&
    a.every((token, i) => {
      const other = b[i] as Token
      const group = token.group
      if (group && !(other.group && isSameBody(group, other.group))) return false
      return token.kind === other.kind && token.flags === other.flags && token.text === other.text
    })
  )
}

/** A definition as -dM and -dD print it, without `#define `. */
export function macroDefinitionText(state: State, identifier: Identifier): string {
  const macro = identifier.macro as Macro
  let text = identifier.name
  if (macro.isFunctionLike) {
    const names = macro.parameters.map((parameter) => parameter.name)
    if (macro.isVariadic) names[names.length - 1] = names[names.length - 1] === '__VA_ARGS__' ? '...' : `${names[names.length - 1]}...`
    text += `(${names.join(',')})`
  }
  const body = bodyText(macroBody(state, macro))
  return `${text} ${body}`
}

function bodyText(body: readonly Token[]): string {
  let text = ''
  for (const token of body) {
    if ((token.flags & flag.white) !== 0) text += ' '
    if ((token.flags & flag.stringify) !== 0) text += '#'
    text += token.group ? `__VA_OPT__(${bodyText(token.group)})` : token.text
    if ((token.flags & flag.pasteLeft) !== 0) text += ' ##'
  }
  return text
}
