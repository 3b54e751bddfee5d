// The short way of the directives that stand beside each function and object of a compiler: .globl name, .type name,@function
// or @object, .size name,.-name or a number. Enters: the bytes behind the directive's name. Leaves: what directives/symbol.ts
// would have done; or nothing at all, where a statement has anything else in it. docs/adr/0007.

import { STT_FUNC, STT_OBJECT } from '@kernelbox/elf'
import type { Assembler } from '../assembler.ts'
import { nameBytes } from '../expression-reader.ts'
import { fixedDistance } from '../fixed-distance.ts'
import { type AsmSymbol, symbolLabel, symbolRegister } from '../symbols.ts'

const functionType = bytesOf('function')
const objectType = bytesOf('object')

function bytesOf(word: string): Uint8Array {
  return Uint8Array.from(word, (character) => character.charCodeAt(0))
}

export class QuickSymbols {
  readonly #assembler: Assembler
  /** Where reading stopped. */
  #at = 0

  constructor(assembler: Assembler) {
    this.#assembler = assembler
  }

  /** Each returns where the next statement may begin, -1: it is for the full path. */
  global(bytes: Uint8Array, from: number, length: number): number {
    const symbol = this.#symbol(bytes, from, length)
    if (symbol === undefined || !isEnd(bytes, this.#at, length) || symbol.kind === symbolRegister || symbol.sectionOf) return -1
    this.#note(symbol)
    symbol.isGlobal = true
    symbol.isUsed = true
    return this.#at
  }

  type(bytes: Uint8Array, from: number, length: number): number {
    const symbol = this.#symbol(bytes, from, length)
    if (symbol === undefined || this.#at + 2 >= length || bytes[this.#at] !== 44) return -1
    const namedAt = this.#at
    let at = skipBlanks(bytes, namedAt + 1, length)
    if (bytes[at] !== 64 && bytes[at] !== 37) return -1
    at++
    const value = isWord(bytes, at, length, functionType) ? STT_FUNC : isWord(bytes, at, length, objectType) ? STT_OBJECT : -1
    if (value < 0) return -1
    at = skipBlanks(bytes, at + (value === STT_FUNC ? functionType : objectType).length, length)
    const before = symbol.type
    // A change of type may have to be told.
    if (!isEnd(bytes, at, length) || (before !== undefined && before !== value)) return -1
    this.#note(symbol)
    symbol.type = value
    symbol.isUsed = true
    return at
  }

  size(bytes: Uint8Array, from: number, length: number): number {
    const a = this.#assembler
    const symbol = this.#symbol(bytes, from, length)
    if (symbol === undefined || this.#at >= length || bytes[this.#at] !== 44) return -1
    const namedAt = this.#at
    const start = skipBlanks(bytes, namedAt + 1, length)
    if (start + 2 < length && bytes[start] === 46 && bytes[start + 1] === 45) {
      const begin = this.#symbol(bytes, start + 2, length)
      if (begin === undefined || begin.kind !== symbolLabel || !begin.isPlain || !isEnd(bytes, this.#at, length)) return -1
      const end = this.#at
      this.#at = namedAt
      this.#note(symbol)
      const here = a.here()
      a.mention(begin, start + 2, false)
      const distance = fixedDistance(here, begin)
      symbol.size =
        distance === undefined
          ? { kind: 'linear', add: here, sub: begin, addend: 0n }
          : { kind: 'constant', value: BigInt(Number(distance)) }
      symbol.isUsed = true
      return end
    }
    let at = start
    let number = 0
    for (; at < length; at++) {
      const digit = (bytes[at] as number) - 48
      if (digit < 0 || digit > 9) break
      number = number * 10 + digit
    }
    if (at === start || at > start + 15 || bytes[start] === 48) return -1
    const end = skipBlanks(bytes, at, length)
    if (!isEnd(bytes, end, length)) return -1
    this.#at = namedAt
    this.#note(symbol)
    symbol.size = { kind: 'constant', value: BigInt(number) }
    symbol.isUsed = true
    return end
  }

  /** What naming a symbol in a directive means; #at is behind the name and blanks. */
  #note(symbol: AsmSymbol): void {
    this.#assembler.noteNamed(symbol, this.#at)
  }

  /** Blanks, a name and blanks; their end is left in #at. */
  #symbol(bytes: Uint8Array, from: number, length: number): AsmSymbol | undefined {
    const start = skipBlanks(bytes, from, length)
    if (start >= length || nameBytes[bytes[start] as number] !== 1) return undefined
    let at = start
    let hash = 0
    let c = 0
    while (at < length && nameBytes[(c = bytes[at] as number)] !== 0) {
      hash = (Math.imul(hash, 31) + c) | 0
      at++
    }
    this.#at = skipBlanks(bytes, at, length)
    return this.#assembler.symbols.internHashed(bytes, start, at, hash)
  }
}

function skipBlanks(bytes: Uint8Array, from: number, length: number): number {
  let at = from
  while (at < length && (bytes[at] === 9 || bytes[at] === 32)) at++
  return at
}

function isEnd(bytes: Uint8Array, at: number, length: number): boolean {
  return at >= length || bytes[at] === 10
}

function isWord(bytes: Uint8Array, at: number, length: number, word: Uint8Array): boolean {
  const end = at + word.length
  if (end > length || (end < length && nameBytes[bytes[end] as number] !== 0)) return false
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false
  return true
}
