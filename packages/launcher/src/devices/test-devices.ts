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

const sleepEnable = 0x2000
const acpiEnabled = 1
/** The power management timer: 3.579545 MHz, 24 bits (§4.7.3.3). */
const timerTicksPerMs = 3579.545

/**
 * Power management: the PM1 event and control registers at 600h and 604h and the SMI command port B2h as QEMU's PC has them, the timer at 608h, port B004h as Bochs has it.
 * Sleep (2000h) ends the run with code 0. ACPI Specification 1.0b §4.7.3.
 */
export class PowerOff implements Device {
  readonly name = 'power-off'
  #events = 0
  #control = 0
  attach(board: Board): void {
    const control = (value: number) => {
      if (value & sleepEnable) board.stop(0)
      this.#control = (value & ~sleepEnable & ~acpiEnabled) | (this.#control & acpiEnabled)
    }
    for (const port of [0x604, 0xb004]) board.io.on([port, port + 1], { in: () => this.#control, out: (_port, value) => control(value) })
    board.io.on([0x600, 0x603], {
      in: (port) => this.#events >>> (8 * (port & 3)),
      out: (port, value) => {
        // The status in the lower half is cleared by writing ones; nothing ever sets it.
        if (port === 0x602) this.#events = value << 16
      },
    })
    board.io.on([0x608, 0x60b], { in: (port) => (Math.floor(board.clock.now() * timerTicksPerMs) & 0xffffff) >>> (8 * (port & 3)) })
    board.io.on(0xb2, {
      in: () => 0,
      out: (_port, value) => {
        if (value === 0xf1) this.#control |= acpiEnabled
        if (value === 0xf0) this.#control &= ~acpiEnabled
      },
    })
  }
  save(): DeviceState {
    return { events: this.#events, control: this.#control }
  }
  restore(state: DeviceState): void {
    this.#events = state.events as number
    this.#control = state.control as number
  }
}
