import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { splitWords } from './arguments.ts'
import { expandResponseFiles, readInputFile, UsageError, wantsColor, writeOutputFile } from './index.ts'

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

describe('colour', () => {
  it('needs a terminal and no NO_COLOR', () => {
    expect(wantsColor({ isTTY: true }, {})).toBe(true)
    expect(wantsColor({ isTTY: true }, { NO_COLOR: '1' })).toBe(false)
    expect(wantsColor({}, {})).toBe(false)
  })
})
