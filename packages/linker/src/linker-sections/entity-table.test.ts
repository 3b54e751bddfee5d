import { describe, expect, it } from 'vitest'
import { EntityTable } from './entity-table.ts'

const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0))

describe('EntityTable', () => {
  it('gives equal bytes one number, however many there are', () => {
    const words = Array.from({ length: 20_000 }, (_, i) => `${(i * 7919) % 5000}-${i % 3}\0`)
    const table = new EntityTable([bytes(words.join('')), bytes('again\0again\0')])
    const numbers = new Map<string, number>()
    let at = 0
    for (const word of words) {
      const number = table.add(0, at, at + word.length, 1)
      at += word.length
      expect(number).toBe(numbers.get(word) ?? table.count - 1)
      numbers.set(word, number)
    }
    expect(table.count).toBe(new Set(words).size)
    expect(table.add(1, 6, 12, 1)).toBe(table.add(1, 0, 6, 1))
    expect(table.current()).toHaveLength(table.count)
  })
  it('lets a more aligned one stand in for a less aligned one', () => {
    const table = new EntityTable([bytes('ab\0ab\0ab\0')])
    expect([table.add(0, 0, 3, 1), table.add(0, 3, 6, 4), table.add(0, 6, 9, 2)]).toEqual([0, 1, 1])
    expect([[...table.current()], table.host[0], table.host[1]]).toEqual([[1], 1, -1])
  })
  it('compares from the ends', () => {
    const table = new EntityTable([bytes('xab\0ab\0cb\0')])
    const [long, short, other] = [table.add(0, 0, 4, 1), table.add(0, 4, 7, 1), table.add(0, 7, 10, 1)]
    expect([table.endsWith(long, short), table.endsWith(short, long), table.endsWith(long, other)]).toEqual([true, false, false])
    expect(Math.sign(table.compareFromEnd(short, long))).toBe(-1)
    expect(Math.sign(table.compareFromEnd(other, short))).toBe(1)
  })
})
