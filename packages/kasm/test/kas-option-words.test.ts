// How words of GNU as's command line are read: as getopt_long_only(3) does. What is accepted was observed from GNU as 2.40.
import { describe, expect, it } from 'vitest'
import { parseKasWords } from '../src/kas-options.ts'

const parse = (line: string) => parseKasWords(line.split(' '))

describe('long names', () => {
  it('stand behind one dash or two', () => expect(parse('-32 --gdwarf-4').options).toMatchObject({ mode: 32, debugLines: { version: 4 } }))
  it('may be cut as long as only one begins so', () => {
    expect(parse('--keep').options.keepLocals).toBe(true)
    expect(() => parse('--no')).toThrow('--noexecstack')
  })
  it('take their value joined or as the next word', () => {
    expect(parse('--defsym a=0x10 -defsym=b=017').options.definedSymbols).toEqual([
      { name: 'a', value: 16n },
      { name: 'b', value: 15n },
    ])
    expect(() => parse('-L --defsym')).toThrow('--defsym needs a value')
    expect(() => parse('--keep-locals=1')).toThrow('takes no value')
  })
  it('that are none are told with the nearest one', () => {
    expect(() => parse('--defsmy=a=1')).toThrow("there is no option '--defsmy=a=1'; did you mean '--defsym'?")
    expect(() => parse('--quick')).toThrow(/'--quick'$/)
  })
})

describe('letters', () => {
  it('without a value share a dash', () => expect(parse('-LZ').options).toMatchObject({ keepLocals: true, keepGoing: true }))
  it('end a word with their value', () => {
    expect(parse('-Lox.o a.s')).toMatchObject({ output: 'x.o', inputs: ['a.s'] })
    expect(() => parse('-Lk?')).toThrow("'-?'")
  })
  it('of -a choose the listing; a name of a file ends it', () =>
    expect(parse('-aln=x.lst').listing).toEqual({ letters: 'ln', file: 'x.lst' }))
  it('of -g are none, as in GNU as', () => expect(() => parse('-g3')).toThrow('-g3'))
})

describe('settings', () => {
  it('are words in letters of either case', () => expect(parse('--elf-stt-common=YES').options.usesCommonType).toBe(true))
  it('that are wrong are refused with those that are right', () => expect(() => parse('-msse-check=x')).toThrow('none or warning or error'))
})

it('a number that is none is 0, with a word about it', () => {
  const { options, remarks } = parse('--defsym a=b')
  expect(options.definedSymbols).toEqual([{ name: 'a', value: 0n }])
  expect(remarks[0]).toContain("'b' is not a number")
})

it('behind -- all words are files', () => expect(parse('-- -L').inputs).toEqual(['-L']))
