// The value of an #if line (C17 6.10.1) in 64-bit two's complement, with GNU's assertions.
// Enters: the state behind the word `if`. Leaves: whether the condition holds; a fault is told and counts as false.
// Operator precedence with two stacks, no recursion: an expression may be nested as deep as its line is long.

import { headerExists } from './include.ts'
import { readInLine } from './lexer.ts'
import { nextToken } from './expander.ts'
import { builtin } from './macro.ts'
import { role } from './names.ts'
import type { State } from './state.ts'
import { kind, type Token } from './tokens.ts'

interface Value {
  readonly value: bigint
  readonly isUnsigned: boolean
}

/** A told fault: ends the evaluation. */
class BadExpression extends Error {}

const zero: Value = { value: 0n, isUnsigned: false }
const one: Value = { value: 1n, isUnsigned: false }

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

function fail(state: State, message: string, token: Token | number, length = 1): never {
  if (typeof token === 'number') state.error('bad-condition', message, token, length)
  else state.error('bad-condition', message, token.location, Math.max(1, token.text.length))
  throw new BadExpression()
}

/** For constants: at the line of the #if where a macro brought them. */
function failAtUse(state: State, message: string, token: Token): never {
  state.error('bad-condition', message, state.placeInDirective(token), Math.max(1, token.text.length))
  throw new BadExpression()
}

export function nextSignificant(state: State): Token {
  for (;;) {
    const found = nextToken(state)
    if (found !== kind.padding && found !== kind.comment) return state.token()
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

function wrap(value: bigint, isUnsigned: boolean): Value {
  return { value: isUnsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value), isUnsigned }
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

function operand(state: State, token: Token, isSkipped: boolean): Value {
  if (token.kind === kind.number) return integer(state, token)
  if (token.kind === kind.character) return character(state, token)
  if (token.kind === kind.hash) return testAssertion(state, token)
  if (token.kind === kind.string) fail(state, `token ${token.text} is not valid in preprocessor expressions`, token)
  if (state.names.role(token.name) === role.defined) return definedOperator(state)
  const which = state.macros.builtin(state.names.macro(token.name))
  if (which === builtin.hasInclude || which === builtin.hasIncludeNext) {
    return hasIncludeOperator(state, token, which === builtin.hasIncludeNext)
  }
  if (state.options.warnsOfUndefined && !isSkipped) {
    const place = state.placeInDirective(token)
    state.warn('undefined-in-condition', `"${token.text}" is not defined, evaluates to 0`, place, token.text.length, { option: 'undef' })
  }
  return zero
}

function definedOperator(state: State): Value {
  state.preventExpansion++
  try {
    let token = nextSignificant(state)
    const hasParenthesis = token.kind === kind.openParen
    if (hasParenthesis) token = nextSignificant(state)
    if (token.kind !== kind.name) {
      if (token.kind === kind.endOfFile) fail(state, 'operator "defined" requires an identifier', state.location)
      fail(state, 'operator "defined" requires an identifier', token)
    }
    if (hasParenthesis) {
      const close = nextSignificant(state)
      if (close.kind !== kind.closeParen) fail(state, 'missing \')\' after "defined"', close.location)
    }
    const macro = state.names.macro(token.name)
    if (macro === 0) return zero
    state.macros.markUsed(macro)
    return one
  } finally {
    state.preventExpansion--
  }
}

function hasIncludeOperator(state: State, name: Token, isNext: boolean): Value {
  const open = nextSignificant(state)
  if (open.kind !== kind.openParen) fail(state, `missing '(' before "${name.text}" operand`, name)
  state.wantsHeaderName = true
  let token: Token
  try {
    token = nextSignificant(state)
  } finally {
    state.wantsHeaderName = false
  }
  let header: string
  if (token.kind === kind.string || token.kind === kind.headerName) header = token.text
  else if (token.kind === kind.less) {
    header = '<'
    for (;;) {
      const part = nextSignificant(state)
      if (part.kind === kind.endOfFile) fail(state, 'missing terminating > character', name)
      if (part.kind === kind.greater) break
      header += (header.length > 1 && (part.flags & 1) !== 0 ? ' ' : '') + part.text
    }
    header += '>'
  } else fail(state, `operator "${name.text}" requires a header-name`, token.kind === kind.endOfFile ? name : token)
  const close = nextSignificant(state)
  if (close.kind !== kind.closeParen) fail(state, `missing ')' after "${name.text}" operand`, name)
  return headerExists(state, header.slice(1, -1), header[0] === '<', isNext) ? one : zero
}

function testAssertion(state: State, hash: Token): Value {
  state.preventExpansion++
  try {
    if (!state.isElif)
      state.warn('deprecated-assertion', 'assertions are a deprecated extension', hash.location, 1, { option: 'deprecated' })
    const predicate = nextSignificant(state)
    if (predicate.kind !== kind.name)
      fail(state, 'predicate must be an identifier', predicate.kind === kind.endOfFile ? state.location : predicate)
    const answers = state.assertions.get(predicate.text)
    const before = state.position
    const open = state.isInFile ? readInLine(state) : undefined
    if (open?.kind !== kind.openParen) {
      state.position = before
      return answers && answers.length > 0 ? one : zero
    }
    const answer = readAnswer(state, open)
    return answers?.includes(answer) ? one : zero
  } finally {
    state.preventExpansion--
  }
}

/** `( tokens )` of #assert, as one spelling. */
export function readAnswer(state: State, open: Token): string {
  if (open.kind !== kind.openParen) fail(state, "missing '(' after predicate", open)
  const parts: string[] = []
  for (;;) {
    const token = readInLine(state)
    if (token.kind === kind.closeParen) break
    if (token.kind === kind.endOfLine) fail(state, "missing ')' to complete answer", token)
    parts.push(`${parts.length > 0 && (token.flags & 1) !== 0 ? ' ' : ''}${token.text}`)
  }
  if (parts.length === 0) fail(state, "predicate's answer is empty", open)
  return parts.join('')
}

export { BadExpression }

const escapes: Record<string, number> = { a: 7, b: 8, e: 27, E: 27, f: 12, n: 10, r: 13, t: 9, v: 11 }

/** A character constant: the bytes shift in from the right, the value is an int, a single char is signed. */
function character(state: State, token: Token): Value {
  const isWide = token.text[0] === 'L'
  const text = token.text.slice(isWide ? 2 : 1, -1)
  if (text.length === 0) failAtUse(state, 'empty character constant', token)
  const codes: number[] = []
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c !== 0x5c) {
      codes.push(c)
      continue
    }
    const next = text[++i] ?? ''
    const octal = /^[0-7]{1,3}/.exec(text.slice(i, i + 3))
    if (octal) {
      const value = Number.parseInt(octal[0], 8)
      if (!isWide && value > 255)
        state.warn('escape-out-of-range', 'octal escape sequence out of range', state.placeInDirective(token), token.text.length)
      codes.push(isWide ? value : value & 0xff)
      i += octal[0].length - 1
    } else if (next === 'x') {
      const hex = /^[0-9a-fA-F]+/.exec(text.slice(i + 1))
      if (!hex) failAtUse(state, '\\x used with no following hex digits', token)
      const value = Number(BigInt(`0x${hex[0]}`) & 0xffffffffn)
      if (!isWide && BigInt(`0x${hex[0]}`) > 255n)
        state.warn('escape-out-of-range', 'hex escape sequence out of range', state.placeInDirective(token), token.text.length)
      codes.push(isWide ? value : value & 0xff)
      i += hex[0].length
    } else if (next === 'u' || next === 'U') {
      const size = next === 'u' ? 4 : 8
      const digits = /^[0-9a-fA-F]+/.exec(text.slice(i + 1, i + 1 + size))?.[0] ?? ''
      if (digits.length < size) failAtUse(state, `incomplete universal character name \\${next}${digits}`, token)
      state.warn(
        'universal-name',
        'universal character names are only valid in C++ and C99',
        state.placeInDirective(token),
        token.text.length,
      )
      codes.push(Number.parseInt(digits, 16))
      i += size
    } else {
      if (escapes[next] === undefined && !'\\\'"?'.includes(next)) {
        state.warn('unknown-escape', `unknown escape sequence: '\\${next}'`, state.placeInDirective(token), token.text.length)
      }
      codes.push(escapes[next] ?? next.charCodeAt(0))
    }
  }
  if (isWide && codes.length > 1) {
    state.warn('long-character', 'character constant too long for its type', state.placeInDirective(token), token.text.length)
  }
  if (isWide) return wrap(BigInt.asIntN(32, BigInt(codes[codes.length - 1] as number)), false)
  if (codes.length > 1) {
    if (codes.length > 4)
      state.warn('long-character', 'character constant too long for its type', state.placeInDirective(token), token.text.length)
    else
      state.warn('multi-character', 'multi-character character constant', state.placeInDirective(token), token.text.length, {
        option: 'multichar',
      })
    let value = 0
    for (const code of codes) value = (value << 8) | code
    return wrap(BigInt(value), false)
  }
  return wrap(BigInt.asIntN(8, BigInt(codes[0] as number)), false)
}

/** An integer constant (C17 6.4.4.1) with GNU's binary form and any of the suffixes. */
function integer(state: State, token: Token): Value {
  const { text } = token
  const match = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)(.*)$/s.exec(text)
  if (!match) {
    if (/^\.|^0[xX]\./.test(text)) failAtUse(state, 'floating constant in preprocessor expression', token)
    failAtUse(state, `invalid suffix "${text.slice(1)}" on integer constant`, token)
  }
  const digits = match[1] as string
  const suffix = match[2] as string
  if (suffix !== '' && !/^([uU](l|L|ll|LL)?|(l|L|ll|LL)[uU]?|[iIjJ])$/.test(suffix)) {
    if (/^[.eE]|^[pP]/.test(suffix) && !/^0[bB]/.test(text)) failAtUse(state, 'floating constant in preprocessor expression', token)
    if (/^[89]/.test(suffix)) failAtUse(state, `invalid digit "${suffix[0]}" in constant`, token)
    failAtUse(state, `invalid suffix "${suffix}" on integer constant`, token)
  }
  if (/[iIjJ]/.test(suffix)) failAtUse(state, 'imaginary number in preprocessor expression', token)
  const isOctal = /^0[0-9]/.test(digits)
  if (isOctal && /[89]/.test(digits)) failAtUse(state, `invalid digit "${/[89]/.exec(digits)?.[0]}" in octal constant`, token)
  const value = BigInt(isOctal ? `0o${digits}` : digits)
  let isUnsigned = /[uU]/.test(suffix)
  if (value > 0xffff_ffff_ffff_ffffn)
    state.warn('constant-too-large', 'integer constant is too large for its type', state.placeInDirective(token), text.length)
  else if (!isUnsigned && value > 0x7fff_ffff_ffff_ffffn) {
    // Decimal constants stay signed in C, but no signed type holds it.
    if (/^[1-9]/.test(digits)) {
      state.warn('constant-so-large', 'integer constant is so large that it is unsigned', state.placeInDirective(token), text.length)
    }
    isUnsigned = true
  }
  return wrap(value, isUnsigned || BigInt.asUintN(64, value) > 0x7fff_ffff_ffff_ffffn)
}
