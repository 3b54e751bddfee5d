// The directives (C17 6.10; GNU cpp manual). An unknown word after `#` is no directive in assembler: the line is text.
// Enters: the state behind a `#` that begins a line. Leaves: true where the line was a directive, which has then been
// obeyed and read to its end; false where it is text.

import { doAssert, doUnassert } from './assertions.ts'
import { nextSignificant } from './condition-value.ts'
import { doElif, doElse, doEndif, doIf, doIfdef } from './conditionals.ts'
import { readPlainDefine } from './define.ts'
import { doDefine, doUndef } from './definition-directives.ts'
import { endDirective, warnExtra } from './directive-end.ts'
import { doInclude } from './include-directive.ts'
import { saveFrame, systemFlags } from './include.ts'
import { lexInLine, readInLine } from './lexer.ts'
import { doPragma } from './pragma.ts'
import { type FileFrame, guardPhase, type State } from './state.ts'
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
  if (state.isInArguments && /^i(?:nclude|mport)/.test(directive.name)) {
    state.warn('directive-in-arguments', `#${directive.name} inside the arguments of a macro`, hashLocation)
  }
  const { floor, preventExpansion, isInArguments } = state
  const temporaryLength = state.temporary.length
  state.floor = state.contextMark
  state.preventExpansion = 0
  state.isInArguments = false
  directive.run(state, name)
  state.popTo(state.floor)
  state.floor = floor
  state.temporary.length = temporaryLength
  state.texts.cutTo(textsLength)
  state.preventExpansion = preventExpansion
  state.isInArguments = isInArguments
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

function doIdent(state: State, name: Token): void {
  const token = nextSignificant(state)
  if (token.kind === kind.string) warnExtra(state, name.text)
  else {
    state.error('bad-ident', `invalid #${name.text} directive: one string is needed`, token.location, Math.max(1, token.text.length))
  }
  endDirective(state, false)
}
