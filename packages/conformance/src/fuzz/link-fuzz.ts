// `conformance fuzz-ld`: corrupted objects and archives and fuzzed scripts through the linker, each batch in a process of its
// own. A sample fails where that process ends before its time or is silent for ten seconds; the next process goes on behind
// it. Told at the end: images and refusals, the longest time, the memory. A sample is made again from its seed (--seed N --count 1).

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleModule } from '../core/bundle-module.ts'
import { findProgram } from '../core/command-template.ts'
import { packageFolder } from '../core/folders.ts'
import { runProcess } from '../core/process.ts'
import { runSeeds } from '../core/seed-process.ts'
import { linkCorpus, seedsOf, storedSample } from './link-corpus.ts'
import { linkSample, type LinkSeeds } from './link-samples.ts'
import { linkScripts, linkSources } from './link-sources.ts'
import { Random } from './random.ts'

const heapInMiB = 1_500

export interface LinkFuzzChoice {
  readonly seed: number
  readonly count: number
  readonly verbose: boolean
  /** Samples that fail go to the corpus; a single one, --count 1, in any case. */
  readonly save: boolean
}

/** Assembles the sources for both classes and puts some into archives; one JSON file for the workers. */
async function writeSeeds(folder: string): Promise<{ path: string; seeds: LinkSeeds }> {
  const objects: string[][] = []
  const archives: string[][] = []
  const assembler = findProgram('as') ?? 'as'
  for (const flag of ['--32', '--64']) {
    const files: string[] = []
    const madeObjects: string[] = []
    const madeArchives: string[] = []
    objects.push(madeObjects)
    archives.push(madeArchives)
    for (const [name, text] of Object.entries(linkSources)) {
      const source = join(folder, `${name}.s`)
      const object = join(folder, `${name}${flag}.o`)
      writeFileSync(source, text)
      const { status } = await runProcess([assembler, flag, source, '-o', object], folder, 20)
      if (status !== 0) continue
      files.push(object)
      madeObjects.push(readFileSync(object).toString('base64'))
    }
    for (const words of [['rcs'], ['rcST']]) {
      const archive = join(folder, `${words[0]}${flag}.a`)
      const { status } = await runProcess(['ar', ...words, archive, ...files], folder, 20)
      if (status === 0) madeArchives.push(readFileSync(archive).toString('base64'))
    }
  }
  const path = join(folder, 'seeds.json')
  writeFileSync(path, JSON.stringify({ objects, archives, scripts: linkScripts }))
  return { path, seeds: seedsOf({ objects, archives, scripts: linkScripts }) }
}

interface Tally {
  readonly ends: Map<string, number>
  readonly failures: string[]
  longest: { seed: number; milliseconds: number }
  memoryInMiB: number
}

/** Runs a batch of samples; gives the seed at which the process failed, if it did. */
async function runBatch(words: readonly string[], first: number, tally: Tally, verbose: boolean): Promise<number | undefined> {
  const death = await runSeeds([`--max-old-space-size=${heapInMiB}`, ...words], first, ({ seed, end, milliseconds, memoryInMiB }) => {
    if (verbose) process.stdout.write(`${seed} ${end} ${milliseconds} ${memoryInMiB}\n`)
    tally.ends.set(end, (tally.ends.get(end) ?? 0) + 1)
    if (milliseconds > tally.longest.milliseconds) tally.longest = { seed, milliseconds }
    tally.memoryInMiB = Math.max(tally.memoryInMiB, memoryInMiB)
  })
  if (!death) return undefined
  const { seed, how, told } = death
  const error = /^(?:\w*Error|neither|an image).*(?:\n\s+at .*){0,4}/m.exec(told)?.[0] ?? told
  tally.failures.push(`seed ${seed}: ${how}: ${error.trim() || 'no message'}`)
  return seed
}

function saveSample(seed: number, seeds: LinkSeeds): void {
  mkdirSync(linkCorpus, { recursive: true })
  writeFileSync(join(linkCorpus, `${seed}.json`), `${JSON.stringify(storedSample(linkSample(new Random(seed), seeds)))}\n`)
}

/** Exit status 1 where any sample failed. */
export async function runLinkFuzz({ seed, count, verbose, save }: LinkFuzzChoice): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'link-fuzz-'))
  const bundle = await bundleModule(join(packageFolder, 'src', 'fuzz', 'link-fuzz-worker.ts'))
  const tally: Tally = { ends: new Map(), failures: [], longest: { seed: 0, milliseconds: 0 }, memoryInMiB: 0 }
  try {
    const { path: seedFile, seeds } = await writeSeeds(folder)
    const end = seed + count
    for (let next = seed; next < end; ) {
      const batch = Math.min(2_000, end - next)
      const failed = await runBatch([bundle, seedFile, String(next), String(batch)], next, tally, verbose)
      if (save && (failed !== undefined || count === 1)) saveSample(failed ?? seed, seeds)
      next = failed === undefined ? next + batch : failed + 1
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
    rmSync(bundle, { force: true })
  }
  for (const failure of tally.failures) process.stdout.write(`${failure}\n`)
  const ends = [...tally.ends].map(([name, times]) => `${times} ${name}`).join(', ')
  process.stdout.write(
    `${count} samples: ${ends}; ${tally.failures.length} failed; longest ${tally.longest.milliseconds} ms (seed ${tally.longest.seed}), ${tally.memoryInMiB} MiB\n`,
  )
  return tally.failures.length > 0 ? 1 : 0
}
