import { expect, it } from 'vitest'
import { explainLine } from './explain-line.ts'

it('--explain shows text, bytes, the row and each group of bits', async () => {
  const { text, diagnostics } = await explainLine('add $5,%edx', { mode: 32 })
  expect(diagnostics).toEqual([])
  expect(text).toBe(`add $0x5,%edx
  bytes  83 c2 05
  row    add | r/mv, imm8s | 83 /0 ib | lock

  83  opcode
  c2  ModRM
        mod   11  register
        reg  000  part of the opcode: /0
        rm   010  %edx
  05  immediate of 8 bits: 5, its sign is extended
`)
})

it('--explain takes several instructions and a mode, and says that the linker fills symbols in', async () => {
  const { text } = await explainLine('.code16; mov foo(%bx),%ax; cli', { mode: 32 })
  expect(text).toContain('8b 87 00 00')
  expect(text).toContain('\ncli\n')
  expect(text).toMatch(/\(foo\) are zero or a small number here: the linker fills them in\.\n$/)
})

it('--explain takes bytes as well, and tells what is no instruction', async () => {
  expect((await explainLine('48 89 c3', {})).text).toMatch(/^mov %rax,%rbx\n {2}bytes {2}48 89 c3\n/)
  expect((await explainLine('0x66,0x50', { mode: 32 })).text).toMatch(/^push %ax\n/)
  expect((await explainLine('66', {})).text).toMatch(/^66 {2}a prefix alone/)
  expect((await explainLine('', {})).text).toMatch(/^There is no instruction to explain/)
})

it('--explain of something wrong gives the diagnostics of the assembler', async () => {
  const { text, diagnostics } = await explainLine('vaddps %eax,%zmm1', {})
  expect(text).toBe('')
  expect(diagnostics.map((d) => d.code)).toEqual(['operand-count'])
})

it('--explain shows a number as people write it, and names the command line as the place of a fault', async () => {
  expect((await explainLine('out %al,$0xf1', {})).text).toContain('f1  immediate of 8 bits: 0xf1 = 241 or -15\n')
  const [fault] = (await explainLine('mvo %ax,%bx', {})).diagnostics
  expect(fault?.span?.source.name).toBe('<command line>')
})
