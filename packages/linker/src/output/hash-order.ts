// The order in which GNU ld 2.40 visits global symbols when it gives common symbols their places and writes the symbol
// table (GNU ld manual §3.6.4.4 leaves it open; programs do not, their bytes depend on it). Found by trying: names are kept
// in a chained hash table of 4051 buckets that grows when it is three quarters full, and are visited bucket by bucket, in
// each the newest first.

const sizes = [4051, 4093, 8191, 16_381, 32_749, 65_521, 131_071, 262_139, 524_287, 1_048_573, 2_097_143, 4_194_301]

function hashOf(name: string): number {
  let hash = 0
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i)
    hash = (hash + c + c * 0x2_0000) % 0x1_0000_0000
    hash = (hash ^ (hash >>> 2)) >>> 0
  }
  const { length } = name
  hash = (hash + length + length * 0x2_0000) % 0x1_0000_0000
  return (hash ^ (hash >>> 2)) >>> 0
}

/** Chains of numbers, by bucket: heads and the next of each, -1 at the end. */
class Chains {
  readonly heads: Int32Array
  readonly next: Int32Array

  constructor(buckets: number, entries: number) {
    this.heads = new Int32Array(buckets).fill(-1)
    this.next = new Int32Array(entries).fill(-1)
  }

  addFirst(bucket: number, entry: number): void {
    this.next[entry] = this.heads[bucket] as number
    this.heads[bucket] = entry
  }
}

/** Names in the order of visits; `names` in order of first appearance. */
export function inHashOrder(names: Iterable<string>): string[] {
  const all = [...names]
  const hashes = Uint32Array.from(all, hashOf)
  let level = 0
  let size = sizes[0] as number
  let chains = new Chains(size, all.length)
  for (let i = 0; i < all.length; i++) {
    chains.addFirst((hashes[i] as number) % size, i)
    const larger = sizes[level + 1]
    if (larger === undefined || i + 1 <= (size * 3) / 4) continue
    level++
    chains = regrown(chains, hashes, larger)
    size = larger
  }
  const ordered: string[] = []
  for (const head of chains.heads) for (let i = head; i >= 0; i = chains.next[i] as number) ordered.push(all[i] as string)
  return ordered
}

/** Moves bucket by bucket, each entry to the front of its new bucket; entries of equal hash that follow each other move as one. */
function regrown(old: Chains, hashes: Uint32Array, size: number): Chains {
  const fresh = new Chains(size, hashes.length)
  for (const head of old.heads) {
    for (let first = head; first >= 0; ) {
      let last = first
      for (let next = old.next[last] as number; next >= 0 && hashes[next] === hashes[first]; next = old.next[last] as number) last = next
      const rest = old.next[last] as number
      const bucket = (hashes[first] as number) % size
      for (let i = first; ; ) {
        const next = old.next[i] as number
        fresh.next[i] = i === last ? (fresh.heads[bucket] as number) : next
        if (i === last) break
        i = next
      }
      fresh.heads[bucket] = first
      first = rest
    }
  }
  return fresh
}
