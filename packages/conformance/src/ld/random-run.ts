// `conformance ld-random`: random links (random-links.ts) through GNU ld and kld, as flat binary and as ELF. What differs is
// kept, with a script that repeats it, in dist/ld-random.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Commands, openCommands, standInCommands } from '../core/candidate.ts'
import { type Result, runCases, type RunOptions } from '../core/case.ts'
import { packageFolder } from '../core/folders.ts'
import { runProcess } from '../core/process.ts'
import { Random } from '../fuzz/random.ts'
import { compareLink, type LinkKind, linkPasses } from './ld-run.ts'
import { type RandomLink, randomLink } from './random-links.ts'

const kept = join(packageFolder, 'dist', 'ld-random')

export interface RandomLinkChoice {
  readonly seed: number
  readonly count: number
  readonly kinds: readonly LinkKind[]
}

export async function randomLinkResults({ seed, count, kinds }: RandomLinkChoice, options: RunOptions): Promise<Result[]> {
  const gnu = standInCommands((program) => [program])
  const ours = await openCommands(false, ['kld'])
  rmSync(kept, { recursive: true, force: true })
  const rounds = Array.from({ length: count }, (_, i) => i)
  try {
    return await runCases(rounds, options.jobs, async (round, slot) => {
      const id = `${seed}.${round}`
      if (options.onlyIds && !kinds.some((one) => options.onlyIds?.has(`${id}:${one}`))) return []
      const link = randomLink(new Random(seed * 1_000_003 + round))
      return await compareBoth(id, link, kinds, { gnu, ours }, options, slot)
    })
  } finally {
    ours.close()
  }
}

async function compareBoth(
  id: string,
  link: RandomLink,
  kinds: readonly LinkKind[],
  { gnu, ours }: { readonly gnu: Commands; readonly ours: Commands },
  options: RunOptions,
  slot: number,
): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ld-random-'))
  try {
    const objects: string[] = []
    for (const [i, source] of link.sources.entries()) {
      writeFileSync(join(folder, `o${i}.s`), source)
      const made = await runProcess(['as', link.is64 ? '--64' : '--32', `o${i}.s`, '-o', `o${i}.o`], folder, options.timeoutInSeconds)
      if (made.status !== 0) throw new Error(`as refuses a random source of ${id}: ${made.stderr}`)
      objects.push(`o${i}.o`)
    }
    writeFileSync(join(folder, 'link.ld'), link.script)
    const results: Result[] = []
    for (const kind of kinds) {
      const words = [
        '-m',
        link.is64 ? 'elf_x86_64' : 'elf_i386',
        ...(kind === 'flat' ? ['--oformat=binary'] : []),
        '-T',
        'link.ld',
        ...objects,
      ]
      const ref = await gnu.run(['ld', ...words, '-o', '{out}'], folder, options.timeoutInSeconds, slot)
      const cand = await ours.run(['kld', ...words, '-o', '{out}'], folder, options.timeoutInSeconds, slot)
      const { table, status, why } = compareLink(kind, ref, cand)
      const ok = linkPasses(status, options.strict)
      results.push({ id: `${id}:${kind}`, table, groups: [link.is64 ? '64' : '32'], status, why, ok })
      if (ok === false) keep(id, link, objects, words)
    }
    return results
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function keep(id: string, link: RandomLink, objects: readonly string[], words: readonly string[]): void {
  const folder = join(kept, id)
  mkdirSync(folder, { recursive: true })
  link.sources.forEach((source, i) => writeFileSync(join(folder, `o${i}.s`), source))
  writeFileSync(join(folder, 'link.ld'), link.script)
  const assemble = objects.map((name) => `as ${link.is64 ? '--64' : '--32'} ${name.replace('.o', '.s')} -o ${name}`)
  const line = words.filter((word) => word !== '--oformat=binary').join(' ')
  writeFileSync(join(folder, 'run.sh'), `${[...assemble, `ld ${line} -o ld.out "$@"`, `kld ${line} -o kld.out "$@"`].join('\n')}\n`)
}
