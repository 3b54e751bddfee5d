// Symbols: what a name stands for, and the table that finds a name's symbol from its bytes without making a string.
// Enters: names as bytes and definitions in the order of the source. Leaves: the symbols in the order in which they were
// first named, which is the order of the symbol table (GNU as manual §5, "Symbols"; gABI ch. 4 "Symbol Table").

import { AsmSymbol, numbersOfSymbol } from './asm-symbol.ts'

export {
  AsmSymbol,
  symbolAbsolute,
  symbolCommon,
  symbolEquated,
  symbolLabel,
  symbolRegister,
  symbolUndefined,
  type VersionName,
} from './asm-symbol.ts'

/** Open addressing over the names' bytes; a symbol's name becomes a string only when somebody asks for it. */
export class SymbolTable {
  readonly all: AsmSymbol[] = []
  /** psABI: the linker's table; a reference to it is relative to the place. */
  globalOffsetTable: AsmSymbol | undefined = undefined
  /** Of all symbols, {@link numbersOfSymbol} each. */
  numbers = new Int32Array(numbersOfSymbol * 1024)
  #rowEnd = 0
  #conversions = 0
  /** A name's place is near {@link #firstSlot}; an entry is a symbol's id and one. */
  #slots = new Int32Array(4096)
  #mask = 4095
  #shift = 20
  #used = 0
  #hashes = new Int32Array(2048)
  #nameStarts = new Uint32Array(2048)
  #nameEnds = new Uint32Array(2048)
  #pool = new Uint8Array(32768)
  #poolLength = 0

  /** Where the numbers of one more symbol begin. */
  addRow(): number {
    const row = this.#rowEnd
    this.#rowEnd += numbersOfSymbol
    if (this.#rowEnd > this.numbers.length) this.numbers = grown(this.numbers, new Int32Array(this.numbers.length * 2))
    return row
  }

  /** A light .L name becomes a full symbol, whose place in the object's symbol table is here. */
  convert(symbol: AsmSymbol): void {
    if (symbol.convertedAt >= 0 || !symbol.isTemporary) return
    symbol.convertedAt = this.all.length
    symbol.conversion = this.#conversions++
  }

  /** The symbol of the name that stands at [start, end) of `bytes`; made where there is none. */
  intern(bytes: Uint8Array, start: number, end: number): AsmSymbol {
    return this.internHashed(bytes, start, end, hashOf(bytes, start, end))
  }

  /** As {@link intern}, where the name was hashed while it was read, as {@link hashOf} does. */
  internHashed(bytes: Uint8Array, start: number, end: number, hash: number): AsmSymbol {
    const slot = this.#find(bytes, start, end, hash)
    const id = this.#slots[slot] as number
    if (id !== 0) return this.all[id - 1] as AsmSymbol
    return this.#insert(bytes, start, end, hash, slot)
  }

  find(name: string): AsmSymbol | undefined {
    const bytes = latin1(name)
    const id = this.#slots[this.#find(bytes, 0, bytes.length, hashOf(bytes, 0, bytes.length))] as number
    return id === 0 ? undefined : this.all[id - 1]
  }

  named(name: string): AsmSymbol {
    const bytes = latin1(name)
    return this.intern(bytes, 0, bytes.length)
  }

  /** A symbol without an entry in the table: a place, an old value of a volatile symbol. */
  anonymous(name: string): AsmSymbol {
    const symbol = new AsmSymbol(this, this.all.length, name)
    symbol.isTemporary = true
    this.all.push(symbol)
    return symbol
  }

  /** Lets the name lead to a new symbol, which also takes the old one's place in the order; users of the old one keep it. */
  renew(old: AsmSymbol): AsmSymbol {
    const name = old.name
    const bytes = latin1(name)
    const slot = this.#find(bytes, 0, bytes.length, hashOf(bytes, 0, bytes.length))
    const fresh = new AsmSymbol(this, old.id, name)
    const moved = this.all.length
    this.all[old.id] = fresh
    old.id = moved
    this.all.push(old)
    this.#slots[slot] = fresh.id + 1
    if (old === this.globalOffsetTable) this.globalOffsetTable = fresh
    return fresh
  }

  nameOf(id: number): string {
    let name = ''
    for (let i = this.#nameStarts[id] as number; i < (this.#nameEnds[id] as number); i++)
      name += String.fromCharCode(this.#pool[i] as number)
    return name
  }

  /**
   * Compilers number their labels, and labels whose numbers follow each other have hashes that do: sixteen of them share a line of the cache.
   * The lines are spread (Fibonacci hashing: Knuth, The Art of Computer Programming 6.4), as long runs of full slots cost ten looks a name.
   */
  #firstSlot(hash: number): number {
    return ((Math.imul(hash >> 4, 0x9e3779b1) >>> this.#shift) & ~15) | (hash & 15)
  }

  #find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const length = end - start
    for (let slot = this.#firstSlot(hash); ; slot = (slot + 1) & this.#mask) {
      const id = this.#slots[slot] as number
      if (id === 0) return slot
      if (this.#hashes[id - 1] !== hash) continue
      const at = this.#nameStarts[id - 1] as number
      if ((this.#nameEnds[id - 1] as number) - at !== length) continue
      let i = 0
      while (i < length && this.#pool[at + i] === bytes[start + i]) i++
      if (i === length) return slot
    }
  }

  #insert(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): AsmSymbol {
    const id = this.all.length
    const length = end - start
    if (id >= this.#hashes.length) this.#growArrays(id)
    if (this.#poolLength + length > this.#pool.length) {
      const pool = new Uint8Array(Math.max(this.#pool.length * 2, this.#poolLength + length))
      pool.set(this.#pool.subarray(0, this.#poolLength))
      this.#pool = pool
    }
    for (let i = 0; i < length; i++) this.#pool[this.#poolLength + i] = bytes[start + i] as number
    this.#hashes[id] = hash
    this.#nameStarts[id] = this.#poolLength
    this.#poolLength += length
    this.#nameEnds[id] = this.#poolLength
    const symbol = new AsmSymbol(this, id, undefined)
    if (length === 21 && symbol.name === '_GLOBAL_OFFSET_TABLE_') this.globalOffsetTable = symbol
    symbol.isTemporary = length > 1 && bytes[start] === 46 && bytes[start + 1] === 76
    this.all.push(symbol)
    this.#slots[slot] = id + 1
    if (++this.#used * 2 > this.#slots.length) this.#growSlots()
    return symbol
  }

  #growArrays(least: number): void {
    const length = Math.max(this.#hashes.length * 2, least + 1)
    this.#hashes = grown(this.#hashes, new Int32Array(length))
    this.#nameStarts = grown(this.#nameStarts, new Uint32Array(length))
    this.#nameEnds = grown(this.#nameEnds, new Uint32Array(length))
  }

  #growSlots(): void {
    const old = this.#slots
    this.#slots = new Int32Array(old.length * 2)
    this.#mask = this.#slots.length - 1
    this.#shift--
    for (const entry of old) {
      if (entry === 0) continue
      let slot = this.#firstSlot(this.#hashes[entry - 1] as number)
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask
      this.#slots[slot] = entry
    }
  }
}

/** `hash * 31 + byte` in 32 bits: readers that walk over the bytes anyway do the same as they go. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0
  return hash
}

function grown<T extends Int32Array | Uint32Array>(old: T, fresh: T): T {
  fresh.set(old)
  return fresh
}

export function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
