// What each option of GNU ld does. GNU ld manual §2.1.

import type { Emulation, OutputFormat } from '../options.ts'
import { ignoredFlags, ignoredWithValue } from './ignored-options.ts'
import type { CommandState, LdCommand, Rule } from './ld-command.ts'

type Options = LdCommand['options']

function push(state: CommandState, key: 'searchFolders' | 'defsym' | 'undefinedSymbols' | 'z' | 'wrap', value: string): void {
  ;(state.command.options[key] as string[]).push(value)
}

/** Names of one option, parted by blanks. */
const all = (names: string, rule: Rule): Record<string, Rule> => Object.fromEntries(names.split(' ').map((name) => [name, rule]))
const flag = (apply: (options: Options, state: CommandState) => void): Rule => ({
  arity: 'none',
  apply: (state) => apply(state.command.options, state),
})
const set = <K extends keyof Options>(key: K, to: Options[K]): Rule => flag((options) => (options[key] = to))
const value = (apply: (state: CommandState, value: string) => void): Rule => ({ arity: 'value', apply })
const sectionStart = (name: string): Rule => value((state, text) => setStart(state, 'sectionStarts', name, text))
const segmentStart = (name: string): Rule => value((state, text) => setStart(state, 'segmentStarts', name, text))

function setStart(state: CommandState, key: 'sectionStarts' | 'segmentStarts', name: string, text: string): void {
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

const sharedRefusal = (state: CommandState) => state.fault('shared libraries are not supported: link statically')

function nameScript(state: CommandState, name: string): void {
  const { command } = state
  command.scriptName = name
  command.options.scriptPosition = command.inputs.length
}

export const optionRules: Readonly<Record<string, Rule>> = {
  ...all(
    'T script',
    value((state, text) => nameScript(state, text)),
  ),
  ...all(
    'default-script dT',
    value((state, text) => {
      state.command.scriptName ??= text
    }),
  ),
  ...all(
    'o output',
    value((state, text) => {
      state.command.outputName = text
    }),
  ),
  ...all(
    'e entry',
    value((state, text) => {
      state.command.options.entry = text
    }),
  ),
  m: value((state, text) => {
    const emulation = emulationAliases.get(text) ?? (emulations.has(text) ? (text as Emulation) : undefined)
    if (emulation) state.command.options.emulation = emulation
    else state.fault(`unrecognised emulation mode: ${text}; supported are ${[...emulations, ...emulationAliases.keys()].join(' ')}`)
  }),
  oformat: value((state, text) => {
    if (outputFormats.has(text)) state.command.options.outputFormat = text as OutputFormat
    else state.fault(`output format '${text}' is not known; known are ${[...outputFormats].join(', ')}`)
  }),
  ...all(
    'b format',
    value((state, text) => inputFormat(state, text)),
  ),
  ...all(
    'L library-path',
    value((state, text) => push(state, 'searchFolders', text)),
  ),
  ...all(
    'l library',
    value((state, text) => state.input({ name: text, isLibrary: true })),
  ),
  ...all(
    'R just-symbols',
    value((state, text) => state.input({ name: text, justSymbols: true })),
  ),
  ...all(
    'u undefined require-defined',
    value((state, text) => push(state, 'undefinedSymbols', text)),
  ),
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
  ...all('r i relocatable Ur', set('relocatable', true)),
  'force-group-allocation': set('forceGroupAllocation', true),
  ...all('E export-dynamic', set('exportDynamic', true)),
  'no-export-dynamic': set('exportDynamic', false),
  'hash-style': value((state, text) => {
    if (text === 'sysv' || text === 'gnu' || text === 'both') state.command.options.hashStyle = text
    else state.fault(`--hash-style=${text}: expected sysv, gnu or both`)
  }),
  'gc-sections': set('gcSections', true),
  'no-gc-sections': set('gcSections', false),
  'print-gc-sections': set('printGcSections', true),
  'no-print-gc-sections': set('printGcSections', false),
  'gc-keep-exported': set('gcKeepExported', true),
  ...all('n nmagic', set('paging', 'nmagic')),
  ...all('N omagic', set('paging', 'omagic')),
  'no-omagic': flag((options) => {
    delete options.paging
  }),
  ...all('s strip-all', set('strip', 'all')),
  ...all('S strip-debug', set('strip', 'debug')),
  ...all('x discard-all', set('discardLocals', 'all')),
  ...all('X discard-locals', set('discardLocals', 'temporary')),
  'discard-none': flag((options) => {
    delete options.discardLocals
  }),
  ...all('q emit-relocs', set('emitRelocations', true)),
  ...all('d dc dp define-common', set('defineCommon', true)),
  'allow-multiple-definition': set('allowMultipleDefinition', true),
  'noinhibit-exec': set('noInhibitExec', true),
  'warn-unresolved-symbols': set('unresolvedSymbols', 'warn'),
  'error-unresolved-symbols': set('unresolvedSymbols', 'error'),
  'unresolved-symbols': value((state, text) => {
    if (text === 'ignore-all' || text === 'ignore-in-object-files') state.command.options.unresolvedSymbols = 'ignore'
    else if (text === 'report-all' || text === 'ignore-in-shared-libs') state.command.options.unresolvedSymbols = 'error'
    else state.fault(`--unresolved-symbols=${text}: not a method`)
  }),
  'orphan-handling': value((state, text) => {
    if (text === 'place' || text === 'warn' || text === 'error' || text === 'discard') state.command.options.orphanHandling = text
    else state.fault(`--orphan-handling=${text}: expected place, warn, error or discard`)
  }),
  'warn-common': set('warnCommon', true),
  'fatal-warnings': set('fatalWarnings', true),
  'no-fatal-warnings': set('fatalWarnings', false),
  ...all('w no-warnings', set('noWarnings', true)),
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
  'eh-frame-hdr': set('ehFrameHeader', true),
  'no-eh-frame-hdr': set('ehFrameHeader', false),
  'build-id': {
    arity: 'optional',
    apply: (state, text) => {
      if (text === 'none') delete state.command.options.buildId
      else state.command.options.buildId = text === '' ? 'sha1' : text
    },
  },
  'enable-non-contiguous-regions': set('nonContiguousRegions', true),
  'check-sections': set('checkSections', true),
  'no-check-sections': set('checkSections', false),
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
  ...all(
    'M print-map',
    flag((options, state) => {
      state.command.mapName = '-'
      options.wantsMap = true
    }),
  ),
  cref: set('wantsCref', true),
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
  ...all(
    'start-group (',
    flag((_, state) => startGroup(state)),
  ),
  ...all(
    'end-group )',
    flag((_, state) => endGroup(state)),
  ),
  help: flag((_, state) => {
    state.command.wantsHelp = true
  }),
  ...all(
    'version v',
    flag((_, state) => {
      state.command.wantsVersion = 'line'
    }),
  ),
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
  ...all('pie pic-executable', set('pie', true)),
  'no-pie': set('pie', false),
  'static-pie': set('pie', true),
  relax: set('relax', true),
  'no-relax': set('relax', false),
  ...all('shared Bshareable', { arity: 'none', apply: sharedRefusal }),
  ...all(ignoredFlags.join(' '), { arity: 'none', apply: () => {} }),
  ...all(ignoredWithValue.join(' '), { arity: 'value', apply: () => {} }),
}

function inputFormat(state: CommandState, text: string): void {
  if (text === 'binary') state.isBinary = true
  else if (text === 'default' || text.startsWith('elf')) state.isBinary = false
  else state.fault(`-b ${text}: this input format is not known`)
}

function startGroup(state: CommandState): void {
  if (state.group) state.fault('--start-group inside a group')
  else state.group = []
}

export function endGroup(state: CommandState): void {
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
