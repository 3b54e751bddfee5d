// `conformance x86-lines`: every distinct AT&T instruction line of GNU's i386 suite, one by one, in the mode that it is written for.
// `conformance x86-sweep`: lines made from our own instruction table (sweep-lines.ts), which try what no suite tries.
// A line agrees when both assemblers give the same bytes and relocations, or both refuse it.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../core/cache.ts'
import { openCandidate } from '../core/candidate.ts'
import { type Result, type RunOptions, WrongUse } from '../core/case.ts'
import { runReference } from '../core/reference.ts'
import type { SuiteChoice } from '../suites.ts'
import { type Assemble, bytesOfLines, type LineMode, type LineOutcome } from './line-bytes.ts'
import { type InstructionLine, suiteLines } from './suite-lines.ts'
import { sweepLines } from './sweep-lines.ts'

export const instructionTable = { title: 'instructions', statuses: ['same', 'bytes', 'refused', 'accepted'] }

/** Lines to a source: few enough that one fault which hides others costs little. */
const LINES_A_RUN = 20_000
const MODES: readonly LineMode[] = [64, 32, 16]

export async function instructionResults(
  choice: SuiteChoice,
  options: RunOptions,
  print: (text: string) => void,
): Promise<Result[] | undefined> {
  const only = choice.only === undefined ? undefined : new RegExp(choice.only)
  const modes = choice.mode === undefined ? MODES : MODES.filter((mode) => String(mode) === choice.mode)
  if (modes.length === 0) throw new WrongUse(`--mode ${choice.mode}: want 64, 32 or 16`)
  const lines =
    choice.name === 'x86-lines'
      ? suiteLines().filter((line) => modes.includes(line.mode) && (!only || only.test(idOf(line))))
      : modes.flatMap((mode) => sweepLines(mode, choice.perRow ?? 2, choice.seed ?? 1, only ?? /./).map((text) => ({ mode, text })))
  if (choice.list) {
    print(lines.map((line) => `${idOf(line)}\n`).join(''))
    return undefined
  }
  const candidate = await openCandidate({
    command: choice.command,
    spawn: choice.spawn,
    ours: 'kas {flags} {in} -o {out}',
    needed: ['{flags}', '{in}', '{out}'],
  })
  // one place for all runs: what GNU as gave is kept under the words and the folder
  const scratch = cacheFolder('x86-lines')
  const source = join(scratch, 'lines.s')
  const flags = (mode: LineMode): readonly string[] => [mode === 64 ? '--64' : '--32', ...(choice.flags ?? [])]
  const gnu: Assemble = async (text, mode) => {
    writeFileSync(source, text, 'latin1')
    const values = { flags: flags(mode), in: 'lines.s' }
    const { status, output, stderr } = await runReference(
      ['as', '{flags}', '{in}', '-o', '{out}'],
      values,
      scratch,
      [source],
      4 * options.timeoutInSeconds,
    )
    return { object: status === 0 ? output : undefined, messages: stderr }
  }
  const ours: Assemble = async (text, mode) => {
    writeFileSync(source, text, 'latin1')
    const { status, output, stderr } = await candidate.run({ flags: flags(mode), in: source }, scratch, options.timeoutInSeconds, 0)
    return { object: status === 0 ? output : undefined, messages: stderr }
  }
  const results: Result[] = []
  try {
    for (const mode of modes) {
      const chosen = lines.filter((line) => line.mode === mode)
      for (let start = 0; start < chosen.length; start += LINES_A_RUN) {
        const part = chosen.slice(start, start + LINES_A_RUN)
        const texts = part.map((line) => line.text)
        const expected = await bytesOfLines(texts, mode, gnu)
        const found = await bytesOfLines(texts, mode, ours)
        for (const [index, line] of part.entries()) results.push(compare(line, expected[index]!, found[index]!))
      }
    }
  } finally {
    candidate.close()
  }
  print(differingMnemonics(results))
  return results
}

function idOf({ mode, text }: InstructionLine): string {
  return `${mode}:${text}`
}

function compare(line: InstructionLine, expected: LineOutcome, found: LineOutcome): Result {
  const base = {
    id: idOf(line),
    table: instructionTable.title,
    groups: [`${line.mode}-bit, ${expected.bytes === undefined ? 'refused by GNU as' : 'with bytes'}`],
  }
  if (expected.bytes === found.bytes) return { ...base, status: 'same', why: '', ok: true }
  if (found.bytes === undefined) return { ...base, status: 'refused', why: `GNU as ${expected.bytes}, ours: ${found.message}`, ok: false }
  if (expected.bytes === undefined)
    return { ...base, status: 'accepted', why: `GNU as: ${expected.message}, ours ${found.bytes}`, ok: false }
  return { ...base, status: 'bytes', why: `GNU as ${expected.bytes}, ours ${found.bytes}`, ok: false }
}

/** The mnemonics that differ, the most frequent first, each with one line. */
function differingMnemonics(results: readonly Result[]): string {
  const counts = new Map<string, { count: number; example: Result }>()
  for (const result of results) {
    if (result.ok !== false) continue
    const mnemonic = result.id
      .slice(3)
      .replace(/^(\{\w+\}\s*)+/, '')
      .split(' ')[0]!
    const entry = counts.get(mnemonic)
    if (entry) entry.count++
    else counts.set(mnemonic, { count: 1, example: result })
  }
  const sorted = [...counts].sort((a, b) => b[1].count - a[1].count).slice(0, 60)
  return sorted
    .map(([mnemonic, { count, example }]) => `${String(count).padStart(6)} ${mnemonic.padEnd(16)} ${example.id}\t${example.why}\n`)
    .join('')
}
