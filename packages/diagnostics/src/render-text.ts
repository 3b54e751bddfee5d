// Diagnostics as text for people: GNU's `file:line:column: severity: message` header, which editors and test suites
// read, then the line with a caret, what would be right, notes, and the expansions that led there.

import type { Diagnostic, Severity } from './diagnostic.ts'
import { type OriginFrame, writtenPlace } from './origin.ts'
import { type Span, textForDisplay } from './source-file.ts'

export interface TextStyle {
  /** ANSI colours; only where the stream is a terminal and NO_COLOR is not set. */
  readonly color: boolean
}

const paints: Record<Severity | 'help' | 'bold' | 'rule', string> = {
  error: '\x1b[1;31m',
  warning: '\x1b[1;35m',
  note: '\x1b[1;36m',
  help: '\x1b[1;32m',
  bold: '\x1b[1m',
  rule: '\x1b[34m',
}
const longestLine = 160

/** One diagnostic, ending with a line feed. `program` heads diagnostics that have no place. */
export function renderText(diagnostic: Diagnostic, style: TextStyle = { color: false }, program = ''): string {
  const paint = (kind: keyof typeof paints, text: string) => (style.color ? `${paints[kind]}${text}\x1b[0m` : text)
  const lines: string[] = []
  const place = diagnostic.span && writtenPlace(diagnostic.span)
  const option = diagnostic.option ? ` [-W${diagnostic.option}]` : ''
  const head = place
    ? header(place.span, diagnostic.reportedAs)
    : diagnostic.reportedAs
      ? `${diagnostic.reportedAs.file}:${diagnostic.reportedAs.line}:`
      : program && `${program}:`
  lines.push(
    `${head && `${paint('bold', head)} `}${paint(diagnostic.severity, `${diagnostic.severity}:`)} ${paint('bold', diagnostic.message)}${option}`,
  )
  let width = 4
  if (place) {
    width = Math.max(4, String(place.span.source.lineAt(place.span.start)).length)
    lines.push(...excerpt(place.span, width, (text) => paint(diagnostic.severity, text)))
  }
  const margin = `${' '.repeat(width + 1)}= `
  const { fix } = diagnostic
  if (fix) {
    lines.push(`${margin}${paint('help', 'help:')} ${fix.message}`)
    if (fix.span && fix.replacement !== undefined)
      lines.push(...changedLine(fix.span, fix.replacement, width, (text) => paint('help', text)))
  }
  for (const note of diagnostic.notes ?? []) {
    const notePlace = note.span && writtenPlace(note.span)
    if (!notePlace) {
      lines.push(`${margin}${paint('note', 'note:')} ${note.message}`)
      continue
    }
    lines.push(`${paint('bold', header(notePlace.span))} ${paint('note', 'note:')} ${note.message}`)
    lines.push(...excerpt(notePlace.span, width, (text) => paint('note', text)))
  }
  if (place) lines.push(...frameLines(place.frames, width, paint))
  if (diagnostic.repeated) lines.push(`${margin}${paint('note', 'note:')} and ${diagnostic.repeated} more like this at the same place`)
  return `${lines.join('\n')}\n`
}

function header(span: Span, reportedAs?: { file: string; line: number }): string {
  const column = span.source.columnAt(span.start)
  if (reportedAs) return `${textForDisplay(reportedAs.file)}:${reportedAs.line}:${column}:`
  return `${textForDisplay(span.source.name)}:${span.source.lineAt(span.start)}:${column}:`
}

function excerpt(span: Span, width: number, paint: (text: string) => string): string[] {
  const line = span.source.lineAt(span.start)
  const raw = span.source.lineText(line)
  if (raw === '' && span.source.sizeInBytes === 0) return []
  let from = Math.min(span.source.columnAt(span.start) - 1, raw.length)
  let to = Math.max(from + 1, Math.min(raw.length, from + (span.end - span.start)))
  let text = raw
  if (raw.length > longestLine) {
    const cut = Math.max(0, from - 60)
    text = `${cut > 0 ? '…' : ''}${raw.slice(cut, cut + longestLine)}${cut + longestLine < raw.length ? '…' : ''}`
    const shift = cut - (cut > 0 ? 1 : 0)
    from -= shift
    to = Math.min(to - shift, text.length)
  }
  const before = onScreen(text.slice(0, from))
  const marked = Math.max(1, onScreen(text.slice(from, to)).length)
  return [
    `${String(line).padStart(width)} | ${onScreen(text)}`,
    `${' '.repeat(width)} | ${' '.repeat(before.length)}${paint(`^${'~'.repeat(marked - 1)}`)}`,
  ]
}

function changedLine(span: Span, replacement: string, width: number, paint: (text: string) => string): string[] {
  const place = writtenPlace(span).span
  const line = place.source.lineAt(place.start)
  const text = place.source.lineText(line)
  const from = place.source.columnAt(place.start) - 1
  const to = from + Math.max(0, place.end - place.start)
  if (from > text.length || to > text.length || text.length > longestLine) return []
  return [`${String(line).padStart(width)} | ${onScreen(text.slice(0, from))}${paint(onScreen(replacement))}${onScreen(text.slice(to))}`]
}

function frameLines(frames: readonly OriginFrame[], width: number, paint: (kind: 'note' | 'bold', text: string) => string): string[] {
  const lines: string[] = []
  const shown = frames.length > 12 ? [...frames.slice(0, 8), ...frames.slice(-2)] : frames
  shown.forEach((frame, i) => {
    if (i === 8 && shown !== frames) lines.push(`${' '.repeat(width + 1)}= ${frames.length - 10} more expansions`)
    const { span } = writtenPlace(frame.span)
    const what =
      frame.kind === 'include'
        ? `included as ${frame.name}`
        : frame.kind === 'repeat'
          ? `in this ${frame.name}`
          : frame.kind === 'definition'
            ? `expanded from macro ${frame.name}`
            : `in this expansion of ${frame.name}`
    lines.push(`${paint('bold', header(span))} ${paint('note', 'note:')} ${what}`)
    lines.push(...excerpt(span, width, (text) => paint('note', text)))
  })
  return lines
}

function onScreen(text: string): string {
  // Controls would move the cursor; a tab keeps its place as four blanks.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is replaced
  return textForDisplay(text)
    .replace(/\t/g, '    ')
    .replace(/[\x00-\x1f\x7f]/g, '·')
}
