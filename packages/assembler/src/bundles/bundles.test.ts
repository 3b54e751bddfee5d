// Golden bytes: GNU as 2.40 (Debian), .text by objcopy.
import { SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { assemble } from '../index.ts'

function run(source: string): { text: string; codes: string[] } {
  const { object, diagnostics } = assemble([SourceFile.fromString('t.s', source)], { mode: 64 })
  const contents = (object?.sections.find(({ name }) => name === '.text')?.contents ?? []) as Uint8Array
  return { text: Array.from(contents, (byte) => byte.toString(16).padStart(2, '0')).join(''), codes: diagnostics.map(({ code }) => code) }
}

describe('bundles', () => {
  it('hold each instruction whole', () =>
    expect(run('.bundle_align_mode 3\npush %rax\nadd $0x1000,%edx\nadd $1,%eax\n').text).toBe('5081c2001000009083c001'))
  it('hold a locked sequence whole, with data and locks within', () =>
    expect(
      run(
        '.bundle_align_mode 3\ncall foo\n.bundle_lock\npush %rax\n.byte 1\n.bundle_lock\npush %rax\n.bundle_unlock\npush %rax\n.bundle_unlock\n',
      ).text,
    ).toBe('e80000000090909050015050'))
  it('refuse what is larger than they are, and locks that do not match', () => {
    expect(run('.bundle_align_mode 2\ncall foo\n').codes).toEqual(['bundle-too-small'])
    expect(run('.bundle_lock\n').codes).toEqual(['bundle-mode'])
    expect(run('.bundle_align_mode 4\n.bundle_unlock\n').codes).toEqual(['bundle-unlock'])
    expect(run('.bundle_align_mode 4\n.bundle_lock\n').codes).toEqual(['bundle-open'])
  })
})
