// The relocatable object between the assembler and the linker: plain data, nearest to what the file format says.
// ELF gABI ch. 4; psABI i386 and x86-64. Enters from the assembler or from readElf, leaves to writeElf or the linker.

/** Index of the section that a symbol is defined in, or one of the reserved indexes SHN_UNDEF, SHN_ABS, SHN_COMMON. */
export type SectionIndex = number

/**
 * Relocations of one section as parallel arrays: a large object has hundreds of thousands, and the hot loops of the
 * assembler and the linker must not allocate for each.
 */
export class RelocationTable {
  count = 0
  /** Byte offset in the section. */
  offsets = new Float64Array(16)
  types = new Uint32Array(16)
  /** Index in {@link ElfObject.symbols}. */
  symbols = new Uint32Array(16)
  /** Addends of RELA (x86-64); zero for REL (i386), whose addends are in the section's contents. */
  addends = new BigInt64Array(16)
  #addendWords = new Int32Array(this.addends.buffer)

  /** An empty table with room for `capacity` rows. */
  static withCapacity(capacity: number): RelocationTable {
    const table = new RelocationTable()
    if (capacity > 16) table.#resize(capacity)
    return table
  }

  /** The addend of row `i` as a double: exact up to 2^53, which every address difference of a real object is. */
  addendAt(i: number): number {
    return (this.#addendWords[2 * i + 1] as number) * 0x1_0000_0000 + ((this.#addendWords[2 * i] as number) >>> 0)
  }

  add(offset: number, type: number, symbol: number, addend: bigint): void {
    const i = this.#append(offset, type, symbol)
    this.addends[i] = BigInt.asIntN(64, addend)
  }

  /** As {@link add}, for an addend within 32 bits signed; allocates nothing. */
  addSmall(offset: number, type: number, symbol: number, addend: number): void {
    const i = this.#append(offset, type, symbol)
    this.#addendWords[2 * i] = addend
    this.#addendWords[2 * i + 1] = addend < 0 ? -1 : 0
  }

  /** As {@link add}, with the addend's low and high words. */
  addWords(offset: number, type: number, symbol: number, low: number, high: number): void {
    const i = this.#append(offset, type, symbol)
    this.#addendWords[2 * i] = low
    this.#addendWords[2 * i + 1] = high
  }

  #append(offset: number, type: number, symbol: number): number {
    const i = this.count++
    if (i === this.offsets.length) this.#resize(i * 2)
    this.offsets[i] = offset
    this.types[i] = type
    this.symbols[i] = symbol
    return i
  }

  #resize(length: number): void {
    const { offsets, types, symbols, addends } = this
    this.offsets = new Float64Array(length)
    this.offsets.set(offsets)
    this.types = new Uint32Array(length)
    this.types.set(types)
    this.symbols = new Uint32Array(length)
    this.symbols.set(symbols)
    this.addends = new BigInt64Array(length)
    this.addends.set(addends)
    this.#addendWords = new Int32Array(this.addends.buffer)
  }
}

export interface ElfSection {
  name: string
  /** sh_type: SHT_PROGBITS, … */
  type: number
  /** sh_flags: SHF_ALLOC | … */
  flags: number
  /** sh_addr; 0 in relocatable objects. */
  address: bigint
  sizeInBytes: number
  /** Empty for SHT_NOBITS, else sizeInBytes bytes. */
  contents: Uint8Array
  /** sh_addralign, a power of two, at least 1. */
  alignment: number
  /** sh_entsize. */
  entrySize: number
  /** sh_link and sh_info, for the types that the format gives them a meaning for; 0 else. */
  link: number
  info: number
  /** Undefined where the section has none. */
  relocations: RelocationTable | undefined
}

export interface ElfSymbol {
  name: string
  value: bigint
  sizeInBytes: bigint
  /** STB_LOCAL, STB_GLOBAL, STB_WEAK, … */
  binding: number
  /** STT_NOTYPE, STT_OBJECT, STT_FUNC, STT_SECTION, … */
  type: number
  /** STV_DEFAULT, STV_HIDDEN, … (st_other's low bits). */
  visibility: number
  /** Index in {@link ElfObject.sections}, or SHN_UNDEF, SHN_ABS, SHN_COMMON. */
  section: SectionIndex
}

/** A section group (gABI "Section Groups"), comdat or not; the members name their group by SHF_GROUP. */
export interface ElfGroup {
  /** Index of the SHT_GROUP section in {@link ElfObject.sections}. */
  section: SectionIndex
  signature: string
  isComdat: boolean
  members: SectionIndex[]
}

export interface ElfObject {
  /** 32 or 64: ELFCLASS32 or ELFCLASS64 (x32 is class 32 on EM_X86_64). */
  class: 32 | 64
  /** EM_386 or EM_X86_64. */
  machine: number
  /** e_flags. */
  flags: number
  /** sections[0] is the null section, as in the file; .symtab, .strtab, .shstrtab and .rel(a).* are not listed. */
  sections: ElfSection[]
  /** symbols[0] is the null symbol, as in the file; locals come before the others. */
  symbols: ElfSymbol[]
  groups: ElfGroup[]
}
