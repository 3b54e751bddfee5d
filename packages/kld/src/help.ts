// What `kld --help` says.

export const helpText = `Usage: kld [options] file...
Links x86 objects with a GNU linker script into a flat binary, an ELF executable, Intel HEX, S-records or Verilog hex.

  -T FILE, --script=FILE       the linker script; without it the built-in one
  -o FILE                      output (default a.out)
  -m EMULATION                 elf_i386, elf_x86_64, elf32_x86_64 (default: what the first object is)
  --oformat FORMAT             binary, elf32-i386, elf64-x86-64, elf32-x86-64, ihex, srec, verilog
  -e ADDRESS, --entry=ADDRESS  entry point, a symbol or a number
  -Ttext N, -Tdata N, -Tbss N, --section-start=SECTION=N
                               addresses of sections, hexadecimal
  -L FOLDER, -l NAME           search path, library libNAME.a
  --start-group … --end-group  search these archives until nothing new is found
  --whole-archive, --no-whole-archive
  -u NAME, --defsym NAME=EXPRESSION, --wrap NAME, -R FILE
  -r                           a relocatable object
  --gc-sections, --print-gc-sections
  -s, -S, -x, -X               leave out symbols: all, those of debugging, locals, temporary locals
  -n, -N                       do not align segments to pages; text writable too
  -z KEYWORD                   max-page-size=N, common-page-size=N, norelro, noexecstack, muldefs, …
  --orphan-handling=place|warn|error|discard
                               what to do with sections that the script does not name
  --unresolved-symbols=ignore-all|report-all, --noinhibit-exec
  -Map FILE, -M, --cref, --print-memory-usage
                               what went where
  --max-gap=BYTES              largest hole in a flat image (default 64M)
  --build-id[=STYLE], --eh-frame-hdr
  --diagnostics-format=text|json|sarif
  @FILE                        options from a file
  --version, --help

Examples:
  kld -m elf_i386 -T kernel16.lds kernel.o -o kernel            a kernel at the script's addresses
  kld -m elf_i386 -Ttext 0x7c00 --oformat binary boot.o -o boot.bin
                                                                a boot sector
  kld -T kernel.lds a.o b.o -o kernel.elf -Map kernel.map       an ELF kernel and its map

Exit status: 0 linked, 1 errors in the inputs or the command line, 70 a bug in kld.
`
