// `conformance kernels`: small kernels as teaching repositories have them (../../kernels/*.S), four ways each:
//   flat    kasm preprocesses, assembles and links: the bytes of `gcc` with the same words
//   object  kasm -c: an object that means what gcc -c makes
//   ld      kasm's object, linked by gcc and GNU ld: the bytes of gcc alone
//   kld     gcc's object, linked by kld: the same bytes
// A kernel's first lines give its words: `//! flags: …` and `//! script: NAME.lds`.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Commands, openCommands, standInCommands } from '../core/candidate.ts'
import { type Case, chooseCases, type Result, runCases, type RunOptions, WrongUse } from '../core/case.ts'
import { type Comparison, compareObjects } from '../core/compare-objects.ts'
import { packageFolder } from '../core/folders.ts'
import { crashed, firstMessage, type Outcome } from '../core/process.ts'
import { type ReferenceOutcome, runReference } from '../core/reference.ts'
import { splitFlags } from '../core/shell-words.ts'
import { compareFlat } from '../ld/compare-links.ts'

export const kernelTable = {
  title: 'kernels',
  statuses: ['exact', 'same', 'attrs', 'text', 'diff', 'cand-fail', 'crash', 'timeout', 'ref-fail'],
}

const ways = ['flat', 'object', 'ld', 'kld'] as const
const folder = join(packageFolder, 'kernels')

export interface Kernel extends Case {
  readonly name: string
  readonly flags: readonly string[]
  readonly script: string
}

/** The words that a kernel's first lines give. */
export function readKernel(name: string, text: string): Kernel {
  const flags = /^\/\/! flags: (.*)$/m.exec(text)?.[1]
  const script = /^\/\/! script: (\S+)$/m.exec(text)?.[1]
  if (flags === undefined || script === undefined) throw new WrongUse(`${name}: no "//! flags:" or no "//! script:" line`)
  return { name, flags: splitFlags(flags), script, ids: ways.map((way) => `${name}:${way}`) }
}

export function allKernels(): Kernel[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.S'))
    .sort()
    .map((name) => readKernel(name.slice(0, -2), readFileSync(join(folder, name), 'latin1')))
}

function verdict(
  ref: ReferenceOutcome,
  cand: Outcome & { output: Buffer | undefined },
  compare: (a: Buffer, b: Buffer) => Comparison,
): Comparison {
  if (ref.status !== 0 || !ref.output) return { status: 'ref-fail', why: firstMessage(ref.stderr) }
  if (cand.status === 'timeout') return { status: 'timeout', why: '' }
  if (crashed(cand.status)) return { status: 'crash', why: `exit ${cand.status}: ${firstMessage(cand.stderr)}` }
  if (cand.status !== 0 || !cand.output) return { status: 'cand-fail', why: `exit ${cand.status}: ${firstMessage(cand.stderr)}` }
  return compare(ref.output, cand.output)
}

async function runKernel(kernel: Kernel, commands: Commands, options: RunOptions, slot: number): Promise<Result[]> {
  const { name, flags, script } = kernel
  const seconds = options.timeoutInSeconds
  const source = `${name}.S`
  const inputs = readdirSync(folder).map((file) => join(folder, file))
  const linking = [...flags, `-Wl,-T,${script}`]
  const reference = (words: readonly string[]) => runReference(words, {}, folder, inputs, 4 * seconds)
  const refFlat = await reference(['gcc', ...linking, source, '-o', '{out}'])
  const refObject = await reference(['gcc', '-c', ...flags, source, '-o', '{out}'])
  const scratch = mkdtempSync(join(tmpdir(), 'kernels-'))
  try {
    const kasm = (words: readonly string[]) => commands.run(['kasm', ...words, '-o', '{out}'], folder, seconds, slot)
    const found = new Map<string, Comparison>()
    found.set('flat', verdict(refFlat, await kasm([...linking, source]), compareFlat))
    const object = await kasm(['-c', ...flags, source])
    found.set(
      'object',
      verdict(refObject, object, (a, b) => compareObjects(a, b)),
    )

    const ours = join(scratch, 'ours.o')
    if (object.output && object.status === 0) {
      writeFileSync(ours, object.output)
      const linked = await standInCommands((program) => [program]).run(['gcc', ...linking, ours, '-o', '{out}'], folder, seconds, slot)
      found.set('ld', verdict(refFlat, linked, compareFlat))
    } else found.set('ld', { status: 'cand-fail', why: 'no object from kasm' })

    const theirs = join(scratch, 'theirs.o')
    writeFileSync(theirs, refObject.output ?? '')
    const emulation = flags.includes('-m32') || flags.includes('-m16') ? 'elf_i386' : 'elf_x86_64'
    const linked = await commands.run(['kld', '-m', emulation, '-T', script, theirs, '-o', '{out}'], folder, seconds, slot)
    found.set('kld', verdict(refFlat, linked, compareFlat))

    return [...found].map(([way, { status, why }]) => {
      const ok = status === 'ref-fail' ? undefined : status === 'exact' || (status === 'same' && !options.strict)
      return { id: `${name}:${way}`, table: kernelTable.title, groups: [way], status, why, ok }
    })
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

export interface KernelChoice {
  readonly spawn: boolean
  readonly list: boolean
  /** --cand gnu: gcc and GNU ld in the place of kasm and kld, as a check of this runner. */
  readonly command: string | undefined
  readonly only: string | undefined
}

/** Undefined where only a list was asked for. */
export async function kernelResults({ spawn, list, command, only }: KernelChoice, options: RunOptions): Promise<Result[] | undefined> {
  if (command !== undefined && command !== 'gnu') throw new WrongUse('kernels: --cand knows "gnu" only')
  const expression = new RegExp(only ?? '')
  const kernels = chooseCases(
    allKernels().filter((kernel) => expression.test(kernel.name)),
    options,
  )
  if (list) {
    for (const { ids, flags, script } of kernels) process.stdout.write(`${ids.join('\t')}\t${script}\t${flags.join(' ')}\n`)
    return undefined
  }
  const commands =
    command === 'gnu' ? standInCommands((program) => [program === 'kld' ? 'ld' : 'gcc']) : await openCommands(spawn, ['kasm', 'kld'])
  try {
    const results = await runCases(kernels, options.jobs, (kernel, slot) => runKernel(kernel, commands, options, slot))
    return results.filter((r) => !options.onlyIds || options.onlyIds.has(r.id))
  } finally {
    commands.close()
  }
}
