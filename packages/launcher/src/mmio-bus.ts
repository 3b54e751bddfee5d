// Guest physical addresses where no memory is. Enters: a guest's load or store of up to 8 bytes. Leaves: the bytes; where nobody
// answers a load gives all ones and a store is lost, as on a PC's bus.

/** What answers a range of guest physical addresses. Values are little-endian unsigned; 8-byte accesses come as two of 4. */
export interface MmioHandler {
  read?(address: number, size: number): number
  write?(address: number, value: number, size: number): void
}

interface MmioRange {
  readonly first: number
  readonly last: number
  readonly handler: MmioHandler
}

export class MmioBus {
  readonly #ranges: MmioRange[] = []
  #onChange: (() => void) | undefined
  /** Accesses that nobody answered. */
  unclaimed = 0

  /** Claims an inclusive range of addresses. Throws RangeError where it overlaps another. Returns a function that gives it back. */
  on([first, last]: readonly [first: number, last: number], handler: MmioHandler): () => void {
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || first < 0 || first > last) {
      throw new RangeError('a range of guest physical addresses goes from its first to its last byte')
    }
    if (this.#ranges.some((range) => first <= range.last && range.first <= last)) {
      throw new RangeError(`addresses 0x${first.toString(16)} to 0x${last.toString(16)} overlap another handler's`)
    }
    const range = { first, last, handler }
    this.#ranges.push(range)
    this.#onChange?.()
    return () => {
      const index = this.#ranges.indexOf(range)
      if (index >= 0) this.#ranges.splice(index, 1)
      this.#onChange?.()
    }
  }

  /** Accesses that no handler claimed become exits of the run. */
  handsOut = false

  /** For the engine: whether an access to this address is an exit. */
  isHandedOut(address: number): boolean {
    return this.handsOut && this.#find(address) === undefined
  }

  observe(onChange: () => void): void {
    this.#onChange = onChange
  }

  get ranges(): readonly { readonly first: number; readonly last: number }[] {
    return this.#ranges
  }

  /** Up to 4 bytes. */
  read(address: number, size: number): number {
    const handler = this.#find(address)
    if (!handler) this.unclaimed++
    const value = handler?.read ? handler.read(address, size) : -1
    return size === 1 ? value & 0xff : size === 2 ? value & 0xffff : value >>> 0
  }

  write(address: number, value: number, size: number): void {
    const handler = this.#find(address)
    if (!handler) this.unclaimed++
    handler?.write?.(address, value, size)
  }

  #find(address: number): MmioHandler | undefined {
    for (const range of this.#ranges) if (address >= range.first && address <= range.last) return range.handler
    return undefined
  }
}
