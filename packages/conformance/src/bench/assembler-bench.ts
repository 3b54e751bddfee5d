// `bench assembler`: kas against GNU as on what gcc makes of sqlite3 (no CFI, CFI, -g), on generated sources of growing
// length (cost a line should stay the same), and on a small file, where start-up is all.

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { bundleCommands } from '../core/bundle-commands.ts'
import { cacheFolder } from '../core/cache.ts'
import { countLines, formatMeasured, measure, megabytes } from './measure.ts'
import { generatedAssembly, sqliteAssembly } from './inputs.ts'

export interface BenchOptions {
  readonly rounds: number
  /** Leaves out what takes minutes. */
  readonly quick: boolean
}

export async function benchAssembler({ rounds, quick }: BenchOptions, print: (text: string) => void): Promise<void> {
  const kas = await bundleCommands('command', ['kas'])
  const folder = cacheFolder('bench')
  const compare = (title: string, path: string, times: number, options: readonly string[] = []): number => {
    const lines = countLines(path)
    const measured = measure(
      [
        { name: 'GNU as', words: ['as', ...options, path, '-o', 'gnu.o'] },
        { name: 'kas', words: [process.execPath, kas, ...options, path, '-o', 'ours.o'] },
      ],
      times,
      folder,
    )
    print(formatMeasured(`${title}: ${lines} lines, ${megabytes(path)}, object ${statSync(join(folder, 'gnu.o')).size} bytes`, measured))
    const ours = measured[1]?.wallInMs ?? 0
    print(`  kas: ${((1000 * ours) / lines).toFixed(2)} us a line\n`)
    return (measured[1]?.cpuInMs ?? 0) / lines
  }
  compare('sqlite3 -O2, no CFI', sqliteAssembly('plain'), rounds)
  compare('sqlite3 -O2, CFI', sqliteAssembly('cfi'), rounds)
  if (!quick) compare('sqlite3 -O2 -g', sqliteAssembly('debug'), Math.max(3, rounds >> 1))
  const growing = quick ? [100, 10_000, 100_000, 1_000_000] : [100, 10_000, 100_000, 1_000_000, 10_000_000]
  const costs = growing.map((lines) => compare('generated', generatedAssembly(lines), lines > 1_000_000 ? 1 : rounds))
  // Linear: ten times the lines do not cost more than ten times as much.
  const shown = costs.map((cost, i) => `${growing[i]}: ${(1000 * cost).toFixed(2)}`).join(', ')
  print(`kas, CPU time a line in us by number of lines: ${shown}`)
  print(`ten times the last but one costs ${((10 * (costs.at(-1) ?? 0)) / (costs.at(-2) ?? 1)).toFixed(1)} times as much\n`)
}
