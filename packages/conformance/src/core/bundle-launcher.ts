// Bundles the launcher library from its sources and loads it. Its addon and v86 stay where they are: each module keeps its own folder.
import { rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'esbuild'
import { bundleModule } from './bundle-module.ts'
import { packagesFolder } from './folders.ts'

export type Launcher = typeof import('@kernelbox/launcher')

const inPlace: Plugin = {
  name: 'in-place',
  setup(builder) {
    const v86 = createRequire(join(packagesFolder, 'launcher', 'package.json')).resolve('v86')
    builder.onResolve({ filter: /^v86$/ }, () => ({ path: pathToFileURL(v86).href.replace(/\.js$/, '.mjs'), external: true }))
    builder.onLoad({ filter: /\/(?:kvm|launcher)\/src\/.*\.ts$/ }, async ({ path }) => ({
      loader: 'ts',
      contents: (await readFile(path, 'utf8'))
        .replaceAll('import.meta.filename', JSON.stringify(path))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
    }))
  },
}

/** Bundles a module and the launcher that it imports; the path of the bundle, which is the caller's to remove. */
export function bundleWithLauncher(entry = join(packagesFolder, 'launcher', 'src', 'index.ts')): Promise<string> {
  return bundleModule(entry, [inPlace])
}

export async function loadLauncher(): Promise<Launcher> {
  const bundle = await bundleWithLauncher()
  try {
    return (await import(pathToFileURL(bundle).href)) as Launcher
  } finally {
    rmSync(bundle, { force: true })
  }
}
