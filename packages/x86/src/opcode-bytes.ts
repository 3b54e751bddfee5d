// Enters: a row with its operands in place, prefixes written. Leaves: opcode, ModRM, SIB, displacement and immediates, and the fields
// into which the caller writes values.
// Follows: Intel SDM vol. 2 §2.1; psABI x86-64 B.2 and i386 A.3 (instructions that the linker may rewrite); APM vol. 6 (is4).
import type { BranchRelaxation, EncodedField, MemoryOperand } from './contract.ts'
import type { Draft } from './draft.ts'
import { type Failure, failure } from './failure.ts'
import type { ImmediateField, Row } from './table/notation.ts'
import { constantIn } from './value-class.ts'

export function writeOpcode(row: Row, draft: Draft): void {
  const { bytes, opcode } = draft
  for (let index = 0; index < row.opcode.length; index++) bytes[draft.length++] = row.opcode[index]!
  draft.afterOpcode = draft.length
  if (!opcode) return
  bytes[draft.length - 1]! += opcode.number & 7
  draft.registers.push({ operand: draft.opcodeIndex, part: 'register', offset: draft.length - 1, shift: 0 })
}

/** ModRM with all that it announces. */
export function writeModRm(row: Row, draft: Draft): void {
  const { bytes, memory, rm, registers } = draft
  draft.modRmAt = draft.length
  const reg = draft.reg ? draft.reg.number : row.digit > 0 ? row.digit : 0
  if (draft.regIndex >= 0) registers.push({ operand: draft.regIndex, part: 'register', offset: draft.length, shift: 3 })
  if (memory) writeAddress(row, memory, reg, draft)
  else {
    if (rm) registers.push({ operand: draft.rmIndex, part: 'register', offset: draft.length, shift: 0 })
    bytes[draft.length++] = 0xc0 | ((reg & 7) << 3) | (rm?.kind === 'register' ? rm.register.number & 7 : 0)
  }
  draft.addressEnd = draft.length
}

function writeAddress(row: Row, memory: MemoryOperand, reg: number, draft: Draft): void {
  const { address, bytes, registers, rmIndex } = draft
  if (address.addressBits !== 16) {
    const at = draft.length
    if (memory.base) registers.push({ operand: rmIndex, part: 'base', offset: address.hasSib ? at + 1 : at, shift: 0 })
    if (memory.index) registers.push({ operand: rmIndex, part: 'index', offset: at + 1, shift: 3 })
  }
  bytes[draft.length++] = (address.mod << 6) | ((reg & 7) << 3) | address.rm
  if (address.hasSib) bytes[draft.length++] = address.sib
  if (address.displacementBytes > 0 && memory.displacement) draft.fields.push(displacementField(row, memory, draft))
  for (let count = address.displacementBytes; count > 0; count--) bytes[draft.length++] = 0
  if (address.isValueDependent) draft.isTemplate = false
}

function displacementField(row: Row, memory: MemoryOperand, draft: Draft): EncodedField {
  const { address, opcodeAt } = draft
  const { mode } = draft.options
  const relocation = memory.displacement!.relocation
  // without %rip the field is no distance, and the linker must not rewrite it
  const isGot = (relocation === 'GOTPCREL' && address.isPcRelative) || relocation === 'GOT'
  const isWrapped = row.flags.has('lea') && draft.match.size <= 32
  const field = {
    operand: draft.rmIndex,
    part: 'displacement',
    offset: draft.length,
    sizeInBytes: address.displacementBytes as 1 | 2 | 4,
    isSigned: address.displacementBytes === 1 || (mode === 64 && address.addressBits === 64 && !isWrapped),
    isPcRelative: address.isPcRelative,
    isBranch: false,
    divisor: address.divisor,
  } as const
  if (!isGot || row.space !== 'legacy' || !isGotRelaxable(row)) return field
  // the linker knows 32- and 64-bit operations
  if (draft.bytes.subarray(0, opcodeAt).includes(0x66)) return field
  const hasRex = mode === 64 && opcodeAt > 0 && (draft.bytes[opcodeAt - 1]! & 0xf0) === 0x40 && draft.bytes[opcodeAt - 1] !== 0x40
  return { ...field, gotRelaxable: hasRex ? 'rex' : 'plain' }
}

/** mov, test, the eight operations and indirect call and jmp may be rewritten by the linker. */
function isGotRelaxable(row: Row): boolean {
  if (row.opcode.length !== 1) return false
  const opcode = row.opcode[0]!
  if (opcode === 0x8b || opcode === 0x85) return true
  if (opcode === 0xff) return row.digit === 2 || row.digit === 4
  return opcode < 0x40 && (opcode & 7) === 3
}

/** What follows ModRM: 3DNow!'s opcode, immediates, branch distances, absolute addresses, a register in imm8[7:4]. */
export function writeImmediates(row: Row, draft: Draft): Failure | undefined {
  const { bytes, statement, is4 } = draft
  if (row.trailingOpcode >= 0) bytes[draft.length++] = row.trailingOpcode
  for (let number = 0; number < row.fields.length; number++) {
    const size = fieldBytes(row.fields[number]!, draft)
    if (is4) {
      // vpermil2ps: the fourth register and four bits of immediate share a byte (APM vol. 6)
      const immediate = statement.operands[row.immediateOperands[0]!]!
      const written = immediate.kind === 'immediate' ? immediate.value.constant : undefined
      const constant = written === undefined ? undefined : constantIn(written, draft.options.mode)
      if (constant === undefined || constant < 0n || constant > 15n) return failure('immediate-out-of-range', 0, { bits: 4 })
      bytes[draft.length++] = ((is4.number & 15) << 4) | Number(constant)
      draft.isTemplate = false
      continue
    }
    const at = row.immediateOperands[number]
    if (at !== undefined) addImmediateField(row, row.fields[number]!, at, size, draft)
    for (let count = size; count > 0; count--) bytes[draft.length++] = 0
  }
  if (is4 && row.fields.length === 0) bytes[draft.length++] = (is4.number & 15) << 4
  return undefined
}

function fieldBytes(field: ImmediateField, draft: Draft): 1 | 2 | 4 | 8 {
  const { mode } = draft.options
  switch (field.size) {
    case 0: {
      const bits = field.kind === 'c' && draft.flipsBranch ? (mode === 16 ? 32 : 16) : draft.size !== 0 ? draft.size : mode
      return bits === 16 ? 2 : 4
    }
    case -1:
      if (draft.prefixes.addressSize) return mode === 32 ? 2 : 4
      return (mode / 8) as 2 | 4 | 8
    case -2:
      return draft.size === 16 ? 2 : draft.size === 64 ? 8 : 4
    default:
      return field.size as 1 | 2 | 4 | 8
  }
}

function addImmediateField(row: Row, { kind }: ImmediateField, at: number, sizeInBytes: 1 | 2 | 4 | 8, draft: Draft): void {
  // an absolute address of no number at all: `mov %ds:,%al`
  if (draft.moffs && draft.moffs.displacement === undefined) return
  const isBranch = kind === 'c' && draft.statement.operands[at]!.kind === 'memory'
  draft.fields.push({
    operand: kind === 'm' ? draft.moffsIndex : at,
    part: isBranch ? 'target' : kind === 'm' ? 'displacement' : 'immediate',
    offset: draft.length,
    sizeInBytes,
    isSigned: isBranch || (sizeInBytes === 4 && draft.size === 64) || row.operands[at]!.immediateSigned,
    isPcRelative: isBranch,
    isBranch,
    divisor: 1,
  })
}

/** EB or 70+cc with a byte, against E9 or 0F 80+cc with 16 or 32 bits. */
export function relaxationOf(row: Row, draft: Draft): BranchRelaxation {
  const { mode } = draft.options
  const short = draft.bytes.slice(0, draft.afterOpcode)
  const opcode = row.opcode[0]!
  const isJump = opcode === 0xeb
  const start = short.length - 1
  const near = new Uint8Array(isJump ? start + 1 : start + 2)
  near.set(short.subarray(0, start))
  if (isJump) near[start] = 0xe9
  else {
    near[start] = 0x0f
    near[start + 1] = opcode + 0x10
  }
  const isNarrow = (mode === 16) !== draft.flipsBranch
  const { isa } = draft.options
  if (!isJump && isNarrow && isa !== undefined && !isa.has('i386')) {
    // the near jcc came with the 80386: before it, the opposite condition jumps over a near jmp
    const around = Uint8Array.of(...short.subarray(0, start), opcode ^ 1, 3, 0xe9)
    return { kind: 'jcc-over-jmp', condition: opcode & 15, short, near: around, nearSizeInBytes: 2 }
  }
  return { kind: isJump ? 'jmp' : 'jcc', condition: isJump ? 0 : opcode & 15, short, near, nearSizeInBytes: isNarrow ? 2 : 4 }
}
