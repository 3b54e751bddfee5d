// Runs a GNU tool on the spot and keeps what it gave, keyed by the tool's version, the words, and the bytes of the inputs,
// so that the next run of the same cases asks it no more.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { cacheFolder, hashOf, suiteVersion, writeWhole } from './cache.ts'
import { type Outcome, runProcess } from './process.ts'
import { fillTemplate, type TemplateValues } from './command-template.ts'

export interface ReferenceOutcome extends Outcome {
  /** The bytes of {out}, undefined where the tool wrote none. */
  readonly output: Buffer | undefined
}

interface Recorded extends Outcome {
  readonly hasOutput: boolean
}

/** Larger outputs are not kept. Smaller ones are compressed: a flat image of many megabytes is mostly zeros. */
const largestKeptInBytes = 512 << 20

const versions = new Map<string, Promise<string>>()

function versionOf(program: string): Promise<string> {
  let version = versions.get(program)
  if (!version) {
    version = runProcess([program, '--version'], '/', 60).then(({ stdout }) => `${program}\n${stdout}`)
    versions.set(program, version)
  }
  return version
}

/**
 * The result of a reference for a case.
 * @param template the command; `{out}` in it, if any, becomes a temporary file
 * @param inputs paths whose bytes are part of the key; the suites' other files are pinned by the suites' version
 */
export async function runReference(
  template: readonly string[],
  values: TemplateValues,
  cwd: string,
  inputs: readonly string[],
  timeoutInSeconds: number,
): Promise<ReferenceOutcome> {
  const words = fillTemplate(template, values)
  const contents = inputs.map((path) => (existsSync(path) ? readFileSync(path) : 'missing'))
  const key = hashOf(await versionOf(words[0] ?? ''), suiteVersion(), JSON.stringify([words, cwd, inputs]), ...contents)
  const base = join(cacheFolder('reference', key.slice(0, 2)), key)
  const kept = readRecorded(base)
  if (kept) return kept
  const scratch = mkdtempSync(join(tmpdir(), 'conformance-'))
  try {
    const out = join(scratch, 'ref.o')
    const outcome = await runProcess(fillTemplate(words, { out }), cwd, timeoutInSeconds)
    const output = existsSync(out) ? readFileSync(out) : undefined
    if (outcome.status !== 'timeout' && (output?.length ?? 0) <= largestKeptInBytes) {
      if (output) writeWhole(`${base}.gz`, gzipSync(output, { level: 1 }))
      const recorded: Recorded = { ...outcome, hasOutput: output !== undefined }
      writeWhole(`${base}.json`, JSON.stringify(recorded))
    }
    return { ...outcome, output }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function readRecorded(base: string): ReferenceOutcome | undefined {
  let text: string
  try {
    text = readFileSync(`${base}.json`, 'utf8')
  } catch {
    return undefined
  }
  const { hasOutput, ...outcome } = JSON.parse(text) as Recorded
  return { ...outcome, output: hasOutput ? gunzipSync(readFileSync(`${base}.gz`)) : undefined }
}
