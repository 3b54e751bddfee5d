// Samples of the link fuzzer as files, and what a link of one must do.
// Enters: a sample, or its JSON. Leaves: JSON, or the result of the link and what is wrong with it.

import { join } from 'node:path'
import { SourceFile } from '@kernelbox/diagnostics'
import { link, type LinkOptions, type LinkResult } from '@kernelbox/linker'
import { packageFolder } from '../core/folders.ts'
import type { LinkSample, LinkSeeds } from './link-samples.ts'

export const linkCorpus = join(packageFolder, 'corpus-links')

export interface StoredSeeds {
  readonly objects: readonly (readonly string[])[]
  readonly archives: readonly (readonly string[])[]
  readonly scripts: readonly string[]
}

interface StoredSample {
  readonly inputs: readonly { readonly name: string; readonly base64: string; readonly wholeArchive: boolean }[]
  readonly script?: string
  readonly options: Partial<LinkOptions>
}

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))

export function seedsOf({ objects, archives, scripts }: StoredSeeds): LinkSeeds {
  const decoded = (lists: StoredSeeds['objects']) => lists.map((list) => list.map(bytesOf))
  return { objects: decoded(objects), archives: decoded(archives), scripts }
}

export function storedSample({ inputs, script, options }: LinkSample): StoredSample {
  return {
    inputs: inputs.map(({ name, bytes, wholeArchive }) => ({
      name,
      base64: Buffer.from(bytes ?? []).toString('base64'),
      wholeArchive: wholeArchive === true,
    })),
    ...(script !== undefined && { script }),
    options,
  }
}

export function sampleOf(json: string): LinkSample {
  const { inputs, script, options } = JSON.parse(json) as StoredSample
  return { inputs: inputs.map(({ base64, ...input }) => ({ ...input, bytes: bytesOf(base64) })), script, options }
}

/** An image or an error, never both nor neither, and not a flood. */
export function linked({ inputs, script, options }: LinkSample): { result: LinkResult; fault: string | undefined } {
  const result = link({ ...options, inputs, ...(script !== undefined && { script: SourceFile.fromString('fuzzed.lds', script) }) })
  const hasErrors = result.diagnostics.some(({ severity }) => severity === 'error')
  let fault: string | undefined
  if (!result.image && !hasErrors) fault = 'neither an image nor an error'
  else if (result.image && hasErrors && options.noInhibitExec !== true) fault = 'an image and an error'
  else if (result.diagnostics.length > 3000) fault = `${result.diagnostics.length} diagnostics`
  // Whoever asks for the layout must get it, too.
  for (const { inputs: placed } of result.layout.sections) if (placed.length < 0) fault = 'no inputs'
  if (result.layout.symbols.length < 0) fault = 'no symbols'
  return { result, fault }
}
