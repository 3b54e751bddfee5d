// Recipes by the keys of their statements: open addressing, the whole keys compared, never the hash alone.
// Enters: a scanned key. Leaves: its recipe, or nothing.

import type { Detail, StatementKey } from './statement-key.ts'

/**
 * How the statements of one key become bytes: `head`, REX, `body` with the registers put in, the rest of the address where it is
 * free, `tail`; fields where values stand. `finer`: that depends on more than the key says; `none`: the encoder must see each of
 * these statements.
 */
export interface Recipe {
  readonly kind: 'plain' | 'branch' | 'finer' | 'none'
  /** Of `finer`: what says enough. */
  readonly detail: Detail
  readonly head: Uint8Array
  /** REX without the bits of registers, 0: they alone ask for it. */
  readonly rex: number
  /** 64-bit code, and no register that excludes REX. */
  readonly mayHaveRex: boolean
  readonly body: Uint8Array
  /** Registers to put into the body: index in the statement, shift, offset and bit of REX, packed by {@link packPatch}. */
  readonly patches: Int32Array
  /** The body ends with the ModRM byte of the free address. */
  readonly hasFreeAddress: boolean
  readonly tail: Uint8Array
  /** {@link fieldStride} numbers a field. */
  readonly fields: Int32Array
  /** Opcode as in partBranch. */
  readonly branchOpcode: number
  /** As partBranch keeps it. */
  readonly branchWidth: number
  /** See SymbolScope.mention. */
  readonly isLookedUpTwice: boolean
}

const nothing = new Uint8Array(0)

export const useless: Recipe = {
  kind: 'none',
  detail: 0,
  head: nothing,
  rex: 0,
  mayHaveRex: false,
  body: nothing,
  patches: new Int32Array(0),
  hasFreeAddress: false,
  tail: nothing,
  fields: new Int32Array(0),
  branchOpcode: -1,
  branchWidth: 0,
  isLookedUpTwice: false,
}

/** Longer instructions are refused or warned of; room for one in the making. */
export const longestInstruction = 32

export function packPatch(register: number, shift: number, offset: number, rexBit: number): number {
  return register | (shift << 4) | (rexBit << 8) | (offset << 12)
}

export const fieldStride = 6
export const fieldValue = 0
export const fieldSize = 1
export const fieldDivisor = 2
/** Fixup flags of a field that holds a symbol; -1: a number. */
export const fieldFlags = 3
export const fieldOperator = 4
/** From the field to the end of the instruction. */
export const fieldTail = 5

export class RecipeTable {
  #recipes: Recipe[] = []
  #slots = new Int32Array(1 << 13)
  #mask = (1 << 13) - 1
  #hashes = new Int32Array(1 << 12)
  #starts = new Int32Array((1 << 12) + 1)
  #pool = new Int32Array(1 << 15)

  find(key: StatementKey): Recipe | undefined {
    const { hash, length, tokens } = key
    const slots = this.#slots
    const pool = this.#pool
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const index = (slots[slot] as number) - 1
      if (index < 0) return undefined
      if (this.#hashes[index] !== hash) continue
      const start = this.#starts[index] as number
      if ((this.#starts[index + 1] as number) - start !== length) continue
      let i = 0
      while (i < length && pool[start + i] === tokens[i]) i++
      if (i === length) return this.#recipes[index]
    }
  }

  /** Keeps the recipe of a key that has none. */
  add(key: StatementKey, recipe: Recipe): void {
    const index = this.#recipes.length
    if (index === this.#hashes.length) this.#grow()
    const start = this.#starts[index] as number
    if (start + key.length > this.#pool.length) {
      const pool = new Int32Array(this.#pool.length * 2)
      pool.set(this.#pool)
      this.#pool = pool
    }
    for (let i = 0; i < key.length; i++) this.#pool[start + i] = key.tokens[i] as number
    this.#hashes[index] = key.hash
    this.#starts[index + 1] = start + key.length
    this.#recipes.push(recipe)
    this.#place(index)
    if (index * 2 > this.#mask) this.#rehash()
  }

  clear(): void {
    this.#recipes = []
    this.#slots.fill(0)
  }

  #place(index: number): void {
    let slot = (this.#hashes[index] as number) & this.#mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask
    this.#slots[slot] = index + 1
  }

  #grow(): void {
    const length = this.#hashes.length * 2
    const hashes = new Int32Array(length)
    const starts = new Int32Array(length + 1)
    hashes.set(this.#hashes)
    starts.set(this.#starts)
    this.#hashes = hashes
    this.#starts = starts
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 4)
    this.#mask = this.#slots.length - 1
    for (let index = 0; index < this.#recipes.length; index++) this.#place(index)
  }
}
