// Links in memory. Golden bytes are those of GNU ld 2.40 (Debian 12).
import { renderText, SourceFile } from '@kernelbox/diagnostics'
import { EM_386, type ElfObject, type ElfSection, type ElfSymbol, RelocationTable } from '@kernelbox/elf'
import { describe, expect, it } from 'vitest'
import { parseLdWords } from './command-line/command-line.ts'
import { builtInScript, link } from './index.ts'
import type { LinkOptions, LinkResult } from './options.ts'

const empty = new Uint8Array(0)
const nullSection: ElfSection = {
  name: '',
  type: 0,
  flags: 0,
  address: 0n,
  sizeInBytes: 0,
  contents: empty,
  alignment: 1,
  entrySize: 0,
  link: 0,
  info: 0,
  relocations: undefined,
}

function section(name: string, bytes: number[], more: Partial<ElfSection> = {}): ElfSection {
  return {
    ...nullSection,
    name,
    type: 1,
    flags: name.startsWith('.text') ? 6 : 3,
    sizeInBytes: bytes.length,
    contents: Uint8Array.from(bytes),
    ...more,
  }
}
function symbol(name: string, sectionIndex: number, value = 0, more: Partial<ElfSymbol> = {}): ElfSymbol {
  return { name, value: BigInt(value), sizeInBytes: 0n, binding: 1, type: 0, visibility: 0, section: sectionIndex, ...more }
}
function object(sections: ElfSection[], symbols: ElfSymbol[] = []): ElfObject {
  return {
    class: 32,
    machine: EM_386,
    flags: 0,
    sections: [nullSection, ...sections],
    symbols: [symbol('', 0, 0, { binding: 0 }), ...symbols],
    groups: [],
  }
}
function relocated(rows: [offset: number, type: number, symbol: number][]): RelocationTable {
  const table = new RelocationTable()
  for (const [offset, type, index] of rows) table.add(offset, type, index, 0n)
  return table
}
function run(script: string, objects: ElfObject[], more: Partial<LinkOptions> = {}): LinkResult {
  return link({
    inputs: objects.map((one, i) => ({ name: `${'abc'[i]}.o`, object: one })),
    script: SourceFile.fromString('x.ld', script),
    outputFormat: 'binary',
    ...more,
  })
}
const texts = (result: LinkResult) => result.diagnostics.map((one) => renderText(one)).join('')

describe('flat images', () => {
  it('counts `.` from the start of the section inside it', () => {
    const result = run('SECTIONS { . = 0x7c00; .text : { *(.text) . = 510; SHORT(0xaa55) } }', [object([section('.text', [0xeb, 0xfe])])])
    expect(result.image?.length).toBe(512)
    expect([...(result.image as Uint8Array).subarray(508)]).toEqual([0x66, 0x90, 0x55, 0xaa])
  })
  it('fills gaps of i386 code with 66 90 pairs and other gaps with what is asked for', () => {
    const two = [object([section('.text', [0xcc])]), object([section('.text', [0xdd], { alignment: 4 })])]
    expect([...(run('SECTIONS { .text : { *(.text) } }', two).image as Uint8Array)]).toEqual([0xcc, 0x66, 0x90, 0x90, 0xdd])
    expect([...(run('SECTIONS { .text : { *(.text) } =0xf4 }', two).image as Uint8Array)]).toEqual([0xcc, 0xf4, 0xf4, 0xf4, 0xdd])
  })
  it('relocates absolute and relative fields', () => {
    const caller = object(
      [
        section('.text', [0, 0, 0, 0, 0xfc, 0xff, 0xff, 0xff], {
          relocations: relocated([
            [0, 1, 1],
            [4, 2, 1],
          ]),
        }),
      ],
      [symbol('f', 0)],
    )
    const callee = object([section('.text', [0xc3])], [symbol('f', 1)])
    const { image } = run('SECTIONS { . = 0x1000; .text : { *(.text) } }', [caller, callee])
    expect([...(image as Uint8Array)]).toEqual([8, 0x10, 0, 0, 0, 0, 0, 0, 0xc3])
  })
  it('places an orphan after the last section of its kind', () => {
    const { layout } = run('SECTIONS { .text : { *(.text) } . = 0x100; .data : { *(.data) } }', [
      object([section('.text', [1]), section('.data', [2]), section('.text.more', [3]), section('.extra', [4])]),
    ])
    expect(layout.sections.map((one) => [one.name, Number(one.address), one.isOrphan])).toEqual([
      ['.text', 0, false],
      ['.text.more', 1, true],
      ['.data', 0x100, false],
      ['.extra', 0x101, true],
    ])
  })
  it('loads where AT> says and follows it in the same region', () => {
    const { layout } = run(
      'MEMORY { ram : ORIGIN = 0x10000, LENGTH = 64K rom : ORIGIN = 0x200, LENGTH = 1K } SECTIONS { .text : { *(.text) } >ram AT>rom .data : { *(.data) } >ram }',
      [object([section('.text', [1, 2]), section('.data', [3])])],
    )
    expect(layout.sections.map((one) => Number(one.loadAddress))).toEqual([0x200, 0x202])
  })
})

describe('messages', () => {
  it('refuses a hole of 256 MB and names the section behind it', () => {
    const objects = [object([section('.text', [1]), section('.data', [2])])]
    const script = 'SECTIONS { .text : { *(.text) } .data 0x10000000 : { *(.data) } }'
    const result = run(script, objects)
    expect(result.image).toBeUndefined()
    expect(texts(result)).toContain('x.ld:1:33: error: the image would have a hole of 268435455 bytes between .text')
    expect(texts(result)).toContain('--max-gap=268435455')
    expect(run(script, objects, { maxGapInBytes: 2 ** 28 }).image?.length).toBe(0x1000_0001)
  })
  it('points at the reference to a missing symbol and suggests a known one', () => {
    const caller = object(
      [section('.text', [0, 0, 0, 0], { relocations: relocated([[0, 1, 1]]) })],
      [symbol('prnt', 0), symbol('print', 1)],
    )
    const source = SourceFile.fromString('k.S', '\tcall prnt\n')
    const result = link({
      inputs: [{ name: 'a.o', object: caller, locate: () => ({ source, start: 1, end: 10 }) }],
      script: SourceFile.fromString('x.ld', 'SECTIONS { .text : { *(.text) } }'),
      outputFormat: 'binary',
    })
    expect(texts(result)).toContain("k.S:1:2: error: undefined reference to 'prnt'")
    expect(texts(result)).toContain("did you mean 'print'?")
  })
  it('says by how much a 16-bit field overflows', () => {
    const caller = object([section('.text', [0, 0], { relocations: relocated([[0, 20, 1]]) })], [symbol('far', 1)])
    const text = texts(run('SECTIONS { . = 0x20000; .text : { *(.text) } }', [caller]))
    expect(text).toContain("'far' is 0x20000 here, too far for 16 bits")
    expect(text).toContain('the value is 0x10001 beyond it')
  })
  it('reports a region that is too small, by how many bytes, and what fills it', () => {
    const text = texts(
      run('MEMORY { rom : ORIGIN = 0, LENGTH = 4 } SECTIONS { .text : { *(.text) } >rom }', [
        object([section('.text', [1, 2, 3, 4, 5, 6])]),
      ]),
    )
    expect(text).toContain('x.ld:1:52: error: section .text does not fit in region rom: it overflows by 2 bytes')
    expect(text).toContain('6 bytes are .text of a.o')
  })
  it('reports two definitions of one symbol', () => {
    const one = object([section('.text', [1])], [symbol('f', 1)])
    expect(texts(run('SECTIONS { .text : { *(.text) } }', [one, one]))).toContain("b.o: multiple definition of 'f'")
  })
  it('refuses `.` that moves backwards in a section', () => {
    expect(texts(run('SECTIONS { .text : { *(.text) . = 1; } }', [object([section('.text', [1, 2, 3])])]))).toContain('2 bytes past 0x1')
  })
  it('names each placed input section that a flat image loses for want of the flag a', () => {
    const parts = object([
      section('.text', [1]),
      section('.sig', [2, 3], { flags: 0 }),
      section('.boot', [4], { flags: 4 }),
      section('.comment', [5], { flags: 0 }),
      section('.debug_info', [6], { flags: 0 }),
      section('.other', [7], { flags: 0 }),
    ])
    const result = run('SECTIONS { .text : { *(.text) } .rest : { *(.sig) *(.boot) *(.comment) *(.debug_info) } }', [parts])
    expect([...(result.image as Uint8Array)]).toEqual([1])
    expect(result.diagnostics.map((one) => [one.severity, one.message, one.fix?.message])).toEqual([
      [
        'warning',
        'section .sig of a.o (2 bytes) is not in the image: it is not allocated',
        'give it the flag "a": .section .sig, "a" ("ax" for code)',
      ],
      ['warning', 'section .boot of a.o (1 byte) is not in the image: it is not allocated', 'give it the flag "a": .section .boot, "ax"'],
    ])
  })
  it('does not warn of a section without the flag a whose output section has it from another, nor of orphans', () => {
    const parts = object([section('.text', [1]), section('.sig', [2], { flags: 0 }), section('.other', [3], { flags: 0 })])
    expect(run('SECTIONS { .text : { *(.text) *(.sig) } }', [parts]).diagnostics).toEqual([])
  })
  it('warns of an entry symbol that nothing defines, in the words of GNU ld, and proposes a defined one', () => {
    const parts = [object([section('.text', [1])], [symbol('start', 1), symbol('strat2', 0)])]
    const script = 'ENTRY(strat) SECTIONS { . = 0x7c00; .text : { *(.text) } }'
    expect(texts(run(script, parts))).toContain('x.ld:1:7: warning: cannot find entry symbol strat; defaulting to 00007c00')
    expect(texts(run(script, parts))).toContain("did you mean 'start'?")
    expect(run('SECTIONS { .foo : { *(.text) } }', parts, { entry: 'nowhere' }).diagnostics.map((one) => one.message)).toEqual([
      'cannot find entry symbol nowhere; not setting start address',
    ])
  })
  it('warns of a script among the inputs that places sections, in the words of GNU ld: it does not replace the layout', () => {
    const told = (script: string) =>
      run('SECTIONS { .text : { *(.text) } }', [], {
        inputs: [
          { name: 'a.o', object: object([section('.text', [1])]) },
          { name: 'b.ld', bytes: new TextEncoder().encode(script) },
        ],
      }).diagnostics.map((one) => one.message)
    expect(told('SECTIONS { .more : { BYTE(2) } }')).toEqual(['b.ld contains output sections; did you forget -T?'])
    expect(told('SECTIONS { more = 2; } ENTRY(more)')).toEqual([])
  })
  it('says nothing of an entry that is a number, is defined, or was not asked for', () => {
    const parts = [object([section('.text', [1])], [symbol('start', 1)])]
    const script = 'SECTIONS { .text : { *(.text) } }'
    for (const more of [{}, { entry: '0x100' }, { entry: 'start' }]) expect(run(script, parts, more).diagnostics).toEqual([])
    expect(run(`ENTRY(nowhere) ${script}`, parts, { relocatable: true, outputFormat: 'elf32-i386' }).diagnostics).toEqual([])
  })
  it('takes an undefined name of a register for a register without its %', () => {
    const caller = object([section('.text', [0, 0], { relocations: relocated([[0, 20, 1]]) })], [symbol('ax', 0), symbol('ax2', 1)])
    expect(run('SECTIONS { .text : { *(.text) } }', [caller]).diagnostics.map((one) => [one.message, one.fix?.message])).toEqual([
      ["a.o:(.text+0x0): undefined reference to 'ax'", 'did you mean the register %ax?'],
    ])
  })
  it('proposes no name that is itself undefined', () => {
    const caller = object(
      [
        section('.text', [0, 0, 0, 0], {
          relocations: relocated([
            [0, 20, 1],
            [2, 20, 2],
          ]),
        }),
      ],
      [symbol('printf', 0), symbol('prints', 0)],
    )
    expect(run('SECTIONS { .text : { *(.text) } }', [caller]).diagnostics.map((one) => one.fix)).toEqual([undefined, undefined])
  })
  it('says of assembler source among the inputs that it is to be assembled', () => {
    const bytes = new TextEncoder().encode('.code16\nstart: mov %ax, %bx\n')
    const failed = (name: string) => link({ inputs: [{ name, bytes }] }).diagnostics
    for (const name of ['boot.S', 'boot.asm'])
      expect(failed(name).map((one) => [one.message, one.fix?.message])).toEqual([
        [`${name}: not an object or a linker script`, 'assemble it with kasm or kas, and link the object'],
      ])
    for (const name of ['boot', 'kernel.lds.S']) expect(failed(name)[0]?.message).toContain('syntax error in the linker script')
  })
  it('reports what is missing first, and no range error that comes of it', () => {
    const caller = object(
      [
        section('.text', [0, 0, 0, 0], {
          relocations: relocated([
            [0, 20, 2],
            [2, 21, 1],
          ]),
        }),
      ],
      [symbol('missing', 0), symbol('far', 1)],
    )
    expect(run('SECTIONS { . = 0x20000; .text : { *(.text) } }', [caller]).diagnostics.map((one) => one.message)).toEqual([
      "a.o:(.text+0x2): undefined reference to 'missing'",
      "a.o:(.text+0x0): relocation truncated to fit: 'far' is 0x20000 here, too far for 16 bits",
    ])
  })
})

describe('words of the command line', () => {
  it('ends --whole-archive with the state that it was in', () => {
    const { inputs, faults } = parseLdWords(['--push-state', '--whole-archive', 'a.a', '--pop-state', 'b.a'])
    expect(inputs).toEqual([{ name: 'a.a', wholeArchive: true }, { name: 'b.a' }])
    expect(faults).toEqual([])
    expect(parseLdWords(['--pop-state']).faults).toEqual(['--pop-state without --push-state'])
  })
  it('has the table of --cref behind the map, and alone where no map is wanted', () => {
    const textOf = (...words: string[]) => {
      const { options } = parseLdWords(words)
      return run('SECTIONS { .text : { *(.text) } }', [object([section('.text', [0x90])], [symbol('here', 1)])], options).mapText
    }
    const table = `\nCross Reference Table\n\n${'Symbol'.padEnd(50)}File\n${'here'.padEnd(50)}a.o\n`
    expect(textOf('--cref')).toBe(table)
    expect(textOf('--cref', '-Map=x.map')).toBe(textOf('-Map=x.map') + table)
    expect(textOf('-Map=x.map')).toContain('Memory Configuration')
    expect(textOf()).toBe('')
  })
  it('takes the last of two opposite words', () => {
    const { options } = parseLdWords(['-s', '-S', '-x', '-X'])
    expect(options).toMatchObject({ strip: 'debug', discardLocals: 'temporary' })
    const program = object([section('.text', [0x90])], [symbol('_start', 1)])
    const stackFlags = (...words: string[]) => {
      const more = { ...parseLdWords(words).options, outputFormat: 'elf32-i386' as const }
      const { image } = run('SECTIONS { .text : { *(.text) } }', [program], more)
      const view = new DataView((image as Uint8Array).buffer)
      const headers = Array.from({ length: view.getUint16(44, true) }, (_, i) => view.getUint32(28, true) + 32 * i)
      const stack = headers.find((at) => view.getUint32(at, true) === 0x6474e551)
      return stack === undefined ? undefined : view.getUint32(stack + 24, true)
    }
    expect(stackFlags('-z', 'execstack', '-z', 'noexecstack')).toBe(6)
    expect(stackFlags('-z', 'noexecstack', '-z', 'execstack')).toBe(7)
  })
  it('leaves compressed debugging sections out, and says so once', () => {
    const compressed = [section('.debug_info', [1, 0, 0, 0], { flags: 0x800 }), section('.debug_line', [1, 0, 0, 0], { flags: 0x800 })]
    const program = object([section('.text', [0x90]), ...compressed], [symbol('_start', 1)])
    const result = link({ inputs: [{ name: 'a.o', object: program }], outputFormat: 'elf32-i386' })
    expect(texts(result)).toMatch(/^warning: a\.o: its debugging information is compressed/m)
    expect(result.diagnostics.length).toBe(1)
    expect(new TextDecoder('latin1').decode(result.image)).not.toContain('.debug_')
  })
  it('asks for the version, the emulations, the script', () => {
    expect(parseLdWords(['-v'])).toMatchObject({ wantsVersion: 'line', wantsScript: false })
    expect(parseLdWords(['-V'])).toMatchObject({ wantsVersion: 'emulations', wantsScript: false })
    expect(parseLdWords(['--verbose'])).toMatchObject({ wantsVersion: 'emulations', wantsScript: true })
  })
  it('links the same with the built-in script given as a script', () => {
    const program = object([section('.text', [0x90]), section('.data', [1, 2, 3], { flags: 3 })], [symbol('_start', 1)])
    const outputFormat = 'elf32-i386'
    const builtIn = link({ inputs: [{ name: 'a.o', object: program }], outputFormat })
    expect(builtIn.image?.length).toBeGreaterThan(100)
    expect(run(builtInScript({ emulation: 'elf_i386' }), [program], { outputFormat }).image).toEqual(builtIn.image)
  })
  it('keeps what other modules could see with --gc-keep-exported', () => {
    const sections = ['.text', '.text.seen', '.text.hidden', '.text.protected'].map((name) => section(name, [0x90]))
    const visibilities = [0, 0, 2, 3]
    const program = object(
      sections,
      sections.map((_, i) => symbol(i === 0 ? '_start' : `s${i}`, i + 1, 0, { visibility: visibilities[i] as number })),
    )
    const kept = (...words: string[]) => {
      const { options } = parseLdWords(['--gc-sections', ...words])
      const { layout } = run('ENTRY(_start) SECTIONS { .text : { *(.text*) } }', [program], { ...options, outputFormat: 'elf32-i386' })
      return layout.sections.flatMap(({ inputs }) => inputs.map((input) => input.section))
    }
    expect(kept()).toEqual(['.text'])
    expect(kept('--gc-keep-exported')).toEqual(['.text', '.text.seen', '.text.protected'])
  })
})
