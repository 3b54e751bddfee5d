// kasm as a whole, from its sources: files in, files out. The images' digests are of what gcc 12.2.0 and GNU ld 2.40 made.
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { build } from '../src/build.ts'
import { parseCommandLine } from '../src/command-line.ts'

const article = fileURLToPath(new URL('../../../examples/article/', import.meta.url))
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kasm-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const inFolder = (name: string) => join(folder, name)
async function kasm(...words: string[]): Promise<number> {
  const command = parseCommandLine(words)
  if (typeof command === 'string') throw new Error(command)
  return build(command)
}
const digest = (name: string) =>
  createHash('sha256')
    .update(readFileSync(inFolder(name)))
    .digest('hex')

describe("the article's kernels", () => {
  it.each([
    ['kernel1', '3c705aa1d9e91b2cd0d85da0f7575a5ae538c5265105cf688f86883280a8f3bd'],
    ['kernel2', 'e73e2f820e9ba30604889f79b80718422eaf12a139c90b4093db416a42c45c6e'],
    ['kernel3', '5038fbcd0147045f63733a8c3c2789b81b15d3d34a132abc17b56c21b5f8158f'],
  ])('%s has the bytes of gcc and ld: in one step, by way of an object, with the built-in layout', async (name, expected) => {
    const source = join(article, `${name}.S`)
    const script = join(article, 'kernel16.lds')
    expect(await kasm('-nostdlib', `-Wl,-T,${script}`, source, '-o', inFolder('a'))).toBe(0)
    expect(await kasm('-c', source, '-o', inFolder('a.o'))).toBe(0)
    expect(await kasm('-T', script, inFolder('a.o'), '-o', inFolder('b'))).toBe(0)
    expect(await kasm(source, '-o', inFolder('c'))).toBe(0)
    expect([digest('a'), digest('b'), digest('c')]).toEqual([expected, expected, expected])
    expect(statSync(inFolder('a')).size).toBe(65_525)
    expect(statSync(inFolder('a')).mode & 0o100).toBe(0o100)
  })
})

describe('a build', () => {
  it('of several files links them in order, and writes rules for make', async () => {
    writeFileSync(inFolder('h.h'), '#define N 2\n')
    writeFileSync(inFolder('a.S'), '#include "h.h"\n.code16\n.globl start\nstart: .byte 1, N\n call far\n')
    writeFileSync(inFolder('b.s'), '.code16\n.globl far\nfar: ret\n')
    expect(await kasm('-MD', '-MF', inFolder('a.d'), inFolder('a.S'), inFolder('b.s'), '-o', inFolder('out'))).toBe(0)
    expect([...readFileSync(inFolder('out')).subarray(0, 6)]).toEqual([1, 2, 0xe8, 0, 0, 0xc3])
    expect(readFileSync(inFolder('a.d'), 'utf8')).toContain('h.h')
  })
  it('with an error writes nothing and leaves what was there', async () => {
    writeFileSync(inFolder('a.S'), '#if 1\n nop\n')
    writeFileSync(inFolder('out'), 'old')
    expect(await kasm('-c', inFolder('a.S'), '-MD', '-o', inFolder('out'))).toBe(1)
    expect(readFileSync(inFolder('out'), 'utf8')).toBe('old')
    expect(existsSync(inFolder('out.d'))).toBe(false)
    expect(await kasm('-c', inFolder('none.S'), '-o', inFolder('out'))).toBe(1)
  })
  it('stops at the preprocessed text with -E', async () => {
    writeFileSync(inFolder('a.S'), '#define X(a) a + __LINE__\n\nX(1)\n')
    expect(await kasm('-E', '-P', '-nostdinc', inFolder('a.S'), '-o', inFolder('a.s'))).toBe(0)
    expect(readFileSync(inFolder('a.s'), 'utf8')).toBe('1 + 3\n')
  })
  it('hands -Wa,… to the assembler and -Wl,… to the linker', async () => {
    writeFileSync(inFolder('a.S'), '.if FOO == 7\n.byte 7\n.endif\n')
    writeFileSync(inFolder('x.lds'), 'SECTIONS { . = BASE; .text : { *(.text) LONG(.) } /DISCARD/ : { *(*) } }\n')
    const words = ['-Wa,--defsym,FOO=7', `-Wl,-T,${inFolder('x.lds')}`, '-Wl,--defsym=BASE=0x1000,--oformat=binary']
    expect(await kasm(...words, inFolder('a.S'), '-o', inFolder('out'))).toBe(0)
    expect([...readFileSync(inFolder('out'))]).toEqual([7, 1, 0x10, 0, 0])
  })
  it('with -Werror takes warnings for errors, with -w says nothing of them', async () => {
    writeFileSync(inFolder('a.S'), '#warning w\n nop\n')
    expect(await kasm('-Werror', '-c', inFolder('a.S'), '-o', inFolder('a.o'))).toBe(1)
    expect(await kasm('-w', '-Werror', '-c', inFolder('a.S'), '-o', inFolder('a.o'))).toBe(0)
  })
})
