import { describe, expect, it } from 'vitest'
import { chooseCases, WrongUse } from './case.ts'
import { fillTemplate } from './command-template.ts'
import { messageDifference, messageLines } from './messages.ts'
import { crashed, firstDifference } from './process.ts'
import { finishReport, formatTable } from './report.ts'
import { splitFlags, splitShellWords } from './shell-words.ts'

describe('shell words', () => {
  it('takes quotes and escapes as sh does', () => {
    expect(splitShellWords(`a "b c" 'd"e' f\\ g "h\\"i\\j" ""`)).toEqual(['a', 'b c', 'd"e', 'f g', 'h"i\\j', ''])
  })
  it('falls back to white space where a quote is left open', () => {
    expect(splitShellWords(`a 'b`)).toBeUndefined()
    expect(splitFlags(`a 'b  c`)).toEqual(['a', "'b", 'c'])
  })
})

describe('templates', () => {
  it('puts lists in the place of whole words and strings anywhere', () => {
    expect(
      fillTemplate(['as', '{flags}', '{in}', '-o{out}', '{script}'], { flags: ['--32', '-I.'], in: 'a.s', out: 'b', script: [] }),
    ).toEqual(['as', '--32', '-I.', 'a.s', '-ob'])
  })
})

describe('choice of cases', () => {
  const cases = [{ ids: ['a'] }, { ids: ['b', 'c'] }, { ids: ['d'] }]
  it('keeps the listed ones and refuses an id that no case has', () => {
    expect(chooseCases(cases, { onlyIds: new Set(['c']) })).toEqual([{ ids: ['b', 'c'] }])
    expect(() => chooseCases(cases, { onlyIds: new Set(['x']) })).toThrow(WrongUse)
  })
  it('parts the cases without loss', () => {
    expect([1, 2].flatMap((i) => chooseCases(cases, { shard: `${i}/2` })).length).toBe(3)
    expect(() => chooseCases(cases, { shard: '3/2' })).toThrow(WrongUse)
  })
  it('refuses two cases with one id and an empty choice', () => {
    expect(() => chooseCases([{ ids: ['a'] }, { ids: ['a'] }], {})).toThrow('two cases')
    expect(() => chooseCases([], {})).toThrow('no case')
  })
})

describe('messages', () => {
  const read = (text: string) => messageLines(text, (name) => (name === 'a.inc' ? name : 'main'))
  it('reads the forms of GNU as and of gcc, whatever the main file is called', () => {
    const { errors, warnings } = read('/x/t.s:3: Error: no\nt.s:4:7: warning: hm\na.inc:1: Fatal error: y\nt.s: Assembler messages:\n')
    expect([...errors]).toEqual(['main:3', 'a.inc:1'])
    expect([...warnings]).toEqual(['main:4'])
  })
  it('tells errors before warnings', () => {
    expect(messageDifference(read('t.s:1: Error: a'), read('t.s:2: Warning: a'))?.status).toBe('err-lines')
    expect(messageDifference(read('t.s:1: Warning: a'), read(''))?.status).toBe('warn-lines')
    expect(messageDifference(read('t.s:1: Error: a'), read('u.s:1: error: other words'))).toBeUndefined()
  })
})

describe('report', () => {
  const row = { table: 't', groups: ['g'], why: 'w' }
  const results = [
    { ...row, id: 'a', status: 'exact', ok: true },
    { ...row, id: 'b', status: 'diff', ok: false },
    { ...row, id: 'c', status: 'ref-fail', ok: undefined },
  ]
  it('counts shares of the valid cases only', () => {
    expect(formatTable({ title: 't', statuses: ['exact', 'diff'] }, results)).toMatch(/TOTAL +2 +1 +50\.0 +1 +1/)
  })
  it('fails when a case fails, when none passes, and when a listed case is none', () => {
    const status = (some: typeof results, onlyIds?: Set<string>) =>
      finishReport(some, { verbose: false, ...(onlyIds ? { onlyIds } : {}) }, () => undefined)
    expect(status(results)).toBe(1)
    expect(status([])).toBe(1)
    expect(status(results.slice(0, 1))).toBe(0)
    expect(status([...results.slice(0, 1), ...results.slice(2)])).toBe(0)
    expect(status([...results.slice(0, 1), ...results.slice(2)], new Set(['a', 'c']))).toBe(1)
  })
})

describe('outcomes', () => {
  it('tells a crash from a refusal; an internal error of ours is a crash', () => {
    expect([0, 1, 2, 70, 127, 139, -11, 'timeout' as const].map(crashed)).toEqual([false, false, false, true, true, true, true, false])
  })
  it('names the first byte that differs', () => {
    expect(firstDifference(Buffer.from([1, 2, 3]), Buffer.from([1, 2]))).toBe('+0x2: ref 03 cand end (sizes 3/2)')
  })
})
