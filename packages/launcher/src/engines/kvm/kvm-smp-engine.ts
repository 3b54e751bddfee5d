// Several vCPUs on /dev/kvm, or one, with KVM's own interrupt controllers (KVM_CREATE_IRQCHIP: two 8259, an I/O APIC, a local APIC a vCPU). Enters: a
// Machine. Leaves: typed exits. Each vCPU has a thread of Node's pool for a slice at a time; exits are answered in this thread. The first vCPU starts at
// the reset vector, the others wait for INIT and SIPI through the local APIC (Intel SDM vol. 3 §9.4).
import { type Kvm, type KvmVcpu, type KvmVm, runResult } from '@kernelbox/kvm'
import type { VmExit } from '../../exits.ts'
import { now } from '../../now.ts'
import { type Registers, type RegistersUpdate, realModeSegment } from '../../registers.ts'
import { StatisticsRecorder } from '../../statistics.ts'
import { EngineLimitError } from '../../vcpu.ts'
import type { Engine, Machine, MappedMemory, MemorySource } from '../engine.ts'
import { enterRun } from '../schedule.ts'
import { takeCounters } from './counters.ts'
import { ExitHandler } from './exit-handler.ts'
import { KvmCpu } from './kvm-cpu.ts'
import { MemorySlots } from './memory-slots.ts'
import { finishStuckInterrupt } from './rejected-instruction.ts'

const sliceInMicroseconds = 5000
const interruptFlag = 0x200n
/** KVM_GET_MP_STATE: runnable, halted. The others wait for INIT or SIPI. */
const runnable = 0
const halted = 3

export class KvmSmpEngine implements Engine {
  readonly name = 'kvm'
  readonly memory: Uint8Array
  readonly statistics = new StatisticsRecorder('kvm')
  readonly cpus: readonly KvmCpu[]
  readonly #kvm: Kvm
  readonly #vm: KvmVm
  readonly #vcpus: readonly KvmVcpu[]
  readonly #handlers: readonly ExitHandler[]
  readonly #slots: MemorySlots
  readonly #machine: Machine

  constructor(machine: Machine, kvm: Kvm, cpuid: Uint8Array, count: number) {
    this.#machine = machine
    this.#kvm = kvm
    this.#vm = kvm.createVm()
    try {
      this.#vm.createIrqchip()
      this.memory = this.#vm.allocateMemory(machine.memorySizeInBytes)
      this.#slots = new MemorySlots(this.#vm, this.memory)
      this.#vcpus = Array.from({ length: count }, (_, id) => this.#vm.createVcpu(id))
      this.cpus = this.#vcpus.map((vcpu, id) => new KvmCpu(vcpu, withApicId(cpuid, id)))
      this.#handlers = this.#vcpus.map((vcpu) => new ExitHandler(machine, vcpu, this.memory, this.statistics))
      this.cpus[0]?.writeRegisters({ segments: { cs: realModeSegment(0xf000, true) } })
    } catch (error) {
      this.#vm.close()
      throw error
    }
    machine.setIrqLine = (line, level) => this.#vm.setIrqLine(line, level)
  }

  /** Runs all vCPUs until one meets what ends the run, or none of them can ever go on. */
  async run(): Promise<VmExit> {
    const leave = enterRun()
    const start = now()
    let ended: VmExit | undefined
    const end = (exit: VmExit) => {
      ended ??= exit
      this.kick()
    }
    try {
      this.#machine.started()
      for (const handler of this.#handlers) {
        const next = handler.resume()
        if (next) return next
      }
      await Promise.all(this.#vcpus.map((_, id) => this.#runCpu(id, () => ended, end)))
      return ended ?? { reason: 'halt' }
    } finally {
      leave()
      for (const vcpu of this.#vcpus) takeCounters(vcpu, this.statistics)
      this.statistics.totalTimeInMs += now() - start
    }
  }

  async #runCpu(id: number, ended: () => VmExit | undefined, end: (exit: VmExit) => void): Promise<void> {
    const vcpu = this.#vcpus[id] as KvmVcpu
    const handler = this.#handlers[id] as ExitHandler
    const machine = this.#machine
    while (!ended()) {
      if (machine.stopRequest) {
        end(machine.stopRequest)
        return
      }
      if (id === 0) machine.runTimers()
      const guestStart = now()
      let result: number
      machine.callbacks.preRun?.()
      try {
        result = await vcpu.runInPool(sliceInMicroseconds)
      } catch (error) {
        end({ reason: 'internal-error', code: 0, message: (error as Error).message, engineLimit: false })
        throw error
      }
      if (id === 0) this.statistics.guestTimeInMs += now() - guestStart
      machine.callbacks.postRun?.()
      if (result === runResult.exit) {
        const exit = handler.handle()
        if (exit && exit.reason !== 'halt') end(exit)
      } else {
        finishStuckInterrupt(vcpu, this.memory)
        if (id === 0 && this.#vcpus.every((each, at) => this.#isOver(each, at))) end({ reason: 'halt' })
      }
    }
  }

  /** HLT does not come out of KVM_RUN here: a vCPU is over where it is halted with interrupts off, or was never started. */
  #isOver(vcpu: KvmVcpu, id: number): boolean {
    const state = vcpu.getMpState()
    if (state === runnable) return false
    return state !== halted || ((this.cpus[id] as KvmCpu).readRegisters().rflags & interruptFlag) === 0n
  }

  kick(): void {
    for (const vcpu of this.#vcpus) vcpu.kick()
  }

  readRegisters(): Registers {
    return (this.cpus[0] as KvmCpu).readRegisters()
  }

  writeRegisters(update: RegistersUpdate): void {
    ;(this.cpus[0] as KvmCpu).writeRegisters(update)
  }

  readFloatingPoint(): Uint8Array {
    throw new EngineLimitError("a machine with KVM's own interrupt controllers cannot be saved")
  }

  writeFloatingPoint(): void {
    this.readFloatingPoint()
  }

  setA20(isOpen: boolean): void {
    this.#slots.setA20(isOpen)
  }

  mapMemory(address: number, source: MemorySource, readOnly: boolean): MappedMemory {
    return this.#slots.map(address, source, readOnly)
  }

  memoryWritten(): void {
    // KVM reads memory itself.
  }

  instructionCount(): undefined {
    return undefined
  }

  close(): void {
    this.#vm.close()
    this.#kvm.close()
  }
}

/** Leaf 1 holds the initial APIC id in EBX bits 31 to 24 (Intel SDM vol. 2, CPUID). */
function withApicId(cpuid: Uint8Array, id: number): Uint8Array {
  const copy = cpuid.slice()
  const view = new DataView(copy.buffer)
  for (let index = 0; index < view.getUint32(0, true); index++) {
    const entry = 8 + index * 40
    if (view.getUint32(entry, true) === 1) view.setUint8(entry + 16 + 3, id)
  }
  return copy
}
