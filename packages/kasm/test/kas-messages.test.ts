// What the command kas prints, and its exit status, for what people get wrong. GNU as 2.40 reports the same lines with the
// same severity (`as --32`), but for the warnings that are asked for by name; the words are ours.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { build } from '../src/build.ts'
import { parseCommandLine } from '../src/command-line.ts'
import { runKas } from '../src/kas.ts'

let printed = ''
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  const writeSync = (descriptor: number, data: Uint8Array, ...more: []) => {
    if (descriptor !== 2) return real.writeSync(descriptor, data, ...more)
    printed += Buffer.from(data).toString('utf8')
    return data.length
  }
  return { ...real, writeSync }
})

// Importing a command's main file runs it.
vi.mock('@kernelbox/cli', async (original) => ({ ...(await original<typeof import('@kernelbox/cli')>()), runCommand: () => undefined }))

let folder: string
let before: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kas-'))
  before = process.cwd()
  process.chdir(folder)
})
afterAll(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

async function kas(text: string, ...words: string[]): Promise<{ status: number; text: string }> {
  writeFileSync('boot.s', text)
  printed = ''
  const status = await runKas(['--32', ...words, 'boot.s', '-o', 'boot.o'])
  return { status, text: printed }
}

/** Source, exit status, head of the first message (line, column, severity), and what must stand in the text. */
const entries: readonly (readonly [string, number, string, ...string[]])[] = [
  ['.code16\nmvo %ax,%bx\n', 1, '2:1: error', "did you mean 'mov'?", '   2 | mov %ax,%bx'],
  ['.code16\nmov %ax,%bl\n', 1, '2:9: error', '8 bits against 16', '%bx has 16 bits; or take %al on the other side'],
  ['.code16\nint 0x10\n', 1, '2:5: error', "a number without '$' is an address", '   2 | int $0x10'],
  ['.code16\nmov ax,5\n', 1, '2:5: error', '   2 | mov $5,%ax'],
  ['.code16\nmov 4(%bx,%si, %ax\n', 1, '2:6: error', 'this parenthesis is never closed', '     |      ^\n'],
  ['.code16\nmsg: .skip 400\ncode: .skip 120\n.org 510\n', 1, '4:1: error', '10 bytes before', "'msg' takes 400 bytes", 'boot.s:3:1: note'],
  ['a: nop\na:\n', 1, '2:1: error', 'boot.s:1:1: note: first defined here'],
  ['.code16\n.skip 0x10006\nx: mov $x,%ax\n', 1, '3:4: error', "'x' lies at 0x10006 of .text, 7 bytes beyond 0xffff", '64 KB'],
  ['.code16\nmov %rax,%bx\n', 1, '2:5: error', '%rax is only available in 64-bit code', 'boot.s:1:1: note: 16-bit code since here'],
  ['.asciiz "a"\n', 1, '1:1: error', "did you mean '.asciz'?"],
  ['nop ; set ax to one\n', 1, '1:14: error', "a comment begins with '#'"],
  ['movb $300,%al\n', 0, '1:6: warning', '(-128 to 255)', '0x2c'],
  ['.code16\nmov (%bx),(%si)\n', 1, '2:11: error', 'two memory operands'],
  ['.code16\nmovw $0x10,%ds\n', 1, '2:6: error', 'go through %ax'],
  ['.code16\nmov (%ax),%bx\n', 1, '2:5: error', '16-bit addresses take %bx, %bp, %si, %di'],
  ['.code16\ninc (%bx)\n', 0, '2:1: warning', 'write incb, incw or incl'],
  ['.code16\nljmp 0x08:start32\n', 1, '2:10: error', '   2 | ljmp $0x08,$start32'],
  ['.code16\nloop far\n.skip 200\nfar: nop\n', 1, '2:1: error', '73 bytes beyond'],
  ['in $0x3f8,%al\n', 0, '1:4: warning', '0xf8', 'ports above 255 are reached through %dx'],
  ['nop\n.ascii "hello\nnop\n', 1, '2:8: error', 'never closed'],
  ['foo: .word (foo>>16)\n', 1, '1:12: error', 'until the program is linked', "write 'foo_value = foo >> 16;'", '(foo - start) >> 16'],
]

/** Source, the name of the warning, and what must stand in the text. */
const asked: readonly (readonly [string, string, ...string[]])[] = [
  ['.code16\nmov 5,%ax\n', 'bare-address', 'memory at address 5', '   2 | mov $5,%ax'],
  ['.code16\nadd ax,%bx\n', 'register-name', '   2 | add %ax,%bx'],
  ['.code16\nmov $-40000,%ax\n', 'constant-wrap', '0x63c0'],
  ['.code16\nljmp $8,$pm\n.code32\npm: nop\n', 'far-offset', 'ljmpl $8,$pm', 'boot.s:4:1: note'],
]

describe('kas', () => {
  it.each(entries)('tells of %j', async (source, status, head, ...words) => {
    const told = await kas(source)
    expect(told.status).toBe(status)
    expect(told.text.startsWith(`boot.s:${head}: `)).toBe(true)
    for (const word of words) expect(told.text).toContain(word)
  })
  it.each(asked)('warns of %j when it is asked for by -W%s', async (source, name, ...words) => {
    expect(await kas(source)).toEqual({ status: 0, text: '' })
    expect((await kas(source, '-Wall', `-Wno-${name}`)).text).toBe('')
    const told = await kas(source, `-W${name}`)
    expect(told.status).toBe(0)
    expect(told.text).toMatch(new RegExp(`^boot.s:2:\\d+: warning: .* \\[-W${name}\\]\n`))
    for (const word of words) expect(told.text).toContain(word)
    expect((await kas(source, `-W${name}`, '--fatal-warnings')).status).toBe(1)
  })
  it('does not warn by name of what is meant', async () => {
    const right = '.code16\nmov %es:5,%ax\njmp 5\nmov $-32768,%ax\nljmpl $8,$pm\nljmp $8,$rm\nrm: nop\n.code32\npm: nop\n'
    expect(await kas(right, '-Wall')).toEqual({ status: 0, text: '' })
  })
  it('refuses the name of a warning that does not exist', async () => {
    await expect(kas('nop\n', '-Wbare-adress')).rejects.toThrow('did you mean -Wbare-address?')
  })
  it('tells of the expansions of macros, and of a fault in a long repetition once', async () => {
    const { text } = await kas('.macro m a\nmov %ax,\\a\n.endm\n.rept 5000\nm %bl\n.endr\n')
    expect(text.match(/error/g)).toHaveLength(1)
    expect(text).toContain('boot.s:5:1: note: in this expansion of m')
    expect(text).toContain('boot.s:4:1: note: in this .rept')
    expect(text).toContain('and 4999 more like this')
  })
  it('leaves the output as it was after an error', async () => {
    await kas('nop\n')
    const object = readFileSync('boot.o')
    expect((await kas('mvo\n')).status).toBe(1)
    expect(readFileSync('boot.o').equals(object)).toBe(true)
  })
  it('gives the same to programs: JSON and SARIF', async () => {
    const { diagnostics, version } = JSON.parse((await kas('mvo\n', '--diagnostics-format=json')).text)
    expect([version, diagnostics[0].code, diagnostics[0].place.line]).toEqual([1, 'unknown-mnemonic', 1])
    const log = JSON.parse((await kas('mvo\n', '--diagnostics-format=sarif')).text)
    expect(log.runs[0].results[0].locations[0].physicalLocation.region.startLine).toBe(1)
  })
})

describe('kasm', () => {
  it.each(entries)('says the same of %j', async (source, status, _head, ...words) => {
    writeFileSync('boot.S', source)
    const command = parseCommandLine(['-m32', '-c', 'boot.S', '-o', 'boot.o'])
    if (typeof command === 'string') throw new Error(command)
    printed = ''
    expect(await build(command)).toBe(status)
    for (const word of words) expect(printed).toContain(word.replaceAll('boot.s', 'boot.S'))
  })
})

describe('the command line of kas', () => {
  it.each(['-K', '--info', '-mbig-obj', '-march=', '--size-check=foo', '--elf-stt-common=maybe', '--compress-debug-sections=x', '-M'])(
    'refuses %s, as GNU as does (-M is not supported)',
    async (word) => {
      await expect(kas('nop\n', word)).rejects.toThrow(word.replace(/=.*/, ''))
    },
  )
  it.each([
    '-J',
    '-k',
    '--fatal',
    '--noexec',
    '-O5',
    '--size-check=error',
    '--compress-debug-sections',
    '--debug-prefix-map=a=b',
    '-nocpp',
  ])('takes %s, as GNU as does', async (word) => {
    expect(await kas('nop\n', word)).toEqual({ status: 0, text: '' })
  })
  it('adds .note.GNU-stack for --noexecstack, unless the source has one', async () => {
    const flagsOf = async (source: string, word: string) => {
      await kas(source, word)
      const object = readFileSync('boot.o')
      const at = object.indexOf('.note.GNU-stack')
      return { isThere: at > 0, isTwice: object.indexOf('.note.GNU-stack', at + 1) > 0 }
    }
    expect(await flagsOf('nop\n', '--noexecstack')).toEqual({ isThere: true, isTwice: false })
    expect(await flagsOf('.section .note.GNU-stack,"x"\n', '--noexecstack')).toEqual({ isThere: true, isTwice: false })
    expect((await flagsOf('nop\n', '--warn')).isThere).toBe(false)
  })
  it('writes dependencies as a rule for make', async () => {
    writeFileSync('part.s', 'nop\n')
    await kas('.include "part.s"\n', '--MD=boot.d')
    expect(readFileSync('boot.d', 'utf8')).toBe('boot.o: boot.s \\\n part.s\n')
  })
})
