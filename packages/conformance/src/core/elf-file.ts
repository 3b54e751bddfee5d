// Enters: bytes of an ELF object or executable (32 or 64 bit, little endian). Leaves: plain values, enough to compare two
// of them. Written apart from @kernelbox/elf, so that a fault there cannot hide itself. gABI chapters 4 and 5.

export const SHF_ALLOC = 2
export const SHF_EXECINSTR = 4
export const SHT_NOBITS = 8
export const ET_REL = 1
export const PT_LOAD = 1
const SHT_SYMTAB = 2
const SHT_RELA = 4
const SHT_REL = 9
const SHT_GROUP = 17
const SHT_SYMTAB_SHNDX = 18
export const STT_SECTION = 3
export const STT_FILE = 4
const STT_TLS = 6
const EM_X86_64 = 62

/** Width in bytes of a relocated field by relocation type, 4 where not named (psABI). */
const widthsOf386: Record<number, number> = { 0: 0, 20: 2, 21: 2, 22: 1, 23: 1 }
const widthsOfX8664: Record<number, number> = {
  0: 0,
  ...Object.fromEntries([1, 17, 18, 24, 25, 27, 28, 29, 33].map((type) => [type, 8])),
  12: 2,
  13: 2,
  14: 1,
  15: 1,
}

export interface ElfSection {
  /** A second section of the same name is 'name#2'. */
  readonly name: string
  readonly type: number
  readonly flags: bigint
  readonly address: bigint
  readonly link: number
  readonly info: number
  readonly align: bigint
  readonly entrySize: bigint
  readonly size: number
  /** Empty for SHT_NOBITS. */
  readonly data: Buffer
  /** The data with the in-place addends of REL relocations zeroed. */
  folded: Buffer
}

export interface ElfSymbol {
  readonly name: string
  readonly bind: number
  readonly type: number
  readonly other: number
  /** Name of the section, or UND, ABS, COM. */
  readonly section: string
  readonly value: bigint
  readonly size: bigint
}

export interface ElfRelocation {
  readonly offset: bigint
  readonly type: number
  readonly symbol: number
  readonly addend: bigint
}

const noSymbol: ElfSymbol = { name: '?', bind: 0, type: 0, other: 0, section: 'UND', value: 0n, size: 0n }

export function isElf(bytes: Uint8Array): boolean {
  return bytes.length >= 52 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46
}

export function symbolKey(s: ElfSymbol): string {
  return [s.name, s.bind, s.type, s.other, s.section, s.value, s.size].join('|')
}

/** Throws on a file that is not well formed: the caller tells it as "unreadable". */
export class ElfFile {
  readonly is64: boolean
  readonly type: number
  readonly machine: number
  readonly entry: bigint
  /** type, flags, vaddr, paddr, filesz, memsz, as text. */
  readonly segments: readonly string[]
  sections: ElfSection[]
  readonly symbols: ElfSymbol[] = []
  readonly relocations = new Map<string, ElfRelocation[]>()
  private readonly data: Buffer

  constructor(bytes: Uint8Array) {
    if (!isElf(bytes)) throw new Error('not an ELF file')
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.data = data
    this.is64 = data[4] === 2
    this.type = data.readUInt16LE(16)
    this.machine = data.readUInt16LE(18)
    this.entry = this.word(24)
    const segmentsAt = Number(this.word(this.is64 ? 32 : 28))
    const sectionsAt = Number(this.word(this.is64 ? 40 : 32))
    const counts = this.is64 ? 54 : 42
    const half = (i: number): number => data.readUInt16LE(counts + 2 * i)
    this.segments = Array.from({ length: half(1) }, (_, i) => this.readSegment(segmentsAt + i * half(0)))
    this.sections = this.readSections(sectionsAt, half(2), half(3), half(4))
    for (const section of this.sections) if (section.type === SHT_SYMTAB) this.readSymbols(section)
    for (const section of this.sections)
      if ((section.type === SHT_RELA || section.type === SHT_REL) && section.info < this.sections.length) this.readRelocations(section)
  }

  private word(at: number): bigint {
    return this.is64 ? this.data.readBigUInt64LE(at) : BigInt(this.data.readUInt32LE(at))
  }

  private readSegment(at: number): string {
    const width = this.is64 ? 8 : 4
    const first = this.is64 ? at + 8 : at + 4
    // Elf32_Phdr: type offset vaddr paddr filesz memsz flags align; Elf64_Phdr has flags after type.
    const [, vaddr, paddr, filesz, memsz] = [0, 1, 2, 3, 4].map((i) => this.word(first + i * width))
    const flags = this.data.readUInt32LE(this.is64 ? at + 4 : at + 24)
    return [this.data.readUInt32LE(at), flags, ...[vaddr, paddr, filesz, memsz].map((v) => `0x${v?.toString(16)}`)].join(' ')
  }

  private readSections(at: number, entrySize: number, count: number, names: number): ElfSection[] {
    const { data, is64 } = this
    const wide = is64 ? 8 : 4
    const row = (i: number) => {
      const p = at + i * entrySize
      const q = p + 8 + 4 * wide
      return {
        name: data.readUInt32LE(p),
        type: data.readUInt32LE(p + 4),
        flags: this.word(p + 8),
        address: this.word(p + 8 + wide),
        start: Number(this.word(p + 8 + 2 * wide)),
        size: Number(this.word(p + 8 + 3 * wide)),
        link: data.readUInt32LE(q),
        info: data.readUInt32LE(q + 4),
        align: this.word(q + 8),
        entrySize: this.word(q + 8 + wide),
      }
    }
    // More than 0xff00 sections: the count is in section 0 (gABI ch. 4).
    const total = count === 0 && at > 0 ? row(0).size : count
    const rows = Array.from({ length: total }, (_, i) => row(i))
    const namesAt = rows[names === 0xffff ? (rows[0]?.link ?? 0) : names]?.start ?? 0
    const seen = new Map<string, number>()
    return rows.map(({ name, start, ...rest }) => {
      const text = this.text(namesAt + name)
      const times = (seen.get(text) ?? 0) + 1
      seen.set(text, times)
      const bytes = rest.type === 0 || rest.type === SHT_NOBITS ? Buffer.alloc(0) : data.subarray(start, start + rest.size)
      return { ...rest, name: times === 1 ? text : `${text}#${times}`, data: bytes, folded: bytes }
    })
  }

  private text(at: number): string {
    const end = this.data.indexOf(0, at)
    if (end < 0) throw new Error('string without end')
    return this.data.toString('latin1', at, end)
  }

  private readSymbols(table: ElfSection): void {
    const { data } = table
    const strings = this.sections[table.link]?.data ?? Buffer.alloc(0)
    const extended = this.sections.find((s) => s.type === SHT_SYMTAB_SHNDX)?.data
    const step = this.is64 ? 24 : 16
    for (let i = 0; (i + 1) * step <= data.length; i++) {
      const p = i * step
      const name = data.readUInt32LE(p)
      const [info, other, shndx] = this.is64
        ? [data.readUInt8(p + 4), data.readUInt8(p + 5), data.readUInt16LE(p + 6)]
        : [data.readUInt8(p + 12), data.readUInt8(p + 13), data.readUInt16LE(p + 14)]
      const index = shndx === 0xffff && extended ? extended.readUInt32LE(i * 4) : shndx
      const value = this.is64 ? data.readBigUInt64LE(p + 8) : BigInt(data.readUInt32LE(p + 4))
      const size = this.is64 ? data.readBigUInt64LE(p + 16) : BigInt(data.readUInt32LE(p + 8))
      const special = index === 0 ? 'UND' : index === 0xfff1 ? 'ABS' : index === 0xfff2 ? 'COM' : undefined
      this.symbols.push({
        name: name ? strings.toString('latin1', name, strings.indexOf(0, name)) : '',
        bind: info >> 4,
        type: info & 15,
        other,
        section: special ?? this.sections[index]?.name ?? `0x${index.toString(16)}`,
        value,
        size,
      })
    }
  }

  private readRelocations(table: ElfSection): void {
    const target = this.sections[table.info] as ElfSection
    const rela = table.type === SHT_RELA
    const wide = this.is64 ? 8 : 4
    const step = wide * (rela ? 3 : 2)
    const widths = this.machine === EM_X86_64 ? widthsOfX8664 : widthsOf386
    const body = Buffer.from(target.data)
    const found: ElfRelocation[] = []
    const { data } = table
    const word = (p: number): bigint => (this.is64 ? data.readBigUInt64LE(p) : BigInt(data.readUInt32LE(p)))
    for (let p = 0; p + step <= data.length; p += step) {
      const offset = word(p)
      const info = word(p + wide)
      const type = Number(this.is64 ? info & 0xffffffffn : info & 0xffn)
      const symbol = Number(this.is64 ? info >> 32n : info >> 8n)
      let addend = 0n
      if (rela) addend = this.is64 ? data.readBigInt64LE(p + 16) : BigInt(data.readInt32LE(p + 8))
      else {
        const start = Math.min(Number(offset), body.length)
        const end = Math.min(start + (widths[type] ?? 4), body.length)
        for (let i = end - 1; i >= start; i--) addend = (addend << 8n) | BigInt(body[i] ?? 0)
        addend = BigInt.asIntN(8 * (end - start), addend)
        body.fill(0, start, end)
      }
      found.push({ offset, type, symbol, addend })
    }
    target.folded = body
    this.relocations.set(target.name, [...(this.relocations.get(target.name) ?? []), ...found])
  }

  private symbolAt(index: number): ElfSymbol {
    return this.symbols[index] ?? noSymbol
  }

  /** A relocation without its choice of symbol: local symbols become section + offset. */
  meaning({ offset, type, symbol: index, addend }: ElfRelocation): string {
    const symbol = this.symbolAt(index)
    const local = symbol.bind === 0 && symbol.section !== 'UND' && symbol.section !== 'COM' && symbol.type !== STT_TLS
    const sum = BigInt.asUintN(64, local ? addend + symbol.value : addend)
    return `${offset.toString(16).padStart(8, '0')} type ${type} ${local ? symbol.section : `@${symbol.name}`}+0x${sum.toString(16)}`
  }

  /** Relocations with their choice of symbol. */
  asWritten(rows: readonly ElfRelocation[]): string[] {
    return rows.map((row) => {
      const symbol = this.symbolAt(row.symbol)
      return `0x${row.offset.toString(16)} type ${row.type} ${symbol.name || symbol.section}+0x${row.addend.toString(16)}`
    })
  }

  globals(): string[] {
    return this.symbols
      .filter((s) => s.bind !== 0 && (s.section !== 'UND' || s.bind === 2))
      .map(symbolKey)
      .sort()
  }

  /** Signature, flags and names of the members of each section group. */
  groups(): string[] {
    return this.sections
      .filter((s) => s.type === SHT_GROUP)
      .map((s) => {
        const words = Array.from({ length: s.data.length >> 2 }, (_, i) => s.data.readUInt32LE(4 * i))
        const signature = this.symbolAt(s.info)
        return [signature.name || signature.section, words[0], ...words.slice(1).map((i) => this.sections[i]?.name ?? '?')].join(' ')
      })
      .sort()
  }

  /** Everything but the numbering of sections, the order of symbols and the string tables. */
  image(): string {
    const tables = ['.symtab', '.strtab', '.shstrtab', '.symtab_shndx']
    const sections = this.sections
      .filter((s) => !tables.includes(s.name) && s.type !== SHT_RELA && s.type !== SHT_REL && s.type !== SHT_GROUP)
      .map((s) => [s.name, s.type, s.flags, s.address, s.align, s.entrySize, s.size, s.data.toString('latin1')].join('|'))
    const relocations = [...this.relocations]
      .map(([name, rows]) => {
        const lines = rows.map((r) => {
          const symbol = this.symbolAt(r.symbol)
          return [r.offset, r.type, symbol.name || symbol.section, r.addend].join('|')
        })
        return [name, ...lines.sort()].join('\n')
      })
      .sort()
    const symbols = this.symbols
      .filter((s) => s.type !== STT_SECTION && s.type !== STT_FILE && (s.name !== '' || s.bind !== 0))
      .map(symbolKey)
      .sort()
    return [this.type, this.machine, this.entry, ...this.segments, ...sections, ...relocations, ...symbols, ...this.groups()].join('\n')
  }
}
