// What two machines are compared by when a guest has come to rest: the text screen, what it sent, and how it ended.

export const columns = 80
export const rows = 25
const bytesPerRow = columns * 2

export interface GuestState {
  /** Video memory at B8000h: characters and attributes. */
  readonly screen: Uint8Array
  readonly serial: string
  readonly debug: string
  /** rest: halted for good, or in a loop that changes nothing. exit N: the debug exit or power-off. reset: also a triple fault. */
  readonly end: string
}

/** What to run, and the world around it. */
export interface GuestWorld {
  readonly image: Uint8Array
  readonly kind: 'boot' | 'multiboot'
  readonly floppy: boolean
  readonly keys: string
  readonly serial: string
  readonly memoryInMiB: number
  readonly commandLine: string
  readonly modules: readonly { readonly bytes: Uint8Array; readonly path: string; readonly commandLine: string }[]
}

export const firmwareBanner = 'Booting from '

function textOf(screen: Uint8Array, row: number): string {
  return String.fromCharCode(...screen.subarray(row * bytesPerRow, (row + 1) * bytesPerRow).filter((_, at) => at % 2 === 0))
}

/**
 * The rows below what the firmware itself has said, and above the blank rows at the end; each is characters and, with `attributes`,
 * their colours in hexadecimal.
 */
export function visibleRows(screen: Uint8Array, attributes: boolean): string[] {
  let first = 0
  for (let row = 0; row < rows; row++) if (textOf(screen, row).startsWith(firmwareBanner)) first = row + 1
  const lines: string[] = []
  for (let row = first; row < rows; row++) {
    const colours = Buffer.from(screen.subarray(row * bytesPerRow, (row + 1) * bytesPerRow).filter((_, at) => at % 2 === 1)).toString('hex')
    const text = textOf(screen, row).replaceAll('\0', ' ').trimEnd()
    const isPlain = !attributes || /^(?:07)*$/.test(colours)
    lines.push(
      isPlain ? text : `${text}|${colours.replace(/((..)\2*)/g, (run, _all, pair: string) => `${pair}x${run.length / 2} `).trim()}`,
    )
  }
  while (lines.at(-1) === '') lines.pop()
  return lines
}

/** The first difference, in words; undefined where there is none. */
export function difference(reference: GuestState, candidate: GuestState, parts: ReadonlySet<string>): string | undefined {
  if (parts.has('end') && reference.end !== candidate.end) return `ends with ${reference.end}, ours with ${candidate.end}`
  for (const part of ['serial', 'debug'] as const) {
    if (parts.has(part) && reference[part] !== candidate[part])
      return `${part}: ${JSON.stringify(reference[part].slice(0, 200))}, ours ${JSON.stringify(candidate[part].slice(0, 200))}`
  }
  // QEMU's memory is gone where the debug exit ended it.
  if (!parts.has('screen') || (reference.end.startsWith('exit') && reference.end !== 'exit 0')) return undefined
  const theirs = visibleRows(reference.screen, parts.has('colours'))
  const ours = visibleRows(candidate.screen, parts.has('colours'))
  for (let row = 0; row < Math.max(theirs.length, ours.length); row++) {
    if (theirs[row] !== ours[row])
      return `screen row ${row} of ${theirs.length}: ${JSON.stringify(theirs[row] ?? '(none)')}, ours ${JSON.stringify(ours[row] ?? '(none)')}`
  }
  return undefined
}
