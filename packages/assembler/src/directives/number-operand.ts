// Numbers that directives of compilers' output carry by the million: a short cut before the expression reader.

import type { Assembler } from '../assembler.ts'

/** A number that must be known now, within ±2^53; undefined after a message. */
export function readNumber(a: Assembler, what?: string): number | undefined {
  a.skipBlanks()
  const { bytes, end } = a
  let at = a.at
  const isNegative = bytes[at] === 45
  if (isNegative) at++
  const digits = at
  let value = 0
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - 48
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  const after = at < end ? (bytes[at] as number) : 44
  // A leading zero means octal or another base; more than ten digits are for the reader too.
  const isPlain = at > digits && at - digits <= 10 && (bytes[digits] !== 48 || at - digits === 1)
  if (isPlain && (after === 44 || after === 32 || after === 9) && !isOperatorAhead(bytes, at, end)) {
    a.at = at
    a.skipBlanks()
    return isNegative ? -value : value
  }
  const read = a.readNeeded(what ?? 'a number')
  return read === undefined ? undefined : Number(read)
}

/** Whether an expression goes on behind blanks: `1 + 2`. */
function isOperatorAhead(bytes: Uint8Array, at: number, end: number): boolean {
  while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
  if (at >= end) return false
  const c = bytes[at] as number
  const isName = (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95
  return c !== 44 && c !== 34 && !isName
}
