// Enters: space, map and opcode byte of an instruction that is decoded. Leaves: the rows of the table that may stand there, those that say
// more first. Rows stay text until an opcode of theirs is met: parsing all of them would take longer than most programs run.
// Follows: Intel SDM vol. 2 app. A (opcode maps); the names that objdump prefers were observed.
import { allTexts, type NamedText, rowsOfText } from './table/index.ts'
import { ROLE_OPCODE, type Row } from './table/notation.ts'

/** A row under one of its AT&T names. */
export interface NamedRow {
  readonly name: string
  readonly row: Row
}

/** Rows stay text until an opcode of theirs is met. */
let textsByOpcode: Map<number, NamedText[]> | undefined
const rowsByOpcode = new Map<number, readonly NamedRow[]>()

/** Space, map and opcode byte of a row in one number; legacy maps are 0: one byte, 1: 0F, 2: 0F 38, 3: 0F 3A. */
export function opcodeKey(space: string, map: number, opcode: number): number {
  const spaceNumber = space === 'legacy' ? 0 : space === 'vex' ? 1 : space === 'xop' ? 2 : 3
  return (spaceNumber << 12) | (map << 8) | opcode
}

/** Map and opcode bytes of a row without its escape. */
export function splitOpcode(row: Row): { readonly map: number; readonly rest: readonly number[] } {
  if (row.space !== 'legacy') return { map: row.map, rest: row.opcode }
  const [first, second] = row.opcode
  if (first !== 0x0f || row.opcode.length < 2) return { map: 0, rest: row.opcode }
  if (row.opcode.length >= 3 && second === 0x38) return { map: 2, rest: row.opcode.slice(2) }
  if (row.opcode.length >= 3 && second === 0x3a) return { map: 3, rest: row.opcode.slice(2) }
  return { map: 1, rest: row.opcode.slice(1) }
}

export function hasRegisterInOpcode(row: Row): boolean {
  return row.operands.some((spec) => spec.role === ROLE_OPCODE)
}

/** The lengths of a vector row share their opcode: one of its rows tells the key of all, and legacy texts are one row each. */
function keysOf(text: string): number[] {
  const encoding = text.split('|')[2] ?? ''
  const vector = /(VEX|EVEX|XOP)\.\S*?(0F38|0F3A|0F|MAP5|MAP6|MAP7|M08|M09|M0A)\S* ([0-9A-F]{2})(\+r)?/.exec(encoding)
  if (vector) return [opcodeKey(vector[1]!.toLowerCase(), VECTOR_MAPS[vector[2]!]!, Number.parseInt(vector[3]!, 16))]
  const words = encoding.trim().split(/ +/)
  const bytes: string[] = []
  for (const word of words) {
    if (word[0] === '/') break
    if (!/^[0-9A-F]{2}(\+[ri])?$/.test(word)) continue
    // as parseRow reads it: the wait and the mandatory prefix stand before the opcode
    if (bytes.length === 0 && words.length > 1 && /^(9B|66|F2|F3)$/.test(word)) continue
    bytes.push(word)
  }
  const [first = '9B', second = '', third = ''] = bytes
  let map = 0
  let opcode = first
  if (first === '0F' && bytes.length > 1) {
    const isLong = (second === '38' || second === '3A') && bytes.length > 2
    map = isLong ? (second === '38' ? 2 : 3) : 1
    opcode = isLong ? third : second
  }
  const byte = Number.parseInt(opcode, 16)
  const count = opcode.endsWith('+r') ? 8 : 1
  return Array.from({ length: count }, (_none, low) => opcodeKey('legacy', map, byte + low))
}

const VECTOR_MAPS: Readonly<Record<string, number>> = { '0F': 1, '0F38': 2, '0F3A': 3, MAP5: 5, MAP6: 6, MAP7: 7, M08: 8, M09: 9, M0A: 10 }

/**
 * Rows with a mandatory prefix stand before those for which it is one prefix more, names that say more before others (vcmpltps before vcmpps
 * with an immediate), synonyms last: objdump says ja, not jnbe, and ljmp, not jmp, for far targets.
 */
function nameRank({ name, row }: NamedRow): number {
  const isSynonym =
    /^(j|set|cmov|cmp)(c|nae|nb|nc|z|nz|na|nbe|pe|po|nge|nl|ng|nle)(xadd)?$/.test(name) ||
    (/^(call|jmp)$/.test(name) && row.text.includes('att=l'))
  // int3 rather than int $3, nop rather than xchg %eax,%eax
  const isSpecial = row.operands.length > 0 && (row.opcode[0] === 0x90 || row.opcode[0] === 0xcc) ? 4 : 0
  const isOld = row.flags.has('olddefault') ? 5 : 0
  return isOld + (row.mandatoryPrefix !== 0 ? 0 : 10) + (row.trailingOpcode >= 0 ? 0 : isSynonym ? 2 : 1) + isSpecial
}

export function rowsAt(key: number): readonly NamedRow[] {
  const known = rowsByOpcode.get(key)
  if (known) return known
  textsByOpcode ??= indexTexts()
  const rows = (textsByOpcode.get(key) ?? []).flatMap((named) => rowsOfText(named).map((row) => ({ name: named.name, row })))
  rows.sort((a, b) => nameRank(a) - nameRank(b))
  rowsByOpcode.set(key, rows)
  return rows
}

function indexTexts(): Map<number, NamedText[]> {
  const found = new Map<number, NamedText[]>()
  for (const named of allTexts()) {
    for (const key of keysOf(named.text)) {
      const list = found.get(key)
      if (list) list.push(named)
      else found.set(key, [named])
    }
  }
  return found
}
