// Macro expansion (C17 6.10.3) by the algorithm that GNU's "The C Preprocessor Internals" describes: a stack of token
// lists, names painted blue while their macro is being expanded, padding where the printer may have to put a space.
// Enters: the state. Leaves: the next token of the translation unit, fully expanded.

import { builtinValue } from './builtin-macros.ts'
import type { Identifier } from './identifiers.ts'
import { lexInLine, skipBlockComment } from './lexer.ts'
import { builtin, type Macro } from './macro.ts'
import { macroBody } from './macro-body.ts'
import { runPragmaOperator } from './pragma-operator.ts'
import { pasteAll } from './paste.ts'
import { Context, type State } from './state.ts'
import { stringifyArgument } from './stringify.ts'
import { avoidPastePadding, flag, kind, paddingFor, Token } from './tokens.ts'

/** The next token after expansion; padding included. At the end of a line of text outside arguments: endOfLine. */
export function nextToken(state: State): Token {
  for (;;) {
    let token: Token
    const { context } = state
    if (context === undefined) {
      token = nextFromFile(state)
    } else if (context.position < context.end) {
      token = context.tokens[context.position++] as Token
      if ((token.flags & flag.pasteLeft) !== 0) {
        pasteAll(state, token)
        if (state.inDirective) continue
        return paddingFor(token)
      }
    } else {
      popContext(state)
      if (state.inDirective) continue
      return avoidPastePadding
    }
    if (token.kind !== kind.name) return token
    const identifier = token.identifier as Identifier
    const { macro } = identifier
    if (macro === undefined || (token.flags & flag.noExpand) !== 0) return token
    if (identifier.disabled > 0) return token.withFlags(token.flags | flag.noExpand)
    if (state.preventExpansion > 0) return token
    if (!enterMacro(state, token, identifier, macro)) return token
    if (state.inDirective) continue
    return paddingFor(token)
  }
}

/** A token of the file itself; in arguments line ends count as white space and directives are obeyed. */
function nextFromFile(state: State): Token {
  let flags = 0
  for (;;) {
    if (state.atLineStart && !state.inDirective) {
      if (!beginLineInArguments(state)) return new Token(kind.endOfFile, flags, '', undefined, state.base + Math.max(0, state.end - 1))
      flags = flag.lineStart | flag.white
      state.atLineStart = false
      const token = lexInLine(state, flags)
      if (token.kind === kind.hash && state.directive(state, token.location)) {
        state.atLineStart = true
        continue
      }
      if (token.kind !== kind.endOfLine) return token
    } else {
      const token = lexInLine(state, flags)
      if (state.pendingWhite) {
        state.pendingWhite = false
        token.flags |= flag.white
      }
      if (token.kind !== kind.endOfLine) return token
      if (state.inDirective) return new Token(kind.endOfFile, flags, '', undefined, token.location)
      if (state.parsingArguments === 0) return token
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

export function pushContext(
  state: State,
  tokens: readonly Token[],
  end: number,
  identifier?: Identifier,
  expansion?: number,
  fileLocation?: number,
): void {
  if (identifier) identifier.disabled++
  const outer = state.context
  state.context = new Context(
    tokens,
    end,
    identifier,
    outer,
    expansion ?? outer?.expansion ?? 0,
    fileLocation ?? outer?.fileLocation ?? state.location,
  )
}

function popContext(state: State): void {
  const context = state.context as Context
  if (context.identifier) context.identifier.disabled--
  state.context = context.outer
}

/** Counts against the bound that keeps exponential macros from running for ever. */
function spend(state: State, tokens: number, location: number): void {
  state.expandedTokens += tokens + 1
  if (state.expandedTokens > state.options.limits.expandedTokens) {
    state.fatal(
      'expansion-too-large',
      `macro expansion makes more than ${state.options.limits.expandedTokens} tokens; does a macro double itself?`,
      state.invocationLocation || location,
    )
  }
}

/** Begins the expansion of a macro. False: the name stands for itself (no parenthesis follows, or bad arguments, told). */
function enterMacro(state: State, token: Token, identifier: Identifier, macro: Macro): boolean {
  macro.wasUsed = true
  if (macro.builtin !== builtin.none) {
    if (macro.builtin === builtin.pragma) return !state.inDirective && runPragmaOperator(state, token, nextToken)
    const value = builtinValue(state, macro.builtin, token)
    if (!value) return false
    pushContext(state, [value], 1)
    return true
  }
  const outer = state.context
  const fileLocation = state.fileLocationOf(token)
  if (state.argumentDepth === 0) state.invocationLocation = fileLocation
  if (!macro.isFunctionLike) {
    const body = macroBody(state, macro)
    spend(state, body.length, token.location)
    pushContext(state, body, body.length, identifier, newExpansion(state, identifier, token.location, outer), fileLocation)
    return true
  }
  if (!findParenthesis(state)) return false
  state.preventExpansion++
  const savedParsing = state.parsingArguments
  state.parsingArguments = 2
  const argumentList = collectArguments(state, token, identifier, macro)
  state.parsingArguments = savedParsing
  state.preventExpansion--
  if (!argumentList) return false
  const body = macroBody(state, macro)
  const expansion = newExpansion(state, identifier, token.location, outer)
  if (macro.parameters.length === 0) {
    spend(state, body.length, token.location)
    pushContext(state, body, body.length, identifier, expansion, fileLocation)
  } else {
    const replaced = replaceArguments(state, macro, body, argumentList)
    spend(state, replaced.length, token.location)
    pushContext(state, replaced, replaced.length, identifier, expansion, fileLocation)
  }
  return true
}

function newExpansion(state: State, identifier: Identifier, location: number, outer: Context | undefined): number {
  if (!state.options.origins || state.inDirective) return 0
  state.expansions.push({ name: identifier.name, location, outer: outer?.expansion ?? 0 })
  return state.expansions.length
}

/** Looks for `(` behind the name of a function-like macro and takes it; what is not one stays to be read. */
function findParenthesis(state: State): boolean {
  let padding: Token | undefined
  for (;;) {
    const { context } = state
    if (context === undefined) break
    if (context.position < context.end) {
      const token = context.tokens[context.position] as Token
      if (token.kind === kind.padding) {
        context.position++
        padding = laterPadding(padding, token)
        continue
      }
      if ((token.flags & flag.pasteLeft) !== 0) {
        context.position++
        pasteAll(state, token)
        padding ??= paddingFor(token)
        continue
      }
      if (token.kind === kind.openParen) {
        context.position++
        return true
      }
      if (padding) pushContext(state, [padding], 1)
      return false
    }
    popContext(state)
    if (!state.inDirective) padding = laterPadding(padding, avoidPastePadding)
  }
  if (findParenthesisInFile(state)) return true
  if (padding && !state.inDirective) pushContext(state, [padding], 1)
  return false
}

/** Of two paddings in a row, the one that the printer is to see. */
function laterPadding(first: Token | undefined, second: Token): Token {
  if (first?.source === undefined) return second
  return (first.source.flags & flag.white) === 0 && second.source === undefined ? second : first
}

/** The same in the text of the file: white space, comments and line ends may stand between. */
function findParenthesisInFile(state: State): boolean {
  const { bytes, end } = state
  let i = state.position
  if (state.atLineStart && !state.inDirective) return false
  for (;;) {
    const c = bytes[i] as number
    if (c === 0x28) {
      if (i > state.position) passTo(state, i)
      state.position = i + 1
      return true
    }
    if (c === 0x20 || c === 0x09 || c === 0x0b || c === 0x0c || (c === 0 && i < end)) i++
    else if (c === 0x0a) {
      if (state.inDirective || i + 1 >= end) return false
      i++
    } else if (c === 0x2f && bytes[i + 1] === 0x2f) while (bytes[i] !== 0x0a) i++
    else if (c === 0x2f && bytes[i + 1] === 0x2a) {
      const close = indexOfCommentEnd(bytes, i + 2, end)
      if (close < 0) return false
      i = close
    } else return false
  }
}

/** Moves the reading position over white space, comments and line ends, which are counted. */
function passTo(state: State, target: number): void {
  const { bytes } = state
  let i = state.position
  while (i < target) {
    const c = bytes[i] as number
    if (c === 0x0a) {
      state.passLineEnd(i + 1)
      i++
    } else if (c === 0x2f && bytes[i + 1] === 0x2a) i = skipBlockComment(state, i)
    else if (c === 0x2f) {
      const start = i
      while (bytes[i] !== 0x0a) i++
      state.passComment(start, i)
    } else i++
  }
}

function indexOfCommentEnd(bytes: Uint8Array, from: number, end: number): number {
  for (let at = bytes.indexOf(0x2a, from); at >= 0 && at < end; at = bytes.indexOf(0x2a, at + 1)) if (bytes[at + 1] === 0x2f) return at + 2
  return -1
}

export interface Argument {
  /** As written, the outermost padding taken away. */
  readonly tokens: Token[]
  expanded: readonly Token[] | undefined
  stringified: Token | undefined
  /** A variadic argument that is not there at all: `f(x)` for `f(x, ...)`. */
  isOmitted: boolean
}

const emptyArgument = (): Argument => ({ tokens: [], expanded: undefined, stringified: undefined, isOmitted: false })

function collectArguments(state: State, name: Token, identifier: Identifier, macro: Macro): Argument[] | undefined {
  const result: Argument[] = []
  const wanted = macro.parameters.length
  let count = 0
  for (;;) {
    count++
    let depth = 0
    const argument = emptyArgument()
    const { tokens } = argument
    if (count <= wanted || count === 1) result.push(argument)
    let token: Token
    for (;;) {
      token = nextToken(state)
      if (token.kind === kind.padding) {
        if (tokens.length === 0) continue
      } else if (token.kind === kind.openParen) depth++
      else if (token.kind === kind.closeParen) {
        if (depth-- === 0) break
      } else if (token.kind === kind.comma) {
        if (depth === 0 && !(macro.isVariadic && count === wanted)) break
      } else if (token.kind === kind.endOfFile) break
      // gcc takes a `#` that begins a line of an argument, and is no directive, for the end of the argument.
      else if (token.kind === kind.hash && (token.flags & flag.lineStart) !== 0) break
      else if (token.kind === kind.comment) continue
      tokens.push(token)
      if ((tokens.length & 0xfff) === 0) spend(state, 0xfff, name.location)
    }
    while (tokens.length > 0 && (tokens[tokens.length - 1] as Token).kind === kind.padding) tokens.pop()
    if (token.kind === kind.closeParen) break
    if (token.kind === kind.endOfFile) {
      // The end of an argument that is being expanded must be met again by whoever expands it.
      if (state.context) state.context.position--
      reportAt(
        state,
        'unterminated-arguments',
        `unterminated argument list invoking macro "${identifier.name}"`,
        token.location,
        macro,
        identifier,
      )
      return undefined
    }
  }
  if (count === 1 && wanted === 0 && result[0]?.tokens.length === 0) count = 0
  if (!hasRightCount(state, identifier, macro, count)) return undefined
  if (macro.isVariadic) {
    while (result.length < wanted) result.push(emptyArgument())
    const last = result[wanted - 1] as Argument
    if (count < wanted || (count === 1 && last.tokens.length === 0)) last.isOmitted = true
  } else while (result.length < wanted) result.push(emptyArgument())
  return result
}

function reportAt(state: State, code: string, message: string, location: number, macro: Macro, identifier: Identifier): void {
  const definition = macro.location > 0 ? state.locations.span(macro.location, identifier.name.length) : undefined
  state.error(
    code,
    message,
    location,
    1,
    definition ? { notes: [{ message: `macro "${identifier.name}" is defined here`, span: definition }] } : {},
  )
}

function hasRightCount(state: State, identifier: Identifier, macro: Macro, count: number): boolean {
  const wanted = macro.parameters.length
  if (count === wanted) return true
  // A line's end within the call has been passed: the message names the line of the closing parenthesis, as gcc's does.
  const location = Math.max(state.base, state.location - 1)
  if (count < wanted) {
    if (count + 1 === wanted && macro.isVariadic) return true
    // One parameter and nothing between the parentheses is an empty argument and was counted as one.
    reportAt(
      state,
      'too-few-arguments',
      `macro "${identifier.name}" requires ${wanted} arguments, but only ${count} given`,
      location,
      macro,
      identifier,
    )
  } else {
    reportAt(
      state,
      'too-many-arguments',
      `macro "${identifier.name}" passed ${count} arguments, but takes just ${wanted}`,
      location,
      macro,
      identifier,
    )
  }
  return false
}

/** An argument expanded as if it were the rest of the file (C17 6.10.3.1). */
function expandArgument(state: State, argument: Argument): readonly Token[] {
  if (argument.expanded) return argument.expanded
  const { tokens } = argument
  if (tokens.length === 0) return (argument.expanded = tokens)
  if (tokens.every((token) => token.kind !== kind.name || token.identifier?.macro === undefined)) return (argument.expanded = tokens)
  if (state.argumentDepth >= state.options.limits.argumentDepth) {
    state.fatal(
      'arguments-too-deep',
      `macro calls are nested more than ${state.options.limits.argumentDepth} deep in their arguments`,
      state.invocationLocation,
    )
  }
  state.argumentDepth++
  const outer = state.context
  const savedPrevent = state.preventExpansion
  const savedParsing = state.parsingArguments
  state.preventExpansion = 0
  state.parsingArguments = 0
  const endToken = new Token(kind.endOfFile, 0, '', undefined, (tokens[tokens.length - 1] as Token).location)
  state.context = new Context(
    [...tokens, endToken],
    tokens.length + 1,
    undefined,
    outer,
    outer?.expansion ?? 0,
    outer?.fileLocation ?? (tokens[0] as Token).location,
  )
  const expanded: Token[] = []
  for (;;) {
    const token = nextToken(state)
    if (token.kind === kind.endOfFile) break
    expanded.push(token)
    if ((expanded.length & 0xffff) === 0) spend(state, 0x10000, token.location)
  }
  while (state.context !== outer) popContext(state)
  state.preventExpansion = savedPrevent
  state.parsingArguments = savedParsing
  state.argumentDepth--
  return (argument.expanded = expanded)
}

/** The body with its parameters replaced. */
function replaceArguments(state: State, macro: Macro, body: readonly Token[], argumentList: readonly Argument[]): Token[] {
  const result: Token[] = []
  const last = macro.parameters.length - 1
  for (let i = 0; i < body.length; i++) {
    const source = body[i] as Token
    if (source.kind !== kind.parameter) {
      result.push(source)
      continue
    }
    const argument = source.group
      ? optionArgument(state, macro, source.group, argumentList, (source.flags & flag.stringify) !== 0)
      : (argumentList[source.parameter] as Argument)
    const isLeft = (source.flags & flag.pasteLeft) !== 0
    const isRight = i > 0 && ((body[i - 1] as Token).flags & flag.pasteLeft) !== 0
    let from: readonly Token[]
    let repainted = -1
    if ((source.flags & flag.stringify) !== 0) {
      from = [(argument.stringified ??= stringifyArgument(state, argument.tokens, source))]
    } else if (isLeft) from = argument.tokens
    else if (isRight) {
      from = argument.tokens
      if (result.length > 0) {
        const before = result[result.length - 1] as Token
        if (before.kind === kind.comma && macro.isVariadic && source.parameter === last && !source.group) {
          // GNU: `, ## __VA_ARGS__` swallows the comma where nothing was given, else nothing is pasted.
          if (argument.isOmitted) result.pop()
          else repainted = result.length - 1
        } else if (from.length === 0) repainted = result.length - 1
      }
    } else from = expandArgument(state, argument)
    if (!isRight && i > 0 && (!state.inDirective || state.directiveWantsPadding)) result.push(paddingFor(source))
    if (from.length > 0) {
      for (let k = 0; k < from.length; k++) result.push(from[k] as Token)
      if (isLeft) repainted = result.length - 1
      if (from.length > 4096) spend(state, from.length, source.location)
    }
    if (!state.inDirective && !isLeft) result.push(avoidPastePadding)
    if (repainted >= 0) {
      const token = result[repainted] as Token
      const flags = isLeft ? token.flags | flag.pasteLeft : token.flags & ~flag.pasteLeft
      result[repainted] = token.withFlags(flags)
    }
  }
  return result
}

/** What `__VA_OPT__ (group)` stands for: the group where the variadic argument holds tokens, else nothing. */
function optionArgument(
  state: State,
  macro: Macro,
  group: readonly Token[],
  argumentList: readonly Argument[],
  isStringified: boolean,
): Argument {
  const variadic = argumentList[macro.parameters.length - 1] as Argument
  const holdsTokens = !variadic.isOmitted && expandArgument(state, variadic).some((token) => token.kind !== kind.padding)
  let tokens = holdsTokens ? replaceArguments(state, macro, group, argumentList) : []
  if (isStringified && tokens.length > 0) tokens = pasted(state, tokens)
  while (tokens.length > 0 && (tokens[tokens.length - 1] as Token).kind === kind.padding) tokens.pop()
  while (tokens.length > 0 && (tokens[0] as Token).kind === kind.padding) tokens.shift()
  return { tokens, expanded: tokens, stringified: undefined, isOmitted: false }
}

/** Tokens with each `##` between them carried out and nothing expanded. */
function pasted(state: State, tokens: readonly Token[]): Token[] {
  const outer = state.context
  const last = tokens[tokens.length - 1] as Token
  const endToken = new Token(kind.endOfFile, 0, '', undefined, last.location)
  state.context = new Context([...tokens, endToken], tokens.length + 1, undefined, outer, 0, outer?.fileLocation ?? last.location)
  state.preventExpansion++
  const result: Token[] = []
  for (;;) {
    const token = nextToken(state)
    if (token.kind === kind.endOfFile) break
    result.push(token)
  }
  state.preventExpansion--
  while (state.context !== outer) popContext(state)
  return result
}
