// Bundles the launcher library from its sources, so that what is tested is never a stale build, and loads it. Its addon and v86 stay where
// they are: each module keeps its own folder.
import { mkdirSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { packagesFolder } from './folders.ts'

export type Launcher = typeof import('@kernelbox/launcher')

/** Bundles a module and the launcher that it imports; the path of the bundle, which is the caller's to remove. */
export async function bundleWithLauncher(entry = join(packagesFolder, 'launcher', 'src', 'index.ts')): Promise<string> {
  const outfile = join(packagesFolder, 'conformance', 'dist', 'launcher', `${basename(entry, '.ts')}-${process.pid}.mjs`)
  mkdirSync(join(outfile, '..'), { recursive: true })
  const v86 = createRequire(join(packagesFolder, 'launcher', 'package.json')).resolve('v86')
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    plugins: [
      {
        name: 'from-source',
        setup(builder) {
          builder.onResolve({ filter: /^@kernelbox\/\w+$/ }, ({ path }) => ({
            path: join(packagesFolder, path.slice('@kernelbox/'.length), 'src', 'index.ts'),
          }))
          builder.onResolve({ filter: /^v86$/ }, () => ({ path: pathToFileURL(v86).href.replace(/\.js$/, '.mjs'), external: true }))
          builder.onLoad({ filter: /\/(?:kvm|launcher)\/src\/.*\.ts$/ }, async ({ path }) => ({
            loader: 'ts',
            contents: (await readFile(path, 'utf8'))
              .replaceAll('import.meta.filename', JSON.stringify(path))
              .replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
          }))
        },
      },
    ],
  })
  return outfile
}

export async function loadLauncher(): Promise<Launcher> {
  const bundle = await bundleWithLauncher()
  try {
    return (await import(pathToFileURL(bundle).href)) as Launcher
  } finally {
    rmSync(bundle, { force: true })
  }
}
