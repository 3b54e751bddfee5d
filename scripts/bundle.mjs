// Enters: entry points of the package in the current folder. Leaves: dist/*.js, one file each.
// A library keeps its @kernelbox dependencies external; a command (--command) is one file with everything in it,
// because start-up is most of the time of a small assembly (docs/adr/0003).
import { readFileSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

const args = process.argv.slice(2)
const isCommand = args.includes('--command')
const isBrowser = args.includes('--neutral')
// A command as one CommonJS file (--cjs): Node starts it 10 ms sooner, without its ESM loader. A library as CommonJS too (--also-cjs), for such
// a command to load.
const isCjs = args.includes('--cjs')
const alsoCjs = args.includes('--also-cjs')
const entryPoints = args.filter((word) => !word.startsWith('--'))
// Chunks carry a hash in their names: those of earlier builds would be packed too.
rmSync('dist/chunks', { recursive: true, force: true })
// commander loads child_process at once, which costs 4 ms and which no command of ours uses.
const lazyChildProcess = {
  name: 'lazy-child-process',
  setup(hooks) {
    hooks.onResolve({ filter: /^node:child_process$/ }, ({ path }) => ({ path, namespace: 'lazy' }))
    hooks.onLoad({ filter: /./, namespace: 'lazy' }, () => ({
      contents: "exports.spawn = (...words) => require('child_process').spawn(...words)",
    }))
  },
}
// The addon's package stays outside the bundle; its CommonJS form is no public entry (its types are those of the ESM one). Node's search for
// a package costs a millisecond or two, and the places where npm and pnpm put a dependency are known: look there first.
const kvmAsCjs = {
  name: 'kvm-as-cjs',
  setup(hooks) {
    hooks.onResolve({ filter: /^@kernelbox\/kvm$/ }, ({ path }) => ({ path, namespace: 'kvm' }))
    hooks.onLoad({ filter: /./, namespace: 'kvm' }, () => ({
      contents: `
        const { existsSync } = require('fs')
        const places = ['/../node_modules/@kernelbox/kvm', '/../../kvm'].map((place) => __dirname + place + '/dist/index.cjs')
        module.exports = require(places.find(existsSync) ?? require('path').join(require.resolve('@kernelbox/kvm/package.json'), '../dist/index.cjs'))`,
    }))
  },
}
// A dynamic import of what is an entry point itself stays outside: it is loaded, and parsed, only when it is wanted.
const apart = {
  name: 'apart',
  setup(hooks) {
    hooks.onResolve({ filter: /^\.\/\w+\.ts$/ }, ({ path, kind }) => {
      if (kind !== 'dynamic-import' || !entryPoints.includes(`src/${path.slice(2)}`)) return undefined
      return { path: `${path.slice(0, -2)}cjs`, namespace: 'apart' }
    })
    hooks.onResolve({ filter: /./, namespace: 'apart' }, ({ path }) => ({ path, external: true }))
    hooks.onLoad({ filter: /./, namespace: 'apart' }, ({ path }) => ({ contents: `module.exports = require(${JSON.stringify(path)})` }))
  },
}
const cjs = {
  format: 'cjs',
  splitting: false,
  outExtension: { '.js': '.cjs' },
  banner: {},
}
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
  external: isCommand ? ['@kernelbox/kvm', 'v86', 'iced-x86'] : ['@kernelbox/*', 'v86', 'iced-x86'],
  banner: isCommand
    ? { js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);" }
    : {},
  define: { __KERNELBOX_VERSION__: JSON.stringify(JSON.parse(readFileSync('package.json', 'utf8')).version) },
  plugins: isCommand ? [lazyChildProcess] : [],
  minifySyntax: true,
  legalComments: 'eof',
  logLevel: 'warning',
}
const asCjs = {
  ...options,
  ...cjs,
  // import.meta.url would cost Node's URL; sources say dirname and filename.
  define: { ...options.define, 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  plugins: isCommand ? [lazyChildProcess, kvmAsCjs, apart] : [],
  external: isCommand ? ['@kernelbox/kvm/package.json', 'v86', 'iced-x86'] : options.external,
  minify: isCommand,
}
await build(isCjs ? asCjs : options)
if (alsoCjs) await build(asCjs)
