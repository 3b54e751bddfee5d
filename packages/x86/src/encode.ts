// Enters: an instruction statement and the mode. Leaves: its bytes with the fields that the assembler fills in, or why it has none.
// Follows: Intel SDM vol. 2 ch. 2 (instruction format), GNU as manual §9.16 (AT&T syntax, options).
// The steps: rewritings that options and endings ask for (rewritings.ts), the first row that fits (choose-row.ts), its bytes (emit.ts).
import { chooseRow } from './choose-row.ts'
import type { EncodeOptions, EncodeResult, InstructionStatement } from './contract.ts'
import { type Context, type Draft, newDraft, PLAIN_CONTEXT } from './draft.ts'
import { type Failure, failure, moreTelling } from './failure.ts'
import { missingForRegister } from './isa.ts'
import { collectPrefixes, isPrefix } from './prefixes.ts'
import { asAvx, asOptimized, endingAt, lonePrefix, withoutEnding, withoutRounding } from './rewritings.ts'
import { rowsOf, SUFFIX_LETTERS } from './table/index.ts'
import { UNALIGNED_MOVES } from './vector-checks.ts'

/** Encodes one instruction. A statement without encoding is the user's fault and comes back as a failure, never as an exception. */
export function encodeInstruction(statement: InstructionStatement, options: EncodeOptions): EncodeResult {
  return encodeIn(statement, options, PLAIN_CONTEXT)
}

function encodeIn(statement: InstructionStatement, options: EncodeOptions, context: Context): EncodeResult {
  const mnemonic = statement.mnemonic
  const ending = endingAt(mnemonic)
  if (ending > 0 && !isPrefix(mnemonic)) return withoutEnding(statement, options, context, ending, encodeIn)
  if (options.optimize) {
    const shorter = asOptimized(statement, options, context, encodeIn)
    if (shorter) return shorter
  }
  if (options.unalignedVectorMove) {
    const unaligned = UNALIGNED_MOVES[mnemonic]
    if (unaligned) return encodeIn({ ...statement, mnemonic: unaligned }, options, context)
  }
  if (options.sse2avx) {
    const avx = asAvx(statement, options, context, encodeIn)
    if (avx) return avx
  }
  const prefixes = collectPrefixes(statement.prefixes, options.mode)
  if (prefixes.failure) return { ok: false, failure: prefixes.failure }
  if (context.rounding === undefined) {
    const at = roundingOf(statement)
    if (at >= 0) return withoutRounding(statement, options, context, at, encodeIn)
  }
  if (statement.operands.length === 0 && isPrefix(mnemonic) && !rowsOf(mnemonic)) return lonePrefix(statement, options)
  const unavailable = options.isa === undefined ? testRegisterRefusal(statement, options) : registerRefusal(statement, options.isa)
  if (unavailable) return { ok: false, failure: unavailable }
  return encodeByRows(newDraft(statement, options, context, prefixes))
}

function roundingOf({ operands }: InstructionStatement): number {
  for (let index = 0; index < operands.length; index++) if (operands[index]!.kind === 'rounding') return index
  return -1
}

/** A register that the processor chosen does not have. */
function registerRefusal({ operands }: InstructionStatement, isa: ReadonlySet<string>): Failure | undefined {
  for (let index = 0; index < operands.length; index++) {
    const operand = operands[index]!
    const registers =
      operand.kind === 'register'
        ? [operand.register, operand.mask]
        : operand.kind === 'memory'
          ? [operand.base, operand.index, operand.mask, operand.segment]
          : []
    for (const register of registers) {
      const feature = register && missingForRegister(register, isa)
      if (feature) return failure('not-enabled', index, { mnemonic: `%${register.name}`, feature })
    }
  }
  return undefined
}

/** The test registers went with the 80486: no x86-64 processor has them. */
function testRegisterRefusal({ operands }: InstructionStatement, { machine }: EncodeOptions): Failure | undefined {
  if (machine !== 'x86-64') return undefined
  for (let index = 0; index < operands.length; index++) {
    const operand = operands[index]!
    if (operand.kind === 'register' && operand.register.class === 'test')
      return failure('not-enabled', index, { mnemonic: `%${operand.register.name}`, feature: 'i486' })
  }
  return undefined
}

/** The name as it stands first, then without the letter at its end, where that is a suffix of the shorter name. */
function encodeByRows(draft: Draft): EncodeResult {
  const { mnemonic } = draft.statement
  let best: Failure | undefined
  const exact = rowsOf(mnemonic)
  if (exact) {
    const outcome = chooseRow(exact, draft)
    if ('encoding' in outcome || draft.isDecided) return outcome
    best = outcome.failure
  }
  const suffix = mnemonic[mnemonic.length - 1]!
  if (mnemonic.length > 2 && SUFFIX_LETTERS.includes(suffix)) {
    const rows = rowsOf(mnemonic.slice(0, -1))
    if (rows?.some((row) => row.suffixes.includes(suffix))) {
      draft.suffix = suffix
      const outcome = chooseRow(rows, draft)
      if ('encoding' in outcome) return outcome
      best = moreTelling(best, outcome.failure)
    } else if (rows && !best) {
      best = failure('invalid-suffix', undefined, { suffix, mnemonic: mnemonic.slice(0, -1) })
    }
  }
  return { ok: false, failure: best ?? failure('unknown-mnemonic', undefined, { mnemonic }) }
}
