// A PS/2 mouse that nobody moves. Enters: command bytes that the keyboard controller passes on. Leaves: answers, in `bytes`.
// Follows the IBM PS/2 technical reference, mouse section.
import type { DeviceState } from './device.ts'

const acknowledge = 0xfa

export class Mouse {
  /** What waits for the guest. */
  readonly bytes: number[] = []
  #argumentOf = 0
  #isStreaming = false
  #resolution = 2
  #rate = 100

  write(value: number): void {
    if (this.#argumentOf !== 0) {
      if (this.#argumentOf === 0xe8) this.#resolution = value & 3
      else this.#rate = value
      this.#argumentOf = 0
      this.bytes.push(acknowledge)
      return
    }
    switch (value) {
      // Resolution, sample rate: one byte follows.
      case 0xe8:
      case 0xf3:
        this.#argumentOf = value
        this.bytes.push(acknowledge)
        return
      case 0xe9:
        this.bytes.push(acknowledge, this.#isStreaming ? 0x20 : 0, this.#resolution, this.#rate)
        return
      // A packet on request: no button, no movement.
      case 0xeb:
        this.bytes.push(acknowledge, 0x08, 0, 0)
        return
      case 0xf2:
        this.bytes.push(acknowledge, 0)
        return
      case 0xff:
        this.bytes.push(acknowledge, 0xaa, 0)
        return
      default:
        if (value === 0xf4 || value === 0xf5) this.#isStreaming = value === 0xf4
        this.bytes.push(acknowledge)
    }
  }

  save(): DeviceState {
    return {
      bytes: [...this.bytes],
      argumentOf: this.#argumentOf,
      isStreaming: this.#isStreaming,
      resolution: this.#resolution,
      rate: this.#rate,
    }
  }

  restore(state: DeviceState): void {
    this.bytes.splice(0, this.bytes.length, ...(state.bytes as number[]))
    this.#argumentOf = state.argumentOf as number
    this.#isStreaming = state.isStreaming as boolean
    this.#resolution = state.resolution as number
    this.#rate = state.rate as number
  }
}
