// Relocations applied to the contents of sections.
// Enters: input sections with their places and symbols with their addresses. Leaves: bytes in the output sections, and a
// diagnostic for each reference that cannot be filled in. System V ABI i386 supplement "Relocation Types", x86-64 psABI
// table 4.9; which values overflow was tried on GNU ld 2.40.

import type { DiagnosticSink, Span } from '@kernelbox/diagnostics'
import { nearestWord } from '@kernelbox/diagnostics'
import {
  EM_386,
  type ElfObject,
  i386RelocationNames,
  type RelocationTable,
  SHF_ALLOC,
  SHN_UNDEF,
  x8664RelocationNames,
} from '@kernelbox/elf'
import { absoluteOf } from '../layout/evaluate.ts'
import { symbolAddress } from '../layout/symbol-address.ts'
import type { InputSection, LinkSymbol, OutputSection } from '../model.ts'
import { DebugLines } from '../report/debug-lines.ts'

/** How a field is computed: S symbol, A addend, P place, B the GOT's address, Z size. */
export type Formula = 'none' | 'S+A' | 'S+A-P' | 'Z+A'
/** What fits the field: `any` keeps the low bits. */
type Check = 'any' | 'signed' | 'unsigned' | 'bitfield'

export interface RelocationKind {
  readonly name: string
  readonly width: 0 | 1 | 2 | 4 | 8
  readonly formula: Formula
  readonly check: Check
}

const kind = (name: string, width: RelocationKind['width'], formula: Formula, check: Check): RelocationKind => ({
  name,
  width,
  formula,
  check,
})

const i386Kinds = new Map<number, RelocationKind>([
  [0, kind('R_386_NONE', 0, 'none', 'any')],
  [1, kind('R_386_32', 4, 'S+A', 'any')],
  [2, kind('R_386_PC32', 4, 'S+A-P', 'any')],
  // Direct: a static link has no PLT but for ifuncs.
  [4, kind('R_386_PLT32', 4, 'S+A-P', 'any')],
  [20, kind('R_386_16', 2, 'S+A', 'bitfield')],
  [21, kind('R_386_PC16', 2, 'S+A-P', 'bitfield')],
  [22, kind('R_386_8', 1, 'S+A', 'bitfield')],
  [23, kind('R_386_PC8', 1, 'S+A-P', 'signed')],
  [38, kind('R_386_SIZE32', 4, 'Z+A', 'unsigned')],
  [250, kind('R_386_GNU_VTINHERIT', 0, 'none', 'any')],
  [251, kind('R_386_GNU_VTENTRY', 0, 'none', 'any')],
])

const x8664Kinds = new Map<number, RelocationKind>([
  [0, kind('R_X86_64_NONE', 0, 'none', 'any')],
  [1, kind('R_X86_64_64', 8, 'S+A', 'any')],
  [2, kind('R_X86_64_PC32', 4, 'S+A-P', 'signed')],
  [4, kind('R_X86_64_PLT32', 4, 'S+A-P', 'signed')],
  [10, kind('R_X86_64_32', 4, 'S+A', 'unsigned')],
  [11, kind('R_X86_64_32S', 4, 'S+A', 'signed')],
  [12, kind('R_X86_64_16', 2, 'S+A', 'bitfield')],
  [13, kind('R_X86_64_PC16', 2, 'S+A-P', 'bitfield')],
  [14, kind('R_X86_64_8', 1, 'S+A', 'bitfield')],
  [15, kind('R_X86_64_PC8', 1, 'S+A-P', 'signed')],
  [24, kind('R_X86_64_PC64', 8, 'S+A-P', 'any')],
  [32, kind('R_X86_64_SIZE32', 4, 'Z+A', 'unsigned')],
  [33, kind('R_X86_64_SIZE64', 8, 'Z+A', 'any')],
  [250, kind('R_X86_64_GNU_VTINHERIT', 0, 'none', 'any')],
  [251, kind('R_X86_64_GNU_VTENTRY', 0, 'none', 'any')],
])

/**
 * Relocations of GOT and TLS in a flat link: GNU ld there knows no GOT and stores symbol + addend, less the place for those
 * that are relative to it.
 */
const flatI386Kinds = new Map<number, RelocationKind>([
  [3, kind('R_386_GOT32', 4, 'S+A', 'any')],
  [9, kind('R_386_GOTOFF', 4, 'S+A', 'any')],
  [10, kind('R_386_GOTPC', 4, 'S+A-P', 'any')],
  [43, kind('R_386_GOT32X', 4, 'S+A', 'any')],
])
const flatX8664Kinds = new Map<number, RelocationKind>([
  [3, kind('R_X86_64_GOT32', 4, 'S+A', 'signed')],
  [9, kind('R_X86_64_GOTPCREL', 4, 'S+A-P', 'signed')],
  [25, kind('R_X86_64_GOTOFF64', 8, 'S+A', 'any')],
  [26, kind('R_X86_64_GOTPC32', 4, 'S+A-P', 'signed')],
  [41, kind('R_X86_64_GOTPCRELX', 4, 'S+A-P', 'signed')],
  [42, kind('R_X86_64_REX_GOTPCRELX', 4, 'S+A-P', 'signed')],
])

/** What a relocation of a kind that is not in the tables does: GOT, TLS and the like (relax.ts). */
export interface SpecialRelocations {
  /** Applies it and returns true, or false where the type is not known. Further relocations it consumed: `skip`. */
  apply(site: RelocationSite): boolean
}

export interface RelocationSite {
  readonly section: InputSection
  readonly table: RelocationTable
  /** Row in the table; a special relocation that takes the next one along moves it. */
  row: number
  readonly type: number
  readonly offset: number
  readonly symbol: LinkSymbol
  /** Signed, as the object has it. */
  readonly addend: number
  readonly place: number
  /** The section's bytes in the output section. */
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly relocator: Relocator
}

export interface RelocateOptions {
  readonly machine: number
  readonly special: SpecialRelocations | undefined
  /** Where calls of an ifunc go. */
  readonly plt: ((symbol: LinkSymbol) => number | undefined) | undefined
  readonly isFlat: boolean
  readonly unresolved: 'error' | 'warn' | 'ignore'
  /** Names for "did you mean". */
  readonly knownNames: () => Iterable<string>
  readonly sink: DiagnosticSink
}

const mostReportsOfOneKind = 60

/** A register without its % is a symbol in AT&T syntax. */
const registerName =
  /^(?:[re]?(?:[abcd]x|[sd]i|[sb]p)|[re]ip|[abcd][lh]|(?:[sd]i|[sb]p)l|r(?:[89]|1[0-5])[dwb]?|[cdefgs]s|[cd]r[0-7]|st|mm[0-7]|[xyz]mm\d\d?)$/i

export class Relocator {
  readonly options: RelocateOptions
  /** By type. */
  readonly #kinds: readonly (RelocationKind | undefined)[]
  /** Where the section that is relocated lies, and that of the last symbol. */
  #lastPlace: OutputSection | undefined
  #lastPlaceBase = 0
  #lastTarget: OutputSection | undefined
  #lastTargetBase = 0
  readonly #lines = new Map<ElfObject, DebugLines>()
  readonly #undefined = new Map<LinkSymbol, { count: number; first: { section: InputSection; offset: number } }>()
  #overflows = 0
  /** Kept to the end: what is missing is said before what does not fit. */
  readonly #overflowReports: (() => void)[] = []
  readonly isI386: boolean

  constructor(options: RelocateOptions) {
    this.options = options
    this.isI386 = options.machine === EM_386
    const kinds: (RelocationKind | undefined)[] = new Array(256).fill(undefined)
    for (const [type, found] of this.isI386 ? i386Kinds : x8664Kinds) kinds[type] = found
    if (options.isFlat) for (const [type, found] of this.isI386 ? flatI386Kinds : flatX8664Kinds) kinds[type] ??= found
    this.#kinds = kinds
  }

  /** Fills the fields of one input section, whose bytes begin at `start` of `view`. */
  relocate(section: InputSection, view: DataView, start: number): void {
    const table = section.relocations
    const { output, sizeInBytes } = section
    if (!table || !output) return
    const base = this.#placeBase(output) + section.offset
    const { symbols } = section.object
    const { count } = table
    for (let row = 0; row < count; row++) {
      const type = table.typeAt(row)
      const found = this.#kinds[type]
      if (found && found.formula === 'none') continue
      const offset = table.offsetAt(row)
      const width = found?.width ?? 4
      if (offset + width > sizeInBytes) {
        this.options.sink.error(
          'relocation-outside',
          `${section.object.displayName}: relocation ${row} of ${section.name} is at offset 0x${offset.toString(16)}, outside the section of ${sizeInBytes} bytes`,
        )
        return
      }
      const symbol = symbols[table.symbolAt(row)] as LinkSymbol
      // REL: the addend is in the field, sign-extended.
      let addend = table.addendAt(row)
      if (this.isI386) addend += fieldOf(view, start + offset, found ? found.width : offset + 4 <= sizeInBytes ? 4 : 0)
      if (found) {
        this.#apply(section, found, symbol, addend, base + offset, offset, view, start + offset)
        continue
      }
      const bytes = new Uint8Array(view.buffer, view.byteOffset + start, sizeInBytes)
      const own = new DataView(bytes.buffer, bytes.byteOffset, sizeInBytes)
      const site: RelocationSite = {
        section,
        table,
        row,
        type,
        offset,
        symbol,
        addend,
        place: base + offset,
        bytes,
        view: own,
        relocator: this,
      }
      if (this.options.special?.apply(site)) {
        row = site.row
        continue
      }
      this.options.sink.error(
        'unsupported-relocation',
        `${this.placeText(section, offset)}relocation ${this.nameOf(type)} is not supported here`,
      )
    }
  }

  #placeBase(output: OutputSection): number {
    if (output !== this.#lastPlace) {
      this.#lastPlace = output
      this.#lastPlaceBase = signedNumber(output.address)
    }
    return this.#lastPlaceBase
  }

  #targetBase(output: OutputSection): number {
    if (output !== this.#lastTarget) {
      this.#lastTarget = output
      this.#lastTargetBase = signedNumber(output.address)
    }
    return this.#lastTargetBase
  }

  #apply(
    section: InputSection,
    rule: RelocationKind,
    symbol: LinkSymbol,
    addend: number,
    place: number,
    offset: number,
    view: DataView,
    at: number,
  ): void {
    if (rule.formula === 'Z+A') {
      store(view, at, rule.width, Number(symbol.sizeInBytes) + addend)
      return
    }
    const address = (symbol.pltOffset >= 0 ? this.options.plt?.(symbol) : undefined) ?? this.addressOf(symbol, section, offset, addend)
    if (Number.isNaN(address)) {
      // Debug information about what was discarded: a zero says so.
      storeWide(view, at, rule.width, 0n)
      return
    }
    const isRelative = rule.formula === 'S+A-P'
    let value = address + addend
    if (isRelative) value -= place
    if (!Number.isSafeInteger(value) || !Number.isSafeInteger(address)) {
      const wide = this.#wideAddress(symbol) + BigInt(addend) - (isRelative ? this.#widePlace(section, offset) : 0n)
      this.#store(section, rule, symbol, Number(BigInt.asIntN(64, wide)), offset, view, at)
      storeWide(view, at, rule.width, wide)
      return
    }
    this.#store(section, rule, symbol, value, offset, view, at)
  }

  #store(section: InputSection, rule: RelocationKind, symbol: LinkSymbol, value: number, offset: number, view: DataView, at: number): void {
    if (rule.check !== 'any' && this.#overflowsField(value, rule)) this.reportOverflow(section, rule, symbol, value, offset)
    store(view, at, rule.width, value)
  }

  #overflowsField(value: number, rule: RelocationKind): boolean {
    // An i386 address has 32 bits: sums wrap.
    const v = this.isI386 ? value | 0 : value
    const range = 2 ** (8 * rule.width)
    if (rule.check === 'signed') return v < -range / 2 || v >= range / 2
    if (rule.check === 'unsigned') return (this.isI386 ? v >>> 0 : v) < 0 || v >= range
    return v < -range || v >= range
  }

  /** The address of a symbol as a signed double; NaN for what was discarded or does not exist, which is reported. */
  addressOf(symbol: LinkSymbol, from: InputSection, offset: number, addend = 0): number {
    const { section } = symbol
    if (section?.output && symbol.state === 'defined' && !symbol.output && !section.merged && !section.isDiscarded) {
      const value = Number(symbol.value)
      if (value <= Number.MAX_SAFE_INTEGER) return this.#targetBase(section.output) + section.offset + value
    }
    if (symbol.state === 'undefined-weak') return 0
    if (symbol.state === 'undefined' && symbol.elf?.section !== SHN_UNDEF && !symbol.isLocal) return this.#missing(symbol, from, offset)
    if (symbol.state === 'undefined') {
      // The null symbol: an address without a symbol.
      if (symbol.isLocal && symbol.name === '') return 0
      return this.#missing(symbol, from, offset)
    }
    if (section && (section.isDiscarded || (!section.output && !section.merged))) {
      if (!this.options.isFlat && !isUnwind(from) && section.keptTwin?.output && !section.keptTwin.isDiscarded)
        return signedNumber(section.keptTwin.output.address) + section.keptTwin.offset + Number(symbol.value)
      return this.#discarded(symbol, section, from, offset)
    }
    if (section?.merged && symbol.type === 3 && symbol.isLocal) {
      // A section symbol plus an offset names one entity of a merged section.
      const place = section.merged.resolve(Number(symbol.value) + addend)
      if (!place.holder.output) return Number.NaN
      return signedNumber(place.holder.output.address) + place.holder.offset + place.offset - addend
    }
    const value = symbolAddress(symbol)
    return value ? signedNumber(absoluteOf(value)) : Number.NaN
  }

  #wideAddress(symbol: LinkSymbol): bigint {
    const value = symbolAddress(symbol)
    return value ? absoluteOf(value) : 0n
  }

  #widePlace(section: InputSection, offset: number): bigint {
    return (section.output?.address ?? 0n) + BigInt(section.offset + offset)
  }

  #missing(symbol: LinkSymbol, section: InputSection, offset: number): number {
    if (this.options.unresolved === 'ignore') return 0
    const known = this.#undefined.get(symbol)
    if (known) known.count++
    else this.#undefined.set(symbol, { count: 1, first: { section, offset } })
    return 0
  }

  #discarded(symbol: LinkSymbol, target: InputSection, from: InputSection, offset: number): number {
    // A flat link leaves zeros without a word, as GNU ld does.
    const isQuiet = this.options.isFlat || (from.flags & SHF_ALLOC) === 0 || isUnwind(from)
    if (!isQuiet && this.#overflows++ < mostReportsOfOneKind) {
      const name = symbol.name || target.name
      this.options.sink.error(
        'discarded-section',
        `${this.placeText(from, offset)}'${name}' is defined in ${target.name} of ${target.object.displayName}, which the script discards`,
        this.spanOf(from, offset),
      )
    }
    return Number.NaN
  }

  /** Reports what was missing, each symbol once. */
  finish(): void {
    const { sink, unresolved } = this.options
    const known = this.#undefined.size === 0 ? [] : [...this.options.knownNames()]
    // Advice looks at all names: where very much is missing, a library is, not a letter.
    let advices = mostReportsOfOneKind
    for (const [symbol, { count, first }] of this.#undefined) {
      const span = this.spanOf(first.section, first.offset)
      const meant = registerName.test(symbol.name) ? `%${symbol.name}` : advices-- > 0 ? nearestWord(symbol.name, known) : undefined
      const more = {
        ...(meant !== undefined && { fix: { message: `did you mean ${meant.startsWith('%') ? `the register ${meant}` : `'${meant}'`}?` } }),
        ...(count > 1 && { notes: [{ message: `${count - 1} more reference${count === 2 ? '' : 's'} to it` }] }),
      }
      const message = `${span ? '' : this.placeText(first.section, first.offset)}undefined reference to '${symbol.name}'`
      if (unresolved === 'warn') sink.warn('undefined-reference', message, span, more)
      else sink.error('undefined-reference', message, span, more)
    }
    for (const report of this.#overflowReports.splice(0)) report()
  }

  reportOverflow(
    section: InputSection,
    rule: { readonly name: string; readonly width: number; readonly check: string },
    symbol: LinkSymbol,
    value: number,
    offset: number,
  ): void {
    // The zero that stands for a missing symbol is too far only because it is missing.
    if (this.options.unresolved === 'error' && this.#undefined.has(symbol)) return
    if (this.#overflows++ >= mostReportsOfOneKind) return
    const span = this.spanOf(section, offset)
    const range = 2 ** (8 * rule.width)
    const top = rule.check === 'signed' ? range / 2 - 1 : range - 1
    const bottom = rule.check === 'signed' ? -range / 2 : rule.check === 'unsigned' ? 0 : -range
    const by = value > top ? value - top : bottom - value
    const what = symbol.name || symbol.section?.name || 'a number'
    const notes = [
      {
        message: `the field of ${8 * rule.width} bits (${rule.name}) holds ${hex(bottom)} to ${hex(top)}; the value is ${hex(by)} beyond it`,
      },
    ]
    if (rule.width === 2)
      notes.push({
        message: `code of 16 bits reaches one segment of 64 KB: link it below 0x10000 ('. = 0x7c00;' in SECTIONS, or -Ttext 0x7c00)`,
      })
    this.#overflowReports.push(() =>
      this.options.sink.error(
        'relocation-overflow',
        `${span ? '' : this.placeText(section, offset)}relocation truncated to fit: '${what}' is ${hex(value)} here, too far for ${8 * rule.width} bits`,
        span,
        { notes },
      ),
    )
  }

  spanOf(section: InputSection, offset: number): Span | undefined {
    return section.object.locate?.(section.index, offset)
  }

  placeText(section: InputSection, offset: number): string {
    if (this.spanOf(section, offset)) return ''
    const { elf } = section.object
    let lines = this.#lines.get(elf)
    if (!lines) this.#lines.set(elf, (lines = new DebugLines(elf)))
    const line = lines.at(section.index, offset)
    return `${line ? `${line.file}:${line.line}: ` : ''}${section.object.displayName}:(${section.name}+0x${offset.toString(16)}): `
  }

  nameOf(type: number): string {
    return (this.isI386 ? i386RelocationNames : x8664RelocationNames)[type] ?? `of type ${type}`
  }
}

/** Unwind information outlives what it is about. */
function isUnwind(section: InputSection): boolean {
  return section.name === '.eh_frame' || section.name.startsWith('.gcc_except_table') || section.name === '.sframe'
}

function hex(value: number): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`
}

/** An address as a signed double; NaN never: beyond 2^53 it is rounded, and the wide path is taken. */
export function signedNumber(address: bigint): number {
  return Number(BigInt.asIntN(64, address))
}

function fieldOf(view: DataView, offset: number, width: number): number {
  switch (width) {
    case 1:
      return view.getInt8(offset)
    case 2:
      return view.getInt16(offset, true)
    case 4:
      return view.getInt32(offset, true)
    default:
      return 0
  }
}

/** Low bytes of a number, little-endian. */
export function store(view: DataView, offset: number, width: number, value: number): void {
  switch (width) {
    case 1:
      view.setUint8(offset, value & 0xff)
      break
    case 2:
      view.setUint16(offset, value & 0xffff, true)
      break
    case 4:
      view.setUint32(offset, value % 0x1_0000_0000, true)
      break
    case 8:
      view.setUint32(offset, value % 0x1_0000_0000, true)
      view.setInt32(offset + 4, Math.floor(value / 0x1_0000_0000), true)
      break
  }
}

function storeWide(view: DataView, offset: number, width: number, value: bigint): void {
  if (width === 8) view.setBigUint64(offset, BigInt.asUintN(64, value), true)
  else store(view, offset, width, Number(BigInt.asIntN(8 * width, value)))
}
