// What one run of the preprocessor holds. Only data and the bookkeeping of lines; the passes are functions over it.

import { type Diagnostic, DiagnosticSink, type Severity } from '@kernelbox/diagnostics'
import { Locations, type Reading } from './locations.ts'
import type { ResolvedOptions } from './options.ts'
import { Output } from './output.ts'
import type { SearchChain } from './search-chain.ts'
import type { PreparedFile, Remark } from './prepared-file.ts'
import { TokenReader } from './token-reader.ts'
import type { Token } from './tokens.ts'

/** An #if that is open. */
export interface Condition {
  readonly location: number
  readonly directive: string
  /** What stood before it was skipped, so all of it is. */
  readonly wasSkipping: boolean
  /** A branch was taken, the others are skipped. */
  isTaken: boolean
  hasElse: boolean
  /** The name that may guard its file, 0 for none. */
  guard: number
}

/** A header as it was asked for, by one name in one folder: gcc learns of a guard for each of them anew. */
export interface Header {
  readonly file: PreparedFile
  /** The macro that guards the whole file, known once it has been read (else 0): while it is defined the file is empty. */
  guard: number
}

/** Where reading of a file goes on after an #include, and what is known of the file. */
export interface FileFrame {
  readonly reading: Reading
  readonly file: PreparedFile
  /** Undefined for the main file and the command line. */
  readonly header: Header | undefined
  /** As markers and __FILE__ name it. */
  readonly directory: string
  /** Index in the chain of search folders, for #include_next; -1 where it came from none. */
  readonly folderIndex: number
  /** 0 own, 1 system, 2 system and C only. */
  readonly systemLevel: number
  readonly conditionBase: number
  position: number
  lineStart: number
  line: number
  editIndex: number
  remarkIndex: number
  claimedName: string
  claimedSystemLevel: number
  lineDelta: number
  guardPhase: number
  guard: number
}

export const guardPhase = { none: 0, start: 1, inside: 2, complete: 3 } as const

/** Ends a run early: a fatal error of the input, told already. Never leaves the package. */
export class FatalStop extends Error {}

export class State extends TokenReader {
  readonly options: ResolvedOptions
  readonly locations = new Locations()
  readonly sink = new DiagnosticSink()
  readonly out: Output
  readonly conditions: Condition[] = []
  readonly frames: FileFrame[] = []
  /** Files by path; false: not there. */
  readonly files = new Map<string, PreparedFile | false>()
  readonly headers = new Map<string, Header>()
  readonly fileIdentities = new Map<string, PreparedFile>()
  chain: SearchChain | undefined = undefined
  readonly dependencies = new Map<string, boolean>()
  readonly includeTrace: string[] = []
  readonly assertions = new Map<string, string[]>()
  readonly pushedMacros = new Map<string, number[]>()
  // The file that is read.
  bytes: Uint8Array = new Uint8Array(1)
  end = 0
  lineStart = 0
  line = 1
  editIndex = 0
  remarkIndex = 0
  hasEdits = false
  hasRemarks = false
  frame: FileFrame | undefined
  /** -dD, -CC and -Wunused-macros want more of a directive than its meaning. */
  readonly keepsDirectiveText: boolean
  #sourceBytes: Uint8Array | undefined
  #sourceNumber = 0
  // The state of scanning.
  /** Reading the arguments of a macro (or of _Pragma), which may go over line ends. */
  isInArguments = false
  preventExpansion = 0
  isSkipping = false
  wantsHeaderName = false
  /** Reading the operand of #include: stringifying must see the blanks between arguments as in text. */
  directiveWantsPadding = false
  /** Reading the expression of an #if. */
  isEvaluating = false
  isElif = false
  /** Where the expression begins. */
  directiveStart = 0
  /** The next token is the first of a logical line. */
  atLineStart = true
  counter = 0
  hasPoison = false
  /** Reading a place where poisoned names may stand: #ifdef, #undef, -include. */
  allowsPoison = false
  /** Reading the parameters or body of a variadic macro. */
  insideVariadic = false
  expandedTokens = 0
  argumentDepth = 0
  /** Where the outermost macro that is being expanded was called. */
  invocationLocation = 0
  mainFileName = ''
  /** The first token of a line that is expanded counts as having white space before it. */
  pendingWhite = false
  /** Where copying stopped: what begins behind it can be copied again. */
  stopPosition = 0
  /** Obeys the text of a _Pragma; the result is what is printed of it. */
  pragma: (state: State, text: string, location: number) => string | undefined = () => undefined
  /** Set by directives.ts: reads the directive whose `#` is at `position`; false where the line is text. */
  directive: (state: State, hashLocation: number) => boolean = () => false

  constructor(options: ResolvedOptions, sizeHint: number) {
    super(options.origins)
    this.options = options
    this.keepsDirectiveText = options.dump !== undefined || options.keepDirectiveComments || options.warnsOfUnusedMacros
    this.out = new Output(sizeHint, options.markers, options.origins, options.limits.outputSizeInBytes, this.names, this.texts)
  }

  /** The bytes that are read, as the table of macros numbers them. */
  bodySource(): number {
    if (this.#sourceBytes !== this.bytes) {
      this.#sourceBytes = this.bytes
      this.#sourceNumber = this.macros.addSource(this.bytes)
    }
    return this.#sourceNumber
  }

  /** A pragma stands on lines of its own. */
  printPragma(text: string, location: number): void {
    const { out, frame } = this
    out.endLine()
    if (text !== '') {
      out.toLine(this.claimedLineAt(location), frame?.claimedName ?? '', '')
      out.putText(text)
      out.isLineOpen = true
      out.endLine()
    }
    out.previous = 0
  }

  /** Written line of the reading position. */
  currentLine(): number {
    if (!this.hasEdits || !this.frame) return this.line
    return this.line + this.#editLinesTo(this.position)
  }

  #editLinesTo(offset: number): number {
    const { editOffsets, editLines } = (this.frame as FileFrame).file
    let i = this.editIndex
    if (i >= editOffsets.length || (editOffsets[i] as number) > offset) return 0
    const before = i > 0 ? (editLines[i - 1] as number) : 0
    while (i < editOffsets.length && (editOffsets[i] as number) <= offset) i++
    return (editLines[i - 1] as number) - before
  }

  /** Offset from which columns of the reading position count. */
  columnBase(): number {
    if (!this.hasEdits || !this.frame) return this.lineStart
    const { file } = this.frame
    for (let edit = file.editAt(this.position); edit >= this.editIndex; edit--) {
      if ((file.editLines[edit] as number) !== (edit > 0 ? (file.editLines[edit - 1] as number) : 0))
        return file.editOffsets[edit] as number
    }
    return this.lineStart
  }

  /** The line feed before `next` has been read: `next` begins a line. */
  passLineEnd(next: number): void {
    let lines = 1
    if (this.hasEdits && this.frame) {
      const { file } = this.frame
      const { editOffsets, editLines } = file
      let i = this.editIndex
      if (i < editOffsets.length && (editOffsets[i] as number) < next) {
        const before = i > 0 ? (editLines[i - 1] as number) : 0
        while (i < editOffsets.length && (editOffsets[i] as number) < next) i++
        lines += (editLines[i - 1] as number) - before
        this.editIndex = i
      }
    }
    if (this.hasRemarks && this.frame) this.#tellRemarks(this.frame.file, next, false)
    this.line += lines
    this.lineStart = next
  }

  /** A comment, or a piece of one up to a line's end, stands from `start` to `end`. */
  passComment(start: number, end: number): void {
    if (!this.hasRemarks || !this.frame) return
    this.#tellRemarks(this.frame.file, start, false)
    this.#tellRemarks(this.frame.file, end, true)
  }

  /** Warns of what was found before `next`; in a comment only of what matters there. */
  #tellRemarks({ remarks, source }: PreparedFile, next: number, isComment: boolean): void {
    for (; this.remarkIndex < remarks.length; this.remarkIndex++) {
      const remark = remarks[this.remarkIndex] as Remark
      if (remark.offset >= next) break
      if (isComment && !remark.isInComments) continue
      if (this.options.noWarnings || (this.frame?.claimedSystemLevel ?? 0) > 0) continue
      const reportedAs = this.locations.claim(this.base + remark.offset)
      this.sink.report({
        severity: 'warning',
        span: { source, start: remark.written, end: remark.written + 1 },
        ...(remark.trigraph === undefined
          ? { code: 'blank-after-backslash', message: 'backslash and newline separated by space' }
          : {
              code: 'trigraph-ignored',
              message: `trigraph ??${remark.trigraph} ignored, use -trigraphs to enable`,
              option: 'trigraphs',
            }),
        ...(reportedAs && { reportedAs }),
      })
    }
  }

  report(severity: Severity, code: string, message: string, location: number, length = 1, more?: Partial<Diagnostic>): void {
    if (
      severity === 'warning' &&
      (this.options.noWarnings || (this.frame && this.frame.claimedSystemLevel > 0 && code !== 'warning-directive'))
    )
      return
    const span = this.locations.span(location, length)
    const reportedAs = this.locations.claim(location)
    const includes = this.locations.includeNotes(location)
    const notes = [...(more?.notes ?? []), ...includes]
    this.sink.report({
      code,
      severity,
      message,
      ...more,
      ...(span && { span }),
      ...(reportedAs && { reportedAs }),
      ...(notes.length > 0 && { notes }),
    })
    if (this.sink.count >= this.options.limits.diagnostics) {
      this.sink.error('too-many-diagnostics', `stopped after ${this.options.limits.diagnostics} diagnostics`)
      throw new FatalStop()
    }
  }

  error(code: string, message: string, location: number, length = 1, more?: Partial<Diagnostic>): void {
    this.report('error', code, message, location, length, more)
  }

  warn(code: string, message: string, location: number, length = 1, more?: Partial<Diagnostic>): void {
    this.report('warning', code, message, location, length, more)
  }

  fatal(code: string, message: string, location: number, length = 1, more?: Partial<Diagnostic>): never {
    this.report('error', code, message, location, length, more)
    throw new FatalStop()
  }

  /** The line of a place as #line has it, found quickly on the line that is read. */
  claimedLineAt(place: number): number {
    const { frame } = this
    if (frame !== undefined && this.base === frame.reading.base && place >= this.base + this.lineStart && place <= this.location) {
      const { editOffsets } = frame.file
      const isPlain = this.editIndex >= editOffsets.length || (editOffsets[this.editIndex] as number) > this.position
      if (isPlain) return this.line + frame.lineDelta
    }
    return this.locations.claimedLine(place)
  }

  /** The place of a token of an #if: its own where it stands in the line, the line's where a macro brought it. */
  placeInDirective(token: Token): number {
    return token.location >= this.directiveStart && token.location <= this.location ? token.location : this.directiveStart
  }
}
