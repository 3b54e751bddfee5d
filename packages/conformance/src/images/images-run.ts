// `conformance images`: random images on both engines, each engine in a process of its own. A case fails where that process ends before its time, or is
// silent for ten seconds; the process then goes on behind it. Told at the end: how the images ended, the longest time, the memory of the process.
import { spawn } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { bundleWithLauncher } from '../core/bundle-launcher.ts'
import { packageFolder } from '../core/folders.ts'

const silenceInMs = 10_000

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
function runBatch(
  bundle: string,
  engine: string,
  first: number,
  count: number,
  tally: Tally,
  verbose: boolean,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [bundle, engine, String(first), String(count)], { stdio: ['ignore', 'pipe', 'pipe'] })
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
      why = `${why}${text.toString('latin1')}`.slice(0, 600)
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      watch()
      if (verbose) process.stdout.write(`${engine} ${line}\n`)
      const started = /^> (\d+)$/.exec(line)
      if (started) {
        current = Number(started[1])
        return
      }
      const [, end = line, milliseconds, memory] = /^(.*) (\d+) (\d+)$/.exec(line) ?? []
      tally.ends.set(end, (tally.ends.get(end) ?? 0) + 1)
      tally.longestInMs = Math.max(tally.longestInMs, Number(milliseconds))
      tally.memoryInMiB = Number(memory)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (code === 0) {
        resolve(undefined)
        return
      }
      tally.failures.push(`${engine}, seed ${current}: ${signal ?? `exit ${code}`}: ${why.trim() || 'no message'}`)
      resolve(current)
    })
  })
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
