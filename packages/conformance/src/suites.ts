// All comparisons behind one seam: a suite's cases or results, filtered as asked, and their report.

import { clientResults, clientTables } from './client/client-run.ts'
import { type Candidate, openCandidate } from './core/candidate.ts'
import { type Case, chooseCases, type Result, runCases, type RunOptions, WrongUse } from './core/case.ts'
import { finishReport, formatTable, type Table } from './core/report.ts'
import { allPreprocessorCases, type PreprocessorCase, preprocessorTables, runPreprocessorCase } from './cpp/cpp-run.ts'
import { corpusResults, corpusTable } from './fuzz/fuzz-run.ts'
import { guestResults, guestTable } from './guests/guests-run.ts'
import { errorTable, objectTable, runGasCase } from './gas/gas-run.ts'
import { allGasCases, cutBeforeIntel, type GasCase } from './gas/gas-suite.ts'
import { type LinkKind, linkTables, type LinkSuiteCase, runLinkCase } from './ld/ld-run.ts'
import { kernelResults, kernelTable } from './kernels/kernels-run.ts'
import { allLinkCases } from './ld/ld-suite.ts'
import { randomLinkResults } from './ld/random-run.ts'
import { decodingResults, decodingTable } from './x86-lines/decode-run.ts'
import { mnemonicResults, mnemonicTable } from './x86-lines/mnemonics-run.ts'
import { instructionResults, instructionTable } from './x86-lines/x86-lines-run.ts'

export const suiteNames = [
  'gas',
  'ld',
  'ld-random',
  'cpp',
  'kernels',
  'guests',
  'client',
  'corpus',
  'x86-lines',
  'x86-sweep',
  'x86-mnemonics',
  'x86-decode',
] as const
export type SuiteName = (typeof suiteNames)[number]

export interface SuiteChoice {
  readonly name: SuiteName
  readonly attCut: boolean
  readonly scriptOnly: boolean
  readonly spawn: boolean
  readonly list: boolean
  readonly command: string | undefined
  readonly only: string | undefined
  readonly family: string | undefined
  readonly kind: string | undefined
  readonly mode: string | undefined
  readonly kinds: string | undefined
  /** x86-lines, x86-sweep: words for both assemblers. */
  readonly flags?: readonly string[]
  /** x86-sweep: lines a row of the table. */
  readonly perRow?: number
  /** Of x86-lines: a folder of other sources. */
  readonly sources?: string
  /** x86-sweep, ld-random: where the random numbers start. */
  readonly seed?: number
  /** ld-random: how many links. */
  readonly count?: number
}

interface Suite<C extends Case> {
  readonly cases: C[]
  readonly tables: readonly Table[]
  readonly ours: string
  readonly needed: readonly string[]
  readonly describe: (item: C) => string
  readonly run: (item: C, candidate: Candidate, options: RunOptions, slot: number) => Promise<Result[]>
}

const print = (text: string): void => {
  process.stdout.write(text)
}

function matches(pattern: string | undefined): (text: string) => boolean {
  if (pattern === undefined) return () => true
  const expression = new RegExp(pattern)
  return (text) => expression.test(text)
}

function gasCases({ attCut, only, family, mode, kind }: SuiteChoice): Suite<GasCase> {
  if (kind !== undefined && kind !== 'object' && kind !== 'error') throw new WrongUse(`--kind ${kind}: want object or error`)
  const isChosen = matches(only)
  const cases = allGasCases()
    .map((item) => (attCut ? cutBeforeIntel(item) : item))
    .filter((item): item is GasCase => item !== undefined)
    .filter(
      (item) =>
        isChosen(item.ids[0] ?? '') &&
        (family === undefined || item.family === family) &&
        (mode === undefined || item.mode === mode) &&
        (kind === undefined || (kind === 'error') === item.isError),
    )
  return {
    cases,
    tables: [objectTable, errorTable],
    ours: 'kas {flags} {in} -o {out}',
    needed: ['{in}', '{out}'],
    describe: (item) => [item.ids[0], item.family, item.isError ? 'error' : 'object'].join('\t'),
    run: runGasCase,
  }
}

function linkKinds(kinds: string | undefined): LinkKind[] {
  return (kinds ?? 'flat,elf').split(',').map((kind): LinkKind => {
    if (kind !== 'flat' && kind !== 'elf') throw new WrongUse(`--kinds ${kinds}: want flat, elf or both`)
    return kind
  })
}

async function linkCases({ only, family, kinds, scriptOnly }: SuiteChoice): Promise<Suite<LinkSuiteCase>> {
  const wanted = linkKinds(kinds)
  const isChosen = matches(only)
  const links = (await allLinkCases()).filter(
    (link) => (link.script || !scriptOnly) && isChosen(link.name) && (family === undefined || link.group === family),
  )
  return {
    cases: links.map((link) => ({ link, ids: wanted.map((kind) => `${link.name}:${kind}`) })),
    tables: linkTables,
    ours: 'kld {flags} {script} {objs} -o {out}',
    needed: ['{flags}', '{script}', '{objs}', '{out}'],
    describe: ({ link, ids }) => [...ids, link.group, link.script ?? 'default script'].join('\t'),
    run: (item, candidate, options, slot) => runLinkCase(item, wanted, candidate, options, slot),
  }
}

function preprocessorCases({ only, family }: SuiteChoice): Suite<PreprocessorCase> {
  const isChosen = matches(only)
  return {
    cases: allPreprocessorCases().filter((item) => isChosen(item.ids[0] ?? '') && (family === undefined || item.group === family)),
    tables: preprocessorTables,
    ours: 'kasm -E -x assembler-with-cpp {flags} {in}',
    needed: ['{flags}', '{in}'],
    describe: (item) => [...item.ids, item.group].join('\t'),
    run: runPreprocessorCase,
  }
}

async function resultsOf<C extends Case>(suite: Suite<C>, choice: SuiteChoice, options: RunOptions): Promise<Result[] | undefined> {
  const cases = chooseCases(suite.cases, options)
  if (choice.list) {
    print(cases.map((item) => `${suite.describe(item)}\n`).join(''))
    return undefined
  }
  const candidate = await openCandidate({ command: choice.command, spawn: choice.spawn, ours: suite.ours, needed: suite.needed })
  try {
    return await runCases(cases, options.jobs, (item, slot) => suite.run(item, candidate, options, slot))
  } finally {
    candidate.close()
  }
}

async function resultsAndTables(choice: SuiteChoice, options: RunOptions): Promise<[readonly Table[], Result[] | undefined]> {
  const from = async <C extends Case>(suite: Suite<C>): Promise<[readonly Table[], Result[] | undefined]> => [
    suite.tables,
    await resultsOf(suite, choice, options),
  ]
  switch (choice.name) {
    case 'gas':
      return from(gasCases(choice))
    case 'ld':
      return from(await linkCases(choice))
    case 'ld-random': {
      const { seed = 1, count = 100, kinds } = choice
      return [linkTables, await randomLinkResults({ seed, count, kinds: linkKinds(kinds) }, options)]
    }
    case 'cpp':
      return from(preprocessorCases(choice))
    case 'kernels':
      return [[kernelTable], await kernelResults(choice, options)]
    case 'guests':
      return [[guestTable], await guestResults(choice, options)]
    case 'client':
      return [clientTables, await clientResults(choice, options)]
    case 'corpus':
      return [[corpusTable], await corpusResults(choice, options)]
    case 'x86-lines':
    case 'x86-sweep':
      return [[instructionTable], await instructionResults(choice, options, print)]
    case 'x86-decode':
      return [[decodingTable], await decodingResults(choice, options)]
    case 'x86-mnemonics':
      return [[mnemonicTable], await mnemonicResults(choice, options)]
  }
}

/** Runs a suite without a report; for the ratchet. */
export async function suiteResults(choice: SuiteChoice, options: RunOptions): Promise<Result[]> {
  return (await resultsAndTables(choice, options))[1] ?? []
}

/** Runs a suite, prints its tables, and gives the exit status. */
export async function runSuite(choice: SuiteChoice, options: RunOptions): Promise<number> {
  const [tables, results] = await resultsAndTables(choice, options)
  if (!results) return 0
  for (const table of tables) {
    const rows = results.filter((r) => r.table === table.title)
    print(formatTable(table, rows))
  }
  return finishReport(results, options, print)
}
