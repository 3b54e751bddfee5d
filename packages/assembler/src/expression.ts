// Expressions: trees, their arithmetic, and what is known of them at a given time.
// Enters: trees from syntax/. Leaves: `add - sub + constant` (the most that a field of an object file can express), or
// the reason why a tree has no such form. GNU as manual §6 "Expressions"; arithmetic is 64 bits wide and wraps.

import { type AsmSymbol, symbolAbsolute, symbolCommon, symbolEquated, symbolLabel, symbolRegister, symbolUndefined } from './symbols.ts'

export type BinaryOperator =
  | '*'
  | '/'
  | '%'
  | '<<'
  | '>>'
  | '|'
  | '&'
  | '^'
  | '!'
  | '+'
  | '-'
  | '=='
  | '<>'
  | '<'
  | '>'
  | '<='
  | '>='
  | '&&'
  | '||'
export type UnaryOperator = '-' | '~' | '!'

export type Expression =
  | { readonly kind: 'constant'; readonly value: bigint }
  | { readonly kind: 'symbol'; readonly symbol: AsmSymbol }
  | { readonly kind: 'linear'; readonly add: AsmSymbol | undefined; readonly sub: AsmSymbol | undefined; readonly addend: bigint }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'register'; readonly name: string }
  | { readonly kind: 'missing' }

/**
 * The symbol that an expression is written with, where it is `symbol ± number`, with or without another symbol
 * subtracted: what a relocation may name. Of all else GNU as makes a local symbol, which no relocation names.
 */
export function writtenSymbol(expression: Expression): AsmSymbol | undefined {
  switch (expression.kind) {
    case 'symbol':
      return expression.symbol
    case 'linear':
      return expression.add
    case 'binary':
      if (expression.operator === '-') return writtenSymbol(expression.left)
      if (expression.operator !== '+') return undefined
      if (expression.right.kind === 'constant') return writtenSymbol(expression.left)
      return expression.left.kind === 'constant' ? writtenSymbol(expression.right) : undefined
    default:
      return undefined
  }
}

/** The symbol that an expression is nothing else than. */
export function soleSymbol(expression: Expression | undefined): AsmSymbol | undefined {
  if (expression?.kind === 'symbol') return expression.symbol
  return expression?.kind === 'linear' && !expression.sub && expression.addend === 0n ? expression.add : undefined
}

/** `add - sub + constant`. */
export interface Linear {
  readonly add: AsmSymbol | undefined
  readonly sub: AsmSymbol | undefined
  readonly constant: bigint
}

export type EvaluationFault =
  | { readonly kind: 'not-linear'; readonly operator: string; readonly left: Linear; readonly right: Linear }
  | { readonly kind: 'division-by-zero' }
  | { readonly kind: 'loop'; readonly symbol: AsmSymbol }
  | { readonly kind: 'too-long' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'register'; readonly name: string }

/** What is known of places at the time of asking. */
export interface Knowledge {
  /** Distance `a - b` of two labels in bytes, where it is fixed already. */
  distance(a: AsmSymbol, b: AsmSymbol): bigint | undefined
}

/** So many symbols are followed for one value: each may name the next twice, and sixty would never end. */
const mostSteps = 100_000

export class Evaluation {
  readonly #knowledge: Knowledge
  fault: EvaluationFault | undefined = undefined
  #depth = 0
  #steps = 0
  /** Values of equated symbols, where they cannot change any more; a fault in the place of a value. */
  readonly #known: Map<AsmSymbol, Linear | EvaluationFault> | undefined

  /** `isFinal`: all addresses are, so that each symbol is worked out once, however long the chain it hangs on. */
  constructor(knowledge: Knowledge, isFinal = false) {
    this.#knowledge = knowledge
    this.#known = isFinal ? new Map() : undefined
  }

  /** The linear form, or undefined with `fault` set. */
  evaluate(expression: Expression): Linear | undefined {
    this.fault = undefined
    this.#depth = 0
    this.#steps = 0
    return this.#linear(expression)
  }

  /** The value of an expression that must be a number now; undefined where it is not (then `fault` may be unset). */
  constant(expression: Expression): bigint | undefined {
    const linear = this.evaluate(expression)
    return linear && !linear.add && !linear.sub ? linear.constant : undefined
  }

  ofSymbol(symbol: AsmSymbol): Linear | undefined {
    this.fault = undefined
    this.#depth = 0
    this.#steps = 0
    return this.#symbol(symbol)
  }

  #fail(fault: EvaluationFault): undefined {
    this.fault ??= fault
    return undefined
  }

  #symbol(symbol: AsmSymbol): Linear | undefined {
    switch (symbol.kind) {
      case symbolAbsolute:
        return { add: undefined, sub: undefined, constant: symbol.value }
      case symbolRegister:
        return this.#fail({ kind: 'register', name: symbol.registerName })
      case symbolEquated: {
        if (this.#known) return this.#resolved(symbol, this.#known)
        if (symbol.isResolving || this.#depth > 2000) return this.#fail({ kind: 'loop', symbol })
        if (++this.#steps > mostSteps) return this.#fail({ kind: 'too-long' })
        symbol.isResolving = true
        this.#depth++
        const result = this.#linear(symbol.expression as Expression)
        this.#depth--
        symbol.isResolving = false
        return result
      }
      case symbolUndefined: {
        let target = symbol
        for (let depth = 0; target.weakrefTarget && depth < 100; depth++) target = target.weakrefTarget
        if (target !== symbol) {
          target.isWeakrefTarget = true
          return this.#symbol(target)
        }
        return { add: symbol, sub: undefined, constant: 0n }
      }
      case symbolLabel:
      case symbolCommon:
        return { add: symbol, sub: undefined, constant: 0n }
    }
  }

  /** What hangs on others is worked out after them, without recursion: chains of `.set` may be as long as the source. */
  #resolved(symbol: AsmSymbol, known: Map<AsmSymbol, Linear | EvaluationFault>): Linear | undefined {
    const waiting = symbol.isResolving ? [] : [symbol]
    const begun: AsmSymbol[] = []
    while (waiting.length > 0) {
      const next = waiting.at(-1) as AsmSymbol
      if (known.has(next)) waiting.pop()
      else if (next === begun.at(-1)) {
        const before = this.fault
        this.fault = undefined
        const value = this.#linear(next.expression as Expression)
        known.set(next, value ?? this.fault ?? { kind: 'missing' })
        this.fault = before
        next.isResolving = false
        begun.pop()
        waiting.pop()
      } else {
        next.isResolving = true
        begun.push(next)
        for (const needed of equatedIn(next.expression as Expression)) if (!needed.isResolving && !known.has(needed)) waiting.push(needed)
      }
    }
    const value = known.get(symbol) ?? { kind: 'loop', symbol }
    return 'kind' in value ? this.#fail(value) : value
  }

  #linear(expression: Expression): Linear | undefined {
    switch (expression.kind) {
      case 'constant':
        return { add: undefined, sub: undefined, constant: wrap(expression.value) }
      case 'symbol':
        return this.#symbol(expression.symbol)
      case 'missing':
        return this.#fail({ kind: 'missing' })
      case 'register':
        return this.#fail({ kind: 'register', name: expression.name })
      case 'linear': {
        let value: Linear | undefined = { add: undefined, sub: undefined, constant: expression.addend }
        if (expression.add) {
          const add = this.#symbol(expression.add)
          value = add && this.#sum(add, value, '+')
        }
        if (value && expression.sub) {
          const sub = this.#symbol(expression.sub)
          value = sub && this.#difference(value, sub)
        }
        return value
      }
      case 'unary': {
        const operand = this.#linear(expression.operand)
        if (!operand) return undefined
        if (expression.operator === '-') return this.#difference({ add: undefined, sub: undefined, constant: 0n }, operand)
        // In the end GNU as asks only the number beside an address whether it is zero.
        if ((operand.add || operand.sub) && !(expression.operator === '!' && this.#known)) {
          return this.#fail({ kind: 'not-linear', operator: expression.operator, left: operand, right: operand })
        }
        return number(expression.operator === '~' ? ~operand.constant : operand.constant === 0n ? 1n : 0n)
      }
      case 'binary': {
        if (++this.#depth > 5000) return this.#fail({ kind: 'missing' })
        const left = this.#linear(expression.left)
        const right = left && this.#linear(expression.right)
        this.#depth--
        return left && right && this.#binary(expression.operator, left, right)
      }
    }
  }

  #binary(operator: BinaryOperator, left: Linear, right: Linear): Linear | undefined {
    if (operator === '+') return this.#sum(left, right, '+')
    if (operator === '-') return this.#difference(left, right)
    const comparison = comparisons[operator]
    if (comparison) {
      const difference = this.#difference(left, right)
      if (difference && !difference.add && !difference.sub) {
        // Numbers compare as they are, places by their distance.
        const isNumbers = !left.add && !right.add && !left.sub && !right.sub
        const order = isNumbers ? (left.constant < right.constant ? -1n : left.constant > right.constant ? 1n : 0n) : difference.constant
        return number(comparison(order) ? -1n : 0n)
      }
      // Equality may be asked of anything: what lies in different places is different.
      if ((operator === '==' || operator === '<>') && !mayBeNear(left, right)) return number(operator === '==' ? 0n : -1n)
      return this.#fail({ kind: 'not-linear', operator, left, right })
    }
    if (left.add || left.sub || right.add || right.sub) {
      if (
        right.constant === 0n &&
        !right.add &&
        !right.sub &&
        (operator === '|' || operator === '^' || operator === '<<' || operator === '>>')
      )
        return left
      return this.#fail({ kind: 'not-linear', operator, left, right })
    }
    const a = left.constant
    const b = right.constant
    switch (operator) {
      case '*':
        return number(a * b)
      case '/':
        return b === 0n ? this.#fail({ kind: 'division-by-zero' }) : number(a / b)
      case '%':
        return b === 0n ? this.#fail({ kind: 'division-by-zero' }) : number(a % b)
      case '<<':
        return number(b < 0n || b > 63n ? 0n : a << b)
      case '>>':
        return number(b < 0n || b > 63n ? 0n : BigInt.asUintN(64, a) >> b)
      case '|':
        return number(a | b)
      case '&':
        return number(a & b)
      case '^':
        return number(a ^ b)
      case '!':
        return number(a | ~b)
      case '&&':
        return number(a !== 0n && b !== 0n ? 1n : 0n)
      case '||':
        return number(a !== 0n || b !== 0n ? 1n : 0n)
    }
    return undefined
  }

  #sum(left: Linear, right: Linear, operator: string): Linear | undefined {
    let constant = left.constant + right.constant
    let adds = [left.add, right.add].filter((s) => s !== undefined)
    let subs = [left.sub, right.sub].filter((s) => s !== undefined)
    for (let i = 0; i < adds.length; i++) {
      for (let j = 0; j < subs.length; j++) {
        const a = adds[i] as AsmSymbol
        const s = subs[j] as AsmSymbol
        const distance = a === s ? 0n : this.#knowledge.distance(a, s)
        if (distance === undefined) continue
        constant += distance
        adds = adds.filter((_, k) => k !== i)
        subs = subs.filter((_, k) => k !== j)
        i = -1
        break
      }
    }
    if (adds.length > 1 || subs.length > 1) return this.#fail({ kind: 'not-linear', operator, left, right })
    return { add: adds[0], sub: subs[0], constant: wrap(constant) }
  }

  #difference(left: Linear, right: Linear): Linear | undefined {
    return this.#sum(left, { add: right.sub, sub: right.add, constant: -right.constant }, '-')
  }
}

/** The symbols of an expression that have expressions themselves. */
function equatedIn(expression: Expression): AsmSymbol[] {
  const found: AsmSymbol[] = []
  const parts = [expression]
  const add = (symbol: AsmSymbol | undefined) => {
    for (let depth = 0; symbol?.weakrefTarget && depth < 100; depth++) symbol = symbol.weakrefTarget
    if (symbol?.kind === symbolEquated) found.push(symbol)
  }
  for (let part = parts.pop(); part; part = parts.pop()) {
    if (part.kind === 'symbol') add(part.symbol)
    else if (part.kind === 'linear') {
      add(part.add)
      add(part.sub)
    } else if (part.kind === 'unary') parts.push(part.operand)
    else if (part.kind === 'binary') parts.push(part.left, part.right)
  }
  return found
}

/** Could the distance of the two become known? Two labels of one section's fragments. */
function mayBeNear(left: Linear, right: Linear): boolean {
  const places = [left.add, left.sub, right.add, right.sub].filter((s) => s !== undefined)
  return places.length >= 2 && places.every((s) => s.kind === symbolLabel && s.chain?.section === places[0]?.chain?.section)
}

const comparisons: Partial<Record<BinaryOperator, (order: bigint) => boolean>> = {
  '==': (o) => o === 0n,
  '<>': (o) => o !== 0n,
  '<': (o) => o < 0n,
  '>': (o) => o > 0n,
  '<=': (o) => o <= 0n,
  '>=': (o) => o >= 0n,
}

function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value)
}

function number(value: bigint): Linear {
  return { add: undefined, sub: undefined, constant: wrap(value) }
}

/** What `.eqv` needs of the assembly at each use. */
export interface PresentWorld {
  /** The symbol that has the name now. */
  current(symbol: AsmSymbol): AsmSymbol
  /** The symbol that stands for `.` in late expressions. */
  readonly dot: AsmSymbol
  here(): AsmSymbol
}

/** A late expression (`.eqv`, `==`) as of now: constants, the location counter, other late symbols' expressions. */
export function snapshot(expression: Expression, world: PresentWorld, depth = 0, budget = { steps: mostSteps }): Expression {
  if (depth > 200 || --budget.steps < 0) return { kind: 'missing' }
  switch (expression.kind) {
    case 'symbol': {
      if (expression.symbol === world.dot) return { kind: 'symbol', symbol: world.here() }
      const symbol = world.current(expression.symbol)
      if (symbol.kind === symbolAbsolute) return { kind: 'constant', value: symbol.value }
      if (symbol.isForwardReference && symbol.expression) return snapshot(symbol.expression, world, depth + 1, budget)
      return { kind: 'symbol', symbol }
    }
    case 'unary':
      return { ...expression, operand: snapshot(expression.operand, world, depth + 1, budget) }
    case 'binary':
      return {
        ...expression,
        left: snapshot(expression.left, world, depth + 1, budget),
        right: snapshot(expression.right, world, depth + 1, budget),
      }
    default:
      return expression
  }
}
