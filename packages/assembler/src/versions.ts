// Symbol versions: `.symver actual, name@version` gives a symbol more names, or another one. Enters: a symbol's entry.
// Leaves: its entry and those of its other names. GNU as manual §7 .symver.

import { SHN_UNDEF, STB_LOCAL, STV_HIDDEN, type ElfSymbol } from '@kernelbox/elf'
import type { AsmSymbol } from './symbols.ts'

export interface VersionedEntry {
  readonly own: ElfSymbol
  /** In the order of the table, at its end. */
  readonly others: readonly ElfSymbol[]
}

/** Applies a symbol's `.symver` directives. An undefined symbol can have one versioned name only; `conflict` tells of two. */
export function versioned(symbol: AsmSymbol, entry: ElfSymbol, conflict: (first: string, second: string) => void): VersionedEntry {
  const isUndefined = entry.section === SHN_UNDEF
  const names: { name: string; visibility: string | undefined }[] = []
  for (const version of symbol.versionNames ?? []) {
    // name@@@VERSION: the default version where the symbol is defined, a plain one elsewhere.
    const renames = version.name.includes('@@@')
    const name = version.name.replace('@@@', isUndefined ? '@' : '@@')
    if (names.some((n) => n.name === name)) continue
    names.push({ name, visibility: renames ? 'remove' : version.visibility })
  }
  if (names.length === 0) return { own: entry, others: [] }
  if (isUndefined) {
    if (names.length > 1) conflict((names[0] as { name: string }).name, (names[1] as { name: string }).name)
    return { own: { ...entry, name: (names[0] as { name: string }).name }, others: [] }
  }
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
