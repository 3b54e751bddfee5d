// `conformance x86-lines`: every distinct AT&T instruction line of GNU's i386 suite, one by one, in the mode that it is written for.
// `conformance x86-sweep`: lines made from our own instruction table (sweep-lines.ts), which try what no suite tries.
// A line agrees when both assemblers give the same bytes and relocations, and both or neither a warning; or when both refuse it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Candidate, openAssembler } from '../core/candidate.ts'
import { type Result, type RunOptions, WrongUse } from '../core/case.ts'
import { runProcess } from '../core/process.ts'
import { Random } from '../fuzz/random.ts'
import type { SuiteChoice } from '../suites.ts'
import { faultOfGnu } from './gnu-faults.ts'
import { type Assemble, bytesOfLines, type LineMode, type LineOutcome } from './line-bytes.ts'
import { folderLines, suiteLines } from './suite-lines.ts'
import { sweepLines } from './sweep-lines.ts'
import { SETTING_KINDS, type Setting, settingsOf } from './sweep-settings.ts'

export const instructionTable = { title: 'instructions', statuses: ['same', 'bytes', 'refused', 'accepted', 'warning', 'fault of GNU as'] }

/** Lines to a source: few enough that one fault which hides others costs little. */
const LINES_A_RUN = 20_000
const MODES: readonly LineMode[] = [64, 32, 16]

interface Part {
  readonly setting: Setting
  readonly lines: readonly string[]
}

export async function instructionResults(
  choice: SuiteChoice,
  options: RunOptions,
  print: (text: string) => void,
): Promise<Result[] | undefined> {
  const modes = choice.mode === undefined ? MODES : MODES.filter((mode) => String(mode) === choice.mode)
  if (modes.length === 0) throw new WrongUse(`--mode ${choice.mode}: want 64, 32 or 16`)
  const parts = choice.name === 'x86-lines' ? suiteParts(choice, modes) : await sweepParts(choice, modes)
  if (choice.list) {
    print(parts.flatMap(({ setting, lines }) => lines.map((line) => `${idOf(setting, line)}\n`)).join(''))
    return undefined
  }
  const candidate = await openAssembler(choice)
  const scratch = mkdtempSync(join(tmpdir(), 'x86-lines-'))
  const results: Result[] = []
  try {
    for (const part of parts) for (const result of await comparePart(part, choice, candidate, scratch, options)) results.push(result)
  } finally {
    candidate.close()
    rmSync(scratch, { recursive: true, force: true })
  }
  print(differingMnemonics(results))
  return results
}

/** Settings follow from the lines themselves: one part a mode. */
function suiteParts(choice: SuiteChoice, modes: readonly LineMode[]): Part[] {
  const only = new RegExp(choice.only ?? '')
  const source = choice.sources === undefined ? suiteLines() : folderLines(choice.sources)
  const all = source.filter((line) => modes.includes(line.mode) && only.test(`${line.mode}:${line.text}`))
  return modes.flatMap((mode) =>
    settingsOf('plain', mode, '').map((setting) => ({ setting, lines: all.filter((line) => line.mode === mode).map(({ text }) => text) })),
  )
}

/** `--kinds plain,options,arch,march,mixed`: of the settings of a kind each gets its share of the lines. */
async function sweepParts(choice: SuiteChoice, modes: readonly LineMode[]): Promise<Part[]> {
  const kinds = (choice.kinds ?? SETTING_KINDS.join(',')).split(',').map((kind) => {
    const known = SETTING_KINDS.find((name) => name === kind)
    if (!known) throw new WrongUse(`--kinds ${kind}: want some of ${SETTING_KINDS.join(', ')}`)
    return known
  })
  const { stdout: help } = await runProcess(['as', '--help'], '/', 60)
  const seed = choice.seed ?? 1
  const random = new Random(seed)
  const parts: Part[] = []
  for (const mode of modes) {
    for (const [index, kind] of kinds.entries()) {
      const settings = settingsOf(kind, mode, help)
      const dealt = settings.map((): string[] => [])
      for (const line of sweepLines(mode, choice.perRow ?? 2, seed * 8 + index, new RegExp(choice.only ?? '')))
        random.pick(dealt).push(line)
      for (const [at, setting] of settings.entries()) if (dealt[at]!.length > 0) parts.push({ setting, lines: dealt[at]! })
    }
  }
  return parts
}

async function comparePart(part: Part, choice: SuiteChoice, candidate: Candidate, scratch: string, options: RunOptions): Promise<Result[]> {
  const { setting, lines } = part
  const flags = [...setting.flags, ...(choice.flags ?? [])]
  const source = join(scratch, 'lines.s')
  // random lines come once: what GNU as gives for them is not worth keeping
  const gnu: Assemble = async (text) => {
    writeFileSync(source, text, 'latin1')
    const out = join(scratch, 'gnu.o')
    rmSync(out, { force: true })
    const { status, stderr } = await runProcess(['as', ...flags, source, '-o', out], scratch, 4 * options.timeoutInSeconds)
    return { object: status === 0 ? readFileSync(out) : undefined, messages: stderr }
  }
  const ours: Assemble = async (text) => {
    writeFileSync(source, text, 'latin1')
    const { status, output, stderr } = await candidate.run({ flags, in: source }, scratch, options.timeoutInSeconds, 0)
    return { object: status === 0 ? output : undefined, messages: stderr }
  }
  const results: Result[] = []
  for (let start = 0; start < lines.length; start += LINES_A_RUN) {
    const texts = lines.slice(start, start + LINES_A_RUN)
    const [expected, found] = [await bytesOfLines(texts, setting.header, gnu), await bytesOfLines(texts, setting.header, ours)]
    for (const [index, line] of texts.entries()) {
      const result = compare(setting, line, expected[index]!, found[index]!)
      const fault = result.ok === false ? faultOfGnu(line, flags) : undefined
      results.push(fault === undefined ? result : { ...result, status: 'fault of GNU as', why: fault, ok: undefined })
    }
  }
  return results
}

function idOf(setting: Setting, line: string): string {
  return `${setting.name}:${line}`
}

function compare(setting: Setting, line: string, expected: LineOutcome, found: LineOutcome): Result {
  const base = {
    id: idOf(setting, line),
    table: instructionTable.title,
    groups: [`${setting.mode}-bit, ${expected.bytes === undefined ? 'refused by GNU as' : 'with bytes'}`],
  }
  if (expected.message === 'Internal error') return { ...base, status: 'crash', why: 'GNU as ends with an internal error', ok: undefined }
  if (expected.bytes === undefined && found.bytes === undefined) return { ...base, status: 'same', why: '', ok: true }
  if (found.bytes === undefined) return { ...base, status: 'refused', why: `GNU as ${expected.bytes}, ours: ${found.message}`, ok: false }
  if (expected.bytes === undefined)
    return { ...base, status: 'accepted', why: `GNU as: ${expected.message}, ours ${found.bytes}`, ok: false }
  if (expected.bytes !== found.bytes) return { ...base, status: 'bytes', why: `GNU as ${expected.bytes}, ours ${found.bytes}`, ok: false }
  if ((expected.message === '') !== (found.message === ''))
    return { ...base, status: 'warning', why: `GNU as: ${expected.message || 'nothing'}, ours: ${found.message || 'nothing'}`, ok: false }
  return { ...base, status: 'same', why: '', ok: true }
}

/** What differs by mnemonic and kind, the most frequent first, each with one line. */
function differingMnemonics(results: readonly Result[]): string {
  const counts = new Map<string, { count: number; example: Result }>()
  for (const result of results) {
    if (result.ok !== false) continue
    const words = result.id
      .slice(result.id.indexOf(':') + 1)
      .replace(/^(\{\w+\}\s*)+/, '')
      .split(' ')
    const key = `${result.status} ${words[0]}`
    const entry = counts.get(key)
    if (entry) entry.count++
    else counts.set(key, { count: 1, example: result })
  }
  const sorted = [...counts].sort((a, b) => b[1].count - a[1].count).slice(0, 80)
  return sorted
    .map(([key, { count, example }]) => `${String(count).padStart(6)} ${key.padEnd(24)} ${example.id}\t${example.why}\n`)
    .join('')
}
