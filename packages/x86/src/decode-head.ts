// Enters: bytes. Leaves: what stands before the opcode: legacy prefixes, REX, or a VEX, XOP or EVEX prefix.
// Follows: Intel SDM vol. 2 §2.1.1, §2.2.1, §2.3.5 (VEX), §2.7.1 (EVEX); AMD APM vol. 6 (XOP).
import type { Mode } from './contract.ts'
import type { Space } from './table/notation.ts'

/** R, X, B, vvvv and their upper bits are stored inverted in VEX and EVEX; here they are the right way round. */
export interface Head {
  /** Offset of the opcode, or of its escape byte. */
  at: number
  /** Bytes of REX, VEX, XOP or EVEX. */
  vectorBytes: number
  segment: number
  hasDataSize: boolean
  hasAddressSize: boolean
  repeat: number
  hasLock: boolean
  rex: number
  space: Space
  map: number
  /** 0, 66, F3 or F2. */
  mandatoryPrefix: number
  w: number
  length: number
  r: number
  x: number
  b: number
  rTop: number
  vvvv: number
  vTop: number
  mask: number
  zeroing: number
  evexB: number
}

export const SEGMENT_NAMES: Readonly<Record<number, string>> = { 0x26: 'es', 0x2e: 'cs', 0x36: 'ss', 0x3e: 'ds', 0x64: 'fs', 0x65: 'gs' }
const MANDATORY = [0, 0x66, 0xf3, 0xf2] as const

export function readHead(bytes: Uint8Array, start: number, mode: Mode): Head {
  const head: Head = {
    at: start,
    vectorBytes: 0,
    segment: 0,
    hasDataSize: false,
    hasAddressSize: false,
    repeat: 0,
    hasLock: false,
    rex: 0,
    space: 'legacy',
    map: 0,
    mandatoryPrefix: 0,
    w: 0,
    length: 0,
    r: 0,
    x: 0,
    b: 0,
    rTop: 0,
    vvvv: 0,
    vTop: 0,
    mask: 0,
    zeroing: 0,
    evexB: 0,
  }
  readPrefixes(head, bytes, start)
  const byte = bytes[head.at] ?? 0
  if (mode === 64 && (byte & 0xf0) === 0x40) {
    head.rex = byte
    head.vectorBytes = 1
    head.w = (byte >> 3) & 1
    head.r = (byte >> 2) & 1
    head.x = (byte >> 1) & 1
    head.b = byte & 1
    head.at++
    return head
  }
  const next = bytes[head.at + 1] ?? 0
  // outside 64-bit mode C4, C5 and 62 are les, lds and bound, whose operand is never a register
  const isVector = mode === 64 || next >= 0xc0
  if (byte === 0xc5 && isVector) readVex2(head, next)
  else if ((byte === 0xc4 && isVector) || (byte === 0x8f && (next & 0x1f) >= 8))
    readVex3(head, byte === 0xc4, next, bytes[head.at + 2] ?? 0)
  else if (byte === 0x62 && isVector) readEvex(head, next, bytes[head.at + 2] ?? 0, bytes[head.at + 3] ?? 0)
  return head
}

function readPrefixes(head: Head, bytes: Uint8Array, start: number): void {
  for (; head.at - start < 15; head.at++) {
    const byte = bytes[head.at]
    if (byte === undefined) return
    if (byte === 0x66) head.hasDataSize = true
    else if (byte === 0x67) head.hasAddressSize = true
    else if (byte === 0xf2 || byte === 0xf3) head.repeat = byte
    else if (byte === 0xf0) head.hasLock = true
    else if (SEGMENT_NAMES[byte]) head.segment = byte
    else return
  }
}

function readVex2(head: Head, second: number): void {
  head.space = 'vex'
  head.map = 1
  head.r = (second >> 7) ^ 1
  readVexTail(head, second)
  head.vectorBytes = 2
  head.at += 2
}

function readVex3(head: Head, isVex: boolean, second: number, third: number): void {
  head.space = isVex ? 'vex' : 'xop'
  head.map = second & 0x1f
  readInvertedBits(head, second)
  head.w = third >> 7
  readVexTail(head, third)
  head.vectorBytes = 3
  head.at += 3
}

function readEvex(head: Head, second: number, third: number, fourth: number): void {
  head.space = 'evex'
  head.map = second & 7
  readInvertedBits(head, second)
  head.rTop = ((second >> 4) & 1) ^ 1
  head.w = third >> 7
  head.vvvv = ((third >> 3) & 15) ^ 15
  head.mandatoryPrefix = MANDATORY[third & 3]!
  head.zeroing = fourth >> 7
  head.length = (fourth >> 5) & 3
  head.evexB = (fourth >> 4) & 1
  head.vTop = ((fourth >> 3) & 1) ^ 1
  head.mask = fourth & 7
  head.vectorBytes = 4
  head.at += 4
}

function readInvertedBits(head: Head, byte: number): void {
  head.r = (byte >> 7) ^ 1
  head.x = ((byte >> 6) & 1) ^ 1
  head.b = ((byte >> 5) & 1) ^ 1
}

function readVexTail(head: Head, byte: number): void {
  head.vvvv = ((byte >> 3) & 15) ^ 15
  head.length = (byte >> 2) & 1
  head.mandatoryPrefix = MANDATORY[byte & 3]!
}
