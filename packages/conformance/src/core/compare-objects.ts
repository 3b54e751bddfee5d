// Enters: the bytes of two ELF objects. Leaves: how well the second means what the first means, and the first difference.
//   exact      sections with flags and alignment, relocations, symbols, groups: the same, byte for byte
//   same       allocated sections with their attributes, relocations, global symbols and groups mean the same: a relocation
//              against a local symbol equals one against its section + offset; REL addends are folded in
//   attrs      as `same`, but a section's type, flags, alignment or entry size differs, or a section group
//   text       only executable sections mean the same
//   diff       differs

import { ElfFile, type ElfSection, SHF_ALLOC, SHF_EXECINSTR, SHT_NOBITS, STT_FILE, STT_SECTION, symbolKey } from './elf-file.ts'
import { firstDifference } from './process.ts'

export interface Comparison {
  readonly status: string
  readonly why: string
}

const writeAllocateExecute = 7n

function chosen(elf: ElfFile, flag: number): Map<string, ElfSection> {
  return new Map(
    elf.sections
      .filter((s) => (s.flags & BigInt(flag)) !== 0n && (s.size > 0 || elf.relocations.has(s.name)))
      .map((s): [string, ElfSection] => [s.name, s]),
  )
}

/** What is in a and not in b, at most four. */
export function missing(a: Iterable<string>, b: Iterable<string>): string[] {
  const known = new Set(b)
  return [...a]
    .filter((item) => !known.has(item))
    .sort()
    .slice(0, 4)
}

function sectionDifference(ref: ElfFile, cand: ElfFile, flag: number): string | undefined {
  const rs = chosen(ref, flag)
  const cs = chosen(cand, flag)
  const onlyRef = missing(rs.keys(), cs.keys())
  const onlyCand = missing(cs.keys(), rs.keys())
  if (onlyRef.length + onlyCand.length > 0) return `sections: only ref [${onlyRef.join(' ')}] only cand [${onlyCand.join(' ')}]`
  for (const [name, r] of rs) {
    const c = cs.get(name) as ElfSection
    if ((r.type === SHT_NOBITS) !== (c.type === SHT_NOBITS) || ((r.flags ^ c.flags) & writeAllocateExecute) !== 0n)
      return `${name}: type/flags ref ${r.type}/${r.flags.toString(16)} cand ${c.type}/${c.flags.toString(16)}`
    if (r.size !== c.size || !r.folded.equals(c.folded)) return name + firstDifference(r.folded, c.folded)
    const [rr, cr] = [ref, cand].map((elf) => (elf.relocations.get(name) ?? []).map((row) => elf.meaning(row)).sort()) as [
      string[],
      string[],
    ]
    const at = rr.findIndex((line, i) => line !== cr[i])
    if (at >= 0) return `${name} relocation: ref ${rr[at]} cand ${cr[at] ?? `${cr.length} relocations`}`
    if (rr.length !== cr.length) return `${name} relocation: ref ${rr.length} relocations cand ${cr[rr.length]}`
  }
  return undefined
}

function attributeDifference(ref: ElfFile, cand: ElfFile): string | undefined {
  const cs = chosen(cand, SHF_ALLOC)
  const attributes = (s: ElfSection): string => `(${s.type}, 0x${s.flags.toString(16)}, ${s.align}, ${s.entrySize})`
  for (const [name, r] of chosen(ref, SHF_ALLOC)) {
    const c = cs.get(name) as ElfSection
    if (attributes(r) !== attributes(c)) return `${name}: (type, flags, align, entsize) ref ${attributes(r)} cand ${attributes(c)}`
  }
  const [a, b] = [ref.groups(), cand.groups()]
  if (a.join('\n') !== b.join('\n')) return `groups: ref ${a.slice(0, 3).join('; ')} cand ${b.slice(0, 3).join('; ')}`
  return undefined
}

/** @param ignored names of sections that are left out on both sides */
export function compareObjects(refBytes: Uint8Array, candBytes: Uint8Array, ignored: readonly string[] = []): Comparison {
  if (Buffer.compare(refBytes, candBytes) === 0) return { status: 'exact', why: '' }
  let cand: ElfFile
  const ref = new ElfFile(refBytes)
  try {
    cand = new ElfFile(candBytes)
  } catch (error) {
    return { status: 'diff', why: `unreadable object: ${error instanceof Error ? error.message : String(error)}` }
  }
  if (ref.is64 !== cand.is64 || ref.machine !== cand.machine)
    return { status: 'diff', why: `class/machine ref ${ref.is64 ? 64 : 32}/${ref.machine} cand ${cand.is64 ? 64 : 32}/${cand.machine}` }
  if (ignored.length > 0) for (const elf of [ref, cand]) elf.sections = elf.sections.filter((s) => !ignored.includes(s.name))
  if (ref.image() === cand.image()) return { status: 'exact', why: '' }
  let why = sectionDifference(ref, cand, SHF_ALLOC)
  if (!why) {
    const [a, b] = [ref.globals(), cand.globals()]
    if (a.join('\n') !== b.join('\n'))
      why = `global symbols: only ref [${missing(a, b).slice(0, 2).join(' ')}] only cand [${missing(b, a).slice(0, 2).join(' ')}]`
  }
  if (!why) {
    const attributes = attributeDifference(ref, cand)
    return attributes ? { status: 'attrs', why: attributes } : { status: 'same', why: unallocatedDifference(ref, cand) }
  }
  const text = sectionDifference(ref, cand, SHF_EXECINSTR)
  return text ? { status: 'diff', why: text } : { status: 'text', why }
}

/** Names the first section that is not allocated and differs, for those who aim at `exact`. */
function unallocatedDifference(ref: ElfFile, cand: ElfFile): string {
  const tables = /^\.(symtab|strtab|shstrtab|symtab_shndx|rela?\b.*)$/
  const other = (elf: ElfFile): Map<string, ElfSection> =>
    new Map(
      elf.sections
        .filter((s) => (s.flags & BigInt(SHF_ALLOC)) === 0n && !tables.test(s.name))
        .map((s): [string, ElfSection] => [s.name, s]),
    )
  const [rs, cs] = [other(ref), other(cand)]
  const onlyRef = missing(rs.keys(), cs.keys())
  const onlyCand = missing(cs.keys(), rs.keys())
  if (onlyRef.length + onlyCand.length > 0) return `not allocated: only ref [${onlyRef.join(' ')}] only cand [${onlyCand.join(' ')}]`
  for (const [name, r] of rs) {
    const c = cs.get(name) as ElfSection
    if (!r.data.equals(c.data)) return `not allocated: ${name}${firstDifference(r.data, c.data)}`
  }
  const [a, b] = [ref.symbols, cand.symbols].map((all) =>
    all.filter((s) => s.type !== STT_SECTION && s.type !== STT_FILE).map(symbolKey),
  ) as [string[], string[]]
  const [lost, extra] = [missing(a, b), missing(b, a)]
  if (lost.length + extra.length > 0) return `local symbols: only ref [${lost.join(' ')}] only cand [${extra.join(' ')}]`
  for (const [name, rows] of ref.relocations) {
    const [r, c] = [ref.asWritten(rows), cand.asWritten(cand.relocations.get(name) ?? [])]
    const [only, added] = [missing(r, c), missing(c, r)]
    if (only.length + added.length > 0)
      return `relocations of ${name}, as written: only ref [${only[0] ?? ''}] only cand [${added[0] ?? ''}]`
  }
  return 'attributes of sections that are not allocated differ'
}
