// Enters: bytes. Leaves: the instruction that stands there as a statement of the encoder, the row of the table, and what each byte is.
// Follows: Intel SDM vol. 2 ch. 2 (instruction format), app. A (how opcode maps are read). The rows are the encoder's own, so that a
// row added to the table is decoded too; of several that fit, the one whose encoding gives the same bytes is taken.
import type { InstructionStatement, MemoryOperand, Mode, Operand } from './contract.ts'
import { type Head, readHead, SEGMENT_NAMES } from './decode-head.ts'
import { operandOf, type Parts, readMemory, readSigned } from './decode-operands.ts'
import { encodeInstruction } from './encode.ts'
import { hasRegisterInOpcode, type NamedRow, opcodeKey, rowsAt, splitOpcode } from './decode-rows.ts'
import {
  ACCEPT_BRANCH_TARGET,
  ACCEPT_MEMORY,
  ACCEPT_MOFFS,
  ACCEPT_REGISTER,
  ACCEPT_STRING_DESTINATION,
  ACCEPT_STRING_SOURCE,
  ACCEPT_XLAT,
  type ImmediateField,
  type OperandSpec,
  ROLE_IS4,
  ROLE_OPCODE,
  ROLE_REG,
  ROLE_RM,
  ROLE_VVVV,
  type Row,
  SIZE_V,
  SIZE_Y,
  SIZE_Z,
} from './table/notation.ts'

export type BytePart = 'prefix' | 'rex' | 'vex' | 'xop' | 'evex' | 'opcode' | 'modrm' | 'sib' | 'displacement' | 'immediate'

/** A stretch of an instruction's bytes with one meaning; `offset` counts from the instruction's first byte. */
export interface ByteRun {
  readonly part: BytePart
  readonly offset: number
  readonly length: number
}

export interface DecodedInstruction {
  readonly length: number
  readonly statement: InstructionStatement
  /** The row of the table, as text. */
  readonly row: string
  readonly layout: readonly ByteRun[]
  /** Operand size in bits, 0 where the row has none. */
  readonly size: number
  readonly addressBits: number
  /** The operand size that mode, prefix 66 and REX.W make, whether the row has one or not. */
  readonly effectiveSize: 16 | 32 | 64
  /** Legacy prefixes as they stand, those that are part of the opcode among them. */
  readonly prefixBytes: readonly number[]
  /** Names of the registers by the field that holds them. */
  readonly registers: RegisterFields
  /** The statement encodes to these very bytes; else it is the same instruction, which GNU as would write another way. */
  readonly isExact: boolean
}

export interface RegisterFields {
  readonly reg?: string
  readonly rm?: string
  readonly vvvv?: string
  readonly is4?: string
  readonly opcode?: string
}

/** Longest instruction (SDM vol. 2 §2.3.11). */
const LONGEST = 15

/**
 * Decodes the instruction at `offset`.
 * @param address of the instruction, for the targets of branches
 * @returns undefined where no row fits, or the bytes end before the instruction does
 *
 * @example
 * decodeInstruction(Uint8Array.of(0x83, 0xc2, 0x05), 32)?.statement.mnemonic // 'add'
 */
export function decodeInstruction(bytes: Uint8Array, mode: Mode, offset = 0, address = 0): DecodedInstruction | undefined {
  const window = bytes.subarray(offset, offset + LONGEST)
  let first: DecodedInstruction | undefined
  // 9B before an x87 instruction may belong to it
  for (const waitBytes of window[0] === 0x9b ? [1, 0] : [0]) {
    const head = readHead(window, waitBytes, mode)
    const decoded = decodeAfter(window, mode, address, head, waitBytes)
    if (decoded?.isExact) return decoded
    first ??= decoded
  }
  return first
}

function decodeAfter(bytes: Uint8Array, mode: Mode, address: number, head: Head, waitBytes: number): DecodedInstruction | undefined {
  let opcodeAt = head.at
  let map = head.map
  if (head.space === 'legacy' && bytes[opcodeAt] === 0x0f) {
    const second = bytes[opcodeAt + 1]
    map = second === 0x38 ? 2 : second === 0x3a ? 3 : 1
    opcodeAt += map === 1 ? 1 : 2
  }
  const opcode = bytes[opcodeAt]
  if (opcode === undefined) return undefined
  let first: DecodedInstruction | undefined
  for (const named of rowsAt(opcodeKey(head.space, map, opcode))) {
    const decoded = decodeRow(bytes, mode, address, head, opcodeAt, named.row, waitBytes)
    if (!decoded) continue
    const statement =
      statementThatEncodes(named, decoded, bytes, mode, address) ??
      (head.segment === 0 ? undefined : statementThatEncodes(named, withSegmentAsPrefix(decoded), bytes, mode, address))
    if (statement) return { ...decoded, statement, row: named.row.text, isExact: true }
    first ??= {
      ...decoded,
      statement: { mnemonic: named.name + suffixOf(named.row, decoded, mode), prefixes: decoded.prefixes[0]!, operands: decoded.operands },
      row: named.row.text,
      isExact: false,
    }
  }
  return first
}

interface DecodedRow {
  readonly length: number
  /** Ways to write the prefixes. */
  readonly prefixes: readonly (readonly string[])[]
  readonly operands: readonly Operand[]
  readonly layout: readonly ByteRun[]
  readonly size: number
  readonly addressBits: number
  readonly effectiveSize: 16 | 32 | 64
  readonly prefixBytes: readonly number[]
  readonly registers: RegisterFields
}

/** The letter that says the size where no register does. */
function suffixOf(row: Row, { operands, size }: DecodedRow, mode: Mode): string {
  const isTold = operands.every((operand) => operand.kind !== 'memory' && operand.kind !== 'immediate') || operands.some(isGeneral)
  if (isTold) return ''
  if (row.suffixes.length === 1) return operands.some((operand) => operand.kind === 'memory') ? row.suffixes : ''
  const letter = size === 8 ? 'b' : size === 16 ? 'w' : size === 32 ? 'l' : size === 64 ? 'q' : ''
  const isDefault = (row.d64 || row.f64) && size === mode
  return letter !== '' && row.isSized && !isDefault && row.suffixes.includes(letter) ? letter : ''
}

function isGeneral(operand: Operand): boolean {
  return operand.kind === 'register' && operand.register.class.startsWith('gpr')
}

/** A segment that the address has anyway is only written as a prefix of its own: `ds mov (%eax),%ecx`. */
function withSegmentAsPrefix(decoded: DecodedRow): DecodedRow {
  const segment = decoded.operands.map((operand) => (operand.kind === 'memory' ? operand.segment : undefined)).find(Boolean)
  if (!segment) return decoded
  return {
    ...decoded,
    prefixes: decoded.prefixes.map((words) => [segment.name, ...words]),
    operands: decoded.operands.map((operand) => (operand.kind === 'memory' ? withoutSegment(operand) : operand)),
  }
}

export function withoutSegment({ segment: _segment, ...rest }: MemoryOperand): MemoryOperand {
  return rest
}

/** Pseudo-prefixes that choose among encodings of one statement, tried in this order. */
const WISHES: readonly (readonly string[])[] = [
  [],
  ['{store}'],
  ['{load}'],
  ['{disp32}'],
  ['{disp8}'],
  ['{disp16}'],
  ['{evex}'],
  ['{vex}'],
  ['{vex3}'],
  ['{evex}', '{disp32}'],
  ['{evex}', '{disp8}'],
  ['{evex}', '{store}'],
  ['{vex3}', '{store}'],
  ['{rex}'],
]

/** The statement under that name, with a suffix and pseudo-prefixes where it needs them, that the encoder turns into the bytes. */
function statementThatEncodes(
  named: NamedRow,
  decoded: DecodedRow,
  bytes: Uint8Array,
  mode: Mode,
  address: number,
): InstructionStatement | undefined {
  for (const wish of WISHES) {
    for (const words of decoded.prefixes) {
      for (const suffix of ['', ...named.row.suffixes]) {
        const statement = { mnemonic: named.name + suffix, prefixes: [...wish, ...words], operands: decoded.operands }
        if (encodesTo(statement, bytes, decoded.length, mode, address)) return statement
      }
    }
  }
  return undefined
}

function encodesTo(statement: InstructionStatement, bytes: Uint8Array, length: number, mode: Mode, address: number): boolean {
  const result = encodeInstruction(statement, { mode, allowIndexReg: true })
  if (!result.ok) return false
  const { encoding } = result
  if (encoding.bytes.length !== length || encoding.warnings.some(({ code }) => code === 'translating' || code === 'default-size'))
    return false
  const filled = Uint8Array.from(encoding.bytes)
  for (const field of encoding.fields) {
    const operand = statement.operands[field.operand]!
    const value = operand.kind === 'immediate' ? operand.value : operand.kind === 'memory' ? operand.displacement : undefined
    let rest = value?.constant ?? 0n
    if (field.part === 'target') rest -= BigInt(address + length)
    rest = BigInt.asUintN(64, rest / BigInt(field.divisor))
    for (let at = 0; at < field.sizeInBytes; at++, rest >>= 8n) filled[field.offset + at] = Number(rest & 255n)
  }
  return filled.every((byte, at) => byte === bytes[at])
}

const FIELD_OF_ROLE: Readonly<Record<number, keyof RegisterFields>> = {
  [ROLE_REG]: 'reg',
  [ROLE_RM]: 'rm',
  [ROLE_VVVV]: 'vvvv',
  [ROLE_IS4]: 'is4',
  [ROLE_OPCODE]: 'opcode',
}
const VECTOR_LENGTHS = [128, 256, 512, 0] as const
const ROUNDING_NAMES = ['rn-sae', 'rd-sae', 'ru-sae', 'rz-sae'] as const

/** Reads one row's operands at the bytes; undefined where the row does not fit them. */
function decodeRow(
  bytes: Uint8Array,
  mode: Mode,
  address: number,
  head: Head,
  opcodeAt: number,
  row: Row,
  waitBytes: number,
): DecodedRow | undefined {
  if ((mode === 64 ? row.i64 : row.only64) || row.wait !== waitBytes > 0) return undefined
  if (!prefixesFit(row, head)) return undefined
  const { rest } = splitOpcode(row)
  let at = opcodeAt
  for (const [position, expected] of rest.entries()) {
    const byte = bytes[at++]
    if (byte === undefined) return undefined
    const takesRegister = position === rest.length - 1 && hasRegisterInOpcode(row)
    if (takesRegister ? (byte & 0xf8) !== (expected & 0xf8) : byte !== expected) return undefined
  }
  const layout = layoutOfHead(head, waitBytes)
  const escapeAt = row.space === 'legacy' ? head.at : opcodeAt
  layout.push({ part: 'opcode', offset: escapeAt, length: at - escapeAt })
  const opcode = bytes[at - 1] ?? 0

  const effectiveSize = head.w === 1 ? 64 : (mode === 16) === head.hasDataSize ? 32 : 16
  const prefixBytes = [...bytes.subarray(waitBytes, head.at - head.vectorBytes)]
  const size = operandSizeOf(row, mode, head)
  if (size < 0) return undefined
  const addressBits = mode === 64 ? (head.hasAddressSize ? 32 : 64) : (mode === 16) === head.hasAddressSize ? 32 : 16
  // with prefix 66 it is xchg %ax,%ax
  if (row.mnemonic === 'nop' && row.operands.length === 0 && head.hasDataSize) return undefined
  const ownAddressBits = addressBitsOf(row)
  if (ownAddressBits !== 0 && ownAddressBits !== addressBits) return undefined
  const modrm = row.hasModRm ? bytes[at] : 0xc0
  if (modrm === undefined) return undefined
  const rm = row.operands.find((spec) => spec.role === ROLE_RM)
  let memory: MemoryOperand | undefined
  if (row.hasModRm) {
    layout.push({ part: 'modrm', offset: at++, length: 1 })
    if (row.digit >= 0 && ((modrm >> 3) & 7) !== row.digit) return undefined
    const accepts = rm ? rm.accepts : ACCEPT_REGISTER
    if ((accepts & (modrm >= 0xc0 ? ACCEPT_REGISTER : ACCEPT_MEMORY)) === 0) return undefined
    if (modrm < 0xc0 && rm) {
      const read = readMemory(bytes, at, mode, head, modrm, addressBits, compressionOf(row, rm, head, size), rm.vectorIndex)
      if (!read) return undefined
      if (read.hasSib) layout.push({ part: 'sib', offset: at, length: 1 })
      if (read.displacementBytes > 0)
        layout.push({ part: 'displacement', offset: read.at - read.displacementBytes, length: read.displacementBytes })
      memory = read.operand
      at = read.at
    }
  }
  const rounding = row.space === 'evex' && head.evexB === 1 && !memory ? row.operands.findIndex((spec) => spec.rounding !== '') : -1
  if (row.space === 'evex' && head.evexB === 1) {
    if (memory) {
      if (!rm || rm.broadcast === 0) return undefined
      memory = { ...memory, broadcast: rm.memorySize / rm.broadcast }
    } else if (rounding < 0) return undefined
  }
  // with rounding or {sae} L'L is no length: those forms have 512 bits or are scalar
  if (row.space !== 'legacy' && row.vectorLength !== 0 && rounding < 0 && VECTOR_LENGTHS[head.length] !== row.vectorLength) return undefined

  if (row.trailingOpcode >= 0) {
    if (bytes[at] !== row.trailingOpcode) return undefined
    layout.push({ part: row.opcode[1] === 0x0f ? 'opcode' : 'immediate', offset: at++, length: 1 })
  }
  const isFourth = row.operands.some((spec) => spec.role === ROLE_IS4)
  const immediates = new Map<number, bigint>()
  let is4 = 0
  const fields: readonly ImmediateField[] = isFourth && row.fields.length === 0 ? [{ kind: 'i', size: 1 }] : row.fields
  for (const [number, field] of fields.entries()) {
    const count = fieldBytes(field, size, mode, addressBits)
    if (at + count > bytes.length) return undefined
    layout.push({ part: 'immediate', offset: at, length: count })
    const value = readSigned(bytes, at, count)
    at += count
    if (isFourth) is4 = Number(value) & 0xff
    const operand = row.immediateOperands[number]
    if (operand === undefined) continue
    const spec = row.operands[operand]!
    if (isFourth) immediates.set(operand, value & 15n)
    else if ((spec.accepts & ACCEPT_BRANCH_TARGET) !== 0) immediates.set(operand, target(value + BigInt(address + at), mode, size))
    else if (field.kind === 'm' || (count < 4 && !spec.immediateSigned)) immediates.set(operand, BigInt.asUintN(count * 8, value))
    else immediates.set(operand, value)
  }
  const moffs = row.operands.findIndex((spec) => (spec.accepts & ACCEPT_MOFFS) !== 0)
  if (moffs >= 0 && !immediates.has(moffs)) return undefined

  const parts: Parts = { mode, head, size, addressBits, modrm, memory, opcode, is4, isIndirect: row.flags.has('indirect'), immediates }
  const operands: Operand[] = []
  const registers: { -readonly [Field in keyof RegisterFields]: string } = {}
  for (const [position, spec] of row.operands.entries()) {
    const operand = operandOf(spec, position, parts)
    if (!operand) return undefined
    operands.push(operand)
    const field = FIELD_OF_ROLE[spec.role]
    if (operand.kind === 'register' && field) registers[field] = operand.register.name
  }
  if (row.space !== 'legacy' && head.vvvv !== 0 && !row.operands.some((spec) => spec.role === ROLE_VVVV)) return undefined
  if (rounding >= 0) {
    const isEr = row.operands[rounding]!.rounding === 'er'
    operands.splice(rounding, 0, { kind: 'rounding', name: isEr ? ROUNDING_NAMES[head.length]! : 'sae' })
  }
  return {
    length: at,
    prefixes: prefixWords(row, mode, head, size, memory),
    operands,
    layout,
    size,
    addressBits,
    effectiveSize,
    prefixBytes,
    registers,
  }
}

/** Address size that the row itself says, by a register that holds an address or by the count register; 0: none. */
function addressBitsOf(row: Row): number {
  if (row.flags.has('addr16')) return 16
  if (row.flags.has('addr32')) return 32
  if (!row.flags.has('address')) return 0
  return Number(row.operands.find((spec) => spec.registerClass.startsWith('gpr'))?.registerClass.slice(3) ?? 0)
}

function prefixesFit(row: Row, head: Head): boolean {
  if (row.space === 'legacy') {
    if (row.mandatoryPrefix === 0x66) return head.hasDataSize
    return row.mandatoryPrefix === 0 || row.mandatoryPrefix === head.repeat
  }
  if (head.repeat !== 0 || head.hasDataSize || head.hasLock || row.mandatoryPrefix !== head.mandatoryPrefix) return false
  return row.vexW < 0 || row.vexW === head.w
}

/** The target of a branch wraps at the size of the instruction pointer. */
function target(value: bigint, mode: Mode, size: number): bigint {
  return mode === 64 ? BigInt.asIntN(64, value) : BigInt.asUintN(size === 16 || (size === 0 && mode === 16) ? 16 : 32, value)
}

function layoutOfHead(head: Head, waitBytes: number): ByteRun[] {
  const layout: ByteRun[] = []
  const prefixEnd = head.at - head.vectorBytes
  for (let at = 0; at < prefixEnd; at++) layout.push({ part: 'prefix', offset: at, length: 1 })
  if (head.vectorBytes > 0) layout.push({ part: head.space === 'legacy' ? 'rex' : head.space, offset: prefixEnd, length: head.vectorBytes })
  return waitBytes > prefixEnd ? [{ part: 'prefix', offset: 0, length: 1 }, ...layout] : layout
}

/** Operand size in bits; 0 where the row has none, -1 where the prefixes give one that the row has not. */
function operandSizeOf(row: Row, mode: Mode, head: Head): number {
  const isToggled = head.hasDataSize && row.mandatoryPrefix !== 0x66
  let size = head.w === 1 ? 64 : (mode === 16) === isToggled ? 32 : 16
  if (mode === 64 && (row.d64 || row.f64)) size = isToggled && !row.f64 ? 16 : 64
  switch (row.operandSize) {
    case SIZE_V:
      return size
    case SIZE_Y:
      return head.w === 1 ? 64 : 32
    case SIZE_Z:
      return size === 64 && !row.d64 && !row.f64 ? 32 : size
    default:
      return row.operandSize > 0 && row.space === 'legacy' && row.operandSize !== size && row.mandatoryPrefix !== 0x66
        ? -1
        : row.operandSize
  }
}

/** N of disp8*N, as the encoder has it. */
function compressionOf(row: Row, spec: OperandSpec, head: Head, size: number): number {
  if (row.space !== 'evex') return 1
  if (head.evexB === 1 && spec.broadcast !== 0) return spec.broadcast / 8
  if (row.compressedBytes !== 0) return row.compressedBytes
  if (spec.memorySize < 0) return size / 8
  return spec.memorySize > 0 ? spec.memorySize / 8 : 1
}

function fieldBytes(field: ImmediateField, size: number, mode: Mode, addressBits: number): number {
  if (field.size > 0) return field.size
  if (field.size === -1) return addressBits / 8
  const bits = size !== 0 ? size : mode
  if (field.size === -2) return bits / 8
  return bits === 16 ? 2 : 4
}

/** Outside 64-bit mode a lock prefix before a move of a control register is bit 3 of its number. */
function lockIsRegisterBit(row: Row, mode: Mode): boolean {
  return mode !== 64 && row.operands.some((spec) => spec.registerClass === 'control')
}

/** Names for one byte, by what follows it (SDM vol. 1 §16.3.1 for lock elision, vol. 3 §18.3.1 for notrack). */
const REPEAT_WORDS: Readonly<Record<number, readonly string[]>> = { 0xf2: ['repnz', 'xacquire', 'bnd'], 0xf3: ['rep', 'xrelease'] }

/** Prefixes that no operand shows, in the ways to write them. */
function prefixWords(row: Row, mode: Mode, head: Head, size: number, memory: MemoryOperand | undefined): readonly (readonly string[])[] {
  const words: string[] = []
  const isString = row.operands.some((spec) => (spec.accepts & (ACCEPT_STRING_SOURCE | ACCEPT_STRING_DESTINATION | ACCEPT_XLAT)) !== 0)
  const isMoffs = row.operands.some((spec) => (spec.accepts & ACCEPT_MOFFS) !== 0)
  const showsAddressSize =
    isString || memory?.base !== undefined || memory?.index !== undefined || row.flags.has('loop') || addressBitsOf(row) !== 0
  if (head.segment !== 0 && !memory && !isString && !isMoffs) words.push(SEGMENT_NAMES[head.segment]!)
  if (head.hasAddressSize && !showsAddressSize) words.push(mode === 32 ? 'addr16' : 'addr32')
  if (head.hasDataSize && row.mandatoryPrefix !== 0x66 && size === 0) words.push(mode === 16 ? 'data32' : 'data16')
  const ways: (readonly string[])[] = []
  const repeats = head.repeat !== 0 && head.repeat !== row.mandatoryPrefix ? REPEAT_WORDS[head.repeat]! : ['']
  for (const repeat of repeats) {
    const all = [...words, ...(repeat ? [repeat] : []), ...(head.hasLock && !lockIsRegisterBit(row, mode) ? ['lock'] : [])]
    if (head.segment === 0x3e && row.flags.has('indirect')) ways.push(['notrack', ...all.filter((word) => word !== 'ds')])
    ways.push(all)
  }
  return ways
}
