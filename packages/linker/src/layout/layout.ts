// Addresses of everything.
// Enters: the plan (assignments and output sections in script order) and the symbols. Leaves: VMA, LMA, size and padding of
// each output section, offsets of input sections, values of the script's symbols. Forward references make one pass depend
// on the one before it, so passes are run to a fixed point; diagnostics of the last one count.
// GNU ld manual §3.5 to §3.10.

import { type DiagnosticFix, type DiagnosticSink, nearestWord, type Span } from '@kernelbox/diagnostics'
import { SHF_ALLOC, SHF_EXECINSTR, SHF_TLS, SHF_WRITE, SHT_NOBITS, SHT_PROGBITS } from '@kernelbox/elf'
import { DataSegment } from './data-segment.ts'
import { absoluteOf, alignUp, didYouMean, evaluate, type Scope, type Value } from './evaluate.ts'
import { sortLinkOrder } from './link-order.ts'
import type { LayoutItem, MemoryRegionState, OutputSection } from '../model.ts'
import { assignedExpression, ScriptSymbols } from './script-symbols.ts'
import { sectionHas } from '../plan/section-attributes.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'
import type { Assertion, Assignment, Expression, FillExpression } from '../script/syntax/ast.ts'

export type PlanItem =
  | { readonly kind: 'assignment'; readonly assignment: Assignment }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  | { readonly kind: 'section'; readonly output: OutputSection }

export interface LayoutContext {
  readonly sink: DiagnosticSink
  readonly symbols: SymbolTable
  readonly plan: PlanItem[]
  readonly regions: ReadonlyMap<string, MemoryRegionState>
  readonly maxPageSize: bigint
  readonly commonPageSize: bigint
  readonly isRelro: boolean
  /** There is an input section .eh_frame. */
  readonly hasUnwindTables: boolean
  readonly segmentStarts: ReadonlyMap<string, bigint>
  readonly sectionStarts: ReadonlyMap<string, bigint>
  readonly isElf: boolean
  readonly isSane: boolean
  readonly isRelocatable: boolean
  /** Where relocations are kept, so are the empty sections that inputs have. */
  readonly keepsEmpty: boolean
  sizeOfHeaders(): bigint
}

const lastAddress = 0xffff_ffff_ffff_ffffn
const mostPasses = 12
const mask = (value: bigint) => BigInt.asUintN(64, value)

export class LayoutPass {
  readonly #context: LayoutContext
  #dot = 0n
  /** Where a section goes that has neither an address nor a region: behind the last that took room, or where `.` was set since. */
  #next = 0n
  #section: OutputSection | undefined
  #sectionsByName = new Map<string, OutputSection>()
  #isFinal = false
  #isStarted = false
  /** SIZEOF_HEADERS was asked for. */
  usesHeaders = false
  /** An address or load address is being computed: it may not depend on what comes later. */
  #isStrict = false
  #isPlaced = new Set<OutputSection>()
  #hasChanged = false
  #reported = new Set<string>()
  readonly #symbols: ScriptSymbols
  readonly #dataSegment = new DataSegment()
  /** The section that load addresses follow, by region; undefined stands for the whole address space. */
  #lastOfRegion = new Map<MemoryRegionState | undefined, OutputSection>()
  /** Regions that are too small, and the section that first went beyond. */
  readonly #overflowing = new Map<MemoryRegionState, OutputSection>()
  #scope: Scope
  /** Place in the plan, and whether `.` was moved since the last section. */
  #planIndex = 0
  #isDotMoved = false

  constructor(context: LayoutContext) {
    this.#context = context
    this.#symbols = new ScriptSymbols(context.symbols)
    this.#scope = this.#makeScope()
    for (const item of context.plan) {
      if (item.kind === 'section' && !this.#sectionsByName.has(item.output.name)) this.#sectionsByName.set(item.output.name, item.output)
    }
  }

  /** Passes until nothing moves. Sections that turn out empty are left out after the first (manual §3.6.7). */
  settle(): void {
    if (!this.#isStarted) {
      this.#isStarted = true
      if (this.#context.isElf && !this.#context.isRelocatable) alignThreadStorage(this.#context.plan)
      this.#pass()
      if (this.#context.isElf) sortLinkOrder(this.#context.plan)
      this.#dropEmptySections()
    }
    this.#dataSegment.restart()
    for (let i = 0; i < mostPasses; i++) {
      this.#hasChanged = false
      this.#pass()
      if (this.#hasChanged || this.#symbols.hasChanged) continue
      if (!this.#dataSegment.adjust(this.#context.isRelro, this.#loadedSections(), this.#context.hasUnwindTables)) break
    }
  }

  /** What takes room in memory; a .tbss does not. */
  *#loadedSections(): Iterable<OutputSection> {
    for (const item of this.#context.plan) {
      if (item.kind !== 'section' || item.output.isIgnored) continue
      const { flags, type } = item.output
      if ((flags & SHF_ALLOC) !== 0 && ((flags & SHF_TLS) === 0 || type !== SHT_NOBITS)) yield item.output
    }
  }

  /** The last pass, which reports. */
  finish(): void {
    this.#isFinal = true
    this.#pass()
    this.#reportOverflows()
    this.#isFinal = false
    // Twice: an assignment may use one that comes after it.
    this.#assignPass()
    this.#isFinal = true
    this.#assignPass()
    this.#isFinal = false
  }

  /** An expression's value at the end of the layout. */
  evaluateNow(expression: Expression): bigint {
    const value = evaluate(expression, this.#scope)
    return value ? absoluteOf(value) : 0n
  }

  /** What DATA_SEGMENT_RELRO_END asks to make read-only. */
  get relroRange(): { readonly start: bigint; readonly end: bigint } | undefined {
    return this.#dataSegment.relroRange
  }

  #dropEmptySections(): void {
    for (const item of this.#context.plan) {
      if (item.kind !== 'section') continue
      const { output } = item
      const isKept = this.#context.keepsEmpty && output.items.some((one) => one.kind === 'input' && !one.section.isPlaceholder)
      output.isIgnored = output.sizeInBytes === 0 && !output.isForced && !isKept
    }
  }

  #pass(): void {
    this.#dot = 0n
    this.#lastOfRegion = new Map()
    this.#isPlaced = new Set()
    this.#symbols.startPass()
    this.#startRegions()
    this.#dataSegment.startPass()
    this.#isDotMoved = false
    this.#next = 0n
    for (const item of this.#context.plan) {
      if (item.kind === 'section') this.#layOut(item.output)
      else {
        if (item.kind === 'assignment') this.#assign(item.assignment)
        this.#next = this.#dot
      }
    }
  }

  /**
   * Symbols and data once nothing moves any more. Here `.` comes from where sections came to lie; what is left out, or only
   * given an address, does not move it, as it does for the sections after it.
   */
  #assignPass(): void {
    this.#dot = 0n
    this.#symbols.startPass()
    this.#isDotMoved = false
    const { plan } = this.#context
    for (let i = 0; i < plan.length; i++) {
      const item = plan[i] as PlanItem
      this.#planIndex = i
      if (item.kind === 'assignment') {
        if (item.assignment.name === '.') this.#isDotMoved = true
        this.#assign(item.assignment)
      } else if (item.kind === 'assert') this.#assert(item.assertion)
      else {
        if (!item.output.isIgnored) this.#isDotMoved = false
        this.#assignIn(item.output)
      }
    }
  }

  #assignIn(output: OutputSection): void {
    const before = this.#dot
    const { address } = output
    if (this.#movesDot(output)) this.#dot = address
    this.#section = output
    for (const item of output.items) {
      if (item.kind === 'input') this.#dot = address + BigInt(item.section.offset + item.section.sizeInBytes)
      else if (item.kind === 'bytes') this.#dot = address + BigInt(item.offset + item.bytes.length)
      else if (item.kind === 'assignment') this.#assign(item.assignment)
      else if (item.kind === 'assert') this.#assert(item.assertion)
      else if (item.kind === 'data') {
        this.#dot = address + BigInt(item.offset)
        const value = evaluate(item.value, this.#scope)
        if (value) item.number = absoluteOf(value)
        this.#dot += BigInt(item.width)
      }
    }
    this.#section = undefined
    if (!this.#movesDot(output)) this.#dot = before
    else {
      this.#dot = address + (isThreadBss(output) && !this.#context.isRelocatable ? 0n : BigInt(output.sizeInBytes))
      this.#leaveOverlay(output)
    }
  }

  /** A section that is left out does where it defines symbols. */
  #movesDot(output: OutputSection): boolean {
    return (
      !output.isIgnored ||
      output.items.some(
        (item) => item.kind === 'assignment' && item.assignment.name !== '.' && !this.#symbols.isUnusedProvide(item.assignment),
      )
    )
  }

  /** Origins and lengths may use symbols that the script defines anywhere: manual §3.7. */
  #startRegions(): void {
    for (const region of new Set(this.#context.regions.values())) {
      for (const key of ['origin', 'length'] as const) {
        const value = evaluate(region.declaration[key], this.#scope)
        if (!value) continue
        const number = absoluteOf(value)
        if (region[key] !== number) this.#hasChanged = true
        region[key] = number
      }
      region.current = region.origin
      region.used = 0n
      region.hasOverflowed = false
    }
  }

  #makeScope(): Scope {
    const context = this.#context
    return {
      dot: () => this.#dot,
      section: () => this.#section,
      isSane: context.isSane,
      hasUsedDot: false,
      symbol: (name, span) => this.#symbolValue(name, span),
      isDefined: (name) => this.#symbols.isDefined(name),
      outputSection: (name, span) => {
        const section = this.#sectionsByName.get(name)
        if (section && this.#isStrict && !this.#isPlaced.has(section) && section !== this.#section) {
          this.#report('forward-reference', `the place of ${name} is not known here: it comes later in the script`, span)
        }
        if (!section && this.#isFinal && !context.isRelocatable)
          this.#report(
            'no-such-section',
            `there is no output section '${name}'`,
            span,
            didYouMean(nearestWord(name, this.#sectionsByName.keys())),
          )
        return section
      },
      region: (name, span) => {
        const region = context.regions.get(name)
        if (!region)
          this.#report('no-such-region', `there is no memory region '${name}'`, span, didYouMean(nearestWord(name, context.regions.keys())))
        return region
      },
      sizeOfHeaders: () => {
        this.usesHeaders = true
        return context.sizeOfHeaders()
      },
      constant: (name) => (name === 'MAXPAGESIZE' ? context.maxPageSize : name === 'COMMONPAGESIZE' ? context.commonPageSize : undefined),
      segmentStart: (name) => context.segmentStarts.get(name),
      dataSegment: (kind, operands) => this.#dataSegment.apply(kind, operands, this.#dot),
      report: (code, message, span, fix) => this.#report(code, message, span, fix),
    }
  }

  /** Diagnostics of the final pass only: an early one may see values that are not the last. */
  #report(code: string, message: string, span: Span, fix?: DiagnosticFix): void {
    if (!this.#isFinal) return
    const key = `${code} ${span.source.name} ${span.start} ${message}`
    if (this.#reported.has(key)) return
    this.#reported.add(key)
    this.#context.sink.error(code, message, span, { ...(fix && { fix }) })
  }

  #symbolValue(name: string, span: Span): Value | undefined {
    const value = this.#symbols.valueOf(name)
    if (value === 'undefined') {
      const meant = this.#isFinal ? nearestWord(name, this.#context.symbols.definedNames()) : undefined
      this.#report('undefined-symbol', `undefined symbol '${name}' referenced in expression`, span, didYouMean(meant))
      return undefined
    }
    return value
  }

  #assign(assignment: Assignment): void {
    if (assignment.name === '.') return this.#moveDot(assignment)
    if (assignment.isProvide && !this.#symbols.isProvided(assignment.name)) return
    this.#scope.hasUsedDot = false
    const symbol = this.#symbols.assign(assignment, this.#section, () => evaluate(assignedExpression(assignment), this.#scope))
    if (symbol && this.#isFinal) symbol.beside = this.#scope.hasUsedDot ? this.#sectionBesideDot() : undefined
  }

  /** `. = 0x7dfe` in a section at 0x7c00 is 0xf9fe: hardly ever what is meant. */
  #hintAtRelativeDot({ operator, value, span }: Assignment, section: OutputSection, target: bigint): void {
    if (!this.#isFinal || operator !== '=' || value.kind !== 'number' || section.address === 0n || value.value < section.address) return
    const key = `relative-dot ${span.source.name} ${span.start}`
    if (this.#reported.has(key)) return
    this.#reported.add(key)
    const [start, meant] = [section.address.toString(16), value.value.toString(16)]
    this.#context.sink.report({
      code: 'relative-dot',
      severity: 'note',
      message: `'.' counts from the start of ${section.name} here: 0x${meant} is address 0x${target.toString(16)}`,
      span,
      fix: {
        message: `for address 0x${meant} write '. = 0x${(value.value - section.address).toString(16)}', as ${section.name} begins at 0x${start}`,
      },
    })
  }

  /**
   * The section that `.` belongs to outside of sections: the last one in memory that is no thread's, but the next where `.` was moved since
   * or there is none before; with neither `.` is a mere number (tried on GNU ld 2.40).
   */
  #sectionBesideDot(): OutputSection | undefined {
    const { plan } = this.#context
    const isInMemory = ({ flags }: OutputSection) => (flags & (SHF_ALLOC | SHF_TLS)) === SHF_ALLOC
    const find = (step: 1 | -1, isWanted: (output: OutputSection) => boolean): OutputSection | undefined => {
      for (let i = this.#planIndex; i >= 0 && i < plan.length; i += step) {
        const item = plan[i] as PlanItem
        if (item.kind === 'section' && !item.output.isIgnored && isWanted(item.output)) return item.output
      }
      return undefined
    }
    const last = find(-1, isInMemory)
    if (last && !this.#isDotMoved) return last
    const next = find(1, ({ flags }) => (flags & SHF_TLS) === 0)
    return next && isInMemory(next) ? next : last
  }

  #moveDot(assignment: Assignment): void {
    const expression = assignedExpression(assignment)
    const value = evaluate(expression, this.#scope)
    if (!value) return
    const section = this.#section
    if (!section) {
      this.#dot = absoluteOf(value)
      return
    }
    const target = value.section === undefined ? mask(section.address + value.value) : absoluteOf(value)
    this.#hintAtRelativeDot(assignment, section, target)
    if (BigInt.asIntN(64, target - this.#dot) < 0n) {
      const by = BigInt.asIntN(64, this.#dot - target)
      this.#report(
        'dot-moved-backwards',
        `cannot move the location counter backwards: '.' is 0x${(this.#dot - section.address).toString(16)} in ${section.name} here, ${by} byte${by === 1n ? '' : 's'} past 0x${BigInt.asUintN(64, target - section.address).toString(16)}`,
        assignment.span,
      )
      return
    }
    this.#dot = target
  }

  #assert(assertion: Assertion): void {
    const value = evaluate(assertion.condition, this.#scope)
    if (value && absoluteOf(value) === 0n) this.#report('assertion', assertion.message, assertion.span)
  }

  #layOut(output: OutputSection): void {
    const { statement, region } = output
    const savedDot = this.#dot
    const given = this.#context.sectionStarts.get(output.name)
    let isGiven = false
    if (given !== undefined) {
      this.#dot = given
      isGiven = true
    } else if (statement?.address) {
      this.#isStrict = true
      const value = evaluate(statement.address, this.#scope)
      this.#isStrict = false
      if (value) this.#dot = absoluteOf(value)
      isGiven = true
    } else if (output.hasExplicitAddress) {
      this.#dot = 0n
      isGiven = true
    } else this.#dot = region ? region.current : this.#next
    let writtenAlignment = 1
    if (statement?.alignment) {
      const value = evaluate(statement.alignment, this.#scope)
      if (value) writtenAlignment = Number(absoluteOf(value))
    }
    output.alignment = Math.max(output.alignment, writtenAlignment)
    if (statement?.subalignment && output.items.some((item) => item.kind === 'input')) {
      const value = evaluate(statement.subalignment, this.#scope)
      if (value) output.alignment = Math.max(output.alignment, Number(absoluteOf(value)))
    }
    // A section at a given address stands there, whatever alignment its inputs want; they are aligned in it.
    const alignment = isGiven ? writtenAlignment : output.alignment
    const before = this.#dot
    const start = alignUp(before, BigInt(alignment))
    if (isGiven && start !== before && this.#isFinal && statement?.address && !output.isIgnored)
      this.#context.sink.warn(
        'section-moved',
        `the start of section ${output.name} is moved by ${start - before} bytes to the alignment of ${alignment} that it has here`,
        statement.address.span,
      )
    this.#isPlaced.add(output)
    this.#runItems(output, start)
    const isAllocated = (output.flags & SHF_ALLOC) !== 0
    const isTlsBss = isThreadBss(output)
    this.#loadAddress(output, before, writtenAlignment, isGiven)
    this.#follow(output, isAllocated && !isTlsBss)
    if (!this.#movesDot(output)) {
      // What is left out moves the location counter only by the address that it is given.
      this.#dot = isGiven ? before : savedDot
      return
    }
    if (isTlsBss && !this.#context.isRelocatable) this.#dot = start
    this.#leaveOverlay(output)
    if (!isAllocated) return
    if (!region) this.#next = this.#dot
    const advance = isTlsBss ? 0n : BigInt(output.sizeInBytes)
    if (region) this.#advance(region, output, this.#dot)
    const { loadRegion } = output
    if (loadRegion && loadRegion !== region && (output.type !== SHT_NOBITS || statement?.alignWithInput))
      this.#advance(loadRegion, output, output.loadAddress + advance)
  }

  /** What follows an OVERLAY comes after the longest of its sections. */
  #leaveOverlay({ overlayEnd }: OutputSection): void {
    const value = overlayEnd && evaluate(overlayEnd, this.#scope)
    if (value) this.#dot = absoluteOf(value)
  }

  /** Keeps the section that the load addresses of those after it in its region follow. */
  #follow(output: OutputSection, isOrdinary: boolean): void {
    if (!isOrdinary || output.loadRegion || this.#context.isRelocatable) return
    const last = this.#lastOfRegion.get(output.region)
    if (output.sizeInBytes !== 0 || (last ? this.#dot >= last.address : output.address !== output.loadAddress))
      this.#lastOfRegion.set(output.region, output)
  }

  #runItems(output: OutputSection, start: bigint): void {
    if (output.address !== start) this.#hasChanged = true
    output.address = start
    this.#dot = start
    this.#section = output
    output.padding = []
    let fill: FillExpression | undefined = output.statement?.fill
    let subalignment: number | undefined
    if (output.statement?.subalignment) {
      const value = evaluate(output.statement.subalignment, this.#scope)
      if (value) subalignment = Number(absoluteOf(value))
    }
    const pad = (to: bigint) => {
      const offset = Number(this.#dot - start)
      const sizeInBytes = Number(to - this.#dot)
      if (sizeInBytes > 0) output.padding.push({ offset, sizeInBytes, fill: fill && this.#fillBytes(fill) })
      this.#dot = to
    }
    const { items } = output
    let isQuick = true
    for (let i = 0; i < items.length; i++) {
      const item = items[i] as LayoutItem
      switch (item.kind) {
        case 'input': {
          const next: number = isQuick ? this.#runInputs(output, i, start, subalignment, fill) : i
          isQuick = next > i
          if (isQuick) {
            i = next - 1
            break
          }
          const { section } = item
          const aligned = alignUp(this.#dot, BigInt(subalignment ?? section.alignment))
          pad(aligned)
          section.offset = Number(aligned - start)
          this.#dot = aligned + BigInt(section.sizeInBytes)
          break
        }
        case 'data': {
          item.offset = Number(this.#dot - start)
          const value = evaluate(item.value, this.#scope)
          if (value) item.number = absoluteOf(value)
          this.#dot += BigInt(item.width)
          break
        }
        case 'bytes':
          item.offset = Number(this.#dot - start)
          this.#dot += BigInt(item.bytes.length)
          break
        case 'fill':
          fill = item.fill
          break
        case 'assignment':
          if (item.assignment.name === '.') {
            const before = this.#dot
            this.#moveDot(item.assignment)
            const after = this.#dot
            // Room is memory of the program, unless the script says that the section is none.
            if (after > before && !output.isBesideMemory) output.flags |= SHF_ALLOC
            this.#dot = before
            if (after - before > 0x7fff_ffff_ffffn) this.#dot = after
            else pad(after)
          } else this.#assign(item.assignment)
          break
        case 'assert':
          break
      }
    }
    this.#section = undefined
    const size = Number(this.#dot - start)
    if (size !== output.sizeInBytes) this.#hasChanged = true
    output.sizeInBytes = size
    // Space that only the script makes is memory of the program.
    if (size > 0 && output.type === 0) {
      const hasContents = output.items.some((item) => item.kind === 'data' || item.kind === 'bytes')
      output.type = hasContents ? SHT_PROGBITS : SHT_NOBITS
      if (!output.isBesideMemory) output.flags |= SHF_ALLOC
    }
    if (size > 0 && !output.hasInputs && isCodeName.test(output.name)) output.flags |= SHF_EXECINSTR
    const isReadOnly = (output.attributes & sectionHas.readOnly) !== 0 || output.statement?.isReadOnly
    output.flags = isReadOnly ? output.flags & ~SHF_WRITE : output.flags | SHF_WRITE
  }

  /**
   * The inputs from item `from` on, one behind the other, in numbers instead of bigints: most sections have nothing else in them.
   * The first item that is left; `from` where offsets are beyond what a number holds.
   */
  #runInputs(
    output: OutputSection,
    from: number,
    start: bigint,
    subalignment: number | undefined,
    fill: FillExpression | undefined,
  ): number {
    let offset = Number(this.#dot - start)
    const isPower = subalignment === undefined || subalignment < 1 || Number.isInteger(Math.log2(subalignment))
    if (!(offset >= 0 && offset < 2 ** 50) || !isPower) return from
    const { items, padding } = output
    const paddings = padding.length
    // What alignment sees of the address: a page of 4 GB is enough for any that an object has.
    const base = Number(BigInt.asUintN(32, start))
    let i = from
    for (; i < items.length; i++) {
      const item = items[i] as LayoutItem
      if (item.kind !== 'input') break
      const { section } = item
      const alignment = subalignment ?? section.alignment
      if (!(alignment <= 2 ** 32) || offset > 2 ** 51) break
      const aligned = alignment > 1 ? Math.ceil((base + offset) / alignment) * alignment - base : offset
      if (aligned > offset) padding.push({ offset, sizeInBytes: aligned - offset, fill: fill && this.#fillBytes(fill) })
      section.offset = aligned
      offset = aligned + section.sizeInBytes
    }
    const end = start + BigInt(offset)
    if (end > lastAddress) {
      padding.length = paddings
      return from
    }
    this.#dot = end
    return i
  }

  #fillBytes(fill: FillExpression): Uint8Array {
    if (fill.bytes) return fill.bytes
    const value = evaluate(fill.expression, this.#scope)
    const number = Number(BigInt.asUintN(32, value ? absoluteOf(value) : 0n))
    return Uint8Array.of(number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255)
  }

  /** Manual §3.6.8.2 "Output Section LMA". `before` is `.` before the section's alignment. */
  #loadAddress(output: OutputSection, before: bigint, writtenAlignment: number, isGiven: boolean): void {
    const { statement, loadRegion, region } = output
    const last = this.#lastOfRegion.get(region)
    let address = output.address
    if (statement?.loadAddress) {
      this.#isStrict = true
      const value = evaluate(statement.loadAddress, this.#scope)
      this.#isStrict = false
      if (value) address = absoluteOf(value)
    } else if (loadRegion) {
      address = loadRegion.current
      if (statement?.alignWithInput) address = mask(address + output.address - before)
      else address = alignUp(address, BigInt(loadRegion === region ? output.alignment : writtenAlignment))
    } else if (last && (output.flags & SHF_ALLOC) !== 0) {
      const size = BigInt(output.sizeInBytes)
      // `.` moved backwards: GNU ld then takes the address as it is.
      const isBackwards = output.address < last.address && size !== 0n && output.address + size <= last.address
      if (isBackwards && this.#isFinal)
        this.#context.sink.warn('dot-moved-backwards', `dot moved backwards before '${output.name}'`, statement?.nameSpan, {
          notes: [
            last.isIgnored
              ? { message: `the linker's own sections, empty here, reach up to 0x${last.address.toString(16)}` }
              : {
                  message: `${last.name} before it is at 0x${last.address.toString(16)}, ${output.name} at 0x${output.address.toString(16)}`,
                },
          ],
          fix: { message: 'say with AT where it is loaded' },
        })
      if (!isBackwards)
        address =
          statement?.type === 'overlay'
            ? last.loadAddress + BigInt(last.sizeInBytes)
            : mask(output.address + last.loadAddress - last.address)
      address = alignUp(address, BigInt(isGiven ? writtenAlignment : output.alignment))
    }
    if (address !== output.loadAddress) this.#hasChanged = true
    output.loadAddress = address
  }

  #advance(region: MemoryRegionState, output: OutputSection, to: bigint): void {
    const isFull = to < region.origin || to - region.origin > region.length
    // Sections of an overlay lie over each other; what follows comes after the longest.
    region.current = output.isOverlay && !output.isFirstOfOverlay && region.current > to ? region.current : to
    const used = to - region.origin
    if (used > region.used) region.used = used
    if (this.#isFinal && isFull && !region.hasOverflowed) {
      region.hasOverflowed = true
      if (to < region.origin || output.address > region.origin + region.length) {
        this.#context.sink.error(
          'region-overflow',
          `section ${output.name} at 0x${output.address.toString(16)} is not within region ${region.name} (0x${region.origin.toString(16)} to 0x${(region.origin + region.length).toString(16)})`,
          output.statement?.nameSpan,
        )
        return
      }
      this.#overflowing.set(region, output)
    }
  }

  /** Told at the end, when it is known by how much. */
  #reportOverflows(): void {
    for (const [region, output] of this.#overflowing) {
      const over = region.used - region.length
      this.#context.sink.error(
        'region-overflow',
        `section ${output.name} does not fit in region ${region.name}: it overflows by ${over} byte${over === 1n ? '' : 's'}`,
        output.statement?.nameSpan,
        { notes: this.#largest(region) },
      )
    }
  }

  #largest(region: MemoryRegionState): { message: string }[] {
    const sections = this.#context.plan.flatMap((item) => (item.kind === 'section' && item.output.region === region ? [item.output] : []))
    const inputs = sections.flatMap((output) => output.items.flatMap((item) => (item.kind === 'input' ? [item.section] : [])))
    const top = inputs
      .filter((section) => section.sizeInBytes > 0)
      .toSorted((a, b) => b.sizeInBytes - a.sizeInBytes)
      .slice(0, 3)
    return top.map((section) => ({ message: `${section.sizeInBytes} bytes are ${section.name} of ${section.object.displayName}` }))
  }
}

/** Takes room in the threads' blocks, none in the program. */
function isThreadBss({ flags, type }: OutputSection): boolean {
  return (flags & SHF_TLS) !== 0 && type === SHT_NOBITS
}

/** Names that stand for code (gABI "Special Sections"), also where the script alone fills the section. */
const isCodeName = /^\.(?:init|fini|plt|text)$/

/** The blocks of threads are aligned as the strictest of their sections: the first begins so. */
function alignThreadStorage(plan: readonly PlanItem[]): void {
  const outputs = plan
    .flatMap((item) => (item.kind === 'section' && item.output.hasSection ? [item.output] : []))
    .toSorted((a, b) => a.order - b.order)
  const start = outputs.findIndex((output) => (output.flags & SHF_TLS) !== 0)
  const first = outputs[start]
  if (!first) return
  for (let i = start; i < outputs.length && ((outputs[i] as OutputSection).flags & SHF_TLS) !== 0; i++)
    first.alignment = Math.max(first.alignment, (outputs[i] as OutputSection).alignment)
}
