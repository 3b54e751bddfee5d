// Enters: the main file of a command, in the current folder of its package. Leaves: dist/COMMAND.cjs and, beside it, a file for each part
// that the main file imports dynamically: what a usual run does not need is neither read nor compiled (docs/adr/0003).
//
// Two passes of esbuild. The first divides the modules among ES modules, as only that format can be divided. The second makes CommonJS of
// them (Node starts it 10 ms sooner): what the main file imports statically becomes one file with it, so that calls inside it cost nothing
// and a run reads one file; the other parts take what they share with it from that file, so that there is one of each class and each state.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'

/**
 * Our libraries are bundled from their sources, and their index files are looked through: each name is imported from the file that it stands
 * in. esbuild divides whole files by who reaches them, and through an index everything reaches everything.
 */
const throughIndexes = {
  name: 'through-indexes',
  setup(hooks) {
    hooks.onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replaceAll(
        /^import (type )?\{([^}]*)\} from '@kernelbox\/(?!kvm)(\w+)'$/gm,
        (_, isType, names, library) => (isType ? '' : importsFromFiles(names, library)),
      ),
    }))
  },
}

function importsFromFiles(names, library) {
  const folder = join(process.cwd(), '..', library, 'src')
  const index = indexOf(folder)
  const imports = []
  for (const name of names.split(',').map((written) => written.trim())) {
    if (name === '' || name.startsWith('type ')) continue
    const [exported, local] = name.split(' as ')
    const { file, own } = index.names.get(exported) ?? { file: index.rest, own: exported }
    imports.push(`import { ${own} as ${local ?? exported} } from ${JSON.stringify(join(folder, file))};`)
  }
  return imports.join('')
}

const indexes = new Map()

/** In which file each name of a library stands; `rest`: where those do that the index does not name. */
function indexOf(folder) {
  let index = indexes.get(folder)
  if (index) return index
  const text = readFileSync(join(folder, 'index.ts'), 'utf8')
  const names = new Map()
  for (const [, list, file] of text.matchAll(/^export \{([^}]*)\} from '(.*)'$/gm)) {
    for (const name of list.split(',')) {
      const [own, exported] = name.trim().split(' as ')
      names.set(exported ?? own, { file, own })
    }
  }
  for (const [, name] of text.matchAll(/^export (?:function|const|class) (\w+)/gm)) names.set(name, { file: 'index.ts', own: name })
  const stars = [...text.matchAll(/^export \* from '(.*)'$/gm)].map(([, file]) => file)
  if (stars.length > 1) throw new Error(`${folder}/index.ts: which of ${stars.join(', ')} exports a name cannot be told`)
  index = { names, rest: stars[0] ?? 'index.ts' }
  indexes.set(folder, index)
  return index
}

/** commander loads child_process at once, which costs 4 ms and which no command of ours uses. */
const lazyChildProcess = {
  name: 'lazy-child-process',
  setup(hooks) {
    hooks.onResolve({ filter: /^node:child_process$/ }, ({ path }) => ({ path, namespace: 'lazy' }))
    hooks.onLoad({ filter: /./, namespace: 'lazy' }, () => ({
      contents: "exports.spawn = (...words) => require('child_process').spawn(...words)",
    }))
  },
}

/**
 * The addon stays in its package, its JavaScript goes into the command: a file less to find, and a search less. Node's search for a package costs a
 * millisecond or two, and the places where npm and pnpm put a dependency are known: look there first.
 */
const kvmInside = {
  name: 'kvm-inside',
  setup(hooks) {
    hooks.onResolve({ filter: /^@kernelbox\/kvm$/ }, () => ({ path: join(process.cwd(), '..', 'kvm', 'src', 'index.ts') }))
    hooks.onResolve({ filter: /^kvm-folder$/ }, ({ path }) => ({ path, namespace: 'kvm' }))
    hooks.onLoad({ filter: /./, namespace: 'kvm' }, () => ({
      contents: `
        const { existsSync } = require('fs')
        exports.kvmFolder = () =>
          ['/../../@kernelbox/kvm', '/../node_modules/@kernelbox/kvm', '/../../kvm'].map((place) => __dirname + place + '/prebuilds').find(existsSync) ??
          require('path').join(require.resolve('@kernelbox/kvm/package.json'), '../prebuilds')`,
    }))
    hooks.onLoad({ filter: /[/\\]kvm[/\\]src[/\\]binding\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: `import { kvmFolder } from 'kvm-folder'\n${readFileSync(path, 'utf8').replace('import.meta.dirname', 'kvmFolder()')}`,
    }))
    // A library loads this engine when it is asked for; a command takes it nearly always.
    hooks.onLoad({ filter: /[/\\]launcher[/\\]src[/\\]create-vm\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: `import * as kvmEngine from './engines/kvm/kvm-engine.ts'\n${readFileSync(path, 'utf8').replace("await import('./engines/kvm/kvm-engine.ts')", 'kvmEngine')}`,
    }))
  },
}

/** Packages that a user installs beside the command. */
const external = ['@kernelbox/kvm/package.json', 'v86', 'iced-x86']

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  write: false,
  outdir: 'dist',
  logLevel: 'warning',
}

/** @param mainFile `src/NAME.ts` */
export async function bundleCommand(mainFile) {
  const command = basename(mainFile, '.ts')
  for (const file of readdirSync('dist')) if (file === `${command}.cjs` || file.startsWith(`${command}-`)) rmSync(join('dist', file))

  const divided = await build({
    ...shared,
    entryPoints: [mainFile],
    format: 'esm',
    splitting: true,
    metafile: true,
    chunkNames: `${command}-[name]-[hash]`,
    mainFields: ['module', 'main'],
    external,
    define: { __KERNELBOX_VERSION__: JSON.stringify(JSON.parse(readFileSync('package.json', 'utf8')).version) },
    plugins: [kvmInside, throughIndexes, lazyChildProcess],
    minifySyntax: true,
    legalComments: 'eof',
  })
  const texts = new Map(divided.outputFiles.map(({ path, text }) => [basename(path), text]))
  const { outputs } = divided.metafile
  const importsOf = (file, kind) =>
    outputs[`dist/${file}`].imports.filter((one) => !one.external && one.kind === kind).map(({ path }) => basename(path))

  const mainName = `${command}.js`
  const inMain = new Set([mainName])
  for (const file of inMain) for (const imported of importsOf(file, 'import-statement')) inMain.add(imported)
  const merged = [...inMain].filter((file) => file !== mainName)
  for (const file of texts.keys()) {
    const again = importsOf(file, 'dynamic-import').find((imported) => inMain.has(imported))
    if (again) throw new Error(`${file} imports ${again} dynamically, which ${mainName} loads anyway: import it statically`)
  }

  const asCjs = (name) => `./${name.replace(/\.js$/, '.cjs')}`
  const parts = {
    name: 'parts',
    setup(hooks) {
      hooks.onResolve({ filter: /^\.\/[^/]+\.js$/ }, ({ path, kind, importer, pluginData }) => {
        const name = basename(path)
        const isInMain = inMain.has(name)
        if (kind === 'entry-point' || (isInMain && inMain.has(basename(importer))) || pluginData === 'whole')
          return { path: name, namespace: 'part' }
        return { path: name, namespace: isInMain ? 'from-main' : 'apart' }
      })
      hooks.onLoad({ filter: /./, namespace: 'part' }, ({ path }) => ({ contents: texts.get(path), resolveDir: process.cwd() }))
      hooks.onLoad({ filter: /./, namespace: 'from-main' }, ({ path }) => ({
        contents: `module.exports = require('${asCjs(mainName)}').part${merged.indexOf(path)}`,
      }))
      hooks.onLoad({ filter: /./, namespace: 'apart' }, ({ path }) => ({ contents: `module.exports = require('${asCjs(path)}')` }))
      hooks.onResolve({ filter: /\.cjs$/ }, ({ path }) => ({ path, external: true }))
      // The main file with what it shares; a part that no other shares anything with needs nothing of that.
      hooks.onResolve({ filter: /^main$/ }, ({ path }) => ({ path, namespace: 'main' }))
      hooks.onLoad({ filter: /./, namespace: 'main' }, () => ({
        contents: [`import './${mainName}'`, ...merged.map((file, i) => `export * as part${i} from './${file}'`)].join('\n'),
        resolveDir: process.cwd(),
        pluginData: 'whole',
      }))
    },
  }
  await build({
    ...shared,
    write: true,
    entryPoints: [
      { in: 'main', out: command },
      ...[...texts.keys()].filter((file) => !inMain.has(file)).map((file) => ({ in: `./${file}`, out: file.slice(0, -3) })),
    ],
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    external,
    // import.meta.url would cost Node's URL; sources say dirname and filename.
    define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
    plugins: [parts],
    minify: true,
    legalComments: 'eof',
  })
}
