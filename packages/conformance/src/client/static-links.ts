// Static links of real programs: gcc -B folder, where `ld` is kld, against the system's libc.a.
// Enters: a project and its flags. Leaves: whether kld's program is GNU ld's to the byte, or at least passes the same checks.
// The objects are GNU as's and made once, so that only the linker differs.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder, hashOf } from '../core/cache.ts'
import type { Result } from '../core/case.ts'
import { firstMessage, runProcess } from '../core/process.ts'
import type { ClientProject } from './sources.ts'

export const staticLinksTable = { title: 'static links', statuses: ['same', 'works', 'diff', 'link-fail', 'run-fail', 'ref-fail'] }

export interface StaticLink {
  readonly compile: readonly string[]
  readonly link: readonly string[]
}

const compilations = [['-O0', '-g'], ['-O2'], ['-Os', '-ffunction-sections', '-fdata-sections'], ['-O2', '-fPIC'], ['-O2', '-m32']]
const linkWords = [[], ['-Wl,--gc-sections'], ['-s'], ['-Wl,-z,noseparate-code,--build-id=md5']]

export const staticLinks: readonly StaticLink[] = compilations.flatMap((compile) => linkWords.map((link) => ({ compile, link })))

export interface Program {
  readonly sources: readonly string[]
  readonly libraries: readonly string[]
  readonly words: readonly string[]
}

export async function compareStaticLink(
  id: string,
  project: ClientProject,
  { sources, libraries, words }: Program,
  { compile, link }: StaticLink,
  toolsFolder: string,
): Promise<Result> {
  const base = { id, table: staticLinksTable.title, groups: [project.name, ...compile.map((flag) => `~${flag}`)] }
  const objects = await objectsOf(project, sources, compile)
  if (typeof objects === 'string') return { ...base, status: 'ref-fail', why: objects, ok: undefined }
  const place = mkdtempSync(join(tmpdir(), 'static-'))
  const build = async (name: string, tools: readonly string[]) => {
    const machine = compile.filter((flag) => flag === '-m32')
    const made = await runProcess(['gcc', ...tools, '-static', ...machine, ...link, ...objects, '-o', name, ...libraries], place, 300)
    if (made.status !== 0) return { fault: 'link-fail', why: firstMessage(made.stderr), text: '' }
    const ran = await runProcess([join(place, name), ...words], place, 120)
    return {
      fault: ran.status === 0 ? '' : 'run-fail',
      why: `exit ${ran.status}: ${firstMessage(ran.stderr + ran.stdout)}`,
      text: ran.stdout,
    }
  }
  try {
    const theirs = await build('reference', [])
    if (theirs.fault !== '') return { ...base, status: 'ref-fail', why: theirs.why, ok: undefined }
    const ours = await build('candidate', ['-B', `${toolsFolder}/`])
    if (ours.fault !== '') return { ...base, status: ours.fault, why: ours.why, ok: false }
    if (readFileSync(join(place, 'reference')).equals(readFileSync(join(place, 'candidate'))))
      return { ...base, status: 'same', why: '', ok: true }
    const works = ours.text === theirs.text
    return { ...base, status: works ? 'works' : 'diff', why: works ? 'the files differ' : `prints ${ours.text.slice(0, 80)}`, ok: works }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

/** Paths of the project's objects, or why there are none. */
async function objectsOf(project: ClientProject, sources: readonly string[], compile: readonly string[]): Promise<string[] | string> {
  const folder = join(cacheFolder('client', 'objects'), hashOf(project.name, compile.join(' ')).slice(0, 16))
  const files = [...project.files.map((file) => join(project.folder, file)), ...sources]
  const nameOf = (i: number) => `${String(i).padStart(3, '0')}.o`
  if (!existsSync(folder)) {
    // Several cases may want them at once.
    mkdirSync(join(folder, '..'), { recursive: true })
    const fresh = mkdtempSync(`${folder}.`)
    for (const [i, file] of files.entries()) {
      const made = await runProcess(
        ['gcc', '-c', '-w', `-I${project.folder}`, ...project.flags, ...compile, file, '-o', join(fresh, nameOf(i))],
        project.folder,
        900,
      )
      if (made.status !== 0) return firstMessage(made.stderr)
    }
    if (existsSync(folder)) rmSync(fresh, { recursive: true })
    else renameSync(fresh, folder)
  }
  return files.map((_, i) => join(folder, nameOf(i)))
}
