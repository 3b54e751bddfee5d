// Interleaved runs of several command lines; medians and ratios to the first, which is GNU's tool.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../core/cache.ts'
import { WrongUse } from '../core/case.ts'
import { packageFolder } from '../core/folders.ts'
import { toolEnvironment } from '../core/process.ts'

export interface Contender {
  readonly name: string
  readonly words: readonly string[]
  /** The exit status that it must give, 0 if not said. */
  readonly status?: number
}

export interface Measured {
  readonly name: string
  /** Medians. */
  readonly wallInMs: number
  readonly cpuInMs: number
  readonly peakInMiB: number
}

export const sources = join(packageFolder, 'bench')

/** Compiles one of the C programs beside this package into the cache. */
export function compileProgram(name: string): string {
  const source = join(sources, `${name}.c`)
  const program = join(cacheFolder('bench'), name)
  if (!existsSync(program) || statSync(program).mtimeMs < statSync(source).mtimeMs) {
    const { status, stderr } = spawnSync('gcc', ['-O2', '-o', program, source], { encoding: 'utf8' })
    if (status !== 0) throw new WrongUse(`gcc cannot compile ${name}.c: ${stderr}`)
  }
  return program
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** Runs every contender once a round, one after the other, so that a change of the machine's load meets all. */
export function measure(contenders: readonly Contender[], rounds: number, cwd: string): Measured[] {
  const program = compileProgram('measure')
  const seen = contenders.map(() => ({ wall: [] as number[], cpu: [] as number[], peak: [] as number[] }))
  for (let round = 0; round < rounds; round++)
    for (const [i, { name, words, status: wanted = 0 }] of contenders.entries()) {
      const { output, stderr } = spawnSync(program, words, {
        cwd,
        env: toolEnvironment(),
        stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
        maxBuffer: 1 << 26,
      })
      const [wall = Number.NaN, user = 0, system = 0, peak = 0, status = -1] = String(output[3] ?? '')
        .split(' ')
        .map(Number)
      if (status !== wanted) throw new WrongUse(`${name} gave exit status ${status}: ${words.join(' ')}\n${String(stderr).slice(0, 500)}`)
      seen[i]?.wall.push(wall / 1e6)
      seen[i]?.cpu.push((user + system) / 1e3)
      seen[i]?.peak.push(peak / 1024)
    }
  return contenders.map(({ name }, i) => ({
    name,
    wallInMs: median(seen[i]?.wall ?? []),
    cpuInMs: median(seen[i]?.cpu ?? []),
    peakInMiB: median(seen[i]?.peak ?? []),
  }))
}

/** Ratios are to the first: of wall time, and of CPU time, which another load on the machine disturbs less. */
export function formatMeasured(title: string, measured: readonly Measured[]): string {
  const [base] = measured
  const ratio = (value: number, to: number | undefined): string => (value / (to ?? Number.NaN)).toFixed(2)
  const rows = measured.map(
    ({ name, wallInMs, cpuInMs, peakInMiB }) =>
      `  ${name.padEnd(26)}${wallInMs.toFixed(1).padStart(10)} ms ${cpuInMs.toFixed(1).padStart(10)} ms cpu ${peakInMiB.toFixed(0).padStart(6)} MiB   ratio ${ratio(wallInMs, base?.wallInMs)}, cpu ${ratio(cpuInMs, base?.cpuInMs)}`,
  )
  return `${title}\n${rows.join('\n')}\n`
}

export function megabytes(path: string): string {
  return `${(statSync(path).size / 1e6).toFixed(2)} MB`
}

export function countLines(path: string): number {
  let lines = 0
  for (const byte of readFileSync(path)) if (byte === 10) lines++
  return lines
}
