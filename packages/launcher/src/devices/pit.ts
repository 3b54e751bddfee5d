// Intel 8254 interval timer: counters 0 (IRQ 0), 1 and 2 (speaker) at ports 40h to 43h, and port 61h with counter 2's gate and output.
// Follows the Intel 8254 data sheet. Counting is by the board's clock: registers are computed when somebody looks.
import { type Board, type Clock, type Device, type DeviceState, type IrqLine, byteWide } from './device.ts'

/** 1.193182 MHz: a third of the NTSC colour carrier. */
export const pitFrequencyInHz = 1_193_182
const ticksPerMs = pitFrequencyInHz / 1000

class Counter {
  mode = 3
  /** 1 low byte, 2 high byte, 3 low then high. */
  access = 3
  isBcd = false
  reload = 0x10000
  /** Clock in ms when the count was loaded. */
  startInMs = 0
  gate = true
  writeLow = -1
  readHighNext = false
  latched = -1
  latchedStatus = -1
  isLoaded = false

  /** Ticks since the count was loaded. */
  elapsed(nowInMs: number): number {
    return Math.floor((nowInMs - this.startInMs) * ticksPerMs)
  }

  current(nowInMs: number): number {
    if (!this.isLoaded) return 0
    const ticks = this.elapsed(nowInMs)
    if (this.mode === 2) return this.reload - (ticks % this.reload)
    // Square wave: counts down by two, twice a period.
    if (this.mode === 3) return this.reload - ((ticks * 2) % this.reload)
    return (this.reload - ticks) & 0xffff
  }

  output(nowInMs: number): boolean {
    if (!this.isLoaded) return this.mode !== 0
    const ticks = this.elapsed(nowInMs)
    if (this.mode === 2) return ticks % this.reload !== this.reload - 1
    if (this.mode === 3) return ticks % this.reload < this.reload / 2
    return this.mode === 0 || this.mode === 1 ? ticks >= this.reload : ticks !== this.reload
  }

  get isPeriodic(): boolean {
    return this.mode === 2 || this.mode === 3
  }
}

export class Pit implements Device {
  readonly name = 'pit'
  readonly #counters = [new Counter(), new Counter(), new Counter()]
  #clock: Clock | undefined
  #irq: IrqLine | undefined
  /** Edges of counter 0 that were delivered since its count was loaded. */
  #edges = 0
  #speaker = 0

  attach(board: Board): void {
    this.#clock = board.clock
    this.#irq = board.irq(0)
    board.io.on(
      [0x40, 0x43],
      byteWide({ in: (port) => (port === 0x43 ? 0xff : this.#read(port - 0x40)), out: (port, value) => this.#write(port, value) }),
    )
    board.io.on(0x61, byteWide({ in: () => this.#readSpeaker(), out: (_port, value) => this.#writeSpeaker(value) }))
    board.addTimer(() => this.#deliver())
  }

  #now(): number {
    return this.#clock?.now() ?? 0
  }

  #write(port: number, value: number): void {
    if (port === 0x43) {
      this.#writeControl(value)
      return
    }
    const index = port - 0x40
    const counter = this.#counters[index] as Counter
    if (counter.access === 1) this.#load(index, value)
    else if (counter.access === 2) this.#load(index, value << 8)
    else if (counter.writeLow < 0) counter.writeLow = value
    else {
      this.#load(index, counter.writeLow | (value << 8))
      counter.writeLow = -1
    }
  }

  #load(index: number, value: number): void {
    const counter = this.#counters[index] as Counter
    const count = counter.isBcd ? fromBcd(value) : value
    counter.reload = count === 0 ? (counter.isBcd ? 10_000 : 0x10000) : count
    counter.startInMs = this.#now()
    counter.isLoaded = true
    if (index === 0) this.#edges = 0
  }

  #writeControl(value: number): void {
    const select = value >> 6
    if (select === 3) {
      // Read-back command: bit 5 clear latches counts, bit 4 clear latches status.
      for (let i = 0; i < 3; i++) {
        if (!(value & (2 << i))) continue
        const counter = this.#counters[i] as Counter
        if (!(value & 0x20)) this.#latch(counter)
        if (!(value & 0x10) && counter.latchedStatus < 0) {
          const out = counter.output(this.#now()) ? 0x80 : 0
          counter.latchedStatus =
            out | (counter.isLoaded ? 0 : 0x40) | (counter.access << 4) | (counter.mode << 1) | (counter.isBcd ? 1 : 0)
        }
      }
      return
    }
    const counter = this.#counters[select] as Counter
    const access = (value >> 4) & 3
    if (access === 0) {
      this.#latch(counter)
      return
    }
    counter.access = access
    counter.mode = [0, 1, 2, 3, 4, 5, 2, 3][(value >> 1) & 7] as number
    counter.isBcd = (value & 1) !== 0
    counter.writeLow = -1
    counter.readHighNext = false
    counter.latched = -1
    counter.isLoaded = false
  }

  #latch(counter: Counter): void {
    if (counter.latched < 0) counter.latched = this.#visible(counter)
  }

  #visible(counter: Counter): number {
    const value = counter.current(this.#now()) & 0xffff
    return counter.isBcd ? toBcd(value) : value
  }

  #read(index: number): number {
    const counter = this.#counters[index] as Counter
    if (counter.latchedStatus >= 0) {
      const status = counter.latchedStatus
      counter.latchedStatus = -1
      return status
    }
    const value = counter.latched >= 0 ? counter.latched : this.#visible(counter)
    if (counter.access === 3 && !counter.readHighNext) {
      counter.readHighNext = true
      return value & 0xff
    }
    counter.readHighNext = false
    counter.latched = -1
    return counter.access === 1 ? value & 0xff : value >> 8
  }

  #readSpeaker(): number {
    // Bit 4 turns with each memory refresh, every 15.085 us (18 ticks); delay loops count that.
    const refresh = Math.floor((this.#now() * ticksPerMs) / 18) & 1
    return (this.#speaker & 0xf) | (refresh ? 0x10 : 0) | ((this.#counters[2] as Counter).output(this.#now()) ? 0x20 : 0)
  }

  #writeSpeaker(value: number): void {
    const counter = this.#counters[2] as Counter
    // A rising gate starts the count again.
    if (value & 1 && !(this.#speaker & 1)) counter.startInMs = this.#now()
    counter.gate = (value & 1) !== 0
    this.#speaker = value & 0xf
  }

  // Raises IRQ 0 for the edges since the last call. Several that were missed become one, as in the 8259's request bit.
  #deliver(): number {
    const counter = this.#counters[0] as Counter
    if (!counter.isLoaded) return Number.POSITIVE_INFINITY
    const now = this.#now()
    const ticks = counter.elapsed(now)
    const edges = counter.isPeriodic ? Math.floor(ticks / counter.reload) : ticks >= counter.reload ? 1 : 0
    if (edges > this.#edges) {
      this.#edges = edges
      this.#irq?.pulse()
    }
    if (!counter.isPeriodic && edges > 0) return Number.POSITIVE_INFINITY
    return Math.max(0.05, ((edges + 1) * counter.reload) / ticksPerMs - (now - counter.startInMs))
  }

  save(): DeviceState {
    const now = this.#now()
    return {
      counters: this.#counters.map((counter) => ({ ...counter, startInMs: counter.startInMs - now })),
      edges: this.#edges,
      speaker: this.#speaker,
    }
  }

  restore(state: DeviceState): void {
    const now = this.#now()
    const counters = state.counters as Counter[]
    for (const [index, counter] of this.#counters.entries()) {
      Object.assign(counter, counters[index])
      counter.startInMs += now
    }
    this.#edges = state.edges as number
    this.#speaker = state.speaker as number
  }
}

function fromBcd(value: number): number {
  return (value >> 12) * 1000 + ((value >> 8) & 15) * 100 + ((value >> 4) & 15) * 10 + (value & 15)
}

function toBcd(value: number): number {
  return (
    ((Math.floor(value / 1000) % 10) << 12) | ((Math.floor(value / 100) % 10) << 8) | ((Math.floor(value / 10) % 10) << 4) | (value % 10)
  )
}
