// The compilation unit that an assembler source has for a debugger: .debug_info and what it refers to.
// Enters: the sections with rows and the functions of the symbol table. Leaves: .debug_info, .debug_abbrev,
// .debug_aranges, .debug_str and, for more than one section, .debug_ranges or .debug_rnglists.
// DWARF 2 to 5 §3.1.1, §6.1.2, §7.5; the choice of attributes and forms is GNU as 2.40's.

import type { FragmentChain } from '../fragments.ts'
import type { AsmSymbol, SymbolTable } from '../symbols.ts'
import { type DebugSection, labelAt } from './debug-section.ts'
import { sectionEnd } from './line-program.ts'

export interface CompileUnit {
  /** 2 to 5. */
  readonly dwarfVersion: number
  readonly addressSizeInBytes: 4 | 8
  /** Of the first file, with its directory. */
  readonly name: string
  readonly compilationDirectory: string
  /** The first subsection of each section that has rows. */
  readonly sections: readonly FragmentChain[]
  readonly functions: readonly {
    readonly symbol: AsmSymbol
    readonly name: string
    readonly isGlobal: boolean
    readonly sizeInBytes: number
  }[]
}

export interface UnitSections {
  readonly info: DebugSection
  readonly abbrev: DebugSection
  readonly aranges: DebugSection
  readonly strings: DebugSection
  readonly line: DebugSection
  /** .debug_ranges, or .debug_rnglists in version 5; only where the unit has more than one section. */
  readonly ranges: DebugSection | undefined
}

// DW_AT_* and DW_FORM_*.
const formAddress = 0x01
const formData2 = 0x05
const formData4 = 0x06
const formFlag = 0x0c
const formString = 0x0e
const formUdata = 0x0f
const formRefUdata = 0x15
const formSectionOffset = 0x17
const formFlagPresent = 0x19
const languageMipsAssembler = 0x8001
const producer = 'GNU AS 2.40'

export function emitCompileUnit(unit: CompileUnit, sections: UnitSections, symbols: SymbolTable): void {
  const rangesAt = sections.ranges ? emitRanges(unit, sections.ranges, symbols) : 0
  emitAranges(unit, sections, symbols)
  emitAbbreviations(unit, sections.abbrev)
  emitInfo(unit, sections, rangesAt, symbols)
}

const sectionStart = (chain: FragmentChain, symbols: SymbolTable) => labelAt(symbols, chain, 0, 0)

/** Returns the offset of the unit's list. */
function emitRanges({ dwarfVersion, addressSizeInBytes, sections }: CompileUnit, ranges: DebugSection, symbols: SymbolTable): number {
  if (dwarfVersion < 5) {
    const at = ranges.length
    // The largest address: a base of 0 for what follows.
    ranges.number(-1, addressSizeInBytes)
    ranges.number(0, addressSizeInBytes)
    for (const chain of sections) {
      const start = sectionStart(chain, symbols)
      ranges.address(start, 0, addressSizeInBytes)
      ranges.address(start, sectionEnd(chain), addressSizeInBytes)
    }
    ranges.number(0, addressSizeInBytes)
    ranges.number(0, addressSizeInBytes)
    return at
  }
  const start = ranges.length
  ranges.number(0, 4)
  ranges.number(5, 2)
  ranges.bytes(addressSizeInBytes, 0)
  ranges.number(0, 4)
  const at = ranges.length
  for (const chain of sections) {
    ranges.bytes(0x07) // DW_RLE_start_length
    ranges.address(sectionStart(chain, symbols), 0, addressSizeInBytes)
    ranges.uleb(sectionEnd(chain))
  }
  ranges.bytes(0)
  ranges.patchLength(start)
  return at
}

function emitAranges({ addressSizeInBytes, sections }: CompileUnit, { aranges, info }: UnitSections, symbols: SymbolTable): void {
  const start = aranges.length
  aranges.number(0, 4)
  aranges.number(2, 2)
  aranges.reference(info, info.length)
  aranges.bytes(addressSizeInBytes, 0)
  while ((aranges.length - start) % (2 * addressSizeInBytes) !== 0) aranges.bytes(0)
  for (const chain of sections) {
    aranges.address(sectionStart(chain, symbols), 0, addressSizeInBytes)
    aranges.number(sectionEnd(chain), addressSizeInBytes)
  }
  aranges.number(0, addressSizeInBytes)
  aranges.number(0, addressSizeInBytes)
  aranges.patchLength(start)
}

type ExternalForm = 'none' | 'present' | 'flag'

/** Whether functions say that others may call them: for all of them once, from DWARF 4 on. */
function externalForm({ dwarfVersion, functions }: CompileUnit): ExternalForm {
  if (!functions.some((f) => f.isGlobal)) return 'none'
  return dwarfVersion >= 4 && functions.every((f) => f.isGlobal) ? 'present' : 'flag'
}

function emitAbbreviations(unit: CompileUnit, abbrev: DebugSection): void {
  const { dwarfVersion, functions, sections } = unit
  const offsetForm = dwarfVersion < 4 ? formData4 : formSectionOffset
  const highForm = dwarfVersion < 4 ? formAddress : formUdata
  abbrev.bytes(1, 0x11, functions.length > 0 ? 1 : 0) // DW_TAG_compile_unit
  abbrev.bytes(0x10, offsetForm) // stmt_list
  if (sections.length > 1) abbrev.bytes(0x55, offsetForm)
  else abbrev.bytes(0x11, formAddress, 0x12, highForm)
  abbrev.bytes(0x03, formString, 0x1b, formString, 0x25, formString, 0x13, formData2, 0, 0)
  if (functions.length > 0) {
    abbrev.bytes(2, 0x2e, 0, 0x03, formString) // DW_TAG_subprogram: name
    const external = externalForm(unit)
    if (external !== 'none') abbrev.bytes(0x3f, external === 'flag' ? formFlag : formFlagPresent)
    if (dwarfVersion >= 3) abbrev.bytes(0x49, formRefUdata)
    abbrev.bytes(0x11, formAddress, 0x12, highForm, 0, 0)
    if (dwarfVersion >= 3) abbrev.bytes(3, 0x3b, 0, 0, 0) // DW_TAG_unspecified_type
  }
  abbrev.bytes(0)
}

function emitInfo(unit: CompileUnit, sections: UnitSections, rangesAt: number, symbols: SymbolTable): void {
  const { dwarfVersion, addressSizeInBytes, functions } = unit
  const { info, strings } = sections
  const start = info.length
  info.number(0, 4)
  info.number(dwarfVersion, 2)
  if (dwarfVersion >= 5) info.bytes(0x01, addressSizeInBytes) // DW_UT_compile
  info.reference(sections.abbrev, 0)
  if (dwarfVersion < 5) info.bytes(addressSizeInBytes)
  info.bytes(1)
  info.reference(sections.line, 0)
  if (sections.ranges) info.reference(sections.ranges, rangesAt)
  else {
    const chain = unit.sections[0] as FragmentChain
    const begin = sectionStart(chain, symbols)
    info.address(begin, 0, addressSizeInBytes)
    if (dwarfVersion < 4) info.address(begin, sectionEnd(chain), addressSizeInBytes)
    else info.uleb(sectionEnd(chain))
  }
  for (const text of [unit.name, unit.compilationDirectory, producer]) info.reference(strings, strings.string(text))
  info.number(languageMipsAssembler, 2)
  if (functions.length > 0) {
    emitFunctions(unit, sections, start)
    info.bytes(0)
  }
  info.patchLength(start)
}

function emitFunctions(unit: CompileUnit, { info, strings }: UnitSections, start: number): void {
  const { dwarfVersion, addressSizeInBytes, functions } = unit
  const withExternal = externalForm(unit) === 'flag'
  // The type of all of them stands behind the last; how far depends on the width of the references to it.
  let typeOffset = 0
  if (dwarfVersion >= 3) {
    for (let width = 1, previous = -1; previous !== typeOffset; width = ulebSize(typeOffset)) {
      previous = typeOffset
      typeOffset = info.length - start
      for (const f of functions)
        typeOffset +=
          1 + 4 + (withExternal ? 1 : 0) + width + addressSizeInBytes + (dwarfVersion < 4 ? addressSizeInBytes : ulebSize(f.sizeInBytes))
    }
  }
  for (const f of functions) {
    info.bytes(2)
    info.reference(strings, strings.string(f.name))
    if (withExternal) info.bytes(f.isGlobal ? 1 : 0)
    if (dwarfVersion >= 3) info.uleb(typeOffset)
    info.address(f.symbol, 0, addressSizeInBytes)
    if (dwarfVersion < 4) info.address(f.symbol, f.sizeInBytes, addressSizeInBytes)
    else info.uleb(f.sizeInBytes)
  }
  if (dwarfVersion >= 3) info.bytes(3)
}

function ulebSize(value: number): number {
  let size = 1
  for (; value > 0x7f; value = Math.floor(value / 128)) size++
  return size
}
