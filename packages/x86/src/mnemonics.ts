// Enters: a word of a statement. Leaves: whether the table knows it; all names for "did you mean".
import { rowsOf, tableNames } from './table/index.ts'

/** Does the table know this AT&T mnemonic, with or without size suffix? */
export function isMnemonic(name: string): boolean {
  if (rowsOf(name)) return true
  const suffix = name[name.length - 1]
  if (name.length < 3 || suffix === undefined) return false
  return rowsOf(name.slice(0, -1))?.some((row) => row.suffixes.includes(suffix)) ?? false
}

/** Every AT&T mnemonic without size suffix. */
export function mnemonics(): readonly string[] {
  return tableNames()
}

/** How many operands a mnemonic takes, with or without size suffix, in rising order. */
export function operandCounts(name: string): readonly number[] {
  const rows = rowsOf(name) ?? rowsOf(name.slice(0, -1)) ?? []
  return [...new Set(rows.map((row) => row.operands.length))].sort((a, b) => a - b)
}
