// Runs a machine in v86 (an x86 emulator with a JIT, in WebAssembly), with none of v86's devices: all ports, all addresses without
// memory and all interrupts are the machine's. Enters: a Machine. Leaves: the same typed exits as the KVM engine.
// v86 executes i386 to SSE3, without long mode. One call of its main_loop is a slice of some milliseconds.
import { now } from '../../now.ts'
import type { VmExit } from '../../exits.ts'
import type { Registers, RegistersUpdate } from '../../registers.ts'
import { StatisticsRecorder } from '../../statistics.ts'
import { type Engine, type EngineCpu, EngineUnavailableError, type Machine, type MappedMemory, type MemorySource } from '../engine.ts'
import { type CpuidEntry, EngineLimitError, type Translation } from '../../vcpu.ts'
import { Wakeup, enterRun, nextTurn } from '../schedule.ts'
import { type SoftwareOptions, loadV86 } from './load-v86.ts'
import { OfferedInterrupt } from './offered-interrupt.ts'
import { deliverTrappedFault, isFault } from './trap-fault.ts'
import type { V86Cpu, V86Emulator } from './v86-types.ts'
import { readV86FloatingPoint, writeV86FloatingPoint } from './v86-floating-point.ts'
import { V86Bus } from './v86-bus.ts'
import { V86Memory } from './v86-memory.ts'
import { readV86Registers, writeV86Registers } from './v86-registers.ts'

const interruptFlag = 0x200

/** Speed of a deterministic guest's clock. */
const instructionsPerMs = 50_000

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
  readonly #interrupts: OfferedInterrupt
  readonly #bus: V86Bus
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
    const options = { statistics: this.statistics, canCompile: !isDeterministic }
    this.#bus = new V86Bus(this.#cpu, machine, this.#guest, this.#interrupts, options)
  }

  get memory(): Uint8Array {
    return this.#guest.bytes
  }

  async run(): Promise<VmExit> {
    const machine = this.#machine
    const cpu = this.#cpu
    const leave = enterRun()
    const start = now()
    this.#bus.begin()
    try {
      await nextTurn()
      machine.started()
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
            this.statistics.countExit('hlt')
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
      this.#bus.isRunning = false
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
    } catch (error) {
      // What leaves WebAssembly by a throw leaves its frames on its own stack, which would run into its data after some hundred times.
      stackPointer.value = stackTop
      this.#bus.rethrow()
      const left = this.#bus.left(error)
      if (left) return left.exit
      // v86 traps where a PC would reset (a third fault), on some faults that a guest may handle, and on what it does not implement.
      if (this.#deliverTrappedFault(error)) return undefined
      this.#isBroken = this.#explainTrap(error)
      return this.#isBroken
    } finally {
      this.#countInstructions()
    }
    this.#bus.rethrow()
    return undefined
  }

  #explainTrap(error: unknown): VmExit {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error
    const said = this.#messages.join(' ').replace(/\s+/g, ' ')
    const cpu = this.#cpu
    const isPaged = ((cpu.cr[0] as number) & 0x80000000) !== 0
    const linear = (cpu.instruction_pointer[0] as number) >>> 0
    if (!isPaged && linear >= this.memory.length) {
      this.statistics.countExit('internalError')
      const message = `the guest jumped to 0x${linear.toString(16)}, where no memory is`
      return { reason: 'internal-error', code: 0, message, engineLimit: false }
    }
    if (said === '' || isFault(said)) {
      this.statistics.countExit('shutdown')
      return { reason: 'shutdown' }
    }
    this.statistics.countExit('internalError')
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

  translate(linear: bigint): Translation | undefined {
    return linear > 0xffffffffn ? undefined : this.#guest.translate(Number(linear))
  }

  mapMemory(address: number, source: MemorySource, readOnly: boolean): MappedMemory {
    if (address < this.#guest.sizeInBytes)
      throw new RangeError(`the software engine maps memory above the guest's own only, from 0x${this.#guest.sizeInBytes.toString(16)}`)
    return this.#bus.highMemory.map(address, source, readOnly)
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
