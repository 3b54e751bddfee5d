// Definitions of macros, by number. 0 is none; a definition never changes but for its body, which is read on first use.

/** Macros whose value depends on the place; the numbers index nothing. */
export const builtin = {
  none: 0,
  line: 1,
  file: 2,
  baseFile: 3,
  includeLevel: 4,
  counter: 5,
  date: 6,
  time: 7,
  timestamp: 8,
  fileName: 9,
  hasInclude: 10,
  hasIncludeNext: 11,
  pragma: 12,
} as const

/** Words of one definition: with eight of them each fills half a cache line. */
const macroSize = 8
const bitsWord = 0
/** Where its name stands in the definition; 0 where nobody wrote it. */
const placeWord = 1
/** Body: its cells in the list of bodies, from `startWord` to `endWord`. While unread: offsets in the bytes `sourceWord`. */
const startWord = 2
const endWord = 3
const sourceWord = 4
/** Location of the first of these bytes. */
const baseWord = 5
const parametersWord = 6
const parameterCountWord = 7

const functionBit = 1
const variadicBit = 2
const usedBit = 4
const unreadBit = 8
const builtinShift = 8

/** A body that has not been read yet: most macros of a header are never used. */
export interface UnreadBody {
  /** Number of the bytes, given by {@link MacroTable.addSource}. */
  readonly source: number
  readonly start: number
  readonly end: number
  /** Location of the first of these bytes. */
  readonly base: number
}

export class MacroTable {
  #words = new Int32Array(512 * macroSize)
  #end = macroSize
  readonly #sources: Uint8Array[] = []
  readonly #parameters: number[] = []
  /** How `##` behind `##` is spelled in a body, for comparing it with another definition. */
  readonly manyPastes = new Map<number, string>()

  /** Bytes in which unread bodies lie. */
  addSource(bytes: Uint8Array): number {
    return this.#sources.push(bytes) - 1
  }

  source(number: number): Uint8Array {
    return this.#sources[number] as Uint8Array
  }

  /** A macro like an object whose body stands from `start` to `end`, to be read when it is used. */
  addUnread(place: number, source: number, start: number, end: number, base: number): number {
    const macro = this.#end
    if (macro + macroSize > this.#words.length) this.#grow()
    const words = this.#words
    this.#end = macro + macroSize
    words[macro + bitsWord] = unreadBit
    words[macro + placeWord] = place
    words[macro + startWord] = start
    words[macro + endWord] = end
    words[macro + sourceWord] = source
    words[macro + baseWord] = base
    return macro
  }

  #grow(): void {
    const words = new Int32Array(this.#words.length * 2)
    words.set(this.#words)
    this.#words = words
  }

  addBuiltin(which: number): number {
    const macro = this.addUnread(0, 0, 0, 0, 0)
    this.#words[macro + bitsWord] = which << builtinShift
    return macro
  }

  /** Makes the newest macro one with parameters. */
  setParameters(macro: number, nodes: readonly number[], isVariadic: boolean): void {
    const words = this.#words
    words[macro + bitsWord] = (words[macro + bitsWord] as number) | functionBit | (isVariadic ? variadicBit : 0)
    words[macro + parametersWord] = this.#parameters.length
    words[macro + parameterCountWord] = nodes.length
    for (const node of nodes) this.#parameters.push(node)
  }

  setBody(macro: number, start: number, end: number): void {
    const words = this.#words
    words[macro + bitsWord] = (words[macro + bitsWord] as number) & ~unreadBit
    words[macro + startWord] = start
    words[macro + endWord] = end
  }

  isFunctionLike(macro: number): boolean {
    return ((this.#words[macro + bitsWord] as number) & functionBit) !== 0
  }

  isVariadic(macro: number): boolean {
    return ((this.#words[macro + bitsWord] as number) & variadicBit) !== 0
  }

  wasUsed(macro: number): boolean {
    return ((this.#words[macro + bitsWord] as number) & usedBit) !== 0
  }

  markUsed(macro: number): void {
    this.#words[macro + bitsWord] = (this.#words[macro + bitsWord] as number) | usedBit
  }

  builtin(macro: number): number {
    return (this.#words[macro + bitsWord] as number) >> builtinShift
  }

  isUnread(macro: number): boolean {
    return ((this.#words[macro + bitsWord] as number) & unreadBit) !== 0
  }

  /** Of an unread body. */
  unread(macro: number): UnreadBody {
    const words = this.#words
    return {
      source: words[macro + sourceWord] as number,
      start: words[macro + startWord] as number,
      end: words[macro + endWord] as number,
      base: words[macro + baseWord] as number,
    }
  }

  place(macro: number): number {
    return this.#words[macro + placeWord] as number
  }

  bodyStart(macro: number): number {
    return this.#words[macro + startWord] as number
  }

  bodyEnd(macro: number): number {
    return this.#words[macro + endWord] as number
  }

  parameterCount(macro: number): number {
    return this.#words[macro + parameterCountWord] as number
  }

  /** Node of a parameter. */
  parameter(macro: number, index: number): number {
    return this.#parameters[(this.#words[macro + parametersWord] as number) + index] as number
  }
}
