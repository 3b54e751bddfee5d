// Directives that leave room or move the location counter. GNU as manual §7 .align, .balign, .p2align, .fill, .skip, .org.

import { SHT_NOBITS } from '@kernelbox/elf'
import type { Assembler } from '../assembler.ts'
import type { Expression } from '../expression.ts'
import { expressionConstant } from '../expression-reader.ts'
import { type AlignDetail, partAlign, partOrg } from '../fragments.ts'
import { codeStyle } from '../code-style.ts'
import type { DirectiveTable } from './registry.ts'

const largestPower = 63
/** GNU as takes an operand that is left out for zero. */
const zero: Expression = { kind: 'constant', value: 0n }

/** `.align n, fill, max`; `isPower`: the operand is an exponent. */
function align(a: Assembler, isPower: boolean, fillSizeInBytes: number): void {
  const start = a.at
  let amount: bigint | undefined
  if (a.isAtEnd) amount = isPower ? 2n : 0n
  else amount = a.readAbsolute('the alignment')
  if (amount === undefined) return
  if (amount < 0n && !isPower) {
    a.error('alignment-not-power', `${amount} is not a power of two`, start, a.at)
    amount = 0n
  } else if (amount < 0n) {
    a.warn('negative-alignment', 'a negative alignment counts as none', start, a.at)
    amount = 0n
  }
  let power = 0
  if (isPower) power = Number(amount > BigInt(largestPower) ? largestPower + 1 : amount)
  else if (amount > 0n) {
    while (1n << BigInt(power) < amount) power++
    if (1n << BigInt(power) !== amount) {
      a.error(
        'alignment-not-power',
        `${amount} is not a power of two; the next are ${1n << BigInt(power - 1)} and ${1n << BigInt(power)}`,
        start,
        a.at,
      )
      while (1n << BigInt(power) > amount) power--
    }
  }
  if (power > largestPower) {
    a.warn('alignment-too-large', `the alignment is too large; 2^${largestPower} is taken`, start, a.at)
    power = largestPower
  }
  let fill: bigint | undefined
  let max = 0n
  if (a.takeComma()) {
    if (!a.isAtEnd && a.bytes[a.at] !== 44) {
      fill = a.readAbsolute('the fill')
      if (fill === undefined) return
    }
    if (a.takeComma()) {
      const value = a.readAbsolute('the greatest number of bytes to skip')
      if (value === undefined) return
      max = value
    }
  }
  if (!a.expectEnd()) return
  ignoresFill(a, fill, start)
  emitAlign(a, power, fill, fillSizeInBytes, Number(max < 0n ? 0n : max))
}

/** Sections without contents have no room for a fill either; GNU as warns and goes on with zeros. */
function ignoresFill(a: Assembler, fill: bigint | undefined, start: number): void {
  if (fill === undefined || fill === 0n || hasContents(a)) return
  a.warn('fill-ignored', `the section '${a.section.name}' has no contents in the file; the fill is ignored`, start, a.end)
}

const hasContents = ({ section }: Assembler) => !section.isAbsolute && section.type !== SHT_NOBITS

export function emitAlign(a: Assembler, power: number, fill: bigint | undefined, fillSizeInBytes: number, max: number): void {
  const { section, chain } = a
  if (section.isAbsolute) {
    const unit = 1n << BigInt(power)
    a.absoluteLocation = ((a.absoluteLocation + unit - 1n) / unit) * unit
    return
  }
  if (power > 0 && (max === 0 || max < 2 ** 53)) {
    let detail: AlignDetail | undefined
    const isNopFill = fill !== undefined && fillSizeInBytes <= 1 && (fill & 255n) === 0x90n
    // -n: a fill that is written is not made longer nops of.
    if (section.isCode && (fill === undefined || (isNopFill && !a.options.plainNops))) detail = { style: codeStyle(a) }
    else if (fill !== undefined && fill !== 0n) {
      const pattern = new Uint8Array(Math.max(1, fillSizeInBytes))
      for (let i = 0; i < pattern.length; i++) pattern[i] = Number((fill >> BigInt(8 * i)) & 255n)
      detail = { fill: pattern }
    }
    chain.close(partAlign, power, max > 0x7fffffff ? 0 : max, 0, undefined, detail)
    section.alignmentPower = Math.max(section.alignmentPower, power)
  }
}

/** `.skip count, fill` and its synonyms. */
function skip(a: Assembler, unit: number): void {
  const start = a.at
  const count = a.readTree() ?? zero
  if (a.reader.isFaulty) return
  let fill = 0n
  if (a.takeComma() && !a.isAtEnd) {
    const value = a.readAbsolute('the fill')
    if (value === undefined) return
    fill = value
  }
  if (!a.expectEnd()) return
  ignoresFill(a, fill, start)
  reserve(a, count, fill, unit, start)
}

export function reserve(a: Assembler, count: Expression, fill: bigint, unit: number, start: number): void {
  const value = a.evaluation.constant(count)
  if (a.section.isAbsolute) {
    if (value === undefined) a.error('not-absolute', 'in the absolute section the size must be known', start, a.end)
    else a.absoluteLocation += value * BigInt(unit)
    return
  }
  if (value !== undefined) {
    if (value < 0n) {
      a.warn('negative-count', 'a negative count emits nothing', start, a.end)
      return
    }
    if (value === 0n) return
    if (value * BigInt(unit) <= 64n) {
      for (let i = 0n; i < value; i++) a.chain.bigNumber(fill, unit)
      return
    }
  }
  const pattern = new Uint8Array(unit)
  for (let i = 0; i < unit; i++) pattern[i] = Number((fill >> BigInt(8 * i)) & 255n)
  a.emitFill(value === undefined ? count : { kind: 'constant', value }, pattern)
}

/** `.fill repeat, size, value`: the size is at most 8, the value at most 4 bytes wide. */
function fill(a: Assembler): void {
  const start = a.at
  const count = a.readTree() ?? zero
  if (a.reader.isFaulty) return
  let size = 1n
  let value = 0n
  if (a.takeComma()) {
    const read = a.readAbsolute('the size')
    if (read === undefined) return
    size = read
    if (a.takeComma()) {
      const number = a.readAbsolute('the value')
      if (number === undefined) return
      value = number
    }
  }
  if (!a.expectEnd()) return
  if (size > 8n) {
    a.warn('fill-size', `.fill takes sizes up to 8; ${size} counts as 8`, start, a.end)
    size = 8n
  }
  if (size < 0n) {
    a.warn('fill-size', 'a negative size emits nothing', start, a.end)
    return
  }
  if (size === 0n) return
  if (value !== 0n && !hasContents(a)) {
    a.error(
      'contents-in-bss',
      `the section '${a.section.name}' has no contents in the file; it can be filled with zeros only`,
      start,
      a.end,
    )
    return
  }
  reserve(a, count, BigInt.asUintN(32, value), Number(size), start)
}

function org(a: Assembler): void {
  const start = a.at
  const target = a.readTree()
  if (!target || a.reader.isFaulty) {
    if (!target) a.error('missing-operand', 'a location is expected here', start, a.end)
    return
  }
  const { kind, constant } = a.reader
  let fillByte = 0n
  if (a.takeComma()) {
    const value = a.readAbsolute('the fill')
    if (value === undefined) return
    fillByte = value
  }
  if (!a.expectEnd()) return
  ignoresFill(a, fillByte, start)
  if (a.section.isAbsolute) {
    if (kind === expressionConstant) a.absoluteLocation = BigInt(constant)
    else {
      const value = a.evaluation.constant(target)
      if (value === undefined) a.error('not-absolute', 'in the absolute section the location must be a number', start, a.end)
      else a.absoluteLocation = value
    }
    return
  }
  a.chain.close(partOrg, 0, 0, 0, undefined, {
    target,
    fill: Number(fillByte & 255n),
    source: a.input.frame?.sourceIndex ?? -1,
    at: a.wordStart,
  })
}

export const layoutDirectives: DirectiveTable = {
  align: (a) => align(a, false, 1),
  balign: (a) => align(a, false, 1),
  balignw: (a) => align(a, false, 2),
  balignl: (a) => align(a, false, 4),
  p2align: (a) => align(a, true, 1),
  p2alignw: (a) => align(a, true, 2),
  p2alignl: (a) => align(a, true, 4),
  skip: (a) => skip(a, 1),
  space: (a) => skip(a, 1),
  zero: (a) => skip(a, 1),
  ds: (a) => skip(a, 2),
  'ds.b': (a) => skip(a, 1),
  'ds.w': (a) => skip(a, 2),
  'ds.l': (a) => skip(a, 4),
  'ds.s': (a) => skip(a, 4),
  'ds.d': (a) => skip(a, 8),
  'ds.p': (a) => skip(a, 10),
  'ds.x': (a) => skip(a, 10),
  dcb: (a) => skip(a, 2),
  'dcb.b': (a) => skip(a, 1),
  'dcb.w': (a) => skip(a, 2),
  'dcb.l': (a) => skip(a, 4),
  fill,
  org,
}
