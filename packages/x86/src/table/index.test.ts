import { describe, expect, it } from 'vitest'
import { bitManipulationRows } from './bit-manipulation.ts'
import { allTexts, rowsOf, rowsOfMnemonic, rowsOfText, sharedIndex, tableNames } from './index.ts'
import { integerRows } from './integer.ts'
import { mmxRows } from './mmx.ts'
import { sseRows } from './sse.ts'
import { systemRows } from './system.ts'
import { x87Rows } from './x87.ts'

function namesOf(rows: readonly string[]): Set<string> {
  const names = new Set<string>()
  for (const row of rows) for (const name of (/att=(\S+)/.exec(row)?.[1] ?? row.slice(0, row.indexOf(' '))).split(',')) names.add(name)
  return names
}

describe('the index', () => {
  it('knows every name that integer and vector instructions share, with and without suffix', () => {
    const integer = namesOf(integerRows())
    const others = namesOf([...systemRows(), ...x87Rows(), ...sseRows(), ...mmxRows(), ...bitManipulationRows()])
    const isShared = (name: string): boolean => integer.has(name) || ('bwlqst'.includes(name.at(-1)!) && integer.has(name.slice(0, -1)))
    expect([...others].filter(isShared)).toEqual([])
    expect([...sharedIndex().keys()].filter((name) => !isShared(name) || others.has(name))).toEqual([])
  })
  it('finds rows of both kinds under a shared name', () => {
    expect(rowsOf('movsd')?.map((row) => row.opcode[row.opcode.length - 1])).toEqual(expect.arrayContaining([0xa5, 0x10]))
  })
  it('gives for a mnemonic the rows of the name without its suffix too, whatever indexes it saves building', () => {
    for (const name of tableNames()) {
      const rows = 'bwlqst'.includes(name.at(-1)!) && name.length > 2 ? rowsOf(name.slice(0, -1)) : undefined
      expect([name, ...rowsOfMnemonic(name)]).toEqual([name, ...(rowsOf(name) ?? []), ...(rows ?? [])])
    }
  })
  it('parses every row', () => {
    expect(allTexts().flatMap(rowsOfText).length).toBeGreaterThan(2500)
    expect(tableNames()).toContain('vaddps')
  })
})
