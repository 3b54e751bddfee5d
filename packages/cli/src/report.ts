// Diagnostics on standard error, in the format asked for.

import { writeSync } from 'node:fs'
import { type Diagnostic, renderJson, renderSarif, renderText } from '@kernelbox/diagnostics'

export const diagnosticsFormats = ['text', 'json', 'sarif'] as const
export type DiagnosticsFormat = (typeof diagnosticsFormats)[number]

/** Colour only on a terminal; NO_COLOR (any value but the empty one) forbids it. */
export function wantsColor(stream: { isTTY?: boolean } = process.stderr, environment: NodeJS.ProcessEnv = process.env): boolean {
  return stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb'
}

/** Prints the diagnostics of a run; JSON and SARIF print one document even where there are none. */
export function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: { format?: DiagnosticsFormat; program: string; version: string; color?: boolean },
): void {
  const { format = 'text', program, version } = options
  if (format === 'json') return print(renderJson(diagnostics))
  if (format === 'sarif') return print(renderSarif(diagnostics, { name: program, version }))
  if (diagnostics.length === 0) return
  const style = { color: options.color ?? wantsColor() }
  const parts: string[] = []
  for (const diagnostic of diagnostics) parts.push(renderText(diagnostic, style, program))
  print(parts.join(''))
}

/** Synchronous, so that nothing is lost when the process ends; a closed pipe is no fault of ours. */
function print(text: string): void {
  const bytes = Buffer.from(text, 'utf8')
  let done = 0
  while (done < bytes.length) {
    try {
      done += writeSync(2, bytes, done)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPIPE') return
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}
