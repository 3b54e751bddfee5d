// Which relocation a field gets. Psabi i386 "Relocation Types"; x86-64 psABI §4.4, B.2; GNU as manual §9.16.7.

import { fixupBranch, fixupGotRelaxable, fixupGotRelaxableRex, fixupGotWithoutBase, fixupPcRelative, fixupSigned } from './fragments.ts'
import { relocationOperators } from './relocation-operators.ts'

export interface Field {
  readonly sizeInBytes: number
  readonly flags: number
  readonly operator: number
  /** The symbol is _GLOBAL_OFFSET_TABLE_. */
  readonly isGot: boolean
  readonly is64BitCode: boolean
}

/** Type, or undefined where the format has none. */
export function relocationType(field: Field, isX8664: boolean, relaxRelocations: boolean): number | undefined {
  return isX8664 ? typeX8664(field, relaxRelocations) : typeI386(field, relaxRelocations)
}

function typeX8664({ sizeInBytes, flags, operator, isGot }: Field, relax: boolean): number | undefined {
  const isRelative = (flags & fixupPcRelative) !== 0
  const name = relocationOperators[operator]
  const is64 = sizeInBytes === 8
  const is32 = sizeInBytes === 4
  switch (name) {
    case '':
      break
    case 'PLT':
      return is32 ? 4 : undefined
    case 'PLTOFF':
      return is64 ? 31 : undefined
    case 'GOTPLT':
      return is64 ? 30 : undefined
    case 'GOTOFF':
      return is64 ? 25 : undefined
    case 'GOTPCREL':
      if (is64) return 28
      if (!is32) return undefined
      if (relax && (flags & fixupGotRelaxableRex) !== 0) return 42
      if (relax && (flags & fixupGotRelaxable) !== 0) return 41
      return 9
    case 'TLSGD':
      return is32 ? 19 : undefined
    case 'TLSLD':
      return is32 ? 20 : undefined
    case 'GOTTPOFF':
      return is32 ? 22 : undefined
    case 'TPOFF':
      return is64 ? 18 : is32 ? 23 : undefined
    case 'DTPOFF':
      return is64 ? 17 : is32 ? 21 : undefined
    case 'GOT':
      return is64 ? 27 : is32 ? 3 : undefined
    case 'TLSDESC':
      return is32 ? 34 : undefined
    case 'TLSCALL':
      return 35
    case 'SIZE':
      return is64 ? 33 : is32 ? 32 : undefined
    default:
      return undefined
  }
  if (isGot) {
    if (is64) return 29
    if (is32) return 26
  }
  switch (sizeInBytes) {
    case 1:
      return isRelative ? 15 : 14
    case 2:
      return isRelative ? 13 : 12
    case 4:
      if (isRelative) return (flags & fixupBranch) !== 0 ? 4 : 2
      return (flags & fixupSigned) !== 0 ? 11 : 10
    case 8:
      return isRelative ? 24 : 1
  }
  return undefined
}

function typeI386({ sizeInBytes, flags, operator, isGot }: Field, relax: boolean): number | undefined {
  const isRelative = (flags & fixupPcRelative) !== 0
  const name = relocationOperators[operator]
  const is32 = sizeInBytes === 4
  switch (name) {
    case '':
      break
    case 'PLT':
      return is32 ? 4 : undefined
    case 'GOT':
      if (!is32) return undefined
      if ((flags & (fixupGotRelaxable | fixupGotRelaxableRex)) === 0) return 3
      return relax || (flags & fixupGotWithoutBase) !== 0 ? 43 : 3
    case 'GOTOFF':
      return is32 ? 9 : undefined
    case 'TLSGD':
      return is32 ? 18 : undefined
    case 'TLSLDM':
      return is32 ? 19 : undefined
    case 'GOTTPOFF':
      return is32 ? 33 : undefined
    case 'TPOFF':
      return is32 ? 34 : undefined
    case 'NTPOFF':
      return is32 ? 17 : undefined
    case 'DTPOFF':
      return is32 ? 32 : undefined
    case 'GOTNTPOFF':
      return is32 ? 16 : undefined
    case 'INDNTPOFF':
      return is32 ? 15 : undefined
    case 'TLSDESC':
      return is32 ? 39 : undefined
    case 'TLSCALL':
      return 40
    case 'SIZE':
      return is32 ? 38 : undefined
    default:
      return undefined
  }
  if (isGot && is32) return 10
  switch (sizeInBytes) {
    case 1:
      return isRelative ? 23 : 22
    case 2:
      return isRelative ? 21 : 20
    case 4:
      return isRelative ? 2 : 1
  }
  return undefined
}

/** Of x86-64, in fields of 32 bits: the operators whose relocations are relative to the place, and those whose values have no sign. */
const placeRelative = new Set(['PLT', 'GOTPCREL', 'TLSGD', 'TLSLD', 'GOTTPOFF', 'TLSDESC'])
const absolute = new Set(['GOT', 'PLT', 'GOTPCREL', 'TPOFF', 'DTPOFF', 'TLSGD', 'TLSLD', 'GOTTPOFF'])

/**
 * Why an instruction's field of 32 bits in an x86-64 object cannot hold what the operator gives: a place-relative field (branches,
 * `(%rip)`) wants a place-relative value, and a field that the processor does not sign-extend no signed one. Undefined: it can.
 */
export function operatorMisfit(operator: number, flags: number, isX8664: boolean): string | undefined {
  const name = relocationOperators[operator] as string
  if ((flags & fixupPcRelative) !== 0) {
    if (isX8664 ? placeRelative.has(name) : name === 'PLT') return undefined
    return `@${name} is no distance, and this field is one: it counts from the end of the instruction`
  }
  const isSigned = (flags & fixupSigned) !== 0
  if (name === 'SIZE' ? isSigned : absolute.has(name) && !isSigned)
    return `@${name} ${isSigned ? 'has no sign' : 'has a sign'}, and the processor ${isSigned ? 'extends the sign of this field' : 'fills up this field with zeros'}`
  return undefined
}

const symbolic = new Set([
  'GOTPCREL',
  'GOT',
  'PLT',
  'TLSGD',
  'TLSLDM',
  'TLSLD',
  'GOTTPOFF',
  'TPOFF',
  'NTPOFF',
  'DTPOFF',
  'GOTNTPOFF',
  'INDNTPOFF',
  'TLSDESC',
  'TLSCALL',
  'PLTOFF',
  'GOTPLT',
  'SIZE',
])

/** Must the relocation name the symbol itself, and not its section plus an offset? */
export function needsSymbol(operator: number, isDataOrWide: boolean): boolean {
  const name = relocationOperators[operator] as string
  // GNU as adjusts it in the instructions of 32-bit code only.
  return name === 'GOTOFF' ? isDataOrWide : symbolic.has(name)
}

export function isTlsOperator(operator: number): boolean {
  return /TLS|TPOFF/.test(relocationOperators[operator] as string)
}
