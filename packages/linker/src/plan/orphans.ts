// Places for input sections that no pattern of the script takes.
// Enters: the plan and the sections left over. Leaves: the plan with output sections for them where GNU ld 2.40 puts them:
// after the last section of their kind (GNU ld manual §3.10.5 "Orphan Sections"; the kinds, their order and what stands
// between were found by trying).

import { SHF_GNU_RETAIN, SHT_NOTE, SHT_REL, SHT_RELA } from '@kernelbox/elf'
import type { PlanItem } from '../layout/layout.ts'
import { type InputSection, OutputSection } from '../model.ts'
import { attributesOf, type SectionAttributes, sectionHas } from './section-attributes.ts'

type Kind = 'text' | 'rodata' | 'tdata' | 'data' | 'bss' | 'rel' | 'interp' | 'nonalloc' | 'debug'

const { contents, allocated, loaded, readOnly, code, threadLocal } = sectionHas

/** The output section that an orphan of the kind follows, where the script has it; empty, it counts as what it is named for. */
const anchors: Readonly<Record<Kind, { readonly name: string; readonly attributes: SectionAttributes } | undefined>> = {
  text: { name: '.text', attributes: contents | allocated | loaded | readOnly | code },
  rodata: { name: '.rodata', attributes: contents | allocated | loaded | readOnly },
  tdata: { name: '.tdata', attributes: contents | allocated | loaded | threadLocal },
  data: { name: '.data', attributes: contents | allocated | loaded },
  bss: { name: '.bss', attributes: allocated },
  rel: undefined,
  interp: { name: '.interp', attributes: contents | allocated | loaded | readOnly },
  nonalloc: { name: '.comment', attributes: contents | readOnly },
  debug: undefined,
}
const kinds = Object.keys(anchors) as Kind[]

/** Debug information by its name; it comes at the end (tried on GNU ld 2.40). */
const isDebugName = /^\.(?:debug|zdebug|gnu\.debuglto_\.debug_|gnu\.linkonce\.wi\.|line$|stab|gdb_index$)/

function kindOf({ type, name }: InputSection, has: SectionAttributes): Kind {
  if ((has & allocated) === 0) return isDebugName.test(name) ? 'debug' : 'nonalloc'
  if ((has & loaded) !== 0 && type === SHT_NOTE) return 'interp'
  if ((has & (loaded | contents | threadLocal)) === 0) return 'bss'
  if ((has & threadLocal) !== 0) return 'tdata'
  if ((has & readOnly) === 0) return 'data'
  if ((has & loaded) !== 0 && (type === SHT_REL || type === SHT_RELA || name.startsWith('.rel'))) return 'rel'
  return (has & code) === 0 ? 'rodata' : 'text'
}

interface Found {
  readonly output: OutputSection
  /** It has just the orphan's attributes: all that come after of this kind follow it too. */
  readonly isExact: boolean
}

/**
 * The last output section that the orphan may follow.
 * @param typesMatter only sections of the orphan's own SHT_* count, where any does: in ELF output
 */
function findByAttributes(
  section: InputSection,
  has: SectionAttributes,
  outputs: Iterable<OutputSection>,
  typesMatter: boolean,
): Found | undefined {
  const isCandidate = (output: OutputSection) => !typesMatter || !output.hasSection || output.firstType === section.type
  const isAllocated = (has & allocated) !== 0
  const all = contents | allocated | loaded | readOnly | code | threadLocal
  let exact: OutputSection | undefined
  let near: OutputSection | undefined
  const nearMask =
    (has & (code | allocated)) === (code | allocated)
      ? contents | allocated | loaded | code | threadLocal
      : (has & (readOnly | allocated)) === (readOnly | allocated)
        ? contents | allocated | loaded | readOnly | threadLocal
        : (has & (contents | allocated)) === (contents | allocated)
          ? contents | allocated | loaded | threadLocal
          : allocated
  const isThreadLocal = (has & (code | readOnly)) === 0 && (has & threadLocal) !== 0
  for (const output of outputs) {
    const differ = output.attributes ^ has
    const isOfType = isCandidate(output)
    if (isOfType && (differ & all) === 0) exact = output
    // What takes only room may follow anything.
    if (!isThreadLocal && isOfType && isAllocated && (differ & nearMask) === 0) near = output
    // What is not in memory may follow anything that is no debug information.
    if (!isAllocated && !isDebugName.test(output.name)) near = output
  }
  if (exact) return { output: exact, isExact: true }
  if (isThreadLocal) near = findThreadLocal(has, outputs)
  if (near) return { output: near, isExact: false }
  if (!typesMatter) return undefined
  const found = findByAttributes(section, has, outputs, false)
  return found && { output: found.output, isExact: false }
}

/** .tdata goes after .data, .tbss after .tdata; nothing comes between the two. */
function findThreadLocal(has: SectionAttributes, outputs: Iterable<OutputSection>): OutputSection | undefined {
  let found: OutputSection | undefined
  let isAmongThem = false
  for (const output of outputs) {
    const differ = output.attributes ^ (has | loaded | contents)
    if ((differ & (threadLocal | allocated)) === 0) {
      if ((output.attributes & loaded) === 0 && (has & loaded) !== 0) break
      found = output
      isAmongThem = true
    } else if (isAmongThem) break
    else if ((differ & (contents | allocated | loaded)) === 0) found = output
  }
  return found
}

/** The plan as a list into which orphans go one by one. */
interface Node {
  /** Undefined: the list's head. */
  readonly item: PlanItem | undefined
  next: Node | undefined
}

interface Hold {
  /** What the kind follows, once it is known for good. */
  after: OutputSection | undefined
  /** The last orphan put for this kind, in the plan and in the section table. */
  lastNode: Node | undefined
  lastNumbered: OutputSection | undefined
}

/** A note comes after those of the script that are aligned as much: so notes of one alignment are together. */
function afterNotes(node: Node, alignment: number): Node {
  let at = node
  for (let { next } = at; next; next = next.next) {
    const { item } = next
    if (item?.kind !== 'section') break
    const { output } = item
    if (!output.hasSection) continue
    if (output.firstType !== SHT_NOTE || output.alignment < alignment) break
    at = next
  }
  return at
}

export class OrphanPlacer {
  readonly #isRelocatable: boolean
  readonly #isElf: boolean
  readonly #holds = new Map<Kind, Hold>()
  readonly #byName = new Map<string, OutputSection[]>()
  readonly #nodes = new Map<OutputSection, Node>()
  readonly #head: Node = { item: undefined, next: undefined }
  #tail: Node = this.#head
  /** In the order of the section table. */
  readonly #numbered: NumberedSections

  /** @param made the output sections that have something already, in the order in which they came to be */
  constructor(
    plan: readonly PlanItem[],
    made: readonly OutputSection[],
    options: { readonly isRelocatable: boolean; readonly isElf: boolean; readonly sectionStarts: ReadonlyMap<string, bigint> },
  ) {
    this.#isRelocatable = options.isRelocatable
    this.#isElf = options.isElf
    for (const item of plan) this.#append(item)
    // Those that -Tdata and its kin name come to be before the others.
    const first = ({ name }: OutputSection) => Number(options.sectionStarts.has(name))
    this.#numbered = new NumberedSections(made.toSorted((a, b) => first(b) - first(a)))
    for (const kind of kinds) {
      const anchor = anchors[kind]
      const after = anchor && this.#byName.get(anchor.name)?.[0]
      if (after && !after.hasSection) after.attributes = anchor.attributes
      this.#holds.set(kind, { after, lastNode: undefined, lastNumbered: undefined })
    }
  }

  /** @param isAlone it is not joined with others of its name */
  place(section: InputSection, name: string, isAlone: boolean): OutputSection {
    const known = isAlone ? undefined : this.#known(section, name)
    if (known) {
      this.#begin(known)
      return known
    }
    const output = new OutputSection(name, undefined)
    output.isOrphan = true
    const has = attributesOf(section)
    const kind = kindOf(section, has)
    if (this.#isRelocatable || (has & allocated) === 0) output.hasExplicitAddress = true
    if (!isAlone) this.#register(output)
    if (kind === 'debug') {
      this.#nodes.set(output, this.#append({ kind: 'section', output }))
      this.#numbered.append(output)
    } else this.#insert(output, section, has, this.#holds.get(kind) as Hold)
    return output
  }

  /** A .bss for common symbols that no pattern takes comes at the end. */
  placeAtEnd(name: string): OutputSection {
    const known = this.#byName.get(name)?.[0]
    if (known) {
      this.#begin(known)
      return known
    }
    const output = new OutputSection(name, undefined)
    output.isOrphan = true
    this.#register(output)
    this.#nodes.set(output, this.#append({ kind: 'section', output }))
    this.#numbered.append(output)
    return output
  }

  /** A section of the script that had nothing gets its first input. */
  #begin(output: OutputSection): void {
    if (output.hasSection) return
    output.attributes = 0
    this.#numbered.append(output)
  }

  /** The plan with the orphans; the output sections are numbered. */
  finish(): PlanItem[] {
    const plan: PlanItem[] = []
    for (let node = this.#head.next; node; node = node.next) if (node.item) plan.push(node.item)
    let next = 0
    const seen = new Set<OutputSection>()
    for (const output of this.#numbered) {
      seen.add(output)
      output.order = next++
    }
    for (const item of plan) if (item.kind === 'section' && !seen.has(item.output)) item.output.order = next++
    return plan
  }

  /** An output section of the same name that takes it, one with the same load and type before one that has nothing yet. */
  #known(section: InputSection, name: string): OutputSection | undefined {
    const has = attributesOf(section)
    let unused: OutputSection | undefined
    for (const output of this.#byName.get(name) ?? []) {
      if (output.statement?.constraint !== undefined) continue
      if (!output.hasSection) unused ??= output
      else if (output.attributes === 0) return output
      else if (((output.attributes ^ has) & (loaded | allocated)) === 0 && (!this.#isElf || output.firstType === section.type)) {
        if (this.#isRelocatable && output.isOrphan && section.flags !== output.flags && (section.flags & 0x200) !== 0) continue
        // What is retained stays apart from what is not: a later link may drop the one alone (tried on GNU ld 2.40).
        if (this.#isRelocatable && output.hasInputs && ((section.flags ^ output.flags) & SHF_GNU_RETAIN) !== 0) continue
        return output
      }
    }
    return unused
  }

  #insert(output: OutputSection, section: InputSection, has: SectionAttributes, hold: Hold): void {
    let { after } = hold
    // The linker's own note comes first where the script has no place for notes.
    if (!after && output.name !== '.note.gnu.build-id') {
      const found = findByAttributes(section, has, this.#outputs(output), this.#isElf)
      after = found?.output
      if (found?.isExact) hold.after = after
    }
    const node: Node = { item: { kind: 'section', output }, next: undefined }
    this.#nodes.set(output, node)
    const last = hold.lastNode ?? this.#nodeBefore(after)
    const before = section.type === SHT_NOTE ? afterNotes(last, section.alignment) : last
    node.next = before.next
    before.next = node
    if (before === this.#tail) this.#tail = node
    hold.lastNode = node
    const note = before === last || before.item?.kind !== 'section' ? undefined : before.item.output
    if (note ?? hold.lastNumbered) this.#numbered.insertAfter(note ?? hold.lastNumbered, output)
    else this.#numbered.insertAfter(after && this.#numberedUpTo(after, output), output)
    hold.lastNumbered = output
    if (after?.region) output.region = after.region
  }

  /** The node that an orphan after `after` follows: assignments after a section belong to it, those from `.` on to the next. */
  #nodeBefore(after: OutputSection | undefined): Node {
    let node = (after && this.#nodes.get(after)) ?? this.#head
    // Before the first section the first assignment to `.` is the start address.
    let ignoresFirst = after === undefined
    let beforeDot: Node | undefined
    for (; node.next; node = node.next) {
      const { item } = node.next
      if (item?.kind === 'section') return beforeDot && this.#takesDot(item.output) ? beforeDot : node
      if (item?.kind !== 'assignment' || beforeDot) continue
      if (item.assignment.name === '.' && !ignoresFirst) beforeDot = node
      if (item.assignment.name === '.') ignoresFirst = false
    }
    return node
  }

  /** Whether the assignments to `.` before a section are its own: not where it is not in memory. */
  #takesDot(output: OutputSection): boolean {
    return !output.hasSection || !output.hasInputs || (output.attributes & allocated) !== 0
  }

  #numberedUpTo(after: OutputSection, self: OutputSection): OutputSection | undefined {
    if (after.hasSection) return after
    let last: OutputSection | undefined
    for (const output of this.#outputs(self)) {
      if (output === after) break
      if (output.hasSection) last = output
    }
    return last
  }

  #outputs(except: OutputSection): OutputSection[] {
    const found: OutputSection[] = []
    for (let node = this.#head.next; node; node = node.next)
      if (node.item?.kind === 'section' && node.item.output !== except) found.push(node.item.output)
    return found
  }

  #append(item: PlanItem): Node {
    const node: Node = { item, next: undefined }
    this.#tail.next = node
    this.#tail = node
    if (item.kind === 'section') {
      this.#nodes.set(item.output, node)
      if (!item.output.isOrphan) this.#register(item.output)
    }
    return node
  }

  #register(output: OutputSection): void {
    const same = this.#byName.get(output.name)
    if (same) same.push(output)
    else this.#byName.set(output.name, [output])
  }
}

/** A list of output sections with cheap insertion behind any of them. */
class NumberedSections implements Iterable<OutputSection> {
  readonly #next = new Map<OutputSection | undefined, OutputSection>()
  #last: OutputSection | undefined

  constructor(outputs: readonly OutputSection[]) {
    for (const output of outputs) this.append(output)
  }

  append(output: OutputSection): void {
    this.insertAfter(this.#last, output)
  }

  /** Undefined: before all others. */
  insertAfter(before: OutputSection | undefined, output: OutputSection): void {
    const next = this.#next.get(before)
    this.#next.set(before, output)
    if (next) this.#next.set(output, next)
    if (before === this.#last) this.#last = output
  }

  *[Symbol.iterator](): Iterator<OutputSection> {
    for (let output = this.#next.get(undefined); output; output = this.#next.get(output)) yield output
  }
}
