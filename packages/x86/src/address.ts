// Enters: a memory operand. Leaves: ModRM, SIB and the size of the displacement.
// Follows: Intel SDM vol. 2 §2.1.5 (tables 2-1 to 2-3), §2.2.1.6 (RIP-relative).
import type { MemoryOperand, Mode, Register } from './contract.ts'
import { type Failure, failure } from './failure.ts'
import { constantIn } from './value-class.ts'

/** The addressing bytes of one memory operand; one object is used again and again. */
export interface Address {
  mod: number
  rm: number
  hasSib: boolean
  sib: number
  /** Bit 3 and 4 of base and index: REX.B, REX.X and EVEX.V'. */
  baseHigh: number
  indexHigh: number
  indexTop: number
  displacementBytes: number
  /** 16, 32, 64 */
  addressBits: number
  isPcRelative: boolean
  /** Divisor of disp8 that was used, 1 without compression. */
  divisor: number
  /** Depends on the constant's value, not only on its class. */
  isValueDependent: boolean
  /** es … gs that the processor uses when none is written: 3 (ds) or 2 (ss). */
  defaultSegment: number
}

export function newAddress(): Address {
  return {
    mod: 0,
    rm: 0,
    hasSib: false,
    sib: 0,
    baseHigh: 0,
    indexHigh: 0,
    indexTop: 0,
    displacementBytes: 0,
    addressBits: 0,
    isPcRelative: false,
    divisor: 1,
    isValueDependent: false,
    defaultSegment: 3,
  }
}

/** Address size that prefix 67 chooses. */
export function otherAddressBits(mode: Mode): 16 | 32 {
  return mode === 32 ? 16 : 32
}

/** rm of the 16-bit address forms: base + 8 * index, with bx 3, bp 5, si 6, di 7. */
function rmOf16(base: Register | undefined, index: Register | undefined): number {
  const first = base ? base.number : -1
  const second = index ? index.number : -1
  if (first === 3) return second === 6 ? 0 : second === 7 ? 1 : second === -1 ? 7 : -1
  if (first === 5) return second === 6 ? 2 : second === 7 ? 3 : second === -1 ? 6 : -1
  if (second !== -1) return -1
  return first === 6 ? 4 : first === 7 ? 5 : -1
}

/** Address size that the registers imply, 0 where there are none. */
export function addressBitsOf(operand: MemoryOperand): number {
  const register = operand.base ?? operand.index
  if (!register) return 0
  switch (register.class) {
    case 'gpr16':
      return 16
    case 'gpr32':
      return 32
    case 'gpr64':
      return 64
    case 'ip':
    case 'noindex':
      return register.sizeInBits
    default:
      return 0
  }
}

/**
 * Chooses the form of an address. `wraps32`: only 32 bits of the sum matter (lea into a 32-bit register). `compression`: N of disp8*N, 1 outside EVEX. `forcedBytes`: 1 or 4 for {disp8}, {disp32}.
 */
export function layOutAddress(
  operand: MemoryOperand,
  operandIndex: number,
  mode: Mode,
  hasAddressPrefix: boolean,
  isVector: boolean,
  compression: number,
  forcedBytes: number,
  wraps32: boolean,
  address: Address,
): Failure | undefined {
  const { base, index } = operand
  const bits = addressBitsOf(operand) || (hasAddressPrefix ? otherAddressBits(mode) : mode)
  const invalid = (): Failure => {
    const details: Record<string, string | number> = { mode, addressBits: bits }
    const culprit = base ?? index
    if (culprit) details.register = culprit.name
    if (index) details.index = index.name
    if (base && index && base.sizeInBits !== index.sizeInBits && !isVector) details.role = 'sizes'
    return failure('invalid-base-index', operandIndex, details)
  }
  address.addressBits = bits
  address.isPcRelative = false
  address.hasSib = false
  address.baseHigh = 0
  address.indexHigh = 0
  address.indexTop = 0
  address.divisor = 1
  address.isValueDependent = false
  address.defaultSegment = 3
  if ((bits === 64 && mode !== 64) || (bits === 16 && mode === 64)) return invalid()
  if (bits === 16 ? forcedBytes === 4 : forcedBytes === 2)
    return failure('unknown-prefix', operandIndex, { prefix: bits === 16 ? '{disp32}' : '{disp16}' })

  if (bits === 16) {
    if (operand.scale !== 1 && index) return invalid()
    if (base && base.class !== 'gpr16') return invalid()
    if (index && index.class !== 'gpr16') return invalid()
    if (!base && !index) {
      address.mod = 0
      address.rm = 6
      address.displacementBytes = 2
      return undefined
    }
    let rm = rmOf16(base, index)
    if (rm < 0 && base && index) rm = -1
    if (rm < 0) return invalid()
    address.rm = rm
    if (rm === 2 || rm === 3 || rm === 6) address.defaultSegment = 2
    chooseDisplacement(operand, mode, 16, rm === 6, compression, forcedBytes, address)
    address.mod = address.displacementBytes === 0 ? 0 : address.displacementBytes === 1 ? 1 : 2
    return undefined
  }

  if (base?.class === 'ip') {
    if (index || mode !== 64) return invalid()
    address.mod = 0
    address.rm = 5
    address.displacementBytes = 4
    address.isPcRelative = true
    const constant = operand.displacement?.constant
    if (constant !== undefined && bits === 64 && !wraps32 && !fits32Signed(constant)) return displacementFailure(operandIndex, constant)
    return undefined
  }
  const registerClass = bits === 64 ? 'gpr64' : 'gpr32'
  if (base && base.class !== registerClass) return invalid()
  if (index) {
    if (isVector) {
      if (index.class !== 'xmm' && index.class !== 'ymm' && index.class !== 'zmm') return invalid()
    } else if (index.class === 'noindex') {
      if (index.sizeInBits !== bits) return invalid()
    } else {
      if (index.class !== registerClass) return invalid()
      // SDM vol. 2 table 2-3: this number in SIB.index says that there is no index
      if (index.number === 4) return failure('invalid-base-index', operandIndex, { mode, register: index.name, role: 'index' })
    }
  } else if (isVector) return invalid()

  if (base && (base.number === 4 || base.number === 5)) address.defaultSegment = 2
  if (base) address.baseHigh = base.number >> 3
  if (index) {
    address.indexHigh = (index.number >> 3) & 1
    address.indexTop = index.number >> 4
  }
  if (index || (base && (base.number & 7) === 4) || (!base && mode === 64 && !index)) {
    address.hasSib = true
    const scale = operand.scale === 8 ? 3 : operand.scale === 4 ? 2 : operand.scale === 2 ? 1 : 0
    const indexBits = index ? (index.class === 'noindex' ? 4 : index.number & 7) : 4
    address.sib = (index ? scale << 6 : 0) | (indexBits << 3) | (base ? base.number & 7 : 5)
    address.rm = 4
  } else {
    address.rm = base ? base.number & 7 : 5
  }
  if (!base) {
    address.mod = 0
    address.displacementBytes = 4
    const constant = operand.displacement?.constant
    if (constant !== undefined && bits === 64 && !wraps32 && !fits32Signed(constant)) return displacementFailure(operandIndex, constant)
    return undefined
  }
  const constant = operand.displacement?.constant
  if (constant !== undefined && bits === 64 && !wraps32 && !fits32Signed(constant)) return displacementFailure(operandIndex, constant)
  chooseDisplacement(operand, mode, bits, (base.number & 7) === 5, compression, forcedBytes, address)
  address.mod = address.displacementBytes === 0 ? 0 : address.displacementBytes === 1 ? 1 : 2
  return undefined
}

export function fits32Signed(constant: bigint): boolean {
  return BigInt.asIntN(32, constant) === BigInt.asIntN(64, constant)
}

export function displacementFailure(operandIndex: number, constant: bigint): Failure {
  return failure('displacement-out-of-range', operandIndex, { value: String(constant) })
}

/**
 * Only constants written as unsigned numbers of the address size wrap: 0xffff(%bx) is -1(%bx), but -0xffff(%bx) keeps two bytes.
 * Outside 64-bit mode numbers have 32 bits to begin with.
 */
function wrapDisplacement(written: bigint, bits: number, mode: Mode): number {
  const constant = Number(constantIn(written, mode))
  if (bits === 16) return constant >= 0x8000 && constant <= 0xffff ? constant - 0x10000 : constant
  return constant >= 0x8000_0000 && constant <= 0xffff_ffff ? constant - 0x1_0000_0000 : constant
}

function chooseDisplacement(
  operand: MemoryOperand,
  mode: Mode,
  bits: number,
  needsOne: boolean,
  compression: number,
  forcedBytes: number,
  address: Address,
): void {
  const displacement = operand.displacement
  const wide = bits === 16 ? 2 : 4
  if (displacement === undefined) {
    address.displacementBytes = forcedBytes !== 0 ? forcedBytes : needsOne ? 1 : 0
    return
  }
  if (displacement.constant === undefined || displacement.relocation !== undefined) {
    // {disp8} asks for what a linker could not be sure to fill in
    address.displacementBytes = wide
    return
  }
  const constant = wrapDisplacement(displacement.constant, bits, mode)
  if (constant === 0 && !needsOne && forcedBytes === 0) {
    address.displacementBytes = 0
    return
  }
  if (compression > 1) {
    address.isValueDependent = true
    if (
      forcedBytes !== 4 &&
      forcedBytes !== 2 &&
      constant % compression === 0 &&
      constant / compression >= -128 &&
      constant / compression <= 127
    ) {
      address.displacementBytes = 1
      address.divisor = compression
    } else {
      address.displacementBytes = wide
    }
    return
  }
  address.displacementBytes = forcedBytes !== 4 && forcedBytes !== 2 && constant >= -128 && constant <= 127 ? 1 : wide
}

/** Tile loads and stores have a SIB byte even where none is needed; without index it means a stride of zero. False where there can be none. */
export function forceSib(address: Address): boolean {
  if (address.isPcRelative || address.addressBits === 16) return false
  if (!address.hasSib) {
    address.hasSib = true
    address.sib = (4 << 3) | address.rm
    address.rm = 4
  }
  return true
}
