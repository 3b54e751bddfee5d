import { DiagnosticSink, renderText, SourceFile } from '@kernelbox/diagnostics'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ScriptCommand } from './ast.ts'
import { ScriptParser } from './grammar.ts'
import { scriptGrammar } from './apply-grammar.ts'
import { parseScript } from './parse-script.ts'

function parse(text: string, files: Record<string, string> = {}): { commands: readonly ScriptCommand[] | undefined; messages: string[] } {
  const sink = new DiagnosticSink()
  const commands = parseScript(
    SourceFile.fromString('x.ld', text),
    sink,
    (name) => (files[name] === undefined ? undefined : SourceFile.fromString(name, files[name])),
    () => scriptGrammar,
  )
  return { commands, messages: sink.diagnostics.map((one) => renderText(one)) }
}

describe('the grammar', () => {
  beforeAll(() => {
    // The checks of chevrotain 13 use what Node 20 lacks.
    const holder = Object as unknown as { groupBy?: <T>(items: Iterable<T>, key: (item: T) => string) => Record<string, T[]> }
    holder.groupBy ??= (items, key) => {
      const groups: Record<string, never[]> = {}
      for (const item of items) (groups[key(item)] ??= [] as never[]).push(item as never)
      return groups
    }
  })
  it('has no ambiguity and no left recursion', () => {
    expect(() => new ScriptParser({ checkGrammar: true })).not.toThrow()
  })
})

describe('parseScript', () => {
  it('takes a-b.o as one word in a pattern and as a subtraction in an expression', () => {
    const { commands } = parse('x = a-b; SECTIONS { .text : { a-b.o(.text) } }')
    expect(commands?.[0]).toMatchObject({ kind: 'assignment', value: { kind: 'binary', operator: '-' } })
    expect(commands?.[1]).toMatchObject({ items: [{ body: [{ kind: 'input', file: 'a-b.o', sections: [{ pattern: '.text' }] }] }] })
  })
  it('puts the caret at the end of the line whose semicolon is missing', () => {
    const { messages } = parse('SECTIONS {\n  . = 0x7c00\n  .text : { *(.text) }\n}\n')
    expect(messages[0]).toContain('x.ld:2:13: error:')
    expect(messages[0]).toContain('semicolon is missing')
  })
  it('says the same for an assignment inside an output section', () => {
    expect(parse('SECTIONS {\n .text : {\n  x = 1\n  y = 2; }\n}\n').messages[0]).toContain('x.ld:3:8: error:')
  })
  it('binds operators as C does', () => {
    const { commands } = parse('x = 1 + 2 * 3 << 1 == 14 && 1 ? 5 : 6;')
    expect(commands?.[0]).toMatchObject({
      value: {
        kind: 'conditional',
        condition: { operator: '&&', left: { operator: '==', left: { operator: '<<', left: { operator: '+' } } } },
      },
    })
  })
  it('knows that a fill ends before the next section', () => {
    const { commands } = parse('SECTIONS { .a : { *(.a) } =0x9090 .b : { *(.b) } = 0 /DISCARD/ : { *(*) } }')
    expect(commands?.[0]).toMatchObject({
      items: [{ name: '.a', fill: { bytes: new Uint8Array([0x90, 0x90]) } }, { name: '.b' }, { name: '/DISCARD/' }],
    })
  })
  it('reads INCLUDE where it stands and refuses a file that includes itself', () => {
    expect(parse('SECTIONS { INCLUDE b }', { b: '.text : { *(.text) }' }).commands?.[0]).toMatchObject({ items: [{ name: '.text' }] })
    expect(parse('INCLUDE a', { a: 'INCLUDE a' }).messages[0]).toContain('nested more than')
    expect(parse('INCLUDE none').messages[0]).toContain('cannot open linker script file none')
  })
  it('sorts, keeps, excludes and tests flags', () => {
    const { commands } = parse(
      'SECTIONS { .x : { KEEP(*(SORT_BY_NAME(SORT_BY_ALIGNMENT(.i*)))) INPUT_SECTION_FLAGS(SHF_MERGE & !SHF_WRITE) *(.r) *(EXCLUDE_FILE(*a.o b.o) .t .u) } }',
    )
    expect(commands?.[0]).toMatchObject({
      items: [
        {
          body: [
            { keep: true, sections: [{ sort: ['name', 'alignment'], pattern: '.i*' }] },
            {
              flagTests: [
                { name: 'SHF_MERGE', isNegated: false },
                { name: 'SHF_WRITE', isNegated: true },
              ],
            },
            { sections: [{ excludedFiles: ['*a.o', 'b.o'] }, { excludedFiles: [] }] },
          ],
        },
      ],
    })
  })
  it('refuses what nests beyond reason, and takes what only looks long', () => {
    for (const text of [
      `x = ${'('.repeat(300)}1${')'.repeat(300)};`,
      `x = ${'!'.repeat(300)}1;`,
      `x = ${'1 ? 2 : '.repeat(300)}3;`,
      `x = 1${' + 1'.repeat(3000)};`,
    ]) {
      const { commands, messages } = parse(text)
      expect(commands).toBeUndefined()
      expect(messages.join('')).toContain('nests too deep here, or this expression has too many operators')
    }
    expect(parse(`x = ${'('.repeat(150)}1${')'.repeat(150)};`).messages).toEqual([])
    expect(parse('x = 1 + -(2);\n'.repeat(3000)).messages).toEqual([])
  })
})
