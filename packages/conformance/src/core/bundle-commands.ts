// Bundles our commands from their sources, so that what is tested is never a stale build.
// 'worker': all commands in one module behind command-server.ts; runCommand of @kernelbox/cli only registers them there.
// 'command': one command as a user gets it.

import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { WrongUse } from './case.ts'

const packages = resolve(fileURLToPath(new URL('../../..', import.meta.url)))

const sources: Record<string, string> = {
  kas: join(packages, 'kasm', 'src', 'kas.ts'),
  kasm: join(packages, 'kasm', 'src', 'kasm.ts'),
  kld: join(packages, 'kld', 'src', 'kld.ts'),
}

/** @kernelbox/NAME is its source, as in the unit tests. */
const fromSource: Plugin = {
  name: 'from-source',
  setup(builder) {
    builder.onResolve({ filter: /^@kernelbox\/\w+$/ }, ({ path }) => {
      const source = join(packages, path.slice('@kernelbox/'.length), 'src', 'index.ts')
      return existsSync(source) ? { path: source } : undefined
    })
  },
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
        export { UsageError } from './run-command.ts'
        const commands = globalThis.kernelboxCommands ??= {}
        export async function runCommand(program, main) { commands[program] = () => run(program, main) }`,
    }))
  },
}

/** The path of the bundle. */
export async function bundleCommands(kind: 'worker' | 'command', program: string): Promise<string> {
  const source = sources[program]
  if (!source) throw new WrongUse(`no command ${program}`)
  const outdir = join(packages, 'conformance', 'dist', kind === 'worker' ? 'worker' : 'commands')
  mkdirSync(outdir, { recursive: true })
  const outfile = join(outdir, kind === 'worker' ? `${program}-${process.pid}.js` : `${program}.js`)
  await build({
    ...(kind === 'command'
      ? { entryPoints: [source] }
      : {
          stdin: {
            contents: `import ${JSON.stringify(join(packages, 'conformance', 'src', 'core', 'command-server.ts'))}\nimport ${JSON.stringify(source)}`,
            resolveDir: packages,
          },
        }),
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: ['@kernelbox/kvm', 'v86', 'iced-x86'],
    plugins: kind === 'worker' ? [registering, fromSource] : [fromSource],
    banner: { js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);" },
    minifySyntax: true,
    logLevel: 'warning',
  })
  return outfile
}
