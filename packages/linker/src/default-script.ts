// The script in force where none is given.
import type { LinkOptions } from './options.ts'

export function defaultScript(_machine: number, _is64: boolean, _options: LinkOptions): string {
  return 'SECTIONS { . = 0x400000; .text : { *(.text .text.*) } .rodata : { *(.rodata .rodata.*) } .data : { *(.data .data.*) } .bss : { *(.bss .bss.* COMMON) } }'
}
