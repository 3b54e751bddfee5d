// `conformance cpp`: GCC's preprocessor tests (gcc.dg/cpp, c-c++-common/cpp) through `kasm -E`, compared with
// `gcc -E -x assembler-with-cpp` run on the spot.
//
// Table `output`    same: both succeed and the lines hold the same tokens; both-error: both fail with the same status;
//                   else spacing, diff, missed-error, false-error, exit, crash, timeout
// Table `messages`  ok: the same lines have errors and the same lines have warnings; a case where gcc reports any

import { readdirSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { readLatin1, suiteFolder } from '../core/cache.ts'
import type { Candidate, CandidateOutcome } from '../core/candidate.ts'
import type { Case, Result, RunOptions } from '../core/case.ts'
import type { Comparison } from '../core/compare-objects.ts'
import { messageDifference, messageLines } from '../core/messages.ts'
import { crashed, firstMessage, type Outcome } from '../core/process.ts'
import { type ReferenceOutcome, runReference } from '../core/reference.ts'

export const preprocessorTables = [
  {
    title: 'output',
    statuses: ['same', 'both-error', 'spacing', 'diff', 'missed-error', 'false-error', 'exit', 'crash', 'timeout', 'ref-timeout'],
  },
  { title: 'messages', statuses: ['ok', 'warn-lines', 'err-lines', 'extra', 'crash', 'timeout'] },
]

export interface PreprocessorCase extends Case {
  readonly file: string
  readonly flags: readonly string[]
  readonly cwd: string
  readonly group: string
}

const gcc = ['gcc', '-E', '-x', 'assembler-with-cpp', '{flags}', '{in}']
const lineMarker = /^\s*#\s*(line\s+)?\d+( "|\s*$)/
const dateOrTime = /"(?:[A-Z][a-z]{2} [ \d]?\d \d{4}|\d\d:\d\d:\d\d)"/g

/** The -D, -U, -I and -include flags of a test's dg-options lines. */
export function testFlags(text: string, suite: string): string[] {
  const options = [...text.matchAll(/dg-(?:additional-)?options\s+(?:"([^"]*)"|\{([^}]*)\})/g)].map((m) => m[1] || m[2] || '').join(' ')
  return [...options.matchAll(/-[DUI]\s*\S+|-include\s+\S+/g)]
    .map((m) => m[0])
    .filter((flag) => !flag.includes('\\'))
    .flatMap((flag) => flag.split(/\s+/))
    .map((word) => word.replace(/\$\{?srcdir\}?/g, () => suite))
}

export function allPreprocessorCases(): PreprocessorCase[] {
  const suite = suiteFolder('gcc')
  const cases: PreprocessorCase[] = []
  for (const folder of ['gcc.dg/cpp', 'c-c++-common/cpp']) {
    const files = readdirSync(join(suite, folder), { recursive: true, encoding: 'utf8' }).filter((name) => /\.[cS]$/.test(name))
    for (const path of files.map((name) => join(suite, folder, name)).sort()) {
      const name = relative(suite, path)
      cases.push({
        file: path,
        flags: testFlags(readLatin1(path), suite),
        cwd: dirname(path),
        ids: [name, `${name}:messages`],
        group: dirname(name),
      })
    }
  }
  return cases
}

/** Lines as tokens: line markers, blank lines and the width of white space do not count, nor do dates and times. */
export function tokenLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !lineMarker.test(line))
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
    .map((line) => line.replace(dateOrTime, '"date or time"'))
}

export function compareOutput(ref: Outcome, cand: Outcome): Comparison {
  if (ref.status === 'timeout') return { status: 'ref-timeout', why: '' }
  if (cand.status === 'timeout') return { status: 'timeout', why: '' }
  if (crashed(cand.status)) return { status: 'crash', why: `exit ${cand.status}: ${firstMessage(cand.stderr)}` }
  if ((ref.status === 0) !== (cand.status === 0))
    return ref.status === 0
      ? { status: 'false-error', why: firstMessage(cand.stderr) }
      : { status: 'missed-error', why: firstMessage(ref.stderr) }
  if (ref.status !== 0)
    return ref.status === cand.status
      ? { status: 'both-error', why: '' }
      : { status: 'exit', why: `exit ref ${ref.status} cand ${cand.status}` }
  const [a, b] = [tokenLines(ref.stdout), tokenLines(cand.stdout)]
  const at = a.findIndex((line, i) => line !== b[i])
  if (at < 0 && a.length === b.length) return { status: 'same', why: '' }
  const packed = (lines: readonly string[]): string => lines.join('').replace(/\s/g, '')
  const status = packed(a) === packed(b) ? 'spacing' : 'diff'
  if (at < 0 || at >= b.length) return { status, why: `ref ${a.length} lines cand ${b.length} lines` }
  return { status, why: `ref ${JSON.stringify(a[at]).slice(0, 90)} cand ${JSON.stringify(b[at]).slice(0, 90)}` }
}

/** Undefined where neither reports anything. */
function compareMessages(ref: ReferenceOutcome, cand: CandidateOutcome): Comparison | undefined {
  const read = (outcome: Outcome) => messageLines(outcome.stderr, (name) => basename(name), false)
  const [r, c] = [read(ref), read(cand)]
  if (r.errors.size + r.warnings.size === 0) {
    const extra = [...c.errors, ...c.warnings].sort()
    return extra.length > 0 ? { status: 'extra', why: extra.slice(0, 4).join(' ') } : undefined
  }
  if (cand.status === 'timeout') return { status: 'timeout', why: '' }
  if (crashed(cand.status)) return { status: 'crash', why: `exit ${cand.status}` }
  return messageDifference(r, c) ?? { status: 'ok', why: '' }
}

export async function runPreprocessorCase(
  item: PreprocessorCase,
  candidate: Candidate,
  options: RunOptions,
  slot: number,
): Promise<Result[]> {
  const values = { in: item.file, flags: item.flags }
  const ref = await runReference(gcc, values, item.cwd, [item.file], 4 * options.timeoutInSeconds)
  const cand = await candidate.run(values, item.cwd, options.timeoutInSeconds, slot)
  const { status, why } = compareOutput(ref, cand)
  const ok = status === 'ref-timeout' ? undefined : status === 'same' || status === 'both-error'
  const [id = '', messagesId = ''] = item.ids
  const found: Result[] = [{ id, table: 'output', groups: [item.group], status, why, ok }]
  const messages = compareMessages(ref, cand)
  if (messages) found.push({ id: messagesId, table: 'messages', groups: [item.group], ...messages, ok: messages.status === 'ok' })
  return found.filter((r) => !options.onlyIds || options.onlyIds.has(r.id))
}
