// The preprocessed text.
// Enters: lines and tokens in order. Leaves: bytes with gcc's spacing (cppinternals, "Just which line number anyway?" and
// "Token Spacing"), with or without line markers, and the segments from which origins are told.

import type { NameTable } from './names.ts'
import { laterPadding } from './padding.ts'
import type { TextPool } from './text-pool.ts'
import { flag, kind, needsSpaceBetween } from './tokens.ts'

/** Line markers are printed, or lines only (-P and the text for the assembler). */
export class Output {
  bytes: Uint8Array
  length = 0
  /** The line, in the numbering of #line, that a reader of the text believes to be on. */
  line = 1
  /** Something stands on the current line. */
  isLineOpen = false
  /** Kind of the last token printed on this line, where padding may still ask for a space; 0 for none. */
  previous = 0
  #previousIsBackslash = false
  /** Flags of the padding that was seen since. */
  #padding = 0
  /** The file of the last marker, and its name as markers have it. */
  #markedFile = ''
  #quotedFile = ''
  readonly #names: NameTable
  readonly #texts: TextPool
  /** Padding was the last thing printed: it may ask for a space, even before the first token of the next line. */
  #avoidPaste = false
  readonly hasMarkers: boolean
  readonly hasOrigins: boolean
  readonly limit: number
  // Segments: text from starts[i] on was written at locations[i] (byte for byte), or comes from the body of a macro
  // whose use has the number expansions[i]; 0 stands for none.
  segmentCount = 0
  segmentStarts = new Uint32Array(1024)
  segmentLocations = new Int32Array(1024)
  segmentExpansions = new Uint32Array(1024)

  constructor(sizeHint: number, hasMarkers: boolean, hasOrigins: boolean, limit: number, names: NameTable, texts: TextPool) {
    this.#names = names
    this.#texts = texts
    this.bytes = new Uint8Array(Math.max(4096, sizeHint))
    this.hasMarkers = hasMarkers
    this.hasOrigins = hasOrigins
    this.limit = limit
  }

  /** Makes room for `size` more bytes. */
  reserve(size: number): void {
    if (this.bytes.length - this.length >= size) return
    const bytes = new Uint8Array(Math.max(this.bytes.length * 2, this.length + size))
    bytes.set(this.bytes.subarray(0, this.length))
    this.bytes = bytes
  }

  get isFull(): boolean {
    return this.length > this.limit
  }

  addSegment(start: number, location: number, expansion: number): void {
    const i = this.segmentCount++
    if (i === this.segmentStarts.length) {
      const starts = new Uint32Array(i * 2)
      starts.set(this.segmentStarts)
      this.segmentStarts = starts
      const locations = new Int32Array(i * 2)
      locations.set(this.segmentLocations)
      this.segmentLocations = locations
      const expansions = new Uint32Array(i * 2)
      expansions.set(this.segmentExpansions)
      this.segmentExpansions = expansions
    }
    this.segmentStarts[i] = start
    this.segmentLocations[i] = location
    this.segmentExpansions[i] = expansion
  }

  /** Text from `start` on stands as it was written at `location`. */
  addRun(start: number, location: number): void {
    const last = this.segmentCount - 1
    if (
      last >= 0 &&
      this.segmentExpansions[last] === 0 &&
      (this.segmentLocations[last] as number) + start - (this.segmentStarts[last] as number) === location
    ) {
      return
    }
    this.addSegment(start, location, 0)
  }

  dropSegmentsFrom(start: number): void {
    while (this.segmentCount > 0 && (this.segmentStarts[this.segmentCount - 1] as number) > start) this.segmentCount--
  }

  putByte(byte: number): void {
    if (this.length === this.bytes.length) this.reserve(1)
    this.bytes[this.length++] = byte
  }

  putText(text: string): void {
    this.reserve(text.length)
    const { bytes } = this
    let o = this.length
    for (let i = 0; i < text.length; i++) bytes[o++] = text.charCodeAt(i)
    this.length = o
  }

  /** Ends the line that is open, if one is. */
  endLine(): void {
    if (!this.isLineOpen) return
    this.putByte(0x0a)
    this.line++
    this.isLineOpen = false
  }

  /** Goes to a new line that has the number `line`: by line feeds where it is near, else by a marker. */
  toLine(line: number, file: string, markerFlags: string): void {
    this.endLine()
    if (!this.hasMarkers) return
    if (line >= this.line && line < this.line + 8) {
      this.reserve(8)
      while (line > this.line) {
        this.bytes[this.length++] = 0x0a
        this.line++
      }
    } else this.marker(line, file, '', markerFlags)
  }

  /** `# 12 "file" 1 3 4`; `reason` is 1 on entering a file, 2 on returning to it. */
  marker(line: number, file: string, reason: string, systemFlags: string): void {
    this.endLine()
    this.line = line
    if (!this.hasMarkers) return
    if (file !== this.#markedFile) {
      this.#markedFile = file
      this.#quotedFile = quoted(file)
    }
    this.putText(`# ${line} "${this.#quotedFile}"${reason}${systemFlags}\n`)
  }

  /** The first token of a line stands in a 1-based column; gcc keeps its indentation. */
  indent(column: number): void {
    this.previous = 0
    this.#padding = 0
    const spaces = column - 2
    this.isLineOpen = true
    if (spaces <= 0) return
    this.reserve(spaces)
    this.bytes.fill(0x20, this.length, this.length + spaces)
    this.length += spaces
  }

  /** A `#` that begins a line gets a space where padding went before it, lest it be read as a directive. */
  get isPaddingPending(): boolean {
    return this.#avoidPaste
  }

  /** Stands for what the expander has not seen of the line. */
  passText(): void {
    this.previous = kind.other
    this.#previousIsBackslash = false
  }

  /** The line ends with what a macro made. */
  leavePadding(): void {
    this.#avoidPaste = true
  }

  /** Text has been copied: padding before it is done with. */
  settlePadding(): void {
    this.#avoidPaste = false
    this.#padding = 0
  }

  /** Prints a token that is not the end of a line, with a space before it where one is needed. `value`, `size`: as in the state. */
  token(tokenKind: number, flags: number, value: number, size: number, location: number, expansion: number): void {
    if (tokenKind === kind.padding) {
      this.#avoidPaste = true
      this.#padding = laterPadding(this.#padding, flags)
      return
    }
    const length = tokenKind === kind.name ? this.#names.length(value) : size
    this.reserve(length + 1)
    if (this.#avoidPaste) {
      const isWhite = (((this.#padding & flag.sourced) !== 0 ? this.#padding : flags) & flag.white) !== 0
      if (
        isWhite ||
        (this.previous !== 0 && needsSpaceBetween(this.previous, this.#previousIsBackslash, tokenKind, value, size, this.#texts)) ||
        (this.previous === 0 && tokenKind === kind.hash)
      ) {
        this.bytes[this.length++] = 0x20
      }
      this.#avoidPaste = false
      this.#padding = 0
    } else if ((flags & flag.white) !== 0) this.bytes[this.length++] = 0x20
    this.previous = tokenKind
    this.#previousIsBackslash = tokenKind === kind.other && size === 1 && value === 0x5c
    this.isLineOpen = true
    this.spell(tokenKind, value, size, location, expansion)
  }

  /** Writes the spelling of a token, for which room has been made. */
  spell(tokenKind: number, value: number, size: number, location: number, expansion: number): void {
    if (this.hasOrigins) {
      if (expansion === 0) this.addRun(this.length, location)
      else this.addSegment(this.length, location, expansion)
    }
    if (tokenKind === kind.name) {
      this.#names.copyTo(value, this.bytes, this.length)
      this.length += this.#names.length(value)
      return
    }
    if (size === 1) this.bytes[this.length] = this.#texts.bytes[value] as number
    else this.#copyText(value, size)
    this.length += size
  }

  #copyText(value: number, size: number): void {
    const { bytes, length } = this
    const from = this.#texts.bytes
    if (size > 64) bytes.set(from.subarray(value, value + size), length)
    else for (let i = 0; i < size; i++) bytes[length + i] = from[value + i] as number
  }
}

function quoted(name: string): string {
  // eslint-disable-next-line no-control-regex
  if (!/["\\\x00-\x1f\x7f-\xff]/.test(name)) return name
  return name.replace(/["\\]/g, '\\$&').replace(/[\x00-\x1f\x7f-\xff]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
