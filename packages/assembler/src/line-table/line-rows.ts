// The rows of a line table.
// Enters: `.loc` directives, and each instruction before its bytes. Leaves: rows in typed arrays, one set for each
// subsection; a place is (fragment, offset) as a label's is, so that a row costs no object.
// GNU as manual ".loc", ".loc_mark_labels"; DWARF 4 §6.2.2; DWARF 6 draft "view numbers".

import type { Expression } from '../expression.ts'
import { type FragmentChain, partBranch } from '../fragments.ts'
import { type AsmSymbol, symbolAbsolute, symbolEquated, symbolLabel, type SymbolTable } from '../symbols.ts'
import type { LineFiles } from './line-files.ts'

export const rowIsStatement = 1
export const rowBasicBlock = 2
export const rowPrologueEnd = 4
export const rowEpilogueBegin = 8
/** The address is told anew, which resets the view where the row before may have the same address. */
export const rowSetsAddress = 16
/** What holds for one row only. */
const flagsOfOneRow = rowBasicBlock | rowPrologueEnd | rowEpilogueBegin | rowSetsAddress

/** The rows of one subsection. */
export class LineRows {
  readonly chain: FragmentChain
  count = 0
  fragments = new Int32Array(64)
  offsets = new Int32Array(64)
  files = new Uint32Array(64)
  lines = new Uint32Array(64)
  columns = new Uint32Array(64)
  flags = new Uint8Array(64)
  discriminators = new Uint32Array(64)
  isas = new Uint32Array(64)
  /** View number of the last row, where it is known already. */
  lastView = 0
  lastViewSymbol: AsmSymbol | undefined = undefined

  constructor(chain: FragmentChain) {
    this.chain = chain
  }

  add(
    fragment: number,
    offset: number,
    file: number,
    line: number,
    column: number,
    flags: number,
    discriminator: number,
    isa: number,
  ): void {
    const i = this.count++
    if (i === this.offsets.length) this.#grow()
    this.fragments[i] = fragment
    this.offsets[i] = offset
    this.files[i] = file
    this.lines[i] = line
    this.columns[i] = column
    this.flags[i] = flags
    this.discriminators[i] = discriminator
    this.isas[i] = isa
  }

  #grow(): void {
    const length = this.offsets.length * 2
    const wider = (old: Uint32Array) => {
      const fresh = new Uint32Array(length)
      fresh.set(old)
      return fresh
    }
    const wider32 = (old: Int32Array) => {
      const fresh = new Int32Array(length)
      fresh.set(old)
      return fresh
    }
    this.fragments = wider32(this.fragments)
    this.offsets = wider32(this.offsets)
    this.files = wider(this.files)
    this.lines = wider(this.lines)
    this.columns = wider(this.columns)
    this.discriminators = wider(this.discriminators)
    this.isas = wider(this.isas)
    const flags = new Uint8Array(length)
    flags.set(this.flags)
    this.flags = flags
  }
}

export interface LocOptions {
  readonly column: number | undefined
  readonly isStatement: boolean | undefined
  /** {@link rowBasicBlock} and its kin. */
  readonly flags: number
  readonly isa: number | undefined
  readonly discriminator: number
  /** A symbol takes the view number as its value; 'zero' resets it (`view -0`), 'assert-zero' wants it to be 0 (`view 0`). */
  readonly view: View | undefined
}

export type View = AsmSymbol | 'zero' | 'assert-zero'

/** Where -g takes the rows from: the place of the statement that is being assembled. */
export interface StatementPlace {
  readonly file: string
  readonly line: number
}

export class LineTable {
  readonly files: LineFiles
  /** In the order of their first rows. */
  readonly rows: LineRows[] = []
  readonly #symbols: SymbolTable
  readonly #byChain = new Map<FragmentChain, LineRows>()
  /** A `.loc` waits for its instruction, or -g wants a row for each: {@link beforeInstruction} has to be called. */
  isPending = false
  /** -g: rows come from the source's own lines. */
  #isGenerating = false
  #place: (() => StatementPlace) | undefined
  #lastGeneratedFile = -1
  #lastGeneratedLine = 0
  marksLabels = false
  #isLocPending = false
  #file = 1
  #line = 1
  #column = 0
  #flags = rowIsStatement
  #isa = 0
  #discriminator = 0
  #view: View | undefined = undefined
  #rows: LineRows | undefined = undefined
  /** Views of first rows in subsections: they go on from the subsection before, which may not be written yet. */
  readonly #firstViews: { readonly target: AsmSymbol; readonly rows: LineRows; readonly fragment: number; readonly offset: number }[] = []
  /** Of `view 0` where it was not clear: to be checked when addresses are final. */
  readonly viewsThatMustBeZero: AsmSymbol[] = []
  #usesViews = false

  constructor(files: LineFiles, symbols: SymbolTable) {
    this.files = files
    this.#symbols = symbols
  }

  /** -g: a row for each instruction, at `place()`, until a `.loc` says that a compiler knows better. */
  generate(place: () => StatementPlace): void {
    this.#isGenerating = true
    this.#place = place
    this.isPending = true
  }

  get isGenerating(): boolean {
    return this.#isGenerating
  }

  /** `.file N` or `.loc`: the source has its own line information, which stands for what was generated so far. */
  stopGenerating(): void {
    if (!this.#isGenerating) return
    this.#isGenerating = false
    this.rows.length = 0
    this.#byChain.clear()
    this.#rows = undefined
    this.files.clear()
    this.isPending = this.#isLocPending
  }

  /** What the next row's view would be, as far as it is known. */
  nextView(chain: FragmentChain): 'not-zero' | 'zero-or-unknown' {
    const rows = this.#byChain.get(chain)
    const last = (rows?.count ?? 0) - 1
    if (this.#isLocPending || !rows || last < 0) return this.#isLocPending && this.#line !== 0 ? 'not-zero' : 'zero-or-unknown'
    return rows.offsets[last] === chain.length && rows.fragments[last] === chain.current ? 'not-zero' : 'zero-or-unknown'
  }

  loc(chain: FragmentChain, file: number, line: number, options: LocOptions): void {
    // Two without an instruction between both get a row.
    if (this.#isLocPending) this.#row(chain)
    this.#file = file
    this.#line = line
    // A column stays until another is given (observed from GNU as 2.40).
    this.#column = options.column ?? this.#column
    this.#flags |= options.flags
    if (options.isStatement !== undefined) {
      this.#flags = options.isStatement ? this.#flags | rowIsStatement : this.#flags & ~rowIsStatement
    }
    if (options.isa !== undefined) this.#isa = options.isa
    this.#discriminator = options.discriminator
    this.#view = options.view
    this.#isLocPending = true
    this.isPending = true
    // A view's number must be known at once: later directives may use it.
    if (options.view !== undefined) this.#row(chain)
  }

  /** To be called before an instruction's first byte while {@link isPending}. */
  beforeInstruction(chain: FragmentChain): void {
    if (this.#isLocPending) this.#row(chain)
    else if (this.#isGenerating) this.#generatedRow(chain)
  }

  /** To be called for each label while {@link marksLabels}. */
  atLabel(chain: FragmentChain): void {
    if (!this.marksLabels || !chain.section.isCode || this.files.isEmpty) return
    this.#flags |= rowBasicBlock
    this.#row(chain)
  }

  #generatedRow(chain: FragmentChain): void {
    const place = this.#place?.()
    if (!place || place.line === 0) return
    const file = this.files.numberOf(place.file)
    if (file === this.#lastGeneratedFile && place.line === this.#lastGeneratedLine) return
    this.#lastGeneratedFile = file
    this.#lastGeneratedLine = place.line
    this.#file = file
    this.#line = place.line
    this.#row(chain)
  }

  #row(chain: FragmentChain): void {
    let rows = this.#rows
    if (!rows || rows.chain !== chain) rows = this.#rowsOf(chain)
    // Line 0 says that no line is meant; GNU as writes no row for it.
    if (this.#line !== 0) {
      const fragment = chain.current
      const offset = chain.length
      if (this.#view !== undefined || this.#usesViews) {
        this.#usesViews = true
        this.#setView(rows, fragment, offset)
      }
      rows.add(fragment, offset, this.#file, this.#line, this.#column, this.#flags, this.#discriminator, this.#isa)
    }
    this.#isLocPending = false
    this.isPending = this.#isGenerating
    this.#flags &= ~flagsOfOneRow
    this.#discriminator = 0
    this.#view = undefined
  }

  #rowsOf(chain: FragmentChain): LineRows {
    let rows = this.#byChain.get(chain)
    if (!rows) {
      rows = new LineRows(chain)
      this.#byChain.set(chain, rows)
      this.rows.push(rows)
    }
    this.#rows = rows
    return rows
  }

  /**
   * The view number of a row: one more than the last row's at the same address, else 0. Where an alignment may lie
   * between the two it is an expression; where the subsection begins it goes on from the subsection before, which is
   * known when all is read.
   */
  #setView(rows: LineRows, fragment: number, offset: number): void {
    const view = this.#view
    const last = rows.count - 1
    let value: number | undefined
    if (last < 0) value = rows.chain.subsection === 0 ? 0 : undefined
    else if (rows.offsets[last] !== offset || hasBranch(rows.chain, rows.fragments[last] as number, fragment)) value = 0
    else if (rows.fragments[last] === fragment && !rows.lastViewSymbol) value = rows.lastView + 1
    if (view === 'zero') {
      if (value !== 0 && last >= 0) this.#flags |= rowSetsAddress
      value = 0
    }
    const symbol = typeof view === 'object' ? view : undefined
    if (value !== undefined) {
      if (symbol) {
        symbol.kind = symbolAbsolute
        symbol.value = BigInt(value)
      }
      rows.lastView = value
      rows.lastViewSymbol = undefined
      return
    }
    const target = symbol ?? this.#symbols.anonymous('view')
    if (last >= 0) this.#defineView(target, rows, last, rows.chain, fragment, offset, rows)
    else this.#firstViews.push({ target, rows, fragment, offset })
    rows.lastViewSymbol = target
    if (view === 'assert-zero') this.viewsThatMustBeZero.push(target)
  }

  /** One more than that of row `last` of `previous` where both are at the same address, else 0; a true comparison gives -1. */
  #defineView(
    target: AsmSymbol,
    previous: LineRows,
    last: number,
    chain: FragmentChain,
    fragment: number,
    offset: number,
    views: { readonly lastView: number; readonly lastViewSymbol: AsmSymbol | undefined },
  ): void {
    const here = this.#label(chain, fragment, offset)
    const there = this.#label(previous.chain, previous.fragments[last] as number, previous.offsets[last] as number)
    const isSame: Expression = { kind: 'binary', operator: '==', left: symbolOf(here), right: symbolOf(there) }
    const before: Expression = views.lastViewSymbol ? symbolOf(views.lastViewSymbol) : { kind: 'constant', value: BigInt(views.lastView) }
    const next: Expression = { kind: 'binary', operator: '+', left: before, right: { kind: 'constant', value: 1n } }
    target.kind = symbolEquated
    target.expression = { kind: 'binary', operator: '*', left: { kind: 'unary', operator: '-', operand: isSame }, right: next }
  }

  /** When all is read: joins the views of subsections. */
  finishViews(): void {
    for (const { target, rows, fragment, offset } of this.#firstViews) {
      let previous: LineRows | undefined
      for (const other of this.rows) {
        if (other.chain.section !== rows.chain.section || other.chain.subsection >= rows.chain.subsection) continue
        if (other.count > 0 && other.chain.subsection > (previous?.chain.subsection ?? -1)) previous = other
      }
      if (previous) this.#defineView(target, previous, previous.count - 1, rows.chain, fragment, offset, previous)
      else {
        target.kind = symbolAbsolute
        target.value = 0n
      }
    }
  }

  #label(chain: FragmentChain, fragment: number, offset: number): AsmSymbol {
    const symbol = this.#symbols.anonymous('.')
    symbol.kind = symbolLabel
    symbol.chain = chain
    symbol.fragment = fragment
    symbol.offset = offset
    return symbol
  }
}

/** Branches take room in every size; alignments may not. */
function hasBranch({ kinds }: FragmentChain, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (kinds[i] === partBranch) return true
  return false
}

function symbolOf(symbol: AsmSymbol): Expression {
  return { kind: 'symbol', symbol }
}
