// Enters: the bytes that two linkers wrote. Leaves: how well the second stands for the first.
//   flat  exact: the same bytes; diff
//   elf   exact: header, segments, all sections, relocations and all symbols are the same
//         same: allocated sections (name, address, size, bytes), segments, entry and global symbols are the same;
//               relocatable output (-r): the objects mean the same (compare-objects.ts)
//         layout: allocated sections the same, entry, segments or global symbols not; diff: an allocated section differs

import { type Comparison, compareObjects, missing } from '../core/compare-objects.ts'
import { ElfFile, type ElfSection, ET_REL, isElf, PT_LOAD, SHF_ALLOC } from '../core/elf-file.ts'
import { firstDifference } from '../core/process.ts'

export function compareFlat(ref: Buffer, cand: Buffer): Comparison {
  return ref.equals(cand) ? { status: 'exact', why: '' } : { status: 'diff', why: firstDifference(ref, cand) }
}

function allocated(elf: ElfFile): ElfSection[] {
  return elf.sections.filter((s) => (s.flags & BigInt(SHF_ALLOC)) !== 0n && s.size > 0)
}

function globalSymbols(elf: ElfFile): string[] {
  return elf.symbols.filter((s) => s.bind !== 0 && s.section !== 'UND').map((s) => `${s.name}=0x${s.value.toString(16)} bind ${s.bind}`)
}

export function compareExecutables(refBytes: Buffer, candBytes: Buffer): Comparison {
  if (refBytes.equals(candBytes)) return { status: 'exact', why: '' }
  // The script itself may ask for another format.
  if (!isElf(refBytes)) return { status: 'diff', why: firstDifference(refBytes, candBytes) }
  const ref = new ElfFile(refBytes)
  let cand: ElfFile
  try {
    cand = new ElfFile(candBytes)
  } catch (error) {
    return { status: 'diff', why: `unreadable output: ${error instanceof Error ? error.message : String(error)}` }
  }
  if (ref.image() === cand.image()) return { status: 'exact', why: '' }
  if (ref.type === ET_REL && cand.type === ET_REL) {
    const { status, why } = compareObjects(refBytes, candBytes)
    return { status: status === 'same' ? 'same' : 'diff', why }
  }
  const [rs, cs] = [allocated(ref), allocated(cand)]
  const place = (s: ElfSection): string => `${s.name} 0x${s.address.toString(16)} size 0x${s.size.toString(16)}`
  for (const [i, r] of rs.entries()) {
    const c = cs[i]
    if (!c) break
    if (place(r) !== place(c)) return { status: 'diff', why: `section ref ${place(r)} cand ${place(c)}` }
    if (!r.data.equals(c.data)) return { status: 'diff', why: r.name + firstDifference(r.data, c.data) }
  }
  if (rs.length !== cs.length) return { status: 'diff', why: `${rs.length} allocated sections, cand ${cs.length}` }
  const loads = (elf: ElfFile): string => elf.segments.filter((s) => s.startsWith(`${PT_LOAD} `)).join('; ')
  const [rg, cg] = [globalSymbols(ref), globalSymbols(cand)]
  const kind = (elf: ElfFile): string => `${elf.is64 ? 64 : 32} ${elf.machine} ${elf.type}`
  const pairs: readonly (readonly [string, string, string])[] = [
    ['class, machine, type', kind(ref), kind(cand)],
    ['entry', `0x${ref.entry.toString(16)}`, `0x${cand.entry.toString(16)}`],
    ['PT_LOAD (type, flags, vaddr, paddr, filesz, memsz)', loads(ref), loads(cand)],
    ['global symbols', missing(rg, cg).join(' '), missing(cg, rg).join(' ')],
    ['segments', ref.segments.join('; '), cand.segments.join('; ')],
  ]
  const different = pairs.find(([, r, c]) => r !== c)
  if (different) return { status: 'layout', why: `${different[0]} ref ${different[1]} cand ${different[2]}` }
  return { status: 'same', why: 'section attributes, local symbols or sections that are not allocated differ' }
}
