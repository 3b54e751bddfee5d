// Enters: a statement. Leaves: its AT&T text, as GNU as reads it: source first, destination last.
// Follows: GNU as manual §9.16.3 (operands), §9.16.7 (memory references).
import type { InstructionStatement, MemoryOperand, Operand, Value } from './contract.ts'

/**
 * @example
 * formatStatement({ mnemonic: 'add', prefixes: [], operands: [] }) // 'add'
 */
export function formatStatement(statement: InstructionStatement): string {
  const words = [...statement.prefixes, statement.mnemonic].join(' ')
  return statement.operands.length === 0 ? words : `${words} ${statement.operands.map(formatOperand).join(',')}`
}

function formatOperand(operand: Operand): string {
  switch (operand.kind) {
    case 'rounding':
      return `{${operand.name}}`
    case 'immediate':
      return `$${formatValue(operand.value)}`
    case 'register':
      return `${operand.indirect ? '*' : ''}%${operand.register.name}${decorations(operand)}`
    case 'memory': {
      const broadcast = operand.broadcast === undefined ? '' : `{1to${operand.broadcast}}`
      return `${operand.indirect ? '*' : ''}${formatAddress(operand)}${broadcast}${decorations(operand)}`
    }
  }
}

function formatAddress({ segment, displacement, base, index, scale, hasParentheses }: MemoryOperand): string {
  const override = segment ? `%${segment.name}:` : ''
  const offset = displacement ? formatValue(displacement) : ''
  if (!hasParentheses && !base && !index) return override + (offset || '0x0')
  const baseName = base ? `%${base.name}` : ''
  const isShort = base?.class === 'gpr16' || index?.class === 'gpr16'
  const indexName = index ? `,%${index.name}${isShort ? '' : `,${scale}`}` : ''
  return `${override}${offset}(${index && !base && isShort ? indexName.slice(1) : baseName + indexName})`
}

function decorations(operand: Extract<Operand, { kind: 'register' | 'memory' }>): string {
  return `${operand.mask ? `{%${operand.mask.name}}` : ''}${operand.zeroing ? '{z}' : ''}`
}

function formatValue({ constant, relocation }: Value): string {
  if (constant === undefined) return relocation ? `sym@${relocation}` : 'sym'
  return constant < 0n ? `-0x${(-constant).toString(16)}` : `0x${constant.toString(16)}`
}
