// Sources that are large in one respect: followed to the end, or given up with one message. Values from GNU as 2.40.
import { SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { assemble } from './index.ts'

function run(text: string) {
  const { object, diagnostics } = assemble(SourceFile.fromString('t.s', text))
  return { text: object?.sections.find((s) => s.name === '.text')?.contents, messages: diagnostics.map(({ code }) => code) }
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('a chain of .set', () => {
  it('is followed however long it is', () => {
    const chain = numbers(5000).map((i) => `.set a${i},a${i + 1}+1`)
    expect(run(`.long a0\n${chain.join('\n')}\n.set a5000,5`).text).toEqual(Uint8Array.of(0x8d, 0x13, 0, 0))
  })
  it('that comes back to its beginning is told as such', () => {
    expect(run('.set a,b+1\n.set b,c+1\n.set c,a\n.long a').messages).toContain('invalid-expression')
  })
  it('of which each names the next twice is worked out once for each', () => {
    const chain = numbers(30).map((i) => `.set a${i},a${i + 1}+a${i + 1}`)
    expect(run(`.quad a0\n${chain.join('\n')}\n.set a30,1`).text).toEqual(Uint8Array.of(0, 0, 0, 0x40, 0, 0, 0, 0))
  })
})

it('a macro may have tens of thousands of parameters', () => {
  const names = numbers(20_000).map((i) => `p${i}`)
  expect(run(`.macro m ${names.join(',')}\n.byte \\p19999\n.endm\nm ${names.map((name) => `${name}=7`).join(',')}`).text).toEqual(
    Uint8Array.of(7),
  )
})

it('repetitions may stand in each other 101 deep, as in GNU as', () => {
  const nested = (depth: number) => run(`${'.rept 1\n'.repeat(depth)}nop\n${'.endr\n'.repeat(depth)}`)
  expect(nested(101).messages).toEqual([])
  expect(nested(102).messages).toEqual(['macro-depth'])
  expect(nested(5000).messages).toEqual(['macro-depth'])
})

it('repetitions in repetitions that would never end are given up when that can be seen', () => {
  expect(run('.rept 10000\n.rept 10000\n.rept 10000\nnop\n.endr\n.endr\n.endr').messages).toEqual(['expansion-too-large'])
})

it("'!' of an address is asked of the number beside it in the end, as in GNU as", () => {
  expect(run('a: nop\n.byte !a, !!b, !(.-4)').text).toEqual(Uint8Array.of(0x90, 1, 0, 0))
})
