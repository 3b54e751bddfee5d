// The shape of an instruction statement as a key: its text with each number replaced by its class, each register by its
// group and each symbol by a mark, so that statements with one key differ only in what is patched into their bytes
// (docs/adr/0007). Enters: bytes of a source. Leaves: the key, its hash, and what was left out, in the order written; or
// nothing, where the statement holds anything that this scanner does not know. Such statements take the full path.

import { valueClass } from '@kernelbox/x86'
import { nameBytes } from '../expression-reader.ts'
import type { KnownWord } from './known-words.ts'
import type { RegisterGroups } from './register-groups.ts'

const text = 1
const blank = 2
const digit = 3
const name = 4
const minus = 5
const dollar = 6
const percent = 7
const end = 8
const star = 9

/** What a byte begins behind the first word; 0: something else. */
const begins = new Uint8Array(256)
for (let c = 0; c < 256; c++) begins[c] = nameBytes[c] === 2 ? digit : nameBytes[c] === 1 ? name : 0
for (const c of [40, 41, 44, 58, 123, 125]) begins[c] = text
for (const c of [32, 9]) begins[c] = blank
// Line feed, semicolon and a comment to the end of the line.
for (const c of [10, 59, 35]) begins[c] = end
begins[36] = dollar
begins[37] = percent
begins[42] = star
begins[45] = minus

const markSymbol = 1
const markRegister = 2
const markNumber = 0x80
/** Displacements beside a base or an index: of 8 bits but not zero, of 32 bits. The same merging as in template-cache.ts. */
const classShort = 60
const classLong = 61

export const mostValues = 3
export const mostRegisters = 8
const longestKey = 160

export class StatementKey {
  readonly bytes = new Uint8Array(longestKey + 64)
  length = 0
  hash = 0
  start = 0
  /** Behind the first word, behind the statement, and where the next may begin. */
  wordEnd = 0
  end = 0
  next = 0
  valueCount = 0
  /** Of each value: the number, or what is added to the symbol; the symbol's name and the name's hash; no symbol: -1. */
  readonly numbers = new Float64Array(mostValues)
  readonly symbolStarts = new Int32Array(mostValues)
  readonly symbolEnds = new Int32Array(mostValues)
  readonly symbolHashes = new Int32Array(mostValues)
  registerCount = 0
  /** Of each register: its row in {@link RegisterGroups}. */
  readonly registers = new Uint8Array(mostRegisters)
  /** Does it stand for all registers of its group? */
  readonly isGrouped = new Uint8Array(mostRegisters)
  /** Classes of the displacements merged; checked once, when a recipe is made. */
  hasMergedClass = false
  /** Do displacements of several classes have the same form (all modes but 16-bit code)? */
  mergesDisplacements = true
  /** What else decides an encoding: the number of a state of the encoder's options. */
  epoch = 0
  readonly #groups: RegisterGroups

  constructor(groups: RegisterGroups) {
    this.#groups = groups
  }

  /**
   * Reads the rest of a statement whose first word is [start, wordEnd); false: it is none of the known shape. `isExact`:
   * each register stands for itself.
   */
  scan(source: Uint8Array, start: number, wordEnd: number, word: KnownWord, length: number, isExact: boolean): boolean {
    const key = this.bytes
    const groups = this.#groups
    let n = 0
    let hash = word.hash ^ this.epoch
    let at = start
    if (wordEnd - start > 40) return false
    while (at < wordEnd) key[n++] = source[at++] as number
    this.start = start
    this.wordEnd = wordEnd
    const { fixedNumbers } = word
    let values = 0
    let registers = 0
    let isIndex = false
    let depth = 0
    let hasValue = false
    let isWord = word.isPrefix
    this.hasMergedClass = false
    let trimmed = at
    let c = 10
    for (;;) {
      if (n > longestKey) return false
      let kind = end
      if (at < length) {
        c = source[at] as number
        kind = begins[c] as number
      } else c = 10
      if (kind === text) {
        if (c === 44) {
          if (depth === 0) hasValue = false
          else isIndex = true
        } else if (c === 40) {
          depth++
          isIndex = false
        } else if (c === 41) depth--
        key[n++] = c
        hash = (Math.imul(hash, 31) + c) | 0
        at++
      } else if (kind === percent) {
        const first = ++at
        let low = 0
        let high = 0
        let nameHash = 0
        while (at < length && nameBytes[(c = source[at] as number)] !== 0) {
          if (c >= 128) return false
          const letter = c | 32
          high = (high << 7) | (low >>> 21)
          low = ((low << 7) | letter) & 0xfffffff
          nameHash = (Math.imul(nameHash, 31) + letter) | 0
          at++
        }
        if (at === first || at - first > 7 || registers === mostRegisters) return false
        const row = groups.find(low, high, nameHash, source, first, at)
        if (row < 0) return false
        const id = groups.ids[row] as number
        let group = id
        if (!isExact) {
          if (depth !== 0) group = (isIndex ? groups.indexGroups[row] : groups.baseGroups[row]) as number
          else {
            const number = groups.numbers[row] as number
            if (number > 7 || ((fixedNumbers >> number) & 1) === 0) group = groups.groups[row] as number
          }
        }
        this.isGrouped[registers] = group === id ? 0 : 1
        this.registers[registers++] = row
        key[n++] = markRegister
        key[n++] = group
        key[n++] = group >> 8
        hash = (Math.imul(hash, 31) + group) | 0
      } else if (kind === blank) {
        trimmed = at
        do at++
        while (at < length && begins[(c = source[at] as number)] === blank)
        if (at >= length || begins[c] === end) {
          this.end = trimmed
          return this.#finish(source, at, length, n, hash, values, registers)
        }
        key[n++] = 32
        continue
      } else if (kind === end) {
        this.end = at
        return this.#finish(source, at, length, n, hash, values, registers)
      } else if (kind === dollar) {
        key[n++] = c
        hash = (Math.imul(hash, 31) + c) | 0
        at++
        if (at >= length || hasValue || depth !== 0) return false
        const next = begins[source[at] as number] as number
        if (next !== digit && next !== name && next !== minus) return false
      } else if (depth !== 0) {
        // A scale stays as it is.
        if (kind !== digit) return false
        key[n++] = c
        hash = (Math.imul(hash, 31) + c) | 0
        at++
      } else if (kind === star) {
        if (hasValue) return false
        key[n++] = c
        at++
      } else if (kind === name && isWord) {
        // Behind a prefix comes the mnemonic.
        isWord = false
        while (at < length && nameBytes[(c = source[at] as number)] !== 0) {
          key[n++] = c
          hash = (Math.imul(hash, 31) + c) | 0
          at++
          if (n > longestKey) return false
        }
      } else if (kind !== 0) {
        // A value: [symbol[@operator]] [±number], or a number.
        if (hasValue || values === mostValues) return false
        hasValue = true
        const isImmediate = key[n - 1] === 36
        let isNegative = false
        let hasNumber = true
        this.symbolStarts[values] = -1
        if (kind === name) {
          let symbolHash = 0
          const symbolStart = at
          do {
            symbolHash = (Math.imul(symbolHash, 31) + c) | 0
            at++
          } while (at < length && nameBytes[(c = source[at] as number)] !== 0)
          if (at === symbolStart + 1 && source[symbolStart] === 46) return false
          this.symbolStarts[values] = symbolStart
          this.symbolEnds[values] = at
          this.symbolHashes[values] = symbolHash
          key[n++] = markSymbol
          hash = (Math.imul(hash, 31) + markSymbol) | 0
          if (at < length && c === 64) {
            do {
              key[n++] = c
              hash = (Math.imul(hash, 31) + c) | 0
              at++
              if (n > longestKey) return false
            } while (at < length && nameBytes[(c = source[at] as number)] !== 0)
          }
          if (at < length && (c === 43 || c === 45)) isNegative = c === 45
          else hasNumber = false
        } else if (kind === minus) isNegative = true
        let number = 0
        if (hasNumber) {
          if (kind !== digit) at++
          const first = at
          if (at < length) c = source[at] as number
          if (c === 48 && at + 1 < length && ((source[at + 1] as number) | 32) === 120) {
            at += 2
            for (; at < length; at++) {
              c = source[at] as number
              const d = c <= 57 ? c - 48 : (c | 32) - 87
              if (d < 0 || d > 15 || (c > 57 && d < 10)) break
              number = number * 16 + d
            }
            if (at === first + 2) return false
          } else {
            for (; at < length; at++) {
              const d = (source[at] as number) - 48
              if (d < 0 || d > 9) break
              number = number * 10 + d
            }
            // Octal numbers are read elsewhere.
            if (at === first || (source[first] === 48 && at > first + 1)) return false
          }
          if (number > 9007199254740991) return false
          c = at < length ? (source[at] as number) : 10
          if (nameBytes[c] !== 0) return false
          if (isNegative) number = -number
        }
        this.numbers[values] = number
        if (this.symbolStarts[values] === -1) {
          const mark = markNumber + (c === 40 && !isImmediate ? this.#displacementClass(number) : valueClass(number))
          key[n++] = mark
          hash = (Math.imul(hash, 31) + mark) | 0
        }
        values++
      } else return false
    }
  }

  #displacementClass(number: number): number {
    if (!this.mergesDisplacements) return valueClass(number)
    if (number !== 0 && number >= -128 && number <= 127) {
      this.hasMergedClass = true
      return classShort
    }
    if (number >= -0x80000000 && number <= 0x7fffff80 && (number < -128 || number > 127)) {
      this.hasMergedClass = true
      return classLong
    }
    return valueClass(number)
  }

  #finish(source: Uint8Array, at: number, length: number, n: number, hash: number, values: number, registers: number): boolean {
    this.length = n
    this.hash = hash ^ (hash >>> 15)
    this.valueCount = values
    this.registerCount = registers
    const c = at < length ? source[at] : 10
    if (c === 59) this.next = at + 1
    else if (c === 35) {
      const lineEnd = source.indexOf(10, at)
      this.next = lineEnd < 0 ? length : lineEnd
    } else this.next = at
    return true
  }
}
