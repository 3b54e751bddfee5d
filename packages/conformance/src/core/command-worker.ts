// Parent's side of a process that has imported our commands once and runs one command line after another in it. Its
// standard output and error are files, read back after each run; a run that takes too long is ended by killing it.

import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Outcome, signalNumber, toolEnvironment } from './process.ts'

/** Asked of the worker, and what it answers; also in command-server.ts. */
export interface CommandRequest {
  readonly program: string
  readonly words: readonly string[]
  readonly cwd: string
}
export interface CommandReply {
  readonly status: number
  readonly residentInBytes: number
}

/** A worker that has grown beyond this is replaced. */
const largestWorkerInBytes = 1.5 * (1 << 30)

export class CommandWorker {
  private readonly module: string
  private readonly folder = mkdtempSync(join(tmpdir(), 'conformance-worker-'))
  private child: ChildProcess | undefined

  constructor(module: string) {
    this.module = module
  }

  run(program: string, words: readonly string[], cwd: string, timeoutInSeconds: number): Promise<Outcome> {
    const child = (this.child ??= this.start())
    return new Promise((done) => {
      let finished = false
      const finish = (status: Outcome['status']): void => {
        if (finished) return
        finished = true
        clearTimeout(timer)
        child.off('message', onMessage)
        child.off('exit', onExit)
        done(status === 'timeout' ? { status, stdout: '', stderr: '' } : { status, stdout: this.read('out'), stderr: this.read('err') })
      }
      const timer = setTimeout(() => {
        this.drop(child)
        finish('timeout')
      }, timeoutInSeconds * 1000)
      const onMessage = (message: unknown): void => {
        const { status, residentInBytes } = message as CommandReply
        if (residentInBytes > largestWorkerInBytes) this.drop(child)
        finish(status)
      }
      const onExit = (code: number | null, signal: NodeJS.Signals | null): void => {
        this.child = undefined
        finish(code ?? -signalNumber(signal ?? 'SIGKILL'))
      }
      child.on('message', onMessage)
      child.on('exit', onExit)
      const request: CommandRequest = { program, words, cwd }
      child.send(request)
    })
  }

  close(): void {
    if (this.child) this.drop(this.child)
    rmSync(this.folder, { recursive: true, force: true })
  }

  private drop(child: ChildProcess): void {
    if (this.child === child) this.child = undefined
    child.kill('SIGKILL')
  }

  private start(): ChildProcess {
    const out = openSync(join(this.folder, 'out'), 'a')
    const err = openSync(join(this.folder, 'err'), 'a')
    const child = fork(this.module, [], {
      env: toolEnvironment(),
      stdio: ['ignore', out, err, 'ipc'],
      execArgv: ['--max-old-space-size=4096'],
    })
    closeSync(out)
    closeSync(err)
    return child
  }

  private read(name: string): string {
    return readFileSync(join(this.folder, name), 'latin1')
  }
}
