// The shape of an instruction statement as a key: a few numbers, one for the mnemonic and one or more for each operand, so
// that statements with one key differ only in what a recipe puts into their bytes (docs/adr/0007). Enters: bytes of a source.
// Leaves: the key, and what it leaves out, in the order written; or nothing, where the statement holds anything that this
// scanner does not know. Such statements take the full path.

import { bytesToText } from '@kernelbox/diagnostics'
import { valueClass } from '@kernelbox/x86'
import { nameBytes } from '../expression-reader.ts'
import type { KnownWord } from './known-words.ts'
import type { RegisterRows } from './register-rows.ts'

const digit = 1
const name = 2
const minus = 3
const blank = 4
const end = 5

/** What a byte begins behind the first word; 0: something else. */
const begins = new Uint8Array(256)
for (let c = 0; c < 256; c++) begins[c] = nameBytes[c] === 2 ? digit : nameBytes[c] === 1 ? name : 0
for (const c of [32, 9]) begins[c] = blank
// Line feed, semicolon and a comment to the end of the line.
for (const c of [10, 59, 35]) begins[c] = end
begins[45] = minus

/** What the numbers of a key begin with; characters stand for themselves. */
const tokenClass = 1 << 24
const tokenRegister = 2 << 24
const tokenAddress = 3 << 24
const tokenSymbol = 4 << 24
const tokenNumber = 5 << 24
const tokenLetters = 6 << 24
const tokenScale = 7 << 24
const immediate = 1 << 16

/** Classes of numbers beside those of {@link valueClass}: coarse ones for immediates, and those of displacements beside a register. */
const classShort = 32
/** The recipe has to give it a field of four bytes. */
const classLong = 33
/** More than 32 bits: the recipe has to give it a field of eight bytes. */
const classHuge = 37
const displacementZero = 34
const displacementShort = 35
const displacementLong = 36

export const mostValues = 3
export const mostRegisters = 8
const mostOperands = 6
const mostTokens = 48

/**
 * What a key says of a statement. 0: classes of registers, sizes of addresses, coarse classes of numbers. 1: also registers whose
 * number some form of the mnemonic asks for, and the classes of numbers at which some form begins to fit. 2: each register.
 */
export type Detail = 0 | 1 | 2

export class StatementKey {
  readonly tokens = new Int32Array(mostTokens + 16)
  length = 0
  hash = 0
  start = 0
  /** Behind the first word, behind the statement, and where the next may begin. */
  wordEnd = 0
  end = 0
  next = 0
  detail: Detail = 0
  valueCount = 0
  /** Of each value: the number, or what is added to the symbol; the symbol's name and the name's hash; no symbol: -1. */
  readonly numbers = new Float64Array(mostValues)
  readonly symbolStarts = new Int32Array(mostValues)
  readonly symbolEnds = new Int32Array(mostValues)
  readonly symbolHashes = new Int32Array(mostValues)
  /** The number where a double cannot hold it; of immediates only. */
  readonly wide: (bigint | undefined)[] = new Array<bigint | undefined>(mostValues).fill(undefined)
  /** Immediates of class long and of class huge, a bit each. */
  longValues = 0
  hugeValues = 0
  registerCount = 0
  /** Of each register: its row in {@link RegisterRows}. */
  readonly registers = new Uint8Array(mostRegisters)
  /** Does it stand for all registers of its class? */
  readonly isFree = new Uint8Array(mostRegisters)
  /** The address that stands for all of its size: rows of its base and index, which are not among the registers, and its value; -1: none. */
  hasFreeAddress = false
  base = -1
  index = -1
  scale = 0
  displacement = -1
  /** Classes of other displacements merged; checked once, when a recipe is made. */
  hasMergedClass = false
  /** What else decides an encoding: the number of a state of the encoder's options. */
  epoch = 0
  /** The least that keys say. */
  leastDetail: Detail = 0
  readonly #rows: RegisterRows
  #source: Uint8Array = new Uint8Array(0)
  #sourceLength = 0
  #fixedNumbers = 0
  #isPlainSegment = true
  /** The register read last. */
  #row = 0

  constructor(rows: RegisterRows) {
    this.#rows = rows
  }

  /** Reads the rest of a statement whose first word is [start, wordEnd); false: it is none of the known shape. */
  scan(source: Uint8Array, start: number, wordEnd: number, word: KnownWord, length: number, detail: Detail): boolean {
    const { tokens } = this
    this.#source = source
    this.#sourceLength = length
    this.#fixedNumbers = word.fixedNumbers
    this.start = start
    this.wordEnd = wordEnd
    this.detail = detail
    tokens[0] = word.id
    tokens[1] = this.epoch * 4 + detail
    this.length = 2
    this.valueCount = 0
    this.registerCount = 0
    this.longValues = 0
    this.hugeValues = 0
    this.hasFreeAddress = false
    this.hasMergedClass = false
    let at = this.#skipBlanks(wordEnd)
    let last = wordEnd
    if (word.isPrefix && at < length && begins[source[at] as number] === name) {
      last = this.#letters(at)
      if (last < 0) return false
      at = this.#skipBlanks(last)
    }
    let c = at < length ? (source[at] as number) : 10
    if (begins[c] !== end) {
      for (let operand = 0; ; ) {
        last = this.#operand(at)
        if (last < 0 || this.length > mostTokens || ++operand > mostOperands) return false
        at = this.#skipBlanks(last)
        c = at < length ? (source[at] as number) : 10
        if (c !== 44) break
        at = this.#skipBlanks(at + 1)
        tokens[this.length++] = 44
      }
      if (begins[c] !== end) return false
    }
    this.end = last
    if (c === 59) at++
    else if (c === 35) {
      const lineEnd = source.indexOf(10, at)
      at = lineEnd < 0 ? length : lineEnd
    }
    this.next = at
    let hash = 0
    for (let i = 0; i < this.length; i++) hash = (Math.imul(hash, 0x01000193) ^ (tokens[i] as number)) | 0
    this.hash = hash ^ (hash >>> 15)
    return true
  }

  #skipBlanks(from: number): number {
    const source = this.#source
    const length = this.#sourceLength
    let at = from
    while (at < length && begins[source[at] as number] === blank) at++
    return at
  }

  /** Each of these reads from `from` and returns where it stopped, -1: not known here. */
  #operand(from: number): number {
    const source = this.#source
    const length = this.#sourceLength
    let at = from
    let c = at < length ? (source[at] as number) : 10
    this.#isPlainSegment = true
    if (c === 42) {
      this.tokens[this.length++] = 42
      c = ++at < length ? (source[at] as number) : 10
    }
    if (c === 37) {
      at = this.#register(at + 1)
      if (at < 0) return -1
      if (!this.#registerToken()) return -1
      c = at < length ? (source[at] as number) : 10
      if (c !== 58) return c === 123 ? this.#decorations(at) : at
      this.#isPlainSegment = this.#rows.isDefaultSegment[this.#row] === 0
      this.tokens[this.length++] = 58
      c = ++at < length ? (source[at] as number) : 10
    }
    if (c === 36) return this.#value(at + 1, true)
    let value = -1
    if (c !== 40) {
      if (c === 123) return this.#decorations(at)
      at = this.#value(at, false)
      if (at < 0) return -1
      value = this.valueCount - 1
      c = at < length ? (source[at] as number) : 10
    }
    if (c === 40) {
      at = this.#memory(at, value)
      if (at < 0) return -1
      c = at < length ? (source[at] as number) : 10
    } else if (this.symbolStarts[value] === -1) this.#number(valueClass(this.numbers[value] as number))
    return c === 123 ? this.#decorations(at) : at
  }

  #number(numberClass: number): void {
    this.tokens[this.length++] = tokenNumber | numberClass
  }

  /** Of an operand. */
  #registerToken(): boolean {
    const rows = this.#rows
    const i = this.registerCount++
    if (i === mostRegisters) return false
    const row = this.#row
    this.registers[i] = row
    const group = rows.classes[row] as number
    const number = rows.numbers[row] as number
    const { detail } = this
    const isFree = group !== 0 && (detail === 0 || (detail === 1 && (number > 7 || ((this.#fixedNumbers >> number) & 1) === 0)))
    this.isFree[i] = isFree ? 1 : 0
    this.tokens[this.length++] = isFree ? tokenClass | group : tokenRegister | (rows.ids[row] as number)
    return true
  }

  /** A name behind `%`. */
  #register(first: number): number {
    const source = this.#source
    const length = this.#sourceLength
    let at = first
    let c = 0
    let low = 0
    let high = 0
    let hash = 0
    while (at < length && nameBytes[(c = source[at] as number)] !== 0) {
      if (c >= 128) return -1
      const letter = c | 32
      high = (high << 7) | (low >>> 21)
      low = ((low << 7) | letter) & 0xfffffff
      hash = (Math.imul(hash, 31) + letter) | 0
      at++
    }
    if (at === first || at - first > 7) return -1
    this.#row = this.#rows.find(low, high, hash, source, first, at)
    return this.#row < 0 ? -1 : at
  }

  /** Of an address or a mask: it stands for itself; -1: none. */
  #exactRegister(row: number): boolean {
    if (row < 0) this.tokens[this.length++] = 0
    else {
      const i = this.registerCount++
      if (i === mostRegisters) return false
      this.registers[i] = row
      this.isFree[i] = 0
      this.tokens[this.length++] = tokenRegister | (this.#rows.ids[row] as number)
    }
    return true
  }

  /** `(base, index, scale)`; `value`: what stands before it. */
  #memory(from: number, value: number): number {
    const source = this.#source
    const length = this.#sourceLength
    let at = this.#skipBlanks(from + 1)
    let base = -1
    let index = -1
    let scale = 0
    if (at < length && source[at] === 37) {
      at = this.#register(at + 1)
      if (at < 0) return -1
      base = this.#row
      at = this.#skipBlanks(at)
    }
    if (at < length && source[at] === 44) {
      at = this.#skipBlanks(at + 1)
      if (at >= length || source[at] !== 37) return -1
      at = this.#register(at + 1)
      if (at < 0) return -1
      index = this.#row
      at = this.#skipBlanks(at)
      if (at < length && source[at] === 44) {
        at = this.#skipBlanks(at + 1)
        const c = at < length ? source[at] : 0
        scale = c === 49 ? 0 : c === 50 ? 1 : c === 52 ? 2 : c === 56 ? 3 : -1
        if (scale < 0) return -1
        at = this.#skipBlanks(at + 1)
      }
    }
    if (at >= length || source[at] !== 41) return -1
    return this.#addressToken(base, index, scale, value) ? at + 1 : -1
  }

  #addressToken(base: number, index: number, scale: number, value: number): boolean {
    const { tokens } = this
    const rows = this.#rows
    const baseBits = base < 0 ? 0 : (rows.addressBits[base] as number)
    const isNumber = value >= 0 && this.symbolStarts[value] === -1
    const number = isNumber ? (this.numbers[value] as number) : 0
    if (this.detail < 2 && !this.hasFreeAddress && this.#isPlainSegment && number >= -0x80000000 && number <= 0x7fffff80) {
      const indexBits = index < 0 ? baseBits : (rows.addressBits[index] as number)
      // %esp and %rsp are no index.
      if (indexBits !== 0 && (base < 0 || baseBits === indexBits) && (index < 0 || rows.numbers[index] !== 4)) {
        this.hasFreeAddress = true
        this.base = base
        this.index = index
        this.scale = scale
        this.displacement = value
        tokens[this.length++] = tokenAddress | indexBits
        return true
      }
    }
    if (isNumber) this.#number(baseBits !== 0 ? this.#displacementClass(number) : valueClass(number))
    if (!this.#exactRegister(base) || !this.#exactRegister(index)) return false
    tokens[this.length++] = tokenScale | scale
    return true
  }

  #displacementClass(number: number): number {
    if (number < -0x80000000 || number > 0x7fffff80) return valueClass(number)
    this.hasMergedClass = true
    return number === 0 ? displacementZero : number >= -128 && number <= 127 ? displacementShort : displacementLong
  }

  /** `{%k1}`, `{z}`, `{1to8}`, `{rn-sae}`, one behind the other. */
  #decorations(from: number): number {
    const source = this.#source
    const length = this.#sourceLength
    let at = from
    while (at < length && source[at] === 123) {
      this.tokens[this.length++] = 123
      at++
      if (at < length && source[at] === 37) {
        at = this.#register(at + 1)
        if (at < 0 || !this.#exactRegister(this.#row)) return -1
      } else {
        for (let c = 0; at < length && (begins[(c = source[at] as number)] === name || begins[c] === digit || c === 45); at++) {
          if (this.length > mostTokens) return -1
          this.tokens[this.length++] = c
        }
      }
      if (at >= length || source[at] !== 125 || this.length > mostTokens) return -1
      at++
    }
    return at
  }

  /** A word as it stands, three letters a number. */
  #letters(from: number): number {
    const source = this.#source
    const length = this.#sourceLength
    let at = from
    let packed = 0
    let c = 0
    while (at < length && nameBytes[(c = source[at] as number)] !== 0) {
      packed = (packed << 8) | c
      at++
      if ((at - from) % 3 !== 0) continue
      if (this.length > mostTokens) return -1
      this.tokens[this.length++] = packed
      packed = 0
    }
    this.tokens[this.length++] = tokenLetters | packed
    return at
  }

  /** [symbol[@operator]] [±number], or a number. */
  #value(from: number, isImmediate: boolean): number {
    const source = this.#source
    const length = this.#sourceLength
    const v = this.valueCount
    let at = from
    let c = at < length ? (source[at] as number) : 10
    const kind = begins[c] as number
    if (v === mostValues || (kind !== name && kind !== digit && kind !== minus)) return -1
    this.valueCount++
    this.symbolStarts[v] = -1
    this.numbers[v] = 0
    this.wide[v] = undefined
    if (kind === name) {
      at = this.#symbol(from, v, isImmediate)
      c = at >= 0 && at < length ? (source[at] as number) : 10
      if (c !== 43 && c !== 45) return at
      at = this.#digits(at + 1, c === 45)
      return this.wide[v] === undefined ? at : -1
    }
    at = kind === minus ? this.#digits(at + 1, true) : this.#digits(at, false)
    // gcc writes `8+name(%rip)`.
    const isSum = at >= 0 && at + 1 < length && source[at] === 43 && begins[source[at + 1] as number] === name
    if (at < 0 || ((isSum || !isImmediate) && this.wide[v] !== undefined)) return -1
    if (isSum) return this.#symbol(at + 1, v, isImmediate)
    if (isImmediate) this.#immediateToken(v)
    return at
  }

  /** A name, with its operator. */
  #symbol(from: number, v: number, isImmediate: boolean): number {
    const source = this.#source
    const length = this.#sourceLength
    let at = from
    let c = source[at] as number
    let hash = 0
    do {
      hash = (Math.imul(hash, 31) + c) | 0
      at++
    } while (at < length && nameBytes[(c = source[at] as number)] !== 0)
    if (at === from + 1 && source[from] === 46) return -1
    this.symbolStarts[v] = from
    this.symbolEnds[v] = at
    this.symbolHashes[v] = hash
    this.tokens[this.length++] = isImmediate ? tokenSymbol | immediate : tokenSymbol
    if (at < length && c === 64) {
      at = this.#letters(at + 1)
      if (this.length > mostTokens) return -1
    }
    return at
  }

  #immediateToken(v: number): void {
    const number = this.numbers[v] as number
    let numberClass = 0
    if (number > 0xffffffff || number < -0x80000000) {
      this.hugeValues |= 1 << v
      this.#number(immediate | classHuge)
      return
    }
    // Some shifts and interrupts have forms of their own for 1 and 3.
    if (this.detail !== 0 || number === 1 || number === 3) numberClass = valueClass(number)
    else if (number >= -128 && number <= 127) numberClass = classShort
    else if (number >= -0x80000000 && number <= 0x7fffffff) {
      numberClass = classLong
      this.longValues |= 1 << v
    } else numberClass = valueClass(number)
    this.#number(immediate | numberClass)
  }

  /** A number, decimal or hexadecimal, to the value being read. */
  #digits(from: number, isNegative: boolean): number {
    const source = this.#source
    const length = this.#sourceLength
    let at = from
    let number = 0
    if (at + 1 < length && source[at] === 48 && ((source[at + 1] as number) | 32) === 120) {
      at += 2
      for (; at < length; at++) {
        const c = source[at] as number
        const d = c <= 57 ? c - 48 : (c | 32) - 87
        if (d < 0 || d > 15 || (c > 57 && d < 10)) break
        number = number * 16 + d
      }
      if (at === from + 2) return -1
    } else {
      for (; at < length; at++) {
        const d = (source[at] as number) - 48
        if (d < 0 || d > 9) break
        number = number * 10 + d
      }
      // Octal numbers are read elsewhere.
      if (at === from || (source[from] === 48 && at > from + 1)) return -1
    }
    if (at < length && nameBytes[source[at] as number] !== 0) return -1
    if (number > 9007199254740991) {
      if (at > from + 24) return -1
      const exact = BigInt(bytesToText(source.subarray(from, at)))
      const value = isNegative ? -exact : exact
      // Beyond 63 bits a number is the one that is left of it when it is cut, and may be small.
      if (BigInt.asIntN(64, value) !== value) return -1
      this.wide[this.valueCount - 1] = value
    }
    this.numbers[this.valueCount - 1] = isNegative ? -number : number
    return at
  }
}
