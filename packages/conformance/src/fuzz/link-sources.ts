// What the link fuzzer starts from: sources that together hold every kind of section and symbol that the linker treats
// apart, and scripts that together hold its language. Assembled by GNU as for i386 and x86-64.

export const linkSources: Readonly<Record<string, string>> = {
  program: `
.globl _start, helper
_start: call helper
  movl $value, %eax
  jmp 1f
1: ret
.data
value: .long _start, value - ., end
.bss
room: .skip 64
.comm shared, 32, 16
.weak perhaps
.text
  .long perhaps
`,
  helper: `
.globl helper
.section .text.helper,"ax",@progbits
helper: .cfi_startproc
  nop
  .cfi_adjust_cfa_offset 4
  ret
  .cfi_endproc
.section .init_array,"aw",@init_array
  .long helper
.section .ctors.00005,"aw",@progbits
  .long helper
`,
  strings: `
.section .rodata.str1.1,"aMS",@progbits,1
a: .string "one"
b: .string "two and one"
.section .rodata.cst8,"aM",@progbits,8
  .quad 1, 2, 1
.section .rodata,"a"
  .long a, b, a + 2
.globl text
text: .long b - .
`,
  comdat: `
.section .text.inline,"axG",@progbits,inline_it,comdat
.weak inline_it
inline_it: ret
.section .data.inline,"awG",@progbits,inline_it,comdat
  .long inline_it
.section .gnu.linkonce.t.once,"ax"
.weak once
once: ret
.text
  call inline_it
  call once
`,
  thread: `
.section .tdata,"awT"
.globl counter
counter: .long 5
.section .tbss,"awT",@nobits
big: .skip 40
.section .note.GNU-stack,"",@progbits
.section .note.gnu.property,"a",@note
  .long 4, 12, 5
  .asciz "GNU"
  .long 0xc0000002, 4, 3
.section .note.own,"a",@note
  .long 4, 4, 1
  .asciz "own"
  .long 7
`,
  tables: `
.globl table
.section .text.table,"ax"
table: nop
.section .data.rel.ro,"aw"
  .long table
.section .debug_info,"",@progbits
  .long table, 1, 2
.section .odd,"aw",@progbits
  .balign 64
  .byte 1
.section .text.0,"ax"
  .org 300
.hidden secret
.globl secret
secret: .byte 0
`,
}

export const linkScripts: readonly string[] = [
  `OUTPUT_FORMAT("binary")
ENTRY(_start)
SECTIONS {
  . = 0x7c00;
  .text : { *(.text .text.*) }
  .rodata : { *(.rodata .rodata.*) }
  .data : { *(.data .data.*) ; . = ALIGN(16); end = .; }
  .sig 0x7dfe : { SHORT(0xaa55) }
  .bss (NOLOAD) : { *(.bss) *(COMMON) }
  /DISCARD/ : { *(.eh_frame) *(.note.*) }
}`,
  `MEMORY { rom (rx) : ORIGIN = 0x8000, LENGTH = 64K  ram (rw!x) : ORIGIN = 0x20000, LENGTH = 0x1000 }
REGION_ALIAS("code", rom)
ENTRY(_start)
PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD; note PT_NOTE; tls PT_TLS; }
SECTIONS {
  .text : { KEEP(*(.text)) *(EXCLUDE_FILE(*1.o) .text.*) } >code :text
  .init : { KEEP(*(SORT_BY_INIT_PRIORITY(.init_array.*) .init_array)) KEEP(*(SORT(.ctors.*))) } >rom
  .notes : { *(.note.*) } >rom :text :note
  .data : AT(LOADADDR(.text) + SIZEOF(.text)) ALIGN(8) { *(.data*) LONG(ADDR(.text)) FILL(0x90) . += 10; } >ram AT>rom :data =0x1234
  .tdata : { *(.tdata*) } >ram :data :tls
  .bss : { *(SORT_BY_ALIGNMENT(.bss*)) *(COMMON) end = .; } >ram
  ASSERT(SIZEOF(.bss) < 0x10000, "too much")
}`,
  `SECTIONS {
  PROVIDE(__executable_start = SEGMENT_START("text-segment", 0x400000));
  . = SEGMENT_START("text-segment", 0x400000) + SIZEOF_HEADERS;
  .text : SUBALIGN(4) { *(.text .text.*) ; PROVIDE_HIDDEN(etext = .); }
  . = ALIGN(CONSTANT(MAXPAGESIZE)) + (. & (CONSTANT(MAXPAGESIZE) - 1));
  .eh_frame : ONLY_IF_RO { KEEP(*(.eh_frame)) }
  .rodata : { *(.rodata .rodata.* .gnu.linkonce.r.*) }
  . = DATA_SEGMENT_ALIGN(CONSTANT(MAXPAGESIZE), CONSTANT(COMMONPAGESIZE));
  .data : { *(.data .data.*) CONSTRUCTORS }
  . = DATA_SEGMENT_RELRO_END(16, .);
  .bss : { *(.dynbss) *(.bss) *(COMMON) }
  end = DATA_SEGMENT_END(.);
  value2 = DEFINED(_start) ? _start + 1 : MAX(1, 2) << 3;
}`,
  `EXTERN(perhaps) NOCROSSREFS(.text .data)
SECTIONS {
  OVERLAY 0x1000 : AT(0x4000) { .o1 { *(.text.0) } .o2 { *(.text.table) *(.odd) } }
  .text ALIGN(0x1000) : { *input1.o(.text) *(.text .text.[a-m]*) . = . + 3; BYTE(1) QUAD(-1) ASCIZ "x" }
  .data BLOCK(64) : { *(.data) INPUT_SECTION_FLAGS(SHF_WRITE & !SHF_EXECINSTR) *(.odd) }
}
SECTIONS { .added : { LONG(0x1234) } } INSERT AFTER .text;`,
]
