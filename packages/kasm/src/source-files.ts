// Files as the preprocessor and the assembler see them, and the folders in which gcc on this machine looks for headers.

import { closeSync, openSync, readdirSync, readFileSync, readSync, realpathSync, type Stats, statSync } from 'node:fs'
import type { CalendarTime, FileAccess } from '@kernelbox/preprocessor'

/** The identity of each file that was read: asked for only where a #pragma once or an #import needs it. */
const identities = new Map<string, string>()

const identityOf = (stats: Stats) => `${stats.dev}:${stats.ino}`

/** Reads regular files, FIFOs and devices; a folder counts as not there. */
export function readIfAny(path: string): Uint8Array | undefined {
  // A miss is the usual case in a search path; stat without an exception is ten times as fast as a failing open.
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats || stats.isDirectory()) return undefined
  identities.set(path, identityOf(stats))
  try {
    return stats.isFile() && stats.size > 0 ? readRegular(path, stats.size) : readFileSync(path)
  } catch {
    return undefined
  }
}

/** Its size is known: half the system calls of readFileSync, of which a source with hundreds of headers makes many. */
function readRegular(path: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  const file = openSync(path, 'r')
  try {
    let length = 0
    while (length < size) {
      const count = readSync(file, bytes, length, size - length, null)
      if (count === 0) break
      length += count
    }
    return length === size ? bytes : bytes.subarray(0, length)
  } finally {
    closeSync(file)
  }
}

export const fileAccess: FileAccess = {
  readFile: readIfAny,
  identity(path) {
    const known = identities.get(path)
    if (known !== undefined) return known
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats && identityOf(stats)
  },
  realPath(path) {
    try {
      return realpathSync.native(path)
    } catch {
      return undefined
    }
  },
}

const exists = (path: string) => statSync(path, { throwIfNoEntry: false }) !== undefined

/** gcc's own headers, then /usr/local/include and /usr/include, as far as this machine has them. */
export function standardFolders(bits: 16 | 32 | 64, sysroot: string): string[] {
  if (process.platform !== 'linux') return []
  const folders: string[] = []
  const gccRoot = '/usr/lib/gcc/x86_64-linux-gnu'
  if (exists(gccRoot)) {
    const versions = readdirSync(gccRoot)
      .filter((name) => /^\d+(\.\d+)*$/.test(name))
      .sort((a, b) => Number.parseFloat(b) - Number.parseFloat(a))
    const found = versions.find((version) => exists(`${gccRoot}/${version}/include`))
    if (found !== undefined) folders.push(`${gccRoot}/${found}/include`)
  }
  const multiarch = bits === 64 ? '/usr/include/x86_64-linux-gnu' : '/usr/include/i386-linux-gnu'
  for (const folder of ['/usr/local/include', multiarch, '/usr/include']) if (exists(sysroot + folder)) folders.push(sysroot + folder)
  return folders
}

const calendar = (t: Date, isUtc: boolean): CalendarTime =>
  isUtc
    ? {
        year: t.getUTCFullYear(),
        month: t.getUTCMonth() + 1,
        day: t.getUTCDate(),
        hour: t.getUTCHours(),
        minute: t.getUTCMinutes(),
        second: t.getUTCSeconds(),
      }
    : {
        year: t.getFullYear(),
        month: t.getMonth() + 1,
        day: t.getDate(),
        hour: t.getHours(),
        minute: t.getMinutes(),
        second: t.getSeconds(),
      }

/** The time of the build; SOURCE_DATE_EPOCH makes it reproducible. */
export function buildTime(environment: NodeJS.ProcessEnv = process.env): CalendarTime {
  const epoch = environment.SOURCE_DATE_EPOCH
  if (epoch !== undefined && /^\d+$/.test(epoch)) return calendar(new Date(Number(epoch) * 1000), true)
  return calendar(new Date(), false)
}

export function fileTime(path: string): CalendarTime | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats && calendar(stats.mtime, false)
}
