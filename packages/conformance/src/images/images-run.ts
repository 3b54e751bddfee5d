// `conformance images`: random images on both engines, each engine in a process of its own. A case fails where that process ends before its time, or is
// silent for ten seconds; the process then goes on behind it. Told at the end: how the images ended, the longest time, the memory of the process.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bundleWithLauncher } from '../core/bundle-launcher.ts'
import { packageFolder } from '../core/folders.ts'
import { runSeeds } from '../core/seed-process.ts'

export interface ImagesChoice {
  readonly seed: number
  readonly count: number
  readonly verbose: boolean
}

interface Tally {
  readonly ends: Map<string, number>
  readonly failures: string[]
  longestInMs: number
  memoryInMiB: number
}

/** Runs the images from a seed on; gives the seed at which the process failed, if it did. */
async function runBatch(
  bundle: string,
  engine: string,
  first: number,
  count: number,
  tally: Tally,
  verbose: boolean,
): Promise<number | undefined> {
  const death = await runSeeds([bundle, engine, String(first), String(count)], first, ({ seed, end, milliseconds, memoryInMiB }) => {
    if (verbose) process.stdout.write(`${engine} ${seed} ${end} ${milliseconds} ${memoryInMiB}\n`)
    tally.ends.set(end, (tally.ends.get(end) ?? 0) + 1)
    tally.longestInMs = Math.max(tally.longestInMs, milliseconds)
    tally.memoryInMiB = memoryInMiB
  })
  if (!death) return undefined
  tally.failures.push(`${engine}, seed ${death.seed}: ${death.how}: ${death.told || 'no message'}`)
  return death.seed
}

export async function runImages({ seed, count, verbose }: ImagesChoice): Promise<number> {
  const bundle = await bundleWithLauncher(join(packageFolder, 'src', 'images', 'image-worker.ts'))
  let status = 0
  for (const engine of existsSync('/dev/kvm') ? ['kvm', 'software'] : ['software']) {
    const tally: Tally = { ends: new Map(), failures: [], longestInMs: 0, memoryInMiB: 0 }
    const end = seed + count
    for (let first: number | undefined = seed; first !== undefined && first < end; ) {
      const failed = await runBatch(bundle, engine, first, end - first, tally, verbose)
      first = failed === undefined ? undefined : failed + 1
    }
    const ends = [...tally.ends].sort(([, a], [, b]) => b - a).map(([name, times]) => `${name} ${times}`)
    process.stdout.write(
      `${engine}: ${count} images, ${tally.failures.length} failures; longest ${tally.longestInMs} ms, ${tally.memoryInMiB} MiB at the end\n`,
    )
    process.stdout.write(`  ${ends.join(', ')}\n`)
    for (const failure of tally.failures) process.stdout.write(`  FAILED ${failure}\n`)
    if (tally.failures.length > 0) status = 1
  }
  rmSync(bundle, { force: true })
  return status
}
