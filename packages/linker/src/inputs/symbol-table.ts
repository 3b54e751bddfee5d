// Global symbols of a link and the rules by which definitions win.
// GNU ld manual §2.1 (--allow-multiple-definition, --warn-common), gABI ch. 4 "Symbol Table" (weak, common).

import {
  reservedIndexes,
  SHN_ABS,
  SHN_COMMON,
  SHN_UNDEF,
  SHN_X86_64_LCOMMON,
  STB_GNU_UNIQUE,
  STB_LOCAL,
  STB_WEAK,
  type ElfSymbol,
} from '@kernelbox/elf'
import type { DiagnosticSink } from '@kernelbox/diagnostics'
import { type InputObject, LinkSymbol } from '../model.ts'

export interface SymbolTableOptions {
  readonly allowMultipleDefinition: boolean
  readonly warnCommon: boolean
  readonly wrapped: ReadonlySet<string>
}

export class SymbolTable {
  readonly byName = new Map<string, LinkSymbol>()
  readonly #sink: DiagnosticSink
  readonly #options: SymbolTableOptions
  /** Names with an undefined, not weak reference, in order of appearance: what archives are searched for. */
  readonly wanted = new Set<LinkSymbol>()

  constructor(sink: DiagnosticSink, options: SymbolTableOptions) {
    this.#sink = sink
    this.#options = options
  }

  get(name: string): LinkSymbol | undefined {
    return this.byName.get(name)
  }

  /** What a message may propose. */
  *definedNames(): Iterable<string> {
    for (const [name, symbol] of this.byName) if (symbol.state === 'defined' || symbol.state === 'common') yield name
  }

  /** The symbol of a name, made undefined where it is new. */
  intern(name: string): LinkSymbol {
    let symbol = this.byName.get(name)
    if (!symbol) {
      symbol = new LinkSymbol(name, false)
      symbol.isWeak = false
      this.byName.set(name, symbol)
    }
    return symbol
  }

  /** A reference that no object makes: -u, ENTRY, EXTERN. */
  want(name: string): LinkSymbol {
    const symbol = this.byName.get(name) ?? this.intern(name)
    if (symbol.state === 'undefined') this.wanted.add(symbol)
    symbol.isAskedFor = true
    return symbol
  }

  /** Enters the symbols of an object, whose comdat members that lose are already marked as discarded. */
  addObject(object: InputObject): void {
    const { symbols } = object.elf
    for (let i = 0; i < symbols.length; i++) {
      const elf = symbols[i] as ElfSymbol
      object.symbols.push(i === 0 || elf.binding === STB_LOCAL ? this.#local(object, elf) : this.#global(object, elf))
    }
  }

  #local(object: InputObject, elf: ElfSymbol): LinkSymbol {
    const symbol = new LinkSymbol(elf.name, true)
    symbol.elf = elf
    symbol.type = elf.type
    symbol.sizeInBytes = elf.sizeInBytes
    symbol.visibility = elf.visibility
    symbol.definedIn = object
    symbol.value = elf.value
    if (elf.section !== SHN_UNDEF) {
      symbol.state = 'defined'
      if (elf.section < reservedIndexes) symbol.section = object.sections[elf.section]
    }
    return symbol
  }

  #global(object: InputObject, elf: ElfSymbol): LinkSymbol {
    const section = elf.section < reservedIndexes ? object.sections[elf.section] : undefined
    const isDefinition =
      elf.section !== SHN_UNDEF &&
      (object.justSymbols || elf.section >= reservedIndexes || (section !== undefined && section.discardReason !== 'group'))
    const name = isDefinition ? elf.name : this.#wrappedName(elf.name)
    const symbol = this.intern(name)
    // The most constraining visibility wins, whoever asks for it (gABI "Symbol Visibility").
    if (elf.visibility !== 0) symbol.visibility = symbol.visibility === 0 ? elf.visibility : Math.min(symbol.visibility, elf.visibility)
    if (!isDefinition) {
      this.#reference(symbol, object, elf)
      return symbol
    }
    const isCommon = elf.section === SHN_COMMON || elf.section === SHN_X86_64_LCOMMON
    if (isCommon) this.#common(symbol, object, elf)
    else this.#define(symbol, object, elf)
    return symbol
  }

  #wrappedName(name: string): string {
    const { wrapped } = this.#options
    if (wrapped.size === 0) return name
    if (wrapped.has(name)) return `__wrap_${name}`
    if (name.startsWith('__real_') && wrapped.has(name.slice(7))) return name.slice(7)
    return name
  }

  #reference(symbol: LinkSymbol, object: InputObject, elf: ElfSymbol): void {
    symbol.referencedIn ??= object
    if (symbol.state === 'undefined' || symbol.state === 'undefined-weak') {
      if (symbol.type === 0) symbol.type = elf.type
      if (elf.binding === STB_WEAK) {
        if (symbol.state === 'undefined' && !this.wanted.has(symbol)) symbol.state = 'undefined-weak'
      } else {
        symbol.state = 'undefined'
        symbol.referencedIn = object
        this.wanted.add(symbol)
      }
    }
  }

  #common(symbol: LinkSymbol, object: InputObject, elf: ElfSymbol): void {
    if (symbol.state === 'defined' && !(symbol.isWeak && symbol.definedIn)) return
    if (symbol.state === 'common') {
      if (elf.value > symbol.value) symbol.value = elf.value
      if (elf.sizeInBytes > symbol.sizeInBytes) {
        symbol.sizeInBytes = elf.sizeInBytes
        symbol.definedIn = object
        symbol.elf = elf
      }
      return
    }
    this.wanted.delete(symbol)
    symbol.state = 'common'
    symbol.isWeak = false
    symbol.definedIn = object
    symbol.section = undefined
    symbol.value = elf.value
    symbol.sizeInBytes = elf.sizeInBytes
    symbol.type = elf.type
    symbol.elf = elf
  }

  #define(symbol: LinkSymbol, object: InputObject, elf: ElfSymbol): void {
    const isWeak = elf.binding === STB_WEAK
    const section = elf.section < reservedIndexes ? object.sections[elf.section] : undefined
    if (symbol.state === 'common' && isWeak) return
    if (symbol.state === 'defined' && symbol.definedIn) {
      if (isWeak) return
      if (!symbol.isWeak) {
        if (object.justSymbols || symbol.definedIn.justSymbols) {
          if (object.justSymbols) return
        } else {
          const isSameAbsolute = elf.section === SHN_ABS && !symbol.section && symbol.value === elf.value
          if (!this.#options.allowMultipleDefinition && elf.binding !== STB_GNU_UNIQUE && !isSameAbsolute)
            this.#duplicate(symbol, object, elf)
          return
        }
      }
    }
    if (symbol.state === 'common' && this.#options.warnCommon)
      this.#sink.warn('common-overridden', `common symbol '${symbol.name}' is overridden by the definition in ${object.displayName}`)
    this.wanted.delete(symbol)
    symbol.state = 'defined'
    symbol.isWeak = isWeak
    symbol.isUnique = elf.binding === STB_GNU_UNIQUE
    symbol.definedIn = object
    symbol.section = section
    symbol.value = elf.value
    if (object.justSymbols) symbol.section = undefined
    symbol.sizeInBytes = elf.sizeInBytes
    symbol.type = elf.type
    symbol.elf = elf
  }

  #duplicate(symbol: LinkSymbol, object: InputObject, elf: ElfSymbol): void {
    const first = symbol.definedIn as InputObject
    const place = elf.section < reservedIndexes ? object.locate?.(elf.section, Number(elf.value)) : undefined
    const firstPlace =
      symbol.elf && symbol.elf.section < reservedIndexes ? first.locate?.(symbol.elf.section, Number(symbol.elf.value)) : undefined
    const where = place ? '' : `${object.displayName}: `
    this.#sink.error('duplicate-symbol', `${where}multiple definition of '${symbol.name}'`, place, {
      notes: [{ message: `first defined ${firstPlace ? 'here' : `in ${first.displayName}`}`, ...(firstPlace && { span: firstPlace }) }],
    })
  }
}
