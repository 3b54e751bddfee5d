// `conformance ld`: the x86 static links of GNU's ld test suite through kld, compared with GNU ld run on the spot, as a
// flat binary (--oformat=binary) and as ELF. A link that GNU ld refuses goes to the table of refusals, once.

import type { Candidate, CandidateOutcome } from '../core/candidate.ts'
import type { Case, Result, RunOptions } from '../core/case.ts'
import { crashed, firstMessage } from '../core/process.ts'
import { type ReferenceOutcome, runReference } from '../core/reference.ts'
import { compareExecutables, compareFlat } from './compare-links.ts'
import type { LinkCase } from './ld-suite.ts'

export type LinkKind = 'flat' | 'elf'

export const linkTables = [
  { title: 'flat', statuses: ['exact', 'diff', 'cand-fail', 'timeout', 'ref-crash', 'ref-timeout'] },
  { title: 'elf', statuses: ['exact', 'same', 'layout', 'diff', 'cand-fail', 'timeout', 'ref-crash', 'ref-timeout'] },
  { title: 'refusals', statuses: ['refused', 'accepted', 'crash', 'timeout'] },
]

export interface LinkSuiteCase extends Case {
  readonly link: LinkCase
}

const gnuLd = ['ld', '{flags}', '{script}', '{objs}', '-o', '{out}']

interface LinkVerdict {
  readonly table: LinkKind | 'refusals'
  readonly status: string
  readonly why: string
}

export function compareLink(kind: LinkKind, ref: ReferenceOutcome, cand: CandidateOutcome): LinkVerdict {
  if (ref.status === 'timeout') return { table: kind, status: 'ref-timeout', why: '' }
  if (crashed(ref.status) || ref.stderr.includes('assertion fail'))
    return { table: kind, status: 'ref-crash', why: firstMessage(ref.stderr) }
  if (ref.status !== 0 || !ref.output) {
    const why = (ref.stderr + ref.stdout).split('\n').find((line) => !line.includes('warning')) ?? ''
    const status = cand.status === 'timeout' ? 'timeout' : crashed(cand.status) ? 'crash' : cand.status !== 0 ? 'refused' : 'accepted'
    return { table: 'refusals', status, why: why.slice(0, 160) }
  }
  if (cand.status === 'timeout') return { table: kind, status: 'timeout', why: '' }
  if (cand.status !== 0 || !cand.output)
    return { table: kind, status: 'cand-fail', why: `exit ${cand.status}: ${firstMessage(cand.stderr + cand.stdout)}` }
  return { table: kind, ...(kind === 'flat' ? compareFlat : compareExecutables)(ref.output, cand.output) }
}

function refusalGroup(kind: LinkKind, link: LinkCase, message: string): string {
  if (kind === 'flat') return 'only as flat binary'
  if (message.includes('cannot find') || message.includes('cannot open')) return 'elf: input not found'
  return link.script ? 'elf: with a script' : 'elf: default script'
}

export function linkPasses(status: string, strict: boolean): boolean | undefined {
  if (status === 'ref-crash' || status === 'ref-timeout') return undefined
  return status === 'exact' || status === 'refused' || (status === 'same' && !strict)
}

export async function runLinkCase(
  { link }: LinkSuiteCase,
  kinds: readonly LinkKind[],
  candidate: Candidate,
  options: RunOptions,
  slot: number,
): Promise<Result[]> {
  const found: Result[] = []
  for (const kind of ['elf', 'flat'] as const) {
    const id = `${link.name}:${kind}`
    if (!kinds.includes(kind) || (options.onlyIds && !options.onlyIds.has(id))) continue
    const flags = kind === 'flat' ? [...link.flags, '--oformat=binary'] : link.flags
    const script = link.script ? ['-T', link.script] : []
    const values = { flags, script, objs: link.objects }
    const ref = await runReference(gnuLd, values, link.cwd, [...script.slice(1), ...link.objects], 4 * options.timeoutInSeconds)
    const cand = await candidate.run(values, link.cwd, options.timeoutInSeconds, slot)
    const { table, status, why } = compareLink(kind, ref, cand)
    if (table === 'refusals' && found.some((r) => r.table === 'refusals')) continue
    const groups = table === 'refusals' ? [refusalGroup(kind, link, why)] : [link.group, link.script ? '~with a script' : '~default script']
    found.push({ id, table, groups, status, why, ok: linkPasses(status, options.strict) })
  }
  return found
}
