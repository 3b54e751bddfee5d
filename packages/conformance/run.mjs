// Bundles src/NAME.ts with the libraries' sources, so that no stale build is run, and runs it: node run.mjs NAME [words]
import { mkdirSync, renameSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const folder = fileURLToPath(new URL('.', import.meta.url))
const name = process.argv[2]
mkdirSync(`${folder}dist/run`, { recursive: true })
const outfile = `${folder}dist/run/${name}-${process.pid}.mjs`
await build({
  entryPoints: [`${folder}src/${name}.ts`],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['esbuild'],
  plugins: [
    {
      name: 'from-source',
      setup(builder) {
        builder.onResolve({ filter: /^@kernelbox\/\w+$/ }, ({ path }) => ({ path: `${folder}../${path.slice(11)}/src/index.ts` }))
      },
    },
  ],
  define: { 'import.meta.url': JSON.stringify(new URL(`dist/run/`, import.meta.url).href) },
  logLevel: 'warning',
})
renameSync(outfile, `${folder}dist/run/${name}.mjs`)
process.argv.splice(1, 2, `${folder}dist/run/${name}.mjs`)
await import(`${folder}dist/run/${name}.mjs`)
