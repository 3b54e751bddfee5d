// Random links: small objects and a linker script of the shapes that real ones have.
// Enters: a source of random choices. Leaves: assembler sources, a script and flags. How often which command of the script
// language comes follows a count over 89 scripts of boot loaders, kernels and firmware: `sym =`, `. =`, ALIGN, /DISCARD/,
// COMMON, KEEP, `=fill`, SORT, AT, PROVIDE, PHDRS, MEMORY, NOLOAD, data statements and the rest.

import type { Random } from '../fuzz/random.ts'

export interface RandomLink {
  readonly is64: boolean
  readonly sources: readonly string[]
  readonly script: string
}

interface SectionKind {
  readonly name: string
  readonly flags: string
  /** What a section of it holds. */
  readonly holds: 'bytes' | 'room' | 'strings' | 'constants' | 'note' | 'text'
}

const kind = (name: string, flags: string, holds: SectionKind['holds'] = 'bytes'): SectionKind => ({ name, flags, holds })

const sectionKinds: readonly SectionKind[] = [
  kind('.text', '"ax",@progbits'),
  kind('.text.a', '"ax",@progbits'),
  kind('.text.b', '"ax",@progbits'),
  kind('.text16', '"ax",@progbits'),
  kind('.head.text', '"ax",@progbits'),
  kind('.init', '"ax",@progbits'),
  kind('.fini', '"ax",@progbits'),
  kind('.multiboot', '"ax",@progbits'),
  kind('.header', '"a",@progbits'),
  kind('.rodata', '"a",@progbits'),
  kind('.rodata.x', '"a",@progbits'),
  kind('.rodata.str1.1', '"aMS",@progbits,1', 'strings'),
  kind('.rodata.cst4', '"aM",@progbits,4', 'constants'),
  kind('.foo', '"a",@progbits'),
  kind('.sig', '"a",@progbits'),
  kind('.data', '"aw",@progbits'),
  kind('.data.x', '"aw",@progbits'),
  kind('.bar', '"aw",@progbits'),
  kind('mysec', '"aw",@progbits'),
  kind('.data.rel.ro', '"aw",@progbits'),
  kind('.ctors', '"aw",@progbits'),
  kind('.init_array', '"aw",@init_array'),
  kind('.bss', '"aw",@nobits', 'room'),
  kind('.bss.y', '"aw",@nobits', 'room'),
  kind('.stack', '"aw",@nobits', 'room'),
  kind('.tdata', '"awT",@progbits'),
  kind('.tbss', '"awT",@nobits', 'room'),
  kind('.note.x', '"a",@note', 'note'),
  kind('.note.y', '"",@note', 'note'),
  kind('.comment', '"MS",@progbits,1', 'text'),
  kind('.debug_x', '"",@progbits', 'text'),
]

function some<T>(random: Random, items: readonly T[], least: number, most: number): T[] {
  const left = [...items]
  const count = least + random.below(most - least + 1)
  const taken: T[] = []
  while (taken.length < count && left.length > 0) taken.push(...left.splice(random.below(left.length), 1))
  return taken
}

function contents(random: Random, { holds }: SectionKind): string[] {
  const count = 1 + random.below(4)
  const times = (make: () => string): string[] => Array.from({ length: count }, make)
  switch (holds) {
    case 'room':
      return [`.skip ${1 + random.below(100)}`]
    case 'strings':
      return times(() => `.asciz "${random.pick(['hello', 'ello', 'world', 'x', 'abc hello'])}"`)
    case 'text':
      return times(() => `.asciz "${random.pick(['GCC: 12', 'as 2.40', 'x'])}"`)
    case 'constants':
      return times(() => `.long ${1 + random.below(3)}`)
    case 'note':
      return ['.long 4, 4, 1', '.ascii "GNU\\0"', `.long ${random.below(9)}`]
    case 'bytes':
      return times(() =>
        random.pick([
          `.long ${random.below(10_000)}`,
          '.byte 1',
          `.fill ${1 + random.below(30)},1,0x${random.below(256).toString(16)}`,
          `.long ref${random.below(3)}`,
          '.long . - 4',
        ]),
      )
  }
}

function objectSource(random: Random, index: number): string {
  const lines: string[] = []
  for (const section of some(random, sectionKinds, 2, 9)) {
    lines.push(`.section ${section.name},${section.flags}`)
    if (random.chance(0.5)) lines.push(`.balign ${random.pick([2, 4, 8, 16, 32, 64])}`)
    const stem = `${section.name.replaceAll('.', '_')}${index}`
    lines.push(`l${stem}:`)
    if (random.chance(0.4)) lines.push(`.globl g${stem}`, `g${stem}:`)
    if (random.chance(0.95)) lines.push(...contents(random, section))
  }
  if (index === 0) for (let i = 0; i < 3; i++) lines.push('.data', `.globl ref${i}`, `ref${i}: .long ${i}`)
  if (random.chance(0.4)) lines.push(`.comm com${index},${1 + random.below(50)},${random.pick([1, 4, 16])}`)
  if (random.chance(0.5)) lines.push('.section .note.GNU-stack,"",@progbits')
  lines.push('.text', `.globl start${index}`, `start${index}: nop`)
  return `${lines.join('\n')}\n`
}

const patterns: Readonly<Record<string, readonly string[]>> = {
  '.header': ['KEEP(*(.header))', '*(.header) BYTE(1) SHORT(0x55aa)'],
  '.init': ['KEEP(*(.init))', 'KEEP (*(SORT_NONE(.init)))'],
  '.text': [
    '*(.text)',
    '*(.text .text.*)',
    '*(.text*)',
    '*(SORT(.text.*)) *(.text)',
    'KEEP(*(.multiboot)) *(.text)',
    '*(.head.text) *(.text .text.*)',
    '*(.init) *(.text) *(.fini)',
    '*(.text16) . = ALIGN(16); *(.text)',
  ],
  '.rodata': ['*(.rodata)', '*(.rodata*)', '*(.rodata .rodata.*)', '*(SORT_BY_ALIGNMENT(.rodata*))'],
  '.init_array': ['*(SORT_BY_INIT_PRIORITY(.init_array.*)) *(.init_array)', 'KEEP(*(.init_array .init_array.*))'],
  '.data': ['*(.data)', '*(.data .data.*)', '*(EXCLUDE_FILE(*o1.o) .data)', '*(.data*) *(.bar)', '*(SORT_BY_NAME(.data*))'],
  '.tdata': ['*(.tdata)', '*(.tdata .tdata.*)'],
  '.tbss': ['*(.tbss)'],
  '.bss': ['*(.bss) *(COMMON)', '*(.bss*)', '*(.bss .bss.* COMMON)', '*(COMMON) *(.bss)', '*(.dynbss) *(.bss .bss.*)'],
  '.notes': ['*(.note.*)', '*(.note.x)'],
  '.x': ['*(.sig) . = ALIGN(8);', '*(.foo .bar mysec)', '*(.nothing)', ''],
  '.all': ['*(*)', '*(.foo .bar mysec)', '*(.sig)'],
  '.stack': ['*(.stack)', '. = . + 0x100;', '. += 64;'],
}

const order = Object.keys(patterns)

function between(random: Random, body: string[]): void {
  const choice = random.below(14)
  const name = `m${body.length}`
  if (choice === 0) body.push('. = ALIGN(4096);')
  else if (choice === 1) body.push('. = ALIGN(16);')
  else if (choice === 2) body.push(`${name} = .;`)
  else if (choice === 3) body.push('PROVIDE(end = .);')
  else if (choice === 4) body.push(`${name} = . ; . = ALIGN(0x100);`)
  else if (choice === 5) body.push(`. = . + 0x${(16 * random.below(64)).toString(16)};`)
  else if (choice === 6) body.push(`${name} = ALIGN(32) + ${random.below(10)};`)
  else if (choice === 7) body.push(`_etext${body.length} = .; PROVIDE (etext = .);`)
}

function sectionBody(random: Random, name: string, seen: readonly string[]): string {
  const stem = name.replaceAll('.', '_')
  let text = random.pick(patterns[name] as readonly string[])
  if (random.chance(0.3)) text = `${stem}_start = .; ${text} ${stem}_end = .;`
  if (random.chance(0.15)) text += ' . = ALIGN(16);'
  if (random.chance(0.07)) text += ` . = . + ${1 + random.below(20)};`
  if (random.chance(0.07))
    text += random.pick([' LONG(0xdeadbeef)', ' BYTE(0x90)', ' QUAD(0)', ' SHORT(. & 0xffff)', ` LONG(SIZEOF(${name}))`])
  if (random.chance(0.04)) text = `FILL(0x${random.below(65536).toString(16)}) ${text}`
  if (random.chance(0.04)) text += ` . = 0x${(0x100 * random.below(9)).toString(16)} - 2; SHORT(0xaa55)`
  if (random.chance(0.04)) text += ` ${stem}_abs = ABSOLUTE(.);`
  const [other] = seen
  if (other && random.chance(0.05)) text += ` LONG(ADDR(${other}))`
  return text
}

type Style = 'plain' | 'memory' | 'headers'

function sectionStatement(random: Random, name: string, style: Style, seen: readonly string[]): string {
  const address =
    style === 'memory' || !random.chance(0.12) ? '' : random.pick([' ALIGN(16)', ' ALIGN(4096)', ' 0x9000', ' .', ' (.)', ' BLOCK(32)'])
  const type = name === '.stack' && random.chance(0.5) ? ' (NOLOAD)' : ''
  let after = ''
  if (style === 'plain' && random.chance(0.1))
    after += random.pick([
      ` AT(ADDR(${name}) - 0x1000 + 0x100000)`,
      ` AT(0x20000)`,
      ` AT(ADDR(${name}))`,
      ...(seen[0] ? [` AT(LOADADDR(${seen[0]}) + SIZEOF(${seen[0]}))`] : []),
    ])
  if (random.chance(0.06)) after += random.pick([' ALIGN(16)', ' ALIGN(64)'])
  if (random.chance(0.05)) after += ' SUBALIGN(8)'
  let tail = ''
  if (style === 'memory') tail = random.chance(0.06) ? '' : random.pick([' >rom', ' >ram', ' >ram AT>rom'])
  if (style === 'headers') tail = random.pick([' :text', ' :data', '', ''])
  if (random.chance(0.12)) tail += random.pick([' =0x90', ' =0xcccc', ' =0', ' =0x90909090'])
  return `${name}${address}${type} :${after} { ${sectionBody(random, name, seen)} }${tail}`
}

function overlay(random: Random): string {
  return `OVERLAY ${random.pick(['', '0x4000 '])}: ${random.pick(['', 'AT(0x8000) '])}{ .ov1 { *(.foo) } .ov2 { *(.bar) LONG(2) } }`
}

function scriptText(random: Random, is64: boolean): string {
  const style: Style = random.chance(0.15) ? 'memory' : random.chance(0.1) ? 'headers' : 'plain'
  const head: string[] = []
  const format = is64 ? 'elf64-x86-64' : 'elf32-i386'
  if (random.chance(0.4)) head.push(`OUTPUT_FORMAT("${format}", "${format}", "${format}")`, `OUTPUT_ARCH(${is64 ? 'i386:x86-64' : 'i386'})`)
  if (random.chance(0.6)) head.push('ENTRY(start0)')
  if (style === 'memory') {
    const [rom, ram] = random.pick([
      ['', ''],
      [' (rx)', ' (rwx)'],
      [' (rx)', ' (w!x)'],
    ])
    head.push(
      `MEMORY { rom${rom} : ORIGIN = 0x8000, LENGTH = ${random.pick(['64K', '0x10000', '1M'])}  ram${ram} : ORIGIN = 0x20000, LENGTH = 64K }`,
    )
  }
  if (style === 'headers')
    head.push(
      random.pick([
        'PHDRS { text PT_LOAD; data PT_LOAD; }',
        'PHDRS { text PT_LOAD FILEHDR PHDRS; data PT_LOAD FLAGS(6); }',
        'PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD; note PT_NOTE; stack PT_GNU_STACK FLAGS(6); }',
      ]),
    )
  if (random.chance(0.1)) head.push('base = 0x2000;')
  const body: string[] = []
  if (style !== 'memory' && random.chance(0.85))
    body.push(
      `. = ${random.pick(['0', '0x7c00', '0x100000', '0x1000', 'SIZEOF_HEADERS', '0x8048000 + SIZEOF_HEADERS', '0x400000', '0xF0000'])};`,
    )
  let names = order.filter(() => random.chance(0.5))
  if (random.chance(0.2)) names = some(random, names, names.length, names.length)
  if (random.chance(0.08)) names.push(random.pick(names.length > 0 ? names : order))
  const seen: string[] = []
  let hasOverlay = false
  for (const name of names) {
    body.push(sectionStatement(random, name, style, seen))
    seen.unshift(name)
    if (random.chance(0.35)) between(random, body)
    if (style === 'plain' && !hasOverlay && random.chance(0.02)) {
      hasOverlay = true
      body.push(overlay(random))
    }
  }
  const [last] = seen
  if (last && random.chance(0.2)) body.push(`size_ = SIZEOF(${last}); at_ = LOADADDR(${last}); addr_ = ADDR(${last});`)
  if (random.chance(0.3)) body.push('_end = .;', ...(random.chance(0.3) ? ['PROVIDE(end = .);'] : []))
  if (random.chance(0.3))
    body.push(`/DISCARD/ : { ${random.pick(['*(.comment) *(.note*)', '*(.note.*)', '*(.comment .debug*)', '*(.eh_frame) *(.foo)'])} }`)
  if (random.chance(0.1)) body.push('ASSERT(. != 1, "never")')
  return `${[...head, 'SECTIONS {', ...body.map((line) => `  ${line}`), '}'].join('\n')}\n`
}

export function randomLink(random: Random): RandomLink {
  const is64 = random.chance(0.5)
  const sources = Array.from({ length: 1 + random.below(3) }, (_, i) => objectSource(random, i))
  return { is64, sources, script: scriptText(random, is64) }
}
