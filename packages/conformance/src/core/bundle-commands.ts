// Bundles our commands from their sources, so that what is tested is never a stale build.
// 'worker': all commands in one module behind command-server.ts; runCommand of @kernelbox/cli only registers them there.
// 'command': one command as a user gets it.

import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { fromSource } from './bundle-module.ts'
import { WrongUse } from './case.ts'
import { packagesFolder as packages } from './folders.ts'

const sources: Record<string, string> = {
  kas: join(packages, 'kasm', 'src', 'kas.ts'),
  kasm: join(packages, 'kasm', 'src', 'kasm.ts'),
  kld: join(packages, 'kld', 'src', 'kld.ts'),
}

const registering: Plugin = {
  name: 'registering',
  setup(builder) {
    builder.onResolve({ filter: /\/run-command\.ts$/ }, ({ path, resolveDir, pluginData }) =>
      pluginData === 'real' ? undefined : { path: join(resolveDir, path), namespace: 'registering' },
    )
    builder.onLoad({ filter: /.*/, namespace: 'registering' }, ({ path }) => ({
      resolveDir: resolve(path, '..'),
      pluginData: 'real',
      contents: `
        import { runCommand as run } from './run-command.ts'
        export * from './run-command.ts'
        const commands = globalThis.kernelboxCommands ??= {}
        export async function runCommand(program, main) { commands[program] = () => run(program, main) }`,
    }))
  },
}

/** The path of the bundle. A worker's bundle holds all the programs and is the caller's to remove. */
export async function bundleCommands(kind: 'worker' | 'command', programs: readonly string[]): Promise<string> {
  const entries = programs.map((program) => sources[program] ?? '')
  if (entries.includes('')) throw new WrongUse(`no such command of ours: ${programs.join(', ')}`)
  const outdir = join(packages, 'conformance', 'dist', kind === 'worker' ? 'worker' : 'commands')
  mkdirSync(outdir, { recursive: true })
  const outfile = join(outdir, kind === 'worker' ? `${programs.join('-')}-${process.pid}.js` : `${programs[0]}.js`)
  const server = join(packages, 'conformance', 'src', 'core', 'command-server.ts')
  await build({
    ...(kind === 'command'
      ? { entryPoints: entries.slice(0, 1) }
      : { stdin: { contents: [server, ...entries].map((path) => `import ${JSON.stringify(path)}\n`).join(''), resolveDir: packages } }),
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: ['@kernelbox/kvm', 'v86', 'iced-x86'],
    plugins: kind === 'worker' ? [registering, fromSource] : [fromSource],
    banner: { js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);" },
    // As scripts/bundle.mjs has it; the version itself does not matter to a comparison.
    define: { __KERNELBOX_VERSION__: '"0.0.0"' },
    minifySyntax: true,
    logLevel: 'warning',
  })
  return outfile
}
