// Runs a machine in v86 (an x86 emulator with a JIT, in WebAssembly), with none of v86's devices: all ports, all addresses without
// memory and all interrupts are the machine's. Enters: a Machine. Leaves: the same typed exits as the KVM engine.
// v86 executes i386 to SSE3, without long mode. One call of its main_loop is a slice of some milliseconds.
import { now } from '../../now.ts'
import type { IoExit, MmioExit, VmExit } from '../../exits.ts'
import type { PortSize } from '../../io-bus.ts'
import type { Registers, RegistersUpdate } from '../../registers.ts'
import { StatisticsRecorder } from '../../statistics.ts'
import { type Engine, type EngineCpu, EngineUnavailableError, type Machine, type MappedMemory, type MemorySource } from '../engine.ts'
import { type CpuidEntry, EngineLimitError, type Translation } from '../../vcpu.ts'
import { Wakeup, enterRun, nextTurn } from '../schedule.ts'
import { HandedOutAccesses, type Place, portAccesses } from './handed-out-accesses.ts'
import { type SoftwareOptions, loadV86 } from './load-v86.ts'
import { HighMemory } from './high-memory.ts'
import { OfferedInterrupt } from './offered-interrupt.ts'
import { deliverTrappedFault, isFault } from './trap-fault.ts'
import type { V86Cpu, V86Emulator } from './v86-types.ts'
import { readV86FloatingPoint, writeV86FloatingPoint } from './v86-floating-point.ts'
import { V86Memory } from './v86-memory.ts'
import { readV86Registers, writeV86Registers } from './v86-registers.ts'

/** v86 keeps its memory map in blocks of 128 KiB. */
const mapBlockShift = 17
const interruptFlag = 0x200

/** Speed of a deterministic guest's clock. */
const instructionsPerMs = 50_000

/** First of v86's settings of its compiler. */
const jitDisabled = 0

/** What a port handler throws through v86 to end the run at this very instruction. */
const stopHere = Symbol('stop')

/** Creates a machine in the state after reset. Throws EngineUnavailableError where v86 cannot be loaded. */
export async function createSoftwareEngine(machine: Machine, options: SoftwareOptions = {}): Promise<SoftwareEngine> {
  const messages: string[] = []
  let emulator: V86Emulator
  try {
    emulator = await loadV86(machine.memorySizeInBytes, options, messages)
  } catch (error) {
    throw new EngineUnavailableError('software', `v86 could not be loaded: ${error instanceof Error ? error.message : String(error)}`)
  }
  return new SoftwareEngine(machine, emulator, messages, options.deterministic === true)
}

export class SoftwareEngine implements Engine, EngineCpu {
  readonly name = 'software'
  readonly cpus = [this]
  readonly statistics = new StatisticsRecorder('software')
  readonly #machine: Machine
  readonly #emulator: V86Emulator
  readonly #cpu: V86Cpu
  readonly #messages: string[]
  readonly #wakeup = new Wakeup()
  #instructions = 0
  #lastCounter = 0
  #isRunning = false
  readonly #interrupts: OfferedInterrupt
  readonly #handedOut = new HandedOutAccesses(() => this.#place())
  #isCompiling = true
  readonly #highMemory = new HighMemory(() => this.memory)
  #handlerError: { error: unknown } | undefined
  #isBroken: VmExit | undefined
  #isClosed = false
  readonly #guest: V86Memory
  readonly #isDeterministic: boolean
  #idleInMs = 0

  constructor(machine: Machine, emulator: V86Emulator, messages: string[], isDeterministic: boolean) {
    this.#isDeterministic = isDeterministic
    this.#machine = machine
    this.#emulator = emulator
    this.#messages = messages
    this.#cpu = emulator.v86.cpu
    this.#interrupts = new OfferedInterrupt(this.#cpu, machine, this.statistics)
    this.#guest = new V86Memory(this.#cpu)
    this.#lastCounter = this.#cpu.instruction_counter[0] as number
    this.#cpu.run_hardware_timers = () => 100
    this.#takePorts()
    this.#takeMemoryMap()
  }

  get memory(): Uint8Array {
    return this.#guest.bytes
  }

  async run(): Promise<VmExit> {
    const machine = this.#machine
    const cpu = this.#cpu
    const leave = enterRun()
    const start = now()
    this.#isRunning = true
    try {
      await nextTurn()
      machine.started()
      this.#handedOut.resume()
      this.#compileUnless(machine.mmio.handsOut)
      for (;;) {
        await nextTurn()
        if (machine.hold) await Promise.race([machine.hold, this.#wakeup.sleep(Number.POSITIVE_INFINITY)])
        if (machine.stopRequest) return machine.stopRequest
        if (this.#isClosed) return { reason: 'aborted' }
        if (this.#isBroken) return this.#isBroken
        const wait = machine.runTimers()
        this.#interrupts.offer()
        if (cpu.in_hlt[0]) {
          if (!(cpu.get_eflags() & interruptFlag)) {
            cpu.in_hlt[0] = 0
            this.#countExit('hlt')
            return { reason: 'halt' }
          }
          if (machine.interrupts.pendingVector() < 0) {
            if (this.#isDeterministic && Number.isFinite(wait)) this.#idleInMs += wait
            else await this.#wakeup.sleep(wait)
            continue
          }
        }
        machine.notify('preRun')
        const guestStart = now()
        const exit = this.#mainLoop()
        this.statistics.guestTimeInMs += now() - guestStart
        machine.notify('postRun')
        if (exit?.reason === 'shutdown') machine.notify('shutdown')
        else if (!exit && cpu.in_hlt[0]) machine.notify('halt')
        if (exit) return exit
        if (this.statistics.exits >= machine.exitLimit) return { reason: 'limit', limit: 'exits' }
        if (this.#instructions >= machine.instructionLimit) return { reason: 'limit', limit: 'instructions' }
      }
    } finally {
      leave()
      this.#isRunning = false
      this.statistics.totalTimeInMs += now() - start
    }
  }

  // One slice. Gives an exit where the guest cannot go on.
  #mainLoop(): VmExit | undefined {
    const cpu = this.#cpu
    const { stackPointer } = this.#emulator
    const stackTop = stackPointer.value
    try {
      cpu.main_loop()
      if (this.#handlerError) throw stopHere
    } catch (error) {
      // What leaves WebAssembly by a throw leaves its frames on its own stack, which would run into its data after some hundred times.
      stackPointer.value = stackTop
      if (this.#handlerError) {
        const { error: thrown } = this.#handlerError
        this.#handlerError = undefined
        throw thrown
      }
      if (error === stopHere) {
        const { pending } = this.#handedOut
        // The instruction comes again, with the answer.
        if (pending) cpu.instruction_pointer[0] = cpu.previous_ip[0] as number
        return pending
      }
      // v86 traps where a PC would reset (a third fault), on some faults that a guest may handle, and on what it does not implement.
      if (this.#deliverTrappedFault(error)) return undefined
      this.#isBroken = this.#explainTrap(error)
      return this.#isBroken
    } finally {
      this.#countInstructions()
    }
    return undefined
  }

  #explainTrap(error: unknown): VmExit {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error
    const said = this.#messages.join(' ').replace(/\s+/g, ' ')
    const cpu = this.#cpu
    const isPaged = ((cpu.cr[0] as number) & 0x80000000) !== 0
    const linear = (cpu.instruction_pointer[0] as number) >>> 0
    if (!isPaged && linear >= this.memory.length) {
      this.#countExit('internalError')
      const message = `the guest jumped to 0x${linear.toString(16)}, where no memory is`
      return { reason: 'internal-error', code: 0, message, engineLimit: false }
    }
    if (said === '' || isFault(said)) {
      this.#countExit('shutdown')
      return { reason: 'shutdown' }
    }
    this.#countExit('internalError')
    return { reason: 'internal-error', code: 0, message: `v86 cannot go on: ${said}`, engineLimit: true }
  }

  // The guest's handler takes the fault that v86 gave up on; false where there is none.
  #deliverTrappedFault(error: unknown): boolean {
    const said = this.#messages.join(' ')
    if (!(error instanceof WebAssembly.RuntimeError) || !isFault(said)) return false
    const cpu = this.#cpu
    const taken = this.#interrupts.settle()
    cpu.instruction_pointer[0] = cpu.previous_ip[0] as number
    const instruction = this.#guest.instructionAt((cpu.previous_ip[0] as number) >>> 0)
    const update = deliverTrappedFault(said, this.readRegisters(), this.#guest, instruction, taken)
    if (!update) return false
    this.#messages.length = 0
    this.writeRegisters(update)
    return true
  }

  kick(): void {
    this.#wakeup.wake()
  }

  #takePorts(): void {
    const { io } = this.#cpu
    const read = (size: PortSize) => (port: number) => {
      const entry = this.statistics.port(port, false)
      entry.exits++
      entry.accesses++
      this.#countExit('io')
      return this.#guarded(() => this.#readPort(port, size)) | 0
    }
    const write = (size: PortSize, mask: number) => (port: number, value: number) => {
      const entry = this.statistics.port(port, true)
      entry.exits++
      entry.accesses++
      this.#countExit('io')
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
    if (this.#isDeterministic || this.#isCompiling === !handsOut) return
    this.#isCompiling = !handsOut
    this.#cpu.set_jit_config(jitDisabled, handsOut ? 1 : 0)
    this.#cpu.jit_clear_cache()
  }

  translate(linear: bigint): Translation | undefined {
    return linear > 0xffffffffn ? undefined : this.#guest.translate(Number(linear))
  }

  mapMemory(address: number, source: MemorySource, readOnly: boolean): MappedMemory {
    if (address < this.#guest.sizeInBytes)
      throw new RangeError(`the software engine maps memory above the guest's own only, from 0x${this.#guest.sizeInBytes.toString(16)}`)
    return this.#highMemory.map(address, source, readOnly)
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
    if (this.#isRunning && this.#machine.stopRequest !== before) throw stopHere
    this.#interrupts.offer()
    return value
  }

  // The same for an access to memory. Compiled code may be in the midst of a block then, its registers in WebAssembly's locals: a throw would lose them.
  // So the guest goes on to the end of its slice, a millisecond at most; after an exception nobody answers any more.
  #guardedInBlock(call: () => number): number {
    if (this.#isDeterministic || !this.#isCompiling) return this.#guarded(call)
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
    const value = this.#highMemory.read(address, size)
    if (value !== undefined) return value
    this.statistics.mmioReads++
    this.#countExit('mmio')
    return this.#guardedInBlock(() => this.#readBus(address, size))
  }

  #mmioWrite(address: number, value: number, size: number): void {
    if (this.#highMemory.write(address, value, size)) return
    this.statistics.mmioWrites++
    this.#countExit('mmio')
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

  #countExit(reason: string): void {
    this.statistics.exits++
    this.statistics.countReason(reason)
  }

  #countInstructions(): void {
    const counter = this.#cpu.instruction_counter[0] as number
    this.#instructions += (counter - this.#lastCounter) >>> 0
    this.#lastCounter = counter
  }

  /** Milliseconds of a guest's own time: by instructions, and what passed in HLT. */
  get virtualTimeInMs(): number {
    this.#countInstructions()
    return this.#instructions / instructionsPerMs + this.#idleInMs
  }

  readRegisters(): Registers {
    return readV86Registers(this.#cpu)
  }

  writeRegisters(update: RegistersUpdate): void {
    writeV86Registers(this.#cpu, update)
  }

  readFloatingPoint(): Uint8Array {
    return readV86FloatingPoint(this.#cpu)
  }

  writeFloatingPoint(state: Uint8Array): void {
    writeV86FloatingPoint(this.#cpu, state)
  }

  memoryWritten(address: number, sizeInBytes: number): void {
    if (sizeInBytes > 0) this.#cpu.jit_dirty_cache(address, address + sizeInBytes)
  }

  instructionCount(): number {
    return this.#instructions
  }

  readMsr(): bigint {
    throw new EngineLimitError('the software engine (v86) does not show model-specific registers; use the KVM engine')
  }

  writeMsr(): void {
    this.readMsr()
  }

  readCpuid(): CpuidEntry[] {
    throw new EngineLimitError('the software engine (v86) has a CPUID of its own; use the KVM engine')
  }

  writeCpuid(): void {
    this.readCpuid()
  }

  nmi(): void {
    throw new EngineLimitError('the software engine (v86) has no non-maskable interrupts; use the KVM engine')
  }

  close(): void {
    this.#isClosed = true
    void this.#emulator.destroy()
  }
}
