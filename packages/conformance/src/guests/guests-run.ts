// `conformance guests`: bare-metal programs as tutorials have them (../../guests/*.S), built by kasm and kld, run by QEMU with SeaBIOS and by
// the launcher on each engine: the same text screen, serial port and debug console, and the same end.
// A guest's first lines say what it is:
//   //! kind: boot | multiboot        //! flags: words for kasm        //! script: NAME.lds
//   //! floppy                        its disk is drive 0, not 80h
//   //! keys: "text"  //! serial: "text"    typed and sent when it waits
//   //! append: text  //! module: "bytes" [command line]               of a Multiboot kernel
//   //! memory: MiB   //! compare: screen colours serial debug end     what is compared (default: all)
//   //! not software: reason          what an engine lacks
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadLauncher } from '../core/bundle-launcher.ts'
import { type Commands, openCommands, standInCommands } from '../core/candidate.ts'
import { type Case, chooseCases, type Result, runCases, type RunOptions, WrongUse } from '../core/case.ts'
import { findProgram } from '../core/command-template.ts'
import { packageFolder } from '../core/folders.ts'
import { firstMessage } from '../core/process.ts'
import { splitFlags } from '../core/shell-words.ts'
import { difference, type GuestState, type GuestWorld } from './guest-state.ts'
import { type EngineChoice, runOurs } from './our-guest.ts'
import { runInQemu } from './qemu-guest.ts'

export const guestTable = { title: 'guests', statuses: ['same', 'diff', 'failed', 'lacks', 'ref-fail'] }

const folder = join(packageFolder, 'guests')
const engines: readonly EngineChoice[] = ['auto', 'software']
const everything = 'screen colours serial debug end'

export interface Guest extends Case {
  readonly name: string
  readonly words: readonly string[]
  readonly world: Omit<GuestWorld, 'image'>
  readonly parts: ReadonlySet<string>
  readonly lacks: ReadonlyMap<string, string>
}

export function readGuest(name: string, text: string): Guest {
  const field = (key: string) => new RegExp(`^//! ${key}: (.*)$`, 'm').exec(text)?.[1]
  const quoted = (value: string | undefined): string => (value === undefined ? '' : (JSON.parse(value) as string))
  const kind = field('kind') ?? 'boot'
  if (kind !== 'boot' && kind !== 'multiboot') throw new WrongUse(`${name}: no such kind: ${kind}`)
  const script = field('script')
  const flags = splitFlags(field('flags') ?? (kind === 'boot' ? '-m32 -nostdlib -static' : '-m32 -nostdlib -static -Wl,--build-id=none'))
  const link = script === undefined ? (kind === 'boot' ? ['-Wl,-Ttext=0x7c00,--oformat,binary,-e,0'] : []) : [`-Wl,-T,${script}`]
  const modules = [...text.matchAll(/^\/\/! module: ("(?:[^"\\]|\\.)*")(?: (.*))?$/gm)].map(([, bytes, commandLine = '']) => ({
    bytes: new TextEncoder().encode(quoted(bytes)),
    path: 'module',
    commandLine,
  }))
  return {
    name,
    words: [...flags, ...link, `${name}.S`],
    world: {
      kind,
      floppy: /^\/\/! floppy$/m.test(text),
      keys: quoted(field('keys')),
      serial: quoted(field('serial')),
      memoryInMiB: Number(field('memory') ?? 128),
      commandLine: field('append') ?? '',
      modules,
    },
    parts: new Set((field('compare') ?? everything).split(' ')),
    lacks: new Map([...text.matchAll(/^\/\/! not (\w+): (.*)$/gm)].map(([, engine = '', why = '']) => [engine, why])),
    ids: engines.map((engine) => `${name}:${engine}`),
  }
}

export function allGuests(): Guest[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.S'))
    .sort()
    .map((name) => readGuest(name.slice(0, -2), readFileSync(join(folder, name), 'utf8')))
}

export interface GuestChoice {
  readonly spawn: boolean
  readonly list: boolean
  /** --cand gnu: gcc builds the guests. */
  readonly command: string | undefined
  readonly only: string | undefined
}

/** Undefined where only a list was asked for. */
export async function guestResults({ spawn, list, command, only }: GuestChoice, options: RunOptions): Promise<Result[] | undefined> {
  if (command !== undefined && command !== 'gnu') throw new WrongUse('guests: --cand knows "gnu" only')
  const expression = new RegExp(only ?? '')
  const guests = chooseCases(
    allGuests().filter(({ name }) => expression.test(name)),
    options,
  )
  if (list) {
    for (const { ids, world } of guests) process.stdout.write(`${ids.join('\t')}\t${world.kind}\n`)
    return undefined
  }
  if (!findProgram('qemu-system-x86_64')) throw new WrongUse('qemu-system-x86_64 is missing: run packages/conformance/setup.sh first')
  const launcher = await loadLauncher()
  const commands = command === 'gnu' ? standInCommands(() => ['gcc']) : await openCommands(spawn, ['kasm'])
  try {
    const results = await runCases(guests, options.jobs, async (guest, slot) => {
      const built = await build(guest, commands, options, slot)
      const result = (engine: string, status: string, why: string): Result => ({
        id: `${guest.name}:${engine}`,
        table: guestTable.title,
        groups: [engine],
        status,
        why,
        ok: status === 'lacks' || status === 'ref-fail' ? undefined : status === 'same',
      })
      if (typeof built === 'string') return engines.map((engine) => result(engine, 'failed', built))
      const world = { ...guest.world, image: built }
      const limitInMs = options.timeoutInSeconds * 1000
      const reference = await runInQemu(world, limitInMs)
      const rows: Result[] = []
      for (const engine of engines) {
        const lack = guest.lacks.get(engine)
        if (lack !== undefined) {
          rows.push(result(engine, 'lacks', lack))
          continue
        }
        let state: GuestState
        try {
          state = await runOurs(launcher, engine, world, limitInMs)
        } catch (error) {
          rows.push(result(engine, 'failed', (error as Error).message))
          continue
        }
        const found = difference(reference, state, guest.parts)
        rows.push(
          found === undefined ? result(engine, 'same', '') : result(engine, state.end.startsWith('failed') ? 'failed' : 'diff', found),
        )
      }
      return rows
    })
    return results.filter(({ id }) => !options.onlyIds || options.onlyIds.has(id))
  } finally {
    commands.close()
  }
}

async function build({ words }: Guest, commands: Commands, options: RunOptions, slot: number): Promise<Buffer | string> {
  const { status, stderr, output } = await commands.run(['kasm', ...words, '-o', '{out}'], folder, options.timeoutInSeconds, slot)
  return status === 0 && output ? output : `kasm: exit ${status}: ${firstMessage(stderr)}`
}
