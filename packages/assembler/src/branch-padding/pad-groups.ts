// Sizes of padding parts. Enters: a chain of fragments. Leaves: for each padding part the bytes it takes at an address.
// A pad before a branch and the instructions before it that can take prefixes are a group: all that is needed goes into
// prefixes, the first instruction's first, or all of it into nops before the branch (docs/adr/0009-branch-padding.md).

import { type FragmentChain, type PaddingDetail, partBranch, partFill, partNone, partPadding } from '../fragments.ts'

/** Of a part that belongs to no group. */
const alone = -1

export class PadGroups {
  readonly #chain: FragmentChain
  readonly #boundary: number
  /** Per fragment: the pad that the part helps or is; {@link alone}: takes nothing. */
  readonly #padOf: Int32Array
  /** Per pad: the first member of its group; the next one of each member. */
  readonly #next: Int32Array
  readonly #first: Int32Array
  readonly #most: Int32Array
  readonly #isFused: Uint8Array
  readonly #wanted: Int32Array

  constructor(chain: FragmentChain, boundary: number) {
    const { count } = chain
    this.#chain = chain
    this.#boundary = boundary
    this.#padOf = new Int32Array(count).fill(alone)
    this.#next = new Int32Array(count)
    this.#first = new Int32Array(count)
    this.#most = new Int32Array(count)
    this.#isFused = new Uint8Array(count)
    this.#wanted = new Int32Array(count)
    this.#group()
  }

  /** Is there anything to pad in the chain? */
  static areNeeded(chain: FragmentChain): boolean {
    const { count, kinds } = chain
    for (let i = 0; i < count; i++) if (kinds[i] === partPadding) return true
    return false
  }

  #group(): void {
    const { count, kinds, details } = this.#chain
    let members: number[] = []
    const end = (pad: number): void => {
      this.#padOf[pad] = pad
      this.#first[pad] = members[0] ?? pad
      let most = 0
      members.forEach((member, k) => {
        this.#padOf[member] = pad
        this.#next[member] = members[k + 1] ?? pad
        most += (details[member] as PaddingDetail).mostPrefixes
      })
      this.#most[pad] = most
      members = []
    }
    for (let i = 0; i < count; i++) {
      const kind = kinds[i] as number
      if (kind === partNone || kind === partFill) continue
      if (kind !== partPadding) {
        members = []
        continue
      }
      const detail = details[i] as PaddingDetail
      if (detail.role === 'branch') end(i)
      else if (detail.role === 'fusible' && this.#fusesWithNext(i, detail)) {
        this.#isFused[i] = 1
        end(i)
        // The jump's own pad stays empty.
        i++
      } else if (detail.mostPrefixes > 0) members.push(i)
    }
  }

  #fusesWithNext(i: number, { traits }: PaddingDetail): boolean {
    const { kinds, details } = this.#chain
    if (kinds[i + 1] !== partPadding || this.#fixed(i + 1) !== traits.sizeInBytes) return false
    const next = details[i + 1] as PaddingDetail
    return next.traits.branch === 'jcc' && ((traits.fusesWith >> next.traits.condition) & 1) === 1
  }

  #fixed(i: number): number {
    const { starts, count, length } = this.#chain
    return (i + 1 < count ? (starts[i + 1] as number) : length) - (starts[i] as number)
  }

  /** Does the part hold prefixes for a pad further on? */
  takesPrefixes(i: number): boolean {
    const pad = this.#padOf[i] as number
    return pad !== alone && pad !== i
  }

  /** Bytes of the part that ends fragment `i`, whose place is `address`. */
  sizeAt(i: number, address: number): number {
    const pad = this.#padOf[i] as number
    if (pad === alone) return 0
    if (i === this.#first[pad]) this.#plan(pad, address)
    return this.#wanted[i] as number
  }

  #plan(pad: number, from: number): void {
    const { sizes } = this.#chain
    const wanted = this.#wanted
    const first = this.#first[pad] as number
    let address = from
    for (let i = first + 1; i <= pad; i++) {
      address += this.#fixed(i)
      if (i < pad && this.#padOf[i] !== pad) address += sizes[i] as number
    }
    const offset = address % this.#boundary
    let needed = offset !== 0 && offset + this.#branchSize(pad) >= this.#boundary ? this.#boundary - offset : 0
    const isByPrefixes = needed <= (this.#most[pad] as number)
    for (let i = first; i !== pad; i = this.#next[i] as number) {
      const { mostPrefixes } = this.#chain.details[i] as PaddingDetail
      const size = isByPrefixes ? Math.min(mostPrefixes, needed) : 0
      wanted[i] = size
      needed -= size
    }
    wanted[pad] = needed
  }

  /** Of the branch behind a pad, with the instruction that it is fused with. */
  #branchSize(pad: number): number {
    const { details, kinds, sizes } = this.#chain
    const isFused = this.#isFused[pad] === 1
    const before = isFused ? this.#fixed(pad + 1) : 0
    const at = isFused ? pad + 1 : pad
    const { traits } = details[at] as PaddingDetail
    if (traits.isRelaxed && kinds[at + 1] === partBranch) return before + this.#fixed(at + 1) + (sizes[at + 1] as number)
    return before + traits.sizeInBytes
  }
}
