// A text that diagnostics point into, and positions in it.
// Enters: a name and bytes (or a string). Leaves: offsets turned into lines, columns and line texts.

import type { TextOrigin } from './origin.ts'

const encoder = new TextEncoder()
const utf8Decoder = new TextDecoder('utf-8')

/** Bytes as text, one character a byte (Latin-1), so that offsets in both agree and no byte is lost. */
export function bytesToText(bytes: Uint8Array): string {
  const chunkSize = 8192
  if (bytes.length <= chunkSize) return String.fromCharCode.apply(null, bytes as unknown as number[])
  const parts: string[] = []
  for (let start = 0; start < bytes.length; start += chunkSize) {
    parts.push(String.fromCharCode.apply(null, bytes.subarray(start, start + chunkSize) as unknown as number[]))
  }
  return parts.join('')
}

/** The inverse of {@link bytesToText}: characters above 0xff keep their low byte only. */
export function textToBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

/** Text of one character a byte as a person reads it: the bytes taken as UTF-8. */
export function textForDisplay(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: plain ASCII is the common case and needs no decoding
  return /^[\x00-\x7f]*$/.test(text) ? text : utf8Decoder.decode(textToBytes(text))
}

/**
 * A named source text. `text` has one character a byte; file contents are never decoded, so any byte survives to the
 * output. `origin` is set for texts that no person wrote (preprocessed text, macro expansions) and leads back to those
 * that one did.
 */
export class SourceFile {
  readonly name: string
  readonly origin: TextOrigin | undefined
  #bytes: Uint8Array | undefined
  #text: string | undefined
  #lineStarts: Uint32Array | undefined

  private constructor(name: string, bytes: Uint8Array | undefined, text: string | undefined, origin: TextOrigin | undefined) {
    this.name = name
    this.#bytes = bytes
    this.#text = text
    this.origin = origin
  }

  /** A file's contents. */
  static fromBytes(name: string, bytes: Uint8Array, origin?: TextOrigin): SourceFile {
    // Not a subclass such as Node's Buffer, whose `subarray` is slow, and for which code over bytes would be compiled twice.
    const plain = bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return new SourceFile(name, plain, undefined, origin)
  }

  /** Text that already has one character a byte. */
  static fromByteText(name: string, text: string, origin?: TextOrigin): SourceFile {
    return new SourceFile(name, undefined, text, origin)
  }

  /** An ordinary string, taken as UTF-8. */
  static fromString(name: string, text: string, origin?: TextOrigin): SourceFile {
    return new SourceFile(name, encoder.encode(text), undefined, origin)
  }

  get bytes(): Uint8Array {
    return (this.#bytes ??= textToBytes(this.#text ?? ''))
  }

  get text(): string {
    return (this.#text ??= bytesToText(this.#bytes ?? new Uint8Array(0)))
  }

  get sizeInBytes(): number {
    return this.#bytes?.length ?? this.#text?.length ?? 0
  }

  /** Offset of the first byte of each line; lines end with a line feed. */
  get lineStarts(): Uint32Array {
    if (this.#lineStarts) return this.#lineStarts
    const bytes = this.bytes
    let count = 1
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++
    const starts = new Uint32Array(count)
    let line = 1
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts[line++] = at + 1
    return (this.#lineStarts = starts)
  }

  /** 1-based line of a byte offset; offsets past the end belong to the last line. */
  lineAt(offset: number): number {
    const starts = this.lineStarts
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return low + 1
  }

  /** 1-based column of a byte offset, counted in bytes as gcc counts by default for ASCII. */
  columnAt(offset: number): number {
    return offset - (this.lineStarts[this.lineAt(offset) - 1] as number) + 1
  }

  /** Text of a 1-based line without its line feed, one character a byte; empty past the end. */
  lineText(line: number): string {
    const starts = this.lineStarts
    if (line < 1 || line > starts.length) return ''
    const start = starts[line - 1] as number
    const end = line < starts.length ? (starts[line] as number) - 1 : this.sizeInBytes
    return bytesToText(this.bytes.subarray(start, end)).replace(/\r$/, '')
  }

  /** The span of a whole 1-based line, without leading blanks and the line end. */
  lineSpan(line: number): Span {
    const text = this.lineText(line)
    const start =
      (this.lineStarts[Math.min(Math.max(line, 1), this.lineStarts.length) - 1] as number) + (text.length - text.trimStart().length)
    return { source: this, start, end: start + text.trim().length }
  }
}

/** Half-open range of byte offsets in a source. */
export interface Span {
  readonly source: SourceFile
  readonly start: number
  readonly end: number
}
