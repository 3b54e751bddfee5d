// Golden bytes: GNU as 2.40 (Debian) with the options that each test names, .text by objcopy.
import { SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { assemble } from '../index.ts'
import type { BranchAlignmentOptions } from '../options.ts'
import type { BranchKind } from './instruction-traits.ts'

function text(source: string, mode: 32 | 64, boundaryPower: number, kinds: BranchKind[], prefixSize = 5): string {
  const branchAlignment: BranchAlignmentOptions = { boundaryPower, kinds: new Set(kinds), prefixSize }
  const { object } = assemble([SourceFile.fromString('t.s', source)], { mode, branchAlignment })
  const section = object?.sections.find(({ name }) => name === '.text')
  expect(section?.alignment).toBe(2 ** boundaryPower)
  const contents = section?.contents ?? []
  return Array.from(contents as Uint8Array, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
const usual: BranchKind[] = ['jcc', 'fused', 'jmp']
const filler = (count: number) => 'hlt\n'.repeat(count)

describe('branches kept within a boundary', () => {
  const source = `push %rbp\nmov %rax,%rbx\n${filler(23)}jne foo\n`
  it('are moved by prefixes of the first instructions before them', () =>
    expect(text(source, 64, 5, usual)).toBe('2e2e2e2e2e554889c3f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f40f8500000000'))
  it('are moved by nops where no prefix is allowed', () =>
    expect(text(source, 64, 5, usual, 0)).toBe('554889c3f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f40f1f4400000f8500000000'))
  it('are moved with the compare that they are fused with; what stands behind data gets no prefix', () =>
    expect(text(`.byte 1\nmov %fs:(%rax),%ecx\ninc %edx\n${filler(5)}cmp %eax,%ebx\nje foo\n`, 64, 4, usual)).toBe(
      '01648b082e2e2e2e2effc2f4f4f4f4f439c30f8400000000',
    ))
  it('32-bit code: overrides of the stack segment for addresses on the stack', () =>
    expect(text(`mov 4(%esp),%eax\nmov (%ebx),%ebp\npush %eax\n${filler(8)}ret\n`, 32, 4, ['ret'])).toBe(
      '368b4424048b2b50f4f4f4f4f4f4f4f4c3',
    ))
  it('calls of the TLS resolver stay where they are', () =>
    expect(text(`push %rax\n${filler(10)}call foo\n${filler(10)}call __tls_get_addr@PLT\n`, 64, 4, ['call'])).toBe(
      '2e2e2e2e2e50f4f4f4f4f4f4f4f4f4f4e800000000f4f4f4f4f4f4f4f4f4f4e800000000',
    ))
})
