import { renderText, SourceFile, writtenPlace } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { type FileAccess, formatDependencies, preprocess, type PreprocessOptions } from './index.ts'

const files = (contents: Record<string, string>): FileAccess => ({
  readFile: (path) => (contents[path] === undefined ? undefined : new TextEncoder().encode(contents[path])),
})
const run = (text: string, options: PreprocessOptions = {}) => preprocess(SourceFile.fromString('a.S', text), options)
const place = (output: SourceFile, word: string) => {
  const start = output.text.indexOf(word)
  return writtenPlace({ source: output, start, end: start + word.length })
}

describe('origins', () => {
  it('lead plain text to its own bytes', () => {
    const { output } = run('\n\tmov   %ax , %bx  // c\n /* x */ foo: bar\n')
    for (const [word, line, column] of [
      ['mov', 2, 2],
      ['%bx', 2, 14],
      ['foo', 3, 10],
      ['bar', 3, 15],
    ] as const) {
      const { span, frames } = place(output, word)
      expect([span.source.lineAt(span.start), span.source.columnAt(span.start), frames.length]).toEqual([line, column, 0])
      expect(span.source.text.slice(span.start, span.end)).toBe(word)
    }
  })
  it('lead through splices to the physical line', () => {
    const { output } = run('a \\\n  b \\\n  c\n')
    expect(place(output, 'c').span.start).toBe(12)
  })
  it('lead from a macro body to the use, an argument to its own place, and show the bodies on the way', () => {
    const { output } = run('#define IN(x) mvo x, %bx\n#define OUT(y) IN(y)\nlabel: OUT(%cx)\n')
    const body = place(output, 'mvo')
    expect([body.span.source.lineAt(body.span.start), body.span.source.columnAt(body.span.start)]).toEqual([3, 8])
    expect(body.frames.map((f) => [f.kind, f.name, f.span.source.lineAt(f.span.start), f.span.source.columnAt(f.span.start)])).toEqual([
      ['definition', 'IN', 1, 15],
      ['definition', 'OUT', 2, 16],
    ])
    const argument = place(output, '%')
    expect([argument.span.source.lineAt(argument.span.start), argument.span.source.columnAt(argument.span.start)]).toEqual([3, 12])
  })
  it('name the #include lines that led to a header', () => {
    const { output } = run('\n#include "h.h"\n', { files: files({ 'h.h': 'mvo\n' }) })
    const { span, frames } = place(output, 'mvo')
    expect([span.source.name, frames.map((f) => [f.kind, f.name, f.span.source.name, f.span.source.lineAt(f.span.start)])]).toEqual([
      'h.h',
      [['include', 'h.h', 'a.S', 2]],
    ])
  })
})

describe('headers', () => {
  it('are looked for beside the file, then in -iquote, -I, -isystem, standard and -idirafter', () => {
    const contents = {
      'q/x.h': 'quote\n',
      'i/x.h': 'include\n',
      's/x.h': 'system\n',
      'd/x.h': 'standard\n',
      'z/x.h': 'after\n',
      'z/y.h': 'y\n',
    }
    const search = { quote: ['q'], include: ['i'], system: ['s'], standard: ['d'], after: ['z'] }
    expect(run('#include "x.h"\n#include <x.h>\n#include <y.h>\n', { files: files(contents), search }).output.text).toBe(
      'quote\ninclude\ny\n',
    )
  })
  it('#include_next goes on behind the folder of the file', () => {
    const contents = { 'i/x.h': 'first\n#include_next <x.h>\n', 's/x.h': 'second\n' }
    expect(run('#include <x.h>\n', { files: files(contents), search: { include: ['i'], system: ['s'] } }).output.text).toBe(
      'first\nsecond\n',
    )
  })
  it('that are missing are told with the paths that were tried', () => {
    const { diagnostics } = run('#include "x.h"\n', { search: { include: ['i'] } })
    expect(diagnostics.map((d) => [d.code, d.notes?.[0]?.message])).toEqual([['no-such-header', 'tried x.h, i/x.h']])
  })
  it('with a guard are read once, and #pragma once works by identity', () => {
    let reads = 0
    const access: FileAccess = {
      readFile(path) {
        reads++
        return new TextEncoder().encode(path.endsWith('g.h') ? '#ifndef G\n#define G\ng\n#endif\n' : '#pragma once\no\n')
      },
      identity: (path) => path.replace(/^.*\//, ''),
    }
    const text = '#include "g.h"\n#include "g.h"\n#include "o.h"\n#include "sub/o.h"\n'
    expect(run(text, { files: access }).output.text).toBe('g\no\n')
    expect(reads).toBe(3)
  })
  it('give the rule for make', () => {
    const { dependencies } = run('#include "x y.h"\n#include <s.h>\n', {
      files: files({ 'x y.h': '', 's/s.h': '' }),
      search: { system: ['s'] },
    })
    expect(formatDependencies(dependencies, { targets: ['a.o'] })).toBe('a.o: a.S x\\ y.h s/s.h\n')
    expect(formatDependencies(dependencies, { targets: ['a.o'], withoutSystem: true, phonyTargets: true })).toBe(
      'a.o: a.S x\\ y.h\nx\\ y.h:\n',
    )
  })
})

describe('the command line', () => {
  it('-D, -U, -include and -imacros come in order', () => {
    const { output } = run('X Y Z W\n', {
      files: files({ 'm.h': 'lost\n#define Z 3\n', 'i.h': 'kept\n' }),
      macros: [
        { kind: 'define', text: 'X' },
        { kind: 'define', text: 'Y=a b' },
        { kind: 'define', text: 'W' },
        { kind: 'undefine', text: 'W' },
      ],
      macroFiles: ['m.h'],
      includeFiles: ['i.h'],
    })
    expect(output.text).toBe('kept\n1 a b 3 W\n')
  })
  it('predefines what gcc 12 does for each mode', () => {
    const text = '__x86_64__ __i386__ i386 __ASSEMBLER__ __LP64__ __SIZEOF_POINTER__ __code_model_32__ __GNUC__ __INT64_C(5)\n'
    expect(run(text, { bits: 64 }).output.text).toBe('1 __i386__ i386 1 1 8 __code_model_32__ 12 5L\n')
    expect(run(text, { bits: 16 }).output.text).toBe('__x86_64__ 1 1 1 __LP64__ 4 1 12 5LL\n')
    expect(run(text, { withoutPredefined: true }).output.text).toBe(
      '__x86_64__ __i386__ i386 1 __LP64__ __SIZEOF_POINTER__ __code_model_32__ __GNUC__ __INT64_C(5)\n',
    )
  })
  it('SOURCE_DATE_EPOCH and kin come through the caller', () => {
    const time = () => ({ year: 2001, month: 2, day: 3, hour: 4, minute: 5, second: 6 })
    expect(run('__DATE__ __TIME__\n', { time }).output.text).toBe('"Feb  3 2001" "04:05:06"\n')
  })
})

describe('the two ways of reading a line', () => {
  it('give the same text', () => {
    let seed = 7
    const random = (n: number) => ((seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff) >>> 8) % n
    const pieces = [
      'mov',
      ' ',
      ' ',
      '\t',
      '%ax',
      ',',
      '$',
      '-',
      '-',
      '+',
      '1f',
      '.',
      '..',
      '0x1e+',
      'OBJ',
      'EMPTY',
      'MINUS',
      'F(',
      ')',
      '(',
      '"s"',
      "'",
      '/* c */',
      '@',
      '\\',
      '#',
      '<',
      '=',
      '>',
      '&',
      '|',
      'L',
      ':',
    ]
    for (let round = 0; round < 4000; round++) {
      let line = ''
      for (let i = random(14); i >= 0; i--) line += pieces[random(pieces.length)]
      const text = `#define OBJ obj -\n#define EMPTY\n#define MINUS -\n#define F(x) x\n${line}\nend\n`
      // An ignored trigraph in the file makes every line go through the expander.
      const quick = run(text, { noWarnings: true }).output
      const slow = run(`${text}// ??!\n`, { noWarnings: true }).output
      expect(quick.text).toBe(slow.text)
      for (let at = 0; at < quick.sizeInBytes; at += 3) {
        if (/\s/.test(quick.text[at] ?? ' ')) continue
        const a = writtenPlace({ source: quick, start: at, end: at }).span
        const b = writtenPlace({ source: slow, start: at, end: at }).span
        expect(a.start).toBe(b.start)
      }
    }
  })
})

describe('messages', () => {
  it('show the line, the include and the macro', () => {
    const { diagnostics } = run('#include "h.h"\n', { files: files({ 'h.h': '#define A(x) x\nA(1,2)\n' }) })
    expect(diagnostics.map((d) => renderText(d)).join('')).toContain('h.h:2:6: error: macro "A" passed 2 arguments, but takes just 1')
    expect(diagnostics.map((d) => renderText(d)).join('')).toContain('a.S:1:10: note: h.h was included here')
  })
})
