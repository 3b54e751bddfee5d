// Sections that the linker itself makes: .got, .got.plt, .iplt and its relocations.
// Enters: the live sections' relocations. Leaves: an object with the sections that they need (before the plan, so that the
// script places them as any other), and, after the layout, their contents. x86-64 psABI §5.2 "Global Offset Table", §3.5.7;
// i386 supplement "Global Offset Table". In a static link most uses of the GOT become direct (relax.ts).

import {
  type ElfObject,
  type ElfSection,
  EM_386,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_WRITE,
  SHT_PROGBITS,
  SHT_REL,
  SHT_RELA,
  STT_GNU_IFUNC,
} from '@kernelbox/elf'
import { InputObject, InputSection, type LinkSymbol } from './model.ts'
import { gotUse } from './relax.ts'
import { typeOfName } from './section-attributes.ts'
import type { SymbolTable } from './symbol-table.ts'

/** The file that messages and the map name for sections that the linker makes. */
export const linkerStubs = 'linker stubs'

export class SyntheticSections {
  readonly object: InputObject
  readonly isI386: boolean
  readonly is64: boolean
  readonly wordSize: 4 | 8
  got: InputSection | undefined
  gotPlt: InputSection | undefined
  iplt: InputSection | undefined
  relaIplt: InputSection | undefined
  readonly #gotSymbols: LinkSymbol[] = []
  readonly #ifuncs: LinkSymbol[] = []
  #wantsGotBase = false

  constructor(machine: number, is64: boolean, order: number) {
    this.isI386 = machine === EM_386
    this.is64 = is64
    this.wordSize = is64 ? 8 : this.isI386 ? 4 : 8
    const elf: ElfObject = { class: is64 ? 64 : 32, machine, flags: 0, sections: [], symbols: [], groups: [] }
    this.object = new InputObject(elf, { file: linkerStubs }, order)
    this.object.isLinkerMade = true
  }

  /** Looks at all relocations of sections that take part, and makes the sections that they need. */
  scan(objects: readonly InputObject[], symbols: SymbolTable): void {
    for (const object of objects) {
      for (const section of object.sections) {
        if (!section || section.isDiscarded || !section.isLive || (section.flags & SHF_ALLOC) === 0) continue
        this.#scanSection(section)
      }
    }
    const base = symbols.get('_GLOBAL_OFFSET_TABLE_')
    if (base && base.state !== 'defined') this.#wantsGotBase = true
    this.#make()
    if (base && base.state !== 'defined' && this.gotPlt) {
      base.state = 'defined'
      base.section = this.gotPlt
      base.value = 0n
      base.visibility = 2
      base.isForcedLocal = true
      symbols.wanted.delete(base)
    }
  }

  #scanSection(section: InputSection): void {
    const { relocations, object } = section
    if (!relocations) return
    for (let row = 0; row < relocations.count; row++) {
      const type = relocations.typeAt(row)
      const symbol = object.symbols[relocations.symbolAt(row)] as LinkSymbol
      if (symbol.type === STT_GNU_IFUNC && symbol.state === 'defined' && symbol.pltOffset < 0) {
        symbol.pltOffset = 8 * this.#ifuncs.length
        this.#ifuncs.push(symbol)
      }
      const use = gotUse(this.isI386, type, section, relocations.offsetAt(row), symbol)
      if (use === 'base') this.#wantsGotBase = true
      else if (use === 'slot' && symbol.gotOffset < 0) {
        symbol.gotOffset = this.wordSize * this.#gotSymbols.length
        this.#gotSymbols.push(symbol)
      }
    }
  }

  /** Those that stay empty are made too: GNU ld's are, and orphans look for their places among them (dropEmpty). */
  #make(): void {
    const { wordSize } = this
    const slots = this.#gotSymbols.length
    const ifuncs = this.#ifuncs.length
    const data = SHF_ALLOC | SHF_WRITE
    const entry = this.is64 ? 24 : this.isI386 ? 8 : 12
    const [rel, type] = this.isI386 ? (['.rel', SHT_REL] as const) : (['.rela', SHT_RELA] as const)
    const got = this.#section('.got', SHT_PROGBITS, data, slots * wordSize, wordSize, wordSize)
    // Three words are the dynamic linker's, also where there is none.
    const hasGotPlt = this.#wantsGotBase || slots > 0 || ifuncs > 0
    const gotPlt = this.#section('.got.plt', SHT_PROGBITS, data, hasGotPlt ? (3 + ifuncs) * wordSize : 0, wordSize, wordSize)
    this.#section(`${rel}.got`, type, SHF_ALLOC, 0, wordSize, entry)
    this.#section('.igot.plt', SHT_PROGBITS, data, 0, wordSize, wordSize)
    const iplt = this.#section('.iplt', SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 8 * ifuncs, 8, 0)
    const relaIplt = this.#section(`${rel}.iplt`, type, SHF_ALLOC, entry * ifuncs, wordSize, entry)
    if (slots > 0) this.got = got
    if (hasGotPlt) this.gotPlt = gotPlt
    if (ifuncs > 0) {
      this.iplt = iplt
      this.relaIplt = relaIplt
    }
  }

  /** Takes the empty ones out again, once everything has its place. */
  dropEmpty(): void {
    for (const section of this.object.sections) {
      if (!section?.isPlaceholder || !section.output) continue
      const { output } = section
      output.items = output.items.filter((item) => item.kind !== 'input' || item.section !== section)
      section.isLive = false
      section.output = undefined
    }
  }

  #section(name: string, type: number, flags: number, size: number, alignment: number, entrySize: number): InputSection {
    const elf: ElfSection = {
      name,
      type,
      flags,
      address: 0n,
      sizeInBytes: size,
      contents: new Uint8Array(size),
      alignment,
      entrySize,
      link: 0,
      info: 0,
      relocations: undefined,
    }
    const section = new InputSection(this.object, this.object.sections.length, elf)
    section.isKept = true
    section.isPlaceholder = size === 0
    // Until they have contents their types are those that their names stand for.
    if (section.isPlaceholder) section.type = typeOfName(name)
    this.object.sections.push(section)
    return section
  }

  /** Where a made section begins, once it is laid out. */
  addressOf(section: InputSection | undefined): number {
    return section?.output ? Number(BigInt.asIntN(64, section.output.address)) + section.offset : 0
  }

  /** The GOT's own address: _GLOBAL_OFFSET_TABLE_. */
  get base(): number {
    return this.addressOf(this.gotPlt)
  }

  slotOf(symbol: LinkSymbol): number {
    return this.addressOf(this.got) + symbol.gotOffset
  }

  pltOf(symbol: LinkSymbol): number {
    return this.addressOf(this.iplt) + symbol.pltOffset
  }

  /** Writes the contents; `addressOf` gives a symbol's own address, of an ifunc its resolver's. */
  fill(addressOf: (symbol: LinkSymbol) => number): void {
    const { isI386, is64, wordSize } = this
    const put = (view: DataView, at: number, value: number, width: number) => {
      if (width === 8) view.setBigInt64(at, BigInt(value), true)
      else view.setUint32(at, value % 0x1_0000_0000, true)
    }
    const got = viewOf(this.got)
    if (got)
      this.#gotSymbols.forEach((symbol, i) =>
        put(got, i * wordSize, symbol.pltOffset >= 0 ? this.pltOf(symbol) : addressOf(symbol), wordSize),
      )
    const gotPlt = viewOf(this.gotPlt)
    const iplt = viewOf(this.iplt)
    const rela = viewOf(this.relaIplt)
    if (!gotPlt || !iplt || !rela) return
    this.#ifuncs.forEach((symbol, i) => {
      const slot = this.base + (3 + i) * wordSize
      const entry = this.addressOf(this.iplt) + 8 * i
      // jmp *slot; xchg %ax,%ax
      iplt.setUint16(8 * i, 0x25ff, true)
      iplt.setInt32(8 * i + 2, isI386 ? slot | 0 : slot - (entry + 6), true)
      iplt.setUint16(8 * i + 6, 0x9066, true)
      const resolver = addressOf(symbol)
      put(gotPlt, (3 + i) * wordSize, isI386 ? resolver : entry + 6, wordSize)
      if (isI386) {
        rela.setUint32(8 * i, slot, true)
        rela.setUint32(8 * i + 4, 42, true)
      } else if (is64) {
        put(rela, 24 * i, slot, 8)
        put(rela, 24 * i + 8, 37, 8)
        put(rela, 24 * i + 16, resolver, 8)
      } else {
        rela.setUint32(12 * i, slot, true)
        rela.setUint32(12 * i + 4, 37, true)
        rela.setUint32(12 * i + 8, resolver, true)
      }
    })
  }
}

function viewOf(section: InputSection | undefined): DataView | undefined {
  const { output } = section ?? {}
  if (!section || !output || output.contents.length < section.offset + section.sizeInBytes) return undefined
  return new DataView(output.contents.buffer, output.contents.byteOffset + section.offset, section.sizeInBytes)
}
