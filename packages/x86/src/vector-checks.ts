// Enters: a VEX or EVEX row and operands that fit it. Leaves: why the processor or GNU as refuses the combination, or a warning.
// Follows: Intel SDM vol. 2 (VGATHERDPS, VFMADDCPH, TDPBSSD: registers must differ; V4FMADDPS: groups of four), §2.7.4 (opmask).
import type { EncodeMessage, Operand, Register } from './contract.ts'
import { type Failure, failure } from './failure.ts'
import { ROLE_REG, type Row } from './table/notation.ts'

export function vectorRefusal(row: Row, mnemonic: string, operands: readonly Operand[]): Failure | undefined {
  if (row.space === 'evex') {
    for (let index = 0; index < operands.length; index++) {
      const operand = operands[index]!
      if (operand.kind !== 'register' && operand.kind !== 'memory') continue
      if (operand.zeroing && !operand.mask) return failure('zeroing-without-mask', index)
      if (row.flags.has('gather') && row.operands[index]!.masking !== 0 && !operand.mask) return failure('mask-needed', index, { mnemonic })
    }
  }
  if (!row.flags.has('distinct')) return undefined
  const last = operands[operands.length - 1]!
  const destination = last.kind === 'register' ? last.register : undefined
  const registers = registersOf(operands)
  // tile products want three different tiles, complex products only another destination than the sources
  const clash =
    destination?.class === 'tmm'
      ? registers.some((register, index) => registers.indexOf(register) !== index)
      : registers.slice(0, -1).some((register) => register === destination)
  return clash ? failure('registers-not-distinct', undefined, { mnemonic }) : undefined
}

export function vectorWarning(row: Row, mnemonic: string, operands: readonly Operand[]): EncodeMessage | undefined {
  if (row.flags.has('gather')) {
    const memory = operands.find((operand) => operand.kind === 'memory')
    const isScatter = row.operands.every((spec, index) => spec.role !== ROLE_REG || index === 0)
    if (memory?.kind !== 'memory' || !memory.index || (row.space === 'evex' && isScatter)) return undefined
    const numbers = registersOf(operands).map((register) => register.number)
    numbers.push(memory.index.number)
    const isDistinct = new Set(numbers).size === numbers.length
    return isDistinct ? undefined : { code: 'registers-should-differ', details: { mnemonic, mask: row.space === 'vex' ? 1 : 0 } }
  }
  for (let index = 0; index < row.operands.length; index++) {
    const operand = operands[index]!
    if (row.operands[index]!.group === 0 || operand.kind !== 'register') continue
    const { name, number } = operand.register
    const first = number & ~3
    if (number === first) continue
    const stem = name.slice(0, 3)
    return {
      code: 'implicit-register-group',
      operand: index,
      details: { mnemonic, register: name, first: `${stem}${first}`, last: `${stem}${first + 3}` },
    }
  }
  return undefined
}

function registersOf(operands: readonly Operand[]): Register[] {
  return operands.flatMap((operand) => (operand.kind === 'register' ? [operand.register] : []))
}
