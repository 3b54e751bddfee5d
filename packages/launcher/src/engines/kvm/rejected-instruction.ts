// Instructions that KVM's emulator refuses and that user space can finish simply (pvm: real mode and protected mode run through it).
// Enters: a vCPU that exited with KVM_INTERNAL_ERROR_EMULATION. Leaves: true where the guest can go on.
import type { KvmVcpu } from '@kernelbox/kvm'
import { readKvmRegisters } from './kvm-registers.ts'

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
  return false
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
