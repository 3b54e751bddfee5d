// Enters: a row and operands that fit it. Leaves: each operand in its place (ModRM.reg, ModRM.rm, vvvv, …), the address laid out,
// the segment to be named and the address size that the operands imply.
// Follows: Intel SDM vol. 1 §3.7.5 (default segments), vol. 2 §3.1.1.1 (implied addresses of string instructions), GNU as manual §9.16.7.
import { addressBitsOf, displacementFailure, fits32Signed, forceSib, layOutAddress, otherAddressBits } from './address.ts'
import type { EncodeOptions, MemoryOperand, Mode, Operand } from './contract.ts'
import type { Draft } from './draft.ts'
import { type Failure, failure } from './failure.ts'
import { WIDE_RELOCATIONS } from './match.ts'
import {
  ACCEPT_BRANCH_TARGET,
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
  type Row,
} from './table/notation.ts'

const ACCEPT_STRING = ACCEPT_STRING_SOURCE | ACCEPT_STRING_DESTINATION

export function placeOperands(row: Row, draft: Draft): Failure | undefined {
  const { statement, match } = draft
  const { operands } = statement
  const isIndirect = row.flags.has('indirect')
  for (let index = 0; index < row.operands.length; index++) {
    const operand = operands[index]!
    const spec = row.operands[index]!
    if (operand.kind === 'register') {
      placeRegister(spec, operand, index, draft)
      if (isIndirect && !operand.indirect) warnOfMissingStar(draft, index)
    } else if (operand.kind === 'memory') {
      const refusal = placeMemory(row, spec, operand, index, draft)
      if (refusal) return refusal
      if (isIndirect && spec.role === ROLE_RM && !operand.indirect) warnOfMissingStar(draft, index)
    }
  }
  // imul $5,%eax: one register in both places
  if (row.flags.has('op=B')) {
    const last = operands[operands.length - 1]!
    if (last.kind === 'register') {
      draft.reg = last.register
      draft.rm = last
      draft.regIndex = draft.rmIndex = operands.length - 1
    }
  }
  draft.memory = draft.rm?.kind === 'memory' ? draft.rm : undefined
  draft.size = match.size !== 0 ? match.size : row.operandSize > 0 ? row.operandSize : 0
  return (draft.memory && layOutMemory(row, draft.memory, draft)) ?? chooseAddressSize(row, draft)
}

function warnOfMissingStar(draft: Draft, operand: number): void {
  draft.warnings.push({ code: 'indirect-without-star', operand, details: { mnemonic: draft.statement.mnemonic } })
}

function placeRegister(spec: OperandSpec, operand: Extract<Operand, { kind: 'register' }>, index: number, draft: Draft): void {
  const { register } = operand
  if (register.rex === 'needed') draft.needsRex = true
  else if (register.rex === 'forbidden') draft.forbidsRex = register
  switch (spec.role) {
    case ROLE_REG:
      draft.reg = register
      draft.regIndex = index
      break
    case ROLE_RM:
      draft.rm = operand
      draft.rmIndex = index
      break
    case ROLE_VVVV:
      draft.vvvv = register
      break
    case ROLE_IS4:
      draft.is4 = register
      break
    case ROLE_OPCODE:
      draft.opcode = register
      draft.opcodeIndex = index
      break
  }
}

function placeMemory(row: Row, spec: OperandSpec, operand: MemoryOperand, index: number, draft: Draft): Failure | undefined {
  const { mode } = draft.options
  if (spec.role === ROLE_RM) {
    draft.rm = operand
    draft.rmIndex = index
  } else if ((spec.accepts & ACCEPT_BRANCH_TARGET) !== 0) {
    if (operand.segment) draft.segment = operand.segment.number
  } else if ((spec.accepts & ACCEPT_MOFFS) !== 0) {
    if (isForcedOtherwise(mode === 16 ? 16 : 32, draft))
      return failure('unknown-prefix', index, { prefix: mode === 16 ? '{disp32}' : '{disp16}' })
    draft.moffs = operand
    draft.moffsIndex = index
    if (operand.segment && operand.segment.number !== 3) draft.segment = operand.segment.number
  } else if ((spec.accepts & (ACCEPT_STRING_SOURCE | ACCEPT_STRING_DESTINATION | ACCEPT_XLAT)) !== 0) {
    return placeStringMemory(row, spec, operand, index, draft)
  }
  return undefined
}

/** {disp16} belongs to addresses of 16 bits, {disp32} to the others. */
function isForcedOtherwise(bits: number, { prefixes }: Draft): boolean {
  return prefixes.displacementBytes === (bits === 16 ? 4 : 2)
}

/** Memory that fixed registers name: the operand says its segment and address size, and GNU as warns of other registers. */
function placeStringMemory(row: Row, spec: OperandSpec, operand: MemoryOperand, index: number, draft: Draft): Failure | undefined {
  const { mode } = draft.options
  const isDestination = (spec.accepts & ACCEPT_STRING_DESTINATION) !== 0
  const base = operand.base
  if (!operand.hasParentheses && (spec.accepts & ACCEPT_XLAT) !== 0)
    return failure('operand-size-mismatch', index, { also: 'wrong-string-register' })
  if (!operand.hasParentheses && (row.opcode[0] === 0xac || row.opcode[0] === 0xad)) return failure('operand-type-mismatch', index)
  const written = addressBitsOf(operand)
  const isOther = draft.prefixes.addressSize && isOtherSize(written, mode)
  if (isOther && row.operands.filter(({ accepts }) => (accepts & ACCEPT_STRING) !== 0).length > 1)
    return failure('invalid-base-index', index, { mode, base: base?.name ?? '' })
  const bits = isOther ? otherAddressBits(mode) : written || mode
  // GNU as looks at the registers of movs, a name that movswl shares, as at those of any address, at those of the other string
  // instructions only at their size
  const isMove = draft.statement.mnemonic.startsWith('movs')
  if (base?.class === 'ip' && mode !== 64) return failure('invalid-base-index', index, { mode, register: base.name })
  if (isMove && hidesIndex(operand, bits, isDestination, draft))
    return failure('invalid-base-index', index, { mode, register: operand.index!.name, role: 'index' })
  if (isMove && isForcedOtherwise(bits, draft)) return failure('unknown-prefix', index, { prefix: bits === 16 ? '{disp32}' : '{disp16}' })
  if (isMove && bits === 16 && mode !== 64) {
    const refusal = layOutAddress(operand, index, mode, draft.prefixes.addressSize, false, 1, 0, false, draft.address)
    if (refusal) return refusal
    // an index of the source is left over when the destination is looked at
    const [source] = draft.statement.operands
    if (isDestination && source?.kind === 'memory' && source.index && !operand.index)
      return failure('invalid-base-index', index, { mode, register: base?.name ?? '' })
  }
  const constant = operand.displacement?.constant
  if (constant !== undefined && bits === 64 && !fits32Signed(constant)) return displacementFailure(index, constant)
  if (hidesPort(row, operand, isDestination, draft)) return failure('operand-type-mismatch', index)
  if (bits === 64 && mode !== 64) return failure('invalid-base-index', index, { mode, base: base?.name ?? '' })
  if (draft.addressBits !== 0 && draft.addressBits !== bits && base) return failure('invalid-base-index', index, { mode, base: base.name })
  if (draft.addressBits === 0) draft.addressBits = bits === 16 && mode === 64 ? 64 : bits
  if (isDestination) {
    if (operand.segment && operand.segment.number !== 0) return failure('string-segment', index, { segment: operand.segment.name })
  } else if (operand.segment && operand.segment.number !== 3) draft.segment = operand.segment.number
  const wanted = isDestination ? 7 : (spec.accepts & ACCEPT_XLAT) !== 0 ? 3 : 6
  const isPlain =
    base !== undefined && operand.index === undefined && (operand.displacement === undefined || operand.displacement.constant === 0n)
  if (!isPlain || base.number !== wanted || isOther || (bits === 16 && mode === 64)) {
    draft.warnings.push({
      code: 'wrong-string-register',
      operand: index,
      details: { found: base?.name ?? '', wanted: stringRegister(wanted, bits === 16 && mode === 64 ? 64 : bits) },
    })
  }
  return undefined
}

/** SDM vol. 2 table 2-3: no index has number 4. GNU as misses it in a destination without base behind a source with one; movsq is alone in its name. */
function hidesIndex({ base, index }: MemoryOperand, bits: number, isDestination: boolean, { statement }: Draft): boolean {
  if (bits === 16 || index?.number !== 4 || index.class === 'noindex' || statement.mnemonic === 'movsq') return false
  const [source] = statement.operands
  return !(isDestination && !base && source?.kind === 'memory' && source.base !== undefined)
}

/** GNU as reads `(%dx)` as the port only where no base or index of the operand before it is left over, and leaves %dx behind itself. */
function hidesPort(row: Row, operand: MemoryOperand, isDestination: boolean, { statement }: Draft): boolean {
  const port = row.operands.findIndex(({ accepts }) => (accepts & ACCEPT_PORT) !== 0)
  if (port < 0 || statement.operands[port]!.kind !== 'memory') return false
  if (!isDestination) return operand.index !== undefined || operand.base === undefined
  return operand.index !== undefined && operand.base === undefined && operand.displacement === undefined
}

function stringRegister(number: number, bits: number): string {
  const name = number === 7 ? 'di' : number === 6 ? 'si' : 'bx'
  return bits === 16 ? name : bits === 32 ? `e${name}` : `r${name}`
}

const VECTORS: ReadonlySet<string> = new Set(['mmx', 'xmm', 'ymm', 'zmm', 'tmm', 'mask', 'bound'])

/** A legacy instruction on general or x87 registers. */
function isGeneral(row: Row): boolean {
  return row.space === 'legacy' && !row.operands.some(({ registerClass }) => VECTORS.has(registerClass))
}

/** Relocations at which the linker rewrites instructions, which it knows for general registers only (psABI x86-64 B.2, i386 A.2). */
function isRewrittenTls(relocation: string, { machine, mode }: EncodeOptions): boolean {
  return (machine === undefined ? mode === 64 : machine === 'x86-64')
    ? relocation === 'GOTTPOFF' || relocation === 'TLSLD'
    : relocation === 'GOTNTPOFF' || relocation === 'TPOFF'
}

/** A written addr16 or addr32 says which registers the address may have. */
function isOtherSize(bits: number, mode: Mode): boolean {
  return bits !== 0 && bits !== otherAddressBits(mode)
}

function layOutMemory(row: Row, memory: MemoryOperand, draft: Draft): Failure | undefined {
  const { address, prefixes, rmIndex, statement, warnings } = draft
  const { mode } = draft.options
  if (memory.index?.class === 'noindex' && !draft.options.allowIndexReg)
    return failure('invalid-base-index', rmIndex, { register: memory.index.name, mode })
  const spec = row.operands[rmIndex]!
  const ownBits = row.flags.has('address') ? addressRegisterBits(row, statement.operands) : 0
  if (prefixes.addressSize && isOtherSize(addressBitsOf(memory), mode))
    return failure('invalid-base-index', rmIndex, {
      mode,
      addressBits: otherAddressBits(mode),
      register: (memory.base ?? memory.index)?.name ?? '',
    })
  const isAbsolute = memory.base === undefined && memory.index === undefined
  if (isAbsolute && ownBits !== 0) {
    if (prefixes.addressSize && ownBits !== mode) return failure('prefix-twice', rmIndex, { prefix: 'address size' })
    // which displacements there are is settled by the mode, before the register is looked at
    if (isForcedOtherwise(mode, draft)) return failure('unknown-prefix', rmIndex, { prefix: mode === 16 ? '{disp32}' : '{disp16}' })
  }
  const { displacement } = memory
  if (isAbsolute && mode === 64 && displacement) {
    if (displacement.relocation !== undefined && WIDE_RELOCATIONS.has(displacement.relocation))
      return failure('operand-type-mismatch', rmIndex)
    // an absolute address has 32 bits with a sign (SDM vol. 1 §3.7.5.1), whatever the register says
    if (ownBits === 32 && !fits32Signed(displacement.constant ?? 0n)) return displacementFailure(rmIndex, displacement.constant ?? 0n)
  }
  const refusal = layOutAddress(
    memory,
    rmIndex,
    mode,
    prefixes.addressSize || (ownBits !== 0 && ownBits !== mode) || (row.isa === 'mpx' && mode === 16),
    spec.vectorIndex !== '',
    compressionOf(row, spec, memory, draft.match.size),
    isAbsolute && ownBits !== 0 ? 0 : prefixes.displacementBytes,
    row.flags.has('lea') && draft.match.size <= 32,
    address,
  )
  if (refusal) return refusal
  draft.addressBits = address.addressBits
  if (row.flags.has('sib') && !forceSib(address)) return failure('invalid-base-index', rmIndex, { mode })
  const relocation = memory.displacement?.relocation
  if (relocation !== undefined && isRewrittenTls(relocation, draft.options) && !isGeneral(row))
    return failure('tls-relocation-not-allowed', rmIndex, { mnemonic: statement.mnemonic })
  if (
    row.isa === 'mpx' &&
    ((mode === 64 ? address.addressBits !== 64 : address.addressBits === 16) || (row.flags.has('bound') && address.isPcRelative))
  )
    return failure('invalid-base-index', rmIndex, { mode, addressBits: address.addressBits })
  if (row.flags.has('bound') && memory.scale !== 1 && !row.text.startsWith('bndmk'))
    warnings.push({ code: 'scale-ignored', operand: rmIndex })
  if (row.flags.has('rip') && !address.isPcRelative)
    warnings.push({ code: 'needs-rip-relative', operand: rmIndex, details: { mnemonic: statement.mnemonic } })
  if (memory.segment && memory.segment.class === 'segment' && memory.segment.number !== address.defaultSegment)
    draft.segment = memory.segment.number
  return undefined
}

/** Address sizes that something else than a memory operand's registers chooses: loop's suffix, registers that hold an address, the row. */
function chooseAddressSize(row: Row, draft: Draft): Failure | undefined {
  const { memory, options, statement, suffix, prefixes } = draft
  if (row.flags.has('lea') && (memory?.segment || prefixes.segment !== 0))
    draft.warnings.push({ code: 'segment-ineffectual', operand: draft.rmIndex, details: { mnemonic: statement.mnemonic } })
  if (row.flags.has('loop')) {
    // the suffix of loop names the count register, which is the address size
    if (suffix !== '') draft.addressBits = suffix === 'w' ? 16 : suffix === 'l' ? 32 : 64
    if (suffix === 'l' && options.isa !== undefined && !options.isa.has('i386'))
      return failure('invalid-suffix', undefined, { suffix, mnemonic: row.mnemonic })
    if (suffix !== '' && prefixes.addressSize && draft.addressBits !== options.mode)
      return failure('prefix-twice', undefined, { prefix: 'address size' })
    if (draft.addressBits === 64 ? options.mode !== 64 : draft.addressBits === 16 && options.mode === 64)
      return failure('invalid-suffix', undefined, { suffix, mnemonic: row.mnemonic })
  } else if (row.flags.has('address')) {
    // an address in a register: its size is the address size (monitor, movdir64b)
    const bits = addressRegisterBits(row, statement.operands)
    // x32: an address relative to %rip has 32 bits as well
    const isNarrowRip = options.x32 === true && memory !== undefined && draft.address.isPcRelative && bits === 32
    if (draft.addressBits !== 0 && draft.addressBits !== bits && !isNarrowRip) return failure('operand-size-mismatch')
    if (!memory && prefixes.addressSize && bits !== options.mode) return failure('prefix-twice', undefined, { prefix: 'address size' })
    draft.addressBits = bits
  } else if (row.flags.has('addr16')) draft.addressBits = 16
  else if (row.flags.has('addr32')) draft.addressBits = 32
  return undefined
}

function addressRegisterBits(row: Row, operands: readonly Operand[]): number {
  const operand = operands[row.operands.findIndex((spec) => spec.registerClass.startsWith('gpr'))]
  return operand?.kind === 'register' ? operand.register.sizeInBits : 0
}

/** N of disp8*N: bytes of the memory operand, or of one element with broadcast (SDM vol. 2 §2.7.5). */
function compressionOf(row: Row, spec: OperandSpec, memory: MemoryOperand, size: number): number {
  if (row.space !== 'evex') return 1
  if (memory.broadcast !== undefined && spec.broadcast !== 0) return spec.broadcast / 8
  if (row.compressedBytes !== 0) return row.compressedBytes
  if (spec.memorySize < 0) return size === 64 ? 8 : 4
  return spec.memorySize > 0 ? spec.memorySize / 8 : 1
}
