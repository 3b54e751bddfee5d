// The narrow seam between a machine (buses, devices, limits) and what executes its instructions.
import type { IrqLine } from '../devices/device.ts'
import type { VmExit } from '../exits.ts'
import type { IoBus } from '../io-bus.ts'
import type { MmioBus } from '../mmio-bus.ts'
import type { Registers, RegistersUpdate } from '../registers.ts'
import type { StatisticsRecorder } from '../statistics.ts'
import type { CpuidEntry, Translation } from '../vcpu.ts'

/** Where external interrupts come from: a model of the 8259, or a queue of vectors. */
export interface InterruptSource {
  /** The vector of the interrupt that waits for the CPU to have IF set, -1 for none. */
  pendingVector(): number
  /** The CPU takes it (INTA): the vector. */
  acknowledge(): number
}

/** What decides among the devices' lines. */
export interface InterruptController extends InterruptSource {
  line(irq: number): IrqLine
}

/**
 * What happens around the guest's stays, for whoever watches or steers a machine: the callbacks of LibKVM. What one throws ends the run: `run` rejects
 * with it. With one CPU its registers can be read and changed in them.
 */
export interface RunCallbacks {
  /** Before each stay in the guest: KVM_RUN, or a slice of v86. Writes to posted ports do not end a stay. */
  preRun?: (() => void) | undefined
  /** After each stay. */
  postRun?: (() => void) | undefined
  /** HLT: KVM_EXIT_HLT. With interrupts on the CPU sleeps after that until one comes, otherwise the run ends. */
  halt?: (() => void) | undefined
  /** A triple fault: KVM_EXIT_SHUTDOWN. */
  shutdown?: (() => void) | undefined
  /** An interrupt waits, and the CPU can take it now: KVM_EXIT_IRQ_WINDOW_OPEN. Not on the software engine, where v86 takes it by itself. */
  interruptWindow?: (() => void) | undefined
}

/** What an engine needs of its machine. */
export interface Machine {
  readonly callbacks: RunCallbacks
  /** Calls one of them; the CPU is at rest meanwhile. */
  notify(event: keyof RunCallbacks): void
  readonly memorySizeInBytes: number
  readonly io: IoBus
  readonly mmio: MmioBus
  readonly interrupts: InterruptSource
  /** The guest may go on on another engine: an exit with `engineLimit` asks for it. */
  readonly canMove: boolean
  /** Set to end the run at the next exit; the engine hands it back as the run's result. */
  stopRequest: VmExit | undefined
  /** For an engine with interrupt controllers of its own: takes the devices' lines. */
  setIrqLine?: (line: number, level: boolean) => void
  /** Limits of the run, each Infinity where there is none. */
  readonly exitLimit: number
  readonly instructionLimit: number
  /** Set while a reader of the guest's output is behind: the guest waits until it resolves. */
  hold: Promise<void> | undefined
  /** The guest gets its first slice now; before it waited for its turn, which does not count as its time. */
  started(): void
  /** Lets the devices catch up with their clocks; gives the milliseconds until one of them wants it again (Infinity: never). */
  runTimers(): number
}

/** What a range of guest physical addresses shows: memory of its own, or RAM that lies elsewhere. */
export type MemorySource =
  | { readonly kind: 'new'; readonly sizeInBytes: number }
  | { readonly kind: 'alias'; readonly address: number; readonly sizeInBytes: number }

export interface MappedMemory {
  readonly bytes: Uint8Array
  unmap(): void
}

export type EngineName = 'kvm' | 'software'

/** The state of one virtual CPU. */
export interface EngineCpu {
  readRegisters(): Registers
  writeRegisters(update: RegistersUpdate): void
  /** x87 and SSE registers: struct kvm_fpu. */
  readFloatingPoint(): Uint8Array
  writeFloatingPoint(state: Uint8Array): void
  readMsr(index: number): bigint
  writeMsr(index: number, value: bigint): void
  readCpuid(): CpuidEntry[]
  writeCpuid(entries: readonly CpuidEntry[]): void
  translate(linear: bigint): Translation | undefined
  nmi(): void
}

export interface Engine {
  readonly name: EngineName
  readonly cpus: readonly EngineCpu[]
  /** Guest physical memory from address 0. */
  readonly memory: Uint8Array
  readonly statistics: StatisticsRecorder
  /** Runs until the machine's stopRequest is set or the guest cannot go on. Gives way to the event loop every few milliseconds. */
  run(): Promise<VmExit>
  /** Something changed (a stop request, an interrupt line): look at it soon. */
  kick(): void
  /** An interrupt that was acknowledged and not taken yet, where the engine keeps such; -1 for none. */
  readonly undeliveredInterrupt?: number
  /** The address line A20, where the engine has it. */
  setA20?(isOpen: boolean): void
  /** Throws RangeError where this engine cannot have memory there. */
  mapMemory(address: number, source: MemorySource, readOnly: boolean): MappedMemory
  /** Call after the host wrote guest memory that may hold code. */
  memoryWritten(address: number, sizeInBytes: number): void
  /** Instructions executed so far, where the engine counts them. */
  instructionCount(): number | undefined
  close(): void
}

/** An engine that cannot be used here, and what the user can do. */
export class EngineUnavailableError extends Error {
  readonly engine: EngineName
  constructor(engine: EngineName, message: string) {
    super(message)
    this.name = 'EngineUnavailableError'
    this.engine = engine
  }
}
