// The command line of GNU as for x86 ELF. Enters: words. Leaves: options of the assembler, inputs, the output.
// GNU as manual §1 "Overview", §9.16.1 "Options".

import { type AssembleOptions, type OptInWarning, optInWarnings, defaultListing, type ListingOptions } from '@kernelbox/assembler'
import { type DiagnosticsFormat, UsageError } from '@kernelbox/cli'
import { nearestWord } from '@kernelbox/diagnostics'
import type { DebugCompression } from '@kernelbox/elf'
import { kasOptionNames } from './kas-option-names.ts'
import { readWords } from './long-options.ts'
import { type Mutable, isMachineOption, machineOption, settingOf } from './machine-options.ts'

export interface KasCommand {
  readonly options: AssembleOptions
  readonly inputs: readonly string[]
  readonly output: string
  readonly isFatalWarnings: boolean
  readonly show: 'help' | 'version' | 'configuration' | undefined
  /** -v: the version, and go on. */
  readonly tellsVersion: boolean
  readonly dependencyFile: string | undefined
  readonly format: DiagnosticsFormat
  readonly hasStatistics: boolean
  /** --compress-debug-sections */
  readonly compression: DebugCompression | 'none'
  /** What is taken and needs a word. */
  readonly remarks: readonly string[]
  /** Letters of -a and the file of `-a…=file`. */
  readonly listing: { readonly letters: string; readonly file: string | undefined } | undefined
  readonly showsToolsFolder: boolean
  /** --explain: instructions to explain in place of assembling files. */
  readonly explain: string | undefined
}

/** Reads words as `kas` does. `base` is what the caller has set already (kasm's -Wa,…). */
export function parseKasWords(words: readonly string[], base: AssembleOptions = {}): KasCommand {
  const options: Mutable<AssembleOptions> = { ...base }
  const encode: Mutable<NonNullable<AssembleOptions['encode']>> = { ...base.encode }
  const includePaths: string[] = [...(base.includePaths ?? [])]
  const definedSymbols = [...(base.definedSymbols ?? [])]
  const prefixMaps: { readonly from: string; readonly to: string }[] = []
  const inputs: string[] = []
  const remarks: string[] = []
  const command: Mutable<Omit<KasCommand, 'options' | 'inputs' | 'remarks'>> = {
    output: 'a.out',
    isFatalWarnings: false,
    show: undefined,
    tellsVersion: false,
    dependencyFile: undefined,
    format: 'text',
    hasStatistics: false,
    compression: 'none',
    listing: undefined,
    showsToolsFolder: false,
    explain: undefined,
  }
  const listingSizes = new Map<string, number>()
  const warnings = new Set(base.optInWarnings)
  const addListing = (value = 'hls'): void => {
    const [letters = '', file] = value.split(/=(.*)/s)
    const wrong = /[^cdghlmns]/.exec(letters)
    if (wrong) throw new UsageError(`-a takes the letters c, d, g, h, l, m, n and s, not '${wrong[0]}'`)
    command.listing = { letters: (command.listing?.letters ?? '') + (letters || 'hls'), file: file ?? command.listing?.file }
  }
  for (const word of readWords(words, kasOptionNames)) {
    if ('operand' in word) {
      inputs.push(word.operand)
      continue
    }
    const { name, value = '' } = word
    if (isMachineOption(name)) {
      machineOption(name, value, options, encode)
      continue
    }
    switch (name) {
      case 'o':
        command.output = value
        break
      case 'I':
        includePaths.push(value)
        break
      case '32':
        options.mode = 32
        options.x32 = false
        break
      case '64':
        options.mode = 64
        options.x32 = false
        break
      case 'x32':
        options.mode = 64
        options.x32 = true
        break
      case 'defsym':
        definedSymbols.push(definition(value, remarks))
        break
      case 'W':
        if (value === '') options.noWarnings = true
        else chooseWarning(value, warnings)
        break
      case 'no-warn':
        options.noWarnings = true
        break
      case 'warn':
        options.noWarnings = false
        command.isFatalWarnings = false
        break
      case 'fatal-warnings':
        options.noWarnings = false
        command.isFatalWarnings = true
        break
      case 'L':
      case 'keep-locals':
        options.keepLocals = true
        break
      case 'strip-local-absolute':
        options.stripLocalAbsolute = true
        break
      case 'n':
        options.plainNops = true
        break
      case 'Z':
        options.keepGoing = true
        break
      case 'alternate':
        options.alternateMacros = true
        break
      case 'help':
      case 'target-help':
        command.show = 'help'
        break
      case 'version':
        command.show = 'version'
        break
      case 'dump-config':
        command.show = 'configuration'
        break
      case 'v':
        if (value === 'ersion') command.show = 'version'
        else command.tellsVersion = true
        break
      case 'V':
      case 'verbose':
        command.tellsVersion = true
        break
      case 'statistics':
        command.hasStatistics = true
        break
      case 'MD':
        command.dependencyFile = value
        break
      case 'execstack':
        options.stack = 'executable'
        break
      case 'noexecstack':
        options.stack = 'not-executable'
        break
      case 'M':
      case 'mri':
        throw new UsageError('-M, --mri: the syntax of MRI assemblers is not supported (nor is it by GNU as for x86)')
      case 'emulation':
        throw new UsageError('--emulation: choose with --32, --64 or --x32')
      case 'debug-prefix-map':
        prefixMaps.push(prefixMap(value))
        break
      case 'diagnostics-format':
        command.format = settingOf('--diagnostics-format', value, { text: 'text', json: 'json', sarif: 'sarif' })
        break
      case 'print-tools-dir':
        command.showsToolsFolder = true
        break
      case 'explain':
        command.explain = value
        break
      case 'a':
      case 'al':
        // `-al=FILE` is read as the long name `al`.
        addListing(name === 'al' ? `l${value === '' ? '' : `=${value}`}` : value || undefined)
        break
      case 'listing-lhs-width':
      case 'listing-lhs-width2':
      case 'listing-rhs-width':
      case 'listing-cont-lines':
        listingSizes.set(name.slice('listing-'.length), Math.max(0, Number.parseInt(value, 10) || 0))
        break
      case 'g':
        if (value !== '') throw new UsageError(`there is no option '-g${value}'; -g takes no level`)
        options.debugLines = { format: 'dwarf', version: options.debugLines?.version ?? 2 }
        break
      case 'gen-debug':
        options.debugLines = { format: 'dwarf', version: options.debugLines?.version ?? 2 }
        break
      case 'gdwarf2':
      case 'gdwarf-2':
      case 'gdwarf-3':
      case 'gdwarf-4':
      case 'gdwarf-5':
        options.debugLines = { format: 'dwarf', version: Number(name.at(-1)) }
        break
      case 'gdwarf-sections':
        remarks.push('--gdwarf-sections has no effect yet: there is one .debug_line')
        break
      case 'gdwarf-cie-version': {
        const version = Number.parseInt(value, 10)
        if (version !== 1 && version !== 3 && version !== 4) throw new UsageError(`--gdwarf-cie-version is 1, 3 or 4, not '${value}'`)
        options.cieVersion = version
        break
      }
      case 'gsframe':
        options.sframe = true
        break
      case 'gstabs':
        options.debugLines = { format: 'stabs' }
        break
      case 'gstabs+':
        options.debugLines = { format: 'stabs', hasGnuExtensions: true }
        break
      case 'elf-stt-common':
        options.usesCommonType = settingOf('--elf-stt-common', value, { yes: true, no: false })
        break
      case 'size-check':
        options.hasLenientSizes = settingOf('--size-check', value, { error: false, warning: true })
        break
      case 'generate-missing-build-notes':
        if (settingOf('--generate-missing-build-notes', value, { yes: true, no: false }))
          remarks.push('--generate-missing-build-notes has no effect yet')
        break
      case 'multibyte-handling':
        // Names and strings may have any bytes; nothing is said of them yet.
        settingOf('--multibyte-handling', value, { allow: 0, warn: 1, 'warn-sym-only': 2, warn_sym_only: 2 })
        break
      case 'sectname-subst':
        options.substitutesSectionNames = true
        break
      case 'compress-debug-sections': {
        const kind = settingOf<DebugCompression | 'none' | 'zstd'>('--compress-debug-sections', value === '' ? 'zlib' : value, {
          none: 'none',
          zlib: 'zlib',
          'zlib-gabi': 'zlib',
          'zlib-gnu': 'zlib-gnu',
          zstd: 'zstd',
        })
        if (kind === 'zstd') throw new UsageError('--compress-debug-sections=zstd is not supported; zlib and zlib-gnu are')
        command.compression = kind
        break
      }
      case 'nocompress-debug-sections':
        command.compression = 'none'
        break
      case 'O':
        encode.optimize = value === '' ? 1 : value === 's' ? 's' : optimization(value)
        break
      case 'Q':
        if (!/^[yn]/.test(value)) throw new UsageError(`there is no option '-Q${value}'; -Qy and -Qn are taken without effect`)
        break
      default:
        // The others of kas-option-names.ts say nothing to an x86 ELF object: -D, -f, -J, -k, -q, -R, -s, -w, -X, --divide,
        // --hash-size, --nocpp, --no-pad-sections, --reduce-memory-overheads, --traditional-format.
        break
    }
  }
  options.encode = encode
  if (warnings.size > 0) options.optInWarnings = warnings
  if (prefixMaps.length > 0) options.prefixMaps = prefixMaps
  options.includePaths = includePaths
  options.definedSymbols = definedSymbols
  if (command.listing) options.listing = listingOptions(command.listing.letters, listingSizes)
  return { ...command, options, inputs, remarks }
}

/** `-O5` is as `-O2`, and what is no number is 0, as GNU as reads it. */
function optimization(value: string): 0 | 1 | 2 {
  const number = Number.parseInt(value, 10) || 0
  return number <= 0 ? 0 : number === 1 ? 1 : 2
}

function prefixMap(text: string): { from: string; to: string } {
  const at = text.indexOf('=')
  if (at < 0) throw new UsageError(`--debug-prefix-map takes OLD=NEW, not '${text}'`)
  return { from: text.slice(0, at), to: text.slice(at + 1) }
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

/** `name=number`; GNU as reads as much of a number as there is, and 0 where there is none. */
function definition(text: string, remarks: string[]): { name: string; value: bigint } {
  const at = text.indexOf('=')
  if (at < 0) throw new UsageError(`--defsym takes name=number, not '${text}'`)
  const digits = text.slice(at + 1)
  const [read = '', sign = '', number = ''] = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|[0-9]+)/.exec(digits) ?? []
  const octal = /^0[0-7]*/.exec(number)?.[0]
  const used = number.startsWith('0') && !/^0[xX]/.test(number) ? (octal ?? '0') : number
  const value = used === '' ? 0n : BigInt(/^0[0-7]+$/.test(used) ? `0o${used.slice(1)}` : used)
  if (read.length !== digits.length || used !== number) {
    remarks.push(`--defsym ${text}: '${digits}' is not a number; ${sign}${used === '' ? 0 : used} is taken, as GNU as does`)
  }
  return { name: text.slice(0, at), value: sign === '-' ? -value : value }
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
