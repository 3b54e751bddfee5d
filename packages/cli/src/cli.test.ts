import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { splitWords } from './arguments.ts'
import {
  expandResponseFiles,
  FileError,
  isFileFailure,
  openInputFile,
  OutputFile,
  readInputFile,
  runCommand,
  UsageError,
  wantsColor,
  writeOutputFile,
} from './index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kernelbox-cli-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('files', () => {
  it('says why a file cannot be read', () => {
    expect(readInputFile(join(folder, 'none'))).toMatchObject({ code: 'ENOENT', message: 'no such file or directory' })
    expect(readInputFile(folder)).toMatchObject({ code: 'EISDIR' })
    writeFileSync(join(folder, 'big'), 'abc')
    expect(readInputFile(join(folder, 'big'), 2)).toMatchObject({ code: 'ETOOBIG' })
  })
  it('replaces an output whole and leaves no temporary file', () => {
    const path = join(folder, 'out')
    writeFileSync(path, 'old contents')
    expect(writeOutputFile(path, new Uint8Array([1, 2]))).toBeUndefined()
    expect([...readFileSync(path)]).toEqual([1, 2])
    expect(readdirSync(folder)).toEqual(['out'])
  })
  it('reports an output that cannot be written', () => {
    expect(writeOutputFile(join(folder, 'no', 'out'), new Uint8Array(1))).toMatchObject({ code: 'ENOENT' })
    expect(writeOutputFile(folder, new Uint8Array(1))).toMatchObject({ code: 'EISDIR' })
    expect(writeOutputFile('/dev/null', new Uint8Array(1))).toBeUndefined()
  })
})

describe('files in pieces', () => {
  it('reads a large input where it is asked to, and says when it has changed', () => {
    const path = join(folder, 'large')
    writeFileSync(path, Buffer.alloc(200_000, 'abcd'))
    const found = openInputFile(path)
    if (found instanceof Uint8Array || isFileFailure(found)) throw new Error('it is read whole')
    const target = new Uint8Array(3)
    found.read(target, 100_001)
    expect([found.sizeInBytes, ...target]).toEqual([200_000, ...Buffer.from('bcd')])
    expect(() => found.read(new Uint8Array(2), 199_999)).toThrow('became shorter')
    const other = openInputFile(path)
    writeFileSync(path, 'x')
    expect(() => (other as typeof found).read(target, 0)).toThrow('changed while it was read')
    expect(openInputFile(path)).toEqual(Buffer.from('x'))
    expect(openInputFile(join(folder, 'none'))).toMatchObject({ code: 'ENOENT' })
  })
  it('shows an output under its name only when it is whole', () => {
    const path = join(folder, 'out')
    writeFileSync(path, 'old')
    const thrown = new OutputFile(path, 0o666)
    thrown.write(Uint8Array.of(1), 0)
    thrown.discard()
    expect([readFileSync(path, 'latin1'), readdirSync(folder)]).toEqual(['old', ['out']])
    const kept = new OutputFile(path, 0o666)
    kept.write(Uint8Array.of(3, 4), 2)
    kept.write(Uint8Array.of(1, 2), 0)
    expect([readFileSync(path, 'latin1'), kept.finish(), [...readFileSync(path)]]).toEqual(['old', undefined, [1, 2, 3, 4]])
    expect(readdirSync(folder)).toEqual(['out'])
    expect(new OutputFile(join(folder, 'no', 'out'), 0o666).finish()).toMatchObject({ code: 'ENOENT' })
    expect([OutputFile.fits('-'), OutputFile.fits('/dev/null'), OutputFile.fits(folder), OutputFile.fits(path)]).toEqual([
      false,
      false,
      false,
      true,
    ])
  })
})

describe('@file', () => {
  it('is replaced by the words in the file, with quotes and escapes', () => {
    writeFileSync(join(folder, 'args'), `-I "a b"\n-D'X Y' \\@z`)
    expect(expandResponseFiles(['x', `@${join(folder, 'args')}`, '@missing'])).toEqual(['x', '-I', 'a b', '-DX Y', '@z', '@missing'])
    expect(splitWords(' "" a')).toEqual(['', 'a'])
  })
  it('refuses a file that names itself', () => {
    const path = join(folder, 'loop')
    writeFileSync(path, `@${path}`)
    expect(() => expandResponseFiles([`@${path}`])).toThrow(UsageError)
  })
})

describe('what a command throws', () => {
  it.each([
    [new UsageError('no input files'), "x: error: no input files\nx: 'x --help' lists the options\n", 1],
    [new FileError('cannot open a'), 'x: error: cannot open a\n', 1],
    [new RangeError('oops'), 'x: internal error: oops\nx: this is a bug in x; KERNELBOX_DEBUG=1 shows where\n', 70],
  ])('%s is told, and is the exit status', async (error, text, status) => {
    let told = ''
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((piece) => (told += piece) !== '')
    const before = process.exitCode
    await runCommand('x', () => {
      throw error
    })
    write.mockRestore()
    const found = process.exitCode
    process.exitCode = before
    expect([told, found]).toEqual([text, status])
  })
})

describe('colour', () => {
  it('needs a terminal and no NO_COLOR', () => {
    expect(wantsColor({ isTTY: true }, {})).toBe(true)
    expect(wantsColor({ isTTY: true }, { NO_COLOR: '1' })).toBe(false)
    expect(wantsColor({}, {})).toBe(false)
  })
})
