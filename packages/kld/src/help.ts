// `kld --help`. Loaded only when asked for.

import { Command, Option } from 'commander'

/** Words as GNU ld spells them, and what they do. */
const rows: readonly (readonly [group: string, words: string, help: string])[] = [
  ['Layout', '-T <file>, --script=<file>', 'linker script; without it the built-in one'],
  ['Layout', '-m <emulation>', 'elf_i386, elf_x86_64 or elf32_x86_64 (default: what the first object is)'],
  ['Layout', '-e <symbol|number>, --entry=…', 'entry point'],
  ['Layout', '-Ttext <n>, -Tdata <n>, -Tbss <n>', 'addresses of sections, hexadecimal'],
  ['Layout', '--section-start=<section>=<n>', 'the same for any section'],
  ['Layout', '--defsym <symbol>=<expression>', 'a symbol as if the script assigned it'],
  ['Layout', '--orphan-handling=<how>', 'sections that the script does not name: place, warn, error or discard'],
  ['Layout', '-n, -N', 'do not align segments to pages; -N makes text writable too'],
  ['Layout', '-z <word>', 'max-page-size=N, common-page-size=N, norelro, noexecstack, muldefs, …'],
  ['Inputs', '-L <folder>, -l<name>', 'search path, library lib<name>.a'],
  ['Inputs', '--start-group … --end-group', 'search these archives until nothing new is found'],
  ['Inputs', '--whole-archive, --no-whole-archive', 'take all members of the archives that follow'],
  ['Inputs', '-b binary', 'take the files that follow as bytes, in .data'],
  ['Inputs', '-R <file>', 'addresses of its symbols only'],
  ['Inputs', '-u <symbol>, --wrap=<symbol>', 'ask for a symbol; lead its uses to __wrap_symbol'],
  ['Inputs', '--gc-sections', 'leave out what nothing refers to'],
  ['Inputs', '--unresolved-symbols=<how>', 'report-all, ignore-all'],
  ['Output', '-o <file>', 'output (default a.out)'],
  ['Output', '--oformat=<format>', 'binary, elf32-i386, elf64-x86-64, elf32-x86-64, ihex, srec, verilog'],
  ['Output', '--max-gap=<bytes>', 'largest hole in a flat image (default 64M)'],
  ['Output', '-r', 'a relocatable object'],
  ['Output', '-pie', 'a static program that runs wherever it is loaded'],
  ['Output', '-s, -S, -x, -X', 'leave out symbols: all, of debugging, locals, temporary locals'],
  ['Output', '-Map=<file>, -M, --cref', 'what went where; which objects use which symbol'],
  ['Output', '--print-memory-usage', 'how full the regions of MEMORY are'],
  ['Output', '--version, -V, --verbose', 'what kld is; its emulations; the script in force'],
  ['Output', '--diagnostics-format=<format>', 'text, json or sarif, on standard error'],
]

const closing = `
Other words of GNU ld 2.40 are read as they stand in its manual. -shared is refused; other words about shared libraries (-soname,
-rpath, …) change nothing, nor do those for reports that kld does not make (-t, --stats, --dependency-file). Words may stand in a
file: kld @words.

Exit status:
  0    linked; with --noinhibit-exec also where an error was told and the output could be made
  1    an error, told on standard error; nothing was written
  70   a fault in kld itself

Examples:
  kld -m elf_i386 -T kernel16.lds kernel.o -o kernel                  a kernel at the script's addresses
  kld -m elf_i386 -Ttext 0x7c00 --oformat binary boot.o -o boot.bin   a boot sector
  kld -T kernel.lds a.o b.o -o kernel.elf -Map kernel.map             an ELF kernel and its map
`

export function helpText(): string {
  const program = new Command('kld')
  program.usage('[options] file… -o out').description('link x86 objects as GNU linker scripts say')
  program.helpOption(false)
  const spelled = new Map<Option, string>()
  rows.forEach(([group, words, help], i) => {
    const option = new Option(`--option-${i}`, help).helpGroup(`${group}:`)
    spelled.set(option, words)
    program.addOption(option)
  })
  program.configureHelp({ optionTerm: (option) => spelled.get(option) ?? option.flags, helpWidth: 110 })
  return `${program.helpInformation()}${closing}`
}
