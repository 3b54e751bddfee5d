// The text screen as ANSI escape sequences (ECMA-48, SGR). Enters: the screen. Leaves: one frame.
import type { VgaText } from '@kernelbox/launcher'

/** CGA's order of colours in ANSI's. */
const ansi = [0, 4, 2, 6, 1, 5, 3, 7]

export function drawScreen(screen: VgaText): string {
  let frame = '\u001b[?25l\u001b[H'
  let last = ''
  const { rows, columns } = screen
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const { character, foreground, background } = screen.cell(column, row)
      const color = `\u001b[${(foreground & 8 ? 90 : 30) + (ansi[foreground & 7] as number)};${40 + (ansi[background] as number)}m`
      if (color !== last) frame += color
      last = color
      frame += character
    }
    frame += row === rows - 1 ? '' : '\r\n'
  }
  const { cursor } = screen
  return cursor ? `${frame}\u001b[0m\u001b[${cursor.row + 1};${cursor.column + 1}H\u001b[?25h` : `${frame}\u001b[0m`
}
