// The state of one assembly and what directives and instructions do to it: read operands at a cursor, define symbols,
// emit into the current section. Enters: statements from input.ts. Leaves: sections of fragments, symbols, fixups.
// Steps after the last statement are in assemble.ts.

import { bytesToText, type Diagnostic, type DiagnosticSink, type Span, SourceFile, writtenPlace } from '@kernelbox/diagnostics'
import { SHT_NOBITS } from '@kernelbox/elf'
import type { EncodeOptions, Mode } from '@kernelbox/x86'
import { Conditionals } from './conditionals.ts'
import { type DirectiveHandler, directiveNames, findDirective } from './directives/registry.ts'
import type { ExplicitRelocation } from './directives/relocation.ts'
import { Evaluation, type Expression, snapshot } from './expression.ts'
import {
  ExpressionReader,
  expressionConstant,
  expressionLinear,
  expressionMissing,
  expressionRegister,
  nameBytes,
  unescaped,
} from './expression-reader.ts'
import { fixupData, partFill, partNone, type FillDetail, type FragmentChain } from './fragments.ts'
import { Input, type InputFrame } from './input.ts'
import { Instructions } from './instruction.ts'
import { type Macro, watchExpansions } from './macros.ts'
import { junkHint, suggestDirective } from './messages.ts'
import type { AssembleOptions } from './options.ts'
import { addressKnowledge } from './relax.ts'
import { type Section, SectionList } from './sections.ts'
import {
  AsmSymbol,
  symbolAbsolute,
  symbolCommon,
  symbolEquated,
  symbolLabel,
  symbolRegister,
  SymbolTable,
  symbolUndefined,
} from './symbols.ts'
import type { ParsedSyntax } from './syntax/syntax-tree.ts'

/** The first word of a statement and what it turned out to be. */
export class Word {
  readonly text: string
  readonly lower: string
  readonly id: number
  directive: DirectiveHandler | undefined
  macro: Macro | undefined = undefined
  constructor(text: string, id: number) {
    this.text = text
    this.lower = text.toLowerCase()
    this.id = id
    this.directive = text.charCodeAt(0) === 46 ? findDirective(this.lower.slice(1)) : undefined
  }
}

export interface Instrumentation {
  /** Before a statement that may emit. */
  statement?(chain: FragmentChain): void
  /** Before an instruction's bytes. */
  instruction?(): void
  /** Before a label is placed. */
  label?(): void
}

export class Assembler {
  readonly options: AssembleOptions
  readonly sink: DiagnosticSink
  readonly input: Input
  readonly symbols = new SymbolTable()
  readonly sections = new SectionList()
  readonly reader: ExpressionReader
  readonly conditionals: Conditionals
  readonly instructions: Instructions
  readonly evaluation: Evaluation
  readonly macros = new Map<string, Macro>()
  mode: Mode
  /** `.code16gcc` and what `.arch` and the command line set for the encoder. */
  encode: EncodeOptions
  arch: string | undefined
  tune: string | undefined
  isAltMacro = false
  /** `\@` */
  macroCount = 0
  macroDepth = 0
  /** For the names that LOCAL makes. */
  localCount = 0
  hasEnded = false
  /** The input is too large to be worth addresses and bytes. */
  isGivenUp = false
  readonly explicitRelocations: ExplicitRelocation[] = []
  readonly instrumentation: Instrumentation[] = []
  /** Run once after the last statement, in order: unwind tables, line tables. */
  readonly finishers: (() => void)[] = []
  /** Run when all addresses are final, before fixups are resolved: they append fixed bytes and fixups to sections. */
  readonly afterRelaxation: (() => void)[] = []
  /** Directive families keep what they gather here. */
  readonly extensions = new Map<string, unknown>()
  is64BitObject: boolean

  /** Cursor in the statement. */
  bytes: Uint8Array = new Uint8Array(0)
  at = 0
  end = 0
  /** Of the word that the statement begins with, after labels. */
  wordStart = 0
  wordEnd = 0

  readonly #words = new Map<string, Word>()
  #wordSlots: (Word | undefined)[] = new Array<Word | undefined>(4096).fill(undefined)
  #localLabels = new Map<number, { last: AsmSymbol | undefined; next: AsmSymbol | undefined }>()
  readonly #parse: () => (text: string) => ParsedSyntax | undefined

  constructor(options: AssembleOptions, sink: DiagnosticSink, parse: () => (text: string) => ParsedSyntax | undefined) {
    this.options = options
    this.sink = sink
    this.#parse = parse
    this.conditionals = new Conditionals(this)
    this.input = new Input(sink, (frame) => this.#frameEnded(frame))
    this.evaluation = new Evaluation({ distance: (a, b) => fixedDistance(a, b) })
    this.reader = new ExpressionReader({
      symbol: (bytes, start, end) => this.#namedSymbol(bytes, start, end),
      here: () => (this.reader.isLate ? this.dot : this.here()),
      localLabel: (number, isForward) => this.localLabel(number, isForward),
      distance: (a, b) => fixedDistance(a, b),
      fault: (code, message, start, end) => this.error(code, message, start, end),
      caution: (code, message, start, end) => this.warn(code, message, start, end),
      parse: (text) => this.#parse()(text),
    })
    this.mode = options.mode ?? 64
    this.is64BitObject = this.mode === 64
    this.encode = { ...options.encode, mode: this.mode, ...(options.x32 && { x32: true }) }
    this.arch = options.arch
    this.tune = options.tune
    this.isAltMacro = options.alternateMacros === true
    this.instructions = new Instructions(this)
    watchExpansions(this)
    for (const section of this.sections.all) this.#addSectionSymbol(section)
    this.sections.onAdd = (section) => this.#addSectionSymbol(section)
  }

  #addSectionSymbol(section: Section): void {
    const named = this.symbols.named(section.name)
    const symbol = named.kind === symbolUndefined && !named.sectionOf ? named : this.symbols.anonymous(section.name)
    symbol.sectionOf = section
    symbol.kind = symbolLabel
    symbol.chain = section.chain(0)
    section.symbol = symbol
  }

  // ---- statements

  run(source: SourceFile): void {
    this.input.open('file', source, this.conditionals.depth)
    while (this.input.next()) this.statement()
  }

  statement(): void {
    const { input } = this
    this.bytes = input.bytes
    this.end = input.end
    let at = input.start
    for (;;) {
      const { bytes, end } = this
      const first = nameBytes[bytes[at] as number] as number
      let nameEnd = at
      if (first !== 0) {
        nameEnd = at + 1
        while (nameEnd < end && nameBytes[bytes[nameEnd] as number] !== 0) nameEnd++
      } else if (bytes[at] === 34) {
        nameEnd = at + 1
        while (nameEnd < end && bytes[nameEnd] !== 34) nameEnd += bytes[nameEnd] === 92 ? 2 : 1
        nameEnd = Math.min(nameEnd + 1, end)
        // "a""b" is one name.
        while (bytes[nameEnd] === 34 && nameEnd < end) {
          nameEnd++
          while (nameEnd < end && bytes[nameEnd] !== 34) nameEnd += bytes[nameEnd] === 92 ? 2 : 1
          nameEnd = Math.min(nameEnd + 1, end)
        }
      }
      let after = nameEnd
      while (after < end && (bytes[after] === 32 || bytes[after] === 9)) after++
      const c = after < end ? (bytes[after] as number) : 0
      if (nameEnd > at && c === 58) {
        // A label, unless conditionals skip the statement.
        if (!this.conditionals.isSkipping) {
          if (first === 2) {
            if (!this.#numericLabel(at, nameEnd)) return
          } else this.#label(at, nameEnd)
        }
        at = after + 1
        while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
        if (at >= end) return
        continue
      }
      this.wordStart = at
      this.wordEnd = nameEnd
      this.at = after
      if (c === 61 && first !== 2 && nameEnd > at) {
        if (!this.conditionals.isSkipping) this.#assignment(at, nameEnd, after)
        return
      }
      if (first === 1) {
        const word = this.#word(at, nameEnd)
        if (word.directive) {
          if (!this.conditionals.isSkipping || word.directive.isConditional) this.#directive(word)
          return
        }
        if (this.conditionals.isSkipping) return
        if (word.macro && !this.#isMacroShadowed(word.macro)) {
          word.macro.expand(this, word)
          return
        }
        if (bytes[at] === 46) {
          this.#unknownDirective(word)
          return
        }
        this.instructions.assemble(at, end)
        return
      }
      if (this.conditionals.isSkipping) return
      if (bytes[at] === 123) this.instructions.assemble(at, end)
      else this.junk(at)
      return
    }
  }

  #isMacroShadowed(_macro: Macro): boolean {
    return false
  }

  #directive(word: Word): void {
    const handler = word.directive as DirectiveHandler
    for (const i of this.instrumentation) i.statement?.(this.chain)
    handler.run(this, word)
  }

  #unknownDirective(word: Word): void {
    const more = suggestDirective(this, word.lower, directiveNames())
    this.error('unknown-directive', `there is no directive '${word.text}'`, this.wordStart, this.wordEnd, more)
  }

  /** Is this, in lower case, the name of a directive? */
  isDirective(name: string): boolean {
    return name.startsWith('.') && findDirective(name.slice(1)) !== undefined
  }

  #word(start: number, end: number): Word {
    const { bytes } = this
    let hash = 0
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0
    const slot = hash & 4095
    const cached = this.#wordSlots[slot]
    if (cached && cached.text.length === end - start) {
      let i = 0
      while (i < end - start && cached.text.charCodeAt(i) === bytes[start + i]) i++
      if (i === end - start) return cached
    }
    const word = this.word(bytesToText(bytes.subarray(start, end)))
    this.#wordSlots[slot] = word
    return word
  }

  word(text: string): Word {
    let word = this.#words.get(text)
    if (!word) {
      word = new Word(text, this.#words.size)
      word.macro = this.macros.get(word.lower)
      this.#words.set(text, word)
    }
    return word
  }

  /** After `.macro` and `.purgem`. */
  macroChanged(lower: string): void {
    for (const word of this.#words.values()) if (word.lower === lower) word.macro = this.macros.get(lower)
  }

  #frameEnded(frame: InputFrame): void {
    if (frame.kind === 'macro' || frame.kind === 'repeat') this.macroDepth--
    this.conditionals.frameEnded(frame)
  }

  /** After the last statement: what is still open is told. */
  endOfInput(): void {
    for (const symbol of this.symbols.all.slice()) {
      if (symbol.isForwardReference && symbol.expression) symbol.expression = snapshot(symbol.expression, this)
    }
    for (const { number, symbol } of this.undefinedLocalLabels()) {
      this.report({
        code: 'undefined-local-label',
        severity: 'error',
        message: `there is no label '${number}:' after this`,
        ...(symbol.namedIn >= 0 && { span: this.spanOf(symbol.namedIn, symbol.namedAt) }),
      })
    }
  }

  /** File and line of the statement as -g names them: of the outermost text, where a macro was used. */
  statementPlace(): { file: string; line: number } {
    const { frames } = this.input
    let frame = frames[0]
    for (const f of frames) if (f.kind === 'file' || f.kind === 'include') frame = f
    if (!frame) return { file: '', line: 0 }
    const isInnermost = frame === this.input.frame
    const offset = isInnermost ? this.input.start : Math.max(0, frame.at - 1)
    return this.input.logicalPlace(frame.source, offset) ?? { file: frame.source.name, line: frame.source.lineAt(offset) }
  }

  /** `.file "name"` at the cursor: a symbol that names the source. */
  fileSymbol(): void {
    const name = this.readString() ?? this.readName()
    if (name === undefined) {
      this.error('missing-string', 'the name of a file in double quotes is expected here', this.at, this.end)
      return
    }
    if (!this.expectEnd()) return
    const symbol = this.symbols.anonymous(name)
    symbol.isFile = true
  }

  /** Value of an expression when all addresses are final. */
  finalValue(expression: Expression): bigint | undefined {
    return new Evaluation(addressKnowledge()).constant(expression)
  }

  // ---- messages

  span(start: number, end: number): Span {
    return this.input.span(start, Math.max(end, start + 1))
  }

  error(code: string, message: string, start = this.wordStart, end = this.end, more?: Partial<Diagnostic>): void {
    this.report({ code, severity: 'error', message, span: this.span(start, end), ...more })
  }

  warn(code: string, message: string, start = this.wordStart, end = this.end, more?: Partial<Diagnostic>): void {
    this.report({ code, severity: 'warning', message, span: this.span(start, end), ...more })
  }

  report(diagnostic: Diagnostic): void {
    if (diagnostic.severity === 'warning' && this.options.noWarnings) return
    const place = diagnostic.span && writtenPlace(diagnostic.span).span
    const reportedAs = place && this.input.logicalPlace(place.source, place.start)
    this.sink.report(reportedAs ? { ...diagnostic, reportedAs } : diagnostic)
  }

  /** A diagnostic for a place kept as (source, offset). */
  spanOf(source: number, offset: number): Span {
    const file = this.input.sources[source] ?? SourceFile.fromString('', '')
    const { bytes } = file
    let end = offset
    while (end < bytes.length && bytes[end] !== 10 && bytes[end] !== 59) end++
    while (end > offset + 1 && (bytes[end - 1] as number) <= 32) end--
    return { source: file, start: offset, end: Math.max(end, offset + 1) }
  }

  junk(at = this.at): void {
    const c = this.bytes[at]
    const shown = c === undefined ? '' : c >= 32 && c < 127 ? ` '${String.fromCharCode(c)}'` : ` 0x${c.toString(16)}`
    this.error('junk', `unexpected${shown} here; the statement should have ended before it`, at, this.end, junkHint(this, at))
  }

  // ---- the cursor

  skipBlanks(): void {
    const { bytes, end } = this
    while (this.at < end && (bytes[this.at] === 32 || bytes[this.at] === 9)) this.at++
  }

  get isAtEnd(): boolean {
    this.skipBlanks()
    return this.at >= this.end
  }

  /** Takes the byte if it is the next. */
  take(c: number): boolean {
    this.skipBlanks()
    if (this.at < this.end && this.bytes[this.at] === c) {
      this.at++
      this.skipBlanks()
      return true
    }
    return false
  }

  takeComma(): boolean {
    return this.take(44)
  }

  /** The statement must end here; what follows is reported. */
  expectEnd(): boolean {
    if (this.isAtEnd) return true
    this.junk()
    return false
  }

  restOfStatement(): string {
    this.skipBlanks()
    const text = bytesToText(this.bytes.subarray(this.at, this.end))
    this.at = this.end
    return text
  }

  /** A name, quoted or not, as its bytes; undefined (nothing said) where none stands here. */
  readName(extra = ''): string | undefined {
    this.skipBlanks()
    const { bytes, end } = this
    const start = this.at
    if (bytes[start] === 34 && start < end) return this.readString()
    if (start >= end || (nameBytes[bytes[start] as number] !== 1 && !extra.includes(String.fromCharCode(bytes[start] as number))))
      return undefined
    let at = start + 1
    while (at < end && isNamePart(bytes[at] as number, extra)) at++
    this.at = at
    this.skipBlanks()
    return bytesToText(bytes.subarray(start, at))
  }

  /** Takes the name if it is the next word. */
  readNameIs(name: string): boolean {
    if (!this.peekNameIs(name)) return false
    this.readName()
    return true
  }

  peekNameIs(name: string): boolean {
    this.skipBlanks()
    for (let i = 0; i < name.length; i++) if (this.bytes[this.at + i] !== name.charCodeAt(i)) return false
    const after = this.at + name.length
    return after >= this.end || nameBytes[this.bytes[after] as number] === 0
  }

  readSymbol(extra = ''): AsmSymbol | undefined {
    const start = this.at
    const name = this.readName(extra)
    if (name === undefined || name === '') {
      this.error('missing-name', 'a symbol name is expected here', start, this.end)
      return undefined
    }
    return this.nameToSymbol(name)
  }

  nameToSymbol(name: string): AsmSymbol {
    const symbol = this.symbols.named(name)
    if (symbol.namedIn < 0) this.#noteName(symbol, this.at)
    return symbol
  }

  /** A string in quotes with its escapes resolved, one character a byte. */
  readString(): string | undefined {
    const bytes = this.readStringBytes()
    return bytes && bytesToText(bytes)
  }

  readStringBytes(): Uint8Array | undefined {
    this.skipBlanks()
    const { bytes, end } = this
    if (this.at >= end || bytes[this.at] !== 34) return undefined
    const start = this.at + 1
    let at = start
    while (at < end && bytes[at] !== 34) at += bytes[at] === 92 ? 2 : 1
    const close = Math.min(at, end)
    this.at = Math.min(at + 1, end)
    this.skipBlanks()
    return unescaped(bytes, start, close)
  }

  /** Reads an expression at the cursor into {@link reader}; false where there is none. */
  readExpression(): boolean {
    this.reader.read(this.bytes, this.at, this.end)
    this.at = this.reader.end
    this.skipBlanks()
    return this.reader.kind !== expressionMissing
  }

  readTree(): Expression | undefined {
    return this.readExpression() ? this.reader.expression : undefined
  }

  /** A number that must be known now; says so and gives undefined where it is not. */
  readAbsolute(what = 'an absolute expression'): bigint | undefined {
    this.skipBlanks()
    const start = this.at
    if (!this.readExpression()) {
      this.error('missing-operand', `${what} is expected here`, start, this.end)
      return undefined
    }
    return this.absoluteOfReader(what, start)
  }

  absoluteOfReader(what: string, start: number): bigint | undefined {
    if (this.reader.isFaulty) return undefined
    if (this.reader.kind === expressionConstant) return BigInt(this.reader.constant)
    const value = this.evaluation.constant(this.reader.expression)
    if (value === undefined) {
      const { fault } = this.evaluation
      const why =
        fault?.kind === 'division-by-zero'
          ? 'division by zero'
          : `${what} must be a number that is known here; this depends on ${this.#unknownOf()}`
      this.error('not-absolute', why, start, this.at)
    }
    return value
  }

  #unknownOf(): string {
    const { reader } = this
    if (reader.kind === expressionRegister) return `the register %${reader.registerName}`
    if (reader.kind === expressionLinear) {
      const symbols = [reader.add, reader.sub].filter((s) => s !== undefined && !s.isTemporary).map((s) => `'${(s as AsmSymbol).name}'`)
      if (symbols.length > 0) return symbols.join(' and ')
    }
    return 'an address'
  }

  // ---- symbols

  #namedSymbol(bytes: Uint8Array, start: number, end: number): AsmSymbol {
    let symbol = this.symbols.intern(bytes, start, end)
    if (symbol.namedIn < 0) this.#noteName(symbol, start)
    if (this.reader.isLate) return symbol
    if (symbol.isForwardReference && symbol.expression) symbol = this.#taken(symbol)
    if (symbol.weakrefTarget) return this.weakrefTarget(symbol)
    // GNU as takes names with an operator in data apart without looking them up.
    const isOperand = bytes[end] === 64 && this.bytes[this.wordStart] === 46
    if (symbol.isTemporary && symbol.convertedAt < 0 && !isOperand) this.#noteMention(symbol)
    symbol.isMentioned = true
    return symbol
  }

  /**
   * GNU as keeps a .L name as a light local symbol until it looks it up again; its place in the symbol table is that of
   * then. It looks up the operands of movq twice: first for the SSE instruction of that name, then for mov.
   */
  #noteMention(symbol: AsmSymbol): void {
    const isAgain = symbol.isMentioned || symbol.kind === symbolLabel
    if (isAgain || this.#isIntegerMovq()) symbol.convertedAt = this.symbols.all.length
  }

  #isIntegerMovq(): boolean {
    const { bytes, wordStart, wordEnd } = this
    if (wordEnd - wordStart !== 4 || bytes[wordStart] !== 109 || bytes[wordStart + 2] !== 118 || bytes[wordStart + 3] !== 113) return false
    return !/%x?mm/.test(bytesToText(bytes.subarray(wordEnd, this.end)))
  }

  /** `.eqv`: an anonymous symbol with the value that the expression has now. */
  #taken(symbol: AsmSymbol): AsmSymbol {
    const copy = this.symbols.anonymous(symbol.name)
    this.equate(copy, snapshot(symbol.expression as Expression, this))
    return copy
  }

  /** Stands for `.` in late expressions. */
  readonly dot = new AsmSymbol(this.symbols, -1, '.')

  /** The symbol that has this one's name now. */
  current(symbol: AsmSymbol): AsmSymbol {
    return this.symbols.find(symbol.name) ?? symbol
  }

  weakrefTarget(symbol: AsmSymbol): AsmSymbol {
    let target = symbol
    for (let depth = 0; target.weakrefTarget && depth < 100; depth++) target = target.weakrefTarget
    target.isWeakrefTarget = true
    return target
  }

  #noteName(symbol: AsmSymbol, at: number): void {
    symbol.namedIn = this.input.frame?.sourceIndex ?? -1
    symbol.namedAt = at
  }

  /** A new symbol for the place where the next byte goes. */
  here(): AsmSymbol {
    const symbol = this.symbols.anonymous('.')
    this.placeHere(symbol)
    return symbol
  }

  placeHere(symbol: AsmSymbol): void {
    const { chain } = this
    if (this.sections.section.isAbsolute) {
      this.placeAbsolute(symbol)
      return
    }
    symbol.kind = symbolLabel
    symbol.chain = chain
    symbol.fragment = chain.count - 1
    symbol.offset = chain.length
  }

  /** In .struct and .offset the location counter is a number. */
  absoluteLocation = 0n

  placeAbsolute(symbol: AsmSymbol): void {
    symbol.kind = symbolAbsolute
    symbol.value = this.absoluteLocation
  }

  localLabel(number: number, isForward: boolean): AsmSymbol {
    let entry = this.#localLabels.get(number)
    if (!entry) this.#localLabels.set(number, (entry = { last: undefined, next: undefined }))
    if (!isForward) {
      if (entry.last) return entry.last
      this.error('undefined-local-label', `there is no label '${number}:' before this`, this.at, this.end)
      return (entry.last = this.symbols.anonymous(`${number}`))
    }
    if (!entry.next) {
      entry.next = this.symbols.anonymous(`${number}`)
      this.#noteName(entry.next, this.at)
    }
    return entry.next
  }

  *undefinedLocalLabels(): Iterable<{ number: number; symbol: AsmSymbol }> {
    for (const [number, { next }] of this.#localLabels) if (next) yield { number, symbol: next }
  }

  #numericLabel(start: number, end: number): boolean {
    const text = bytesToText(this.bytes.subarray(start, end))
    if (!/^[0-9]+$/.test(text)) {
      this.junk(start)
      return false
    }
    const number = Number(text)
    if (number > 0x7fffffff) {
      this.error('local-label-too-large', `the number of the local label is too large: ${text}`, start, end)
      return false
    }
    let entry = this.#localLabels.get(number)
    if (!entry) this.#localLabels.set(number, (entry = { last: undefined, next: undefined }))
    const symbol = entry.next ?? this.symbols.anonymous(text)
    entry.next = undefined
    entry.last = symbol
    for (const i of this.instrumentation) i.label?.()
    this.placeHere(symbol)
    return true
  }

  #label(start: number, end: number): void {
    let symbol: AsmSymbol
    if (this.bytes[start] === 34) {
      const name = quotedName(this.bytes, start, end)
      symbol = this.symbols.intern(name, 0, name.length)
    } else symbol = this.symbols.intern(this.bytes, start, end)
    this.defineLabel(symbol, start, end)
  }

  defineLabel(named: AsmSymbol, start: number, end: number): void {
    let symbol = named
    if (symbol.isVolatile && symbol.kind !== symbolUndefined) {
      symbol = this.renew(symbol)
      symbol.isVolatile = false
    }
    for (const i of this.instrumentation) {
      i.statement?.(this.chain)
      i.label?.()
    }
    if (symbol.kind !== symbolUndefined || symbol.weakrefTarget) {
      if (
        symbol.kind === symbolLabel &&
        symbol.chain === this.chain &&
        symbol.fragment === this.chain.current &&
        symbol.offset === this.chain.length &&
        !symbol.isVolatile
      )
        return
      this.alreadyDefined(symbol, start, end)
      return
    }
    symbol.weakrefTarget = undefined
    this.placeHere(symbol)
    symbol.definedIn = this.input.frame?.sourceIndex ?? -1
    symbol.definedAt = start
    if (symbol.namedIn < 0) this.#noteName(symbol, start)
  }

  alreadyDefined(symbol: AsmSymbol, start: number, end: number): void {
    this.error('duplicate-symbol', `the symbol '${symbol.name}' is already defined`, start, end, {
      ...(symbol.definedIn >= 0 && { notes: [{ message: 'first defined here', span: this.spanOf(symbol.definedIn, symbol.definedAt) }] }),
    })
  }

  /** `name = expression`, `name == expression`. */
  #assignment(start: number, nameEnd: number, equals: number): void {
    const { bytes } = this
    this.at = equals + 1
    const isOnce = bytes[this.at] === 61
    if (isOnce) this.at++
    this.skipBlanks()
    if (nameEnd === start + 1 && bytes[start] === 46) {
      this.#moveTo()
      return
    }
    const name = bytes[start] === 34 ? quotedName(bytes, start, nameEnd) : bytes.subarray(start, nameEnd)
    this.assign(this.symbols.intern(name, 0, name.length), isOnce ? 'eqv' : 'set', start, nameEnd)
  }

  /** `. = expression` is `.org`. */
  #moveTo(): void {
    const handler = findDirective('org')
    handler?.run(this, this.word('.org'))
  }

  /** Reads the value at the cursor and gives it to the symbol: `.set` (again and again), `.equiv` (once), `.eqv` (late). */
  assign(target: AsmSymbol, how: 'set' | 'equiv' | 'eqv', start: number, end: number): void {
    let symbol = target
    const valueStart = this.at
    this.reader.isLate = how === 'eqv'
    const hasValue = this.readExpression()
    this.reader.isLate = false
    if (!hasValue) {
      this.error('missing-operand', `a value for '${symbol.name}' is expected here`, valueStart, this.end)
      return
    }
    const { reader } = this
    const expression = reader.expression
    if (!this.expectEnd()) return
    if ((symbol.kind !== symbolUndefined || symbol.weakrefTarget) && (how !== 'set' || !symbol.isVolatile)) {
      this.alreadyDefined(symbol, start, end)
      return
    }
    if (symbol.isVolatile && symbol.kind !== symbolUndefined) symbol = this.renew(symbol)
    symbol.isVolatile = how === 'set'
    symbol.weakrefTarget = undefined
    symbol.definedIn = this.input.frame?.sourceIndex ?? -1
    symbol.definedAt = start
    if (symbol.namedIn < 0) this.#noteName(symbol, start)
    if (how === 'eqv') {
      symbol.isForwardReference = true
      symbol.kind = symbolEquated
      symbol.expression = expression
      return
    }
    if (reader.kind === expressionRegister) {
      if (symbol.isGlobal) {
        this.error('global-register', `'${symbol.name}' is global and cannot stand for a register`, start, this.end)
        return
      }
      symbol.kind = symbolRegister
      symbol.registerName = reader.registerName
      return
    }
    this.equate(symbol, expression)
  }

  /** A successor for a symbol that may be defined again; what referred to the old one keeps its value. */
  renew(old: AsmSymbol): AsmSymbol {
    const fresh = this.symbols.renew(old)
    fresh.isGlobal = old.isGlobal
    fresh.isWeak = old.isWeak
    fresh.isLocal = old.isLocal
    fresh.isUsed = old.isUsed
    fresh.isUnique = old.isUnique
    fresh.type = old.type
    fresh.visibility = old.visibility
    fresh.size = old.size
    fresh.isTemporary = old.isTemporary
    fresh.versionNames = old.versionNames
    old.isTemporary = true
    old.isGlobal = false
    old.isWeak = false
    old.versionNames = undefined
    return fresh
  }

  equate(symbol: AsmSymbol, expression: Expression): void {
    const value = this.evaluation.evaluate(expression)
    if (value && !value.add && !value.sub) {
      symbol.kind = symbolAbsolute
      symbol.value = value.constant
      return
    }
    symbol.kind = symbolEquated
    symbol.expression = expression
    // An alias has the size that its symbol has by then.
    if (value?.add && !value.sub) {
      if (value.add.kind === symbolCommon) {
        this.error('alias-of-common', `'${symbol.name}' cannot stand for '${value.add.name}', which is common and has no address yet`)
      }
      symbol.size ??= value.add.size
      symbol.isForwardAlias = value.add.kind === symbolUndefined
    }
  }

  // ---- emission

  get chain(): FragmentChain {
    return this.sections.chain
  }

  get section(): Section {
    return this.sections.section
  }

  /** False, and a message, where an instruction cannot stand: in the absolute section. */
  canEmit(): boolean {
    if (!this.section.isAbsolute) return true
    this.error('contents-in-absolute', 'there is no room for contents in the absolute section (.struct, .offset)', this.wordStart, this.end)
    return false
  }

  /** Sections without contents (.bss, .struct) take zeros only. True where the value can be emitted. */
  takesValue(isZero: boolean, sizeInBytes: number): boolean {
    const { section } = this
    const hasContents = !section.isAbsolute && section.type !== SHT_NOBITS
    if (hasContents) return true
    if (!isZero) {
      this.error(
        'contents-in-bss',
        `the section '${section.name}' has no contents in the file; only zeros can stand in it`,
        this.wordStart,
        this.end,
      )
    }
    if (!section.isAbsolute) return isZero
    this.absoluteLocation += BigInt(sizeInBytes)
    return false
  }

  /** Emits the expression in {@link reader} as a field of data. */
  emitReader(sizeInBytes: number, start: number, more = 0): void {
    const { reader, chain } = this
    const { operator } = reader
    if (!this.takesValue(reader.kind === expressionConstant && operator === 0 && reader.constant === 0, sizeInBytes)) return
    if (reader.kind === expressionConstant && operator === 0) {
      this.checkWidth(BigInt(reader.constant), sizeInBytes, start)
      chain.number(reader.constant, sizeInBytes)
      return
    }
    if (reader.kind === expressionRegister) {
      this.error('register-in-data', `a register cannot stand in data: %${reader.registerName}`, start, this.at)
      return
    }
    const { add, sub, constant } = reader
    if (reader.kind === expressionLinear || reader.kind === expressionConstant) {
      this.fixup(sizeInBytes, fixupData | more, operator, add, sub, constant, undefined, start)
      return
    }
    const tree = reader.expression
    const value = this.evaluation.evaluate(tree)
    if (tree.kind === 'constant' && operator === 0) {
      this.checkWidth(tree.value, sizeInBytes, start)
      chain.bigNumber(tree.value, sizeInBytes)
      return
    }
    if (value && !value.add && !value.sub && operator === 0) {
      this.checkWidth(value.constant, sizeInBytes, start)
      chain.bigNumber(BigInt.asIntN(64, value.constant), sizeInBytes)
      return
    }
    this.fixup(sizeInBytes, fixupData | more, operator, undefined, undefined, 0, tree, start)
  }

  /** A field of zeros that is filled in when symbols are known. */
  fixup(
    sizeInBytes: number,
    flags: number,
    operator: number,
    add: AsmSymbol | undefined,
    sub: AsmSymbol | undefined,
    addend: number,
    expression: Expression | undefined,
    place = this.wordStart,
  ): number {
    const { chain } = this
    const index = chain.fixups.append(
      chain.count - 1,
      chain.length,
      sizeInBytes,
      flags,
      operator,
      add,
      sub,
      addend,
      expression,
      this.input.frame?.sourceIndex ?? -1,
      place,
    )
    chain.reserve(sizeInBytes)
    chain.data.fill(0, chain.length, chain.length + sizeInBytes)
    chain.length += sizeInBytes
    return index
  }

  checkWidth(value: bigint, sizeInBytes: number, start: number): void {
    const bits = BigInt(sizeInBytes * 8)
    if (bits >= 64n && sizeInBytes >= 8) {
      if (sizeInBytes === 8 && (value >= 1n << 64n || value < -(1n << 63n))) {
        this.error('number-too-big', `${value} needs more than 64 bits`, start, this.at)
      }
      return
    }
    const wrapped = BigInt.asIntN(64, value)
    if (wrapped < 1n << bits && wrapped > -(1n << bits)) return
    const hex = (v: bigint) => `0x${BigInt.asUintN(64, v).toString(16)}`
    this.warn(
      'value-truncated',
      `${hex(wrapped)} does not fit in ${sizeInBytes} ${sizeInBytes === 1 ? 'byte' : 'bytes'}; it becomes ${hex(BigInt.asUintN(Number(bits), wrapped))}`,
      start,
      this.at,
    )
  }

  /** `count` times `pattern`; the count may be known late. */
  emitFill(count: Expression, pattern: Uint8Array, more?: Partial<FillDetail>): void {
    const detail: FillDetail = { count, pattern, source: this.input.frame?.sourceIndex ?? -1, at: this.wordStart, ...more }
    this.chain.close(partFill, 0, 0, 0, undefined, detail)
  }
}

function isNamePart(byte: number, extra: string): boolean {
  return nameBytes[byte] !== 0 || (extra !== '' && extra.includes(String.fromCharCode(byte)))
}

/** The name in one or more quoted strings side by side. */
function quotedName(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const parts: number[] = []
  for (let at = start; at < end; at++) {
    if (bytes[at] !== 34) continue
    let close = at + 1
    while (close < end && bytes[close] !== 34) close += bytes[close] === 92 ? 2 : 1
    parts.push(...unescaped(bytes, at + 1, Math.min(close, end)))
    at = close
  }
  return Uint8Array.from(parts)
}

/** Distance `a - b` of two labels with nothing variable between them. */
export function fixedDistance(a: AsmSymbol, b: AsmSymbol): bigint | undefined {
  if (a.kind !== symbolLabel || b.kind !== symbolLabel || a.chain !== b.chain) return undefined
  if (a.fragment === b.fragment) return BigInt(a.offset - b.offset)
  const chain = a.chain as FragmentChain
  const [first, last, sign] = a.fragment < b.fragment ? [a, b, -1n] : [b, a, 1n]
  if (last.fragment - first.fragment > 64) return undefined
  let extra = 0n
  for (let i = first.fragment; i < last.fragment; i++) {
    const kind = chain.kinds[i]
    if (kind === partNone) continue
    if (kind !== partFill) return undefined
    const detail = chain.details[i] as FillDetail
    if (detail.count.kind !== 'constant') return undefined
    extra += detail.count.value * BigInt(detail.pattern.length)
  }
  return sign * (BigInt(last.offset - first.offset) + extra)
}
