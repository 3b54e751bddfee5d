// The token that is read and the stack of token lists that are read before the file goes on.
// Enters: lists of tokens (bodies, arguments, results of expansion). Leaves: one token in the fields, and for each token the
// uses of macros that it came through. Everything is a number, in arrays that only grow.

import { ArgumentStack } from './arguments.ts'
import { MacroTable } from './macro.ts'
import { NameTable } from './names.ts'
import { TextPool } from './text-pool.ts'
import { flagShift, metaCell, placeCell, sizeCell, TokenList, tokenSize, valueCell } from './token-list.ts'
import { type Kind, kind, Token } from './tokens.ts'

// A context: tokens to be read before the file goes on. Words of its record in the stack of contexts.
const bitsWord = 0
const positionWord = 1
const endWord = 2
/** The name of the macro whose expansion this is, disabled until the context ends; 0 for none. */
const nodeWord = 3
const expansionWord = 4
/** Where in the text of a file the expansion began that these tokens belong to. */
const fileLocationWord = 5
/** What lies between these offsets of the temporary list belongs to the context alone. */
const temporaryStartWord = 6
const temporaryEndWord = 7
const contextSize = 8

/** Its tokens lie in the list of bodies, not in the temporary one. */
const bodyBit = 1
/** An argument that is being expanded: its end is the end of what is read. */
const argumentBit = 2

export class TokenReader {
  readonly names = new NameTable()
  readonly macros = new MacroTable()
  readonly texts = new TextPool()
  /** Bodies of macros. */
  readonly bodies = new TokenList(1024)
  /** What expansion makes; empty again when it is done. */
  readonly temporary = new TokenList(256)
  /** Tokens on their way to the temporary list: a stack. */
  readonly collected = new TokenList(256)
  readonly argumentStack = new ArgumentStack()
  /** Start and end, in the list of bodies, of each __VA_OPT__ group. */
  readonly groups: number[] = []
  /** Uses of macros on the way to a token, in the cells of one: node, place, number of the outer use. The first has the number 1. */
  readonly #expansions = new TokenList(16)
  // Where the file is read.
  position = 0
  /** Location of its first byte. */
  base = 0
  inDirective = false
  // The token that was read last.
  kind: Kind = kind.endOfLine
  flags = 0
  /** Node of a name, else the offset of the spelling in the pool of texts. */
  value = 0
  /** Length of the spelling of what is no name. */
  size = 0
  place = 0
  // The stack of contexts. Below `floor` lie those of the text around the directive that is read.
  #contexts = new Int32Array(64 * contextSize)
  #context = 0
  floor = 0
  readonly #hasOrigins: boolean

  constructor(hasOrigins: boolean) {
    this.#hasOrigins = hasOrigins
  }

  setToken(tokenKind: Kind, flags: number, value: number, size: number, place: number): Kind {
    this.kind = tokenKind
    this.flags = flags
    this.value = value
    this.size = size
    this.place = place
    return tokenKind
  }

  /** The token that was read last, as an object. */
  token(): Token {
    return new Token(this.kind, this.flags, this.value, this.size, this.place, this.names, this.texts)
  }

  /** Spelling of the token that was read last. */
  text(): string {
    return this.kind === kind.name ? this.names.name(this.value) : this.texts.text(this.value, this.size)
  }

  /** Writes the spelling of a token, `size` bytes, to `target`, which has room for it. */
  copySpelling(tokenKind: number, value: number, size: number, target: Uint8Array, offset: number): void {
    if (tokenKind === kind.name) return this.names.copyTo(value, target, offset)
    const { bytes } = this.texts
    for (let i = 0; i < size; i++) target[offset + i] = bytes[value + i] as number
  }

  /** Nothing is left to be read before the file (or the line of the directive) goes on. */
  get isInFile(): boolean {
    return this.#context === this.floor
  }

  pushContext(
    isBody: boolean,
    start: number,
    end: number,
    node: number,
    expansion: number,
    fileLocation: number,
    temporaryStart: number,
  ): void {
    if (node !== 0) this.names.disable(node, 1)
    const context = this.#context + contextSize
    if (context + contextSize > this.#contexts.length) {
      const contexts = new Int32Array(this.#contexts.length * 2)
      contexts.set(this.#contexts)
      this.#contexts = contexts
    }
    const words = this.#contexts
    this.#context = context
    words[context + bitsWord] = isBody ? bodyBit : 0
    words[context + positionWord] = start
    words[context + endWord] = end
    words[context + nodeWord] = node
    words[context + expansionWord] = expansion
    words[context + fileLocationWord] = fileLocation
    words[context + temporaryStartWord] = temporaryStart
    words[context + temporaryEndWord] = this.temporary.length
  }

  /** An argument is read as if it were the rest of the file. */
  pushArgument(start: number, end: number): void {
    const firstPlace = this.temporary.cells[start + placeCell] as number
    const fileLocation = this.isInFile ? firstPlace : this.fileLocation
    this.pushContext(false, start, end, 0, this.expansion, fileLocation, this.temporary.length)
    this.#contexts[this.#context + bitsWord] = argumentBit
  }

  popContext(): void {
    const words = this.#contexts
    const context = this.#context
    const node = words[context + nodeWord] as number
    if (node !== 0) this.names.disable(node, -1)
    if (words[context + temporaryEndWord] === this.temporary.length) this.temporary.length = words[context + temporaryStartWord] as number
    this.#context = context - contextSize
  }

  /** Drops all contexts above a {@link contextMark}. */
  popTo(mark: number): void {
    while (this.#context > mark) this.popContext()
  }

  get contextMark(): number {
    return this.#context
  }

  contextPosition(): number {
    return this.#contexts[this.#context + positionWord] as number
  }

  setContextPosition(position: number): void {
    this.#contexts[this.#context + positionWord] = position
  }

  contextEnd(): number {
    return this.#contexts[this.#context + endWord] as number
  }

  /** Cells in which the tokens of the current context lie. */
  contextCells(): Int32Array {
    return ((this.#contexts[this.#context + bitsWord] as number) & bodyBit) !== 0 ? this.bodies.cells : this.temporary.cells
  }

  isArgumentContext(): boolean {
    return ((this.#contexts[this.#context + bitsWord] as number) & argumentBit) !== 0
  }

  /** Notes a use of a macro within the use `outer`; its number, 0 where nobody will ask for it. */
  addExpansion(node: number, location: number, outer: number): number {
    if (!this.#hasOrigins || this.inDirective) return 0
    this.#expansions.push(node, location, outer, 0)
    return this.#expansions.length / tokenSize
  }

  /** A use of a macro that {@link addExpansion} noted. */
  expansionAt(number: number): { node: number; location: number; outer: number } {
    const { cells } = this.#expansions
    const at = (number - 1) * tokenSize
    return { node: cells[at + metaCell] as number, location: cells[at + valueCell] as number, outer: cells[at + sizeCell] as number }
  }

  /** Number of the innermost use of a macro, 0 outside of all. */
  get expansion(): number {
    return this.#context === this.floor ? 0 : (this.#contexts[this.#context + expansionWord] as number)
  }

  /** Where in the text of a file the innermost use of a macro began. */
  get fileLocation(): number {
    return this.#context === this.floor ? this.location : (this.#contexts[this.#context + fileLocationWord] as number)
  }

  /** The token in the fields of the state is to be read next, and belongs to no macro of its own. */
  pushToken(): void {
    const { temporary } = this
    const start = temporary.length
    temporary.push(this.kind | (this.flags << flagShift), this.value, this.size, this.place)
    this.pushContext(false, start, temporary.length, 0, this.expansion, this.fileLocation, start)
  }

  /**
   * Where in the text of a file a token comes from: its own place, or that of the macro call that brought it.
   * Locations grow in the order of reading: what stands between the call and the reading position is an argument of it.
   */
  fileLocationOf(place: number): number {
    if (this.isInFile) return place
    const { fileLocation } = this
    return place >= fileLocation && place <= this.location ? place : fileLocation
  }

  /** What __LINE__ counts by: in the replacement of a macro, arguments too, the outermost call; in an argument its own place. */
  callLocationOf(place: number): number {
    let location = place
    const words = this.#contexts
    for (let context = this.#context; context > this.floor; context -= contextSize) {
      if (words[context + nodeWord] !== 0) location = words[context + fileLocationWord] as number
    }
    return location
  }

  /** Location of the reading position. */
  get location(): number {
    return this.base + this.position
  }
}
