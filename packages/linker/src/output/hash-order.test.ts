import { describe, expect, it } from 'vitest'
import { inHashOrder } from './hash-order.ts'

// Goldens: the first global symbols of `ld -e 0 h.o` of GNU ld 2.40, where h.o defines own_000000, own_000001, … in order.
const names = (count: number) => Array.from({ length: count }, (_, i) => `own_${String(i).padStart(6, '0')}`)
const first = (count: number) =>
  inHashOrder(names(count))
    .slice(0, 5)
    .map((name) => Number(name.slice(4)))

describe('the order of global symbols', () => {
  it('is that of the table of 4051 buckets', () => {
    expect(first(3000)).toEqual([1487, 2018, 1874, 1444, 2898])
  })
  it('goes on as the table grows', () => {
    expect(first(3060)).toEqual([1296, 2166, 2772, 2966, 1561])
    expect(first(3100)).toEqual([197, 1645, 1215, 2206, 581])
    expect(first(13_000)).toEqual([11_942, 11_907, 4264, 9961, 9591])
    expect(first(50_000)).toEqual([18_813, 18_463, 14_939, 14_589, 48_914])
  })
})
