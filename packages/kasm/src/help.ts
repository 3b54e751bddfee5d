// `kasm --help`. Loaded only when asked for.

import { Command, Option } from 'commander'
import { optionTable } from './option-table.ts'

const closing = `
Options of gcc that speak of the compiler are taken. Of them -O…, -f… and -m… (-O2, -fno-pic, -ffreestanding, -march=…) change
what is predefined, as in gcc; -Wundef, -Wunused-macros, -Wno-NAME, -Werror=NAME choose warnings of the preprocessor; the others
(-Wall, -std=gnu11, …) change nothing. Words may stand in a file: kasm @words.

Exit status:
  0    done
  1    an error, told on standard error; nothing was written but the text of -E
  70   a fault in kasm itself

Examples:
  kasm -nostdlib -Wl,-T,kernel16.lds kernel1.S -o kernel1   a flat kernel by the script's layout
  kasm kernel2.S -o kernel2                                 the same with the built-in flat layout
  kasm -c -m32 -I include boot.S -o boot.o                  an ELF object for ld, kld or gcc
  kasm -E -DPORT=0xf1 kernel2.S                             the preprocessed text
  kasm start.S uart.o -T rom.lds -o rom.bin                 sources and objects together
  make CC=kasm                                              in the place of gcc
`

/** The text of --help. commander lays it out; gcc's one-dash words are put in the place of its own spelling. */
export function helpText(): string {
  const program = new Command('kasm')
  program.usage('[options] file.S… -o out').description('preprocess, assemble and link x86 sources: gcc’s words, no gcc')
  program.helpOption(false)
  const spelled = new Map<Option, string>()
  for (const row of optionTable) {
    if (row.help === undefined) continue
    const option = new Option(`--option-${spelled.size}`, row.help)
    if (row.group) option.helpGroup(`${row.group}:`)
    const glue = row.form === 'joined' ? '' : ' '
    spelled.set(option, row.argument === undefined ? row.word : `${row.word}${glue}<${row.argument}>`)
    program.addOption(option)
  }
  program.configureHelp({ optionTerm: (option) => spelled.get(option) ?? option.flags, helpWidth: 110 })
  return `${program.helpInformation()}${closing}`
}
