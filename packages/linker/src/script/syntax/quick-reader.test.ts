// The quick reader against the grammar: what it reads is what the grammar would make of it, spans and all.
import { DiagnosticSink, SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { defaultScript } from '../default-script.ts'
import { scriptGrammar } from './apply-grammar.ts'
import { readDefinitionQuickly, readQuickly } from './quick-reader.ts'
import { scanScript } from './scanner.ts'
import type { ScriptToken } from './tokens.ts'

function scanned(text: string): { source: SourceFile; tokens: ScriptToken[] } {
  const source = SourceFile.fromString('x.ld', text)
  return { source, tokens: scanScript(source, new DiagnosticSink(), () => undefined) ?? [] }
}

function byGrammar(text: string) {
  const { source, tokens } = scanned(text)
  return scriptGrammar.script(tokens, source, new DiagnosticSink())
}

const expressions = [
  '1',
  '. + SIZEOF(.text)',
  'ALIGN(., 0x1000) - -4K * 2',
  'a ? b : c ? 0x10 : ~d',
  '(1 << 4 | x) > y && !z',
  'DEFINED("odd name") ? ADDR(.a-b) : SEGMENT_START("text-segment", 0x400000) + SIZEOF_HEADERS',
]
const statements = [
  'x = $;',
  'PROVIDE(x = $);',
  'HIDDEN(_y = $)',
  'PROVIDE_HIDDEN(z = $);',
  'ASSERT($, "no room")',
  'BYTE($) LONG(1), QUAD(2);',
  'SQUAD($)',
  'FILL(0x90909090)',
  '*(.text .text.* COMMON)',
  'KEEP(*(SORT_BY_INIT_PRIORITY(.init_array.*) SORT_BY_NAME(SORT_BY_ALIGNMENT(.ctors))))',
  '*crt?.o(EXCLUDE_FILE(*a.o b.o) .t .u)',
  'EXCLUDE_FILE(x.o) *(.v)',
  'SORT_BY_NAME(*)(.w)',
  'a-b.o',
  'archive.a:member.o(.x)',
  'CONSTRUCTORS SORT(CONSTRUCTORS)',
  '. = $;',
  'y += $, z <<= 1;',
]
const headers = ['', '$', '(NOLOAD)', '$ (INFO)', '(READONLY)']
const attributes = ['', 'AT($)', 'ALIGN($) SUBALIGN(16)', 'ALIGN_WITH_INPUT', 'ONLY_IF_RO', 'AT(a) ONLY_IF_RW']
const trailers = ['', '>ram', '>ram AT>rom :text :data =0x00CC', '=0x9090', ':NONE', '= 1 + 2,']
const commands = [
  'ENTRY(_start)',
  'OUTPUT_FORMAT(elf64-x86-64, elf64-x86-64, elf64-x86-64) OUTPUT_ARCH(i386:x86-64)',
  'MEMORY { rom (rx!w) : ORIGIN = 0, LENGTH = 64K ram : org = $ len = 1M }',
  'PHDRS { text PT_LOAD FILEHDR PHDRS FLAGS(5) AT(0x100); note 4; }',
  'INPUT(a.o -lc AS_NEEDED(b.o, c.o)) GROUP(d.a e.a)',
  'SEARCH_DIR("/usr/lib") EXTERN(f g); REGION_ALIAS("A", ram)',
  'VERSION { V1 { global: x; }; }',
  'q = $;',
  'PROVIDE(r = $);',
]

/** Numbers that look random and are the same every time. */
function* numbers(): Generator<number> {
  for (let state = 12_345; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    yield state >> 8
  }
}

describe('the quick reader', () => {
  it('makes what the grammar makes', () => {
    const random = numbers()
    const one = (from: readonly string[]) => {
      const text = from[(random.next().value as number) % from.length] as string
      return text.replaceAll('$', () => expressions[(random.next().value as number) % expressions.length] as string)
    }
    for (let round = 0; round < 300; round++) {
      const sections = Array.from(
        { length: 3 },
        (_, i) =>
          `.s${i} ${one(headers)} : ${one(attributes)} { ${one(statements)} ${one(statements)} } ${one(trailers)}\n${one(['', '. = $;', 'ASSERT($, "x");'])}`,
      )
      const text = `${one(commands)} ${one(commands)} SECTIONS {\n${sections.join('\n')} /DISCARD/ : { *(*) } }`
      const quick = readQuickly(scanned(text).tokens)
      expect(quick ?? text).toEqual(byGrammar(text))
    }
  })
  it('reads the built-in scripts', () => {
    for (const options of [{}, { relocatable: true }, { paging: 'omagic' }] as const) {
      const text = defaultScript(62, true, options)
      const quick = readQuickly(scanned(text).tokens)
      expect(quick).toBeDefined()
      expect(quick).toEqual(byGrammar(text))
    }
  })
  it('reads --defsym', () => {
    const source = SourceFile.fromString('--defsym', 'a=b+1')
    const tokens = scanScript(source, new DiagnosticSink(), () => undefined, 'expression') ?? []
    expect(readDefinitionQuickly(tokens)).toEqual(scriptGrammar.symbolDefinition(tokens, source, new DiagnosticSink()))
  })
  it('reads no script that the grammar refuses', () => {
    const sections = statements.map((statement, i) => {
      const of = (from: readonly string[]) =>
        (from[i % from.length] as string).replaceAll('$', expressions[i % expressions.length] as string)
      return `.s${i} ${of(headers)} : ${of(attributes)} { ${of([statement])} } ${of(trailers)}`
    })
    const text = `${commands.join(' ').replaceAll('$', '1')} SECTIONS {\n${sections.join('\n')} }`
    const { source, tokens } = scanned(text)
    const random = numbers()
    const place = () => (random.next().value as number) % tokens.length
    let refused = 0
    for (let round = 0; round < 150; round++) {
      // One token is left out, or another takes its place, or stands before it.
      const at = place()
      const other = tokens[place()] as ScriptToken
      const changed = tokens.toSpliced(at, round % 3 === 2 ? 0 : 1, ...(round % 3 === 0 ? [] : [other]))
      const quick = readQuickly(changed)
      const full = scriptGrammar.script(changed, source, new DiagnosticSink())
      if (!full) refused++
      expect({ at, tree: quick ?? full }).toEqual({ at, tree: full })
    }
    expect(refused).toBeGreaterThan(50)
  })
  it('leaves mistakes and what is rare to the grammar', () => {
    for (const text of [
      'SECTIONS { OVERLAY : { .a { *(.a) } } }',
      'SECTIONS { } INSERT AFTER .text;',
      'SECTIONS { .a : { INPUT_SECTION_FLAGS(SHF_MERGE) *(.a) } }',
      'SECTIONS { .a : { x = 1 } }',
      'SECTIONS { . = 1 .a : { } }',
      'SECTIONS { .a : { *(.a) }',
      'MEMORY { a : ORIGN = 0, LENGTH = 1 }',
      'SECTIONS { .a : { SORT_BY_ALIGNMENT(*)(.a) } }',
    ])
      expect({ text, read: readQuickly(scanned(text).tokens) }).toEqual({ text, read: undefined })
  })
})
