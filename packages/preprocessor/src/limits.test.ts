import { SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { preprocess, type PreprocessOptions } from './index.ts'

const run = (text: string, options: PreprocessOptions = {}) => preprocess(SourceFile.fromString('a.S', text), options)
const codes = (text: string, options: PreprocessOptions = {}) => run(text, options).diagnostics.map((d) => d.code)

describe('inputs that mean harm', () => {
  it('stops macros that double themselves', () => {
    let text = '#define A0 x\n'
    for (let i = 1; i < 64; i++) text += `#define A${i} A${i - 1} A${i - 1}\n`
    expect(codes(`${text}A63\n`, { limits: { expandedTokens: 1_000_000 } })).toEqual(['expansion-too-large'])
  })
  it('stops empty macros that double themselves', () => {
    let text = '#define A0\n'
    for (let i = 1; i < 64; i++) text += `#define A${i} A${i - 1} A${i - 1}\n`
    expect(codes(`${text}A63\n`, { limits: { expandedTokens: 1_000_000 } })).toEqual(['expansion-too-large'])
  })
  it('stops arguments that double themselves', () => {
    let text = '#define A0(x) x x\n'
    for (let i = 1; i < 64; i++) text += `#define A${i}(x) A${i - 1}(x x)\n`
    expect(codes(`${text}A63(y)\n`, { limits: { expandedTokens: 1_000_000 } })).toEqual(['expansion-too-large'])
  })
  it('takes a line of 10 MB', () => {
    const { output, diagnostics } = run(`#define X y\n.byte ${'1,'.repeat(5_000_000)}X\n`)
    expect(diagnostics).toEqual([])
    expect(output.sizeInBytes).toBe(10_000_008)
  })
  it('takes a line of a million macros in time linear in its length', () => {
    const { output, diagnostics } = run(`#define X y\n${'X,'.repeat(1_000_000)}\n`)
    expect(diagnostics).toEqual([])
    expect(output.sizeInBytes).toBe(2_000_001)
  })
  it('names a file of UTF-16, and reads lines that end with a carriage return', () => {
    const wide = new Uint8Array([0xff, 0xfe, 0x61, 0, 0x0a, 0])
    expect(preprocess(SourceFile.fromBytes('a.S', wide), {}).diagnostics[0]?.code).toBe('utf-16')
    expect(run('#define A 1\rA\rb').output.text).toBe('1\nb\n')
  })
  it('takes 100,000 conditionals inside each other', () => {
    const count = 100_000
    expect(run(`${'#if 1\n'.repeat(count)}x\n${'#endif\n'.repeat(count)}`).output.text).toBe('x\n')
    expect(run(`${'#if 0\n'.repeat(count)}x\n${'#endif\n'.repeat(count)}y\n`).output.text).toBe('y\n')
  })
  it('takes an #if of 100,000 parentheses', () => {
    expect(run(`#if ${'('.repeat(100_000)}1${')'.repeat(100_000)}\nx\n#endif\n`).output.text).toBe('x\n')
  })
  it('bounds calls in arguments of calls', () => {
    const count = 20_000
    expect(codes(`#define F(x) x\n${'F('.repeat(count)}1${')'.repeat(count)}\n`)).toEqual(['arguments-too-deep'])
  })
  it('bounds a file that includes itself', () => {
    const bytes = new TextEncoder().encode('#include "a.S"\n')
    const { diagnostics } = run('#include "a.S"\n', { files: { readFile: (path) => (path === 'a.S' ? bytes : undefined) } })
    expect(diagnostics.map((d) => d.code)).toEqual(['include-too-deep'])
  })
  it('bounds the output', () => {
    expect(codes(`#define A ${'x'.repeat(1000)}\n${'A A A A\n'.repeat(1000)}`, { limits: { outputSizeInBytes: 100_000 } })).toEqual([
      'output-too-large',
    ])
  })
  it('keeps bytes that are no UTF-8 and warns of NUL', () => {
    const source = SourceFile.fromBytes('a.S', new Uint8Array([0x2e, 0xff, 0xfe, 0x00, 0x41, 0x0a]))
    const { output, diagnostics } = preprocess(source, {})
    expect([...output.bytes]).toEqual([0x2e, 0xff, 0xfe, 0x20, 0x41, 0x0a])
    expect(diagnostics.map((d) => d.code)).toEqual(['null-character'])
  })
  it('survives any bytes', () => {
    let seed = 1
    const random = () => (seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff)
    const pieces = [
      '#',
      '##',
      '\n',
      '\\\n',
      '"',
      "'",
      '/*',
      '*/',
      '//',
      '(',
      ')',
      ',',
      ' ',
      'F',
      'G',
      '...',
      '#define F(x) x##G #x\n',
      '#define G F(',
      '#if',
      'defined',
      '__VA_ARGS__',
      '#include',
      '<',
      '>',
      '\0',
      '\xff',
      '1',
      '#else\n',
      '#endif\n',
      '_Pragma("once")',
      '__LINE__',
      '??/',
      '#undef F\n',
    ]
    for (let round = 0; round < 3000; round++) {
      let text = ''
      for (let i = random() % 40; i >= 0; i--) text += pieces[random() % pieces.length]
      expect(() => preprocess(SourceFile.fromByteText('a.S', text), { limits: { expandedTokens: 10_000 } })).not.toThrow()
    }
  })
})
