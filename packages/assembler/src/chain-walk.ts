// The walk over one chain, pass by pass: addresses for its fragments, sizes for its branches and alignments. Enters: the chain, and who
// sizes its other parts. Leaves: `addresses` and `sizes` as of the last pass. What a branch leads to is looked up once and kept in typed
// arrays: a section of 50,000 fragments is walked 40 times and more.

import { type FragmentChain, nearSize, partAlign, partBranch, partLeb128, partNone, partOrg } from './fragments.ts'
import { labelAddress } from './label-address.ts'
import { type AsmSymbol, symbolEquated, symbolLabel } from './symbols.ts'

/** What the walk asks about parts that are neither plain branches nor alignments. */
export interface PartSizes {
  /** The label in the same section that a branch leads to, or undefined where a relocation is needed. */
  branchTarget(chain: FragmentChain, i: number): AsmSymbol | undefined
  /** Where an alias leads to; undefined: to nothing known. */
  aliasAddress(symbol: AsmSymbol): number | undefined
  isWidened(chain: FragmentChain, i: number): boolean
  sizeOf(chain: FragmentChain, i: number, kind: number, address: number, pass: number): number
}

/** What besides its own branches and alignments decides the sizes in a chain. */
export const needsNothing = 0
/** Distances within other sections: as long as those are at rest, one walk is enough. */
export const needsOthers = 1
export const needsExpressions = 2

/** Fragments are walked in chunks: those at rest are passed over. Two chunks on either side are further than a short branch reaches. */
const chunkPower = 6
const chunkSize = 1 << chunkPower
const reachInChunks = 2

/** Of a branch: its target is no label of this chain, or something is added to it. */
const elsewhere = -1

export class ChainWalk {
  readonly needs: number
  readonly #chain: FragmentChain
  readonly #parts: PartSizes
  /** For each fragment the number of alignments before it. */
  readonly #regions: Int32Array
  /** Of a branch to a label of this chain: the label's fragment, and the label's offset in it. */
  readonly #targets: Int32Array
  readonly #offsets: Int32Array
  /** For each chunk, {@link reachInChunks} behind its index: did the size of a part change in the last pass? Else they moved all together. */
  #moved: Uint8Array
  #other: Uint8Array
  /** Address behind each chunk. */
  readonly #ends: Float64Array
  /** Largest alignment in each chunk, in bytes: a shift by a multiple of it moves the chunk as a whole. */
  readonly #alignments: Float64Array
  /** Branches in each chunk of which it is not clear that they reach their targets. */
  readonly #doubtsOf: (number[] | undefined)[] = []
  /** Branches of the chunk that were kept short, though out of reach unless an alignment takes up the shift. */
  #doubts: number[] = []
  #hasResized = false
  /** Did the last pass move or resize anything? */
  hasChanged = false

  constructor(chain: FragmentChain, parts: PartSizes) {
    const { count, kinds, starts } = chain
    this.#chain = chain
    this.#parts = parts
    this.#regions = new Int32Array(count)
    this.#targets = new Int32Array(count)
    this.#offsets = new Int32Array(count)
    const chunks = Math.ceil(count / chunkSize) + 2 * reachInChunks
    this.#moved = new Uint8Array(chunks).fill(1)
    this.#other = new Uint8Array(chunks)
    this.#ends = new Float64Array(chunks)
    this.#alignments = new Float64Array(chunks).fill(1)
    if (chain.addresses.length < starts.length) {
      chain.addresses = new Float64Array(starts.length)
      chain.sizes = new Float64Array(starts.length)
    }
    // Where the last fragment ends; close() overwrites it.
    starts[count] = chain.length
    let needs = needsNothing
    let region = 0
    for (let i = 0; i < count; i++) {
      this.#regions[i] = region
      const kind = kinds[i] as number
      if (kind === partNone) continue
      if (kind === partBranch) this.#branch(i)
      else if (kind === partAlign) {
        region++
        const c = i >> chunkPower
        this.#alignments[c] = Math.max(this.#alignments[c] as number, 2 ** (chain.a[i] as number))
      } else if (kind === partOrg) region++
      if (kind === partLeb128 ? !isDistanceElsewhere(chain, i) : kind > partAlign || (kind === partBranch && isFar(chain, i)))
        needs = needsExpressions
      else if (kind === partLeb128 && needs === needsNothing) needs = needsOthers
    }
    this.needs = needs
  }

  /** Branches whose target can never be near enough are long from the beginning. */
  #branch(i: number): void {
    const chain = this.#chain
    const target = this.#parts.branchTarget(chain, i)
    chain.sizes[i] = target === undefined ? nearSize(chain, i) : 2
    const isPlain = target !== undefined && target === chain.symbols[i] && target.chain === chain && chain.r[i] === 0
    this.#targets[i] = isPlain ? target.fragment : elsewhere
    if (isPlain) this.#offsets[i] = target.offset - (chain.starts[target.fragment] as number)
  }

  /** Where a branch leads to by the addresses of the last pass; NaN where that takes more than a look. */
  targetAddress(i: number): number {
    const target = this.#targets[i] as number
    return target === elsewhere ? Number.NaN : (this.#chain.addresses[target] as number) + (this.#offsets[i] as number)
  }

  /** Places all fragments from `from` on; the address behind them is the result. */
  pass(from: number, pass: number, isWhole: boolean): number {
    const { count, addresses } = this.#chain
    let address = from
    this.hasChanged = false
    const before = this.#moved
    const now = this.#other
    now.fill(0)
    this.#moved = now
    this.#other = before
    const ends = this.#ends
    for (let first = 0, c = 0; first < count; first += chunkSize, c++) {
      // What has not moved, with nothing moving within a short branch's reach, stays as it is.
      const shift = address - (addresses[first] as number)
      const isSettled =
        !isWhole &&
        first + chunkSize <= count &&
        before[c] === 0 &&
        before[c + 1] === 0 &&
        before[c + 2] === 0 &&
        before[c + 3] === 0 &&
        before[c + 4] === 0 &&
        (shift === 0 || (now[c] === 0 && now[c + 1] === 0 && shift % (this.#alignments[c] as number) === 0)) &&
        this.#staysShort(this.#doubtsOf[c], shift)
      if (isSettled && shift === 0) address = ends[c] as number
      else if (isSettled) {
        // It moves as a whole, with what lies before it; distances within it stay as they are.
        for (let i = first; i < first + chunkSize; i++) addresses[i] = (addresses[i] as number) + shift
        address = (ends[c] as number) + shift
        ends[c] = address
        this.hasChanged = true
      } else {
        this.#hasResized = false
        this.#doubts = this.#doubtsOf[c] = []
        address = this.#walk(first, Math.min(count, first + chunkSize), address, pass)
        ends[c] = address
        if (this.#hasResized) now[c + reachInChunks] = 1
        if (this.#hasResized || shift !== 0) this.hasChanged = true
      }
    }
    return address
  }

  /** Do these branches still reach their targets when all around moves by `shift`? */
  #staysShort(doubts: readonly number[] | undefined, shift: number): boolean {
    if (doubts === undefined || doubts.length === 0) return true
    const { addresses, starts, sizes } = this.#chain
    const kept = this.#doubts
    this.#doubts = []
    let staysShort = true
    for (let k = 0; k < doubts.length && staysShort; k++) {
      const i = doubts[k] as number
      const address = (addresses[i] as number) + (starts[i + 1] as number) - (starts[i] as number) + shift
      if (sizes[i] === 2 && !this.#reaches(i, address, shift)) staysShort = false
    }
    this.#doubts = kept
    return staysShort
  }

  /** Places the fragments [first, end) from `from` on; the address behind them is the result. */
  #walk(first: number, end: number, from: number, pass: number): number {
    const chain = this.#chain
    const { starts, kinds, addresses, sizes } = chain
    let address = from
    for (let i = first; i < end; i++) {
      const stretch = address - (addresses[i] as number)
      addresses[i] = address
      address += (starts[i + 1] as number) - (starts[i] as number)
      const kind = kinds[i] as number
      if (kind === partNone) continue
      let size = sizes[i] as number
      if (kind === partBranch) {
        if (size === 2 && pass > 0 && !this.#reaches(i, address, stretch)) {
          size = sizes[i] = nearSize(chain, i)
          this.#hasResized = true
        }
      } else {
        const wanted = kind === partAlign ? this.#gap(i, address) : this.#parts.sizeOf(chain, i, kind, address, pass)
        if (wanted !== size) {
          size = sizes[i] = wanted
          this.#hasResized = true
        }
      }
      address += size
    }
    return address
  }

  #gap(i: number, address: number): number {
    const chain = this.#chain
    const power = chain.a[i] as number
    let gap: number
    if (power < 31 && address < 0x40000000) gap = -address & ((1 << power) - 1)
    else {
      const unit = 2 ** power
      gap = address % unit === 0 ? 0 : unit - (address % unit)
    }
    if (this.#parts.isWidened(chain, i)) gap += 2 ** power
    const most = chain.b[i] as number
    return most !== 0 && gap > most ? 0 : gap
  }

  /** Is the short form's target within -128 to 127 of the end of the branch at `address`? */
  #reaches(i: number, address: number, stretch: number): boolean {
    let fragment = this.#targets[i] as number
    let target: number
    let addend = 0
    if (fragment >= 0) target = (this.#chain.addresses[fragment] as number) + (this.#offsets[i] as number)
    else {
      const symbol = this.#chain.symbols[i] as AsmSymbol
      if (symbol.kind !== symbolLabel) {
        const alias = this.#parts.aliasAddress(symbol)
        if (alias === undefined) return false
        target = alias
      } else {
        target = labelAddress(symbol)
        if (symbol.chain === this.#chain) ({ fragment } = symbol)
      }
      addend = this.#chain.r[i] as number
    }
    // What lies ahead has not moved yet in this pass. An alignment between may take up the shift; then the target is
    // taken where it was, but never as lying behind.
    if (stretch !== 0 && fragment > i) {
      if (stretch < 0 || this.#regions[i] === this.#regions[fragment]) target += stretch
      else {
        // If it moves after all, the next pass has to look again.
        if (target + stretch + addend - (address + 2) > 127) this.#doubts.push(i)
        if (target < address) return true
      }
    }
    const distance = target + addend - (address + 2)
    return distance >= -128 && distance <= 127
  }
}

/** Does more than the place of its target decide where a branch leads to? */
function isFar(chain: FragmentChain, i: number): boolean {
  return chain.r[i] !== 0 || chain.symbols[i]?.kind === symbolEquated
}

/** `label - label` of one other section: the LEB128 numbers that compilers write into debugging sections. */
function isDistanceElsewhere(chain: FragmentChain, i: number): boolean {
  if (chain.b[i] !== 1) return false
  const add = chain.symbols[i]
  const sub = chain.details[i] as AsmSymbol
  if (add?.kind !== symbolLabel || sub.kind !== symbolLabel) return false
  const section = add.chain?.section
  return section === sub.chain?.section && section !== chain.section
}
