// The main job, shown: assembles and links the article's three kernels and runs them on the best engine here.
// Enters: the built workspace. Leaves: what happened on standard output; status 0 when all went as the article says.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const bin = fileURLToPath(new URL('../../node_modules/.bin/', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'kernelbox-demo-'))
const bold = (text) => (process.stdout.isTTY && !process.env.NO_COLOR ? `\x1b[1m${text}\x1b[0m` : text)
let failures = 0

function run(name, args, expected) {
  console.log(bold(`$ ${[name, ...args].map((word) => word.replace(`${folder}/`, '')).join(' ')}`))
  const { status, stdout, stderr, error } = spawnSync(join(bin, name), args, {
    cwd: here,
    encoding: 'utf8',
    timeout: 60_000,
    shell: process.platform === 'win32',
  })
  process.stdout.write(stdout ?? '')
  process.stdout.write(stderr ?? '')
  const isRight = !error && status === expected.status && (expected.stdout === undefined || stdout === expected.stdout)
  if (!isRight) {
    failures++
    console.log(`^^^ not as expected: status ${status}, expected ${expected.status}${error ? ` (${error.message})` : ''}`)
  }
}

function showImage(name) {
  const image = readFileSync(join(folder, name))
  const hex = (from, to) => [...image.subarray(from, to)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  console.log(`  ${name}: ${image.length} bytes; first ${hex(0, 8)} …, at 0xfff0 ${hex(0xfff0, 0xfff5)} (ljmp $0xf000,$start)\n`)
}

try {
  console.log('The kernels of "Linux KVM as a Learning Tool", assembled and linked without gcc, as or ld.\n')
  for (const name of ['kernel1', 'kernel2', 'kernel3']) {
    run('kasm', ['-nostdlib', '-ffreestanding', '-Wl,-T,kernel16.lds', `${name}.S`, '-o', join(folder, name)], { status: 0 })
    showImage(name)
  }
  console.log('kernel1 loops for ever: it is stopped after half a second (exit status 124 says: timeout).')
  run('klaunch', ['--timeout', '0.5s', '--stats', join(folder, 'kernel1')], { status: 124, stdout: '' })
  console.log('\nkernel2 writes each letter with an outb of its own.')
  run('klaunch', ['--stats', join(folder, 'kernel2')], { status: 0, stdout: 'Hello\n' })
  console.log('\nkernel3 writes the string with one rep outsb.')
  run('klaunch', ['--stats', join(folder, 'kernel3')], { status: 0, stdout: 'Hello, World!\n' })
  console.log(failures === 0 ? '\nAll three did what the article says.' : `\n${failures} steps went wrong.`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failures === 0 ? 0 : 1)
