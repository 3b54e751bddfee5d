// Enters: reasons for which rows of the table did not fit. Leaves: the one to tell the user.
import type { EncodeMessage, Encoding } from './contract.ts'

/**
 * The codes of failures, the most telling last: of all rows tried the reason with the highest rank is reported.
 * GNU as keeps the last row's reason; a rank says more.
 */
const RANKS = [
  'unknown-mnemonic',
  'operand-count',
  'operand-type-mismatch',
  'bare-number-is-address',
  'memory-to-memory',
  'immediate-to-segment',
  'invalid-suffix',
  'operand-size-mismatch',
  'not-in-mode',
  'register-not-in-mode',
  'immediate-out-of-range',
  'suffix-size-mismatch',
  'register-size-mismatch',
  'needs-suffix',
  'ambiguous-size',
  'high-byte-register-with-rex',
  'invalid-base-index',
  'displacement-out-of-range',
] as const

export type FailureCode =
  | (typeof RANKS)[number]
  | 'not-enabled'
  | 'prefix-twice'
  | 'prefix-not-allowed'
  | 'redundant-prefix'
  | 'unknown-prefix'
  | 'string-segment'
  | 'tls-relocation-not-allowed'
  | 'masking-not-allowed'
  | 'broadcast-not-allowed'
  | 'rounding-not-allowed'
  | 'invalid-mask-register'
  | 'mask-needed'
  | 'zeroing-without-mask'
  | 'registers-not-distinct'
  | 'sse-instruction'
  | 'vex-length'
  | 'fence-in-16-bit-code'

export interface Failure extends EncodeMessage {
  readonly code: FailureCode
}

/** What one row, or all rows of a name, gave. */
export type Attempt = { readonly ok: true; readonly encoding: Encoding } | { readonly ok: false; readonly failure: Failure }

export function failure(code: FailureCode, operand?: number, details?: Readonly<Record<string, string | number>>): Failure {
  return operand === undefined ? (details ? { code, details } : { code }) : details ? { code, operand, details } : { code, operand }
}

/** The more telling of two failures. */
export function moreTelling(first: Failure | undefined, second: Failure): Failure {
  if (!first) return second
  return rankOf(second.code) > rankOf(first.code) ? second : first
}

function rankOf(code: FailureCode): number {
  const rank = (RANKS as readonly string[]).indexOf(code)
  return rank < 0 ? RANKS.length : rank
}
