// Lines of errors and warnings in what a tool printed: FILE:LINE: Error: ..., or FILE:LINE:COLUMN: error: ...
// Texts, columns and (in assembler cases) the main source's name do not count.

import { missing, type Comparison } from './compare-objects.ts'

export interface MessageLines {
  readonly errors: ReadonlySet<string>
  readonly warnings: ReadonlySet<string>
}

const message = /^([^:\n]*):(\d+):(?:\d+:)? *(fatal error|error|internal error|warning)\b/i
const preprocessorMessage = /^([^:\n]*):(\d+):(?:\d+:)? *(fatal error|error|warning)\b/i
const lineEnd = /\r\n|[\n\r\v\f\x1c-\x1e\x85]/

/** @param nameOf what stands for a file name in the result */
export function messageLines(text: string, nameOf: (base: string) => string, assembler = true): MessageLines {
  const errors = new Set<string>()
  const warnings = new Set<string>()
  const pattern = assembler ? message : preprocessorMessage
  for (const line of text.split(lineEnd)) {
    const [, file = '', number = '', kind = ''] = pattern.exec(line) ?? []
    if (kind === '') continue
    const place = `${nameOf(file.slice(file.lastIndexOf('/') + 1))}:${Number(number)}`
    ;(kind.toLowerCase() === 'warning' ? warnings : errors).add(place)
  }
  return { errors, warnings }
}

/** `err-lines`, `warn-lines`, or undefined where both sets agree. */
export function messageDifference(ref: MessageLines, cand: MessageLines): Comparison | undefined {
  for (const [status, r, c] of [
    ['err-lines', ref.errors, cand.errors],
    ['warn-lines', ref.warnings, cand.warnings],
  ] as const) {
    const [lost, extra] = [missing(r, c), missing(c, r)]
    if (lost.length + extra.length > 0) return { status, why: `missing [${lost.join(' ')}] extra [${extra.join(' ')}]` }
  }
  return undefined
}
