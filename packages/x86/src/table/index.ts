// Enters: a mnemonic. Leaves: its rows, parsed on first use.
// The index costs one pass over the rows' first words; the rows themselves stay text until somebody asks for them.
import { integerRows } from './integer.ts'
import { parseRow, type Row } from './notation.ts'
import { systemRows } from './system.ts'
import { x87Rows } from './x87.ts'

let textsByName: Map<string, string[]> | undefined
const rowsByName = new Map<string, readonly Row[]>()

/** Every family in the order in which GNU as prefers among rows of one name. */
function families(): readonly (readonly string[])[] {
  return [integerRows(), systemRows(), x87Rows()]
}

function index(): Map<string, string[]> {
  if (textsByName) return textsByName
  const found = new Map<string, string[]>()
  for (const family of families()) {
    for (const text of family) {
      const att = text.indexOf('att=')
      if (att >= 0) {
        const end = text.indexOf(' ', att)
        for (const name of text.slice(att + 4, end < 0 ? undefined : end).split(',')) push(found, name, text)
      } else {
        push(found, text.slice(0, text.indexOf(' ')), text)
      }
    }
  }
  textsByName = found
  return found
}

function push(found: Map<string, string[]>, name: string, text: string): void {
  const list = found.get(name)
  if (list) list.push(text)
  else found.set(name, [text])
}

/** The rows of an AT&T mnemonic without suffix, or undefined. */
export function rowsOf(name: string): readonly Row[] | undefined {
  const known = rowsByName.get(name)
  if (known) return known
  const texts = index().get(name)
  if (!texts) return undefined
  const rows = texts.map(parseRow)
  rowsByName.set(name, rows)
  return rows
}

/** Every AT&T mnemonic of the table, without suffixes. */
export function tableNames(): readonly string[] {
  return [...index().keys()]
}
