// Runs a machine on /dev/kvm. Enters: a Machine. Leaves: typed exits. KVM_RUN is called in this thread for at most a slice while the
// guest exits often (a turn through the thread pool would cost more than the exit), and in Node's thread pool while it computes.
// Follows Documentation/virt/kvm/api.rst; what differs on hosts without VMX or SVM is marked (pvm).
import { now } from '../../now.ts'
import { Kvm, KvmError, type KvmVcpu, type KvmVm, UnsupportedPlatformError, capability, runResult } from '@kernelbox/kvm'
import type { VmExit } from '../../exits.ts'
import type { PortSize } from '../../io-bus.ts'
import { realModeSegment } from '../../registers.ts'
import { StatisticsRecorder } from '../../statistics.ts'
import { type Engine, EngineUnavailableError, type Machine, type MappedMemory, type MemorySource } from '../engine.ts'
import { Wakeup, enterRun, nextTurn, runningMachines, sliceInMs } from '../schedule.ts'
import { takeCounters } from './counters.ts'
import { ExitHandler } from './exit-handler.ts'
import { hostEmulates, isInterpreted } from './internal-error.ts'
import { KvmCpu } from './kvm-cpu.ts'
import { KvmSmpEngine } from './kvm-smp-engine.ts'
import { MemorySlots } from './memory-slots.ts'
import { finishStuckInterrupt } from './rejected-instruction.ts'
import { writeKvmRegisters } from './kvm-registers.ts'

/** Posted exits of one port after which its writes are coalesced. Registering earlier would make short runs slow to close. */
const coalesceAfterExits = 300
/** A guest with fewer exits than this in a slice computes, and belongs into the thread pool. */
const fewExits = 8
/** Gathered writes of one stay in the guest that count as exits. */
const manyWrites = 200
/** Longest stay in the pool; while the guest prints, so short that its output appears at once. */
const quietSliceInMs = 50
const printingSliceInMs = 10

/** Milliseconds of computing after which an interpreted guest is better off on the software engine. */
const patienceInMs = 300
let supportedCpuid: Uint8Array | undefined

/** Opens /dev/kvm and creates a machine in the state after reset. Throws EngineUnavailableError. */
export function createKvmEngine(machine: Machine, cpus = 1, irqchip: 'user' | 'kernel' = 'user'): Engine {
  let kvm: Kvm | undefined
  try {
    kvm = new Kvm()
    // What the host supports does not change: asked once a process.
    supportedCpuid ??= kvm.getSupportedCpuid()
    if (irqchip === 'user') return new KvmEngine(machine, kvm, supportedCpuid)
    return new KvmSmpEngine(machine, kvm, supportedCpuid, cpus)
  } catch (error) {
    kvm?.close()
    throw new EngineUnavailableError('kvm', explainUnavailable(error))
  }
}

function explainUnavailable(error: unknown): string {
  if (error instanceof UnsupportedPlatformError) return error.message
  if (!(error instanceof KvmError)) return error instanceof Error ? error.message : String(error)
  if (error.operation.startsWith('open')) {
    if (error.code === 'ENOENT')
      return 'there is no /dev/kvm: load kvm_intel or kvm_amd, or turn on virtualisation in the firmware or the outer VM'
    if (error.code === 'EACCES' || error.code === 'EPERM') {
      return 'permission denied on /dev/kvm: join its group (sudo usermod -aG kvm $USER, then log in again)'
    }
    if (error.code === 'ENODEV' || error.code === 'ENXIO')
      return '/dev/kvm is there, but its kernel module is missing: modprobe kvm_intel or kvm_amd'
  }
  return `KVM refused: ${error.message}`
}

export class KvmEngine implements Engine {
  readonly name = 'kvm'
  readonly memory: Uint8Array
  readonly statistics = new StatisticsRecorder('kvm')
  readonly kvm: Kvm
  readonly vm: KvmVm
  readonly vcpu: KvmVcpu
  readonly cpus: readonly KvmCpu[]
  readonly #machine: Machine
  readonly #wakeup = new Wakeup()
  readonly #coalesced = new Set<number>()
  readonly #canCoalesce: boolean
  readonly #slots: MemorySlots
  readonly #exits: ExitHandler
  #postedIsStale = true
  #inPool = false
  #exitsOfBatch = 0
  #windowWanted = false
  #interpretedInMs = 0

  constructor(machine: Machine, kvm: Kvm, cpuid: Uint8Array) {
    this.#machine = machine
    this.kvm = kvm
    this.vm = kvm.createVm()
    try {
      this.memory = this.vm.allocateMemory(machine.memorySizeInBytes)
      this.#slots = new MemorySlots(this.vm, this.memory)
      this.vcpu = this.vm.createVcpu(0)
      this.cpus = [new KvmCpu(this.vcpu, cpuid)]
      this.#exits = new ExitHandler(machine, this.vcpu, this.memory, this.statistics)
      this.#canCoalesce = kvm.checkExtension(capability.coalescedPio) > 0
      // After reset CS has the base 0xffff0000; with the base that belongs to F000 a guest may call within its segment before the
      // first far jump, and both engines start alike.
      writeKvmRegisters(this.vcpu, { segments: { cs: realModeSegment(0xf000, true) } })
    } catch (error) {
      this.vm.close()
      throw error
    }
    machine.io.observe(() => {
      this.#postedIsStale = true
    })
  }

  async run(): Promise<VmExit> {
    const machine = this.#machine
    const leave = enterRun()
    const start = now()
    let computes = false
    try {
      if (runningMachines() > 1) await nextTurn()
      machine.started()
      // The answer to an exit that was handed out; the same instruction may have more to ask.
      const next = this.#exits.resume()
      if (next) return next
      for (;;) {
        if (machine.hold) await Promise.race([machine.hold, this.#wakeup.sleep(Number.POSITIVE_INFINITY)])
        if (machine.stopRequest) return machine.stopRequest
        if (this.#postedIsStale) this.#updatePosted()
        takeCounters(this.vcpu, this.statistics)
        const timer = machine.runTimers()
        let exit: VmExit | undefined
        if (computes) {
          const longest = this.#exitsOfBatch > 0 ? printingSliceInMs : quietSliceInMs
          const share = runningMachines() > 4 ? 5 : longest
          machine.notify('preRun')
          this.#prepareInterrupt()
          const guestStart = now()
          this.#inPool = true
          let result: number
          try {
            result = await this.vcpu.runInPool(Math.max(100, Math.min(share, timer) * 1000))
          } finally {
            this.#inPool = false
            this.statistics.guestTimeInMs += now() - guestStart
          }
          this.#exitsOfBatch = this.#deliverPosted()
          machine.notify('postRun')
          exit = result === runResult.exit ? this.#exits.handle() : undefined
          if (result === runResult.interrupted) {
            // (pvm) An interrupt instruction that never ends looks like a loop of one instruction.
            finishStuckInterrupt(this.vcpu, this.memory)
            exit = this.#betterElsewhere(now() - guestStart)
          }
          if (result === runResult.exit) {
            computes = false
            if (!exit && runningMachines() > 1) await nextTurn()
          }
        } else {
          exit = this.#runBatch(Math.min(sliceInMs(), timer))
          computes = this.#exitsOfBatch < fewExits
          this.#exitsOfBatch = 0
          if (!exit && !computes) await nextTurn()
        }
        if (!exit) {
          if (this.statistics.exits + this.vcpu.exitsSoFar >= machine.exitLimit) return { reason: 'limit', limit: 'exits' }
          continue
        }
        if (machine.stopRequest) return machine.stopRequest
        if (exit.reason !== 'halt') return exit
        if (!this.vcpu.interruptFlag) return exit
        // HLT with interrupts on: asleep until one comes.
        while (!machine.stopRequest && machine.interrupts.pendingVector() < 0) {
          const wait = machine.runTimers()
          if (machine.interrupts.pendingVector() >= 0) break
          await this.#wakeup.sleep(wait)
        }
        computes = false
      }
    } finally {
      leave()
      this.vcpu.disarm()
      takeCounters(this.vcpu, this.statistics)
      this.statistics.totalTimeInMs += now() - start
    }
  }

  // (pvm) A guest that computes in real or protected mode is interpreted here, some fifty times slower than v86's compiled code.
  #betterElsewhere(spentInMs: number): VmExit | undefined {
    if (!this.#machine.canMove || !hostEmulates()) return undefined
    this.#interpretedInMs += spentInMs
    if (this.#interpretedInMs < patienceInMs) return undefined
    this.#interpretedInMs = 0
    return isInterpreted(this.vcpu)
      ? {
          reason: 'internal-error',
          code: 0,
          message: 'KVM on this host has no VMX or SVM and interprets real and protected mode; the software engine compiles it',
          engineLimit: true,
        }
      : undefined
  }

  /** The vector of an interrupt that was given to KVM and that the guest has not taken yet; -1 for none. struct kvm_vcpu_events. */
  get undeliveredInterrupt(): number {
    const events = this.vcpu.getEvents()
    return events[8] === 1 ? (events[9] as number) : -1
  }

  kick(): void {
    this.#wakeup.wake()
    if (this.#inPool) this.vcpu.kick()
  }

  // Runs in this thread for a slice. Gives an exit that ends the run or puts the vCPU to sleep.
  #runBatch(sliceInMilliseconds: number): VmExit | undefined {
    const { vcpu } = this
    const machine = this.#machine
    const start = now()
    const deadline = start + sliceInMilliseconds
    let budget = Math.max(50, Math.round(sliceInMilliseconds * 1000))
    let hostTime = 0
    try {
      for (;;) {
        if (this.#postedIsStale) this.#updatePosted()
        machine.notify('preRun')
        this.#prepareInterrupt()
        const result = vcpu.runHere(budget)
        const back = now()
        machine.notify('postRun')
        // Writes that were gathered are work of this thread too.
        if (this.#deliverPosted() >= manyWrites) this.#exitsOfBatch += fewExits
        if (result === runResult.exit) {
          this.#exitsOfBatch++
          const exit = this.#exits.handle()
          if (exit || machine.stopRequest) return exit ?? machine.stopRequest
          budget = 0
        } else if (result === runResult.logFull) {
          this.#exitsOfBatch = fewExits
          return undefined
        } else if (result === runResult.interruptWindow) {
          machine.notify('interruptWindow')
          budget = 0
        } else return undefined
        const time = now()
        hostTime += time - back
        if (time >= deadline) return undefined
      }
    } finally {
      this.statistics.guestTimeInMs += now() - start - hostTime
    }
  }

  // An interrupt goes in when the CPU can take it; otherwise KVM is asked to come back as soon as it can (the "interrupt window").
  #prepareInterrupt(): void {
    const { interrupts } = this.#machine
    const { vcpu } = this
    if (interrupts.pendingVector() < 0) {
      if (this.#windowWanted) vcpu.requestInterruptWindow = this.#windowWanted = false
      return
    }
    if (vcpu.readyForInterrupt && vcpu.interruptFlag) {
      vcpu.interrupt(interrupts.acknowledge())
      this.statistics.injectedInterrupts++
      vcpu.requestInterruptWindow = this.#windowWanted = interrupts.pendingVector() >= 0
    } else vcpu.requestInterruptWindow = this.#windowWanted = true
  }

  // Gives logged writes to their handlers; the number of them.
  #deliverPosted(): number {
    let count = 0
    this.vcpu.drain((run) => {
      count += run.length
      const { port, size, exits } = run
      const entry = this.statistics.port(port, true)
      entry.accesses += run.length
      entry.coalesced += run.coalesced
      const before = entry.exits
      entry.exits += exits
      if (before < coalesceAfterExits && entry.exits >= coalesceAfterExits && this.#canCoalesce) this.#coalesce(port, size)
      this.#machine.io.writeMany(port, run.values, run.length, size as PortSize)
    })
    return count
  }

  #coalesce(port: number, size: number): void {
    if (this.#coalesced.has(port) || !this.#machine.io.isPosted(port)) return
    try {
      this.vm.registerCoalescedPort(port, size)
      this.#coalesced.add(port)
    } catch {
      // KVM has room for a hundred zones only; the port goes on with an exit a write.
    }
  }

  #updatePosted(): void {
    this.#postedIsStale = false
    const { others, exceptions } = this.#machine.io.postedPorts()
    this.vcpu.setAllPosted(others)
    for (const port of exceptions) this.vcpu.setPosted(port, !others)
    for (const port of this.#coalesced) {
      if (this.#machine.io.isPosted(port)) continue
      this.vm.unregisterCoalescedPort(port)
      this.#coalesced.delete(port)
    }
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
    this.vm.close()
    this.kvm.close()
  }
}
