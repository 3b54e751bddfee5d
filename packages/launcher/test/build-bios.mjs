// Enters: bios/bios.S. Leaves: src/bios/bios-image.ts. The committed bytes are GNU's; a test compares what kasm makes with them.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const scratch = mkdtempSync(join(tmpdir(), 'kernelbox-bios-'))
const object = join(scratch, 'bios.o')
const image = join(scratch, 'bios.bin')
execFileSync('gcc', ['-m32', '-c', 'bios.S', '-o', object], { cwd: new URL('../bios/', import.meta.url).pathname, stdio: 'inherit' })
execFileSync('ld', ['-m', 'elf_i386', '-Ttext=0', '-e', '0', '--oformat', 'binary', object, '-o', image], { stdio: 'inherit' })
const bytes = readFileSync(image)
rmSync(scratch, { recursive: true })
if (bytes.length !== 0x10000) throw new Error(`the BIOS has ${bytes.length} bytes instead of 65,536`)
// Pieces between long runs of zeros: the old entries lie far apart.
const leastGap = 32
const pieces = []
for (let at = 0; at < bytes.length; ) {
  const start = at + bytes.subarray(at).findIndex((byte) => byte !== 0)
  if (start < at) break
  let end = start
  for (let zeros = 0; end + zeros < bytes.length && zeros < leastGap; ) {
    if (bytes[end + zeros] === 0) zeros++
    else {
      end += zeros + 1
      zeros = 0
    }
  }
  pieces.push([start, bytes.subarray(start, end).toString('base64')])
  at = end
}
const written = pieces.map(([start, base64]) => {
  const lines = base64.match(/.{1,128}/g)
  return `  [\n    0x${start.toString(16)},\n${lines.map((line) => `    '${line}'`).join(' +\n')},\n  ],`
})
const path = new URL('../src/bios/bios-image.ts', import.meta.url).pathname
writeFileSync(
  path,
  `// Made from bios/bios.S by test/build-bios.mjs: pieces of the 64 KiB, each with its offset.
export const biosPieces: readonly (readonly [number, string])[] = [
${written.join('\n')}
]
`,
)
execFileSync('npx', ['biome', 'format', '--write', path], { stdio: 'ignore' })
