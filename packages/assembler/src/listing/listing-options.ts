// What a listing shows. GNU as manual §2.1 (-a[cdghlmns]), §2.8 (--listing-…); `g`, facts about the
// run, adds nothing here.

export interface ListingOptions {
  /** `c`: leaves out what false conditionals skip. */
  readonly omitsSkipped: boolean
  /** `d`: leaves out directives for debuggers. */
  readonly omitsDebugging: boolean
  /** `h`: the lines that .loc names. */
  readonly showsHighLevel: boolean
  /** `l`: the source with its bytes. */
  readonly showsAssembly: boolean
  /** `m`: the expansions of macros. */
  readonly showsExpansions: boolean
  /** Not `n`: pages with headers. */
  readonly hasPages: boolean
  /** `s`: the symbols. */
  readonly showsSymbols: boolean
  /** Words of 4 bytes in the first line of a statement and in each of the others, and how many of the others. */
  readonly wordsFirst: number
  readonly wordsMore: number
  readonly continuationLines: number
  /** Columns for the source. */
  readonly sourceWidth: number
}

export const defaultListing = { wordsFirst: 1, wordsMore: 1, continuationLines: 4, sourceWidth: 100 } as const
