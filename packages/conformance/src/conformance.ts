// The command `pnpm conformance WHAT`: compares our commands with GNU's own tools, run on the spot.

import { parseArgs } from 'node:util'
import { readIds, type RunOptions, WrongUse } from './core/case.ts'
import { findProgram } from './core/command-template.ts'
import { splitFlags } from './core/shell-words.ts'
import { runFuzz } from './fuzz/fuzz-run.ts'
import { runLinkFuzz } from './fuzz/link-fuzz.ts'
import { runImages } from './images/images-run.ts'
import { checkPassing, raisePassing } from './ratchet.ts'
import { type SuiteChoice, suiteNames, runSuite } from './suites.ts'

const help = `pnpm conformance gas | ld | cpp [options]      GNU's own test inputs through kas, kld, kasm -E
pnpm conformance ld-random [--seed N] [--count N] [--kinds flat,elf]   random links through GNU ld and kld; differences in dist/ld-random
pnpm conformance kernels [options]             small kernels: kasm against gcc + ld, objects cross-linked
pnpm conformance guests [options]              bare-metal programs on klaunch's engines against QEMU with SeaBIOS
pnpm conformance fuzz [--seed N] [--count N] [--kind statements|directives|soup|mutations|programs] [--save]   random inputs through GNU as and kas
pnpm conformance fuzz-ld [--seed N] [--count N] [--save]  corrupted objects, archives and scripts: the linker never crashes, hangs or is silent
pnpm conformance images [--seed N] [--count N]  random images on both engines: the host process never crashes, hangs or grows
pnpm conformance corpus [options]              what fuzzing has found (packages/conformance/corpus)
pnpm conformance client [options]              gcc with kas as its assembler: sqlite3, Lua, zlib; --only 'lua:-O2' chooses
pnpm conformance x86-lines [options]           each AT&T instruction line of GNU's i386 suite alone, kas against as; --mode 64|32|16
pnpm conformance x86-sweep [options]           lines made from our instruction table: --per-row N (2), --seed N (1), --only MNEMONICS, --kinds plain,options,arch,march,mixed
pnpm conformance x86-decode [options]          bytes of the same lines: our text against objdump's, and encoded again; --per-row N, --seed N
pnpm conformance x86-mnemonics [options]       every name of an instruction that GNU as knows, against ours and docs/instructions.md

pnpm conformance check [SUITE...]              exactly the cases of packages/conformance/passing; fails when one stops passing
pnpm conformance raise [SUITE...]              runs everything and writes those lists anew; --allow-drop: also where one loses cases

  --cand CMD         another candidate, e.g. 'as {flags} {in} -o {out}', 'ld {flags} {script} {objs} -o {out}', 'gcc -E -x assembler-with-cpp {flags} {in}'
  --spawn            our commands as a process a case, as users start them (default: many cases to a process, which is faster)
  --att-cut          gas: each source up to its first .intel_syntax; leaves out what is Intel from the start
  --only REGEX       only cases whose id matches            --family NAME      only the cases of one row
  --kind object|error  gas                                  --mode 32|64|x32   gas
  --kinds flat,elf   ld                                     --script-only      ld: only links with a script of their own
  --strict           only "exact" passes, "same" does not   --list             print the cases, run nothing
  --only-ids FILE    run exactly the cases listed           --passing FILE     write the ids that pass
  --json FILE        one JSON record a case                 -v                 print every case that fails, with the first difference
  --shard I/N        the I-th of N parts                    --jobs N           cases at a time (default 2)
  --flags WORDS      x86-lines, x86-sweep: more words for both assemblers, e.g. '-O2'
  --sources FOLDER   x86-lines: the instruction lines of the .s and .S files there and below instead of GNU's suite
  --seeds FOLDER     fuzz: mutations start from its .s files; --kind programs: whole programs
  --timeout S        seconds for the candidate (default 30; the reference has 4 times as many)

Exit status: 0 every case passes, 1 not, 2 wrong use. packages/conformance/setup.sh installs the GNU tools and their suites.`

function positive(value: string, option: string): number {
  const number = Number(value)
  if (!(number > 0)) throw new WrongUse(`${option} ${value}: want a number above 0`)
  return number
}

async function main(words: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...words].filter((word) => word !== '--'),
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      cand: { type: 'string' },
      spawn: { type: 'boolean' },
      'att-cut': { type: 'boolean' },
      only: { type: 'string' },
      family: { type: 'string' },
      kind: { type: 'string' },
      mode: { type: 'string' },
      kinds: { type: 'string' },
      'script-only': { type: 'boolean' },
      strict: { type: 'boolean' },
      list: { type: 'boolean' },
      'only-ids': { type: 'string' },
      passing: { type: 'string' },
      json: { type: 'string' },
      verbose: { type: 'boolean', short: 'v' },
      shard: { type: 'string' },
      jobs: { type: 'string' },
      timeout: { type: 'string' },
      'allow-drop': { type: 'boolean' },
      'per-row': { type: 'string' },
      sources: { type: 'string' },
      seed: { type: 'string' },
      count: { type: 'string' },
      save: { type: 'boolean' },
      seeds: { type: 'string' },
      flags: { type: 'string' },
    },
  })
  const [what, ...rest] = positionals
  if (values.help || what === undefined) {
    process.stdout.write(`${help}\n`)
    return values.help ? 0 : 2
  }
  if (rest.length > 0 && what !== 'check' && what !== 'raise') throw new WrongUse(`unexpected: ${rest.join(' ')}`)
  for (const tool of ['as', 'ld', 'gcc'])
    if (!findProgram(tool)) throw new WrongUse(`GNU ${tool} is missing: run packages/conformance/setup.sh first`)
  const options: RunOptions = {
    jobs: positive(values.jobs ?? '2', '--jobs'),
    timeoutInSeconds: positive(values.timeout ?? '30', '--timeout'),
    strict: values.strict ?? false,
    verbose: values.verbose ?? false,
    ...(values['only-ids'] === undefined ? {} : { onlyIds: readIds(values['only-ids']) }),
    ...(values.shard === undefined ? {} : { shard: values.shard }),
    ...(values.json === undefined ? {} : { jsonFile: values.json }),
    ...(values.passing === undefined ? {} : { passingFile: values.passing }),
  }
  const spawn = values.spawn ?? false
  if (what === 'check') return checkPassing(rest, spawn, options)
  if (what === 'raise') return raisePassing(rest, values['allow-drop'] ?? false, spawn, options)
  if (what === 'images') {
    const [seed, count] = [positive(values.seed ?? '1', '--seed'), positive(values.count ?? '300', '--count')]
    return runImages({ seed, count, verbose: options.verbose })
  }
  if (what === 'fuzz-ld') {
    const [seed, count] = [positive(values.seed ?? '1', '--seed'), positive(values.count ?? '1000', '--count')]
    return runLinkFuzz({ seed, count, verbose: options.verbose, save: values.save ?? false })
  }
  if (what === 'fuzz') {
    const [seed, count] = [positive(values.seed ?? '1', '--seed'), positive(values.count ?? '60', '--count')]
    return runFuzz({ command: values.cand, kind: values.kind, seed, count, save: values.save ?? false, seeds: values.seeds }, options)
  }
  const name = suiteNames.find((known) => known === what)
  if (!name) throw new WrongUse(`no such comparison: ${what}; there are ${suiteNames.join(', ')}`)
  const choice: SuiteChoice = {
    name,
    attCut: values['att-cut'] ?? false,
    scriptOnly: values['script-only'] ?? false,
    spawn,
    list: values.list ?? false,
    command: values.cand,
    only: values.only,
    family: values.family,
    kind: values.kind,
    mode: values.mode,
    kinds: values.kinds,
    ...(values.flags === undefined ? {} : { flags: splitFlags(values.flags) }),
    ...(values.sources === undefined ? {} : { sources: values.sources }),
    ...(values['per-row'] === undefined ? {} : { perRow: positive(values['per-row'], '--per-row') }),
    ...(values.count === undefined ? {} : { count: positive(values.count, '--count') }),
    ...(values.seed === undefined ? {} : { seed: positive(values.seed, '--seed') }),
  }
  return runSuite(choice, options)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const wrongUse = error instanceof WrongUse || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')
  process.stderr.write(`conformance: ${wrongUse || !(error instanceof Error) ? (error as Error).message : error.stack}\n`)
  process.exitCode = 2
}
