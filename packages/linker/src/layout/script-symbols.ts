// Symbols that the script defines.
// Enters: assignments as the passes of the layout meet them. Leaves: symbols with values, and whether any of them moved.
// GNU ld manual §3.5 "Assigning Values to Symbols", §3.5.3 (PROVIDE).

import type { Value } from './evaluate.ts'
import type { InputSection, LinkSymbol, OutputSection } from '../model.ts'
import { placeOf, symbolAddress } from './symbol-address.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'
import type { Assignment, Expression } from '../script/syntax/ast.ts'

/** `x += y` is `x = x + y`. */
export function assignedExpression({ name, nameSpan, operator, value, span }: Assignment): Expression {
  if (operator === '=') return value
  return { kind: 'binary', operator: operator.slice(0, -1) as '+', left: { kind: 'name', name, span: nameSpan }, right: value, span }
}

export class ScriptSymbols {
  readonly #symbols: SymbolTable
  /** Assigned so far in this pass. */
  #assigned = new Set<LinkSymbol>()
  #assigning: LinkSymbol | undefined
  /** The one symbol that the expression being assigned speaks of; 'several' where there are more. */
  #source: LinkSymbol | 'several' | undefined
  /** What objects say of symbols that the script redefines. */
  readonly #originals = new Map<LinkSymbol, { section: InputSection | undefined; value: bigint }>()
  /** Names that expressions asked for: they want a PROVIDE as an object's reference does. */
  readonly #asked = new Set<string>()
  readonly #provided = new Set<string>()
  /** In this pass some symbol got another value. */
  hasChanged = false

  constructor(symbols: SymbolTable) {
    this.#symbols = symbols
  }

  startPass(): void {
    this.#assigned = new Set()
    this.hasChanged = false
  }

  isDefined(name: string): boolean {
    const symbol = this.#symbols.get(name)
    if (!symbol) return false
    if (this.#originals.has(symbol)) return true
    if (symbol.isScripted && !symbol.definedIn) return this.#assigned.has(symbol)
    return symbol.state === 'defined' || symbol.state === 'common'
  }

  /** `'undefined'`: nothing defines it; undefined: the script will. */
  valueOf(name: string): Value | 'undefined' | undefined {
    const symbol = this.#symbols.get(name)
    if (!symbol && !this.#asked.has(name)) {
      this.#asked.add(name)
      this.hasChanged = true
    }
    if (!symbol || symbol.state === 'undefined' || symbol.state === 'undefined-weak') return symbol?.isScripted ? undefined : 'undefined'
    if (this.#assigning) this.#source = this.#source === undefined || this.#source === symbol ? symbol : 'several'
    if (symbol === this.#assigning) {
      const original = this.#originals.get(symbol)
      if (original) return placeOf(original.section, original.value)
    }
    return symbolAddress(symbol)
  }

  /** Gives the symbol the value that `evaluate` finds; a mere number belongs to the section that the statement stands in. */
  assign(assignment: Assignment, current: OutputSection | undefined, evaluate: () => Value | undefined): LinkSymbol | undefined {
    const symbol = this.#symbols.intern(assignment.name)
    // `x = ABSOLUTE(x)` speaks of the object's x, also in the second pass.
    if (symbol.state === 'defined' && !symbol.isScripted) this.#originals.set(symbol, { section: symbol.section, value: symbol.value })
    this.#assigning = symbol
    this.#source = undefined
    const value = evaluate()
    this.#assigning = undefined
    if (!value) {
      symbol.isScripted = true
      return undefined
    }
    const section = value.section ?? current ?? 'abs'
    const output = section === 'abs' ? undefined : section
    if (symbol.state !== 'defined' || symbol.value !== value.value || symbol.output !== output || !symbol.isScripted) this.hasChanged = true
    symbol.state = 'defined'
    symbol.isWeak = false
    symbol.isScripted = true
    symbol.definedIn = undefined
    symbol.section = undefined
    symbol.output = output
    symbol.value = value.value
    // `x = y + 4` makes x what y is: a function, an object, hidden.
    const source = this.#source as LinkSymbol | 'several' | undefined
    if (source && source !== 'several' && source !== symbol) {
      symbol.type = source.type
      symbol.visibility = source.visibility
    }
    if (assignment.isHidden) {
      if (symbol.visibility === 0) symbol.visibility = 2
      symbol.isForcedLocal = true
    }
    this.#symbols.wanted.delete(symbol)
    this.#assigned.add(symbol)
    return symbol
  }

  isUnusedProvide(assignment: Assignment): boolean {
    return assignment.isProvide && !this.#provided.has(assignment.name)
  }

  /** PROVIDE: something asks for the symbol and nothing else defines it. */
  isProvided(name: string): boolean {
    if (this.#provided.has(name)) return true
    const symbol = this.#symbols.get(name)
    const isWanted = symbol !== undefined || this.#asked.has(name)
    if (!isWanted || symbol?.state === 'defined' || symbol?.state === 'common') return false
    this.#provided.add(name)
    return true
  }
}
