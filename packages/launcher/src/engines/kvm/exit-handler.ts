// What KVM_RUN came back with, for one machine. Enters: a vCPU that stands at an exit. Leaves: a typed exit, or undefined where the buses have
// answered and the guest goes on. Follows Documentation/virt/kvm/api.rst §5 ("The kvm_run structure").
import { type KvmVcpu, exitReason, exitReasonNames } from '@kernelbox/kvm'
import type { IoExit, MmioExit, VmExit } from '../../exits.ts'
import type { PortSize } from '../../io-bus.ts'
import type { StatisticsRecorder } from '../../statistics.ts'
import type { Machine } from '../engine.ts'
import { describeInternalError, describeLimitOfPaging, hostEmulates } from './internal-error.ts'
import { finishInterruptAfterShutdown, finishRejectedInstruction } from './rejected-instruction.ts'

export class ExitHandler {
  readonly #machine: Machine
  readonly #vcpu: KvmVcpu
  readonly #memory: Uint8Array
  readonly #statistics: StatisticsRecorder
  /** Continues an exit whose elements were handed out one by one. */
  #pending: (() => VmExit | undefined) | undefined

  constructor(machine: Machine, vcpu: KvmVcpu, memory: Uint8Array, statistics: StatisticsRecorder) {
    this.#machine = machine
    this.#vcpu = vcpu
    this.#memory = memory
    this.#statistics = statistics
  }

  /** Before the guest goes on: takes the answer to the exit that was handed out. May give the next one of the same instruction. */
  resume(): VmExit | undefined {
    const pending = this.#pending
    this.#pending = undefined
    return pending?.()
  }

  handle(): VmExit | undefined {
    const vcpu = this.#vcpu
    switch (vcpu.exitReason) {
      case exitReason.io:
        return this.#startIo()
      case exitReason.mmio:
        return this.#mmio()
      case exitReason.hlt:
        this.#machine.notify('halt')
        return { reason: 'halt' }
      case exitReason.shutdown:
        if (hostEmulates() && finishInterruptAfterShutdown(vcpu, this.#memory)) return undefined
        return describeLimitOfPaging(vcpu, this.#memory) ?? this.#shutdown()
      case exitReason.irqWindowOpen:
        this.#machine.notify('interruptWindow')
        return undefined
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
        return finishRejectedInstruction(vcpu, this.#memory) ? undefined : describeInternalError(vcpu, this.#memory)
      default:
        return {
          reason: 'internal-error',
          code: vcpu.exitReason,
          message: `KVM exit ${exitReasonNames[vcpu.exitReason] ?? vcpu.exitReason}, which the launcher does not handle`,
          engineLimit: false,
        }
    }
  }

  #shutdown(): VmExit {
    this.#machine.notify('shutdown')
    return { reason: 'shutdown' }
  }

  #startIo(): VmExit | undefined {
    const vcpu = this.#vcpu
    const { ioPort: port, ioCount: count, ioIsOut: isOut } = vcpu
    const entry = this.#statistics.port(port, isOut)
    entry.exits++
    entry.accesses += count
    return this.#machine.io.isHandedOut(port) ? this.#handOutIo(0) : this.#io(port, count, isOut)
  }

  #io(port: number, count: number, isOut: boolean): undefined {
    const vcpu = this.#vcpu
    const { io, stopRequest } = this.#machine
    const size = vcpu.ioSize as PortSize
    const offset = vcpu.ioDataOffset
    let isComplete = false
    try {
      for (let i = 0; i < count; i++) {
        const at = offset + i * size
        if (isOut) io.write(port, readPart(vcpu.run, at, size), size)
        else writePart(vcpu.run, at, size, io.read(port, size))
      }
      isComplete = true
    } finally {
      // The guest stops here: let KVM move the value into the register first, so that registers are those after the instruction.
      if (!isComplete || this.#machine.stopRequest !== stopRequest) vcpu.completeIo()
    }
    return undefined
  }

  // One element of a port access, as an exit of its own.
  #handOutIo(index: number): VmExit | undefined {
    const vcpu = this.#vcpu
    const { run, ioPort: port, ioCount: count, ioIsOut: isOut } = vcpu
    if (index >= count) return undefined
    const size = vcpu.ioSize as PortSize
    const at = vcpu.ioDataOffset + index * size
    const exit: IoExit = {
      reason: 'io',
      port,
      size,
      direction: isOut ? 'out' : 'in',
      value: isOut ? readPart(run, at, size) : allOnes(size),
    }
    this.#pending = () => {
      if (!isOut) writePart(run, at, size, exit.value)
      return this.#handOutIo(index + 1)
    }
    return exit
  }

  #mmio(): VmExit | undefined {
    const vcpu = this.#vcpu
    const { mmio, stopRequest } = this.#machine
    const { mmioAddress: address, mmioSize: size, mmioData: data, mmioIsWrite: isWrite } = vcpu
    const view = new DataView(data.buffer, data.byteOffset, 8)
    if (isWrite) this.#statistics.mmioWrites++
    else this.#statistics.mmioReads++
    if (mmio.isHandedOut(address)) return this.#handOutMmio(view, 0)
    let isComplete = false
    try {
      for (let at = 0; at < size; at += 4) {
        const width = Math.min(4, size - at)
        if (isWrite) mmio.write(address + at, readPart(view, at, width), width)
        else view.setUint32(at, mmio.read(address + at, width), true)
      }
      isComplete = true
    } finally {
      if (!isComplete || this.#machine.stopRequest !== stopRequest) vcpu.completeIo()
    }
    return undefined
  }

  #handOutMmio(view: DataView, at: number): VmExit | undefined {
    const { mmioAddress: address, mmioSize: size, mmioIsWrite: isWrite } = this.#vcpu
    if (at >= size) return undefined
    const width = Math.min(4, size - at)
    const exit: MmioExit = {
      reason: 'mmio',
      address: address + at,
      size: width,
      direction: isWrite ? 'write' : 'read',
      value: isWrite ? readPart(view, at, width) : allOnes(width),
    }
    this.#pending = () => {
      if (!isWrite) view.setUint32(at, exit.value, true)
      return this.#handOutMmio(view, at + 4)
    }
    return exit
  }
}

function allOnes(size: number): number {
  return 2 ** (8 * size) - 1
}

function readPart(view: DataView, offset: number, size: number): number {
  return size === 1 ? view.getUint8(offset) : size === 2 ? view.getUint16(offset, true) : view.getUint32(offset, true)
}

function writePart(view: DataView, offset: number, size: number, value: number): void {
  if (size === 1) view.setUint8(offset, value)
  else if (size === 2) view.setUint16(offset, value, true)
  else view.setUint32(offset, value, true)
}
