// Relaxation: sizes for the variable parts, addresses for the fragments. Enters: the sections. Leaves: their chains'
// `addresses` and `sizes`, to a fixed point. Branches only grow, so it ends; a pass is one walk over the fragments with a
// running sum. GNU as manual §9.16.11 (jumps), §7 .align, .org, .uleb128.

import type { Diagnostic } from '@kernelbox/diagnostics'
import { STT_GNU_IFUNC, STV_DEFAULT, STV_PROTECTED } from '@kernelbox/elf'
import type { Assembler } from './assembler.ts'
import { ChainWalk, needsExpressions, needsNothing, needsOthers } from './chain-walk.ts'
import { bundleContents, bundleGap } from './bundles/bundles.ts'
import { PadGroups } from './branch-padding/pad-groups.ts'
import { Evaluation, type Expression } from './expression.ts'
import {
  type BundleDetail,
  type DeferredPart,
  type FillDetail,
  type FragmentChain,
  type Leb128Detail,
  type OrgDetail,
  partAlign,
  partBundle,
  partDeferred,
  partFill,
  partLeb128,
  partOrg,
  partPadding,
} from './fragments.ts'
import { labelAddress } from './label-address.ts'
import { mostContentsInBytes } from './limits.ts'
import type { Section } from './sections.ts'
import { orgBackwards } from './value-advice.ts'
import { type AsmSymbol, symbolEquated, symbolLabel, symbolUndefined } from './symbols.ts'

const mostPasses = 200

/** The value of `label - label` within one section, the usual LEB128 of debugging sections; NaN for all else. */
function labelDistance(expression: Expression): number {
  if (expression.kind !== 'linear') return Number.NaN
  return placeDistance(expression.add, expression.sub, Number(expression.addend))
}

function placeDistance(add: AsmSymbol | undefined, sub: AsmSymbol | undefined, addend: number): number {
  if (add?.kind !== symbolLabel || sub?.kind !== symbolLabel || add.chain?.section !== sub.chain?.section) return Number.NaN
  return labelAddress(add) - labelAddress(sub) + addend
}

/** The same of a LEB128 number in a chain. */
export function lebDistance(chain: FragmentChain, i: number): number {
  if (chain.b[i] === 1) return placeDistance(chain.symbols[i], chain.details[i] as AsmSymbol, chain.r[i] as number)
  return labelDistance((chain.details[i] as Leb128Detail).value)
}

/** The number as an expression, and where it stands. */
export function lebDetail(chain: FragmentChain, i: number): Leb128Detail {
  const detail = chain.details[i]
  if (chain.b[i] !== 1) return detail as Leb128Detail
  const value: Expression = { kind: 'linear', add: chain.symbols[i], sub: detail as AsmSymbol, addend: BigInt(chain.r[i] as number) }
  return { value, source: chain.sources[i] as number, at: chain.places[i] as number }
}

/** Knows every distance within a section, by the addresses of the last pass. */
export function addressKnowledge() {
  return {
    distance(a: AsmSymbol, b: AsmSymbol): bigint | undefined {
      if (a.kind !== symbolLabel || b.kind !== symbolLabel || a.chain?.section !== b.chain?.section) return undefined
      // Where an indirect function lies is known at run time only.
      if (a.type === STT_GNU_IFUNC) return undefined
      return BigInt(labelAddress(a) - labelAddress(b))
    },
  }
}

export class Relaxation {
  readonly #assembler: Assembler
  readonly #evaluation = new Evaluation(addressKnowledge())
  readonly #told = new Set<string>()
  readonly #walks = new Map<FragmentChain, ChainWalk>()
  /** Counts the passes that moved anything. */
  #generation = 0
  #isLastChance = false
  readonly #pads = new Map<FragmentChain, PadGroups>()
  readonly #widened = new Map<FragmentChain, Set<number>>()

  constructor(assembler: Assembler) {
    this.#assembler = assembler
  }

  /**
   * Lays out all sections. Each is brought to rest by itself first: code hardly ever depends on another section, and
   * debugging sections, which depend on code, then meet addresses that do not move any more. Afterwards those that hold
   * expressions are looked at again until none changes.
   */
  run(sections: readonly Section[]): void {
    const passes = new Map<Section, number>()
    /** By section that needs others at rest: the generation of its last pass. */
    const generations = new Map<Section, number>()
    const needs = new Map<Section, number>()
    for (const section of sections) needs.set(section, this.#prepare(section))
    const settle = (section: Section): boolean => {
      let pass = passes.get(section) ?? 0
      const need = needs.get(section)
      let hasChanged = false
      if (need === needsOthers) {
        if (pass < mostPasses && generations.get(section) !== this.#generation) hasChanged = this.#pass(section, pass++, true)
        generations.set(section, this.#generation)
        passes.set(section, pass)
        return hasChanged
      }
      while (pass < mostPasses) {
        // A pass that passed over what seemed at rest proves nothing until a whole one agrees.
        const isWhole = pass < 2 || need !== needsNothing
        if (this.#pass(section, pass++, isWhole)) hasChanged = true
        else if (isWhole || !this.#pass(section, pass++, true)) break
        else hasChanged = true
      }
      passes.set(section, pass)
      return hasChanged
    }
    for (const section of sections) settle(section)
    const dependent = sections.filter(({ chains }) => chains.some((chain) => (this.#walks.get(chain) as ChainWalk).needs !== needsNothing))
    for (let round = 0; round < mostPasses; round++) {
      let hasChanged = false
      for (const section of dependent) if (settle(section)) hasChanged = true
      if (!hasChanged) break
    }
    this.#isLastChance = true
    for (const section of dependent) if (needs.get(section) !== needsOthers) this.#pass(section, mostPasses, true)
  }

  #prepare(section: Section): number {
    let needs = section.chains.length > 1 ? needsExpressions : needsNothing
    const { branchAlignment } = this.#assembler.options
    for (const chain of section.chains) {
      if (branchAlignment && PadGroups.areNeeded(chain)) this.#pads.set(chain, new PadGroups(chain, 2 ** branchAlignment.boundaryPower))
      const walk = new ChainWalk(chain, this)
      this.#walks.set(chain, walk)
      needs = Math.max(needs, walk.needs)
    }
    return needs
  }

  /** Of a fusible instruction: is its padding prefixes of its own, for a branch that it is not fused with? */
  takesPrefixes(chain: FragmentChain, i: number): boolean {
    return this.#pads.get(chain)?.takesPrefixes(i) === true
  }

  /** The label in the same section that a branch leads to, or undefined where a relocation is needed. */
  branchTarget(chain: FragmentChain, i: number): AsmSymbol | undefined {
    let symbol = chain.symbols[i]
    if (!symbol) return undefined
    if (symbol.kind === symbolEquated || symbol.weakrefTarget) {
      const value = this.#evaluation.ofSymbol(symbol)
      if (!value?.add || value.sub) return undefined
      symbol = value.add
      if (symbol.kind !== symbolLabel || symbol.chain?.section !== chain.section) return undefined
      // An alias is as local as its own name.
      return this.#isPreemptible(chain.symbols[i] as AsmSymbol, chain.operators[i] !== 0) ? undefined : symbol
    }
    if (symbol.kind !== symbolLabel || symbol.chain?.section !== chain.section) return undefined
    return this.#isPreemptible(symbol, chain.operators[i] !== 0) ? undefined : symbol
  }

  #isPreemptible(symbol: AsmSymbol, isThroughPlt: boolean): boolean {
    if (symbol.isWeak || symbol.type === STT_GNU_IFUNC || (isThroughPlt && symbol.isGlobal)) return true
    return (
      symbol.isGlobal &&
      this.#assembler.options.isShared === true &&
      (symbol.visibility === STV_DEFAULT || symbol.visibility === STV_PROTECTED)
    )
  }

  /** Where a branch leads to in its chain; NaN: see {@link branchTarget}. */
  targetAddress(chain: FragmentChain, i: number): number {
    return this.#walks.get(chain)?.targetAddress(i) ?? Number.NaN
  }

  aliasAddress(symbol: AsmSymbol): number | undefined {
    const value = this.#evaluation.ofSymbol(symbol)
    return value?.add && labelAddress(value.add) + Number(value.constant)
  }

  isWidened(chain: FragmentChain, i: number): boolean {
    return this.#widened.size > 0 && this.#widened.get(chain)?.has(i) === true
  }

  /** One walk; true where something grew or moved. */
  #pass(section: Section, pass: number, isWhole: boolean): boolean {
    let address = 0
    let hasChanged = false
    for (const chain of section.chains) {
      if (chain.base !== address) hasChanged = true
      chain.base = address
      const walk = this.#walks.get(chain) as ChainWalk
      address = walk.pass(address, pass, isWhole)
      if (walk.hasChanged) hasChanged = true
    }
    if (section.sizeInBytes !== address) {
      section.sizeInBytes = address
      hasChanged = true
    }
    if (hasChanged) this.#generation++
    return hasChanged
  }

  sizeOf(chain: FragmentChain, i: number, kind: number, address: number, pass: number): number {
    const detail = chain.details[i]
    switch (kind) {
      case partFill: {
        const fill = detail as FillDetail
        const count = fill.count.kind === 'constant' ? fill.count.value : this.#value(fill.count, fill, false)
        if (count === undefined || count <= 0n) {
          if (count !== undefined && count < 0n && this.#isLastChance)
            this.#tell(fill, 'negative-count', `a count of ${count} emits nothing`, 'warning')
          return 0
        }
        const size = count * BigInt(fill.pattern.length)
        if (size > BigInt(mostContentsInBytes) && chain.section.type !== 8) {
          this.#tell(fill, 'section-too-large', `${size} bytes are more than a section can hold here`, 'error')
          return 0
        }
        return Number(size)
      }
      case partOrg: {
        const org = detail as OrgDetail
        const target = this.#orgTarget(org, chain)
        if (target === undefined) return 0
        const gap = target - address
        if (gap < 0) {
          if (this.#isLastChance) {
            const { message, notes } = orgBackwards(this.#assembler, chain, target, address)
            this.#tell(org, 'org-backwards', message, 'error', notes)
          }
          return 0
        }
        if (gap > mostContentsInBytes && chain.section.type !== 8) {
          this.#tell(org, 'section-too-large', `.org leaves a gap of ${gap} bytes, more than a section can hold here`, 'error')
          return 0
        }
        return gap
      }
      case partLeb128: {
        const isSigned = chain.a[i] === 1
        const distance = lebDistance(chain, i)
        let size: number
        if (distance >= 0) size = lebSizeOfDistance(distance, isSigned)
        else {
          const leb = lebDetail(chain, i)
          const value = leb.value.kind === 'constant' ? leb.value.value : this.#value(leb.value, leb, true)
          if (value === undefined) return 1
          size = lebSize(value, isSigned)
        }
        // A shrinking number could swing for ever; it keeps its width, as GNU as keeps it.
        const before = chain.sizes[i] as number
        if (pass > 30 && size < before) {
          // The number swings with an alignment behind it: that takes one unit more, as GNU as lets it.
          this.#widenNextAlignment(chain, i)
          return before
        }
        return size
      }
      case partBundle: {
        const bundle = detail as BundleDetail
        if (this.#isLastChance) this.#checkBundle(chain, i, bundle)
        return bundleGap(chain, i, address)
      }
      case partPadding:
        return this.#pads.get(chain)?.sizeAt(i, address) ?? 0
      case partDeferred:
        return (detail as DeferredPart).measure(labelAddress)
    }
    return 0
  }

  #checkBundle(chain: FragmentChain, i: number, bundle: BundleDetail): void {
    const size = bundleContents(chain, i)
    const most = 2 ** bundle.power
    const what = bundle.isSequence ? 'this sequence' : 'this instruction'
    if (size > most) this.#tell(bundle, 'bundle-too-small', `${what} has ${size} bytes; a bundle has ${most}`, 'error')
  }

  #widenNextAlignment(chain: FragmentChain, from: number): void {
    for (let i = from + 1; i < chain.count; i++) {
      if (chain.kinds[i] !== partAlign) continue
      const set = this.#widened.get(chain) ?? new Set<number>()
      this.#widened.set(chain, set.add(i))
      return
    }
  }

  #value(expression: Expression, at: { source: number; at: number }, isOffset: boolean): bigint | undefined {
    const value =
      expression.kind === 'constant'
        ? { add: undefined, sub: undefined, constant: expression.value }
        : this.#evaluation.evaluate(expression)
    if (value && !value.add && !value.sub) return value.constant
    // The address of a label counts from the beginning of its section.
    if (isOffset && value?.add?.kind === symbolLabel && !value.sub) return value.constant + BigInt(labelAddress(value.add))
    if (this.#isLastChance) {
      const name = value?.add?.name ?? value?.sub?.name
      this.#tell(at, 'not-absolute', `this number is not known${name ? `; it depends on '${name}'` : ''}`, 'error')
    }
    return undefined
  }

  #orgTarget(org: OrgDetail, chain: FragmentChain): number | undefined {
    const value = this.#evaluation.evaluate(org.target)
    if (value) {
      const add = this.#orZero(value.add, org)
      const sub = this.#orZero(value.sub, org)
      // GNU as drops what is added to it too.
      if (value.add && !add && !sub) return 0
      if (!add && !sub) return Number(value.constant)
      if (!sub && add?.kind === symbolLabel && add.chain?.section === chain.section) return labelAddress(add) + Number(value.constant)
    }
    const { fault } = this.#evaluation
    const terms = fault?.kind === 'not-linear' ? [fault.left.add, fault.right.add, fault.left.sub, fault.right.sub] : []
    const unknown = terms.find((symbol) => symbol?.kind === symbolUndefined)
    if (unknown) {
      this.#orZero(unknown, org)
      return 0
    }
    if (this.#isLastChance) this.#tell(org, 'org-elsewhere', 'the location must be a number or lie in this section', 'error')
    return undefined
  }

  /** GNU as lets what is defined nowhere count as zero in .org; boot loaders' sources were found that rest on it. */
  #orZero(symbol: AsmSymbol | undefined, org: OrgDetail): AsmSymbol | undefined {
    if (symbol?.kind !== symbolUndefined) return symbol
    if (this.#isLastChance) this.#tell(org, 'undefined-location', `'${symbol.name}' is not defined; in .org it counts as zero`, 'warning')
    return undefined
  }

  #tell(
    at: { source: number; at: number },
    code: string,
    message: string,
    severity: 'error' | 'warning',
    notes?: Diagnostic['notes'],
  ): void {
    const key = `${code} ${at.source} ${at.at}`
    if (this.#told.has(key)) return
    this.#told.add(key)
    this.#assembler.report({ code, severity, message, span: this.#assembler.spanOf(at.source, at.at), ...(notes && { notes }) })
  }
}

export function lebSize(value: bigint, isSigned: boolean): number {
  let size = 1
  if (isSigned) {
    while (value > 63n || value < -64n) {
      value >>= 7n
      size++
    }
    return size
  }
  for (let rest = value >= 0n ? value : BigInt.asUintN(64, value); rest > 127n; rest >>= 7n) size++
  return size
}

function lebSizeOfDistance(distance: number, isSigned: boolean): number {
  let size = 1
  for (let limit = isSigned ? 64 : 128; distance >= limit; limit *= 128) size++
  return size
}

export function lebBytes(value: bigint, isSigned: boolean, sizeInBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeInBytes)
  let rest = isSigned || value >= 0n ? value : BigInt.asUintN(64, value)
  for (let i = 0; i < sizeInBytes; i++) {
    bytes[i] = Number(rest & 127n) | (i + 1 < sizeInBytes ? 128 : 0)
    rest >>= 7n
  }
  return bytes
}
