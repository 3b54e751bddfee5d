// Enters: the instruction table, a mode, a seed. Leaves: AT&T lines that walk over the table: each row with operands of the kinds that it
// takes (sweep-operands.ts), in each size, with and without suffix, masked, broadcast and rounded; some with prefixes, endings
// or something wrong (sweep-changes.ts); and now and then a row that the mode does not have.
import { mnemonics, type Mode, rowsOf, type TableRow } from '@kernelbox/x86'
import { Random } from '../fuzz/random.ts'
import { addEnding, addPrefix, spoil, type Statement } from './sweep-changes.ts'
import { OperandMaker, type OperandPlace } from './sweep-operands.ts'

/** Shares of the lines that are changed. */
export interface SweepShares {
  readonly prefixed: number
  readonly ended: number
  readonly spoilt: number
}

const SHARES: SweepShares = { prefixed: 0.12, ended: 0.03, spoilt: 0.2 }

const SUFFIX_OF: Readonly<Record<number, string>> = { 16: 'w', 32: 'l', 64: 'q' }

function operandOf(spec: OperandPlace, row: TableRow, bits: number, maker: OperandMaker): string | undefined {
  const { random } = maker
  const sized = (size: number): number => (size < 0 ? (size === -2 && bits === 16 ? 32 : size === -3 && bits === 64 ? 32 : bits) : size)
  const isIndirect = row.flags.has('indirect')
  const choices: string[] = []
  if (spec.fixedValue >= 0) return random.chance(0.9) ? `$${spec.fixedValue}` : maker.immediate(8)
  if (spec.accepts & 1) choices.push(maker.register(spec.registerClass, sized(spec.registerSize), spec.fixedNumber))
  if (spec.accepts & 2) {
    let memory = maker.memory(spec.vectorIndex)
    if (spec.broadcast !== 0 && random.chance(0.4)) memory += `{1to${spec.memorySize / spec.broadcast}}`
    choices.push(memory)
  }
  if (spec.accepts & 4) choices.push(maker.immediate(spec.immediateSize))
  if (spec.accepts & 8) choices.push(maker.target())
  if (spec.accepts & 16)
    choices.push(
      `${random.chance(0.2) ? `%${random.pick(['es', 'fs', 'ds'])}:` : ''}${random.chance(0.7) ? maker.number() : maker.target()}`,
    )
  if (spec.accepts & 256) return random.chance(0.5) ? '%dx' : '(%dx)'
  if (spec.accepts & 32) return maker.implied('si', '')
  if (spec.accepts & 64) return maker.implied('di', '%es:')
  if (spec.accepts & 128) return maker.implied('bx', '')
  if (choices.length === 0) return undefined
  let text = random.pick(choices)
  if (isIndirect && !random.chance(0.03)) text = `*${text}`
  if (spec.masking > 0 && random.chance(0.4)) {
    text += `{%k${1 + random.below(7)}}`
    if (spec.masking === 2 && random.chance(text.startsWith('%') ? 0.5 : 0.02)) text += '{z}'
  }
  return text
}

function statementOf(name: string, row: TableRow, maker: OperandMaker): Statement | undefined {
  const { random, mode } = maker
  const bits = row.isSized ? random.pick(mode === 64 ? [16, 32, 64] : [16, 32]) : 0
  const operands: string[] = []
  for (const spec of row.operands) {
    const text = operandOf(spec, row, bits, maker)
    if (text === undefined) return undefined
    operands.push(text)
  }
  const rounded = row.operands.findIndex((spec) => spec.rounding !== '')
  if (rounded >= 0 && random.chance(0.3) && !operands.some((text) => text.includes('('))) {
    const words = row.operands[rounded]!.rounding === 'sae' ? ['{sae}'] : ['{rn-sae}', '{rd-sae}', '{ru-sae}', '{rz-sae}']
    operands.splice(rounded, 0, random.pick(words))
  }
  let written = name
  if (row.suffixes !== '' && random.chance(0.5)) written += row.isSized ? SUFFIX_OF[bits] : random.pick([...row.suffixes])
  return { prefixes: [], name: written, operands }
}

/** A line from a row, undefined where the table has no text for an operand. */
export function sweepLine(name: string, row: TableRow, maker: OperandMaker, shares: SweepShares = SHARES): string | undefined {
  const { random, mode } = maker
  const statement = statementOf(name, row, maker)
  if (!statement) return undefined
  if (random.chance(shares.spoilt)) spoil(statement, maker, row.space === 'vex' && row.flags.has('gather'))
  if (random.chance(shares.ended)) addEnding(statement, random, row.space === 'xop')
  if (random.chance(shares.prefixed)) {
    const isVector = row.space !== 'legacy'
    addPrefix(statement, random, mode, isVector)
    if (random.chance(0.25)) addPrefix(statement, random, mode, isVector)
  }
  const words = [...statement.prefixes, statement.name].join(' ')
  return statement.operands.length > 0 ? `${words} ${statement.operands.join(', ')}` : words
}

/** Lines for one mode: about `perRow` a row and name. */
export function sweepLines(mode: Mode, perRow: number, seed: number, only: RegExp): string[] {
  const maker = new OperandMaker(new Random(seed * 3 + mode), mode)
  const lines = new Set<string>()
  for (const name of mnemonics()) {
    if (!only.test(name)) continue
    for (const row of rowsOf(name) ?? []) {
      const isAbsent = mode === 64 ? row.i64 : row.only64
      for (let count = 0; count < perRow; count++) {
        if (isAbsent && !maker.random.chance(0.1)) continue
        const line = sweepLine(name, row, maker)
        if (line !== undefined) lines.add(line)
      }
    }
  }
  return [...lines]
}
