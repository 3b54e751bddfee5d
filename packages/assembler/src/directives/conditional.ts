// .if and its kin. GNU as manual §7 ".if absolute expression".

import { bytesToText } from '@kernelbox/diagnostics'
import type { Assembler } from '../assembler.ts'
import { symbolUndefined } from '../symbols.ts'
import type { DirectiveTable } from './registry.ts'

type Comparison = (value: bigint) => boolean

function absolute(a: Assembler, comparison: Comparison, word: string): boolean {
  const start = a.at
  a.skipBlanks()
  if (!a.readExpression()) {
    a.error('missing-operand', `${word} needs an expression`, start, a.end)
    return false
  }
  const value = a.absoluteOfReader(`the expression of ${word}`, start)
  a.expectEnd()
  return value !== undefined && comparison(value)
}

function isDefined(a: Assembler, word: string): boolean {
  const start = a.at
  const name = a.readName()
  if (name === undefined) {
    a.error('missing-name', `${word} needs the name of a symbol`, start, a.end)
    return false
  }
  a.expectEnd()
  const symbol = a.symbols.find(name)
  return symbol !== undefined && (symbol.kind !== symbolUndefined || symbol.weakrefTarget !== undefined)
}

/** `.ifc a,b`: texts up to the comma and up to the end, or in single quotes. */
function isSameText(a: Assembler): boolean {
  const first = comparedText(a)
  if (!a.takeComma()) a.error('missing-comma', '.ifc compares two texts with a comma between', a.at, a.end)
  const second = comparedText(a)
  a.expectEnd()
  return first === second
}

function comparedText(a: Assembler): string {
  a.skipBlanks()
  const { bytes, end } = a
  const start = a.at
  if (bytes[start] === 39 && start < end) {
    let text = ''
    let at = start + 1
    for (; at < end; at++) {
      if (bytes[at] === 39) {
        if (bytes[at + 1] !== 39) break
        at++
      }
      text += String.fromCharCode(bytes[at] as number)
    }
    a.at = Math.min(at + 1, end)
    a.skipBlanks()
    return text
  }
  let at = start
  let inString = false
  while (at < end && (inString || bytes[at] !== 44)) {
    if (bytes[at] === 34) inString = !inString
    at++
  }
  a.at = at
  return squeezed(bytesToText(bytes.subarray(start, at)).trim())
}

/** Blanks between words count as one, as GNU's preprocessing leaves them. */
function squeezed(text: string): string {
  return text.includes('"') ? text : text.replace(/[ \t]+/g, ' ')
}

function isSameString(a: Assembler, word: string): boolean {
  const first = a.readString()
  const hasComma = first !== undefined && a.takeComma()
  const second = hasComma ? a.readString() : undefined
  if (second === undefined) {
    a.error('missing-string', `${word} compares two strings with a comma between`)
    return false
  }
  a.expectEnd()
  return first === second
}

function isBlank(a: Assembler): boolean {
  return a.restOfStatement().trim() === ''
}

const on = (test: (a: Assembler) => boolean) => (a: Assembler) => a.conditionals.begin(() => test(a))

export const conditionalDirectives: DirectiveTable = {
  if: on((a) => absolute(a, (v) => v !== 0n, '.if')),
  ifeq: on((a) => absolute(a, (v) => v === 0n, '.ifeq')),
  ifne: on((a) => absolute(a, (v) => v !== 0n, '.ifne')),
  ifge: on((a) => absolute(a, (v) => v >= 0n, '.ifge')),
  ifgt: on((a) => absolute(a, (v) => v > 0n, '.ifgt')),
  ifle: on((a) => absolute(a, (v) => v <= 0n, '.ifle')),
  iflt: on((a) => absolute(a, (v) => v < 0n, '.iflt')),
  ifdef: on((a) => isDefined(a, '.ifdef')),
  ifndef: on((a) => !isDefined(a, '.ifndef')),
  ifnotdef: on((a) => !isDefined(a, '.ifnotdef')),
  ifb: on(isBlank),
  ifnb: on((a) => !isBlank(a)),
  ifc: on(isSameText),
  ifnc: on((a) => !isSameText(a)),
  ifeqs: on((a) => isSameString(a, '.ifeqs')),
  ifnes: on((a) => !isSameString(a, '.ifnes')),
  elseif: (a) => a.conditionals.elseIf(() => absolute(a, (v) => v !== 0n, '.elseif')),
  elsec: (a) => a.conditionals.else(),
  else(a) {
    a.conditionals.else()
    if (!a.conditionals.isSkipping) a.expectEnd()
  },
  endif(a) {
    const wasSkipping = a.conditionals.isSkipping
    a.conditionals.end()
    if (!wasSkipping) a.expectEnd()
  },
  endc: (a) => a.conditionals.end(),
}
