// Strings of GNU as 2.40.
import { SourceFile } from '@kernelbox/diagnostics'
import { expect, it } from 'vitest'
import { assemble } from '../index.ts'

function strings(text: string): string {
  const { object } = assemble(SourceFile.fromString('t.s', text))
  return new TextDecoder().decode(object?.sections.find(({ name }) => name === '.stabstr')?.contents)
}

it('stabs begin with the name that .file gives the source, or with the input', () => {
  expect(strings('.stabs "a",100,0,2,0\n')).toBe('\0t.s\0a\0')
  expect(strings('.file "zz.c"\n.stabs "a",100,0,2,0\n')).toBe('\0zz.c\0a\0')
  expect(strings('# 5 "mark.c"\n.stabs "a",100,0,2,0\n')).toBe('\0mark.c\0a\0')
})
