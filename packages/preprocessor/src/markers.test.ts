// The text with its line markers, byte for byte as `gcc -E -x assembler-with-cpp` of Debian's gcc 12.2.0 prints it. Each
// case was a difference met in a real source (Linux, glibc, newlib, GRUB, SeaBIOS, U-Boot).

import { SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { type FileAccess, preprocess, type PreprocessOptions } from './index.ts'

const files = (contents: Record<string, string>): FileAccess => ({
  readFile: (path) => (contents[path] === undefined ? undefined : new TextEncoder().encode(contents[path])),
})
const run = (text: string, options: PreprocessOptions = {}) => preprocess(SourceFile.fromString('a.S', text), options)

describe('line markers', () => {
  it('call a header a system header where one includes it, wherever it was found', () => {
    const { output } = run('#include <s.h>\n', {
      markers: true,
      files: files({ 's/s.h': '#include <own.h>\n', 'i/own.h': 'own\n' }),
      search: { include: ['i'], system: ['s'] },
    })
    expect(output.text).toContain('# 1 "i/own.h" 1 3 4\nown\n# 2 "s/s.h" 2 3 4\n')
  })
  it('show a guarded header once more where it is named in another way', () => {
    const contents = { 'i/d/g.h': '#ifndef G\n#define G\ng\n#endif\n', 'i/d/u.h': '#include "g.h"\n#include "g.h"\nu\n' }
    const { output } = run('#include <d/g.h>\n#include <d/u.h>\n', { markers: true, files: files(contents), search: { include: ['i'] } })
    expect(output.text.slice(output.text.indexOf('# 2 "a.S" 2'))).toBe(
      '# 2 "a.S" 2\n# 1 "i/d/u.h" 1\n# 1 "i/d/g.h" 1\n# 2 "i/d/u.h" 2\n\nu\n# 3 "a.S" 2\n',
    )
  })
  it('name the line of the directive where a macro gives the header', () => {
    const contents = { 'h.h': 'h\n' }
    const { output } = run(`#define H "h.h"\n${'\n'.repeat(20)}#include H\n`, { markers: true, files: files(contents) })
    expect(output.text).toContain('# 22 "a.S"\n# 1 "h.h" 1\nh\n# 23 "a.S" 2\n')
  })
})

describe('a system header', () => {
  it('is named by its real path where that is shorter', () => {
    const access: FileAccess = {
      ...files({ 's/a.h': '#include "./b.h"\n', 's/./b.h': 'b\n', './c.h': 'c\n' }),
      realPath: (path) => path.replace('/./', '/'),
    }
    const { output } = run('#include <a.h>\n', { markers: true, files: access, search: { system: ['s'] } })
    expect(output.text).toContain('# 1 "s/b.h" 1 3 4\nb\n')
  })
})

describe('the name of a header that a macro makes', () => {
  it('is put together from the tokens between < and >', () => {
    const text = '#define SYSTEM sub\n#define PATH(system) <a/system.h>\n#define INCLUDE(system) PATH(system)\n#include INCLUDE(SYSTEM)\n'
    expect(run(text, { files: files({ 'i/a/sub.h': 'found\n' }), search: { include: ['i'] } }).output.text).toBe('found\n')
  })
})

describe('spacing behind a macro', () => {
  it('parts a name from a number only where they would become one name', () => {
    const text = '#define v() v0\n#define n() 12\nv().16b v()16 v()1.5 n().5 n()16\n'
    expect(run(text).output.text).toBe('v0.16b v0 16 v01.5 12 .5 12 16\n')
  })
  it('parts a name from a constant, but not from one with the prefix L', () => {
    expect(run(`#define v() v0\n#define n() 12\nv()"a" v()'a' v()L'a' n()'a' n()L'a'\n`).output.text).toBe(
      `v0 "a" v0 'a' v0L'a' 12 'a' 12L'a'\n`,
    )
  })
  it('begins the next line with a space where it would become a directive, and only there', () => {
    expect(run('#define M() ret\nM()\n# text\nM()\n#### text\n').output.text).toBe('ret\n # text\nret\n#### text\n')
  })
})

describe('trigraphs that are left alone', () => {
  it('are told in text, and not in the comments of a definition', () => {
    const { diagnostics } = run('#define A 1 /* (??) */\n#define B 2 // (??)\n#define C /* ??) */ 3 /* ??) */\nx ??) /* ??( */\n')
    expect(diagnostics.map((d) => [d.code, d.span?.source.lineAt(d.span.start), d.span?.source.columnAt(d.span.start)])).toEqual([
      ['trigraph-ignored', 4, 3],
    ])
  })
})

describe('__LINE__ in a call of several lines', () => {
  it('is the line of its own in an argument that is expanded, and that of the call where it is passed on as written', () => {
    const macros = '#define ID(x) x\n#define RAW(x...) f(a, ##x)\n#define VIA(b, x...) ID(b, ##x)\n'
    expect(run(`${macros}ID(\n__LINE__)\nRAW(\n__LINE__)\nID(\nRAW(\n__LINE__))\n`).output.text).toBe('5\nf(a, 6)\nf(a, 9)\n')
  })
  it('a string made of an argument has no white space of its own', () => {
    const text = '#define STRING(x) print("%s",  #x)\n#define print(f, ...) log(f, ##__VA_ARGS__)\nSTRING(name)\n'
    expect(run(text).output.text).toBe('log("%s","name")\n')
  })
})
