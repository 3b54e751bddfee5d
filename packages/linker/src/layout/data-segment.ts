// DATA_SEGMENT_ALIGN, DATA_SEGMENT_RELRO_END and DATA_SEGMENT_END of one script: GNU ld manual §3.10.9.
// Enters: the calls of each pass of the layout. Leaves: where the data segment begins, and between passes a better place.

import { alignUp } from './evaluate.ts'

const mask = (value: bigint) => BigInt.asUintN(64, value)

export class DataSegment {
  #base = 0n
  #minBase = 0n
  #relroEnd = 0n
  #end = 0n
  #phase: 'none' | 'align-seen' | 'relro-seen' | 'end-seen' | 'adjust' | 'done' = 'none'
  #commonPageSize = 1n
  #maxPageSize = 1n
  #relroOffset = 0n
  #endsRelroWithPage = false
  #isRelroSeen = false

  /** Forgets where it was put: what stands before it has changed. */
  restart(): void {
    this.#phase = 'none'
    this.#endsRelroWithPage = false
  }

  startPass(): void {
    if (this.#phase !== 'adjust' && this.#phase !== 'done') this.#phase = 'none'
  }

  /** What DATA_SEGMENT_RELRO_END asks to make read-only. */
  get relroRange(): { readonly start: bigint; readonly end: bigint } | undefined {
    return this.#isRelroSeen && this.#endsRelroWithPage && this.#relroEnd > this.#base
      ? { start: this.#base, end: this.#relroEnd }
      : undefined
  }

  /** The value of the function at `dot`. */
  apply(kind: 'align' | 'relro-end' | 'end', operands: readonly bigint[], dot: bigint): bigint {
    if (kind === 'align') {
      const [maxPage = 1n, commonPage = 1n] = operands
      // Pages of no bytes are a script's slip; GNU ld makes nothing of it.
      this.#commonPageSize = commonPage > 0n ? commonPage : 1n
      this.#maxPageSize = maxPage > 0n ? maxPage : 1n
      if (this.#phase === 'adjust' || this.#phase === 'done') return this.#base
      this.#phase = 'align-seen'
      this.#minBase = alignUp(dot, maxPage)
      this.#base = this.#minBase + (dot & (maxPage - 1n))
      return this.#base
    }
    if (kind === 'relro-end') {
      const [offset = 0n, end = 0n] = operands
      this.#isRelroSeen = true
      this.#relroOffset = offset
      if (!this.#endsRelroWithPage && this.#phase === 'adjust') return end
      if (this.#phase === 'adjust' || this.#phase === 'done') {
        this.#relroEnd = alignUp(end + offset, this.#maxPageSize)
        return this.#relroEnd - offset
      }
      this.#phase = 'relro-seen'
      this.#relroEnd = mask(end + offset)
      // Without RELRO the word does nothing.
      return end
    }
    const [end = 0n] = operands
    if (this.#phase === 'align-seen' || this.#phase === 'relro-seen') {
      this.#end = end
      if (this.#phase === 'align-seen') this.#phase = 'end-seen'
    }
    return end
  }

  /**
   * Moves the data segment once its extent is known: so that what RELRO makes read-only ends a page, or back where that
   * saves a page.
   * @param sections in order of address, as the pass that ended put them
   * @param isAlways a read-only part that holds no section ends a page too: so GNU ld 2.40 has it where unwind information
   *   made it lay out the program again
   */
  adjust(isRelro: boolean, sections: Iterable<DataSegmentSection>, isAlways: boolean): boolean {
    const relroEnd = this.#relroEnd - this.#relroOffset
    const inside =
      this.#phase === 'relro-seen' && isRelro ? [...sections].filter(({ address }) => address >= this.#base && address < relroEnd) : []
    // A segment of data that stays writable goes where one without RELRO goes (tried on GNU ld 2.40).
    if (inside.length > 0 || (this.#phase === 'relro-seen' && isRelro && isAlways)) {
      this.#endsRelroWithPage = true
      const page = this.#maxPageSize
      const base = this.#relroBase(inside)
      // The first place from the page after the text on that is as far into a page.
      this.#base = this.#minBase + ((((base - this.#minBase) % page) + page) % page)
      this.#phase = 'adjust'
      return true
    }
    if (this.#phase === 'end-seen' || this.#phase === 'relro-seen') {
      const page = this.#commonPageSize
      const first = (page - (this.#base & (page - 1n))) & (page - 1n)
      const last = this.#end & (page - 1n)
      if (first > 0n && last > 0n && (this.#base & ~(page - 1n)) !== (this.#end & ~(page - 1n)) && first + last <= page) {
        // A page with little at its end and one with little at its start become one.
        this.#base &= ~(page - 1n)
        this.#phase = 'adjust'
        return true
      }
    }
    return false
  }

  /** Where the segment must begin for its read-only part to end with a page: its sections are laid against the end, last first. */
  #relroBase(sections: readonly DataSegmentSection[]): bigint {
    let end = alignUp(this.#relroEnd, this.#maxPageSize) - this.#relroOffset
    for (const { sizeInBytes, alignment } of sections.toReversed()) {
      const start = end - BigInt(sizeInBytes)
      end = start - (((start % BigInt(alignment)) + BigInt(alignment)) % BigInt(alignment))
    }
    return end
  }
}

interface DataSegmentSection {
  readonly address: bigint
  readonly sizeInBytes: number
  readonly alignment: number
}
