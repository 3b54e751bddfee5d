// Enters: a folder (default: prebuilds). Leaves: <folder>/linux-x64/kernelbox-kvm.node, the same bytes wherever it is built
// with the same compiler (Debian 12's gcc 12.2 made the committed file). Needs gcc and the Linux headers; users need neither.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(dirname(fileURLToPath(import.meta.url)))
const target = join(resolve(process.argv[2] ?? join(here, 'prebuilds')), 'linux-x64', 'kernelbox-kvm.node')
const headers = createRequire(import.meta.url)('node-api-headers').include_dir
mkdirSync(dirname(target), { recursive: true })
execFileSync(
  process.env.CC ?? 'gcc',
  // Nothing of a libc: no stack protector, no unwinder tables, no builtin that calls out.
  [
    '-shared -fPIC -Os -std=c11 -ffreestanding -nostdlib -Wall -Wextra -Werror',
    '-fno-stack-protector -fno-asynchronous-unwind-tables -fvisibility=hidden -fcf-protection=none -fno-builtin -fno-ident',
    '-Wl,--hash-style=both -Wl,--build-id=none -Wl,-z,noexecstack -Wl,-z,now -s',
  ]
    .flatMap((words) => words.split(' '))
    .concat(['-isystem', headers, 'native/addon.c', '-o', target]),
  { cwd: here, stdio: 'inherit' },
)
const bytes = readFileSync(target)
process.stdout.write(`${createHash('sha256').update(bytes).digest('hex')}  ${bytes.length} bytes\n`)
