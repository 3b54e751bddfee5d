// Enters: GNU's ld test suite. Leaves: link cases whose sources are assembled with GNU as, once, into the cache.
// Kept: .d tests ('#source/#as/#ld') and the ld_assemble / ld_link pairs of the .exp files; x86 modes; static links (no
// -shared, -pie, plugins, C sources, archives). A case's group is folder:mode, its id folder/name:mode:flat or :elf.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, isAbsolute, join, normalize } from 'node:path'
import { cacheFolder, hashOf, readLatin1, suiteFolder, suiteVersion, writeWhole } from '../core/cache.ts'
import { runProcess } from '../core/process.ts'
import { splitFlags } from '../core/shell-words.ts'
import { readDumpOptions } from '../gas/dump-file.ts'

export interface LinkCase {
  readonly name: string
  readonly group: string
  readonly objects: readonly string[]
  readonly script: string | undefined
  readonly flags: readonly string[]
  readonly cwd: string
}

/** Part of the cache's stamp: raise it when this file gives other cases. */
const formatVersion = 1

const folders = [
  'ld-scripts',
  'ld-i386',
  'ld-x86-64',
  'ld-elf',
  'ld-gc',
  'ld-discard',
  'ld-undefined',
  'ld-misc',
  'ld-linkonce',
  'ld-size',
  'ld-checks',
  'ld-elfweak',
]
const notStatic =
  /-shared|-pie|--?plugin|\.so\b|-Bdynamic|--wrap|tmpdir\/\S+\.a\b|\[|-pic|--hash|-z *separate|-rpath|--version-script|\.rsp/
const ourTarget = /\*-\*-\*|\[is_elf|x86_64|i\?86|i386|linux|elf/
const emulations: Record<string, string> = { '32': 'elf_i386', '64': 'elf_x86_64', x32: 'elf32_x86_64' }
const assembleCall = /ld_assemble(?:_flags)? \$as (?:"([^"]*)" )?"?\$srcdir\/\$subdir\/(\S+?\.s)"? "?tmpdir\/(\S+?\.o)"?/g
const linkCall = /ld_link \$ld "?\S+"? \\?\s*"([^"]*)"/g
const modeFlag = /^--(32|64|x32)$/

interface Source {
  readonly path: string
  readonly flags: readonly string[]
}

export interface SplitFlags {
  readonly script: string | undefined
  readonly flags: string[]
}

/** Takes the script and what asks for a link map out of a linker's flags. */
export function splitLinkerFlags(words: readonly string[], folder: string): SplitFlags {
  const flags: string[] = []
  let script: string | undefined
  const inFolder = (name: string): string => (isAbsolute(name) ? name : join(folder, name))
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    if (word === '-T' || word === '--script') script = inFolder(words[++i] ?? '-missing-')
    else if (/^-T(?!text|data|bss|rodata|ldata)/.test(word)) script = inFolder(word.slice(2))
    else if (word === '-Map') i++
    else if (word !== '-M' && !word.startsWith('-Map=') && !word.startsWith('--print')) flags.push(word)
  }
  return { script, flags }
}

class Preparation {
  readonly cases: LinkCase[] = []
  private readonly suite: string
  private readonly out: string

  constructor(suite: string, out: string) {
    this.suite = suite
    this.out = out
  }

  async run(): Promise<void> {
    for (const folder of folders) {
      await this.dumpTests(folder)
      await this.expectTests(folder)
    }
  }

  private filesOf(folder: string, ending: string): string[] {
    const path = join(this.suite, folder)
    return readdirSync(path)
      .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
      .sort()
      .map((name) => join(path, name))
  }

  private expand(text: string, folder: string): string {
    return text.replace(/\$\{?srcdir\}?\/\$\{?subdir\}?|\$\{?srcdir\}?/g, (all) =>
      all.includes('subdir') ? `${this.suite}/${folder}` : this.suite,
    )
  }

  private async dumpTests(folder: string): Promise<void> {
    for (const path of this.filesOf(folder, '.d')) {
      const options = readDumpOptions(path)
      const name = basename(path).slice(0, -2)
      const all = (wanted: string): string[] => options.filter(({ option }) => option === wanted).map(({ value }) => value)
      const targets = all('target').join(' ')
      if (all('ld').length === 0 || (targets && !ourTarget.test(targets))) continue
      if (all('cc').length > 0 || all('ar').length > 0) continue
      const given = all('source')
      const sources = (given.length > 0 ? given : [`${name}.s`]).map((source) => {
        const [file = '', ...own] = source.split(/\s+/)
        const flags = this.expand([...all('as').slice(0, 1), ...own].join(' '), folder)
        return { path: normalize(`${this.suite}/${folder}/${file}`), flags: splitFlags(flags) }
      })
      await this.add(folder, name, sources, this.expand([...all('ld'), ...all('ld_after_inputfiles')].join(' '), folder))
    }
  }

  private async expectTests(folder: string): Promise<void> {
    for (const path of this.filesOf(folder, '.exp')) {
      const text = readLatin1(path)
      const made = new Map<string, Source>()
      for (const [, flags, source, object] of text.matchAll(assembleCall))
        made.set(object ?? '', { path: `${this.suite}/${folder}/${source}`, flags: splitFlags(flags ?? '') })
      let number = -1
      for (const [, line = ''] of text.matchAll(linkCall)) {
        number++
        const words = line
          .replaceAll('\\\n', ' ')
          .split(/\s+/)
          .filter((word) => word !== '' && !/^\$(?!srcdir)/.test(word))
        const objects = words.filter((word) => word.startsWith('tmpdir/') && word.endsWith('.o')).map((word) => word.slice(7))
        const sources = objects.map((object) => made.get(object))
        if (objects.length === 0 || !sources.every((s): s is Source => s !== undefined) || /-T *(tmpdir\/|$)/.test(line)) continue
        const flags = this.expand(words.filter((word) => !word.startsWith('tmpdir/')).join(' '), folder)
        await this.add(folder, `${basename(path).slice(0, -4)}.exp.${number}`, sources, flags)
      }
    }
  }

  /** One case a mode. */
  private async add(folder: string, name: string, sources: readonly Source[], linkerFlags: string): Promise<void> {
    if (notStatic.test(linkerFlags)) return
    const given = /--(32|64|x32)/.exec(sources.flatMap(({ flags }) => flags).join(' '))?.[1]
    const own: Record<string, string[]> = { 'ld-i386': ['32'], 'ld-x86-64': ['64'] }
    for (const mode of given ? [given] : (own[folder] ?? ['32', '64'])) {
      const objects = await this.assemble(folder, name, sources, mode)
      if (!objects) continue
      const { script, flags } = splitLinkerFlags(splitFlags(linkerFlags), join(this.suite, folder))
      if (!/-m ?elf/.test(linkerFlags)) flags.unshift('-m', emulations[mode] ?? '')
      this.cases.push({
        objects,
        script,
        flags,
        cwd: `${this.suite}/${folder}`,
        name: `${folder}/${name}:${mode}`,
        group: `${folder}:${mode}`,
      })
    }
  }

  /** Object files, or undefined where one source is missing, not assembler, or refused. */
  private async assemble(folder: string, name: string, sources: readonly Source[], mode: string): Promise<string[] | undefined> {
    const objects: string[] = []
    for (const [i, { path, flags }] of sources.entries()) {
      const object = `${this.out}/${folder}.${name}.${mode}.${i}.${basename(path).slice(0, -2)}.o`
      objects.push(object)
      if (!path.endsWith('.s') || !existsSync(path)) return undefined
      const words = ['as', `--${mode}`, ...flags.filter((word) => !modeFlag.test(word)), path, '-o', object]
      if ((await runProcess(words, `${this.suite}/${folder}`, 60)).status !== 0) return undefined
    }
    return objects
  }
}

/** The link cases; prepared again only when the suite, GNU as or formatVersion changed. */
export async function allLinkCases(): Promise<LinkCase[]> {
  const suite = suiteFolder('binutils', 'ld', 'testsuite')
  const root = cacheFolder()
  const out = join(root, 'link-cases')
  const list = join(out, 'cases.json')
  const { stdout } = await runProcess(['as', '--version'], '/', 60)
  const stamp = hashOf(stdout, suiteVersion(), String(formatVersion))
  try {
    const kept = JSON.parse(readFileSync(list, 'utf8').replaceAll('{cache}', root)) as { stamp: string; cases: LinkCase[] }
    if (kept.stamp === stamp) return kept.cases
  } catch {
    // Not prepared yet.
  }
  const fresh = `${out}.${process.pid}`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { recursive: true })
  const made = new Preparation(suite, fresh)
  await made.run()
  const text = JSON.stringify({ stamp, cases: made.cases }).replaceAll(fresh, out).replaceAll(root, '{cache}')
  writeWhole(join(fresh, 'cases.json'), text)
  rmSync(out, { recursive: true, force: true })
  renameSync(fresh, out)
  return (JSON.parse(text.replaceAll('{cache}', root)) as { cases: LinkCase[] }).cases
}
