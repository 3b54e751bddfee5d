// Symbol versions: `.symver actual, name@version` gives a symbol more names, or another one. Enters: a symbol's entry.
// Leaves: its entry and those of its other names. GNU as manual §7 .symver.

import { SHN_UNDEF, STB_LOCAL, STV_HIDDEN, type ElfSymbol } from '@kernelbox/elf'
import type { AsmSymbol, VersionName } from './symbols.ts'

export interface VersionedEntry {
  readonly own: ElfSymbol
  /** In the order of the table, at its end. */
  readonly others: readonly ElfSymbol[]
}

/** The names that the file shows for a symbol, each once. */
export function versionNames(symbol: AsmSymbol, isUndefined: boolean): readonly VersionName[] {
  const names: VersionName[] = []
  const known = new Set<string>()
  for (const version of symbol.versionNames ?? []) {
    // name@@@VERSION: the default version where the symbol is defined, a plain one elsewhere.
    const renames = version.name.includes('@@@')
    const name = version.name.replace('@@@', isUndefined ? '@' : '@@')
    if (known.has(name)) continue
    known.add(name)
    names.push({ ...version, name, visibility: renames ? 'remove' : version.visibility })
  }
  return names
}

/** Applies a symbol's `.symver` directives. */
export function versioned(symbol: AsmSymbol, entry: ElfSymbol): VersionedEntry {
  const isUndefined = entry.section === SHN_UNDEF
  const names = versionNames(symbol, isUndefined)
  if (names.length === 0) return { own: entry, others: [] }
  if (isUndefined) return { own: { ...entry, name: (names[0] as VersionName).name }, others: [] }
  const reversed = names.map((n) => n.name).reverse()
  if (names.some((n) => n.visibility === 'remove')) {
    return { own: { ...entry, name: reversed[0] as string }, others: reversed.slice(1).map((name) => ({ ...entry, name })) }
  }
  const others = reversed.map((name) => ({ ...entry, name }))
  let own = entry
  // Of several the last decides.
  const last = names.findLast((n) => n.visibility !== undefined)?.visibility
  if (last === 'local') own = { ...own, binding: STB_LOCAL }
  else if (last === 'hidden') own = { ...own, visibility: STV_HIDDEN }
  return { own, others }
}
