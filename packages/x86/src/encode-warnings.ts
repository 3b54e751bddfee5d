// Enters: an instruction whose bytes stand. Leaves: the warnings that GNU as 2.40 gives for it, or the refusal that -msse-check=error asks for.
// Follows: GNU as manual §9.16.1 (-msse-check), §9.16.3 (sizes by default); the others were observed.
import type { Mode, Operand } from './contract.ts'
import type { Draft } from './draft.ts'
import { type Failure, failure } from './failure.ts'
import type { Row } from './table/notation.ts'
import { constantIn } from './value-class.ts'
import { isSseInstruction } from './vector-checks.ts'

export function addWarnings(row: Row, draft: Draft): Failure | undefined {
  const { statement, options, match, memory, moffs, address, warnings } = draft
  const { mnemonic, operands } = statement
  const { mode } = options
  if (options.sseCheck && options.sseCheck !== 'none' && isSseInstruction(row, operands)) {
    const message = failure('sse-instruction', undefined, { mnemonic })
    if (options.sseCheck === 'error') return message
    warnings.push(message)
  }
  const hasSizePrefix = draft.prefixes.dataSize || (draft.prefixes.rex & 8) !== 0
  if (match.usedDefaultSize && !hasSizePrefix && options.operandCheck !== 'none') {
    if (options.operandCheck === 'error') return failure('ambiguous-size', undefined, { mnemonic })
    warnings.push({ code: 'default-size', details: { mnemonic, size: draft.size } })
  }
  if (match.immediateBits !== 0) {
    draft.isTemplate = false
    const operand = operands.findIndex((candidate) => candidate.kind === 'immediate')
    warnings.push({ code: 'immediate-shortened', operand, details: { bits: match.immediateBits } })
  }
  if (row.meant !== '') warnings.push({ code: 'translating', details: { mnemonic, meant: row.meant } })
  const constant = memory?.displacement?.constant
  if (constant !== undefined && address.addressBits === 16 && isBeyond16(constant, mode)) {
    draft.isTemplate = false
    warnings.push({ code: 'displacement-shortened', operand: draft.rmIndex, details: { bits: 16 } })
  }
  if (constant !== undefined && mode === 64 && (address.addressBits === 32 || row.flags.has('lea'))) {
    if (constant > 0xffff_ffffn || constant < -0xffff_ffffn)
      warnings.push({ code: 'displacement-shortened', operand: draft.rmIndex, details: { bits: 32 } })
  }
  if (options.code16gcc && mode === 16 && draft.suffix === '') {
    // GNU as says so where compilers of different age disagree
    const isSegment = row.operands.length === 1 && row.operands[0]!.registerClass === 'segment'
    if (row.mnemonic === 'iret' || (isSegment && row.flags.has('stack')))
      warnings.push({ code: 'code16gcc-size', details: { mnemonic, size: row.mnemonic === 'iret' ? 16 : 32 } })
  }
  const absolute = moffs?.displacement?.constant
  const isShortAbsolute = mode === 16 ? !draft.prefixes.addressSize : mode === 32 && draft.prefixes.addressSize
  if (absolute !== undefined && isShortAbsolute && isBeyond16(absolute, mode)) {
    draft.isTemplate = false
    warnings.push({ code: 'displacement-shortened', operand: draft.moffsIndex, details: { bits: 16 } })
  }
  // SDM vol. 2 §2.3.11: longer ones raise #GP
  if (draft.length > 15) warnings.push({ code: 'longer-than-15-bytes', details: { mnemonic, length: draft.length } })
  if (row.flags.has('olddefault')) warnings.push({ code: 'translating', details: { mnemonic, meant: `${mnemonic}p` } })
  return undefined
}

/** More bits than 16, and not a sign extension of them. */
function isBeyond16(constant: bigint, mode: Mode): boolean {
  const wrapped = Number(constantIn(constant, mode))
  return wrapped > 0xffff || wrapped < -0xffff
}

/** Constants beyond 32 bits, which wrap in 32-bit code: the class of such a value says too little. */
export function isHuge(operand: Operand): boolean {
  const constant =
    operand.kind === 'immediate' ? operand.value.constant : operand.kind === 'memory' ? operand.displacement?.constant : undefined
  return constant !== undefined && (constant > 0xffff_ffffn || constant < -0x8000_0000n)
}
