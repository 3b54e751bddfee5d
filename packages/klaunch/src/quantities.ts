// Sizes, addresses and times of the command line.
import { UsageError } from '@kernelbox/cli'

const multipliers: Record<string, number> = { '': 1, k: 1 << 10, m: 1 << 20, g: 1 << 30 }

/** `16M`, `64k`, `0x100000`, `4096`: bytes. */
export function parseSize(text: string, option: string): number {
  const match = /^(0x[0-9a-f]+|\d+)([kmg]?)(?:i?b)?$/i.exec(text)
  const value = match ? Number(match[1]) * (multipliers[(match[2] as string).toLowerCase()] as number) : Number.NaN
  if (!Number.isSafeInteger(value)) throw new UsageError(`${option}: '${text}' is not a size; write for example 16M, 64K or 0x100000`)
  return value
}

/** `0xf0000`, `983040`. */
export function parseAddress(text: string, option: string): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) throw new UsageError(`${option}: '${text}' is not an address; write for example 0xf0000`)
  return value
}

export function parsePort(text: string, option: string): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(value)) throw new UsageError(`${option}: '${text}' is not a port; write for example 0xf1`)
  if (value > 0xffff) throw new UsageError(`${option}: ports go from 0 to 0xffff; '${text}' is above`)
  return value
}

/** `2`: virtual CPUs. */
export function parseCount(text: string, option: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= 1 && value <= 16)) throw new UsageError(`${option}: '${text}' is not a number from 1 to 16`)
  return value
}

const units: Record<string, number> = { ms: 1, s: 1000, '': 1000, m: 60_000, min: 60_000, h: 3_600_000 }

/** `5s`, `200ms`, `1.5m`, `5`: milliseconds; a bare number counts seconds, as with timeout(1). */
export function parseDuration(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|min|h)?$/.exec(text)
  const value = match ? Number(match[1]) * (units[match[2] ?? ''] as number) : Number.NaN
  if (!Number.isFinite(value)) throw new UsageError(`${option}: '${text}' is not a time; write for example 5s, 200ms or 1m`)
  return value
}

const entryModes = ['real', 'protected', 'long'] as const

/** `protected:0x100000`. */
export function parseEntry(text: string, option: string): { mode: (typeof entryModes)[number]; address: number } {
  const [name, place, ...rest] = text.split(':')
  const mode = entryModes.find((candidate) => candidate === name)
  if (!mode || place === undefined || rest.length > 0)
    throw new UsageError(`${option}: '${text}' is not mode:address; write for example protected:0x100000`)
  const address = parseAddress(place, option)
  if (mode === 'real' && address > 0xfffff) throw new UsageError(`${option}: real mode reaches addresses up to 0xfffff only`)
  return { mode, address }
}

/** `initrd.img@0x200000`. */
export function parseBlob(text: string, option: string): { path: string; address: number } {
  const at = text.lastIndexOf('@')
  if (at <= 0) throw new UsageError(`${option}: '${text}' is not file@address; write for example font.bin@0x20000`)
  return { path: text.slice(0, at), address: parseAddress(text.slice(at + 1), option) }
}
