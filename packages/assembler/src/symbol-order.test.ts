// The order in the symbol table of .L names that stay there, because what they name is merged. Order of GNU as 2.40.
import { SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { assemble } from './index.ts'

const strings =
  '.section .rodata.str1.1,"aMS",@progbits,1\n.LC0: .string "a"\n.LC1: .string "b"\n.LC2: .string "c"\n.LC3: .string "d"\n.text\n'

function locals(text: string): string {
  const { object } = assemble(SourceFile.fromString('t.s', text))
  return (object?.symbols ?? []).flatMap((s) => (/^(\.L|[ab]\d|foo)/.test(s.name) ? [s.name] : [])).join(' ')
}

describe('a .L name stands in the symbol table', () => {
  it('where an operand begins with it, when it has been named before', () => {
    expect(locals(`${strings}a0: lea .LC2(%rip),%rax\na1: call *.LC0(%rip)\na2: mov (.LC1+1),%eax`)).toBe('a0 .LC2 a1 .LC0 a2 .LC1')
    expect(locals(`a0: lea .LC2(%rip),%rax\na1: lea .LC2(%rip),%rax\na2:\n${strings}b0:`)).toBe('a0 a1 .LC2 a2 b0')
  })
  it('at the end, in the order of the relocations, when constants, data or sums name it', () => {
    expect(locals(`${strings}a0: .quad .LC1+1\na1: mov $.LC2+1,%eax\na2: lea 1+.LC0(%rip),%rax\na3:`)).toBe('a0 a1 a2 a3 .LC1 .LC2 .LC0')
  })
  it('where a directive gives it something, or an alias takes it', () => {
    expect(locals(`a0: .type .LC0,@object\na1: .size .LC1,4\nb0: foo = .LC3+1\nb1:\n${strings}.quad .LC3+1,.LC1+1,.LC0+1`)).toBe(
      'a0 .LC0 a1 .LC1 b0 foo .LC3 b1',
    )
  })
  it('in the order of mention when no other symbol comes between', () => {
    expect(locals(`${strings}a0: lea .LC2(%rip),%rax\nlea .LC1(%rip),%rax\nlea .LC0(%rip),%rax`)).toBe('a0 .LC2 .LC1 .LC0')
  })
})
