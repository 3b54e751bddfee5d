// Standard output and standard error as sinks that tell when the reader is behind, and never lose bytes at the end.
import { fstatSync, writeSync } from 'node:fs'
import type { Sink } from './console.ts'

/** Bytes that are written at once at the beginning: an empty pipe takes them, and most guests say no more. Node's streams cost 2 ms to load. */
const directBytes = 1 << 14

/** A file takes everything at once; a pipe or a terminal is written without blocking, so that Ctrl-C works however slow its reader is. */
/** Linux's device number of /dev/null, which takes everything at once, as a file does. */
const devNull = 0x103

export class StreamSink implements Sink {
  readonly #fd: 1 | 2
  readonly #isFile: boolean
  #behind: Promise<void> | undefined

  constructor(fd: 1 | 2) {
    this.#fd = fd
    const stats = fstatSync(fd)
    this.#isFile = stats.isFile() || (stats.isCharacterDevice() && stats.rdev === devNull)
  }

  write(bytes: Uint8Array | string): Promise<void> | undefined {
    if (this.#isFile) {
      const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
      for (let done = 0; done < all.length; ) done += writeSync(this.#fd, all, done)
      return undefined
    }
    const direct = this.#writeDirectly(bytes)
    if (direct === true) return undefined
    const stream = this.#stream
    if (stream.write(direct)) return undefined
    this.#behind ??= new Promise<void>((resolve) => {
      stream.once('drain', () => {
        this.#behind = undefined
        resolve()
      })
    })
    return this.#behind
  }

  /** True where everything is written; what is left otherwise. */
  #writeDirectly(bytes: Uint8Array | string): true | Uint8Array {
    const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
    if (all.length > this.#directLeft) {
      this.#directLeft = 0
      return all
    }
    this.#directLeft -= all.length
    let done = 0
    try {
      while (done < all.length) done += writeSync(this.#fd, all, done)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // The reader has gone: as if SIGPIPE had come.
      if (code === 'EPIPE') process.exit(141)
      if (code !== 'EAGAIN') throw error
      this.#directLeft = 0
      return all.subarray(done)
    }
    return true
  }
  #directLeft = directBytes

  /** Resolves when everything has been handed to the system, or when `patience` is over. */
  async finish(patienceInMs: number): Promise<void> {
    if (this.#isFile || !this.#isNonBlocking) return
    const stream = this.#stream
    if (stream.writableLength === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceInMs)
      stream.write('', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  get #stream(): NodeJS.WriteStream {
    const stream = this.#fd === 1 ? process.stdout : process.stderr
    if (!this.#isNonBlocking) {
      this.#isNonBlocking = true
      // Node writes to pipes and terminals synchronously; a reader that stopped would hold the whole process.
      const { _handle: handle } = stream as { _handle?: { setBlocking?: (blocking: boolean) => void } }
      handle?.setBlocking?.(false)
    }
    return stream
  }
  #isNonBlocking = false
}
