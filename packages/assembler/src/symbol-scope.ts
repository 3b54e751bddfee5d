// Names in statements: expressions that are read with the symbols they name; what gives a symbol a place or a value is in
// symbol-definitions.ts. Enters: names and expressions at the cursor. Leaves: symbols, and the value in `reader`.
// GNU as manual §5 "Symbols", §6 "Expressions".

import { bytesToText, type DiagnosticSink } from '@kernelbox/diagnostics'
import { Evaluation, type Expression, snapshot } from './expression.ts'
import {
  ExpressionReader,
  expressionConstant,
  expressionLinear,
  expressionMissing,
  expressionRegister,
  nameBytes,
} from './expression-reader.ts'
import { fixedDistance } from './fixed-distance.ts'
import type { FragmentChain } from './fragments.ts'
import type { AssembleOptions } from './options.ts'
import { type Section, SectionList } from './sections.ts'
import { StatementReports } from './statement-reports.ts'
import { isBignum } from './bignum.ts'
import { AsmSymbol, symbolAbsolute, symbolLabel, SymbolTable, symbolUndefined } from './symbols.ts'
import type { ParsedSyntax } from './syntax/syntax-tree.ts'

export interface Instrumentation {
  /** Before a statement that may emit. */
  statement?(chain: FragmentChain): void
  /** Before an instruction's bytes. */
  instruction?(): void
  /** Before a label is placed. */
  label?(): void
}

/** What `1b` and `1f` mean here. */
interface LocalLabels {
  last: AsmSymbol | undefined
  next: AsmSymbol | undefined
}

export abstract class SymbolScope extends StatementReports {
  readonly symbols = new SymbolTable()
  readonly sections = new SectionList()
  readonly reader: ExpressionReader
  readonly evaluation: Evaluation
  readonly instrumentation: Instrumentation[] = []
  readonly #localLabels = new Map<number, LocalLabels>()

  constructor(options: AssembleOptions, sink: DiagnosticSink, parse: () => (text: string) => ParsedSyntax | undefined) {
    super(options, sink)
    this.evaluation = new Evaluation({ distance: (a, b) => fixedDistance(a, b) })
    this.reader = new ExpressionReader({
      symbol: (bytes, start, end) => this.#namedSymbol(bytes, start, end),
      here: () => (this.reader.isLate ? this.dot : this.here()),
      localLabel: (number, isForward) => this.localLabel(number, isForward),
      distance: (a, b) => fixedDistance(a, b),
      fault: (code, message, start, end) => this.error(code, message, start, end),
      caution: (code, message, start, end) => this.warn(code, message, start, end),
      parse: (text) => parse()(text),
    })
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

  get chain(): FragmentChain {
    return this.sections.chain
  }

  get section(): Section {
    return this.sections.section
  }

  readSymbol(extra = ''): AsmSymbol | undefined {
    const start = this.at
    if (extra === '') {
      // As readName takes it, without a text being made of it.
      this.skipBlanks()
      const { bytes, end, at } = this
      if (at < end && nameBytes[bytes[at] as number] === 1) {
        let nameEnd = at + 1
        while (nameEnd < end && nameBytes[bytes[nameEnd] as number] !== 0) nameEnd++
        this.at = nameEnd
        this.skipBlanks()
        return this.noteNamed(this.symbols.intern(bytes, at, nameEnd), this.at)
      }
    }
    const name = this.readName(extra)
    if (name === undefined || name === '') {
      this.error('missing-name', 'a symbol name is expected here', start, this.end)
      return undefined
    }
    return this.nameToSymbol(name)
  }

  nameToSymbol(name: string): AsmSymbol {
    return this.noteNamed(this.symbols.named(name), this.at)
  }

  /** A directive takes the symbol by its name, which ends before `at`. */
  noteNamed(symbol: AsmSymbol, at: number): AsmSymbol {
    if (symbol.namedIn < 0) this.noteName(symbol, at)
    this.symbols.convert(symbol)
    return symbol
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
      // What is left empty counts as zero; what cannot be read is told by whoever expects the end.
      return 0n
    }
    return this.absoluteOfReader(what, start)
  }

  /** A number as {@link readAbsolute} gives it, where leaving it out is a fault. */
  readNeeded(what: string): bigint | undefined {
    if (!this.isAtEnd && this.bytes[this.at] !== 44) return this.readAbsolute(what)
    this.error('missing-operand', `${what} is expected here`, this.at, this.end)
    return undefined
  }

  absoluteOfReader(what: string, start: number): bigint | undefined {
    if (this.reader.isFaulty) return undefined
    if (this.reader.kind === expressionConstant) return BigInt(this.reader.constant)
    const { expression } = this.reader
    if (expression.kind === 'constant' && isBignum(expression.value)) {
      this.error('number-too-big', `${what} cannot need more than 64 bits`, start, this.at)
      return undefined
    }
    const value = this.evaluation.constant(expression)
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

  #namedSymbol(bytes: Uint8Array, start: number, end: number): AsmSymbol {
    if (bytes[end] === 64 && !this.#hasOffsetTable && needsOffsetTable(bytes, end + 1)) this.#nameOffsetTable()
    let symbol = this.symbols.intern(bytes, start, end)
    if (symbol.namedIn < 0) this.noteName(symbol, start)
    if (this.reader.isLate) return symbol
    if (symbol.isForwardReference && symbol.expression) symbol = this.#taken(symbol)
    if (symbol.weakrefTarget) return this.weakrefTarget(symbol)
    if (symbol.isTemporary && symbol.convertedAt < 0) this.#noteMention(symbol, start, this.isLookedUpTwice())
    symbol.isMentioned = true
    return symbol
  }

  #hasOffsetTable = false

  /** What refers to an entry of the table refers to the table, which the linker then makes (psABI, _GLOBAL_OFFSET_TABLE_). */
  #nameOffsetTable(): void {
    this.#hasOffsetTable = true
    this.symbols.named('_GLOBAL_OFFSET_TABLE_').isUsed = true
  }

  /** Notes what naming a plain symbol as an instruction's operand means for its entry in the symbol table. */
  mention(symbol: AsmSymbol, at: number, isLookedUpTwice: boolean): void {
    if (symbol.namedIn < 0) this.noteName(symbol, at)
    if (symbol.isTemporary && symbol.convertedAt < 0) this.#noteMention(symbol, at, isLookedUpTwice)
    symbol.isMentioned = true
  }

  /**
   * GNU as keeps a .L name as a light local symbol until it looks it up by its name; its place in the symbol table is that
   * of then. It does so where an operand of an instruction begins with the name, which could be a register's: not in
   * constants and data. It looks up the operands of movq twice: first for the SSE instruction of that name, then for mov.
   */
  #noteMention(symbol: AsmSymbol, at: number, isLookedUpTwice: boolean): void {
    const isKnown = symbol.isMentioned || symbol.kind === symbolLabel
    if ((isKnown || isLookedUpTwice) && this.#isOperandsBeginning(at)) this.symbols.convert(symbol)
  }

  /** Does what stands at `at` begin an operand of the statement's instruction, but for `*` and parentheses? */
  #isOperandsBeginning(at: number): boolean {
    const { bytes, wordStart, wordEnd } = this
    if (bytes[wordStart] === 46) return false
    let i = at - 1
    while (i >= wordEnd && isBlankOrOpening(bytes[i] as number)) i--
    return i < wordEnd || bytes[i] === 44
  }

  isLookedUpTwice(): boolean {
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

  protected noteName(symbol: AsmSymbol, at: number): void {
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

  protected localLabels(number: number): LocalLabels {
    let entry = this.#localLabels.get(number)
    if (!entry) this.#localLabels.set(number, (entry = { last: undefined, next: undefined }))
    return entry
  }

  localLabel(number: number, isForward: boolean): AsmSymbol {
    const entry = this.localLabels(number)
    if (!isForward) {
      if (entry.last) return entry.last
      this.error('undefined-local-label', `there is no label '${number}:' before this`, this.at, this.end)
      return (entry.last = this.symbols.anonymous(`${number}`))
    }
    if (!entry.next) {
      entry.next = this.symbols.anonymous(`${number}`)
      this.noteName(entry.next, this.at)
    }
    return entry.next
  }

  *undefinedLocalLabels(): Iterable<{ number: number; symbol: AsmSymbol }> {
    for (const [number, { next }] of this.#localLabels) if (next) yield { number, symbol: next }
  }

  /** Gives the symbol the value that the expression has now, or has in the end. */
  abstract equate(symbol: AsmSymbol, expression: Expression): void
}

/** Blank, `*` or `(`. */
function isBlankOrOpening(c: number): boolean {
  return c === 32 || c === 9 || c === 42 || c === 40
}

/** Of an operator, `at` behind its @: all but @PLT and @SIZE need the global offset table, as GNU as sees it. */
function needsOffsetTable(bytes: Uint8Array, at: number): boolean {
  let end = at
  while (nameBytes[bytes[end] as number] !== 0 && end < bytes.length) end++
  const name = bytesToText(bytes.subarray(at, end)).toUpperCase()
  return name !== 'PLT' && name !== 'SIZE'
}
