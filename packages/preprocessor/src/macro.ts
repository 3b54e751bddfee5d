// A macro's definition.

import type { Identifier } from './identifiers.ts'
import type { Token } from './tokens.ts'

/** Macros whose value depends on the place; the numbers index nothing. */
export const builtin = {
  none: 0,
  line: 1,
  file: 2,
  baseFile: 3,
  includeLevel: 4,
  counter: 5,
  date: 6,
  time: 7,
  timestamp: 8,
  fileName: 9,
  hasInclude: 10,
  hasIncludeNext: 11,
  pragma: 12,
} as const

/** A body that has not been read yet: most macros of a header are never used. */
export interface UnreadBody {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  /** Location of `bytes[0]`. */
  readonly base: number
}

export class Macro {
  readonly isFunctionLike: boolean
  readonly parameters: readonly Identifier[]
  readonly isVariadic: boolean
  /** Body, or undefined where `unread` has it. */
  body: readonly Token[] | undefined
  unread: UnreadBody | undefined
  readonly builtin: number
  /** Where its name stands in the definition. */
  readonly location: number
  readonly isPredefined: boolean
  /** The body holds an operand of # or ##, or a parameter. */
  hasParameters = true
  wasUsed = false
  /** Spelling of a body with # or ##, as two definitions compare. */
  shape: string | undefined = undefined

  constructor(
    isFunctionLike: boolean,
    parameters: readonly Identifier[],
    isVariadic: boolean,
    body: readonly Token[] | undefined,
    unread: UnreadBody | undefined,
    location: number,
    isPredefined: boolean,
    builtinKind: number = builtin.none,
  ) {
    this.isFunctionLike = isFunctionLike
    this.parameters = parameters
    this.isVariadic = isVariadic
    this.body = body
    this.unread = unread
    this.location = location
    this.isPredefined = isPredefined
    this.builtin = builtinKind
  }
}
