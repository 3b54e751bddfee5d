// What joins a VM's parts: buses, interrupt inputs, timers, limits. It is a Board for devices (devices/device.ts) and a Machine for the engine
// (engines/engine.ts); a Vm (vm.ts) owns one.
import type { Board, Clock, Device, IrqLine } from './devices/device.ts'
import type { InterruptController, InterruptSource, Machine, RunCallbacks } from './engines/engine.ts'
import type { VmExit } from './exits.ts'
import { IoBus } from './io-bus.ts'
import { MmioBus } from './mmio-bus.ts'

/** `vm.interrupt(vector)` first, then what the controller holds. */
class InterruptInputs implements InterruptSource {
  readonly #vectors: number[] = []
  controller: InterruptController | undefined

  push(vector: number): void {
    this.#vectors.push(vector)
  }
  /** One that the CPU had taken already, and that goes before all others. */
  pushBack(vector: number): void {
    this.#vectors.unshift(vector)
  }
  pendingVector(): number {
    return this.#vectors[0] ?? this.controller?.pendingVector() ?? -1
  }
  acknowledge(): number {
    return this.#vectors.shift() ?? this.controller?.acknowledge() ?? 0xff
  }
  get vectors(): readonly number[] {
    return this.#vectors
  }
}

interface Connection {
  memory(): Uint8Array
  written(address: number, sizeInBytes: number): void
  stop(exit: VmExit): void
  wake(): void
  a20(isOpen: boolean): void
}

const noLine: IrqLine = { set() {}, pulse() {} }

export class Motherboard implements Machine, Board {
  readonly memorySizeInBytes: number
  clock: Clock
  readonly io = new IoBus()
  readonly mmio = new MmioBus()
  readonly interrupts = new InterruptInputs()
  readonly devices: Device[] = []
  readonly callbacks: RunCallbacks = {}
  /** A callback is under way: the CPU does not run. */
  isResting = false
  canMove = false
  exitLimit = Number.POSITIVE_INFINITY
  instructionLimit = Number.POSITIVE_INFINITY
  setIrqLine?: (line: number, level: boolean) => void
  stopRequest: VmExit | undefined
  hold: Promise<void> | undefined
  readonly #timers: (() => number)[] = []
  #connection: Connection | undefined

  constructor(memorySizeInBytes: number, clock: Clock) {
    this.memorySizeInBytes = memorySizeInBytes
    this.clock = clock
  }

  connect(connection: Connection): void {
    this.#connection = connection
  }

  attach(device: Device): void {
    device.attach(this)
    this.devices.push(device)
  }

  notify(event: keyof RunCallbacks): void {
    const callback = this.callbacks[event]
    if (!callback) return
    this.isResting = true
    try {
      callback()
    } finally {
      this.isResting = false
    }
  }

  useController(controller: InterruptController): void {
    this.interrupts.controller = controller
  }

  /** Called at the first slice of each run. */
  onStart: (() => void) | undefined

  started(): void {
    this.onStart?.()
  }

  runTimers(): number {
    let next = Number.POSITIVE_INFINITY
    for (const timer of this.#timers) next = Math.min(next, timer())
    return next
  }

  memoryView(address: number, sizeInBytes: number): Uint8Array {
    return (this.#connection?.memory() ?? new Uint8Array(0)).subarray(address, address + sizeInBytes)
  }

  writeMemory(address: number, bytes: Uint8Array): void {
    this.memoryView(address, bytes.length).set(bytes)
    this.#connection?.written(address, bytes.length)
  }

  irq(line: number): IrqLine {
    const set = this.setIrqLine
    if (!set) return this.interrupts.controller?.line(line) ?? noLine
    return {
      set: (level) => set(line, level),
      pulse: () => {
        set(line, true)
        set(line, false)
      },
    }
  }

  addTimer(timer: () => number): void {
    this.#timers.push(timer)
  }

  stop(code: number): void {
    this.#connection?.stop({ reason: 'stopped', code })
  }

  a20(isOpen: boolean): void {
    this.#connection?.a20(isOpen)
  }

  reset(): void {
    this.#connection?.stop({ reason: 'reset' })
  }

  wake(): void {
    this.#connection?.wake()
  }
}
