// v86 gives up (a Rust panic, a trap for us) where a gate of the IDT is bad, or where IRET or a far transfer loads a bad code segment; a CPU raises a
// fault there, which a kernel's handler may take. Enters: what v86 said, registers and memory as they were before the instruction. Leaves: the
// registers at the handler's first instruction, or undefined for a third fault. Follows Intel SDM vol. 3 §6.13 (error codes), §6.15 (#DF, #NP, #GP).
import type { Registers, RegistersUpdate } from '../../registers.ts'
import { type LinearMemory, deliverInterrupt } from '../interrupt-delivery.ts'

interface Fault {
  readonly vector: number
  readonly errorCode: number
}

const segmentNotPresent = 11
const generalProtection = 13
const doubleFault: Fault = { vector: 8, errorCode: 0 }
/** Bits of an error code: caused from outside the program, and an index of the IDT. */
const external = 1
const inIdt = 2

/** v86's words where it has met what a CPU answers with a fault. */
const faultWords = /#GP handler|#TS handler|#NP handler|not present|not exec|rpl < cpl|dpl > rpl|CS selector/

export function isFault(said: string): boolean {
  return faultWords.test(said)
}

/**
 * @param instruction bytes of the instruction that v86 was in
 * @param taken vector of the hardware's interrupt that it was delivering, -1 for none
 */
export function deliverTrappedFault(
  said: string,
  registers: Registers,
  memory: LinearMemory,
  instruction: readonly number[],
  taken: number,
): RegistersUpdate | undefined {
  if ((registers.cr0 & 1n) === 0n) return undefined
  const deliver = ({ vector, errorCode }: Fault) =>
    deliverInterrupt(registers, memory, { vector, errorCode, returnTo: registers.rip, isSoftware: false })
  const fault = faultOf(said, registers, memory, instruction, taken)
  return (fault && deliver(fault)) ?? deliver(doubleFault)
}

/** Undefined where it is an exception whose delivery failed: that is a double fault. */
function faultOf(
  said: string,
  registers: Registers,
  memory: LinearMemory,
  instruction: readonly number[],
  taken: number,
): Fault | undefined {
  const [first, second = 0] = instruction.slice(prefixes(instruction))
  if (/not present|not exec|rpl < cpl|dpl > rpl|CS selector/.test(said)) {
    if (first === 0xcf || first === 0xcb || first === 0xca)
      return selectorFault(registers, memory, farSelectorOnStack(registers, memory, instruction))
    if (first === 0x9a || first === 0xea) return selectorFault(registers, memory, farSelectorInCode(registers, instruction))
  }
  if (taken >= 0) return gateFault(registers, memory, taken, external)
  if (first === 0xcc) return gateFault(registers, memory, 3, 0)
  if (first === 0xcd) return gateFault(registers, memory, second, 0)
  return first === 0xce ? gateFault(registers, memory, 4, 0) : undefined
}

/** #NP where the gate alone is absent, otherwise #GP; both name the gate, or the code segment that it leads to. */
function gateFault(registers: Registers, memory: LinearMemory, vector: number, origin: number): Fault {
  const inGate = { vector: generalProtection, errorCode: vector * 8 + inIdt + origin }
  if (vector * 8 + 7 > registers.idt.limit) return inGate
  const low = memory.read(registers.idt.base + vector * 8, 4)
  const high = memory.read(registers.idt.base + vector * 8 + 4, 4)
  if (low === undefined || high === undefined) return inGate
  const kind = Number(high >> 8n) & 0x1f
  if (![5, 6, 7, 0x0e, 0x0f].includes(kind)) return inGate
  if ((high & 0x8000n) === 0n) return { ...inGate, vector: segmentNotPresent }
  return { vector: generalProtection, errorCode: (Number(low >> 16n) & 0xfffc) + origin }
}

/** A code segment that is absent is #NP; anything else that cannot be gone to is #GP (Intel SDM vol. 2, IRET and JMP: the type is looked at first). */
function selectorFault(registers: Registers, memory: LinearMemory, selector: number): Fault {
  const { gdt, segments } = registers
  const table = (selector & 4) === 0 ? gdt : segments.ldt
  const index = selector & 0xfff8
  const high = (selector & 0xfffc) === 0 || index + 7 > table.limit ? 0n : (memory.read(table.base + index + 4, 4) ?? 0n)
  const isAbsentCode = (high & 0x9800n) === 0x1800n
  return { vector: isAbsentCode ? segmentNotPresent : generalProtection, errorCode: selector & 0xfffc }
}

/** Prefixes that a far transfer may have: operand and address size. */
function prefixes(instruction: readonly number[]): number {
  const first = instruction.findIndex((byte) => byte !== 0x66 && byte !== 0x67)
  return Math.max(0, first)
}

/** Bytes of the transfer's offset, by the code segment and the operand-size prefix. */
function offsetSize(registers: Registers, instruction: readonly number[]): 2 | 4 {
  const isWide = (registers.segments.cs.attributes & 0x4000) !== 0
  return isWide !== instruction.slice(0, prefixes(instruction)).includes(0x66) ? 4 : 2
}

function farSelectorOnStack(registers: Registers, memory: LinearMemory, instruction: readonly number[]): number {
  const { ss } = registers.segments
  const pointer = Number((ss.attributes & 0x4000) === 0 ? registers.rsp & 0xffffn : registers.rsp)
  return Number(memory.read((ss.base + pointer + offsetSize(registers, instruction)) >>> 0, 2) ?? 0n)
}

function farSelectorInCode(registers: Registers, instruction: readonly number[]): number {
  const at = prefixes(instruction) + 1 + offsetSize(registers, instruction)
  return (instruction[at] ?? 0) + (instruction[at + 1] ?? 0) * 256
}
