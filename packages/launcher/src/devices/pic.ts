// Two Intel 8259A interrupt controllers, cascaded as in a PC/AT: ports 20h/21h and A0h/A1h, ELCR at 4D0h/4D1h.
// Follows the Intel 8259A data sheet (ICW1 to ICW4, OCW1 to OCW3).
import type { InterruptSource } from '../engines/engine.ts'
import { type Board, type Device, type DeviceState, type IrqLine, byteWide } from './device.ts'

const cascadeInput = 2

class Chip {
  /** Interrupt request, in service, mask. */
  irr = 0
  isr = 0
  imr = 0xff
  /** Levels of the inputs, for edges. */
  lines = 0
  levelTriggered = 0
  vectorBase = 0
  initStep = 0
  needsIcw4 = false
  isSingle = false
  autoEoi = false
  rotateOnAutoEoi = false
  readIsr = false
  poll = false
  specialMask = false
  /** Input of lowest priority. */
  lowest = 7

  set(input: number, level: boolean): void {
    const bit = 1 << input
    const was = this.lines & bit
    if (level) {
      this.lines |= bit
      if (!was || this.levelTriggered & bit) this.irr |= bit
    } else {
      this.lines &= ~bit
      // An edge stays latched; a level goes away with the line.
      if (this.levelTriggered & bit) this.irr &= ~bit
    }
  }

  /** The input that would be served now, -1 for none. */
  highest(): number {
    const waiting = this.irr & ~this.imr
    if (waiting === 0) return -1
    for (let i = 1; i <= 8; i++) {
      const input = (this.lowest + i) & 7
      const bit = 1 << input
      // What is in service holds back its own and lower priorities.
      if (this.isr & bit && !(this.specialMask && this.imr & bit)) return -1
      if (waiting & bit) return input
    }
    return -1
  }

  acknowledge(input: number): void {
    const bit = 1 << input
    if (!(this.levelTriggered & bit)) this.irr &= ~bit
    if (this.autoEoi) {
      if (this.rotateOnAutoEoi) this.lowest = input
    } else this.isr |= bit
  }

  writeCommand(value: number): void {
    if (value & 0x10) {
      // ICW1
      this.initStep = 2
      this.needsIcw4 = (value & 1) !== 0
      this.isSingle = (value & 2) !== 0
      this.imr = 0
      this.isr = 0
      this.irr = 0
      // The edge sense is reset: a line that is high gives a new edge when it is set again.
      this.lines = 0
      this.lowest = 7
      this.autoEoi = this.rotateOnAutoEoi = this.specialMask = this.readIsr = this.poll = false
    } else if (value & 8) {
      // OCW3
      if (value & 2) this.readIsr = (value & 1) !== 0
      if (value & 4) this.poll = true
      if (value & 0x40) this.specialMask = (value & 0x20) !== 0
    } else this.#endOfInterrupt(value >> 5, value & 7)
  }

  // OCW2
  #endOfInterrupt(command: number, level: number): void {
    const inService = this.#highestInService()
    switch (command) {
      case 0:
      case 4:
        this.rotateOnAutoEoi = command === 4
        return
      case 1:
      case 5:
        if (inService < 0) return
        this.isr &= ~(1 << inService)
        if (command === 5) this.lowest = inService
        return
      case 3:
      case 7:
        this.isr &= ~(1 << level)
        if (command === 7) this.lowest = level
        return
      case 6:
        this.lowest = level
        return
      default:
    }
  }

  #highestInService(): number {
    for (let i = 1; i <= 8; i++) {
      const input = (this.lowest + i) & 7
      if (this.isr & (1 << input)) return input
    }
    return -1
  }

  writeData(value: number): void {
    switch (this.initStep) {
      case 2:
        this.vectorBase = value & 0xf8
        this.initStep = this.isSingle ? (this.needsIcw4 ? 4 : 0) : 3
        return
      case 3:
        this.initStep = this.needsIcw4 ? 4 : 0
        return
      case 4:
        this.autoEoi = (value & 2) !== 0
        this.initStep = 0
        return
      default:
        this.imr = value
    }
  }

  readCommand(): number {
    if (this.poll) {
      this.poll = false
      const input = this.highest()
      if (input < 0) return 0
      this.acknowledge(input)
      return 0x80 | input
    }
    return this.readIsr ? this.isr : this.irr
  }
}

export class Pic implements Device, InterruptSource {
  readonly name = 'pic'
  readonly #master = new Chip()
  readonly #slave = new Chip()

  attach({ io }: Board): void {
    for (const [port, chip] of [
      [0x20, this.#master],
      [0xa0, this.#slave],
    ] as const) {
      io.on(
        [port, port + 1],
        byteWide({
          in: (at) => (at === port ? chip.readCommand() : chip.imr),
          out: (at, value) => {
            if (at === port) chip.writeCommand(value)
            else chip.writeData(value)
          },
        }),
      )
    }
    io.on(
      [0x4d0, 0x4d1],
      byteWide({
        in: (at) => (at === 0x4d0 ? this.#master : this.#slave).levelTriggered,
        out: (at, value) => {
          // Timer, keyboard, cascade, clock and coprocessor are always edges.
          if (at === 0x4d0) this.#master.levelTriggered = value & 0xf8
          else this.#slave.levelTriggered = value & 0xde
        },
      }),
    )
  }

  line(irq: number): IrqLine {
    const set = (level: boolean) => {
      if (irq < 8) this.#master.set(irq, level)
      else this.#slave.set(irq - 8, level)
    }
    return {
      set,
      pulse: () => {
        set(false)
        set(true)
        set(false)
      },
    }
  }

  pendingVector(): number {
    const slaveInput = this.#slave.highest()
    this.#master.set(cascadeInput, false)
    if (slaveInput >= 0) this.#master.irr |= 1 << cascadeInput
    else this.#master.irr &= ~(1 << cascadeInput)
    const input = this.#master.highest()
    if (input < 0) return -1
    return input === cascadeInput ? this.#slave.vectorBase + slaveInput : this.#master.vectorBase + input
  }

  acknowledge(): number {
    const vector = this.pendingVector()
    // The CPU asked although nothing waits any more: the spurious interrupt of the lowest input.
    if (vector < 0) return this.#master.vectorBase + 7
    const input = this.#master.highest()
    this.#master.acknowledge(input)
    if (input === cascadeInput) this.#slave.acknowledge(this.#slave.highest())
    return vector
  }

  save(): DeviceState {
    return { master: { ...this.#master }, slave: { ...this.#slave } }
  }

  restore(state: DeviceState): void {
    Object.assign(this.#master, state.master)
    Object.assign(this.#slave, state.slave)
  }
}
