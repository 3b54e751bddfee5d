// Enters: a mode, the kinds of settings asked for. Leaves: what lines are assembled under: nothing, options of the command line that
// change encodings or checks, `.arch` names; for both assemblers alike.
// Follows: GNU as manual §9.16.1 (options), §9.16.17 (.arch); the names are those that `as --help` lists.
import type { LineMode } from './line-bytes.ts'

export interface Setting {
  readonly mode: LineMode
  /** Shown before a line's text: '64 -O2'. */
  readonly name: string
  readonly flags: readonly string[]
  /** Directives before the lines, on one line. */
  readonly header: string
}

export type SettingKind = 'plain' | 'options' | 'arch' | 'march' | 'mixed'
export const SETTING_KINDS: readonly SettingKind[] = ['plain', 'options', 'arch', 'march', 'mixed']

const DIRECTIVE: Readonly<Record<LineMode, string>> = { 16: '.code16', 32: '.code32', 64: '.code64' }

const OPTIONS = [
  '-O',
  '-O1',
  '-O2',
  '-Os',
  '-O2 -msse2avx',
  '-O2 -mvexwig=1',
  '-Os -march=+avx512vl',
  '-msse2avx',
  '-msse2avx -mvexwig=1 -mavxscalar=256',
  '-mavxscalar=256',
  '-mvexwig=1',
  '-mevexlig=256',
  '-mevexlig=512 -mevexwig=1',
  '-mevexwig=1',
  '-mevexrcig=rd',
  '-mevexrcig=ru',
  '-mevexrcig=rz -mevexlig=512',
  '-muse-unaligned-vector-move',
  '-muse-unaligned-vector-move -O2',
  '-msse-check=warning',
  '-msse-check=error',
  '-moperand-check=error',
  '-moperand-check=none',
  '-madd-bnd-prefix',
  '-momit-lock-prefix=yes',
  '-mfence-as-lock-add=yes',
  '-mlfence-after-load=yes',
  '-mlfence-before-indirect-branch=all',
  '-mlfence-before-indirect-branch=register',
  '-mlfence-before-indirect-branch=memory -mlfence-before-ret=shl',
  '-mlfence-before-ret=or',
  '-mlfence-before-ret=not',
  '-mamd64',
  '-mintel64',
  '-mintel64 -O2',
  '-mindex-reg',
  '-mshared',
  '-mrelax-relocations=no',
  '-mnaked-reg',
  '-mx86-used-note=yes',
  '-mrelax-relocations=yes -mshared',
  '-Os -mvexwig=1 -mevexwig=1',
  '-O2 -mevexlig=256 -mavxscalar=256',
  '-O -muse-unaligned-vector-move -mevexrcig=rz',
  '-O2 -msse2avx -mavxscalar=256 -mindex-reg',
  '-mtune=i386',
  '-mtune=znver4',
]

function plain(mode: LineMode): Setting {
  return { mode, name: String(mode), flags: [mode === 64 ? '--64' : '--32'], header: DIRECTIVE[mode] }
}

function optionSettings(mode: LineMode): Setting[] {
  const base = plain(mode)
  const settings = OPTIONS.map((words): Setting => ({ ...base, name: `${mode} ${words}`, flags: [...base.flags, ...words.split(' ')] }))
  if (mode === 64) settings.push({ ...base, name: '64 --x32', flags: ['--x32'] })
  if (mode !== 16) settings.push({ ...base, name: `${mode} -mtune=i486`, flags: [...base.flags, '-mtune=i486'] })
  if (mode === 16) settings.push({ ...base, name: '16 .code16gcc', header: '.code16gcc' })
  return settings
}

/** Processors and extensions that `as --help` lists; extensions also with `no`. */
export function archNamesOf(help: string): { readonly processors: readonly string[]; readonly extensions: readonly string[] } {
  const words = (from: string, to: string): string[] =>
    help
      .slice(help.indexOf(from) + from.length, help.indexOf(to, help.indexOf(from)))
      .split(/[\s,]+/)
      .filter((word) => /^[a-z0-9][\w.-]*$/.test(word))
  // iamcu is another machine's object format
  const special = new Set(['push', 'pop', 'default', 'iamcu'])
  const processors = words('CPU is one of:', 'EXTENSION').filter((name) => !special.has(name))
  return { processors, extensions: words('EXTENSION is combination of', '-mtune') }
}

function archSettings(mode: LineMode, help: string): Setting[] {
  const base = plain(mode)
  const { processors, extensions } = archNamesOf(help)
  const of = (name: string, directives: string): Setting => ({ ...base, name: `${mode} ${name}`, header: `${base.header}; ${directives}` })
  return [
    ...(mode === 16 ? ['i8086', 'i186', 'i286', ...processors] : processors).map((name) => of(`.arch ${name}`, `.arch ${name}`)),
    // on top of a processor without extensions, and taken away from all
    ...extensions.flatMap((name) => {
      const words = name === 'no87' ? [] : [`.arch ${mode === 64 ? 'generic64' : 'i486'}; .arch .${name}`]
      return [...words, `.arch .${name.startsWith('no') ? '' : 'no'}${name}`].map((directives) => of(directives, directives))
    }),
  ]
}

/** -march with a processor, and with up to two extensions that it brings or gives up. */
function marchSettings(mode: LineMode, help: string): Setting[] {
  const base = plain(mode)
  const { processors, extensions } = archNamesOf(help)
  const of = (words: string): Setting => ({ ...base, name: `${mode} ${words}`, flags: [...base.flags, ...words.split(' ')] })
  return processors.flatMap((name, index) => {
    const [first, second] = [extensions[(index * 7) % extensions.length]!, extensions[(index * 13 + 5) % extensions.length]!]
    return [of(`-march=${name}`), of(`-march=${name}+${first}`), of(`-O2 -march=${name}+${first}+${second}`)]
  })
}

/** Code of one mode in an object of another: a boot loader's 16-bit code in an ELF64 file, 64-bit code in an ELF32 one. */
function mixedSettings(mode: LineMode): Setting[] {
  const header = DIRECTIVE[mode]
  const flags = mode === 64 ? ['--32', '--x32'] : ['--64', '--x32']
  return flags.flatMap((word) => [
    { mode, name: `${mode} ${word}`, flags: [word], header },
    { mode, name: `${mode} ${word} -O2`, flags: [word, '-O2'], header },
  ])
}

export function settingsOf(kind: SettingKind, mode: LineMode, help: string): Setting[] {
  switch (kind) {
    case 'plain':
      return [plain(mode)]
    case 'options':
      return optionSettings(mode)
    case 'arch':
      return archSettings(mode, help)
    case 'march':
      return marchSettings(mode, help)
    case 'mixed':
      return mixedSettings(mode)
  }
}
