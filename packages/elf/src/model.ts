// The relocatable object between the assembler and the linker: plain data, nearest to what the file format says.
// ELF gABI ch. 4; psABI i386 and x86-64. Enters from the assembler or from readElf, leaves to writeElf or the linker.

/** Index of the section that a symbol is defined in, or one of the reserved indexes SHN_UNDEF, SHN_ABS, SHN_COMMON. */
export type SectionIndex = number

/** How rows lie in bytes: gABI Elf64_Rela, Elf64_Rel, Elf32_Rela, Elf32_Rel. */
const layout = { rela64: 0, rel64: 1, rela32: 2, rel32: 3 } as const
const stepOf = [24, 16, 12, 8] as const

/**
 * Relocations of one section, as rows. Those of a file are read where they lie in it: a link of 100,000 sections makes no
 * copy of any. Rows can be added to a table that was made here.
 */
export class RelocationTable {
  count = 0
  #view: DataView
  #at: number
  #layout: 0 | 1 | 2 | 3

  constructor(view: DataView = noRows, at = 0, count = 0, layoutOfRows: 0 | 1 | 2 | 3 = layout.rela64) {
    this.#view = view
    this.#at = at
    this.#layout = layoutOfRows
    this.count = count
  }

  /** The rows of a file. `view` must hold them; their symbols are the caller's to check. */
  static inFile(view: DataView, at: number, count: number, is64: boolean, isRela: boolean): RelocationTable {
    return new RelocationTable(view, at, count, is64 ? (isRela ? layout.rela64 : layout.rel64) : isRela ? layout.rela32 : layout.rel32)
  }

  /** An empty table with room for `capacity` rows. */
  static withCapacity(capacity: number): RelocationTable {
    return new RelocationTable(new DataView(new ArrayBuffer(24 * capacity)))
  }

  /** Byte offset in the section. */
  offsetAt(row: number): number {
    const at = this.#at + row * stepOf[this.#layout]
    const low = this.#view.getUint32(at, true)
    return this.#layout >= layout.rela32 ? low : low + this.#view.getUint32(at + 4, true) * 0x1_0000_0000
  }

  typeAt(row: number): number {
    const at = this.#at + row * stepOf[this.#layout]
    return this.#layout >= layout.rela32 ? this.#view.getUint8(at + 4) : this.#view.getUint32(at + 8, true)
  }

  /** Index in {@link ElfObject.symbols}. */
  symbolAt(row: number): number {
    const at = this.#at + row * stepOf[this.#layout]
    return this.#layout >= layout.rela32 ? this.#view.getUint32(at + 4, true) >>> 8 : this.#view.getUint32(at + 12, true)
  }

  /**
   * The addend of RELA (x86-64); zero for REL (i386), whose addends are in the section's contents. As a double it is exact
   * up to 2^53, which every address difference of a real object is.
   */
  addendAt(row: number): number {
    const at = this.#at + row * stepOf[this.#layout]
    if (this.#layout === layout.rela64) return this.#view.getInt32(at + 20, true) * 0x1_0000_0000 + this.#view.getUint32(at + 16, true)
    return this.#layout === layout.rela32 ? this.#view.getInt32(at + 8, true) : 0
  }

  /** The same, exact. */
  exactAddendAt(row: number): bigint {
    const at = this.#at + row * stepOf[this.#layout]
    return this.#layout === layout.rela64 ? this.#view.getBigInt64(at + 16, true) : BigInt(this.addendAt(row))
  }

  add(offset: number, type: number, symbol: number, addend: bigint): void {
    const at = this.#append(offset, type, symbol)
    this.#view.setBigInt64(at + 16, BigInt.asIntN(64, addend), true)
  }

  /** As {@link add}, for an addend within 32 bits signed. */
  addSmall(offset: number, type: number, symbol: number, addend: number): void {
    const at = this.#append(offset, type, symbol)
    this.#view.setInt32(at + 16, addend, true)
    this.#view.setInt32(at + 20, addend < 0 ? -1 : 0, true)
  }

  /** By offset; rows of one offset keep their order. */
  sort(): void {
    const { count } = this
    let isSorted = true
    for (let row = 1; row < count && isSorted; row++) isSorted = this.offsetAt(row - 1) <= this.offsetAt(row)
    if (isSorted) return
    const rows = Array.from({ length: count }, (_, row) => row).sort((a, b) => this.offsetAt(a) - this.offsetAt(b) || a - b)
    const sorted = RelocationTable.withCapacity(count)
    for (const row of rows) sorted.add(this.offsetAt(row), this.typeAt(row), this.symbolAt(row), this.exactAddendAt(row))
    this.#view = sorted.#view
    this.#at = 0
    this.#layout = layout.rela64
  }

  #append(offset: number, type: number, symbol: number): number {
    if (this.#layout !== layout.rela64 || (this.count + 1) * 24 > this.#view.byteLength - this.#at) this.#grow()
    const at = this.#at + this.count++ * 24
    this.#view.setUint32(at, offset >>> 0, true)
    this.#view.setUint32(at + 4, Math.floor(offset / 0x1_0000_0000), true)
    this.#view.setUint32(at + 8, type, true)
    this.#view.setUint32(at + 12, symbol, true)
    return at
  }

  /** To bytes of its own, of the widest layout, with room for more. */
  #grow(): void {
    const { count } = this
    const wider = RelocationTable.withCapacity(Math.max(16, 2 * count))
    for (let row = 0; row < count; row++) wider.add(this.offsetAt(row), this.typeAt(row), this.symbolAt(row), this.exactAddendAt(row))
    this.#view = wider.#view
    this.#at = 0
    this.#layout = layout.rela64
  }
}

const noRows = new DataView(new ArrayBuffer(0))

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
  readonly contents: Uint8Array
  /** Of a section in a file: copies `size` bytes from `from` on to `target`, without keeping them. */
  readonly copyContents?: (target: Uint8Array, at: number, from: number, size: number) => void
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
