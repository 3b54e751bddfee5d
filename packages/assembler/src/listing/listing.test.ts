// Golden texts: GNU as 2.40 (Debian), --64, options -alns and -almc.
import { SourceFile } from '@kernelbox/diagnostics'
import { describe, expect, it } from 'vitest'
import { assemble } from '../index.ts'
import { defaultListing, type ListingOptions } from './listing-options.ts'

const source = `\t.title "first"
start:\tnop
\t.macro foo a
\tmov \\a,%eax
\t.endm
\tfoo %ebx
\t.long 1,2,3
\tjmp later
\t.skip 130
later:
\t.if 0
\thlt
\t.endif
\t.nolist
\tcli
\t.list
\tcall ext
`
const plain: ListingOptions = {
  ...defaultListing,
  omitsSkipped: false,
  omitsDebugging: false,
  showsHighLevel: false,
  showsAssembly: true,
  showsExpansions: false,
  hasPages: false,
  showsSymbols: true,
}
const listing = (options: Partial<ListingOptions>) =>
  assemble(SourceFile.fromString('g.s', source), { listing: { ...plain, ...options } }).listing

describe('a listing', () => {
  it('shows lines with addresses and final bytes, and the symbols; .nolist hides', () =>
    expect(listing({})).toBe(`   1              \t\t.title "first"
   2 0000 90       \tstart:\tnop
   3              \t\t.macro foo a
   4              \t\tmov \\a,%eax
   5              \t\t.endm
   6 0001 89D8     \t\tfoo %ebx
   7 0003 01000000 \t\t.long 1,2,3
   7      02000000 
   7      03000000 
   8 000f E9820000 \t\tjmp later
   8      00
   9 0014 00000000 \t\t.skip 130
   9      00000000 
   9      00000000 
   9      00000000 
   9      00000000 
  10              \tlater:
  11              \t\t.if 0
  12              \t\thlt
  13              \t\t.endif
  16              \t\t.list
  17 0097 E8000000 \t\tcall ext
  17      00
DEFINED SYMBOLS
                 g.s:2      .text:0000000000000000 start
                 g.s:10     .text:0000000000000096 later

UNDEFINED SYMBOLS
ext
`))
  it('shows expansions under the line of the call, leaves out what conditionals skip, and has pages', () =>
    expect(listing({ hasPages: true, showsSymbols: false, showsExpansions: true, omitsSkipped: true })).toBe(`GAS LISTING g.s \t\t\tpage 1
first

   1              \t\t.title "first"
   2 0000 90       \tstart:\tnop
   3              \t\t.macro foo a
   4              \t\tmov \\a,%eax
   5              \t\t.endm
   6              \t\tfoo %ebx
   6 0001 89D8     \t>  mov %ebx,%eax
   7 0003 01000000 \t\t.long 1,2,3
   7      02000000 
   7      03000000 
   8 000f E9820000 \t\tjmp later
   8      00
   9 0014 00000000 \t\t.skip 130
   9      00000000 
   9      00000000 
   9      00000000 
   9      00000000 
  10              \tlater:
  11              \t\t.if 0
  13              \t\t.endif
  16              \t\t.list
  17 0097 E8000000 \t\tcall ext
  17      00
`))
  it('is there when nothing was asked for but symbols', () =>
    expect(listing({ showsAssembly: false })).toBe(
      'DEFINED SYMBOLS\n                 g.s:2      .text:0000000000000000 start\n                 g.s:10     .text:0000000000000096 later\n\nUNDEFINED SYMBOLS\next\n',
    ))
  it('is not made unasked', () => expect(assemble(SourceFile.fromString('g.s', source)).listing).toBe(undefined))
})
