// .file, .loc, .loc_mark_labels and -g: operands in, rows out; after relaxation the debugging sections are written.
// GNU as manual §7 .file, .loc, .loc_mark_labels, .loc view.

import { SHF_MERGE, SHF_STRINGS, SHT_PROGBITS, STT_FUNC, STT_GNU_IFUNC } from '@kernelbox/elf'
import type { Assembler } from '../assembler.ts'
import { readNumber } from '../directives/number-operand.ts'
import type { DirectiveTable } from '../directives/registry.ts'
import { Evaluation } from '../expression.ts'
import { nameBytes } from '../expression-reader.ts'
import { addressKnowledge } from '../relax.ts'
import type { Section } from '../sections.ts'
import { type AsmSymbol, symbolEquated, symbolLabel, symbolUndefined } from '../symbols.ts'
import { type CompileUnit, emitCompileUnit } from './compile-unit.ts'
import { DebugSection } from './debug-section.ts'
import { LineFiles } from './line-files.ts'
import { emitLineTable, type LineSequence } from './line-program.ts'
import { LineTable, type LocOptions, type View, rowBasicBlock, rowEpilogueBegin, rowPrologueEnd } from './line-rows.ts'

/** The line table of an assembly; made by the first directive that needs it, or by -g. */
export function lineTableOf(a: Assembler): LineTable {
  let table = a.extensions.get('line-table') as LineTable | undefined
  if (!table) {
    const { debugLines } = a.options
    table = new LineTable(new LineFiles(debugLines?.format === 'dwarf' ? (debugLines.version ?? 2) : 3), a.symbols)
    a.extensions.set('line-table', table)
    const made = table
    a.instrumentation.push({
      instruction: () => {
        if (made.isPending) made.beforeInstruction(a.chain)
      },
      label: () => {
        if (made.marksLabels) made.atLabel(a.chain)
      },
    })
    a.finishers.push(() => {
      checkFiles(a, made)
      made.finishViews()
    })
    a.afterRelaxation.push(() => checkViews(a, made))
    a.afterRelaxation.push(() => emit(a, made))
  }
  return table
}

/** -g, --gdwarf-N: a row for each instruction of the source. */
export function generateLines(a: Assembler): void {
  lineTableOf(a).generate(() => a.statementPlace())
}

/** At the end of the input: information that the source has itself refers to a line table, even without a row. */
export function lineTableOfOwnInformation(a: Assembler): void {
  if (a.sections.find('.debug_info')) lineTableOf(a)
}

function checkFiles(a: Assembler, { files, rows }: LineTable): void {
  if (rows.length === 0) return
  const least = files.dwarfVersion >= 5 ? 0 : 1
  for (let number = least; number < files.files.length; number++) {
    if (files.files[number] || (number === 0 && files.files[1])) continue
    a.report({
      code: 'line-file',
      severity: 'error',
      message: `the file numbers up to ${files.files.length - 1} are used, but no .file directive tells number ${number}`,
    })
  }
}

function checkViews(a: Assembler, { viewsThatMustBeZero }: LineTable): void {
  const evaluation = new Evaluation(addressKnowledge(), true)
  for (const view of viewsThatMustBeZero) {
    const value = evaluation.constant({ kind: 'symbol', symbol: view })
    if (value === 0n) continue
    a.report({
      code: 'loc-option',
      severity: 'error',
      message: `a 'view 0' is view ${value ?? 'of an unknown number'}: the row before it has the same address`,
    })
  }
}

// ---- directives

/** `.file number ["directory"] "name" [md5 value]`; the form without a number is a symbol's business. */
function numberedFile(a: Assembler): void {
  const start = a.at
  const number = readNumber(a, 'a file number')
  if (number === undefined) return
  let name = a.readString()
  if (name === undefined) {
    a.error('missing-string', 'a file name in double quotes is expected here', a.at, a.end)
    return
  }
  const table = lineTableOf(a)
  const { files } = table
  let directory: string | undefined
  if (a.bytes[a.at] === 34 && a.at < a.end) {
    if (number === 0) files.dwarfVersion = Math.max(files.dwarfVersion, 5)
    if (files.dwarfVersion < 5) {
      a.error('line-file', 'a directory of its own belongs to DWARF 5: say .file 0 or --gdwarf-5 before', a.at, a.end)
      return
    }
    directory = name
    name = a.readString() as string
  }
  let md5: bigint | undefined
  if (a.readNameIs('md5')) {
    md5 = readDigest(a)
    if (md5 === undefined) return
  }
  if (!a.expectEnd()) return
  table.stopGenerating()
  const fault = files.assign(number, directory, name, md5)
  if (fault?.code === 'number-too-small') a.error('line-file', 'file numbers begin at 1 (at 0 in DWARF 5)', start, a.end)
  else if (fault?.code === 'number-too-large') a.error('line-file', `${number} is too large for a file number`, start, a.end)
  else if (fault?.code === 'occupied') a.error('line-file', `file number ${number} already stands for '${fault.by}'`, start, a.end)
}

/** `.file "name"`: a symbol that names the source. */
function fileSymbol(a: Assembler): void {
  const start = a.at
  const name = a.readName()
  if (name === undefined) {
    a.error('missing-string', 'a file name in double quotes, or a number and a name, is expected here', start, a.end)
    return
  }
  if (!a.expectEnd()) return
  a.symbols.anonymous(name).isFile = true
}

function readDigest(a: Assembler): bigint | undefined {
  const start = a.at
  const text = a.restOfStatement().trim()
  if (/^0x[0-9a-f]{17,32}$/i.test(text)) return BigInt(text)
  a.error('line-file', 'md5 needs a number of 128 bits in hexadecimal', start, a.end)
  return undefined
}

function loc(a: Assembler): void {
  const table = lineTableOf(a)
  table.stopGenerating()
  const fileStart = a.at
  const file = readNumber(a, 'a file number')
  if (file === undefined) return
  const isKnown = table.files.has(file) || (file === 0 && table.files.dwarfVersion >= 5)
  if (!isKnown) {
    if (file < 1) a.error('line-file', 'file numbers begin at 1 (at 0 in DWARF 5)', fileStart, a.end)
    else a.error('line-file', `no .file directive tells file number ${file}`, fileStart, a.end)
    return
  }
  const line = readNumber(a, 'a line number')
  if (line === undefined) return
  if (line < 0 || line > 0xffffffff) {
    a.error('line-number', `${line} is no line number`, fileStart, a.end)
    return
  }
  if (a.listing) a.listing.location(table.files.pathOf(file) ?? '', line)
  let column: number | undefined
  const c = a.bytes[a.at] as number
  if (a.at < a.end && ((c >= 48 && c <= 57) || c === 45 || c === 40)) column = readNumber(a, 'a column')
  const options = readLocOptions(a, table, column)
  if (options) table.loc(a.chain, file, line, options)
}

const noOptions: Record<string, never> = {}

function readLocOptions(a: Assembler, table: LineTable, column: number | undefined): LocOptions | undefined {
  let flags = 0
  let isStatement: boolean | undefined
  let isa: number | undefined
  let discriminator = 0
  let view: View | undefined
  if (a.isAtEnd) return { ...noOptions, column, isStatement, flags, isa, discriminator, view }
  while (!a.isAtEnd) {
    const start = a.at
    if (a.readNameIs('is_stmt')) {
      const value = readNumber(a, '0 or 1')
      if (value === undefined) return undefined
      if (value !== 0 && value !== 1) {
        a.error('loc-option', `is_stmt is 0 or 1, not ${value}`, start, a.end)
        return undefined
      }
      isStatement = value === 1
    } else if (a.readNameIs('view')) {
      view = readView(a, table)
      if (view === undefined) return undefined
    } else if (a.readNameIs('discriminator') || a.readNameIs('isa')) {
      const isDiscriminator = a.bytes[start] === 100
      const value = readNumber(a, 'a number')
      if (value === undefined) return undefined
      if (value < 0 || value > 0xffffffff) {
        a.error('loc-option', `${value} is no ${isDiscriminator ? 'discriminator' : 'instruction set number'}`, start, a.end)
        return undefined
      }
      if (isDiscriminator) discriminator = value
      else isa = value
    } else if (a.readNameIs('basic_block')) flags |= rowBasicBlock
    else if (a.readNameIs('prologue_end')) flags |= rowPrologueEnd
    else if (a.readNameIs('epilogue_begin')) flags |= rowEpilogueBegin
    else {
      const name = a.readName()
      if (name === undefined) a.junk()
      else a.error('loc-option', `.loc knows no '${name}'`, start, a.end)
      return undefined
    }
  }
  return { column, isStatement, flags, isa, discriminator, view }
}

/** `view 0` is a promise, `view -0` a reset, `view name` a definition. */
function readView(a: Assembler, table: LineTable): View | undefined {
  const { bytes } = a
  const start = a.at
  const first = bytes[start] as number
  if (first === 45 || (first >= 48 && first <= 57)) {
    const value = readNumber(a, 'a view')
    if (value === undefined) return undefined
    if (value !== 0) {
      a.error('loc-option', 'a view that is a number can only be 0', start, a.end)
      return undefined
    }
    if (first !== 45 && table.nextView(a.chain) === 'not-zero') {
      a.error('loc-option', 'the view is not 0: the row before has the same address', start, a.end)
      return undefined
    }
    return first === 45 ? 'zero' : 'assert-zero'
  }
  let at = start
  while (at < a.end && nameBytes[bytes[at] as number] !== 0) at++
  if (at === start) {
    a.error('missing-name', 'a symbol or 0 is expected as the view', start, a.end)
    return undefined
  }
  const symbol = a.symbols.intern(bytes, start, at)
  a.at = at
  a.skipBlanks()
  if (symbol.kind !== symbolUndefined) {
    a.alreadyDefined(symbol, start, at)
    return undefined
  }
  return symbol
}

export const lineDirectives: DirectiveTable = {
  file(a) {
    a.skipBlanks()
    const c = a.bytes[a.at] as number
    if (a.at < a.end && c !== 34 && !((c >= 65 && c <= 90) || (c >= 97 && c <= 122))) numberedFile(a)
    else fileSymbol(a)
  },
  loc,
  loc_mark_labels(a) {
    const start = a.at
    const value = readNumber(a, '0 or 1')
    if (value === undefined || !a.expectEnd()) return
    if (value === 0 || value === 1) lineTableOf(a).marksLabels = value === 1
    else a.error('loc-mark-labels', '.loc_mark_labels is 0 or 1', start, a.end)
  },
}

// ---- after relaxation

function emit(a: Assembler, table: LineTable): void {
  const { files } = table
  const hasUserInfo = (a.sections.find('.debug_info')?.sizeInBytes ?? 0) > 0
  // Information of the source's own has a table, if need be an empty one.
  if (table.rows.length === 0 && (!hasUserInfo || (a.sections.find('.debug_line')?.sizeInBytes ?? 0) > 0)) return
  const made: Section[] = []
  const make = (name: string, flags = 0, entrySize = 0): DebugSection => {
    let section = a.sections.find(name)
    if (!section) made.push((section = a.sections.add(name, SHT_PROGBITS, flags)))
    section.entrySize = section.entrySize || entrySize
    return new DebugSection(section.chain(0), a.symbols)
  }
  const existing = a.sections.find('.debug_line')
  if (existing && existing.sizeInBytes > 0) {
    // What -g gathered gives way to what the source says itself.
    if (table.isGenerating) return
    a.report({ code: 'line-table', severity: 'error', message: '.debug_line has contents of its own beside .loc directives' })
    return
  }
  const addressSizeInBytes = a.is64BitObject && !a.options.x32 ? 8 : 4
  const compilationDirectory = mapped(a, a.options.compilationDirectory ?? '/')
  files.directories.forEach((directory, i) => {
    if (directory !== undefined) files.directories[i] = mapped(a, directory)
  })
  // With CIEs of version 4 all is DWARF 4's (observed from GNU as 2.40).
  const dwarfVersion = a.options.cieVersion === 4 ? Math.max(files.dwarfVersion, 4) : files.dwarfVersion
  const line = make('.debug_line')
  const strings = dwarfVersion >= 5 ? make('.debug_line_str', SHF_MERGE | SHF_STRINGS, 1) : undefined
  const sequences = sequencesOf(table)
  const emitLines = () =>
    emitLineTable(line, strings, files, sequences, { dwarfVersion, addressSizeInBytes, compilationDirectory }, a.symbols)
  if (hasUserInfo) {
    emitLines()
    return
  }
  const info = make('.debug_info')
  const abbrev = make('.debug_abbrev')
  const aranges = make('.debug_aranges')
  aranges.chain.section.alignmentPower = addressSizeInBytes === 8 ? 4 : 3
  const unitStrings = make('.debug_str', SHF_MERGE | SHF_STRINGS, 1)
  let ranges: DebugSection | undefined
  if (sequences.length > 1) {
    ranges = make(dwarfVersion >= 5 ? '.debug_rnglists' : '.debug_ranges')
    if (dwarfVersion < 5) ranges.chain.section.alignmentPower = addressSizeInBytes === 8 ? 4 : 3
  }
  for (const name of symbolOrder) for (const section of made) if (section.name === name) renewSectionSymbol(a, section)
  emitLines()
  const file = files.files[0] ?? files.files[1]
  const directory = file && file.directory > 0 ? files.directories[file.directory] : undefined
  const unit: CompileUnit = {
    dwarfVersion,
    addressSizeInBytes,
    name: `${directory === undefined ? '' : `${directory}/`}${file?.name ?? ''}`,
    compilationDirectory,
    sections: sequences.map((sequence) => sequence[0]?.chain.section.chains[0]).filter((chain) => chain !== undefined),
    functions: table.isGenerating ? functionsOf(a) : [],
  }
  emitCompileUnit(unit, { info, abbrev, aranges, strings: unitStrings, line, ranges }, a.symbols)
}

/** --debug-prefix-map: the last that fits stands for the beginning of the path. */
function mapped(a: Assembler, path: string): string {
  const map = a.options.prefixMaps?.findLast(({ from }) => path.startsWith(from))
  return map ? map.to + path.slice(map.from.length) : path
}

/** GNU as names its debugging sections in another order than it makes them, which the symbol table shows. */
const symbolOrder = ['.debug_info', '.debug_abbrev', '.debug_line', '.debug_line_str', '.debug_ranges', '.debug_rnglists', '.debug_str']

function renewSectionSymbol(a: Assembler, section: Section): void {
  const symbol = a.symbols.anonymous(section.name)
  symbol.sectionOf = section
  symbol.kind = symbolLabel
  symbol.chain = section.chain(0)
  section.symbol = symbol
}

/** One sequence a section, in the order of the first rows; within it the subsections in theirs. */
function sequencesOf({ rows }: LineTable): LineSequence[] {
  const bySection = new Map<Section, LineTable['rows'][number][]>()
  for (const part of rows) {
    if (part.count === 0) continue
    const parts = bySection.get(part.chain.section)
    if (parts) parts.push(part)
    else bySection.set(part.chain.section, [part])
  }
  return [...bySection.values()].map((parts) => parts.sort((x, y) => x.chain.subsection - y.chain.subsection))
}

/** The functions of the source with a known size. */
function functionsOf(a: Assembler): CompileUnit['functions'] {
  const evaluation = new Evaluation(addressKnowledge(), true)
  const functions: { symbol: AsmSymbol; name: string; isGlobal: boolean; sizeInBytes: number }[] = []
  const { all } = a.symbols
  for (let s = 0; s < all.length; s++) {
    const symbol = all[s] as AsmSymbol
    // Another name of a function is one too.
    const named = symbol.kind === symbolEquated ? evaluation.ofSymbol(symbol)?.add : symbol
    const type = symbol.type ?? (symbol.isForwardAlias ? undefined : named?.type)
    if (named?.kind !== symbolLabel || (type !== STT_FUNC && type !== STT_GNU_IFUNC)) continue
    const size = evaluation.constant(symbol.size ?? named.size ?? { kind: 'constant', value: 0n })
    if (size === undefined || size <= 0n) continue
    functions.push({ symbol, name: symbol.name, isGlobal: symbol.isGlobal, sizeInBytes: Number(size) })
  }
  return functions
}
