// Diagnostics for programs: JSON lines of our own (one object a diagnostic, with a version) and SARIF 2.1.0.

import type { Diagnostic, Severity } from './diagnostic.ts'
import { writtenPlace } from './origin.ts'
import { type Span, textForDisplay } from './source-file.ts'

/** Raised when a member changes its meaning or goes; members may be added without it. */
export const diagnosticsSchemaVersion = 1

interface JsonPlace {
  file: string
  line: number
  column: number
  endLine: number
  endColumn: number
}

function jsonPlace(span: Span): JsonPlace {
  const { source, start, end } = writtenPlace(span).span
  return {
    file: textForDisplay(source.name),
    line: source.lineAt(start),
    column: source.columnAt(start),
    endLine: source.lineAt(Math.max(start, end)),
    endColumn: source.columnAt(Math.max(start, end)),
  }
}

/** The diagnostics of one run as a JSON document: `{ version, diagnostics: [...] }`, ending with a line feed. */
export function renderJson(diagnostics: readonly Diagnostic[]): string {
  const items = diagnostics.map((d) => ({
    code: d.code,
    severity: d.severity,
    message: d.message,
    ...(d.span && { place: jsonPlace(d.span) }),
    ...(d.reportedAs && { reportedAs: d.reportedAs }),
    ...(d.option && { option: d.option }),
    ...(d.repeated && { repeated: d.repeated }),
    ...(d.fix && { fix: { message: d.fix.message, ...(d.fix.span && { place: jsonPlace(d.fix.span), replacement: d.fix.replacement }) } }),
    notes: (d.notes ?? []).map((note) => ({ message: note.message, ...(note.span && { place: jsonPlace(note.span) }) })),
    expansions: d.span
      ? writtenPlace(d.span).frames.map((frame) => ({ kind: frame.kind, name: frame.name, place: jsonPlace(frame.span) }))
      : [],
  }))
  return `${JSON.stringify({ version: diagnosticsSchemaVersion, diagnostics: items }, null, 2)}\n`
}

const sarifLevels: Record<Severity, string> = { error: 'error', warning: 'warning', note: 'note' }

function sarifLocation(span: Span, message?: string) {
  const place = jsonPlace(span)
  return {
    physicalLocation: {
      artifactLocation: { uri: encodeURI(place.file) },
      region: { startLine: place.line, startColumn: place.column, endLine: place.endLine, endColumn: place.endColumn },
    },
    ...(message && { message: { text: message } }),
  }
}

/** A SARIF 2.1.0 log of one run, ending with a line feed. */
export function renderSarif(diagnostics: readonly Diagnostic[], tool: { name: string; version: string }): string {
  const rules = [...new Set(diagnostics.map((d) => d.code))].map((id) => ({ id }))
  const results = diagnostics.map((d) => {
    const related = [
      ...(d.notes ?? []).flatMap((note) => (note.span ? [sarifLocation(note.span, note.message)] : [])),
      ...(d.span
        ? writtenPlace(d.span).frames.map((frame) =>
            sarifLocation(frame.span, `in this ${frame.kind === 'macro' ? 'expansion of ' : ''}${frame.name}`),
          )
        : []),
    ]
    return {
      ruleId: d.code,
      level: sarifLevels[d.severity],
      message: {
        text: [
          d.message,
          ...(d.fix ? [`help: ${d.fix.message}`] : []),
          ...(d.notes ?? []).filter((n) => !n.span).map((n) => `note: ${n.message}`),
        ].join('\n'),
      },
      ...(d.span && { locations: [sarifLocation(d.span)] }),
      ...(related.length > 0 && { relatedLocations: related }),
      ...(d.repeated && { occurrenceCount: d.repeated + 1 }),
    }
  })
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: tool.name, version: tool.version, rules } }, columnKind: 'utf16CodeUnits', results }],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}
