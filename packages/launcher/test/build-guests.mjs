// Enters: guests/*.S. Leaves: guest-images.ts, golden bytes made by GNU gcc, as and ld. Run it deliberately and read the diff.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = new URL('guests/', import.meta.url).pathname
const scratch = mkdtempSync(join(tmpdir(), 'kernelbox-guests-'))
const version = execFileSync('as', ['--version'], { encoding: 'utf8' }).split('\n')[0]
const entries = []
for (const file of readdirSync(folder).sort()) {
  if (!file.endsWith('.S')) continue
  const object = join(scratch, 'guest.o')
  const image = join(scratch, 'guest.bin')
  const source = readFileSync(join(folder, file), 'utf8')
  const format = /^\/\/ format: (\w+)$/m.exec(source)?.[1] ?? 'flat'
  const is64 = /^\/\/ bits: 64$/m.test(source)
  execFileSync('gcc', [is64 ? '-m64' : '-m32', '-c', file, '-o', object], { cwd: folder, stdio: 'inherit' })
  const layout = {
    flat: ['-Ttext=0', '-e', '0', '--oformat', 'binary'],
    boot: ['-Ttext=0x7c00', '-e', '0', '--oformat', 'binary'],
    elf: ['-N', '-T', join(folder, `elf${is64 ? 64 : 32}.lds`), '--build-id=none', '-s'],
    multiboot: ['-N', '-T', join(folder, `elf${is64 ? 64 : 32}.lds`), '--build-id=none', '-s'],
  }[format]
  execFileSync('ld', ['-m', is64 ? 'elf_x86_64' : 'elf_i386', ...layout, object, '-o', image], { stdio: 'inherit' })
  const bytes = readFileSync(image)
  entries.push(`  '${file.slice(0, -2)}': [${bytes.length}, ${pieces(bytes).join(', ')}],`)
}
rmSync(scratch, { recursive: true })
writeFileSync(
  new URL('guest-images.ts', import.meta.url),
  `// Golden bytes of guests/*.S by ${version}, made by build-guests.mjs: [offset, hex] of what is not zero.
export const guestImages: Record<string, readonly [sizeInBytes: number, ...(readonly [offset: number, hex: string])[]]> = {
${entries.join('\n')}
}
`,
)

function pieces(bytes) {
  const found = []
  let start = 0
  while (start < bytes.length) {
    while (start < bytes.length && bytes[start] === 0) start++
    if (start === bytes.length) break
    let end = start
    let zeros = 0
    for (let i = start; i < bytes.length && zeros < 32; i++) {
      if (bytes[i] === 0) zeros++
      else {
        zeros = 0
        end = i + 1
      }
    }
    found.push(`[0x${start.toString(16)}, '${bytes.subarray(start, end).toString('hex')}']`)
    start = end
  }
  return found
}
