// The guests of the suite: source, image, and what its header comments expect.
import { readFileSync, readdirSync } from 'node:fs'
import type { BootFormat } from '../src/index.ts'
import { guestImages } from './guest-images.ts'

export interface Guest {
  readonly name: string
  readonly image: Uint8Array
  /** What it writes to port 0xf1. */
  readonly output: string
  /** halt, shutdown, timeout, failed, or `stopped N`. */
  readonly exit: string
  readonly format: BootFormat
  /** Whether it has the devices of a PC, and what is typed on the keyboard and sent to the serial port. */
  readonly isPc: boolean
  readonly keys: string
  readonly serial: string
  /** What the text screen shows at the end. */
  readonly screen: string | undefined
  readonly commandLine: string
  /** Virtual CPUs. */
  readonly cpus: number
  /** Vector that the host raises, and how often. */
  readonly interrupt: { vector: number; times: number } | undefined
  /** Engines that cannot run it, each with the reason. */
  readonly not: Record<string, string>
}

const folder = new URL('guests/', import.meta.url)

export function readGuests(): Guest[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.S'))
    .sort()
    .map((file) => {
      const source = readFileSync(new URL(file, folder), 'utf8')
      const name = file.slice(0, -2)
      const field = (key: string) => new RegExp(`^// ${key}: (.*)$`, 'm').exec(source)?.[1]
      const interrupt = /^(0x[0-9a-f]+) x (\d+)$/.exec(field('interrupt') ?? '')
      const not: Record<string, string> = {}
      for (const [, engine, reason] of source.matchAll(/^\/\/ not on (\w+): (.*)$/gm)) not[engine as string] = reason as string
      return {
        name,
        image: imageOf(name),
        output: JSON.parse(field('expect') as string) as string,
        exit: field('exit') as string,
        format: (field('format') ?? 'flat') as BootFormat,
        isPc: field('machine') === 'pc',
        keys: JSON.parse(field('keys') ?? '""') as string,
        serial: JSON.parse(field('serial') ?? '""') as string,
        screen: field('screen') === undefined ? undefined : (JSON.parse(field('screen') as string) as string),
        commandLine: field('append') ?? '',
        cpus: Number(field('cpus') ?? 1),
        interrupt: interrupt ? { vector: Number(interrupt[1]), times: Number(interrupt[2]) } : undefined,
        not,
      }
    })
}

function imageOf(name: string): Uint8Array {
  const pieces = guestImages[name]
  if (!pieces) throw new Error(`no golden image of ${name}: run packages/launcher/test/build-guests.mjs`)
  const [sizeInBytes, ...parts] = pieces
  const image = new Uint8Array(sizeInBytes)
  for (const [offset, hex] of parts) image.set(Buffer.from(hex, 'hex'), offset)
  return image
}
