// The port space: 65,536 ports, each claimed by at most one handler. Enters: a guest's IN or OUT of 1, 2 or 4 bytes. Leaves: the
// value, cut to the size. Nothing that a guest does throws here; a handler's own exception is the host program's fault and passes.

/** Bytes of one port access. */
export type PortSize = 1 | 2 | 4

/** What answers a range of ports: the article's inb, inw, inl and outb, outw, outl, told apart by `size`. */
export interface PortHandler {
  /** The guest executed IN. Without it the guest reads all ones, as from a bus where nobody answers. */
  in?(port: number, size: PortSize): number
  /** The guest executed OUT. */
  out?(port: number, value: number, size: PortSize): void
  /** Many writes of one byte at once, oldest first, in the place of as many calls of `out`. */
  outBytes?(port: number, bytes: Uint8Array): void
  /**
   * Writes have no effect that the guest could notice, so the engine may deliver them a few milliseconds later, in order, many at a
   * time. A console port is posted; a port that stops the machine, raises an interrupt or changes what an IN reads is not.
   */
  posted?: boolean
  /** Has registers of one byte: a wider access goes to each port's own handler, byte by byte, as the ISA bus does it. */
  byteWide?: boolean
}

/** A port or an inclusive range. */
export type PortRange = number | readonly [first: number, last: number]

export const highestPort = 0xffff
const noHandler: PortHandler = {}

export class IoBus {
  readonly #handlers = new Map<number, PortHandler>()
  #fallback: PortHandler = { posted: true }
  #handsOut = false
  #onChange: (() => void) | undefined

  /** Claims ports. Throws RangeError for ports that do not exist or that are taken. Returns a function that gives them back. */
  on(range: PortRange, handler: PortHandler): () => void {
    const [first, last] = typeof range === 'number' ? [range, range] : range
    if (!Number.isInteger(first) || !Number.isInteger(last) || first < 0 || last > highestPort || first > last) {
      throw new RangeError(`ports go from 0 to 0xffff; got ${first} to ${last}`)
    }
    for (let port = first; port <= last; port++) {
      if (this.#handlers.has(port)) throw new RangeError(`port 0x${port.toString(16)} has a handler already`)
    }
    for (let port = first; port <= last; port++) this.#handlers.set(port, handler)
    this.#onChange?.()
    return () => {
      for (let port = first; port <= last; port++) if (this.#handlers.get(port) === handler) this.#handlers.delete(port)
      this.#onChange?.()
    }
  }

  /** What answers the ports that nobody claimed. */
  set fallback(handler: PortHandler) {
    this.#fallback = handler
    this.#onChange?.()
  }

  /** To be called after a handler's `posted` changed. */
  changed(): void {
    this.#onChange?.()
  }

  /** For the engine: called when handlers come or go. */
  observe(onChange: () => void): void {
    this.#onChange = onChange
  }

  /** Accesses that no handler claimed become exits of the run instead of going to the fallback. */
  set handsOut(isOn: boolean) {
    this.#handsOut = isOn
    this.#onChange?.()
  }

  /** For the engine: whether an access to this port is an exit. */
  isHandedOut(port: number): boolean {
    return this.#handsOut && !this.#handlers.has(port)
  }

  isPosted(port: number): boolean {
    return (this.#handlers.get(port) ?? (this.#handsOut ? noHandler : this.#fallback)).posted === true
  }

  /** Whether unclaimed ports are posted, and the ports that differ from that. */
  postedPorts(): { others: boolean; exceptions: number[] } {
    const others = !this.#handsOut && this.#fallback.posted === true
    const exceptions: number[] = []
    for (const [port, handler] of this.#handlers) if ((handler.posted === true) !== others) exceptions.push(port)
    return { others, exceptions }
  }

  read(port: number, size: PortSize): number {
    const handler = this.#handlers.get(port) ?? this.#fallback
    if (size > 1 && handler.byteWide) {
      let bytes = 0
      for (let i = 0; i < size; i++) bytes += this.read((port + i) & highestPort, 1) * 2 ** (8 * i)
      return bytes
    }
    const value = handler.in ? handler.in(port, size) : -1
    return size === 1 ? value & 0xff : size === 2 ? value & 0xffff : value >>> 0
  }

  write(port: number, value: number, size: PortSize): void {
    const handler = this.#handlers.get(port) ?? this.#fallback
    if (size > 1 && handler.byteWide) {
      for (let i = 0; i < size; i++) this.write((port + i) & highestPort, (value >>> (8 * i)) & 0xff, 1)
      return
    }
    handler.out?.(port, value, size)
  }

  /** For the engine: posted writes to one port, oldest first. */
  writeMany(port: number, values: Uint8Array | Uint32Array, length: number, size: PortSize): void {
    const handler = this.#handlers.get(port) ?? this.#fallback
    if (size === 1 && handler.outBytes && length > 1) {
      const bytes = values.subarray(0, length)
      handler.outBytes(port, bytes instanceof Uint8Array ? bytes.slice() : Uint8Array.from(bytes))
      return
    }
    for (let i = 0; i < length; i++) this.write(port, values[i] as number, size)
  }
}
