import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
// @ts-expect-error a script without types
import { codeBlocks, runBlocks } from './document-blocks.mjs'

const folder = mkdtempSync(join(tmpdir(), 'kernelbox-blocks-'))
afterAll(() => rmSync(folder, { recursive: true }))
const fence = '```'

describe('document blocks', () => {
  it('writes files, runs what is marked and compares the output', () => {
    const page = `${fence}txt file=a.txt\nhello\n${fence}\n${fence}sh run\ncat a.txt\n${fence}\n${fence}text output\nhello\n${fence}\n${fence}sh\nfalse\n${fence}\n`
    expect(runBlocks(page, folder, process.env, 'page')).toBe(1)
  })
  it('refuses other output, a failing block and a block that is not closed', () => {
    const run = `${fence}sh run\necho a\n${fence}\n`
    expect(() => runBlocks(`${run}${fence}text output\nb\n${fence}\n`, folder, process.env, 'page')).toThrow('page:4')
    expect(() => runBlocks(`${fence}sh run\nfalse\necho on\n${fence}\n`, folder, process.env, 'page')).toThrow('exit status 1')
    expect(() => codeBlocks(`${fence}sh\n`)).toThrow('not closed')
  })
})
