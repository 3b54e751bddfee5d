// The cache folder: GNU's unpacked test suites (setup.sh), prepared inputs and the recorded results of the GNU tools.

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { WrongUse } from './case.ts'

/** $YARDSTICK_CACHE, or yardstick in the user's cache folder. */
export function cacheRoot(): string {
  return resolve(process.env.YARDSTICK_CACHE || join(homedir(), '.cache', 'yardstick'))
}

/** A folder that setup.sh has filled. */
export function suiteFolder(...parts: string[]): string {
  const path = join(cacheRoot(), ...parts)
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new WrongUse(`${path} is missing: run packages/conformance/setup.sh first`)
  return path
}

/** A folder of the cache that is made where it is missing. */
export function cacheFolder(...parts: string[]): string {
  const path = join(cacheRoot(), ...parts)
  mkdirSync(path, { recursive: true })
  return path
}

/** What setup.sh wrote about the suites' versions: part of each key of recorded results. */
export function suiteVersion(): string {
  try {
    return readFileSync(join(cacheRoot(), '.suites-done'), 'utf8')
  } catch {
    return ''
  }
}

/** Writes a file whole, so that two runs at the same time never see half of one. */
export function writeWhole(path: string, data: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, data)
  renameSync(temporary, path)
}

export function hashOf(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(String(part.length)).update('\0').update(part)
  return hash.digest('hex')
}

/** A text file as the suites' readers want it: one character a byte, lines ended by \n whatever they were. */
export function readLatin1(path: string): string {
  return readFileSync(path, 'latin1').replace(/\r\n?/g, '\n')
}
