// A place in the statement being read, and the words and strings that can be taken from there.
// Enters: the bytes of a source with the bounds of a statement. Leaves: names, strings, and the cursor moved behind them.

import { bytesToText } from '@kernelbox/diagnostics'
import { nameBytes, unescaped } from './expression-reader.ts'

export abstract class StatementCursor {
  bytes: Uint8Array = new Uint8Array(0)
  at = 0
  end = 0
  /** Of the word that the statement begins with, after labels. */
  wordStart = 0
  wordEnd = 0

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
}

function isNamePart(byte: number, extra: string): boolean {
  return nameBytes[byte] !== 0 || (extra !== '' && extra.includes(String.fromCharCode(byte)))
}

/** The name in one or more quoted strings side by side. */
export function quotedName(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const parts: number[] = []
  for (let at = start; at < end; at++) {
    if (bytes[at] !== 34) continue
    let close = at + 1
    while (close < end && bytes[close] !== 34) close += bytes[close] === 92 ? 2 : 1
    for (const byte of unescaped(bytes, at + 1, Math.min(close, end))) parts.push(byte)
    at = close
  }
  return Uint8Array.from(parts)
}
