// Enters: a mnemonic. Leaves: its rows, parsed on first use.
// The index costs one pass over the rows' first words; the rows themselves stay text until somebody asks for them.
import { tileRows } from './amx.ts'
import { avxRows, lateVexRows } from './avx.ts'
import { avx512Rows, maskRows } from './avx512.ts'
import { avx512ExtensionRows } from './avx512-extensions.ts'
import { bitManipulationRows } from './bit-manipulation.ts'
import { amdVectorRows } from './fma4-xop.ts'
import { integerRows } from './integer.ts'
import { expandLengths } from './lengths.ts'
import { mmxRows } from './mmx.ts'
import { parseRow, type Row } from './notation.ts'
import { sseRows } from './sse.ts'
import { systemRows } from './system.ts'
import { x87Rows } from './x87.ts'

type Index = Map<string, string[]>

/**
 * Two indexes, each built on the first use of a name in it: names that begin with `v`, which are most of the table, and all others.
 * Families stand in the order in which GNU as prefers among rows of one name: VEX before EVEX, but for the late VEX forms.
 */
const indexes: { plain: Index | undefined; vector: Index | undefined } = { plain: undefined, vector: undefined }
const rowsByName = new Map<string, readonly Row[]>()

function plainIndex(): Index {
  indexes.plain ??= indexOf([integerRows(), systemRows(), x87Rows(), sseRows(), mmxRows(), bitManipulationRows(), maskRows(), tileRows()])
  return indexes.plain
}

function vectorIndex(): Index {
  indexes.vector ??= indexOf([avxRows(), avx512Rows(), avx512ExtensionRows(), lateVexRows(), amdVectorRows()])
  return indexes.vector
}

function indexOf(families: readonly (readonly string[])[]): Index {
  const found: Index = new Map()
  for (const family of families) {
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
  const vector = name.startsWith('v') ? vectorIndex().get(name) : undefined
  const plain = plainIndex().get(name)
  const texts = vector ? (plain ? [...vector, ...plain] : vector) : plain
  if (!texts) return undefined
  const rows = texts.flatMap((text) => expandLengths(text, name)).map(parseRow)
  rowsByName.set(name, rows)
  return rows
}

/** Every AT&T mnemonic of the table, without suffixes. */
export function tableNames(): readonly string[] {
  return [...new Set([...plainIndex().keys(), ...vectorIndex().keys()])]
}
