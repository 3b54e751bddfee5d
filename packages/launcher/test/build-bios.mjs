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
let end = 0xfff0
while (end > 0 && bytes[end - 1] === 0) end--
const lines = bytes
  .subarray(0, end)
  .toString('base64')
  .match(/.{1,128}/g)
writeFileSync(
  new URL('../src/bios/bios-image.ts', import.meta.url),
  `// Made from bios/bios.S by test/build-bios.mjs: the code, and the 16 bytes at the reset vector.
export const biosCode =
${lines.map((line) => `  '${line}'`).join(' +\n')}

export const biosReset = '${bytes.subarray(0xfff0).toString('base64')}'
`,
)
