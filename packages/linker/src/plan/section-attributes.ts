// What GNU ld asks of a section when it looks for a place for an orphan: fewer things than ELF's flags say, and together
// with SHT_NOBITS. (Found by trying; the names are those of the columns of objdump -h.)

import {
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_TLS,
  SHF_WRITE,
  SHT_FINI_ARRAY,
  SHT_INIT_ARRAY,
  SHT_NOBITS,
  SHT_NOTE,
  SHT_NULL,
  SHT_PREINIT_ARRAY,
  SHT_PROGBITS,
  SHT_REL,
  SHT_RELA,
} from '@kernelbox/elf'
import type { InputSection, OutputSection } from '../model.ts'

/** A sum of `sectionHas`. */
export type SectionAttributes = number

export const sectionHas = { contents: 1, allocated: 2, loaded: 4, readOnly: 8, code: 16, threadLocal: 32 } as const

export function attributesOf({ flags, type }: Pick<InputSection, 'flags' | 'type'>): SectionAttributes {
  let has = 0
  if (type !== SHT_NOBITS) has |= sectionHas.contents
  if ((flags & SHF_ALLOC) !== 0) has |= sectionHas.allocated | (type === SHT_NOBITS ? 0 : sectionHas.loaded)
  if ((flags & SHF_WRITE) === 0) has |= sectionHas.readOnly
  if ((flags & SHF_EXECINSTR) !== 0) has |= sectionHas.code
  if ((flags & SHF_TLS) !== 0) has |= sectionHas.threadLocal
  return has
}

/** What an output section becomes by one more input. */
export function addAttributes(output: OutputSection, has: SectionAttributes, type: number): void {
  if ((has & sectionHas.readOnly) === 0) output.attributes &= ~sectionHas.readOnly
  const isWritable = output.hasInputs && (output.attributes & sectionHas.readOnly) === 0
  output.attributes |= isWritable ? has & ~sectionHas.readOnly : has
  if (output.hasInputs) return
  // Its name says what type a section has only until there is an input.
  const { firstType } = output
  if (firstType === SHT_PROGBITS || firstType === SHT_NOTE || firstType === SHT_NOBITS) output.firstType = SHT_NULL
  if (output.firstType === SHT_NULL && output.attributes === has) output.firstType = type
}

/** gABI ch. 4 "Special Sections": the type that a name stands for; a name with a suffix (`.text.x`) where the flag says so. */
const typesOfNames: readonly (readonly [name: string, type: number, suffix: 'none' | 'dotted' | 'any'])[] = [
  ['.bss', SHT_NOBITS, 'dotted'],
  ['.tbss', SHT_NOBITS, 'dotted'],
  ['.noinit', SHT_NOBITS, 'dotted'],
  ['.text', SHT_PROGBITS, 'dotted'],
  ['.data', SHT_PROGBITS, 'dotted'],
  ['.tdata', SHT_PROGBITS, 'dotted'],
  ['.rodata', SHT_PROGBITS, 'dotted'],
  ['.comment', SHT_PROGBITS, 'none'],
  ['.init', SHT_PROGBITS, 'none'],
  ['.fini', SHT_PROGBITS, 'none'],
  ['.got', SHT_PROGBITS, 'none'],
  ['.plt', SHT_PROGBITS, 'none'],
  ['.interp', SHT_PROGBITS, 'none'],
  ['.line', SHT_PROGBITS, 'none'],
  ['.debug', SHT_PROGBITS, 'any'],
  ['.note.GNU-stack', SHT_PROGBITS, 'none'],
  ['.note', SHT_NOTE, 'any'],
  ['.init_array', SHT_INIT_ARRAY, 'dotted'],
  ['.fini_array', SHT_FINI_ARRAY, 'dotted'],
  ['.preinit_array', SHT_PREINIT_ARRAY, 'dotted'],
  ['.rela', SHT_RELA, 'any'],
  ['.rel', SHT_REL, 'any'],
]

export function typeOfName(name: string): number {
  for (const [known, type, suffix] of typesOfNames) {
    if (!name.startsWith(known)) continue
    const rest = name.slice(known.length)
    if (rest === '' || suffix === 'any' || (suffix === 'dotted' && rest.startsWith('.'))) return type
  }
  return SHT_NULL
}
