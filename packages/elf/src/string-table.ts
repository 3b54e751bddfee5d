// A string table whose strings stand one after the other, each once. Enters: strings in order. Leaves: offsets, bytes.
// gABI ch. 4 "String Table".

export class StringTableBuilder {
  readonly #offsets = new Map<string, number>([['', 0]])
  #length = 1

  /** Offset of the string in the table. */
  add(text: string): number {
    let offset = this.#offsets.get(text)
    if (offset === undefined) {
      offset = this.#length
      this.#offsets.set(text, offset)
      this.#length += text.length + 1
    }
    return offset
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.#length)
    for (const [text, offset] of this.#offsets) for (let i = 0; i < text.length; i++) bytes[offset + i] = text.charCodeAt(i)
    return bytes
  }
}
