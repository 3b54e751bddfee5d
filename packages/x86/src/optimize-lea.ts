// Enters: a lea statement under -O. Leaves: a shorter statement for the same sum, or undefined.
// Follows: GNU as manual §9.16.1 (-O); which forms GNU as 2.40 rewrites was observed.
import { addressBitsOf } from './address.ts'
import type { EncodeOptions, InstructionStatement, MemoryOperand, Operand, Register, RegisterOperand } from './contract.ts'
import { findRegister } from './registers.ts'

/** The general register of that number in 16, 32 or 64 bits. */
export function generalRegister(number: number, bits: number): Register | undefined {
  if (number >= 8) return findRegister(`r${number}${bits === 64 ? '' : bits === 32 ? 'd' : 'w'}`)
  const name = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'][number]!
  return findRegister(bits === 64 ? `r${name}` : bits === 32 ? `e${name}` : name)
}

function isZero(operand: MemoryOperand): boolean {
  const displacement = operand.displacement
  return displacement === undefined || (displacement.constant === 0n && displacement.relocation === undefined)
}

export function optimizedLea(statement: InstructionStatement, options: EncodeOptions): InstructionStatement | undefined {
  const [source, destination] = statement.operands
  if (statement.operands.length !== 2 || source?.kind !== 'memory' || destination?.kind !== 'register') return undefined
  const { mode } = options
  const isAddressFlipped = statement.prefixes.some((word) => word === 'addr16' || word === 'addr32')
  // lea reads no memory: the segment does not matter
  const prefixes = statement.prefixes.filter((word) => !/^[c-g]s$|^ss$/.test(word))
  const { segment: _segment, ...address } = source
  const bits = destination.register.sizeInBits
  const addressBits = addressBitsOf(source) || (isAddressFlipped ? (mode === 32 ? 16 : 32) : mode)
  const rewritten = (
    mnemonic: string,
    words: readonly string[],
    operands: readonly (Operand | undefined)[],
  ): InstructionStatement | undefined =>
    operands.includes(undefined) ? undefined : { mnemonic, prefixes: words, operands: operands as Operand[] }
  const register = (number: number, size: number): RegisterOperand | undefined => {
    const found = generalRegister(number, size)
    return found && { kind: 'register', register: found }
  }
  const plainWords = prefixes.filter((word) => word !== 'addr16' && word !== 'addr32')
  const number = destination.register.number

  if (!source.base && !source.index) {
    const value = source.displacement ?? { constant: 0n }
    const known = value.relocation === undefined ? value.constant : undefined
    if (known === undefined && (value.relocation !== undefined || bits > addressBits || (bits === 16 && addressBits > 16))) {
      if (value.relocation !== undefined || bits === 16 || addressBits !== 32) {
        const words = mode === 64 && bits === 16 ? plainWords : prefixes
        return { ...statement, prefixes: words, operands: [address, destination] }
      }
    }
    const isNarrow = bits === 64 && addressBits === 32
    const constant =
      known === undefined ? undefined : addressBits < bits || bits === 16 ? BigInt.asUintN(Math.min(addressBits, bits), known) : known
    const immediate: Operand = { kind: 'immediate', value: constant === undefined ? value : { constant } }
    return rewritten('mov', plainWords, [immediate, isNarrow ? register(number, 32) : destination])
  }
  const only = source.base && !source.index ? source.base : source.index && !source.base && source.scale === 1 ? source.index : undefined
  const isGeneral = only !== undefined && (only.class === 'gpr16' || only.class === 'gpr32' || only.class === 'gpr64')
  if (only && isGeneral && isZero(source)) {
    if (addressBits === 16 && bits === 32) return rewritten('movzw', plainWords, [{ kind: 'register', register: only }, destination])
    const size = Math.min(bits, addressBits)
    const isNarrow = bits === 64 && size === 32
    return rewritten('mov', [...plainWords, '{load}'], [register(only.number, size), isNarrow ? register(number, 32) : destination])
  }
  if (
    mode === 64 &&
    addressBits === 32 &&
    !isAddressFlipped &&
    [source.base, source.index].every((part) => !part || part.class === 'gpr32' || part.class === 'noindex')
  ) {
    // 32 bits of the sum are the same with 64-bit registers, without the prefix
    const wide = (part: Register | undefined): Register | undefined =>
      part && (part.class === 'noindex' ? findRegister('riz') : generalRegister(part.number, 64))
    const base = wide(source.base)
    const index = wide(source.index)
    const { base: _base, index: _index, ...rest } = address
    const memory: MemoryOperand = { ...rest, ...(base && { base }), ...(index && { index }) }
    return rewritten('lea', prefixes, [memory, bits === 64 ? register(number, 32) : destination])
  }
  return { ...statement, prefixes, operands: [address, destination] }
}
