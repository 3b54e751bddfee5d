// Intel 8042 keyboard controller with a PC keyboard and a mouse that lies still: data at port 60h, status and commands at 64h, IRQ 1 and 12;
// system control at port 92h. Follows the IBM PS/2 technical reference. The keyboard speaks scan code set 1, as the controller's translation gives it.
import { type Board, type Device, type DeviceState, type IrqLine, byteWide } from './device.ts'
import { Mouse } from './mouse.ts'
import { keysOf, scanCodesOf } from './scan-codes.ts'

const outputFull = 1
const systemFlag = 4
const isCommand = 8
const notInhibited = 0x10
const fromMouse = 0x20
const keyboardInterrupt = 0x01
const mouseInterrupt = 0x02
const mouseOff = 0x20
const a20Bit = 2

export class Keyboard implements Device {
  readonly name = 'keyboard'
  #board: Board | undefined
  #irq: IrqLine | undefined
  #mouseIrq: IrqLine | undefined
  readonly #mouse = new Mouse()
  /** Bit 0: interrupt; bit 1: the mouse's; bit 4: keyboard off; bit 5: mouse off; bit 6: translation. */
  #command = 0x65
  /** Clock and data lines up, A20 open, no reset. */
  #outputPort = 0xcf
  #pendingCommand = 0
  #pendingKeyboardByte = 0
  #lastWasCommand = false
  #lastByte = 0
  /** Bytes for the guest: answers of the controller go before keys. */
  #answers: number[] = []
  #keys: number[] = []

  attach(board: Board): void {
    this.#board = board
    this.#irq = board.irq(1)
    this.#mouseIrq = board.irq(12)
    board.io.on(0x60, byteWide({ in: () => this.#readData(), out: (_port, value) => this.#writeData(value) }))
    board.io.on(0x64, byteWide({ in: () => this.#status(), out: (_port, value) => this.#writeCommand(value) }))
    board.io.on(
      0x92,
      byteWide({
        in: () => this.#outputPort & a20Bit,
        out: (_port, value) => {
          this.#setOutputPort((this.#outputPort & ~a20Bit) | (value & a20Bit))
          if (value & 1) board.reset()
        },
      }),
    )
  }

  /** Types text: each character, and each sequence that a terminal sends for an arrow, becomes its keys, pressed and released, on a US keyboard. Gives false where a character has no key. */
  type(text: string): boolean {
    let all = true
    for (const key of keysOf(text)) {
      const codes = scanCodesOf(key)
      if (codes && this.#keys.length < 4096) this.#keys.push(...codes)
      else all = false
    }
    this.#update()
    this.#board?.wake()
    return all
  }

  #setOutputPort(value: number): void {
    const changed = (value ^ this.#outputPort) & a20Bit
    this.#outputPort = value
    if (changed) this.#board?.a20((value & a20Bit) !== 0)
  }

  #status(): number {
    const full = this.#hasByte() ? outputFull : this.#hasMouseByte() ? outputFull | fromMouse : 0
    return notInhibited | systemFlag | (this.#lastWasCommand ? isCommand : 0) | full
  }

  #hasMouseByte(): boolean {
    return this.#mouse.bytes.length > 0 && !(this.#command & mouseOff)
  }

  #hasByte(): boolean {
    return this.#answers.length > 0 || (this.#keys.length > 0 && !(this.#command & 0x10))
  }

  #readData(): number {
    const queue =
      this.#answers.length > 0 ? this.#answers : this.#hasByte() ? this.#keys : this.#hasMouseByte() ? this.#mouse.bytes : undefined
    // An empty buffer gives its last byte again.
    if (queue) this.#lastByte = queue.shift() as number
    this.#irq?.set(false)
    this.#mouseIrq?.set(false)
    this.#update()
    return this.#lastByte
  }

  #update(): void {
    const hasByte = this.#hasByte()
    this.#irq?.set(hasByte && (this.#command & keyboardInterrupt) !== 0)
    this.#mouseIrq?.set(!hasByte && this.#hasMouseByte() && (this.#command & mouseInterrupt) !== 0)
  }

  #answer(...bytes: number[]): void {
    this.#answers.push(...bytes)
    this.#update()
  }

  #writeCommand(value: number): void {
    this.#lastWasCommand = true
    this.#pendingCommand = 0
    switch (value) {
      case 0x20:
        this.#answer(this.#command)
        return
      case 0x60:
      case 0xd1:
      case 0xd2:
      case 0xd3:
      case 0xd4:
        this.#pendingCommand = value
        return
      case 0xaa:
        this.#answer(0x55)
        return
      case 0xab:
      case 0xa9:
        this.#answer(0)
        return
      case 0xa7:
        this.#command |= mouseOff
        return
      case 0xa8:
        this.#command &= ~mouseOff
        this.#update()
        return
      case 0xad:
        this.#command |= 0x10
        return
      case 0xae:
        this.#command &= ~0x10
        this.#update()
        return
      case 0xd0:
        this.#answer(this.#outputPort | 1 | (this.#hasByte() ? 0x10 : 0))
        return
      case 0xdd:
        this.#setOutputPort(this.#outputPort & ~a20Bit)
        return
      case 0xdf:
        this.#setOutputPort(this.#outputPort | a20Bit)
        return
      default:
        // F0h to FFh pulse bits of the output port; bit 0 is the CPU's reset.
        if (value >= 0xf0 && (value & 1) === 0) this.#board?.reset()
    }
  }

  #writeData(value: number): void {
    this.#lastWasCommand = false
    const command = this.#pendingCommand
    this.#pendingCommand = 0
    switch (command) {
      case 0x60:
        this.#command = value
        this.#update()
        return
      case 0xd1:
        this.#setOutputPort(value)
        if (!(value & 1)) this.#board?.reset()
        return
      case 0xd2:
        this.#answer(value)
        return
      case 0xd3:
        this.#mouse.bytes.push(value)
        this.#update()
        return
      case 0xd4:
        this.#mouse.write(value)
        this.#update()
        return
      default:
        this.#writeKeyboard(value)
    }
  }

  // Commands of the keyboard itself: FAh acknowledges.
  #writeKeyboard(value: number): void {
    if (this.#pendingKeyboardByte) {
      const isQuery = this.#pendingKeyboardByte === 0xf0 && value === 0
      this.#pendingKeyboardByte = 0
      if (isQuery) this.#answer(0xfa, 0x41)
      else this.#answer(0xfa)
      return
    }
    switch (value) {
      case 0xed:
      case 0xf0:
      case 0xf3:
        this.#pendingKeyboardByte = value
        this.#answer(0xfa)
        return
      case 0xee:
        this.#answer(0xee)
        return
      case 0xf2:
        this.#answer(0xfa, 0xab, 0x41)
        return
      case 0xff:
        this.#answer(0xfa, 0xaa)
        return
      default:
        this.#answer(0xfa)
    }
  }

  save(): DeviceState {
    return {
      command: this.#command,
      outputPort: this.#outputPort,
      pendingCommand: this.#pendingCommand,
      pendingKeyboardByte: this.#pendingKeyboardByte,
      answers: [...this.#answers],
      keys: [...this.#keys],
      mouse: this.#mouse.save(),
    }
  }

  restore(state: DeviceState): void {
    this.#command = state.command as number
    this.#setOutputPort(state.outputPort as number)
    this.#pendingCommand = state.pendingCommand as number
    this.#pendingKeyboardByte = state.pendingKeyboardByte as number
    this.#answers = [...(state.answers as number[])]
    this.#keys = [...(state.keys as number[])]
    this.#mouse.restore(state.mouse as DeviceState)
    this.#update()
  }
}
