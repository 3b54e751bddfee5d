// Constants written while the line is copied: the same text and origins as the expander gives. Goldens: `gcc -E -P -x
// assembler-with-cpp` of Debian's gcc 12.2.0.

import { SourceFile, writtenPlace } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { preprocess } from './index.ts'

const run = (text: string) => preprocess(SourceFile.fromString('a.S', text), {}).output

describe('a macro like a constant', () => {
  it('has a space beside it only where two tokens would become one', () => {
    const text = '#define N 12\n#define P (8)\n#define W word\n#define M -\nN+N N.N -N P.5 W"s" W\'c\' .W $P,N(M)-M -M\n'
    expect(run(text).text).toBe('12 +12 12 . 12 -12 (8).5 word "s" word \'c\' .word $(8),12(-)- - - -\n')
  })
  it('is expanded anew where a name in its body has become a macro', () => {
    expect(run('#define A B\nA\n#define B 1\nA\n#undef B\nA\n#define B(x) <x>\nA(2)\n').text).toBe('B\n1\nB\n<2>\n')
  })
  it('leads to its use and to its body', () => {
    const output = run('#define PORT 0xf1\n  out %al, $PORT, x\n')
    const at = (word: string) => {
      const start = output.text.indexOf(word)
      return writtenPlace({ source: output, start, end: start + word.length })
    }
    const { span, frames } = at('0xf1')
    expect(span.source.text.slice(span.start, span.end)).toBe('PORT')
    expect(frames.map((frame) => [frame.kind, frame.name, frame.span.start])).toEqual([['definition', 'PORT', 13]])
    expect(at('x\n').span.start).toBe(36)
    expect(at(',').span.start).toBe(27)
  })
})
