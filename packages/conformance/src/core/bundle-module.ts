// Bundles one module of this package with what it imports of ours from the sources, so that what is tested is never a stale build.

import { existsSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { packageFolder, packagesFolder } from './folders.ts'

/** @kernelbox/NAME is its source, as in the unit tests. */
export const fromSource: Plugin = {
  name: 'from-source',
  setup(builder) {
    builder.onResolve({ filter: /^@kernelbox\/\w+$/ }, ({ path }) => {
      const source = join(packagesFolder, path.slice('@kernelbox/'.length), 'src', 'index.ts')
      return existsSync(source) ? { path: source } : undefined
    })
  },
}

/** The path of the bundle, which is the caller's to remove. */
export async function bundleModule(entry: string, plugins: readonly Plugin[] = []): Promise<string> {
  const folder = join(packageFolder, 'dist', 'modules')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, `${basename(entry, '.ts')}-${process.pid}.mjs`)
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    plugins: [fromSource, ...plugins],
  })
  return outfile
}
