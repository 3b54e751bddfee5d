// Sections that the linker itself makes: .got, .got.plt, .iplt and its relocations.
// Enters: the live sections' relocations. Leaves: an object with the sections that they need (before the plan, so that the
// script places them as any other), and, after the layout, their contents. x86-64 psABI §5.2 "Global Offset Table", §3.5.7;
// i386 supplement "Global Offset Table". In a static link most uses of the GOT become direct (relax.ts).

import { type ElfObject, EM_386, SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE, SHT_PROGBITS, SHT_REL, SHT_RELA, STT_GNU_IFUNC } from '@kernelbox/elf'
import type { DiagnosticSink } from '@kernelbox/diagnostics'
import { viewOf } from '../relocation/contents.ts'
import { addSection } from './add-section.ts'
import { type DynamicRules, DynamicSections } from './dynamic-sections.ts'
import { inHashOrder } from '../output/hash-order.ts'
import { defineAtSection } from './linker-symbols.ts'
import { InputObject, type InputSection, type LinkSymbol } from '../model.ts'
import { type GotRules, type GotUse, gotUse } from '../relocation/relax.ts'
import { typeOfName } from '../plan/section-attributes.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'

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
  /** In the order of their slots. */
  readonly #gotSymbols: LinkSymbol[] = []
  /** In the order of their entries in .iplt. */
  readonly #ifuncs: LinkSymbol[] = []
  /** Words of data that hold the address of an indirect function: start-up code fills them. */
  readonly #ifuncWords: { readonly section: InputSection; readonly offset: number; readonly symbol: LinkSymbol }[] = []
  #wantsGotBase = false

  readonly isPic: boolean
  /** In a position-independent program. */
  readonly dynamic: DynamicSections | undefined

  readonly keepsGotUses: boolean
  readonly isAssigned: (name: string) => boolean

  constructor(
    machine: number,
    is64: boolean,
    order: number,
    { isPic, keepsGotUses, ...rules }: Omit<GotRules, 'isI386' | 'isAssigned'> & DynamicRules,
  ) {
    this.isPic = isPic
    this.keepsGotUses = keepsGotUses
    this.isAssigned = (name) => rules.assigned.has(name)
    this.isI386 = machine === EM_386
    this.is64 = is64
    this.wordSize = is64 ? 8 : this.isI386 ? 4 : 8
    const elf: ElfObject = { class: is64 ? 64 : 32, machine, flags: 0, sections: [], symbols: [], groups: [] }
    this.object = new InputObject(elf, { file: linkerStubs }, order)
    this.object.isLinkerMade = true
    if (isPic)
      this.dynamic = new DynamicSections({
        isI386: this.isI386,
        is64,
        ...rules,
        make: (...parts) => this.#section(...parts),
      })
  }

  /** Looks at all relocations of sections that take part, and makes the sections that they need. */
  scan(objects: readonly InputObject[], symbols: SymbolTable, sink: DiagnosticSink): void {
    this.dynamic?.scan(objects, sink)
    for (const object of objects) {
      for (const section of object.sections) {
        if (!section || section.isDiscarded || !section.isLive || (section.flags & SHF_ALLOC) === 0) continue
        this.#scanSection(section)
      }
    }
    this.#assignSlots(symbols, objects)
    this.#make(symbols)
    if (this.gotPlt) defineAtSection(symbols, '_GLOBAL_OFFSET_TABLE_', this.gotPlt)
  }

  readonly #slotUsers = new Set<LinkSymbol>()
  readonly #ifuncUses = new Map<LinkSymbol, { isCalled: boolean; isPointedTo: boolean; hasSlot: boolean }>()

  #scanSection(section: InputSection): void {
    const { relocations, object } = section
    if (!relocations) return
    for (let row = 0; row < relocations.count; row++) {
      const type = relocations.typeAt(row)
      const symbol = object.symbols[relocations.symbolAt(row)] as LinkSymbol
      if (symbol.name === '_GLOBAL_OFFSET_TABLE_') this.#wantsGotBase = true
      const use = gotUse(this, type, section, relocations.offsetAt(row), symbol)
      // Calls of a hidden function through the PLT end its being global in such a program (tried on GNU ld 2.40).
      if (this.isPic && type === 4 && (symbol.visibility === 1 || symbol.visibility === 2) && symbol.state === 'defined')
        symbol.isForcedLocal = true
      if (use === 'base') this.#wantsGotBase = true
      if (symbol.type === STT_GNU_IFUNC && symbol.state === 'defined') this.#useIfunc(symbol, use, type, section, relocations.offsetAt(row))
      else if (use === 'slot') this.#slotUsers.add(symbol)
    }
  }

  /** Calls and addresses in code go by .iplt; a mere pointer in data needs no entry there. */
  #useIfunc(symbol: LinkSymbol, use: GotUse, type: number, section: InputSection, offset: number): void {
    let uses = this.#ifuncUses.get(symbol)
    if (!uses) {
      uses = { isCalled: false, isPointedTo: false, hasSlot: false }
      this.#ifuncUses.set(symbol, uses)
    }
    const isPointer = type === (this.is64 || this.isI386 ? 1 : 10) && (section.flags & SHF_WRITE) !== 0
    if (use === 'slot') uses.hasSlot = true
    else if (isPointer) this.#ifuncWords.push({ section, offset, symbol })
    else {
      uses.isCalled = true
      if (this.isI386 ? type === 1 : type === 1 || type === 10 || type === 11) uses.isPointedTo = true
    }
  }

  /**
   * Slots as GNU ld 2.40 numbers them: locals of each object, then globals in the order of its hash table, then local
   * indirect functions. An indirect function that is called has its slot in .got.plt, for all uses.
   */
  #assignSlots(symbols: SymbolTable, objects: readonly InputObject[]): void {
    const addSlot = (symbol: LinkSymbol) => {
      symbol.gotOffset = this.wordSize * this.#gotSymbols.length
      this.#gotSymbols.push(symbol)
    }
    const addIfunc = (symbol: LinkSymbol) => {
      const uses = this.#ifuncUses.get(symbol)
      if (uses?.isCalled) {
        symbol.pltOffset = 8 * this.#ifuncs.length
        this.#ifuncs.push(symbol)
        // Its address is that of its entry, also where the address comes from a slot.
        if (uses.hasSlot && uses.isPointedTo) addSlot(symbol)
      } else if (uses?.hasSlot) addSlot(symbol)
    }
    if (this.#slotUsers.size > 0)
      for (const object of objects) for (const symbol of object.symbols) if (symbol.isLocal && this.#slotUsers.has(symbol)) addSlot(symbol)
    const hasGlobals = this.#slotUsers.size > 0 || this.#ifuncUses.size > 0
    for (const name of hasGlobals ? inHashOrder(symbols.byName.keys()) : []) {
      const symbol = symbols.byName.get(name) as LinkSymbol
      if (this.#slotUsers.has(symbol)) addSlot(symbol)
      else addIfunc(symbol)
    }
    for (const symbol of this.#ifuncUses.keys()) if (symbol.isLocal) addIfunc(symbol)
    const isPointedTo = this.#ifuncWords.filter(({ symbol }) => symbol.pltOffset < 0)
    this.#ifuncWords.splice(0, this.#ifuncWords.length, ...isPointedTo)
  }

  /** Indirect functions whose slot is in .got: start-up code fills it. */
  get #ifuncSlots(): LinkSymbol[] {
    const all = this.#gotSymbols.filter((symbol) => symbol.type === STT_GNU_IFUNC && symbol.pltOffset < 0)
    return [...all.filter((symbol) => symbol.isLocal), ...all.filter((symbol) => !symbol.isLocal)]
  }

  /** Before the plan, so that the script places it; its size is known after it. */
  makeEhFrameHeader(symbols: SymbolTable): InputSection {
    const section = this.#section('.eh_frame_hdr', SHT_PROGBITS, SHF_ALLOC, 8, 4, 0)
    const symbol = symbols.intern('__GNU_EH_FRAME_HDR')
    if (symbol.state !== 'defined') {
      symbol.state = 'defined'
      symbol.section = section
      symbol.isForcedLocal = true
    }
    return section
  }

  /** Those that stay empty are made too: GNU ld's are, and orphans look for their places among them (dropEmpty). */
  #make(symbols: SymbolTable): void {
    const { wordSize } = this
    const slots = this.#gotSymbols.length
    const ifuncs = this.#ifuncs.length
    const data = SHF_ALLOC | SHF_WRITE
    const entry = this.is64 ? 24 : this.isI386 ? 8 : 12
    const [rel, type] = this.isI386 ? (['.rel', SHT_REL] as const) : (['.rela', SHT_RELA] as const)
    const { dynamic } = this
    const words = dynamic ? dynamic.wordCount + this.#gotSymbols.filter((symbol) => dynamic.mayMove(symbol)).length : 0
    dynamic?.make(words > 0, symbols, ifuncs > 0)
    const got = this.#section('.got', SHT_PROGBITS, data, slots * wordSize, wordSize, dynamic ? wordSize : 0)
    // Three words are the dynamic linker's, also where there is none.
    const hasGotPlt = this.#wantsGotBase || slots > 0 || ifuncs > 0 || this.#ifuncWords.length > 0
    const gotPlt = this.#section('.got.plt', SHT_PROGBITS, data, hasGotPlt ? (3 + ifuncs) * wordSize : 0, wordSize, wordSize)
    const relaGot = this.#section(`${rel}.got`, type, SHF_ALLOC, entry * words, wordSize, entry)
    dynamic?.useRelocations(words > 0 ? relaGot : undefined)
    this.#section('.igot.plt', SHT_PROGBITS, data, 0, wordSize, wordSize)
    const indirect = ifuncs + this.#ifuncSlots.length + this.#ifuncWords.length
    const iplt = this.#section('.iplt', SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 8 * ifuncs, 8, 0)
    const relaIplt = this.#section(`${rel}.iplt`, type, SHF_ALLOC, entry * indirect, wordSize, entry)
    if (slots > 0) this.got = got
    if (hasGotPlt) this.gotPlt = gotPlt
    if (ifuncs > 0) this.iplt = iplt
    if (indirect > 0) this.relaIplt = relaIplt
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
    const section = addSection(this.object, { name, type, flags, sizeInBytes: size, alignment, entrySize })
    section.isKept = true
    section.isPlaceholder = size === 0
    // Until they have contents their types are those that their names stand for, and they are aligned as a word.
    if (section.isPlaceholder) {
      section.type = typeOfName(name)
      section.alignment = this.is64 ? 8 : 4
    }
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
    if (symbol.pltOffset >= 0 && symbol.gotOffset < 0) return this.#ifuncSlotOf(symbol)
    return this.addressOf(this.got) + symbol.gotOffset
  }

  /** Its word in .got.plt. */
  #ifuncSlotOf(symbol: LinkSymbol): number {
    return this.base + (3 + symbol.pltOffset / 8) * this.wordSize
  }

  pltOf(symbol: LinkSymbol): number {
    return this.addressOf(this.iplt) + symbol.pltOffset
  }

  /** Slots of the GOT that hold addresses. */
  get slotWords(): { section: InputSection; offset: number; symbol: LinkSymbol }[] {
    const { got } = this
    return got ? this.#gotSymbols.map((symbol, i) => ({ section: got, offset: i * this.wordSize, symbol })) : []
  }

  /** Writes the contents; `addressOf` gives a symbol's own address, of an ifunc its resolver's. */
  fill(addressOf: (symbol: LinkSymbol) => number): void {
    const { isI386, is64, wordSize } = this
    const put = (view: DataView, at: number, value: number, width: number) => {
      if (width === 8) view.setBigInt64(at, BigInt(value), true)
      else view.setUint32(at, value % 0x1_0000_0000, true)
    }
    const got = viewOf(this.got)
    // On x86-64 the relocation has the address of the resolver, on i386 the word itself.
    const resolverIn = (symbol: LinkSymbol) => (isI386 ? addressOf(symbol) : 0)
    this.#gotSymbols.forEach((symbol, i) => {
      const isIfunc = symbol.type === STT_GNU_IFUNC
      const value = isIfunc && symbol.pltOffset >= 0 ? this.pltOf(symbol) : isIfunc ? resolverIn(symbol) : addressOf(symbol)
      if (got) put(got, i * wordSize, value, wordSize)
    })
    for (const { section, offset, symbol } of this.#ifuncWords) {
      const view = viewOf(section)
      if (view) put(view, offset, resolverIn(symbol), wordSize)
    }
    const gotPlt = viewOf(this.gotPlt)
    // Its first word leads to .dynamic (i386 supplement "Global Offset Table").
    if (gotPlt && this.dynamic) put(gotPlt, 0, this.dynamic.address, wordSize)
    const iplt = viewOf(this.iplt)
    this.#ifuncs.forEach((symbol, i) => {
      if (!gotPlt || !iplt) return
      const slot = this.#ifuncSlotOf(symbol)
      const entry = this.addressOf(this.iplt) + 8 * i
      // jmp *slot; xchg %ax,%ax. Where an i386 program may be anywhere, its slots are found from %ebx.
      iplt.setUint16(8 * i, isI386 && this.isPic ? 0xa3ff : 0x25ff, true)
      iplt.setInt32(8 * i + 2, !isI386 ? slot - (entry + 6) : this.isPic ? slot - this.base : slot | 0, true)
      iplt.setUint16(8 * i + 6, 0x9066, true)
      put(gotPlt, (3 + i) * wordSize, isI386 ? addressOf(symbol) : entry + 6, wordSize)
    })
    const rela = viewOf(this.relaIplt)
    if (!rela) return
    const rowSize = is64 ? 24 : isI386 ? 8 : 12
    const relocate = (row: number, place: number, symbol: LinkSymbol) => {
      put(rela, row * rowSize, place, is64 ? 8 : 4)
      put(rela, row * rowSize + (is64 ? 8 : 4), isI386 ? 42 : 37, is64 ? 8 : 4)
      if (!isI386) put(rela, row * rowSize + (is64 ? 16 : 8), addressOf(symbol), is64 ? 8 : 4)
    }
    // The order of GNU ld 2.40: words of data, slots of .got, then those of .iplt backwards.
    let row = 0
    for (const { section, offset, symbol } of this.#ifuncWords) relocate(row++, this.addressOf(section) + offset, symbol)
    for (const symbol of this.#ifuncSlots) relocate(row++, this.slotOf(symbol), symbol)
    const called = [...this.#ifuncs.filter((symbol) => symbol.isLocal), ...this.#ifuncs.filter((symbol) => !symbol.isLocal)]
    for (const symbol of called.reverse()) relocate(row++, this.#ifuncSlotOf(symbol), symbol)
  }
}
