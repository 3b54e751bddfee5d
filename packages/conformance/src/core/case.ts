// What the runners share: a case, its result, and the choice of cases by id and shard.

import { readFileSync } from 'node:fs'

/** One row of a report. `ok` is undefined where it is no case: the reference itself gives no result to compare with. */
export interface Result {
  readonly id: string
  /** The table it is counted in: 'object cases', 'flat', … */
  readonly table: string
  /** Rows of the table. Those that begin with ~ cut across the others. */
  readonly groups: readonly string[]
  readonly status: string
  readonly why: string
  readonly ok: boolean | undefined
}

/** Something to run. `ids` are those of the results that it may give. */
export interface Case {
  readonly ids: readonly string[]
}

/** A wrong use of the runner, told in one line; exit status 2. */
export class WrongUse extends Error {}

/** Options that every runner knows. */
export interface RunOptions {
  readonly jobs: number
  readonly timeoutInSeconds: number
  readonly strict: boolean
  readonly verbose: boolean
  readonly onlyIds?: ReadonlySet<string>
  readonly shard?: string
  readonly jsonFile?: string
  readonly passingFile?: string
}

/** The ids of a list file, one a line; blank lines and lines that begin with # do not count. */
export function readIds(path: string): Set<string> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new WrongUse(`cannot read ${path}`)
  }
  return new Set(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#')),
  )
}

/** Applies `onlyIds` and `shard`. An id that no case has is an error, so that a list cannot rot unseen. */
export function chooseCases<C extends Case>(all: readonly C[], options: Pick<RunOptions, 'onlyIds' | 'shard'>): C[] {
  const known = new Set<string>()
  for (const { ids } of all)
    for (const id of ids) {
      if (known.has(id)) throw new WrongUse(`two cases with one id: ${id}`)
      known.add(id)
    }
  let cases = [...all]
  const { onlyIds, shard } = options
  if (onlyIds) {
    const unknown = [...onlyIds].filter((id) => !known.has(id)).sort()
    if (unknown.length > 0) throw new WrongUse(`${unknown.length} unknown ids: ${unknown.slice(0, 5).join(' ')}`)
    cases = cases.filter(({ ids }) => ids.some((id) => onlyIds.has(id)))
  }
  if (shard !== undefined) {
    const [, part, parts] = /^(\d+)\/(\d+)$/.exec(shard) ?? []
    const index = Number(part)
    const count = Number(parts)
    if (!(index >= 1 && index <= count)) throw new WrongUse(`--shard ${shard}: want I/N with 1 <= I <= N`)
    cases = cases.filter((_, i) => i % count === index - 1)
  }
  if (cases.length === 0) throw new WrongUse('no case chosen')
  return cases
}

/** Runs `work` over the cases, `jobs` at a time; the results in the order of the cases. */
export async function runCases<C>(
  cases: readonly C[],
  jobs: number,
  work: (item: C, slot: number) => Promise<Result[]>,
): Promise<Result[]> {
  const results: Result[][] = []
  let next = 0
  const runSlot = async (slot: number): Promise<void> => {
    while (next < cases.length) {
      const index = next++
      results[index] = await work(cases[index] as C, slot)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, jobs) }, (_, slot) => runSlot(slot)))
  return results.flat()
}
