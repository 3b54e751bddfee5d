// What a tool has to say about an input: a value, collected and returned, never thrown.

import type { Span } from './source-file.ts'

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
}

/** Collects diagnostics; the one mutable thing that a pass may share with its helpers. */
export class DiagnosticSink {
  readonly diagnostics: Diagnostic[] = []
  #errorCount = 0

  report(diagnostic: Diagnostic): void {
    this.diagnostics.push(diagnostic)
    if (diagnostic.severity === 'error') this.#errorCount++
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
}
