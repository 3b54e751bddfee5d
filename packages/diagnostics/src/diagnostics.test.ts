import { describe, expect, it } from 'vitest'
import { nearestWord, OriginMap, renderJson, renderSarif, renderText, SourceFile, writtenPlace } from './index.ts'

const kernel = SourceFile.fromString('kernel.S', '.code16\nstart:\tmvo %ax,%bx\n')
const typo = { source: kernel, start: 15, end: 18 }

describe('SourceFile', () => {
  it('finds lines and byte columns, also past the last line feed', () => {
    expect(kernel.lineAt(0)).toBe(1)
    expect([kernel.lineAt(15), kernel.columnAt(15)]).toEqual([2, 8])
    expect(kernel.lineAt(kernel.sizeInBytes)).toBe(3)
    expect(kernel.lineText(2)).toBe('start:\tmvo %ax,%bx')
  })
  it('keeps every byte of a file that is not UTF-8', () => {
    const bytes = new Uint8Array([0xff, 0x00, 0x80, 0x0a])
    expect(SourceFile.fromByteText('x', SourceFile.fromBytes('x', bytes).text).bytes).toEqual(bytes)
  })
})

describe('renderText', () => {
  it('gives the GNU header, the line, a caret under the span and the changed line', () => {
    const text = renderText({
      code: 'unknown-instruction',
      severity: 'error',
      message: "no such instruction: 'mvo'",
      span: typo,
      fix: { message: "did you mean 'mov'?", span: typo, replacement: 'mov' },
    })
    expect(text).toBe(
      [
        "kernel.S:2:8: error: no such instruction: 'mvo'",
        '   2 | start:    mvo %ax,%bx',
        '     |           ^~~',
        "     = help: did you mean 'mov'?",
        '   2 | start:    mov %ax,%bx',
        '',
      ].join('\n'),
    )
  })
  it('shows no control character of the input', () => {
    const evil = SourceFile.fromString('e.s', 'a\x1b[31mb\n')
    expect(renderText({ code: 'x', severity: 'error', message: 'm', span: { source: evil, start: 0, end: 1 } })).not.toContain('\x1b')
  })
  it('cuts a long line around the caret', () => {
    const long = SourceFile.fromString('l.s', `${'a'.repeat(1_000_000)}!${'b'.repeat(1_000_000)}`)
    const text = renderText({ code: 'x', severity: 'error', message: 'm', span: { source: long, start: 1_000_000, end: 1_000_001 } })
    expect(text.length).toBeLessThan(500)
    const [, source, caret] = text.split('\n') as [string, string, string]
    expect(source[caret.indexOf('^')]).toBe('!')
  })
})

describe('OriginMap', () => {
  it('leads a span of generated text to the written one and names the expansion', () => {
    const map = new OriginMap()
    map.add(0, kernel, 8)
    map.add(7, kernel, 15, 18, [{ kind: 'macro', name: 'MV', span: typo }])
    const generated = SourceFile.fromString('<cpp>', 'start:\tmov', map)
    expect(writtenPlace({ source: generated, start: 0, end: 5 }).span).toEqual({ source: kernel, start: 8, end: 13 })
    const expanded = writtenPlace({ source: generated, start: 8, end: 9 })
    expect(expanded.span).toEqual(typo)
    expect(expanded.frames.map((f) => f.name)).toEqual(['MV'])
    expect(renderText({ code: 'x', severity: 'warning', message: 'm', span: { source: generated, start: 8, end: 9 } })).toContain(
      'in this expansion of MV',
    )
  })
})

describe('machine formats', () => {
  it('JSON has a version and places', () => {
    const json = JSON.parse(renderJson([{ code: 'c', severity: 'error', message: 'm', span: typo }]))
    expect(json.version).toBe(1)
    expect(json.diagnostics[0].place).toEqual({ file: 'kernel.S', line: 2, column: 8, endLine: 2, endColumn: 11 })
  })
  it('SARIF names the rule and the region', () => {
    const log = JSON.parse(renderSarif([{ code: 'c', severity: 'warning', message: 'm', span: typo }], { name: 'kas', version: '1' }))
    expect(log.version).toBe('2.1.0')
    expect(log.runs[0].results[0].locations[0].physicalLocation.region.startLine).toBe(2)
  })
})

describe('nearestWord', () => {
  it('finds a swap of letters and refuses what is far', () => {
    expect(nearestWord('mvo', ['add', 'mov', 'movl'])).toBe('mov')
    expect(nearestWord('.asciiz', ['.ascii', '.asciz', '.byte'])).toBe('.asciz')
    expect(nearestWord('xyzzy', ['mov'])).toBeUndefined()
  })
})
