// The symbol table of an ELF output, executable or relocatable.
// Enters: output sections, the objects and the global symbols. Leaves: the table in GNU ld 2.40's order, found by
// trying: section symbols where relocations stay; the locals of each object, objects in the order in which
// output sections hold them, under the name of their file; locals that were global; globals. gABI ch. 4 "Symbol Table";
// GNU ld manual §2.1, -s, -S, -x, -X.

import {
  type ElfSymbol,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_MERGE,
  SHF_TLS,
  SHF_WRITE,
  SHN_ABS,
  SHN_COMMON,
  SHN_UNDEF,
  SHT_GROUP,
  SHT_NOBITS,
  STB_GLOBAL,
  STB_GNU_UNIQUE,
  STB_LOCAL,
  STB_WEAK,
  STT_COMMON,
  STT_FILE,
  STT_OBJECT,
  STT_SECTION,
  STT_TLS,
} from '@kernelbox/elf'
import { absoluteOf } from '../layout/evaluate.ts'
import { inHashOrder } from './hash-order.ts'
import type { InputObject, LinkSymbol, OutputSection } from '../model.ts'
import { symbolAddress } from '../layout/symbol-address.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'

interface OutputSymbolOptions {
  readonly isRelocatable: boolean
  /** -r and --emit-relocs: relocations of the output name section symbols and what is undefined. */
  readonly keepsRelocations: boolean
  readonly discardLocals: 'all' | 'temporary' | 'none' | undefined
}

interface OutputSymbols {
  /** The null symbol first; sections are numbered as in `outputs`, from 1. */
  readonly symbols: readonly ElfSymbol[]
  /** Zero for a symbol that is not in the table. */
  readonly indexOf: (symbol: LinkSymbol) => number
}

const nullSymbol: ElfSymbol = { name: '', value: 0n, sizeInBytes: 0n, binding: 0, type: 0, visibility: 0, section: SHN_UNDEF }

/** Names that assemblers make up: `.L`, `..`, `_.L_`, and numbered labels (GNU as manual "Symbol Names"). */
const temporaryName = /^(?:\.L|\.\.|_\.L_|L\d+[\u0001\u0002])/

/** @param indexOf the number of each section in the output, in order */
export function outputSymbols(
  outputs: readonly OutputSection[],
  indexOf: ReadonlyMap<OutputSection, number>,
  symbols: SymbolTable,
  objects: readonly InputObject[],
  options: OutputSymbolOptions,
): OutputSymbols {
  const list: ElfSymbol[] = [nullSymbol]
  const numbers = new Map<LinkSymbol, number>()
  const sectionSymbols = new Map<OutputSection, number>()
  const placer = new SymbolPlacer(outputs, indexOf, options.isRelocatable)
  const add = (entry: ElfSymbol, symbol?: LinkSymbol) => {
    // Only relocations ask for numbers.
    if (symbol && options.keepsRelocations) numbers.set(symbol, list.length)
    list.push(entry)
  }
  if (options.keepsRelocations) {
    for (const [output, section] of indexOf) {
      sectionSymbols.set(output, list.length)
      add({ ...nullSymbol, value: options.isRelocatable ? 0n : output.address, type: STT_SECTION, section })
    }
  }

  const isNeeded = options.keepsRelocations ? symbolsOfRelocations(outputs) : new Set<LinkSymbol>()
  const hasFileSymbols = addLocals()

  function addLocals(): boolean {
    let hasAny = false
    for (const object of inOutputOrder(outputs, objects)) {
      if (object.justSymbols) continue
      let isFileNamed = false
      for (const symbol of object.symbols) {
        const { elf } = symbol
        if (!elf || elf.binding !== STB_LOCAL || elf.type === STT_SECTION || elf.name === '') continue
        if (elf.type === STT_FILE) {
          if (options.discardLocals === 'all') continue
          isFileNamed = true
          add({ ...nullSymbol, name: elf.name, type: STT_FILE, section: SHN_ABS }, symbol)
          continue
        }
        if (!isNeeded.has(symbol) && isDropped(symbol, options)) continue
        const entry = placer.place(symbol, STB_LOCAL)
        // A group's header has no section of its own in an executable, nor has the symbol that names the group.
        if (!entry || (entry.section === SHN_ABS && elf.section !== SHN_ABS)) continue
        if (!isFileNamed && options.discardLocals !== 'all') {
          isFileNamed = true
          add({ ...nullSymbol, name: fileNameOf(object), type: STT_FILE, section: SHN_ABS })
        }
        add(entry, symbol)
      }
      if (isFileNamed) hasAny = true
    }
    return hasAny
  }

  const hidden: [ElfSymbol, LinkSymbol][] = []
  const globals: [ElfSymbol, LinkSymbol][] = []
  for (const name of inHashOrder(symbols.byName.keys())) {
    const symbol = symbols.byName.get(name) as LinkSymbol
    const entry = globalEntry(symbol, placer, options)
    if (!entry) continue
    if (symbol.isForcedLocal && symbol.state === 'defined') hidden.push([{ ...entry, binding: STB_LOCAL, visibility: 0 }, symbol])
    else globals.push([entry, symbol])
  }
  // An empty file name ends the symbols of the last object.
  if (hidden.length > 0 && hasFileSymbols) add({ ...nullSymbol, type: STT_FILE, section: SHN_ABS })
  for (const [entry, symbol] of hidden) add(entry, symbol)
  for (const [entry, symbol] of globals) add(entry, symbol)

  return {
    symbols: list,
    indexOf: (symbol) => {
      if (symbol.isLocal && symbol.type === STT_SECTION) {
        const output = symbol.section?.merged ? symbol.section.merged.resolve(0).holder.output : symbol.section?.output
        return output ? (sectionSymbols.get(output) ?? 0) : 0
      }
      return numbers.get(symbol) ?? 0
    },
  }
}

function globalEntry(symbol: LinkSymbol, placer: SymbolPlacer, options: OutputSymbolOptions): ElfSymbol | undefined {
  const { name, sizeInBytes, type, visibility } = symbol
  if (symbol.state === 'undefined' || symbol.state === 'undefined-weak') {
    // What only the command line or the script asks for is listed as missing (tried on GNU ld 2.40).
    if (!symbol.isAskedFor && (!symbol.referencedIn || !options.keepsRelocations)) return undefined
    const binding = symbol.state === 'undefined' ? STB_GLOBAL : STB_WEAK
    return { ...nullSymbol, name, binding, type, visibility }
  }
  if (symbol.state === 'common') {
    const value = symbol.value
    return { name, value, sizeInBytes, binding: STB_GLOBAL, type, visibility, section: SHN_COMMON }
  }
  return placer.place(symbol, symbol.isUnique ? STB_GNU_UNIQUE : symbol.isWeak ? STB_WEAK : STB_GLOBAL)
}

function isDropped(symbol: LinkSymbol, options: OutputSymbolOptions): boolean {
  if (options.discardLocals === 'all') return true
  if (options.discardLocals === 'none' || !temporaryName.test(symbol.name)) return false
  // Names of merged strings mean nothing after the merge.
  return options.discardLocals === 'temporary' || (!options.isRelocatable && ((symbol.section?.flags ?? 0) & SHF_MERGE) !== 0)
}

/** Relocations and groups that are kept keep the local symbols that they name. */
function symbolsOfRelocations(outputs: readonly OutputSection[]): Set<LinkSymbol> {
  const found = new Set<LinkSymbol>()
  for (const output of outputs) {
    for (const item of output.items) {
      if (item.kind !== 'input') continue
      const { relocations, object, index } = item.section
      const group = output.type === SHT_GROUP && object.elf.groups.find((one) => one.section === index)
      const signature = group && object.symbols.find((symbol) => symbol.isLocal && symbol.name === group.signature)
      if (signature) found.add(signature)
      if (!relocations) continue
      for (let row = 0; row < relocations.count; row++) found.add(object.symbols[relocations.symbolAt(row)] as LinkSymbol)
    }
  }
  return found
}

/** Objects that give the output something, the one whose section comes first, first. */
function inOutputOrder(outputs: readonly OutputSection[], objects: readonly InputObject[]): Set<InputObject> {
  const found = new Set<InputObject>()
  const [first] = objects
  // What has only room comes last.
  for (const output of [...outputs.filter(({ type }) => type !== SHT_NOBITS), ...outputs.filter(({ type }) => type === SHT_NOBITS)]) {
    for (const item of output.items) {
      if (item.kind !== 'input') continue
      // The linker's own sections are held to be of the first object.
      const owner = item.section.object.isLinkerMade ? first : item.section.object
      if (owner) found.add(owner)
    }
  }
  return found
}

function fileNameOf(object: InputObject): string {
  return object.fileName.slice(object.fileName.lastIndexOf('/') + 1)
}

/** As the table of an executable has the symbols that can be looked up at run time. */
export function symbolPlacer(outputs: readonly OutputSection[]): (symbol: LinkSymbol) => ElfSymbol | undefined {
  const placer = new SymbolPlacer(outputs, new Map(outputs.map((output, i) => [output, i + 1])), false)
  return (symbol) => placer.place(symbol, symbol.isUnique ? STB_GNU_UNIQUE : symbol.isWeak ? STB_WEAK : STB_GLOBAL)
}

class SymbolPlacer {
  readonly #outputs: readonly OutputSection[]
  readonly #indexOf: ReadonlyMap<OutputSection, number>
  readonly #isRelocatable: boolean
  readonly #tlsStart: bigint

  constructor(outputs: readonly OutputSection[], indexOf: ReadonlyMap<OutputSection, number>, isRelocatable: boolean) {
    this.#outputs = outputs
    this.#indexOf = indexOf
    this.#isRelocatable = isRelocatable
    this.#tlsStart = isRelocatable ? 0n : tlsStart(outputs)
  }

  /** The row of a defined symbol; undefined where its section is not in the output. */
  place(symbol: LinkSymbol, binding: number): ElfSymbol | undefined {
    const { name, sizeInBytes, visibility, section: input } = symbol
    if (symbol.state !== 'defined') return undefined
    if (input && (input.isDiscarded || (!input.output && !input.merged))) return undefined
    const value = symbolAddress(symbol)
    if (!value) return undefined
    const type = symbol.type === STT_COMMON && !this.#isRelocatable ? STT_OBJECT : symbol.type
    const { section: output } = value
    let section: number
    let address = value.value
    if (output === undefined || output === 'abs') {
      const beside = symbol.beside && this.#indexOf.get(symbol.beside)
      section = beside ?? SHN_ABS
      if (this.#isRelocatable && beside !== undefined && symbol.beside) address -= symbol.beside.address
    } else {
      const index = this.#indexOf.get(output)
      if (index === undefined || !this.#isRelocatable) address = absoluteOf(value)
      if (index !== undefined) {
        section = index
        if (type === STT_TLS) address -= this.#tlsStart
      } else if (binding === STB_LOCAL && !symbol.isForcedLocal) section = SHN_ABS
      else section = this.#nearest(output, address) ?? SHN_ABS
    }
    return { name, value: address, sizeInBytes, binding, type, visibility, section }
  }

  /** A symbol of a section that is not in the output belongs to the one beside it that is most like it. */
  #nearest(gone: OutputSection, address: bigint): number | undefined {
    let before: OutputSection | undefined
    let after: OutputSection | undefined
    for (const output of this.#outputs) {
      if (output.order < gone.order) before = output
      else if (!after) after = output
    }
    const kind = (output: OutputSection, mask: number) => (output.flags ^ gone.flags) & mask
    let chosen = before ?? after
    if (before && after) {
      const mask = [SHF_ALLOC | SHF_TLS, SHF_WRITE, SHF_EXECINSTR].find((one) => ((before.flags ^ after.flags) & one) !== 0)
      if (mask === undefined) chosen = address < after.address ? before : after
      else chosen = kind(after, mask) === 0 ? after : before
    }
    return chosen && this.#indexOf.get(chosen)
  }
}

/** Values of TLS symbols are offsets in the TLS segment (gABI "Symbol Values"). */
function tlsStart(outputs: readonly OutputSection[]): bigint {
  let start: bigint | undefined
  for (const output of outputs)
    if ((output.flags & SHF_TLS) !== 0 && (start === undefined || output.address < start)) start = output.address
  return start ?? 0n
}
