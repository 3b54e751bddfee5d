// Which nops pad code here. GNU as manual §9.16.1: `-march`, `-mtune`, `.arch`.

import type { Assembler } from './assembler.ts'
import { archOf } from './directives/arch.ts'
import { type NopStyle, nopStyle } from './nops/code-padding.ts'

/** Chosen where the padding stands; that 16-bit code has its own is seen only at the end of the input (GNU as does so). */
export function codeStyle(a: Assembler): NopStyle {
  const { processor, nop } = archOf(a)
  return nopStyle({ mode: a.mode === 16 ? 32 : a.mode, is64BitObject: a.is64BitObject, arch: processor, tune: a.tune, nop })
}
