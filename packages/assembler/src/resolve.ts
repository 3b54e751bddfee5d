// Fixups become bytes or relocations. Enters: sections with addresses. Leaves: contents and, per section, relocations
// that still name AsmSymbols. Psabi: i386 keeps addends in the contents (REL), x86-64 in the relocation (RELA).

import type { DiagnosticNote } from '@kernelbox/diagnostics'
import { SHF_MERGE, SHF_TLS, SHT_NOBITS, STT_GNU_IFUNC, STT_TLS } from '@kernelbox/elf'
import type { Assembler } from './assembler.ts'
import type { ExplicitRelocation } from './directives/relocation.ts'
import { Evaluation, type Expression, type Linear, writtenSymbol } from './expression.ts'
import {
  type AlignDetail,
  branchIn64BitCode,
  branchOverJump,
  branchWidthMask,
  type DeferredPart,
  type FillDetail,
  fixupBranch,
  fixupData,
  fixupIn64BitCode,
  fixupPcRelative,
  fixupSigned,
  type FixupTable,
  type FragmentChain,
  type OrgDetail,
  type PaddingDetail,
  partAlign,
  partBranch,
  partBundle,
  partDeferred,
  partFill,
  partLeb128,
  partNone,
  partOrg,
  partPadding,
} from './fragments.ts'
import { writeCodePadding } from './nops/code-padding.ts'
import { labelAddress } from './label-address.ts'
import { addressKnowledge, lebBytes, lebDetail, lebDistance, type Relaxation } from './relax.ts'
import { relocationOperators } from './relocation-operators.ts'
import { isTlsOperator, needsSymbol, operatorMisfit, relocationType } from './relocation-types.ts'
import type { Section } from './sections.ts'
import { addressTooLarge, inexpressible } from './value-advice.ts'
import { type AsmSymbol, symbolAbsolute, symbolEquated, symbolLabel } from './symbols.ts'

/** A section's bytes and its relocations, in the order in which they are written. */
export interface ResolvedSection {
  readonly section: Section
  readonly contents: Uint8Array
  readonly relocations: PendingRelocations
}

export class PendingRelocations {
  readonly offsets: number[] = []
  readonly types: number[] = []
  /** Undefined: no symbol. */
  readonly symbols: (AsmSymbol | undefined)[] = []
  readonly addends: bigint[] = []

  readonly #order: { next: number }

  constructor(order: { next: number }) {
    this.#order = order
  }

  add(offset: number, type: number, symbol: AsmSymbol | undefined, addend: bigint): void {
    this.offsets.push(offset)
    this.types.push(type)
    this.symbols.push(symbol)
    this.addends.push(addend)
    if (symbol && symbol.relocationOrder < 0) {
      symbol.isUsedInRelocation = true
      symbol.relocationOrder = this.#order.next++
    }
  }

  /** `.reloc`'s own, in their order, each behind the others up to its offset: as GNU as puts them. */
  mergedWith(explicit: PendingRelocations): PendingRelocations {
    const merged = new PendingRelocations(this.#order)
    const take = (from: PendingRelocations, i: number): void =>
      merged.add(from.offsets[i] as number, from.types[i] as number, from.symbols[i], from.addends[i] as bigint)
    let next = 0
    for (let i = 0; i < explicit.offsets.length; i++) {
      while (next < this.offsets.length && (this.offsets[next] as number) <= (explicit.offsets[i] as number)) take(this, next++)
      take(explicit, i)
    }
    while (next < this.offsets.length) take(this, next++)
    return merged
  }
}

const oneByteNop = 0x90
const operatorPlt = relocationOperators.indexOf('PLT')
const operatorSize = relocationOperators.indexOf('SIZE')

export class Resolver {
  readonly #assembler: Assembler
  readonly #relaxation: Relaxation
  readonly #evaluation = new Evaluation(addressKnowledge(), true)
  readonly #isX8664: boolean
  readonly #relaxRelocations: boolean
  readonly #is16BitAtEnd: boolean
  /** -L: names that begin with .L are like others. */
  readonly #keepsLocals: boolean
  readonly #order = { next: 0 }

  constructor(assembler: Assembler, relaxation: Relaxation, isX8664: boolean) {
    this.#assembler = assembler
    this.#relaxation = relaxation
    this.#isX8664 = isX8664
    this.#relaxRelocations = assembler.options.relaxRelocations !== false
    this.#is16BitAtEnd = assembler.mode === 16
    this.#keepsLocals = assembler.options.keepLocals === true
  }

  resolve(section: Section): ResolvedSection {
    const hasContents = section.type !== 8
    const contents = new Uint8Array(hasContents ? section.sizeInBytes : 0)
    const relocations = new PendingRelocations(this.#order)
    if (hasContents) for (const chain of section.chains) this.#copy(chain, contents)
    for (const chain of section.chains) this.#fixups(chain, contents, relocations)
    for (const chain of section.chains) this.#branches(chain, contents, relocations)
    const explicit = new PendingRelocations(this.#order)
    for (const one of this.#assembler.explicitRelocations) {
      if (one.chain.section === section) this.#explicit(one, contents, explicit)
    }
    return { section, contents, relocations: explicit.offsets.length > 0 ? relocations.mergedWith(explicit) : relocations }
  }

  #explicit(explicit: ExplicitRelocation, contents: Uint8Array, relocations: PendingRelocations): void {
    const { chain, type, source, at: place } = explicit
    const offset = this.#evaluation.evaluate(explicit.offset)
    let at: number | undefined
    if (offset && !offset.add && !offset.sub) {
      at = Number(offset.constant)
      // GNU as counts such a number from the section's symbol, which gets an entry.
      if (chain.section.symbol) chain.section.symbol.isUsedInRelocation = true
    } else if (offset?.add?.kind === symbolLabel && !offset.sub && offset.add.chain?.section === chain.section) {
      at = labelAddress(offset.add) + Number(offset.constant)
    }
    if (at === undefined || at < 0 || at > chain.section.sizeInBytes) {
      this.#error(source, place, 'reloc-offset', 'the offset must be a place in this section')
      return
    }
    const value = explicit.value ? this.#evaluation.evaluate(explicit.value) : { add: undefined, sub: undefined, constant: 0n }
    if (!value || value.sub) {
      this.#refuse(source, place, value)
      return
    }
    if (this.#isX8664) relocations.add(at, type, value.add, value.constant)
    else {
      relocations.add(at, type, value.add, 0n)
      if (value.constant !== 0n) this.#patchBig(contents, at, 4, value.constant)
    }
  }

  #copy(chain: FragmentChain, contents: Uint8Array): void {
    const { count, starts, kinds, addresses, sizes, data } = chain
    for (let i = 0; i < count; i++) {
      const start = starts[i] as number
      const end = i + 1 < count ? (starts[i + 1] as number) : chain.length
      const address = addresses[i] as number
      // Fixed parts are short: a loop beats a view for most of them.
      if (end - start < 64) for (let k = start, to = address; k < end; k++, to++) contents[to] = data[k] as number
      else contents.set(data.subarray(start, end), address)
      const kind = kinds[i] as number
      const size = sizes[i] as number
      if (kind === partNone || size === 0 || kind === partBranch) continue
      this.#fill(chain, i, kind, contents, address + end - start, size)
    }
  }

  #fill(chain: FragmentChain, i: number, kind: number, contents: Uint8Array, at: number, size: number): void {
    const detail = chain.details[i]
    switch (kind) {
      case partAlign: {
        const align = detail as AlignDetail | undefined
        if (align?.style) writeCodePadding(contents, at, size, this.#is16BitAtEnd ? 'lea16' : align.style)
        else if (align?.fill) {
          const { fill } = align
          const odd = size % fill.length
          for (let k = odd; k < size; k++) contents[at + k] = fill[(k - odd) % fill.length] as number
        }
        return
      }
      case partBundle:
        contents.fill(oneByteNop, at, at + size)
        return
      case partPadding: {
        const { role, style, prefix } = detail as PaddingDetail
        const isNops = role === 'branch' || (role === 'fusible' && !this.#relaxation.takesPrefixes(chain, i))
        if (isNops) writeCodePadding(contents, at, size, this.#is16BitAtEnd ? 'lea16' : style)
        else contents.fill(prefix, at, at + size)
        return
      }
      case partFill: {
        const fill = detail as FillDetail
        if (fill.make) contents.set(fill.make(size), at)
        else if (fill.pattern.length === 1) contents.fill(fill.pattern[0] as number, at, at + size)
        else for (let k = 0; k < size; k++) contents[at + k] = fill.pattern[k % fill.pattern.length] as number
        return
      }
      case partOrg:
        contents.fill((detail as OrgDetail).fill, at, at + size)
        return
      case partLeb128: {
        const distance = lebDistance(chain, i)
        if (distance >= 0) {
          let rest = distance
          for (let i = 0; i < size - 1; i++) {
            contents[at + i] = (rest % 128) + 128
            rest = Math.floor(rest / 128)
          }
          contents[at + size - 1] = rest
          return
        }
        const { value } = lebDetail(chain, i)
        let number = value.kind === 'constant' ? value.value : 0n
        if (value.kind !== 'constant') {
          const linear = this.#evaluation.evaluate(value)
          const base = linear?.add?.kind === symbolLabel ? BigInt(labelAddress(linear.add)) : 0n
          number = base + (linear?.constant ?? 0n)
        }
        contents.set(lebBytes(number, chain.a[i] === 1, size), at)
        return
      }
      case partDeferred:
        contents.set((detail as DeferredPart).bytes(labelAddress, size), at)
    }
  }

  #branches(chain: FragmentChain, contents: Uint8Array, relocations: PendingRelocations): void {
    const { count, kinds, starts, addresses, sizes } = chain
    for (let i = 0; i < count; i++) {
      if (kinds[i] !== partBranch) continue
      const fixed = (starts[i + 1] as number) - (starts[i] as number)
      const at = (addresses[i] as number) + fixed
      const size = sizes[i] as number
      const opcode = chain.a[i] as number
      const symbol = chain.symbols[i]
      const addend = chain.r[i] as number
      let fieldAt: number
      if (size === 2) {
        contents[at] = opcode === 16 ? 0xeb : 0x70 + (opcode & 15)
        fieldAt = at + 1
      } else if (opcode === 16) {
        contents[at] = 0xe9
        fieldAt = at + 1
      } else if (opcode >= branchOverJump) {
        contents[at] = 0x70 + ((opcode & 15) ^ 1)
        contents[at + 1] = 1 + ((chain.b[i] as number) & branchWidthMask)
        contents[at + 2] = 0xe9
        fieldAt = at + 3
      } else {
        contents[at] = 0x0f
        contents[at + 1] = 0x80 + opcode
        fieldAt = at + 2
      }
      const width = size === 2 ? 1 : (chain.b[i] as number) & branchWidthMask
      let to = this.#relaxation.targetAddress(chain, i)
      const target = Number.isNaN(to) ? this.#relaxation.branchTarget(chain, i) : undefined
      if (target) {
        to = labelAddress(target) + addend
        if (symbol !== target && symbol) to += Number(this.#evaluation.ofSymbol(symbol)?.constant ?? 0n)
      }
      if (!Number.isNaN(to)) {
        const distance = to - (at + size)
        // Jumps of 16-bit code wrap at 64 KB, those of 32-bit code at 4 GB, as the processor does.
        if (width === 4 && this.#isX8664 && (distance > 0x7fffffff || distance < -0x80000000)) {
          const flags = fixupPcRelative | fixupSigned
          this.#checkWidth(BigInt(distance), width, flags, chain.sources[i] as number, chain.places[i] as number)
        }
        this.#patch(contents, fieldAt, width, distance)
        continue
      }
      const value = symbol ? this.#evaluation.ofSymbol(symbol) : { add: undefined, sub: undefined, constant: 0n }
      if (!value || value.sub) {
        this.#refuse(chain.sources[i] as number, chain.places[i] as number, value)
        continue
      }
      const linear: Linear = { ...value, constant: value.constant + BigInt(addend) }
      // The emitter's own symbol for an expression.
      const isMadeUp = symbol?.kind === symbolEquated && symbol.definedIn < 0
      const isBeginning = addend === 0 && !isMadeUp
      // Only the beginning of a function has a PLT entry.
      const flags = fixupPcRelative | (isBeginning && value.add && ((chain.b[i] as number) & branchIn64BitCode) !== 0 ? fixupBranch : 0)
      this.#relocate(
        chain,
        contents,
        relocations,
        fieldAt,
        width,
        flags,
        chain.operators[i] as number,
        linear,
        isMadeUp ? undefined : symbol,
        width,
        chain.sources[i] as number,
        chain.places[i] as number,
        false,
      )
    }
  }

  #fixups(chain: FragmentChain, contents: Uint8Array, relocations: PendingRelocations): void {
    const { fixups } = chain
    for (let i = 0; i < fixups.count; i++) {
      const fragment = fixups.fragments[i] as number
      const at = (chain.addresses[fragment] as number) + (fixups.offsets[i] as number) - (chain.starts[fragment] as number)
      this.#fixup(chain, fixups, i, at, contents, relocations)
    }
  }

  #fixup(chain: FragmentChain, fixups: FixupTable, i: number, at: number, contents: Uint8Array, relocations: PendingRelocations): void {
    let flags = fixups.flags[i] as number
    const size = fixups.sizes[i] as number
    const operator = fixups.operators[i] as number
    const source = fixups.sources[i] as number
    const place = fixups.places[i] as number
    const tail = fixups.tails[i] as number
    const addend = fixups.addends[i] as number
    const tree = fixups.expressions[i]
    const symbol = tree ? undefined : fixups.add[i]
    const sub = tree ? undefined : fixups.sub[i]
    const written = tree ? writtenSymbol(tree) : symbol
    // Only the beginning of a function has a PLT entry.
    if (tree ? tree.kind !== 'symbol' : addend !== 0) flags &= ~fixupBranch
    const isRelative = (flags & fixupPcRelative) !== 0
    // The common case without an object: a label of this section, relative to it.
    if (
      symbol &&
      !sub &&
      operator === 0 &&
      isRelative &&
      symbol.kind === symbolLabel &&
      symbol.chain?.section === chain.section &&
      !this.#isExternal(symbol)
    ) {
      this.#value(
        chain,
        contents,
        at,
        size,
        labelAddress(symbol) + addend - (at + tail),
        flags,
        source,
        place,
        fixups.divisors[i] as number,
      )
      return
    }
    if (symbol && sub && operator === 0 && !isRelative && this.#difference(fixups, i, symbol, sub, chain, at, contents)) return
    if (operator === operatorSize) {
      const known = this.#symbolSize(tree ?? { kind: 'linear', add: symbol, sub, addend: BigInt(addend) })
      if (known !== undefined) {
        this.#constant(chain, contents, at, size, known, flags, source, place, 1)
        return
      }
    }
    if (operator !== 0 && symbol?.kind === symbolAbsolute && !sub && !isRelative) {
      this.#relocate(
        chain,
        contents,
        relocations,
        at,
        size,
        flags,
        operator,
        { add: symbol, sub: undefined, constant: BigInt(addend) },
        symbol,
        tail,
        source,
        place,
      )
      return
    }
    const value =
      symbol?.isPlain && !sub
        ? { add: symbol, sub: undefined, constant: BigInt(addend) }
        : this.#evaluation.evaluate(tree ?? { kind: 'linear', add: symbol, sub, addend: BigInt(addend) })
    if (!value) {
      this.#refuse(source, place, undefined)
      return
    }
    if (value.sub) {
      // A difference with this section's own place is relative to the field.
      const { sub: base } = value
      if (
        base.kind === symbolLabel &&
        base.chain?.section === chain.section &&
        !isRelative &&
        (operator === 0 || (flags & fixupData) !== 0)
      ) {
        const constant = value.constant + BigInt(at - labelAddress(base))
        const linear: Linear = { add: value.add, sub: undefined, constant }
        this.#relocate(chain, contents, relocations, at, size, flags | fixupPcRelative, operator, linear, written, 0, source, place)
        return
      }
      this.#refuse(source, place, value)
      return
    }
    if (!value.add && operator === 0 && !isRelative) {
      this.#constant(chain, contents, at, size, value.constant, flags, source, place, fixups.divisors[i] as number)
      return
    }
    this.#relocate(chain, contents, relocations, at, size, flags, operator, value, written, tail, source, place)
  }

  /** Writes the distance of two labels of one section, of which debugging sections are full; false: not such, or not small. */
  #difference(
    fixups: FixupTable,
    i: number,
    add: AsmSymbol,
    sub: AsmSymbol,
    chain: FragmentChain,
    at: number,
    contents: Uint8Array,
  ): boolean {
    if (add.kind !== symbolLabel || sub.kind !== symbolLabel || add.chain?.section !== sub.chain?.section) return false
    if (add.type === STT_GNU_IFUNC || fixups.divisors[i] !== 1 || chain.section.type === SHT_NOBITS) return false
    const distance = labelAddress(add) - labelAddress(sub) + (fixups.addends[i] as number)
    const size = fixups.sizes[i] as number
    if (distance < 0 || distance > (size === 1 ? 0x7f : size === 2 ? 0x7fff : 0x7fffffff)) return false
    this.#patch(contents, at, size, distance)
    return true
  }

  /** `symbol@SIZE` where the size is known here: local symbols' sizes stand for the symbols. */
  #symbolSize(expression: Expression): bigint | undefined {
    const value = this.#evaluation.evaluate(expression)
    if (!value || (!value.add && !value.sub)) return undefined
    let result = value.constant
    for (const symbol of [value.add, value.sub]) {
      if (!symbol) continue
      if (symbol.kind !== symbolLabel || this.#isExternal(symbol)) return undefined
      const { sectionOf } = symbol
      const size = sectionOf ? BigInt(sectionOf.sizeInBytes) : symbol.size ? this.#evaluation.constant(symbol.size) : 0n
      if (size === undefined) return undefined
      result += symbol === value.add ? size : -size
    }
    return result
  }

  /** Global symbols may be replaced at link time; weak and indirect ones must be. */
  #isExternal(symbol: AsmSymbol): boolean {
    return symbol.isGlobal || symbol.isWeak || symbol.type === STT_GNU_IFUNC || symbol.isUnique
  }

  #relocate(
    chain: FragmentChain,
    contents: Uint8Array,
    relocations: PendingRelocations,
    at: number,
    size: number,
    fieldFlags: number,
    fieldOperator: number,
    value: Linear,
    written: AsmSymbol | undefined,
    tail: number,
    source: number,
    place: number,
    fieldSizeIsFixed = true,
  ): void {
    let flags = fieldFlags
    let operator = fieldOperator
    const isRelative = (flags & fixupPcRelative) !== 0
    let symbol = value.add
    let addend = value.constant
    let position = symbol?.kind === symbolLabel ? BigInt(labelAddress(symbol)) : 0n
    const inSection = symbol?.kind === symbolLabel ? (symbol.chain as FragmentChain).section : undefined
    // A local name for a place in this object stands for its section, whatever the name of the place is itself.
    let isHidden = inSection !== undefined && !written
    if (written && written !== symbol) {
      const own = this.#evaluation.ofSymbol(written)
      const isNamed = inSection
        ? own?.add === symbol && !own?.sub
        : !symbol && !written.isTemporary && (this.#isExternal(written) || isNamedNumber(written, operator))
      if (isNamed) {
        addend -= own?.constant ?? 0n
        position += own?.constant ?? 0n
        symbol = written
      } else isHidden = inSection !== undefined
    }
    const isExternal = symbol !== undefined && !isHidden && this.#isExternal(symbol)
    // A local function needs no PLT entry.
    const isNamedOutside =
      symbol !== undefined && inSection !== undefined && !isExternal && inSection !== chain.section && this.#staysNamed(symbol, inSection)
    if (operator === operatorPlt && inSection && !isExternal && !isNamedOutside) operator = 0
    if (symbol && inSection === chain.section && isRelative && operator === 0 && !isExternal) {
      this.#value(chain, contents, at, size, Number(position + addend) - (at + tail), flags, source, place, 1)
      return
    }
    // Only what may be elsewhere can need a PLT entry.
    // (What is defined behind a call of fixed size was taken for such when the call was read.)
    const wasUnknown = isNamedOutside && fieldSizeIsFixed && symbol?.definedIn === source && symbol.definedAt > place
    if (isRelative && (!symbol || (inSection && !isExternal && !wasUnknown))) flags &= ~fixupBranch
    // x32 has no other width, and in the other modes nothing is extended.
    const isExtended = (flags & fixupIn64BitCode) !== 0 && this.#assembler.is64BitObject && this.#assembler.options.x32 !== true
    // distances are distances there as well
    const isMixed = isRelative && (flags & fixupIn64BitCode) !== 0 && (!this.#isX8664 || this.#assembler.options.x32 === true)
    const misfit = (isExtended || isMixed) && operator !== 0 && size === 4 ? operatorMisfit(operator, flags, this.#isX8664) : undefined
    if (misfit !== undefined) {
      this.#error(source, place, 'relocation-misfit', misfit)
      return
    }
    if (!this.#isX8664 && size === 4 && !isRelative && operator === 0 && (flags & fixupIn64BitCode) !== 0 && (flags & fixupSigned) !== 0) {
      this.#error(
        source,
        place,
        'no-such-relocation',
        'the 32-bit object format has no relocation for a field whose sign is extended to 64 bits; write symbol(%rip)',
      )
      return
    }
    const isGot = symbol !== undefined && symbol === this.#assembler.symbols.globalOffsetTable && operator === 0
    const type = relocationType({ sizeInBytes: size, flags, operator, isGot, is64BitCode: true }, this.#isX8664, this.#relaxRelocations)
    if (type === undefined) {
      const what =
        operator === 0
          ? `${size} ${size === 1 ? 'byte' : 'bytes'}`
          : `@${relocationOperators[operator]} in ${size} ${size === 1 ? 'byte' : 'bytes'}`
      this.#error(
        source,
        place,
        'no-such-relocation',
        `the object format has no relocation for ${what}${isRelative ? ', relative to the place' : ''}`,
      )
      return
    }
    if (symbol && isTlsOperator(operator)) symbol.type = STT_TLS
    if (
      symbol &&
      inSection &&
      !isExternal &&
      this.#isAdjustable(symbol, inSection, operator, isRelative, addend, chain.section, (flags & fixupData) !== 0 || size === 8)
    ) {
      addend += position
      symbol = inSection.symbol
    }
    // GNU as looks whether short distances in x32 objects would fit, although a relocation says what they are
    if (isRelative && size < 4 && this.#assembler.options.x32)
      this.#checkWidth(addend - BigInt(at + tail), size, size === 1 ? flags & ~fixupPcRelative : flags, source, place)
    if (isRelative && (tail !== 0 || this.#isX8664)) addend -= BigInt(tail)
    if (this.#isX8664) relocations.add(at, type, symbol, addend)
    else {
      relocations.add(at, type, symbol, 0n)
      this.#patchBig(contents, at, size, addend)
      if (size > 0 && size < 4) this.#checkAddend(value.add, addend, size, source, place)
    }
  }

  #checkAddend(symbol: AsmSymbol | undefined, written: bigint, size: number, source: number, place: number): void {
    // Numbers wrap at 32 bits in the objects that have 32.
    const addend = BigInt.asIntN(32, written)
    const bits = BigInt(8 * size)
    if (addend > -(1n << bits) && addend < 1n << bits) return
    const { message, notes } = addressTooLarge(symbol, addend, size)
    this.#error(source, place, 'value-too-large', message, notes)
  }

  /** The linker may drop a section of a comdat group; a symbol with a name is then another file's. */
  #staysNamed(symbol: AsmSymbol, section: Section): boolean {
    const isDroppable = section.group?.isComdat === true || section.name.startsWith('.gnu.linkonce.')
    return isDroppable && (!symbol.isTemporary || (this.#keepsLocals && symbol.name.startsWith('.L')))
  }

  /** May the relocation be against the section? */
  #isAdjustable(
    symbol: AsmSymbol,
    section: Section,
    operator: number,
    isRelative: boolean,
    addend: bigint,
    from: Section,
    isData: boolean,
  ): boolean {
    if (needsSymbol(operator, isData)) return false
    if (section.flags & SHF_TLS) return false
    if (section !== from && this.#staysNamed(symbol, section)) return false
    // Merging moves what an address with a displacement points at (gABI: SHF_MERGE).
    return (section.flags & SHF_MERGE) === 0 || (addend === 0n && !isRelative && operator === 0)
  }

  #value(
    chain: FragmentChain,
    contents: Uint8Array,
    at: number,
    size: number,
    value: number,
    flags: number,
    source: number,
    place: number,
    divisor: number,
  ): void {
    if (size <= 2 || (this.#isX8664 && (value > 0x7fffffff || value < -0x80000000))) {
      this.#constant(chain, contents, at, size, BigInt(value), flags, source, place, divisor)
      return
    }
    this.#patch(contents, at, size, value)
  }

  /** A value that is known: checked against the field's width, then written. */
  #constant(
    _chain: FragmentChain,
    contents: Uint8Array,
    at: number,
    size: number,
    value: bigint,
    flags: number,
    source: number,
    place: number,
    divisor: number,
  ): void {
    const written = divisor > 1 ? value / BigInt(divisor) : value
    // Addresses of 32 bits wrap.
    if (size < 4 || (size === 4 && this.#isX8664)) this.#checkWidth(written, size, flags, source, place)
    this.#patchBig(contents, at, size, written)
  }

  #checkWidth(value: bigint, size: number, flags: number, source: number, place: number): void {
    const bits = BigInt(8 * size)
    const isRelative = (flags & fixupPcRelative) !== 0
    // Near calls of 16-bit code reach all of their segment, forwards or backwards.
    const isSigned =
      size === 1 ? (flags & (fixupSigned | fixupPcRelative)) !== 0 : (flags & fixupSigned) !== 0 && (size === 4 || !isRelative)
    const low = isSigned ? -(1n << (bits - 1n)) : 1n - (1n << bits)
    const high = isSigned ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n
    if (value >= low && value <= high) return
    if (isSigned && isRelative) {
      const beyond = value > high ? value - high : low - value
      const reach = size === 1 ? '-128 to +127' : '2 GB to either side'
      const distance = `${beyond} ${beyond === 1n ? 'byte' : 'bytes'} beyond the reach of this instruction (${reach}; it is ${value} away)`
      this.#error(source, place, 'branch-out-of-range', `the target is ${distance}`)
    } else this.#error(source, place, 'value-too-large', `the value ${value} does not fit in ${size} ${size === 1 ? 'byte' : 'bytes'}`)
  }

  #patch(contents: Uint8Array, at: number, size: number, value: number): void {
    if (contents.length === 0) return
    const low = value | 0
    for (let i = 0; i < size && i < 4; i++) contents[at + i] = low >> (8 * i)
    if (size > 4) for (let i = 4; i < size; i++) contents[at + i] = value < 0 ? 255 : 0
  }

  #patchBig(contents: Uint8Array, at: number, size: number, value: bigint): void {
    if (contents.length === 0) return
    for (let i = 0; i < size; i++) {
      contents[at + i] = Number(value & 255n)
      value >>= 8n
    }
  }

  #refuse(source: number, place: number, value: Linear | undefined): void {
    const { message, notes } = inexpressible(this.#evaluation.fault, value)
    this.#error(source, place, 'invalid-expression', message, notes)
  }

  #error(source: number, place: number, code: string, message: string, notes?: readonly DiagnosticNote[]): void {
    const span = this.#assembler.spanOf(source, place)
    this.#assembler.report({ code, severity: 'error', message, span, ...(notes && { notes }) })
  }
}

/** A number that a table of the linker (GOT, PLT) gets an entry for, under the name that it was given. */
function isNamedNumber(symbol: AsmSymbol, operator: number): boolean {
  return symbol.kind === symbolAbsolute && operator !== 0 && needsSymbol(operator, false)
}
