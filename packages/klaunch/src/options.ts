// The command line of klaunch. Enters: the words. Leaves: options with units, or a UsageError.
import { UsageError } from '@kernelbox/cli'
import type { BootFormat } from '@kernelbox/launcher'
import { type OptionTable, parseWords } from './option-table.ts'
import { parseAddress, parseBlob, parseCount, parseDuration, parseEntry, parsePort, parseSize } from './quantities.ts'

export type MachineName = 'article' | 'pc' | 'testdev'

export interface LaunchOptions {
  readonly image: string
  /** Undefined: the machine's own. */
  readonly memoryInBytes: number | undefined
  /** Undefined: the format's own. */
  readonly loadAddress: number | undefined
  readonly cpus: number
  /** Undefined: the format's own. */
  readonly machine: MachineName | undefined
  readonly format: BootFormat | undefined
  readonly entry: { readonly mode: 'real' | 'protected' | 'long'; readonly address: number } | undefined
  readonly append: string
  readonly modules: readonly string[]
  readonly blobs: readonly { readonly path: string; readonly address: number }[]
  readonly disks: readonly string[]
  readonly keys: string
  readonly input: 'serial' | 'keyboard'
  readonly display: 'auto' | 'none' | 'text' | 'live'
  readonly port: number
  readonly raw: boolean
  readonly engine: 'auto' | 'kvm' | 'software'
  readonly timeoutInMs: number | undefined
  readonly stats: 'table' | 'json' | 'live' | undefined
  readonly onHalt: 'exit' | 'wait'
  readonly registers: boolean
  readonly quiet: boolean
  readonly deterministic: boolean
  /** The names of the options that the command line has. */
  readonly written: readonly string[]
}

/** Exit statuses; README.md lists them for users. */
export const exitStatus = {
  halted: 0,
  usage: 1,
  guestFailed: 2,
  engineUnavailable: 3,
  timeout: 124,
  interrupted: 130,
  terminated: 143,
} as const

const choice =
  <T extends string>(...values: readonly T[]) =>
  (value: string, option: string): T => {
    const chosen = values.find((candidate) => candidate === value)
    if (chosen === undefined) throw new UsageError(`${option}: '${value}' is none of ${values.join(', ')}`)
    return chosen
  }
const text = (value: string) => value

const statsFormats = ['table', 'json', 'live'] as const

export const optionTable = {
  memory: { argument: '<size>', help: 'guest memory (default: 16M; 128M for pc and testdev)', parse: parseSize },
  cpus: { argument: '<n>', help: 'virtual CPUs, KVM only (default: 1)', parse: parseCount },
  load: { argument: '<address>', help: 'where a flat image goes (default: 0xf0000)', parse: parseAddress },
  port: { argument: '<port>', help: 'pseudo-serial port (default: 0xf1)', parse: parsePort },
  raw: { help: 'pass every byte of the pseudo-serial port through' },
  engine: { argument: '<engine>', help: 'auto, kvm or software (default: auto)', parse: choice('auto', 'kvm', 'software') },
  machine: {
    argument: '<set>',
    help: 'devices: article, pc or testdev (default: article for flat, else pc)',
    parse: choice('article', 'pc', 'testdev'),
  },
  format: {
    argument: '<format>',
    help: 'flat, boot, elf or multiboot (default: as the file looks)',
    parse: choice('flat', 'boot', 'elf', 'multiboot'),
  },
  entry: { argument: '<mode:address>', help: 'enter a flat image in a mode: real, protected, long', parse: parseEntry },
  blob: { argument: '<file@address>', help: 'load another file; can be given again', parse: parseBlob, isList: true },
  append: { argument: '<text>', help: 'command line of a Multiboot kernel', parse: text },
  module: { argument: '<file>', help: 'module of a Multiboot kernel; can be given again', parse: text, isList: true },
  disk: { argument: '<file>', help: 'a disk; without an image it is booted; can be given again', parse: text, isList: true },
  keys: { argument: '<text>', help: 'type this on the keyboard at the start', parse: text },
  input: {
    argument: '<where>',
    help: 'standard input goes to: serial or keyboard (default: keyboard)',
    parse: choice('serial', 'keyboard'),
  },
  display: {
    argument: '<how>',
    help: 'text screen: auto, live, text (at the end) or none (default: auto)',
    parse: choice('auto', 'none', 'text', 'live'),
  },
  timeout: { argument: '<time>', help: 'end the run after this time, as 5s or 200ms', parse: parseDuration },
  'on-halt': {
    argument: '<what>',
    help: 'hlt with interrupts off: exit, or wait without using CPU (default: exit)',
    parse: choice('exit', 'wait'),
  },
  stats: {
    argument: '[=format]',
    help: 'statistics on standard error: table, json or live',
    parse: choice(...statsFormats),
    bare: 'table',
  },
  deterministic: { help: 'software engine: the same image and input, the same run' },
  registers: { help: 'print the registers at the end' },
  quiet: { short: 'q', help: 'do not say which engine was taken' },
  version: { short: 'V', help: 'the version' },
  help: { short: 'h', help: 'this text' },
} as const satisfies OptionTable

/** The options, or what was asked for in their place. */
export function parseOptions(words: readonly string[]): LaunchOptions | { readonly request: 'help' | 'version' } {
  const { values: given, operands } = parseWords(optionTable, words)
  if (given.help) return { request: 'help' }
  if (given.version) return { request: 'version' }
  // Without an image the first disk is what starts.
  const [image = given.disk?.[0], ...more] = operands
  if (image === undefined) throw new UsageError('no image given')
  const bootsDisk = operands.length === 0
  const formatOfStats =
    given.stats === undefined || more.length === 0 ? undefined : operands.find((word) => statsFormats.some((name) => name === word))
  if (formatOfStats !== undefined) throw new UsageError(`'${formatOfStats}' would be an image; write --stats=${formatOfStats}`)
  if (more.length > 0) throw new UsageError(`too many arguments: one image runs at a time, '${image}' and '${more[0]}' are given`)
  if (given.entry && given.format !== undefined && given.format !== 'flat') {
    throw new UsageError(`--entry starts a flat image; with --format ${given.format} the file says where it starts`)
  }
  if (bootsDisk && given.format !== undefined && given.format !== 'boot')
    throw new UsageError(`--format ${given.format}: no image given, only --disk`)
  if ((given.cpus ?? 1) > 1 && (given.engine === 'software' || given.deterministic))
    throw new UsageError('--cpus: the software engine (v86) has one CPU; more need KVM')
  if (given.deterministic && given.engine === 'kvm')
    throw new UsageError('--deterministic needs the software engine; KVM runs by the clock of the host')
  return {
    image,
    memoryInBytes: given.memory,
    loadAddress: given.load,
    cpus: given.cpus ?? 1,
    machine: given.machine ?? (given.disk === undefined ? undefined : 'pc'),
    format: bootsDisk ? 'boot' : given.format,
    entry: given.entry,
    append: given.append ?? '',
    modules: given.module ?? [],
    blobs: given.blob ?? [],
    disks: (given.disk ?? []).slice(bootsDisk ? 1 : 0),
    keys: given.keys ?? '',
    input: given.input ?? 'keyboard',
    display: given.display ?? 'auto',
    port: given.port ?? 0xf1,
    raw: given.raw === true,
    engine: given.engine ?? 'auto',
    timeoutInMs: given.timeout,
    stats: given.stats,
    onHalt: given['on-halt'] ?? 'exit',
    registers: given.registers === true,
    quiet: given.quiet === true,
    deterministic: given.deterministic === true,
    // `--display none` asks for what a machine without a screen does anyway.
    written: Object.keys(given).filter((name) => name !== 'display' || given.display !== 'none'),
  }
}
