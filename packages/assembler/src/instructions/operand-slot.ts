// An operand of the statement being read, as the reader leaves it and the encoder's contract wants it. Enters: what
// operand-reader.ts found. Leaves: an Operand of @kernelbox/x86 where the encoder is asked.

import type { Operand, ImmediateOperand, MemoryOperand, Register, Value } from '@kernelbox/x86'
import type { Expression } from '../expression.ts'
import { expressionConstant, expressionMissing } from '../expression-reader.ts'
import { relocationOperators } from '../relocation-operators.ts'
import type { AsmSymbol } from '../symbols.ts'

export const kindRegister = 1
export const kindImmediate = 2
export const kindMemory = 3
export const kindRounding = 4

export const flagIndirect = 1
export const flagParentheses = 2
export const flagZeroing = 4

/** Operands of the statement being read; used again for each. */
export class OperandSlot {
  kind = 0
  register: Register | undefined = undefined
  registerId = 0
  /** Stand for all registers that differ in three bits of the encoding only; see KnownRegister. */
  registerGroup = 0
  baseGroup = 0
  indexGroup = 0
  segment: Register | undefined = undefined
  segmentId = 0
  base: Register | undefined = undefined
  baseId = 0
  index: Register | undefined = undefined
  indexId = 0
  scale = 1
  flags = 0
  mask: Register | undefined = undefined
  maskId = 0
  broadcast = 0
  rounding = ''
  /** expressionMissing: no number. */
  valueKind = 0
  constant = 0
  add: AsmSymbol | undefined = undefined
  sub: AsmSymbol | undefined = undefined
  tree: Expression | undefined = undefined
  operator = 0
  start = 0
  end = 0

  clear(start: number): void {
    this.kind = 0
    this.register = undefined
    this.registerId = 0
    this.registerGroup = 0
    this.baseGroup = 0
    this.indexGroup = 0
    this.segment = undefined
    this.segmentId = 0
    this.base = undefined
    this.baseId = 0
    this.index = undefined
    this.indexId = 0
    this.scale = 1
    this.flags = 0
    this.mask = undefined
    this.maskId = 0
    this.broadcast = 0
    this.rounding = ''
    this.valueKind = expressionMissing
    this.constant = 0
    this.add = undefined
    this.sub = undefined
    this.tree = undefined
    this.operator = 0
    this.start = start
    this.end = start
  }
}

export function operandOf(slot: OperandSlot): Operand {
  const isIndirect = (slot.flags & flagIndirect) !== 0
  switch (slot.kind) {
    case kindRegister:
      return {
        kind: 'register',
        register: slot.register as Register,
        ...(isIndirect && { indirect: true }),
        ...(slot.mask && { mask: slot.mask }),
        ...(slot.flags & flagZeroing && { zeroing: true }),
      }
    case kindImmediate:
      return { kind: 'immediate', value: valueOf(slot) } satisfies ImmediateOperand
    case kindRounding:
      return { kind: 'rounding', name: slot.rounding as 'sae' }
    default:
      return {
        kind: 'memory',
        scale: slot.scale as 1,
        hasParentheses: (slot.flags & flagParentheses) !== 0,
        ...(slot.segment && { segment: slot.segment }),
        ...(slot.valueKind !== expressionMissing && { displacement: valueOf(slot) }),
        ...(slot.base && { base: slot.base }),
        ...(slot.index && { index: slot.index }),
        ...(isIndirect && { indirect: true }),
        ...(slot.broadcast && { broadcast: slot.broadcast }),
        ...(slot.mask && { mask: slot.mask }),
        ...(slot.flags & flagZeroing && { zeroing: true }),
      } satisfies MemoryOperand
  }
}

function valueOf(slot: OperandSlot): Value {
  const relocation = slot.operator === 0 ? undefined : relocationOperators[slot.operator]
  let constant: bigint | undefined
  if (slot.operator === 0) {
    if (slot.valueKind === expressionConstant) constant = BigInt(slot.constant)
    else if (slot.tree?.kind === 'constant') constant = slot.tree.value
  }
  return relocation ? { constant, relocation } : { constant }
}
