// Enters: results. Leaves: tables by family, the list of failures, files asked for, the closing line and the exit status.

import { writeFileSync } from 'node:fs'
import type { Result, RunOptions } from './case.ts'

export interface Table {
  readonly title: string
  readonly statuses: readonly string[]
}

/** One row a group; rows that begin with ~ come after the others, TOTAL is last. */
export function formatTable({ title, statuses }: Table, results: readonly Result[]): string {
  const rows = new Map<string, Result[]>()
  for (const result of results)
    for (const group of [...result.groups, 'TOTAL']) {
      const row = rows.get(group)
      if (row) row.push(result)
      else rows.set(group, [result])
    }
  if (rows.size === 0) return ''
  const widths = statuses.map((status) => Math.max(7, status.length))
  const rank = (group: string): number => (group === 'TOTAL' ? 2 : group.startsWith('~') ? 1 : 0)
  const lines = [
    `${title.padEnd(32)}${'valid'.padStart(6)}${'pass'.padStart(6)}${'pass%'.padStart(7)} ${statuses.map((s, i) => s.padStart(widths[i] ?? 7)).join(' ')}`,
  ]
  for (const [group, members] of [...rows].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))) {
    const valid = members.filter((r) => r.ok !== undefined).length
    const good = members.filter((r) => r.ok === true).length
    const share = valid ? ((100 * good) / valid).toFixed(1) : '-'
    const counts = statuses.map((status, i) => String(members.filter((r) => r.status === status).length).padStart(widths[i] ?? 7))
    lines.push(
      `${group.slice(0, 31).padEnd(32)}${String(valid).padStart(6)}${String(good).padStart(6)}${share.padStart(7)} ${counts.join(' ')}`,
    )
  }
  return `\n${lines.join('\n')}\n`
}

/** Writes what the options ask for, prints the closing line, and returns the exit status: 0 every case passes, 1 not. */
export function finishReport(
  results: readonly Result[],
  options: Pick<RunOptions, 'verbose' | 'jsonFile' | 'passingFile' | 'onlyIds'>,
  print: (text: string) => void,
): number {
  if (options.verbose) {
    print('\n')
    for (const { ok, status, id, why } of results) if (ok === false) print(`${status}\t${id}\t${why}\n`)
  }
  if (options.jsonFile) {
    const records = results.map(({ id, table, groups, status, ok, why }) =>
      JSON.stringify({ id, table, groups, status, ok: ok ?? null, why }),
    )
    writeFileSync(options.jsonFile, records.map((line) => `${line}\n`).join(''))
  }
  if (options.passingFile)
    writeFileSync(
      options.passingFile,
      results
        .filter((r) => r.ok)
        .map((r) => `${r.id}\n`)
        .join(''),
    )
  const passed = results.filter((r) => r.ok === true).length
  const failed = results.filter((r) => r.ok === false).length
  print(`\n${passed} passed, ${failed} failed, ${results.length - passed - failed} no case (no result of the reference to compare with)\n`)
  const broken = results.filter((r) => r.ok === undefined && (options.onlyIds || r.status === 'ref-timeout')).map((r) => r.id)
  if (broken.length > 0) print(`${broken.length} listed or expected cases are none here: ${broken.slice(0, 5).join(' ')}\n`)
  return passed > 0 && failed === 0 && broken.length === 0 ? 0 : 1
}
