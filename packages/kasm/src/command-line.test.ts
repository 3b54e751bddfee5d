import { UsageError } from '@kernelbox/cli'
import { describe, expect, it } from 'vitest'
import { type KasmCommand, parseCommandLine } from './command-line.ts'

const parse = (text: string): KasmCommand => {
  const command = parseCommandLine(text.split(' '))
  if (typeof command === 'string') throw new Error(`a request: ${command}`)
  return command
}

describe("gcc's words", () => {
  it('the line of the article', () => {
    const command = parse('-nostdlib -ffreestanding -Wl,-T,kernel16.lds kernel1.S -o kernel1')
    expect(command).toMatchObject({ goal: 'link', output: 'kernel1', bits: 64, hasScript: true })
    expect(command.inputs).toEqual([
      { kind: 'linker', words: ['-T', 'kernel16.lds'] },
      { kind: 'source', path: 'kernel1.S', language: 'assembler-with-cpp' },
    ])
  })
  it('take their arguments joined or apart', () => {
    const command = parse('-c -Iinc -I sys -DX=1 -D Y -UZ -includea.h -ob.o -m16 b.S'.replace('-includea.h', '-include a.h'))
    expect(command).toMatchObject({ goal: 'object', output: 'b.o', bits: 16, includeFolders: ['inc', 'sys'], includeFiles: ['a.h'] })
    expect(command.macros).toEqual([
      { kind: 'define', text: 'X=1' },
      { kind: 'define', text: 'Y' },
      { kind: 'undefine', text: 'Z' },
    ])
  })
  it('choose the language by suffix, or by -x until -x none', () => {
    const kinds = parse('-c a.S b.s c.sx -x assembler d.txt -x none e.o').inputs.map((i) => (i.kind === 'source' ? i.language : i.words[0]))
    expect(kinds).toEqual(['assembler-with-cpp', 'assembler', 'assembler-with-cpp', 'assembler', 'e.o'])
  })
  it('keep the order of what goes to the linker', () => {
    const words = parse('a.o -Wl,--start-group,b.a -lc -Wl,--end-group -T x.lds -Ttext=0x7c00 -e start').inputs.flatMap((i) =>
      i.kind === 'linker' ? i.words : [],
    )
    expect(words).toEqual(['a.o', '--start-group', 'b.a', '-lc', '--end-group', '-T', 'x.lds', '-Ttext=0x7c00', '-e', 'start'])
  })
  it('that speak of the compiler say nothing', () => {
    const words =
      '-O2 -Os -Wall -Wextra -Wno-unused -g0 -fno-pic -fno-stack-protector -std=gnu11 -march=i386 -mno-red-zone -pipe -static -no-pie -fomit-frame-pointer'
    expect(parse(`${words} -c a.S`).flags).toEqual(new Set(['-c']))
  })
  it('give rules for make as -Wp,-MD,file does', () => {
    expect(parse('-Wp,-MMD,x.d -c a.S').rule).toMatchObject({ file: 'x.d', withoutSystem: true, isOnly: false })
    expect(parse('-M -MT t -MQ $x a.S').rule).toMatchObject({
      isOnly: true,
      targets: [
        { name: 't', isQuoted: false },
        { name: '$x', isQuoted: true },
      ],
    })
  })
})

describe('wrong use', () => {
  it.each([
    ['-nostdlb a.S', "unrecognized command-line option '-nostdlb'; did you mean '-nostdlib'?"],
    ['-h', "unrecognized command-line option '-h'; did you mean '--help'?"],
    ['-q', "unrecognized command-line option '-q'"],
    ['-o', "'-o' needs a file behind it"],
    ['-c', 'no input files'],
    ['-c a.S b.S -o x', '-o x with -c, -S or -E takes one source, and there are 2'],
    ['a.c', 'a.c: kasm assembles and does not compile; -x assembler-with-cpp takes the file as assembler source'],
    ['-x c a.S', '-x c: kasm knows the languages assembler-with-cpp, assembler and none'],
    ['-', "standard input ('-') needs -E, or -x to say what it holds"],
  ])('%s', (text, message) => {
    expect(() => parse(text)).toThrow(new UsageError(message))
  })
})
