// `conformance x86-mnemonics`: every name of an instruction that GNU as knows is in the table, but for those that docs/instructions.md lists.
// Enters: candidates: each first word of a line of GNU's suite, in either syntax, and our own names, with and without suffix letters.
// Leaves: for each whether both assemblers know it. GNU as says `no such instruction` of no other names than those that it does not know.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isPrefix, mnemonics } from '@kernelbox/x86'
import { readLatin1 } from '../core/cache.ts'
import { openAssembler } from '../core/candidate.ts'
import type { Result, RunOptions } from '../core/case.ts'
import { packagesFolder } from '../core/folders.ts'
import { runProcess } from '../core/process.ts'
import { gasSuite } from '../gas/gas-suite.ts'
import type { SuiteChoice } from '../suites.ts'

export const mnemonicTable = { title: 'names of instructions', statuses: ['same', 'listed', 'missing', 'more', 'stale'] }

/** All of AT&T's but `t`, which GNU as takes off no name; d, x, y and z end names as well. */
const SUFFIXES = ['', ...'bwlqsdxyz']
/** Few enough for all messages to be told. */
const NAMES_A_RUN = 5000
const DOCUMENT = join(packagesFolder, '..', 'docs', 'instructions.md')
const WHY: Readonly<Record<string, string>> = {
  missing: 'GNU as knows it, the table does not: add a row, or the name to docs/instructions.md',
  more: 'kas takes it, GNU as does not know it',
  stale: 'docs/instructions.md lists it without need',
}

export async function mnemonicResults(choice: SuiteChoice, options: RunOptions): Promise<Result[]> {
  const names = candidates()
  const candidate = await openAssembler(choice)
  const scratch = mkdtempSync(join(tmpdir(), 'x86-mnemonics-'))
  const gnuKnows = new Set<string>()
  const weKnow = new Set<string>()
  const weTake = new Set<string>()
  try {
    for (let start = 0; start < names.length; start += NAMES_A_RUN) {
      const part = names.slice(start, start + NAMES_A_RUN)
      const source = join(scratch, 'names.s')
      writeFileSync(source, part.map((name) => `${name}\n`).join(''), 'latin1')
      // a name may belong to one mode alone
      for (const flags of ['--64', '--32']) {
        const gnu = await runProcess(['as', flags, source, '-o', join(scratch, 'names.o')], scratch, 4 * options.timeoutInSeconds)
        const ours = await candidate.run({ flags, in: source }, scratch, 4 * options.timeoutInSeconds, 0)
        addOthers(gnuKnows, part, gnu.stderr, /^[^:\n]*:(\d+): Error: no such instruction/gm)
        addOthers(weKnow, part, ours.stderr, /^[^:\n]*:(\d+):\d+: error: there is no (?:instruction|prefix)/gm)
        addOthers(weTake, part, ours.stderr, /^[^:\n]*:(\d+):\d+: error:/gm)
      }
    }
  } finally {
    candidate.close()
    rmSync(scratch, { recursive: true, force: true })
  }
  const listed = listedNames()
  return names.map((name) => {
    const isKnown = gnuKnows.has(name)
    const isListed = listed.has(name)
    const agrees = isKnown ? weKnow.has(name) : !weTake.has(name)
    const status = agrees ? (isListed ? 'stale' : 'same') : !isKnown ? 'more' : isListed ? 'listed' : 'missing'
    const groups = [isKnown ? 'known to GNU as' : 'unknown to GNU as']
    return { id: name, table: mnemonicTable.title, groups, status, why: WHY[status] ?? '', ok: status === 'same' || status === 'listed' }
  })
}

/** Adds the names of whose lines the messages say nothing of that kind. */
function addOthers(to: Set<string>, names: readonly string[], messages: string, pattern: RegExp): void {
  const told = new Set<number>()
  for (const [, line] of messages.matchAll(pattern)) told.add(Number(line) - 1)
  for (const [index, name] of names.entries()) if (!told.has(index)) to.add(name)
}

function candidates(): string[] {
  const stems = new Set<string>(mnemonics())
  const folder = join(gasSuite(), 'i386')
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.s')) continue
    for (const [, word] of readLatin1(join(folder, file)).matchAll(FIRST_WORD)) stems.add(word!.toLowerCase())
  }
  const names = new Set<string>()
  for (const stem of stems) if (stem.length < 19) for (const suffix of isPrefix(stem) ? [''] : SUFFIXES) names.add(stem + suffix)
  return [...names].sort()
}

const FIRST_WORD = /^(?:\s*\w+:)?\s*(?:\{\w+\}\s*)*([a-z][a-z0-9]+)(?=[ \t\n;]|$)/gim

/** The names of the document's list: one in backquotes on a line of its own. */
function listedNames(): Set<string> {
  return new Set([...readFileSync(DOCUMENT, 'utf8').matchAll(/^- `([\w.-]+)`$/gm)].map(([, name]) => name!))
}
