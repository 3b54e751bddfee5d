// GNU ld's command line as link options.
// Enters: words, `@file` already expanded. Leaves: options, inputs in order, and what is left to the command (output file,
// map, help). Pure, so that kld, kasm's -Wl, and tools in a browser share it. GNU ld manual §2.1: long options take one or
// two dashes (those that begin with `o` two), values stand joined by `=` or as the next word.

import type { Emulation, LinkGroup, LinkInput, LinkOptions, OutputFormat } from '../options.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export interface LdCommand {
  readonly options: Mutable<Omit<LinkOptions, 'inputs' | 'script' | 'files'>>
  readonly inputs: (LinkInput | LinkGroup)[]
  /** -T; the command reads it. */
  scriptName: string | undefined
  /** -o. */
  outputName: string | undefined
  /** -Map; `-` for standard output, as -M. */
  mapName: string | undefined
  printMemoryUsage: boolean
  wantsHelp: boolean
  /** `--version` and `-v`: one line; `-V`: the emulations too. */
  wantsVersion: 'line' | 'emulations' | undefined
  /** `--verbose`: the script in force. */
  wantsScript: boolean
  diagnosticsFormat: string | undefined
  /** Faults of the command line, each a sentence. */
  readonly faults: string[]
}

/** How an option takes its value: none, the next word or joined by `=`, joined directly (short), optionally by `=`. */
type Arity = 'none' | 'value' | 'optional'

interface Rule {
  readonly arity: Arity
  readonly apply: (state: State, value: string) => void
}

class State {
  readonly command: LdCommand
  isWhole = false
  /** --push-state. */
  readonly savedIsWhole: boolean[] = []
  isBinary = false
  group: LinkInput[] | undefined

  constructor() {
    this.command = {
      options: { searchFolders: [], defsym: [], undefinedSymbols: [], z: [], wrap: [], sectionStarts: new Map(), segmentStarts: new Map() },
      inputs: [],
      scriptName: undefined,
      outputName: undefined,
      mapName: undefined,
      printMemoryUsage: false,
      wantsHelp: false,
      wantsVersion: undefined,
      wantsScript: false,
      diagnosticsFormat: undefined,
      faults: [],
    }
  }

  input(input: LinkInput): void {
    const full = { ...input, ...(this.isWhole && { wholeArchive: true }), ...(this.isBinary && { isBinary: true }) }
    if (this.group) this.group.push(full)
    else this.command.inputs.push(full)
  }

  fault(message: string): void {
    this.command.faults.push(message)
  }
}

type Options = LdCommand['options']

function push(state: State, key: 'searchFolders' | 'defsym' | 'undefinedSymbols' | 'z' | 'wrap', value: string): void {
  ;(state.command.options[key] as string[]).push(value)
}

const ignore: Rule = { arity: 'none', apply: () => {} }
const ignoreValue: Rule = { arity: 'value', apply: () => {} }
const flag = (apply: (options: Options, state: State) => void): Rule => ({
  arity: 'none',
  apply: (state) => apply(state.command.options, state),
})
const value = (apply: (state: State, value: string) => void): Rule => ({ arity: 'value', apply })
const sectionStart = (name: string): Rule => value((state, text) => setStart(state, 'sectionStarts', name, text))
const segmentStart = (name: string): Rule => value((state, text) => setStart(state, 'segmentStarts', name, text))

function setStart(state: State, key: 'sectionStarts' | 'segmentStarts', name: string, text: string): void {
  // These are hexadecimal, with or without 0x (manual, -Ttext).
  if (!/^(?:0x)?[0-9a-f]+$/i.test(text)) return state.fault(`${text} is not a hexadecimal address (for ${name})`)
  const address = BigInt(/^0x/i.test(text) ? text : `0x${text}`)
  ;(state.command.options[key] as Map<string, bigint>).set(name, address)
}

const emulations: ReadonlySet<string> = new Set(['elf_i386', 'elf_x86_64', 'elf32_x86_64'])
const emulationAliases: ReadonlyMap<string, Emulation> = new Map([['elf_iamcu', 'elf_i386']])
const outputFormats: ReadonlySet<string> = new Set(['elf32-i386', 'elf64-x86-64', 'elf32-x86-64', 'binary', 'ihex', 'srec', 'verilog'])

/** Zero stands for the default. */
function isPageSize(text: string): boolean {
  if (!/^(?:0x[0-9a-f]+|\d+)$/i.test(text)) return false
  const size = BigInt(text)
  return (size & (size - 1n)) === 0n
}

const sharedRefusal = (state: State) => state.fault('shared libraries are not supported: link statically')

function nameScript(state: State, name: string): void {
  const { command } = state
  command.scriptName = name
  command.options.scriptPosition = command.inputs.length
}

const rules: Readonly<Record<string, Rule>> = {
  T: value((state, text) => nameScript(state, text)),
  script: value((state, text) => nameScript(state, text)),
  'default-script': value((state, text) => {
    state.command.scriptName ??= text
  }),
  dT: value((state, text) => {
    state.command.scriptName ??= text
  }),
  o: value((state, text) => {
    state.command.outputName = text
  }),
  output: value((state, text) => {
    state.command.outputName = text
  }),
  e: value((state, text) => {
    state.command.options.entry = text
  }),
  entry: value((state, text) => {
    state.command.options.entry = text
  }),
  m: value((state, text) => {
    const emulation = emulationAliases.get(text) ?? (emulations.has(text) ? (text as Emulation) : undefined)
    if (emulation) state.command.options.emulation = emulation
    else state.fault(`unrecognised emulation mode: ${text}; supported are ${[...emulations].join(' ')}`)
  }),
  oformat: value((state, text) => {
    if (outputFormats.has(text)) state.command.options.outputFormat = text as OutputFormat
    else state.fault(`output format '${text}' is not known; known are ${[...outputFormats].join(', ')}`)
  }),
  b: value((state, text) => inputFormat(state, text)),
  format: value((state, text) => inputFormat(state, text)),
  L: value((state, text) => push(state, 'searchFolders', text)),
  'library-path': value((state, text) => push(state, 'searchFolders', text)),
  l: value((state, text) => state.input({ name: text, isLibrary: true })),
  library: value((state, text) => state.input({ name: text, isLibrary: true })),
  R: value((state, text) => state.input({ name: text, justSymbols: true })),
  'just-symbols': value((state, text) => state.input({ name: text, justSymbols: true })),
  u: value((state, text) => push(state, 'undefinedSymbols', text)),
  undefined: value((state, text) => push(state, 'undefinedSymbols', text)),
  'require-defined': value((state, text) => push(state, 'undefinedSymbols', text)),
  defsym: value((state, text) => push(state, 'defsym', text)),
  z: value((state, text) => {
    const size = /^(max|common)-page-size=(.*)$/.exec(text)
    if (size && !isPageSize(size[2] as string)) {
      return state.fault(`invalid ${size[1] === 'max' ? 'maximum' : 'common'} page size ${size[2]}: a power of two is needed`)
    }
    push(state, 'z', text)
  }),
  wrap: value((state, text) => push(state, 'wrap', text)),
  Ttext: sectionStart('.text'),
  Tdata: sectionStart('.data'),
  Tbss: sectionStart('.bss'),
  'Ttext-segment': segmentStart('text-segment'),
  'Trodata-segment': segmentStart('rodata-segment'),
  'Tldata-segment': segmentStart('ldata-segment'),
  'section-start': value((state, text) => {
    const at = text.lastIndexOf('=')
    if (at < 1) state.fault(`--section-start ${text}: expected SECTION=ADDRESS`)
    else setStart(state, 'sectionStarts', text.slice(0, at), text.slice(at + 1))
  }),
  r: flag((options) => {
    options.relocatable = true
  }),
  i: flag((options) => {
    options.relocatable = true
  }),
  relocatable: flag((options) => {
    options.relocatable = true
  }),
  Ur: flag((options) => {
    options.relocatable = true
  }),
  'force-group-allocation': flag((options) => {
    options.forceGroupAllocation = true
  }),
  'hash-style': value((state, text) => {
    if (text === 'sysv' || text === 'gnu' || text === 'both') state.command.options.hashStyle = text
    else state.fault(`--hash-style=${text}: expected sysv, gnu or both`)
  }),
  'gc-sections': flag((options) => {
    options.gcSections = true
  }),
  'no-gc-sections': flag((options) => {
    options.gcSections = false
  }),
  'print-gc-sections': flag((options) => {
    options.printGcSections = true
  }),
  'no-print-gc-sections': flag((options) => {
    options.printGcSections = false
  }),
  'gc-keep-exported': flag((options) => {
    options.gcKeepExported = true
  }),
  n: flag((options) => {
    options.paging = 'nmagic'
  }),
  nmagic: flag((options) => {
    options.paging = 'nmagic'
  }),
  N: flag((options) => {
    options.paging = 'omagic'
  }),
  omagic: flag((options) => {
    options.paging = 'omagic'
  }),
  'no-omagic': flag((options) => {
    delete options.paging
  }),
  s: flag((options) => {
    options.strip = 'all'
  }),
  'strip-all': flag((options) => {
    options.strip = 'all'
  }),
  S: flag((options) => {
    options.strip = 'debug'
  }),
  'strip-debug': flag((options) => {
    options.strip = 'debug'
  }),
  x: flag((options) => {
    options.discardLocals = 'all'
  }),
  'discard-all': flag((options) => {
    options.discardLocals = 'all'
  }),
  X: flag((options) => {
    options.discardLocals = 'temporary'
  }),
  'discard-locals': flag((options) => {
    options.discardLocals = 'temporary'
  }),
  'discard-none': flag((options) => {
    delete options.discardLocals
  }),
  q: flag((options) => {
    options.emitRelocations = true
  }),
  'emit-relocs': flag((options) => {
    options.emitRelocations = true
  }),
  d: flag((options) => {
    options.defineCommon = true
  }),
  dc: flag((options) => {
    options.defineCommon = true
  }),
  dp: flag((options) => {
    options.defineCommon = true
  }),
  'define-common': flag((options) => {
    options.defineCommon = true
  }),
  'allow-multiple-definition': flag((options) => {
    options.allowMultipleDefinition = true
  }),
  'noinhibit-exec': flag((options) => {
    options.noInhibitExec = true
  }),
  'warn-unresolved-symbols': flag((options) => {
    options.unresolvedSymbols = 'warn'
  }),
  'error-unresolved-symbols': flag((options) => {
    options.unresolvedSymbols = 'error'
  }),
  'unresolved-symbols': value((state, text) => {
    if (text === 'ignore-all' || text === 'ignore-in-object-files') state.command.options.unresolvedSymbols = 'ignore'
    else if (text === 'report-all' || text === 'ignore-in-shared-libs') state.command.options.unresolvedSymbols = 'error'
    else state.fault(`--unresolved-symbols=${text}: not a method`)
  }),
  'no-undefined': ignore,
  'allow-shlib-undefined': ignore,
  'no-allow-shlib-undefined': ignore,
  'orphan-handling': value((state, text) => {
    if (text === 'place' || text === 'warn' || text === 'error' || text === 'discard') state.command.options.orphanHandling = text
    else state.fault(`--orphan-handling=${text}: expected place, warn, error or discard`)
  }),
  'warn-common': flag((options) => {
    options.warnCommon = true
  }),
  'fatal-warnings': flag((options) => {
    options.fatalWarnings = true
  }),
  'no-fatal-warnings': flag((options) => {
    options.fatalWarnings = false
  }),
  w: flag((options) => {
    options.noWarnings = true
  }),
  'no-warnings': flag((options) => {
    options.noWarnings = true
  }),
  'sort-common': {
    arity: 'optional',
    apply: (state, text) => {
      state.command.options.sortCommon = text === 'ascending' ? 'ascending' : 'descending'
    },
  },
  'sort-section': value((state, text) => {
    if (text === 'name' || text === 'alignment') state.command.options.sortSection = text
    else state.fault(`--sort-section=${text}: expected name or alignment`)
  }),
  'eh-frame-hdr': flag((options) => {
    options.ehFrameHeader = true
  }),
  'no-eh-frame-hdr': flag((options) => {
    options.ehFrameHeader = false
  }),
  'build-id': {
    arity: 'optional',
    apply: (state, text) => {
      if (text === 'none') delete state.command.options.buildId
      else state.command.options.buildId = text === '' ? 'sha1' : text
    },
  },
  'enable-non-contiguous-regions': flag((options) => {
    options.nonContiguousRegions = true
  }),
  'check-sections': flag((options) => {
    options.checkSections = true
  }),
  'no-check-sections': flag((options) => {
    options.checkSections = false
  }),
  'max-gap': value((state, text) => {
    const size = parseSize(text)
    if (size === undefined) state.fault(`--max-gap=${text}: expected a number of bytes`)
    else state.command.options.maxGapInBytes = size
  }),
  'gap-fill': value((state, text) => {
    const byte = parseSize(text)
    if (byte === undefined) state.fault(`--gap-fill=${text}: expected a byte`)
    else state.command.options.gapFill = byte & 255
  }),
  O: { arity: 'optional', apply: () => {} },
  Map: value((state, text) => {
    state.command.mapName = text
    state.command.options.wantsMap = true
  }),
  M: flag((options, state) => {
    state.command.mapName = '-'
    options.wantsMap = true
  }),
  'print-map': flag((options, state) => {
    state.command.mapName = '-'
    options.wantsMap = true
  }),
  cref: flag((options) => {
    options.wantsCref = true
  }),
  'print-memory-usage': flag((_, state) => {
    state.command.printMemoryUsage = true
  }),
  'whole-archive': flag((_, state) => {
    state.isWhole = true
  }),
  'no-whole-archive': flag((_, state) => {
    state.isWhole = false
  }),
  'push-state': flag((_, state) => void state.savedIsWhole.push(state.isWhole)),
  'pop-state': flag((_, state) => {
    const saved = state.savedIsWhole.pop()
    if (saved === undefined) state.fault('--pop-state without --push-state')
    else state.isWhole = saved
  }),
  'start-group': flag((_, state) => startGroup(state)),
  '(': flag((_, state) => startGroup(state)),
  'end-group': flag((_, state) => endGroup(state)),
  ')': flag((_, state) => endGroup(state)),
  help: flag((_, state) => {
    state.command.wantsHelp = true
  }),
  version: flag((_, state) => {
    state.command.wantsVersion = 'line'
  }),
  v: flag((_, state) => {
    state.command.wantsVersion = 'line'
  }),
  V: flag((_, state) => {
    state.command.wantsVersion = 'emulations'
  }),
  verbose: {
    arity: 'optional',
    apply: (state) => {
      state.command.wantsVersion = 'emulations'
      state.command.wantsScript = true
    },
  },
  'diagnostics-format': value((state, text) => {
    state.command.diagnosticsFormat = text
  }),
  pie: flag((options) => {
    options.pie = true
  }),
  'pic-executable': flag((options) => {
    options.pie = true
  }),
  'no-pie': flag((options) => {
    options.pie = false
  }),
  'static-pie': flag((options) => {
    options.pie = true
  }),
  relax: flag((options) => {
    options.relax = true
  }),
  'no-relax': flag((options) => {
    options.relax = false
  }),
  shared: { arity: 'none', apply: sharedRefusal },
  Bshareable: { arity: 'none', apply: sharedRefusal },
  ...Object.fromEntries(
    [
      'static',
      'Bstatic',
      'dn',
      'non_shared',
      'Bdynamic',
      'dy',
      'call_shared',
      'nostdlib',
      'no-dynamic-linker',
      'as-needed',
      'no-as-needed',
      'E',
      'export-dynamic',
      'no-export-dynamic',
      'warn-once',
      'warn-section-align',
      'warn-multiple-gp',
      'warn-constructors',
      'traditional-format',
      'no-warn-mismatch',
      'no-warn-search-mismatch',
      'stats',
      't',
      'trace',
      'no-keep-memory',
      'reduce-memory-overheads',
      'accept-unknown-input-arch',
      'no-accept-unknown-input-arch',
      'demangle',
      'no-demangle',
      'no-define-common',
      'disable-new-dtags',
      'enable-new-dtags',
      'Bsymbolic',
      'Bsymbolic-functions',
      'Bno-symbolic',
      'Bgroup',
      'Qy',
      'EL',
      'g',
      'no-ld-generated-unwind-info',
      'ld-generated-unwind-info',
      'warn-rwx-segments',
      'no-warn-rwx-segments',
      'warn-execstack',
      'no-warn-execstack',
      'enable-non-contiguous-regions-warnings',
      'print-output-format',
      'embedded-relocs',
      'no-strip-discarded',
      'strip-discarded',
      'no-undefined-version',
      'default-symver',
      'no-print-map-discarded',
      'print-map-discarded',
      'unique',
      'error-handling-script',
      'no-ctf-variables',
      'ctf-variables',
      'no-map-whole-files',
      'warn-textrel',
      'warn-alternate-em',
      'no-warn-alternate-em',
      'add-needed',
      'no-add-needed',
      'copy-dt-needed-entries',
      'no-copy-dt-needed-entries',
    ].map((name) => [name, ignore]),
  ),
  // With values that mean nothing to a static link.
  ...Object.fromEntries(
    [
      'dynamic-linker',
      'I',
      'rpath',
      'rpath-link',
      'soname',
      'h',
      'plugin',
      'plugin-opt',
      'sysroot',
      'version-script',
      'dynamic-list',
      'init',
      'fini',
      'hash-size',
      'a',
      'A',
      'architecture',
      'G',
      'Y',
      'y',
      'trace-symbol',
      'compress-debug-sections',
      'retain-symbols-file',
      'exclude-libs',
      'version-exports-section',
      'F',
      'f',
      'P',
      'dependency-file',
      'package-metadata',
      'spare-dynamic-tags',
      'task-link',
      'ctf-share-types',
      'undefined-version',
      'split-by-reloc',
      'c',
      'mri-script',
      'assert',
      'out-implib',
      'remap-inputs',
    ].map((name) => [name, ignoreValue]),
  ),
}

/** Short options whose value may stand joined: `-Lfolder`, `-lname`. */
const joined = /^-([TomebLlRuzOyYAFfGhIPac])(.+)$/s

function inputFormat(state: State, text: string): void {
  if (text === 'binary') state.isBinary = true
  else if (text === 'default' || text.startsWith('elf')) state.isBinary = false
  else state.fault(`-b ${text}: this input format is not known`)
}

function startGroup(state: State): void {
  if (state.group) state.fault('--start-group inside a group')
  else state.group = []
}

function endGroup(state: State): void {
  if (!state.group) return state.fault('--end-group without --start-group')
  state.command.inputs.push({ group: state.group })
  state.group = undefined
}

/** `0x100`, `4096`, `64K`, `1M`, `2G`. */
function parseSize(text: string): number | undefined {
  const found = /^(0x[0-9a-f]+|\d+)([kmg]?)$/i.exec(text)
  if (!found) return undefined
  const factor = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(found[2] ?? '').toLowerCase()] ?? 1
  return Number(found[1]) * factor
}

/**
 * Reads GNU ld's words.
 * @example
 * ```js
 * parseLdWords(['-m', 'elf_i386', '-T', 'kernel.lds', 'kernel.o', '-o', 'kernel']).scriptName // 'kernel.lds'
 * ```
 */
export function parseLdWords(words: readonly string[]): LdCommand {
  const state = new State()
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string
    if (!word.startsWith('-') || word === '-') {
      state.input({ name: word })
      continue
    }
    const consumed = option(word, words[i + 1], state)
    if (consumed === undefined) state.fault(`unrecognized option '${word}'`)
    else i += consumed
  }
  if (state.group) endGroup(state)
  return state.command
}

/** Applies one option; the number of further words it took, or undefined where it is none. */
function option(word: string, next: string | undefined, state: State): number | undefined {
  const isDouble = word.startsWith('--')
  const body = word.slice(isDouble ? 2 : 1)
  const equals = body.indexOf('=')
  const name = equals < 0 ? body : body.slice(0, equals)
  const isShortOnly = isDouble && name.length === 1 && name !== '(' && name !== ')'
  // `-oformat` is `-o format`, says the manual: long options that begin with o take two dashes.
  const isJoinedOutput = !isDouble && name.startsWith('o') && name.length > 1
  const rule = isShortOnly || isJoinedOutput ? undefined : Object.hasOwn(rules, name) ? rules[name] : unambiguous(name, isDouble)
  if (rule) {
    if (rule.arity === 'none') {
      if (equals >= 0) return undefined
      rule.apply(state, '')
      return 0
    }
    if (equals >= 0 && !(name.length === 1 && !isDouble)) {
      rule.apply(state, body.slice(equals + 1))
      return 0
    }
    if (equals < 0) {
      if (rule.arity === 'optional') {
        rule.apply(state, '')
        return 0
      }
      if (next === undefined) {
        state.fault(`option '${word}' needs a value`)
        return 0
      }
      rule.apply(state, next)
      return 1
    }
  }
  const short = joined.exec(word)
  if (short && !isDouble) {
    rules[short[1] as string]?.apply(state, short[2] as string)
    return 0
  }
  return undefined
}

/** A long option may be cut short where only one begins so. */
function unambiguous(name: string, isDouble: boolean): Rule | undefined {
  if (!isDouble || name.length < 3) return undefined
  const found = Object.keys(rules).filter((key) => key.length > 1 && key.startsWith(name))
  return found.length === 1 ? rules[found[0] as string] : undefined
}
