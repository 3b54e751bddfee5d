// Strings of bytes, each kept once.
// Enters: ranges of the contents of sections. Leaves: a number for each different one. All in typed arrays: the debug information
// of a large program has millions of strings, and an object for each would cost more than the link.

import { copyBytes } from '@kernelbox/elf'

export class EntityTable {
  /** Number of different ones. */
  count = 0
  /** By number: the input that it was first met in, where in it, how long, how aligned. */
  home = new Int32Array(1024)
  start = new Int32Array(1024)
  length = new Int32Array(1024)
  alignment = new Float64Array(1024)
  /** The one that has this one as its end, or stands in its place; -1: none. */
  host = new Int32Array(1024)
  /** Offset in what is left of its home. */
  offset = new Float64Array(1024)
  readonly #inputs: readonly Uint8Array[]
  #hashes = new Int32Array(1024)
  /** Open addressing: number plus one, 0 for a free slot. */
  #slots = new Int32Array(4096)
  #used = 0
  /** No input can be made to fill one slot. */
  readonly #seed = Math.floor(Math.random() * 0x1_0000_0000) | 0

  constructor(inputs: readonly Uint8Array[]) {
    this.#inputs = inputs
  }

  /** The number of these bytes at this alignment; where only a less aligned one is known, the new one takes its place. */
  add(home: number, start: number, end: number, alignment: number): number {
    const bytes = this.#inputs[home] as Uint8Array
    let hash = this.#seed
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x0100_0193)
    // The low bits choose the slot: the high ones are to take part.
    hash ^= hash >>> 15
    let slot = this.#find(hash, bytes, start, end - start)
    const known = (this.#slots[slot] as number) - 1
    if (known >= 0 && (this.alignment[known] as number) >= alignment) return known
    const fresh = this.#make(home, start, end - start, alignment, hash)
    if (known >= 0) this.host[known] = fresh
    else if (++this.#used * 2 > this.#slots.length) {
      this.#rehash()
      slot = this.#free(hash)
    }
    this.#slots[slot] = fresh + 1
    return fresh
  }

  /** Numbers of those that none of equal bytes has replaced. */
  current(): Int32Array {
    const found = new Int32Array(this.#used)
    let at = 0
    for (const slot of this.#slots) if (slot > 0) found[at++] = slot - 1
    return found
  }

  bytesOf(entity: number): Uint8Array {
    const start = this.start[entity] as number
    return (this.#inputs[this.home[entity] as number] as Uint8Array).subarray(start, start + (this.length[entity] as number))
  }

  copy(entity: number, target: Uint8Array, at: number): void {
    copyBytes(
      target,
      at,
      this.#inputs[this.home[entity] as number] as Uint8Array,
      this.start[entity] as number,
      this.length[entity] as number,
    )
  }

  /** Less than, equal to or more than 0 as the one comes before the other when both are read from their ends. */
  compareFromEnd(a: number, b: number): number {
    const one = this.#inputs[this.home[a] as number] as Uint8Array
    const other = this.#inputs[this.home[b] as number] as Uint8Array
    const lengthOfOne = this.length[a] as number
    const lengthOfOther = this.length[b] as number
    let x = (this.start[a] as number) + lengthOfOne
    let y = (this.start[b] as number) + lengthOfOther
    for (let left = Math.min(lengthOfOne, lengthOfOther); left > 0; left--) {
      const difference = (one[--x] as number) - (other[--y] as number)
      if (difference !== 0) return difference
    }
    return lengthOfOne - lengthOfOther
  }

  /** Whether `long` ends with `short`. */
  endsWith(long: number, short: number): boolean {
    const size = this.length[short] as number
    const skipped = (this.length[long] as number) - size
    if (skipped < 0) return false
    const one = this.#inputs[this.home[long] as number] as Uint8Array
    const other = this.#inputs[this.home[short] as number] as Uint8Array
    const x = (this.start[long] as number) + skipped
    const y = this.start[short] as number
    for (let i = 0; i < size; i++) if (one[x + i] !== other[y + i]) return false
    return true
  }

  #find(hash: number, bytes: Uint8Array, start: number, size: number): number {
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = (this.#slots[slot] as number) - 1
      if (found < 0) return slot
      if (this.#hashes[found] !== hash || this.length[found] !== size) continue
      const other = this.#inputs[this.home[found] as number] as Uint8Array
      const from = this.start[found] as number
      let i = 0
      while (i < size && bytes[start + i] === other[from + i]) i++
      if (i === size) return slot
    }
  }

  #free(hash: number): number {
    const mask = this.#slots.length - 1
    let slot = hash & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    return slot
  }

  #rehash(): void {
    const old = this.#slots
    this.#slots = new Int32Array(old.length * 4)
    for (const slot of old) if (slot > 0) this.#slots[this.#free(this.#hashes[slot - 1] as number)] = slot
  }

  #make(home: number, start: number, size: number, alignment: number, hash: number): number {
    const made = this.count++
    if (made === this.home.length) this.#grow()
    this.home[made] = home
    this.start[made] = start
    this.length[made] = size
    this.alignment[made] = alignment
    this.host[made] = -1
    this.#hashes[made] = hash
    return made
  }

  #grow(): void {
    const capacity = this.home.length * 2
    this.home = grown(this.home, new Int32Array(capacity))
    this.start = grown(this.start, new Int32Array(capacity))
    this.length = grown(this.length, new Int32Array(capacity))
    this.host = grown(this.host, new Int32Array(capacity))
    this.#hashes = grown(this.#hashes, new Int32Array(capacity))
    this.alignment = grown(this.alignment, new Float64Array(capacity))
    this.offset = grown(this.offset, new Float64Array(capacity))
  }
}

function grown<T extends Int32Array | Float64Array>(old: T, larger: T): T {
  larger.set(old)
  return larger
}
