// KVM_EXIT_INTERNAL_ERROR in words. Suberrors: <linux/kvm.h>, KVM_INTERNAL_ERROR_*.
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
