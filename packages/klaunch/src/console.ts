// The article's console: what the guest writes to the pseudo-serial port goes to standard output, everything else that it writes is
// reported as Listing 9 does, on standard error. Enters: port writes. Leaves: text on two streams, and a promise while a reader is behind.
import type { PortHandler, PortSize } from '@kernelbox/launcher'

/** What is gathered before it is written, and what may wait in a stream before the guest has to wait too. */
const chunkInBytes = 1 << 14

/** So many lines that are the same are written; those after them are counted, and the count is written at least so often. */
const mostSameLines = 8
const countPeriodInMs = 1000

export interface Sink {
  /** Gives a promise where the reader is behind. */
  write(bytes: Uint8Array | string): Promise<void> | undefined
}

const letters: Record<PortSize, string> = { 1: 'b', 2: 'w', 4: 'l' }

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 10
}

export class GuestConsole {
  readonly #out: Sink
  readonly #report: Sink
  readonly #hold: (promise: Promise<void>) => void
  readonly #port: number
  readonly #raw: boolean
  readonly #bytes = new Uint8Array(chunkInBytes)
  #length = 0
  #willFlush = false
  #lines: string[] = []
  #lastLine = ''
  #sameLines = 0
  /** Lines like the last one that are counted and not yet told. */
  #untold = 0
  #toldAt = 0
  readonly #readPorts = new Set<number>()

  constructor(options: { out: Sink; report: Sink; hold: (promise: Promise<void>) => void; port: number; raw: boolean }) {
    this.#out = options.out
    this.#report = options.report
    this.#hold = options.hold
    this.#port = options.port
    this.#raw = options.raw
  }

  /** The handler of the pseudo-serial port. */
  get serial(): PortHandler {
    return {
      posted: true,
      out: (port, value, size) => this.#serialOut(port, value, size),
      outBytes: (port, bytes) => this.#serialBytes(port, bytes),
      in: (port, size) => this.#unknownIn(port, size),
    }
  }

  /** The handler of all other ports. */
  get others(): PortHandler {
    return {
      posted: true,
      out: (port, value, size) => this.#unknownOut(port, value, size),
      in: (port, size) => this.#unknownIn(port, size),
    }
  }

  #serialOut(port: number, value: number, size: PortSize): void {
    if (size !== 1 || port !== this.#port || !(this.#raw || isPrintable(value))) {
      this.#unknownOut(port, value, size)
      return
    }
    this.send(value)
  }

  // Runs of what goes to the output are copied as they are; what does not is found by a regular expression, which V8 compiles at once.
  #serialBytes(port: number, bytes: Uint8Array): void {
    if (port !== this.#port) {
      for (const byte of bytes) this.#serialOut(port, byte, 1)
      return
    }
    if (this.#raw) {
      this.#sendBytes(bytes)
      return
    }
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    let at = 0
    for (const { index } of text.matchAll(/[^\n -~]/g)) {
      this.#sendBytes(bytes.subarray(at, index))
      this.#unknownOut(port, bytes[index] as number, 1)
      at = index + 1
    }
    this.#sendBytes(bytes.subarray(at))
  }

  #sendBytes(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      // The first byte does what a change of stream asks for.
      this.send(bytes[at++] as number)
      const length = Math.min(bytes.length - at, chunkInBytes - this.#length - 1)
      if (this.#length === 0 || length <= 0) continue
      this.#bytes.set(bytes.subarray(at, at + length), this.#length)
      this.#length += length
      at += length
    }
  }

  /** One byte of a device's output, as it is. */
  send(byte: number): void {
    if (this.#lastLine !== '') this.#endRun()
    if (this.#lines.length > 0) this.flush()
    if (this.#length === 0) this.#flushSoon()
    this.#bytes[this.#length++] = byte
    if (this.#length === chunkInBytes) this.flush()
  }

  #unknownOut(port: number, value: number, size: PortSize): void {
    this.#addLine(`out${letters[size]}: ${port.toString(16)}, ${value}\n`)
  }

  // A guest that polls a port would drown everything else: each port is named once.
  #unknownIn(port: number, size: PortSize): number {
    if (!this.#readPorts.has(port)) {
      this.#readPorts.add(port)
      this.#addLine(`in${letters[size]}: ${port.toString(16)}, nobody answers: all ones\n`)
    }
    return -1
  }

  #addLine(line: string): void {
    if (line === this.#lastLine) {
      this.#sameLines++
      if (this.#sameLines > mostSameLines) {
        if (this.#untold++ === 0) this.#toldAt = Date.now()
        this.#flushSoon()
        return
      }
    } else {
      this.#endRun()
      this.#lastLine = line
      this.#sameLines = 1
    }
    if (this.#length > 0) this.flush()
    if (this.#lines.length === 0) this.#flushSoon()
    this.#lines.push(line)
    if (this.#lines.length >= 512) this.flush()
  }

  /** Tells the count of the lines left out; what comes next is no repetition. */
  #endRun(): void {
    this.#tellCount()
    this.#lastLine = ''
  }

  #tellCount(): void {
    if (this.#untold === 0) return
    this.#lines.push(`last line repeated ${this.#untold} ${this.#untold === 1 ? 'time' : 'times'}\n`)
    this.#untold = 0
  }

  // The engine gives way every few milliseconds: then what came in that time is written at once.
  #flushSoon(): void {
    if (this.#willFlush) return
    this.#willFlush = true
    setImmediate(() => {
      this.#willFlush = false
      if (this.#untold > 0 && Date.now() - this.#toldAt >= countPeriodInMs) this.#tellCount()
      this.flush()
    })
  }

  /** The end of the run: writes everything, the count of repeated lines too. */
  finish(): void {
    this.#endRun()
    this.flush()
  }

  /** Writes what was gathered. */
  flush(): void {
    if (this.#length > 0) {
      const behind = this.#out.write(this.#bytes.slice(0, this.#length))
      this.#length = 0
      if (behind) this.#hold(behind)
    }
    if (this.#lines.length > 0) {
      const behind = this.#report.write(this.#lines.join(''))
      this.#lines = []
      if (behind) this.#hold(behind)
    }
  }
}
