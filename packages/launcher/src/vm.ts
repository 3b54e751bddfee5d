// A virtual machine: memory, buses and one vCPU on an engine. Enters: options, an image. Leaves: typed exits.
import type { Clock, Device, DeviceState } from './devices/device.ts'
import { systemClock } from './devices/device.ts'
import type { Pic } from './devices/pic.ts'
import { type Engine, type EngineName, EngineUnavailableError } from './engines/engine.ts'
import { Wakeup } from './engines/schedule.ts'
import type { SoftwareOptions } from './engines/software/software-engine.ts'
import type { VmExit } from './exits.ts'
import type { IoBus } from './io-bus.ts'
import { VmMachine } from './machine.ts'
import { GuestMemory, memorySizeFault } from './memory.ts'
import type { MmioBus } from './mmio-bus.ts'
import type { Registers, RegistersUpdate } from './registers.ts'
import { type VmStatistics, addStatistics } from './statistics.ts'

/** The article's machine: 16 MiB, the image at the last 64 KiB of the first MiB, where the CPU starts after reset. */
export const defaultMemoryInBytes = 16 << 20
export const defaultLoadAddress = 0xf0000

/** What the real-time clock says when a deterministic guest starts: 2000-01-01 00:00 UTC. */
const deterministicEpoch = Date.UTC(2000, 0, 1)

export interface VmOptions {
  /** Bytes of guest memory from address 0; a multiple of 128 KiB, 1 MiB to 1 GiB. Default 16 MiB. */
  memory?: number
  /** `auto` (default) takes KVM where it can be used, the software engine otherwise. */
  engine?: EngineName | 'auto'
  /** Where the software engine finds its WebAssembly; only a browser has to say. */
  software?: SoftwareOptions
  /** Time as the devices see it. Default: the host's. */
  clock?: Clock
}

/** A machine at rest. */
export interface VmSnapshot {
  readonly memory: Uint8Array
  readonly registers: Registers
  readonly devices: readonly { readonly name: string; readonly state: DeviceState }[]
  /** struct kvm_fpu. */
  readonly floatingPoint: Uint8Array
}

export interface RunOptions {
  /** Milliseconds after which the run ends with `timeout`; they begin with the guest's first slice. */
  timeout?: number
  signal?: AbortSignal
  /** `exit` (default): HLT with interrupts off ends the run. `wait`: it stays halted, using no CPU, until timeout or signal. */
  onHalt?: 'exit' | 'wait'
}

/**
 * Creates a machine whose CPU stands at the reset vector, F000:FFF0 in real mode.
 * Throws RangeError for a memory size that cannot be, {@link EngineUnavailableError} where the engine cannot be used here.
 * @example
 * const vm = await createVm()
 * vm.io.on(0xf1, { out: (port, value) => process.stdout.write(String.fromCharCode(value)) })
 * vm.load(image)
 * const exit = await vm.run({ timeout: 5000 })
 * vm.close()
 */
export async function createVm(options: VmOptions = {}): Promise<Vm> {
  const { memory = defaultMemoryInBytes, engine: wanted = 'auto', software, clock = systemClock } = options
  const fault = memorySizeFault(memory)
  if (fault) throw new RangeError(fault)
  const machine = new VmMachine(memory, clock)
  let whyNotKvm: string | undefined
  if (software?.deterministic && wanted === 'kvm') throw new RangeError('KVM cannot run a guest deterministically; use the software engine')
  if (wanted !== 'software' && !software?.deterministic) {
    try {
      // Loaded only here: a browser has no use for it.
      const { createKvmEngine } = await import('./engines/kvm/kvm-engine.ts')
      return new Vm(machine, createKvmEngine(machine), { canMove: wanted === 'auto', software })
    } catch (error) {
      if (wanted === 'kvm') throw error
      whyNotKvm = error instanceof EngineUnavailableError ? error.message : `KVM needs Linux on x86-64 (${(error as Error).message})`
    }
  }
  const { createSoftwareEngine } = await import('./engines/software/software-engine.ts')
  const engine = await createSoftwareEngine(machine, software)
  if (software?.deterministic)
    machine.clock = { now: () => engine.virtualTimeInMs, wallTime: () => deterministicEpoch + engine.virtualTimeInMs }
  return new Vm(machine, engine, whyNotKvm === undefined ? {} : { whyNotKvm })
}

export class Vm {
  /** Port handlers. */
  readonly io: IoBus
  /** Handlers for addresses where no memory is. */
  readonly mmio: MmioBus
  readonly memory: GuestMemory
  /** With `engine: 'auto'`: why it is the software engine, from the beginning or since the guest was moved to it. */
  whyNotKvm: string | undefined
  readonly #machine: VmMachine
  #engine: Engine
  readonly #software: SoftwareOptions | undefined
  /** What the guest did on the engine that it was moved away from. */
  #before: VmStatistics | undefined
  readonly #halted = new Wakeup()
  #isRunning = false
  #abortNext = false
  #isClosed = false

  constructor(
    machine: VmMachine,
    engine: Engine,
    options: { whyNotKvm?: string; canMove?: boolean; software?: SoftwareOptions | undefined } = {},
  ) {
    this.#machine = machine
    this.#engine = engine
    this.io = machine.io
    this.mmio = machine.mmio
    this.whyNotKvm = options.whyNotKvm
    machine.canMove = options.canMove === true
    this.#software = options.software
    this.memory = new GuestMemory(
      () => this.#engine.memory,
      (address, size) => this.#engine.memoryWritten(address, size),
    )
    machine.connect({
      memory: () => this.#engine.memory,
      written: (address, size) => this.#engine.memoryWritten(address, size),
      stop: (exit) => this.#request(exit),
      wake: () => this.#wake(),
      a20: (isOpen) => this.#engine.setA20?.(isOpen),
    })
  }

  get engine(): EngineName {
    return this.#engine.name
  }

  /** Puts devices onto the machine's buses. Throws RangeError where one's ports are taken. */
  attach(...devices: Device[]): void {
    this.#checkOpen()
    for (const device of devices) this.#machine.attach(device)
  }

  /** Lets a pair of 8259 decide which interrupt the CPU takes; devices attached afterwards raise its lines. */
  attachPic(pic: Pic): void {
    this.attach(pic)
    this.#machine.usePic(pic)
  }

  /** Copies an image into guest memory. Throws RangeError where it does not fit. */
  load(image: Uint8Array, address: number = defaultLoadAddress): void {
    this.#checkOpen()
    this.memory.write(address, image)
  }

  /** The vCPU's registers. Not while it runs. */
  get registers(): Registers {
    this.#checkIdle()
    return this.#engine.readRegisters()
  }

  /** Changes registers; what is left out stays. Not while it runs. */
  setRegisters(update: RegistersUpdate): void {
    this.#checkIdle()
    this.#engine.writeRegisters(update)
  }

  /** Raises an external interrupt; the CPU takes it as soon as it has IF set. Throws RangeError for a vector beyond 255. */
  interrupt(vector: number): void {
    this.#checkOpen()
    if (!Number.isInteger(vector) || vector < 0 || vector > 255) throw new RangeError('an interrupt vector is a number from 0 to 255')
    this.#machine.interrupts.push(vector)
    this.#wake()
  }

  /** Raises a non-maskable interrupt. KVM only. */
  nmi(): void {
    this.#checkOpen()
    this.#engine.nmi()
  }

  /** Memory, registers and devices as they stand. Not while it runs. */
  snapshot(): VmSnapshot {
    this.#checkIdle()
    return {
      memory: this.#engine.memory.slice(),
      registers: this.#engine.readRegisters(),
      devices: this.#machine.devices.map((device) => ({ name: device.name, state: device.save() })),
      floatingPoint: this.#engine.readFloatingPoint(),
    }
  }

  /**
   * Goes back to a snapshot of this machine or of one with the same memory and devices. Throws RangeError where they differ.
   */
  restore(snapshot: VmSnapshot): void {
    this.#checkIdle()
    const { devices } = this.#machine
    if (snapshot.memory.length !== this.memory.sizeInBytes) throw new RangeError('the snapshot has another size of memory')
    if (snapshot.devices.length !== devices.length || snapshot.devices.some(({ name }, index) => devices[index]?.name !== name)) {
      throw new RangeError('the snapshot has other devices')
    }
    this.#engine.memory.set(snapshot.memory)
    this.#engine.memoryWritten(0, snapshot.memory.length)
    this.#engine.writeRegisters(snapshot.registers)
    this.#engine.writeFloatingPoint(snapshot.floatingPoint)
    for (const [index, { state }] of snapshot.devices.entries()) devices[index]?.restore(state)
  }

  /** Ends the run at this instruction with `{ reason: 'stopped', code }`; for handlers and devices. */
  stop(code = 0): void {
    this.#request({ reason: 'stopped', code })
  }

  /** Ends the run with `{ reason: 'aborted' }`, as an AbortSignal does; a run that has not begun yet ends at once. */
  abort(): void {
    if (this.#isRunning) this.#request({ reason: 'aborted' })
    else this.#abortNext = true
  }

  /** Lets the guest wait until `promise` resolves, for handlers whose reader is behind. A stop, a timeout or a signal ends the wait. */
  holdUntil(promise: Promise<void>): void {
    const machine = this.#machine
    const held = promise.then(() => {
      if (machine.hold === held) machine.hold = undefined
    })
    machine.hold = held
  }

  /**
   * Runs the guest until it halts or cannot go on, `timeout` milliseconds pass or `signal` fires; then the reason. Can be called again to
   * go on. The event loop is served all the while. Rejects only where a handler threw or the machine is closed or runs already.
   */
  async run(options: RunOptions = {}): Promise<VmExit> {
    this.#checkIdle()
    const { timeout, signal, onHalt = 'exit' } = options
    const machine = this.#machine
    if (signal?.aborted || this.#abortNext) {
      this.#abortNext = false
      return { reason: 'aborted' }
    }
    this.#isRunning = true
    machine.stopRequest = undefined
    const onAbort = () => this.#request({ reason: 'aborted' })
    signal?.addEventListener('abort', onAbort, { once: true })
    let timer: ReturnType<typeof setTimeout> | undefined
    machine.onStart = () => {
      machine.onStart = undefined
      if (timeout !== undefined) timer = setTimeout(() => this.#request({ reason: 'timeout' }), Math.min(Math.max(0, timeout), 0x7fffffff))
    }
    try {
      let exit = await this.#engine.run()
      if (exit.reason === 'internal-error' && exit.engineLimit && machine.canMove && (await this.#moveToSoftware(exit.message)))
        exit = await this.#engine.run()
      if (exit.reason !== 'halt' || onHalt === 'exit') return exit
      for (;;) {
        if (machine.stopRequest) return machine.stopRequest
        await this.#halted.sleep(Number.POSITIVE_INFINITY)
      }
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      this.#isRunning = false
      machine.stopRequest = undefined
    }
  }

  /** What was counted so far. */
  stats(): VmStatistics {
    const statistics = this.#engine.statistics.snapshot(this.#engine.instructionCount())
    return this.#before ? addStatistics(this.#before, statistics) : statistics
  }

  /** Frees everything: descriptors, guest memory. Not while it runs: end the run first. */
  close(): void {
    if (this.#isClosed) return
    this.#checkIdle()
    this.#isClosed = true
    this.#engine.close()
  }

  // The guest met something that this host's KVM does not emulate, or does slowly. Memory and registers are those before that instruction, the devices
  // are the machine's own: the software engine can go on there, unless the guest is 64-bit.
  async #moveToSoftware(why: string): Promise<boolean> {
    const old = this.#engine
    const registers = old.readRegisters()
    if ((registers.efer & 0x500n) !== 0n) return false
    const { createSoftwareEngine } = await import('./engines/software/software-engine.ts')
    let engine: Engine
    try {
      engine = await createSoftwareEngine(this.#machine, this.#software)
    } catch {
      return false
    }
    engine.memory.set(old.memory)
    engine.memoryWritten(0, old.memory.length)
    engine.writeRegisters(registers)
    engine.writeFloatingPoint(old.readFloatingPoint())
    const interrupt = old.undeliveredInterrupt ?? -1
    if (interrupt >= 0) this.#machine.interrupts.pushBack(interrupt)
    this.#machine.canMove = false
    this.#before = old.statistics.snapshot(undefined)
    this.#engine = engine
    this.whyNotKvm = why
    old.close()
    return true
  }

  #request(exit: VmExit): void {
    if (!this.#isRunning) return
    this.#machine.stopRequest ??= exit
    this.#wake()
  }

  #wake(): void {
    this.#halted.wake()
    this.#engine.kick()
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Error('the virtual machine is closed')
  }

  #checkIdle(): void {
    this.#checkOpen()
    if (this.#isRunning) throw new Error('the virtual machine is running')
  }
}
