// The command line of klaunch. Enters: the words. Leaves: options with units, or a UsageError.
import { UsageError } from '@kernelbox/cli'
import { Command, CommanderError, Option } from 'commander'
import { parseAddress, parseDuration, parsePort, parseSize } from './quantities.ts'

export interface LaunchOptions {
  readonly image: string
  readonly memoryInBytes: number
  readonly loadAddress: number
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
  const choice = (values: readonly string[]) => (value: string, option: string) => {
    if (!values.includes(value)) throw new UsageError(`${option}: '${value}' is none of ${values.join(', ')}`)
    return value
  }
  const program = new Command('klaunch')
    .description('Runs a kernel image on /dev/kvm or on a software engine.')
    .argument('[image]', 'flat image; the CPU starts at F000:FFF0 in real mode')
    .addOption(new Option('--memory <size>', 'guest memory').default(16 << 20, '16M').argParser(once('--memory', parseSize)))
    .addOption(new Option('--load <address>', 'where the image goes').default(0xf0000, '0xf0000').argParser(once('--load', parseAddress)))
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
    load: number
    port: number
    raw?: boolean
    engine: LaunchOptions['engine']
    timeout?: number
    stats?: 'table' | 'json'
    onHalt: LaunchOptions['onHalt']
    registers?: boolean
    quiet?: boolean
  }>()
  return {
    image,
    memoryInBytes: given.memory,
    loadAddress: given.load,
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
