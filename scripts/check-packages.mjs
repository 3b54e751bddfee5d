// The published packages as a user gets them: tarballs, npm, an empty folder, no compiler. Runs the article's kernels by
// the commands' names, every README's and docs page's marked code blocks, and publint and attw on each package.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { runBlocks } from './document-blocks.mjs'
import { publishedPackages, root, withInstalledPackages } from './pack-packages.mjs'

let passed = 0
let failed = 0
function check(name, run) {
  try {
    run()
    passed++
    console.log(`ok   ${name}`)
  } catch (error) {
    failed++
    console.log(`FAIL ${name}\n${error.stdout ?? ''}${error.stderr ?? ''}${error.message}`)
  }
}

const tool = (name, args, cwd) =>
  execFileSync(join(root, 'node_modules', '.bin', name), args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

for (const { folder, manifest } of publishedPackages()) {
  check(`${manifest.name}: manifest`, () => {
    for (const member of ['description', 'license', 'files', 'engines'])
      if (!manifest[member]) throw new Error(`package.json has no "${member}"`)
    for (const script of ['install', 'preinstall', 'postinstall'])
      if (manifest.scripts?.[script]) throw new Error(`has an ${script} script`)
    if (!existsSync(join(folder, 'README.md'))) throw new Error('has no README.md')
  })
  check(`${manifest.name}: publint`, () => tool('publint', ['--strict', '--pack', 'pnpm'], folder))
  if (manifest.exports) check(`${manifest.name}: attw`, () => tool('attw', ['--pack', '.', '--profile', 'esm-only'], folder))
}

withInstalledPackages(({ folder, env }) => {
  const inProject = (command, cwd = folder) =>
    execFileSync('sh', ['-euc', command], { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  check('no compiler in PATH', () => inProject('for name in gcc cc as ld clang tcc; do if command -v "$name"; then exit 1; fi; done'))
  for (const name of ['kasm', 'kas', 'kld', 'klaunch'])
    check(`${name} --version and --help`, () => inProject(`${name} --version && ${name} --help | grep -i example`))
  check("the article's kernels, built and run", () => {
    cpSync(join(root, 'examples', 'article'), join(folder, 'article'), { recursive: true })
    const output = inProject(
      'for n in 1 2 3; do kasm -nostdlib -ffreestanding -Wl,-T,kernel16.lds kernel$n.S -o kernel$n; done; for n in 1 2 3; do test $(stat -c %s kernel$n) = 65525; done; for engine in auto software; do klaunch --engine $engine kernel2; klaunch --engine $engine kernel3; done',
      join(folder, 'article'),
    )
    if (output !== 'Hello\nHello, World!\nHello\nHello, World!\n') throw new Error(`printed ${JSON.stringify(output)}`)
  })
  const documents = [join(root, 'README.md'), ...publishedPackages().map((p) => join(p.folder, 'README.md'))]
  if (existsSync(join(root, 'docs')))
    documents.push(
      ...readdirSync(join(root, 'docs'))
        .filter((name) => name.endsWith('.md'))
        .map((name) => join(root, 'docs', name)),
    )
  documents.forEach((document, index) => {
    const name = relative(root, document)
    if (!existsSync(document)) return
    check(`${name}: code blocks`, () => {
      const place = join(folder, `document-${index}`)
      mkdirSync(place)
      const ran = runBlocks(readFileSync(document, 'utf8'), place, env, name)
      if (ran === 0 && /packages\//.test(name)) throw new Error('has no block that is run')
    })
  })
})

console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)
