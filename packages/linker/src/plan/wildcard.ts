// File and section patterns: `*`, `?`, `[a-z]`, `[!a-z]`, `\x` (GNU ld manual §3.6.4.2).
// Matching is linear for patterns with one star and at worst quadratic for more: it only ever goes back to the last star.

export type Matcher = (name: string) => boolean

const cache = new Map<string, Matcher>()

/** A function that tells whether a whole name fits the pattern. */
export function matcherOf(pattern: string): Matcher {
  const known = cache.get(pattern)
  if (known) return known
  const made = make(pattern)
  if (cache.size > 10_000) cache.clear()
  cache.set(pattern, made)
  return made
}

export function hasWildcard(pattern: string): boolean {
  return /[*?[\\]/.test(pattern)
}

/** The characters before the first wildcard. */
export function literalPrefix(pattern: string): string {
  const at = pattern.search(/[*?[\\]/)
  return at < 0 ? pattern : pattern.slice(0, at)
}

function make(pattern: string): Matcher {
  if (pattern === '*') return () => true
  if (!hasWildcard(pattern)) return (name) => name === pattern
  if (/^[^*?[\\]*\*$/.test(pattern)) {
    const prefix = pattern.slice(0, -1)
    return (name) => name.startsWith(prefix)
  }
  const parts = parse(pattern)
  return (name) => matches(parts, name)
}

type Part =
  | '*'
  | '?'
  | { readonly character: string }
  | { readonly isNegated: boolean; readonly ranges: readonly (readonly [number, number])[] }

function parse(pattern: string): Part[] {
  const parts: Part[] = []
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string
    if (c === '*') {
      if (parts.at(-1) !== '*') parts.push('*')
    } else if (c === '?') parts.push('?')
    else if (c === '\\' && i + 1 < pattern.length) parts.push({ character: pattern[++i] as string })
    else if (c === '[') {
      const isNegated = pattern[i + 1] === '!' || pattern[i + 1] === '^'
      const from = i + (isNegated ? 2 : 1)
      const end = pattern.indexOf(']', from + 1)
      if (end < 0) {
        parts.push({ character: '[' })
        continue
      }
      const ranges: [number, number][] = []
      for (let at = from; at < end; at++) {
        const low = pattern.charCodeAt(at)
        if (pattern[at + 1] === '-' && at + 2 < end) {
          ranges.push([low, pattern.charCodeAt(at + 2)])
          at += 2
        } else ranges.push([low, low])
      }
      parts.push({ isNegated, ranges })
      i = end
    } else parts.push({ character: c })
  }
  return parts
}

function matches(parts: readonly Part[], name: string): boolean {
  let part = 0
  let at = 0
  let starPart = -1
  let starAt = 0
  while (at < name.length) {
    const wanted = parts[part]
    if (wanted === '*') {
      starPart = part++
      starAt = at
    } else if (wanted !== undefined && fits(wanted, name, at)) {
      part++
      at++
    } else if (starPart >= 0) {
      part = starPart + 1
      at = ++starAt
    } else return false
  }
  while (parts[part] === '*') part++
  return part === parts.length
}

function fits(part: Exclude<Part, '*'>, name: string, at: number): boolean {
  if (part === '?') return true
  if ('character' in part) return part.character === name[at]
  const code = name.charCodeAt(at)
  return part.ranges.some(([low, high]) => low <= code && code <= high) !== part.isNegated
}
