// Tokens as numbers: bodies of macros, arguments, and what expansion makes of them.
// Enters: tokens, one after the other. Leaves: cells, four a token, that lie side by side in memory: a source of the size
// of a kernel has tens of thousands of macros, and a use of one costs as many cache misses as its tokens lie apart.

/** Cells of one token. */
export const tokenSize = 4
/** Kind, and flags from the bit `flagShift` on. */
export const metaCell = 0
/** A name's node in the table of names; for other kinds the offset of the spelling in the pool of texts. */
export const valueCell = 1
/** Length of the spelling of what is no name; for a parameter its index, for __VA_OPT__ the number of its group. */
export const sizeCell = 2
/** Where it was spelled, in the numbering of locations.ts. */
export const placeCell = 3

export const flagShift = 6
export const kindMask = 63

export class TokenList {
  cells: Int32Array
  /** In cells. */
  length = 0

  constructor(capacity: number) {
    this.cells = new Int32Array(capacity * tokenSize)
  }

  reserve(size: number): void {
    if (this.cells.length - this.length >= size) return
    const cells = new Int32Array(Math.max(this.cells.length * 2, this.length + size))
    cells.set(this.cells.subarray(0, this.length))
    this.cells = cells
  }

  push(meta: number, value: number, size: number, place: number): void {
    if (this.cells.length - this.length < tokenSize) this.reserve(tokenSize)
    const { cells, length } = this
    cells[length + metaCell] = meta
    cells[length + valueCell] = value
    cells[length + sizeCell] = size
    cells[length + placeCell] = place
    this.length = length + tokenSize
  }

  /** Copies the cells from `start` to `end` of a list, which may be this one, to the end of this one. */
  append(list: TokenList, start: number, end: number): void {
    const size = end - start
    this.reserve(size)
    const { cells, length } = this
    const from = list.cells
    if (size > 64) cells.set(from.subarray(start, end), length)
    else for (let i = 0; i < size; i++) cells[length + i] = from[start + i] as number
    this.length = length + size
  }
}
