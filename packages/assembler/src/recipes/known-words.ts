// First words of statements, found by their bytes: what the scanner of keys has to know of them.
// Enters: a word with its hash. Leaves: what was learnt of it.

import { bytesToText } from '@kernelbox/diagnostics'
import { type QuickDirective, quickDirective } from './quick-data.ts'

export interface KnownWord {
  readonly bytes: Uint8Array
  readonly hash: number
  /** A directive that has a short way of its own. */
  readonly directive: QuickDirective
  /** Does the mnemonic follow it (`rep`, `lock`)? */
  isPrefix: boolean
  /** Bit n: registers of number n stand for themselves in keys, as some form of the mnemonic is for them only. */
  fixedNumbers: number
}

const slotCount = 2048

export class KnownWords {
  #slots: (KnownWord | undefined)[] = new Array<KnownWord | undefined>(slotCount).fill(undefined)

  find(bytes: Uint8Array, start: number, end: number, hash: number): KnownWord {
    const slot = (hash ^ (hash >>> 11)) & (slotCount - 1)
    const known = this.#slots[slot]
    if (known !== undefined && known.hash === hash && known.bytes.length === end - start) {
      let i = start
      while (i < end && known.bytes[i - start] === bytes[i]) i++
      if (i === end) return known
    }
    const text = bytes[start] === 46 ? bytesToText(bytes.subarray(start, end)) : ''
    // Until its rows are known, every register may be a special one.
    const word: KnownWord = {
      bytes: Uint8Array.from(bytes.subarray(start, end)),
      hash,
      directive: quickDirective(text),
      isPrefix: false,
      fixedNumbers: 0xff,
    }
    this.#slots[slot] = word
    return word
  }
}
