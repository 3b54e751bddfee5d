import { describe, expect, it } from 'vitest'
import { compareOutput, testFlags, tokenLines } from './cpp/cpp-run.ts'
import { parseDumpOptions } from './gas/dump-file.ts'
import { familyOf } from './gas/families.ts'
import { parseExpectFile } from './gas/gas-suite.ts'
import { splitLinkerFlags } from './ld/ld-suite.ts'

describe('the gas suite', () => {
  it('reads the options at the head of a .d file and nothing after them', () => {
    expect(parseDumpOptions('#as: --32 -O\n# a remark\n#source: x.s\n\n#as: --64\n')).toEqual([
      { option: 'as', value: '--32 -O' },
      { option: 'source', value: 'x.s' },
    ])
  })
  it('reads the calls of an .exp file with the mode of their block', () => {
    const text =
      'set ASFLAGS "$old --64"\n run_dump_test "a"\nrun_list_test "b" "-al --x"\nrun_dump_test c {{as -O2}}\nrun_dump_test "$name"\n'
    expect(parseExpectFile(text)).toEqual([
      { name: 'a', mode: '--64', extra: '', hasDump: true, isError: false },
      { name: 'b', mode: '--64', extra: '-al --x', hasDump: false, isError: true },
      { name: 'c', mode: '--64', extra: '-O2', hasDump: true, isError: false },
    ])
  })
  it('names families', () => {
    expect(familyOf('i386', 'x86-64-avx512f')).toBe('avx512')
    expect(familyOf('i386', 'fxsave')).toBe('x87')
    expect(familyOf('elf', 'fxsave')).toBe('generic: elf')
  })
})

describe('the ld suite', () => {
  it('takes out the script and the map, and leaves -Ttext', () => {
    expect(splitLinkerFlags(['-Tx.t', '-Ttext', '0', '-Map=m', '-Map', 'n', '-M', '--gc-sections'], '/f')).toEqual({
      script: '/f/x.t',
      flags: ['-Ttext', '0', '--gc-sections'],
    })
    expect(splitLinkerFlags(['-T', '/abs/y.ld'], '/f').script).toBe('/abs/y.ld')
  })
})

describe('the cpp suite', () => {
  it('reads the flags of dg-options that matter to a preprocessor', () => {
    expect(testFlags('/* { dg-options "-std=c99 -DX=1 -I $srcdir/inc -Wall" } */', '/s')).toEqual(['-DX=1', '-I', '/s/inc'])
  })
  it('does not count line markers, blanks and dates', () => {
    expect(tokenLines('# 1 "a.S"\n  a\t b \n\n# 2 "a.S" 2\n"Nov  2 2026" "10:11:12"\n# comment of ours\n')).toEqual([
      'a b',
      '"date or time" "date or time"',
      '# comment of ours',
    ])
  })
  it('tells spacing from other tokens, and kinds of failure apart', () => {
    const ok = (stdout: string) => ({ status: 0, stdout, stderr: '' })
    const failed = (status: number) => ({ status, stdout: '', stderr: '' })
    expect(compareOutput(ok('a b\n'), ok('a  b')).status).toBe('same')
    expect(compareOutput(ok('a b\n'), ok('ab\n')).status).toBe('spacing')
    expect(compareOutput(ok('a\nb\n'), ok('a\n')).status).toBe('diff')
    expect(compareOutput(ok('a'), failed(1)).status).toBe('false-error')
    expect(compareOutput(failed(1), ok('a')).status).toBe('missed-error')
    expect(compareOutput(failed(1), failed(1)).status).toBe('both-error')
    expect(compareOutput(failed(1), failed(2)).status).toBe('exit')
    expect(compareOutput(ok('a'), failed(139)).status).toBe('crash')
  })
})
