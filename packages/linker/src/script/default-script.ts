// The script in force where none is given: the layout of a static ELF program, as GNU ld 2.40 for Linux on x86 lays it out
// (order of sections found with its -Map; GNU ld manual §3.4.2, §3.10.9). --verbose of kld shows it.

import { EM_386, EM_X86_64 } from '@kernelbox/elf'
import { hasWord } from '../inputs/z-words.ts'
import type { LinkOptions } from '../options.ts'
import { debugSections, relocatableScript } from './relocatable-script.ts'

type ScriptChoice = Pick<LinkOptions, 'relocatable' | 'paging' | 'z' | 'pie'>

/** The script of a link without objects: that of the emulation, elf_x86_64 where none is named. */
export function builtInScript(options: ScriptChoice & Pick<LinkOptions, 'emulation'>): string {
  const { emulation = 'elf_x86_64' } = options
  return defaultScript(emulation === 'elf_i386' ? EM_386 : EM_X86_64, emulation === 'elf_x86_64', options)
}

export function defaultScript(machine: number, is64: boolean, options: ScriptChoice): string {
  const isI386 = machine === EM_386
  if (options.relocatable) return relocatableScript(isI386)
  const rel = isI386 ? 'rel' : 'rela'
  const word = is64 ? 8 : isI386 ? 4 : 8
  const base = options.pie ? '0' : isI386 ? '0x08048000' : '0x400000'
  const isSeparate = options.paging === undefined && !hasWord(options, 'noseparate-code', 'separate-code')
  const page = isSeparate ? '. = ALIGN(CONSTANT (MAXPAGESIZE));' : ''
  const dataStart = options.paging === 'omagic' ? '. = .;' : '. = DATA_SEGMENT_ALIGN (CONSTANT (MAXPAGESIZE), CONSTANT (COMMONPAGESIZE));'
  const reserved = 3 * word
  // A program that moves itself finds them by its .dynamic.
  const bounds = (end: string) => (options.pie ? '' : `PROVIDE_HIDDEN (__${rel}_iplt_${end} = .);`)
  return `
ENTRY(_start)
SECTIONS
{
  PROVIDE (__executable_start = SEGMENT_START("text-segment", ${base}));
  . = SEGMENT_START("text-segment", ${base}) + SIZEOF_HEADERS;
  .interp : { *(.interp) }
  .note.gnu.build-id : { *(.note.gnu.build-id) }
  .hash : { *(.hash) }
  .gnu.hash : { *(.gnu.hash) }
  .dynsym : { *(.dynsym) }
  .dynstr : { *(.dynstr) }
  .${rel}.dyn : { *(.${rel}.init) *(.${rel}.text .${rel}.text.*) *(.${rel}.data .${rel}.data.*) *(.${rel}.got) }
  .${rel}.plt :
  {
    *(.${rel}.plt)
    ${bounds('start')}
    *(.${rel}.iplt)
    ${bounds('end')}
  }
  ${page}
  .init : { KEEP (*(SORT_NONE(.init))) }
  .plt : { *(.plt) *(.iplt) }
  .plt.got : { *(.plt.got) }
  .plt.sec : { *(.plt.sec) }
  .text :
  {
    *(.text.unlikely .text.*_unlikely .text.unlikely.*)
    *(.text.exit .text.exit.*)
    *(.text.startup .text.startup.*)
    *(.text.hot .text.hot.*)
    *(SORT(.text.sorted.*))
    *(.text .stub .text.* .gnu.linkonce.t.*)
    *(.gnu.warning)
  }
  .fini : { KEEP (*(SORT_NONE(.fini))) }
  PROVIDE (__etext = .);
  PROVIDE (_etext = .);
  PROVIDE (etext = .);
  ${page}
  ${isSeparate ? '. = SEGMENT_START("rodata-segment", ALIGN(CONSTANT (MAXPAGESIZE)) + (. & (CONSTANT (MAXPAGESIZE) - 1)));' : ''}
  .rodata : { *(.rodata .rodata.* .gnu.linkonce.r.*) }
  .rodata1 : { *(.rodata1) }
  .eh_frame_hdr : { *(.eh_frame_hdr) *(.eh_frame_entry .eh_frame_entry.*) }
  .eh_frame : ONLY_IF_RO { KEEP (*(.eh_frame)) *(.eh_frame.*) }
  .sframe : ONLY_IF_RO { *(.sframe) *(.sframe.*) }
  .gcc_except_table : ONLY_IF_RO { *(.gcc_except_table .gcc_except_table.*) }
  .gnu_extab : ONLY_IF_RO { *(.gnu_extab*) }
  .exception_ranges : ONLY_IF_RO { *(.exception_ranges*) }
  ${dataStart}
  .eh_frame : ONLY_IF_RW { KEEP (*(.eh_frame)) *(.eh_frame.*) }
  .sframe : ONLY_IF_RW { *(.sframe) *(.sframe.*) }
  .gnu_extab : ONLY_IF_RW { *(.gnu_extab) }
  .gcc_except_table : ONLY_IF_RW { *(.gcc_except_table .gcc_except_table.*) }
  .exception_ranges : ONLY_IF_RW { *(.exception_ranges*) }
  .tdata :
  {
    PROVIDE_HIDDEN (__tdata_start = .);
    *(.tdata .tdata.* .gnu.linkonce.td.*)
  }
  .tbss : { *(.tbss .tbss.* .gnu.linkonce.tb.*) *(.tcommon) }
  .preinit_array :
  {
    PROVIDE_HIDDEN (__preinit_array_start = .);
    KEEP (*(.preinit_array))
    PROVIDE_HIDDEN (__preinit_array_end = .);
  }
  .init_array :
  {
    PROVIDE_HIDDEN (__init_array_start = .);
    KEEP (*(SORT_BY_INIT_PRIORITY(.init_array.*) SORT_BY_INIT_PRIORITY(.ctors.*)))
    KEEP (*(.init_array EXCLUDE_FILE (*crtbegin.o *crtbegin?.o *crtend.o *crtend?.o ) .ctors))
    PROVIDE_HIDDEN (__init_array_end = .);
  }
  .fini_array :
  {
    PROVIDE_HIDDEN (__fini_array_start = .);
    KEEP (*(SORT_BY_INIT_PRIORITY(.fini_array.*) SORT_BY_INIT_PRIORITY(.dtors.*)))
    KEEP (*(.fini_array EXCLUDE_FILE (*crtbegin.o *crtbegin?.o *crtend.o *crtend?.o ) .dtors))
    PROVIDE_HIDDEN (__fini_array_end = .);
  }
  .ctors :
  {
    KEEP (*crtbegin.o(.ctors))
    KEEP (*crtbegin?.o(.ctors))
    KEEP (*(EXCLUDE_FILE (*crtend.o *crtend?.o ) .ctors))
    KEEP (*(SORT(.ctors.*)))
    KEEP (*(.ctors))
  }
  .dtors :
  {
    KEEP (*crtbegin.o(.dtors))
    KEEP (*crtbegin?.o(.dtors))
    KEEP (*(EXCLUDE_FILE (*crtend.o *crtend?.o ) .dtors))
    KEEP (*(SORT(.dtors.*)))
    KEEP (*(.dtors))
  }
  .jcr : { KEEP (*(.jcr)) }
  .data.rel.ro :
  {
    *(.data.rel.ro.local* .gnu.linkonce.d.rel.ro.local.*)
    *(.data.rel.ro .data.rel.ro.* .gnu.linkonce.d.rel.ro.*)
  }
  .dynamic : { *(.dynamic) }
  .got : { *(.got) *(.igot) }
  ${options.paging === 'omagic' ? '' : `. = DATA_SEGMENT_RELRO_END (SIZEOF (.got.plt) >= ${reserved} ? ${reserved} : 0, .);`}
  .got.plt : { *(.got.plt) *(.igot.plt) }
  .data : { *(.data .data.* .gnu.linkonce.d.*) SORT(CONSTRUCTORS) }
  .data1 : { *(.data1) }
  _edata = .;
  PROVIDE (edata = .);
  . = .;
  __bss_start = .;
  .bss :
  {
    *(.dynbss)
    *(.bss .bss.* .gnu.linkonce.b.*)
    *(COMMON)
    . = ALIGN(. != 0 ? ${is64 ? '64 / 8' : '32 / 8'} : 1);
  }
${
  is64
    ? `  .lbss : { *(.dynlbss) *(.lbss .lbss.* .gnu.linkonce.lb.*) *(LARGE_COMMON) }
  . = ALIGN(64 / 8);
  . = SEGMENT_START("ldata-segment", .);
  .lrodata ALIGN(CONSTANT (MAXPAGESIZE)) + (. & (CONSTANT (MAXPAGESIZE) - 1)) : { *(.lrodata .lrodata.* .gnu.linkonce.lr.*) }
  .ldata ALIGN(CONSTANT (MAXPAGESIZE)) + (. & (CONSTANT (MAXPAGESIZE) - 1)) :
  {
    *(.ldata .ldata.* .gnu.linkonce.l.*)
    . = ALIGN(. != 0 ? 64 / 8 : 1);
  }
`
    : ''
}  . = ALIGN(${is64 ? '64 / 8' : '32 / 8'});
  ${is64 ? '' : '. = SEGMENT_START("ldata-segment", .);'}
  _end = .;
  PROVIDE (end = .);
  ${options.paging === 'omagic' ? '' : '. = DATA_SEGMENT_END (.);'}
${debugSections()}  .gnu.attributes 0 : { KEEP (*(.gnu.attributes)) }
  /DISCARD/ : { *(.note.GNU-stack) *(.gnu_debuglink) *(.gnu.lto_*) }
}
`
}
