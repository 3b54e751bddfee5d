// What is said of a statement: faults and warnings at ranges of its bytes. Enters: codes, words and offsets. Leaves:
// diagnostics in the sink, with the place that `# 12 "file"` and .line give to it.

import { type Diagnostic, type DiagnosticSink, SourceFile, type Span, writtenPlace } from '@kernelbox/diagnostics'
import { Input, type InputFrame } from './input.ts'
import type { AssembleOptions } from './options.ts'
import { StatementCursor } from './statement-cursor.ts'

export abstract class StatementReports extends StatementCursor {
  readonly options: AssembleOptions
  readonly sink: DiagnosticSink
  readonly input: Input
  /** Diagnostics so far, told or not. */
  reportCount = 0

  constructor(options: AssembleOptions, sink: DiagnosticSink) {
    super()
    this.options = options
    this.sink = sink
    this.input = new Input(sink, (frame) => this.frameEnded(frame))
  }

  protected abstract frameEnded(frame: InputFrame): void
  /** What can be added where a statement should have ended. */
  protected abstract adviceOnJunk(at: number): Partial<Diagnostic> | undefined

  span(start: number, end: number): Span {
    return this.input.span(start, Math.max(end, start + 1))
  }

  error(code: string, message: string, start = this.wordStart, end = this.end, more?: Partial<Diagnostic>): void {
    this.report({ code, severity: 'error', message, span: this.span(start, end), ...more })
  }

  warn(code: string, message: string, start = this.wordStart, end = this.end, more?: Partial<Diagnostic>): void {
    this.report({ code, severity: 'warning', message, span: this.span(start, end), ...more })
  }

  report(diagnostic: Diagnostic): void {
    this.reportCount++
    if (diagnostic.severity === 'warning' && this.options.noWarnings) return
    const place = diagnostic.span && writtenPlace(diagnostic.span).span
    const reportedAs = place && this.input.logicalPlace(place.source, place.start)
    this.sink.report(reportedAs ? { ...diagnostic, reportedAs } : diagnostic)
  }

  /** A diagnostic for a place kept as (source, offset). */
  spanOf(source: number, offset: number): Span {
    const file = this.input.sources[source] ?? SourceFile.fromString('', '')
    const { bytes } = file
    let end = offset
    while (end < bytes.length && bytes[end] !== 10 && bytes[end] !== 59) end++
    while (end > offset + 1 && (bytes[end - 1] as number) <= 32) end--
    return { source: file, start: offset, end: Math.max(end, offset + 1) }
  }

  junk(at = this.at): void {
    if (this.sink.isOnlyCounted('error', 'junk', this.span(at, this.end))) return
    const c = this.bytes[at]
    const shown = c === undefined ? '' : c >= 32 && c < 127 ? ` '${String.fromCharCode(c)}'` : ` 0x${c.toString(16)}`
    this.error('junk', `unexpected${shown} here; the statement should have ended before it`, at, this.end, this.adviceOnJunk(at))
  }

  /** The statement must end here; what follows is reported. */
  expectEnd(): boolean {
    if (this.isAtEnd) return true
    this.junk()
    return false
  }
}
