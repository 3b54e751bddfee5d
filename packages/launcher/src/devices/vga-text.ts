// The VGA's text modes: characters with attributes in guest memory at B8000h, 80 or 40 columns and 25, 28 or 50 rows as the CRTC says, the
// cursor and the start address in its registers (ports 3D4h/3D5h), status at 3DAh. In a graphics mode there is no text to show.
// Follows IBM's VGA technical reference. Drawing is the host's business.
import { type Board, type Device, type DeviceState, byteWide } from './device.ts'
import { cp437 } from './cp437.ts'

export const screenColumns = 80
export const screenRows = 25
const textAddress = 0xb8000
const textSize = 0x8000
const linesOfScreen = 400

// CRTC registers.
const lastColumn = 0x01
const linesOfCharacter = 0x09
const cursorStart = 0x0a
const startHigh = 0x0c
const startLow = 0x0d
const cursorHigh = 0x0e
const cursorLow = 0x0f
const crtcSize = 0x19
/** Graphics controller: miscellaneous register, bit 0 graphics. */
const graphicsMiscellaneous = 6

export interface ScreenCell {
  readonly character: string
  /** 0 to 15, in the order of CGA: black, blue, green, cyan, red, magenta, brown, grey, and bright. */
  readonly foreground: number
  readonly background: number
}

export class VgaText implements Device {
  readonly name = 'vga-text'
  readonly #crtc = new Uint8Array(crtcSize)
  readonly #sequencer = new Uint8Array(8)
  readonly #graphics = new Uint8Array(16)
  readonly #palette = new Uint8Array(768)
  #index = 0
  #sequencerIndex = 0
  #graphicsIndex = 0
  #paletteAt = 0
  #isRetrace = false
  #board: Board | undefined

  attach(board: Board): void {
    this.#board = board
    this.#crtc[lastColumn] = screenColumns - 1
    this.#crtc[linesOfCharacter] = 15
    this.#crtc[cursorStart] = 0x0d
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
        in: (port) => (port === 0x3d4 ? this.#index : (this.#crtc[this.#index] ?? 0)),
        out: (port, value) => {
          if (port === 0x3d4) this.#index = value
          else if (this.#index < crtcSize) this.#crtc[this.#index] = value
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
    board.io.on(
      [0x3c0, 0x3cf],
      byteWide({ posted: true, in: (port) => this.#readRegister(port), out: (port, value) => this.#writeRegister(port, value) }),
    )
  }

  #readRegister(port: number): number {
    switch (port) {
      case 0x3c4:
        return this.#sequencerIndex
      case 0x3c5:
        return this.#sequencer[this.#sequencerIndex & 7] as number
      case 0x3c7:
        return 3
      case 0x3c8:
        return Math.floor(this.#paletteAt / 3) & 0xff
      case 0x3c9:
        return this.#palette[this.#paletteAt++ % this.#palette.length] as number
      case 0x3cc:
        return 0x67
      case 0x3ce:
        return this.#graphicsIndex
      case 0x3cf:
        return this.#graphics[this.#graphicsIndex & 15] as number
      default:
        return 0
    }
  }

  // The sequencer, the graphics controller and the colour table keep what is written; only the graphics bit changes what is shown.
  #writeRegister(port: number, value: number): void {
    switch (port) {
      case 0x3c4:
        this.#sequencerIndex = value
        return
      case 0x3c5:
        this.#sequencer[this.#sequencerIndex & 7] = value
        return
      case 0x3c7:
      case 0x3c8:
        this.#paletteAt = value * 3
        return
      case 0x3c9:
        this.#palette[this.#paletteAt++ % this.#palette.length] = value & 63
        return
      case 0x3ce:
        this.#graphicsIndex = value
        return
      case 0x3cf:
        this.#graphics[this.#graphicsIndex & 15] = value
        return
      default:
    }
  }

  /** Columns and rows of the mode that the CRTC is set to. */
  get columns(): number {
    return (this.#crtc[lastColumn] as number) + 1
  }
  get rows(): number {
    return Math.floor(linesOfScreen / (((this.#crtc[linesOfCharacter] as number) & 31) + 1))
  }
  get isText(): boolean {
    return ((this.#graphics[graphicsMiscellaneous] as number) & 1) === 0
  }

  /** Column and row of the cursor; undefined where it is off. */
  get cursor(): { column: number; row: number } | undefined {
    if ((this.#crtc[cursorStart] as number) & 0x20) return undefined
    const { columns, rows } = this
    const position = (((this.#crtc[cursorHigh] as number) << 8) | (this.#crtc[cursorLow] as number)) - this.#start
    if (position < 0 || position >= columns * rows) return undefined
    return { column: position % columns, row: Math.floor(position / columns) }
  }

  get #start(): number {
    return ((this.#crtc[startHigh] as number) << 8) | (this.#crtc[startLow] as number)
  }

  /** Character and attribute bytes as they stand on the screen, row by row. */
  get cells(): Uint8Array {
    const start = (this.#start * 2) & (textSize - 1)
    const size = Math.min(textSize, this.columns * this.rows * 2)
    return (this.#board as Board).memoryView(textAddress + Math.min(start, textSize - size), size)
  }

  /** A blank while the screen shows graphics. */
  cell(column: number, row: number): ScreenCell {
    if (!this.isText) return { character: ' ', foreground: 7, background: 0 }
    const { cells } = this
    const at = (row * this.columns + column) * 2
    const attribute = cells[at + 1] ?? 0
    return { character: cp437[cells[at] ?? 0] as string, foreground: attribute & 15, background: (attribute >> 4) & 7 }
  }

  /** The screen as text, without the blanks at the ends of lines and below the last line. */
  get text(): string {
    if (!this.isText) return ''
    const { cells, columns, rows } = this
    const lines: string[] = []
    for (let row = 0; row < rows; row++) {
      let line = ''
      for (let column = 0; column < columns; column++) line += cp437[cells[(row * columns + column) * 2] ?? 0]
      lines.push(line.trimEnd())
    }
    while (lines.length > 0 && lines.at(-1) === '') lines.pop()
    return lines.map((line) => `${line}\n`).join('')
  }

  save(): DeviceState {
    return {
      crtc: [...this.#crtc],
      sequencer: [...this.#sequencer],
      graphics: [...this.#graphics],
      palette: [...this.#palette],
      index: this.#index,
      sequencerIndex: this.#sequencerIndex,
      graphicsIndex: this.#graphicsIndex,
      paletteAt: this.#paletteAt,
    }
  }

  restore(state: DeviceState): void {
    this.#crtc.set(state.crtc as number[])
    this.#palette.set(state.palette as number[])
    this.#sequencer.set(state.sequencer as number[])
    this.#graphics.set(state.graphics as number[])
    this.#index = state.index as number
    this.#sequencerIndex = state.sequencerIndex as number
    this.#graphicsIndex = state.graphicsIndex as number
    this.#paletteAt = state.paletteAt as number
  }
}
