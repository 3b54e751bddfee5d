// Registers by the names that statements give them. Enters: bytes behind `%`. Leaves: the register with a number of its own
// and the groups of registers whose encodings differ in three bits only (SDM vol. 2 §2.1.5: ModRM, SIB, REX).

import { bytesToText } from '@kernelbox/diagnostics'
import { findRegister, type Register } from '@kernelbox/x86'
import { nameBytes } from '../expression-reader.ts'

export interface KnownRegister {
  readonly register: Register
  readonly id: number
  /** As operand, base, index: the id, or one number for all registers whose encodings differ in three bits only. */
  readonly group: number
  readonly baseGroup: number
  readonly indexGroup: number
}

/** Groups of registers are numbered from here; ids of registers stay below. */
const firstGroup = 0x400
const groupedClasses = ['gpr8', 'gpr16', 'gpr32', 'gpr64', 'xmm']

/** Registers that share the need of REX and the REX bits; `id` for those that share with no other. */
function groupOf(register: Register, id: number): number {
  const index = groupedClasses.indexOf(register.class)
  if (index < 0 || register.number > 15 || (register.rex === 'needed' && register.number < 4)) return id
  return firstGroup + index * 4 + (register.rex === 'needed' ? 3 : register.rex === 'forbidden' ? 2 : register.number >> 3)
}

/** %rsp, %rbp, %r12 and %r13 as a base have forms of their own (SDM vol. 2 table 2-5), %rsp is no index. */
function addressGroupOf(register: Register, id: number, isBase: boolean): number {
  if (register.class !== 'gpr32' && register.class !== 'gpr64') return id
  const low = register.number & 7
  return isBase ? (low === 4 || low === 5 ? id : groupOf(register, id)) : register.number === 4 ? id : groupOf(register, id)
}

export class RegisterNames {
  /** Where the name that {@link at} found ends. */
  end = 0
  #registers = new Map<number, KnownRegister | null>()
  #registersByName = new Map<string, KnownRegister | null>()

  /** The register whose name begins at `at` (behind `%`); its end is left in {@link end}. */
  at(bytes: Uint8Array, first: number, end: number): KnownRegister | undefined {
    let at = first
    while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
    let packed = 0
    let next = at
    while (next < end) {
      const c = bytes[next] as number
      const kind = nameBytes[c] as number
      if (kind === 0 || c === 46 || c === 36) break
      packed = packed * 128 + (c | (kind === 1 ? 32 : 0)) - 32
      next++
    }
    if (next - at === 2 && next < end && (bytes[next] === 40 || bytes[next] === 32)) {
      // %st(1), also with blanks.
      const name = bytesToText(bytes.subarray(at, next)).toLowerCase()
      if (name === 'st') {
        const rest = /^st[ \t]*\([ \t]*([0-7])[ \t]*\)/i.exec(bytesToText(bytes.subarray(at, Math.min(end, at + 24))))
        if (rest) {
          this.end = at + rest[0].length
          return this.named(`st(${rest[1]})`)
        }
      }
    }
    this.end = next
    if (next - at > 7 || next === at) return next === at ? undefined : this.named(bytesToText(bytes.subarray(at, next)))
    let known = this.#registers.get(packed)
    if (known === undefined) {
      known = this.named(bytesToText(bytes.subarray(at, next))) ?? null
      this.#registers.set(packed, known)
    }
    return known ?? undefined
  }

  named(name: string): KnownRegister | undefined {
    const lower = name.toLowerCase()
    let known = this.#registersByName.get(lower)
    if (known === undefined) {
      const register = findRegister(lower)
      const id = this.#registersByName.size + 1
      known = register
        ? {
            register,
            id,
            group: groupOf(register, id),
            baseGroup: addressGroupOf(register, id, true),
            indexGroup: addressGroupOf(register, id, false),
          }
        : null
      this.#registersByName.set(lower, known)
    }
    return known ?? undefined
  }
}
