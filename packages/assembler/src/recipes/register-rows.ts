// Registers as the scanner of keys wants them: by the bytes of their names, their facts in arrays.
// Enters: names packed into a number. Leaves: rows of a table. Numbers and REX: SDM vol. 2 §2.2.1.2, table 3-1.

import { bytesToText } from '@kernelbox/diagnostics'
import type { Register } from '@kernelbox/x86'
import type { RegisterNames } from '../instructions/register-names.ts'

const slotCount = 1024
const mostRows = 250

/** Classes whose registers differ in the bits of a number only: three in ModRM, SIB or opcode, one in REX. */
const classes = ['', 'gpr8', 'gpr16', 'gpr32', 'gpr64', 'xmm', 'mmx']

export class RegisterRows {
  readonly ids = new Int32Array(mostRows)
  readonly numbers = new Int32Array(mostRows)
  /** Index in the classes above; 0: a register that shares its encodings with no other. */
  readonly classes = new Int32Array(mostRows)
  /** REX that the register asks for by its mere presence: 0x40 for %spl to %dil. */
  readonly rex = new Int32Array(mostRows)
  /** 32, 64: may be the base of an address of that size whose other registers may stand for it; 0. */
  readonly addressBits = new Int32Array(mostRows)
  /** %ss, %ds: as an override they are left out where the base implies them. */
  readonly isDefaultSegment = new Uint8Array(mostRows)
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
    this.#fill(row, known.id, known.register)
    return row
  }

  #fill(row: number, id: number, register: Register): void {
    const { number, rex } = register
    this.ids[row] = id
    this.numbers[row] = number
    this.classes[row] = number > 15 || rex === 'forbidden' ? 0 : Math.max(0, classes.indexOf(register.class))
    this.rex[row] = rex === 'needed' ? 0x40 : 0
    this.addressBits[row] = register.class === 'gpr32' ? 32 : register.class === 'gpr64' ? 64 : 0
    this.isDefaultSegment[row] = register.class === 'segment' && (number === 2 || number === 3) ? 1 : 0
  }
}
