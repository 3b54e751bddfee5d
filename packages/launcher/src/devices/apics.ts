// Which interrupt the CPU takes on a PC with both kinds of controller: each device's line goes to the 8259 and to the I/O APIC, and the local APIC chooses.
// Line 0 is the I/O APIC's input 2, as the tables say (boot/firmware-tables.ts).
import type { InterruptController } from '../engines/engine.ts'
import type { Board, Device, DeviceState, IrqLine } from './device.ts'
import { IoApic } from './io-apic.ts'
import { LocalApic } from './local-apic.ts'
import type { Pic } from './pic.ts'

export const timerInput = 2

export class Apics implements Device, InterruptController {
  readonly name = 'apics'
  readonly #pic: Pic
  readonly #local = new LocalApic()
  readonly #io = new IoApic(this.#local)

  constructor(pic: Pic) {
    this.#pic = pic
  }

  attach(board: Board): void {
    this.#pic.attach(board)
    this.#local.attach(board)
    this.#io.attach(board)
  }

  line(irq: number): IrqLine {
    const line = this.#pic.line(irq)
    const input = irq === 0 ? timerInput : irq
    return {
      set: (level) => {
        line.set(level)
        this.#io.set(input, level)
      },
      pulse: () => {
        line.pulse()
        this.#io.set(input, false)
        this.#io.set(input, true)
        this.#io.set(input, false)
      },
    }
  }

  pendingVector(): number {
    const vector = this.#local.pendingVector()
    return vector < 0 && this.#local.takesExternal ? this.#pic.pendingVector() : vector
  }

  acknowledge(): number {
    return this.#local.pendingVector() >= 0 || !this.#local.takesExternal ? this.#local.acknowledge() : this.#pic.acknowledge()
  }

  save(): DeviceState {
    return { pic: this.#pic.save(), local: this.#local.save(), io: this.#io.save() }
  }

  restore(state: DeviceState): void {
    this.#pic.restore(state.pic as DeviceState)
    this.#local.restore(state.local as DeviceState)
    this.#io.restore(state.io as DeviceState)
  }
}
