// The object: sections, symbols, relocations and groups as the file format has them.
// Enters: resolved sections and the symbol table. Leaves: an ElfObject. gABI ch. 4; the order of symbols and sections is
// GNU as's: in the order in which they were first named, locals first; groups before other sections.

import {
  type ElfGroup,
  type ElfObject,
  type ElfSection,
  type ElfSymbol,
  EM_386,
  EM_IAMCU,
  EM_X86_64,
  RelocationTable,
  SHF_GROUP,
  SHF_TLS,
  SHN_ABS,
  SHN_COMMON,
  SHN_UNDEF,
  SHN_X86_64_LCOMMON,
  SHT_GROUP,
  STB_GLOBAL,
  STB_GNU_UNIQUE,
  STB_LOCAL,
  STB_WEAK,
  STT_FILE,
  STT_NOTYPE,
  STT_SECTION,
  STT_TLS,
} from '@kernelbox/elf'
import type { Assembler } from './assembler.ts'
import { Evaluation } from './expression.ts'
import { type FragmentChain, partBranch } from './fragments.ts'
import { labelAddress } from './label-address.ts'
import { addressKnowledge } from './relax.ts'
import type { ResolvedSection } from './resolve.ts'
import type { Section } from './sections.ts'
import { type AsmSymbol, symbolAbsolute, symbolCommon, symbolEquated, symbolLabel, symbolRegister, symbolUndefined } from './symbols.ts'
import { versioned } from './versions.ts'

const emptySection: ElfSection = {
  name: '',
  type: 0,
  flags: 0,
  address: 0n,
  sizeInBytes: 0,
  contents: new Uint8Array(0),
  alignment: 0,
  entrySize: 0,
  link: 0,
  info: 0,
  relocations: undefined,
}

export function buildObject(a: Assembler, resolved: readonly ResolvedSection[]): ElfObject {
  const isX8664 = a.is64BitObject || a.options.x32 === true
  const evaluation = new Evaluation(addressKnowledge(), true)
  const sections: ElfSection[] = [{ ...emptySection }]
  const groups: ElfGroup[] = []
  const groupBySignature = new Map<string, ElfGroup>()
  for (const { section } of resolved) {
    if (!section.group || groupBySignature.has(section.group.signature)) continue
    const group: ElfGroup = { section: sections.length, signature: section.group.signature, isComdat: section.group.isComdat, members: [] }
    groupBySignature.set(group.signature, group)
    groups.push(group)
    sections.push({ ...emptySection, name: '.group', type: SHT_GROUP, alignment: 4, entrySize: 4 })
  }
  const indexOf = new Map<Section, number>()
  for (const { section, contents } of resolved) {
    indexOf.set(section, sections.length)
    if (section.group) groupBySignature.get(section.group.signature)?.members.push(sections.length)
    sections.push({
      name: section.name,
      type: section.type,
      flags: (section.flags | (section.group ? SHF_GROUP : 0)) >>> 0,
      address: 0n,
      sizeInBytes: section.sizeInBytes,
      contents,
      alignment: 2 ** section.alignmentPower,
      entrySize: section.entrySize,
      link: 0,
      info: section.info,
      relocations: undefined,
    })
  }
  const locals: ElfSymbol[] = []
  const others: ElfSymbol[] = []
  const localIndexes = new Map<AsmSymbol, number>()
  const versions: ElfSymbol[] = []
  const otherIndexes = new Map<AsmSymbol, number>()
  const signatures = new Map(groups.map((g) => [g.signature, g]))
  for (const symbol of symbolsInOrder(a)) {
    if (symbol.isFile) {
      locals.push({ name: symbol.name, value: 0n, sizeInBytes: 0n, binding: STB_LOCAL, type: STT_FILE, visibility: 0, section: SHN_ABS })
      continue
    }
    if (symbol.sectionOf) {
      if (!symbol.isUsedInRelocation) continue
      localIndexes.set(symbol, locals.length + 1)
      locals.push({
        name: '',
        value: 0n,
        sizeInBytes: 0n,
        binding: STB_LOCAL,
        type: STT_SECTION,
        visibility: 0,
        section: indexOf.get(symbol.sectionOf) ?? 0,
      })
      continue
    }
    let elf = elfSymbol(a, symbol, evaluation, indexOf)
    if (!elf) continue
    if (symbol.versionNames) {
      const entry = versioned(symbol, elf)
      elf = entry.own
      for (const other of entry.others) versions.push(other)
    }
    if (elf.binding === STB_LOCAL) {
      localIndexes.set(symbol, locals.length + 1)
      locals.push(elf)
    } else {
      otherIndexes.set(symbol, others.length)
      others.push(elf)
    }
    signatures.delete(symbol.name)
  }
  for (const other of versions) others.push(other)
  for (const group of signatures.values()) {
    locals.push({
      name: group.signature,
      value: 0n,
      sizeInBytes: 0n,
      binding: STB_LOCAL,
      type: STT_NOTYPE,
      visibility: 0,
      section: group.section,
    })
  }
  // FILE symbols come first.
  const symbols: ElfSymbol[] = [{ name: '', value: 0n, sizeInBytes: 0n, binding: 0, type: 0, visibility: 0, section: 0 }]
  const fileCount = locals.filter((s) => s.type === STT_FILE).length
  const order: number[] = []
  if (fileCount > 0) {
    locals.forEach((s, i) => s.type === STT_FILE && order.push(i))
    locals.forEach((s, i) => s.type !== STT_FILE && order.push(i))
  }
  const moved = new Map<number, number>()
  if (fileCount > 0)
    order.forEach((from, to) => {
      moved.set(from + 1, to + 1)
      symbols.push(locals[from] as ElfSymbol)
    })
  else for (const local of locals) symbols.push(local)
  const firstGlobal = symbols.length
  for (const other of others) symbols.push(other)
  const symbolIndex = (symbol: AsmSymbol): number => {
    const local = localIndexes.get(symbol)
    if (local !== undefined) return moved.get(local) ?? local
    const other = otherIndexes.get(symbol)
    return other === undefined ? 0 : firstGlobal + other
  }
  for (const { section, relocations } of resolved) {
    if (relocations.offsets.length === 0) continue
    const table = new RelocationTable()
    for (let i = 0; i < relocations.offsets.length; i++) {
      const symbol = relocations.symbols[i]
      table.add(
        relocations.offsets[i] as number,
        relocations.types[i] as number,
        symbol ? symbolIndex(symbol) : 0,
        relocations.addends[i] as bigint,
      )
    }
    ;(sections[indexOf.get(section) as number] as ElfSection).relocations = table
  }
  for (const { section } of resolved) {
    if (section.linkedSection) (sections[indexOf.get(section) as number] as ElfSection).link = indexOf.get(section.linkedSection) ?? 0
    if (section.linkedTo === undefined || section.linkedTo === '') continue
    const target = a.symbols.find(section.linkedTo)
    const targetSection = target?.kind === symbolLabel ? target.chain?.section : undefined
    if (targetSection) (sections[indexOf.get(section) as number] as ElfSection).link = indexOf.get(targetSection) ?? 0
  }
  return {
    class: a.is64BitObject && !a.options.x32 ? 64 : 32,
    machine: isX8664 ? EM_X86_64 : a.options.arch?.startsWith('iamcu') ? EM_IAMCU : EM_386,
    flags: 0,
    sections,
    symbols,
    groups,
  }
}

/**
 * Symbols in the order of the table: as first named; but labels that begin with .L from their second mention on, or as
 * relocations need them, and the latter also for symbols of sections that share their name with an earlier one: GNU as
 * gives those an entry only then.
 */
function symbolsInOrder(a: Assembler): AsmSymbol[] {
  const order: { symbol: AsmSymbol; key: number }[] = []
  const late: AsmSymbol[] = []
  const sectionNames = new Set<string>()
  const { all } = a.symbols
  // Those of the command line come before the sections', the last one first.
  const ofCommandLine = new Set((a.options.definedSymbols ?? []).map(({ name }) => a.symbols.find(name)))
  for (let s = 0; s < all.length; s++) {
    const symbol = all[s] as AsmSymbol
    if (ofCommandLine.size > 0 && ofCommandLine.has(symbol)) {
      order.push({ symbol, key: -1 - symbol.id })
      continue
    }
    // With -L names that begin with .L are like others from the beginning.
    if (a.options.keepLocals && symbol.isTemporary && symbol.name.startsWith('.L')) {
      order.push({ symbol, key: symbol.id })
      continue
    }
    if (symbol.convertedAt >= 0) {
      if (symbol.relocationOrder >= 0 || isGiven(symbol)) order.push({ symbol, key: symbol.convertedAt - 0.5 })
      continue
    }
    const isLate = symbol.sectionOf ? sectionNames.has(symbol.sectionOf.name) : symbol.isTemporary && !symbol.isFile && !isGiven(symbol)
    if (symbol.sectionOf?.symbol === symbol) sectionNames.add(symbol.sectionOf.name)
    if (isLate && symbol.relocationOrder >= 0) late.push(symbol)
    else if (!isLate) order.push({ symbol, key: symbol.id })
  }
  order.sort((x, y) => x.key - y.key || x.symbol.conversion - y.symbol.conversion)
  // First targets of branches, which are looked at when sizes are found; then symbols of sections, when fixups are
  // adjusted; the other labels when the rest is written.
  const stages = new Map<AsmSymbol, number>()
  for (const symbol of late) stages.set(symbol, symbol.sectionOf ? 0 : 1)
  let branches = late.some((symbol) => !symbol.sectionOf) ? -0x7fffffff : 0
  if (branches < 0) {
    for (const section of a.sections.all) {
      for (const chain of section.chains) {
        for (let i = 0; i < chain.count; i++) {
          const target = chain.kinds[i] === partBranch ? chain.symbols[i] : undefined
          if (target && (stages.get(target) ?? -1) >= 0) stages.set(target, branches++)
        }
      }
    }
  }
  late.sort((x, y) => (stages.get(x) as number) - (stages.get(y) as number) || x.relocationOrder - y.relocationOrder)
  return [...order.map(({ symbol }) => symbol), ...late]
}

/** Of a .L name: something makes it known outside all the same. */
const isGiven = (symbol: AsmSymbol) => symbol.isGlobal || symbol.isWeak

/** The symbol's entry, or undefined where it has none. */
function elfSymbol(a: Assembler, symbol: AsmSymbol, evaluation: Evaluation, indexOf: ReadonlyMap<Section, number>): ElfSymbol | undefined {
  const isVisible = symbol.isGlobal || symbol.isWeak || symbol.isUnique
  if (symbol.kind === symbolRegister) return undefined
  if (symbol.kind === symbolUndefined) {
    // GNU as writes what is undefined as soon as an expression has named it, whatever became of the expression.
    // But not what is only said to be weak.
    const isOnlyWeak = symbol.isWeak && !symbol.isMentioned && !symbol.name.startsWith('.L')
    const isReferenced = symbol.isUsedInRelocation || (!isOnlyWeak && (symbol.isUsed || symbol.isMentioned || symbol.isWeak))
    if (!isReferenced || symbol.weakrefTarget) return undefined
    const isWeak = symbol.isWeak || (symbol.isWeakrefTarget && !symbol.isMentioned && !symbol.isGlobal)
    return {
      name: symbol.name,
      value: 0n,
      sizeInBytes: sizeOf(a, symbol, evaluation),
      binding: isWeak ? STB_WEAK : STB_GLOBAL,
      type: symbol.type ?? STT_NOTYPE,
      visibility: symbol.visibility,
      section: SHN_UNDEF,
    }
  }
  if (symbol.isTemporary && !isVisible && !symbol.isUsedInRelocation && !(a.options.keepLocals && symbol.name.startsWith('.L')))
    return undefined
  if (a.options.stripLocalAbsolute && symbol.kind === symbolAbsolute && !isVisible && !symbol.isFile && !symbol.isUsedInRelocation)
    return undefined
  let section = SHN_ABS
  let value = 0n
  let type = symbol.type
  if (symbol.kind === symbolCommon) {
    return {
      name: symbol.name,
      value: BigInt(symbol.commonAlignment),
      sizeInBytes: symbol.commonSize,
      binding: STB_GLOBAL,
      type: type ?? STT_NOTYPE,
      visibility: symbol.visibility,
      section: symbol.isLargeCommon && a.is64BitObject ? SHN_X86_64_LCOMMON : SHN_COMMON,
    }
  }
  if (symbol.kind === symbolAbsolute) value = symbol.value
  else if (symbol.kind === symbolLabel) {
    const owner = (symbol.chain as FragmentChain).section
    section = indexOf.get(owner) ?? SHN_UNDEF
    value = BigInt(labelAddress(symbol))
    if (owner.flags & SHF_TLS) type = STT_TLS
  } else if (symbol.kind === symbolEquated) {
    const resolved = evaluation.ofSymbol(symbol)
    if (!resolved || resolved.sub) {
      const { fault } = evaluation
      // Another name of a register.
      if (fault?.kind === 'register') return undefined
      a.report({
        code: 'invalid-expression',
        severity: 'error',
        message:
          fault?.kind === 'loop'
            ? `the value of '${symbol.name}' depends on itself`
            : `the value of '${symbol.name}' cannot be expressed in an object file`,
        ...(symbol.definedIn >= 0 && {
          notes: [{ message: 'it is given its value here', span: a.spanOf(symbol.definedIn, symbol.definedAt) }],
        }),
      })
      return undefined
    }
    const target = resolved.add
    value = resolved.constant
    if (target?.kind === symbolLabel) {
      const owner = (target.chain as FragmentChain).section
      section = indexOf.get(owner) ?? SHN_UNDEF
      value += BigInt(labelAddress(target))
      type ??= target.type
      if (owner.flags & SHF_TLS) type = STT_TLS
    } else if (target?.kind === symbolUndefined) {
      // Another name for what is elsewhere: the file knows only that one's own.
      return undefined
    } else if (target) {
      if (!symbol.isUsedInRelocation && !isVisible && !symbol.isUsed) return undefined
      return {
        name: symbol.name,
        value: 0n,
        sizeInBytes: sizeOf(a, symbol, evaluation),
        binding: symbol.isWeak ? STB_WEAK : STB_GLOBAL,
        type: type ?? STT_NOTYPE,
        visibility: symbol.visibility,
        section: SHN_COMMON,
      }
    }
  }
  const binding = symbol.isUnique ? STB_GNU_UNIQUE : symbol.isWeak ? STB_WEAK : symbol.isGlobal && !symbol.isLocal ? STB_GLOBAL : STB_LOCAL
  const bits = a.is64BitObject && !a.options.x32 ? 64 : 32
  return {
    name: symbol.name,
    value: BigInt.asUintN(bits, value),
    sizeInBytes: sizeOf(a, symbol, evaluation),
    binding,
    type: type ?? STT_NOTYPE,
    visibility: symbol.visibility,
    section,
  }
}

function sizeOf(a: Assembler, symbol: AsmSymbol, evaluation: Evaluation): bigint {
  if (!symbol.size && symbol.isForwardAlias && symbol.expression) {
    const target = evaluation.evaluate(symbol.expression)?.add
    if (target && target !== symbol && target.size) return sizeOf(a, target, evaluation)
  }
  if (!symbol.size) return 0n
  const value = evaluation.evaluate(symbol.size)
  if (value && !value.add && !value.sub) return BigInt.asUintN(64, value.constant)
  a.report({
    code: 'invalid-expression',
    severity: a.options.hasLenientSizes ? 'warning' : 'error',
    message: `the size of '${symbol.name}' is not a number`,
  })
  return 0n
}
