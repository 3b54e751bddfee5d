// A virtual CPU as the host program sees it. Not while the machine runs, but for `nmi`. Names of KVM's ioctls (Documentation/virt/kvm/api.rst §4)
// stand at each method; the software engine has its own way to the same state, or says that it has none.
import type { EngineCpu } from './engines/engine.ts'
import type { Registers, RegistersUpdate } from './registers.ts'

/** What CPUID answers for one leaf; `subleaf` only where ECX counts. */
export interface CpuidEntry {
  readonly leaf: number
  readonly subleaf?: number
  readonly eax: number
  readonly ebx: number
  readonly ecx: number
  readonly edx: number
}

/** Where a linear address lies in guest physical memory. */
export interface Translation {
  readonly physicalAddress: bigint
  readonly writeable: boolean
  /** Ring 3 may use it. */
  readonly user: boolean
}

/** The engine has no such thing; the message says which engine does. */
export class EngineLimitError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'EngineLimitError'
  }
}

export class Vcpu {
  readonly id: number
  readonly #cpu: () => EngineCpu
  readonly #checkIdle: () => void

  constructor(id: number, cpu: () => EngineCpu, checkIdle: () => void) {
    this.id = id
    this.#cpu = cpu
    this.#checkIdle = checkIdle
  }

  /** KVM_GET_REGS and KVM_GET_SREGS: general, segment and control registers. */
  get registers(): Registers {
    this.#checkIdle()
    return this.#cpu().readRegisters()
  }

  /** KVM_SET_REGS and KVM_SET_SREGS. What is left out stays. Throws KvmError (EINVAL) for a state that no CPU can be in. */
  setRegisters(update: RegistersUpdate): void {
    this.#checkIdle()
    this.#cpu().writeRegisters(update)
  }

  /** KVM_GET_FPU: struct kvm_fpu, 416 bytes: ST(0) to ST(7) in 16 bytes each, control and status word, tags, XMM0 to XMM15, MXCSR. */
  get floatingPoint(): Uint8Array {
    this.#checkIdle()
    return this.#cpu().readFloatingPoint()
  }

  /** KVM_SET_FPU. Throws RangeError for another size than 416 bytes. */
  setFloatingPoint(state: Uint8Array): void {
    this.#checkIdle()
    if (state.length !== 416) throw new RangeError(`struct kvm_fpu has 416 bytes, not ${state.length}`)
    this.#cpu().writeFloatingPoint(state)
  }

  /** KVM_GET_MSRS for one model-specific register. Throws RangeError for one that KVM does not have, EngineLimitError on the software engine. */
  readMsr(index: number): bigint {
    this.#checkIdle()
    return this.#cpu().readMsr(index)
  }

  /** KVM_SET_MSRS for one. Throws as {@link readMsr}, and RangeError for a value that the register does not take. */
  writeMsr(index: number, value: bigint): void {
    this.#checkIdle()
    this.#cpu().writeMsr(index, value)
  }

  /** What CPUID answers: at first all that KVM_GET_SUPPORTED_CPUID gives. Throws EngineLimitError on the software engine. */
  get cpuid(): readonly CpuidEntry[] {
    this.#checkIdle()
    return this.#cpu().readCpuid()
  }

  /** KVM_SET_CPUID2, before the first run. Throws KvmError (E2BIG, EINVAL) where KVM refuses, EngineLimitError on the software engine. */
  setCpuid(entries: readonly CpuidEntry[]): void {
    this.#checkIdle()
    this.#cpu().writeCpuid(entries)
  }

  /** KVM_TRANSLATE: a linear address (the segment's base is in it) by the page tables as they are; undefined where it is not mapped. */
  translate(linear: bigint): Translation | undefined {
    this.#checkIdle()
    return this.#cpu().translate(linear)
  }

  /** KVM_NMI: a non-maskable interrupt. Throws EngineLimitError on the software engine. */
  nmi(): void {
    this.#cpu().nmi()
  }
}
