// Spellings of tokens that are no names: numbers, strings, punctuators.
// Enters: bytes of a source, or text that the expander makes. Leaves: an offset; the spelling lies there. The byte c lies at
// the offset c, so a token of one character is its own offset.

import { textOf } from './byte-text.ts'

const oneByteTexts = 256

export class TextPool {
  bytes = new Uint8Array(4096)
  length: number = oneByteTexts
  /** What lies below belongs to bodies of macros and stays. */
  #kept: number = oneByteTexts

  constructor() {
    for (let c = 0; c < oneByteTexts; c++) this.bytes[c] = c
  }

  /** Makes room for `size` more bytes. */
  reserve(size: number): void {
    if (this.bytes.length - this.length >= size) return
    const bytes = new Uint8Array(Math.max(this.bytes.length * 2, this.length + size))
    bytes.set(this.bytes.subarray(0, this.length))
    this.bytes = bytes
  }

  add(from: Uint8Array, start: number, end: number): number {
    const size = end - start
    if (size === 1) return from[start] as number
    this.reserve(size)
    const { bytes, length } = this
    if (size > 64) bytes.set(from.subarray(start, end), length)
    else for (let i = 0; i < size; i++) bytes[length + i] = from[start + i] as number
    this.length = length + size
    return length
  }

  addText(text: string): number {
    this.reserve(text.length)
    const { bytes, length } = this
    for (let i = 0; i < text.length; i++) bytes[length + i] = text.charCodeAt(i)
    this.length = length + text.length
    return length
  }

  putByte(byte: number): void {
    if (this.length === this.bytes.length) this.reserve(1)
    this.bytes[this.length++] = byte
  }

  text(offset: number, size: number): string {
    return textOf(this.bytes, offset, offset + size)
  }

  /** All that was added up to now stays. */
  keep(): void {
    this.#kept = this.length
  }

  /** Forgets what was added since the length was `length` and need not stay. */
  cutTo(length: number): void {
    this.length = Math.max(length, this.#kept)
  }

  cut(): void {
    this.length = this.#kept
  }
}
