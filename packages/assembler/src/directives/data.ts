// Directives that emit numbers and strings. GNU as manual §7 .byte … .octa, .ascii, .asciz, .float.

import { SHT_NOBITS } from '@kernelbox/elf'
import type { Assembler } from '../assembler.ts'
import { expressionConstant, expressionLinear, expressionMissing, type ExpressionReader } from '../expression-reader.ts'
import { fixupSigned, partLeb128 } from '../fragments.ts'
import { symbolLabel } from '../symbols.ts'
import type { DirectiveTable } from './registry.ts'

/** Comma-separated expressions as fields of `sizeInBytes`. */
export function emitNumbers(a: Assembler, sizeInBytes: number, flags = 0): void {
  if (a.isAtEnd) return
  for (;;) {
    a.skipBlanks()
    const start = a.at
    a.readExpression()
    if (a.reader.kind === expressionMissing) {
      if (a.at < a.end && a.bytes[a.at] !== 44) {
        a.junk()
        return
      }
      warnOfEmptyPlace(a, start)
      if (a.takesValue(true, sizeInBytes)) a.chain.number(0, sizeInBytes)
    } else if (!a.reader.isFaulty) {
      a.emitReader(sizeInBytes, start, flags)
    }
    if (!a.takeComma()) break
  }
  a.expectEnd()
}

/** An empty place in a list stands for zero. */
function warnOfEmptyPlace(a: Assembler, start: number): void {
  a.warn('missing-operand', 'there is no number here; 0 is taken', start, Math.min(start + 1, a.end))
}

/** `<65>`: a character by its number; zero where that is none. */
function emitByNumber(a: Assembler, width: number): boolean {
  const { end } = a
  const open = a.at++
  const close = a.bytes.indexOf(62, a.at)
  if (close < 0 || close >= end) {
    a.error('missing-angle-bracket', "the number in '<' needs a '>' behind it", open, end)
    return false
  }
  a.end = close
  const isRead = a.readExpression()
  const value = isRead ? (a.evaluation.constant(a.reader.expression) ?? 0n) : 0n
  const isWhole = a.isAtEnd
  a.end = end
  if (!isWhole) {
    a.junk()
    return false
  }
  a.at = close + 1
  a.skipBlanks()
  if (a.takesValue(value === 0n, width)) a.chain.bigNumber(value, width)
  return true
}

/** Strings, each with `terminator` behind it, every character `width` bytes wide. */
function emitStrings(a: Assembler, hasTerminator: boolean, width: number): void {
  if (a.isAtEnd) return
  for (;;) {
    a.skipBlanks()
    if (a.bytes[a.at] === 60 && a.at < a.end) {
      if (!emitByNumber(a, width)) return
    } else if (a.at >= a.end || a.bytes[a.at] === 44) {
      // An empty place is nothing.
      if (!a.takeComma()) break
      continue
    } else {
      const text = a.readStringBytes()
      if (!text) {
        a.error('missing-string', 'a string in double quotes is expected here', a.at, a.end)
        return
      }
      if (
        !a.takesValue(
          text.every((byte) => byte === 0),
          text.length * width,
        )
      ) {
        if (!a.takeComma()) break
        continue
      }
      if (width === 1) a.chain.bytes(text)
      else for (const byte of text) a.chain.number(byte, width)
      // Strings side by side are one, with one terminator.
      if (a.bytes[a.at] === 34 && a.at < a.end) continue
      if (hasTerminator) a.chain.number(0, width)
    }
    if (!a.takeComma()) break
  }
  a.expectEnd()
}

/** The value of a constant or of a difference of two places in one fragment; NaN for all else. */
function knownNumber(reader: ExpressionReader): number {
  if (reader.kind === expressionConstant) return reader.constant
  const { add, sub } = reader
  if (reader.kind !== expressionLinear || add?.kind !== symbolLabel || sub?.kind !== symbolLabel) return Number.NaN
  return add.chain === sub.chain && add.fragment === sub.fragment ? add.offset - sub.offset + reader.constant : Number.NaN
}

function emitLeb128(a: Assembler, isSigned: boolean): void {
  do {
    a.skipBlanks()
    const start = a.at
    const { reader, chain } = a
    if (!a.readExpression()) {
      if (a.at < a.end && a.bytes[a.at] !== 44) {
        a.junk()
        return
      }
      warnOfEmptyPlace(a, start)
      if (a.takesValue(true, 1)) chain.leb128(0, isSigned)
      continue
    }
    if (reader.isFaulty) return
    const value = reader.operator === 0 ? knownNumber(reader) : Number.NaN
    if (!a.takesValue(value === 0, 1)) continue
    if ((value >= 0 || (isSigned && value < 0)) && a.section.type !== SHT_NOBITS) chain.leb128(value, isSigned)
    else if (reader.kind === expressionLinear && reader.add && reader.sub) {
      // Debugging sections have hundreds of thousands of these: no object for each.
      const i = chain.close(partLeb128, isSigned ? 1 : 0, 1, reader.constant, reader.add, reader.sub)
      chain.sources[i] = a.input.frame?.sourceIndex ?? -1
      chain.places[i] = start
    } else {
      const detail = { value: reader.expression, source: a.input.frame?.sourceIndex ?? -1, at: start }
      chain.close(partLeb128, isSigned ? 1 : 0, 0, 0, undefined, detail)
    }
  } while (a.takeComma())
  a.expectEnd()
}

const numbers = (sizeInBytes: number) => (a: Assembler) => emitNumbers(a, sizeInBytes)

export const dataDirectives: DirectiveTable = {
  byte: numbers(1),
  '2byte': numbers(2),
  word: numbers(2),
  value: numbers(2),
  short: numbers(2),
  hword: numbers(2),
  '4byte': numbers(4),
  long: numbers(4),
  int: numbers(4),
  slong: (a) => emitNumbers(a, 4, fixupSigned),
  '8byte': numbers(8),
  quad: numbers(8),
  octa: numbers(16),
  dc: numbers(2),
  'dc.b': numbers(1),
  'dc.w': numbers(2),
  'dc.l': numbers(4),
  'dc.a': (a) => emitNumbers(a, a.is64BitObject ? 8 : 4),
  ascii: (a) => emitStrings(a, false, 1),
  asciz: (a) => emitStrings(a, true, 1),
  string: (a) => emitStrings(a, true, 1),
  string8: (a) => emitStrings(a, true, 1),
  string16: (a) => emitStrings(a, true, 2),
  string32: (a) => emitStrings(a, true, 4),
  string64: (a) => emitStrings(a, true, 8),
  uleb128: (a) => emitLeb128(a, false),
  sleb128: (a) => emitLeb128(a, true),
}
