// "Did you mean": the nearest of the known words.

/**
 * The candidate nearest to `word` by edits (insert, delete, replace, swap of neighbours), or undefined where none is
 * near enough to be meant: one edit for words up to four letters, two up to eight, three above.
 */
export function nearestWord(word: string, candidates: Iterable<string>): string | undefined {
  const limit = word.length <= 4 ? 1 : word.length <= 8 ? 2 : 3
  let best: string | undefined
  let bestDistance = limit + 1
  for (const candidate of candidates) {
    if (candidate === word || Math.abs(candidate.length - word.length) > bestDistance) continue
    const distance = editDistance(word, candidate, bestDistance)
    // Of two as near, the one that ends as the word does: people mistype the middle.
    const isTieWon = distance === bestDistance && best !== undefined && candidate.at(-1) === word.at(-1) && best.at(-1) !== word.at(-1)
    if (distance < bestDistance || isTieWon) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** So many different words are looked up; whoever has mistyped more does not read on. */
const mostAsked = 200

/** The nearest of words that do not change, found once for each word that is asked for. */
export class WordAdvice {
  readonly #candidates: () => Iterable<string>
  readonly #answers = new Map<string, string | undefined>()

  constructor(candidates: () => Iterable<string>) {
    this.#candidates = candidates
  }

  nearest(word: string): string | undefined {
    if (!this.#answers.has(word)) {
      if (this.#answers.size >= mostAsked) return undefined
      this.#answers.set(word, nearestWord(word, this.#candidates()))
    }
    return this.#answers.get(word)
  }
}

function editDistance(a: string, b: string, limit: number): number {
  let twoBack: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let value = Math.min((previous[j] as number) + 1, (current[j - 1] as number) + 1, (previous[j - 1] as number) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) value = Math.min(value, (twoBack[j - 2] as number) + 1)
      current.push(value)
      if (value < least) least = value
    }
    if (least > limit) return limit + 1
    twoBack = previous
    previous = current
  }
  return previous[b.length] as number
}
