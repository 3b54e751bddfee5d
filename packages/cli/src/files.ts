// Files of the commands. Reading is bounded; an output appears whole under its name, or not at all.

import {
  type Stats,
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Why a file could not be used, in words for the user. */
export interface FileFailure {
  readonly path: string
  /** `ENOENT`, `EISDIR`, … or `ETOOBIG`. */
  readonly code: string
  readonly message: string
}

const reasons: Record<string, string> = {
  ENOENT: 'no such file or directory',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
  ENOTDIR: 'a part of the path is not a directory',
  EMFILE: 'too many open files',
  ELOOP: 'too many symbolic links',
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
}

/** Largest input that is read, 1 GiB: above it something is wrong, and arrays would not hold it. */
const largestInputInBytes = 1 << 30

export function failureOf(path: string, error: unknown): FileFailure {
  const code = (error as NodeJS.ErrnoException).code ?? 'EUNKNOWN'
  return { path, code, message: reasons[code] ?? (error as Error).message }
}

/** A file's bytes, or why not. A FIFO or a device is read to its end, up to the limit. */
export function readInputFile(path: string, limitInBytes = largestInputInBytes): Uint8Array | FileFailure {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (error) {
    return failureOf(path, error)
  }
  try {
    const stats = fstatSync(descriptor)
    if (stats.isDirectory()) return { path, code: 'EISDIR', message: 'is a directory' }
    if (stats.size > limitInBytes) return tooBig(path, limitInBytes)
    if (stats.isFile() && stats.size > 0) return readFileSync(descriptor)
    return readToEnd(path, descriptor, limitInBytes)
  } catch (error) {
    return failureOf(path, error)
  } finally {
    closeSync(descriptor)
  }
}

/** Standard input to its end. */
export function readStandardInput(): Uint8Array | FileFailure {
  try {
    return readToEnd('-', 0, largestInputInBytes)
  } catch (error) {
    return failureOf('-', error)
  }
}

function readToEnd(path: string, descriptor: number, limitInBytes: number): Uint8Array | FileFailure {
  const chunks: Uint8Array[] = []
  let total = 0
  for (;;) {
    const chunk = new Uint8Array(65_536)
    let length: number
    try {
      length = readSync(descriptor, chunk, 0, chunk.length, null)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EOF') break
      if (code !== 'EAGAIN') throw error
      // A terminal in non-blocking mode: wait a little, without spinning.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
      continue
    }
    if (length === 0) break
    total += length
    if (total > limitInBytes) return tooBig(path, limitInBytes)
    chunks.push(chunk.subarray(0, length))
  }
  return Buffer.concat(chunks, total)
}

function tooBig(path: string, limitInBytes: number): FileFailure {
  return { path, code: 'ETOOBIG', message: `larger than the limit of ${limitInBytes} bytes` }
}

/**
 * Writes an output whole: to a temporary name beside it, then renamed, so that a fault leaves the old file as it was.
 * What is not a regular file (/dev/null, a FIFO) is written in place; `-` is standard output.
 * @param mode permission bits before the umask, 0o777 for something that can be executed
 */
export function writeOutputFile(path: string, bytes: Uint8Array, mode = 0o666): FileFailure | undefined {
  try {
    if (path === '-') {
      writeAll(1, bytes)
      return undefined
    }
    const existing = statIfAny(path)
    if (existing?.isDirectory()) return { path, code: 'EISDIR', message: 'is a directory' }
    if (existing && !existing.isFile()) {
      writeFileSync(path, bytes)
      return undefined
    }
    const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
    try {
      writeFileSync(temporary, bytes, { mode, flag: 'wx' })
      renameSync(temporary, path)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
    return undefined
  } catch (error) {
    return failureOf(path, error)
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  let done = 0
  while (done < bytes.length) {
    try {
      done += writeSync(descriptor, bytes, done)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

function statIfAny(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}
