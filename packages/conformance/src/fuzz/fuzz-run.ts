// `conformance fuzz`: random statements, token soup and mutated files of GNU's suite, through GNU as and kas. Both give the
// same, or both refuse; never a crash or a hang. What is found goes into ../../corpus with --save, and `conformance corpus`
// runs all of it again.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashOf, readLatin1 } from '../core/cache.ts'
import { type Commands, openCommands, standInCommands } from '../core/candidate.ts'
import { chooseCases, type Result, runCases, type RunOptions, WrongUse } from '../core/case.ts'
import { messageLines } from '../core/messages.ts'
import { compareObjects } from '../core/compare-objects.ts'
import { packageFolder } from '../core/folders.ts'
import { crashed, firstMessage } from '../core/process.ts'
import { allGasCases } from '../gas/gas-suite.ts'
import { compareLines, type LineMode, type LineVerdict, lineModes } from './compare-lines.ts'
import { randomProgram } from './programs.ts'
import { Random } from './random.ts'
import { mutated, randomDirective, randomInstruction, tokenSoup } from './statements.ts'

export const corpusTable = {
  title: 'corpus',
  statuses: ['same', 'both-refuse', 'refused', 'accepted', 'diff', 'crash', 'timeout', 'no case'],
}

const kinds = ['statements', 'directives', 'soup', 'mutations', 'programs'] as const
const corpus = join(packageFolder, 'corpus')
const statementsAtOnce = 100

interface Finding {
  readonly kind: string
  readonly flags: readonly string[]
  readonly text: string
  readonly status: string
  readonly why: string
}

interface Assemblers {
  readonly gnu: Commands
  readonly ours: Commands
}

/** GNU as within bounds: a mutated `.space` may ask for the whole disk. Prefix of its command line. */
const bounded = ['sh', '-c', 'ulimit -v 2000000; ulimit -f 400000; exec "$@"', 'sh']

async function openAssemblers(command: string | undefined): Promise<Assemblers> {
  if (command !== undefined && command !== 'gnu') throw new WrongUse('fuzz and corpus: --cand knows "gnu" only')
  const gnu = standInCommands((program) => [...bounded, program])
  return { gnu, ours: command === 'gnu' ? standInCommands(() => [...bounded, 'as']) : await openCommands(false, ['kas']) }
}

/** A whole file through both. */
async function compareText(
  flags: readonly string[],
  text: string,
  { gnu, ours }: Assemblers,
  options: RunOptions,
  slot: number,
): Promise<Omit<Finding, 'kind'>> {
  const scratch = mkdtempSync(join(tmpdir(), 'fuzz-'))
  const base = { flags, text }
  try {
    writeFileSync(join(scratch, 'input.s'), Buffer.from(text, 'latin1'))
    const words = [...flags, 'input.s', '-o', '{out}']
    const g = await gnu.run(['as', ...words], scratch, options.timeoutInSeconds, slot)
    if (g.status === 'timeout' || crashed(g.status)) return { ...base, status: 'no case', why: `GNU as: ${g.status}` }
    const o = await ours.run(['kas', ...words], scratch, options.timeoutInSeconds, slot)
    if (o.status === 'timeout') return { ...base, status: 'timeout', why: '' }
    if (crashed(o.status)) return { ...base, status: 'crash', why: `exit ${o.status}: ${firstMessage(o.stderr)}` }
    if (g.status !== 0 || !g.output)
      return { ...base, status: o.status === 0 ? 'accepted' : 'both-refuse', why: o.status === 0 ? firstMessage(g.stderr) : '' }
    if (o.status !== 0 || !o.output) return { ...base, status: 'refused', why: firstMessage(o.stderr) }
    const { status, why } = compareObjects(g.output, o.output)
    return { ...base, status: status === 'exact' || status === 'same' ? 'same' : 'diff', why }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const mostRounds = 20

/** The source without the lines that GNU as refuses, so that the rest is compared and not only that both refuse. */
async function acceptedLines(
  flags: readonly string[],
  text: string,
  { gnu }: Assemblers,
  options: RunOptions,
  slot: number,
): Promise<string> {
  const scratch = mkdtempSync(join(tmpdir(), 'fuzz-'))
  try {
    let lines = text.split('\n')
    for (let round = 0; round < mostRounds; round++) {
      writeFileSync(join(scratch, 'input.s'), Buffer.from(lines.join('\n'), 'latin1'))
      const outcome = await gnu.run(['as', ...flags, 'input.s', '-o', '{out}'], scratch, options.timeoutInSeconds, slot)
      if (outcome.status === 0) break
      const { errors } = messageLines(outcome.stdout + outcome.stderr, () => 'main')
      const refused = new Set([...errors].map((place) => Number(place.slice(place.lastIndexOf(':') + 1)) - 1))
      const kept = lines.filter((_, i) => !refused.has(i))
      if (kept.length === lines.length) break
      lines = kept
    }
    return lines.join('\n')
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const agrees = (status: string): boolean => status === 'same' || status === 'both-refuse' || status === 'no case'

/** Takes lines away as long as the two still part in the same way. */
async function minimised(finding: Finding, assemblers: Assemblers, options: RunOptions, slot: number): Promise<Finding> {
  let best = finding
  let lines = finding.text.split('\n')
  let budget = 80
  for (let size = lines.length >> 1; size >= 1; size >>= 1)
    for (let at = 0; at < lines.length && budget > 0; ) {
      const fewer = [...lines.slice(0, at), ...lines.slice(at + size)]
      budget--
      const result = await compareText(finding.flags, fewer.join('\n'), assemblers, options, slot)
      if (result.status === finding.status) {
        lines = fewer
        best = { ...result, kind: finding.kind }
      } else at += size
    }
  return best
}

interface Seed {
  readonly flags: readonly string[]
  readonly text: string
}

const largestSeedInBytes = 20_000

/** Mutations start from sources of moderate size that are AT&T syntax: GNU's suite, or the .s files of a folder in both modes. */
function seedFiles(folder: string | undefined): Seed[] {
  const seeds: Seed[] =
    folder === undefined
      ? allGasCases()
          .filter((item) => !item.isIntel && item.flags.every((word) => /^--(32|64)$/.test(word)))
          .map(({ file, flags }) => ({ flags, text: readLatin1(file) }))
      : readdirSync(folder)
          .filter((name) => name.endsWith('.s'))
          .flatMap((name) => ['--32', '--64'].map((flag) => ({ flags: [flag], text: readLatin1(join(folder, name)) })))
  if (seeds.length === 0) throw new WrongUse(`no .s files in ${folder}`)
  return seeds.filter(({ text }) => text.length < largestSeedInBytes)
}

async function findStatements(
  random: Random,
  mode: LineMode,
  { gnu, ours }: Assemblers,
  options: RunOptions,
  slot: number,
): Promise<Finding[]> {
  const statements = Array.from({ length: statementsAtOnce }, () => randomInstruction(random))
  const tools = { gnu, ours, slot, timeoutInSeconds: options.timeoutInSeconds }
  const suspects = (await compareLines(mode, statements, tools)).filter(({ status }) => !agrees(status))
  // Alone once more: another statement of the file may have been the cause.
  const verdicts: LineVerdict[] = []
  for (const { statement } of suspects) verdicts.push(...(await compareLines(mode, [statement], tools)))
  return verdicts
    .filter(({ status }) => !agrees(status))
    .map(({ statement, status, why }) => ({ kind: 'statements', flags: [mode.name], text: statement, status, why }))
}

export interface FuzzChoice {
  readonly command: string | undefined
  readonly kind: string | undefined
  readonly seed: number
  readonly count: number
  readonly save: boolean
  /** Folder of .s files that mutations start from. */
  readonly seeds: string | undefined
}

/** Prints what was found, grouped; exit status 1 where anything was. */
export async function runFuzz({ command, kind, seed, count, save, seeds: folder }: FuzzChoice, options: RunOptions): Promise<number> {
  if (kind !== undefined && !kinds.some((known) => known === kind)) throw new WrongUse(`--kind ${kind}: want ${kinds.join(', ')}`)
  const assemblers = await openAssemblers(command)
  const seeds = seedFiles(folder)
  const findings: Finding[] = []
  let tried = 0
  try {
    const rounds = Array.from({ length: count }, (_, i) => i)
    await runCases(rounds, options.jobs, async (round, slot) => {
      const random = new Random(seed * 1_000_003 + round)
      const chosen = kinds.find((known) => known === kind) ?? kinds[round % kinds.length] ?? 'soup'
      if (chosen === 'statements') {
        tried += statementsAtOnce
        findings.push(...(await findStatements(random, lineModes[random.below(3)] as LineMode, assemblers, options, slot)))
        return []
      }
      tried++
      const flags = random.pick([['--32'], ['--64']])
      const start = random.pick(seeds)
      // A directive may swallow what follows it, so that each has a file of its own.
      const texts = {
        directives: () => `sym2: ${randomDirective(random).replaceAll('\\n', '\n')}\n.byte 1\n`,
        soup: () => Array.from({ length: 1 + random.below(6) }, () => tokenSoup(random)).join(''),
        programs: () => randomProgram(random),
        mutations: () => mutated(random, start.text),
      }
      const sample = { flags: chosen === 'mutations' ? start.flags : flags, text: texts[chosen]() }
      if (chosen === 'programs') sample.text = await acceptedLines(sample.flags, sample.text, assemblers, options, slot)
      const result = await compareText(sample.flags, sample.text, assemblers, options, slot)
      if (!agrees(result.status)) findings.push(await minimised({ ...result, kind: chosen }, assemblers, options, slot))
      return []
    })
  } finally {
    assemblers.ours.close()
  }
  report(findings, tried, save)
  return findings.length > 0 ? 1 : 0
}

/** What two findings have in common when they have one cause, roughly: status and the statement's first word. */
function signature({ kind, status, text, why }: Finding): string {
  const word = /^(?:sym2: )?\s*(?:\{\w+\}\s*)?([\w.]+)/.exec(text)?.[1] ?? '?'
  return kind === 'statements'
    ? `${status} ${word}`
    : `${status} ${why
        .replace(/0x[0-9a-f]+|\d+/g, 'N')
        .replace(/^.*?error: /, '')
        .slice(0, 60)}`
}

function report(findings: readonly Finding[], tried: number, save: boolean): void {
  const groups = new Map<string, Finding[]>()
  for (const finding of findings) groups.set(signature(finding), [...(groups.get(signature(finding)) ?? []), finding])
  for (const [name, members] of [...groups].sort((a, b) => b[1].length - a[1].length)) {
    const { flags, text, why } = members[0] as Finding
    process.stdout.write(
      `${String(members.length).padStart(5)} ${name}: ${flags.join(' ')} ${JSON.stringify(text.slice(0, 160))} | ${why.slice(0, 160)}\n`,
    )
    if (save) for (const finding of members.slice(0, 2)) saveFinding(finding)
  }
  process.stdout.write(`\n${tried} tried, ${findings.length} differ, ${groups.size} kinds of difference\n`)
}

function saveFinding({ kind, flags, text }: Finding): void {
  mkdirSync(corpus, { recursive: true })
  if (kind === 'statements') {
    const path = join(corpus, `statements-${flags[0]}.txt`)
    const statement = text.trim()
    const known = existsSync(path) ? readFileSync(path, 'latin1').split('\n') : []
    if (!known.includes(statement))
      writeFileSync(path, Buffer.from([...known.filter((line) => line !== ''), statement, ''].join('\n'), 'latin1'))
  } else
    writeFileSync(
      join(corpus, `${kind}-${hashOf(flags.join(' '), text).slice(0, 12)}.s`),
      Buffer.from(`# flags: ${flags.join(' ')}\n${text}`, 'latin1'),
    )
}

/** A file, or some of the statements of a list. */
interface CorpusCase {
  readonly name: string
  readonly mode: LineMode | undefined
  readonly text: string
  readonly ids: readonly string[]
}

/** `conformance corpus`: everything that fuzzing has found, again. */
export async function corpusResults(
  choice: { command: string | undefined; list: boolean; only: string | undefined },
  options: RunOptions,
): Promise<Result[] | undefined> {
  const names = existsSync(corpus) ? readdirSync(corpus).sort() : []
  const expression = new RegExp(choice.only ?? '')
  const all = names.flatMap((name): CorpusCase[] => {
    const text = readFileSync(join(corpus, name), 'latin1')
    const mode = lineModes.find((known) => name === `statements-${known.name}.txt`)
    if (!mode) return [{ name, mode, text, ids: [name] }]
    const statements = text.split('\n').filter((line) => line !== '')
    return Array.from({ length: Math.ceil(statements.length / statementsAtOnce) }, (_, i) => {
      const part = statements.slice(i * statementsAtOnce, (i + 1) * statementsAtOnce)
      return { name, mode, text: part.join('\n'), ids: part.map((line) => `${mode.name}: ${line}`) }
    })
  })
  const cases = chooseCases(
    all.filter(({ ids }) => ids.some((id) => expression.test(id))),
    options,
  )
  if (choice.list) {
    for (const { ids } of cases) process.stdout.write(ids.map((id) => `${id}\n`).join(''))
    return undefined
  }
  const assemblers = await openAssemblers(choice.command)
  try {
    const results = await runCases(cases, options.jobs, async ({ name, mode, text, ids }, slot) => {
      const verdicts = mode
        ? await compareLines(mode, text.split('\n'), { ...assemblers, slot, timeoutInSeconds: options.timeoutInSeconds })
        : [await compareText((/^# flags: (.*)$/m.exec(text)?.[1] ?? '').split(' '), text, assemblers, options, slot)]
      return verdicts.map(({ status, why }, i): Result => {
        const ok = status === 'no case' ? undefined : agrees(status)
        return {
          id: ids[i] ?? name,
          table: corpusTable.title,
          groups: [mode ? `statements ${mode.name}` : (name.split('-')[0] ?? '')],
          status,
          why,
          ok,
        }
      })
    })
    return results.filter((r) => !options.onlyIds || options.onlyIds.has(r.id))
  } finally {
    assemblers.ours.close()
  }
}
