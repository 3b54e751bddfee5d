// A section of debugging information under construction, after relaxation: bytes, and fixups for addresses.
// Enters: values in the order of the format. Leaves: bytes at the end of a chain whose addresses are final.

import { addressOf, uleb } from '../cfi/emit-frames.ts'
import { type FragmentChain, fixupData } from '../fragments.ts'
import { type AsmSymbol, symbolLabel, type SymbolTable } from '../symbols.ts'

export class DebugSection {
  readonly chain: FragmentChain
  readonly #symbols: SymbolTable

  constructor(chain: FragmentChain, symbols: SymbolTable) {
    this.chain = chain
    this.#symbols = symbols
  }

  /** Offset of the next byte among the chain's fixed bytes. */
  get length(): number {
    return this.chain.length
  }

  number(value: number, sizeInBytes: number): void {
    this.chain.number(value, sizeInBytes)
  }

  uleb(value: number): void {
    uleb(this.chain, value)
  }

  bytes(...bytes: number[]): void {
    for (const byte of bytes) this.chain.byte(byte)
  }

  /** Zero-terminated; one character a byte. Returns where it begins. */
  string(text: string): number {
    const at = this.chain.length
    for (let i = 0; i < text.length; i++) this.chain.byte(text.charCodeAt(i))
    this.chain.byte(0)
    return at
  }

  /** Writes a length of four bytes at `at`, which counts what follows it. */
  patchLength(at: number): void {
    const { chain } = this
    const value = chain.length - at - 4
    for (let i = 0; i < 4; i++) chain.data[at + i] = value >>> (8 * i)
  }

  /** A field that the linker or the fixups fill with the address of `symbol` plus `addend`. */
  address(symbol: AsmSymbol, addend: number, sizeInBytes: number): void {
    const { chain } = this
    const at = chain.length
    chain.number(0, sizeInBytes)
    chain.fixups.append(chain.current, at, sizeInBytes, fixupData, 0, symbol, undefined, addend, undefined, -1, 0)
  }

  /** A field that holds an offset in another section of debugging information. */
  reference(target: DebugSection, offset: number): void {
    const { chain } = target
    const { symbol } = chain.section
    // Against the section's symbol: labels in mergeable sections would be kept as they are.
    if (symbol) this.address(symbol, addressOf(chain, chain.current, offset), 4)
    else this.address(target.label(offset), 0, 4)
  }

  /** A place in this section, given as {@link length} gave it. */
  label(offset: number): AsmSymbol {
    return labelAt(this.#symbols, this.chain, this.chain.current, offset)
  }
}

export function labelAt(symbols: SymbolTable, chain: FragmentChain, fragment: number, offset: number): AsmSymbol {
  const symbol = symbols.anonymous('.')
  symbol.kind = symbolLabel
  symbol.chain = chain
  symbol.fragment = fragment
  symbol.offset = offset
  return symbol
}
