// Files that are read and written in pieces, for images and objects too large to hold.
// Enters: paths. Leaves: an input that reads what it is asked for; an output that appears whole under its name, or not at all.

import { closeSync, fstatSync, openSync, readSync, renameSync, statSync, unlinkSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { failureOf, type FileFailure, readInputFile } from './files.ts'
import { FileError } from './run-command.ts'

/** Structurally the linker's ObjectFile. */
export interface PiecewiseFile {
  readonly sizeInBytes: number
  read(target: Uint8Array, offset: number): void
}

/** Up to here a file is read whole: one read costs less than several. */
const smallInBytes = 128 * 1024
/** Descriptors that are open at once. */
const mostOpen = 200

/** A file's bytes, or where it is large what reads it in pieces. */
export function openInputFile(path: string): Uint8Array | PiecewiseFile | FileFailure {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.isFile() && stats.size > smallInBytes ? new LargeFile(path, stats.size) : readInputFile(path)
}

export function isFileFailure(found: Uint8Array | PiecewiseFile | FileFailure): found is FileFailure {
  return 'code' in found
}

const open: LargeFile[] = []

class LargeFile implements PiecewiseFile {
  readonly sizeInBytes: number
  readonly #path: string
  #descriptor = -1

  constructor(path: string, sizeInBytes: number) {
    this.#path = path
    this.sizeInBytes = sizeInBytes
  }

  read(target: Uint8Array, offset: number): void {
    try {
      if (this.#descriptor < 0) this.#open()
      for (let done = 0; done < target.length; ) {
        const count = readSync(this.#descriptor, target, done, target.length - done, offset + done)
        if (count === 0) throw new FileError(`${this.#path} became shorter while it was read`)
        done += count
      }
    } catch (error) {
      throw error instanceof FileError ? error : new FileError(`cannot read ${this.#path}: ${failureOf(this.#path, error).message}`)
    }
  }

  #open(): void {
    const oldest = open.length >= mostOpen ? open.shift() : undefined
    if (oldest) oldest.#close()
    this.#descriptor = openSync(this.#path, 'r')
    open.push(this)
    if (fstatSync(this.#descriptor).size !== this.sizeInBytes) throw new FileError(`${this.#path} changed while it was read`)
  }

  #close(): void {
    closeSync(this.#descriptor)
    this.#descriptor = -1
  }
}

/** An output that is written in pieces to a temporary name beside it. Its failures are kept until the end. */
export class OutputFile {
  readonly #path: string
  readonly #temporary: string
  #descriptor = -1
  /** The temporary file exists. */
  #isThere = false
  #failure: FileFailure | undefined = undefined

  /** @param mode permission bits before the umask */
  constructor(path: string, mode: number) {
    this.#path = path
    this.#temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
    try {
      this.#descriptor = openSync(this.#temporary, 'wx', mode)
      this.#isThere = true
    } catch (error) {
      this.#failure = failureOf(path, error)
    }
  }

  /** Whether a file can be written so: not standard output, a device or a folder. */
  static fits(path: string): boolean {
    return path !== '-' && (statSync(path, { throwIfNoEntry: false })?.isFile() ?? true)
  }

  write(bytes: Uint8Array, offset: number): void {
    if (this.#failure) return
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#descriptor, bytes, done, bytes.length - done, offset + done)
    } catch (error) {
      this.#failure = failureOf(this.#path, error)
    }
  }

  /** Gives it its name. */
  finish(): FileFailure | undefined {
    if (!this.#failure) {
      try {
        closeSync(this.#descriptor)
        this.#descriptor = -1
        renameSync(this.#temporary, this.#path)
        this.#isThere = false
      } catch (error) {
        this.#failure = failureOf(this.#path, error)
      }
    }
    if (this.#failure) this.discard()
    return this.#failure
  }

  /** Nothing was written. After `finish` without effect. */
  discard(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor)
    this.#descriptor = -1
    if (!this.#isThere) return
    this.#isThere = false
    // Not rmSync, which loads a module of its own.
    try {
      unlinkSync(this.#temporary)
    } catch {
      // It has gone already.
    }
  }
}
