// Enters: a row with its operands in place. Leaves: the prefix bytes before the opcode, REX among them, in the order in which GNU as
// writes them: wait, segment, address size, operand size, rep or mandatory prefix, lock, REX.
// Follows: Intel SDM vol. 2 §2.1.1 (legacy prefixes), §2.2.1 (REX).
import type { Operand } from './contract.ts'
import type { Draft } from './draft.ts'
import { type Failure, failure } from './failure.ts'
import { isAccumulatorPair } from './match.ts'
import { isNearBranch } from './prefixes.ts'
import { type OperandSpec, type Row, SIZE_Y } from './table/notation.ts'

const SEGMENT_PREFIXES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65] as const

/**
 * Direct branches have only the prefixes that mean something there, GNU as leaves the others out and warns: `relaxable` ones and `short`
 * ones (loop, jecxz) branch hints, `other` ones (call, xbegin, far pointers) none; address size counts at loop and jecxz alone.
 */
function directBranchOf(row: Row): '' | 'relaxable' | 'short' | 'other' {
  if (row.space !== 'legacy') return ''
  const first = row.opcode[0]
  if (first === 0x9a || first === 0xea) return 'other'
  if (row.fields.length === 0 || row.fields[0]!.kind !== 'c') return ''
  return row.flags.has('relax') || first === 0xe9 || (first === 0x0f && row.opcode.length === 2)
    ? 'relaxable'
    : row.fields[0]!.size === 1
      ? 'short'
      : 'other'
}

/** 2E: not taken, 3E: taken (SDM vol. 2 §2.1.1). */
function isBranchHint(prefix: number): boolean {
  return prefix === 0x2e || prefix === 0x3e
}

/** All that stands before REX or before a VEX, XOP or EVEX prefix. */
export function writeLegacyPrefixes(row: Row, draft: Draft): Failure | undefined {
  const { statement, options, prefixes, segment, addressBits, size, bytes, match } = draft
  const { mode } = options
  const prefixTwice = (prefix: string): Failure => failure('prefix-twice', undefined, { prefix })
  const notAllowed = (prefix: string): Failure => failure('prefix-not-allowed', undefined, { prefix, mnemonic: statement.mnemonic })

  let repeat = prefixes.repeat
  if (options.addBndPrefix && isNearBranch(row)) {
    if (repeat === 0xf3)
      draft.warnings.push({ code: 'rep-becomes-bnd', details: { prefix: prefixes.repeatName, mnemonic: statement.mnemonic } })
    repeat = 0xf2
  }
  let length = 0
  if (row.wait && prefixes.wait) return prefixTwice('wait')
  if (row.wait || prefixes.wait) bytes[length++] = 0x9b
  if (prefixes.segment !== 0 && segment >= 0 && prefixes.segment !== SEGMENT_PREFIXES[segment]) return prefixTwice('segment')
  const isBranch = row.fields.length > 0 && row.fields[0]!.kind === 'c'
  const direct = directBranchOf(row)
  let isSkipped = false
  const segmentByte = prefixes.segment !== 0 ? prefixes.segment : segment >= 0 ? SEGMENT_PREFIXES[segment]! : 0
  if (direct !== '' && segmentByte !== 0 && (direct === 'other' || !isBranchHint(segmentByte))) isSkipped = true
  const hasData = prefixes.dataSize && direct !== 'short'
  // the one place where GNU as writes the operand size first
  const isDataFirst = hasData && direct === 'relaxable'
  if (isDataFirst) bytes[length++] = 0x66
  if (segmentByte !== 0 && !isSkipped) bytes[length++] = segmentByte
  if (prefixes.addressSize && (direct === 'relaxable' || direct === 'other')) isSkipped = true
  else if (prefixes.addressSize || (addressBits !== 0 && addressBits !== mode)) bytes[length++] = 0x67
  if (prefixes.dataSize && !hasData) isSkipped = true
  if (isSkipped) draft.warnings.push({ code: 'prefix-skipped', details: { mnemonic: statement.mnemonic } })

  const isLegacy = row.space === 'legacy'
  if (prefixes.dataSize && isLegacy && (row.mandatoryPrefix === 0x66 || (row.isa !== '' && row.operands.some(isVectorSpec))))
    return notAllowed('data16')
  const first = row.opcode[0]
  const ignoresBranchSize = options.isa64 === 'intel64' && mode === 64 && (first === 0xe8 || first === 0xe9 || first === 0xeb)
  draft.flipsBranch = prefixes.dataSize && isBranch && (prefixes.rex & 8) === 0 && !ignoresBranchSize
  // rows with a mandatory prefix and no 16-bit form (adcx, ptwrite): the processor ignores the operand size, GNU as writes none
  const ignoresData = row.operandSize === SIZE_Y && (row.mandatoryPrefix !== 0 || row.flags.has('nosize'))
  const hasSize = isLegacy && size !== 0 && row.operandSize !== 0 && !row.flags.has('loop')
  const needsData = hasSize && !ignoresData && (mode === 16 ? size === 32 : size === 16)
  if (prefixes.dataSize && needsData && !draft.flipsBranch && !match.sizeFromPrefix) return prefixTwice(mode === 16 ? 'data32' : 'data16')
  if (isLegacy) {
    if (((needsData || hasData) && !isDataFirst) || row.mandatoryPrefix === 0x66) bytes[length++] = 0x66
    if (row.mandatoryPrefix === 0xf2 || row.mandatoryPrefix === 0xf3) bytes[length++] = row.mandatoryPrefix
    else if (repeat !== 0) bytes[length++] = repeat
  } else if (prefixes.dataSize || prefixes.repeat !== 0 || (prefixes.rex !== 0 && !draft.context.movesRex)) {
    return notAllowed(prefixes.dataSize ? 'data16' : prefixes.repeat !== 0 ? prefixes.repeatName : 'rex')
  }
  if (prefixes.lock && !options.omitLockPrefix) bytes[length++] = 0xf0
  draft.length = length
  return undefined
}

/** 66 is part of the opcode of these instructions, or tells mm from xmm registers. */
function isVectorSpec(spec: OperandSpec): boolean {
  return spec.registerClass === 'xmm' || spec.registerClass === 'mmx'
}

/** REX, with the bits that a written `rex.wrxb` adds. */
export function writeRex(row: Row, draft: Draft): Failure | undefined {
  const { statement, prefixes, reg, rm, memory, address, bytes, forbidsRex } = draft
  const { mode } = draft.options
  if (prefixes.dataSize && row.operands.some(isVectorSpec))
    return failure('prefix-not-allowed', undefined, { prefix: 'data16', mnemonic: statement.mnemonic })
  const decoration = decorationRefusal(row, draft)
  if (decoration) return decoration
  // AMD's way to CR8 outside 64-bit mode: a lock prefix (APM vol. 2 §3.1.5)
  const isFarControl = reg !== undefined && mode !== 64 && reg.number >= 8 && reg.class === 'control'
  if (isFarControl && (!prefixes.lock || draft.options.omitLockPrefix)) bytes[draft.length++] = 0xf0
  // xchg %rax,%rax is a nop with or without REX.W
  const isNop = row.flags.has('nopair') && isAccumulatorPair(statement.operands)
  draft.rexAt = draft.length
  let own = draft.size === 64 && !row.d64 && !row.f64 && row.operandSize !== 0 && !isNop ? 0x48 : 0
  draft.rex = prefixes.wantsRex && !forbidsRex ? own | 0x40 : own
  if (reg && reg.number >= 8 && !isFarControl) own |= 0x44
  if (draft.opcode && draft.opcode.number >= 8) own |= 0x41
  if (memory) {
    if (address.baseHigh) own |= 0x41
    if (address.indexHigh) own |= 0x42
  } else if (rm?.kind === 'register' && rm.register.number >= 8) own |= 0x41
  if (draft.needsRex) own |= 0x40
  if ((prefixes.rex & own & 15) !== 0) {
    // the other direction of the operation would leave the bit free, but it is not looked for
    draft.isDecided = true
    return failure('prefix-twice', undefined, { prefix: 'rex' })
  }
  const rex = prefixes.rex | own
  if (rex === 0 && (!prefixes.wantsRex || forbidsRex)) return undefined
  if (mode !== 64) return failure('register-not-in-mode', undefined, { mode })
  if (forbidsRex && own !== 0) return failure('high-byte-register-with-rex', undefined, { register: forbidsRex.name })
  bytes[draft.length++] = rex | 0x40
  return undefined
}

/** Masks, broadcasts, rounding and registers 16 to 31 exist with EVEX only. */
function decorationRefusal(row: Row, { statement, context }: Draft): Failure | undefined {
  const { operands } = statement
  // GNU as takes `cli {sae}` and means cli; `movsd {sae}` is another movsd to it
  if (context.rounding !== undefined && (operands.length > 0 || row.meant !== ''))
    return failure('rounding-not-allowed', context.roundingAt)
  for (let index = 0; index < operands.length; index++) {
    const operand: Operand = operands[index]!
    if (operand.kind !== 'register' && operand.kind !== 'memory') continue
    if (operand.mask || operand.zeroing) return failure('masking-not-allowed', index)
    if (operand.kind === 'register' && operand.register.number > 15)
      return failure('operand-type-mismatch', index, { register: operand.register.name })
    if (operand.kind === 'memory' && operand.broadcast !== undefined) return failure('broadcast-not-allowed', index)
  }
  return undefined
}
