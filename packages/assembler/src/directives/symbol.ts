// Directives about symbols: binding, visibility, type, size, values, common storage. GNU as manual §7 .globl, .type, .comm.

import {
  STT_COMMON,
  STT_FUNC,
  STT_GNU_IFUNC,
  STT_NOTYPE,
  STT_OBJECT,
  STT_TLS,
  STV_HIDDEN,
  STV_INTERNAL,
  STV_PROTECTED,
} from '@kernelbox/elf'
import type { Assembler } from '../assembler.ts'
import { type AsmSymbol, symbolCommon, symbolRegister, symbolUndefined } from '../symbols.ts'
import { emitAlign } from './layout.ts'
import type { DirectiveTable } from './registry.ts'

/** The directive's operand is a list of symbols. */
function each(a: Assembler, apply: (symbol: AsmSymbol) => void): void {
  do {
    const symbol = a.readSymbol()
    if (!symbol) return
    apply(symbol)
  } while (a.takeComma() && !a.isAtEnd)
  a.expectEnd()
}

const visibility = (value: number) => (a: Assembler) =>
  each(a, (symbol) => {
    symbol.visibility = value
    symbol.isUsed = true
  })

function global(a: Assembler): void {
  each(a, (symbol) => {
    if (symbol.kind === symbolRegister) {
      a.error('global-register', `'${symbol.name}' stands for a register and cannot be global`)
      return
    }
    if (symbol.sectionOf) {
      a.warn('global-section', `'${symbol.name}' is the symbol of a section and stays local`)
      return
    }
    symbol.isGlobal = true
    symbol.isUsed = true
  })
}

function weak(a: Assembler): void {
  each(a, (symbol) => {
    symbol.isWeak = true
  })
}

/** `.weakref alias, target` */
function weakref(a: Assembler): void {
  const start = a.at
  const aliasName = a.readName()
  if (aliasName === undefined || !a.takeComma()) {
    a.error('missing-name', '.weakref takes an alias and a target', start, a.end)
    return
  }
  const targetName = a.readName()
  if (targetName === undefined || !a.expectEnd()) {
    if (targetName === undefined) a.error('missing-name', '.weakref takes an alias and a target', start, a.end)
    return
  }
  let alias = a.nameToSymbol(aliasName)
  if (alias.isVolatile && alias.kind !== symbolUndefined) {
    alias = a.renew(alias)
    alias.isVolatile = false
  }
  const target = a.nameToSymbol(targetName)
  if (alias.kind !== symbolUndefined || alias.weakrefTarget) {
    a.error('duplicate-symbol', `the symbol '${aliasName}' is already defined`, start, a.end)
    return
  }
  for (let symbol: AsmSymbol | undefined = target; symbol; symbol = symbol.weakrefTarget) {
    if (symbol === alias) {
      a.error('weakref-loop', `'${aliasName}' would be a reference to itself`, start, a.end)
      return
    }
  }
  alias.weakrefTarget = target
}

const typesByName: Readonly<Record<string, number>> = {
  function: STT_FUNC,
  STT_FUNC,
  object: STT_OBJECT,
  STT_OBJECT,
  tls_object: STT_TLS,
  STT_TLS,
  common: STT_COMMON,
  STT_COMMON,
  notype: STT_NOTYPE,
  STT_NOTYPE,
  gnu_indirect_function: STT_GNU_IFUNC,
  STT_GNU_IFUNC,
  gnu_unique_object: STT_OBJECT,
}

function type(a: Assembler): void {
  const symbol = a.readSymbol()
  if (!symbol) return
  a.takeComma()
  const start = a.at
  if (a.bytes[a.at] === 64 || a.bytes[a.at] === 37 || a.bytes[a.at] === 35) a.at++
  const name = a.readName('0123456789')
  if (name === undefined) {
    a.error('missing-name', 'a type is expected here: @function, @object, @tls_object, @notype, …', start, a.end)
    return
  }
  const value = typesByName[name] ?? (/^[0-9]+$/.test(name) ? Number(name) : undefined)
  if (value === undefined) {
    a.error('unknown-symbol-type', `there is no symbol type '${name}'`, start, a.at)
    return
  }
  if (name === 'gnu_unique_object') symbol.isUnique = true
  const before = symbol.type
  const ordinary = (t: number | undefined) => t === STT_FUNC || t === STT_OBJECT
  if (ordinary(before) && ordinary(value) && before !== value)
    a.warn('symbol-type', `the symbol '${symbol.name}' already has another type`, start, a.at)
  if (value === STT_NOTYPE || !(before === STT_TLS || before === STT_GNU_IFUNC)) symbol.type = value
  symbol.isUsed = true
  a.expectEnd()
}

function size(a: Assembler): void {
  const symbol = a.readSymbol()
  if (!symbol) return
  if (!a.takeComma()) {
    a.error('missing-comma', '.size takes a symbol and an expression', a.at, a.end)
    return
  }
  const start = a.at
  const value = a.readTree()
  if (!value) {
    a.error('missing-operand', 'a size is expected here', start, a.end)
    return
  }
  if (a.reader.isFaulty) return
  symbol.size = value
  symbol.isUsed = true
  a.expectEnd()
}

/** `.comm name, size, alignment`, also with `.lcomm`'s and `.largecomm`'s differences. */
function common(a: Assembler, how: 'comm' | 'lcomm' | 'largecomm' | 'tls'): void {
  const start = a.at
  let symbol = a.readSymbol()
  if (!symbol) return
  if (symbol.isVolatile && symbol.kind !== symbolUndefined) {
    symbol = a.renew(symbol)
    symbol.isVolatile = false
  }
  a.takeComma()
  const sizeStart = a.at
  const sizeInBytes = a.readNeeded('the size')
  if (sizeInBytes === undefined) return
  const wide = a.is64BitObject || a.options.x32
  const limit = wide && how === 'largecomm' ? 1n << 63n : 1n << 32n
  if (sizeInBytes < 0n || sizeInBytes >= limit) {
    a.warn('common-size', `${sizeInBytes} is no size for common storage`, sizeStart, a.at)
    return
  }
  let alignment: bigint | undefined
  if (a.takeComma()) {
    const alignStart = a.at
    alignment = a.readAbsolute('the alignment')
    if (alignment === undefined) return
    if (alignment < 0n || (alignment & (alignment - 1n)) !== 0n) {
      a.warn('alignment-not-power', `the alignment ${alignment} is not a power of two`, alignStart, a.at)
      return
    }
    if (alignment === 0n) alignment = 1n
  }
  if (!a.expectEnd()) return
  if (symbol.kind !== symbolUndefined && symbol.kind !== symbolCommon) {
    a.alreadyDefined(symbol, start, a.end)
    return
  }
  if (alignment === undefined) {
    // .comm: the next power of two, up to 16; .lcomm: the one below, up to 8; .comm of what is .local: none.
    alignment = 1n
    if (how === 'lcomm') while (alignment < 8n && alignment * 2n <= sizeInBytes) alignment *= 2n
    else if (!symbol.isLocal) while (alignment < 16n && alignment < sizeInBytes) alignment *= 2n
  }
  if (how === 'lcomm' || symbol.isLocal) {
    const section = how === 'largecomm' ? largeBss(a) : a.sections.bss
    const place = a.sections.place
    const { previous } = a.sections
    a.sections.go(section, 1)
    let power = 0
    while (1n << BigInt(power) < alignment) power++
    emitAlign(a, power, undefined, 1, 0)
    symbol.type ??= STT_OBJECT
    symbol.size = { kind: 'constant', value: sizeInBytes }
    a.placeHere(symbol)
    a.emitFill({ kind: 'constant', value: sizeInBytes }, new Uint8Array(1))
    a.sections.go(place.section, place.subsection)
    a.sections.previous = previous
    return
  }
  if (symbol.kind === symbolCommon && symbol.commonSize !== sizeInBytes) {
    a.warn('common-size', `the size of '${symbol.name}' is already ${symbol.commonSize}; ${sizeInBytes} is ignored`, start, a.end)
    return
  }
  symbol.kind = symbolCommon
  symbol.commonSize = sizeInBytes
  symbol.commonAlignment = Number(alignment)
  symbol.isLargeCommon = how === 'largecomm'
  if (how === 'tls') symbol.type = STT_TLS
  else if (a.options.usesCommonType) symbol.type = STT_COMMON
  symbol.type ??= STT_OBJECT
  symbol.isGlobal = true
  a.noteDefinition(symbol, start)
}

function largeBss(a: Assembler) {
  const found = a.sections.find('.lbss')
  if (found) return found
  const section = a.sections.add('.lbss', 8, 0x10000003)
  a.sections.register(section)
  return section
}

function set(a: Assembler, how: 'set' | 'equiv' | 'eqv'): void {
  a.skipBlanks()
  const start = a.at
  const name = a.readName()
  if (name === undefined) {
    a.error('missing-name', 'the name of a symbol is expected here', start, a.end)
    return
  }
  const end = start + name.length
  if (!a.takeComma()) {
    a.error('missing-comma', `a comma and a value are expected behind '${name}'`, a.at, a.end)
    return
  }
  if (name === '.') {
    a.word('.org').directive?.run(a, a.word('.org'))
    return
  }
  a.assign(a.symbols.named(name), how, start, end)
}

/** `.symver actual, name@version` */
function symver(a: Assembler): void {
  const symbol = a.readSymbol()
  if (!symbol) return
  if (!a.takeComma()) {
    a.error('missing-comma', '.symver takes a symbol and name@version', a.at, a.end)
    return
  }
  const start = a.at
  const name = a.readName('@')
  if (name === undefined || !/^[^@]+@{1,3}(?!@)/.test(name)) {
    a.error('symver-version', 'the name given by .symver needs a version: name@VERSION, name@@VERSION or name@@@VERSION', start, a.end)
    return
  }
  let how: string | undefined
  if (a.takeComma()) {
    how = a.readName()
    if (how !== 'local' && how !== 'hidden' && how !== 'remove') {
      a.error('symver-visibility', "'local', 'hidden' or 'remove' is expected here", start, a.end)
      return
    }
  }
  if (!a.expectEnd()) return
  if (symbol.kind === symbolCommon) {
    a.error('symver-common', `'${symbol.name}' is common storage and cannot have a version`, start, a.end)
    return
  }
  const names = (symbol.versionNames ??= [])
  const renaming = names.find((other) => other.name !== name && other.name.includes('@@@'))
  if (renaming && name.includes('@@@')) {
    a.error('symver-twice', `'${symbol.name}' has been renamed to '${renaming.name}'; '@@@' can be written once for a symbol`, start, a.end)
    return
  }
  names.push({ name, visibility: how, source: a.input.frame?.sourceIndex ?? -1, at: start })
}

export const symbolDirectives: DirectiveTable = {
  globl: global,
  global,
  weak,
  weakref,
  local: (a) =>
    each(a, (symbol) => {
      symbol.isLocal = true
      symbol.isUsed = true
    }),
  hidden: visibility(STV_HIDDEN),
  internal: visibility(STV_INTERNAL),
  protected: visibility(STV_PROTECTED),

  type,
  size,
  comm: (a) => common(a, 'comm'),
  common: (a) => common(a, 'comm'),
  lcomm: (a) => common(a, 'lcomm'),
  tls_common: (a) => common(a, 'tls'),
  largecomm: (a) => common(a, 'largecomm'),
  set: (a) => set(a, 'set'),
  equ: (a) => set(a, 'set'),
  equiv: (a) => set(a, 'equiv'),
  eqv: (a) => set(a, 'eqv'),
  symver,
}
