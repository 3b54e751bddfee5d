// The command line of GNU as for x86 ELF. Enters: words. Leaves: options of the assembler, inputs, the output.
// GNU as manual §1 "Overview", §9.16.1 "Options".

import { type AssembleOptions, type OptInWarning, optInWarnings, defaultListing, type ListingOptions } from '@kernelbox/assembler'
import type { DiagnosticsFormat } from '@kernelbox/cli'
import { UsageError } from '@kernelbox/cli'
import { nearestWord } from '@kernelbox/diagnostics'

export interface KasCommand {
  readonly options: AssembleOptions
  readonly inputs: readonly string[]
  readonly output: string
  readonly isFatalWarnings: boolean
  readonly show: 'help' | 'version' | undefined
  readonly dependencyFile: string | undefined
  readonly format: DiagnosticsFormat
  readonly hasStatistics: boolean
  /** Letters of -a and the file of `-a…=file`. */
  readonly listing: { readonly letters: string; readonly file: string | undefined } | undefined
  readonly showsToolsFolder: boolean
  /** --explain: instructions to explain in place of assembling files. */
  readonly explain: string | undefined
}

/** What -malign-branch= can name. */
const branchKinds = ['jcc', 'fused', 'jmp', 'call', 'ret', 'indirect'] as const
type BranchKind = (typeof branchKinds)[number]

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Options of GNU as that are taken without effect. Most have none there either on an x86 ELF object; those that have, and
 * not yet here: -R, --debug-prefix-map, --sectname-subst, --gdwarf-sections, --dump-config.
 */
const ignored =
  /^(-v|-V|-D|-f|-J|-k|-Qy|-Qn|-q|-R|-s|-w|-x|-X|--reduce-memory-overheads|-?-nocpp|--traditional-format|-?-no-pad-sections|--debug-prefix-map=.*|--hash-size=.*|--sectname-subst|--listing-.*|--divide|--nocompress-debug-sections|--gdwarf-sections|--dump-config)$/

/**
 * Those with a setting, and what that can be. Checked only: --compress-debug-sections, --generate-missing-build-notes and
 * --multibyte-handling have no effect yet.
 */
const settings: Readonly<Record<string, readonly string[]>> = {
  '--elf-stt-common': ['yes', 'no'],
  '--generate-missing-build-notes': ['yes', 'no'],
  '--size-check': ['error', 'warning'],
  '--compress-debug-sections': ['none', 'zlib', 'zlib-gnu', 'zlib-gabi', 'zstd'],
  '--multibyte-handling': ['allow', 'warn', 'warn-sym-only'],
}

/** Long names that may be cut as long as they stay the only one, as getopt_long lets them. */
const longNames =
  '--alternate --defsym --execstack --noexecstack --fatal-warnings --gen-debug --gstabs --gsframe --help --keep-locals --no-warn --statistics --strip-local-absolute --target-help --traditional-format --version --warn'.split(
    ' ',
  )

function wholeName(word: string): string {
  if (!/^--[a-z]{2,}/.test(word) || longNames.includes(word)) return word
  const meant = longNames.filter((name) => name.startsWith(word))
  return meant.length === 1 ? (meant[0] as string) : word
}

/** A word such as `--size-check=error`; false where it is no such option. */
function isKnownSetting(word: string): boolean {
  const [name, setting] = word.split(/=(.*)/) as [string, string?]
  const known = settings[name]
  if (!known) return false
  if (setting === undefined) return name === '--compress-debug-sections'
  if (!known.includes(setting)) throw new UsageError(`${name} is ${known.join(' or ')}, not '${setting}'`)
  return true
}

/** Reads words as `kas` does. `base` is what the caller has set already (kasm's -Wa,…). */
export function parseKasWords(words: readonly string[], base: AssembleOptions = {}): KasCommand {
  const options: Mutable<AssembleOptions> = { ...base }
  const encode: Mutable<NonNullable<AssembleOptions['encode']>> = { ...base.encode }
  const includePaths: string[] = [...(base.includePaths ?? [])]
  const definedSymbols = [...(base.definedSymbols ?? [])]
  const inputs: string[] = []
  let output = 'a.out'
  let isFatalWarnings = false
  let show: KasCommand['show']
  let dependencyFile: string | undefined
  let format: DiagnosticsFormat = 'text'
  let hasStatistics = false
  let listing: KasCommand['listing']
  const listingSizes = new Map<string, number>()
  let showsToolsFolder = false
  let explain: string | undefined
  const warnings = new Set(base.optInWarnings)
  for (let i = 0; i < words.length; i++) {
    const word = wholeName(words[i] as string)
    const value = (name: string): string => {
      const next = words[++i]
      if (next === undefined) throw new UsageError(`${name} needs a value`)
      return next
    }
    if (word === '--') {
      inputs.push(...words.slice(i + 1))
      break
    }
    if (word === '-' || !word.startsWith('-')) inputs.push(word)
    else if (word === '-o') output = value('-o')
    else if (/^-o./.test(word)) output = word.slice(2)
    else if (word === '-I') includePaths.push(value('-I'))
    else if (/^-I./.test(word)) includePaths.push(word.slice(2))
    else if (word === '--32') options.mode = 32
    else if (word === '--64') options.mode = 64
    else if (word === '--x32') {
      options.mode = 64
      options.x32 = true
    } else if (word === '--defsym' || word.startsWith('--defsym='))
      definedSymbols.push(definition(word === '--defsym' ? value(word) : word.slice(9)))
    else if (word === '-W' || word === '--no-warn') options.noWarnings = true
    else if (word === '--warn') options.noWarnings = false
    else if (/^-W[a-z]/.test(word)) chooseWarning(word.slice(2), warnings)
    else if (word === '--fatal-warnings') isFatalWarnings = true
    else if (word === '-L' || word === '--keep-locals') options.keepLocals = true
    else if (word === '--strip-local-absolute') options.stripLocalAbsolute = true
    else if (word === '-n') options.plainNops = true
    else if (word === '-Z') options.keepGoing = true
    else if (word === '--alternate') options.alternateMacros = true
    else if (word === '--help' || word === '--target-help') show = 'help'
    else if (word === '--version' || word === '-version') show = 'version'
    else if (word === '--statistics') hasStatistics = true
    else if (word === '--MD' || word === '-MD') dependencyFile = value(word)
    else if (word.startsWith('--MD=')) dependencyFile = word.slice(5)
    else if (word === '--execstack') options.stack = 'executable'
    else if (word === '--noexecstack') options.stack = 'not-executable'
    else if (word === '-M' || word === '--mri') throw new UsageError(`${word}: the syntax of MRI assemblers is not supported`)
    else if (word === '--debug-prefix-map') value(word)
    else if (word === '--print-tools-dir') showsToolsFolder = true
    else if (word === '--explain') explain = value(word)
    else if (word.startsWith('--explain=')) explain = word.slice(10)
    else if (word.startsWith('--diagnostics-format=')) {
      const name = word.slice(21)
      if (name !== 'text' && name !== 'json' && name !== 'sarif')
        throw new UsageError(`--diagnostics-format is text, json or sarif, not '${name}'`)
      format = name
    } else if (/^-a[cdghlmns]*(=.*)?$/.test(word)) {
      const [letters, file] = word.slice(2).split(/=(.*)/)
      listing = { letters: (listing?.letters ?? '') + (letters || 'hls'), file: file ?? listing?.file }
    } else if (/^--listing-(lhs-width|lhs-width2|rhs-width|cont-lines)(=|$)/.test(word)) {
      const [name, setting] = word.split(/=(.*)/) as [string, string?]
      const number = Number(setting ?? value(name))
      if (!Number.isInteger(number) || number < 0) throw new UsageError(`${name} is a number`)
      listingSizes.set(name.slice('--listing-'.length), number)
    } else if (word === '-g' || word === '--gen-debug') options.debugLines = { format: 'dwarf', version: 2 }
    else if (/^(--gdwarf|-gdwarf)-?[2-5]$/.test(word)) options.debugLines = { format: 'dwarf', version: Number(word.at(-1)) }
    else if (word === '--gsframe') options.sframe = true
    else if (/^--gdwarf-cie-version=[134]$/.test(word)) options.cieVersion = Number(word.at(-1)) as 1
    else if (word === '--elf-stt-common=yes') options.usesCommonType = true
    else if (/^(--gstabs\+?|-gstabs\+?)$/.test(word)) options.debugLines = { format: 'stabs' }
    else if (word === '-O' || word === '-O1') encode.optimize = 1
    else if (/^-O[2-9]$/.test(word)) encode.optimize = 2
    else if (word === '-Os') encode.optimize = 's'
    else if (word === '-O0') encode.optimize = 0
    else if (word === '--size-check=warning') options.hasLenientSizes = true
    else if (/^-(defsym)$/.test(word)) definedSymbols.push(definition(value(word)))
    else if (word.startsWith('-m')) machineOption(word, options, encode)
    else if (!isKnownSetting(word) && !ignored.test(word)) throw new UsageError(`there is no option '${word}'`)
  }
  options.encode = encode
  if (warnings.size > 0) options.optInWarnings = warnings
  options.includePaths = includePaths
  options.definedSymbols = definedSymbols
  if (listing) options.listing = listingOptions(listing.letters, listingSizes)
  return { options, inputs, output, isFatalWarnings, show, dependencyFile, format, hasStatistics, listing, showsToolsFolder, explain }
}

/** `-Wname`, `-Wno-name`, `-Wall`: the warnings that GNU as does not have. */
function chooseWarning(word: string, chosen: Set<OptInWarning>): void {
  const isOff = word.startsWith('no-')
  const name = isOff ? word.slice(3) : word
  const known = Object.keys(optInWarnings) as OptInWarning[]
  const meant = known.filter((one) => one === name || name === 'all')
  if (meant.length === 0) {
    const nearest = nearestWord(name, known)
    throw new UsageError(
      `there is no warning '${name}'${nearest ? `; did you mean -W${isOff ? 'no-' : ''}${nearest}?` : `: ${known.join(', ')}`}`,
    )
  }
  for (const one of meant) {
    if (isOff) chosen.delete(one)
    else chosen.add(one)
  }
}

function definition(text: string): { name: string; value: bigint } {
  const at = text.indexOf('=')
  const digits = text.slice(at + 1)
  if (at < 1 || !/^-?(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(digits)) throw new UsageError(`--defsym takes name=number, not '${text}'`)
  const isNegative = digits.startsWith('-')
  const plain = isNegative ? digits.slice(1) : digits
  const value = BigInt(/^0[0-7]+$/.test(plain) ? `0o${plain}` : plain)
  return { name: text.slice(0, at), value: isNegative ? -value : value }
}

/** -a's letters and --listing-…; as GNU as has them. */
function listingOptions(letters: string, sizes: ReadonlyMap<string, number>): ListingOptions {
  const has = (letter: string): boolean => letters.includes(letter)
  const wordsFirst = Math.max(1, sizes.get('lhs-width') ?? defaultListing.wordsFirst)
  return {
    omitsSkipped: has('c'),
    omitsDebugging: has('d'),
    showsHighLevel: has('h'),
    showsAssembly: has('l') || has('m') || has('h'),
    showsExpansions: has('m'),
    hasPages: !has('n'),
    showsSymbols: has('s'),
    wordsFirst,
    wordsMore: Math.max(1, sizes.get('lhs-width2') ?? wordsFirst),
    continuationLines: sizes.get('cont-lines') ?? defaultListing.continuationLines,
    sourceWidth: sizes.get('rhs-width') ?? defaultListing.sourceWidth,
  }
}

/** -march=, -mtune=, -mshared and the like. */
function machineOption(word: string, options: Mutable<AssembleOptions>, encode: Mutable<NonNullable<AssembleOptions['encode']>>): void {
  const [name, setting = ''] = word.split(/=(.*)/) as [string, string?]
  const truth = (): boolean => {
    if (setting !== 'yes' && setting !== 'no') throw new UsageError(`${name} is yes or no, not '${setting}'`)
    return setting === 'yes'
  }
  const choice = <T>(choices: Record<string, T>): T => {
    const found = choices[setting]
    if (found === undefined) throw new UsageError(`${name} is one of ${Object.keys(choices).join(', ')}, not '${setting}'`)
    return found
  }
  const alignBranches = (boundaryPower?: number, kinds?: readonly BranchKind[], prefixSize?: number): void => {
    const before = options.branchAlignment
    options.branchAlignment = {
      boundaryPower: boundaryPower ?? before?.boundaryPower ?? 0,
      kinds: new Set(kinds ?? before?.kinds ?? ['jcc', 'fused', 'jmp']),
      prefixSize: prefixSize ?? before?.prefixSize ?? 5,
    }
  }
  switch (name) {
    case '-march':
      if (setting === '') throw new UsageError('-march= needs the name of a processor')
      options.arch = setting
      return
    case '-mtune':
      if (setting === '') throw new UsageError('-mtune= needs the name of a processor')
      options.tune = setting
      return
    case '-mshared':
      options.isShared = true
      return
    case '-mrelax-relocations':
      options.relaxRelocations = truth()
      return
    case '-mx86-used-note':
      options.x86UsedNote = truth()
      return
    case '-mindex-reg':
      encode.allowIndexReg = true
      return
    case '-msse-check':
      encode.sseCheck = choice<'none' | 'warning' | 'error'>({ none: 'none', warning: 'warning', error: 'error' })
      return
    case '-moperand-check':
      encode.operandCheck = choice<'none' | 'warning' | 'error'>({ none: 'none', warning: 'warning', error: 'error' })
      return
    case '-muse-unaligned-vector-move':
      encode.unalignedVectorMove = true
      return
    case '-msse2avx':
      encode.sse2avx = true
      return
    case '-mavxscalar':
      encode.avxScalar = choice<128 | 256>({ 128: 128, 256: 256 })
      return
    case '-mvexwig':
      encode.vexW = choice<0 | 1>({ 0: 0, 1: 1 })
      return
    case '-mevexlig':
      encode.evexLength = choice<128 | 256 | 512>({ 128: 128, 256: 256, 512: 512 })
      return
    case '-mevexwig':
      encode.evexW = choice<0 | 1>({ 0: 0, 1: 1 })
      return
    case '-mevexrcig':
      encode.evexRounding = choice<'rn' | 'rd' | 'ru' | 'rz'>({ rne: 'rn', rd: 'rd', ru: 'ru', rz: 'rz' })
      return
    case '-mnaked-reg':
      options.nakedRegisters = true
      return
    case '-mmnemonic':
      if (setting !== 'att') throw new UsageError(`${word}: only AT&T mnemonics are supported`)
      return
    case '-msyntax':
      if (setting !== 'att') throw new UsageError(`${word}: only AT&T syntax is supported`)
      return
    case '-madd-bnd-prefix':
      encode.addBndPrefix = true
      return
    case '-momit-lock-prefix':
      encode.omitLockPrefix = truth()
      return
    case '-mfence-as-lock-add':
      encode.fenceAsLockAdd = truth()
      return
    case '-mlfence-after-load':
      encode.lfenceAfterLoad = truth()
      return
    case '-mlfence-before-indirect-branch': {
      const kind = choice<'all' | 'register' | 'memory' | 'none'>({ all: 'all', register: 'register', memory: 'memory', none: 'none' })
      if (kind !== 'none') encode.lfenceBeforeIndirectBranch = kind
      return
    }
    case '-mlfence-before-ret': {
      const method = choice<'or' | 'not' | 'shl' | 'none'>({ or: 'or', not: 'not', shl: 'shl', yes: 'shl', none: 'none' })
      if (method !== 'none') encode.lfenceBeforeRet = method
      return
    }
    case '-mamd64':
      encode.isa64 = 'amd64'
      return
    case '-mintel64':
      encode.isa64 = 'intel64'
      return
    case '-malign-branch-boundary': {
      const boundary = Number(setting)
      if (setting === '' || !(boundary === 0 || (boundary >= 16 && boundary <= 0x800000 && Number.isInteger(Math.log2(boundary)))))
        throw new UsageError(`-malign-branch-boundary is 0 or a power of two from 16 on, not '${setting}'`)
      alignBranches(boundary === 0 ? 0 : Math.log2(boundary))
      return
    }
    case '-malign-branch': {
      const names = setting.split('+')
      const wrong = names.find((kind) => !(branchKinds as readonly string[]).includes(kind))
      if (wrong !== undefined) throw new UsageError(`-malign-branch takes ${branchKinds.join(', ')}, joined by '+', not '${wrong}'`)
      alignBranches(
        undefined,
        branchKinds.filter((kind) => names.includes(kind)),
      )
      return
    }
    case '-malign-branch-prefix-size':
      if (!/^[0-5]$/.test(setting)) throw new UsageError(`-malign-branch-prefix-size is a number from 0 to 5, not '${setting}'`)
      alignBranches(undefined, undefined, Number(setting))
      return
    case '-mbranches-within-32B-boundaries':
      alignBranches(5, ['jcc', 'fused', 'jmp'], 5)
      return
    default:
      throw new UsageError(`there is no option '${word}'`)
  }
}
