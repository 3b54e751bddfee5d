// String tables in which a string that ends another one shares its bytes, as the GNU tools write them.
// Enters: strings in order. Leaves: the table's bytes and each string's offset. gABI ch. 4 "String Table".

export class MergedStringTable {
  readonly #offsets = new Map<string, number>([['', 0]])
  readonly #strings: string[] = []

  add(text: string): void {
    if (this.#offsets.has(text)) return
    this.#offsets.set(text, -1)
    this.#strings.push(text)
  }

  /** Lays the table out; strings have one character a byte. */
  build(): Uint8Array {
    const reversed = this.#strings.map((text) => reverse(text))
    const order = Array.from(reversed, (_, i) => i).sort((x, y) => ((reversed[x] as string) < (reversed[y] as string) ? -1 : 1))
    const host = new Int32Array(this.#strings.length).fill(-1)
    let current = -1
    for (let k = order.length - 1; k >= 0; k--) {
      const i = order[k] as number
      if (current >= 0 && (reversed[current] as string).startsWith(reversed[i] as string)) host[i] = current
      else current = i
    }
    let length = 1
    this.#strings.forEach((text, i) => {
      if (host[i] !== -1) return
      this.#offsets.set(text, length)
      length += text.length + 1
    })
    const bytes = new Uint8Array(length)
    this.#strings.forEach((text, i) => {
      if (host[i] !== -1) {
        const owner = this.#strings[host[i] as number] as string
        this.#offsets.set(text, (this.#offsets.get(owner) as number) + owner.length - text.length)
        return
      }
      const at = this.#offsets.get(text) as number
      for (let k = 0; k < text.length; k++) bytes[at + k] = text.charCodeAt(k)
    })
    return bytes
  }

  offset(text: string): number {
    return this.#offsets.get(text) ?? 0
  }
}

function reverse(text: string): string {
  let result = ''
  for (let i = text.length - 1; i >= 0; i--) result += text[i]
  return result
}
