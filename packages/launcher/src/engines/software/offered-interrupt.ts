// How an interrupt gets into v86, which has an 8259 pair of its own that the guest never sees. Enters: the machine's interrupt controller. Leaves:
// its waiting vector before v86's second 8259, so that v86 takes it at the very instruction where the CPU may; with automatic EOI no state stays
// behind. The machine's controller hears of it as soon as anything looks at it: see settle.
import type { StatisticsRecorder } from '../../statistics.ts'
import type { Machine } from '../engine.ts'
import type { V86Cpu } from './v86-types.ts'

// struct Pic of v86, in the order of its state.
const picMask = 0
const picVectorBase = 1
const picInService = 2
const picRequest = 3
const picAutoEoi = 9
const picLines = 11

const picSizeInBytes = 13

export class OfferedInterrupt {
  readonly #cpu: V86Cpu
  readonly #machine: Machine
  readonly #statistics: StatisticsRecorder
  /** The vector that v86's controller holds for the CPU, or -1. */
  #offered = -1

  constructor(cpu: V86Cpu, machine: Machine, statistics: StatisticsRecorder) {
    this.#cpu = cpu
    this.#machine = machine
    this.#statistics = statistics
  }

  offer(): void {
    this.settle()
    const vector = this.#machine.interrupts.pendingVector()
    if (vector === this.#offered) return
    const cpu = this.#cpu
    const master = this.#pic(cpu.get_pic_addr_master())
    const slave = this.#pic(cpu.get_pic_addr_slave())
    for (const pic of [master, slave]) {
      pic[picMask] = 0xff // here a set bit lets through
      pic[picInService] = 0
      pic[picRequest] = 0
      pic[picAutoEoi] = 1
      pic[picLines] = 0
    }
    this.#offered = vector
    if (vector < 0) return
    slave[picVectorBase] = vector & 0xf8
    cpu.device_raise_irq(8 + (vector & 7))
  }

  /** v86 has taken the offered interrupt when its request bit is gone: its vector, or -1. */
  settle(): number {
    const offered = this.#offered
    if (offered < 0) return -1
    const slave = this.#pic(this.#cpu.get_pic_addr_slave())
    if (((slave[picRequest] as number) >> (offered & 7)) & 1) return -1
    this.#cpu.device_lower_irq(8 + (offered & 7))
    this.#offered = -1
    this.#machine.interrupts.acknowledge()
    this.#statistics.injectedInterrupts++
    return offered
  }

  // Anew each time: WebAssembly's memory is another buffer after it grew.
  #pic(address: number): Uint8Array {
    return new Uint8Array(this.#cpu.wasm_memory.buffer, address, picSizeInBytes)
  }
}
