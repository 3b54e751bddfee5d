// `conformance client`: gcc with kas as its assembler. Each C source of Lua, zlib and sqlite3 at each set of flags is
// compiled to assembler text by gcc once, assembled by GNU as and by kas, and the objects compared; then each program is
// built by `gcc -B folder`, where `as` is kas, and must print what gcc's own build prints. Static links: static-links.ts.

import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleCommands } from '../core/bundle-commands.ts'
import { cacheFolder, hashOf } from '../core/cache.ts'
import { type Commands, openCommands, standInCommands } from '../core/candidate.ts'
import { type Case, chooseCases, type Result, runCases, type RunOptions, WrongUse } from '../core/case.ts'
import { packageFolder } from '../core/folders.ts'
import { firstMessage, runProcess } from '../core/process.ts'
import { runReference } from '../core/reference.ts'
import { compareAssemblies, objectPasses } from '../gas/gas-run.ts'
import { type ClientProject, clientProjects } from './sources.ts'
import { compareStaticLink, type Program, type StaticLink, staticLinks, staticLinksTable } from './static-links.ts'

export const clientTables = [
  { title: 'objects', statuses: ['exact', 'same', 'attrs', 'text', 'diff', 'cand-fail', 'timeout', 'ref-fail', 'ref-timeout'] },
  { title: 'programs', statuses: ['same', 'diff', 'build-fail', 'run-fail', 'ref-fail'] },
  staticLinksTable,
]

const optimisations = ['-O0', '-O2', '-Os']
const variants = ['', '-g', '-fPIC', '-m32']

interface ClientCase extends Case {
  readonly project: ClientProject
  readonly flags: readonly string[]
  /** Undefined: the program as a whole. */
  readonly file: string | undefined
  /** Only the linker is compared. */
  readonly staticLink?: StaticLink
}

function allClientCases(): ClientCase[] {
  const projects = clientProjects()
  const links = projects.flatMap((project) =>
    staticLinks.map((staticLink): ClientCase => {
      const id = `${project.name}:${[...staticLink.compile, '-static', ...staticLink.link].join(' ')}:program`
      return { project, flags: staticLink.compile, file: undefined, staticLink, ids: [id] }
    }),
  )
  const builds = projects.flatMap((project) =>
    optimisations.flatMap((level) =>
      variants.flatMap((variant) => {
        const flags = variant ? [level, variant] : [level]
        return [...project.files, undefined].map((file): ClientCase => {
          const id = `${project.name}:${flags.join(' ')}:${file ?? 'program'}`
          return { project, flags, file, ids: [id] }
        })
      }),
    ),
  )
  return [...builds, ...links]
}

async function compareObject(
  { project, flags, file, ids }: ClientCase,
  commands: Commands,
  options: RunOptions,
  slot: number,
): Promise<Result> {
  const base = { id: ids[0] ?? '', table: 'objects', groups: [project.name, `~${flags[0]}`, ...flags.slice(1).map((flag) => `~${flag}`)] }
  const folder = cacheFolder('client', 'assembly')
  const text = join(folder, `${hashOf(project.name, flags.join(' '), file ?? '').slice(0, 16)}.s`)
  if (!existsSync(text)) {
    const made = await runProcess(['gcc', '-S', '-w', ...project.flags, ...flags, file ?? '', '-o', text], project.folder, 900)
    if (made.status !== 0) return { ...base, status: 'ref-fail', why: firstMessage(made.stderr), ok: undefined }
  }
  // As gcc calls it.
  const mode = [...(flags.includes('-g') ? ['--gdwarf-5'] : []), flags.includes('-m32') ? '--32' : '--64']
  const ref = await runReference(['as', ...mode, text, '-o', '{out}'], {}, folder, [text], 4 * options.timeoutInSeconds)
  const cand = await commands.run(['kas', ...mode, text, '-o', '{out}'], folder, options.timeoutInSeconds, slot)
  const { status, why } = compareAssemblies(ref, cand)
  return { ...base, status, why, ok: objectPasses(status, options.strict) }
}

/** The words that run a built program, and what else it is built from. */
function programOf({ name, folder }: ClientProject): Program {
  const checks = join(packageFolder, 'client')
  if (name === 'lua') return { sources: [], libraries: ['-lm'], words: [join(checks, 'lua-check.lua')] }
  if (name === 'zlib') return { sources: [join(folder, 'test', 'example.c')], libraries: [], words: ['check.gz'] }
  return { sources: [join(checks, 'sqlite-check.c')], libraries: ['-lm'], words: [] }
}

async function buildAndRun(
  { project, flags }: ClientCase,
  place: string,
  compiler: readonly string[],
): Promise<{ status: string; text: string }> {
  const { sources, libraries, words } = programOf(project)
  mkdirSync(place, { recursive: true })
  const files = project.files.map((file) => join(project.folder, file))
  const build = [
    'gcc',
    ...compiler,
    '-w',
    `-I${project.folder}`,
    ...project.flags,
    ...flags,
    ...files,
    ...sources,
    '-o',
    'program',
    ...libraries,
  ]
  const built = await runProcess(build, place, 1800)
  if (built.status !== 0) return { status: 'build-fail', text: firstMessage(built.stderr) }
  const ran = await runProcess([join(place, 'program'), ...words], place, 120)
  if (ran.status !== 0) return { status: 'run-fail', text: `exit ${ran.status}: ${firstMessage(ran.stderr + ran.stdout)}` }
  return { status: 'ran', text: ran.stdout }
}

async function compareProgram(item: ClientCase, toolsFolder: string): Promise<Result> {
  const base = { id: item.ids[0] ?? '', table: 'programs', groups: [item.project.name] }
  const scratch = mkdtempSync(join(tmpdir(), 'client-'))
  try {
    const ours = await buildAndRun(item, join(scratch, 'ours'), ['-B', `${toolsFolder}/`])
    if (ours.status !== 'ran') return { ...base, status: ours.status, why: ours.text, ok: false }
    const kept = join(cacheFolder('client', 'outputs'), `${hashOf(base.id).slice(0, 16)}`)
    const theirs = await buildAndRun(item, kept, [])
    if (theirs.status !== 'ran') return { ...base, status: 'ref-fail', why: theirs.text, ok: undefined }
    const same = ours.text === theirs.text
    return {
      ...base,
      status: same ? 'same' : 'diff',
      why: same ? '' : `ref ${theirs.text.slice(0, 80)} cand ${ours.text.slice(0, 80)}`,
      ok: same,
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** A folder in which `as` is kas or `ld` is kld, as a small script; also `kasm --print-tools-dir` gives one. */
async function makeToolsFolder(gnu: boolean, name: 'as' | 'ld'): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tools-'))
  const words = gnu ? name : `${process.execPath} ${await bundleCommands('command', [name === 'as' ? 'kas' : 'kld'])}`
  writeFileSync(join(folder, name), `#!/bin/sh\nexec ${words} "$@"\n`)
  chmodSync(join(folder, name), 0o755)
  return folder
}

export interface ClientChoice {
  readonly list: boolean
  readonly command: string | undefined
  readonly only: string | undefined
}

/** Undefined where only a list was asked for. */
export async function clientResults({ list, command, only }: ClientChoice, options: RunOptions): Promise<Result[] | undefined> {
  if (command !== undefined && command !== 'gnu') throw new WrongUse('client: --cand knows "gnu" only')
  const expression = new RegExp(only ?? '')
  const cases = chooseCases(
    allClientCases().filter(({ ids }) => expression.test(ids[0] ?? '')),
    options,
  )
  if (list) {
    for (const { ids } of cases) process.stdout.write(`${ids.join('\t')}\n`)
    return undefined
  }
  const tools = await makeToolsFolder(command === 'gnu', 'as')
  const linkTools = await makeToolsFolder(command === 'gnu', 'ld')
  const commands = command === 'gnu' ? standInCommands(() => ['as']) : await openCommands(false, ['kas'])
  try {
    return await runCases(cases, options.jobs, async (item, slot) => [
      item.staticLink
        ? await compareStaticLink(item.ids[0] ?? '', item.project, programOf(item.project), item.staticLink, linkTools)
        : item.file === undefined
          ? await compareProgram(item, tools)
          : await compareObject(item, commands, options, slot),
    ])
  } finally {
    commands.close()
    for (const folder of [tools, linkTools]) rmSync(folder, { recursive: true, force: true })
  }
}
