// Enters: the name of a root script. Leaves: that script's exit status, after an install.
// Why: a fresh machine has only Node and npm. npx brings the pnpm that packageManager names, puts it
// (and not only its result) on PATH, because turbo calls `pnpm` itself. npm 12 blocks install scripts
// unless they are allowed by name.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const script = process.argv[2]
if (!script || !/^[a-z:]+$/.test(script)) {
  console.error('usage: node scripts/bootstrap.mjs SCRIPT')
  process.exit(2)
}
const root = fileURLToPath(new URL('..', import.meta.url))
const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const steps = `pnpm install --frozen-lockfile --prefer-offline --reporter=append-only && pnpm run ${script}`
const { status, error } = spawnSync('npx', ['--yes', '--allow-scripts=pnpm', '-p', packageManager, '-c', steps], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  shell: process.platform === 'win32',
})
if (error) console.error(`bootstrap: ${error.message}`)
process.exit(status ?? 1)
