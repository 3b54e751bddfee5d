// Sections under construction and the directives' idea of "the current one".
// GNU as manual §4 "Sections and Relocation", §7 .section, .pushsection, .subsection; gABI ch. 4.

import { SHF_ALLOC, SHF_EXECINSTR, SHF_GNU_RETAIN, SHF_WRITE, SHT_NOBITS, SHT_PROGBITS } from '@kernelbox/elf'
import { FragmentChain } from './fragments.ts'
import type { AsmSymbol } from './symbols.ts'

export interface SectionGroupName {
  readonly signature: string
  readonly isComdat: boolean
}

export class Section {
  readonly name: string
  /** Creation order; -1 for the absolute section (.struct, .offset). */
  readonly index: number
  type: number
  flags: number
  entrySize = 0
  /** Exponent of two of the greatest alignment asked for. */
  alignmentPower = 0
  group: SectionGroupName | undefined = undefined
  /** `o`: name of the section that this one is ordered with. */
  linkedTo: string | undefined = undefined
  /** Another section that sh_link names: a table's strings. */
  linkedSection: Section | undefined = undefined
  uniqueId: number | undefined = undefined
  /** sh_info, of mbind sections. */
  info = 0
  symbol: AsmSymbol | undefined = undefined
  /** Subsections in order of their number. */
  readonly chains: FragmentChain[] = []
  readonly #bySubsection = new Map<number, FragmentChain>()
  sizeInBytes = 0

  constructor(name: string, index: number, type: number, flags: number) {
    this.name = name
    this.index = index
    this.type = type
    this.flags = flags
  }

  chain(subsection: number): FragmentChain {
    let chain = this.#bySubsection.get(subsection)
    if (chain) return chain
    chain = new FragmentChain(this, subsection)
    this.#bySubsection.set(subsection, chain)
    let low = 0
    let high = this.chains.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.chains[middle] as FragmentChain).subsection < subsection) low = middle + 1
      else high = middle
    }
    this.chains.splice(low, 0, chain)
    return chain
  }

  get isCode(): boolean {
    return (this.flags & SHF_EXECINSTR) !== 0
  }

  get isAbsolute(): boolean {
    return this.index < 0
  }
}

/** What tells sections of one name apart. */
export interface SectionIdentity {
  readonly name: string
  readonly group?: string | undefined
  readonly uniqueId?: number | undefined
  readonly linkedTo?: string | undefined
  readonly isRetained?: boolean
  readonly info?: number
}

function key(of: SectionIdentity): string {
  const group = of.group === undefined ? '' : `g${of.group}`
  const linked = of.linkedTo === undefined ? '' : `o${of.linkedTo}`
  return `${of.name}\0${group}\0${linked}\0${of.uniqueId ?? ''}\0${of.isRetained ? 'R' : ''}\0${of.info ?? 0}`
}

interface Place {
  readonly section: Section
  readonly subsection: number
}

/** All sections of a file, with the stack of `.pushsection` and the one that `.previous` goes back to. */
export class SectionList {
  readonly all: Section[] = []
  readonly absolute = new Section('*ABS*', -1, SHT_PROGBITS, 0)
  readonly text = this.add('.text', SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR)
  readonly data = this.add('.data', SHT_PROGBITS, SHF_ALLOC | SHF_WRITE)
  readonly bss = this.add('.bss', SHT_NOBITS, SHF_ALLOC | SHF_WRITE)
  section: Section = this.text
  chain: FragmentChain = this.text.chain(0)
  previous: Place | undefined = undefined
  readonly #byIdentity = new Map<string, Section>()
  readonly stack: { readonly place: Place; readonly previous: Place | undefined }[] = []

  /** Told of each new section. */
  onAdd: ((section: Section) => void) | undefined

  constructor() {
    for (const section of this.all) this.register(section)
  }

  add(name: string, type: number, flags: number): Section {
    const section = new Section(name, this.all.length, type, flags)
    this.all.push(section)
    this.onAdd?.(section)
    return section
  }

  /** Lets a section be found by what tells it apart; the first of that identity stays. */
  register(section: Section): void {
    const { name, group, uniqueId, linkedTo, flags, info } = section
    const own = key({ name, group: group?.signature, uniqueId, linkedTo, isRetained: (flags & SHF_GNU_RETAIN) !== 0, info })
    if (!this.#byIdentity.has(own)) this.#byIdentity.set(own, section)
  }

  findLike(identity: SectionIdentity): Section | undefined {
    return this.#byIdentity.get(key(identity))
  }

  find(name: string, group?: string, uniqueId?: number): Section | undefined {
    return this.findLike({ name, group, uniqueId })
  }

  get place(): Place {
    return { section: this.section, subsection: this.chain.subsection }
  }

  /** Makes a section current; `.previous` will come back to the one before. */
  enter(section: Section, subsection: number): void {
    this.previous = this.place
    this.go(section, subsection)
  }

  go(section: Section, subsection: number): void {
    this.section = section
    this.chain = section.chain(subsection)
  }

  push(): void {
    this.stack.push({ place: this.place, previous: this.previous })
  }

  pop(): boolean {
    const top = this.stack.pop()
    if (!top) return false
    this.go(top.place.section, top.place.subsection)
    this.previous = top.previous
    return true
  }

  swap(): boolean {
    if (!this.previous) return false
    const { previous } = this
    this.previous = this.place
    this.go(previous.section, previous.subsection)
    return true
  }
}
