// MC146818 real-time clock and the PC/AT's CMOS memory: index at port 70h, data at 71h, IRQ 8.
// Follows the MC146818 data sheet and the PC/AT technical reference (memory sizes at 15h to 18h, 30h, 34h).
import { type Board, type Clock, type Device, type DeviceState, type IrqLine, byteWide } from './device.ts'

const periodicEnable = 0x40

export class Cmos implements Device {
  readonly name = 'cmos'
  readonly #bytes = new Uint8Array(128)
  #index = 0
  #clock: Clock | undefined
  #irq: IrqLine | undefined
  #lastPeriod = 0

  attach(board: Board): void {
    this.#clock = board.clock
    this.#irq = board.irq(8)
    const bytes = this.#bytes
    bytes[0x0a] = 0x26
    bytes[0x0b] = 0x02 // 24 hours, BCD
    bytes[0x0d] = 0x80 // the battery is good
    bytes[0x14] = 0x06 // coprocessor, colour display of 80 columns… as a PC with VGA says
    const kib = board.memorySizeInBytes >> 10
    const extended = Math.min(0xffff, Math.max(0, kib - 1024))
    const above16 = Math.max(0, (board.memorySizeInBytes - (16 << 20)) >> 16)
    set16(bytes, 0x15, 640)
    set16(bytes, 0x17, extended)
    set16(bytes, 0x30, extended)
    set16(bytes, 0x34, Math.min(0xffff, above16))
    board.io.on(
      [0x70, 0x71],
      byteWide({
        in: (port) => (port === 0x70 ? 0xff : this.#read()),
        out: (port, value) => {
          if (port === 0x70) this.#index = value & 0x7f
          else this.#write(value)
        },
      }),
    )
    board.addTimer(() => this.#tick())
  }

  #read(): number {
    const register = this.#index
    if (register <= 9 || register === 0x32) return this.#time(register)
    const value = this.#bytes[register] as number
    if (register === 0x0c) {
      // Reading takes the interrupt back.
      this.#bytes[0x0c] = 0
      this.#irq?.set(false)
    }
    return value
  }

  #write(value: number): void {
    if (this.#index === 0x0c || this.#index === 0x0d) return
    this.#bytes[this.#index] = value
    if (this.#index === 0x0a || this.#index === 0x0b) this.#lastPeriod = this.#clock?.now() ?? 0
  }

  #time(register: number): number {
    const date = new Date(this.#clock?.wallTime() ?? 0)
    const isBinary = ((this.#bytes[0x0b] as number) & 4) !== 0
    const format = (value: number) => (isBinary ? value : (Math.floor(value / 10) << 4) | (value % 10))
    switch (register) {
      case 0:
        return format(date.getUTCSeconds())
      case 2:
        return format(date.getUTCMinutes())
      case 4: {
        const hours = date.getUTCHours()
        if ((this.#bytes[0x0b] as number) & 2) return format(hours)
        return format(hours % 12 === 0 ? 12 : hours % 12) | (hours >= 12 ? 0x80 : 0)
      }
      case 6:
        return format(date.getUTCDay() + 1)
      case 7:
        return format(date.getUTCDate())
      case 8:
        return format(date.getUTCMonth() + 1)
      case 9:
        return format(date.getUTCFullYear() % 100)
      case 0x32:
        return format(Math.floor(date.getUTCFullYear() / 100))
      default:
        return this.#bytes[register] as number
    }
  }

  #periodInMs(): number {
    const rate = (this.#bytes[0x0a] as number) & 15
    if (!((this.#bytes[0x0b] as number) & periodicEnable) || rate === 0) return Number.POSITIVE_INFINITY
    // 32,768 Hz divided by 2^(rate - 1); rates 1 and 2 stand for 8 and 9.
    return 1000 / (32_768 >> ((rate < 3 ? rate + 7 : rate) - 1))
  }

  #tick(): number {
    const period = this.#periodInMs()
    if (!Number.isFinite(period)) return period
    const now = this.#clock?.now() ?? 0
    const periods = Math.floor((now - this.#lastPeriod) / period)
    if (periods > 0) {
      this.#lastPeriod += periods * period
      this.#bytes[0x0c] = 0xc0
      this.#irq?.set(true)
    }
    return Math.max(0.05, this.#lastPeriod + period - now)
  }

  save(): DeviceState {
    return { bytes: [...this.#bytes], index: this.#index }
  }

  restore(state: DeviceState): void {
    this.#bytes.set(state.bytes as number[])
    this.#index = state.index as number
    this.#lastPeriod = this.#clock?.now() ?? 0
  }
}

function set16(bytes: Uint8Array, index: number, value: number): void {
  bytes[index] = value & 0xff
  bytes[index + 1] = value >> 8
}
