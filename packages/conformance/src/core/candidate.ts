// The tools under test. By default our own commands, bundled from the sources and run many cases to a process
// (command-worker.ts); with --cand any command line, or with --spawn ours, a process a case.

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleCommands } from './bundle-commands.ts'
import { fillTemplate, parseTemplate, type TemplateValues } from './command-template.ts'
import { CommandWorker } from './command-worker.ts'
import { type Outcome, runProcess } from './process.ts'

const largestOutputInBytes = 1 << 30

export interface CandidateOutcome extends Outcome {
  /** The bytes of {out}, undefined where the tool wrote none. */
  readonly output: Buffer | undefined
}

/** Runs a command line; `{out}` in it becomes a temporary file whose bytes are given back. */
export interface Commands {
  /** @param slot tells apart what runs at the same time */
  run(words: readonly string[], cwd: string, timeoutInSeconds: number, slot: number): Promise<CandidateOutcome>
  close(): void
}

/** Commands behind a template. */
export interface Candidate {
  run(values: TemplateValues, cwd: string, timeoutInSeconds: number, slot: number): Promise<CandidateOutcome>
  close(): void
}

export interface CandidateChoice {
  /** --cand: a command line of the user's. */
  readonly command: string | undefined
  /** --spawn: our commands, a process a case. */
  readonly spawn: boolean
  /** Our command's line, such as 'kas {flags} {in} -o {out}'. */
  readonly ours: string
  readonly needed: readonly string[]
}

export async function openCandidate({ command, spawn, ours, needed }: CandidateChoice): Promise<Candidate> {
  const template = command === undefined ? ours.split(' ') : parseTemplate(command, needed)
  const commands = command === undefined ? await openCommands(spawn, [template[0] ?? '']) : processCommands
  return {
    run: (values, cwd, timeoutInSeconds, slot) => commands.run(fillTemplate(template, values), cwd, timeoutInSeconds, slot),
    close: () => commands.close(),
  }
}

/** kas, or the assembler that --cand names, for lines that are compared one by one. */
export function openAssembler({ command, spawn }: Pick<CandidateChoice, 'command' | 'spawn'>): Promise<Candidate> {
  return openCandidate({ command, spawn, ours: 'kas {flags} {in} -o {out}', needed: ['{flags}', '{in}', '{out}'] })
}

/** Our commands, by the names in `programs`. */
export async function openCommands(spawn: boolean, programs: readonly string[]): Promise<Commands> {
  if (!spawn) return new WorkerCommands(await bundleCommands('worker', programs))
  const bundles = new Map<string, string>()
  for (const program of programs) bundles.set(program, await bundleCommands('command', [program]))
  return standInCommands((program) => [process.execPath, bundles.get(program) ?? program])
}

/** Commands as child processes, each program replaced by the words that `stand` gives for it. */
export function standInCommands(stand: (program: string) => readonly string[]): Commands {
  return { ...processCommands, run: ([program = '', ...rest], ...more) => processCommands.run([...stand(program), ...rest], ...more) }
}

const processCommands: Commands = {
  run: (words, cwd, timeoutInSeconds) => withOutput((out) => runProcess(fillTemplate(words, { out }), cwd, timeoutInSeconds)),
  close: () => undefined,
}

/** Undefined where there is none, or one that no comparison could hold. */
function readOutput(path: string): Buffer | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? Number.POSITIVE_INFINITY
  return size <= largestOutputInBytes ? readFileSync(path) : undefined
}

async function withOutput(run: (out: string) => Promise<Outcome>): Promise<CandidateOutcome> {
  const scratch = mkdtempSync(join(tmpdir(), 'conformance-'))
  try {
    const out = join(scratch, 'cand.o')
    const outcome = await run(out)
    return { ...outcome, output: readOutput(out) }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

class WorkerCommands implements Commands {
  private readonly workers = new Map<number, CommandWorker>()
  private readonly module: string

  constructor(module: string) {
    this.module = module
  }

  run([program = '', ...rest]: readonly string[], cwd: string, timeoutInSeconds: number, slot: number): Promise<CandidateOutcome> {
    const worker = this.workers.get(slot) ?? new CommandWorker(this.module)
    this.workers.set(slot, worker)
    return withOutput((out) => worker.run(program, fillTemplate(rest, { out }), cwd, timeoutInSeconds))
  }

  close(): void {
    for (const worker of this.workers.values()) worker.close()
    rmSync(this.module, { force: true })
  }
}
