// What a tool has to say about an input: a value, collected and returned, never thrown.

import { writtenPlace } from './origin.ts'
import type { SourceFile, Span } from './source-file.ts'

export type Severity = 'error' | 'warning' | 'note'

/** A remark below a diagnostic, with its own caret where it has a span. */
export interface DiagnosticNote {
  readonly message: string
  readonly span?: Span
}

/** What would be right: `replacement` stands in the place of `span`. */
export interface DiagnosticFix {
  readonly message: string
  readonly span?: Span
  readonly replacement?: string
}

export interface Diagnostic {
  /** Stable, in kebab-case; scripts may rely on it. */
  readonly code: string
  readonly severity: Severity
  /** One sentence, lower case, no full stop: what was found and why it cannot stand. */
  readonly message: string
  /** Where; undefined for a fault of the command line or of the machine. */
  readonly span?: Span
  /** What the header names in place of the span's file and line, after a `# 12 "file.c"` marker or `.line`. */
  readonly reportedAs?: { readonly file: string; readonly line: number }
  readonly notes?: readonly DiagnosticNote[]
  readonly fix?: DiagnosticFix
  /** Name of the `-W` option that turns this warning on or off. */
  readonly option?: string
  /** How many more times the fault was met at the same written place, in other turns or uses of what stands there. */
  readonly repeated?: number
}

/** So many different diagnostics are kept of a run; the others are counted. An input of a megabyte could make millions. */
const mostKept = 20_000
/** So many diagnostics of one code are looked at for one place: the body of a repetition has one place for all its turns. */
const mostAtOnePlace = 20

/** What was reported of one code at one written place. */
interface Met {
  /** Indexes in the list of what was kept. */
  readonly kept: number[]
  times: number
}

/**
 * Collects diagnostics; the one mutable thing that a pass may share with its helpers. A fault that comes again at the same
 * written place (in the turns of a repetition, in uses of a macro) is kept once and counted.
 */
export class DiagnosticSink {
  readonly #kept: Diagnostic[] = []
  /** How many more times each was met; beside {@link #kept}. */
  readonly #repeated: number[] = []
  readonly #met = new Map<SourceFile | undefined, Map<string, Met>>()
  readonly #limit: number
  #errorCount = 0
  #asked: Met | undefined
  #errorsLeftOut = 0
  #warningsLeftOut = 0

  constructor(limit = mostKept) {
    this.#limit = limit
  }

  /** What was reported, in that order; at its end, where some had to be left out, their number. */
  get diagnostics(): readonly Diagnostic[] {
    const all = this.#kept.map((diagnostic, i) => {
      const repeated = this.#repeated[i] ?? 0
      return repeated === 0 ? diagnostic : { ...diagnostic, repeated }
    })
    const rest = this.#leftOut()
    if (rest) all.push(rest)
    return all
  }

  report(diagnostic: Diagnostic): void {
    const { code, severity, span, message } = diagnostic
    // What has no place is told apart by its words alone.
    const met = this.#metAt(span ? code : `${code} ${message}`, span)
    const asked = this.#asked
    this.#asked = undefined
    if (this.#isCounted(met, severity)) return
    let index = met.kept.find((i) => this.#kept[i]?.message === message)
    if (index !== undefined) this.#repeated[index] = (this.#repeated[index] as number) + 1
    else {
      index = this.#kept.length
      met.kept.push(index)
      this.#kept.push(diagnostic)
      this.#repeated.push(0)
    }
    asked?.kept.push(index)
  }

  /**
   * Asked before words and advice are looked for, which takes time: whether a fault would only be counted, for it is one of
   * too many. If so it has been; if not it must be reported next.
   */
  isOnlyCounted(severity: Severity, code: string, span: Span | undefined): boolean {
    const met = this.#metAt(`before ${code}`, span)
    if (this.#isCounted(met, severity)) return true
    if (severity === 'error') this.#errorCount--
    this.#asked = met
    return false
  }

  #metAt(code: string, span: Span | undefined): Met {
    const place = span && writtenPlace(span).span
    let ofSource = this.#met.get(place?.source)
    if (!ofSource) this.#met.set(place?.source, (ofSource = new Map<string, Met>()))
    const key = `${code}@${place?.start ?? ''}`
    let met = ofSource.get(key)
    if (!met) {
      met = { kept: [], times: 0 }
      // Without room there is nothing to be found again.
      if (this.#kept.length < this.#limit) ofSource.set(key, met)
    }
    return met
  }

  #isCounted(met: Met, severity: Severity): boolean {
    if (severity === 'error') this.#errorCount++
    met.times++
    const last = met.kept.at(-1)
    if (last !== undefined && met.times > mostAtOnePlace) {
      this.#repeated[last] = (this.#repeated[last] as number) + 1
      return true
    }
    if (this.#kept.length < this.#limit) return false
    if (severity === 'error') this.#errorsLeftOut++
    else this.#warningsLeftOut++
    return true
  }

  #leftOut(): Diagnostic | undefined {
    const [errors, warnings] = [this.#errorsLeftOut, this.#warningsLeftOut]
    if (errors + warnings === 0) return undefined
    const counted = (count: number, what: string) => (count === 0 ? [] : [`${count} more ${what}${count === 1 ? '' : 's'}`])
    const parts = [...counted(errors, 'error'), ...counted(warnings, 'warning')]
    return {
      code: 'too-many-diagnostics',
      severity: errors > 0 ? 'error' : 'warning',
      message: `${parts.join(' and ')} are not shown; the first ${this.#limit} are`,
    }
  }

  error(code: string, message: string, span?: Span, more?: Partial<Diagnostic>): void {
    this.report({ code, severity: 'error', message, ...(span && { span }), ...more })
  }

  warn(code: string, message: string, span?: Span, more?: Partial<Diagnostic>): void {
    this.report({ code, severity: 'warning', message, ...(span && { span }), ...more })
  }

  get hasErrors(): boolean {
    return this.#errorCount > 0
  }

  get errorCount(): number {
    return this.#errorCount
  }

  /** How many different ones are kept. */
  get count(): number {
    return this.#kept.length
  }
}
