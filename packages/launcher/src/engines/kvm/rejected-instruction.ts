// Instructions that KVM's emulator refuses and that user space can finish simply (pvm: real mode and protected mode run through it).
// Enters: a vCPU that exited with KVM_INTERNAL_ERROR_EMULATION. Leaves: true where the guest can go on.
import { KvmError, type KvmVcpu } from '@kernelbox/kvm'
import { type Registers, type RegistersUpdate, realModeSegment } from '../../registers.ts'
import { type LinearMemory, deliverInterrupt, returnFromInterrupt } from '../interrupt-delivery.ts'
import { readKvmRegisters, writeKvmRegisters } from './kvm-registers.ts'

const invalidOpcode = 6

/** Finishes the instruction, or raises the exception that it stands for. */
export function finishRejectedInstruction(vcpu: KvmVcpu, memory: Uint8Array): boolean {
  if (vcpu.internalSuberror !== 1) return false
  const bytes = vcpu.failedInstruction ?? fetchInstruction(vcpu, memory)
  // UD0, UD1, UD2 raise #UD by definition (Intel SDM vol. 2, UD).
  if (bytes?.[0] === 0x0f && (bytes[1] === 0x0b || bytes[1] === 0xb9 || bytes[1] === 0xff)) {
    raiseException(vcpu, invalidOpcode)
    return true
  }
  return bytes !== undefined && finishInterrupt(vcpu, memory, bytes)
}

/** (pvm) In ring 3 the emulator raises a fault for INT n instead of refusing it, which ends in KVM_EXIT_SHUTDOWN; the registers are those before it. */
export function finishInterruptAfterShutdown(vcpu: KvmVcpu, memory: Uint8Array): boolean {
  const bytes = fetchInstruction(vcpu, memory)
  return bytes !== undefined && bytes[0] !== 0xcf && finishInterrupt(vcpu, memory, bytes)
}

function finishInterrupt(vcpu: KvmVcpu, memory: Uint8Array, bytes: Uint8Array): boolean {
  const registers = readKvmRegisters(vcpu)
  if ((registers.cr0 & 1n) === 0n) return false
  const update = interruptInstruction(registers, linearMemory(vcpu, registers, memory), bytes)
  if (!update) return false
  try {
    writeKvmRegisters(vcpu, update)
    return true
  } catch (error) {
    // The guest's descriptors make a state that KVM refuses (KVM_SET_SREGS: EINVAL); a CPU would have raised a fault.
    if (error instanceof KvmError) return false
    throw error
  }
}

/** INT n, INT3 and IRET, with the prefixes that change their operands. */
function interruptInstruction(registers: Registers, memory: LinearMemory, bytes: Uint8Array): RegistersUpdate | undefined {
  const is64BitCode = (registers.efer & 0x400n) !== 0n && (registers.segments.cs.attributes & 0x2000) !== 0
  const is32BitCode = (registers.segments.cs.attributes & 0x4000) !== 0
  const [first, second] = bytes
  const software = (vector: number, size: bigint) =>
    deliverInterrupt(registers, memory, { vector, returnTo: registers.rip + size, isSoftware: true })
  if (first === 0xcd) return software(second as number, 2n)
  if (first === 0xcc) return software(3, 1n)
  if (is64BitCode && first === 0x48 && second === 0xcf) return returnFromInterrupt(registers, memory, 8)
  if (first === 0xcf && (is64BitCode || is32BitCode)) return returnFromInterrupt(registers, memory, 4)
  return undefined
}

/** Linear addresses by the guest's page tables, page by page; values never cross one in a frame that is aligned. */
function linearMemory(vcpu: KvmVcpu, registers: Registers, memory: Uint8Array): LinearMemory {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.length)
  const isPaged = (registers.cr0 & 0x80000000n) !== 0n
  const physical = (linear: number, size: number) => {
    const address = isPaged ? translate(vcpu, linear) : linear
    return address === undefined || address < 0 || address + size > memory.length ? undefined : address
  }
  return {
    read(linear, size) {
      const at = physical(linear, size)
      if (at === undefined) return undefined
      return size === 8 ? view.getBigUint64(at, true) : BigInt(size === 4 ? view.getUint32(at, true) : view.getUint16(at, true))
    },
    write(linear, value, size) {
      const at = physical(linear, size)
      if (at === undefined) return false
      if (size === 8) view.setBigUint64(at, value, true)
      else view.setUint32(at, Number(value & 0xffffffffn), true)
      return true
    },
  }
}

/** struct kvm_vcpu_events: exception.injected, exception.nr, exception.has_error_code. */
function raiseException(vcpu: KvmVcpu, vector: number): void {
  const events = vcpu.getEvents()
  events[0] = 1
  events[1] = vector
  events[2] = 0
  vcpu.setEvents(events)
}

function fetchInstruction(vcpu: KvmVcpu, memory: Uint8Array): Uint8Array | undefined {
  const { segments, rip, cr0 } = readKvmRegisters(vcpu)
  const linear = segments.cs.base + Number(rip)
  const physical = (cr0 & 0x80000000n) === 0n ? linear : translate(vcpu, linear)
  return physical === undefined || physical >= memory.length ? undefined : memory.slice(physical, physical + 15)
}

function translate(vcpu: KvmVcpu, linear: number): number | undefined {
  const { physicalAddress, valid } = vcpu.translate(BigInt(linear))
  return valid ? Number(physicalAddress) : undefined
}

/**
 * (pvm) In real mode `int n` with n >= 80h is executed again and again without an end. Does what the CPU does (Intel SDM vol. 2, INT n, real-address
 * mode): pushes FLAGS, CS and IP and goes where the vector table says.
 */
export function finishStuckInterrupt(vcpu: KvmVcpu, memory: Uint8Array): boolean {
  const { segments, rip, rsp, rflags, cr0 } = readKvmRegisters(vcpu)
  if ((cr0 & 1n) !== 0n) return false
  const linear = segments.cs.base + Number(rip)
  if (linear + 1 >= memory.length || memory[linear] !== 0xcd || (memory[linear + 1] as number) < 0x80) return false
  const view = new DataView(memory.buffer, memory.byteOffset, memory.length)
  const vector = memory[linear + 1] as number
  let stack = Number(rsp & 0xffffn)
  for (const value of [Number(rflags & 0xffffn), segments.cs.selector, Number(rip) + 2]) {
    stack = (stack - 2) & 0xffff
    if (segments.ss.base + stack + 2 > memory.length) return false
    view.setUint16(segments.ss.base + stack, value, true)
  }
  writeKvmRegisters(vcpu, {
    rip: BigInt(view.getUint16(vector * 4, true)),
    rsp: (rsp & ~0xffffn) | BigInt(stack),
    // IF, TF and AC are cleared.
    rflags: rflags & ~0x40300n,
    segments: { cs: realModeSegment(view.getUint16(vector * 4 + 2, true), true) },
  })
  return true
}
