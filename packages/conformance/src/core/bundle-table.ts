// The instruction table, encoder and decoder as one minified module, as a program that uses them alone would load it.

import { join } from 'node:path'
import { build } from 'esbuild'
import { packagesFolder } from './folders.ts'

export async function bundleTable(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(packagesFolder, 'x86', 'src', 'index.ts')],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    write: false,
  })
  return outputFiles[0]!.contents
}
