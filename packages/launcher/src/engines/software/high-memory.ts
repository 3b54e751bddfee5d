// Memory above the guest's own, which v86 does not know: its accesses come as MMIO and are answered from here. For data only: v86 executes from its own
// memory. Enters: mappings. Leaves: values, or undefined where no mapping is.
import type { MappedMemory, MemorySource } from '../engine.ts'

interface Mapping {
  readonly first: number
  /** Asked anew each time: guest memory moves when WebAssembly's memory grows. */
  readonly bytes: () => Uint8Array
  readonly readOnly: boolean
}

export class HighMemory {
  readonly #mappings: Mapping[] = []
  readonly #guestMemory: () => Uint8Array

  constructor(guestMemory: () => Uint8Array) {
    this.#guestMemory = guestMemory
  }

  /** Later mappings lie over earlier ones. */
  map(first: number, source: MemorySource, readOnly: boolean): MappedMemory {
    const { kind, sizeInBytes } = source
    const own = new Uint8Array(kind === 'new' ? sizeInBytes : 0)
    const bytes = kind === 'new' ? () => own : () => this.#guestMemory().subarray(source.address, source.address + sizeInBytes)
    const mapping = { first, bytes, readOnly }
    this.#mappings.unshift(mapping)
    return {
      get bytes() {
        return bytes()
      },
      unmap: () => {
        const index = this.#mappings.indexOf(mapping)
        if (index >= 0) this.#mappings.splice(index, 1)
      },
    }
  }

  read(address: number, size: number): number | undefined {
    const found = this.#find(address, size)
    if (!found) return undefined
    let value = 0
    for (let i = 0; i < size; i++) value += (found.bytes[found.at + i] as number) * 2 ** (8 * i)
    return value
  }

  /** False where there is no memory that takes it: then it is the bus's. */
  write(address: number, value: number, size: number): boolean {
    const found = this.#find(address, size)
    if (!found || found.readOnly) return false
    for (let i = 0; i < size; i++) found.bytes[found.at + i] = (value >>> (8 * i)) & 0xff
    return true
  }

  #find(address: number, size: number): { bytes: Uint8Array; at: number; readOnly: boolean } | undefined {
    for (const { first, bytes, readOnly } of this.#mappings) {
      if (address < first) continue
      const found = bytes()
      if (address - first + size <= found.length) return { bytes: found, at: address - first, readOnly }
    }
    return undefined
  }
}
