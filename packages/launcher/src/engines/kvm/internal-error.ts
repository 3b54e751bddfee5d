// KVM_EXIT_INTERNAL_ERROR in words. Suberrors: <linux/kvm.h>, KVM_INTERNAL_ERROR_*.
import { existsSync } from 'node:fs'
import type { KvmVcpu } from '@kernelbox/kvm'
import type { InternalErrorExit } from '../../exits.ts'
import { modeOf } from '../../registers.ts'
import { readKvmRegisters } from './kvm-registers.ts'

const suberrorNames: Record<number, string> = {
  1: 'emulation failed',
  2: 'simultaneous exceptions',
  3: 'an event could not be delivered',
  4: 'unexpected exit of the hardware',
}

export function describeInternalError(vcpu: KvmVcpu, memory: Uint8Array): InternalErrorExit {
  const code = vcpu.internalSuberror
  const registers = readKvmRegisters(vcpu)
  const linear = registers.segments.cs.base + Number(registers.rip)
  const place = `${registers.segments.cs.selector.toString(16)}:${registers.rip.toString(16)}`
  const base = { reason: 'internal-error', code } as const
  if (code !== 1) return { ...base, message: `KVM internal error at ${place}: ${suberrorNames[code] ?? code}`, engineLimit: false }
  const isPaged = (registers.cr0 & 0x80000000n) !== 0n
  if (!isPaged && linear >= memory.length) {
    return { ...base, message: `the guest jumped to ${place} (0x${linear.toString(16)}), where no memory is`, engineLimit: false }
  }
  // KVM gives the bytes only where it got as far as decoding; without paging they can be read from memory.
  const instruction = vcpu.failedInstruction ?? (isPaged ? undefined : memory.slice(linear, linear + 15))
  const bytes = instruction ? [...instruction.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ') : 'unknown'
  return {
    ...base,
    message:
      `KVM on this host cannot emulate the instruction at ${place} (${modeOf(registers)} mode, bytes ${bytes}); ` +
      'the software engine or a host with VMX or SVM runs it',
    engineLimit: true,
    ...(instruction ? { instruction } : {}),
  }
}

let isEmulating: boolean | undefined

/** KVM without VMX or SVM (kvm_pvm) runs real and protected mode through its emulator. */
export function hostEmulates(): boolean {
  isEmulating ??= existsSync('/sys/module/kvm_pvm')
  return isEmulating
}

/** (pvm) Whether the guest is in a mode that runs through the emulator: all but 64-bit mode. */
export function isInterpreted(vcpu: KvmVcpu): boolean {
  return (readKvmRegisters(vcpu).efer & 0x500n) === 0n
}

/**
 * (pvm) MOV to CR0 that turns on 32-bit paging gives #GP, and KVM_EXIT_SHUTDOWN where the guest has no handler. The registers are still those before
 * the instruction, so another engine can go on; if it was the guest's own fault, that engine meets it again.
 */
export function describeLimitOfPaging(vcpu: KvmVcpu, memory: Uint8Array): InternalErrorExit | undefined {
  if (!hostEmulates()) return undefined
  const registers = readKvmRegisters(vcpu)
  if ((registers.efer & 0x100n) !== 0n || (registers.cr0 & 0x80000001n) !== 1n) return undefined
  const at = registers.segments.cs.base + Number(registers.rip)
  const modRm = memory[at + 2] ?? 0
  if (memory[at] !== 0x0f || memory[at + 1] !== 0x22 || (modRm & 0xf8) !== 0xc0) return undefined
  const source = generalRegisterOf[modRm & 7]
  if (source === undefined || (registers[source] & 0x80000000n) === 0n) return undefined
  return {
    reason: 'internal-error',
    code: 0,
    message: 'KVM on this host has no VMX or SVM and cannot do 32-bit paging; the software engine or a host with VMX or SVM does it',
    engineLimit: true,
  }
}

/** In the order of ModRM's register numbers. */
const generalRegisterOf = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'] as const
