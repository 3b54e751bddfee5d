// Samples made from seeds, one after the other, in a process of its own. Enters: the words of its command, the first seed. Leaves: what
// became of each sample, and the seed at which the process died or was silent for ten seconds, so that the next one goes on behind it.
// Between the two go lines: `> SEED` when a sample begins; how it ended, its milliseconds and the process's MiB when it is over.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const silenceInMs = 10_000
const toldAtMost = 900

export interface Sample {
  readonly seed: number
  readonly end: string
  readonly milliseconds: number
  readonly memoryInMiB: number
}

export interface Death {
  readonly seed: number
  /** The signal or the exit status. */
  readonly how: string
  /** What it wrote to standard error, '' for nothing. */
  readonly told: string
}

/** Node runs `words`; undefined where the process came to its end. */
export function runSeeds(words: readonly string[], first: number, onSample: (sample: Sample) => void): Promise<Death | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] })
    let seed = first
    let told = ''
    const silence = setTimeout(() => {
      told = 'silent for ten seconds'
      child.kill('SIGKILL')
    }, silenceInMs)
    child.stderr.on('data', (text: Buffer) => {
      told = `${told}${text.toString('latin1')}`.slice(0, toldAtMost)
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      silence.refresh()
      const started = /^> (\d+)$/.exec(line)
      if (started) {
        seed = Number(started[1])
        return
      }
      const [, end = line, milliseconds = 0, memory = 0] = /^(.*) (\d+) (\d+)$/.exec(line) ?? []
      onSample({ seed, end, milliseconds: Number(milliseconds), memoryInMiB: Number(memory) })
    })
    child.on('close', (code, signal) => {
      clearTimeout(silence)
      resolve(code === 0 ? undefined : { seed, how: signal ?? `exit ${code}`, told: told.trim() })
    })
  })
}

/** In that process: runs the samples, each of which gives its end in words; what one throws is the end of all. */
export async function tellSeeds(first: number, count: number, run: (seed: number) => string | Promise<string>): Promise<void> {
  for (let seed = first; seed < first + count; seed++) {
    process.stdout.write(`> ${seed}\n`)
    const start = performance.now()
    const end = await run(seed)
    const milliseconds = Math.round(performance.now() - start)
    process.stdout.write(`${end} ${milliseconds} ${Math.round(process.memoryUsage.rss() / 2 ** 20)}\n`)
  }
}
