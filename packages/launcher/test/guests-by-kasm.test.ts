// The guests and the BIOS are built by our own kasm and kld: the bytes are those that GNU's tools made of the same sources.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { readElfProgram } from '../src/boot/elf-program.ts'
import { biosImage } from '../src/index.ts'
import { readGuests } from './guests.ts'

const kasmFolder = fileURLToPath(new URL('../../kasm/', import.meta.url))
const { bin } = JSON.parse(readFileSync(join(kasmFolder, 'package.json'), 'utf8')) as { bin: { kasm: string } }
const kasm = join(kasmFolder, bin.kasm)
const isBuilt = existsSync(join(kasmFolder, 'dist'))
const guestsFolder = fileURLToPath(new URL('guests/', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'kernelbox-guests-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const flat = (address: string) => ['-m32', `-Wl,-Ttext=${address},-e,0,--oformat,binary`]
const elf = (bits: number) => [`-m${bits}`, `-Wl,-N,-T,elf${bits}.lds,--build-id=none`]

function build(folder: string, file: string, words: readonly string[]): Uint8Array {
  const output = join(scratch, `${file}.bin`)
  execFileSync(process.execPath, [kasm, '-nostdlib', ...words, file, '-o', output], { cwd: folder })
  return readFileSync(output)
}

describe.skipIf(!isBuilt)(`guests built by kasm${isBuilt ? '' : ' (skipped: kasm is not built)'}`, () => {
  const guests = readGuests()
  it.each(guests.filter(({ format }) => format === 'flat' || format === 'boot').map((guest) => [guest.name, guest] as const))(
    '%s',
    (_name, guest) => {
      const image = build(guestsFolder, `${guest.name}.S`, flat(guest.format === 'boot' ? '0x7c00' : '0'))
      expect(Buffer.compare(image, guest.image)).toBe(0)
    },
  )
  it.each(guests.filter(({ format }) => format === 'elf' || format === 'multiboot').map((guest) => [guest.name, guest] as const))(
    '%s',
    (_name, guest) => {
      const bits = /^\/\/ bits: 64$/m.test(readFileSync(join(guestsFolder, `${guest.name}.S`), 'utf8')) ? 64 : 32
      expect(memoryOf(build(guestsFolder, `${guest.name}.S`, elf(bits)))).toEqual(memoryOf(guest.image))
    },
  )
  it('the BIOS', () => {
    const image = build(fileURLToPath(new URL('../bios/', import.meta.url)), 'bios.S', flat('0'))
    expect(Buffer.compare(image, biosImage())).toBe(0)
  })
})

/** Entry and loaded bytes, however they are divided into segments. */
function memoryOf(file: Uint8Array): { entry: number; bytes: [number, number][]; end: number } {
  const program = readElfProgram(file)
  if (typeof program === 'string') throw new Error(program)
  const bytes = program.segments.flatMap(({ physicalAddress, bytes: segment }) =>
    [...segment].map((byte, index): [number, number] => [physicalAddress + index, byte]),
  )
  return {
    entry: program.entry,
    bytes,
    end: Math.max(...program.segments.map(({ physicalAddress, memorySize }) => physicalAddress + memorySize)),
  }
}
