// The order in which GNU ld 2.40 visits global symbols when it gives common symbols their places (GNU ld manual §3.6.4.4
// leaves it open; programs do not, their bytes depend on it). Found by trying: names are kept in a chained hash table of
// 4051 buckets, visited bucket by bucket, in each the newest first.

const sizes = [4051, 8599, 16_699, 32_749, 65_537, 131_101, 262_147, 524_309, 1_048_583, 2_097_169, 4_194_319]

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

/** Names in the order of visits; `names` in order of first appearance. */
export function inHashOrder(names: Iterable<string>): string[] {
  const all = [...names]
  const size = sizes.find((candidate) => all.length <= (candidate * 3) / 4) ?? (sizes.at(-1) as number)
  const keyed = all.map((name, order) => ({ name, order, bucket: hashOf(name) % size }))
  keyed.sort((a, b) => a.bucket - b.bucket || b.order - a.order)
  return keyed.map((one) => one.name)
}
