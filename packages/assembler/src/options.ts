// What a caller of the assembler may choose.

import type { ListingOptions } from './listing/listing-options.ts'
import type { BranchKind } from './branch-padding/instruction-traits.ts'
import type { EncodeOptions, Mode } from '@kernelbox/x86'
import type { OptInWarning } from './opt-in-warnings.ts'

/** -malign-branch-boundary=, -malign-branch=, -malign-branch-prefix-size= */
export interface BranchAlignmentOptions {
  /** Exponent of two: branches neither cross such a boundary nor end at one. */
  readonly boundaryPower: number
  readonly kinds: ReadonlySet<BranchKind>
  /** Prefixes that an instruction may have in the end, 0 to 5; with none of them all space is nops. */
  readonly prefixSize: number
}

export interface AssembleOptions {
  /** 64 (default) or 32: the object's class and the mode at the beginning; 16 begins with .code16 in a 32-bit object. */
  readonly mode?: Mode
  /** `--x32`: ELF32 for x86-64. */
  readonly x32?: boolean
  /** `-I`: where .include and .incbin look, after the name as it is. */
  readonly includePaths?: readonly string[]
  /** Reads a file; undefined where there is none. */
  readonly readFile?: (path: string) => Uint8Array | undefined
  /** `--defsym name=value` */
  readonly definedSymbols?: readonly { readonly name: string; readonly value: bigint }[]
  readonly noWarnings?: boolean
  /** `-Wname`: warnings that GNU as does not give. */
  readonly optInWarnings?: ReadonlySet<OptInWarning>
  /** `-march=`, `-mtune=` */
  readonly arch?: string
  readonly tune?: string
  readonly encode?: Partial<EncodeOptions>
  /** `-L`, `--keep-locals`: .L symbols are written. */
  readonly keepLocals?: boolean
  /** `-g`, `--gdwarf-N`: the DWARF version of line information for the assembler's own source. */
  readonly debugLines?: {
    readonly format: 'dwarf' | 'stabs'
    readonly version?: number
    /** `--gstabs+`: the source's folder too. */
    readonly hasGnuExtensions?: boolean
  }
  /** `--debug-prefix-map`: what debugging information says in place of the beginning of a path; the last that fits holds. */
  readonly prefixMaps?: readonly { readonly from: string; readonly to: string }[]
  /** `--sectname-subst`: %S in the name of a section is the name of the section before. */
  readonly substitutesSectionNames?: boolean
  /** `--strip-local-absolute`: local symbols that are numbers get no entry in the symbol table. */
  readonly stripLocalAbsolute?: boolean
  /** Where the source was assembled: DW_AT_comp_dir. */
  readonly compilationDirectory?: string
  /** `--gdwarf-cie-version=`: version of the CIEs in unwind tables; 1 by default. */
  readonly cieVersion?: 1 | 3 | 4
  /** `--gsframe`: .sframe beside .eh_frame. */
  readonly sframe?: boolean
  /** `-n`: alignment of code with a fill of 0x90 is plain nops. */
  readonly plainNops?: boolean
  /** `-mnaked-reg`: registers may be written without `%`. */
  readonly nakedRegisters?: boolean
  /** `--elf-stt-common=yes` */
  readonly usesCommonType?: boolean
  /** `--size-check=warning` */
  readonly hasLenientSizes?: boolean
  /** `-mshared` */
  readonly isShared?: boolean
  readonly relaxRelocations?: boolean
  readonly x86UsedNote?: boolean
  /** `-Z`: an object in spite of errors. */
  readonly keepGoing?: boolean
  readonly alternateMacros?: boolean
  /** `--execstack`, `--noexecstack`: a section .note.GNU-stack that says so, where the source has none. */
  readonly stack?: 'executable' | 'not-executable'
  /** Every statement is read, matched and encoded as if none like it had been met before: for tests of the shortcuts. */
  readonly withoutShortcuts?: boolean
  readonly branchAlignment?: BranchAlignmentOptions
  /** `-a…`: also the text of a listing. */
  readonly listing?: ListingOptions
  /** `.print`; a line without its end. */
  readonly print?: (text: string) => void
}
