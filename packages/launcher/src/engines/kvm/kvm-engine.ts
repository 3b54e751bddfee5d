// Runs a machine on /dev/kvm. Enters: a Machine. Leaves: typed exits. KVM_RUN is called in this thread for at most a slice while the
// guest exits often (a turn through the thread pool would cost more than the exit), and in Node's thread pool while it computes.
// Follows Documentation/virt/kvm/api.rst; what differs on hosts without VMX or SVM is marked (pvm).
import { now } from '../../now.ts'
import {
  Kvm,
  KvmError,
  type KvmVcpu,
  type KvmVm,
  UnsupportedPlatformError,
  capability,
  exitReason,
  exitReasonNames,
  runResult,
} from '@kernelbox/kvm'
import type { VmExit } from '../../exits.ts'
import type { PortHandler, PortSize } from '../../io-bus.ts'
import { type Registers, type RegistersUpdate, realModeSegment } from '../../registers.ts'
import { type PortStatistics, StatisticsRecorder } from '../../statistics.ts'
import { type Engine, EngineUnavailableError, type Machine } from '../engine.ts'
import { Wakeup, enterRun, nextTurn, runningMachines, sliceInMs } from '../schedule.ts'
import { describeInternalError, describeLimitOfPaging, hostEmulates, isInterpreted } from './internal-error.ts'
import { finishInterruptAfterShutdown, finishRejectedInstruction, finishStuckInterrupt } from './rejected-instruction.ts'
import { readKvmRegisters, writeKvmRegisters } from './kvm-registers.ts'

/** Posted exits of one port after which its writes are coalesced. Registering earlier would make short runs slow to close. */
const coalesceAfterExits = 300
/** A guest with fewer exits than this in a slice computes, and belongs into the thread pool. */
const fewExits = 8
/** Longest stay in the pool; while the guest prints, so short that its output appears at once. */
const quietSliceInMs = 50
const printingSliceInMs = 10

/** Milliseconds of computing after which an interpreted guest is better off on the software engine. */
const patienceInMs = 300
/** Slot of all memory while A20 is open, and the first of those that take its place. */
const mainSlot = 0
const a20Slots = 8

let supportedCpuid: Uint8Array | undefined

/** Opens /dev/kvm and creates a machine with one vCPU in the state after reset. Throws EngineUnavailableError. */
export function createKvmEngine(machine: Machine): KvmEngine {
  let kvm: Kvm | undefined
  try {
    kvm = new Kvm()
    return new KvmEngine(machine, kvm)
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
  readonly #machine: Machine
  readonly #wakeup = new Wakeup()
  readonly #coalesced = new Set<number>()
  readonly #canCoalesce: boolean
  #postedIsStale = true
  #inPool = false
  #exitsOfBatch = 0
  #windowWanted = false
  #a20IsOpen = true
  #interpretedInMs = 0

  constructor(machine: Machine, kvm: Kvm) {
    this.#machine = machine
    this.kvm = kvm
    this.vm = kvm.createVm()
    try {
      this.memory = this.vm.allocateMemory(machine.memorySizeInBytes)
      this.vm.setMemoryRegion(mainSlot, 0, this.memory)
      this.vcpu = this.vm.createVcpu(0)
      // Without it CPUID gives zeros only. What the host supports does not change: asked once a process.
      supportedCpuid ??= kvm.getSupportedCpuid()
      this.vcpu.setCpuid(supportedCpuid)
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
      for (;;) {
        if (machine.hold) await Promise.race([machine.hold, this.#wakeup.sleep(Number.POSITIVE_INFINITY)])
        if (machine.stopRequest) return machine.stopRequest
        if (this.#postedIsStale) this.#updatePosted()
        this.#takeCounters()
        const timer = machine.runTimers()
        let exit: VmExit | undefined
        if (computes) {
          const longest = this.#exitsOfBatch > 0 ? printingSliceInMs : quietSliceInMs
          const share = runningMachines() > 4 ? 5 : longest
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
          exit = result === runResult.exit ? this.#handleExit() : undefined
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
        if (!exit) continue
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
      this.#takeCounters()
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
        this.#prepareInterrupt()
        const result = vcpu.runHere(budget)
        const back = now()
        this.#deliverPosted()
        if (result === runResult.exit) {
          this.#exitsOfBatch++
          const exit = this.#handleExit()
          if (exit || machine.stopRequest) return exit ?? machine.stopRequest
          budget = 0
        } else if (result === runResult.logFull) {
          this.#exitsOfBatch = fewExits
          return undefined
        } else if (result === runResult.interruptWindow) budget = 0
        else return undefined
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
    const { io } = this.#machine
    let count = 0
    let entry: PortStatistics | undefined
    let handler: PortHandler | undefined
    this.vcpu.drain((port, size, value, coalesced, first) => {
      // Most writes go where the one before went.
      if (entry === undefined || entry.port !== port) {
        entry = this.statistics.port(port, true)
        handler = io.handlerOf(port)
      }
      entry.accesses++
      if (coalesced) entry.coalesced++
      if (first) {
        entry.exits++
        if (entry.exits === coalesceAfterExits && this.#canCoalesce) this.#coalesce(port, size)
      }
      count++
      handler?.out?.(port, value, size as PortSize)
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

  #handleExit(): VmExit | undefined {
    const { vcpu } = this
    switch (vcpu.exitReason) {
      case exitReason.io:
        this.#handleIo()
        return undefined
      case exitReason.mmio:
        this.#handleMmio()
        return undefined
      case exitReason.hlt:
        return { reason: 'halt' }
      case exitReason.shutdown:
        if (hostEmulates() && finishInterruptAfterShutdown(vcpu, this.memory)) return undefined
        return describeLimitOfPaging(vcpu, this.memory) ?? { reason: 'shutdown' }
      case exitReason.irqWindowOpen:
      case exitReason.intr:
        return undefined
      case exitReason.debug:
        return { reason: 'debug' }
      case exitReason.failEntry:
        return {
          reason: 'fail-entry',
          code: Number(vcpu.failEntryReason),
          message: `the CPU refused to enter the guest (hardware reason 0x${vcpu.failEntryReason.toString(16)}): its state is not valid`,
          engineLimit: false,
        }
      case exitReason.internalError:
        return finishRejectedInstruction(vcpu, this.memory) ? undefined : describeInternalError(vcpu, this.memory)
      default:
        return {
          reason: 'internal-error',
          code: vcpu.exitReason,
          message: `KVM exit ${exitReasonNames[vcpu.exitReason] ?? vcpu.exitReason}, which the launcher does not handle`,
          engineLimit: false,
        }
    }
  }

  #handleIo(): void {
    const { vcpu } = this
    const { io, stopRequest } = this.#machine
    const { ioPort: port, ioCount: count, ioDataOffset: offset, ioIsOut: isOut } = vcpu
    const size = vcpu.ioSize as PortSize
    const entry = this.statistics.port(port, isOut)
    entry.exits++
    entry.accesses += count
    const { run } = vcpu
    let isComplete = false
    try {
      for (let i = 0; i < count; i++) {
        const at = offset + i * size
        if (isOut) {
          io.write(port, size === 1 ? run.getUint8(at) : size === 2 ? run.getUint16(at, true) : run.getUint32(at, true), size)
        } else {
          const value = io.read(port, size)
          if (size === 1) run.setUint8(at, value)
          else if (size === 2) run.setUint16(at, value, true)
          else run.setUint32(at, value, true)
        }
      }
      isComplete = true
    } finally {
      // The guest stops here: let KVM move the value into the register first, so that registers are those after the instruction.
      if (!isComplete || this.#machine.stopRequest !== stopRequest) vcpu.completeIo()
    }
  }

  #handleMmio(): void {
    const { vcpu } = this
    const { mmio, stopRequest } = this.#machine
    const { mmioAddress: address, mmioSize: size, mmioData: data } = vcpu
    const view = new DataView(data.buffer, data.byteOffset, 8)
    let isComplete = false
    try {
      if (vcpu.mmioIsWrite) {
        this.statistics.mmioWrites++
        for (let at = 0; at < size; at += 4) mmio.write(address + at, readPart(view, at, Math.min(4, size - at)), Math.min(4, size - at))
      } else {
        this.statistics.mmioReads++
        for (let at = 0; at < size; at += 4) view.setUint32(at, mmio.read(address + at, Math.min(4, size - at)), true)
      }
      isComplete = true
    } finally {
      if (!isComplete || this.#machine.stopRequest !== stopRequest) vcpu.completeIo()
    }
  }

  #takeCounters(): void {
    const { exits, reasons } = this.vcpu.takeCounters()
    this.statistics.exits += exits
    for (let reason = 0; reason < reasons.length; reason++) {
      const count = reasons[reason] as number
      if (count > 0) this.statistics.countReason(exitReasonNames[reason] ?? `reason${reason}`, count)
    }
  }

  readRegisters(): Registers {
    return readKvmRegisters(this.vcpu)
  }

  writeRegisters(update: RegistersUpdate): void {
    writeKvmRegisters(this.vcpu, update)
  }

  readFloatingPoint(): Uint8Array {
    return this.vcpu.getFpu()
  }

  writeFloatingPoint(state: Uint8Array): void {
    this.vcpu.setFpu(state)
  }

  /**
   * A closed A20 line is a change of slots: each odd MiB shows the even one below it. Below 16 MiB only, the reach of the PC/AT's 24 address
   * lines; who closes the line does it for memory at 1 MiB.
   */
  setA20(isOpen: boolean): void {
    if (isOpen === this.#a20IsOpen) return
    this.#a20IsOpen = isOpen
    const { vm, memory } = this
    const mebibyte = 1 << 20
    const reach = Math.min(memory.length, 16 * mebibyte)
    const gate = (slot: number, address: number, bytes: Uint8Array) => vm.setMemoryRegion(slot, address, bytes)
    const nothing = memory.subarray(0, 0)
    if (isOpen) {
      for (let slot = 0; slot <= Math.ceil(reach / mebibyte); slot++) gate(a20Slots + slot, slot * mebibyte, nothing)
      gate(mainSlot, 0, memory)
      return
    }
    gate(mainSlot, 0, nothing)
    for (let address = 0, slot = a20Slots; address < reach; address += mebibyte, slot++) {
      const shown = address & ~mebibyte
      gate(slot, address, memory.subarray(shown, shown + Math.min(mebibyte, reach - address)))
    }
    if (memory.length > reach) gate(a20Slots + reach / mebibyte, reach, memory.subarray(reach))
  }

  memoryWritten(): void {
    // KVM reads memory itself.
  }

  instructionCount(): undefined {
    return undefined
  }

  nmi(): void {
    this.vcpu.nmi()
    this.kick()
  }

  close(): void {
    this.vm.close()
    this.kvm.close()
  }
}

function readPart(view: DataView, offset: number, size: number): number {
  return size === 1 ? view.getUint8(offset) : size === 2 ? view.getUint16(offset, true) : view.getUint32(offset, true)
}
