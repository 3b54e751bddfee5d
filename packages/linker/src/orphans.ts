// Places for input sections that no pattern of the script takes.
// Enters: the plan and the sections left over. Leaves: the plan with output sections for them where GNU ld 2.40 puts them:
// beside the last section of their kind (GNU ld manual §3.10.5 "Orphan Sections"; the order of kinds was found by trying).

import { SHF_ALLOC, SHF_EXECINSTR, SHF_TLS, SHF_WRITE, SHT_NOBITS, SHT_NOTE, SHT_REL, SHT_RELA } from '@kernelbox/elf'
import type { PlanItem } from './layout.ts'
import { type InputSection, OutputSection } from './model.ts'

type Kind = 'text' | 'rodata' | 'tdata' | 'data' | 'bss' | 'rel' | 'interp' | 'nonalloc'

const namesOfKinds: Readonly<Record<Kind, string | undefined>> = {
  text: '.text',
  rodata: '.rodata',
  tdata: '.tdata',
  data: '.data',
  bss: '.bss',
  rel: '.rel',
  interp: '.interp',
  nonalloc: undefined,
}

function kindOf(section: InputSection): Kind {
  const { flags, type, name } = section
  if ((flags & SHF_ALLOC) === 0) return 'nonalloc'
  if (type === SHT_NOTE) return 'interp'
  if (type === SHT_NOBITS && (flags & SHF_TLS) === 0) return 'bss'
  if ((flags & SHF_TLS) !== 0) return 'tdata'
  if ((flags & SHF_WRITE) !== 0) return 'data'
  if (type === SHT_REL || type === SHT_RELA || name.startsWith('.rel')) return 'rel'
  return (flags & SHF_EXECINSTR) === 0 ? 'rodata' : 'text'
}

const hasContents = (type: number) => type !== SHT_NOBITS
const isNote = (type: number) => type === SHT_NOTE

/** The last output section that the orphan may follow, as flags say. */
function findByFlags(section: InputSection, outputs: readonly OutputSection[]): OutputSection | undefined {
  const wanted = section.flags
  const isNobits = !hasContents(section.type)
  const last = (fits: (output: OutputSection) => boolean) => outputs.findLast((output) => output.type !== 0 && fits(output))
  const typesAgree = (output: OutputSection) => isNote(output.type) === isNote(section.type)
  const same = (output: OutputSection, mask: number) => ((output.flags ^ wanted) & mask) === 0
  if ((wanted & SHF_EXECINSTR) !== 0) {
    return last((o) => typesAgree(o) && same(o, SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR) && hasContents(o.type) === !isNobits)
  }
  if ((wanted & SHF_WRITE) === 0 && !isNobits) {
    return last((o) => typesAgree(o) && same(o, SHF_ALLOC | SHF_WRITE) && hasContents(o.type))
  }
  if ((wanted & SHF_TLS) !== 0) {
    const found = last((o) => typesAgree(o) && same(o, SHF_ALLOC | SHF_TLS) && hasContents(o.type))
    if (found) return found
  }
  if (!isNobits)
    return (
      last((o) => typesAgree(o) && same(o, SHF_ALLOC | SHF_TLS) && hasContents(o.type)) ??
      last((o) => typesAgree(o) && same(o, SHF_ALLOC) && hasContents(o.type))
    )
  return last((o) => same(o, SHF_ALLOC))
}

export interface OrphanPlacer {
  /** Puts a section somewhere and says where; the plan may grow. */
  place(section: InputSection): OutputSection
  /** Numbers the output sections, once all orphans are placed. */
  number(first: ReadonlyMap<string, bigint>): void
}

interface Hold {
  after: OutputSection | undefined
  /** The last orphan output section put for this kind. */
  last: OutputSection | undefined
}

export function createOrphanPlacer(plan: PlanItem[], isRelocatable: boolean): OrphanPlacer {
  const holds = new Map<Kind, Hold>()
  const byName = new Map<string, OutputSection[]>()
  for (const item of plan) {
    if (item.kind !== 'section') continue
    const same = byName.get(item.output.name)
    if (same) same.push(item.output)
    else byName.set(item.output.name, [item.output])
  }

  // Numbers in the section table: those that have something now first, an orphan after the one that it follows.
  const order: OutputSection[] = []
  for (const item of plan) if (item.kind === 'section' && item.output.items.length > 0) order.push(item.output)

  function outputs(): OutputSection[] {
    return plan.flatMap((item) => (item.kind === 'section' ? [item.output] : []))
  }

  function insert(output: OutputSection, after: OutputSection | undefined, lastOfKind: OutputSection | undefined): void {
    if (lastOfKind) {
      plan.splice(indexOf(lastOfKind) + 1, 0, { kind: 'section', output })
      return
    }
    // Assignments after a section belong to it, but those to `.` to what follows.
    let ignoreFirst = after === undefined
    let at = after ? indexOf(after) + 1 : 0
    let dotAt = -1
    for (; at < plan.length; at++) {
      const item = plan[at] as PlanItem
      if (item.kind === 'section') break
      if (item.kind === 'assignment' && item.assignment.name === '.' && dotAt < 0) {
        if (!ignoreFirst) dotAt = at
        ignoreFirst = false
      }
    }
    plan.splice(dotAt >= 0 ? dotAt : at, 0, { kind: 'section', output })
  }

  function indexOf(output: OutputSection): number {
    return plan.findIndex((item) => item.kind === 'section' && item.output === output)
  }

  return {
    number(first) {
      let next = 0
      // -Tdata and its kin make their sections before the script does.
      order.sort((a, b) => Number(first.has(b.name)) - Number(first.has(a.name)))
      for (const output of order) output.order = next++
      for (const item of plan) if (item.kind === 'section' && !order.includes(item.output)) item.output.order = next++
    },
    place(section) {
      const isCompatible = (output: OutputSection) =>
        output.type === 0 || ((output.flags ^ section.flags) & SHF_ALLOC) === 0 || output.items.length === 0
      const known = byName
        .get(section.name)
        ?.filter((output) => output.statement?.constraint === undefined)
        .find(isCompatible)
      if (known && known.items.length === 0 && !order.includes(known)) order.push(known)
      if (known && !(isRelocatable && section.flags !== known.flags && known.isOrphan && (section.flags & 0x200) !== 0)) return known
      const output = new OutputSection(section.name, undefined)
      output.isOrphan = true
      if (isRelocatable) output.hasExplicitAddress = true
      const kind = kindOf(section)
      let hold = holds.get(kind)
      if (!hold) {
        hold = { after: undefined, last: undefined }
        holds.set(kind, hold)
      }
      if (kind === 'nonalloc') {
        output.hasExplicitAddress = true
        plan.push({ kind: 'section', output })
        order.push(output)
      } else {
        const name = namesOfKinds[kind]
        const all = outputs()
        const sameName = known ?? byName.get(section.name)?.at(-1)
        let after = sameName ?? hold.after
        if (!after && name) after = byName.get(name)?.[0]
        after ??= findByFlags(section, all)
        insert(output, after, sameName ? undefined : hold.last)
        const previous = plan[indexOf(output) - 1]
        const anchor = sameName ?? hold.last ?? after ?? (previous?.kind === 'section' ? previous.output : undefined)
        const at = anchor ? order.indexOf(anchor) + 1 : 0
        order.splice(at, 0, output)
        if (after?.region) output.region = after.region
        hold.last = output
        hold.after ??= after
      }
      const same = byName.get(section.name)
      if (same) same.push(output)
      else byName.set(section.name, [output])
      return output
    },
  }
}
