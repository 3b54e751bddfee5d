// What a listing needs to know of the source, gathered while it is read. Enters: each statement before it is done, and the
// directives .list, .nolist, .title, .sbttl, .eject, .psize. Leaves: the lines in the order they were read, each with the
// places of the bytes it made, for render-listing.ts. GNU as manual §7 .list …; what goes on which line, e.g. the bytes of
// an expansion on the line that ends the call, was observed from GNU as 2.40.

import { bytesToText, type SourceFile } from '@kernelbox/diagnostics'
import type { Assembler } from '../assembler.ts'
import type { FragmentChain } from '../fragments.ts'
import type { InputFrame } from '../input.ts'
import { squeezed } from '../macros.ts'
import type { ListingOptions } from './listing-options.ts'

/** A place in a chain before addresses are known. */
interface Place {
  readonly fragment: number
  readonly offset: number
}

export interface ByteRange {
  readonly chain: FragmentChain
  readonly from: Place
  readonly to: Place
}

export interface ListingLine {
  readonly source: SourceFile
  readonly number: number
  readonly text: string
  isShown: boolean
  readonly isSkipped: boolean
  readonly ranges: ByteRange[]
  title: string | undefined
  subtitle: string | undefined
  endsPage: boolean
  /** What .loc says. */
  highLevel: { readonly file: string; readonly line: number } | undefined
}

const conditional = /^\s*\.(?:if|else|endif)/i

export class ListingRecorder {
  readonly lines: ListingLine[] = []
  readonly options: ListingOptions
  /** `.psize`; 0 lines: no pages. */
  pageLines = 60
  sourceWidth: number
  readonly #assembler: Assembler
  readonly #listed = new Map<InputFrame, number>()
  readonly #ends = new Map<FragmentChain, Place>()
  #level = 1
  /** The statement is of a .rept or .irp: with `h`, GNU as shows its bytes nowhere. */
  #isRepetition = false
  #current: ListingLine | undefined = undefined
  #chain: FragmentChain | undefined = undefined
  /** The line of a repetition, which shows what its first expanded line shows. */
  #parent: ListingLine | undefined = undefined

  constructor(assembler: Assembler, options: ListingOptions) {
    this.#assembler = assembler
    this.options = options
    this.sourceWidth = options.sourceWidth
  }

  /** Before a statement is done: what was emitted since the last belongs to its line. */
  statement(): void {
    this.#settle()
    const { input } = this.#assembler
    const { frame } = input
    this.#isRepetition = frame?.kind === 'repeat' && !this.options.showsExpansions
    const file = this.#file()
    if (!file || !frame) return
    const isInnermost = file === frame
    this.#listUpTo(file, file.source.lineAt(isInnermost ? input.start : Math.max(0, file.at - 1)))
    if (!isInnermost && this.options.showsExpansions) this.#expansion(file, frame)
  }

  /** The text is closed already: what lies behind its last statement is listed. */
  frameEnded(frame: InputFrame): void {
    this.#settle()
    const { length, source, bytes } = frame
    const isEnded = length > 0 && bytes[length - 1] === 10
    const last = length === 0 ? 0 : source.lineAt(isEnded ? length - 1 : length)
    if (frame.kind === 'file' || frame.kind === 'include') this.#listUpTo(frame, last)
    else if (this.options.showsExpansions && this.#listed.has(frame)) {
      // A body ends before the blanks of the line that closes it.
      this.#blankLines(this.#file(), frame, isEnded ? last + 1 : last, 1)
    }
    this.#listed.delete(frame)
  }

  /** The innermost text that is a file. */
  #file(): InputFrame | undefined {
    return this.#assembler.input.frames.findLast(({ kind }) => kind === 'file' || kind === 'include')
  }

  list(step: number): void {
    this.#level = Math.max(0, this.#level + step)
  }

  title(text: string): void {
    if (this.#current) this.#current.title = text
  }

  subtitle(text: string): void {
    if (this.#current) this.#current.subtitle = text
  }

  eject(): void {
    if (this.#current) this.#current.endsPage = true
  }

  paper(lines: number, columns: number | undefined): void {
    this.pageLines = lines
    if (columns !== undefined) this.sourceWidth = columns
  }

  location(file: string, line: number): void {
    if (this.#current) this.#current.highLevel = { file, line }
  }

  #listUpTo(frame: InputFrame, line: number): void {
    const { source } = frame
    for (let number = (this.#listed.get(frame) ?? 0) + 1; number <= line; number++) {
      this.#listed.set(frame, number)
      const text = source.lineText(number)
      this.#add(source, number, text, this.#assembler.conditionals.isSkipping && !conditional.test(text))
    }
  }

  /** The statement of an expansion, and the blank lines before it, behind as many `>` as texts are open. */
  #expansion(file: InputFrame, frame: InputFrame): void {
    const { input } = this.#assembler
    const depth = input.frames.length - 1 - input.frames.indexOf(file)
    const number = this.#listed.get(file) ?? 1
    const isFirst = !this.#listed.has(frame)
    const line = frame.source.lineAt(input.start)
    const marks = '>'.repeat(depth)
    const own = this.#current
    this.#blankLines(file, frame, line, 0)
    this.#listed.set(frame, line)
    const start = frame.source.lineText(line)
    const indent = /^[ \t]/.test(start) || !start.trimStart().startsWith(this.#statementText()) ? ' ' : ''
    this.#add(file.source, number, `${marks} ${indent}${squeezed(this.#statementText())}`, this.#assembler.conditionals.isSkipping)
    if (isFirst && frame.kind === 'repeat') this.#parent = own
  }

  /** Lines without a statement, from behind the last that was listed up to `end`; `closed`: the text is no longer open. */
  #blankLines(file: InputFrame | undefined, frame: InputFrame, end: number, closed: 0 | 1): void {
    if (!file) return
    const { frames } = this.#assembler.input
    const marks = '>'.repeat(frames.length - 1 - frames.indexOf(file) + closed)
    for (let line = (this.#listed.get(frame) ?? 0) + 1; line < end; line++) {
      const indent = /^[ \t]/.test(frame.source.lineText(line)) ? ' ' : ''
      this.#add(file.source, this.#listed.get(file) ?? 1, `${marks} ${indent}`, false)
    }
  }

  #statementText(): string {
    const { input } = this.#assembler
    return bytesToText(input.bytes.subarray(input.start, input.end))
  }

  #add(source: SourceFile, number: number, text: string, isSkipped: boolean): void {
    this.#current = {
      source,
      number,
      text,
      isShown: this.#level > 0,
      isSkipped,
      ranges: [],
      title: undefined,
      subtitle: undefined,
      endsPage: false,
      highLevel: undefined,
    }
    this.lines.push(this.#current)
  }

  #settle(): void {
    const { chain } = this.#assembler
    if (this.#current) this.#current.isShown = this.#level > 0
    if (this.#chain) this.#take(this.#chain)
    if (chain !== this.#chain) this.#take(chain)
    this.#chain = chain
    this.#parent = undefined
  }

  #take(chain: FragmentChain): void {
    const from = this.#ends.get(chain) ?? { fragment: 0, offset: 0 }
    const to: Place = { fragment: chain.current, offset: chain.length }
    if (to.fragment === from.fragment && to.offset === from.offset) return
    this.#ends.set(chain, to)
    if (!(this.#isRepetition && this.options.showsHighLevel)) this.#current?.ranges.push({ chain, from, to })
    this.#parent?.ranges.push({ chain, from, to })
  }
}
