// The output as an ELF executable.
// Enters: output sections with contents, segments, symbols. Leaves: the file's bytes. gABI ch. 4 and 5.

import {
  ET_DYN,
  ET_EXEC,
  type ExecutableSection,
  type ExecutableSymbol,
  SHF_ALLOC,
  SHN_ABS,
  SHT_NOBITS,
  STB_GLOBAL,
  STB_GNU_UNIQUE,
  STB_LOCAL,
  STB_WEAK,
  STT_FILE,
  STT_SECTION,
  writeExecutable,
} from '@kernelbox/elf'
import { absoluteOf } from './evaluate.ts'
import { inHashOrder } from './hash-order.ts'
import { symbolAddress } from './symbol-address.ts'
import type { InputObject, LinkSymbol, OutputSection } from './model.ts'
import type { PlacedSegments } from './segments.ts'
import type { SymbolTable } from './symbol-table.ts'

export interface WriteElfOptions {
  readonly elfClass: 32 | 64
  readonly machine: number
  readonly isPie: boolean
  readonly entry: bigint
  readonly strip: 'all' | 'debug' | undefined
  readonly discardLocals: 'all' | 'temporary' | undefined
}

export function writeElf(
  outputs: readonly OutputSection[],
  placed: PlacedSegments,
  symbols: SymbolTable,
  objects: readonly InputObject[],
  options: WriteElfOptions,
): Uint8Array {
  const indexOf = new Map<OutputSection, number>()
  outputs.forEach((output, i) => indexOf.set(output, i + 1))
  const sections = outputs.map((output): ExecutableSection => {
    const isNobits = output.type === SHT_NOBITS
    return {
      name: output.name,
      type: output.type || 1,
      flags: output.flags,
      address: (output.flags & SHF_ALLOC) !== 0 ? output.address : output.hasExplicitAddress ? 0n : output.address,
      sizeInBytes: output.sizeInBytes,
      contents: isNobits ? new Uint8Array(0) : output.contents,
      alignment: output.alignment,
      entrySize: output.entrySize,
      link: 0,
      info: 0,
      fileOffset: placed.offsets.get(output),
    }
  })
  return writeExecutable({
    class: options.elfClass,
    machine: options.machine,
    type: options.isPie ? ET_DYN : ET_EXEC,
    entry: options.entry,
    flags: 0,
    sections,
    segments: placed.segments,
    symbols: options.strip === 'all' ? undefined : outputSymbols(outputs, indexOf, symbols, objects, options),
  })
}

function outputSymbols(
  outputs: readonly OutputSection[],
  indexOf: ReadonlyMap<OutputSection, number>,
  symbols: SymbolTable,
  objects: readonly InputObject[],
  options: WriteElfOptions,
): ExecutableSymbol[] {
  const found: ExecutableSymbol[] = []
  outputs.forEach((output, i) => {
    found.push({ name: '', value: output.address, sizeInBytes: 0n, binding: STB_LOCAL, type: STT_SECTION, visibility: 0, section: i + 1 })
  })
  if (options.discardLocals !== 'all') {
    for (const object of objects) {
      if (object.justSymbols) continue
      for (const symbol of object.symbols) {
        const { elf } = symbol
        if (!elf || elf.binding !== STB_LOCAL || symbol.name === '' || elf.type === STT_SECTION) continue
        // Names that begin .L are the assembler's own.
        if (symbol.name.startsWith('.L') && (options.discardLocals === 'temporary' || (symbol.section?.flags ?? 0) & 0x10)) continue
        const made = place(symbol, indexOf, elf.binding)
        if (made) found.push(made)
      }
    }
  }
  const hidden: ExecutableSymbol[] = []
  const globals: ExecutableSymbol[] = []
  for (const name of inHashOrder(symbols.byName.keys())) {
    const symbol = symbols.byName.get(name) as LinkSymbol
    if (symbol.state === 'undefined' || symbol.state === 'undefined-weak') {
      if (!symbol.referencedIn) continue
      const binding = symbol.state === 'undefined' ? STB_GLOBAL : STB_WEAK
      globals.push({ name, value: 0n, sizeInBytes: 0n, binding, type: symbol.type, visibility: symbol.visibility, section: 0 })
      continue
    }
    const binding = symbol.isUnique ? STB_GNU_UNIQUE : symbol.isWeak ? STB_WEAK : STB_GLOBAL
    const made = place(symbol, indexOf, binding)
    if (!made) continue
    if (symbol.isForcedLocal) hidden.push({ ...made, binding: STB_LOCAL })
    else globals.push(made)
  }
  return [...found, ...hidden, ...globals]
}

function place(symbol: LinkSymbol, indexOf: ReadonlyMap<OutputSection, number>, binding: number): ExecutableSymbol | undefined {
  if (symbol.state !== 'defined' && symbol.type !== STT_FILE) return undefined
  if (symbol.section?.isDiscarded || (symbol.section && !symbol.section.output && !symbol.section.merged)) return undefined
  const value = symbolAddress(symbol)
  if (!value) return undefined
  const { section } = value
  const index = section === undefined || section === 'abs' ? SHN_ABS : (indexOf.get(section) ?? SHN_ABS)
  const isTls = symbol.type === 6
  let address = absoluteOf(value)
  if (isTls && section !== undefined && section !== 'abs') address -= tlsStart(indexOf)
  return {
    name: symbol.name,
    value: address,
    sizeInBytes: symbol.sizeInBytes,
    binding,
    type: symbol.type === 5 ? 1 : symbol.type,
    visibility: symbol.visibility,
    section: index,
  }
}

/** Values of TLS symbols are offsets in the TLS segment (gABI "Symbol Values"). */
export function tlsStart(outputs: ReadonlyMap<OutputSection, number>): bigint {
  let start: bigint | undefined
  for (const output of outputs.keys())
    if ((output.flags & 0x400) !== 0 && (start === undefined || output.address < start)) start = output.address
  return start ?? 0n
}
