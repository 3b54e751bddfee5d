// Identifiers that mean something to the preprocessor, found by their bytes without making a string.
// Enters: bytes of a source. Leaves: the one Identifier object of a name, or the answer that the name means nothing.

import { textOf } from './byte-text.ts'
import type { Macro } from './macro.ts'

/** What an identifier is besides a possible macro. */
export const role = { ordinary: 0, variadicArguments: 1, variadicOption: 2, defined: 3, pragmaOperator: 4, hasInclude: 5 } as const

export class Identifier {
  readonly index: number
  readonly #table: IdentifierTable
  #name: string | undefined
  macro: Macro | undefined = undefined
  /** Greater than 0 while the macro is being expanded. */
  disabled = 0
  role: number = role.ordinary
  poisoned = false
  /** 1-based index among the parameters of the macro whose body is being read. */
  parameter = 0

  constructor(table: IdentifierTable, index: number) {
    this.#table = table
    this.index = index
  }

  /** Made when somebody asks: most names of a header are never printed. */
  get name(): string {
    return (this.#name ??= this.#table.spelling(this.index))
  }
}

export class IdentifierTable {
  readonly identifiers: Identifier[] = [new Identifier(this, 0)]
  /** 1 for identifiers at which copying a line of text must stop: macros, poisoned names, operators. */
  stops = new Uint8Array(2048)
  /** Told of each new name; looks whether it is predefined. */
  onEnter: ((identifier: Identifier) => void) | undefined
  #slots = new Int32Array(4096)
  #hashes = new Int32Array(2048)
  #nameStarts = new Int32Array(2049)
  #pool = new Uint8Array(32_768)
  #poolLength = 0

  /** The index of a known name, 0 for an unknown one. `hash` must come from {@link hashStep}. */
  find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    const length = end - start
    const pool = this.#pool
    const starts = this.#nameStarts
    let slot = (hash ^ (hash >>> 15)) & mask
    for (;;) {
      const index = slots[slot] as number
      if (index === 0) return 0
      if ((this.#hashes[index] as number) === hash) {
        const at = starts[index] as number
        if ((starts[index + 1] as number) - at === length) {
          let k = 0
          while (k < length && pool[at + k] === bytes[start + k]) k++
          if (k === length) return index
        }
      }
      slot = (slot + 1) & mask
    }
  }

  /** The identifier spelled by bytes, entered if it is new. */
  internBytes(bytes: Uint8Array, start: number, end: number): Identifier {
    let hash = 0
    for (let i = start; i < end; i++) hash = hashStep(hash, bytes[i] as number)
    const index = this.find(hash, bytes, start, end)
    return index !== 0 ? (this.identifiers[index] as Identifier) : this.#enter(hash, bytes, start, end)
  }

  /** As {@link find}; a new name that may be predefined is entered. */
  findOrDefine(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const index = this.find(hash, bytes, start, end)
    return index !== 0 || bytes[start] !== 0x5f ? index : this.#enter(hash, bytes, start, end).index
  }

  intern(name: string): Identifier {
    const bytes = new Uint8Array(name.length)
    for (let i = 0; i < name.length; i++) bytes[i] = name.charCodeAt(i)
    return this.internBytes(bytes, 0, bytes.length)
  }

  /** To be called whenever an identifier begins or ceases to mean something in text. */
  updateStop(identifier: Identifier): void {
    const isStop =
      identifier.macro !== undefined || identifier.poisoned || (identifier.role !== role.ordinary && identifier.role !== role.defined)
    this.stops[identifier.index] = isStop ? 1 : 0
  }

  #enter(hash: number, bytes: Uint8Array, start: number, end: number): Identifier {
    const index = this.identifiers.length
    if (index + 1 >= this.#hashes.length) this.#growTables()
    const length = end - start
    if (this.#poolLength + length > this.#pool.length) {
      const pool = new Uint8Array(Math.max(this.#pool.length * 2, this.#poolLength + length))
      pool.set(this.#pool)
      this.#pool = pool
    }
    const pool = this.#pool
    let at = this.#poolLength
    for (let i = start; i < end; i++) pool[at++] = bytes[i] as number
    this.#nameStarts[index] = this.#poolLength
    this.#poolLength += length
    this.#nameStarts[index + 1] = this.#poolLength
    this.#hashes[index] = hash
    const identifier = new Identifier(this, index)
    this.identifiers.push(identifier)
    this.#place(hash, index)
    this.onEnter?.(identifier)
    return identifier
  }

  spelling(index: number): string {
    return textOf(this.#pool, this.#nameStarts[index] as number, this.#nameStarts[index + 1] as number)
  }

  /** First byte of a name. */
  firstByte(index: number): number {
    return this.#pool[this.#nameStarts[index] as number] as number
  }

  #place(hash: number, index: number): void {
    const mask = this.#slots.length - 1
    let slot = (hash ^ (hash >>> 15)) & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    this.#slots[slot] = index
  }

  #growTables(): void {
    const size = this.#hashes.length * 2
    const hashes = new Int32Array(size)
    hashes.set(this.#hashes)
    this.#hashes = hashes
    const starts = new Int32Array(size + 1)
    starts.set(this.#nameStarts)
    this.#nameStarts = starts
    const stops = new Uint8Array(size)
    stops.set(this.stops)
    this.stops = stops
    this.#slots = new Int32Array(size * 2)
    for (let index = 1; index < this.identifiers.length; index++) this.#place(hashes[index] as number, index)
  }
}

export function hashStep(hash: number, byte: number): number {
  return (Math.imul(hash, 0x01000193) ^ byte) | 0
}
