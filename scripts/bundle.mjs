// Enters: entry points of the package in the current folder. Leaves: dist/*.js, one file each.
// A library keeps its @kernelbox dependencies external; a command (--command) is one file with everything in it,
// because start-up is most of the time of a small assembly (docs/adr/0003): see bundle-command.mjs.
import { readFileSync, rmSync } from 'node:fs'
import { build } from 'esbuild'
import { bundleCommand } from './bundle-command.mjs'

const args = process.argv.slice(2)
const isBrowser = args.includes('--neutral')
const entryPoints = args.filter((word) => !word.startsWith('--'))
// Chunks carry a hash in their names: those of earlier builds would be packed too.
rmSync('dist/chunks', { recursive: true, force: true })

const options = {
  entryPoints: entryPoints.length ? entryPoints : ['src/index.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  target: 'node20',
  platform: isBrowser ? 'neutral' : 'node',
  mainFields: ['module', 'main'],
  external: ['@kernelbox/*', 'v86', 'iced-x86'],
  define: { __KERNELBOX_VERSION__: JSON.stringify(JSON.parse(readFileSync('package.json', 'utf8')).version) },
  minifySyntax: true,
  legalComments: 'eof',
  logLevel: 'warning',
}

if (args.includes('--command')) for (const mainFile of entryPoints) await bundleCommand(mainFile)
else await build(options)
