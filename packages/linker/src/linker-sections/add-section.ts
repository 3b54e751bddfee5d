// A section that the linker adds to an object of the link.
// Enters: the object and what is peculiar to the section. Leaves: the section, its contents zeros.

import type { ElfSection } from '@kernelbox/elf'
import { type InputObject, InputSection } from '../model.ts'

export interface AddedSection extends Pick<ElfSection, 'name' | 'type' | 'flags' | 'sizeInBytes' | 'alignment'> {
  readonly entrySize?: number
}

export function addSection(object: InputObject, added: AddedSection): InputSection {
  const elf: ElfSection = {
    entrySize: 0,
    ...added,
    address: 0n,
    contents: new Uint8Array(added.sizeInBytes),
    link: 0,
    info: 0,
    relocations: undefined,
  }
  const section = new InputSection(object, object.sections.length, elf)
  object.sections.push(section)
  return section
}
