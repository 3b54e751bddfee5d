// Enters: a row, the operands of a statement, the AT&T suffix. Leaves: whether the row fits and with which operand size.
// Follows: GNU as manual §9.16.3 (suffixes), §9.16.7 (memory operands); observed choices of GNU as 2.40.
import type { EncodeOptions, ImmediateOperand, InstructionStatement, Mode, Operand, Register, Value } from './contract.ts'
import { type Failure, failure } from './failure.ts'
import {
  ACCEPT_BRANCH_TARGET,
  ACCEPT_IMMEDIATE,
  ACCEPT_MEMORY,
  ACCEPT_MOFFS,
  ACCEPT_PORT,
  ACCEPT_REGISTER,
  ACCEPT_STRING_DESTINATION,
  ACCEPT_STRING_SOURCE,
  ACCEPT_XLAT,
  asksNumber,
  type OperandSpec,
  type Row,
  SIZE_V,
  SIZE_Y,
  SIZE_Z,
} from './table/notation.ts'
import { constantIn } from './value-class.ts'

/** What a fitting row was found to mean. */
export interface Match {
  /** A written data16 or data32 chose the size. */
  sizeFromPrefix: boolean
  /** Operand size in bits where the row has sizes, else 0. */
  size: number
  /** The size was neither written nor in a register: GNU warns that it takes the default. */
  usedDefaultSize: boolean
  /** Bits that immediates are cut to with a warning. */
  immediateBits: number
}

/** Without a sign in the x86-64 psABI, table 4.9. */
export const WIDE_RELOCATIONS: ReadonlySet<string> = new Set(['SIZE', 'GOTOFF', 'GOTPLT', 'PLTOFF'])

const SUFFIX_BITS: Readonly<Record<string, number>> = { b: 8, w: 16, l: 32, q: 64, s: 32, t: 80 }

/** Does this statement operand go with this place of the row, sizes of general registers aside? */
function kindFits(spec: OperandSpec, operand: Operand, row: Row): boolean {
  switch (operand.kind) {
    case 'register':
      if (operand.indirect && !row.flags.has('indirect')) return false
      if ((spec.accepts & ACCEPT_PORT) !== 0) return isPortRegister(operand.register)
      if ((spec.accepts & ACCEPT_REGISTER) === 0) return false
      if (!classFits(spec, operand.register)) return false
      return spec.fixedNumber < 0 || (operand.register.number === spec.fixedNumber && operand.register.rex !== 'needed')
    case 'immediate':
      return (spec.accepts & ACCEPT_IMMEDIATE) !== 0
    case 'memory': {
      if (operand.indirect && !row.flags.has('indirect')) return false
      if (spec.vectorIndex !== '' && operand.index?.class !== spec.vectorIndex) return false
      if ((spec.accepts & ACCEPT_MEMORY) !== 0)
        return !(row.flags.has('indirect') && isBareTarget(operand) && !operand.indirect && !row.flags.has('far'))
      if ((spec.accepts & ACCEPT_BRANCH_TARGET) !== 0) return isBareTarget(operand) && !operand.indirect
      if ((spec.accepts & ACCEPT_MOFFS) !== 0) {
        // the linker rewrites foo@GOT only in forms with ModRM (psABI i386 A.3)
        return isBareTarget(operand) && operand.displacement?.relocation !== 'GOT'
      }
      if ((spec.accepts & (ACCEPT_STRING_SOURCE | ACCEPT_STRING_DESTINATION | ACCEPT_XLAT)) !== 0) return true
      if ((spec.accepts & ACCEPT_PORT) !== 0)
        return operand.base?.class === 'gpr16' && operand.base.number === 2 && operand.index === undefined
      return false
    }
    case 'rounding':
      return false
  }
}

/** Might registers of other numbers fit the row, by kind and size? */
export function couldFit(row: Row, operands: readonly Operand[]): boolean {
  const specs = row.operands
  if (operands.length !== specs.length) return false
  return operands.every((operand, index) => {
    const spec = specs[index]!
    if (operand.kind !== 'register' || !asksNumber(spec)) return kindFits(spec, operand, row)
    const { register } = operand
    if ((spec.accepts & ACCEPT_PORT) !== 0) return register.class.startsWith('gpr')
    return classFits(spec, register) && (spec.registerSize > 0 ? register.sizeInBits === spec.registerSize : register.class !== 'gpr8')
  })
}

/** GNU as takes %edx and %rdx for the port's %dx too. */
function isPortRegister(register: Register): boolean {
  return register.number === 2 && register.class.startsWith('gpr') && register.class !== 'gpr8'
}

function isBareTarget(operand: Extract<Operand, { kind: 'memory' }>): boolean {
  return operand.base === undefined && operand.index === undefined && !operand.hasParentheses
}

function classFits(spec: OperandSpec, register: Register): boolean {
  const wanted = spec.registerClass
  if (wanted === 'gpr') return register.class.startsWith('gpr')
  if (wanted === register.class) return true
  // a register of another size is a size mismatch, not a wrong kind
  return wanted.startsWith('gpr') && register.class.startsWith('gpr')
}

/** Registers 8 and up exist in 64-bit mode only; CR8 alone is reached elsewhere too. */
function needs64BitMode(operand: Operand): boolean {
  if (operand.kind === 'register') return operand.register.number > 7 && operand.register.class !== 'control'
  if (operand.kind !== 'memory') return false
  return (operand.base !== undefined && operand.base.number > 7) || (operand.index !== undefined && operand.index.number > 7)
}

export function wrappedConstant(value: Value, mode: Mode): number {
  return Number(constantIn(value.constant!, mode))
}

/** Sign-extends from 16 or 32 bits where the constant was written as an unsigned number of that size. */
function wrapTo(constant: number, bits: number): number {
  if (bits === 16 && constant >= 0x8000 && constant <= 0xffff) return constant - 0x10000
  if (bits === 32 && constant >= 0x8000_0000 && constant <= 0xffff_ffff) return constant - 0x1_0000_0000
  return constant
}

/**
 * Matches one row. The suffix is the letter split off the mnemonic, '' if none was.
 * `fixedNeedsSuffix`: the mnemonic has sized rows too, so that a memory operand alone does not choose an 8-bit row.
 */
export function matchRow(
  row: Row,
  statement: InstructionStatement,
  suffix: string,
  options: EncodeOptions,
  fixedNeedsSuffix: boolean,
  hasDataPrefix: boolean,
  result: Match,
): Failure | undefined {
  const operands = statement.operands
  const specs = row.operands
  const mode = options.mode
  const count = operands.length
  if (count !== specs.length) return failure('operand-count', undefined, { expected: specs.length, found: count })

  result.sizeFromPrefix = false
  let size = 0
  let hasSizedRegister = false
  for (let index = 0; index < count; index++) {
    const operand = operands[index]!
    const spec = specs[index]!
    if (!kindFits(spec, operand, row)) return kindFailure(spec, operand, index, operands, specs)
    if (spec.needsLetter && operand.kind === 'memory' && operand.broadcast === undefined)
      return failure('ambiguous-size', undefined, { mnemonic: statement.mnemonic })
    if (mode !== 64 && needs64BitMode(operand)) {
      const name = operand.kind === 'register' ? operand.register.name : ''
      return failure('register-not-in-mode', index, { register: name, mode })
    }
    if (operand.kind !== 'register') continue
    if ((spec.accepts & ACCEPT_REGISTER) === 0) {
      if (mode !== 64 && operand.register.class === 'gpr64')
        return failure('register-not-in-mode', index, { register: operand.register.name, mode })
      continue
    }
    if (!spec.registerClass.startsWith('gpr')) continue
    const bits = operand.register.sizeInBits
    if (bits === 64 && mode !== 64) return failure('register-not-in-mode', index, { register: operand.register.name, mode })
    if (spec.registerSize > 0) {
      if (bits !== spec.registerSize) return failure('operand-size-mismatch', index, sizeDetails(operand.register, spec.registerSize))
      // the count in cl says nothing about what is shifted
      if (spec.token !== 'cl' && spec.token !== 'ecx' && spec.token !== 'rcx') hasSizedRegister = true
      continue
    }
    if (size !== 0 && size !== bits) {
      return failure('register-size-mismatch', index, sizeDetails(operand.register, size))
    }
    size = bits
  }
  if (options.isa64 !== 'intel64' && row.flags.has('only-intel64')) return failure('operand-size-mismatch')
  if (options.isa64 === 'amd64' && mode === 64 && row.flags.has('intel'))
    return failure('not-in-mode', undefined, { mnemonic: statement.mnemonic, mode })
  if (mode === 64 ? row.i64 : row.only64) return failure('not-in-mode', undefined, { mnemonic: statement.mnemonic, mode })
  if (size === 8) return failure('operand-size-mismatch')

  let isDefault = false
  if (suffix !== '') {
    if (!row.suffixes.includes(suffix)) return failure('invalid-suffix', undefined, { suffix, mnemonic: statement.mnemonic })
    const bits = row.flags.has('fpenv') && suffix === 's' ? 16 : SUFFIX_BITS[suffix]!
    if (bits === 64 && mode !== 64 && (row.isSized || row.operandSize === 64))
      return failure('not-in-mode', undefined, { mnemonic: statement.mnemonic, mode })
    if (row.isSized && !row.flags.has('source')) {
      if (size === 0 || (row.flags.has('suffixwins') && size !== 16)) size = bits
      else if (size !== bits) {
        return failure('suffix-size-mismatch', undefined, { suffix, size })
      }
    }
  } else if (row.isSized && size === 0) {
    if (hasDataPrefix && row.d64 && operands[0]?.kind === 'immediate') {
      // push: a written data16 or data32 is the size of what is pushed
      size = mode === 32 || mode === 64 ? 16 : 32
      result.sizeFromPrefix = true
    } else if (row.d64 || row.f64) size = mode === 64 ? 64 : mode === 16 && options.code16gcc && row.flags.has('stack') ? 32 : mode
    else if (row.operandSize === SIZE_Y && row.mandatoryPrefix !== 0) {
      size = 32
      // GNU as does not ask for a suffix at cvtsi2sd
      isDefault = mode === 64 && !row.operands.some((spec) => spec.registerClass === 'xmm')
    } else if (row.flags.has('plain') || row.flags.has('fpenv')) size = mode === 16 ? 16 : 32
    else if (
      row.flags.has('far') ||
      (row.flags.has('stack') && mode !== 64) ||
      row.operands.some((spec) => spec.token === 'rel8' || spec.token === 'relz' || spec.token === 'imm16')
    ) {
      size = mode === 16 ? (options.code16gcc && row.flags.has('stack') ? 32 : 16) : 32
      isDefault = mode === 64 && (!row.flags.has('indirect') || options.isa64 === 'intel64')
    } else {
      // a written data16 or data32 is then the operand size, not one more prefix
      size = (mode === 16) !== hasDataPrefix ? 16 : 32
      isDefault = true
      result.sizeFromPrefix = hasDataPrefix
    }
  } else if (row.flags.has('sized')) {
    isDefault = operands.some((operand) => operand.kind === 'memory')
  } else if (!row.isSized && !hasSizedRegister) {
    if (fixedNeedsSuffix && row.suffixes === 'b' && needsSizeFromSuffix(row))
      return failure('ambiguous-size', undefined, { mnemonic: statement.mnemonic })
  }

  if (size !== 0) {
    if (size === 64 && mode !== 64) return failure('register-not-in-mode', undefined, { mode })
    if (row.operandSize === SIZE_Y && size === 16) return failure('operand-size-mismatch', undefined, { size })
    if (row.operandSize === SIZE_Z && size === 64 && !row.d64 && !row.f64 && !(options.isa64 === 'intel64' && row.flags.has('intel64')))
      return failure('operand-size-mismatch', undefined, { size })
    if (options.isa64 === 'intel64' && mode === 64 && size === 16 && row.flags.has('near')) {
      // Intel's processors ignore the operand size of near branches in 64-bit mode (SDM vol. 2, CALL)
      return failure(suffix === '' ? 'operand-size-mismatch' : 'invalid-suffix', undefined, { size, suffix, mnemonic: statement.mnemonic })
    }
    if ((row.d64 || row.f64) && mode === 64 && size === 32) {
      return failure(suffix === '' ? 'operand-size-mismatch' : 'invalid-suffix', undefined, { size, suffix, mnemonic: statement.mnemonic })
    }
  }

  // Immediates last: what fits depends on the size.
  // int $0xffff in 16-bit code: no register says another size than the mode's
  const isSixteen = mode === 16 && !operands.some((operand) => operand.kind === 'register')
  const effective = size !== 0 ? size : row.operandSize > 0 ? row.operandSize : isByteRow(row, suffix) ? 8 : 0
  // GNU as sorts a constant by its size before it takes the default size: no wrapping then in 64-bit mode
  const wraps = !(isDefault && mode === 64) || result.sizeFromPrefix
  result.immediateBits = 0
  for (let index = 0; index < count; index++) {
    const operand = operands[index]!
    if (operand.kind === 'immediate') {
      const guess = suffix === '' ? generalBits(operands) : SUFFIX_BITS[suffix]!
      const refusal = immediateRefusal(specs[index]!, operand, effective, mode, wraps, isSixteen, guess, index, result)
      if (refusal) return refusal
    } else if (operand.kind === 'memory' && (specs[index]!.accepts & ACCEPT_BRANCH_TARGET) !== 0) {
      const refusal = targetRefusal(row, operand.displacement, mode, index)
      if (refusal) return refusal
    }
  }
  if (row.fields.length === 2 && row.fields[0]!.kind === 'c') {
    // a far pointer of 16 bits: the segment is cut, the offset must fit
    result.immediateBits = 0
    const offset = operands[1]!
    if (size === 16 && offset.kind === 'immediate' && offset.value.constant !== undefined) {
      const constant = wrappedConstant(offset.value, mode)
      if (constant < -0x8000 || constant > 0xffff) return outOfRange(1, constant, 16)
    }
  }
  result.size = size
  result.usedDefaultSize = isDefault
  return undefined
}

/** loop and jecxz reach a byte far and no other form of them reaches farther; the distance to a symbol is known later. */
function targetRefusal(row: Row, target: Value | undefined, mode: Mode, index: number): Failure | undefined {
  if (row.fields[0]!.size !== 1 || row.flags.has('relax') || target?.constant === undefined || target.relocation !== undefined)
    return undefined
  const distance = wrappedConstant(target, mode)
  return distance >= -0x80 && distance <= 0x7f ? undefined : outOfRange(index, distance, 8)
}

/** Rows of byte operations: their immediates are cut to a byte with a warning. */
function isByteRow(row: Row, suffix: string): boolean {
  return suffix === 'b' || row.suffixes === 'b' || row.operands.some((spec) => spec.registerSize === 8 && spec.token !== 'cl')
}

/** Only memory and immediates in the statement, and the row is one of several sizes. */
function needsSizeFromSuffix(row: Row): boolean {
  return (
    row.operands.length === 0 || row.operands.some((spec) => spec.memorySize > 0 || (spec.accepts & (ACCEPT_PORT | ACCEPT_IMMEDIATE)) !== 0)
  )
}

function immediateRefusal(
  spec: OperandSpec,
  operand: ImmediateOperand,
  size: number,
  mode: Mode,
  wraps: boolean,
  isSixteen: boolean,
  guess: number,
  index: number,
  result: Match,
): Failure | undefined {
  const value = operand.value
  let bits = spec.immediateSize
  if (bits === SIZE_V || bits === SIZE_Y) bits = size === 64 ? 32 : size
  else if (bits === SIZE_Z) bits = size === 16 ? 16 : 32
  if (value.constant === undefined || value.relocation !== undefined) {
    // A value that is not known yet takes the widest field; a sign-extended byte is never sure to hold it.
    if (spec.fixedValue >= 0) return failure('operand-type-mismatch', index)
    if (spec.immediateSigned && bits === 8 && size !== 8) return failure('operand-type-mismatch', index)
    // psABI x86-64: R_X86_64_SIZE64, R_X86_64_GOTOFF64 and their kin have no signed form of 32 bits
    if (value.relocation !== undefined && WIDE_RELOCATIONS.has(value.relocation) && spec.immediateSize === 32 && spec.immediateSigned)
      return failure('operand-type-mismatch', index)
    return undefined
  }
  const constant = wrappedConstant(value, mode)
  if (spec.fixedValue >= 0) return constant === spec.fixedValue ? undefined : failure('operand-type-mismatch', index)
  if (bits === 64) return undefined
  if (spec.immediateSigned || (size === 64 && bits === 32)) {
    const wrapped = size === 64 || !wraps ? constant : wrapTo(wrapTo(constant, 32), size)
    const limit = bits === 8 ? 0x80 : 0x8000_0000
    return wrapped >= -limit && wrapped < limit ? undefined : outOfRange(index, constant, bits)
  }
  if (bits === size || (bits === 8 && size === 8)) {
    // the operation's own size: cut, with a warning where bits get lost
    const limit = 2 ** bits
    if (!wraps && (constant < -0x8000_0000 || constant >= limit)) return outOfRange(index, constant, bits)
    const wrapped = bits < 32 ? wrapTo(wrapTo(constant, 32), 16) : constant
    if ((wrapped <= -limit || wrapped >= limit) && (mode === 64 || bits < 32)) result.immediateBits = bits
    return undefined
  }
  // without a size of its own the row leaves wrapping to the suffix or to the general registers of the statement
  const isSized = size !== 0
  if (size === 0) size = isSixteen ? 16 : guess
  if (bits === 8) {
    const wrapped =
      size === 0 || size === 64 || !wraps ? constant : wrapTo(isSized || isSixteen || size === 32 ? wrapTo(constant, 32) : constant, size)
    return wrapped >= -0x80 && wrapped <= 0xff ? undefined : outOfRange(index, constant, bits)
  }
  if (bits === 16) {
    // without a letter nobody says that the number has 32 bits
    const wrapped = guess === 32 && wraps ? wrapTo(constant, 32) : constant
    return wrapped >= -0x8000 && wrapped <= 0xffff ? undefined : outOfRange(index, constant, bits)
  }
  return constant >= -0x8000_0000 && constant <= 0xffff_ffff ? undefined : outOfRange(index, constant, bits)
}

/** Size of the last general register among the operands, 0: none. */
function generalBits(operands: readonly Operand[]): number {
  for (let index = operands.length - 1; index >= 0; index--) {
    const operand = operands[index]!
    if (operand.kind === 'register' && operand.register.class.startsWith('gpr')) return operand.register.sizeInBits
  }
  return 0
}

function outOfRange(index: number, constant: number, bits: number): Failure {
  return failure('immediate-out-of-range', index, { value: constant, bits })
}

function sizeDetails(register: Register, wanted: number): Readonly<Record<string, string | number>> {
  return { register: register.name, found: register.sizeInBits, expected: wanted }
}

function kindFailure(
  spec: OperandSpec,
  operand: Operand,
  index: number,
  operands: readonly Operand[],
  specs: readonly OperandSpec[],
): Failure {
  if (
    operand.kind === 'memory' &&
    isBareTarget(operand) &&
    (spec.accepts & ACCEPT_IMMEDIATE) !== 0 &&
    (spec.accepts & ACCEPT_MEMORY) === 0
  ) {
    if (operands.length === 1 && specs.length === 1) return failure('bare-number-is-address', index)
  }
  if (operands.length === 2 && operands[0]!.kind === 'memory' && operands[1]!.kind === 'memory') return failure('memory-to-memory', 1)
  if (
    operands.length === 2 &&
    operands[0]!.kind === 'immediate' &&
    operands[1]!.kind === 'register' &&
    operands[1].register.class === 'segment'
  ) {
    return failure('immediate-to-segment', 0, { register: operands[1].register.name })
  }
  return failure('operand-type-mismatch', index)
}

/** `xchg %eax,%eax` in 64-bit mode must clear the upper half: it is 87 C0, because 90 is a nop. */
export function isAccumulatorPair(operands: readonly Operand[]): boolean {
  return operands.every((operand) => operand.kind === 'register' && operand.register.number === 0)
}
