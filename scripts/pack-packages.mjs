// Enters: a built workspace. Leaves: an empty project outside it with every published package installed from its
// tarball by npm, and a PATH that holds node, npm, a shell and file tools but no compiler, assembler or linker.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Folders and manifests of the packages that are published. */
export function publishedPackages() {
  return readdirSync(join(root, 'packages'))
    .map((name) => ({
      folder: join(root, 'packages', name),
      manifest: JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')),
    }))
    .filter(({ manifest }) => !manifest.private)
}

/** Tarballs as `pnpm publish` would send them, in `folder`. */
export function packAll(folder) {
  return publishedPackages().map(({ folder: source, manifest }) => {
    const before = new Set(readdirSync(folder))
    execFileSync('pnpm', ['pack', '--pack-destination', folder], { cwd: source, stdio: ['ignore', 'ignore', 'inherit'] })
    const [tarball] = readdirSync(folder).filter((name) => !before.has(name))
    if (!tarball) throw new Error(`${manifest.name}: pnpm pack made no tarball`)
    return { name: manifest.name, tarball: join(folder, tarball) }
  })
}

const allowedPrograms = [
  'sh',
  'bash',
  'env',
  'ls',
  'cat',
  'cp',
  'mkdir',
  'rm',
  'cmp',
  'od',
  'head',
  'tail',
  'printf',
  'test',
  'true',
  'false',
  'sed',
  'grep',
  'wc',
  'sleep',
  'kill',
  'timeout',
  'make',
  'echo',
  'xxd',
  'stat',
  'uname',
  'dirname',
  'basename',
]

/** A folder of links to harmless programs: what a machine without a tool chain has. */
function pathWithoutCompiler(folder) {
  mkdirSync(folder)
  for (const name of allowedPrograms) {
    for (const place of (process.env.PATH ?? '').split(delimiter)) {
      try {
        if (readdirSync(place).includes(name)) {
          symlinkSync(join(place, name), join(folder, name))
          break
        }
      } catch {
        // a PATH entry that does not exist
      }
    }
  }
  // Links into the folder of the node that runs this, so that the matrix tests what it says.
  const nodeFolder = dirname(process.execPath)
  symlinkSync(process.execPath, join(folder, 'node'))
  for (const name of ['npm', 'npx']) if (readdirSync(nodeFolder).includes(name)) symlinkSync(join(nodeFolder, name), join(folder, name))
  return folder
}

/**
 * Packs, installs and hands the project's folder and environment to `use`; removes all of it afterwards.
 * @param {(project: { folder: string, env: NodeJS.ProcessEnv }) => void} use
 */
export function withInstalledPackages(use) {
  const work = mkdtempSync(join(tmpdir(), 'kernelbox-packages-'))
  try {
    mkdirSync(join(work, 'tarballs'))
    mkdirSync(join(work, 'project'))
    mkdirSync(join(work, 'home'))
    const tarballs = packAll(join(work, 'tarballs'))
    const folder = join(work, 'project')
    // npm would ask the registry for packages that are not published yet: overrides point it to the tarballs.
    const files = Object.fromEntries(tarballs.map(({ name, tarball }) => [name, `file:${tarball}`]))
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ private: true, type: 'module', dependencies: files, overrides: files }, null, 2),
    )
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], { cwd: folder, stdio: 'inherit' })
    const bin = pathWithoutCompiler(join(work, 'bin'))
    const env = { HOME: join(work, 'home'), PATH: `${join(folder, 'node_modules', '.bin')}${delimiter}${bin}`, LANG: 'C.UTF-8' }
    use({ folder, env })
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
