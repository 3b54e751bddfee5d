// .debug_line as GNU as 2.40 writes it.
// Enters: rows and files, when every address in code is final. Leaves: header and line number programs, one sequence a
// section; in version 5 the names are in .debug_line_str. DWARF 4 §6.2, DWARF 5 §6.2.

import { addressOf } from '../cfi/emit-frames.ts'
import type { FragmentChain } from '../fragments.ts'
import type { SymbolTable } from '../symbols.ts'
import { type DebugSection, labelAt } from './debug-section.ts'
import type { LineFile, LineFiles } from './line-files.ts'
import { type LineRows, rowBasicBlock, rowEpilogueBegin, rowIsStatement, rowPrologueEnd, rowSetsAddress } from './line-rows.ts'

const lineBase = -5
const lineRange = 14
const opcodeBase = 13
/** Addresses that DW_LNS_const_add_pc advances: what the special opcode 255 does. */
const constantAdvance = Math.floor((255 - opcodeBase) / lineRange)
/** Operands of the standard opcodes 1 to 12. */
const operandCounts = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]

export interface LineProgramOptions {
  /** 2 to 5; GNU as has no older table than version 3. */
  readonly dwarfVersion: number
  readonly addressSizeInBytes: 4 | 8
  readonly compilationDirectory: string
}

/** The rows of one section: its subsections in their order. */
export type LineSequence = readonly LineRows[]

export function emitLineTable(
  line: DebugSection,
  lineStrings: DebugSection | undefined,
  files: LineFiles,
  sequences: readonly LineSequence[],
  options: LineProgramOptions,
  symbols: SymbolTable,
): void {
  const start = line.length
  const version = Math.max(options.dwarfVersion, 3)
  line.number(0, 4)
  line.number(version, 2)
  if (version >= 5) line.bytes(options.addressSizeInBytes, 0)
  const headerLengthAt = line.length
  line.number(0, 4)
  line.bytes(1)
  if (version >= 4) line.bytes(1)
  line.bytes(1, lineBase & 0xff, lineRange, opcodeBase, ...operandCounts)
  if (version >= 5 && lineStrings) emitTables5(line, lineStrings, files, options.compilationDirectory)
  else emitTables4(line, files)
  line.patchLength(headerLengthAt)
  for (const sequence of sequences) new LineProgram(line, options.addressSizeInBytes, symbols).emit(sequence)
  line.patchLength(start)
}

function emitTables4(line: DebugSection, { directories, files }: LineFiles): void {
  for (let i = 1; i < directories.length; i++) line.string(directories[i] as string)
  line.bytes(0)
  for (let i = 1; i < files.length; i++) {
    const file = files[i]
    if (!file) continue
    line.string(file.name)
    line.uleb(file.directory)
    line.bytes(0, 0) // modification time and size are not told
  }
  line.bytes(0)
}

function emitTables5(
  line: DebugSection,
  strings: DebugSection,
  { directories, files, hasMd5 }: LineFiles,
  compilationDirectory: string,
): void {
  // One format: DW_LNCT_path as DW_FORM_line_strp.
  line.bytes(1, 0x01, 0x1f)
  line.uleb(directories.length)
  directories.forEach((directory, i) => line.reference(strings, strings.string(directory ?? (i === 0 ? compilationDirectory : ''))))
  // Path, DW_LNCT_directory_index as DW_FORM_udata, and DW_LNCT_MD5 as DW_FORM_data16.
  line.bytes(hasMd5 ? 3 : 2, 0x01, 0x1f, 0x02, 0x0f)
  if (hasMd5) line.bytes(0x05, 0x1e)
  line.uleb(files.length)
  let nameOfFirst = -1
  for (let i = 0; i < files.length; i++) {
    // Without `.file 0` the first file stands for the compilation unit's own.
    const isCopy = i === 1 && nameOfFirst >= 0 && !files[0]
    const file = files[i] ?? (i === 0 ? files[1] : undefined)
    const { name, directory, md5 }: LineFile = file ?? { name: '', directory: 0, md5: undefined }
    const at = isCopy ? nameOfFirst : strings.string(name)
    if (i === 0) nameOfFirst = at
    line.reference(strings, at)
    line.uleb(directory)
    if (hasMd5) line.chain.bigNumber(md5 ?? 0n, 16)
  }
}

class LineProgram {
  readonly #line: DebugSection
  readonly #addressSizeInBytes: 4 | 8
  readonly #symbols: SymbolTable
  #file = 1
  #lineNumber = 1
  #column = 0
  #isStatement = 1
  #isa = 0
  #address = -1

  constructor(line: DebugSection, addressSizeInBytes: 4 | 8, symbols: SymbolTable) {
    this.#line = line
    this.#addressSizeInBytes = addressSizeInBytes
    this.#symbols = symbols
  }

  emit(sequence: LineSequence): void {
    for (const rows of sequence) for (let i = 0; i < rows.count; i++) this.#row(rows, i)
    const last = sequence[sequence.length - 1]
    if (last) this.#end(last.chain)
  }

  #row(rows: LineRows, i: number): void {
    const { chain } = this.#line
    const file = rows.files[i] as number
    if (file !== this.#file) {
      this.#file = file
      chain.byte(0x04) // DW_LNS_set_file
      this.#line.uleb(file)
    }
    const column = rows.columns[i] as number
    if (column !== this.#column) {
      this.#column = column
      chain.byte(0x05) // DW_LNS_set_column
      this.#line.uleb(column)
    }
    const discriminator = rows.discriminators[i] as number
    if (discriminator !== 0) {
      chain.byte(0) // DW_LNE_set_discriminator
      chain.byte(1 + ulebSize(discriminator))
      chain.byte(0x04)
      this.#line.uleb(discriminator)
    }
    const isa = rows.isas[i] as number
    if (isa !== this.#isa) {
      this.#isa = isa
      chain.byte(0x0c) // DW_LNS_set_isa
      this.#line.uleb(isa)
    }
    const flags = rows.flags[i] as number
    if ((flags & rowIsStatement) !== this.#isStatement) {
      this.#isStatement = flags & rowIsStatement
      chain.byte(0x06) // DW_LNS_negate_stmt
    }
    if (flags !== rowIsStatement) {
      if (flags & rowBasicBlock) chain.byte(0x07)
      if (flags & rowPrologueEnd) chain.byte(0x0a)
      if (flags & rowEpilogueBegin) chain.byte(0x0b)
    }
    const fragment = rows.fragments[i] as number
    const offset = rows.offsets[i] as number
    const address = addressOf(rows.chain, fragment, offset)
    const lineDelta = (rows.lines[i] as number) - this.#lineNumber
    if (this.#address < 0 || flags & rowSetsAddress) {
      this.#setAddress(rows.chain, fragment, offset)
      this.#advance(lineDelta, 0)
    } else this.#advance(lineDelta, address - this.#address)
    this.#address = address
    this.#lineNumber = rows.lines[i] as number
  }

  #setAddress(chain: FragmentChain, fragment: number, offset: number): void {
    this.#line.bytes(0, 1 + this.#addressSizeInBytes, 0x02) // DW_LNE_set_address
    this.#line.address(labelAt(this.#symbols, chain, fragment, offset), 0, this.#addressSizeInBytes)
  }

  /** A row: line and address advance by a special opcode where one reaches. */
  #advance(lineDelta: number, addressDelta: number): void {
    const { chain } = this.#line
    let biased = lineDelta - lineBase
    let needsCopy = false
    if (biased < 0 || biased >= lineRange) {
      chain.byte(0x03) // DW_LNS_advance_line
      sleb(chain, lineDelta)
      lineDelta = 0
      biased = -lineBase
      needsCopy = true
    }
    if (lineDelta === 0 && addressDelta === 0) {
      chain.byte(0x01) // DW_LNS_copy
      return
    }
    biased += opcodeBase
    if (addressDelta < 256 + constantAdvance) {
      let opcode = biased + addressDelta * lineRange
      if (opcode <= 255) {
        chain.byte(opcode)
        return
      }
      opcode = biased + (addressDelta - constantAdvance) * lineRange
      if (opcode <= 255) {
        chain.byte(0x08) // DW_LNS_const_add_pc
        chain.byte(opcode)
        return
      }
    }
    chain.byte(0x02) // DW_LNS_advance_pc
    this.#line.uleb(addressDelta)
    chain.byte(needsCopy ? 0x01 : biased)
  }

  #end(chain: FragmentChain): void {
    const out = this.#line.chain
    const distance = sectionEnd(chain) - this.#address
    if (distance === constantAdvance) out.byte(0x08)
    else if (distance > 0) {
      out.byte(0x02)
      this.#line.uleb(distance)
    }
    this.#line.bytes(0, 1, 1) // DW_LNE_end_sequence
  }
}

/** Offset behind the last byte of a section, when relaxation is over. */
export function sectionEnd({ section }: FragmentChain): number {
  const last = section.chains[section.chains.length - 1] as FragmentChain
  return addressOf(last, last.current, last.length)
}

function ulebSize(value: number): number {
  let size = 1
  for (; value > 0x7f; value = Math.floor(value / 128)) size++
  return size
}

function sleb(chain: FragmentChain, value: number): void {
  for (;;) {
    const low = value & 0x7f
    value >>= 7
    if (low & 0x40 ? value === -1 : value === 0) {
      chain.byte(low)
      return
    }
    chain.byte(low | 0x80)
  }
}
