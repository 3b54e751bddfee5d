// Enters: a VEX, XOP or EVEX row with its operands in place. Leaves: the two to four prefix bytes.
// Follows: Intel SDM vol. 2 §2.3 (VEX), §2.7 (EVEX); AMD APM vol. 3 §1.2.7 (XOP).
import type { Address } from './address.ts'
import type { EncodeOptions, InstructionStatement, Operand, Register, RoundingOperand } from './contract.ts'
import { type Failure, failure } from './failure.ts'
import type { PrefixSet } from './prefixes.ts'
import { ROLE_REG, type Row } from './table/notation.ts'

const ROUNDING_MODES: Readonly<Record<string, number>> = { 'rn-sae': 0, 'rd-sae': 1, 'ru-sae': 2, 'rz-sae': 3 }
const OPTION_ROUNDING: Readonly<Record<string, number>> = { rn: 0, rd: 1, ru: 2, rz: 3 }

interface VectorPlaces {
  readonly reg: Register | undefined
  readonly rm: Operand | undefined
  readonly vvvv: Register | undefined
}

function prefixCode(mandatory: number): number {
  return mandatory === 0x66 ? 1 : mandatory === 0xf3 ? 2 : mandatory === 0xf2 ? 3 : 0
}

/** Writes the prefix at `length` of `bytes`; gives the new length or why the operands do not fit this prefix. */
export function encodeVectorPrefix(
  row: Row,
  statement: InstructionStatement,
  options: EncodeOptions,
  prefixes: PrefixSet,
  places: VectorPlaces,
  address: Address | undefined,
  size: number,
  rounding: RoundingOperand['name'] | undefined,
  roundingAt: number,
  bytes: Uint8Array,
  length: number,
): number | Failure {
  const reg = places.reg ? places.reg.number : 0
  let vvvv = places.vvvv ? places.vvvv.number : 0
  if (prefixes.rex !== 0 && places.vvvv) {
    // the first source repeats the destination, with the bit that the prefix gives to it
    const isReg = row.operands[row.operands.length - 1]!.role === ROLE_REG
    if ((prefixes.rex & (isReg ? 4 : 1)) !== 0) vvvv |= 8
  }
  const rm = places.rm?.kind === 'register' ? places.rm.register.number : 0
  // bits of a written rex prefix: -msse2avx moves them along
  const r = ((reg >> 3) | (prefixes.rex >> 2)) & 1
  const x = address ? address.indexHigh | ((prefixes.rex >> 1) & 1) : row.space === 'evex' ? (rm >> 4) & 1 : (prefixes.rex >> 1) & 1
  const b = (address ? address.baseHigh : (rm >> 3) & 1) | (prefixes.rex & 1)
  const w = row.vexW === -1 ? (size === 64 || (prefixes.rex & 8) !== 0 ? 1 : 0) : row.vexW === 1 ? 1 : 0
  const pp = prefixCode(row.mandatoryPrefix)
  // W that tells 32 from 64 bits means nothing outside 64-bit mode (SDM vol. 2 §2.3.5.3)
  const isIgnored = row.vexW === -2 || (row.vexW === -1 && options.mode !== 64)

  if (row.space !== 'evex') {
    for (const operand of statement.operands) {
      if (operand.kind === 'register' && operand.register.number > 15)
        return failure('operand-type-mismatch', undefined, { register: operand.register.name })
      if ((operand.kind === 'register' || operand.kind === 'memory') && (operand.mask || operand.zeroing))
        return failure('masking-not-allowed')
      if (operand.kind === 'memory' && operand.broadcast !== undefined) return failure('broadcast-not-allowed')
    }
    if (address?.indexTop) return failure('invalid-base-index')
    if (rounding) return failure('rounding-not-allowed')
    const l = row.vectorLength === 256 ? 1 : row.vectorLength === 0 && options.avxScalar === 256 ? 1 : 0
    const wBit = isIgnored ? ((prefixes.rex & 8) !== 0 ? 1 : (options.vexW ?? 0)) : w
    if (row.space === 'vex' && row.map === 1 && !x && !b && !wBit && prefixes.encoding !== 'vex3') {
      bytes[length] = 0xc5
      bytes[length + 1] = ((r ^ 1) << 7) | ((vvvv ^ 15) << 3) | (l << 2) | pp
      return length + 2
    }
    bytes[length] = row.space === 'vex' ? 0xc4 : 0x8f
    bytes[length + 1] = ((r ^ 1) << 7) | ((x ^ 1) << 6) | ((b ^ 1) << 5) | row.map
    bytes[length + 2] = (wBit << 7) | ((vvvv ^ 15) << 3) | (l << 2) | pp
    return length + 3
  }

  let mask = 0
  let zeroing = 0
  let broadcast = 0
  const shift = statement.operands.length - row.operands.length
  for (let index = 0; index < row.operands.length; index++) {
    const operand = statement.operands[index + shift]!
    const spec = row.operands[index]!
    if (operand.kind !== 'register' && operand.kind !== 'memory') continue
    if (operand.mask) {
      if (spec.masking === 0) return failure('masking-not-allowed', index + shift)
      if (operand.mask.number === 0) return failure('invalid-mask-register', index + shift)
      mask = operand.mask.number
    }
    if (operand.zeroing) {
      if (spec.masking !== 2 || operand.kind === 'memory') return failure('masking-not-allowed', index + shift)
      zeroing = 1
    }
    if (operand.kind === 'memory' && operand.broadcast !== undefined) {
      if (spec.broadcast === 0) return failure('broadcast-not-allowed', index + shift)
      const elements = spec.memorySize / spec.broadcast
      if (elements !== operand.broadcast)
        return failure('broadcast-not-allowed', index + shift, { wanted: elements, found: operand.broadcast })
      broadcast = 1
    }
  }
  let ll = row.vectorLength === 512 ? 2 : row.vectorLength === 256 ? 1 : 0
  if (row.vectorLength === 0) ll = options.evexLength === 512 ? 2 : options.evexLength === 256 ? 1 : 0
  if (rounding) {
    const index = row.operands.findIndex((operand) => operand.rounding !== '')
    const spec = row.operands[index]
    // GNU as wants it right before the operand that it belongs to, after immediates
    if (!spec || address || index !== roundingAt) return failure('rounding-not-allowed', roundingAt)
    if ((spec.rounding === 'sae') !== (rounding === 'sae')) return failure('rounding-not-allowed', roundingAt)
    if (row.flags.has('er64') && size !== 64) return failure('rounding-not-allowed', roundingAt)
    broadcast = 1
    // With {sae} the length bits mean nothing; GNU as leaves them to -mevexrcig.
    ll = rounding === 'sae' ? OPTION_ROUNDING[options.evexRounding ?? 'rn']! : ROUNDING_MODES[rounding]!
  }
  const wBit = isIgnored ? (options.evexW ?? 0) : w
  const rTop = (reg >> 4) & 1
  const vTop = address?.indexTop ? 1 : (vvvv >> 4) & 1
  bytes[length] = 0x62
  bytes[length + 1] = ((r ^ 1) << 7) | ((x ^ 1) << 6) | ((b ^ 1) << 5) | ((rTop ^ 1) << 4) | row.map
  bytes[length + 2] = (wBit << 7) | (((vvvv & 15) ^ 15) << 3) | 4 | pp
  bytes[length + 3] = (zeroing << 7) | (ll << 5) | (broadcast << 4) | ((vTop ^ 1) << 3) | mask
  return length + 4
}
