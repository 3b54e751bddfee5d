// Input sections to output sections.
// Enters: the script's statements and the objects. Leaves: the plan, in which each output section has its items, with the
// orphans placed. GNU ld manual §3.6 "SECTIONS Command".

import { type DiagnosticSink, nearestWord } from '@kernelbox/diagnostics'
import {
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_GNU_RETAIN,
  SHF_GROUP,
  SHF_LINK_ORDER,
  SHF_MERGE,
  SHF_STRINGS,
  SHF_TLS,
  SHF_WRITE,
  SHT_GROUP,
  SHT_NOBITS,
  SHT_NOTE,
  SHT_PROGBITS,
} from '@kernelbox/elf'
import { didYouMean } from '../layout/evaluate.ts'
import type { PlanItem } from '../layout/layout.ts'
import { discard } from '../inputs/load-inputs.ts'
import { matchSections } from './match-sections.ts'
import { SectionIndex } from './section-index.ts'
import { chooseRegion } from '../layout/memory-regions.ts'
import { type InputObject, type InputSection, type LayoutItem, type MemoryRegionState, OutputSection } from '../model.ts'
import { OrphanPlacer } from './orphans.ts'
import { linkerStubs } from '../linker-sections/synthetic.ts'
import { addAttributes, attributesOf, sectionHas, typeOfName } from './section-attributes.ts'
import { mentionedSections } from '../script/script-references.ts'
import type { LayoutStatement, ScriptState } from '../script/script-state.ts'
import type { Assignment, Expression, OutputSectionStatement } from '../script/syntax/ast.ts'

export interface PlanOptions {
  readonly sink: DiagnosticSink
  readonly isRelocatable: boolean
  readonly isElf: boolean
  /** -r without --force-group-allocation. */
  readonly keepsGroups: boolean
  readonly isNonContiguous: boolean
  readonly sortSection: 'name' | 'alignment' | undefined
  readonly orphanHandling: 'place' | 'warn' | 'error' | 'discard'
  readonly sectionStarts: ReadonlyMap<string, bigint>
  readonly regions: ReadonlyMap<string, MemoryRegionState>
  readonly versionText: string
}

/** Adds an input section to an output section and gives the latter what it needs of its attributes. */
function addInput(output: OutputSection, section: InputSection, pattern: number): void {
  section.output = output
  output.items.push({ kind: 'input', section, pattern })
  absorb(output, section)
}

function absorb(output: OutputSection, section: InputSection): void {
  addAttributes(output, typedAttributes(output, attributesOf(section)), section.type)
  const kept = section.flags & (SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR | SHF_TLS | 0x1000_0000)
  const mergeable = section.flags & (SHF_MERGE | SHF_STRINGS)
  if (!output.hasInputs) {
    // Retained is what its first section is (tried on GNU ld 2.40).
    output.flags |= kept | mergeable | (section.flags & SHF_GNU_RETAIN)
    output.entrySize = section.elf.entrySize
  } else {
    const common = output.flags & (SHF_MERGE | SHF_STRINGS) & mergeable
    output.flags = ((output.flags & ~(SHF_MERGE | SHF_STRINGS)) >>> 0) | kept
    if (common === mergeable && output.entrySize === section.elf.entrySize) output.flags |= common
    else output.entrySize = 0
  }
  output.hasInputs = true
  if (output.type === 0) output.type = section.type
  else if (output.type !== section.type) {
    if (output.type === SHT_NOBITS) output.type = section.type
    else if (section.type !== SHT_NOBITS && output.type !== SHT_NOTE) output.type = SHT_PROGBITS
  }
  // The linker's own empty sections count where they are alone: what comes after them has its load address from there.
  if ((!section.isPlaceholder || output.isOrphan) && section.alignment > output.alignment) output.alignment = section.alignment
  applyType(output)
}

/** NOLOAD and its kin change what inputs bring. */
function typedAttributes(output: OutputSection, has: number): number {
  if (output.isBesideMemory) return has & ~(sectionHas.allocated | sectionHas.loaded)
  return output.statement?.type === 'noload' ? has & ~(sectionHas.loaded | sectionHas.contents) : has
}

function applyType(output: OutputSection): void {
  if (output.isBesideMemory) output.flags &= ~SHF_ALLOC
  if (output.statement?.type === 'noload') {
    output.isNoLoad = true
    output.type = SHT_NOBITS
  }
  if (output.statement?.isReadOnly) output.flags &= ~SHF_WRITE
}

/** INFO and its kin take no memory; nor does NOLOAD in a flat image (in ELF it is as .bss). */
function isBesideMemory({ type }: OutputSectionStatement, isElf: boolean): boolean {
  return type === 'copy' || type === 'info' || type === 'overlay' || type === 'dsect' || (type === 'noload' && !isElf)
}

export function buildPlan(state: ScriptState, objects: readonly InputObject[], options: PlanOptions): PlanItem[] {
  const builder = new PlanBuilder(state, objects, options)
  const plan = builder.build()
  let previous: OutputSection | undefined
  for (const item of plan) {
    if (item.kind !== 'section') continue
    const { output } = item
    // `AT>` holds for the sections after it in the same region (manual §3.6.8.2), orphans among them.
    const saysWhere = output.loadRegion || output.statement?.loadAddress || output.statement?.address
    if (previous && !saysWhere && output.region === previous.region) output.loadRegion = previous.loadRegion
    previous = output
  }
  for (const item of plan) if (item.kind === 'section') chooseRegion(item.output, options.regions)
  return plan
}

class PlanBuilder {
  readonly #state: ScriptState
  readonly #objects: readonly InputObject[]
  readonly #options: PlanOptions
  readonly #index: SectionIndex
  readonly #outputs = new Map<LayoutStatement, OutputSection>()
  readonly #byName = new Map<string, OutputSection>()
  /** Output sections in the order in which they get something. */
  readonly #made: OutputSection[] = []
  readonly #isFree = (section: InputSection) => section.output === undefined && !section.isDiscarded && section.isLive
  /** What a pattern may take. */
  readonly #isOpen = (section: InputSection) => this.#isFree(section) && !this.#staysAlone(section)

  constructor(state: ScriptState, objects: readonly InputObject[], options: PlanOptions) {
    this.#state = state
    this.#objects = objects
    this.#options = options
    this.#index = new SectionIndex(objects)
    for (const statement of state.statements) {
      if (statement.kind !== 'output-section' || statement.name === '/DISCARD/') continue
      // A second statement of the same name makes a second section.
      const output = new OutputSection(statement.name, statement)
      output.isBesideMemory = isBesideMemory(statement, options.isElf)
      this.#outputs.set(statement, output)
      if (!this.#byName.has(statement.name)) this.#byName.set(statement.name, output)
    }
  }

  build(): PlanItem[] {
    const plan: PlanItem[] = []
    const options = this.#options
    for (const statement of this.#state.statements) {
      if (statement.kind === 'assignment') {
        plan.push({ kind: 'assignment', assignment: statement })
        this.#mention(statement.value)
      } else if (statement.kind === 'assert') {
        plan.push({ kind: 'assert', assertion: statement })
        this.#mention(statement.condition)
      } else if (statement.name === '/DISCARD/') discardMatching(statement, this.#index, options, this.#isOpen)
      else {
        const output = this.#outputs.get(statement)
        if (output && this.#isWanted(statement)) {
          plan.push({ kind: 'section', output })
          this.#fill(output, statement)
        }
      }
    }
    discardLinkedOrder(this.#objects)
    const placer = new OrphanPlacer(plan, this.#made, options)
    for (const section of this.#index.all) {
      if (!this.#isFree(section)) continue
      if (section.isCommon && options.isRelocatable) continue
      placeOrphan(section, placer, options, this.#staysAlone(section))
    }
    return placer.finish()
  }

  /** A section group is kept for a later link: each member is a section of its own (gABI ch. 4 "Section Groups"). */
  #staysAlone({ flags, type }: InputSection): boolean {
    return this.#options.keepsGroups && ((flags & SHF_GROUP) !== 0 || type === SHT_GROUP)
  }

  /** True where nothing was known of it before. */
  #make(output: OutputSection): boolean {
    if (output.hasSection) return false
    output.hasSection = true
    this.#made.push(output)
    return true
  }

  /** ADDR, LOADADDR and SIZEOF make the section that they speak of. */
  #mention(expression: Expression): void {
    for (const name of mentionedSections(expression)) {
      const output = this.#byName.get(name)
      if (output) this.#make(output)
    }
  }

  /** ONLY_IF_RO, ONLY_IF_RW. */
  #isWanted(statement: OutputSectionStatement): boolean {
    if (statement.constraint !== 'only-if-ro' && statement.constraint !== 'only-if-rw') return true
    const inputs = statement.body.flatMap((inner) =>
      inner.kind === 'input' ? matchSections(inner, this.#index, this.#options.sortSection, this.#isOpen) : [],
    )
    const isReadOnly = inputs.every((section) => (section.flags & SHF_WRITE) === 0)
    return inputs.length > 0 && isReadOnly === (statement.constraint === 'only-if-ro')
  }

  #fill(output: OutputSection, statement: Extract<LayoutStatement, { kind: 'output-section' }>): void {
    const options = this.#options
    if (statement.alignWithInput && statement.alignment)
      options.sink.error(
        'align-twice',
        `section ${statement.name} has both ALIGN and ALIGN_WITH_INPUT; one of them can hold`,
        statement.alignment.span,
      )
    if (statement.loadAddress && statement.loadRegion !== undefined)
      options.sink.error(
        'load-address-twice',
        `section ${statement.name} has both a load address and a load region`,
        statement.loadAddress.span,
      )
    if (statement.overlay) {
      output.isOverlay = true
      output.isFirstOfOverlay = statement.overlay.first === statement.name
      output.overlayEnd = statement.overlay.end
    }
    if (statement.programHeaders.length > 0) output.programHeaders = statement.programHeaders
    const fit = options.isNonContiguous ? fitter(statement, options) : undefined
    let pattern = 0
    if (statement.address) this.#mention(statement.address)
    for (const inner of statement.body) {
      switch (inner.kind) {
        case 'input':
          pattern++
          for (const section of matchSections(inner, this.#index, options.sortSection, this.#isOpen)) {
            if (fit && !fit(section)) continue
            if (inner.keep) section.isKept = true
            this.#make(output)
            addInput(output, section, pattern)
          }
          break
        case 'assignment':
          this.#make(output)
          output.items.push({ kind: 'assignment', assignment: inner })
          this.#mention(inner.value)
          if (inner.name === '.' && forcesSection(inner)) {
            output.isForced = true
            output.isWritableSpace = true
          }
          break
        case 'assert':
          this.#make(output)
          output.items.push({ kind: 'assert', assertion: inner })
          this.#mention(inner.condition)
          break
        case 'data': {
          const item: LayoutItem = { kind: 'data', width: inner.width, isSigned: inner.isSigned, value: inner.value, offset: 0, number: 0n }
          output.items.push(item)
          giveContents(output, this.#make(output))
          this.#mention(inner.value)
          break
        }
        case 'text':
          output.items.push({ kind: 'bytes', bytes: zeroTerminated(unescaped(inner.text)), offset: 0 })
          giveContents(output, this.#make(output))
          break
        case 'linker-version':
          output.items.push({ kind: 'bytes', bytes: zeroTerminated(options.versionText), offset: 0 })
          giveContents(output, this.#make(output))
          break
        case 'fill':
          this.#make(output)
          output.items.push({ kind: 'fill', fill: inner.fill })
          break
        case 'constructors':
        case 'create-object-symbols':
          break
      }
    }
    if (!output.hasInputs && output.isWritableSpace && output.type !== 0) output.flags |= SHF_WRITE
    applyType(output)
    const { region, loadRegion } = statement
    if (loadRegion !== undefined) output.loadRegion = regionNamed(loadRegion, statement, options)
    if (region !== undefined) output.region = regionNamed(region, statement, options)
    // A load region alone is also where the section runs, unless it says where.
    else if (loadRegion !== undefined && !statement.address) output.region = output.loadRegion
  }
}

/** A section that is ordered by another (SHF_LINK_ORDER) goes where that goes, and is lost with it. */
function discardLinkedOrder(objects: readonly InputObject[]): void {
  for (const object of objects) {
    for (let hasChanged = true; hasChanged; ) {
      hasChanged = false
      for (const section of object.sections) {
        if (!section || section.isDiscarded || section.output || (section.flags & SHF_LINK_ORDER) === 0) continue
        const other = object.sections[section.elf.link]
        if (other?.isDiscarded) {
          discard(section, 'script')
          hasChanged = true
        }
      }
    }
  }
}

function placeOrphan(section: InputSection, placer: OrphanPlacer, options: PlanOptions, isAlone: boolean): void {
  const { orphanHandling, sink } = options
  if (orphanHandling === 'discard') {
    discard(section, 'script')
    return
  }
  const isQuiet = section.sizeInBytes === 0 || section.name === '.note.gnu.property'
  if (orphanHandling !== 'place' && !isQuiet) {
    const message = `${section.object.displayName}: no pattern of the script takes section ${section.name} (${section.sizeInBytes} bytes)`
    const help = { fix: { message: `name it in SECTIONS: ${section.name} : { *(${section.name}) }` } }
    if (orphanHandling === 'error') sink.error('orphan-section', message, undefined, help)
    else sink.warn('orphan-section', message, undefined, help)
  }
  const output = section.isCommon ? placer.placeAtEnd('.bss') : placer.place(section, orphanName(section), isAlone)
  output.hasSection = true
  addInput(output, section, 0)
}

/** Relocations that the linker itself makes are one section. */
function orphanName({ name, object, flags }: InputSection): string {
  if (object.fileName !== linkerStubs || (flags & SHF_ALLOC) === 0) return name
  return name.startsWith('.rela.') ? '.rela.dyn' : name.startsWith('.rel.') ? '.rel.dyn' : name
}

function discardMatching(
  statement: OutputSectionStatement,
  index: SectionIndex,
  options: PlanOptions,
  isFree: (section: InputSection) => boolean,
): void {
  for (const inner of statement.body) {
    if (inner.kind !== 'input') continue
    for (const section of matchSections(inner, index, options.sortSection, isFree)) discard(section, 'script')
  }
}

/**
 * --enable-non-contiguous-regions: an input section that does not fit its region any more is left to a later pattern.
 * Sizes are counted as the layout will: aligned, in order.
 */
function fitter(statement: OutputSectionStatement, options: PlanOptions): ((section: InputSection) => boolean) | undefined {
  const region = statement.region === undefined ? undefined : options.regions.get(statement.region)
  const length = region && constantOf(region.declaration.length)
  const origin = region && constantOf(region.declaration.origin)
  if (!region || length === undefined || origin === undefined) return undefined
  let isFull = false
  return (section) => {
    const start = region.current > origin ? region.current : origin
    const from = start + ((BigInt(section.alignment) - (start % BigInt(section.alignment))) % BigInt(section.alignment))
    const end = from + BigInt(section.sizeInBytes)
    // What comes after the first that does not fit stays behind it.
    if (end > origin + length) isFull = true
    if (isFull) return false
    region.current = end
    return true
  }
}

/** The value of an expression of mere numbers. */
function constantOf(expression: Expression): bigint | undefined {
  if (expression.kind === 'number') return expression.value
  if (expression.kind !== 'binary') return undefined
  const left = constantOf(expression.left)
  const right = constantOf(expression.right)
  if (left === undefined || right === undefined) return undefined
  if (expression.operator === '+') return left + right
  if (expression.operator === '-') return left - right
  return expression.operator === '*' ? left * right : undefined
}

function regionNamed(name: string, statement: OutputSectionStatement, options: PlanOptions): MemoryRegionState | undefined {
  const region = options.regions.get(name)
  if (!region && name !== '*default*') {
    // GNU ld only warns, and takes the default region.
    const fix = didYouMean(nearestWord(name, options.regions.keys()))
    options.sink.warn('no-such-region', `memory region '${name}' is not declared in MEMORY`, statement.regionSpan ?? statement.nameSpan, {
      ...(fix && { fix }),
    })
  }
  return region
}

/** @param isNew nothing stood in it before */
function giveContents(output: OutputSection, isNew: boolean): void {
  const has = sectionHas.contents | sectionHas.allocated | sectionHas.loaded | (isNew ? sectionHas.readOnly : 0)
  output.attributes |= typedAttributes(output, has)
  output.isForced = true
  // Its name may say what it is: .note.x.
  if (output.type === 0) output.type = typeOfName(output.name) || SHT_PROGBITS
  if (output.type === SHT_NOBITS) output.type = SHT_PROGBITS
  output.flags |= SHF_ALLOC
}

/**
 * Whether an assignment to `.` makes an empty section stay: one that visibly leaves `.` where it is does not
 * (manual §3.6.7; `. = . + 0`, `. = ALIGN(. != 0 ? n : 1)` and a zero, as tried on GNU ld 2.40).
 */
function forcesSection(assignment: Assignment): boolean {
  const { operator, value } = assignment
  if (operator === '+=' || operator === '-=') return !isZero(value)
  if (operator !== '=') return true
  if (isZero(value)) return false
  if (value.kind === 'binary' && value.operator === '+' && isDot(value.left) && isZero(value.right)) return false
  if (value.kind === 'call' && value.name === 'ALIGN' && value.operands.length === 1) return value.operands[0]?.kind !== 'conditional'
  return true
}

function isZero(expression: Expression): boolean {
  return expression.kind === 'number' && expression.value === 0n
}

function isDot(expression: Expression): boolean {
  return expression.kind === 'name' && expression.name === '.'
}

function zeroTerminated(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length + 1)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

function unescaped(text: string): string {
  return text.replace(/\\(?:([0-7]{1,3})|(.))/g, (_, octal: string | undefined, letter: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255)
    return { n: '\n', r: '\r', t: '\t' }[letter] ?? letter
  })
}
