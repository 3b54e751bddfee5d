// The value of an #if line (C17 6.10.1) in 64-bit two's complement, with GNU's assertions.
// Enters: the state behind the word `if`. Leaves: whether the condition holds; a fault is told and counts as false.
// Operator precedence with two stacks, no recursion: an expression may be nested as deep as its line is long.

import { operand } from './condition-operand.ts'
import { BadExpression, fail, nextSignificant, one, type Value, wrap, zero } from './condition-value.ts'
import type { State } from './state.ts'
import { kind, type Token } from './tokens.ts'

/** Evaluates the rest of the line. */
export function evaluateCondition(state: State, directive: string): boolean {
  const start = state.location
  const { sink } = state
  const before = sink.errorCount
  state.isEvaluating = true
  state.directiveStart = start
  state.isElif = directive === 'elif'
  try {
    const result = evaluate(state, directive, start)
    return sink.errorCount === before && result.value !== 0n
  } catch (error) {
    if (!(error instanceof BadExpression)) throw error
    return false
  } finally {
    state.isEvaluating = false
    state.preventExpansion = 0
    state.wantsHeaderName = false
  }
}

interface Operator {
  readonly name: string
  readonly priority: number
  readonly token: Token
  /** The operand on the right is not evaluated. */
  readonly skipsRight: boolean
}

const binaryPriority: Record<string, number> = {
  ',': 4,
  '?': 3,
  ':': 4,
  '||': 6,
  '&&': 7,
  '|': 8,
  '^': 9,
  '&': 10,
  '==': 11,
  '!=': 11,
  '<': 12,
  '>': 12,
  '<=': 12,
  '>=': 12,
  '<<': 13,
  '>>': 13,
  '+': 14,
  '-': 14,
  '*': 15,
  '/': 15,
  '%': 15,
}
const unaryPriority = 16

function evaluate(state: State, directive: string, start: number): Value {
  const values: Value[] = []
  const operators: Operator[] = []
  let skipped = 0
  let wantsOperand = true
  let count = 0

  const reduce = (minimum: number, isRight = false) => {
    for (;;) {
      const operator = operators[operators.length - 1]
      if (!operator || operator.name === '(' || operator.name === '?') return
      if (isRight ? operator.priority <= minimum : operator.priority < minimum) return
      operators.pop()
      apply(operator)
    }
  }
  const apply = (operator: Operator) => {
    const right = values.pop() as Value
    if (operator.priority === unaryPriority) {
      if (operator.name === '-' && !right.isUnsigned && right.value === -(1n << 63n) && skipped === 0) warnOverflow(state)
      values.push(unary(operator.name, right))
      return
    }
    if (operator.name === ':') {
      operators.pop() // its `?`
      const left = values.pop() as Value
      const condition = values.pop() as Value
      if (operator.skipsRight) skipped--
      const isUnsigned = left.isUnsigned || right.isUnsigned
      values.push(wrap((condition.value !== 0n ? left : right).value, isUnsigned))
      return
    }
    const left = values.pop() as Value
    if (operator.skipsRight) skipped--
    if (operator.name === '&&') values.push(left.value !== 0n && right.value !== 0n ? one : zero)
    else if (operator.name === '||') values.push(left.value !== 0n || right.value !== 0n ? one : zero)
    else values.push(binary(state, operator, left, right, skipped > 0))
  }

  for (;;) {
    const token = nextSignificant(state)
    const text = token.kind < kind.hash ? '' : token.text
    if (token.kind === kind.endOfFile) {
      if (wantsOperand) {
        const last = operators[operators.length - 1]
        if (count === 0) fail(state, `#${directive} with no expression`, start)
        if (last?.name === '(') fail(state, "missing ')' in expression", last.token)
        fail(state, last ? `operator '${last.name}' has no right operand` : 'expression ends too early', last?.token ?? start)
      }
      reduce(0)
      const last = operators[operators.length - 1]
      if (last?.name === '(') fail(state, "missing ')' in expression", last.token)
      if (last?.name === '?') fail(state, "'?' without following ':'", last.token)
      return values[0] as Value
    }
    count++
    if (wantsOperand) {
      if (text === '(' && token.kind === kind.openParen) operators.push({ name: '(', priority: 0, token, skipsRight: false })
      else if (token.kind === kind.plus || token.kind === kind.minus || token.kind === kind.not || token.kind === kind.tilde) {
        operators.push({ name: text, priority: unaryPriority, token, skipsRight: false })
      } else if (isOperand(token)) {
        values.push(operand(state, token, skipped > 0))
        wantsOperand = false
      } else if (token.kind === kind.closeParen && operators[operators.length - 1]?.name === '(') {
        fail(state, "missing expression between '(' and ')'", token)
      } else if (token.kind === kind.closeParen && operators.length === 0) fail(state, "missing '(' in expression", token)
      else if (binaryPriority[text] !== undefined || token.kind === kind.closeParen) {
        const last = operators[operators.length - 1]
        fail(state, last ? `operator '${last.name}' has no right operand` : `operator '${text}' has no left operand`, token)
      } else fail(state, `token "${token.text}" is not valid in preprocessor expressions`, token)
      continue
    }
    if (token.kind === kind.closeParen) {
      reduce(0)
      const last = operators.pop()
      if (last?.name === '?') fail(state, "'?' without following ':'", last.token)
      if (!last) fail(state, "missing '(' in expression", token)
      continue
    }
    const priority = isBinary(token) ? binaryPriority[text] : undefined
    if (priority === undefined) {
      if (isOperand(token) || token.kind === kind.openParen || token.kind === kind.not || token.kind === kind.tilde) {
        fail(state, `missing binary operator before token "${token.text}"`, token)
      }
      fail(state, `token "${token.text}" is not valid in preprocessor expressions`, token)
    }
    wantsOperand = true
    if (text === '?') {
      // Right-associative: an open `:` waits for it.
      reduce(5)
      const isFalse = (values[values.length - 1] as Value).value === 0n
      if (isFalse) skipped++
      operators.push({ name: '?', priority: 3, token, skipsRight: isFalse })
      continue
    }
    if (text === ':') {
      reduce(4)
      const question = operators[operators.length - 1]
      if (question?.name !== '?') fail(state, "':' without preceding '?'", token)
      if (question.skipsRight) skipped--
      const skipsRight = !question.skipsRight
      if (skipsRight) skipped++
      operators.push({ name: ':', priority: 4, token, skipsRight })
      continue
    }
    if (text === ',') {
      reduce(4)
      operators.push({ name: ',', priority: 4, token, skipsRight: false })
      continue
    }
    reduce(priority)
    const left = values[values.length - 1] as Value
    const skipsRight = (text === '&&' && left.value === 0n) || (text === '||' && left.value !== 0n)
    if (skipsRight) skipped++
    operators.push({ name: text, priority, token, skipsRight })
  }
}

const isOperand = (token: Token) =>
  token.kind === kind.number ||
  token.kind === kind.name ||
  token.kind === kind.character ||
  token.kind === kind.string ||
  token.kind === kind.hash

const isBinary = (token: Token) => token.kind >= kind.comma && token.kind !== kind.dot && token.kind !== kind.arrow

function warnOverflow(state: State): void {
  state.warn('integer-overflow', 'integer overflow in preprocessor expression', state.location)
}

function unary(name: string, { value, isUnsigned }: Value): Value {
  if (name === '!') return value === 0n ? one : zero
  if (name === '-') return wrap(-value, isUnsigned)
  if (name === '~') return wrap(~value, isUnsigned)
  return { value, isUnsigned }
}

function binary(state: State, operator: Operator, left: Value, right: Value, isSkipped: boolean): Value {
  const { name } = operator
  if (name === ',') return right
  if (name === '<<' || name === '>>') {
    let distance = right.value
    let isLeft = name === '<<'
    if (distance < 0n) {
      distance = -distance
      isLeft = !isLeft
    }
    if (distance > 64n) distance = 64n
    const shifted = isLeft ? left.value << distance : left.value >> distance
    if (isLeft && !left.isUnsigned && !isSkipped && BigInt.asIntN(64, shifted) !== shifted) warnOverflow(state)
    return wrap(shifted, left.isUnsigned)
  }
  const isUnsigned = left.isUnsigned || right.isUnsigned
  const a = isUnsigned ? BigInt.asUintN(64, left.value) : left.value
  const b = isUnsigned ? BigInt.asUintN(64, right.value) : right.value
  const truth = (holds: boolean) => (holds ? one : zero)
  const inRange = (value: bigint) => {
    if (!isUnsigned && !isSkipped && BigInt.asIntN(64, value) !== value) warnOverflow(state)
    return wrap(value, isUnsigned)
  }
  switch (name) {
    case '+':
      return inRange(a + b)
    case '-':
      return inRange(a - b)
    case '*':
      return inRange(a * b)
    case '/':
    case '%':
      if (b === 0n) {
        if (!isSkipped) fail(state, 'division by zero in #if', operator.token)
        return wrap(0n, isUnsigned)
      }
      return inRange(name === '/' ? a / b : a % b)
    case '&':
      return wrap(a & b, isUnsigned)
    case '|':
      return wrap(a | b, isUnsigned)
    case '^':
      return wrap(a ^ b, isUnsigned)
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
    default:
      return truth(a >= b)
  }
}
