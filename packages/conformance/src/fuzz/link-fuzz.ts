// `conformance fuzz-ld`: corrupted objects and archives and fuzzed scripts through the linker, each batch in a process of its
// own. A sample fails where that process ends before its time or is silent for ten seconds; the next process goes on behind
// it. Told at the end: images and refusals, the longest time, the memory. A sample is made again from its seed (--seed N --count 1).

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import { findProgram } from '../core/command-template.ts'
import { packageFolder, packagesFolder } from '../core/folders.ts'
import { runProcess } from '../core/process.ts'
import { linkCorpus, seedsOf, storedSample } from './link-corpus.ts'
import { linkSample, type LinkSeeds } from './link-samples.ts'
import { linkScripts, linkSources } from './link-sources.ts'
import { Random } from './random.ts'

const silenceInMs = 10_000
const memoryInMiB = 1_500

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

async function bundleWorker(): Promise<string> {
  const outfile = join(packageFolder, 'dist', 'fuzz', `link-fuzz-worker-${process.pid}.mjs`)
  mkdirSync(join(outfile, '..'), { recursive: true })
  await build({
    entryPoints: [join(packageFolder, 'src', 'fuzz', 'link-fuzz-worker.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    plugins: [
      {
        name: 'from-source',
        setup(builder) {
          builder.onResolve({ filter: /^@kernelbox\/\w+$/ }, ({ path }) => ({
            path: join(packagesFolder, path.slice('@kernelbox/'.length), 'src', 'index.ts'),
          }))
        },
      },
    ],
  })
  return outfile
}

interface Tally {
  readonly ends: Map<string, number>
  readonly failures: string[]
  longest: { seed: number; milliseconds: number }
  memoryInMiB: number
}

/** Runs the samples from a seed on; gives the seed at which the process failed, if it did. */
function runBatch(words: readonly string[], first: number, tally: Tally, verbose: boolean): Promise<number | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [`--max-old-space-size=${memoryInMiB}`, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
    let current = first
    let why = ''
    let timer = setTimeout(() => {}, 0)
    const watch = () => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        why = 'silent for ten seconds'
        child.kill('SIGKILL')
      }, silenceInMs)
    }
    watch()
    child.stderr.on('data', (text: Buffer) => {
      why = `${why}${text.toString('latin1')}`.slice(0, 900)
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      watch()
      const started = /^> (\d+)$/.exec(line)
      if (started) {
        current = Number(started[1])
        return
      }
      if (verbose) process.stdout.write(`${current} ${line}\n`)
      const [, end = line, milliseconds, memory] = /^(.*) (\d+) (\d+)$/.exec(line) ?? []
      tally.ends.set(end, (tally.ends.get(end) ?? 0) + 1)
      if (Number(milliseconds) > tally.longest.milliseconds) tally.longest = { seed: current, milliseconds: Number(milliseconds) }
      tally.memoryInMiB = Math.max(tally.memoryInMiB, Number(memory))
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (code === 0) {
        resolve(undefined)
        return
      }
      const told = /^(?:\w*Error|neither|an image).*(?:\n\s+at .*){0,4}/m.exec(why)?.[0] ?? why
      tally.failures.push(`seed ${current}: ${signal ?? `exit ${code}`}: ${told.trim() || 'no message'}`)
      resolve(current)
    })
  })
}

function saveSample(seed: number, seeds: LinkSeeds): void {
  mkdirSync(linkCorpus, { recursive: true })
  writeFileSync(join(linkCorpus, `${seed}.json`), `${JSON.stringify(storedSample(linkSample(new Random(seed), seeds)))}\n`)
}

/** Exit status 1 where any sample failed. */
export async function runLinkFuzz({ seed, count, verbose, save }: LinkFuzzChoice): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'link-fuzz-'))
  const bundle = await bundleWorker()
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
