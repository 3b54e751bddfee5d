// One virtual CPU's state through KVM's ioctls. Enters: a KvmVcpu. Leaves: engine-independent values. Layouts: <linux/kvm.h>.
import { KvmError, type KvmVcpu } from '@kernelbox/kvm'
import type { CpuidEntry, Translation } from '../../vcpu.ts'
import type { Registers, RegistersUpdate } from '../../registers.ts'
import type { EngineCpu } from '../engine.ts'
import { readKvmRegisters, writeKvmRegisters } from './kvm-registers.ts'

// struct kvm_cpuid_entry2: function, index, flags, eax, ebx, ecx, edx, three words of padding.
const cpuidEntrySize = 40
const significantIndex = 1

export class KvmCpu implements EngineCpu {
  readonly #vcpu: KvmVcpu
  #cpuid: Uint8Array

  /** @param cpuid struct kvm_cpuid2 as KVM_GET_SUPPORTED_CPUID gives it */
  constructor(vcpu: KvmVcpu, cpuid: Uint8Array) {
    this.#vcpu = vcpu
    this.#cpuid = cpuid
    // Without it CPUID gives zeros only.
    vcpu.setCpuid(cpuid)
  }

  readRegisters(): Registers {
    return readKvmRegisters(this.#vcpu)
  }

  writeRegisters(update: RegistersUpdate): void {
    writeKvmRegisters(this.#vcpu, update)
  }

  readFloatingPoint(): Uint8Array {
    return this.#vcpu.getFpu()
  }

  writeFloatingPoint(state: Uint8Array): void {
    this.#vcpu.setFpu(state)
  }

  readMsr(index: number): bigint {
    return this.#vcpu.getMsr(index)
  }

  writeMsr(index: number, value: bigint): void {
    this.#vcpu.setMsr(index, value)
  }

  readCpuid(): CpuidEntry[] {
    const view = new DataView(this.#cpuid.buffer, this.#cpuid.byteOffset, this.#cpuid.length)
    return Array.from({ length: view.getUint32(0, true) }, (_, index) => {
      const word = (at: number) => view.getUint32(8 + index * cpuidEntrySize + at * 4, true)
      const entry = { leaf: word(0), eax: word(3), ebx: word(4), ecx: word(5), edx: word(6) }
      return word(2) & significantIndex ? { ...entry, subleaf: word(1) } : entry
    })
  }

  writeCpuid(entries: readonly CpuidEntry[]): void {
    const structure = new Uint8Array(8 + entries.length * cpuidEntrySize)
    const view = new DataView(structure.buffer)
    view.setUint32(0, entries.length, true)
    for (const [index, { leaf, subleaf, eax, ebx, ecx, edx }] of entries.entries()) {
      const words = [leaf, subleaf ?? 0, subleaf === undefined ? 0 : significantIndex, eax, ebx, ecx, edx]
      for (const [at, word] of words.entries()) view.setUint32(8 + index * cpuidEntrySize + at * 4, word, true)
    }
    this.#vcpu.setCpuid(structure)
    this.#cpuid = structure
  }

  translate(linear: bigint): Translation | undefined {
    try {
      const { physicalAddress, valid, writeable, usermode } = this.#vcpu.translate(BigInt.asUintN(64, linear))
      return valid ? { physicalAddress, writeable, user: usermode } : undefined
    } catch (error) {
      // An address that is not canonical.
      if (error instanceof KvmError) return undefined
      throw error
    }
  }

  nmi(): void {
    this.#vcpu.nmi()
  }
}
