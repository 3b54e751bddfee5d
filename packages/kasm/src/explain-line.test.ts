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
  05  immediate of 8 bits: 5
`)
})

it('--explain takes several instructions and a mode, and says that the linker fills symbols in', async () => {
  const { text } = await explainLine('.code16; mov foo(%bx),%ax; cli', { mode: 32 })
  expect(text).toContain('8b 87 00 00')
  expect(text).toContain('\ncli\n')
  expect(text).toMatch(/the linker fills them in\.\n$/)
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
