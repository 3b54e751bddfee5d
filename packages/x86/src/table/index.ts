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
import { sharedNameRows } from './shared-names.ts'
import { sseRows } from './sse.ts'
import { systemRows } from './system.ts'
import { x87Rows } from './x87.ts'

type Index = Map<string, string[]>

/**
 * Five indexes, each built on the first use of a name in it, because start-up is most of the time of a small assembly: the integer
 * instructions, the vector instructions that share names with them, system and x87, the vector instructions without `v`, and those with it, which are most of the table.
 * Families stand in the order in which GNU as prefers among rows of one name: VEX before EVEX, but for the late VEX forms.
 */
const indexes: {
  integer: Index | undefined
  shared: Index | undefined
  system: Index | undefined
  legacyVector: Index | undefined
  vector: Index | undefined
} = {
  integer: undefined,
  shared: undefined,
  system: undefined,
  legacyVector: undefined,
  vector: undefined,
}
const rowsByName = new Map<string, readonly Row[]>()

function integerIndex(): Index {
  indexes.integer ??= indexOf([integerRows()])
  return indexes.integer
}

/** Names that integer instructions and vector instructions have in common, or that look like an integer name with suffix. */
export function sharedIndex(): Index {
  indexes.shared ??= indexOf([sharedNameRows()])
  return indexes.shared
}

function systemIndex(): Index {
  indexes.system ??= indexOf([systemRows(), x87Rows()])
  return indexes.system
}

function legacyVectorIndex(): Index {
  indexes.legacyVector ??= indexOf([sseRows(), mmxRows(), bitManipulationRows(), maskRows(), tileRows()])
  return indexes.legacyVector
}

/** The texts of a name without `v` rows. A name of the integer index, or one with a suffix letter, needs no other index. */
function plainTexts(name: string): readonly string[] | undefined {
  const integer = integerIndex()
  const own = integer.get(name)
  const shared = sharedIndex().get(name)
  if (shared) return own ? [...own, ...shared] : shared
  if (own) return own
  if ('bwlqst'.includes(name[name.length - 1] ?? '-') && integer.has(name.slice(0, -1))) return undefined
  return systemIndex().get(name) ?? legacyVectorIndex().get(name)
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
  const plain = plainTexts(name)
  const texts = vector ? (plain ? [...vector, ...plain] : vector) : plain
  if (!texts) return undefined
  const rows = texts.flatMap((text) => expandLengths(text, name)).map(parseRow)
  rowsByName.set(name, rows)
  return rows
}

/** Letters that can be a size suffix: `ll` for x87's 64-bit integers among them. */
export const SUFFIX_LETTERS = 'bwlqst'

/**
 * The rows that a mnemonic of a statement can mean: those of its name, and those of the name without a suffix letter. `call` is not
 * `cal` with a suffix, and to find that out no further index is built: where the name itself is an integer instruction's, the shorter
 * one is none of another index (index.test.ts).
 */
export function rowsOfMnemonic(mnemonic: string): readonly Row[] {
  const exact = rowsOf(mnemonic) ?? []
  const suffix = mnemonic[mnemonic.length - 1] ?? ''
  if (mnemonic.length < 3 || !SUFFIX_LETTERS.includes(suffix)) return exact
  const shorter = mnemonic.slice(0, -1)
  if (integerIndex().has(mnemonic) && !integerIndex().has(shorter) && !sharedIndex().has(shorter)) return exact
  return [...exact, ...(rowsOf(shorter) ?? [])]
}

/** Every AT&T mnemonic of the table, without suffixes. */
export function tableNames(): readonly string[] {
  return [
    ...new Set([integerIndex(), sharedIndex(), systemIndex(), legacyVectorIndex(), vectorIndex()].flatMap((index) => [...index.keys()])),
  ]
}

/** A row's text under one of its AT&T names. */
export interface NamedText {
  readonly name: string
  readonly text: string
}

/** The whole table as text, for decoding: parsing all of it would take longer than most programs run. */
export function allTexts(): readonly NamedText[] {
  const found: NamedText[] = []
  for (const texts of [integerIndex(), sharedIndex(), systemIndex(), legacyVectorIndex(), vectorIndex()])
    for (const [name, list] of texts) for (const text of list) found.push({ name, text })
  return found
}

/** The rows of one text. */
export function rowsOfText({ name, text }: NamedText): readonly Row[] {
  return expandLengths(text, name).map(parseRow)
}
