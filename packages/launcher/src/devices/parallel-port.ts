// The PC's printer port LPT1, ports 378h to 37Ah. Enters: bytes and strobes of a guest. Leaves: each byte that was strobed.
// Follows the IBM PC/AT technical reference, parallel printer adapter. The printer is always ready, and takes a byte at once.
import { type Board, type Device, type DeviceState, byteWide } from './device.ts'

/** Not busy, acknowledged, selected, no error; paper is there. */
const readyStatus = 0xdf
const strobe = 1

export class ParallelPort implements Device {
  readonly name = 'parallel-port'
  readonly #print: (byte: number) => void
  #data = 0
  #control = 0x0c

  constructor(print: (byte: number) => void) {
    this.#print = print
  }

  attach(board: Board): void {
    board.io.on(
      [0x378, 0x37a],
      byteWide({
        in: (port) => (port === 0x378 ? this.#data : port === 0x379 ? readyStatus : this.#control | 0xc0),
        out: (port, value) => {
          if (port === 0x378) this.#data = value
          if (port !== 0x37a) return
          if (value & strobe && !(this.#control & strobe)) this.#print(this.#data)
          this.#control = value & 0x3f
        },
      }),
    )
  }

  save(): DeviceState {
    return { data: this.#data, control: this.#control }
  }

  restore(state: DeviceState): void {
    this.#data = state.data as number
    this.#control = state.control as number
  }
}
