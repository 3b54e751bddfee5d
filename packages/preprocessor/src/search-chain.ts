// The folders in which headers are looked for, in order.

export interface SearchFolder {
  readonly path: string
  /** 0 the project's own, 1 system, 2 system headers written for C only (marker flags 3 and 4). */
  readonly systemLevel: number
}

/** -iquote, then (from `angledStart` on) -I, -isystem, the standard ones, -idirafter. */
export interface SearchChain {
  readonly folders: readonly SearchFolder[]
  readonly angledStart: number
}
