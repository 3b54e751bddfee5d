// Registers as the keys of statements have them: by number and by the groups whose encodings differ in three bits only.
// Enters: names packed into a number. Leaves: rows of a table; register-names.ts tells what the groups are.

import { bytesToText } from '@kernelbox/diagnostics'
import type { RegisterNames } from '../instructions/register-names.ts'

const slotCount = 1024
const mostRows = 250

export class RegisterGroups {
  readonly ids = new Int32Array(mostRows)
  readonly numbers = new Int32Array(mostRows)
  readonly groups = new Int32Array(mostRows)
  readonly baseGroups = new Int32Array(mostRows)
  readonly indexGroups = new Int32Array(mostRows)
  readonly #names: RegisterNames
  readonly #low = new Int32Array(slotCount)
  readonly #high = new Int32Array(slotCount)
  /** One behind the row; -1: no such register. */
  readonly #rows = new Int16Array(slotCount)
  #count = 0
  #used = 0

  constructor(names: RegisterNames) {
    this.#names = names
  }

  /**
   * The row of the register whose name, at [start, end), has at most seven ASCII characters, packed by 7 bits into `high` and
   * the 28 bits of `low`; negative: none, or %st.
   */
  find(low: number, high: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    let slot = (hash ^ (hash >>> 10)) & (slotCount - 1)
    for (;;) {
      const row = this.#rows[slot] as number
      if (row === 0) return this.#add(slot, low, high, bytesToText(bytes.subarray(start, end)))
      if (this.#low[slot] === low && this.#high[slot] === high) return row - 1
      slot = (slot + 1) & (slotCount - 1)
    }
  }

  #add(slot: number, low: number, high: number, name: string): number {
    const known = this.#names.named(name)
    // %st(1) has more than a name, and what is no register is for the full path to tell.
    const isKnown = known !== undefined && known.register.class !== 'st' && this.#count < mostRows
    if (!isKnown && this.#used >= slotCount / 2) return -1
    this.#used++
    this.#low[slot] = low
    this.#high[slot] = high
    if (!isKnown) {
      this.#rows[slot] = -1
      return -2
    }
    const row = this.#count++
    this.#rows[slot] = row + 1
    this.ids[row] = known.id
    this.numbers[row] = known.register.number
    this.groups[row] = known.group
    this.baseGroups[row] = known.baseGroup
    this.indexGroups[row] = known.indexGroup
    return row
  }
}
