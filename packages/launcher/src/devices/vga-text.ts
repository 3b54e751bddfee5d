// The VGA's text mode 3: 80 x 25 characters with attributes in guest memory at B8000h, the cursor in the CRTC's registers
// (ports 3D4h/3D5h), status at 3DAh. Follows IBM's VGA technical reference. Drawing is the host's business: see `screen`.
import { type Board, type Device, type DeviceState, byteWide } from './device.ts'
import { cp437 } from './cp437.ts'

export const screenColumns = 80
export const screenRows = 25
const textAddress = 0xb8000

export interface ScreenCell {
  readonly character: string
  /** 0 to 15, in the order of CGA: black, blue, green, cyan, red, magenta, brown, grey, and bright. */
  readonly foreground: number
  readonly background: number
}

export class VgaText implements Device {
  readonly name = 'vga-text'
  readonly #crtc = new Uint8Array(32)
  readonly #palette = new Uint8Array(768)
  #index = 0
  #sequencerIndex = 0
  #graphicsIndex = 0
  #isRetrace = false
  #board: Board | undefined

  attach(board: Board): void {
    this.#board = board
    this.#crtc[0x0a] = 0x0d
    this.#crtc[0x0b] = 0x0e
    // The card shows blanks, not zeros, after power-up.
    const cells = board.memoryView(textAddress, screenColumns * screenRows * 2)
    for (let i = 0; i < cells.length; i += 2) {
      cells[i] = 0x20
      cells[i + 1] = 0x07
    }
    board.io.on(
      [0x3d4, 0x3d5],
      byteWide({
        posted: true,
        in: (port) => (port === 0x3d4 ? this.#index : (this.#crtc[this.#index] as number)),
        out: (port, value) => {
          if (port === 0x3d4) this.#index = value & 31
          else this.#crtc[this.#index] = value
        },
      }),
    )
    // Reading the status shows the retrace coming and going, for those who wait for it.
    board.io.on(0x3da, {
      in: () => {
        this.#isRetrace = !this.#isRetrace
        return this.#isRetrace ? 9 : 0
      },
      posted: true,
    })
    // Registers that text mode does not need: written, and read back as far as programs look.
    board.io.on(
      [0x3c0, 0x3cf],
      byteWide({
        posted: true,
        in: (port) => (port === 0x3c4 ? this.#sequencerIndex : port === 0x3ce ? this.#graphicsIndex : port === 0x3cc ? 0x67 : 0),
        out: (port, value) => {
          if (port === 0x3c4) this.#sequencerIndex = value
          if (port === 0x3ce) this.#graphicsIndex = value
        },
      }),
    )
  }

  /** Column and row of the cursor; undefined where it is off. */
  get cursor(): { column: number; row: number } | undefined {
    if ((this.#crtc[0x0a] as number) & 0x20) return undefined
    const position = (((this.#crtc[0x0e] as number) << 8) | (this.#crtc[0x0f] as number)) - this.#start
    if (position < 0 || position >= screenColumns * screenRows) return undefined
    return { column: position % screenColumns, row: Math.floor(position / screenColumns) }
  }

  get #start(): number {
    return ((this.#crtc[0x0c] as number) << 8) | (this.#crtc[0x0d] as number)
  }

  /** Character and attribute bytes as they stand on the screen, row by row. */
  get cells(): Uint8Array {
    const start = (this.#start * 2) & 0x7fff
    const size = screenColumns * screenRows * 2
    return (this.#board as Board).memoryView(textAddress + Math.min(start, 0x8000 - size), size)
  }

  cell(column: number, row: number): ScreenCell {
    const { cells } = this
    const at = (row * screenColumns + column) * 2
    const attribute = cells[at + 1] as number
    return { character: cp437[cells[at] as number] as string, foreground: attribute & 15, background: (attribute >> 4) & 7 }
  }

  /** The screen as text, without the blanks at the ends of lines and below the last line. */
  get text(): string {
    const { cells } = this
    const lines: string[] = []
    for (let row = 0; row < screenRows; row++) {
      let line = ''
      for (let column = 0; column < screenColumns; column++) line += cp437[cells[(row * screenColumns + column) * 2] as number]
      lines.push(line.trimEnd())
    }
    while (lines.length > 0 && lines.at(-1) === '') lines.pop()
    return lines.map((line) => `${line}\n`).join('')
  }

  save(): DeviceState {
    return { crtc: [...this.#crtc], palette: [...this.#palette], index: this.#index }
  }

  restore(state: DeviceState): void {
    this.#crtc.set(state.crtc as number[])
    this.#palette.set(state.palette as number[])
    this.#index = state.index as number
  }
}
