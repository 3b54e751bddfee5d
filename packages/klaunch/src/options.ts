// The command line of klaunch. Enters: the words. Leaves: options with units, or a UsageError.
import { UsageError } from '@kernelbox/cli'
import type { BootFormat } from '@kernelbox/launcher'
import { Command, CommanderError, Option } from 'commander'
import { parseAddress, parseBlob, parseDuration, parseEntry, parsePort, parseSize } from './quantities.ts'

export interface LaunchOptions {
  readonly image: string
  readonly memoryInBytes: number
  /** Undefined: the format's own. */
  readonly loadAddress: number | undefined
  readonly machine: 'article' | 'pc' | 'testdev'
  readonly format: BootFormat | undefined
  readonly entry: { readonly mode: 'real' | 'protected' | 'long'; readonly address: number } | undefined
  readonly append: string
  readonly modules: readonly string[]
  readonly blobs: readonly { readonly path: string; readonly address: number }[]
  readonly disk: string | undefined
  readonly keys: string
  readonly input: 'serial' | 'keyboard'
  readonly display: 'auto' | 'none' | 'text' | 'live'
  readonly port: number
  readonly raw: boolean
  readonly engine: 'auto' | 'kvm' | 'software'
  readonly timeoutInMs: number | undefined
  readonly stats: 'table' | 'json' | undefined
  readonly onHalt: 'exit' | 'wait'
  readonly registers: boolean
  readonly quiet: boolean
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

const statusHelp = `
Exit status:
  0    the guest halted
  1    wrong use, or an image that cannot be loaded
  2    the guest failed: triple fault, an instruction or exit that the engine cannot handle
  3    the engine is not available here
  124  the time was over (--timeout)
  130  Ctrl-C; 143: terminated

Examples:
  klaunch kernel2                       run a flat image as after a PC's reset
  klaunch --stats --engine kvm kernel3  what KVM delivered, on standard error
  klaunch --timeout 2s --raw game.bin   every byte of port 0xf1 goes to standard output
`

/** The options, or the text that --help or --version asked for. */
export function parseOptions(words: readonly string[], version: string): LaunchOptions | { readonly text: string } {
  let text = ''
  const seen = new Map<string, string>()
  // The same option twice with different values is a contradiction, not a choice of ours.
  const once =
    <T>(name: string, parse: (value: string, option: string) => T) =>
    (value: string): T => {
      const before = seen.get(name)
      if (before !== undefined && before !== value) throw new UsageError(`${name} is given twice: ${before} and ${value}`)
      seen.set(name, value)
      return parse(value, name)
    }
  const collect =
    <T>(parse: (value: string, option: string) => T, name: string) =>
    (value: string, before: readonly T[]): T[] => [...before, parse(value, name)]
  const choice = (values: readonly string[]) => (value: string, option: string) => {
    if (!values.includes(value)) throw new UsageError(`${option}: '${value}' is none of ${values.join(', ')}`)
    return value
  }
  const program = new Command('klaunch')
    .description('Runs a kernel image on /dev/kvm or on a software engine.')
    .argument('[image]', 'flat image; the CPU starts at F000:FFF0 in real mode')
    .addOption(new Option('--memory <size>', 'guest memory').default(16 << 20, '16M').argParser(once('--memory', parseSize)))
    .addOption(new Option('--load <address>', 'where a flat image goes (default: 0xf0000)').argParser(once('--load', parseAddress)))
    .addOption(
      new Option('--machine <set>', 'devices: article, pc or testdev').argParser(once('--machine', choice(['article', 'pc', 'testdev']))),
    )
    .addOption(
      new Option('--format <format>', 'flat, boot, elf or multiboot').argParser(
        once('--format', choice(['flat', 'boot', 'elf', 'multiboot'])),
      ),
    )
    .addOption(
      new Option('--entry <mode:address>', 'load a flat image at an address and enter it in a mode: real, protected, long').argParser(
        once('--entry', parseEntry),
      ),
    )
    .addOption(
      new Option('--blob <file@address>', 'load another file; can be given again').default([]).argParser(collect(parseBlob, '--blob')),
    )
    .addOption(new Option('--append <text>', 'command line of a Multiboot kernel').default('').argParser(once('--append', (text) => text)))
    .addOption(
      new Option('--module <file>', 'module of a Multiboot kernel; can be given again')
        .default([])
        .argParser(collect((text) => text, '--module')),
    )
    .addOption(
      new Option('--disk <file>', 'disk that the BIOS reads; a boot sector is its own disk').argParser(once('--disk', (text) => text)),
    )
    .addOption(new Option('--keys <text>', 'type this on the keyboard at the start').default('').argParser(once('--keys', (text) => text)))
    .addOption(
      new Option('--input <where>', 'standard input goes to: serial or keyboard').argParser(
        once('--input', choice(['serial', 'keyboard'])),
      ),
    )
    .addOption(
      new Option('--display <how>', 'text screen: live in a terminal, as text at the end, none')
        .default('auto')
        .argParser(once('--display', choice(['auto', 'none', 'text', 'live']))),
    )
    .addOption(new Option('--port <port>', 'pseudo-serial port').default(0xf1, '0xf1').argParser(once('--port', parsePort)))
    .option('--raw', 'pass every byte of the pseudo-serial port through')
    .addOption(
      new Option('--engine <engine>', 'auto, kvm or software')
        .default('auto')
        .argParser(once('--engine', choice(['auto', 'kvm', 'software']))),
    )
    .addOption(new Option('--timeout <time>', 'end the run after this time, as 5s or 200ms').argParser(once('--timeout', parseDuration)))
    .addOption(
      new Option('--stats [format]', 'print statistics at the end: table or json').argParser(once('--stats', choice(['table', 'json']))),
    )
    .addOption(
      new Option('--on-halt <what>', 'hlt with interrupts off: exit, or wait without using CPU')
        .default('exit')
        .argParser(once('--on-halt', choice(['exit', 'wait']))),
    )
    .option('--registers', 'print the registers at the end')
    .option('-q, --quiet', 'do not say which engine was taken')
    .version(version, '-V, --version')
    .addHelpText('after', statusHelp)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (part) => {
        text += part
      },
      writeErr: () => {},
    })
  try {
    // Without a value --stats must not swallow the image's name.
    program.parse(
      words.map((word) => (word === '--stats' ? '--stats=table' : word)),
      { from: 'user' },
    )
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return { text }
      throw new UsageError(error.message.replace(/^error: /, ''))
    }
    throw error
  }
  const [image] = program.args
  if (image === undefined) throw new UsageError('no image given')
  const given = program.opts<{
    memory: number
    load?: number
    machine?: LaunchOptions['machine']
    format?: BootFormat
    entry?: NonNullable<LaunchOptions['entry']>
    append: string
    module: string[]
    blob: { path: string; address: number }[]
    disk?: string
    keys: string
    input?: LaunchOptions['input']
    display: LaunchOptions['display']
    port: number
    raw?: boolean
    engine: LaunchOptions['engine']
    timeout?: number
    stats?: 'table' | 'json'
    onHalt: LaunchOptions['onHalt']
    registers?: boolean
    quiet?: boolean
  }>()
  if (given.entry && given.format !== undefined && given.format !== 'flat') {
    throw new UsageError(`--entry starts a flat image; with --format ${given.format} the file says where it starts`)
  }
  return {
    image,
    memoryInBytes: given.memory,
    loadAddress: given.load,
    machine: given.machine ?? (given.disk !== undefined ? 'pc' : 'article'),
    format: given.format,
    entry: given.entry,
    append: given.append,
    modules: given.module,
    blobs: given.blob,
    disk: given.disk,
    keys: given.keys,
    input: given.input ?? 'keyboard',
    display: given.display,
    port: given.port,
    raw: given.raw === true,
    engine: given.engine,
    timeoutInMs: given.timeout,
    stats: given.stats,
    onHalt: given.onHalt,
    registers: given.registers === true,
    quiet: given.quiet === true,
  }
}
