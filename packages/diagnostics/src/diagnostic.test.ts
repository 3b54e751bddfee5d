import { describe, expect, it } from 'vitest'
import { DiagnosticSink, OriginMap, renderJson, renderSarif, renderText, SourceFile } from './index.ts'

const written = SourceFile.fromString('k.s', '.rept 1000\n mvo\n.endr\n')
/** A turn of the repetition: a text whose place is line 2 of the written one. */
function turn() {
  const origin = new OriginMap()
  origin.add(0, written, 12, 15)
  const source = SourceFile.fromString('rept', 'mvo', origin)
  return { source, start: 0, end: 3 }
}

describe('DiagnosticSink', () => {
  it('keeps a fault at one written place once and counts the others', () => {
    const sink = new DiagnosticSink()
    for (let i = 0; i < 1000; i++) sink.error('unknown', 'no mvo', turn())
    expect(sink.errorCount).toBe(1000)
    const [only, ...rest] = sink.diagnostics
    expect([only?.repeated, rest.length]).toEqual([999, 0])
    expect(renderText(only as NonNullable<typeof only>)).toContain('note: and 999 more like this at the same place')
    expect(JSON.parse(renderJson(sink.diagnostics)).diagnostics[0].repeated).toBe(999)
    expect(JSON.parse(renderSarif(sink.diagnostics, { name: 'kas', version: '1' })).runs[0].results[0].occurrenceCount).toBe(1000)
  })
  it('keeps twenty wordings of a fault at one place', () => {
    const sink = new DiagnosticSink()
    for (let i = 0; i < 1000; i++) sink.error('unknown', `no m${i}`, turn())
    expect(sink.diagnostics.length).toBe(20)
    expect(sink.diagnostics.reduce((sum, d) => sum + 1 + (d.repeated ?? 0), 0)).toBe(1000)
  })
  it('keeps each wording of a fault that has no place', () => {
    const sink = new DiagnosticSink()
    for (let i = 0; i < 1000; i++) sink.error('undefined-symbol', `undefined reference to s${i % 500}`)
    expect(sink.diagnostics.length).toBe(500)
    expect(sink.diagnostics.every(({ repeated }) => repeated === 1)).toBe(true)
  })
  it('keeps faults of different places and codes apart', () => {
    const sink = new DiagnosticSink()
    sink.error('a', 'x', { source: written, start: 0, end: 1 })
    sink.error('a', 'x', { source: written, start: 1, end: 2 })
    sink.warn('b', 'x', { source: written, start: 0, end: 1 })
    expect(sink.diagnostics.map((d) => d.repeated)).toEqual([undefined, undefined, undefined])
  })
  it('tells how many it left out above its limit', () => {
    const sink = new DiagnosticSink(2)
    for (let i = 0; i < 5; i++) sink.error('a', 'x', { source: written, start: i, end: i + 1 })
    sink.warn('b', 'y', { source: written, start: 9, end: 10 })
    expect(sink.diagnostics.map((d) => `${d.severity}: ${d.message}`)).toEqual([
      'error: x',
      'error: x',
      'error: 3 more errors and 1 more warning are not shown; the first 2 are',
    ])
    expect(sink.errorCount).toBe(5)
  })
  it('says before advice is looked for that a fault would only be counted', () => {
    const sink = new DiagnosticSink()
    let looked = 0
    for (let i = 0; i < 100; i++) {
      if (sink.isOnlyCounted('error', 'unknown', turn())) continue
      looked++
      sink.error('advised', 'no mvo', turn())
    }
    expect([looked, sink.errorCount, sink.diagnostics[0]?.repeated]).toEqual([20, 100, 99])
  })
})
