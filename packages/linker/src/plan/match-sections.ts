// Which input sections an input pattern of the script takes, and in which order.
// GNU ld manual §3.6.4 "Input Section Description": a section goes to the first pattern that fits it; with several
// patterns in one list sections come in the order of the input; SORT orders by name, alignment or priority.

import {
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_GROUP,
  SHF_LINK_ORDER,
  SHF_MERGE,
  SHF_STRINGS,
  SHF_TLS,
  SHF_WRITE,
  SHF_GNU_RETAIN,
  SHF_INFO_LINK,
} from '@kernelbox/elf'
import type { InputObject, InputSection } from '../model.ts'
import type { InputPattern, SectionFlagTest, SectionPattern, SortKey } from '../script/syntax/ast.ts'
import type { SectionIndex } from './section-index.ts'
import { hasWildcard, literalPrefix, type Matcher, matcherOf } from './wildcard.ts'

const flagNames: Readonly<Record<string, number>> = {
  SHF_WRITE,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_MERGE,
  SHF_STRINGS,
  SHF_INFO_LINK,
  SHF_LINK_ORDER,
  SHF_GROUP,
  SHF_TLS,
  SHF_GNU_RETAIN,
  SHF_OS_NONCONFORMING: 0x100,
  SHF_COMPRESSED: 0x800,
}

/** Tells whether an object is meant by a file pattern: `name`, `archive:member`, `archive:`, `:file`. */
export function fileMatcher(pattern: string): (object: InputObject) => boolean {
  if (pattern === '*') return () => true
  const colon = pattern.indexOf(':')
  if (colon >= 0) {
    const archive = pattern.slice(0, colon)
    const member = pattern.slice(colon + 1)
    const isArchive = matcherOf(archive)
    const isMember = matcherOf(member)
    return (object) => {
      if (archive === '') return object.archiveName === undefined && isMember(object.fileName)
      if (object.archiveName === undefined || !isArchive(object.archiveName)) return false
      return member === '' || isMember(object.fileName)
    }
  }
  const matcher = matcherOf(pattern)
  return (object) => matcher(object.fileName)
}

function exclusion(patterns: readonly string[]): ((object: InputObject) => boolean) | undefined {
  if (patterns.length === 0) return undefined
  const matchers = patterns.map((pattern) => {
    const file = fileMatcher(pattern)
    const archive: Matcher | undefined = pattern.includes(':') ? undefined : matcherOf(pattern)
    return (object: InputObject) =>
      file(object) || (object.archiveName !== undefined && archive !== undefined && archive(object.archiveName))
  })
  return (object) => matchers.some((matcher) => matcher(object))
}

function flagsFit(tests: readonly SectionFlagTest[], flags: number): boolean {
  return tests.every((test) => {
    const bit = flagNames[test.name] ?? 0
    return ((flags & bit) !== 0) !== test.isNegated
  })
}

/** The sections that `input` takes, ordered; those already placed (`output` set) or discarded are left. */
export function matchSections(
  input: InputPattern,
  index: SectionIndex,
  sortSection: 'name' | 'alignment' | undefined,
  isFree: (section: InputSection) => boolean,
): InputSection[] {
  const isFile = fileMatcher(input.file)
  const isExcluded = exclusion(input.excludedFiles)
  const patterns = input.sections ?? [{ pattern: '*', excludedFiles: [], sort: [], isReversed: false, span: input.span }]
  const compiled = patterns.map((pattern) => ({
    pattern,
    matcher: matcherOf(pattern.pattern),
    isExcluded: exclusion(pattern.excludedFiles),
  }))
  const found: Found[] = []
  // Where nothing is sorted a pattern is not asked for again.
  const isPlain = !input.isFileSorted && sortSection === undefined && patterns.every((pattern) => pattern.sort.length === 0)
  const plain: InputSection[] = []
  const consider = (section: InputSection, one: (typeof compiled)[number]): boolean => {
    if (!isFree(section) || !isFile(section.object) || isExcluded?.(section.object) || one.isExcluded?.(section.object)) return false
    if (input.flagTests.length > 0 && !flagsFit(input.flagTests, section.flags)) return false
    if (isPlain) plain.push(section)
    else found.push({ section, pattern: one.pattern })
    return true
  }
  // Names are tested once each, not once a section.
  const byName = new Map<string, (typeof compiled)[number][]>()
  for (const one of compiled) {
    const { pattern } = one.pattern
    for (const name of hasWildcard(pattern) ? index.names(literalPrefix(pattern)) : [pattern]) {
      if (!one.matcher(name)) continue
      const list = byName.get(name)
      if (list) list.push(one)
      else byName.set(name, [one])
    }
  }
  for (const section of index.named(byName.keys())) {
    for (const one of byName.get(section.name) ?? []) if (consider(section, one)) break
  }
  return isPlain ? plain : order(found, input.isFileSorted, sortSection)
}

type Found = { section: InputSection; pattern: SectionPattern }

function order(found: Found[], isFileSorted: boolean, sortSection: 'name' | 'alignment' | undefined): InputSection[] {
  const keysOf = (pattern: SectionPattern): readonly SortKey[] => {
    if (pattern.sort.includes('none')) return []
    if (pattern.sort.length === 0) return sortSection ? [sortSection] : []
    const [key] = pattern.sort
    if (pattern.sort.length > 1 && pattern.sort.every((other) => other === key))
      return sortSection && sortSection !== key ? [key as SortKey, sortSection] : [key as SortKey]
    // Unsorted inner SORT with --sort-section adds the other key (manual §3.6.4.3).
    if (pattern.sort.length === 1 && sortSection && key !== sortSection && key !== 'init-priority') return [key as SortKey, sortSection]
    return pattern.sort
  }
  if (found.every((one) => keysOf(one.pattern).length === 0) && !isFileSorted) return found.map((one) => one.section)
  const [first] = found
  const uniform =
    first !== undefined &&
    found.every((one) => one.pattern.sort.join() === first.pattern.sort.join() && one.pattern.isReversed === first.pattern.isReversed)
  if (uniform) {
    const keys = keysOf(first.pattern)
    return found.toSorted((a, b) => compare(a.section, b.section, keys, isFileSorted, first.pattern.isReversed)).map((one) => one.section)
  }
  // Mixed: each sorted section goes before the first that is greater, an unsorted one to the end.
  const list: InputSection[] = []
  for (const { section, pattern } of found) {
    const keys = keysOf(pattern)
    if (keys.length === 0 && !isFileSorted) {
      list.push(section)
      continue
    }
    const at = list.findIndex((other) => compare(section, other, keys, isFileSorted, pattern.isReversed) < 0)
    if (at < 0) list.push(section)
    else list.splice(at, 0, section)
  }
  return list
}

function compare(a: InputSection, b: InputSection, keys: readonly SortKey[], isFileSorted: boolean, isReversed: boolean): number {
  if (isFileSorted) {
    const byArchive = compareText(a.object.archiveName ?? a.object.fileName, b.object.archiveName ?? b.object.fileName)
    if (byArchive !== 0) return byArchive
    if (a.object.archiveName !== undefined || b.object.archiveName !== undefined) {
      const byFile = compareText(a.object.fileName, b.object.fileName)
      if (byFile !== 0) return byFile
    }
  }
  for (const key of keys) {
    let order = 0
    if (key === 'alignment') order = b.alignment - a.alignment
    else if (key === 'init-priority') order = priorityOf(a.name) - priorityOf(b.name) || compareText(a.name, b.name)
    else if (key === 'name') order = compareText(a.name, b.name)
    if (order !== 0) return isReversed ? -order : order
  }
  return 0
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** `.init_array.00100`: 100; `.ctors.65435` counts from the other end; none: last. */
function priorityOf(name: string): number {
  const found = /\.(\d+)$/.exec(name)
  if (!found) return 0
  const number = Number(found[1])
  return name.startsWith('.ctors.') || name.startsWith('.dtors.') ? 65_535 - number : number
}
