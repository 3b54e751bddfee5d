// Enters: ModRM, SIB, displacement and register numbers. Leaves: operands as the encoder takes them.
// Follows: Intel SDM vol. 2 §2.1.5 (tables 2-1 to 2-3), §2.2.1.6 (RIP-relative), §2.7.5 (disp8*N).
import type { MemoryOperand, Mode, Operand, Register, RegisterOperand } from './contract.ts'
import { type Head, SEGMENT_NAMES } from './decode-head.ts'
import { findRegister, registerNames } from './registers.ts'
import {
  ACCEPT_BRANCH_TARGET,
  ACCEPT_IMMEDIATE,
  ACCEPT_MEMORY,
  ACCEPT_MOFFS,
  ACCEPT_PORT,
  ACCEPT_STRING_DESTINATION,
  ACCEPT_STRING_SOURCE,
  ACCEPT_XLAT,
  type OperandSpec,
  ROLE_IS4,
  ROLE_OPCODE,
  ROLE_REG,
  ROLE_RM,
  ROLE_VVVV,
  SIZE_Z,
} from './table/notation.ts'

let registersByNumber: Map<string, Register> | undefined

/** `hasRex` tells spl from ah (SDM vol. 2 §2.2.1.2). */
export function registerOf(registerClass: string, number: number, hasRex: boolean): Register | undefined {
  registersByNumber ??= new Map(
    // the first name of a number wins; GNU as's second names for al to bl and db0 to db7 stand after them
    registerNames()
      .filter((name) => !/^([abcd]xl|db\d+)$/.test(name))
      .map((name): [string, Register] => {
        const register = findRegister(name)!
        return [`${register.class}:${register.number}:${register.rex ?? ''}`, register]
      }),
  )
  const rex = registerClass === 'gpr8' && number >= 4 && number < 8 ? (hasRex ? 'needed' : 'forbidden') : ''
  return registersByNumber.get(`${registerClass}:${number}:${rex}`)
}

export interface ReadMemory {
  readonly operand: MemoryOperand
  readonly hasSib: boolean
  readonly displacementBytes: number
  /** Offset after SIB and displacement. */
  readonly at: number
}

const BASES_16 = [
  ['bx', 'si'],
  ['bx', 'di'],
  ['bp', 'si'],
  ['bp', 'di'],
  ['si', ''],
  ['di', ''],
  ['bp', ''],
  ['bx', ''],
] as const

/** Reads what follows ModRM; undefined where the bytes end. `compression`: N of disp8*N. `vectorIndex`: class of a VSIB index. */
export function readMemory(
  bytes: Uint8Array,
  start: number,
  mode: Mode,
  head: Head,
  modrm: number,
  addressBits: number,
  compression: number,
  vectorIndex: string,
): ReadMemory | undefined {
  let at = start
  const mod = modrm >> 6
  const rm = modrm & 7
  let base: Register | undefined
  let index: Register | undefined
  let scale: 1 | 2 | 4 | 8 = 1
  let hasSib = false
  let displacementBytes = mod === 1 ? 1 : mod === 2 ? (addressBits === 16 ? 2 : 4) : 0
  if (addressBits === 16) {
    if (mod === 0 && rm === 6) displacementBytes = 2
    else {
      base = findRegister(BASES_16[rm]![0])
      index = BASES_16[rm]![1] ? findRegister(BASES_16[rm]![1]) : undefined
    }
  } else {
    const general = addressBits === 64 ? 'gpr64' : 'gpr32'
    let baseNumber = rm
    if (rm === 4) {
      const sib = bytes[at++]
      if (sib === undefined) return undefined
      hasSib = true
      baseNumber = sib & 7
      scale = (1 << (sib >> 6)) as 1 | 2 | 4 | 8
      const indexNumber = ((sib >> 3) & 7) | (head.x << 3)
      if (vectorIndex !== '') index = registerOf(vectorIndex, indexNumber | (head.space === 'evex' ? head.vTop << 4 : 0), false)
      else if (indexNumber !== 4) index = registerOf(general, indexNumber, true)
      else if (isNeedless(sib, mod, mode)) index = findRegister(addressBits === 64 ? 'riz' : 'eiz')
      else scale = 1
    } else if (vectorIndex !== '') return undefined
    if (mod === 0 && baseNumber === 5) {
      displacementBytes = 4
      if (rm === 5 && mode === 64) base = findRegister(addressBits === 64 ? 'rip' : 'eip')
    } else base = registerOf(general, baseNumber | (head.b << 3), true)
  }
  if (at + displacementBytes > bytes.length) return undefined
  const segment = head.segment ? findRegister(SEGMENT_NAMES[head.segment]!) : undefined
  const raw = displacementBytes === 0 ? 0n : readSigned(bytes, at, displacementBytes)
  const displacement = displacementBytes === 1 ? raw * BigInt(compression) : raw
  const operand: MemoryOperand = {
    kind: 'memory',
    scale,
    hasParentheses: base !== undefined || index !== undefined,
    ...(segment ? { segment } : {}),
    ...(displacementBytes === 0 ? {} : { displacement: { constant: displacement } }),
    ...(base ? { base } : {}),
    ...(index ? { index } : {}),
  }
  return { operand, hasSib, displacementBytes, at: at + displacementBytes }
}

/** A SIB byte without index that says what ModRM alone could say, or a scale of nothing: %riz and %eiz stand for it. */
function isNeedless(sib: number, mod: number, mode: Mode): boolean {
  const hasBase = mod !== 0 || (sib & 7) !== 5
  return sib >> 6 !== 0 || (hasBase ? (sib & 7) !== 4 : mode !== 64)
}

export function readSigned(bytes: Uint8Array, at: number, count: number): bigint {
  let value = 0n
  for (let position = count - 1; position >= 0; position--) value = (value << 8n) | BigInt(bytes[at + position]!)
  return BigInt.asIntN(count * 8, value)
}

/** What one row's bytes were found to hold. */
export interface Parts {
  readonly mode: Mode
  readonly head: Head
  readonly size: number
  readonly addressBits: number
  readonly modrm: number
  readonly memory: MemoryOperand | undefined
  /** Last byte of the opcode. */
  readonly opcode: number
  readonly is4: number
  readonly isIndirect: boolean
  /** By operand. */
  readonly immediates: ReadonlyMap<number, bigint>
}

export function operandOf(spec: OperandSpec, position: number, parts: Parts): Operand | undefined {
  const { head } = parts
  const isEvex = head.space === 'evex'
  const value = parts.immediates.get(position)
  if (spec.fixedValue >= 0) return { kind: 'immediate', value: { constant: BigInt(spec.fixedValue) } }
  if (spec.accepts & (ACCEPT_STRING_SOURCE | ACCEPT_STRING_DESTINATION | ACCEPT_XLAT)) return stringOperand(spec, parts)
  if (spec.accepts & ACCEPT_PORT) return { kind: 'memory', base: findRegister('dx')!, scale: 1, hasParentheses: true }
  if (spec.accepts & (ACCEPT_BRANCH_TARGET | ACCEPT_MOFFS) && value !== undefined) {
    const segment = spec.accepts & ACCEPT_MOFFS && head.segment ? findRegister(SEGMENT_NAMES[head.segment]!) : undefined
    return { kind: 'memory', displacement: { constant: value }, scale: 1, hasParentheses: false, ...(segment ? { segment } : {}) }
  }
  if (spec.accepts & ACCEPT_IMMEDIATE) return value === undefined ? undefined : { kind: 'immediate', value: { constant: value } }
  if (spec.fixedNumber >= 0) return registerOperand(spec, spec.fixedNumber, parts)
  switch (spec.role) {
    case ROLE_REG:
      return registerOperand(spec, ((parts.modrm >> 3) & 7) | (head.r << 3) | (isEvex ? head.rTop << 4 : 0), parts)
    case ROLE_VVVV:
      return registerOperand(spec, head.vvvv | (isEvex ? head.vTop << 4 : 0), parts)
    case ROLE_OPCODE:
      return registerOperand(spec, (parts.opcode & 7) | (head.b << 3), parts)
    case ROLE_IS4:
      return registerOperand(spec, (parts.is4 >> 4) & 15, parts)
    case ROLE_RM: {
      if (parts.memory) return spec.accepts & ACCEPT_MEMORY ? decorated(spec, parts.memory, parts) : undefined
      const isWide = isEvex && (spec.registerClass === 'xmm' || spec.registerClass === 'ymm' || spec.registerClass === 'zmm')
      return registerOperand(spec, (parts.modrm & 7) | (head.b << 3) | (isWide ? head.x << 4 : 0), parts)
    }
    default:
      return undefined
  }
}

/** Classes of eight registers, which do not look at the extension bits. */
const EIGHT = new Set(['segment', 'st', 'mmx', 'mask', 'tmm', 'bound'])

function registerOperand(spec: OperandSpec, number: number, parts: Parts): RegisterOperand | undefined {
  let { registerClass } = spec
  if (registerClass === 'gpr') registerClass = `gpr${spec.registerSize === SIZE_Z && parts.size === 64 ? 32 : parts.size}`
  let masked = EIGHT.has(registerClass) ? number & 7 : parts.mode === 64 ? number : number & 7
  // AMD's way to CR8 outside 64-bit mode (APM vol. 2 §3.1.5)
  if (registerClass === 'control' && parts.mode !== 64 && parts.head.hasLock) masked |= 8
  const hasRex = parts.head.rex !== 0 || parts.head.space !== 'legacy'
  let register = registerOf(registerClass, masked, hasRex)
  if (registerClass === 'st' && masked === 0) register = findRegister(spec.fixedNumber === 0 ? 'st' : 'st(0)')
  if (!register) return undefined
  return decorated(spec, { kind: 'register', register }, parts)
}

function decorated<T extends RegisterOperand | MemoryOperand>(spec: OperandSpec, operand: T, parts: Parts): T {
  const { mask, zeroing } = parts.head
  const isMasked = spec.masking !== 0 && mask !== 0
  if (!isMasked && !parts.isIndirect) return operand
  return {
    ...operand,
    ...(parts.isIndirect ? { indirect: true } : {}),
    ...(isMasked ? { mask: findRegister(`k${mask}`)! } : {}),
    ...(isMasked && zeroing ? { zeroing: true } : {}),
  }
}

function stringOperand(spec: OperandSpec, { addressBits, head }: Parts): MemoryOperand {
  const isDestination = (spec.accepts & ACCEPT_STRING_DESTINATION) !== 0
  const number = isDestination ? 7 : spec.accepts & ACCEPT_XLAT ? 3 : 6
  const base = registerOf(`gpr${addressBits}`, number, true)!
  const name = isDestination ? 'es' : head.segment ? SEGMENT_NAMES[head.segment]! : ''
  const segment = name ? findRegister(name) : undefined
  return { kind: 'memory', base, scale: 1, hasParentheses: true, ...(segment ? { segment } : {}) }
}
