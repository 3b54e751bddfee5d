// First words of statements, found by their bytes: what the scanner of keys has to know of them.
// Enters: a word with its hash. Leaves: what was learnt of it.

import { bytesToText } from '@kernelbox/diagnostics'
import { type QuickDirective, quickDirective } from './quick-data.ts'

export interface KnownWord {
  readonly bytes: Uint8Array
  readonly hash: number
  /** Stands for the word in keys. */
  readonly id: number
  /** A directive that has a short way of its own. */
  readonly directive: QuickDirective
  /** Does the mnemonic follow it (`rep`, `lock`)? */
  isPrefix: boolean
  /** Bit n: some form of the mnemonic is for registers of number n only. */
  fixedNumbers: number
  /** The least detail at which keys of its statements were found to say enough, see StatementKey.scan. */
  detail: 0 | 1 | 2
}

const slotCount = 2048
/** So many words that fall on one slot are told apart; one more takes the place of another. */
const mostProbes = 8

export class KnownWords {
  #slots: (KnownWord | undefined)[] = new Array<KnownWord | undefined>(slotCount).fill(undefined)
  #count = 0

  find(bytes: Uint8Array, start: number, end: number, hash: number): KnownWord {
    const first = (hash ^ (hash >>> 11)) & (slotCount - 1)
    for (let probe = 0; probe < mostProbes; probe++) {
      const known = this.#slots[(first + probe) & (slotCount - 1)]
      if (known === undefined) return this.#add((first + probe) & (slotCount - 1), bytes, start, end, hash)
      if (known.hash !== hash || known.bytes.length !== end - start) continue
      let i = start
      while (i < end && known.bytes[i - start] === bytes[i]) i++
      if (i === end) return known
    }
    return this.#add(first, bytes, start, end, hash)
  }

  #add(slot: number, bytes: Uint8Array, start: number, end: number, hash: number): KnownWord {
    const text = bytes[start] === 46 ? bytesToText(bytes.subarray(start, end)) : ''
    const word: KnownWord = {
      bytes: Uint8Array.from(bytes.subarray(start, end)),
      hash,
      id: this.#count++,
      directive: quickDirective(text),
      isPrefix: false,
      fixedNumbers: 0xff,
      detail: 0,
    }
    this.#slots[slot] = word
    return word
  }
}
