// The line of a source that a byte of an object comes from. Enters: a relocatable object, a section, an offset in it. Leaves: file and line
// as the object's .debug_line tells them, or nothing: none there, compressed, or damaged. DWARF 2 to 5, §6.2; looked at only for messages.

import { type ElfObject, type ElfSection, SHF_COMPRESSED } from '@kernelbox/elf'

export interface SourceLine {
  readonly file: string
  readonly line: number
}

/** DWARF 5 §6.2.4.1 and §7.5.6: what an entry of a table of names holds, and how. */
const contentPath = 1
const contentDirectory = 2
const form = { data2: 0x05, string: 0x08, block: 0x09, data1: 0x0b, strp: 0x0e, udata: 0x0f, data16: 0x1e, lineStrp: 0x1f } as const
const mostNames = 100_000

/** Of all that damaged tables can do, only reading beyond the end is thrown, and caught in {@link unlessDamaged}. */
class DamagedTable extends Error {}

/** A run of bytes of one line. */
interface Row {
  readonly address: number
  readonly end: number
  readonly file: number
  readonly line: number
  readonly unit: Unit
}

interface Unit {
  readonly version: number
  /** Where the tables of names are, and where the unit ends. */
  readonly names: number
  readonly end: number
}

/** The lines of one object, read when first asked for. */
export class DebugLines {
  readonly #reader: LineReader | undefined
  #rows: ReadonlyMap<number, readonly Row[]> | undefined

  constructor(elf: ElfObject) {
    const table = elf.sections.find(({ name, flags }) => name === '.debug_line' && (flags & SHF_COMPRESSED) === 0)
    this.#reader = table && new LineReader(elf, table)
  }

  /** Of the byte at `offset` of the section with that index. */
  at(section: number, offset: number): SourceLine | undefined {
    if (!this.#reader) return undefined
    this.#rows ??= this.#reader.rows()
    const row = rowAt(this.#rows.get(section) ?? [], offset)
    const file = row && this.#reader.fileOf(row)
    return file === undefined ? undefined : { file, line: row!.line }
  }
}

/** `rows` by address, none empty. */
function rowAt(rows: readonly Row[], offset: number): Row | undefined {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle] as Row).end <= offset) low = middle + 1
    else high = middle
  }
  const row = rows[low]
  return row && row.address <= offset ? row : undefined
}

/** What `read` gives, or nothing where it comes to the end of the table too soon. */
function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof DamagedTable) return undefined
    throw error
  }
}

class LineReader {
  readonly #elf: ElfObject
  readonly #bytes: Uint8Array
  /** By offset: row of the section's relocations. */
  readonly #relocationAt = new Map<number, number>()
  readonly #table: ElfSection
  #at = 0
  #end = 0

  constructor(elf: ElfObject, table: ElfSection) {
    this.#elf = elf
    this.#table = table
    this.#bytes = table.contents
    this.#end = this.#bytes.length
    const { relocations } = table
    for (let row = 0; row < (relocations?.count ?? 0); row++) this.#relocationAt.set(relocations?.offsetAt(row) as number, row)
  }

  /** By section, in the order of addresses. What follows damage is lost. */
  rows(): ReadonlyMap<number, readonly Row[]> {
    const rows = new Map<number, Row[]>()
    unlessDamaged(() => this.#units(rows))
    for (const ofSection of rows.values()) ofSection.sort((a, b) => a.address - b.address)
    return rows
  }

  fileOf({ file, unit }: Row): string | undefined {
    this.#at = unit.names
    this.#end = unit.end
    return unlessDamaged(() => (unit.version >= 5 ? this.#fileOfTables(file) : this.#fileOfLists(file)))
  }

  #units(rows: Map<number, Row[]>): void {
    this.#at = 0
    while (this.#at + 4 < this.#bytes.length) {
      this.#end = this.#bytes.length
      const length = this.#number(4)
      // 64-bit DWARF, which x86 compilers do not write into sections of 4 GB.
      if (length >= 0xfffffff0 || length > this.#bytes.length - this.#at) return
      this.#end = this.#at + length
      this.#unit(rows)
      this.#at = this.#end
    }
  }

  #unit(rows: Map<number, Row[]>): void {
    const version = this.#number(2)
    if (version < 2 || version > 5) return
    if (version >= 5) this.#at += 2
    const program = this.#number(4) + this.#at
    const minimum = this.#number(1)
    if (version >= 4) this.#at++
    this.#at++
    const lineBase = (this.#number(1) << 24) >> 24
    const lineRange = this.#number(1)
    const opcodeBase = this.#number(1)
    const operandCounts: number[] = []
    for (let opcode = 1; opcode < opcodeBase; opcode++) operandCounts.push(this.#number(1))
    const unit = { version, names: this.#at, end: this.#end }
    this.#at = program
    this.#program(rows, unit, { minimum, lineBase, lineRange, opcodeBase, operandCounts })
  }

  /** Runs the line program (§6.2.5). */
  #program(
    rows: Map<number, Row[]>,
    unit: Unit,
    head: { minimum: number; lineBase: number; lineRange: number; opcodeBase: number; operandCounts: readonly number[] },
  ): void {
    const { minimum, lineBase, lineRange, opcodeBase, operandCounts } = head
    if (lineRange === 0) return
    let [address, file, line, section] = [0, 1, 1, -1]
    let before: { address: number; file: number; line: number } | undefined
    /** The run of the row before ends here. */
    const close = () => {
      if (!before || section < 0 || !(before.address < address)) return
      const ofSection = rows.get(section)
      const row = { ...before, end: address, unit }
      if (ofSection) ofSection.push(row)
      else rows.set(section, [row])
    }
    while (this.#at < this.#end) {
      const opcode = this.#number(1)
      let hasRow = false
      if (opcode >= opcodeBase) {
        const adjusted = opcode - opcodeBase
        address += minimum * Math.trunc(adjusted / lineRange)
        close()
        line += lineBase + (adjusted % lineRange)
        hasRow = true
      } else if (opcode === 0) {
        const size = this.#uleb()
        const next = this.#at + size
        const extended = size === 0 ? 0 : this.#number(1)
        if (extended === 1) {
          close()
          ;[address, file, line, section, before] = [0, 1, 1, -1, undefined]
        } else if (extended === 2) {
          const target = this.#target(size - 1)
          // Within a sequence the address only moves on; where it leaves its section, the run has no end that is known.
          if (target?.section !== section) before = undefined
          section = target?.section ?? -1
          address = target?.offset ?? 0
        }
        this.#at = next
      } else if (opcode === 1) {
        close()
        hasRow = true
      } else if (opcode === 2) address += minimum * this.#uleb()
      else if (opcode === 3) line += this.#sleb()
      else if (opcode === 4) file = this.#uleb()
      else if (opcode === 8) address += minimum * Math.trunc((255 - opcodeBase) / lineRange)
      else if (opcode === 9) address += this.#number(2)
      else for (let n = operandCounts[opcode - 1] ?? 0; n > 0; n--) this.#uleb()
      if (hasRow) before = { address, file, line }
    }
  }

  /** DWARF 2 to 4, §6.2.4: directories and files, each list ended by an empty name; the first has number 1. */
  #fileOfLists(wanted: number): string | undefined {
    const folders: string[] = ['']
    for (let name = this.#string(); name !== ''; name = this.#string()) if (folders.push(name) > mostNames) return undefined
    for (let number = 1; number <= mostNames; number++) {
      const name = this.#string()
      if (name === '') return undefined
      const folder = folders[this.#uleb()]
      this.#uleb()
      this.#uleb()
      if (number === wanted) return joined(folder, name)
    }
    return undefined
  }

  /** DWARF 5, §6.2.4: tables that say how their entries are written; the first has number 0 and is the compilation's. */
  #fileOfTables(wanted: number): string | undefined {
    const folders = this.#table5()
    const file = this.#table5()[wanted]
    if (!file) return undefined
    const folder = folders[file.directory]?.path ?? ''
    return joined(joined(folders[0]?.path, folder), file.path)
  }

  #table5(): { path: string; directory: number }[] {
    const formats: { content: number; form: number }[] = []
    for (let n = this.#number(1); n > 0; n--) formats.push({ content: this.#uleb(), form: this.#uleb() })
    const count = this.#uleb()
    if (count > mostNames) throw new DamagedTable()
    return Array.from({ length: count }, () => {
      const entry = { path: '', directory: 0 }
      for (const { content, form: how } of formats) {
        const value = this.#value(how)
        if (content === contentPath) entry.path = String(value)
        else if (content === contentDirectory) entry.directory = Number(value)
      }
      return entry
    })
  }

  #value(how: number): string | number {
    switch (how) {
      case form.string:
        return this.#string()
      case form.lineStrp:
      case form.strp:
        return this.#stringElsewhere(how === form.strp ? '.debug_str' : '.debug_line_str')
      case form.udata:
        return this.#uleb()
      case form.data1:
        return this.#number(1)
      case form.data2:
        return this.#number(2)
      case form.data16:
        this.#at += 16
        return 0
      case form.block: {
        const size = this.#uleb()
        this.#at += size
        return 0
      }
      default:
        throw new DamagedTable()
    }
  }

  /** An address of `size` bytes, which in an object is a relocation. */
  #target(size: number): { section: number; offset: number } | undefined {
    const row = this.#relocationAt.get(this.#at)
    const { relocations } = this.#table
    if (row === undefined || !relocations) return undefined
    const symbol = this.#elf.symbols[relocations.symbolAt(row)]
    if (!symbol) return undefined
    // REL keeps the addend in the contents, RELA leaves zero there.
    return { section: symbol.section, offset: Number(symbol.value) + relocations.addendAt(row) + this.#number(Math.min(size, 4)) }
  }

  #stringElsewhere(section: string): string {
    const target = this.#target(4)
    if (!target) throw new DamagedTable()
    const holder = this.#elf.sections[target.section]
    return holder?.name === section ? stringAt(holder.contents, target.offset) : ''
  }

  #string(): string {
    const text = stringAt(this.#bytes, this.#at)
    this.#at += text.length + 1
    if (this.#at > this.#end) throw new DamagedTable()
    return text
  }

  /** Little-endian. */
  #number(size: number): number {
    let value = 0
    if (this.#at < 0 || this.#at + size > this.#end) throw new DamagedTable()
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (this.#bytes[this.#at + i] as number)
    this.#at += size
    return value
  }

  #uleb(): number {
    let value = 0
    let factor = 1
    for (;;) {
      const byte = this.#number(1)
      value += (byte & 127) * factor
      if (byte < 128) return value
      factor *= 128
    }
  }

  #sleb(): number {
    let value = 0
    let factor = 1
    for (;;) {
      const byte = this.#number(1)
      value += (byte & 127) * factor
      factor *= 128
      if (byte < 128) return (byte & 64) === 0 ? value : value - factor
    }
  }
}

/** Latin-1, to the next zero byte or the end. */
function stringAt(bytes: Uint8Array, start: number): string {
  let end = start
  while (end < bytes.length && bytes[end] !== 0) end++
  return String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 4096)))
}

function joined(folder: string | undefined, name: string): string {
  return folder === undefined || folder === '' || name.startsWith('/') ? name : name === '' ? folder : `${folder}/${name}`
}
