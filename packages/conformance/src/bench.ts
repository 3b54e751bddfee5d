// The command `pnpm bench WHAT`: our tools and GNU's in the same interleaved run, medians, ratios to GNU's, peak memory.

import { parseArgs } from 'node:util'
import { type BenchOptions, benchAssembler } from './bench/assembler-bench.ts'
import { benchLauncher } from './bench/launcher-bench.ts'
import { benchLinker } from './bench/linker-bench.ts'
import { benchPreprocessor } from './bench/preprocessor-bench.ts'
import { benchTable } from './bench/table-bench.ts'
import { WrongUse } from './core/case.ts'

const benches: Record<string, (options: BenchOptions, print: (text: string) => void) => Promise<void>> = {
  assembler: benchAssembler,
  preprocessor: benchPreprocessor,
  linker: benchLinker,
  launcher: benchLauncher,
  table: benchTable,
}

try {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2).filter((word) => word !== '--'),
    allowPositionals: true,
    options: { rounds: { type: 'string' }, quick: { type: 'boolean' } },
  })
  const bench = benches[positionals[0] ?? '']
  if (!bench || positionals.length > 1) throw new WrongUse(`pnpm bench ${Object.keys(benches).join(' | ')} [--rounds N] [--quick]`)
  const rounds = Number(values.rounds ?? '5')
  if (!(rounds >= 1)) throw new WrongUse('--rounds: want a number above 0')
  await bench({ rounds, quick: values.quick ?? false }, (text) => {
    process.stdout.write(text)
  })
} catch (error) {
  process.stderr.write(`bench: ${error instanceof WrongUse || !(error instanceof Error) ? (error as Error).message : error.stack}\n`)
  process.exitCode = 2
}
