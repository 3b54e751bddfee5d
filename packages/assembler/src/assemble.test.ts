// Golden bytes from GNU as 2.40.
import { SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { assemble, type AssembleOptions } from './index.ts'

function run(text: string, options: AssembleOptions = {}) {
  return assemble(SourceFile.fromString('t.s', text), options)
}

function hex(text: string, options: AssembleOptions = {}, section = '.text'): string {
  const { object, diagnostics } = run(text, options)
  expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([])
  const bytes = object?.sections.find((s) => s.name === section)?.contents ?? new Uint8Array(0)
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

function errors(text: string, options: AssembleOptions = {}) {
  return run(text, options).diagnostics.map((d) => `${d.span?.source.lineAt(d.span.start) ?? 0} ${d.severity} ${d.code}`)
}

describe('the article', () => {
  it('assembles its third kernel', () => {
    const kernel = `.code16
start:
 mov $0xf1, %dx
 cs lea greeting, %si
 mov $14, %cx
 cs rep/outsb
 hlt
greeting: .asciz "Hello, World!\\n"`
    expect(hex(kernel, { mode: 32 })).toBe('ba f1 00 2e 8d 36 0f 00 b9 0e 00 2e f3 6e f4 48 65 6c 6c 6f 2c 20 57 6f 72 6c 64 21 0a 00')
  })
})

describe('branches', () => {
  it('are short as long as the target is within reach, and grow with what stands between', () => {
    expect(hex('jmp 1f\n.skip 127\n1:').slice(0, 5)).toBe('eb 7f')
    expect(hex('jmp 1f\n.skip 128\n1:').slice(0, 14)).toBe('e9 80 00 00 00')
    expect(hex('je 1f\n.skip 128\n1:').slice(0, 17)).toBe('0f 84 80 00 00 00')
  })
  it('lead to symbols elsewhere by relocations, which stand behind those of fixed fields', () => {
    const { object } = run('jmp y\ncall x\n')
    const table = object?.sections.find((s) => s.name === '.text')?.relocations
    expect([0, 1].map((row) => [table?.offsetAt(row), table?.typeAt(row)])).toEqual([
      [6, 4],
      [1, 4],
    ])
  })
})

describe('locate', () => {
  it('leads from a field that a relocation fills in to its statement', () => {
    const { locate } = run('nop\ncall x\njmp y\n.data\n.long z\n')
    const line = (section: number, offset: number) => {
      const span = locate(section, offset)
      return span && span.source.lineAt(span.start)
    }
    expect([line(1, 2), line(1, 7), line(2, 0), line(1, 0)]).toEqual([2, 3, 5, undefined])
  })
})

describe('macros', () => {
  it('replace parameters, defaults, \\@ and repetitions', () => {
    expect(hex('.macro m a b=7\n.byte \\a, \\b, \\@\n.endm\nm 1\nm 2, 3\n.rept 2\n.byte 9\n.endr\n.irp x,4,5\n.byte \\x\n.endr')).toBe(
      '01 07 00 02 03 01 09 09 04 05',
    )
  })
  it('tell a fault at the line of the definition, with the call', () => {
    const { diagnostics } = run('.macro m\n mvo %eax,%ebx\n.endm\nnop\nm\n')
    expect(diagnostics).toHaveLength(1)
    const [d] = diagnostics
    const place = d?.span?.source.origin?.resolve(d.span.start)
    expect(place?.span.source.lineAt(place.span.start)).toBe(2)
    expect(place?.frames[0]?.name).toBe('m')
    expect(d?.fix?.message).toContain('mov')
  })
  it('that use themselves without end are stopped', () => {
    expect(errors('.macro m\nm\n.endm\nm\n').some((e) => e.endsWith('macro-depth'))).toBe(true)
  })
})

describe('layout', () => {
  it('knows .org, .fill, .skip and alignment with GNU nops', () => {
    expect(hex('.byte 1\n.org 4\n.fill 2,2,0x102\n.skip 1,9')).toBe('01 00 00 00 02 01 02 01 09')
    expect(hex('nop\n.p2align 2\nnop')).toBe('90 0f 1f 00 90')
  })
  it('sizes a LEB128 number by an address difference', () => {
    expect(hex('.uleb128 2f-1f\n1: .skip 200\n2:').slice(0, 5)).toBe('c8 01')
  })
})

describe('symbols', () => {
  it('may be set again, and earlier uses keep the former value', () => {
    expect(hex('x=1\n.byte x\nx=2\n.byte x')).toBe('01 02')
  })
  it('are refused twice, with both places', () => {
    const { diagnostics } = run('a:\nnop\na:\n')
    expect(diagnostics[0]).toMatchObject({ code: 'duplicate-symbol', notes: [{ message: 'first defined here' }] })
  })
})

describe('faults', () => {
  it('are told once each, all of them, at their lines', () => {
    expect(errors('nop\nfoo %eax\n.asciiz "x"\n.org 0\nmov (%ebx\n')).toEqual([
      '2 error unknown-mnemonic',
      '3 error unknown-directive',
      '5 error missing-parenthesis',
      '4 error org-backwards',
    ])
  })
  it('of a string that is never closed are at its opening quote', () => {
    expect(errors('nop\n.ascii "hello\nnop\n')).toContain('2 error unterminated-string')
  })
  it('leave no object', () => {
    expect(run('foo\n').object).toBeUndefined()
  })
})
