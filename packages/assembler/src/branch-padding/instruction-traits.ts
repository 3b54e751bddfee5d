// What -malign-branch-… must know of an instruction. Enters: its encoding. Leaves: which branch it is, whether processors
// fuse it with the conditional jump behind it, how many prefixes it can take to fill space. GNU as manual §9.16.1
// (-malign-branch=); Intel SDM vol. 2 §2.1 (bytes of an instruction); Intel optimization manual §3.4.2.2 "Macro-fusion";
// docs/adr/0009-branch-padding.md for what was observed from GNU as 2.40.

import type { Encoding } from '@kernelbox/x86'

export type BranchKind = 'jcc' | 'fused' | 'jmp' | 'call' | 'ret' | 'indirect'

export interface InstructionTraits {
  /** Undefined: no branch that can be aligned. */
  readonly branch: Exclude<BranchKind, 'fused'> | undefined
  /** Of a jcc: its condition, 0 to 15. */
  readonly condition: number
  /** Bit n: fuses with a jcc of condition n. */
  readonly fusesWith: number
  /** Bytes before the opcode's last: prefixes, REX, VEX, escapes. They count against the number of prefixes to be added. */
  readonly leadSizeInBytes: number
  readonly sizeInBytes: number
  /** The segment override that it has; 0: none. */
  readonly segmentPrefix: number
  /** Its size is settled by relaxation. */
  readonly isRelaxed: boolean
  /** Jumps of any kind take no prefixes, nor does what has no operands. */
  readonly isJump: boolean
}

const allConditions = 0xffff
/** CF and ZF, SF and OF: not O, S, P alone. */
const afterCompare = 0b1111_0000_1111_1100
/** The same without those that read CF, which inc and dec leave alone. */
const afterIncrement = 0b1111_0000_0011_0000

const segmentPrefixes = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65])
const otherPrefixes = new Set([0x66, 0x67, 0x9b, 0xf0, 0xf2, 0xf3])

/** Group 1 (80, 81, 83) and the rows 00 to 3d of the opcode map, by bits 5 to 3. */
const afterArithmetic = [afterCompare, 0, 0, 0, allConditions, afterCompare, 0, afterCompare]

export function instructionTraits(encoding: Encoding, is64BitCode: boolean): InstructionTraits {
  const { relaxation } = encoding
  const bytes = relaxation ? relaxation.short : encoding.bytes
  let at = 0
  let segmentPrefix = 0
  for (; at < bytes.length - 1; at++) {
    const byte = bytes[at] as number
    if (segmentPrefixes.has(byte)) segmentPrefix = byte
    else if (!otherPrefixes.has(byte)) break
  }
  if (is64BitCode && ((bytes[at] as number) & 0xf0) === 0x40 && at < bytes.length - 1) at++
  const opcode = bytes[at] as number
  const next = bytes[at + 1] ?? 0
  const traits = {
    branch: undefined,
    condition: 0,
    fusesWith: 0,
    leadSizeInBytes: at,
    segmentPrefix,
    isJump: false,
    sizeInBytes: bytes.length,
    isRelaxed: relaxation !== undefined,
  }
  if (relaxation) {
    const branch = relaxation.kind === 'jmp' ? 'jmp' : 'jcc'
    return { ...traits, isJump: true, branch, condition: relaxation.kind === 'jmp' ? 0 : relaxation.condition }
  }
  const vexSize = vexSizeInBytes(opcode, next, is64BitCode)
  if (vexSize > 0) return { ...traits, leadSizeInBytes: at + vexSize }
  if (opcode === 0x0f) {
    if ((next & 0xf0) === 0x80) return { ...traits, isJump: true, branch: 'jcc', condition: next & 15 }
    return { ...traits, leadSizeInBytes: at + (next === 0x38 || next === 0x3a ? 2 : 1) }
  }
  const kind = (next >> 3) & 7
  switch (opcode) {
    case 0xe8:
      return { ...traits, isJump: true, branch: 'call' }
    case 0xe9:
    case 0xeb:
      return { ...traits, isJump: true, branch: 'jmp' }
    case 0xc2:
    case 0xc3:
      return { ...traits, isJump: true, branch: 'ret' }
    case 0xff:
      if (kind === 2 || kind === 4) return { ...traits, isJump: true, branch: 'indirect' }
      break
    case 0x9a:
    case 0xea:
    case 0xe0:
    case 0xe1:
    case 0xe2:
    case 0xe3:
      return { ...traits, isJump: true }
    case 0xc7:
      // xbegin
      if (next === 0xf8) return { ...traits, isJump: true }
      break
  }
  if ((opcode & 0xf0) === 0x70) return { ...traits, isJump: true, branch: 'jcc', condition: opcode & 15 }
  return { ...traits, fusesWith: fusionOf(opcode, next, is64BitCode) }
}

/** With which conditional jumps the instruction makes one operation: compares and the like without number and memory at once. */
function fusionOf(opcode: number, modRm: number, is64BitCode: boolean): number {
  const isMemory = modRm < 0xc0
  const isRipRelative = is64BitCode && (modRm & 0xc7) === 5
  if (opcode < 0x40) {
    const column = opcode & 7
    if (column > 5 || (column < 4 && isRipRelative)) return 0
    return afterArithmetic[opcode >> 3] as number
  }
  const kind = (modRm >> 3) & 7
  switch (opcode) {
    case 0x80:
    case 0x81:
    case 0x83:
      return isMemory ? 0 : (afterArithmetic[kind] as number)
    case 0x84:
    case 0x85:
      return isRipRelative ? 0 : allConditions
    case 0xa8:
    case 0xa9:
      return allConditions
    case 0xf6:
    case 0xf7:
      return isMemory || kind > 1 ? 0 : allConditions
    case 0xfe:
    case 0xff:
      return isMemory || kind > 1 ? 0 : afterIncrement
  }
  return !is64BitCode && opcode < 0x50 ? afterIncrement : 0
}

/** Length of a VEX, EVEX or XOP prefix; outside of 64-bit code their first bytes are also LES, LDS and BOUND. */
function vexSizeInBytes(opcode: number, next: number, is64BitCode: boolean): number {
  const isPrefix = is64BitCode || next >= 0xc0
  if (opcode === 0xc5) return isPrefix ? 2 : 0
  if (opcode === 0xc4) return isPrefix ? 3 : 0
  if (opcode === 0x62) return isPrefix ? 4 : 0
  // XOP maps are numbered from 8; POP has a zero there.
  return opcode === 0x8f && (next & 0x38) !== 0 ? 3 : 0
}
