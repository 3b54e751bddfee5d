// The short way of the directives that compilers write by the hundred thousand: one number, symbol or difference of two
// labels (.byte .value .long .quad .uleb128 .sleb128), one string without escapes, .p2align and .loc. Enters: the bytes behind
// the directive's name. Leaves: what directives/data.ts, directives/layout.ts and line-table/directives.ts would have emitted;
// or nothing at all, where a statement has anything else in it and those have to read it. docs/adr/0007.

import { SHT_NOBITS } from '@kernelbox/elf'
import type { Assembler } from '../assembler.ts'
import { emitAlign } from '../directives/layout.ts'
import { nameBytes } from '../expression-reader.ts'
import { fixedDistance } from '../fixed-distance.ts'
import { fixupData, partLeb128 } from '../fragments.ts'
import { lineTableOf } from '../line-table/directives.ts'
import type { View } from '../line-table/line-rows.ts'
import { QuickFrames, quickFrameDirective } from './quick-frames.ts'
import { QuickSymbols } from './quick-symbols.ts'
import { type AsmSymbol, symbolAbsolute, symbolLabel, symbolUndefined } from '../symbols.ts'

/** What the directive of a word is; a number of bytes for numbers of that size. */
export type QuickDirective = number
const quickUleb128 = 16
const quickSleb128 = 17
const quickP2align = 18
const quickLoc = 19
/** Those of quick-symbols.ts. */
const quickGlobal = 20
const quickType = 21
const quickSize = 22
const quickAscii = 23
const quickString = 24
/** Those of quick-frames.ts are numbered from here. */
const quickFrame = 32

const directives: Readonly<Record<string, QuickDirective>> = {
  '.byte': 1,
  '.value': 2,
  '.short': 2,
  '.word': 2,
  '.2byte': 2,
  '.long': 4,
  '.int': 4,
  '.4byte': 4,
  '.quad': 8,
  '.8byte': 8,
  '.uleb128': quickUleb128,
  '.sleb128': quickSleb128,
  '.p2align': quickP2align,
  '.loc': quickLoc,
  '.globl': quickGlobal,
  '.global': quickGlobal,
  '.type': quickType,
  '.size': quickSize,
  '.ascii': quickAscii,
  '.asciz': quickString,
  '.string': quickString,
}

/** 0: the full path takes it. */
export function quickDirective(word: string): QuickDirective {
  if (Object.hasOwn(directives, word)) return directives[word] ?? 0
  const frame = quickFrameDirective(word)
  return frame < 0 ? 0 : quickFrame + frame
}

const largestNumber = 9007199254740991
/** Exclusive bounds of what fits in a field of so many bytes, whatever its sign. */
const bounds = [0, 0x100, 0x10000, 0, 0x1_0000_0000, 0, 0, 0, largestNumber]

export class QuickData {
  readonly #assembler: Assembler
  readonly #names: QuickSymbols
  readonly #frames: QuickFrames
  /** The value read last: add - sub + number. */
  #number = 0
  #add: AsmSymbol | undefined = undefined
  #sub: AsmSymbol | undefined = undefined
  #valueStart = 0
  #subStart = 0
  /** Where reading stopped. */
  #at = 0

  constructor(assembler: Assembler) {
    this.#assembler = assembler
    this.#names = new QuickSymbols(assembler)
    this.#frames = new QuickFrames(assembler)
  }

  /** Takes the directive whose word ends at `at`; returns where the next statement may begin, -1: it is for the full path. */
  take(directive: QuickDirective, bytes: Uint8Array, at: number, length: number, sourceIndex: number): number {
    const a = this.#assembler
    if (directive === quickP2align) return this.#align(bytes, at, length)
    if (directive === quickLoc) return this.#loc(bytes, at, length)
    if (directive >= quickFrame) return this.#frames.take(directive - quickFrame, bytes, at, length)
    if (directive >= quickAscii) return this.#string(directive === quickString, bytes, at, length)
    if (directive >= quickGlobal) return this.#symbols(directive, bytes, at, length)
    if (a.sections.section.type === SHT_NOBITS || !this.#value(bytes, at, length)) return -1
    const end = this.#at
    if (directive >= quickUleb128) {
      if (!this.#leb128(directive === quickSleb128, sourceIndex)) return -1
    } else if (!this.#field(directive, sourceIndex)) return -1
    return end
  }

  #symbols(directive: QuickDirective, bytes: Uint8Array, at: number, length: number): number {
    const names = this.#names
    if (directive === quickType) return names.type(bytes, at, length)
    return directive === quickSize ? names.size(bytes, at, length) : names.global(bytes, at, length)
  }

  /** `"text"`; a backslash, and a second string, are for the full path. */
  #string(hasTerminator: boolean, bytes: Uint8Array, from: number, length: number): number {
    const { sections } = this.#assembler
    let at = from
    while (at < length && (bytes[at] === 9 || bytes[at] === 32)) at++
    if (at >= length || bytes[at] !== 34) return -1
    const start = ++at
    for (let c = 0; at < length && (c = bytes[at] as number) !== 34; at++) if (c === 92 || c === 10) return -1
    const end = at
    this.#at = at + 1
    if (at >= length || !this.#isEnd(bytes, length) || sections.section.type === SHT_NOBITS) return -1
    sections.chain.slice(bytes, start, end)
    if (hasTerminator) sections.chain.byte(0)
    return this.#at
  }

  #field(sizeInBytes: number, sourceIndex: number): boolean {
    const add = this.#add
    const sub = this.#sub
    const number = this.#number
    const a = this.#assembler
    const { chain } = a.sections
    if (add === undefined) {
      const bound = bounds[sizeInBytes] as number
      if (number >= bound || number <= -bound) return false
      chain.number(number, sizeInBytes)
      return true
    }
    a.mention(add, this.#valueStart, false)
    if (sub !== undefined) a.mention(sub, this.#subStart, false)
    const { fixups } = chain
    const at = chain.length
    fixups.append(chain.count - 1, at, sizeInBytes, fixupData, 0, add, sub, number, undefined, sourceIndex, this.#valueStart)
    chain.number(0, sizeInBytes)
    return true
  }

  #leb128(isSigned: boolean, sourceIndex: number): boolean {
    const add = this.#add
    const sub = this.#sub
    const a = this.#assembler
    const { chain } = a.sections
    if (add === undefined) {
      if (this.#number < 0 && !isSigned) return false
      chain.leb128(this.#number, isSigned)
      return true
    }
    if (sub === undefined) return false
    a.mention(add, this.#valueStart, false)
    a.mention(sub, this.#subStart, false)
    const i = chain.close(partLeb128, isSigned ? 1 : 0, 1, this.#number, add, sub)
    chain.sources[i] = sourceIndex
    chain.places[i] = this.#valueStart
    return true
  }

  /** Reads [-]number, symbol[±number] or label[±number]-label up to the end of the statement; false, and nothing done: something else. */
  #value(bytes: Uint8Array, from: number, length: number): boolean {
    let at = from
    while (at < length && (bytes[at] === 9 || bytes[at] === 32)) at++
    if (at >= length) return false
    this.#valueStart = at
    this.#add = undefined
    this.#sub = undefined
    this.#number = 0
    const c = bytes[at] as number
    if (nameBytes[c] !== 1) {
      const isNegative = c === 45
      if (!this.#digits(bytes, isNegative ? at + 1 : at, length)) return false
      if (isNegative) this.#number = -this.#number
      return this.#isEnd(bytes, length)
    }
    const add = this.#symbol(bytes, at, length)
    if (add === undefined) return false
    at = this.#at
    let sign = at < length ? bytes[at] : 0
    if (sign === 43 || (sign === 45 && nameBytes[bytes[at + 1] as number] !== 1)) {
      if (!this.#digits(bytes, at + 1, length)) return false
      if (sign === 45) this.#number = -this.#number
      at = this.#at
      sign = at < length ? bytes[at] : 0
    }
    if (sign === 45 && nameBytes[bytes[at + 1] as number] === 1) return this.#difference(add, bytes, at + 1, length)
    if (!this.#isEnd(bytes, length)) return false
    if (add.kind === symbolAbsolute) return this.#absolute(add)
    if (!add.isPlain) return false
    this.#add = add
    return true
  }

  #absolute(symbol: AsmSymbol): boolean {
    const { value } = symbol
    if (symbol.isForwardReference || value > 0xffffffffn || value < -0xffffffffn) return false
    const number = this.#number + Number(value)
    if (number > 0xff || number < 0) return false
    this.#assembler.mention(symbol, this.#valueStart, false)
    this.#number = number
    return true
  }

  #difference(add: AsmSymbol, bytes: Uint8Array, at: number, length: number): boolean {
    const a = this.#assembler
    this.#subStart = at
    if (!add.isPlain) return false
    const sub = this.#symbol(bytes, at, length)
    if (sub === undefined || !sub.isPlain || !this.#isEnd(bytes, length)) return false
    const isInFragment = add.chain === sub.chain && add.fragment === sub.fragment && add.kind === symbolLabel && sub.kind === symbolLabel
    if (isInFragment && add.type === undefined) {
      const distance = add.offset - sub.offset + this.#number
      // What is a number already has to fit in its field: the full path looks at that, but for the usual small ones.
      if (distance < 0 || distance > 0x7f) return false
      a.mention(add, this.#valueStart, false)
      a.mention(sub, this.#subStart, false)
      this.#number = distance
      return true
    }
    if (add === sub || fixedDistance(add, sub) !== undefined) return false
    this.#add = add
    this.#sub = sub
    return true
  }

  /** Its end is left in #at. */
  #symbol(bytes: Uint8Array, start: number, length: number): AsmSymbol | undefined {
    let at = start
    let hash = 0
    let c = 0
    while (at < length && nameBytes[(c = bytes[at] as number)] !== 0) {
      hash = (Math.imul(hash, 31) + c) | 0
      at++
    }
    this.#at = at
    // `.`, and a name with an operator.
    if ((at === start + 1 && bytes[start] === 46) || (at < length && c === 64)) return undefined
    return this.#assembler.symbols.internHashed(bytes, start, at, hash)
  }

  /** A number without a sign, decimal or hexadecimal, to #number; its end is left in #at. */
  #digits(bytes: Uint8Array, start: number, length: number): boolean {
    let at = start
    let number = 0
    if (bytes[at] === 48 && at + 1 < length && bytes[at + 1] === 120) {
      at += 2
      for (; at < length; at++) {
        const c = bytes[at] as number
        const digit = c <= 57 ? c - 48 : (c | 32) - 87
        if (digit < 0 || digit > 15 || (c > 57 && digit < 10)) break
        number = number * 16 + digit
      }
      if (at === start + 2 || at > start + 15) return false
    } else {
      for (; at < length; at++) {
        const digit = (bytes[at] as number) - 48
        if (digit < 0 || digit > 9) break
        number = number * 10 + digit
      }
      if (at === start || at > start + 15 || (bytes[start] === 48 && at > start + 1)) return false
    }
    this.#number = number
    this.#at = at
    return at >= length || nameBytes[bytes[at] as number] === 0
  }

  /** Does the statement end at #at, blanks apart? */
  #isEnd(bytes: Uint8Array, length: number): boolean {
    let at = this.#at
    while (at < length && (bytes[at] === 9 || bytes[at] === 32)) at++
    this.#at = at
    return at >= length || bytes[at] === 10
  }

  /** `.p2align power` and `.p2align power,,most`. */
  #align(bytes: Uint8Array, from: number, length: number): number {
    let at = from
    while (at < length && (bytes[at] === 9 || bytes[at] === 32)) at++
    if (!this.#digits(bytes, at, length)) return -1
    const power = this.#number
    let most = 0
    at = this.#at
    if (at + 1 < length && bytes[at] === 44 && bytes[at + 1] === 44) {
      if (!this.#digits(bytes, at + 2, length)) return -1
      most = this.#number
    }
    if (power > 30 || !this.#isEnd(bytes, length)) return -1
    emitAlign(this.#assembler, power, undefined, 1, most)
    return this.#at
  }

  /** `.loc file line [column] [is_stmt n] [discriminator n] [view name]`. */
  #loc(bytes: Uint8Array, from: number, length: number): number {
    const a = this.#assembler
    if (!this.#plainNumber(bytes, from, length)) return -1
    const file = this.#number
    if (!this.#plainNumber(bytes, this.#at, length)) return -1
    const line = this.#number
    const table = lineTableOf(a)
    if (!table.files.has(file) || line > 0xffffffff) return -1
    const column = this.#plainNumber(bytes, this.#at, length) ? this.#number : undefined
    let isStatement: boolean | undefined
    let discriminator = 0
    let view: View | undefined
    while (!this.#isEnd(bytes, length)) {
      const at = this.#at
      if (bytes[at] === 105 && isWord(bytes, at, 'is_stmt')) {
        if (isStatement !== undefined || !this.#plainNumber(bytes, at + 7, length) || this.#number > 1) return -1
        isStatement = this.#number === 1
      } else if (bytes[at] === 100 && isWord(bytes, at, 'discriminator')) {
        if (!this.#plainNumber(bytes, at + 13, length) || this.#number > 0xffffffff) return -1
        discriminator = this.#number
      } else if (bytes[at] === 118 && isWord(bytes, at, 'view')) {
        view = view === undefined ? this.#view(bytes, at + 5, length) : undefined
        if (view === undefined) return -1
      } else return -1
    }
    const end = this.#at
    table.stopGenerating()
    table.loc(a.sections.chain, file, line, { column, isStatement, flags: 0, isa: undefined, discriminator, view })
    return end
  }

  #view(bytes: Uint8Array, at: number, length: number): View | undefined {
    if (bytes[at] === 45 && bytes[at + 1] === 48 && nameBytes[bytes[at + 2] as number] === 0) {
      this.#at = at + 2
      return 'zero'
    }
    if (nameBytes[bytes[at] as number] !== 1) return undefined
    const symbol = this.#symbol(bytes, at, length)
    return symbol?.kind === symbolUndefined ? symbol : undefined
  }

  /** Blanks, digits, and a blank or the end of the line. */
  #plainNumber(bytes: Uint8Array, from: number, length: number): boolean {
    let at = from
    while (at < length && (bytes[at] === 9 || bytes[at] === 32)) at++
    if (!this.#digits(bytes, at, length)) {
      this.#at = at
      return false
    }
    const c = this.#at < length ? bytes[this.#at] : 10
    return c === 32 || c === 9 || c === 10
  }
}

function isWord(bytes: Uint8Array, at: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false
  return bytes[at + word.length] === 32
}
