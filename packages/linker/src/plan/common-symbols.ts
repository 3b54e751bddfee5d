// Common symbols get places: in each object a section COMMON, which the script places with *(COMMON).
// GNU ld manual §3.6.4.4 "Input Section for Common Symbols", --sort-common.

import { SHF_ALLOC, SHF_TLS, SHF_WRITE, SHT_NOBITS, STT_TLS } from '@kernelbox/elf'
import { alignUp } from '../layout/evaluate.ts'
import { inHashOrder } from '../output/hash-order.ts'
import { addSection } from '../linker-sections/add-section.ts'
import type { InputObject, InputSection, LinkSymbol } from '../model.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'

export function allocateCommonSymbols(symbols: SymbolTable, sort: 'ascending' | 'descending' | undefined): void {
  let commons: LinkSymbol[] = []
  for (const name of [...symbols.byName.values()].some((symbol) => symbol.state === 'common') ? inHashOrder(symbols.byName.keys()) : []) {
    const symbol = symbols.byName.get(name) as LinkSymbol
    if (symbol.state === 'common') commons.push(symbol)
  }
  if (sort) {
    const sign = sort === 'descending' ? -1 : 1
    const power = (symbol: LinkSymbol) => Math.min(4, Math.ceil(Math.log2(Number(symbol.value) || 1)))
    commons = commons.toSorted((a, b) => sign * (power(a) - power(b)))
  }
  for (const symbol of commons) {
    const object = symbol.definedIn as InputObject
    const section = commonSection(object, symbol.type === STT_TLS)
    const alignment = Math.max(1, Number(symbol.value))
    const offset = Number(alignUp(BigInt(section.sizeInBytes), BigInt(alignment)))
    if (alignment > section.alignment) section.alignment = alignment
    section.sizeInBytes = offset + Number(symbol.sizeInBytes)
    symbol.state = 'defined'
    symbol.section = section
    symbol.value = BigInt(offset)
  }
}

function commonSection(object: InputObject, isTls: boolean): InputSection {
  const name = isTls ? '.tcommon' : 'COMMON'
  const known = object.sections.find((section) => section?.name === name && section.isCommon)
  if (known) return known
  const flags = SHF_ALLOC | SHF_WRITE | (isTls ? SHF_TLS : 0)
  const section = addSection(object, { name, type: SHT_NOBITS, flags, sizeInBytes: 0, alignment: 1 })
  section.isCommon = true
  return section
}
