// Enters: a row that fits a statement. Leaves: the encoding as a template (contract.ts, docs/adr/0005), or why the row has none after all.
// The steps are the parts of an instruction, Intel SDM vol. 2 figure 2-1: prefixes, opcode, ModRM, SIB, displacement, immediate.
import type { EncodedForm, Encoding } from './contract.ts'
import { clearPlaces, type Draft } from './draft.ts'
import { addWarnings, isHuge } from './encode-warnings.ts'
import { type Attempt, type Failure, failure } from './failure.ts'
import { type Guards, guardsOf } from './guards.ts'
import { writeLegacyPrefixes, writeRex } from './legacy-prefixes.ts'
import { relaxationOf, writeImmediates, writeModRm, writeOpcode } from './opcode-bytes.ts'
import { placeOperands } from './place-operands.ts'
import type { Row } from './table/notation.ts'
import { vectorRefusal, vectorWarning } from './vector-checks.ts'
import { writeVectorPrefix } from './vector-prefix.ts'

const NO_GUARDS: Guards = {}

export function emit(row: Row, draft: Draft): Attempt {
  clearPlaces(draft)
  const misfit = write(row, draft)
  if (misfit) return { ok: false, failure: misfit }
  const refusal = addWarnings(row, draft)
  if (refusal) {
    draft.isDecided = true
    return { ok: false, failure: refusal }
  }
  if (draft.options.fenceAsLockAdd && isFence(row)) {
    if (draft.options.mode === 16) return { ok: false, failure: failure('fence-in-16-bit-code') }
    replaceFence(draft)
  }
  return { ok: true, encoding: encodingOf(row, draft) }
}

function write(row: Row, draft: Draft): Failure | undefined {
  const refusal = placeOperands(row, draft) ?? writeLegacyPrefixes(row, draft) ?? writeOwnPrefix(row, draft)
  if (refusal) return refusal
  draft.opcodeAt = draft.length
  writeOpcode(row, draft)
  if (row.hasModRm) writeModRm(row, draft)
  return writeImmediates(row, draft)
}

function writeOwnPrefix(row: Row, draft: Draft): Failure | undefined {
  if (row.space === 'legacy') return writeRex(row, draft)
  const { statement, options } = draft
  if (draft.prefixes.lock) return failure('prefix-not-allowed', undefined, { prefix: 'lock' })
  const refusal = vectorRefusal(row, statement.mnemonic, statement.operands, options)
  if (refusal) return refusal
  const warning = vectorWarning(row, statement.mnemonic, statement.operands, options)
  if (warning) draft.warnings.push(warning)
  return writeVectorPrefix(row, draft)
}

/** -mfence-as-lock-add=yes: lfence, mfence and sfence become `lock addl $0,(%esp)`. */
function replaceFence(draft: Draft): void {
  const bytes = [0xf0, 0x83, 0x04, 0x24, 0x00]
  draft.bytes.set(bytes)
  draft.length = bytes.length
}

function isFence({ space, opcode }: Row): boolean {
  return space === 'legacy' && opcode.length === 3 && opcode[1] === 0xae && opcode[2]! >= 0xe8
}

function encodingOf(row: Row, draft: Draft): Encoding {
  const { statement, options, fields, registers, warnings } = draft
  const needsGuards = options.lfenceAfterLoad || options.lfenceBeforeIndirectBranch || options.lfenceBeforeRet
  const guards = needsGuards ? guardsOf(row, statement, options, draft.match.size) : NO_GUARDS
  if (guards.warning) warnings.push(guards.warning)
  return {
    bytes: draft.bytes.slice(0, draft.length),
    fields,
    isTemplate: draft.isTemplate && !statement.operands.some(isHuge),
    ...(guards.before ? { before: guards.before } : {}),
    ...(guards.after ? { after: guards.after } : {}),
    warnings,
    ...(row.space === 'legacy' && guards === NO_GUARDS ? { registers } : {}),
    ...(row.space === 'legacy' && guards === NO_GUARDS && !asksRegisters(row, draft) ? { form: formOf(row, draft) } : {}),
    ...(row.flags.has('relax') ? { relaxation: relaxationOf(row, draft) } : {}),
  }
}

/** Of bound registers' addresses also the scale matters; bits of a written REX may be those that a register asks for. */
function asksRegisters(row: Row, { prefixes }: Draft): boolean {
  return row.isa === 'mpx' || prefixes.rex !== 0
}

function formOf(row: Row, { rexAt, opcodeAt, rex, modRmAt, addressEnd, asksNumber }: Draft): EncodedForm {
  return { rexAt, opcodeAt, rex, modRmAt, addressEnd, asksNumber: asksNumber || row.asksNumber }
}
