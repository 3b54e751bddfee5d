// Enters: statements, each meant to stand alone. Leaves: for each, whether GNU as and kas agree: both refuse it, or both
// give the same bytes and relocations. Every statement has a section of its own, so that many go into one file; what one
// of the two refuses is left out of the second file, whose sections are compared one by one.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Commands } from '../core/candidate.ts'
import { ElfFile } from '../core/elf-file.ts'
import { messageLines } from '../core/messages.ts'
import { crashed, firstDifference, firstMessage, type Outcome } from '../core/process.ts'

export type LineStatus = 'same' | 'both-refuse' | 'refused' | 'accepted' | 'diff' | 'crash' | 'timeout' | 'no case'

export interface LineVerdict {
  readonly statement: string
  readonly status: LineStatus
  readonly why: string
}

export interface LineMode {
  /** '16', '32', '64', 'x32'. */
  readonly name: string
  readonly flags: readonly string[]
  /** First line of each file, such as '.code16'. */
  readonly head: string
}

export const lineModes: readonly LineMode[] = [
  { name: '16', flags: ['--32'], head: '.code16' },
  { name: '32', flags: ['--32'], head: '' },
  { name: '64', flags: ['--64'], head: '' },
  { name: 'x32', flags: ['--x32'], head: '' },
]

interface Assembly {
  readonly outcome: Outcome & { readonly output: Buffer | undefined }
  /** Indexes of the statements with errors. */
  readonly refused: ReadonlySet<number>
}

interface Tools {
  readonly gnu: Commands
  readonly ours: Commands
  readonly slot: number
  readonly timeoutInSeconds: number
}

function sourceOf(mode: LineMode, statements: readonly string[]): string {
  // Line 1 is the head; statement i stands on line 2i + 3.
  return `${mode.head}\n${statements.map((statement, i) => `.section .s${i},"ax"\n${statement}\n`).join('')}`
}

async function assemble(commands: Commands, program: string, mode: LineMode, path: string, tools: Tools): Promise<Assembly> {
  const outcome = await commands.run([program, ...mode.flags, '-o', '{out}', path], tmpdir(), tools.timeoutInSeconds, tools.slot)
  const { errors } = messageLines(outcome.stdout + outcome.stderr, () => 'main')
  const refused = new Set([...errors].map((place) => (Number(place.slice(place.lastIndexOf(':') + 1)) - 3) / 2))
  return { outcome, refused }
}

/** What section .sN holds and how it is relocated, as text. */
function contentsOf(elf: ElfFile): Map<string, { bytes: Buffer; relocations: string }> {
  return new Map(
    elf.sections
      .filter((section) => /^\.s\d+$/.test(section.name))
      .map((section) => [
        section.name,
        { bytes: section.folded, relocations: (elf.relocations.get(section.name) ?? []).map((row) => elf.meaning(row)).join('; ') },
      ]),
  )
}

function broken(status: Outcome['status']): LineStatus | undefined {
  return status === 'timeout' ? 'timeout' : crashed(status) ? 'crash' : undefined
}

/** Verdicts in the order of the statements. */
export async function compareLines(mode: LineMode, statements: readonly string[], tools: Tools): Promise<LineVerdict[]> {
  if (statements.length === 0) return []
  const scratch = mkdtempSync(join(tmpdir(), 'lines-'))
  const path = join(scratch, 'lines.s')
  try {
    writeFileSync(path, Buffer.from(sourceOf(mode, statements), 'latin1'))
    const gnu = await assemble(tools.gnu, 'as', mode, path, tools)
    const ours = await assemble(tools.ours, 'kas', mode, path, tools)
    const gnuBroke = broken(gnu.outcome.status)
    const oursBroke = broken(ours.outcome.status)
    // A refusal without a line cannot be given to a statement; halve until it can.
    const lost =
      gnuBroke ||
      oursBroke ||
      [gnu, ours].some(
        ({ outcome, refused }) => outcome.status !== 0 && [...refused].every((i) => !Number.isInteger(i) || i >= statements.length),
      )
    if (lost && statements.length > 1) return await halves(mode, statements, tools)
    if (lost) {
      const [statement = ''] = statements
      if (gnuBroke) return [{ statement, status: 'no case', why: `GNU as: ${gnu.outcome.status}` }]
      if (oursBroke) return [{ statement, status: oursBroke, why: firstMessage(ours.outcome.stderr) }]
      const [g, o] = [gnu.outcome.status === 0, ours.outcome.status === 0]
      if (g !== o)
        return [{ statement, status: g ? 'refused' : 'accepted', why: firstMessage(g ? ours.outcome.stderr : gnu.outcome.stderr) }]
      return [{ statement, status: 'both-refuse', why: '' }]
    }
    const kept = statements.map((_, i) => i).filter((i) => !gnu.refused.has(i) && !ours.refused.has(i))
    const all = kept.length === statements.length && gnu.outcome.status === 0 && ours.outcome.status === 0
    const verdicts = all
      ? compareSections(statements, gnu, ours)
      : await compareLines(
          mode,
          kept.map((i) => statements[i] ?? ''),
          tools,
        )
    if (!verdicts) return await halves(mode, statements, tools)
    const byIndex = new Map(kept.map((index, i) => [index, verdicts[i]]))
    return statements.map((statement, i) => {
      const [g, o] = [gnu.refused.has(i), ours.refused.has(i)]
      if (g && o) return { statement, status: 'both-refuse', why: '' }
      if (g || o) return { statement, status: o ? 'refused' : 'accepted', why: messageOf((o ? ours : gnu).outcome, i) }
      return byIndex.get(i) ?? { statement, status: 'no case', why: 'no verdict' }
    })
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function halves(mode: LineMode, statements: readonly string[], tools: Tools): Promise<LineVerdict[]> {
  const middle = statements.length >> 1
  if (middle === 0) return statements.map((statement) => ({ statement, status: 'no case', why: 'sections could not be compared' }))
  return [...(await compareLines(mode, statements.slice(0, middle), tools)), ...(await compareLines(mode, statements.slice(middle), tools))]
}

function messageOf({ stderr }: Outcome, index: number): string {
  const line = stderr.split('\n').find((text) => text.includes(`:${2 * index + 3}:`)) ?? ''
  return line.slice(line.search(/[Ee]rror: /)).slice(0, 140)
}

/** Undefined where the objects cannot be read. */
function compareSections(statements: readonly string[], gnu: Assembly, ours: Assembly): LineVerdict[] | undefined {
  if (!gnu.outcome.output || !ours.outcome.output) return undefined
  let r: ReturnType<typeof contentsOf>
  let c: ReturnType<typeof contentsOf>
  try {
    r = contentsOf(new ElfFile(gnu.outcome.output))
    c = contentsOf(new ElfFile(ours.outcome.output))
  } catch {
    return undefined
  }
  const nothing = { bytes: Buffer.alloc(0), relocations: '' }
  return statements.map((statement, i) => {
    const ref = r.get(`.s${i}`) ?? nothing
    const cand = c.get(`.s${i}`) ?? nothing
    if (!ref.bytes.equals(cand.bytes))
      return {
        statement,
        status: 'diff',
        why: `${firstDifference(ref.bytes, cand.bytes)} ref ${ref.bytes.toString('hex').slice(0, 40)} cand ${cand.bytes.toString('hex').slice(0, 40)}`,
      }
    if (ref.relocations !== cand.relocations)
      return { statement, status: 'diff', why: `relocations ref ${ref.relocations} cand ${cand.relocations}` }
    return { statement, status: 'same', why: '' }
  })
}
