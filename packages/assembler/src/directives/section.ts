// Sections and where statements go. GNU as manual §7 .section (ELF version), .pushsection, .popsection, .previous,
// .subsection; gABI ch. 4 "Sections".

import {
  SHF_ALLOC,
  SHF_EXCLUDE,
  SHF_EXECINSTR,
  SHF_GNU_RETAIN,
  SHF_GROUP,
  SHF_LINK_ORDER,
  SHF_MERGE,
  SHF_STRINGS,
  SHF_TLS,
  SHF_WRITE,
  SHF_X86_64_LARGE,
  SHT_FINI_ARRAY,
  SHT_INIT_ARRAY,
  SHT_NOBITS,
  SHT_NOTE,
  SHT_PREINIT_ARRAY,
  SHT_PROGBITS,
  SHT_X86_64_UNWIND,
} from '@kernelbox/elf'
import type { Assembler } from '../assembler.ts'
import type { Section } from '../sections.ts'
import type { DirectiveTable } from './registry.ts'

interface SpecialSection {
  readonly type: number
  readonly flags: number
}

const code: SpecialSection = { type: SHT_PROGBITS, flags: SHF_ALLOC | SHF_EXECINSTR }
const writable: SpecialSection = { type: SHT_PROGBITS, flags: SHF_ALLOC | SHF_WRITE }
const readOnly: SpecialSection = { type: SHT_PROGBITS, flags: SHF_ALLOC }
const zeros: SpecialSection = { type: SHT_NOBITS, flags: SHF_ALLOC | SHF_WRITE }

/** gABI ch. 4 "Special Sections" and those that GNU tools know; with a dot at the end: also with a suffix. */
const special: Readonly<Record<string, SpecialSection>> = {
  '.text': code,
  '.text.': code,
  '.init': code,
  '.fini': code,
  '.data': writable,
  '.data.': writable,
  '.data1': writable,
  '.rodata': readOnly,
  '.rodata.': readOnly,
  '.rodata1': readOnly,
  '.bss': zeros,
  '.bss.': zeros,
  '.sbss': zeros,
  '.sbss.': zeros,
  '.tdata': { type: SHT_PROGBITS, flags: SHF_ALLOC | SHF_WRITE | SHF_TLS },
  '.tdata.': { type: SHT_PROGBITS, flags: SHF_ALLOC | SHF_WRITE | SHF_TLS },
  '.tbss': { type: SHT_NOBITS, flags: SHF_ALLOC | SHF_WRITE | SHF_TLS },
  '.tbss.': { type: SHT_NOBITS, flags: SHF_ALLOC | SHF_WRITE | SHF_TLS },
  '.init_array': { type: SHT_INIT_ARRAY, flags: SHF_ALLOC | SHF_WRITE },
  '.init_array.': { type: SHT_INIT_ARRAY, flags: SHF_ALLOC | SHF_WRITE },
  '.fini_array': { type: SHT_FINI_ARRAY, flags: SHF_ALLOC | SHF_WRITE },
  '.fini_array.': { type: SHT_FINI_ARRAY, flags: SHF_ALLOC | SHF_WRITE },
  '.preinit_array': { type: SHT_PREINIT_ARRAY, flags: SHF_ALLOC | SHF_WRITE },
  '.preinit_array.': { type: SHT_PREINIT_ARRAY, flags: SHF_ALLOC | SHF_WRITE },
  '.note': { type: SHT_NOTE, flags: 0 },
  '.note.': { type: SHT_NOTE, flags: 0 },
  '.note.GNU-stack': { type: SHT_PROGBITS, flags: 0 },
  '.gnu.linkonce.b.': zeros,
  '.gnu.linkonce.n.': zeros,
  '.gnu.linkonce.p.': writable,
  '.gnu.linkonce.tb.': { type: SHT_NOBITS, flags: SHF_ALLOC | SHF_WRITE | SHF_TLS },
  '.gnu.linkonce.td.': { type: SHT_PROGBITS, flags: SHF_ALLOC | SHF_WRITE | SHF_TLS },
  '.gnu.linkonce.d.': writable,
  '.gnu.linkonce.r.': readOnly,
  '.gnu.linkonce.t.': code,
}
const special64: Readonly<Record<string, SpecialSection>> = {
  '.lbss': { type: SHT_NOBITS, flags: SHF_ALLOC | SHF_WRITE | SHF_X86_64_LARGE },
  '.lbss.': { type: SHT_NOBITS, flags: SHF_ALLOC | SHF_WRITE | SHF_X86_64_LARGE },
  '.ldata': { type: SHT_PROGBITS, flags: SHF_ALLOC | SHF_WRITE | SHF_X86_64_LARGE },
  '.ldata.': { type: SHT_PROGBITS, flags: SHF_ALLOC | SHF_WRITE | SHF_X86_64_LARGE },
  '.lrodata': { type: SHT_PROGBITS, flags: SHF_ALLOC | SHF_X86_64_LARGE },
  '.lrodata.': { type: SHT_PROGBITS, flags: SHF_ALLOC | SHF_X86_64_LARGE },
  '.eh_frame': { type: SHT_X86_64_UNWIND, flags: SHF_ALLOC },
}

function specialSection(name: string, is64: boolean): SpecialSection | undefined {
  const direct = special[name] ?? (is64 && name !== '.eh_frame' ? special64[name] : undefined)
  if (direct) return direct
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    const key = name.slice(0, dot + 1)
    const found = special[key] ?? (is64 ? special64[key] : undefined)
    if (found) return found
  }
  return undefined
}

const typesByName: Readonly<Record<string, number>> = {
  progbits: SHT_PROGBITS,
  nobits: SHT_NOBITS,
  note: SHT_NOTE,
  init_array: SHT_INIT_ARRAY,
  fini_array: SHT_FINI_ARRAY,
  preinit_array: SHT_PREINIT_ARRAY,
  unwind: SHT_X86_64_UNWIND,
}

interface Flags {
  flags: number
  isPreviousGroup: boolean
}

function readFlags(a: Assembler, text: string, start: number): Flags | undefined {
  const result: Flags = { flags: 0, isPreviousGroup: false }
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string
    switch (c) {
      case 'a':
        result.flags |= SHF_ALLOC
        break
      case 'e':
        result.flags |= SHF_EXCLUDE
        break
      case 'o':
        result.flags |= SHF_LINK_ORDER
        break
      case 'w':
        result.flags |= SHF_WRITE
        break
      case 'x':
        result.flags |= SHF_EXECINSTR
        break
      case 'M':
        result.flags |= SHF_MERGE
        break
      case 'S':
        result.flags |= SHF_STRINGS
        break
      case 'G':
        result.flags |= SHF_GROUP
        break
      case 'T':
        result.flags |= SHF_TLS
        break
      case 'R':
        result.flags |= SHF_GNU_RETAIN
        break
      case 'd':
        result.flags |= 0x01000000
        break
      case '?':
        result.isPreviousGroup = true
        break
      case 'l':
        if (a.is64BitObject) {
          result.flags |= SHF_X86_64_LARGE
          break
        }
        a.error('unknown-section-flag', "the section flag 'l' exists in 64-bit code only", start, a.at)
        return undefined
      default: {
        const digits = /^(?:0[xX][0-9a-fA-F]+|[0-9]+)/.exec(text.slice(i))?.[0]
        if (digits) {
          result.flags |= Number(BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits) & 0xffffffffn)
          i += digits.length - 1
          break
        }
        a.error('unknown-section-flag', `there is no section flag '${c}'; the flags are a w x M S G T o e R ? l`, start, a.at)
        return undefined
      }
    }
  }
  if (result.isPreviousGroup && result.flags & SHF_GROUP) {
    a.warn('group-flag', "'?' has no effect beside 'G'", start, a.at)
    result.isPreviousGroup = false
  }
  return result
}

/** `.section name, "flags", @type, …` */
function section(a: Assembler, isPush: boolean): void {
  const nameStart = a.at
  const name = readSectionName(a)
  if (name === undefined) {
    a.error('missing-name', 'the name of a section is expected here', nameStart, a.end)
    return
  }
  let subsection: bigint | undefined
  let flags: number | undefined
  let isPreviousGroup = false
  let type: number | undefined
  let entrySize = 0
  let group: string | undefined
  let isComdat = false
  let linkedTo: string | undefined
  let uniqueId: number | undefined
  let hasAttributes = false
  if (isPush) a.sections.push()
  const fail = () => {
    if (isPush) a.sections.pop()
  }
  let hasComma = a.takeComma()
  if (hasComma && isPush && a.bytes[a.at] !== 34) {
    subsection = a.readAbsolute('the number of the subsection')
    if (subsection === undefined) return fail()
    hasComma = a.takeComma()
  }
  if (hasComma && a.bytes[a.at] === 34) {
    hasAttributes = true
    const start = a.at
    const read = readFlags(a, a.readString() ?? '', start)
    if (!read) return fail()
    ;({ flags, isPreviousGroup } = read)
    hasComma = a.takeComma()
    if (hasComma && (a.bytes[a.at] === 64 || a.bytes[a.at] === 37 || a.bytes[a.at] === 34)) {
      type = readType(a)
      if (type === undefined) return fail()
      hasComma = a.takeComma()
    } else if (hasComma && (flags & (SHF_MERGE | SHF_GROUP | SHF_LINK_ORDER)) === 0 && a.readNameIs('unique')) {
      hasComma = true
    }
    if (flags & SHF_MERGE) {
      if (hasComma) {
        const start = a.at
        const value = a.readAbsolute('the size of an entry')
        if (value === undefined) return fail()
        if (value < 0n) {
          a.warn('entry-size', 'the size of an entry cannot be negative', start, a.at)
          flags &= ~(SHF_MERGE | SHF_STRINGS)
        } else entrySize = Number(value)
        hasComma = a.takeComma()
      } else {
        a.warn('entry-size', "'M' needs the size of an entry; the flag is left out", nameStart, a.end)
        flags &= ~SHF_MERGE
      }
    }
    if (flags & SHF_LINK_ORDER) {
      if (hasComma) {
        if (a.bytes[a.at] === 48) {
          a.readAbsolute()
          linkedTo = ''
        } else {
          linkedTo = a.readName()
          if (linkedTo === undefined) {
            a.error('missing-name', "'o' needs the name of a symbol in the section to be ordered with", a.at, a.end)
            return fail()
          }
        }
        hasComma = a.takeComma()
      } else {
        a.error('missing-name', "'o' needs the name of a symbol in the section to be ordered with", nameStart, a.end)
        return fail()
      }
    }
    if (flags & SHF_GROUP) {
      if (hasComma) {
        group = a.readName()
        if (group === undefined) {
          a.warn('group-name', "'G' needs the name of a group; the flag is left out", nameStart, a.end)
          flags &= ~SHF_GROUP
        } else {
          hasComma = a.takeComma()
          if (hasComma && a.readNameIs('comdat')) {
            isComdat = true
            hasComma = a.takeComma()
          } else if (hasComma && !a.peekNameIs('unique')) {
            a.junk()
            return fail()
          }
        }
      } else {
        a.warn('group-name', "'G' needs the name of a group; the flag is left out", nameStart, a.end)
        flags &= ~SHF_GROUP
      }
    }
    if (hasComma && a.readNameIs('unique')) {
      if (!a.takeComma()) {
        a.error('missing-comma', "'unique' is followed by a comma and a number", a.at, a.end)
        return fail()
      }
      const id = a.readAbsolute('the unique number')
      if (id === undefined) return fail()
      if (id < 0n || id > 0xffffffffn) {
        a.error('unique-id', `${id} is no 32-bit number`, nameStart, a.end)
        return fail()
      }
      uniqueId = Number(id)
      hasComma = false
    }
    if (isPreviousGroup) {
      const previous = a.section.group
      if (previous) {
        group = previous.signature
        isComdat = previous.isComdat
        flags |= SHF_GROUP
      }
    }
  } else if (hasComma && !isPush) {
    // `.section .foo, #alloc, #write` is Solaris'; a bare word is refused.
    a.junk()
    return fail()
  }
  if (!a.expectEnd()) return fail()
  enterSection(
    a,
    { name, flags, type, entrySize, group, isComdat, linkedTo, uniqueId, hasAttributes, isPush, subsection: Number(subsection ?? 0n) },
    nameStart,
  )
}

interface Wanted {
  readonly name: string
  readonly flags: number | undefined
  readonly type: number | undefined
  readonly entrySize: number
  readonly group: string | undefined
  readonly isComdat: boolean
  readonly linkedTo: string | undefined
  readonly uniqueId: number | undefined
  readonly hasAttributes: boolean
  readonly isPush: boolean
  readonly subsection: number
}

function enterSection(a: Assembler, wanted: Wanted, start: number): void {
  const { sections } = a
  const { name, uniqueId, group } = wanted
  let found = sections.find(name, group, uniqueId)
  const known = specialSection(name, a.is64BitObject)
  if (!found) {
    let flags = wanted.flags ?? known?.flags ?? 0
    let type = wanted.type
    if (type === undefined) type = known?.type ?? SHT_PROGBITS
    if (type === SHT_NOBITS && known && known.type !== SHT_NOBITS && wanted.type === undefined) type = known.type
    if (known && wanted.flags !== undefined) flags |= impliedFlags(a, name, known, wanted, start)
    if (known && wanted.type !== undefined && wanted.type !== known.type) checkType(a, name, known, wanted.type, start)
    found = sections.add(name, type, flags)
    found.entrySize = wanted.entrySize
    found.uniqueId = uniqueId
    found.linkedTo = wanted.linkedTo
    if (group !== undefined) found.group = { signature: group, isComdat: wanted.isComdat }
    sections.register(found)
  } else if (wanted.hasAttributes) checkAttributes(a, found, wanted, start)
  if (wanted.isPush) {
    sections.previous = sections.stack.at(-1)?.place
    sections.go(found, wanted.subsection)
  } else sections.enter(found, wanted.subsection)
}

/** A special section has at least its own flags; a difference that matters is told. */
function impliedFlags(a: Assembler, name: string, known: SpecialSection, wanted: Wanted, start: number): number {
  const flags = wanted.flags ?? 0
  const important = SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR | SHF_TLS
  const missing = known.flags & ~flags & important
  const extra = flags & ~known.flags & important
  if (name === '.note.GNU-stack' || name.startsWith('.note')) return 0
  if (missing === 0 && extra === 0) return 0
  if (name.startsWith('.init_array') || name.startsWith('.fini_array') || name.startsWith('.preinit_array')) return 0
  if (wanted.group !== undefined || (extra === 0 && (missing & ~SHF_WRITE) === 0 && false)) return 0
  if (/^\.(text|data|bss|rodata|sbss|tdata|tbss|gnu\.linkonce|ldata|lbss|lrodata)/.test(name) && !special[name] && !special64[name])
    return 0
  a.warn(
    'section-attributes',
    `the section '${name}' always has the flags ${flagLetters(known.flags)}; the difference is ignored`,
    start,
    a.end,
  )
  return missing
}

function checkType(a: Assembler, name: string, known: SpecialSection, type: number, start: number): void {
  if (/^\.(init|fini|preinit)_array/.test(name) && type === SHT_PROGBITS) return
  if (known.type === SHT_NOTE && type === SHT_PROGBITS) return
  a.warn('section-type', `the section '${name}' usually has another type`, start, a.end)
}

function checkAttributes(a: Assembler, found: Section, wanted: Wanted, start: number): void {
  if (wanted.type !== undefined && wanted.type !== found.type) {
    a.error('section-type', `the type of section '${found.name}' cannot change`, start, a.end)
  }
  const relevant = ~(SHF_GROUP | SHF_LINK_ORDER)
  if (wanted.flags !== undefined && ((wanted.flags ^ found.flags) & relevant) !== 0) {
    if (found.name === '.bss' || found.name === '.text' || found.name === '.data') return
    a.error('section-attributes', `the flags of section '${found.name}' cannot change (they are ${flagLetters(found.flags)})`, start, a.end)
  } else if (wanted.flags !== undefined && (wanted.flags & SHF_MERGE) !== 0 && wanted.entrySize !== found.entrySize) {
    a.error('section-attributes', `the entry size of section '${found.name}' cannot change`, start, a.end)
  }
}

function flagLetters(flags: number): string {
  const letters = `${flags & SHF_ALLOC ? 'a' : ''}${flags & SHF_WRITE ? 'w' : ''}${flags & SHF_EXECINSTR ? 'x' : ''}${flags & SHF_TLS ? 'T' : ''}`
  return `"${letters}"`
}

function readType(a: Assembler): number | undefined {
  const start = a.at
  if (a.bytes[a.at] !== 34) a.at++
  const name = a.readName('0123456789')
  if (name === undefined) {
    a.error('missing-name', 'a section type is expected here: @progbits, @nobits, @note', start, a.end)
    return undefined
  }
  if (/^[0-9]/.test(name)) {
    const number = Number(name)
    if (Number.isInteger(number)) return number
  }
  const type = typesByName[name]
  if (type === undefined) {
    a.warn('unknown-section-type', `there is no section type '${name}'`, start, a.at)
    return SHT_PROGBITS
  }
  return type
}

function readSectionName(a: Assembler): string | undefined {
  a.skipBlanks()
  if (a.bytes[a.at] === 34) return a.readString()
  const start = a.at
  let at = start
  while (at < a.end) {
    const c = a.bytes[at] as number
    if (c === 44 || c === 32 || c === 9 || c === 10 || c === 59) break
    at++
  }
  if (at === start) return undefined
  let name = ''
  for (let i = start; i < at; i++) name += String.fromCharCode(a.bytes[i] as number)
  a.at = at
  a.skipBlanks()
  // `.section .text%S`: the flag --sectname-subst is not taken, `%` is a character like others.
  return name
}

function simple(pick: (a: Assembler) => Section) {
  return (a: Assembler): void => {
    let subsection = 0n
    if (!a.isAtEnd) {
      const value = a.readAbsolute('the number of the subsection')
      if (value === undefined) return
      subsection = value
    }
    if (a.expectEnd()) a.sections.enter(pick(a), Number(subsection))
  }
}

export const sectionDirectives: DirectiveTable = {
  section: (a) => section(a, false),
  pushsection: (a) => section(a, true),
  popsection(a) {
    if (!a.sections.pop()) a.warn('popsection-without-push', '.popsection without a .pushsection before it; ignored')
    a.expectEnd()
  },
  previous(a) {
    if (!a.sections.swap()) a.warn('previous-without-section', '.previous without a section before this one; ignored')
    a.expectEnd()
  },
  subsection(a) {
    const number = a.readAbsolute('the number of the subsection')
    if (number !== undefined && a.expectEnd()) a.sections.enter(a.section, Number(number))
  },
  text: simple((a) => a.sections.text),
  data: simple((a) => a.sections.data),
  bss: simple((a) => a.sections.bss),
  struct: (a) => absolute(a),
  offset: (a) => absolute(a),
}

/** `.struct n`: names for offsets, no contents. */
function absolute(a: Assembler): void {
  const value = a.isAtEnd ? 0n : a.readAbsolute('the offset')
  if (value === undefined || !a.expectEnd()) return
  a.sections.enter(a.sections.absolute, 0)
  a.absoluteLocation = value
}
