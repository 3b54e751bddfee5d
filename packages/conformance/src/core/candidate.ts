// The tool under test. By default our own commands, bundled from the sources and run many cases to a process
// (command-worker.ts); with --cand any command line, or with --spawn ours, a process a case.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CommandWorker } from './command-worker.ts'
import { bundleCommands } from './bundle-commands.ts'
import { fillTemplate, parseTemplate, type TemplateValues } from './command-template.ts'
import { type Outcome, runProcess } from './process.ts'

export interface CandidateOutcome extends Outcome {
  readonly output: Buffer | undefined
}

export interface Candidate {
  /** Runs one case; `{out}` becomes a temporary file whose bytes are given back. `slot` tells apart what runs at a time. */
  run(values: TemplateValues, cwd: string, timeoutInSeconds: number, slot: number): Promise<CandidateOutcome>
  close(): void
}

export interface CandidateChoice {
  /** --cand: a command line of the user's. */
  readonly command?: string
  /** --spawn: our commands, a process a case. */
  readonly spawn: boolean
  /** Our command's line, such as 'kas {flags} {in} -o {out}'. */
  readonly ours: string
  readonly needed: readonly string[]
}

export async function openCandidate({ command, spawn, ours, needed }: CandidateChoice): Promise<Candidate> {
  if (command !== undefined) return new ProcessCandidate(parseTemplate(command, needed))
  const [program = '', ...rest] = ours.split(' ')
  if (spawn) return new ProcessCandidate(parseTemplate(`node ${await bundleCommands('command', program)} ${rest.join(' ')}`, needed))
  return new WorkerCandidate(await bundleCommands('worker', program), program, rest)
}

async function withOutput(run: (out: string) => Promise<Outcome>): Promise<CandidateOutcome> {
  const scratch = mkdtempSync(join(tmpdir(), 'conformance-'))
  try {
    const out = join(scratch, 'cand.o')
    const outcome = await run(out)
    return { ...outcome, output: existsSync(out) ? readFileSync(out) : undefined }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

class ProcessCandidate implements Candidate {
  private readonly template: readonly string[]

  constructor(template: readonly string[]) {
    this.template = template
  }

  run(values: TemplateValues, cwd: string, timeoutInSeconds: number): Promise<CandidateOutcome> {
    return withOutput((out) => runProcess(fillTemplate(this.template, { ...values, out }), cwd, timeoutInSeconds))
  }

  close(): void {}
}

class WorkerCandidate implements Candidate {
  private readonly workers = new Map<number, CommandWorker>()
  private readonly module: string
  private readonly program: string
  private readonly template: readonly string[]

  constructor(module: string, program: string, template: readonly string[]) {
    this.module = module
    this.program = program
    this.template = template
  }

  run(values: TemplateValues, cwd: string, timeoutInSeconds: number, slot: number): Promise<CandidateOutcome> {
    let worker = this.workers.get(slot)
    if (!worker) {
      worker = new CommandWorker(this.module)
      this.workers.set(slot, worker)
    }
    const chosen = worker
    return withOutput((out) => chosen.run(this.program, fillTemplate(this.template, { ...values, out }), cwd, timeoutInSeconds))
  }

  close(): void {
    for (const worker of this.workers.values()) worker.close()
  }
}
