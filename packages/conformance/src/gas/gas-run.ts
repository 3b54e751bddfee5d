// `conformance gas`: the x86 inputs of GNU's gas test suite through kas, compared with GNU as run on the spot.
//
// Object cases  exact, same: pass (compare-objects.ts); no case where GNU as refuses the input
// Error cases   `ok`: both succeed or both fail, and the same lines have errors and the same lines have warnings; else
//               warn-lines, err-lines, exit, crash, timeout

import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { readLatin1 } from '../core/cache.ts'
import type { Candidate, CandidateOutcome } from '../core/candidate.ts'
import type { Result, RunOptions } from '../core/case.ts'
import { type Comparison, compareObjects, missing } from '../core/compare-objects.ts'
import { messageDifference, messageLines, type MessageLines } from '../core/messages.ts'
import { crashed, firstMessage } from '../core/process.ts'
import { type ReferenceOutcome, runReference } from '../core/reference.ts'
import type { GasCase } from './gas-suite.ts'

export const objectTable = {
  title: 'object cases',
  statuses: ['exact', 'same', 'attrs', 'text', 'diff', 'cand-fail', 'timeout', 'ref-fail', 'both-fail', 'ref-timeout'],
}
export const errorTable = { title: 'error cases', statuses: ['ok', 'warn-lines', 'err-lines', 'exit', 'crash', 'timeout', 'ref-timeout'] }

const gnuAs = ['as', '{flags}', '{in}', '-o', '{out}']

export function objectPasses(status: string, strict: boolean): boolean | undefined {
  if (['ref-fail', 'both-fail', 'ref-timeout'].includes(status)) return undefined
  return status === 'exact' || (status === 'same' && !strict)
}

const filesOfFolder = new Map<string, readonly string[]>()

/** Messages by line; a file name that is neither one of the folder nor quoted in the source means the main source. */
function linesOf(text: string, item: GasCase): MessageLines {
  let files = filesOfFolder.get(item.cwd)
  if (!files) filesOfFolder.set(item.cwd, (files = readdirSync(item.cwd)))
  const quoted = [...readLatin1(item.file).matchAll(/"([^"\n]*)"/g)].map((m) => basename(m[1] ?? ''))
  const known = new Set([...files, ...quoted])
  known.delete(basename(item.file))
  return messageLines(text, (name) => (known.has(name) ? name : 'main'))
}

function compareMessages(item: GasCase, ref: ReferenceOutcome, cand: CandidateOutcome): Comparison {
  if (ref.status === 'timeout') return { status: 'ref-timeout', why: '' }
  if (cand.status === 'timeout') return { status: 'timeout', why: '' }
  if (crashed(cand.status)) return { status: 'crash', why: `exit ${cand.status}: ${firstMessage(cand.stderr)}` }
  const [r, c] = [ref, cand].map(({ stdout, stderr }) => linesOf(stdout + stderr, item)) as [MessageLines, MessageLines]
  if ((ref.status !== 0) !== (cand.status !== 0))
    return {
      status: 'exit',
      why: `exit ref ${ref.status} cand ${cand.status}; error lines missing [${missing(r.errors, c.errors).join(' ')}] ${firstMessage(ref.status ? ref.stderr : cand.stderr)}`,
    }
  return messageDifference(r, c) ?? { status: 'ok', why: '' }
}

/** Compares what two assemblers made of one input. */
export function compareAssemblies(ref: ReferenceOutcome, cand: CandidateOutcome, ignored: readonly string[] = []): Comparison {
  if (ref.status === 'timeout') return { status: 'ref-timeout', why: '' }
  if (ref.status !== 0 || !ref.output)
    return { status: cand.status === 0 ? 'ref-fail' : 'both-fail', why: firstMessage(ref.stderr + ref.stdout) }
  if (cand.status === 'timeout') return { status: 'timeout', why: '' }
  if (cand.status !== 0 || !cand.output)
    return { status: 'cand-fail', why: `exit ${cand.status}: ${firstMessage(cand.stderr + cand.stdout)}` }
  return compareObjects(ref.output, cand.output, ignored)
}

function groupsOf(item: GasCase): string[] {
  const groups = [item.family, `~mode ${item.mode}`, `~syntax ${item.isIntel ? 'intel' : 'att'}`]
  if (item.hasCode16) groups.push('~has .code16')
  if (item.hasPlainFlags) groups.push('~plain flags')
  if (item.hasPlainFlags && !item.isIntel) groups.push('~plain flags, att')
  return groups
}

export async function runGasCase(item: GasCase, candidate: Candidate, options: RunOptions, slot: number): Promise<Result[]> {
  const values = { in: item.file, flags: item.flags }
  const ref = await runReference(gnuAs, values, item.cwd, [item.file], 4 * options.timeoutInSeconds)
  const cand = await candidate.run(values, item.cwd, options.timeoutInSeconds, slot)
  const { status, why } = item.isError ? compareMessages(item, ref, cand) : compareAssemblies(ref, cand)
  const ok = item.isError ? (status === 'ref-timeout' ? undefined : status === 'ok') : objectPasses(status, options.strict)
  return [{ id: item.ids[0] ?? '', table: item.isError ? errorTable.title : objectTable.title, groups: groupsOf(item), status, why, ok }]
}
