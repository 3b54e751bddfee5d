// What one run of the preprocessor holds. Only data and the bookkeeping of lines; the passes are functions over it.

import { type Diagnostic, DiagnosticSink, type Severity } from '@kernelbox/diagnostics'
import { ArgumentStack } from './arguments.ts'
import { Locations, type Reading } from './locations.ts'
import { MacroTable } from './macro.ts'
import { NameTable } from './names.ts'
import type { ResolvedOptions } from './options.ts'
import { Output } from './output.ts'
import type { SearchChain } from './search-chain.ts'
import type { PreparedFile, Remark } from './prepared-file.ts'
import { TextPool } from './text-pool.ts'
import { flagShift, placeCell, TokenList, tokenSize } from './token-list.ts'
import { type Kind, kind, Token } from './tokens.ts'

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

// A context: tokens to be read before the file goes on. Words of its record in the stack of contexts.
const bitsWord = 0
const positionWord = 1
const endWord = 2
/** The name of the macro whose expansion this is, disabled until the context ends; 0 for none. */
const nodeWord = 3
const expansionWord = 4
/** Where in the text of a file the expansion began that these tokens belong to. */
const fileLocationWord = 5
/** What lies between these offsets of the temporary list belongs to the context alone. */
const temporaryStartWord = 6
const temporaryEndWord = 7
const contextSize = 8

/** Its tokens lie in the list of bodies, not in the temporary one. */
const bodyBit = 1
/** An argument that is being expanded: its end is the end of what is read. */
const argumentBit = 2

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

export class State {
  readonly options: ResolvedOptions
  readonly names = new NameTable()
  readonly macros = new MacroTable()
  readonly texts = new TextPool()
  /** Bodies of macros. */
  readonly bodies = new TokenList(1024)
  /** What expansion makes; empty again when it is done. */
  readonly temporary = new TokenList(256)
  /** Tokens on their way to the temporary list: a stack. */
  readonly collected = new TokenList(256)
  readonly argumentStack = new ArgumentStack()
  /** Start and end, in the list of bodies, of each __VA_OPT__ group. */
  readonly groups: number[] = []
  readonly locations = new Locations()
  readonly sink = new DiagnosticSink()
  readonly out: Output
  readonly conditions: Condition[] = []
  readonly frames: FileFrame[] = []
  /** Uses of macros on the way to a token: node, place, number of the outer one; the first has the number 1. */
  readonly expansions = new TokenList(16)
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
  position = 0
  base = 0
  lineStart = 0
  /** Offset of the line feed that ends the line being copied; below the position where it is not known. */
  lineEnd = -1
  line = 1
  editIndex = 0
  remarkIndex = 0
  hasEdits = false
  hasRemarks = false
  frame: FileFrame | undefined
  /** -dD, -CC and -Wunused-macros want more of a directive than its meaning. */
  readonly keepsDirectiveText: boolean
  // The token that was read last.
  kind: Kind = kind.endOfLine
  flags = 0
  /** Node of a name, else the offset of the spelling in the pool of texts. */
  value = 0
  /** Length of the spelling of what is no name. */
  size = 0
  place = 0
  // The stack of contexts. Below `floor` lie those of the text around the directive that is read.
  #contexts = new Int32Array(64 * contextSize)
  #context = 0
  floor = 0
  #sourceBytes: Uint8Array | undefined
  #sourceNumber = 0
  // The state of scanning.
  inDirective = false
  /** 0 no, 1 looking for the parenthesis, 2 inside. */
  parsingArguments = 0
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

  setToken(tokenKind: Kind, flags: number, value: number, size: number, place: number): Kind {
    this.kind = tokenKind
    this.flags = flags
    this.value = value
    this.size = size
    this.place = place
    return tokenKind
  }

  /** The token that was read last, as an object. */
  token(): Token {
    return new Token(this.kind, this.flags, this.value, this.size, this.place, this.names, this.texts)
  }

  /** Spelling of the token that was read last. */
  text(): string {
    return this.kind === kind.name ? this.names.name(this.value) : this.texts.text(this.value, this.size)
  }

  /** Writes the spelling of a token, `size` bytes, to `target`, which has room for it. */
  copySpelling(tokenKind: number, value: number, size: number, target: Uint8Array, offset: number): void {
    if (tokenKind === kind.name) return this.names.copyTo(value, target, offset)
    const { bytes } = this.texts
    for (let i = 0; i < size; i++) target[offset + i] = bytes[value + i] as number
  }

  /** Nothing is left to be read before the file (or the line of the directive) goes on. */
  get isInFile(): boolean {
    return this.#context === this.floor
  }

  pushContext(
    isBody: boolean,
    start: number,
    end: number,
    node: number,
    expansion: number,
    fileLocation: number,
    temporaryStart: number,
  ): void {
    if (node !== 0) this.names.disable(node, 1)
    const context = this.#context + contextSize
    if (context + contextSize > this.#contexts.length) {
      const contexts = new Int32Array(this.#contexts.length * 2)
      contexts.set(this.#contexts)
      this.#contexts = contexts
    }
    const words = this.#contexts
    this.#context = context
    words[context + bitsWord] = isBody ? bodyBit : 0
    words[context + positionWord] = start
    words[context + endWord] = end
    words[context + nodeWord] = node
    words[context + expansionWord] = expansion
    words[context + fileLocationWord] = fileLocation
    words[context + temporaryStartWord] = temporaryStart
    words[context + temporaryEndWord] = this.temporary.length
  }

  /** An argument is read as if it were the rest of the file. */
  pushArgument(start: number, end: number): void {
    const firstPlace = this.temporary.cells[start + placeCell] as number
    const fileLocation = this.isInFile ? firstPlace : this.fileLocation
    this.pushContext(false, start, end, 0, this.expansion, fileLocation, this.temporary.length)
    this.#contexts[this.#context + bitsWord] = argumentBit
  }

  popContext(): void {
    const words = this.#contexts
    const context = this.#context
    const node = words[context + nodeWord] as number
    if (node !== 0) this.names.disable(node, -1)
    if (words[context + temporaryEndWord] === this.temporary.length) this.temporary.length = words[context + temporaryStartWord] as number
    this.#context = context - contextSize
  }

  /** Drops all contexts above a {@link contextMark}. */
  popTo(mark: number): void {
    while (this.#context > mark) this.popContext()
  }

  get contextMark(): number {
    return this.#context
  }

  contextPosition(): number {
    return this.#contexts[this.#context + positionWord] as number
  }

  setContextPosition(position: number): void {
    this.#contexts[this.#context + positionWord] = position
  }

  contextEnd(): number {
    return this.#contexts[this.#context + endWord] as number
  }

  /** Cells in which the tokens of the current context lie. */
  contextCells(): Int32Array {
    return ((this.#contexts[this.#context + bitsWord] as number) & bodyBit) !== 0 ? this.bodies.cells : this.temporary.cells
  }

  isArgumentContext(): boolean {
    return ((this.#contexts[this.#context + bitsWord] as number) & argumentBit) !== 0
  }

  /** Notes a use of a macro within the use `outer`; its number, 0 where nobody will ask for it. */
  addExpansion(node: number, location: number, outer: number): number {
    if (!this.options.origins || this.inDirective) return 0
    this.expansions.push(node, location, outer, 0)
    return this.expansions.length / tokenSize
  }

  /** Number of the innermost use of a macro, 0 outside of all. */
  get expansion(): number {
    return this.#context === this.floor ? 0 : (this.#contexts[this.#context + expansionWord] as number)
  }

  /** Where in the text of a file the innermost use of a macro began. */
  get fileLocation(): number {
    return this.#context === this.floor ? this.location : (this.#contexts[this.#context + fileLocationWord] as number)
  }

  /** The token in the fields of the state is to be read next, and belongs to no macro of its own. */
  pushToken(): void {
    const { temporary } = this
    const start = temporary.length
    temporary.push(this.kind | (this.flags << flagShift), this.value, this.size, this.place)
    this.pushContext(false, start, temporary.length, 0, this.expansion, this.fileLocation, start)
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

  /**
   * Where in the text of a file a token comes from: its own place, or that of the macro call that brought it.
   * Locations grow in the order of reading: what stands between the call and the reading position is an argument of it.
   */
  fileLocationOf(place: number): number {
    if (this.isInFile) return place
    const { fileLocation } = this
    return place >= fileLocation && place <= this.location ? place : fileLocation
  }

  /** What __LINE__ counts by: in the replacement of a macro, arguments too, the outermost call; in an argument its own place. */
  callLocationOf(place: number): number {
    let location = place
    const words = this.#contexts
    for (let context = this.#context; context > this.floor; context -= contextSize) {
      if (words[context + nodeWord] !== 0) location = words[context + fileLocationWord] as number
    }
    return location
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

  /** Location of the reading position. */
  get location(): number {
    return this.base + this.position
  }
}
