// Enters: the rows of a mnemonic, in the order of preference, and a statement. Leaves: the encoding by the first row that fits it,
// or the most telling of the reasons why none does.
// Follows: GNU as manual §9.16.5 (pseudo-prefixes {vex}, {evex}, {load}, {store}, {disp8}); preferences observed with GNU as 2.40.
import type { InstructionStatement } from './contract.ts'
import type { Draft } from './draft.ts'
import { emit } from './emit.ts'
import { type Attempt, type Failure, failure, moreTelling } from './failure.ts'
import { isaAllows, isaOf } from './isa.ts'
import { couldFit, isAccumulatorPair, matchRow } from './match.ts'
import { NO_PREFIXES, type PrefixSet, prefixRefusal } from './prefixes.ts'
import { ROLE_IMMEDIATE, ROLE_REG, ROLE_RM, ROLE_VVVV, type Row } from './table/notation.ts'

/** The suffix that is left after the name of the rows stands in the draft. */
export function chooseRow(rows: readonly Row[], draft: Draft): Attempt {
  let best: Failure | undefined
  let hasSizes = false
  for (const row of rows) hasSizes ||= row.isSized
  for (const row of rows) {
    const refusal = rowRefusal(row, rows, hasSizes, draft)
    if (refusal !== undefined && row.asksNumber && couldFit(row, draft.statement.operands)) draft.asksNumber = true
    if (refusal === 'other-row') continue
    if (refusal !== undefined) {
      if (draft.isDecided) return { ok: false, failure: refusal }
      best = moreTelling(best, refusal)
      continue
    }
    const result = emit(row, draft)
    if ('encoding' in result) return result
    if (draft.isDecided) return result
    best = moreTelling(best, result.failure)
  }
  return { ok: false, failure: best ?? failure('operand-type-mismatch') }
}

/** Why a row does not fit; 'other-row' where another row is preferred and there is nothing to tell. */
function rowRefusal(row: Row, rows: readonly Row[], hasSizes: boolean, draft: Draft): Failure | 'other-row' | undefined {
  const { statement, options, prefixes, match } = draft
  if (prefixes.encoding !== '' && !spaceAllowed(row, prefixes)) return 'other-row'
  if (prefixes.wantsRex && row.space !== 'legacy')
    return failure('prefix-not-allowed', undefined, { prefix: '{rex}', mnemonic: statement.mnemonic })
  const refusal = matchRow(row, statement, draft.suffix, options, hasSizes, prefixes.dataSize, match)
  if (refusal) {
    // GNU as takes vcvtsi2sd with VEX by the kinds of its operands and finds the suffix wrong only then
    draft.isDecided = refusal.code === 'suffix-size-mismatch' && row.flags.has('firm') && !needsEvex(draft)
    return refusal
  }
  if (options.isa !== undefined && !isaAllows(row, match.size, options.isa))
    return failure('not-enabled', undefined, { mnemonic: statement.mnemonic, feature: isaOf(row) })
  if (options.tunesFor486 && isShiftByOne(row)) return 'other-row'
  if (row.flags.has('nopair') && options.mode === 64 && match.size === 32 && isAccumulatorPair(statement.operands)) return 'other-row'
  // `{store} xchg %esi,%eax`: the short form is the one that loads
  const isStore = prefixes.direction === 'store' || prefixes.direction === 'swap'
  if (isStore && row.flags.has('nopair') && row.operands[1]!.fixedNumber === 0) return 'other-row'
  if (row.flags.has('relax') && prefixes.displacementBytes === 4) return 'other-row'
  const badBytes = options.mode === 16 ? 4 : 2
  if (prefixes.displacementBytes === badBytes && row.fields.length === 1 && row.fields[0]!.kind === 'c')
    return failure('unknown-prefix', undefined, { prefix: badBytes === 4 ? '{disp32}' : '{disp16}' })
  if (prefixes.displacementBytes > 1 && isShortOnly(row) && hasKnownTarget(statement)) return failure('operand-size-mismatch')
  if (row.flags.has('wide') && !prefixes.addressSize && !needsWideAddress(statement, prefixes)) return 'other-row'
  if (row.space === 'vex' && savesPrefixByte(row, statement, prefixes) && !hasDirection(row, statement, 'store', rows)) return 'other-row'
  if (prefixes === NO_PREFIXES) return undefined
  if (prefixes.direction !== '' && !hasDirection(row, statement, prefixes.direction, rows)) return 'other-row'
  const { operands } = statement
  const refused = prefixRefusal(
    row,
    prefixes,
    options.mode,
    operands[operands.length - 1]?.kind === 'memory' || operands[0]?.kind === 'memory',
  )
  if (!refused) return undefined
  // xchg of the accumulator is 90+r, which takes no such prefix, and the longer form is not looked for
  draft.isDecided = row.flags.has('nopair')
  // before direct calls and far pointers GNU as also says that it drops the prefix
  const first = row.opcode[0]
  const isDropped = first === 0xe8 || first === 0x9a || first === 0xea
  return isDropped ? { ...refused, details: { ...refused.details, also: 'prefix-skipped' } } : refused
}

/** loop and jecxz, which have no longer form. */
function isShortOnly(row: Row): boolean {
  return row.fields.length === 1 && row.fields[0]!.kind === 'c' && row.fields[0]!.size === 1 && !row.flags.has('relax')
}

/** A branch to a number, whose distance is known without a symbol. */
function hasKnownTarget({ operands }: InstructionStatement): boolean {
  return operands[0]?.kind === 'memory' && operands[0].displacement?.constant !== undefined
}

/** Registers 16 to 31, rounding and masks exist with EVEX only. */
function needsEvex({ statement, context }: Draft): boolean {
  if (context.rounding !== undefined) return true
  return statement.operands.some((operand) => operand.kind === 'register' && (operand.register.number > 15 || operand.mask !== undefined))
}

/** D0 and D1 with the count written. */
function isShiftByOne({ opcode, operands }: Row): boolean {
  return opcode.length === 1 && (opcode[0] === 0xd0 || opcode[0] === 0xd1) && operands[0]!.fixedValue === 1
}

/** `mov 0x123456789abc,%al`: an absolute address that no sign-extended 32-bit displacement gives. */
function needsWideAddress(statement: InstructionStatement, prefixes: PrefixSet): boolean {
  return statement.operands.some((operand) => {
    // GNU as takes {disp32} for leave to choose this form
    if (prefixes.displacementBytes === 4 && operand.kind === 'memory' && operand.displacement?.relocation === undefined) return true
    const constant = operand.kind === 'memory' ? operand.displacement?.constant : undefined
    return constant !== undefined && BigInt.asIntN(32, constant) !== BigInt.asIntN(64, constant)
  })
}

/**
 * {load}, {store}, `.s`: with two registers an operation has two encodings, ModRM.rm being destination (store) or source (load).
 * A row goes with the wish when it has that direction, or when there is no twin of the other one.
 */
function hasDirection(row: Row, statement: InstructionStatement, direction: string, rows: readonly Row[]): boolean {
  if (statement.operands.length < 2 || statement.operands.some((operand) => operand.kind === 'memory')) return true
  if (row.flags.has('noswap') && direction !== 'load') return false
  const mine = directionOf(row)
  if (mine === '') return true
  if (row.operands[0]!.registerClass === 'st' && row.opcode[0] === 0xde) {
    // faddp and fmulp read either way, but a wish for the store form takes the one that is written the wrong way round
    if (direction === 'load') return true
    if (!rows.some((other) => other.opcode[0] === 0xde && directionOf(other) !== mine && sameRegisters(row, other))) return true
    return mine === (isAccumulatorPair(statement.operands) ? 'store' : 'load')
  }
  if (row.operands[0]!.registerClass === 'st' && direction !== 'swap') {
    // the other operations have two forms for %st and %st alone
    if (mine === 'store' && direction === 'load') return !isAccumulatorPair(statement.operands)
  }
  const hasOther = rows.some((other) => directionOf(other) === (mine === 'load' ? 'store' : 'load') && sameRegisters(row, other))
  if (!hasOther) return true
  if (direction === 'swap') return rows.find((other) => directionOf(other) !== '' && sameRegisters(row, other)) !== row
  return mine === direction
}

function directionOf(row: Row): '' | 'load' | 'store' {
  if (row.operands.length === 2 && row.operands[0]!.registerClass === 'st') {
    // faddp and fmulp have a row for the operands in the other order
    if (row.opcode[0] === 0xde) return row.operands[0]!.fixedNumber === 0 ? 'store' : 'load'
    return row.opcode[0] === 0xdc ? 'store' : row.opcode[0] === 0xd8 ? 'load' : ''
  }
  const destination = row.operands[row.operands.length - 1]
  const source = row.operands.find((spec) => spec.role !== ROLE_IMMEDIATE)
  // XOP rotates and shifts: the count or the value may be ModRM.rm, W tells which (APM vol. 6, VPROTB)
  if (row.space === 'xop' && row.operands.length === 3 && destination?.role === ROLE_REG)
    return source?.role === ROLE_VVVV ? 'load' : source?.role === ROLE_RM ? 'store' : ''
  if (!destination || !source) return ''
  if (destination.role === ROLE_RM && source.role === ROLE_REG) return 'store'
  return destination.role === ROLE_REG && source.role === ROLE_RM ? 'load' : ''
}

/** Two-byte VEX has no bit B: registers 8 to 15 as the source of a move go to ModRM.reg, where the store form has it. */
function savesPrefixByte(row: Row, statement: InstructionStatement, prefixes: PrefixSet): boolean {
  if (row.map !== 1 || row.vexW === 1 || prefixes.encoding === 'vex3' || prefixes.direction !== '') return false
  if (directionOf(row) !== 'load') return false
  const source = statement.operands[0]!
  const destination = statement.operands[statement.operands.length - 1]!
  if (source.kind !== 'register' || destination.kind !== 'register') return false
  return source.register.number >= 8 && source.register.number < 16 && destination.register.number < 8
}

function sameRegisters(first: Row, second: Row): boolean {
  if (first.operands.length !== second.operands.length || first.space !== second.space) return false
  return first.operands.every((spec, index) => {
    const other = second.operands[index]!
    return spec.registerClass === other.registerClass && spec.registerSize === other.registerSize
  })
}

function spaceAllowed(row: Row, prefixes: PrefixSet): boolean {
  switch (prefixes.encoding) {
    case 'vex':
    case 'vex3':
      return row.space === 'vex' || row.space === 'xop'
    case 'evex':
      return row.space === 'evex'
    default:
      return true
  }
}
