// Recipes by the keys of their statements: open addressing, the key's bytes compared, never the hash alone.
// Enters: a scanned key. Leaves: its recipe, or nothing.

import type { StatementKey } from './statement-key.ts'

/**
 * How the statements of one key become bytes. `exact`: that depends on the very registers, so that another key tells;
 * `none`: the encoder must see each of these statements.
 */
export interface Recipe {
  readonly kind: 'plain' | 'branch' | 'exact' | 'none'
  readonly bytes: Uint8Array
  /** Registers to put into the bytes: index in the statement, shift and offset, packed by {@link packPatch}. */
  readonly patches: Int32Array
  /** {@link fieldStride} numbers a field. */
  readonly fields: Int32Array
  /** Opcode as in partBranch. */
  readonly branchOpcode: number
  /** As partBranch keeps it. */
  readonly branchWidth: number
  /** See SymbolScope.mention. */
  readonly isLookedUpTwice: boolean
}

export function packPatch(register: number, shift: number, offset: number): number {
  return register | (shift << 8) | (offset << 12)
}

export const fieldStride = 7
export const fieldValue = 0
export const fieldOffset = 1
export const fieldSize = 2
export const fieldDivisor = 3
/** Fixup flags of a field that holds a symbol; -1: a number. */
export const fieldFlags = 4
export const fieldOperator = 5
/** From the field to the end of the instruction. */
export const fieldTail = 6

export class RecipeTable {
  #recipes: Recipe[] = []
  #slots = new Int32Array(1 << 12)
  #mask = (1 << 12) - 1
  #hashes = new Int32Array(1 << 10)
  #epochs = new Int32Array(1 << 10)
  #starts = new Int32Array((1 << 10) + 1)
  #pool = new Uint8Array(1 << 15)

  find(key: StatementKey): Recipe | undefined {
    const { hash, length, bytes, epoch } = key
    const slots = this.#slots
    const pool = this.#pool
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const index = (slots[slot] as number) - 1
      if (index < 0) return undefined
      if (this.#hashes[index] !== hash || this.#epochs[index] !== epoch) continue
      const start = this.#starts[index] as number
      if ((this.#starts[index + 1] as number) - start !== length) continue
      let i = 0
      while (i < length && pool[start + i] === bytes[i]) i++
      if (i === length) return this.#recipes[index]
    }
  }

  /** Keeps the recipe of a key that has none. */
  add(key: StatementKey, recipe: Recipe): void {
    const index = this.#recipes.length
    if (index === this.#hashes.length) this.#grow()
    const start = this.#starts[index] as number
    if (start + key.length > this.#pool.length) {
      const pool = new Uint8Array(this.#pool.length * 2)
      pool.set(this.#pool)
      this.#pool = pool
    }
    for (let i = 0; i < key.length; i++) this.#pool[start + i] = key.bytes[i] as number
    this.#hashes[index] = key.hash
    this.#epochs[index] = key.epoch
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
    const epochs = new Int32Array(length)
    const starts = new Int32Array(length + 1)
    hashes.set(this.#hashes)
    epochs.set(this.#epochs)
    starts.set(this.#starts)
    this.#hashes = hashes
    this.#epochs = epochs
    this.#starts = starts
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 4)
    this.#mask = this.#slots.length - 1
    for (let index = 0; index < this.#recipes.length; index++) this.#place(index)
  }
}
