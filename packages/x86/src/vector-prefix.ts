// Enters: a VEX, XOP or EVEX row with its operands in place. Leaves: the two to four prefix bytes.
// Follows: Intel SDM vol. 2 §2.3 (VEX), §2.7 (EVEX); AMD APM vol. 3 §1.2.7 (XOP).
import type { InstructionStatement } from './contract.ts'
import type { Draft } from './draft.ts'
import { type Failure, failure } from './failure.ts'
import { ROLE_REG, type Row } from './table/notation.ts'

const ROUNDING_MODES: Readonly<Record<string, number>> = { 'rn-sae': 0, 'rd-sae': 1, 'ru-sae': 2, 'rz-sae': 3 }
const OPTION_ROUNDING: Readonly<Record<string, number>> = { rn: 0, rd: 1, ru: 2, rz: 3 }

function prefixCode(mandatory: number): number {
  return mandatory === 0x66 ? 1 : mandatory === 0xf3 ? 2 : mandatory === 0xf2 ? 3 : 0
}

/** The bits that both kinds of prefix have, a written rex prefix (-msse2avx moves it along) among them. */
interface Bits {
  readonly r: number
  readonly x: number
  readonly b: number
  readonly w: number
  readonly vvvv: number
  readonly pp: number
  /** W means nothing to this instruction in this mode. */
  readonly isWIgnored: boolean
}

function bitsOf(row: Row, draft: Draft): Bits {
  const { reg, rm, memory, address, size } = draft
  const rex = draft.prefixes.rex
  let vvvv = draft.vvvv ? draft.vvvv.number : 0
  if (rex !== 0 && draft.vvvv) {
    // the first source repeats the destination, with the bit that the prefix gives to it
    const isReg = row.operands[row.operands.length - 1]!.role === ROLE_REG
    if ((rex & (isReg ? 4 : 1)) !== 0) vvvv |= 8
  }
  const rmNumber = rm?.kind === 'register' ? rm.register.number : 0
  const ownX = memory ? address.indexHigh : row.space === 'evex' ? (rmNumber >> 4) & 1 : 0
  return {
    r: (((reg ? reg.number : 0) >> 3) | (rex >> 2)) & 1,
    x: ownX | (row.space === 'evex' && !memory ? 0 : (rex >> 1) & 1),
    b: (memory ? address.baseHigh : (rmNumber >> 3) & 1) | (rex & 1),
    w: row.vexW === -1 ? (size === 64 || ((rex & 8) !== 0 && takesWrittenW(row)) ? 1 : 0) : row.vexW === 1 ? 1 : 0,
    vvvv,
    pp: prefixCode(row.mandatoryPrefix),
    // W that tells 32 from 64 bits means nothing outside 64-bit mode (SDM vol. 2 §2.3.5.3)
    isWIgnored: row.vexW === -2 || (row.vexW === -1 && draft.options.mode !== 64),
  }
}

/** Rows that name a general register of 32 bits, as vmovd's, say W themselves. */
function takesWrittenW(row: Row): boolean {
  return row.isSized || !row.operands.some(({ registerClass }) => registerClass === 'gpr32')
}

/** Writes the prefix, or says why the operands do not fit it. */
export function writeVectorPrefix(row: Row, draft: Draft): Failure | undefined {
  return row.space === 'evex' ? writeEvex(row, draft) : writeVex(row, draft)
}

function writeVex(row: Row, draft: Draft): Failure | undefined {
  const { statement, options, prefixes, bytes } = draft
  for (const operand of statement.operands) {
    if (operand.kind === 'register' && operand.register.number > 15)
      return failure('operand-type-mismatch', undefined, { register: operand.register.name })
    if ((operand.kind === 'register' || operand.kind === 'memory') && (operand.mask || operand.zeroing))
      return failure('masking-not-allowed')
    if (operand.kind === 'memory' && operand.broadcast !== undefined) return failure('broadcast-not-allowed')
  }
  if (draft.memory && draft.address.indexTop) return failure('invalid-base-index')
  if (draft.context.rounding && statement.operands.length > 0) return failure('rounding-not-allowed')
  const { r, x, b, w: ownW, vvvv, pp, isWIgnored } = bitsOf(row, draft)
  const l = row.vectorLength === 256 ? 1 : row.vectorLength === 0 && options.avxScalar === 256 ? 1 : 0
  const { movesRex } = draft.context
  const w = isWIgnored ? (movesRex && !row.flags.has('ssewig') ? 0 : (options.vexW ?? 0)) : ownW
  const isLong = prefixes.encoding === 'vex3' || (movesRex && (prefixes.rex & 8) !== 0)
  if (row.space === 'vex' && row.map === 1 && !x && !b && !w && !isLong) {
    bytes[draft.length++] = 0xc5
    bytes[draft.length++] = ((r ^ 1) << 7) | ((vvvv ^ 15) << 3) | (l << 2) | pp
    return undefined
  }
  bytes[draft.length++] = row.space === 'vex' ? 0xc4 : 0x8f
  bytes[draft.length++] = ((r ^ 1) << 7) | ((x ^ 1) << 6) | ((b ^ 1) << 5) | row.map
  bytes[draft.length++] = (w << 7) | ((vvvv ^ 15) << 3) | (l << 2) | pp
  return undefined
}

/** A general register of 32 bits, whatever the suffix says. */
function hasNarrowRegister({ operands }: InstructionStatement): boolean {
  return operands.some((operand) => operand.kind === 'register' && operand.register.class === 'gpr32')
}

function writeEvex(row: Row, draft: Draft): Failure | undefined {
  const { statement, options, bytes, context } = draft
  let mask = 0
  let zeroing = 0
  let b4 = 0
  for (let index = 0; index < row.operands.length; index++) {
    const operand = statement.operands[index]!
    const spec = row.operands[index]!
    if (operand.kind !== 'register' && operand.kind !== 'memory') continue
    if (operand.mask) {
      if (spec.masking === 0) return failure('masking-not-allowed', index)
      if (operand.mask.number === 0) return failure('invalid-mask-register', index)
      mask = operand.mask.number
    }
    if (operand.zeroing) {
      if (spec.masking !== 2 || operand.kind === 'memory') return failure('masking-not-allowed', index)
      zeroing = 1
    }
    if (operand.kind === 'memory' && operand.broadcast !== undefined) {
      if (spec.broadcast === 0) return failure('broadcast-not-allowed', index)
      const elements = spec.memorySize / spec.broadcast
      if (elements !== operand.broadcast) return failure('broadcast-not-allowed', index, { wanted: elements, found: operand.broadcast })
      b4 = 1
    }
  }
  let ll = row.vectorLength === 512 ? 2 : row.vectorLength === 256 ? 1 : 0
  if (row.vectorLength === 0) ll = options.evexLength === 512 ? 2 : options.evexLength === 256 ? 1 : 0
  const { rounding, roundingAt } = context
  if (rounding) {
    const index = row.operands.findIndex((operand) => operand.rounding !== '')
    const spec = row.operands[index]
    // GNU as wants it right before the operand that it belongs to, after immediates
    if (!spec || draft.memory || index !== roundingAt) return failure('rounding-not-allowed', roundingAt)
    if ((spec.rounding === 'sae') !== (rounding === 'sae')) return failure('rounding-not-allowed', roundingAt)
    if (row.flags.has('er64') && hasNarrowRegister(statement)) return failure('rounding-not-allowed', roundingAt)
    b4 = 1
    // With {sae} the length bits mean nothing; GNU as leaves them to -mevexrcig.
    ll = rounding === 'sae' ? OPTION_ROUNDING[options.evexRounding ?? 'rn']! : ROUNDING_MODES[rounding]!
  }
  const { r, x, b, w: ownW, vvvv, pp, isWIgnored } = bitsOf(row, draft)
  const w = isWIgnored ? (options.evexW ?? 0) : ownW
  const rTop = ((draft.reg ? draft.reg.number : 0) >> 4) & 1
  const vTop = draft.memory && draft.address.indexTop ? 1 : (vvvv >> 4) & 1
  bytes[draft.length++] = 0x62
  bytes[draft.length++] = ((r ^ 1) << 7) | ((x ^ 1) << 6) | ((b ^ 1) << 5) | ((rTop ^ 1) << 4) | row.map
  bytes[draft.length++] = (w << 7) | (((vvvv & 15) ^ 15) << 3) | 4 | pp
  bytes[draft.length++] = (zeroing << 7) | (ll << 5) | (b4 << 4) | ((vTop ^ 1) << 3) | mask
  return undefined
}
