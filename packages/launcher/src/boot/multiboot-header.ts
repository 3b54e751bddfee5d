// The header by which a kernel says that it is for Multiboot. Enters: a file. Leaves: what its header says. Follows the Multiboot Specification version
// 0.6.96 and the Multiboot2 Specification version 2.0.

export interface MultibootHeader {
  readonly version: 1 | 2
  /** Multiboot 1 flags. */
  readonly flags: number
  /** Addresses in the header, for kernels that are not ELF. */
  readonly addresses:
    | {
        readonly header: number
        readonly load: number
        readonly loadEnd: number
        readonly bssEnd: number
        readonly entry: number | undefined
      }
    | undefined
  readonly offset: number
  /** Multiboot 2 entry tag. */
  readonly entry: number | undefined
}

const magic1 = 0x1badb002
const magic2 = 0xe85250d6
/** The header ends below these (Multiboot §3.1.1, Multiboot2 §3.1.1). */
const reach1 = 8192
const reach2 = 32_768

/** The header of either version, the first where there are several; undefined where the file has none. */
export function findMultibootHeader(file: Uint8Array): MultibootHeader | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  // Words are looked through by the engine's own search: a loop that runs once would be interpreted.
  const head = new Uint8Array(file.subarray(0, Math.min(file.length, reach2) & ~3)) // Node's Buffer has a slice that copies nothing
  const words = new Uint32Array(head.buffer)
  const found = [findHeader1(view, words), findHeader2(view, words)].filter((header) => header !== undefined)
  return found.sort((a, b) => a.offset - b.offset)[0]
}

function findHeader1(view: DataView, words: Uint32Array): MultibootHeader | undefined {
  for (let index = words.indexOf(magic1); index >= 0; index = words.indexOf(magic1, index + 1)) {
    const offset = index * 4
    if (offset + 12 > Math.min(view.byteLength, reach1)) return undefined
    const flags = view.getUint32(offset + 4, true)
    if ((magic1 + flags + view.getUint32(offset + 8, true)) >>> 0 !== 0) continue
    const hasAddresses = (flags & 0x10000) !== 0 && offset + 32 <= view.byteLength
    const field = (number: number) => view.getUint32(offset + 12 + number * 4, true)
    const addresses = hasAddresses ? { header: field(0), load: field(1), loadEnd: field(2), bssEnd: field(3), entry: field(4) } : undefined
    return { version: 1, flags, addresses, offset, entry: undefined }
  }
  return undefined
}

function findHeader2(view: DataView, words: Uint32Array): MultibootHeader | undefined {
  for (let index = words.indexOf(magic2); index >= 0; index = words.indexOf(magic2, index + 1)) {
    const offset = index * 4
    if (offset + 16 > Math.min(view.byteLength, reach2)) return undefined
    if (offset % 8 !== 0) continue
    const length = view.getUint32(offset + 8, true)
    const sum = magic2 + view.getUint32(offset + 4, true) + length + view.getUint32(offset + 12, true)
    if (sum % 2 ** 32 === 0) return readHeader2(view, offset, Math.min(length, view.byteLength - offset))
  }
  return undefined
}

function readHeader2(view: DataView, offset: number, length: number): MultibootHeader {
  let addresses: MultibootHeader['addresses']
  let entry: number | undefined
  for (let at = offset + 16; at + 8 <= offset + length; ) {
    const type = view.getUint16(at, true)
    const size = view.getUint32(at + 4, true)
    if (type === 0 || size < 8 || at + size > offset + length) break
    if (type === 2 && size >= 24) {
      const field = (index: number) => view.getUint32(at + 8 + index * 4, true)
      addresses = { header: field(0), load: field(1), loadEnd: field(2), bssEnd: field(3), entry: undefined }
    }
    if (type === 3 && size >= 12) entry = view.getUint32(at + 8, true)
    at += (size + 7) & ~7
  }
  return { version: 2, flags: 0, addresses, offset, entry }
}
