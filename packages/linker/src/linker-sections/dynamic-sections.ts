// What a static position-independent program needs to move itself: .dynamic and relative relocations.
// Enters: the live sections' relocations (before the plan: the sections' sizes), later the relocated contents. Leaves: the
// sections of a link with -pie and no dynamic linker, as glibc's and U-Boot's start-up code read them. gABI ch. 5 "Dynamic
// Section"; x86-64 psABI §4.4.1, i386 supplement "Relocation Types" (R_*_RELATIVE).

import type { DiagnosticSink } from '@kernelbox/diagnostics'
import { SHF_ALLOC, SHF_WRITE, SHT_FINI_ARRAY, SHT_INIT_ARRAY, SHT_STRTAB, STT_GNU_IFUNC } from '@kernelbox/elf'
import { viewOf } from '../relocation/contents.ts'
import { absoluteOf } from '../layout/evaluate.ts'
import { inHashOrder } from '../output/hash-order.ts'
import { symbolPlacer } from '../output/output-symbols.ts'
import { type ExportedSymbols, exportedSymbols } from './exported-symbols.ts'
import { defineAtSection } from './linker-symbols.ts'
import type { InputObject, InputSection, LinkSymbol, OutputSection } from '../model.ts'
import type { HashStyle } from '../options.ts'
import { namesIn } from '../script/script-references.ts'
import type { Expression } from '../script/syntax/ast.ts'
import { symbolAddress } from '../layout/symbol-address.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'

const SHT_DYNAMIC = 6
const SHT_DYNSYM = 11
const SHT_HASH = 5
const SHT_GNU_HASH = 0x6fff_fff6
const relative = 8

const tag = {
  init: 12,
  fini: 13,
  initArray: 25,
  initArraySize: 27,
  finiArray: 26,
  finiArraySize: 28,
  hash: 4,
  gnuHash: 0x6fff_fef5,
  textRelocations: 22,
  flags: 30,
  stringTable: 5,
  symbolTable: 6,
  stringSize: 10,
  symbolSize: 11,
  debug: 21,
  pltGot: 3,
  pltRelocationSize: 2,
  pltRelocationKind: 20,
  pltRelocations: 23,
  rela: 7,
  relaSize: 8,
  relaEntry: 9,
  rel: 17,
  relSize: 18,
  relEntry: 19,
  flags1: 0x6fff_fffb,
  relaCount: 0x6fff_fff9,
  relCount: 0x6fff_fffa,
} as const
const flag1Pie = 0x0800_0000
const flagTextRelocations = 4
/** GNU ld leaves room for so many more entries, null ones among them (manual §2.1, --spare-dynamic-tags). */
const spareTags = 5

interface Word {
  readonly section: InputSection
  readonly offset: number
  readonly symbol: LinkSymbol
}

export interface AssignedAs {
  readonly isHidden: boolean
  /** PROVIDE: only where something asks for it. */
  readonly isProvide: boolean
  readonly value: Expression
}

export interface DynamicRules {
  readonly hashStyle: HashStyle
  /** -E: the program's symbols can be looked up. */
  readonly exportsSymbols: boolean
  /** Names that the script gives a value, whether an object defines them or not. */
  readonly assigned: ReadonlyMap<string, AssignedAs>
}

interface DynamicMaker extends DynamicRules {
  readonly isI386: boolean
  readonly is64: boolean
  readonly make: (name: string, type: number, flags: number, size: number, alignment: number, entrySize: number) => InputSection
}

export class DynamicSections {
  readonly #maker: DynamicMaker
  readonly #words: Word[] = []
  #dynamic: InputSection | undefined
  #symbols: InputSection | undefined
  #strings: InputSection | undefined
  #relocations: InputSection | undefined
  #hash: InputSection | undefined
  #gnuHash: InputSection | undefined
  #exported: ExportedSymbols | undefined
  #hasInitArray = false
  #hasFiniArray = false

  constructor(maker: DynamicMaker) {
    this.#maker = maker
  }

  get wordSize(): 4 | 8 {
    return this.#maker.is64 ? 8 : 4
  }

  get rowSize(): number {
    return this.#maker.is64 ? 24 : this.#maker.isI386 ? 8 : 12
  }

  /** How many words the program's own code must relocate, at most. */
  get wordCount(): number {
    return this.#words.length
  }

  /** Finds words that hold addresses, and refuses fields that are too small for one. */
  scan(objects: readonly InputObject[], sink: DiagnosticSink): void {
    for (const object of objects) {
      for (const section of object.sections) {
        if (!section || section.isDiscarded || !section.isLive || (section.flags & SHF_ALLOC) === 0) continue
        if (section.type === SHT_INIT_ARRAY) this.#hasInitArray = true
        if (section.type === SHT_FINI_ARRAY) this.#hasFiniArray = true
        this.#scanSection(section, sink)
      }
    }
  }

  #scanSection(section: InputSection, sink: DiagnosticSink): void {
    const { relocations, object } = section
    if (!relocations) return
    const { isI386, is64 } = this.#maker
    for (let row = 0; row < relocations.count; row++) {
      const type = relocations.typeAt(row)
      const symbol = object.symbols[relocations.symbolAt(row)] as LinkSymbol
      if (!this.mayMove(symbol)) continue
      const offset = relocations.offsetAt(row)
      if (type === (isI386 || is64 ? 1 : 10)) this.#words.push({ section, offset, symbol })
      else if (is64 && (type === 10 || type === 11) && symbol.state === 'defined') {
        const name = symbol.name || symbol.section?.name || ''
        sink.error(
          'not-position-independent',
          `${object.displayName}:(${section.name}+0x${offset.toString(16)}): relocation R_X86_64_32${type === 11 ? 'S' : ''} against '${name}' cannot be used in a position-independent program`,
          object.locate?.(section.index, offset),
          { fix: { message: 'recompile with -fPIE, or link with -no-pie' } },
        )
        return
      }
    }
  }

  /** Whether the symbol's address may depend on where the program is loaded; of the script's symbols that is known later. */
  mayMove(symbol: LinkSymbol): boolean {
    if (symbol.state === 'defined') return symbol.section !== undefined || symbol.isScripted || this.#maker.assigned.has(symbol.name)
    return symbol.name !== '' && (symbol.state !== 'undefined-weak' || symbol.isLinkerMade || this.#maker.assigned.has(symbol.name))
  }

  /** Makes the sections, but the relocations: they are the linker's own .rela.got. */
  make(hasRelocations: boolean, symbols: SymbolTable, hasPlt: boolean): void {
    const { make, is64, isI386, hashStyle } = this.#maker
    const { wordSize } = this
    const exported = exportedSymbols(this.#exportedNames(symbols), wordSize, hashStyle !== 'sysv')
    this.#exported = exported
    const rowSize = is64 ? 24 : 16
    this.#symbols = make('.dynsym', SHT_DYNSYM, SHF_ALLOC, rowSize * (exported.names.length + 1), wordSize, rowSize)
    this.#strings = filled(make('.dynstr', SHT_STRTAB, SHF_ALLOC, exported.strings.length, 1, 0), exported.strings)
    let tags = hashStyle === 'both' ? 8 : 7
    for (const name of ['_init', '_fini']) if (symbols.get(name)?.state === 'defined') tags++
    if (this.#hasInitArray) tags += 2
    if (this.#hasFiniArray) tags += 2
    if (hasPlt) tags += 4
    if (hasRelocations) tags += 4 + (this.#hasTextRelocations() ? 2 : 0)
    this.#dynamic = make(
      '.dynamic',
      SHT_DYNAMIC,
      SHF_ALLOC | SHF_WRITE,
      (tags + spareTags) * 2 * wordSize,
      wordSize,
      (is64 || isI386 ? 2 : 1) * wordSize,
    )
    symbols.intern('_DYNAMIC')
    defineAtSection(symbols, '_DYNAMIC', this.#dynamic)
    if (hashStyle !== 'gnu') this.#hash = filled(make('.hash', SHT_HASH, SHF_ALLOC, exported.hash.length, wordSize, 4), exported.hash)
    if (hashStyle !== 'sysv')
      this.#gnuHash = filled(make('.gnu.hash', SHT_GNU_HASH, SHF_ALLOC, exported.gnuHash.length, wordSize, is64 ? 0 : 4), exported.gnuHash)
  }

  /** Of .dynamic, once it is laid out. */
  get address(): number {
    return Number(addressOf(this.#dynamic) ?? 0n)
  }

  useRelocations(section: InputSection | undefined): void {
    this.#relocations = section
  }

  /** In the order of GNU ld's table. */
  #exportedNames(symbols: SymbolTable): string[] {
    const { exportsSymbols, assigned } = this.#maker
    if (!exportsSymbols) return []
    for (const [name, { isProvide }] of assigned) if (!isProvide && name !== '.') symbols.intern(name)
    return [...inHashOrder(symbols.byName.keys())].filter((name) => {
      const symbol = symbols.byName.get(name) as LinkSymbol
      const { state, section } = symbol
      const made = assigned.get(name)
      // Where others are exported what is hidden is not global any more.
      if (isHidden(symbol) || (made && isHiddenByValue(made.value, symbols))) symbol.isForcedLocal = true
      if (symbol.isForcedLocal || made?.isHidden) return false
      if (made) return true
      return (state === 'defined' || state === 'common') && !section?.isDiscarded && section?.isLive !== false
    })
  }

  /** Writes .dynsym. */
  #fillSymbols(symbols: SymbolTable, outputs: readonly OutputSection[]): void {
    const view = viewOf(this.#symbols)
    const { names, nameOffsets } = this.#exported ?? { names: [], nameOffsets: [] }
    const { is64 } = this.#maker
    if (!view) return
    const place = symbolPlacer(outputs)
    names.forEach((name, i) => {
      const symbol = symbols.get(name)
      const entry = symbol && place(symbol)
      const at = (i + 1) * (is64 ? 24 : 16)
      if (!entry || at + (is64 ? 24 : 16) > view.byteLength) return
      const info = ((entry.binding << 4) | (entry.type & 15)) & 255
      view.setUint32(at, nameOffsets[i] as number, true)
      if (is64) {
        view.setUint8(at + 4, info)
        view.setUint8(at + 5, entry.visibility)
        view.setUint16(at + 6, entry.section, true)
        view.setBigUint64(at + 8, BigInt.asUintN(64, entry.value), true)
        view.setBigUint64(at + 16, entry.sizeInBytes, true)
      } else {
        view.setUint32(at + 4, Number(BigInt.asUintN(32, entry.value)), true)
        view.setUint32(at + 8, Number(BigInt.asUintN(32, entry.sizeInBytes)), true)
        view.setUint8(at + 12, info)
        view.setUint8(at + 13, entry.visibility)
        view.setUint16(at + 14, entry.section, true)
      }
    })
  }

  /** Words that move in what is not writable. */
  #hasTextRelocations(): boolean {
    return this.#words.some(({ section }) => (section.flags & SHF_WRITE) === 0)
  }

  /**
   * Writes relocations and tags, once contents are relocated: the word's value is what the load address is added to.
   * @param slots further words that hold addresses: the GOT's
   */
  fill(
    symbols: SymbolTable,
    outputs: readonly OutputSection[],
    slots: readonly { section: InputSection; offset: number; symbol: LinkSymbol }[],
  ): void {
    const { isI386, is64 } = this.#maker
    const table = viewOf(this.#relocations)
    const rows: { readonly view: DataView; readonly offset: number; readonly place: bigint }[] = []
    for (const { section, offset, symbol } of [...this.#words, ...slots]) {
      const view = viewOf(section)
      const { output } = section
      if (!view || !output || offset + this.wordSize > view.byteLength || !moves(symbol)) continue
      rows.push({ view, offset, place: output.address + BigInt(section.offset + offset) })
    }
    // In the order of their places, as GNU ld combines them.
    rows.sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0))
    let count = 0
    for (const { view, offset, place } of rows) {
      if (!table || (count + 1) * this.rowSize > table.byteLength) break
      const at = count++ * this.rowSize
      if (is64) {
        table.setBigUint64(at, place, true)
        table.setBigUint64(at + 8, BigInt(relative), true)
        table.setBigInt64(at + 16, view.getBigInt64(offset, true), true)
      } else {
        table.setUint32(at, Number(BigInt.asUintN(32, place)), true)
        table.setUint32(at + 4, relative, true)
        if (!isI386) table.setInt32(at + 8, view.getInt32(offset, true), true)
      }
    }
    this.#fillSymbols(symbols, outputs)
    this.#writeTags(symbols, outputs, count)
  }

  #writeTags(symbols: SymbolTable, outputs: readonly OutputSection[], relativeCount: number): void {
    const view = viewOf(this.#dynamic)
    if (!view) return
    const { isI386, is64 } = this.#maker
    let at = 0
    const put = (name: keyof typeof tag, value: bigint) => {
      if (is64) {
        view.setBigUint64(at, BigInt(tag[name]), true)
        view.setBigUint64(at + 8, value, true)
      } else {
        view.setUint32(at, tag[name], true)
        view.setUint32(at + 4, Number(BigInt.asUintN(32, value)), true)
      }
      at += 2 * this.wordSize
    }
    const section = (name: string) => outputs.find((output) => output.name === name)
    for (const [name, key] of [
      ['_init', 'init'],
      ['_fini', 'fini'],
    ] as const) {
      const symbol = symbols.get(name)
      const value = symbol?.state === 'defined' ? symbolAddress(symbol) : undefined
      if (value) put(key, absoluteOf(value))
    }
    for (const [name, key, sizeKey] of [
      ['.init_array', 'initArray', 'initArraySize'],
      ['.fini_array', 'finiArray', 'finiArraySize'],
    ] as const) {
      const output = section(name)
      if (!output) continue
      put(key, output.address)
      put(sizeKey, BigInt(output.sizeInBytes))
    }
    const hash = addressOf(this.#hash)
    if (hash !== undefined) put('hash', hash)
    const gnuHash = addressOf(this.#gnuHash)
    if (gnuHash !== undefined) put('gnuHash', gnuHash)
    const strings = addressOf(this.#strings)
    const table = addressOf(this.#symbols)
    if (strings !== undefined && table !== undefined) {
      put('stringTable', strings)
      put('symbolTable', table)
      put('stringSize', BigInt(this.#exported?.strings.length ?? 1))
      put('symbolSize', is64 ? 24n : 16n)
    }
    put('debug', 0n)
    const gotPlt = section('.got.plt')
    const plt = section(isI386 ? '.rel.plt' : '.rela.plt')
    if (plt) {
      if (gotPlt) put('pltGot', gotPlt.address)
      put('pltRelocationSize', BigInt(plt.sizeInBytes))
      put('pltRelocationKind', isI386 ? 17n : 7n)
      put('pltRelocations', plt.address)
    }
    const relocations = addressOf(this.#relocations)
    if (relocations !== undefined && relativeCount > 0) {
      put(isI386 ? 'rel' : 'rela', relocations)
      put(isI386 ? 'relSize' : 'relaSize', BigInt(this.#relocations?.sizeInBytes ?? 0))
      put(isI386 ? 'relEntry' : 'relaEntry', BigInt(this.rowSize))
      if (this.#hasTextRelocations()) {
        put('textRelocations', 0n)
        put('flags', BigInt(flagTextRelocations))
      }
    }
    put('flags1', BigInt(flag1Pie))
    if (relocations !== undefined && relativeCount > 0) put(isI386 ? 'relCount' : 'relaCount', BigInt(relativeCount))
  }
}

function isHidden({ visibility }: LinkSymbol): boolean {
  return visibility === 1 || visibility === 2
}

/** `x = y + 4` makes x what y is (ScriptSymbols.assign). */
function isHiddenByValue(value: Expression, symbols: SymbolTable): boolean {
  const [name, ...others] = namesIn(value)
  const symbol = name === undefined || others.length > 0 ? undefined : symbols.get(name)
  return symbol !== undefined && isHidden(symbol)
}

function filled(section: InputSection, bytes: Uint8Array): InputSection {
  section.contents.set(bytes)
  return section
}

function moves(symbol: LinkSymbol): boolean {
  if (symbol.state !== 'defined') return false
  if (symbol.type === STT_GNU_IFUNC && symbol.pltOffset < 0) return false
  return symbol.section !== undefined || symbol.output !== undefined || symbol.beside !== undefined
}

function addressOf(section: InputSection | undefined): bigint | undefined {
  return section?.output ? section.output.address + BigInt(section.offset) : undefined
}
