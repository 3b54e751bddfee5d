// --gc-sections: what nothing that is kept refers to is left out.
// Enters: objects, roots. Leaves: InputSection.isLive. GNU ld manual §2.1: roots are the entry symbol, -u, KEEP, EXTERN,
// symbols that the script asks for, and notes; with -r the tables of initialisers too (tried on GNU ld 2.40).

import { SHF_ALLOC, SHF_GNU_RETAIN, SHF_LINK_ORDER, SHT_FINI_ARRAY, SHT_INIT_ARRAY, SHT_NOTE, SHT_PREINIT_ARRAY } from '@kernelbox/elf'
import { symbolsOfFrames } from '../linker-sections/eh-frame.ts'
import type { InputObject, InputSection, LinkSymbol } from '../model.ts'

export function collectGarbage(
  objects: readonly InputObject[],
  roots: Iterable<LinkSymbol>,
  isKept: (section: InputSection) => boolean,
  isRelocatable: boolean,
): InputSection[] {
  const waiting: InputSection[] = []
  const byCName = new Map<string, InputSection[]>()
  for (const object of objects) {
    for (const section of object.sections) {
      if (!section || section.isDiscarded) continue
      section.isLive = false
      if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(section.name)) {
        const same = byCName.get(section.name)
        if (same) same.push(section)
        else byCName.set(section.name, [section])
      }
    }
  }
  const keep = (section: InputSection | undefined) => {
    if (!section || section.isLive || section.isDiscarded) return
    section.isLive = true
    waiting.push(section)
  }
  const reach = (symbol: LinkSymbol) => {
    keep(symbol.section)
    // __start_x and __stop_x speak of all sections x.
    const found = /^__(?:start|stop)_(.+)$/.exec(symbol.name)
    if (found) for (const section of byCName.get(found[1] as string) ?? []) keep(section)
  }
  for (const symbol of roots) reach(symbol)
  for (const object of objects) {
    for (const section of object.sections) {
      if (!section || section.isDiscarded) continue
      const { type, flags } = section
      const isTable = isRelocatable && (type === SHT_INIT_ARRAY || type === SHT_FINI_ARRAY || type === SHT_PREINIT_ARRAY)
      if (isTable || section.isKept || (type === SHT_NOTE && (flags & 0x200) === 0) || (flags & SHF_GNU_RETAIN) !== 0 || isKept(section))
        keep(section)
    }
  }
  const frames = new Map<InputSection, LinkSymbol[]>()
  for (const object of objects) {
    for (const section of object.sections) {
      if (section?.name !== '.eh_frame' || section.isDiscarded) continue
      for (const [code, named] of symbolsOfFrames(section)) {
        const known = frames.get(code)
        if (known) known.push(...named)
        else frames.set(code, [...named])
      }
    }
  }
  for (let section = waiting.pop(); section; section = waiting.pop()) {
    const { relocations, object } = section
    for (const symbol of frames.get(section) ?? []) reach(symbol)
    // Unwind tables refer to all code; they keep nothing alive.
    if (relocations && section.name !== '.eh_frame') {
      for (let row = 0; row < relocations.count; row++) reach(object.symbols[relocations.symbolAt(row)] as LinkSymbol)
    }
  }
  // What is not allocated stays with what is and is no note; what is linked to something live stays with that.
  const removed: InputSection[] = []
  for (const object of objects) {
    const hasLive = object.sections.some(
      (section) => section?.isLive === true && !section.isDiscarded && section.type !== SHT_NOTE && (section.flags & SHF_ALLOC) !== 0,
    )
    for (const section of object.sections) {
      if (!section || section.isDiscarded || section.isLive) continue
      const isLinked = (section.flags & SHF_LINK_ORDER) !== 0 && object.sections[section.elf.link]?.isLive === true
      if ((section.flags & SHF_ALLOC) === 0 ? hasLive : isLinked) section.isLive = true
      else removed.push(section)
    }
  }
  return removed
}
