// National 16550A UART, the PC's COM1: ports 3F8h to 3FFh, IRQ 4. Follows the PC16550D data sheet, section 8.
// A transmitted byte is out at once: the transmitter is always empty.
import { type Board, type Device, type DeviceState, type IrqLine, byteWide } from './device.ts'

const receiveEnable = 1
const transmitEnable = 2
const lineEnable = 4
const fifoSize = 16
/** Bytes from the host that wait for the guest; more are refused. */
const inputLimit = 1 << 20

export class Uart implements Device {
  readonly name: string
  readonly #base: number
  readonly #irqNumber: number
  readonly #transmit: (byte: number) => void
  #board: Board | undefined
  #irq: IrqLine | undefined
  #ier = 0
  #fcr = 0
  #lcr = 3
  #mcr = 0
  #scratch = 0
  #divisor = 1
  #transmitInterrupt = false
  #overrun = false
  #input: number[] = []
  #looped: number[] = []

  /** @param transmit gets each byte that the guest sends */
  constructor(transmit: (byte: number) => void, base = 0x3f8, irq = 4) {
    this.name = `uart-${base.toString(16)}`
    this.#transmit = transmit
    this.#base = base
    this.#irqNumber = irq
  }

  attach(board: Board): void {
    this.#board = board
    this.#irq = board.irq(this.#irqNumber)
    board.io.on(this.#base, this.#data)
    board.io.on([this.#base + 1, this.#base + 7], this.#registers)
  }

  #handler(posted: boolean) {
    return byteWide({ posted, in: (port) => this.#read(port - this.#base), out: (port, value) => this.#write(port - this.#base, value) })
  }
  /** Sent bytes may be gathered, unless the guest waits for the transmitter's interrupt after each. */
  readonly #data = this.#handler(true)
  readonly #registers = this.#handler(false)

  /** Bytes for the guest to receive; gives how many were taken. */
  receive(bytes: Uint8Array): number {
    const room = Math.max(0, inputLimit - this.#input.length)
    for (const byte of bytes.subarray(0, room)) this.#input.push(byte)
    this.#update()
    this.#board?.wake()
    return Math.min(room, bytes.length)
  }

  get #queue(): number[] {
    return this.#mcr & 0x10 ? this.#looped : this.#input
  }

  #read(register: number): number {
    const isDivisor = (this.#lcr & 0x80) !== 0
    switch (register) {
      case 0: {
        if (isDivisor) return this.#divisor & 0xff
        const byte = this.#queue.shift() ?? 0
        this.#update()
        return byte
      }
      case 1:
        return isDivisor ? this.#divisor >> 8 : this.#ier
      case 2: {
        const cause = this.#cause()
        // Reading the identification takes back the transmitter's interrupt.
        if (cause === 2) {
          this.#transmitInterrupt = false
          this.#update()
        }
        return cause | (this.#fcr & 1 ? 0xc0 : 0)
      }
      case 3:
        return this.#lcr
      case 4:
        return this.#mcr
      case 5: {
        const status = 0x60 | (this.#queue.length > 0 ? 1 : 0) | (this.#overrun ? 2 : 0)
        this.#overrun = false
        return status
      }
      case 6:
        // In loop-back mode the outputs come back as inputs: RTS as CTS, DTR as DSR, OUT1 as RI, OUT2 as DCD.
        if (this.#mcr & 0x10) return ((this.#mcr & 2) << 3) | ((this.#mcr & 1) << 5) | ((this.#mcr & 4) << 4) | ((this.#mcr & 8) << 4)
        return 0xb0
      default:
        return this.#scratch
    }
  }

  #write(register: number, value: number): void {
    const isDivisor = (this.#lcr & 0x80) !== 0
    switch (register) {
      case 0:
        if (isDivisor) this.#divisor = (this.#divisor & 0xff00) | value
        else this.#send(value)
        return
      case 1:
        if (isDivisor) this.#divisor = (this.#divisor & 0xff) | (value << 8)
        else {
          // Turning the transmitter's interrupt on raises it: the transmitter is empty.
          if (value & transmitEnable && !(this.#ier & transmitEnable)) this.#transmitInterrupt = true
          this.#ier = value & 0xf
          this.#data.posted = !(value & transmitEnable)
          this.#board?.io.changed()
          this.#update()
        }
        return
      case 2:
        this.#fcr = value
        if (value & 2) this.#queue.length = 0
        this.#update()
        return
      case 3:
        this.#lcr = value
        return
      case 4:
        this.#mcr = value & 0x1f
        this.#update()
        return
      case 7:
        this.#scratch = value
        return
      default:
    }
  }

  #send(byte: number): void {
    if (this.#mcr & 0x10) {
      if (this.#looped.length < fifoSize) this.#looped.push(byte)
      else this.#overrun = true
    } else this.#transmit(byte)
    this.#transmitInterrupt = true
    this.#update()
  }

  // Interrupt identification: line status, received data, transmitter empty, in that order; 1 for none.
  #cause(): number {
    if (this.#ier & lineEnable && this.#overrun) return 6
    if (this.#ier & receiveEnable && this.#queue.length > 0) return 4
    if (this.#ier & transmitEnable && this.#transmitInterrupt) return 2
    return 1
  }

  #update(): void {
    // OUT2 gates the interrupt onto the bus in a PC.
    const isRaised = this.#cause() !== 1 && (this.#mcr & 8) !== 0
    this.#irq?.set(isRaised)
  }

  save(): DeviceState {
    return {
      ier: this.#ier,
      fcr: this.#fcr,
      lcr: this.#lcr,
      mcr: this.#mcr,
      scratch: this.#scratch,
      divisor: this.#divisor,
      transmitInterrupt: this.#transmitInterrupt,
      overrun: this.#overrun,
      input: [...this.#input],
      looped: [...this.#looped],
    }
  }

  restore(state: DeviceState): void {
    this.#ier = state.ier as number
    this.#fcr = state.fcr as number
    this.#lcr = state.lcr as number
    this.#mcr = state.mcr as number
    this.#scratch = state.scratch as number
    this.#divisor = state.divisor as number
    this.#transmitInterrupt = state.transmitInterrupt as boolean
    this.#overrun = state.overrun as boolean
    this.#input = [...(state.input as number[])]
    this.#looped = [...(state.looped as number[])]
    this.#update()
  }
}
