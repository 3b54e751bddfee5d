// The tables by which a program's symbols are found at run time: .dynsym's order, .dynstr, .gnu.hash, .hash (-E).
// Enters: names in the order of GNU ld's own table. Leaves: their order in .dynsym and the tables' bytes. gABI ch. 5 "Hash
// Table"; U. Drepper, "How To Write Shared Libraries", §1.5.3 (.gnu.hash). How many buckets and how large a filter GNU ld
// 2.40 takes was found by trying.

import { MergedStringTable } from '@kernelbox/elf'

const bucketCounts = [1, 3, 17, 37, 67, 97, 131, 197, 263, 521, 1031, 2053, 4099, 8209, 16_411, 32_771]

export interface ExportedSymbols {
  /** In the order of .dynsym, which the null symbol begins. */
  readonly names: readonly string[]
  /** In .dynstr. */
  readonly nameOffsets: readonly number[]
  readonly strings: Uint8Array
  readonly hash: Uint8Array
  readonly gnuHash: Uint8Array
}

/** @param isByBucket symbols of one bucket of .gnu.hash stand together: wherever there is such a table */
export function exportedSymbols(namesInHashOrder: readonly string[], wordSize: 4 | 8, isByBucket: boolean): ExportedSymbols {
  const strings = new MergedStringTable()
  for (const name of namesInHashOrder) strings.add(name)
  const bytes = strings.build()
  const count = namesInHashOrder.length
  const bucketCount = Math.max(2, bucketCountFor(count))
  const rows = namesInHashOrder.map((name) => ({ name, hash: gnuHashOf(name) }))
  const ordered = !isByBucket || count === 0 ? rows : rows.toSorted((a, b) => (a.hash % bucketCount) - (b.hash % bucketCount))
  const names = ordered.map(({ name }) => name)
  return {
    names,
    nameOffsets: names.map((name) => strings.offset(name)),
    strings: bytes,
    hash: systemVHash(namesInHashOrder, names),
    gnuHash:
      count === 0
        ? emptyGnuHash(wordSize)
        : gnuHash(
            ordered.map(({ hash }) => hash),
            bucketCount,
            wordSize,
          ),
  }
}

function bucketCountFor(count: number): number {
  let found = 1
  for (const size of bucketCounts) if (size <= count) found = size
  return found
}

/** One bucket, which is empty, and a filter of one word. */
function emptyGnuHash(wordSize: 4 | 8): Uint8Array {
  const bytes = new Uint8Array(20 + wordSize)
  bytes.set([1, 0, 0, 0, 1, 0, 0, 0, 1])
  return bytes
}

function gnuHash(hashes: readonly number[], bucketCount: number, wordSize: 4 | 8): Uint8Array {
  const count = hashes.length
  const floorLog2 = 31 - Math.clz32(count)
  let bitsLog2 = floorLog2 + 1
  if (bitsLog2 < 3) bitsLog2 = 5
  else if (((1 << (bitsLog2 - 2)) & count) !== 0) bitsLog2 += 3
  else bitsLog2 += 2
  if (wordSize === 8 && bitsLog2 === 5) bitsLog2 = 6
  const wordLog2 = wordSize === 8 ? 6 : 5
  const filterWords = 1 << (bitsLog2 - wordLog2)
  const filterAt = 16
  const bucketsAt = filterAt + filterWords * wordSize
  const chainAt = bucketsAt + 4 * bucketCount
  const bytes = new Uint8Array(chainAt + 4 * count)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bucketCount, true)
  view.setUint32(4, 1, true)
  view.setUint32(8, filterWords, true)
  view.setUint32(12, bitsLog2, true)
  const setBit = (word: number, bit: number) => {
    const at = filterAt + word * wordSize + (bit >> 3)
    bytes[at] = (bytes[at] as number) | (1 << (bit & 7))
  }
  hashes.forEach((hash, i) => {
    const word = (hash >>> wordLog2) & (filterWords - 1)
    setBit(word, hash & (wordSize * 8 - 1))
    setBit(word, (hash >>> bitsLog2) & (wordSize * 8 - 1))
    const bucket = hash % bucketCount
    const at = bucketsAt + 4 * bucket
    if (view.getUint32(at, true) === 0) view.setUint32(at, i + 1, true)
    const next = hashes[i + 1]
    const isLast = next === undefined || next % bucketCount !== bucket
    // The low bit ends a bucket's chain.
    view.setUint32(chainAt + 4 * i, ((hash & ~1) | (isLast ? 1 : 0)) >>> 0, true)
  })
  return bytes
}

/** @param order in which symbols go into their chains, each before those that are there */
function systemVHash(order: readonly string[], names: readonly string[]): Uint8Array {
  const bucketCount = bucketCountFor(names.length)
  const bytes = new Uint8Array(4 * (2 + bucketCount + names.length + 1))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bucketCount, true)
  view.setUint32(4, names.length + 1, true)
  const indexOf = new Map(names.map((name, i) => [name, i + 1]))
  for (const name of order) {
    const index = indexOf.get(name) as number
    const at = 8 + 4 * (systemVHashOf(name) % bucketCount)
    view.setUint32(8 + 4 * (bucketCount + index), view.getUint32(at, true), true)
    view.setUint32(at, index, true)
  }
  return bytes
}

function gnuHashOf(name: string): number {
  let hash = 5381
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 33) + name.charCodeAt(i)) >>> 0
  return hash
}

function systemVHashOf(name: string): number {
  let hash = 0
  for (let i = 0; i < name.length; i++) {
    hash = ((hash << 4) + name.charCodeAt(i)) >>> 0
    const high = hash & 0xf000_0000
    hash = (hash ^ (high >>> 24)) & ~high
  }
  return hash >>> 0
}
