// The state of one assembly and what its statements do to it: each is told apart here and goes to a directive, a macro or
// the encoder. Enters: statements from input.ts. Leaves: sections of fragments, symbols, fixups. What a statement can do is
// in the classes below this one: read (statement-cursor.ts), report (statement-reports.ts), name (symbol-scope.ts,
// symbol-definitions.ts), emit (emission.ts). Steps after the last statement are in assemble.ts.

import { bytesToText, type Diagnostic, type DiagnosticSink, type SourceFile } from '@kernelbox/diagnostics'
import type { EncodeOptions, Mode } from '@kernelbox/x86'
import { BranchAlignment } from './branch-padding/branch-alignment.ts'
import type { Bundles } from './bundles/bundles.ts'
import { ListingRecorder } from './listing/listing-recorder.ts'
import { Conditionals } from './conditionals.ts'
import { type DirectiveHandler, findDirective } from './directives/registry.ts'
import type { ExplicitRelocation } from './directives/relocation.ts'
import { Emission } from './emission.ts'
import { Evaluation, type Expression, snapshot } from './expression.ts'
import { nameBytes } from './expression-reader.ts'
import type { InputFrame } from './input.ts'
import { Instructions } from './instructions/instructions.ts'
import { RegisterNames } from './instructions/register-names.ts'
import { type Macro, watchExpansions } from './macros.ts'
import { junkHint, suggestDirective } from './messages.ts'
import type { AssembleOptions } from './options.ts'
import { QuickStatements } from './recipes/quick-statements.ts'
import { addressKnowledge } from './relax.ts'
import { type AsmSymbol, hashOf } from './symbols.ts'
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

export class Assembler extends Emission {
  readonly conditionals: Conditionals
  readonly instructions: Instructions
  readonly shortcuts: QuickStatements
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
  /** Run once after the last statement, in order: unwind tables, line tables. */
  readonly finishers: (() => void)[] = []
  /** Run when all addresses are final, before fixups are resolved: they append fixed bytes and fixups to sections. */
  readonly afterRelaxation: (() => void)[] = []
  /** Directive families keep what they gather here. */
  readonly extensions = new Map<string, unknown>()
  is64BitObject: boolean
  /** `-a` */
  listing: ListingRecorder | undefined = undefined
  /** After .bundle_align_mode. */
  bundles: Bundles | undefined = undefined
  /** -malign-branch-boundary= */
  branchAlignment: BranchAlignment | undefined = undefined

  readonly #words = new Map<string, Word>()
  #wordSlots: (Word | undefined)[] = new Array<Word | undefined>(4096).fill(undefined)

  constructor(options: AssembleOptions, sink: DiagnosticSink, parse: () => (text: string) => ParsedSyntax | undefined) {
    super(options, sink, parse)
    this.conditionals = new Conditionals(this)
    this.mode = options.mode ?? 64
    this.is64BitObject = this.mode === 64
    const machine = this.is64BitObject || options.x32 ? 'x86-64' : 'i386'
    this.encode = { ...options.encode, mode: this.mode, machine, ...(options.x32 && { x32: true }) }
    this.arch = options.arch
    this.tune = options.tune
    this.isAltMacro = options.alternateMacros === true
    if (options.listing) this.listing = new ListingRecorder(this, options.listing)
    if (options.branchAlignment?.boundaryPower) this.branchAlignment = new BranchAlignment(this, options.branchAlignment)
    const registers = new RegisterNames()
    this.shortcuts = new QuickStatements(this, registers)
    this.instructions = new Instructions(this, registers)
    watchExpansions(this)
  }

  // ---- statements

  run(source: SourceFile): void {
    this.input.open('file', source, this.conditionals.depth)
    const { shortcuts } = this
    for (;;) {
      shortcuts.run()
      if (!this.input.next()) return
      this.statement()
      shortcuts.learn()
    }
  }

  statement(): void {
    const { input } = this
    this.listing?.statement()
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
            if (!this.numericLabel(at, nameEnd)) return
          } else this.label(at, nameEnd)
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
        if (!this.conditionals.isSkipping) this.assignment(at, nameEnd, after)
        return
      }
      if (first === 1) {
        const word = this.#word(at, nameEnd)
        if (word.directive) {
          if (!this.conditionals.isSkipping || word.directive.isConditional) this.#directive(word)
          return
        }
        if (this.conditionals.isSkipping) return
        if (word.macro) {
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

  #directive(word: Word): void {
    const handler = word.directive as DirectiveHandler
    for (const i of this.instrumentation) i.statement?.(this.chain)
    handler.run(this, word)
    this.branchAlignment?.directive(word.lower)
  }

  #unknownDirective(word: Word): void {
    if (this.sink.isOnlyCounted('error', 'unknown-directive', this.span(this.wordStart, this.wordEnd))) return
    const more = suggestDirective(this, word.lower)
    this.error('unknown-directive', `there is no directive '${word.text}'`, this.wordStart, this.wordEnd, more)
  }

  /** Is this, in lower case, the name of a directive? */
  isDirective(name: string): boolean {
    return name.startsWith('.') && findDirective(name.slice(1)) !== undefined
  }

  #word(start: number, end: number): Word {
    const { bytes } = this
    const slot = hashOf(bytes, start, end) & 4095
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
    this.shortcuts.macroChanged(lower)
    for (const word of this.#words.values()) if (word.lower === lower) word.macro = this.macros.get(lower)
  }

  protected frameEnded(frame: InputFrame): void {
    this.listing?.frameEnded(frame)
    if (frame.kind === 'macro' || frame.kind === 'repeat') this.macroDepth--
    this.conditionals.frameEnded(frame)
  }

  /** After the last statement: what is still open is told. */
  endOfInput(): void {
    const { all } = this.symbols
    // Half a million symbols: an iterator would make an object for each. A snapshot may add symbols.
    for (let s = 0, count = all.length; s < count; s++) {
      const symbol = all[s] as AsmSymbol
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

  /** Value of an expression when all addresses are final. */
  finalValue(expression: Expression): bigint | undefined {
    return new Evaluation(addressKnowledge()).constant(expression)
  }

  protected adviceOnJunk(at: number): Partial<Diagnostic> | undefined {
    return junkHint(this, at)
  }

  protected moveTo(): void {
    const handler = findDirective('org')
    handler?.run(this, this.word('.org'))
  }
}
