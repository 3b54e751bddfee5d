// The '#option: value' lines that a .d file of the GNU test suites begins with.

import { readLatin1 } from '../core/cache.ts'

export interface DumpOption {
  readonly option: string
  readonly value: string
}

export function parseDumpOptions(text: string): DumpOption[] {
  const found: DumpOption[] = []
  for (const line of text.split('\n')) {
    const [, option, value] = /^#[ \t]*([A-Za-z0-9_]+):[ \t]*(.*)/.exec(line) ?? []
    if (option !== undefined) found.push({ option, value: (value ?? '').trim() })
    else if (!line.startsWith('#')) break
  }
  return found
}

export function readDumpOptions(path: string): DumpOption[] {
  return parseDumpOptions(readLatin1(path))
}
