// The layout without -T: the article's flat image, with the sections that compilers and larger sources bring.

/** Linked at address 0 and written as it lies in memory; the README shows it. */
export const builtInScript = `OUTPUT_FORMAT(binary)
SECTIONS {
        . = 0;
        .text : { *(.init) *(.text .text.*) }
        .rodata : { *(.rodata .rodata.*) }
        . = ALIGN(4K);
        .data : { *(.data .data.*) }
        . = ALIGN(16);
        .bss : { *(.bss .bss.* COMMON) }
        . = ALIGN(4K);
        .edata = .;
        /DISCARD/ : { *(.note.* .comment .eh_frame) }
}
`
export const builtInScriptName = '<built-in layout>'
