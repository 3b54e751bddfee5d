// The local APIC of one CPU, at FEE00000h: interrupts by vector and priority, its timer, interrupts to itself. Follows Intel SDM vol. 3 ch. 11 (APIC);
// as the BIOS leaves it: switched on, LINT0 takes the 8259's interrupts.
import type { Board, Device, DeviceState } from './device.ts'

export const localApicAddress = 0xfee00000
/** Version 14h, the last entry of its local vector table is 5. */
const version = 0x50014
/** Of the timer, as in QEMU. */
const ticksPerMs = 1_000_000
const masked = 0x10000
const periodic = 0x20000
const externalMode = 7
const enabled = 0x100

// Offsets of registers.
const spurious = 0xf0
const commandLow = 0x300
const commandHigh = 0x310
const timerEntry = 0x320
const lint0 = 0x350
const lint1 = 0x360
const lastEntry = 0x370
const initialCount = 0x380
const currentCount = 0x390
const divider = 0x3e0

/** Registers that keep what is written, with the bits that they have, and what the BIOS leaves there. */
const plainRegisters: readonly (readonly [offset: number, bits: number, value: number])[] = [
  [0x20, 0xff000000, 0],
  [0x80, 0xff, 0],
  [0xd0, 0xff000000, 0],
  [0xe0, 0xf0000000, 0xffffffff],
  [spurious, 0x1ff, 0x1ff],
  [0x280, 0, 0],
  [commandLow, 0x000ccfff, 0],
  [commandHigh, 0xff000000, 0],
  [timerEntry, 0x300ff, masked],
  [0x330, 0x107ff, masked],
  [0x340, 0x107ff, masked],
  [lint0, 0x1a7ff, 0x8700],
  [lint1, 0x1a7ff, 0x8400],
  [lastEntry, 0x100ff, masked],
  [divider, 0xb, 0],
]

export class LocalApic implements Device {
  readonly name = 'local-apic'
  #registers = new Map(plainRegisters.map(([offset, , value]) => [offset, value]))
  /** 256 bits each: requested, in service, level-triggered. */
  #requests = new Uint32Array(8)
  #service = new Uint32Array(8)
  #levels = new Uint32Array(8)
  #initial = 0
  /** When the timer's count began, in ticks; -1: it stands still. */
  #startedAt = -1
  #board: Board | undefined
  /** A level-triggered interrupt is over: the I/O APIC looks at its line again. */
  onEndOfInterrupt: (vector: number) => void = () => {}

  attach(board: Board): void {
    this.#board = board
    board.mmio.on([localApicAddress, localApicAddress + 0xfff], {
      read: (address, size) => (this.#read(address & 0xff0) >>> (8 * (address & 3))) & (size >= 4 ? -1 : 2 ** (8 * size) - 1),
      write: (address, value) => {
        if ((address & 15) === 0) this.#write(address & 0xfff, value >>> 0)
      },
    })
    board.addTimer(() => this.#tick())
  }

  /** An interrupt for this CPU. */
  accept(vector: number, isLevel: boolean): void {
    if (vector < 16) return
    set(this.#requests, vector, true)
    set(this.#levels, vector, isLevel)
  }

  /** Whether LINT0 hands on what the 8259 has. */
  get takesExternal(): boolean {
    if ((this.#get(spurious) & enabled) === 0) return true
    const entry = this.#get(lint0)
    return (entry & masked) === 0 && ((entry >> 8) & 7) === externalMode
  }

  /** The vector that the CPU would take now, -1 for none. */
  pendingVector(): number {
    if ((this.#get(spurious) & enabled) === 0) return -1
    const vector = highest(this.#requests)
    return vector >= 0 && vector >> 4 > this.#priority >> 4 ? vector : -1
  }

  acknowledge(): number {
    const vector = this.pendingVector()
    if (vector < 0) return this.#get(spurious) & 0xff
    set(this.#requests, vector, false)
    set(this.#service, vector, true)
    return vector
  }

  /** Task or processor priority: the class of what is in service counts too (§11.8.3.1). */
  get #priority(): number {
    const task = this.#get(0x80)
    const service = Math.max(0, highest(this.#service))
    return task >> 4 >= service >> 4 ? task : service & 0xf0
  }

  #get(offset: number): number {
    return this.#registers.get(offset) ?? 0
  }

  #read(offset: number): number {
    if (offset >= 0x100 && offset < 0x280) {
      const bits = offset < 0x180 ? this.#service : offset < 0x200 ? this.#levels : this.#requests
      return bits[(offset >> 4) & 7] as number
    }
    switch (offset) {
      case 0x30:
        return version
      case 0xa0:
        return this.#priority
      case initialCount:
        return this.#initial
      case currentCount:
        return this.#remaining()
      default:
        return this.#get(offset)
    }
  }

  #write(offset: number, value: number): void {
    if (offset === 0xb0) {
      const vector = highest(this.#service)
      if (vector < 0) return
      set(this.#service, vector, false)
      if (has(this.#levels, vector)) this.onEndOfInterrupt(vector)
      return
    }
    if (offset === initialCount) {
      this.#initial = value
      this.#startedAt = value === 0 ? -1 : this.#ticks()
      return
    }
    const bits = plainRegisters.find(([known]) => known === offset)?.[1]
    if (bits === undefined) return
    const kept = offset === 0xe0 ? 0x0fffffff : 0
    this.#registers.set(offset, ((value & bits) | kept) >>> 0)
    // Switched off, all of the local vector table is masked.
    if (offset === spurious && (value & enabled) === 0)
      for (let entry = timerEntry; entry <= lastEntry; entry += 16) this.#registers.set(entry, this.#get(entry) | masked)
    if (offset === commandLow) this.#sendInterrupt(value)
  }

  // There is one CPU: what is for all, for itself or for its number is for it, but INIT and SIPI are for others.
  #sendInterrupt(command: number): void {
    const isForSelf = [() => this.#get(commandHigh) >>> 24 === this.#get(0x20) >>> 24, () => true, () => true, () => false]
    if (((command >> 8) & 7) === 0 && isForSelf[(command >> 18) & 3]?.()) this.accept(command & 0xff, false)
  }

  /** The timer counts once in so many ticks: 2 for code 0, up to 128 for 6, 1 for 7 (§11.5.4). */
  get #ticksPerMs(): number {
    const code = this.#get(divider)
    return ticksPerMs / 2 ** (((((code >> 1) & 4) | (code & 3)) + 1) & 7)
  }

  /** The timer's ticks since some moment. */
  #ticks(): number {
    return (this.#board?.clock.now() ?? 0) * this.#ticksPerMs
  }

  #remaining(): number {
    if (this.#startedAt < 0) return 0
    const passed = this.#ticks() - this.#startedAt
    if (passed >= this.#initial && (this.#get(timerEntry) & periodic) === 0) return 0
    return Math.floor(this.#initial - (passed % this.#initial)) >>> 0
  }

  // Milliseconds until the timer is over.
  #tick(): number {
    if (this.#startedAt < 0) return Number.POSITIVE_INFINITY
    const now = this.#ticks()
    const entry = this.#get(timerEntry)
    let left = this.#initial - (now - this.#startedAt)
    if (left <= 0) {
      if ((entry & masked) === 0) this.accept(entry & 0xff, false)
      if ((entry & periodic) === 0) {
        this.#startedAt = -1
        return Number.POSITIVE_INFINITY
      }
      // Ticks that nobody could take are lost, as on the real one while one waits.
      this.#startedAt += Math.floor((now - this.#startedAt) / this.#initial) * this.#initial
      left = this.#initial - (now - this.#startedAt)
    }
    return (entry & masked) === 0 ? left / this.#ticksPerMs : Number.POSITIVE_INFINITY
  }

  save(): DeviceState {
    const now = this.#ticks()
    return {
      registers: [...this.#registers],
      requests: [...this.#requests],
      service: [...this.#service],
      levels: [...this.#levels],
      initial: this.#initial,
      passed: this.#startedAt < 0 ? -1 : now - this.#startedAt,
    }
  }

  restore(state: DeviceState): void {
    this.#registers = new Map(state.registers as [number, number][])
    this.#requests = Uint32Array.from(state.requests as number[])
    this.#service = Uint32Array.from(state.service as number[])
    this.#levels = Uint32Array.from(state.levels as number[])
    this.#initial = state.initial as number
    this.#startedAt = (state.passed as number) < 0 ? -1 : this.#ticks() - (state.passed as number)
  }
}

function has(bits: Uint32Array, vector: number): boolean {
  return (((bits[vector >> 5] as number) >>> (vector & 31)) & 1) === 1
}

function set(bits: Uint32Array, vector: number, isSet: boolean): void {
  const mask = 1 << (vector & 31)
  bits[vector >> 5] = isSet ? (bits[vector >> 5] as number) | mask : (bits[vector >> 5] as number) & ~mask
}

function highest(bits: Uint32Array): number {
  for (let word = 7; word >= 0; word--) if (bits[word] !== 0) return word * 32 + 31 - Math.clz32(bits[word] as number)
  return -1
}
