// Enters: GNU's gas test suite (its .exp and .d files). Leaves: the x86 cases: source, flags, folder, id.
// What is expected is not read from the suite: GNU as itself gives it.

import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, normalize, relative } from 'node:path'
import { cacheFolder, readLatin1, suiteFolder, writeWhole } from '../core/cache.ts'
import type { Case } from '../core/case.ts'
import { splitFlags } from '../core/shell-words.ts'
import { readDumpOptions } from './dump-file.ts'
import { familyOf } from './families.ts'

export interface GasCase extends Case {
  readonly file: string
  readonly flags: readonly string[]
  readonly cwd: string
  /** An error or listing test: messages are compared, not objects. */
  readonly isError: boolean
  readonly family: string
  readonly mode: string
  readonly isIntel: boolean
  readonly hasCode16: boolean
  readonly hasPlainFlags: boolean
}

const folders = [
  'i386',
  'i386/ilp32',
  'i386/ilp32/cfi',
  'i386/ilp32/elf',
  'i386/ilp32/lns',
  'i386/solaris',
  'all',
  'macros',
  'elf',
  'cfi',
  'cfi-sframe',
  'symver',
]
const plainFlag = /^(?:--(?:32|64|x32|defsym|strip-local-absolute)$|-I|-J$|--defsym=|-m(?:arch|tune)=|-mx86-used-note=no)/
const modeFlag = /^--(32|64|x32)$/
const call = /^\s*(run_dump_test|run_list_test|run_elf_list_test|run_error_test|gas_test|gas_test_error)\s+"?([^\s"{}$]+)"?\s*(.*)/

export function gasSuite(): string {
  return suiteFolder('binutils', 'gas', 'testsuite', 'gas')
}

function filesOf(folder: string, ending: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
    .sort()
    .map((name) => join(folder, name))
}

/** Flags with the suite's variables put in, and without options that ask for a listing. */
function assemblerFlags(text: string, folder: string, suite: string): string[] {
  const here = `${suite}/${folder}`
  const expanded = text
    .replace(/\$\{?srcdir\}?\/\$\{?subdir\}?/g, () => here)
    .replaceAll('[big_or_little_endian]', '')
    .replace(/\$\{?srcdir\}?/g, () => here)
  return splitFlags(expanded).filter((word) => !word.startsWith('-a') && !word.startsWith('--listing'))
}

export interface NamedTest {
  readonly name: string
  readonly mode: string
  readonly extra: string
  readonly hasDump: boolean
  readonly isError: boolean
}

/** The tests that the text of an .exp file names. */
export function parseExpectFile(text: string): NamedTest[] {
  const found: NamedTest[] = []
  let mode = ''
  for (const line of text.split('\n')) {
    const flags = /set ASFLAGS "([^"]*)"/.exec(line)?.[1]
    if (flags !== undefined) mode = flags.replace(/\$\w+/g, '').trim()
    const [, how = '', name, rest = ''] = call.exec(line) ?? []
    if (name === undefined) continue
    let extra: string
    if (how === 'run_dump_test') extra = [...rest.matchAll(/\{as ([^}]*)\}/g)].map((m) => m[1]).join(' ')
    else {
      const quoted = /^(?:"([^"]*)"|\{([^}]*)\})/.exec(rest)
      extra = quoted?.[1] || quoted?.[2] || ''
    }
    found.push({ name, mode, extra, hasDump: how === 'run_dump_test', isError: how !== 'run_dump_test' && how !== 'gas_test' })
  }
  return found
}

function namedTests(folder: string, suite: string): NamedTest[] {
  const found = new Map<string, NamedTest>()
  const add = (test: NamedTest): void => {
    const key = JSON.stringify([test.name, test.mode, test.extra, test.hasDump, test.isError])
    if (!found.has(key)) found.set(key, test)
  }
  for (const path of filesOf(join(suite, folder), '.exp')) for (const test of parseExpectFile(readLatin1(path))) add(test)
  const dumps = new Set([...found.values()].filter((t) => !t.isError).map((t) => t.name))
  // Tests that are named through a variable or a loop: each .d file is one.
  for (const path of filesOf(join(suite, folder), '.d')) {
    const name = basename(path).slice(0, -2)
    if (dumps.has(name)) continue
    const mode = name.startsWith('x86-64') ? '--64' : folder.includes('ilp32') || name.startsWith('ilp32') ? '--x32' : '--32'
    add({ name, mode: folder.startsWith('i386') ? mode : '', extra: '', hasDump: true, isError: false })
  }
  return [...found.values()]
}

interface Sources {
  readonly sources: readonly { readonly path: string; readonly flags: readonly string[] }[]
  readonly flags: readonly string[]
  readonly isError: boolean
}

/** The sources and flags of a test, or undefined where its .d file is missing. */
function sourcesOf(folder: string, { name, extra, hasDump, isError }: NamedTest, suite: string): Sources | undefined {
  const extraFlags = assemblerFlags(extra, folder, suite)
  const own = { path: `${suite}/${folder}/${name}${name.endsWith('.s') ? '' : '.s'}`, flags: [] }
  if (!hasDump) return { sources: [own], flags: extraFlags, isError }
  const dump = `${suite}/${folder}/${name}.d`
  if (!existsSync(dump)) return undefined
  const options = readDumpOptions(dump)
  const given = options
    .filter(({ option }) => option === 'source')
    .map(({ value }) => {
      const [, file = '', flags = ''] = /^(\S+)\s*(.*)$/.exec(value) ?? []
      return { path: normalize(`${suite}/${folder}/${file}`), flags: assemblerFlags(flags, folder, suite) }
    })
  const asFlags = options.filter(({ option }) => option === 'as').flatMap(({ value }) => assemblerFlags(value, folder, suite))
  return {
    sources: given.length > 0 ? given : [own],
    flags: [...asFlags, ...extraFlags],
    isError: options.some(({ option }) => option === 'error' || option === 'error_output'),
  }
}

function describe(path: string, flags: readonly string[], folder: string, name: string, isError: boolean, suite: string): GasCase {
  const text = readLatin1(path)
  const base = basename(path).slice(0, -2)
  const shown = flags.map((word) => word.replaceAll(suite, '$SUITE')).join(',')
  const where = `${folder}/${name}${base === name.replace(/\.s$/, '') ? '' : `@${base}`}`
  return {
    file: path,
    flags,
    cwd: `${suite}/${folder}`,
    isError,
    family: familyOf(folder, name),
    ids: [`${where}:${shown}${isError ? ':error' : ''}`],
    mode: flags.map((word) => modeFlag.exec(word)?.[1]).find((mode) => mode !== undefined) ?? '64',
    isIntel: text.includes('.intel_syntax') || asksForIntel(flags),
    hasCode16: text.includes('.code16'),
    hasPlainFlags: flags.every((word) => !word.startsWith('-') || plainFlag.test(word)),
  }
}

function asksForIntel(flags: readonly string[]): boolean {
  return flags.join(' ').replaceAll('intel64', '').includes('intel')
}

/** Every case of the suite; a source with its flags is one case however often it is named. */
export function allGasCases(): GasCase[] {
  const suite = gasSuite()
  const seen = new Set<string>()
  const cases: GasCase[] = []
  for (const folder of folders)
    for (const test of namedTests(folder, suite)) {
      let modes = folder.startsWith('i386') ? [test.mode] : ['--64', '--32']
      if (folder === 'i386' && test.mode === '') modes = [test.name.includes('x86-64') ? '--64' : '--32']
      const found = sourcesOf(folder, test, suite)
      for (const { path, flags: more } of found?.sources ?? []) {
        const flags = [...(found?.flags ?? []), ...more]
        const isError = found?.isError ?? false
        for (const mode of modes) {
          const given = flags.some((word) => modeFlag.test(word)) ? mode.replace(/--(32|64|x32)/g, '') : mode
          const all = [...splitFlags(given), ...flags]
          const key = JSON.stringify([path, all, isError])
          if (!existsSync(path) || seen.has(key)) continue
          seen.add(key)
          cases.push(describe(path, all, folder, test.name, isError, suite))
        }
      }
    }
  return cases
}

/** The case with its source cut before the first .intel_syntax, or undefined where nothing is left. */
export function cutBeforeIntel(item: GasCase): GasCase | undefined {
  if (!item.isIntel) return item
  const head = readLatin1(item.file).split(/^[ \t]*\.intel_(?:syntax|mnemonic)/m)[0] ?? ''
  if (!/^\s+[a-z]/m.test(head) || asksForIntel(item.flags)) return undefined
  const part = relative(gasSuite(), item.file)
  const path = join(cacheFolder('att-cut', dirname(part)), basename(part))
  writeWhole(path, Buffer.from(head, 'latin1'))
  return { ...item, file: path, flags: [...item.flags, `-I${dirname(item.file)}`], isIntel: false, ids: item.ids.map((id) => `${id}:att`) }
}
