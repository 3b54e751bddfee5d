// Against gcc 12.2.0 (Debian): golden/NAME.i is what `gcc -E -nostdinc -x assembler-with-cpp NAME.S` printed, byte for byte;
// NAME.messages holds the lines on which it reported, with the severity.
import { readdirSync, readFileSync } from 'node:fs'
import { SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { preprocess } from '../src/index.ts'

const folder = new URL('./golden/', import.meta.url)
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.S'))
  .map((name) => name.slice(0, -2))

describe('the text and the lines of messages are those of gcc', () => {
  it.each(names)('%s', (name) => {
    const source = SourceFile.fromBytes(`${name}.S`, readFileSync(new URL(`${name}.S`, folder)))
    const { output, diagnostics } = preprocess(source, { markers: true })
    expect(output.text).toBe(readFileSync(new URL(`${name}.i`, folder), 'latin1'))
    const lines = diagnostics.map((d) => `${d.reportedAs?.line ?? d.span?.source.lineAt(d.span.start)} ${d.severity}`)
    const expected = readFileSync(new URL(`${name}.messages`, folder), 'utf8')
      .split('\n')
      .filter(Boolean)
    expect([...new Set(lines)].sort()).toEqual(expected.sort())
  })
})
