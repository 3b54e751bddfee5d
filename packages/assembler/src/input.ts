// The texts being read, innermost last: files, includes, expansions of macros and repetitions; and the cutting of a text
// into statements. Enters: sources. Leaves: one statement at a time as a range of bytes, without comments and blanks
// around it. GNU as manual §3 "Syntax": `#` begins a comment, as does `/` at the beginning of a line; `/* */` is white
// space; `;` parts statements; `# 12 "file"` says where the next line comes from.

import type { DiagnosticSink, SourceFile, Span } from '@kernelbox/diagnostics'

const newline = 10
const semicolon = 59

/** 1: ends a statement, 2: opens a comment, 3: string, 4: character constant, 5: slash. */
const stops = new Uint8Array(256)
stops[newline] = 1
stops[semicolon] = 1
stops[35] = 2
stops[34] = 3
stops[39] = 4
stops[47] = 5

export interface LineMarker {
  readonly offset: number
  readonly file: string | undefined
  /** Line number that the text at `offset` is said to have. */
  readonly line: number
}

export type FrameKind = 'file' | 'include' | 'macro' | 'repeat'

/** One text being read. */
export class InputFrame {
  readonly kind: FrameKind
  readonly source: SourceFile
  readonly sourceIndex: number
  /** The source's bytes; a copy, with blanks in the place of block comments, once there is one. */
  bytes: Uint8Array
  readonly length: number
  at = 0
  /** How many more times the text is read from its beginning. */
  remaining = 0
  /** How often it is read in all, and what had been expanded when it was opened. */
  times = 1
  expandedBefore = 0
  /** Depth of the conditional stack when the frame was opened. */
  readonly conditionalDepth: number
  #isCopy = false

  constructor(kind: FrameKind, source: SourceFile, sourceIndex: number, conditionalDepth: number) {
    this.kind = kind
    this.source = source
    this.sourceIndex = sourceIndex
    this.bytes = source.bytes
    this.length = this.bytes.length
    this.conditionalDepth = conditionalDepth
  }

  blank(start: number, end: number): void {
    if (!this.#isCopy) {
      // Not slice(): of a Node Buffer that is a view.
      this.bytes = new Uint8Array(this.bytes)
      this.#isCopy = true
    }
    this.bytes.fill(32, start, end)
  }
}

/** What opening a text, and reading it once more, count beside its length: they take time and memory too. */
const openingInBytes = 64
const rereadingInBytes = 8
/** How often {@link Input.onExpansion} is asked: once in so many bytes of expanded text. */
const expansionStep = 1 << 20

export class Input {
  readonly sources: SourceFile[] = []
  readonly markers = new Map<SourceFile, LineMarker[]>()
  readonly frames: InputFrame[] = []
  frame: InputFrame | undefined = undefined
  /** The statement: its first byte and the end of its text. */
  start = 0
  end = 0
  /** Set when the outermost frame ended: no statement is left. */
  readonly #sink: DiagnosticSink
  readonly #onEnd: (frame: InputFrame) => void
  /** Text of macros and repetitions that was read so far; each reading counts a little more than its length. */
  expandedInBytes = 0
  #nextCheck = expansionStep
  /** May refuse (by closing all texts) to go on expanding. */
  onExpansion: (() => void) | undefined = undefined

  constructor(sink: DiagnosticSink, onEnd: (frame: InputFrame) => void) {
    this.#sink = sink
    this.#onEnd = onEnd
  }

  open(kind: FrameKind, source: SourceFile, conditionalDepth: number): void {
    this.sources.push(source)
    this.frame = new InputFrame(kind, source, this.sources.length - 1, conditionalDepth)
    this.frames.push(this.frame)
    this.frame.expandedBefore = this.expandedInBytes
    if (kind === 'macro' || kind === 'repeat') this.#expanded(this.frame.length + openingInBytes)
  }

  #expanded(length: number): void {
    this.expandedInBytes += length
    if (this.expandedInBytes < this.#nextCheck) return
    this.#nextCheck = this.expandedInBytes + expansionStep
    this.onExpansion?.()
  }

  /** Leaves the innermost text (`.exitm`, its end). */
  close(): void {
    const frame = this.frames.pop()
    this.frame = this.frames.at(-1)
    if (frame) this.#onEnd(frame)
  }

  /** `.end`: nothing more is read. */
  closeAll(): void {
    while (this.frame) this.close()
  }

  get bytes(): Uint8Array {
    return (this.frame as InputFrame).bytes
  }

  span(start = this.start, end = this.end): Span {
    return { source: (this.frame as InputFrame).source, start, end: Math.max(start, end) }
  }

  /** Moves to the next statement; false when there is none in any text. */
  next(): boolean {
    while (this.frame) {
      if (this.#nextIn(this.frame)) return true
      this.close()
    }
    return false
  }

  /** Moves to the next statement of the innermost text only. */
  nextInFrame(): boolean {
    return this.frame !== undefined && this.#nextIn(this.frame, true)
  }

  #nextIn(frame: InputFrame, isBlockOnly = false): boolean {
    let { at } = frame
    const { length } = frame
    let bytes = frame.bytes
    let isLineStart = at === 0 || bytes[at - 1] === newline
    for (;;) {
      if (at >= length && frame.remaining > 0 && length > 0 && !isBlockOnly) {
        frame.remaining--
        at = 0
        isLineStart = true
        this.#expanded(length + rereadingInBytes)
        if (this.frame !== frame) return false
        continue
      }
      if (at >= length) {
        frame.at = length
        return false
      }
      const c = bytes[at] as number
      if (c === newline) {
        isLineStart = true
        at++
      } else if (c === 32 || c === 9 || c === 13 || c === 12 || c === 11 || c === semicolon || c === 0) {
        if (c === semicolon) isLineStart = false
        at++
      } else if (c === 35 || (c === 47 && isLineStart && bytes[at + 1] !== 42)) {
        let lineEnd = bytes.indexOf(newline, at)
        if (lineEnd < 0) lineEnd = length
        if (c === 35 && isLineStart) this.#lineMarker(frame, at + 1, lineEnd)
        at = lineEnd
      } else if (c === 47 && bytes[at + 1] === 42) {
        at = this.#blockComment(frame, at)
        bytes = frame.bytes
      } else break
    }
    this.start = at
    this.#findEnd(frame, at)
    return true
  }

  /** Finds the end of the statement that begins at `at` and where the next begins. */
  #findEnd(frame: InputFrame, at: number): void {
    let bytes = frame.bytes
    const { length } = frame
    while (at < length) {
      const stop = stops[bytes[at] as number] as number
      if (stop === 0) {
        at++
        continue
      }
      if (stop === 1) break
      if (stop === 2) {
        let lineEnd = bytes.indexOf(newline, at)
        if (lineEnd < 0) lineEnd = length
        this.#finish(frame, at, lineEnd)
        return
      }
      if (stop === 3) {
        at = this.#string(frame, at)
      } else if (stop === 4) {
        at++
        if (bytes[at] === 92) at++
        if (at < length && bytes[at] !== newline) at++
      } else if (bytes[at + 1] === 42) {
        at = this.#blockComment(frame, at)
        bytes = frame.bytes
      } else at++
    }
    this.#finish(frame, at, at < length ? at + 1 : length)
  }

  #finish(frame: InputFrame, end: number, next: number): void {
    const { bytes } = frame
    frame.at = bytes[end] === newline ? end : next
    while (end > this.start) {
      const c = bytes[end - 1] as number
      if (c !== 32 && c !== 9 && c !== 13) break
      end--
    }
    this.end = end
  }

  #string(frame: InputFrame, start: number): number {
    const { bytes, length } = frame
    let at = start + 1
    let isTold = false
    while (at < length) {
      const c = bytes[at] as number
      if (c === 34) return at + 1
      if (c === 92) at++
      else if (c === newline && !isTold) {
        isTold = true
        const close = closingQuote(bytes, at, length)
        const span = { source: frame.source, start, end: at }
        if (close < 0) {
          this.#sink.error('unterminated-string', 'the string that begins here is never closed', span)
          return at
        }
        this.#sink.warn('unterminated-string', 'the string goes on in the next line; a line feed is part of it', span)
      }
      at++
    }
    if (!isTold)
      this.#sink.error('unterminated-string', 'the string that begins here is never closed', { source: frame.source, start, end: length })
    return length
  }

  #blockComment(frame: InputFrame, start: number): number {
    const { bytes, length } = frame
    let at = start + 2
    while (at < length && !(bytes[at] === 42 && bytes[at + 1] === 47)) at++
    if (at >= length) {
      this.#sink.warn('unterminated-comment', 'the comment that begins here is never closed', {
        source: frame.source,
        start,
        end: start + 2,
      })
      at = length
    } else at += 2
    frame.blank(start, at)
    return at
  }

  /** `# 12 "file" 3`, as cpp writes it. */
  #lineMarker(frame: InputFrame, at: number, lineEnd: number): void {
    const { bytes } = frame
    const first = bytes[at]
    if (first !== 32 && first !== 9) return
    while (bytes[at] === 32 || bytes[at] === 9) at++
    let line = 0
    const digits = at
    for (; at < lineEnd; at++) {
      const digit = (bytes[at] as number) - 48
      if (digit < 0 || digit > 9) break
      line = line * 10 + digit
    }
    // A number that is no decimal int is an ordinary comment.
    if (at === digits || line > 0x7fffffff || (bytes[digits] === 48 && at > digits + 1)) return
    while (bytes[at] === 32 || bytes[at] === 9) at++
    let file: string | undefined
    if (bytes[at] === 34) {
      let name = ''
      for (at++; at < lineEnd && bytes[at] !== 34; at++) {
        if (bytes[at] === 92 && at + 1 < lineEnd) at++
        name += String.fromCharCode(bytes[at] as number)
      }
      file = name
    } else if (at < lineEnd && bytes[at] !== 13) return
    this.mark(lineEnd + 1, file, line)
  }

  /** From `offset` on the innermost text is said to come from that place. */
  mark(offset: number, file: string | undefined, line: number): void {
    const { source } = this.frame as InputFrame
    let list = this.markers.get(source)
    if (!list) this.markers.set(source, (list = []))
    // A text that is read once more brings its markers once more.
    while (list.length > 0 && (list.at(-1) as LineMarker).offset >= offset) list.pop()
    list.push({ offset, file: file ?? list.at(-1)?.file, line })
  }

  /** The place that a marker gives to an offset of a written source; undefined where none stands before it. */
  logicalPlace(source: SourceFile, offset: number): { file: string; line: number } | undefined {
    const list = this.markers.get(source)
    if (!list) return undefined
    let low = -1
    let high = list.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((list[middle] as LineMarker).offset <= offset) low = middle
      else high = middle - 1
    }
    const marker = list[low]
    if (!marker) return undefined
    return { file: marker.file ?? source.name, line: marker.line + source.lineAt(offset) - source.lineAt(marker.offset) }
  }
}

function closingQuote(bytes: Uint8Array, at: number, length: number): number {
  for (; at < length; at++) {
    if (bytes[at] === 34) return at
    if (bytes[at] === 92) at++
  }
  return -1
}
