// Which warnings are told, and which of them are errors (gcc manual §3.8).
// Enters: the words -W…. Leaves: what becomes of a diagnostic: as it is, an error in its place, or nothing.

import type { Diagnostic } from '@kernelbox/diagnostics'

export interface WarningChoice {
  /** -WNAME was the last that was said of NAME: warnings that are off unless asked for. */
  isOn(name: string): boolean
  decide(diagnostic: Diagnostic): Diagnostic | undefined
}

/** gcc has more than one name for some. */
const sameName: Readonly<Record<string, string>> = { comments: 'comment' }

export function warningChoice(words: readonly string[], isQuiet: boolean, areAllErrors: boolean): WarningChoice {
  const on = new Map<string, boolean>()
  const errors = new Map<string, boolean>()
  for (const word of words) {
    const match = /^-W(no-)?(error=)?([\w+-]+)/.exec(word)
    if (!match) continue
    const [, no, isError, written = ''] = match
    const name = sameName[written] ?? written
    if (isError !== undefined) {
      errors.set(name, no === undefined)
      if (no === undefined) on.set(name, true)
    } else on.set(name, no === undefined)
  }
  const allErrors = areAllErrors && on.get('error') !== false
  return {
    isOn: (name) => on.get(name) === true,
    decide(diagnostic) {
      if (diagnostic.severity !== 'warning') return diagnostic
      if (isQuiet) return undefined
      const { option } = diagnostic
      if (option !== undefined && on.get(option) === false) return undefined
      const isError = (option === undefined ? undefined : errors.get(option)) ?? allErrors
      return isError ? { ...diagnostic, severity: 'error' } : diagnostic
    },
  }
}
