// The words of a kasm command, as gcc takes them.
// Enters: the words, @files already replaced. Leaves: what is to be done, as data, or a UsageError.

import { type DiagnosticsFormat, diagnosticsFormats, UsageError } from '@kernelbox/cli'
import { nearestWord } from '@kernelbox/diagnostics'
import type { CommandLineMacro } from '@kernelbox/preprocessor'
import { isHarmless, type OptionRow, optionTable } from './option-table.ts'
import { type WarningChoice, warningChoice } from './warning-choice.ts'

export type Language = 'assembler-with-cpp' | 'assembler'

/** A source to be assembled, or something that goes to the linker at this place of the command line. */
export type KasmInput =
  | { readonly kind: 'source'; readonly path: string; readonly language: Language }
  | { readonly kind: 'linker'; readonly words: readonly string[] }

export type Goal = 'link' | 'object' | 'preprocess'

export interface MakeRule {
  /** Only the rule is wanted: -M, -MM. */
  readonly isOnly: boolean
  readonly withoutSystem: boolean
  readonly file: string | undefined
  readonly targets: readonly { readonly name: string; readonly isQuoted: boolean }[]
  readonly phonyTargets: boolean
  readonly allowsMissing: boolean
}

export interface KasmCommand {
  readonly goal: Goal
  readonly inputs: readonly KasmInput[]
  readonly output: string | undefined
  readonly bits: 16 | 32 | 64
  readonly x32: boolean
  /** -m16, -m32, -m64 or -mx32 was given. */
  readonly hasMachine: boolean
  readonly macros: readonly CommandLineMacro[]
  readonly includeFolders: readonly string[]
  /** Stands before the standard folders. */
  readonly sysroot: string
  readonly quoteFolders: readonly string[]
  readonly systemFolders: readonly string[]
  readonly afterFolders: readonly string[]
  readonly includeFiles: readonly string[]
  readonly macroFiles: readonly string[]
  readonly flags: ReadonlySet<string>
  readonly dump: 'M' | 'D' | 'N' | 'I' | 'U' | undefined
  readonly rule: MakeRule | undefined
  readonly assemblerWords: readonly string[]
  /** gcc's words for the compiler, of which some change what is predefined. */
  readonly compilerWords: readonly string[]
  /** A script was given, so the built-in layout is not used. */
  readonly hasScript: boolean
  readonly warnings: WarningChoice
  readonly diagnosticsFormat: DiagnosticsFormat
}

/** `--help` and its like: something to be printed, nothing to be made. */
export type Request = 'help' | 'version' | 'tools-folder' | 'dump-version' | 'dump-machine'

const exact = new Map<string, OptionRow>()
/** Words whose argument may be joined, longest first, so that -iquote is not read as -i. */
const joinable: OptionRow[] = []
for (const row of optionTable) {
  exact.set(row.word, row)
  if (row.form === 'either' || row.form === 'joined') joinable.push(row)
}
joinable.sort((a, b) => b.word.length - a.word.length)

const languages = new Set(['assembler-with-cpp', 'assembler', 'none'])
const compiledSuffix = /\.(?:c|cc|cp|cxx|cpp|CPP|c\+\+|C|m|mm|i|ii|f|for|f90|F|go|d|adb|ads|h|hh|hpp)$/

export function parseCommandLine(words: readonly string[]): KasmCommand | Request {
  const inputs: KasmInput[] = []
  const macros: CommandLineMacro[] = []
  const lists: Record<string, string[]> = { '-I': [], '-iquote': [], '-isystem': [], '-idirafter': [], '-include': [], '-imacros': [] }
  const flags = new Set<string>()
  const assemblerWords: string[] = []
  const compilerWords: string[] = []
  const targets: { name: string; isQuoted: boolean }[] = []
  let language: Language | undefined
  let output: string | undefined
  let bits: 16 | 32 | 64 = 64
  let x32 = false
  let hasMachine = false
  let dump: KasmCommand['dump']
  let ruleFile: string | undefined
  let hasScript = false
  let sysroot = ''
  let prefix = ''
  let request: Request | undefined
  let diagnosticsFormat: DiagnosticsFormat = 'text'
  const toLinker = (...linkerWords: string[]) => {
    inputs.push({ kind: 'linker', words: linkerWords })
    if (
      linkerWords.some(
        (word) =>
          word === '-T' || /^(?:-T(?!text=|data=|bss=|\w+-segment=).|--script\b|-dT|--default-script\b|-r$|--relocatable$)/.test(word),
      )
    )
      hasScript = true
  }

  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string
    if (word === '-' || !word.startsWith('-')) {
      addInput(word)
      continue
    }
    const found = find(word)
    if (!found) {
      if (isHarmless(word)) {
        if (/^-g(?!0)/.test(word)) flags.add('-g')
        compilerWords.push(word)
        continue
      }
      throw unknownOption(word)
    }
    const { row } = found
    let value = found.value ?? ''
    if (found.value === undefined && row.form !== 'none') {
      if (i + 1 >= words.length)
        throw new UsageError(`'${word}' needs ${row.argument === undefined ? 'an argument' : `a ${row.argument}`} behind it`)
      value = words[++i] as string
    }
    apply(row.word, value)
  }
  if (request) return request

  function addInput(path: string): void {
    if (language) inputs.push({ kind: 'source', path, language })
    else if (path === '-') {
      if (!flags.has('-E') && !words.includes('-E')) throw new UsageError("standard input ('-') needs -E, or -x to say what it holds")
      inputs.push({ kind: 'source', path, language: 'assembler-with-cpp' })
    } else if (/\.(?:S|sx)$/.test(path)) inputs.push({ kind: 'source', path, language: 'assembler-with-cpp' })
    else if (path.endsWith('.s')) inputs.push({ kind: 'source', path, language: 'assembler' })
    else if (compiledSuffix.test(path)) {
      throw new UsageError(`${path}: kasm assembles and does not compile; -x assembler-with-cpp takes the file as assembler source`)
    } else inputs.push({ kind: 'linker', words: [path] })
  }

  function apply(word: string, value: string): void {
    switch (word) {
      case '-o':
        output = value
        return
      case '-x':
        if (!languages.has(value)) throw new UsageError(`-x ${value}: kasm knows the languages assembler-with-cpp, assembler and none`)
        language = value === 'none' ? undefined : (value as Language)
        return
      case '-m16':
      case '-m32':
      case '-m64':
        bits = Number(word.slice(2)) as 16 | 32 | 64
        x32 = false
        hasMachine = true
        return
      case '-mx32':
        bits = 64
        x32 = true
        hasMachine = true
        return
      case '-D':
        macros.push({ kind: 'define', text: value })
        return
      case '-U':
        macros.push({ kind: 'undefine', text: value })
        return
      case '-A':
        macros.push({ kind: 'assert', text: value })
        return
      case '-dM':
      case '-dD':
      case '-dN':
      case '-dI':
      case '-dU':
        dump = word[2] as KasmCommand['dump']
        return
      case '-isysroot':
      case '--sysroot':
      case '--sysroot=':
        sysroot = value.replace(/\/+$/, '')
        return
      case '-iprefix':
        prefix = value
        return
      case '-iwithprefix':
        lists['-idirafter']?.push(prefix + value)
        return
      case '-iwithprefixbefore':
        lists['-I']?.push(prefix + value)
        return
      case '-traditional-cpp':
      case '-traditional':
        throw new UsageError(`${word}: kasm's preprocessor reads ISO C's language, not that from before the standard`)
      case '-MF':
        ruleFile = value
        return
      case '-MT':
      case '-MQ':
        targets.push({ name: value, isQuoted: word === '-MQ' })
        return
      case '-Wp,':
        preprocessorWords(value.split(','))
        return
      case '-Xpreprocessor':
        preprocessorWords([value])
        return
      case '-Wa,':
        assemblerWords.push(...value.split(','))
        return
      case '-Xassembler':
        assemblerWords.push(value)
        return
      case '-Wl,':
        toLinker(...value.split(','))
        return
      case '-Xlinker':
        toLinker(value)
        return
      case '-T':
        // -Ttext=0x7c00 and kin are ld's words; everything else names a script.
        if (/^(?:text|data|bss|rodata-segment|text-segment|ldata-segment)=/.test(value)) toLinker(`-T${value}`)
        else toLinker('-T', value)
        return
      case '-L':
      case '-l':
      case '-e':
      case '-u':
      case '-z':
        toLinker(word === '-L' || word === '-l' ? `${word}${value}` : word, ...(word === '-L' || word === '-l' ? [] : [value]))
        return
      case '-r':
      case '-s':
        toLinker(word)
        return
      case '--save-temps':
        flags.add('-save-temps')
        return
      case '--diagnostics-format':
      case '--diagnostics-format=': {
        const format = diagnosticsFormats.find((name) => name === value)
        if (!format) throw new UsageError(`--diagnostics-format ${value}: ${diagnosticsFormats.join(', ')} are known`)
        diagnosticsFormat = format
        return
      }
      case '--help':
        request = 'help'
        return
      case '--version':
        request ??= 'version'
        return
      case '--print-tools-dir':
        request ??= 'tools-folder'
        return
      case '-dumpversion':
      case '-dumpfullversion':
        request ??= 'dump-version'
        return
      case '-dumpmachine':
        request ??= 'dump-machine'
        return
      default:
        if (lists[word]) lists[word].push(value)
        else flags.add(word)
    }
  }

  function preprocessorWords(given: readonly string[]): void {
    for (let i = 0; i < given.length; i++) {
      const word = given[i] as string
      // -Wp,-MD,file: cpp itself takes the file as the argument.
      if ((word === '-MD' || word === '-MMD') && i + 1 < given.length) {
        flags.add(word)
        ruleFile = given[++i]
        continue
      }
      const found = find(word)
      if (!found) {
        if (isHarmless(word)) {
          compilerWords.push(word)
          continue
        }
        throw unknownOption(word)
      }
      apply(found.row.word, found.value ?? (found.row.form === 'none' ? '' : (given[++i] ?? '')))
    }
  }

  const isRuleOnly = flags.has('-M') || flags.has('-MM')
  const wantsRule = isRuleOnly || flags.has('-MD') || flags.has('-MMD')
  const goal: Goal = isRuleOnly || flags.has('-E') || flags.has('-S') ? 'preprocess' : flags.has('-c') ? 'object' : 'link'
  const sources = inputs.filter((input) => input.kind === 'source')
  const isAnyInput = inputs.some((input) => input.kind === 'source' || input.words.some((word) => !word.startsWith('-')))
  if (!isAnyInput && !(flags.has('-v') && inputs.length === 0)) throw new UsageError('no input files')
  if (goal !== 'link' && output !== undefined && sources.length > 1) {
    throw new UsageError(`-o ${output} with -c, -S or -E takes one source, and there are ${sources.length}`)
  }
  return {
    goal,
    inputs,
    output,
    bits,
    x32,
    hasMachine,
    macros,
    includeFolders: lists['-I'] as string[],
    quoteFolders: lists['-iquote'] as string[],
    systemFolders: lists['-isystem'] as string[],
    afterFolders: lists['-idirafter'] as string[],
    includeFiles: lists['-include'] as string[],
    macroFiles: lists['-imacros'] as string[],
    flags,
    dump,
    rule: wantsRule
      ? {
          isOnly: isRuleOnly,
          withoutSystem: flags.has('-MM') || flags.has('-MMD'),
          file: ruleFile,
          targets,
          phonyTargets: flags.has('-MP'),
          allowsMissing: flags.has('-MG'),
        }
      : undefined,
    assemblerWords,
    compilerWords,
    hasScript,
    // A rule for make is all that is wanted: gcc's -M silences warnings.
    warnings: warningChoice(compilerWords, flags.has('-w') || isRuleOnly, flags.has('-Werror')),
    sysroot,
    diagnosticsFormat,
  }
}

/** The row of a word, and the argument that is joined to it. */
function find(word: string): { row: OptionRow; value?: string } | undefined {
  const row = exact.get(word)
  if (row && row.form !== 'joined') return { row }
  for (const candidate of joinable) {
    if (word.length > candidate.word.length && word.startsWith(candidate.word)) {
      // A word of the compiler may begin like an option of one letter with its argument joined.
      if (candidate.word.length === 2 && isHarmless(word)) continue
      return { row: candidate, value: word.slice(candidate.word.length) }
    }
  }
  return row && row.form === 'joined' ? { row, value: '' } : undefined
}

function unknownOption(word: string): UsageError {
  const known = [...exact.keys(), '-ffreestanding', '-fno-pic', '-O2', '-Wall', '-static', '-no-pie', '-pipe']
  // A letter is one edit away from every other: it says no more than how a long word may begin.
  const near = word.length > 2 ? nearestWord(word, known) : known.find((long) => long.startsWith(`-${word}`))
  return new UsageError(`unrecognized command-line option '${word}'${near === undefined ? '' : `; did you mean '${near}'?`}`)
}
