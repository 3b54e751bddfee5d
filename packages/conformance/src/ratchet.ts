// The lists of cases that pass (../passing/*.txt): `check` runs exactly those and fails when one stops passing, `raise`
// runs everything and writes the lists anew.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readIds, type Result, type RunOptions, WrongUse } from './core/case.ts'
import { packageFolder } from './core/folders.ts'
import { type SuiteChoice, type SuiteName, suiteResults } from './suites.ts'

interface Ratchet {
  readonly suite: SuiteName
  readonly attCut: boolean
  /** Only these cases of the suite. */
  readonly only: string | undefined
  /** The list of each table of the suite. */
  readonly lists: Readonly<Record<string, string>>
}

const ratchets: readonly Ratchet[] = [
  { suite: 'gas', attCut: false, only: undefined, lists: { 'object cases': 'gas', 'error cases': 'gas-error' } },
  // The sources that the cut changes; the others are in the lists above.
  { suite: 'gas', attCut: true, only: ':att$', lists: { 'object cases': 'gas-att', 'error cases': 'gas-att-error' } },
  { suite: 'ld', attCut: false, only: undefined, lists: { flat: 'ld-flat', elf: 'ld-elf', refusals: 'ld-refusals' } },
  { suite: 'cpp', attCut: false, only: undefined, lists: { output: 'cpp', messages: 'cpp-messages' } },
  { suite: 'corpus', attCut: false, only: undefined, lists: { corpus: 'corpus' } },
  { suite: 'kernels', attCut: false, only: undefined, lists: { kernels: 'kernels' } },
  // The random links of the first seed.
  { suite: 'ld-random', attCut: false, only: undefined, lists: { flat: 'ld-random-flat', elf: 'ld-random-elf' } },
  // sqlite3 takes gcc minutes: it is for `conformance client`.
  { suite: 'client', attCut: false, only: '^(lua|zlib)', lists: { objects: 'client-objects', programs: 'client-programs' } },
]

const folder = join(packageFolder, 'passing')
const print = (text: string): void => {
  process.stdout.write(text)
}

function pathOf(list: string): string {
  return join(folder, `${list}.txt`)
}

function idsOf(list: string): Set<string> {
  return existsSync(pathOf(list)) ? readIds(pathOf(list)) : new Set()
}

function chosen(names: readonly string[]): Ratchet[] {
  const unknown = names.find((name) => !ratchets.some(({ suite }) => suite === name))
  if (unknown !== undefined) throw new WrongUse(`no such suite: ${unknown}`)
  return ratchets.filter(({ suite }) => names.length === 0 || names.includes(suite))
}

function choiceOf({ suite, attCut, only }: Ratchet, spawn: boolean): SuiteChoice {
  const nothing = { command: undefined, family: undefined, kind: undefined, mode: undefined, kinds: undefined }
  return { name: suite, attCut, only, spawn, scriptOnly: false, list: false, ...nothing }
}

/** What a new list would lose of the old one. */
export function droppedIds(old: ReadonlySet<string>, results: readonly Result[]): string[] {
  const passing = new Set(results.filter((r) => r.ok === true).map((r) => r.id))
  return [...old].filter((id) => !passing.has(id)).sort()
}

/** Exit status 0 when every listed case passes, 1 when not. */
export async function checkPassing(names: readonly string[], spawn: boolean, options: RunOptions): Promise<number> {
  let passed = 0
  let failed = 0
  for (const ratchet of chosen(names)) {
    const lists = Object.values(ratchet.lists).map((list) => ({ list, ids: idsOf(list) }))
    const onlyIds = new Set(lists.flatMap(({ ids }) => [...ids]))
    if (onlyIds.size === 0) continue
    const results = await suiteResults(choiceOf(ratchet, spawn), { ...options, onlyIds })
    const byId = new Map(results.map((r) => [r.id, r]))
    for (const { list, ids } of lists) {
      const dropped = droppedIds(ids, results)
      passed += ids.size - dropped.length
      failed += dropped.length
      if (ids.size > 0) print(`${list}: ${ids.size - dropped.length} of ${ids.size} listed cases pass\n`)
      for (const id of dropped) print(`  ${byId.get(id)?.status ?? 'no case'}\t${id}\t${byId.get(id)?.why ?? ''}\n`)
    }
  }
  print(`\n${passed} passed, ${failed} failed\n`)
  return passed > 0 && failed === 0 ? 0 : 1
}

/** Writes the lists anew; a list that would lose ids stays as it is, unless that is allowed. */
export async function raisePassing(names: readonly string[], allowDrop: boolean, spawn: boolean, options: RunOptions): Promise<number> {
  let refused = 0
  for (const ratchet of chosen(names)) {
    const results = await suiteResults(choiceOf(ratchet, spawn), options)
    for (const [table, list] of Object.entries(ratchet.lists)) {
      const rows = results.filter((r) => r.table === table)
      const old = idsOf(list)
      const dropped = droppedIds(old, rows)
      const passing = rows.filter((r) => r.ok === true).map((r) => r.id)
      const valid = rows.filter((r) => r.ok !== undefined).length
      const share = valid ? ((100 * passing.length) / valid).toFixed(1) : '-'
      print(`${list}: ${passing.length} of ${valid} pass (share ${share} %), ${old.size} listed before\n`)
      if (dropped.length > 0) {
        print(`  no longer passing: ${dropped.slice(0, 20).join(' ')}${dropped.length > 20 ? ` and ${dropped.length - 20} more` : ''}\n`)
        if (!allowDrop) {
          refused++
          // What passes for the first time is kept all the same; what does not pass any more stays listed, and check fails.
          passing.push(...dropped)
        }
      }
      mkdirSync(folder, { recursive: true })
      writeFileSync(pathOf(list), passing.length > 0 ? `${passing.sort().join('\n')}\n` : '')
    }
  }
  if (refused > 0) print('lists kept what no longer passes; --allow-drop drops it\n')
  return refused > 0 ? 1 : 0
}
