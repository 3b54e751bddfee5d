// Expressions of linker scripts to values.
// A value is a number, an absolute address, or an offset in an output section; which one decides how operators take it
// (GNU ld manual §3.10.8 "The Section of an Expression"). All arithmetic is modulo 2^64 (§3.10).

import { type DiagnosticFix, nearestWord, type Span } from '@kernelbox/diagnostics'
import type { OutputSection } from '../model.ts'
import type { BinaryOperator, Expression } from '../script/syntax/ast.ts'

/** Section `'abs'`: an absolute address; undefined: a mere number. */
export interface Value {
  readonly value: bigint
  readonly section: OutputSection | 'abs' | undefined
}

/** What an expression may ask about the layout. */
export interface Scope {
  dot(): bigint
  /** The output section whose statements are being run, undefined outside. */
  section(): OutputSection | undefined
  /** Undefined: the symbol has no value (yet). */
  symbol(name: string, span: Span): Value | undefined
  isDefined(name: string): boolean
  outputSection(name: string, span: Span): OutputSection | undefined
  region(name: string, span: Span): { readonly origin: bigint; readonly length: bigint } | undefined
  sizeOfHeaders(): bigint
  constant(name: string): bigint | undefined
  segmentStart(name: string): bigint | undefined
  dataSegment(kind: 'align' | 'relro-end' | 'end', operands: readonly bigint[]): bigint
  report(code: string, message: string, span: Span, fix?: DiagnosticFix): void
  readonly isSane: boolean
  /** Set where `.`, or a region's origin, gave an absolute address: a symbol with it belongs to the section that `.` is beside. */
  hasUsedDot: boolean
}

const mask = (value: bigint) => BigInt.asUintN(64, value)

export function absoluteOf(value: Value): bigint {
  return value.section === undefined || value.section === 'abs' ? value.value : mask(value.value + value.section.address)
}

export function alignUp(value: bigint, alignment: bigint): bigint {
  if (alignment <= 1n) return value
  return mask(((value + alignment - 1n) / alignment) * alignment)
}

/** The value of an expression, or undefined where a symbol in it has none; faults are reported to the scope. */
export function evaluate(expression: Expression, scope: Scope): Value | undefined {
  switch (expression.kind) {
    case 'number':
      return scope.section() || scope.isSane ? number(expression.value) : absolute(expression.value)
    case 'name':
      return nameValue(expression.name, expression.span, scope)
    case 'unary':
      return unary(expression, scope)
    case 'binary':
      return binary(expression, scope)
    case 'conditional': {
      const condition = evaluate(expression.condition, scope)
      if (!condition) return undefined
      return evaluate(absoluteOf(condition) !== 0n ? expression.whenTrue : expression.whenFalse, scope)
    }
    case 'call':
      return call(expression, scope)
  }
}

function number(value: bigint): Value {
  return { value: mask(value), section: undefined }
}

function absolute(value: bigint): Value {
  return { value: mask(value), section: 'abs' }
}

function nameValue(name: string, span: Span, scope: Scope): Value | undefined {
  if (name === '.') {
    const section = scope.section()
    const dot = scope.dot()
    if (section) return { value: mask(dot - section.address), section }
    scope.hasUsedDot = true
    return absolute(dot)
  }
  if (name === 'SIZEOF_HEADERS' || name === 'sizeof_headers') return number(scope.sizeOfHeaders())
  const found = scope.symbol(name, span)
  // Inside an output section an absolute symbol counts as a number.
  if (found?.section === 'abs' && (scope.section() || scope.isSane)) return number(found.value)
  return found
}

function unary(expression: Extract<Expression, { kind: 'unary' }>, scope: Scope): Value | undefined {
  let operand = evaluate(expression.operand, scope)
  if (!operand) return undefined
  if (!scope.section() && operand.section !== undefined) operand = absolute(absoluteOf(operand))
  switch (expression.operator) {
    case '+':
      return operand
    case '-':
      return { value: mask(-operand.value), section: operand.section }
    case '~':
      return { value: mask(~operand.value), section: operand.section }
    case '!':
      return number(operand.value === 0n ? 1n : 0n)
  }
}

function binary(expression: Extract<Expression, { kind: 'binary' }>, scope: Scope): Value | undefined {
  const { operator } = expression
  const left = evaluate(expression.left, scope)
  if (!left) return undefined
  if (operator === '&&' && absoluteOf(left) === 0n) return number(0n)
  if (operator === '||' && absoluteOf(left) !== 0n) return number(1n)
  const right = evaluate(expression.right, scope)
  if (!right) return undefined
  return combine(operator, left, right, scope, expression.span)
}

function combine(operator: BinaryOperator, left: Value, right: Value, scope: Scope, span: Span): Value | undefined {
  let a = left.value
  let b = right.value
  let section = right.section
  if (left.section !== right.section) {
    if (left.section !== undefined && right.section !== undefined) {
      a = absoluteOf(left)
      b = absoluteOf(right)
      section = 'abs'
      // Of two places, be one of them `.`, comes no place.
      scope.hasUsedDot = false
    } else section = right.section ?? left.section
  } else if (left.section !== undefined) {
    // Two of one section: their difference (or any other combination) is no longer in it.
    section = scope.section() || scope.isSane ? undefined : 'abs'
    if (!isComparison(operator) && !scope.section() && !scope.isSane && left.section !== 'abs' && operator !== '-') {
      a = absoluteOf(left)
      b = absoluteOf(right)
    }
  }
  const result = (value: bigint): Value => ({ value: mask(value), section })
  const truth = (value: boolean): Value => number(value ? 1n : 0n)
  switch (operator) {
    case '+':
      return result(a + b)
    case '-':
      return result(a - b)
    case '*':
      return result(a * b)
    case '/':
    case '%':
      if (b === 0n) {
        scope.report('division-by-zero', operator === '/' ? 'division by zero' : 'remainder of a division by zero', span)
        return result(0n)
      }
      // Signed, as GNU ld divides.
      return result(operator === '/' ? BigInt.asIntN(64, a) / BigInt.asIntN(64, b) : BigInt.asIntN(64, a) % BigInt.asIntN(64, b))
    case '<<':
      return result(b > 63n ? 0n : a << b)
    case '>>':
      return result(b > 63n ? 0n : a >> b)
    case '&':
      return result(a & b)
    case '|':
      return result(a | b)
    case '^':
      return result(a ^ b)
    case '==':
      return truth(a === b)
    case '!=':
      return truth(a !== b)
    case '<':
      return truth(a < b)
    case '>':
      return truth(a > b)
    case '<=':
      return truth(a <= b)
    case '>=':
      return truth(a >= b)
    case '&&':
      return truth(a !== 0n && b !== 0n)
    case '||':
      return truth(a !== 0n || b !== 0n)
  }
}

function isComparison(operator: BinaryOperator): boolean {
  return /^(?:[=!<>]=|[<>]|&&|\|\|)$/.test(operator)
}

/** Functions and the numbers of operands that they take. */
const arity: Readonly<Record<string, readonly number[]>> = {
  ABSOLUTE: [1],
  ADDR: [1],
  ALIGN: [1, 2],
  ALIGNOF: [1],
  BLOCK: [1],
  CONSTANT: [1],
  DATA_SEGMENT_ALIGN: [2],
  DATA_SEGMENT_END: [1],
  DATA_SEGMENT_RELRO_END: [2],
  DEFINED: [1],
  LENGTH: [1],
  LOADADDR: [1],
  LOG2CEIL: [1],
  MAX: [2],
  MIN: [2],
  NEXT: [1],
  ORIGIN: [1],
  SEGMENT_START: [2],
  SIZEOF: [1],
  ASSERT: [2],
}

function call(expression: Extract<Expression, { kind: 'call' }>, scope: Scope): Value | undefined {
  const { name, operands, span } = expression
  const counts = arity[name]
  if (!counts) {
    scope.report(
      'unknown-function',
      `there is no function ${name} in linker scripts`,
      span,
      didYouMean(nearestWord(name, Object.keys(arity))),
    )
    return undefined
  }
  if (!counts.includes(operands.length)) {
    scope.report(
      'operand-count',
      `${name} takes ${counts.join(' or ')} operand${counts.at(-1) === 1 ? '' : 's'}, not ${operands.length}`,
      span,
    )
    return undefined
  }
  const [first, second] = operands as [Expression, Expression]
  const firstName = first.kind === 'name' ? first.name : ''
  const value = (operand: Expression) => evaluate(operand, scope)
  switch (name) {
    case 'DEFINED':
      return number(scope.isDefined(firstName) ? 1n : 0n)
    case 'ADDR':
    case 'LOADADDR':
    case 'SIZEOF':
    case 'ALIGNOF': {
      const section = scope.outputSection(firstName, first.span)
      if (!section) return name === 'SIZEOF' || name === 'ALIGNOF' ? number(0n) : undefined
      if (name === 'ADDR') return { value: 0n, section }
      if (name === 'LOADADDR') return absolute(section.loadAddress)
      return number(BigInt(name === 'SIZEOF' ? section.sizeInBytes : section.alignment))
    }
    case 'ORIGIN':
    case 'LENGTH': {
      const region = scope.region(firstName, first.span)
      if (!region || name === 'LENGTH') return region && number(region.length)
      scope.hasUsedDot = true
      return absolute(region.origin)
    }
    case 'CONSTANT': {
      const constant = scope.constant(firstName)
      if (constant === undefined) scope.report('unknown-constant', `there is no constant ${firstName}`, first.span)
      return number(constant ?? 0n)
    }
    case 'SEGMENT_START': {
      const given = scope.segmentStart(firstName)
      return given === undefined ? value(second) : absolute(given)
    }
    case 'ABSOLUTE': {
      const { hasUsedDot } = scope
      const operand = value(first)
      scope.hasUsedDot = hasUsedDot
      return operand && absolute(absoluteOf(operand))
    }
    case 'ALIGN':
    case 'BLOCK':
    case 'NEXT': {
      if (second) {
        const base = value(first)
        const alignment = value(second)
        if (!base || !alignment) return undefined
        const isNumber = alignment.section === undefined || alignment.section === 'abs'
        return isNumber
          ? { value: alignUp(base.value, alignment.value), section: base.section }
          : absolute(alignUp(absoluteOf(base), absoluteOf(alignment)))
      }
      const alignment = value(first)
      if (!scope.section()) scope.hasUsedDot = true
      if (!alignment) return undefined
      const aligned = alignUp(scope.dot(), absoluteOf(alignment))
      // What ALIGN says of `.` belongs to the section that `.` is in.
      const section = name === 'NEXT' ? undefined : scope.section()
      return section ? { value: mask(aligned - section.address), section } : absolute(aligned)
    }
    case 'MAX':
    case 'MIN': {
      const a = value(first)
      const b = value(second)
      if (!a || !b) return undefined
      const isBoth = a.section !== undefined && b.section !== undefined && a.section !== b.section
      const [x, y] = isBoth ? [absolute(absoluteOf(a)), absolute(absoluteOf(b))] : [a, b]
      const section = x.section ?? y.section
      const picked = (name === 'MAX') === x.value > y.value ? x : y
      return { value: picked.value, section }
    }
    case 'LOG2CEIL': {
      const operand = value(first)
      if (!operand) return undefined
      const amount = absoluteOf(operand)
      let power = 0n
      while (power < 64n && 1n << power < amount) power++
      return number(power)
    }
    case 'DATA_SEGMENT_ALIGN':
    case 'DATA_SEGMENT_RELRO_END':
    case 'DATA_SEGMENT_END': {
      const amounts: bigint[] = []
      for (const operand of operands) {
        const found = value(operand)
        if (!found) return undefined
        amounts.push(absoluteOf(found))
      }
      const kind = name === 'DATA_SEGMENT_ALIGN' ? 'align' : name === 'DATA_SEGMENT_END' ? 'end' : 'relro-end'
      return absolute(scope.dataSegment(kind, amounts))
    }
    case 'ASSERT': {
      const condition = value(first)
      if (condition && absoluteOf(condition) === 0n)
        scope.report('assertion', second.kind === 'name' ? second.name : 'assertion failed', span)
      return condition
    }
    default:
      return undefined
  }
}

/** A proposal, where there is a likely one. */
export function didYouMean(word: string | undefined): DiagnosticFix | undefined {
  return word === undefined ? undefined : { message: `did you mean '${word}'?` }
}
