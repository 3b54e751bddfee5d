// Addresses of everything.
// Enters: the plan (assignments and output sections in script order) and the symbols. Leaves: VMA, LMA, size and padding of
// each output section, offsets of input sections, values of the script's symbols. Forward references make one pass depend
// on the one before it, so passes are run to a fixed point; diagnostics of the last one count.
// GNU ld manual §3.5 to §3.10.

import type { DiagnosticSink, Span } from '@kernelbox/diagnostics'
import { SHF_ALLOC, SHF_TLS, SHF_WRITE, SHT_NOBITS, SHT_PROGBITS } from '@kernelbox/elf'
import { absoluteOf, alignUp, evaluate, type Scope, type Value } from './evaluate.ts'
import type { LinkSymbol, MemoryRegionState, OutputSection } from './model.ts'
import type { SymbolTable } from './symbol-table.ts'
import type { Assertion, Assignment, Expression, FillExpression } from './syntax/ast.ts'

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
  readonly segmentStarts: ReadonlyMap<string, bigint>
  readonly sectionStarts: ReadonlyMap<string, bigint>
  readonly isSane: boolean
  readonly isRelocatable: boolean
  readonly wantsGapCheck: boolean
  sizeOfHeaders(): bigint
  /** Names that the script's expressions mention: they ask for a PROVIDE as an object's reference does. */
  readonly scriptReferences: ReadonlySet<string>
}

const mostPasses = 12
const mask = (value: bigint) => BigInt.asUintN(64, value)

interface DataSegment {
  base: bigint
  minBase: bigint
  relroEnd: bigint
  end: bigint
  phase: 'none' | 'align-seen' | 'relro-seen' | 'end-seen' | 'adjust' | 'done'
  relroStart: bigint
  commonPageSize: bigint
  maxPageSize: bigint
  relroOffset: bigint
}

export class LayoutPass {
  readonly #context: LayoutContext
  #dot = 0n
  #section: OutputSection | undefined
  #sectionsByName = new Map<string, OutputSection>()
  /** Symbols that the script has assigned so far in this pass. */
  #assigned = new Set<LinkSymbol>()
  #isFinal = false
  #hasChanged = false
  #reported = new Set<string>()
  #forcedProvides = new Set<string>()
  readonly dataSegment: DataSegment = {
    base: 0n,
    minBase: 0n,
    relroEnd: 0n,
    end: 0n,
    phase: 'none',
    relroStart: 0n,
    commonPageSize: 0n,
    maxPageSize: 0n,
    relroOffset: 0n,
  }
  #previous: OutputSection | undefined
  #scope: Scope

  constructor(context: LayoutContext) {
    this.#context = context
    this.#scope = this.#makeScope()
    for (const item of context.plan) {
      if (item.kind === 'section' && !this.#sectionsByName.has(item.output.name)) this.#sectionsByName.set(item.output.name, item.output)
    }
  }

  /** Passes until nothing moves. Sections that turn out empty are left out after the first (manual §3.6.7). */
  run(): void {
    this.#pass()
    this.#dropEmptySections()
    for (let i = 0; i < mostPasses; i++) {
      this.#hasChanged = false
      this.#pass()
      if (!this.#hasChanged && !this.#adjustDataSegment()) break
    }
    this.#isFinal = true
    this.#pass()
    this.#isFinal = false
  }

  #dropEmptySections(): void {
    for (const item of this.#context.plan) {
      if (item.kind !== 'section') continue
      const { output } = item
      output.isIgnored = output.sizeInBytes === 0 && !output.isForced
    }
  }

  #pass(): void {
    this.#dot = 0n
    this.#previous = undefined
    this.#assigned = new Set()
    for (const region of this.#context.regions.values()) {
      region.current = region.origin
      region.used = 0n
      region.hasOverflowed = false
    }
    if (this.dataSegment.phase !== 'adjust' && this.dataSegment.phase !== 'done') this.dataSegment.phase = 'none'
    for (const item of this.#context.plan) {
      if (item.kind === 'assignment') this.#assign(item.assignment)
      else if (item.kind === 'assert') this.#assert(item.assertion)
      else this.#layOut(item.output)
    }
  }

  #makeScope(): Scope {
    const self = this
    const context = this.#context
    return {
      get dot() {
        return self.#dot
      },
      get section() {
        return self.#section
      },
      isSane: context.isSane,
      symbol: (name, span) => this.#symbolValue(name, span),
      isDefined: (name) => {
        const symbol = context.symbols.get(name)
        if (!symbol) return false
        if (symbol.isScripted && !symbol.definedIn) return this.#assigned.has(symbol)
        return symbol.state === 'defined' || symbol.state === 'common'
      },
      outputSection: (name, span) => {
        const section = this.#sectionsByName.get(name)
        if (!section && this.#isFinal && !context.isRelocatable)
          this.#report('no-such-section', `there is no output section '${name}'`, span)
        return section
      },
      region: (name, span) => {
        const region = context.regions.get(name)
        if (!region) this.#report('no-such-region', `there is no memory region '${name}'`, span)
        return region
      },
      sizeOfHeaders: () => context.sizeOfHeaders(),
      constant: (name) => (name === 'MAXPAGESIZE' ? context.maxPageSize : name === 'COMMONPAGESIZE' ? context.commonPageSize : undefined),
      segmentStart: (name) => context.segmentStarts.get(name),
      dataSegment: (kind, operands) => this.#dataSegment(kind, operands),
      report: (code, message, span) => this.#report(code, message, span),
    }
  }

  /** Diagnostics of the final pass only: an early one may see values that are not the last. */
  #report(code: string, message: string, span: Span): void {
    if (!this.#isFinal) return
    const key = `${code} ${span.source.name} ${span.start} ${message}`
    if (this.#reported.has(key)) return
    this.#reported.add(key)
    this.#context.sink.error(code, message, span)
  }

  #symbolValue(name: string, span: Span): Value | undefined {
    const symbol = this.#context.symbols.get(name)
    if (!symbol || symbol.state === 'undefined' || symbol.state === 'undefined-weak') {
      if (symbol?.isScripted) return undefined
      this.#report('undefined-symbol', `undefined symbol '${name}' referenced in expression`, span)
      return undefined
    }
    return symbolAddress(symbol)
  }

  #assign(assignment: Assignment): void {
    if (assignment.name === '.') return this.#moveDot(assignment)
    const { symbols } = this.#context
    if (assignment.isProvide && !this.#isProvided(assignment.name)) return
    const expression: Expression =
      assignment.operator === '='
        ? assignment.value
        : {
            kind: 'binary',
            operator: assignment.operator.slice(0, -1) as '+',
            left: { kind: 'name', name: assignment.name, span: assignment.nameSpan },
            right: assignment.value,
            span: assignment.span,
          }
    const value = evaluate(expression, this.#scope)
    const symbol = symbols.intern(assignment.name)
    if (!value) {
      symbol.isScripted = true
      return
    }
    const section = value.section ?? this.#section ?? 'abs'
    const output = section === 'abs' ? undefined : section
    if (symbol.state !== 'defined' || symbol.value !== value.value || symbol.output !== output || !symbol.isScripted)
      this.#hasChanged = true
    symbol.state = 'defined'
    symbol.isWeak = false
    symbol.isScripted = true
    if (!assignment.isProvide) symbol.definedIn = undefined
    symbol.definedIn = undefined
    symbol.section = undefined
    symbol.output = output
    symbol.value = value.value
    if (assignment.isHidden && symbol.visibility === 0) symbol.visibility = 2
    this.#context.symbols.wanted.delete(symbol)
    this.#assigned.add(symbol)
  }

  /** PROVIDE: something asks for the symbol and nothing else defines it. */
  #isProvided(name: string): boolean {
    if (this.#forcedProvides.has(name)) return true
    const symbol = this.#context.symbols.get(name)
    const isWanted = symbol === undefined ? this.#context.scriptReferences.has(name) : true
    if (!isWanted) return false
    if (symbol && (symbol.state === 'defined' || symbol.state === 'common')) return false
    this.#forcedProvides.add(name)
    return true
  }

  #moveDot(assignment: Assignment): void {
    const expression: Expression =
      assignment.operator === '='
        ? assignment.value
        : {
            kind: 'binary',
            operator: assignment.operator.slice(0, -1) as '+',
            left: { kind: 'name', name: '.', span: assignment.nameSpan },
            right: assignment.value,
            span: assignment.span,
          }
    const value = evaluate(expression, this.#scope)
    if (!value) return
    const section = this.#section
    if (!section) {
      this.#dot = absoluteOf(value)
      return
    }
    const target = value.section === undefined ? mask(section.address + value.value) : absoluteOf(value)
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
    const { statement } = output
    const savedDot = this.#dot
    const region = output.region
    const given = this.#context.sectionStarts.get(output.name)
    let isGiven = false
    if (given !== undefined) {
      this.#dot = given
      isGiven = true
    } else if (statement?.address) {
      const value = evaluate(statement.address, this.#scope)
      if (value) this.#dot = absoluteOf(value)
      isGiven = true
    } else if (output.hasExplicitAddress) {
      this.#dot = 0n
      isGiven = true
    } else if (region) this.#dot = region.current
    const isAllocated = (output.flags & SHF_ALLOC) !== 0
    if (output.isIgnored) {
      this.#runItems(output, mask(alignUp(this.#dot, BigInt(output.alignment))))
      this.#dot = savedDot
      return
    }
    let alignment = output.alignment
    if (statement?.alignment) {
      const value = evaluate(statement.alignment, this.#scope)
      if (value) alignment = Math.max(alignment, Number(absoluteOf(value)))
    }
    const start = this.#context.isRelocatable && !isGiven ? 0n : alignUp(this.#dot, BigInt(alignment))
    if (isGiven && start !== this.#dot && this.#isFinal && statement?.address)
      this.#context.sink.warn(
        'section-moved',
        `the start of section ${output.name} is moved by ${start - this.#dot} bytes to its alignment of ${alignment}`,
        statement.address.span,
      )
    if (output.alignment !== alignment) output.alignment = alignment
    const fillStart = this.#dot
    this.#runItems(output, start)
    this.#loadAddress(output, fillStart, isAllocated)
    const isTlsBss = (output.flags & SHF_TLS) !== 0 && output.type === SHT_NOBITS
    if (!isAllocated || this.#context.isRelocatable) {
      this.#dot = savedDot
      return
    }
    if (isTlsBss) this.#dot = start
    if (region) this.#advance(region, output, this.#dot)
    const { loadRegion } = output
    if (loadRegion && loadRegion !== region && output.type !== SHT_NOBITS)
      this.#advance(loadRegion, output, output.loadAddress + BigInt(output.sizeInBytes))
    this.#previous = output
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
    for (const item of output.items) {
      switch (item.kind) {
        case 'input': {
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
            this.#dot = before
            if (after - before > 0x7fff_ffff_ffffn) this.#dot = after
            else pad(after)
          } else this.#assign(item.assignment)
          break
        case 'assert':
          this.#assert(item.assertion)
          break
      }
    }
    this.#section = undefined
    const size = Number(this.#dot - start)
    if (size !== output.sizeInBytes) this.#hasChanged = true
    output.sizeInBytes = size
    // Space that only the script makes is memory of the program.
    if (size > 0 && output.type === 0) {
      output.type = output.items.some((item) => item.kind === 'data' || item.kind === 'bytes') ? SHT_PROGBITS : SHT_NOBITS
      output.flags |= SHF_ALLOC | (output.type === SHT_NOBITS ? SHF_WRITE : 0)
    }
  }

  #fillBytes(fill: FillExpression): Uint8Array {
    if (fill.bytes) return fill.bytes
    const value = evaluate(fill.expression, this.#scope)
    const number = Number(BigInt.asUintN(32, value ? absoluteOf(value) : 0n))
    return Uint8Array.of(number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255)
  }

  /** Manual §3.6.8.2 "Output Section LMA". */
  #loadAddress(output: OutputSection, _before: bigint, isAllocated: boolean): void {
    const { statement, loadRegion, region } = output
    const previous = this.#previous
    let address = output.address
    if (statement?.loadAddress) {
      const value = evaluate(statement.loadAddress, this.#scope)
      if (value) address = absoluteOf(value)
    } else if (loadRegion && loadRegion !== region) {
      address = loadRegion.current
      if (statement?.alignWithInput) address = alignUp(address, BigInt(output.alignment))
      else address = alignUp(address, BigInt(output.alignment))
    } else if (isAllocated && previous && previous.region === region && !this.#context.isRelocatable) {
      address = mask(output.address + previous.loadAddress - previous.address)
      // Sections that go back over each other are loaded one behind the other.
      if (output.address < previous.address + BigInt(previous.sizeInBytes) && previous.loadAddress !== previous.address)
        address = mask(previous.loadAddress + BigInt(previous.sizeInBytes))
    }
    if (address !== output.loadAddress) this.#hasChanged = true
    output.loadAddress = address
  }

  #advance(region: MemoryRegionState, output: OutputSection, to: bigint): void {
    region.current = to
    const used = to - region.origin
    if (used > region.used) region.used = used
    if (this.#isFinal && (to < region.origin || used > region.length) && !region.hasOverflowed) {
      region.hasOverflowed = true
      const over = used - region.length
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
    const top = inputs.toSorted((a, b) => b.sizeInBytes - a.sizeInBytes).slice(0, 3)
    return top.map((section) => ({ message: `${section.sizeInBytes} bytes are ${section.name} of ${section.object.displayName}` }))
  }

  /** DATA_SEGMENT_ALIGN and its kin, manual §3.10.9. */
  #dataSegment(kind: 'align' | 'relro-end' | 'end', operands: readonly bigint[]): bigint {
    const segment = this.dataSegment
    const dot = this.#dot
    if (kind === 'align') {
      const [maxPage = 1n, commonPage = 1n] = operands
      segment.maxPageSize = maxPage
      segment.commonPageSize = commonPage
      if (segment.phase === 'adjust' || segment.phase === 'done') return segment.base
      segment.phase = 'align-seen'
      segment.minBase = alignUp(dot, maxPage)
      segment.base = segment.minBase + (dot & (maxPage - 1n))
      return segment.base
    }
    if (kind === 'relro-end') {
      const [offset = 0n, end = 0n] = operands
      segment.relroOffset = offset
      if (segment.phase === 'adjust' || segment.phase === 'done') return alignUp(end + offset, segment.commonPageSize) - offset
      segment.phase = 'relro-seen'
      segment.relroEnd = mask(end + offset)
      // Without RELRO the word does nothing.
      return end
    }
    const [end = 0n] = operands
    if (segment.phase === 'align-seen' || segment.phase === 'relro-seen') {
      segment.end = end
      if (segment.phase === 'align-seen') segment.phase = 'end-seen'
    }
    return end
  }

  /** Moves the data segment once its extent is known: to the page end for RELRO, or back where that saves a page. */
  #adjustDataSegment(): boolean {
    const segment = this.dataSegment
    if (segment.phase === 'relro-seen' && this.#context.isRelro) {
      const page = segment.commonPageSize
      const end = alignUp(segment.relroEnd, page)
      const base = mask(segment.base + (end - segment.relroEnd))
      segment.base = base
      segment.phase = 'adjust'
      return true
    }
    if (segment.phase === 'end-seen') {
      const page = segment.commonPageSize
      const first = (page - (segment.base & (page - 1n))) & (page - 1n)
      const last = segment.end & (page - 1n)
      if (first > 0n && last > 0n && (segment.base & ~(page - 1n)) !== (segment.end & ~(page - 1n)) && first + last <= page) {
        segment.base = alignUp(segment.base, page)
        segment.phase = 'adjust'
        return true
      }
    }
    return false
  }
}

/** Where a defined symbol is, as the script sees it. */
export function symbolAddress(symbol: LinkSymbol): Value | undefined {
  if (symbol.output) return { value: symbol.value, section: symbol.output }
  const { section } = symbol
  if (!section) return { value: symbol.value, section: 'abs' }
  if (section.merged) {
    const { holder } = section.merged
    if (!holder.output) return undefined
    return { value: mask(BigInt(section.merged.map(Number(symbol.value))) + BigInt(holder.offset)), section: holder.output }
  }
  if (!section.output) return { value: 0n, section: 'abs' }
  return { value: mask(symbol.value + BigInt(section.offset)), section: section.output }
}
