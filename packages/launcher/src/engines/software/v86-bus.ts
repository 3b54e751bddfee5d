// Everything that v86 asks of its surroundings: ports, addresses without memory, and how a handler's wish to stop gets out of it. Enters: v86's CPU and a
// Machine. Leaves: accesses on the machine's buses, exits that are handed out, and what a handler threw.
import type { IoExit, MmioExit, VmExit } from '../../exits.ts'
import type { PortSize } from '../../io-bus.ts'
import type { StatisticsRecorder } from '../../statistics.ts'
import type { Machine } from '../engine.ts'
import { HandedOutAccesses, type Place, portAccesses } from './handed-out-accesses.ts'
import { HighMemory } from './high-memory.ts'
import type { OfferedInterrupt } from './offered-interrupt.ts'
import type { V86Memory } from './v86-memory.ts'
import type { V86Cpu } from './v86-types.ts'

/** v86 keeps its memory map in blocks of 128 KiB. */
const mapBlockShift = 17
/** First of v86's settings of its compiler. */
const jitDisabled = 0

/** What a handler throws through v86 to end the run at this very instruction. */
const stopHere = Symbol('stop')

export class V86Bus {
  readonly highMemory: HighMemory
  /** The guest runs: a request to stop ends it. */
  isRunning = false
  readonly #cpu: V86Cpu
  readonly #machine: Machine
  readonly #guest: V86Memory
  readonly #interrupts: OfferedInterrupt
  readonly #statistics: StatisticsRecorder
  readonly #canCompile: boolean
  readonly #handedOut = new HandedOutAccesses(() => this.#place())
  #isCompiling = true
  #handlerError: { error: unknown } | undefined

  constructor(
    cpu: V86Cpu,
    machine: Machine,
    guest: V86Memory,
    interrupts: OfferedInterrupt,
    options: { statistics: StatisticsRecorder; canCompile: boolean },
  ) {
    this.#cpu = cpu
    this.#machine = machine
    this.#guest = guest
    this.#interrupts = interrupts
    this.#statistics = options.statistics
    this.#canCompile = options.canCompile
    this.highMemory = new HighMemory(() => guest.bytes)
    this.#takePorts()
    this.#takeMemoryMap()
  }

  /** Before a run: the answer to what was handed out is taken. */
  begin(): void {
    this.isRunning = true
    this.#handedOut.resume()
    this.#compileUnless(this.#machine.mmio.handsOut)
  }

  /** Throws what a handler threw in the last slice. */
  rethrow(): void {
    const thrown = this.#handlerError
    this.#handlerError = undefined
    if (thrown) throw thrown.error
  }

  /** Whether an exception out of v86 is ours; `exit` where an access is handed out, whose instruction comes again with the answer. */
  left(error: unknown): { exit: VmExit | undefined } | undefined {
    if (error !== stopHere) return undefined
    const { pending } = this.#handedOut
    if (pending) this.#cpu.instruction_pointer[0] = this.#cpu.previous_ip[0] as number
    return { exit: pending }
  }

  #takePorts(): void {
    const { io } = this.#cpu
    const read = (size: PortSize) => (port: number) => {
      const entry = this.#statistics.port(port, false)
      entry.exits++
      entry.accesses++
      this.#statistics.countExit('io')
      return this.#guarded(() => this.#readPort(port, size)) | 0
    }
    const write = (size: PortSize, mask: number) => (port: number, value: number) => {
      const entry = this.#statistics.port(port, true)
      entry.exits++
      entry.accesses++
      this.#statistics.countExit('io')
      this.#guarded(() => {
        this.#writePort(port, (value & mask) >>> 0, size)
        return 0
      })
    }
    io.port_read8 = read(1)
    io.port_read16 = read(2)
    io.port_read32 = read(4)
    io.port_write8 = write(1, 0xff)
    io.port_write16 = write(2, 0xffff)
    io.port_write32 = write(4, -1)
  }

  #readPort(port: number, size: PortSize): number {
    const { io } = this.#machine
    if (!this.#handedOut.isReplaying && !io.isHandedOut(port)) return io.read(port, size)
    return this.#handOut({ reason: 'io', port, size, direction: 'in', value: 2 ** (8 * size) - 1 })
  }

  #writePort(port: number, value: number, size: PortSize): void {
    const { io } = this.#machine
    if (!this.#handedOut.isReplaying && !io.isHandedOut(port)) io.write(port, value, size)
    else this.#handOut({ reason: 'io', port, size, direction: 'out', value })
  }

  /** The answer of whoever runs the machine; ends the run where there is none yet. */
  #handOut(exit: IoExit | MmioExit): number {
    const answer = this.#handedOut.access(exit)
    if (answer === undefined) throw stopHere
    return answer
  }

  #place(): Place {
    const instruction = this.#cpu.previous_ip[0] as number
    const registers = this.#cpu.reg32.slice(0, 8)
    return { instruction, registers, portAccesses: portAccesses(this.#guest.instructionAt(instruction >>> 0), registers) }
  }

  // Compiled code stands in the way of exits (handed-out-accesses.ts).
  #compileUnless(handsOut: boolean): void {
    if (!this.#canCompile || this.#isCompiling === !handsOut) return
    this.#isCompiling = !handsOut
    this.#cpu.set_jit_config(jitDisabled, handsOut ? 1 : 0)
    this.#cpu.jit_clear_cache()
  }

  // Calls a handler. Its exception, or its wish to stop, leaves v86 by a throw, at this instruction.
  #guarded(call: () => number): number {
    const before = this.#machine.stopRequest
    this.#interrupts.settle()
    let value: number
    try {
      value = call()
    } catch (error) {
      if (error !== stopHere) this.#handlerError ??= { error }
      throw stopHere
    }
    if (this.isRunning && this.#machine.stopRequest !== before) throw stopHere
    this.#interrupts.offer()
    return value
  }

  // The same for an access to memory. Compiled code may be in the midst of a block then, its registers in WebAssembly's locals: a throw would lose them.
  // So the guest goes on to the end of its slice, a millisecond at most; after an exception nobody answers any more.
  #guardedInBlock(call: () => number): number {
    if (!this.#canCompile || !this.#isCompiling) return this.#guarded(call)
    if (this.#handlerError) return -1
    this.#interrupts.settle()
    try {
      return call()
    } catch (error) {
      this.#handlerError = { error }
      return -1
    } finally {
      this.#interrupts.offer()
    }
  }

  // Video memory is plain memory here, as on the KVM engine; above the memory is the machine's MMIO bus.
  #takeMemoryMap(): void {
    const cpu = this.#cpu
    const video = 0xa0000 >>> mapBlockShift
    cpu.memory_map_read8[video] = (address) => this.#guest.words.getUint8(address)
    cpu.memory_map_write8[video] = (address, value) => this.#guest.words.setUint8(address, value)
    cpu.memory_map_read32[video] = (address) => this.#guest.words.getInt32(address, true)
    cpu.memory_map_write32[video] = (address, value) => this.#guest.words.setInt32(address, value, true)
    const read8 = (address: number) => this.#mmioRead(address >>> 0, 1)
    const write8 = (address: number, value: number) => this.#mmioWrite(address >>> 0, value & 0xff, 1)
    const read32 = (address: number) => this.#mmioRead(address >>> 0, 4) | 0
    const write32 = (address: number, value: number) => this.#mmioWrite(address >>> 0, value >>> 0, 4)
    for (let block = this.#guest.sizeInBytes >>> mapBlockShift; block < 1 << (32 - mapBlockShift); block++) {
      cpu.memory_map_read8[block] = read8
      cpu.memory_map_write8[block] = write8
      cpu.memory_map_read32[block] = read32
      cpu.memory_map_write32[block] = write32
    }
  }

  #mmioRead(address: number, size: number): number {
    const value = this.highMemory.read(address, size)
    if (value !== undefined) return value
    this.#statistics.mmioReads++
    this.#statistics.countExit('mmio')
    return this.#guardedInBlock(() => this.#readBus(address, size))
  }

  #mmioWrite(address: number, value: number, size: number): void {
    if (this.highMemory.write(address, value, size)) return
    this.#statistics.mmioWrites++
    this.#statistics.countExit('mmio')
    this.#guardedInBlock(() => {
      this.#writeBus(address, value, size)
      return 0
    })
  }

  #readBus(address: number, size: number): number {
    const { mmio } = this.#machine
    if (!this.#handedOut.isReplaying && !mmio.isHandedOut(address)) return mmio.read(address, size)
    return this.#handOut({ reason: 'mmio', address, size, direction: 'read', value: 2 ** (8 * size) - 1 })
  }

  #writeBus(address: number, value: number, size: number): void {
    const { mmio } = this.#machine
    if (!this.#handedOut.isReplaying && !mmio.isHandedOut(address)) mmio.write(address, value, size)
    else this.#handOut({ reason: 'mmio', address, size, direction: 'write', value })
  }
}
