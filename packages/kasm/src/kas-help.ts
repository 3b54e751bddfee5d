// What `kas --help` prints.

import { optInWarnings } from '@kernelbox/assembler'

export const helpText = `Usage: kas [option...] [asmfile...]
Assembles x86 sources in the dialect of GNU as 2.40 (AT&T syntax); without a file, standard input.
  -o OBJFILE               name of the object (default a.out)
  --32, --64, --x32        i386, x86-64 (default) or x32 objects
  -I DIR                   look for .include and .incbin there too
  --defsym NAME=NUMBER     define a symbol
  -a[cdhlmns][=FILE]       a listing: l source and bytes, m with expansions, h lines of .loc, s symbols; without c false
                           conditionals, d .stabs, n pages (default hls)
  --listing-lhs-width=WORDS, --listing-lhs-width2=WORDS, --listing-cont-lines=COUNT, --listing-rhs-width=COLUMNS
  -g, --gdwarf-2 … -5      line information for the source itself
  --gstabs                 the same as stabs
  -L, --keep-locals        keep .L symbols
  -W, --no-warn            no warnings;  --warn: with warnings
  --fatal-warnings         warnings are errors
  -WNAME, -Wno-NAME        a warning that GNU as does not have, on or off; -Wall: all of them
${Object.entries(optInWarnings)
  .map(([name, what]) => `      ${name.padEnd(20)} ${what}\n`)
  .join('')}  -march=CPU[,+EXT...]     instructions that may be used;  -mtune=CPU
  -O, -O2, -Os             shorter encodings
  -mrelax-relocations=yes|no, -mshared, -mx86-used-note=yes|no, -msse2avx, -mavxscalar=, -mvexwig=, -mevexlig=, -mevexwig=,
  -mevexrcig=, -mindex-reg, -mnaked-reg
  -mbranches-within-32B-boundaries, -malign-branch-boundary=, -malign-branch=, -malign-branch-prefix-size=
                           no branch crosses, or ends at, a boundary
  --execstack, --noexecstack  whether the stack has to be executable: .note.GNU-stack
  --statistics             how long it took
  --compress-debug-sections[=zlib|zlib-gnu|none]  smaller debugging sections
  --debug-prefix-map OLD=NEW  paths in debugging information
  --sectname-subst         %S in the name of a section is the name of the one before
  --MD FILE                write dependencies as a make rule
  -Z                       write an object in spite of errors
  --diagnostics-format=text|json|sarif
  --print-tools-dir        a folder for gcc -B
  --explain 'INSTRUCTION'  the row of the instruction table, and what each bit of the bytes says
  --version, --help, @FILE

Exit status: 0 done, 1 an error (no object is written but with -Z), 70 a fault in kas itself.

Examples:
  kas --32 boot.s -o boot.o                     an object for ld, kld or kasm
  kas --64 -g --defsym DEBUG=1 -I inc start.s   to a.out, with line information
  kas --explain 'vaddps (%rax){1to16},%zmm1,%zmm2{%k1}'
  gcc -B "$(kas --print-tools-dir)" -c file.c   gcc with kas as its assembler
`
