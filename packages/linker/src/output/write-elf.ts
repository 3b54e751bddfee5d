// The output as an ELF executable.
// Enters: output sections, segments, symbols. Leaves: the file but for the bytes of the sections, which have their places in
// it. gABI ch. 4 and 5.

import {
  ET_DYN,
  ET_EXEC,
  PT_LOAD,
  type ExecutableSection,
  SHF_ALLOC,
  SHF_INFO_LINK,
  SHF_WRITE,
  SHT_NOBITS,
  SHT_REL,
  SHT_RELA,
  SHT_STRTAB,
  layExecutable,
} from '@kernelbox/elf'
import type { LaidImage } from './laid-image.ts'
import type { InputObject, OutputSection } from '../model.ts'
import { outputSymbols } from './output-symbols.ts'
import { keptRelocations } from './write-relocatable.ts'
import type { PlacedSegments } from '../layout/segments.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'

export interface WriteElfOptions {
  readonly elfClass: 32 | 64
  readonly machine: number
  readonly isPie: boolean
  readonly entry: bigint
  readonly strip: 'all' | 'debug' | undefined
  readonly discardLocals: 'all' | 'temporary' | undefined
  readonly emitRelocations: boolean
  readonly isTextWritable: boolean
}

export function layElf(
  outputs: readonly OutputSection[],
  placed: PlacedSegments,
  symbols: SymbolTable,
  objects: readonly InputObject[],
  options: WriteElfOptions,
): LaidImage {
  const { elfClass, machine, discardLocals, emitRelocations } = options
  const table =
    options.strip === 'all'
      ? undefined
      : outputSymbols(outputs, new Map(outputs.map((output, i) => [output, i + 1])), symbols, objects, {
          isRelocatable: false,
          keepsRelocations: emitRelocations,
          discardLocals,
        })
  // -N makes .text writable (manual §2.1).
  const isWritable = ({ name }: OutputSection) => options.isTextWritable && name === '.text'
  const indexOf = (name: string) => outputs.findIndex((output) => output.name === name) + 1
  const gotPlt = indexOf('.got.plt')
  const dynamicSymbols = indexOf('.dynsym')
  const stabStringsOf = ({ name }: OutputSection) => (name.startsWith('.stab') && !isStabStrings.test(name) ? indexOf(`${name}str`) : 0)
  const linkOf = (output: OutputSection, isLoadedTable: boolean): ExecutableSection['link'] => {
    if (isLoadedTable) return dynamicSymbols || 'symbols'
    if (/^\.(?:gnu\.)?hash$/.test(output.name) && dynamicSymbols > 0) return dynamicSymbols
    return /^\.dyn(?:sym|amic)$/.test(output.name) ? indexOf('.dynstr') : stabStringsOf(output)
  }
  const sections = outputs.map((output): ExecutableSection => {
    const isAllocated = (output.flags & SHF_ALLOC) !== 0
    // Relocations for the program's start-up code name the slots that they fill and no symbols.
    const isLoadedTable = isAllocated && (output.type === SHT_REL || output.type === SHT_RELA)
    const isOfSlots = isLoadedTable && output.items.some((item) => item.kind === 'input' && /^\.rela?\.iplt$/.test(item.section.name))
    return {
      name: output.name,
      type: isStabStrings.test(output.name) ? SHT_STRTAB : output.type || 1,
      flags: output.flags | (isOfSlots && gotPlt > 0 ? SHF_INFO_LINK : 0) | (isWritable(output) ? SHF_WRITE : 0),
      address: !isAllocated && output.hasExplicitAddress ? 0n : output.address,
      sizeInBytes: output.sizeInBytes,
      alignment: alignmentAt(output),
      entrySize: stabStringsOf(output) > 0 ? 12 : (slotSizeOf(output) ?? output.entrySize),
      link: linkOf(output, isLoadedTable),
      // The dynamic symbol table has the null symbol alone, which is local.
      info: isOfSlots ? gotPlt : output.name === '.dynsym' ? 1 : 0,
      fileOffset: placed.offsets.get(output),
      relocations: emitRelocations && table ? keptRelocations(output, table.indexOf, { machine, isRelocatable: false }) : undefined,
    }
  })
  const { sizeInBytes, offsets, pieces } = layExecutable({
    class: elfClass,
    machine,
    type: options.isPie && startsAtZero(placed) ? ET_DYN : ET_EXEC,
    entry: options.entry,
    flags: 0,
    sections,
    segments: placed.segments,
    symbols: table?.symbols,
  })
  const places = new Map<OutputSection, number>()
  outputs.forEach((output, i) => {
    if (output.type !== SHT_NOBITS) places.set(output, offsets[i] as number)
  })
  return { sizeInBytes, places, pieces }
}

/** A section that the script puts the linker's .got.plt in is said to consist of its slots (tried on GNU ld 2.40). */
function slotSizeOf({ items }: OutputSection): number | undefined {
  for (const item of items)
    if (item.kind === 'input' && item.section.object.isLinkerMade && item.section.name === '.got.plt' && item.section.sizeInBytes > 0)
      return item.section.elf.entrySize
  return undefined
}

/** Debug information in stabs: rows of twelve bytes, and their strings ("The stabs debug format", Stab Sections). */
const isStabStrings = /^\.stab.*str$/

/** A position-independent program that says where it is to be loaded is an executable to GNU ld 2.40. */
function startsAtZero({ segments }: PlacedSegments): boolean {
  return segments.find(({ type }) => type === PT_LOAD)?.address === 0n
}

/** A section that the script puts where its inputs' alignment does not let it stand is aligned as its address is. */
function alignmentAt({ address, alignment }: OutputSection): number {
  const low = address & -address
  return low === 0n || low > BigInt(alignment) ? alignment : Number(low)
}
