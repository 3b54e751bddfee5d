// Guest physical memory from address 0, with checked access for the host.

const mebibyte = 1 << 20
/** The article's machine: 16 MiB, the image at the last 64 KiB of the first MiB, where the CPU starts after reset. */
export const defaultMemoryInBytes = 16 * mebibyte
export const defaultLoadAddress = 0xf0000
/** v86 needs 1 MiB and maps memory in blocks of 128 KiB; both engines take the same sizes. */
export const memoryGranuleInBytes = 128 << 10
export const leastMemoryInBytes = mebibyte
export const mostMemoryInBytes = 1024 * mebibyte

/** Says why a size of memory cannot be used; undefined where it can. */
export function memorySizeFault(sizeInBytes: number): string | undefined {
  if (!Number.isInteger(sizeInBytes) || sizeInBytes < leastMemoryInBytes || sizeInBytes > mostMemoryInBytes) {
    return `memory must be between ${leastMemoryInBytes / mebibyte} MiB and ${mostMemoryInBytes / mebibyte} MiB`
  }
  if (sizeInBytes % memoryGranuleInBytes !== 0) return `memory must be a multiple of ${memoryGranuleInBytes >> 10} KiB`
  return undefined
}

export class GuestMemory {
  readonly #bytes: () => Uint8Array
  readonly #written: (address: number, sizeInBytes: number) => void

  constructor(bytes: () => Uint8Array, written: (address: number, sizeInBytes: number) => void) {
    this.#bytes = bytes
    this.#written = written
  }

  get sizeInBytes(): number {
    return this.#bytes().length
  }

  /** A copy of guest memory. Throws RangeError outside it. */
  read(address: number, sizeInBytes: number): Uint8Array {
    this.#check(address, sizeInBytes)
    return this.#bytes().slice(address, address + sizeInBytes)
  }

  /** Writes guest memory. Throws RangeError outside it. */
  write(address: number, bytes: Uint8Array): void {
    this.#check(address, bytes.length)
    this.#bytes().set(bytes, address)
    this.#written(address, bytes.length)
  }

  #check(address: number, sizeInBytes: number): void {
    const size = this.sizeInBytes
    if (Number.isInteger(address) && address >= 0 && sizeInBytes >= 0 && address + sizeInBytes <= size) return
    throw new RangeError(
      `${sizeInBytes} bytes at ${address < 0 ? address : `0x${address.toString(16)}`} do not fit into guest memory of ${size} bytes`,
    )
  }
}
