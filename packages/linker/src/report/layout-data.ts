// The finished layout as data for tools.

import { STB_LOCAL } from '@kernelbox/elf'
import { absoluteOf } from '../layout/evaluate.ts'
import { symbolAddress } from '../layout/symbol-address.ts'
import type { InputObject, LinkSymbol, MemoryRegionState, OutputSection } from '../model.ts'
import type { Layout, OutputSymbolInfo } from '../options.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'

export function layoutAsData(
  outputs: readonly OutputSection[],
  symbols: SymbolTable,
  objects: readonly InputObject[],
  regions: ReadonlyMap<string, MemoryRegionState>,
  entry: bigint,
): Layout {
  let made: readonly OutputSymbolInfo[] | undefined
  return {
    sections: outputs.map((output) => ({
      name: output.name,
      address: output.address,
      loadAddress: output.loadAddress,
      sizeInBytes: output.sizeInBytes,
      alignment: output.alignment,
      type: output.type,
      flags: output.flags,
      isOrphan: output.isOrphan,
      get inputs() {
        return inputsOf(output)
      },
    })),
    // Symbols and inputs are many and few callers ask.
    get symbols() {
      made ??= collect(symbols, objects)
      return made
    },
    regions: [...regions].map(([name, region]) => ({ name, origin: region.origin, length: region.length, usedInBytes: region.used })),
    entry,
  }
}

function inputsOf({ items }: OutputSection): Layout['sections'][number]['inputs'] {
  return items.flatMap((item) => {
    if (item.kind !== 'input') return []
    const { object, name, offset, sizeInBytes } = item.section
    return [{ object: object.displayName, section: name, offset, sizeInBytes }]
  })
}

function collect(symbols: SymbolTable, objects: readonly InputObject[]): OutputSymbolInfo[] {
  const found: OutputSymbolInfo[] = []
  const add = (symbol: LinkSymbol, isGlobal: boolean) => {
    if (symbol.state !== 'defined' || symbol.name === '') return
    const value = symbolAddress(symbol)
    if (!value) return
    const { section } = value
    found.push({
      name: symbol.name,
      address: absoluteOf(value),
      section: section === 'abs' || section === undefined ? undefined : section.name,
      isGlobal,
      sizeInBytes: symbol.sizeInBytes,
      definedIn: symbol.definedIn?.displayName,
    })
  }
  for (const symbol of symbols.byName.values()) add(symbol, true)
  for (const object of objects)
    for (const symbol of object.symbols) if (symbol.elf?.binding === STB_LOCAL && !symbol.section?.isDiscarded) add(symbol, false)
  return found
}
