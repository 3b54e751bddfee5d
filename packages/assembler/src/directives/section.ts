// Sections and where statements go. GNU as manual §7 .section (ELF version), .pushsection, .popsection, .previous,
// .subsection; gABI ch. 4 "Sections".

import {
  SHF_ALLOC,
  SHF_COMPRESSED,
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
  '.noinit': zeros,
  '.noinit.': zeros,
  '.persistent.bss': zeros,
  '.persistent': writable,
  '.persistent.': writable,
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

const mbind = 0x01000000

interface Flags {
  flags: number
  /** Flags given by number: they ask for no operands. */
  numeric: number
  isPreviousGroup: boolean
}

function readFlags(a: Assembler, text: string, start: number): Flags | undefined {
  const result: Flags = { flags: 0, numeric: 0, isPreviousGroup: false }
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
        result.flags |= mbind
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
          result.numeric |= Number(BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits) & 0xffffffffn)
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
  let numeric = 0
  let info = 0
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
    numeric = read.numeric
    hasComma = a.takeComma()
    if (hasComma && (a.bytes[a.at] === 64 || a.bytes[a.at] === 37 || a.bytes[a.at] === 34)) {
      type = readType(a)
      if (type === undefined) return fail()
      hasComma = a.takeComma()
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
          } else if (hasComma && !a.peekNameIs('unique') && !(flags & mbind)) {
            a.junk()
            return fail()
          }
        }
      } else {
        a.warn('group-name', "'G' needs the name of a group; the flag is left out", nameStart, a.end)
        flags &= ~SHF_GROUP
      }
    }
    if (flags & mbind && hasComma && !a.peekNameIs('unique')) {
      const value = a.readAbsolute('the number of the mbind section')
      if (value === undefined) return fail()
      info = Number(value)
      hasComma = a.takeComma()
    }
    if (flags & mbind && !(flags & SHF_ALLOC)) {
      a.error('mbind-alloc', "the flag 'd' needs 'a' beside it", nameStart, a.end)
      flags &= ~mbind
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
  if (hasAttributes) flags = (flags ?? 0) | numeric
  const namesGroup = group !== undefined && !isPreviousGroup
  const place = { isPush, subsection: Number(subsection ?? 0n) }
  const wanted = { name, flags, type, entrySize, group, namesGroup, isComdat, linkedTo, uniqueId, info, ...place }
  enterSection(a, wanted, nameStart)
}

interface Wanted {
  readonly name: string
  readonly flags: number | undefined
  readonly type: number | undefined
  readonly entrySize: number
  readonly group: string | undefined
  /** With `G`, not `?`: the flags are then those that are written, whatever the name. */
  readonly namesGroup: boolean
  readonly isComdat: boolean
  readonly linkedTo: string | undefined
  readonly uniqueId: number | undefined
  readonly info: number
  readonly isPush: boolean
  readonly subsection: number
}

function enterSection(a: Assembler, wanted: Wanted, start: number): void {
  const { sections } = a
  const { name } = wanted
  const known = specialSection(name, a.is64BitObject)
  const identity = {
    name,
    group: wanted.group,
    uniqueId: wanted.uniqueId,
    linkedTo: wanted.linkedTo,
    isRetained: ((wanted.flags ?? 0) & SHF_GNU_RETAIN) !== 0,
    info: wanted.info,
  }
  const found = sections.findLike(identity)
  let { flags, type } = wanted
  if (known) {
    type ??= known.type
    if (!found) {
      if (type !== known.type) type = settledType(a, name, known, type, start)
      const extra = (flags ?? 0) & ~known.flags & ordinaryFlags
      if (extra !== 0 && wanted.group === undefined && !mayHave(name, known, flags ?? 0)) {
        a.warn('section-attributes', `the section '${name}' has the flags ${flagLetters(known.flags)} elsewhere`, start, a.end)
      } else if (!wanted.namesGroup) flags = (flags ?? 0) | known.flags
    }
  }
  let section = found
  if (!section) {
    const taken = a.symbols.find(name)
    if (taken?.isDefined && !taken.sectionOf && !taken.isVolatile) {
      const place = taken.definedIn < 0 ? undefined : { message: 'defined here', span: a.spanOf(taken.definedIn, taken.definedAt) }
      const more = place ? { notes: [place] } : {}
      a.error('section-name-taken', `a section cannot be called '${name}': that is a symbol`, start, a.end, more)
    }
    section = sections.add(name, type ?? SHT_PROGBITS, flags ?? 0)
    section.entrySize = wanted.entrySize
    if (section.entrySize === 0 && type !== undefined && type >= SHT_INIT_ARRAY && type <= SHT_PREINIT_ARRAY)
      section.entrySize = a.is64BitObject && !a.options.x32 ? 8 : 4
    // GNU as takes such names for i386 relocations, whose entries have 8 bytes: `.reloc` of EFI images among them.
    else if (section.entrySize === 0 && wanted.type === undefined && !a.is64BitObject && name.startsWith('.rel'))
      section.entrySize = name.startsWith('.rela') ? 12 : 8
    section.uniqueId = wanted.uniqueId
    section.linkedTo = wanted.linkedTo
    section.info = wanted.info
    if (wanted.group !== undefined) section.group = { signature: wanted.group, isComdat: wanted.isComdat }
    sections.register(section)
  } else {
    checkAttributes(a, section, wanted, known, start)
    section.flags |= (wanted.flags ?? 0) & systemFlags
  }
  if (wanted.isPush) {
    sections.previous = sections.stack.at(-1)?.place
    sections.go(section, wanted.subsection)
  } else sections.enter(section, wanted.subsection)
}

/** SHF_MASKOS and SHF_MASKPROC: such flags can be added later. */
const systemFlags = 0xfff00000 & ~SHF_GNU_RETAIN & ~SHF_EXCLUDE

/** Flags whose meaning the gABI fixes for special sections. */
const ordinaryFlags = 0xfffff & ~(SHF_GROUP | SHF_LINK_ORDER | SHF_COMPRESSED)

/** GNU as says nothing of these. */
function mayHave(name: string, known: SpecialSection, flags: number): boolean {
  if (known.type === SHT_NOTE || name.startsWith('.note')) return (flags & ordinaryFlags & ~(SHF_ALLOC | SHF_EXECINSTR)) === 0
  return (flags & ~(known.flags | SHF_MERGE | SHF_STRINGS) & ordinaryFlags) === 0
}

function settledType(a: Assembler, name: string, known: SpecialSection, type: number, start: number): number {
  if (known.type >= SHT_INIT_ARRAY && known.type <= SHT_PREINIT_ARRAY && type === SHT_PROGBITS) {
    a.warn('section-type', `the section '${name}' has a type of its own; @progbits is ignored`, start, a.end)
    return known.type
  }
  if (known.type === SHT_NOTE || known.type === SHT_X86_64_UNWIND || type >= 0x60000000) return type
  a.warn('section-type', `the section '${name}' usually has another type`, start, a.end)
  return type
}

/** What the second mention of a section says must agree with the first. */
function checkAttributes(a: Assembler, found: Section, wanted: Wanted, known: SpecialSection | undefined, start: number): void {
  const say = (code: string, message: string) =>
    known ? a.warn(code, `${message}; ignored`, start, a.end) : a.error(code, message, start, a.end)
  if (wanted.type !== undefined && wanted.type !== found.type) say('section-type', `the type of section '${found.name}' cannot change`)
  const { flags } = wanted
  if (flags === undefined || flags === 0) return
  const compared = SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR | SHF_MERGE | SHF_STRINGS | SHF_TLS | SHF_EXCLUDE
  const isLoaded = (f: number, type: number) => (f & SHF_ALLOC) !== 0 && type !== SHT_NOBITS
  const differs =
    ((flags ^ found.flags) & compared) !== 0 ||
    isLoaded(flags, wanted.type ?? known?.type ?? SHT_PROGBITS) !== isLoaded(found.flags, found.type)
  if (differs) say('section-attributes', `the flags of section '${found.name}' cannot change (they are ${flagLetters(found.flags)})`)
  else if ((flags & SHF_MERGE) !== 0 && wanted.entrySize !== found.entrySize) {
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
  // GNU as manual §7 .section: the name of the section before, where --sectname-subst asks for it.
  return a.options.substitutesSectionNames ? name.replaceAll('%S', () => a.section.name) : name
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
