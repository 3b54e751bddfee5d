// Ports for tests and bare-metal programs: QEMU's debug console (E9h) and isa-debug-exit (F4h), and the test device of kvm-unit-tests
// (docs of kvm-unit-tests, x86/README; QEMU, docs/system/i386 and hw/misc/pc-testdev).
import { type Board, type Device, type DeviceState, byteWide } from './device.ts'

/** Port E9h: bytes go out; reading gives E9h, which tells a program that somebody listens. */
export class DebugConsole implements Device {
  readonly name = 'debug-console'
  readonly #transmit: (byte: number) => void
  readonly #port: number
  constructor(transmit: (byte: number) => void, port = 0xe9) {
    this.#transmit = transmit
    this.#port = port
  }
  attach({ io }: Board): void {
    io.on(this.#port, byteWide({ posted: true, in: () => 0xe9, out: (_port, value) => this.#transmit(value) }))
  }
  save(): DeviceState {
    return {}
  }
  restore(): void {}
}

/** Port F4h: ends the run with the status 2 * value + 1, as QEMU's isa-debug-exit does. */
export class DebugExit implements Device {
  readonly name = 'debug-exit'
  readonly #port: number
  constructor(port = 0xf4) {
    this.#port = port
  }
  attach(board: Board): void {
    board.io.on([this.#port, this.#port + 3], { in: () => 0, out: (_port, value) => board.stop(((value << 1) | 1) & 0xff) })
  }
  save(): DeviceState {
    return {}
  }
  restore(): void {}
}

/** Ports of kvm-unit-tests: D1h memory size, E0h to E7h echo, 2000h to 2017h interrupt lines. */
export class TestDevice implements Device {
  readonly name = 'testdev'
  #echo = 0
  attach(board: Board): void {
    board.io.on(0xd1, { in: () => board.memorySizeInBytes })
    board.io.on([0xe0, 0xe7], {
      in: () => this.#echo,
      out: (_port, value) => {
        this.#echo = value
      },
    })
    board.io.on([0x2000, 0x200f], { out: (port, value) => board.irq(port - 0x2000).set(value !== 0) })
  }
  save(): DeviceState {
    return { echo: this.#echo }
  }
  restore(state: DeviceState): void {
    this.#echo = state.echo as number
  }
}
