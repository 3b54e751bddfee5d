// What the command kld prints, and its exit status, for what people get wrong; objects come from the command kas. Where
// GNU ld 2.40 refuses, kld does; what GNU ld takes in silence is an error only where the image could not be meant.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { runKas } from '../../kasm/src/kas.ts'

type Main = (words: string[]) => Promise<number>
const { mains, written } = vi.hoisted(() => ({ mains: new Map<string, (words: string[]) => Promise<number>>(), written: { text: '' } }))

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  const writeSync = (descriptor: number, data: Uint8Array, ...more: []) => {
    if (descriptor !== 2) return real.writeSync(descriptor, data, ...more)
    written.text += Buffer.from(data).toString('utf8')
    return data.length
  }
  return { ...real, writeSync }
})

// Importing a command's main file runs it: here it is only kept.
vi.mock('@kernelbox/cli', async (original) => ({
  ...(await original<typeof import('@kernelbox/cli')>()),
  runCommand: (program: string, main: Main) => void mains.set(program, main),
}))

let folder: string
let before: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kld-'))
  before = process.cwd()
  process.chdir(folder)
  await import('../src/kld.ts')
})
afterAll(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

async function assembled(name: string, source: string): Promise<string> {
  writeFileSync(`${name}.s`, source)
  written.text = ''
  const status = await runKas(['--32', `${name}.s`, '-o', `${name}.o`])
  if (status !== 0) throw new Error(written.text)
  return `${name}.o`
}

async function kld(source: string, script: string | undefined, ...words: string[]): Promise<{ status: number; text: string }> {
  const object = await assembled('boot', source)
  rmSync('out', { force: true })
  if (script !== undefined) writeFileSync('x.ld', script)
  written.text = ''
  const status = await (mains.get('kld') as Main)([
    '-m',
    'elf_i386',
    ...(script === undefined ? [] : ['-T', 'x.ld']),
    object,
    ...words,
    '-o',
    'out',
  ])
  return { status, text: written.text }
}

const code = '.code16\n.globl _start\n_start: mov $msg,%si\n hlt\n.section .rodata,"a"\nmsg: .asciz "hi"\n'
const flat = ['--oformat', 'binary']

describe('what a link lacks', () => {
  it('proposes the symbol that an undefined one may be, and writes nothing', async () => {
    const { status, text } = await kld('call prnt\n.globl print\nprint: ret\n', 'SECTIONS { .text : { *(.text) } }', ...flat)
    expect(status).toBe(1)
    expect(text).toContain("boot.o:(.text+0x1): undefined reference to 'prnt'")
    expect(text).toContain("did you mean 'print'?")
    expect(existsSync('out')).toBe(false)
  })
  it('does not keep --noinhibit-exec from an output that can be made', async () => {
    const { status, text } = await kld('call prnt\n', 'SECTIONS { .text : { *(.text) } }', '--noinhibit-exec')
    expect(status).toBe(0)
    expect(text).toContain("error: boot.o:(.text+0x1): undefined reference to 'prnt'")
    expect(existsSync('out')).toBe(true)
  })
  it('says of 16-bit code at the default base how to set the base', async () => {
    const { status, text } = await kld(code, undefined)
    expect(status).toBe(1)
    expect(text).toContain('relocation truncated to fit')
    expect(text).toContain('-Ttext 0x7c00')
  })
  it('says by how much a symbol lies beyond the segment', async () => {
    const script = 'SECTIONS { .text : { *(.text) } .data 0x10006 : { *(.data) } }'
    const { status, text } = await kld('.code16\n mov $x,%ax\n.data\nx: .byte 1\n', script, ...flat)
    expect(status).toBe(1)
    expect(text).toContain('relocation truncated to fit')
    expect(text).toMatch(/0x[0-9a-f]+ beyond it/)
  })
})

describe('where sections come to lie', () => {
  it('names an orphan and the line to add, on request, and links', async () => {
    const { status, text } = await kld(
      code,
      'SECTIONS { . = 0x7c00; .text : { *(.text) } .sig 0x7dfe : { SHORT(0xaa55) } }',
      ...flat,
      '--orphan-handling=warn',
    )
    expect(status).toBe(0)
    expect(text).toContain('no pattern of the script takes section .rodata (3 bytes)')
    expect(text).toContain('name it in SECTIONS: .rodata : { *(.rodata) }')
  })
  it('refuses a flat image with a huge hole and names the culprit, unless told', async () => {
    const script = 'SECTIONS {\n . = 0x7c00;\n .text : { *(.text) *(.rodata) }\n .data 0x10000000 : { LONG(1) }\n}\n'
    const { status, text } = await kld(code, script, ...flat)
    expect(status).toBe(1)
    expect(text).toContain('x.ld:4:2: error: the image would have a hole of 268403')
    expect(text).toContain('--max-gap=')
    expect(existsSync('out')).toBe(false)
  })
  it('points at both lines of an overlap', async () => {
    const { status, text } = await kld(code, 'SECTIONS {\n .text 0x1000 : { *(.text) }\n .rodata 0x1001 : { *(.rodata) }\n}\n', ...flat)
    expect(status).toBe(1)
    expect(text).toContain('x.ld:3:2: error: section .rodata overlaps section .text')
    expect(text).toContain('x.ld:2:2: note: .text is placed here')
    expect(
      (await kld(code, undefined, '-Ttext', '0x1000', '--section-start=.rodata=0x1001', ...flat, '--no-check-sections')).text,
    ).not.toContain('overlaps')
  })
  it('counts the bytes that both sections of an overlap have', async () => {
    const { text } = await kld(code, 'SECTIONS {\n .text 0x1000 : { *(.text) . = 64; }\n .rodata 0x1010 : { *(.rodata) }\n}\n', ...flat)
    expect(text).toContain('LMAs 0x1010 to 0x1012 and 0x1000 to 0x103f share 3 bytes')
  })
  it('says that a section without "a" is not in the image', async () => {
    const { status, text } = await kld(
      'nop\n.section .sig\n.word 0xaa55\n',
      'SECTIONS { .text : { *(.text) } .sig : { *(.sig) } }',
      ...flat,
    )
    expect(status).toBe(0)
    expect(statSync('out').size).toBe(1)
    expect(text).toContain('section .sig of boot.o (2 bytes) is not in the image')
    expect(text).toContain('.section .sig, "a"')
  })
  it("explains that '.' in a section counts from its start", async () => {
    const script = 'SECTIONS { . = 0x7c00;\n .text : { *(.text) *(.rodata) . = 0x7dfe; SHORT(0xaa55) } }'
    const { status, text } = await kld(code, script, ...flat)
    expect(status).toBe(0)
    expect(readFileSync('out').length).toBe(0x7e00)
    expect(text).toContain('x.ld:2:32: note: ')
    expect(text).toContain("write '. = 0x1fe'")
  })
  it('says by how much a region overflows and what fills it', async () => {
    const { status, text } = await kld('.skip 40\n', 'MEMORY { rom : ORIGIN = 0, LENGTH = 32 }\nSECTIONS { .text : { *(.text) } >rom }')
    expect(status).toBe(1)
    expect(text).toContain('x.ld:2:12: error: section .text does not fit in region rom: it overflows by 8 bytes')
    expect(text).toContain('40 bytes are .text of boot.o')
  })
  it('refuses a section without a region where there are regions', async () => {
    const { status, text } = await kld('nop\n', 'MEMORY { rom : ORIGIN = 0, LENGTH = 32 }\nSECTIONS { .text : { *(.text) } }')
    expect(status).toBe(1)
    expect(text).toContain("no memory region specified for loadable section '.text'")
  })
})

describe('words of -z', () => {
  it('that GNU ld does not have are named, as it does, and those that it has are not', async () => {
    const { status, text } = await kld(code, 'SECTIONS { .text : { *(.text) *(.rodata) } }', '-z', 'max-pagesize=4096', '-z', 'now')
    expect(status).toBe(0)
    expect(text).toContain('warning: -z max-pagesize=4096 ignored')
    expect(text).toContain("did you mean '-z max-page-size=4096'?")
    expect(text).not.toContain('-z now')
  })
})

describe('scripts that do not parse', () => {
  it.each<readonly [string, string, string]>([
    ['SECTIONS {\n . = 0x7c00\n .text : { *(.text) }\n}\n', 'x.ld:2:12: error', "end it with ';'"],
    ['SECTION { .text : { *(.text) } }', 'x.ld:1:1: error', "did you mean 'SECTIONS'?"],
    ['SECTIONS { .text: { *(.text) } }', 'x.ld:1:19: error', 'put a blank before the colon'],
    ['SECTIONS { .text { *(.text) } }', 'x.ld:1:18: error', 'followed by a colon'],
    ['SECTIONS { .text : { KEP(*(.text)) } }', 'x.ld:1:27: error', "did you mean 'KEEP'?"],
    ['SECTIONS { . = ALGIN(16); }', 'x.ld:1:16: error', "did you mean 'ALIGN'?"],
    ['SECTIONS { .text : { *(.text } }', 'x.ld:1:30: error', "x.ld:1:23: note: the '(' that is open here"],
    ['SECTIONS { .text : { *(.text) } :code }', 'x.ld:1:12: error', 'PHDRS { code PT_LOAD; }'],
    ['MEMORY { a : ORIGEN = 0, LENGTH = 1 }', 'x.ld:1:14: error', "write 'ORIGIN'"],
  ])('%j: %s', async (script, head, help) => {
    const { status, text } = await kld('nop\n', script)
    expect(status).toBe(1)
    expect(text).toContain(head)
    expect(text).toContain(help)
  })
  it('warns of a misspelt region, as GNU ld does, and names the one meant', async () => {
    const { text } = await kld('nop\n', 'MEMORY { boot : ORIGIN = 0, LENGTH = 64K }\nSECTIONS { .text : { *(.text) } > bot }')
    expect(text).toContain("x.ld:2:35: warning: memory region 'bot' is not declared in MEMORY")
    expect(text).toContain("did you mean 'boot'?")
  })
})
