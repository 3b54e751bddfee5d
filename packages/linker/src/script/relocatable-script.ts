// The built-in script of `-r`: sections keep their names, and those that ld knows have an order (GNU ld 2.40, ld -r --verbose).

const program = `.interp .note.gnu.build-id .hash .gnu.hash .dynsym .dynstr .gnu.version .gnu.version_d .gnu.version_r`
const relocations = `init text fini rodata data.rel.ro data tdata tbss ctors dtors got bss ldata lbss lrodata ifunc plt`
const exceptions = `.eh_frame .sframe .gcc_except_table .gnu_extab .exception_ranges`
const data = `.tdata .tbss .jcr .dynamic .got .got.plt .data .data1 .bss`
const large = `.lbss .lrodata .ldata`
const debug = `.stab .stabstr .stab.excl .stab.exclstr .stab.index .stab.indexstr .comment .gnu.build.attributes .debug .line
  .debug_srcinfo .debug_sfnames .debug_aranges .debug_pubnames .debug_info .debug_abbrev .debug_line .debug_frame .debug_str
  .debug_loc .debug_macinfo .debug_weaknames .debug_funcnames .debug_typenames .debug_varnames .debug_pubtypes .debug_ranges
  .debug_addr .debug_line_str .debug_loclists .debug_macro .debug_names .debug_rnglists .debug_str_offsets .debug_sup`

function sections(names: string, constraint = ''): string {
  return names
    .split(/\s+/)
    .map((name) => `  ${name} 0 : ${constraint}{ ${/^\.(?:eh_frame|jcr)$/.test(name) ? `KEEP (*(${name}))` : `*(${name})`} }\n`)
    .join('')
}

/** Debug information, in the order in which it stands in every output: DWARF 1 to 5, with what GNU and SGI added. */
export function debugSections(): string {
  return sections(debug)
    .replace('*(.debug_info)', '*(.debug_info .gnu.linkonce.wi.*)')
    .replace('*(.debug_line)', '*(.debug_line .debug_line.* .debug_line_end)')
}

export function relocatableScript(isI386: boolean): string {
  const rel = isI386 ? '.rel' : '.rela'
  const names = relocations.split(' ').filter((name) => !isI386 || !/^l[dbr]/.test(name))
  return `SECTIONS
{
${sections(program)}${sections(names.map((name) => `${rel}.${name}`).join(' '))}
  .init 0 : { KEEP (*(SORT_NONE(.init))) }
${sections('.plt .plt.got .plt.sec')}
  .text 0 : { *(.text .stub) *(.gnu.warning) }
  .fini 0 : { KEEP (*(SORT_NONE(.fini))) }
${sections('.rodata .rodata1 .eh_frame_hdr')}${sections(exceptions, 'ONLY_IF_RO ')}${sections(exceptions, 'ONLY_IF_RW ')}
${sections(data)}${isI386 ? '' : sections(large)}${debugSections()}
  .gnu.attributes 0 : { KEEP (*(.gnu.attributes)) }
}
`
}
