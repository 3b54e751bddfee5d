// The directives (C17 6.10; GNU cpp manual). An unknown word after `#` is no directive in assembler: the line is text.
// Enters: the state behind a `#` that begins a line. Leaves: true where the line was a directive, which has then been
// obeyed and read to its end; false where it is text.

import { BadExpression, evaluateCondition, nextSignificant, readAnswer } from './condition.ts'
import { commandLine, includeHeader, saveFrame, systemFlags } from './include.ts'
import { lexInLine, readInLine } from './lexer.ts'
import { builtin } from './macro.ts'
import { macroDefinitionText, readDefine, readMacroName, readPlainDefine, warnIfUnused } from './macro-body.ts'
import { role } from './names.ts'
import { runPragma } from './pragma.ts'
import { type Condition, type FileFrame, guardPhase, type State } from './state.ts'
import { flag, kind, type Token } from './tokens.ts'

interface Directive {
  readonly name: string
  readonly run: (state: State, name: Token) => void
  /** Looked at in skipped groups too. */
  readonly isConditional: boolean
}

const always = (name: string, run: Directive['run']): Directive => ({ name, run, isConditional: false })
const conditional = (name: string, run: Directive['run']): Directive => ({ name, run, isConditional: true })

/** The number of a directive in the table of names is its place here, counted from 1. */
const directives: readonly Directive[] = [
  always('define', doDefine),
  always('undef', doUndef),
  always('include', (state, name) => doInclude(state, name, false, false)),
  always('include_next', (state, name) => doInclude(state, name, true, false)),
  always('import', (state, name) => doInclude(state, name, false, true)),
  conditional('if', doIf),
  conditional('ifdef', (state, name) => doIfdef(state, name, true)),
  conditional('ifndef', (state, name) => doIfdef(state, name, false)),
  conditional('elif', (state, name) => doElif(state, name, 'elif')),
  conditional('elifdef', (state, name) => doElif(state, name, 'elifdef')),
  conditional('elifndef', (state, name) => doElif(state, name, 'elifndef')),
  conditional('else', doElse),
  conditional('endif', doEndif),
  always('line', doLine),
  always('error', (state, name) => doMessage(state, name, true)),
  always('warning', (state, name) => doMessage(state, name, false)),
  always('pragma', doPragma),
  always('ident', doIdent),
  always('sccs', doIdent),
  always('assert', doAssert),
  always('unassert', doUnassert),
]

/** Puts the names of the directives into the table of names. */
export function enterDirectives({ names }: State): void {
  for (let i = 0; i < directives.length; i++) names.setDirective(names.intern((directives[i] as Directive).name), i + 1)
}

export function runDirective(state: State, hashLocation: number): boolean {
  if (isPlainDefine(state) && readPlainDefine(state)) return true
  const start = state.position
  const textsLength = state.texts.length
  const savedWhite = state.pendingWhite
  const wasInDirective = state.inDirective
  state.pendingWhite = false
  // The name is read without complaint: the line may be text.
  const startLine = state.line
  const startLineStart = state.lineStart
  const startEdit = state.editIndex
  state.inDirective = true
  const wasSkipping = state.isSkipping
  state.isSkipping = true
  const found = lexInLine(state, 0)
  state.isSkipping = wasSkipping
  const directive = found === kind.name ? directives[state.names.directive(state.value) - 1] : undefined
  if (directive === undefined || (wasSkipping && !directive.isConditional)) {
    const isText = !wasSkipping && found !== kind.endOfLine
    if (isText) {
      state.position = start
      state.line = startLine
      state.lineStart = startLineStart
      state.editIndex = startEdit
    } else endDirective(state, false)
    state.inDirective = wasInDirective
    state.pendingWhite = savedWhite
    return !isText
  }
  const name = state.token()
  const frame = state.frame as FileFrame
  if (frame.guardPhase !== guardPhase.none && state.conditions.length === frame.conditionBase) {
    if (frame.guardPhase === guardPhase.complete || (directive.name !== 'ifndef' && directive.name !== 'if'))
      frame.guardPhase = guardPhase.none
  }
  if (state.parsingArguments === 2 && /^i(?:nclude|mport)/.test(directive.name)) {
    state.warn('directive-in-arguments', `#${directive.name} inside the arguments of a macro`, hashLocation)
  }
  const { floor, preventExpansion, parsingArguments } = state
  const temporaryLength = state.temporary.length
  state.floor = state.contextMark
  state.preventExpansion = 0
  state.parsingArguments = 0
  directive.run(state, name)
  state.popTo(state.floor)
  state.floor = floor
  state.temporary.length = temporaryLength
  state.texts.cutTo(textsLength)
  state.preventExpansion = preventExpansion
  state.parsingArguments = parsingArguments
  state.inDirective = wasInDirective
  state.pendingWhite = savedWhite
  return true
}

/** `define` follows, and nothing forbids the short way: most directives of most headers are such. */
function isPlainDefine(state: State): boolean {
  const { bytes, frame } = state
  if (state.isSkipping || state.hasPoison || state.hasRemarks || state.keepsDirectiveText || frame === undefined) return false
  let i = state.position
  while (bytes[i] === 0x20 || bytes[i] === 0x09) i++
  // d e f i n e
  if (bytes[i] !== 0x64 || bytes[i + 1] !== 0x65 || bytes[i + 2] !== 0x66 || bytes[i + 3] !== 0x69 || bytes[i + 4] !== 0x6e) return false
  if (bytes[i + 5] !== 0x65 || (bytes[i + 6] !== 0x20 && bytes[i + 6] !== 0x09)) return false
  if (frame.guardPhase !== guardPhase.none && state.conditions.length === frame.conditionBase) return false
  return true
}

/** Reads to the end of the line; `mustBeEmpty` names the directive after which nothing may stand. */
function endDirective(state: State, mustBeEmpty: false | string, option?: string): void {
  // What a macro that was begun still holds is dropped with the line.
  state.popTo(state.floor)
  const wasSkipping = state.isSkipping
  if (!mustBeEmpty) state.isSkipping = true
  let found = lexInLine(state, 0)
  if (mustBeEmpty && found !== kind.endOfLine) {
    state.warn(
      'extra-tokens',
      `extra tokens at end of #${mustBeEmpty} directive`,
      state.place,
      state.text().length,
      option ? { option } : {},
    )
  }
  state.isSkipping = true
  while (found !== kind.endOfLine) found = lexInLine(state, 0)
  state.isSkipping = wasSkipping
  if (state.position < state.end) {
    state.passLineEnd(state.position + 1)
    state.position++
  }
  state.atLineStart = true
}

/** What follows a complete #include or #line may be macros that make nothing. */
function warnExtra(state: State, directive: string): void {
  const token = nextSignificant(state)
  if (token.kind === kind.endOfFile) return
  state.warn('extra-tokens', `extra tokens at end of #${directive} directive`, token.location, token.text.length)
}

function doDefine(state: State): void {
  const name = readDefine(state)
  const line = state.currentLine()
  endDirective(state, false)
  if (name !== 0) dumpLine(state, line, 'define', name)
}

function doUndef(state: State): void {
  const name = readMacroName(state, 'undef', true)
  if (!name) return endDirective(state, false)
  const { names, macros } = state
  const macro = names.macro(name.name)
  const line = state.currentLine()
  if (macro !== 0 && (macros.builtin(macro) !== builtin.none || name.text === '__STDC__')) {
    state.warn('builtin-redefined', `undefining "${name.text}"`, name.location, name.text.length, { option: 'builtin-macro-redefined' })
  }
  if (macro !== 0 && state.options.warnsOfUnusedMacros) warnIfUnused(state, macro)
  names.setMacro(name.name, 0)
  endDirective(state, 'undef')
  dumpLine(state, line, 'undef', name.name)
}

/** -dD and -dN: the definition stays in the output, at its line. */
function dumpLine(state: State, line: number, directive: 'define' | 'undef', node: number): void {
  const { dump } = state.options
  if (dump !== 'D' && dump !== 'N') return
  const frame = state.frame as FileFrame
  const { out } = state
  out.toLine(line + frame.lineDelta, frame.claimedName, systemFlags(frame.claimedSystemLevel))
  const isWhole = directive === 'define' && dump === 'D'
  out.putText(`#${directive} ${isWhole ? macroDefinitionText(state, node) : state.names.name(node)}`)
  out.isLineOpen = true
}

function doInclude(state: State, directive: Token, isNext: boolean, isImport: boolean): void {
  if (isImport) state.warn('deprecated-import', '#import is a deprecated GCC extension', directive.location, 6, { option: 'deprecated' })
  const line = state.currentLine()
  state.wantsHeaderName = true
  state.directiveWantsPadding = true
  const token = nextSignificant(state)
  state.wantsHeaderName = false
  let header: string | undefined
  if (token.kind === kind.headerName || (token.kind === kind.string && token.text[0] === '"')) header = token.text
  else if (token.kind === kind.less) {
    // From a macro: the spellings between < and >, as they would be printed.
    header = '<'
    for (;;) {
      const part = nextSignificant(state)
      if (part.kind === kind.endOfFile) {
        state.error('bad-include', 'missing terminating > character', token.location)
        header = undefined
        break
      }
      if (part.kind === kind.greater) break
      header += ((part.flags & flag.white) !== 0 ? ' ' : '') + part.text
    }
    if (header !== undefined) header += '>'
  } else {
    state.error('bad-include', `#${directive.text} expects "FILENAME" or <FILENAME>`, token.location, Math.max(1, token.text.length))
  }
  state.directiveWantsPadding = false
  if (header === undefined) return endDirective(state, false)
  const name = header.slice(1, -1)
  if (name === '') {
    state.error('bad-include', `empty filename in #${directive.text}`, token.location, 2)
    return endDirective(state, false)
  }
  if (state.options.dump !== undefined && state.options.dump !== 'M' && state.options.dump !== 'U') {
    const frame = state.frame as FileFrame
    state.out.toLine(state.currentLine() + frame.lineDelta, frame.claimedName, systemFlags(frame.claimedSystemLevel))
    state.out.putText(`#${directive.text} ${header}`)
    state.out.isLineOpen = true
  }
  warnExtra(state, directive.text)
  endDirective(state, false)
  // A name that a macro made stands where the directive does.
  const location = token.location > directive.location && token.location < state.location ? token.location : directive.location
  includeHeader(state, name, header[0] === '<', isNext, isImport, location, line)
}

function pushCondition(state: State, name: Token, isTrue: boolean, guard: number): void {
  const frame = state.frame as FileFrame
  const wasSkipping = state.isSkipping
  let isGuard = false
  if (frame.guardPhase === guardPhase.start && state.conditions.length === frame.conditionBase) {
    frame.guardPhase = guard !== 0 ? guardPhase.inside : guardPhase.none
    isGuard = guard !== 0
  }
  state.conditions.push({
    location: name.location,
    directive: name.text,
    wasSkipping,
    isTaken: wasSkipping || isTrue,
    hasElse: false,
    guard: isGuard ? guard : 0,
  })
  state.isSkipping = wasSkipping || !isTrue
}

function doIf(state: State, name: Token): void {
  if (state.isSkipping) {
    pushCondition(state, name, false, 0)
    return endDirective(state, false)
  }
  const guard = state.frame?.guardPhase === guardPhase.start ? negatedDefined(state) : 0
  const isTrue = evaluateCondition(state, 'if')
  endDirective(state, false)
  pushCondition(state, name, isTrue, guard)
}

/** The X of `#if !defined X`, where the line holds nothing else: it may guard its file. Else 0. */
function negatedDefined(state: State): number {
  const { bytes, position } = state
  let lineEnd = bytes.indexOf(0x0a, position)
  if (lineEnd < 0 || lineEnd - position > 300) return 0
  let text = ''
  for (let i = position; i < lineEnd; i++) text += String.fromCharCode(bytes[i] as number)
  lineEnd = 0
  const match = /^\s*!\s*defined\s*(?:\(\s*([A-Za-z_]\w*)\s*\)|([A-Za-z_]\w*))\s*(?:\/\/.*|\/\*[^*]*\*\/\s*)?$/.exec(text)
  const name = match?.[1] ?? match?.[2]
  return name === undefined ? 0 : state.names.intern(name)
}

function doIfdef(state: State, directive: Token, wantsDefined: boolean): void {
  if (state.isSkipping) {
    pushCondition(state, directive, false, 0)
    return endDirective(state, false)
  }
  const name = readMacroName(state, directive.text, false)
  if (!name) {
    endDirective(state, false)
    // As gcc: a bad name counts as a condition that does not hold.
    return pushCondition(state, directive, false, 0)
  }
  const isTrue = isDefined(state, name) === wantsDefined
  endDirective(state, directive.text, 'endif-labels')
  pushCondition(state, directive, isTrue, wantsDefined ? 0 : name.name)
}

function isDefined({ names, macros }: State, name: Token): boolean {
  const macro = names.macro(name.name)
  if (macro === 0) return false
  macros.markUsed(macro)
  return true
}

function currentCondition(state: State, directive: Token): Condition | undefined {
  const frame = state.frame as FileFrame
  if (state.conditions.length > frame.conditionBase) return state.conditions[state.conditions.length - 1]
  state.error('stray-conditional', `#${directive.text} without #if`, directive.location, directive.text.length)
  return undefined
}

function openedHere(
  state: State,
  condition: Condition,
): { notes: { message: string; span: NonNullable<ReturnType<State['locations']['span']>> }[] } | Record<string, never> {
  const span = state.locations.span(condition.location, condition.directive.length)
  return span ? { notes: [{ message: 'the conditional began here', span }] } : {}
}

function doElif(state: State, name: Token, directive: string): void {
  const condition = currentCondition(state, name)
  if (!condition) return endDirective(state, false)
  if (condition.hasElse)
    state.error('else-twice', `#${directive} after #else`, name.location, name.text.length, openedHere(state, condition))
  if (condition.guard !== 0) giveUpGuard(state, condition)
  if (condition.isTaken) {
    state.isSkipping = true
    return endDirective(state, false)
  }
  state.isSkipping = false
  let isTrue: boolean
  if (directive === 'elif') {
    isTrue = evaluateCondition(state, 'elif')
    endDirective(state, false)
  } else {
    const macroName = readMacroName(state, directive, false)
    isTrue = macroName !== undefined && isDefined(state, macroName) === (directive === 'elifdef')
    endDirective(state, macroName ? directive : false, 'endif-labels')
  }
  condition.isTaken = isTrue
  state.isSkipping = !isTrue
}

function giveUpGuard(state: State, condition: Condition): void {
  condition.guard = 0
  ;(state.frame as FileFrame).guardPhase = guardPhase.none
}

function doElse(state: State, name: Token): void {
  const condition = currentCondition(state, name)
  if (!condition) return endDirective(state, false)
  if (condition.hasElse) state.error('else-twice', '#else after #else', name.location, name.text.length, openedHere(state, condition))
  condition.hasElse = true
  if (condition.guard !== 0) giveUpGuard(state, condition)
  const isInSkipped = condition.wasSkipping
  state.isSkipping = condition.isTaken
  condition.isTaken = true
  endDirective(state, isInSkipped ? false : 'else', 'endif-labels')
}

function doEndif(state: State, name: Token): void {
  const condition = currentCondition(state, name)
  if (!condition) return endDirective(state, false)
  state.conditions.pop()
  const frame = state.frame as FileFrame
  if (condition.guard !== 0 && state.conditions.length === frame.conditionBase) {
    frame.guardPhase = guardPhase.complete
    frame.guard = condition.guard
  }
  state.isSkipping = condition.wasSkipping
  endDirective(state, condition.wasSkipping ? false : 'endif', 'endif-labels')
}

function doLine(state: State, directive: Token): void {
  const frame = state.frame as FileFrame
  const number = nextSignificant(state)
  if (number.kind !== kind.number || !/^[0-9]+$/.test(number.text)) {
    const what =
      number.kind === kind.endOfFile ? 'unexpected end of line after #line' : `"${number.text}" after #line is not a positive integer`
    state.error('bad-line', what, number.kind === kind.endOfFile ? directive.location : number.location, Math.max(1, number.text.length))
    return endDirective(state, false)
  }
  const line = Number(BigInt.asUintN(32, BigInt(number.text)))
  if (BigInt(number.text) > 0xffff_ffffn) state.warn('line-out-of-range', 'line number out of range', number.location, number.text.length)
  const file = nextSignificant(state)
  let claimedName = frame.claimedName
  if (file.kind === kind.string && file.text[0] === '"') claimedName = file.text.slice(1, -1).replace(/\\([\\"])/g, '$1')
  else if (file.kind !== kind.endOfFile) {
    state.error('bad-line', `invalid filename ${file.text}: a string is needed`, file.location, file.text.length)
    return endDirective(state, false)
  }
  if (file.kind !== kind.endOfFile) warnExtra(state, 'line')
  endDirective(state, false)
  saveFrame(state)
  frame.claimedName = claimedName
  frame.lineDelta = line - state.line
  const { reading } = frame
  reading.claims ??= []
  reading.claims.push({ offset: state.position, delta: frame.lineDelta, file: claimedName })
  state.out.marker(line, claimedName, '', systemFlags(frame.claimedSystemLevel))
}

function doMessage(state: State, name: Token, isError: boolean): void {
  const savedSkip = state.isSkipping
  state.isSkipping = true
  let text = name.text
  let length = name.text.length
  for (;;) {
    const token = readInLine(state)
    if (token.kind === kind.endOfLine) break
    text += ((token.flags & flag.white) !== 0 ? ' ' : '') + token.text
    length = token.location + token.text.length - name.location
  }
  state.isSkipping = savedSkip
  if (isError) state.error('error-directive', `#${text}`, name.location, length)
  else state.warn('warning-directive', `#${text}`, name.location, length, { option: 'cpp' })
  endDirective(state, false)
}

function doPragma(state: State): void {
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

const ownPragmas = new Set(['once', 'push_macro', 'pop_macro', 'poison', 'system_header', 'message', 'redefine_extname'])
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

function doIdent(state: State, name: Token): void {
  const token = nextSignificant(state)
  if (token.kind === kind.string) warnExtra(state, name.text)
  else {
    state.error('bad-ident', `invalid #${name.text} directive: one string is needed`, token.location, Math.max(1, token.text.length))
  }
  endDirective(state, false)
}

function doAssert(state: State, directive: Token): void {
  if (state.frame?.reading.includedFrom !== commandLine)
    state.warn('deprecated-assertion', '#assert is a deprecated GCC extension', directive.location, 6, { option: 'deprecated' })
  readAssertion(state, (predicate, answer, token) => {
    const answers = state.assertions.get(predicate) ?? []
    if (answer === undefined) return state.error('bad-assertion', 'assertion without an answer', token.location, token.text.length)
    if (answers.includes(answer)) state.warn('assertion-twice', `"${predicate}" re-asserted`, token.location, token.text.length)
    else state.assertions.set(predicate, [...answers, answer])
  })
  endDirective(state, 'assert')
}

function doUnassert(state: State, directive: Token): void {
  if (state.frame?.reading.includedFrom !== commandLine)
    state.warn('deprecated-assertion', '#unassert is a deprecated GCC extension', directive.location, 8, { option: 'deprecated' })
  readAssertion(state, (predicate, answer) => {
    if (answer === undefined) state.assertions.delete(predicate)
    else
      state.assertions.set(
        predicate,
        (state.assertions.get(predicate) ?? []).filter((known) => known !== answer),
      )
  })
  endDirective(state, 'unassert')
}

function readAssertion(state: State, use: (predicate: string, answer: string | undefined, token: Token) => void): void {
  const predicate = readInLine(state)
  if (predicate.kind !== kind.name || state.names.role(predicate.name) === role.defined) {
    const message = predicate.kind === kind.endOfLine ? 'assertion without predicate' : 'predicate must be an identifier'
    state.error('bad-assertion', message, predicate.location, Math.max(1, predicate.text.length))
    return
  }
  const open = readInLine(state)
  if (open.kind === kind.endOfLine) return use(predicate.text, undefined, predicate)
  try {
    use(predicate.text, readAnswer(state, open), predicate)
  } catch (error) {
    if (!(error instanceof BadExpression)) throw error
  }
}
