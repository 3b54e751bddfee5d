// Symbols that the linker defines where a program asks for them and nothing else does: __start_NAME and __stop_NAME around
// an output section whose name is a C identifier, __ehdr_start at the ELF header, and those at the linker's own sections.
// GNU ld manual §3.6.5, §3.10.5.

import { type ExecutableSegment, PT_LOAD, STT_OBJECT } from '@kernelbox/elf'
import type { InputSection, LinkSymbol, OutputSection } from '../model.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'

const pattern = /^__(start|stop)_([A-Za-z_][A-Za-z0-9_]*)$/

function wanted(symbols: SymbolTable): LinkSymbol[] {
  return [...symbols.byName.values()].filter(
    (symbol) => symbol.isLinkerMade || ((symbol.state === 'undefined' || symbol.state === 'undefined-weak') && isOurs(symbol.name)),
  )
}

function isOurs(name: string): boolean {
  return pattern.test(name) || name === '__ehdr_start'
}

/** Marks them before the layout, so that archives and messages leave them alone. */
export function defineLinkerSymbols(symbols: SymbolTable): void {
  for (const symbol of wanted(symbols)) symbol.isLinkerMade = true
}

/** Gives them their values. */
export function finishLinkerSymbols(symbols: SymbolTable, outputs: readonly OutputSection[], segments: readonly ExecutableSegment[]): void {
  for (const symbol of wanted(symbols)) {
    if (symbol.isScripted || symbol.state === 'defined') continue
    const found = pattern.exec(symbol.name)
    if (found) {
      const output = outputs.find((one) => one.name === found[2])
      if (!output) continue
      symbol.state = 'defined'
      symbol.output = output
      symbol.value = found[1] === 'start' ? 0n : BigInt(output.sizeInBytes)
      symbol.visibility = 3
      continue
    }
    const holder = segments.find((segment) => segment.type === PT_LOAD && segment.fileOffset === 0 && segment.sizeInFile > 0)
    if (!holder) continue
    symbol.state = 'defined'
    symbol.value = holder.address
    symbol.beside = outputs[0]
    symbol.isForcedLocal = true
  }
}

/** _GLOBAL_OFFSET_TABLE_ and _DYNAMIC: hidden, at the start of a section that the linker made. */
export function defineAtSection(symbols: SymbolTable, name: string, section: InputSection): void {
  const symbol = symbols.get(name)
  if (!symbol || symbol.state === 'defined') return
  symbol.state = 'defined'
  symbol.section = section
  symbol.value = 0n
  symbol.type = STT_OBJECT
  symbol.visibility = 2
  symbol.isForcedLocal = true
  symbols.wanted.delete(symbol)
}
