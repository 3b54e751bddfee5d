// Where the reader of objects takes bytes from: a file in memory, or one that is read in pieces.
// Enters: either. Leaves: parts of it. Of a large file only what the link asks for is read, and the bytes of a section may go
// straight to where they are wanted: in a link of many megabytes the time goes into copies and fresh memory.

/** A file that is read in pieces. */
export interface ObjectFile {
  readonly sizeInBytes: number
  /**
   * Fills `target` with the bytes from `offset` on, all of which the file had when `sizeInBytes` was taken. Where they have
   * gone meanwhile, it throws what its maker is ready to catch.
   */
  read(target: Uint8Array, offset: number): void
}

/** Headers stand at the beginning of a file, tables (names, symbols, section headers) mostly at its end: one read each. */
const headSize = 4096
const tailSize = 16_384

export class FileParts {
  readonly sizeInBytes: number
  readonly #file: ObjectFile | undefined
  /** The whole file, or its beginning. */
  readonly #head: Uint8Array
  #tail: Uint8Array = nothing

  constructor(file: Uint8Array | ObjectFile) {
    this.#file = file instanceof Uint8Array ? undefined : file
    this.sizeInBytes = file instanceof Uint8Array ? file.length : file.sizeInBytes
    this.#head = file instanceof Uint8Array ? file : piece(file, 0, Math.min(headSize, file.sizeInBytes))
  }

  /** The whole file, where it is in memory. */
  get whole(): Uint8Array | undefined {
    return this.#file ? undefined : this.#head
  }

  /** Bytes that lie in the file, which is the caller's to check. */
  part(offset: number, size: number): Uint8Array {
    const end = offset + size
    if (end <= this.#head.length) return this.#head.subarray(offset, end)
    const file = this.#file as ObjectFile
    const tailAt = Math.max(0, this.sizeInBytes - tailSize)
    if (offset < tailAt) return piece(file, offset, size)
    if (this.#tail.length === 0) this.#tail = piece(file, tailAt, this.sizeInBytes - tailAt)
    return this.#tail.subarray(offset - tailAt, end - tailAt)
  }

  /** The same, copied to `target` from `at` on. */
  copy(target: Uint8Array, at: number, offset: number, size: number): void {
    if (offset + size <= this.#head.length) copyBytes(target, at, this.#head, offset, size)
    else (this.#file as ObjectFile).read(target.subarray(at, at + size), offset)
  }
}

/** Views of bytes are objects: to copy a few bytes costs less than to make one. */
export function copyBytes(target: Uint8Array, at: number, from: Uint8Array, offset: number, size: number): void {
  if (size > 64) target.set(offset === 0 && size === from.length ? from : from.subarray(offset, offset + size), at)
  else for (let i = 0; i < size; i++) target[at + i] = from[offset + i] as number
}

const nothing = new Uint8Array(0)

function piece(file: ObjectFile, offset: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  file.read(bytes, offset)
  return bytes
}
