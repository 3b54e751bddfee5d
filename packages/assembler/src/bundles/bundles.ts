// .bundle_align_mode: no instruction, and no sequence between .bundle_lock and .bundle_unlock, crosses a boundary of 2^n
// bytes. Enters: the directives, and each instruction before it is emitted. Leaves: fragments that end in a bundle part,
// whose size relaxation asks of `bundleGap`. GNU as manual §7 ".bundle_align_mode"; observed from GNU as 2.40: a branch
// counts with the length of its near form, gaps are filled with one-byte nops, sections that have instructions are aligned.

import type { Span } from '@kernelbox/diagnostics'
import type { Assembler } from '../assembler.ts'
import { type BundleDetail, type FragmentChain, nearSize, partBranch, partBundle } from '../fragments.ts'

/** GNU as takes no larger exponent. */
const largestPower = 30

export class Bundles {
  readonly #assembler: Assembler
  #power = 0
  #depth = 0
  #lockedIn: FragmentChain | undefined = undefined
  #lockSpan: Span | undefined = undefined
  #open: BundleDetail | undefined = undefined

  constructor(assembler: Assembler) {
    this.#assembler = assembler
    assembler.finishers.push(() => {
      if (this.#depth === 0) return
      const message = '.bundle_lock is never followed by .bundle_unlock'
      assembler.report({ code: 'bundle-open', severity: 'error', message, ...(this.#lockSpan && { span: this.#lockSpan }) })
    })
  }

  setMode(power: number, start: number): void {
    const a = this.#assembler
    if (power < 0 || power > largestPower) {
      a.error('bundle-size', `the exponent of a bundle's size is 0 to ${largestPower}`, start, a.end)
    } else if (this.#depth > 0) a.error('bundle-mode', 'the size of bundles cannot change between .bundle_lock and .bundle_unlock')
    else this.#power = power
  }

  lock(): void {
    const a = this.#assembler
    if (this.#power === 0) a.error('bundle-mode', '.bundle_lock needs .bundle_align_mode before it, which sets the size of bundles')
    else if (this.#depth++ === 0) {
      this.#begin()
      this.#lockedIn = a.chain
      this.#lockSpan = a.span(a.wordStart, a.end)
    }
  }

  unlock(): void {
    const a = this.#assembler
    if (this.#depth === 0) a.error('bundle-unlock', '.bundle_unlock has no .bundle_lock before it')
    else if (--this.#depth === 0) this.#end()
  }

  beforeInstruction(): void {
    if (this.#power === 0) return
    const a = this.#assembler
    a.section.alignmentPower = Math.max(a.section.alignmentPower, this.#power)
    if (this.#depth === 0) this.#begin()
    else if (this.#lockedIn !== a.chain) {
      a.error('bundle-section', 'the section cannot change between .bundle_lock and .bundle_unlock')
      this.#lockedIn = a.chain
    }
  }

  afterInstruction(): void {
    if (this.#power > 0 && this.#depth === 0) this.#end()
  }

  #begin(): void {
    const a = this.#assembler
    const detail: BundleDetail = {
      power: this.#power,
      last: 0,
      end: 0,
      source: a.input.frame?.sourceIndex ?? -1,
      at: a.wordStart,
      isSequence: this.#depth > 0,
    }
    this.#open = detail
    a.chain.close(partBundle, 0, 0, 0, undefined, detail)
  }

  #end(): void {
    const { chain } = this.#assembler
    if (!this.#open) return
    this.#open.last = chain.current
    this.#open.end = chain.length
    this.#open = undefined
  }
}

/** Length of what must stay together behind the bundle part that ends fragment `i`. */
export function bundleContents(chain: FragmentChain, i: number): number {
  const { last, end } = chain.details[i] as BundleDetail
  const { starts, kinds, sizes } = chain
  let size = end - (starts[i + 1] as number)
  for (let k = i + 1; k < last; k++) {
    if (kinds[k] === partBranch) size += nearSize(chain, k)
    else size += sizes[k] as number
  }
  return Math.max(0, size)
}

/** Bytes that bring it into one bundle. */
export function bundleGap(chain: FragmentChain, i: number, address: number): number {
  const bundle = 2 ** (chain.details[i] as BundleDetail).power
  const offset = address % bundle
  const size = bundleContents(chain, i)
  return offset + size > bundle && size <= bundle ? bundle - offset : 0
}
