// Runs a command to its end, with a limit of time. Outputs are read as latin1, so that every byte is kept.

import { spawn } from 'node:child_process'
import { constants } from 'node:os'

export interface Outcome {
  /** Exit status, minus the signal's number where a signal ended it, or 'timeout'. */
  readonly status: number | 'timeout'
  readonly stdout: string
  readonly stderr: string
}

/** Messages in English, times in UTC; NODE_EXTRA_CA_CERTS costs Node about 50 ms a start. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
  delete environment.NODE_EXTRA_CA_CERTS
  return environment
}

export function signalNumber(signal: NodeJS.Signals): number {
  return constants.signals[signal] ?? 1
}

export function runProcess(words: readonly string[], cwd: string, timeoutInSeconds: number): Promise<Outcome> {
  return new Promise((done) => {
    const [program = '', ...rest] = words
    const child = spawn(program, rest, { cwd, env: toolEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    const out: Buffer[] = []
    const err: Buffer[] = []
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      try {
        // The whole process group: a driver's children too.
        if (child.pid) process.kill(-child.pid, 'SIGKILL')
      } catch {
        child.kill('SIGKILL')
      }
    }, timeoutInSeconds * 1000)
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', (error) => {
      clearTimeout(timer)
      done({ status: 127, stdout: '', stderr: `${program}: error: ${error.message}\n` })
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      if (timedOut) return done({ status: 'timeout', stdout: '', stderr: '' })
      done({
        status: code ?? -signalNumber(signal ?? 'SIGKILL'),
        stdout: Buffer.concat(out).toString('latin1'),
        stderr: Buffer.concat(err).toString('latin1'),
      })
    })
  })
}

/**
 * Ended by a signal, or with the status a shell gives for one, or not started; 70 is our commands' own "internal error",
 * which may not pass for a refusal.
 */
export function crashed(status: Outcome['status']): boolean {
  return typeof status === 'number' && (status < 0 || status > 125 || status === 70)
}

export function firstMessage(text: string): string {
  const lines = text.split('\n')
  return (lines.find((line) => line.includes('rror')) ?? lines[0] ?? '').slice(0, 160)
}

/** Where two byte strings begin to differ, in words. */
export function firstDifference(ref: Uint8Array, cand: Uint8Array): string {
  const end = Math.min(ref.length, cand.length)
  let at = 0
  while (at < end && ref[at] === cand[at]) at++
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(at, at + 8)).toString('hex') || 'end'
  return `+0x${at.toString(16)}: ref ${hex(ref)} cand ${hex(cand)} (sizes ${ref.length}/${cand.length})`
}
