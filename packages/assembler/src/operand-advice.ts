// What an instruction would take in the place of what it was given, found by asking the encoder.
// Enters: a refused statement. Leaves: words for its diagnostic. Runs for refused statements only.

import { encodeInstruction, findRegister, type EncodeOptions, type InstructionStatement, type Operand, type Register } from '@kernelbox/x86'

const encodes = (statement: InstructionStatement, options: EncodeOptions) => encodeInstruction(statement, options).ok

/** Whether the statement stands with its two operands exchanged, as other assemblers write them. */
export function standsReversed(statement: InstructionStatement, options: EncodeOptions): boolean {
  return statement.operands.length === 2 && encodes({ ...statement, operands: statement.operands.slice().reverse() }, options)
}

/** Those of the registers named that the statement would take as operand number `at`. */
export function registersTaken(
  statement: InstructionStatement,
  at: number,
  names: readonly (string | undefined)[],
  options: EncodeOptions,
): string[] {
  return names.filter((name): name is string => {
    const register = name === undefined ? undefined : findRegister(name)
    if (!register) return false
    const operands = statement.operands.slice()
    operands[at] = { kind: 'register', register }
    return encodes({ ...statement, operands }, options)
  })
}

/** The kinds of operand that an instruction of one operand takes: "a register of 16 or 64 bits, memory or a constant". */
export function kindsTaken(statement: InstructionStatement, options: EncodeOptions): string | undefined {
  const takes = (operand: Operand) => encodes({ ...statement, operands: [operand] }, options)
  const unknown = { constant: undefined }
  const kinds: string[] = []
  const sizes = ['al', 'ax', 'eax', 'rax']
    .map(findRegister)
    .filter((register): register is Register => register !== undefined && (options.mode === 64 || register.sizeInBits < 64))
    .filter((register) => takes({ kind: 'register', register }) || takes({ kind: 'register', register, indirect: true }))
    .map((register) => register.sizeInBits)
  const isBranch = takes({ kind: 'memory', scale: 1, displacement: unknown, hasParentheses: false })
  const base = findRegister(options.mode === 16 ? 'bx' : options.mode === 32 ? 'ebx' : 'rbx')
  const isMemory = base !== undefined && takes({ kind: 'memory', scale: 1, base, hasParentheses: true })
  if (sizes.length > 0) kinds.push(`a register of ${listed(sizes.map(String))} bits`)
  if (isMemory) kinds.push('memory')
  else if (isBranch) kinds.push('a label')
  if (takes({ kind: 'immediate', value: unknown })) kinds.push('a constant')
  return kinds.length === 0 ? undefined : listed(kinds)
}

export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
