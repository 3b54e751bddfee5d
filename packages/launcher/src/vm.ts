// A virtual machine: memory, buses and vCPUs on an engine. Enters: an engine (create-vm.ts), an image. Leaves: typed exits.
import type { Device, DeviceState } from './devices/device.ts'
import type { Engine, EngineCpu, EngineName, InterruptController, MappedMemory, MemorySource, RunCallbacks } from './engines/engine.ts'
import { Wakeup } from './engines/schedule.ts'
import type { SoftwareOptions } from './engines/software/load-v86.ts'
import type { VmExit } from './exits.ts'
import type { IoBus } from './io-bus.ts'
import type { Motherboard } from './motherboard.ts'
import { GuestMemory, defaultLoadAddress } from './memory.ts'
import type { MmioBus } from './mmio-bus.ts'
import { now } from './now.ts'
import type { Registers, RegistersUpdate } from './registers.ts'
import { type VmStatistics, addStatistics } from './statistics.ts'
import { EngineLimitError, Vcpu } from './vcpu.ts'

const pageSize = 4096
/** Physical addresses have 46 bits on the smallest hosts. */
const highestAddress = 2 ** 46

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
  /** Ends the run with `limit` after this many exits of this machine; looked at between slices, so a few more may happen. */
  maxExits?: number
  /** The same for instructions; the software engine counts them, KVM does not. */
  maxInstructions?: number
}

export class Vm {
  /** Port handlers. */
  readonly io: IoBus
  /** Handlers for addresses where no memory is. */
  readonly mmio: MmioBus
  readonly memory: GuestMemory
  readonly cpus: readonly Vcpu[]
  /** With `engine: 'auto'`: why it is the software engine, from the beginning or since the guest was moved to it. */
  whyNotKvm: string | undefined
  /** Called around the guest's stays; set those that you want. */
  readonly callbacks: RunCallbacks
  readonly #machine: Motherboard
  #engine: Engine
  readonly #software: SoftwareOptions | undefined
  /** What the guest did on the engine that it was moved away from. */
  #before: VmStatistics | undefined
  readonly #halted = new Wakeup()
  #isRunning = false
  #abortNext = false
  #isClosed = false

  constructor(
    machine: Motherboard,
    engine: Engine,
    options: { whyNotKvm?: string; canMove?: boolean; software?: SoftwareOptions | undefined } = {},
  ) {
    this.#machine = machine
    this.#engine = engine
    this.io = machine.io
    this.mmio = machine.mmio
    this.callbacks = machine.callbacks
    this.whyNotKvm = options.whyNotKvm
    machine.canMove = options.canMove === true
    this.#software = options.software
    this.cpus = engine.cpus.map(
      (_, id) =>
        new Vcpu(
          id,
          () => this.#engine.cpus[id] as EngineCpu,
          () => {
            if (!machine.isResting) this.#checkIdle()
          },
        ),
    )
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

  /** Lets a pair of 8259, or what else chooses, decide which interrupt the CPU takes; devices attached afterwards raise its lines. */
  attachInterruptController(controller: Device & InterruptController): void {
    this.attach(controller)
    this.#machine.useController(controller)
  }

  /** Copies an image into guest memory. Throws RangeError where it does not fit. */
  load(image: Uint8Array, address: number = defaultLoadAddress): void {
    this.#checkOpen()
    this.memory.write(address, image)
  }

  /** The registers of the first CPU. Not while it runs. */
  get registers(): Registers {
    return this.cpu.registers
  }

  /** Changes registers of the first CPU; what is left out stays. Not while it runs. */
  setRegisters(update: RegistersUpdate): void {
    this.cpu.setRegisters(update)
  }

  /** The first CPU. */
  get cpu(): Vcpu {
    return this.cpus[0] as Vcpu
  }

  /**
   * Puts memory at a guest physical address (KVM_SET_USER_MEMORY_REGION), over what is there: new memory, or with `alias` RAM that lies elsewhere.
   * Writes to read-only memory go to the MMIO bus. Not while it runs. Address and size are multiples of 4096; RangeError where they are not,
   * where an alias is not RAM, or where the engine cannot (v86: above the guest's own memory only, and for data only); KvmError where KVM has no slot left.
   */
  mapMemory(
    address: number,
    memory: { size: number } | { alias: number; size: number },
    options: { readOnly?: boolean } = {},
  ): MappedMemory {
    this.#checkIdle()
    const { size } = memory
    const alias = 'alias' in memory ? memory.alias : 0
    for (const value of [address, size, alias])
      if (!Number.isSafeInteger(value) || value < 0 || value % pageSize !== 0)
        throw new RangeError(`not a multiple of ${pageSize}: ${value}`)
    if (size === 0 || address + size > highestAddress)
      throw new RangeError(`no memory of ${size} bytes can be at 0x${address.toString(16)}`)
    if (alias + size > this.memory.sizeInBytes && 'alias' in memory)
      throw new RangeError('an alias shows guest memory, and this is beyond it')
    const source: MemorySource =
      'alias' in memory ? { kind: 'alias', address: alias, sizeInBytes: size } : { kind: 'new', sizeInBytes: size }
    this.#machine.canMove = false
    return this.#engine.mapMemory(address, source, options.readOnly === true)
  }

  /**
   * Raises an external interrupt (KVM_INTERRUPT); the CPU takes it as soon as it has IF set. Throws RangeError for a vector beyond 255, EngineLimitError
   * with `irqchip: 'kernel'`, whose controllers choose the vector.
   */
  interrupt(vector: number): void {
    this.#checkOpen()
    if (this.#machine.setIrqLine) throw new EngineLimitError("with irqchip 'kernel' interrupts come from the devices' lines")
    if (!Number.isInteger(vector) || vector < 0 || vector > 255) throw new RangeError('an interrupt vector is a number from 0 to 255')
    this.#machine.interrupts.push(vector)
    this.#wake()
  }

  /** KVM_NMI on the first CPU. Throws EngineLimitError on the software engine. */
  nmi(): void {
    this.#checkOpen()
    this.cpu.nmi()
    this.#wake()
  }

  /** Memory, registers and devices as they stand. Not while it runs. */
  snapshot(): VmSnapshot {
    this.#checkIdle()
    return {
      memory: this.#engine.memory.slice(),
      registers: this.#cpu.readRegisters(),
      devices: this.#machine.devices.map((device) => ({ name: device.name, state: device.save() })),
      floatingPoint: this.#cpu.readFloatingPoint(),
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
    this.#cpu.writeRegisters(snapshot.registers)
    this.#cpu.writeFloatingPoint(snapshot.floatingPoint)
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
    const { timeout, signal, onHalt = 'exit', maxExits = Number.POSITIVE_INFINITY, maxInstructions } = options
    const machine = this.#machine
    const counted = this.#engine.instructionCount()
    if (maxInstructions !== undefined && counted === undefined)
      throw new EngineLimitError('KVM does not count instructions; use the software engine')
    machine.exitLimit = this.#engine.statistics.exits + maxExits
    machine.instructionLimit = (counted ?? 0) + (maxInstructions ?? Number.POSITIVE_INFINITY)
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

  /**
   * Runs the guest and gives each port access and each MMIO access that no handler claims as an exit of its own, then what ended the run, as the last
   * one. For a read set `exit.value` before asking for the next. The software engine gives MMIO of 2 bytes as two of 1, and interprets meanwhile. Leaving the loop leaves the guest
   * where it stands. `timeout` counts the guest's time.
   * @example
   * for await (const exit of vm.exits({ timeout: 1000 })) {
   *   if (exit.reason === 'io' && exit.direction === 'in') exit.value = 0x42
   * }
   */
  async *exits(options: RunOptions = {}): AsyncGenerator<VmExit, void, void> {
    let left = options.timeout
    this.io.handsOut = true
    this.mmio.handsOut = true
    try {
      for (;;) {
        const start = now()
        const exit = await this.run(left === undefined ? options : { ...options, timeout: left })
        yield exit
        if (exit.reason !== 'io' && exit.reason !== 'mmio') return
        if (left !== undefined) left = Math.max(0, left - (now() - start))
      }
    } finally {
      this.io.handsOut = false
      this.mmio.handsOut = false
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
    const cpu = this.#cpu
    const registers = cpu.readRegisters()
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
    engine.cpus[0]?.writeRegisters(registers)
    engine.cpus[0]?.writeFloatingPoint(cpu.readFloatingPoint())
    const interrupt = old.undeliveredInterrupt ?? -1
    if (interrupt >= 0) this.#machine.interrupts.pushBack(interrupt)
    this.#machine.canMove = false
    this.#before = old.statistics.snapshot(undefined)
    this.#engine = engine
    this.whyNotKvm = why
    old.close()
    return true
  }

  get #cpu(): EngineCpu {
    return this.#engine.cpus[0] as EngineCpu
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
