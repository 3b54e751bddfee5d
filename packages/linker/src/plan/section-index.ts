// Input sections by name, for the patterns of a script.
// Enters: the objects. Leaves: the sections of given names in the order of the link. A pattern without wildcards costs a look-up, one
// that begins with letters a search among the sorted names: scripts name hundreds of patterns, and -ffunction-sections makes
// a name for each function.

import type { InputObject, InputSection } from '../model.ts'

/** Names are sorted once they have been walked over so often. */
const mostWalks = 16

export class SectionIndex {
  /** All sections, in the order of the link. */
  readonly all: InputSection[] = []
  /** Places in `all`. */
  readonly #places = new Map<string, number[]>()
  #walks = 0
  #sorted: string[] | undefined = undefined

  constructor(objects: readonly InputObject[]) {
    for (const object of objects) {
      for (const section of object.sections) {
        if (section === undefined) continue
        const place = this.all.length
        this.all.push(section)
        const same = this.#places.get(section.name)
        if (same) same.push(place)
        else this.#places.set(section.name, [place])
      }
    }
  }

  /** Names that begin with `prefix`, and maybe others. */
  names(prefix: string): Iterable<string> {
    if (prefix === '' || this.#walks++ < mostWalks) return this.#places.keys()
    this.#sorted ??= [...this.#places.keys()].sort()
    const sorted = this.#sorted
    const first = lowerBound(sorted, prefix)
    let end = first
    while (end < sorted.length && (sorted[end] as string).startsWith(prefix)) end++
    return sorted.slice(first, end)
  }

  /** The sections of these names, in the order of the link. */
  *named(names: Iterable<string>): Iterable<InputSection> {
    const lists: (readonly number[])[] = []
    let count = 0
    for (const name of names) {
      const places = this.#places.get(name)
      if (!places) continue
      lists.push(places)
      count += places.length
    }
    const [first] = lists
    if (!first) return
    const places = lists.length === 1 ? first : inOrder(lists, count)
    for (const place of places) yield this.all[place] as InputSection
  }
}

function inOrder(lists: readonly (readonly number[])[], count: number): Uint32Array {
  const places = new Uint32Array(count)
  let at = 0
  for (const list of lists) {
    places.set(list, at)
    at += list.length
  }
  return places.sort()
}

function lowerBound(sorted: readonly string[], text: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as string) < text) low = middle + 1
    else high = middle
  }
  return low
}
