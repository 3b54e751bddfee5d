// Reads an expression out of a statement's bytes. Sums of names and numbers, which is nearly every expression of real
// sources, are read here byte by byte; anything else goes to the grammar (syntax/grammar.ts), and both make the same
// trees. Enters: bytes and a range. Leaves: the fields of the reader, of which `kind` says which count.

import { bytesToText } from '@kernelbox/diagnostics'
import { isBignum } from './bignum.ts'
import { type BinaryOperator, type Expression, soleSymbol, type UnaryOperator } from './expression.ts'
import { operatorNumber } from './relocation-operators.ts'
import { type AsmSymbol, symbolAbsolute, symbolEquated, symbolRegister } from './symbols.ts'
import type { ParsedSyntax, SyntaxTree } from './syntax/syntax-tree.ts'

export const expressionMissing = 0
/** A number within ±2^53: `constant`. */
export const expressionConstant = 1
/** `add - sub + constant`. */
export const expressionLinear = 2
/** `tree` */
export const expressionTree = 3
/** `%eax` or a symbol that stands for it: `registerName`. */
export const expressionRegister = 4

/** Bytes that can be part of a name; names begin with one that is no digit. */
export const nameBytes = new Uint8Array(256)
for (let c = 0; c < 256; c++) {
  const isLetter = (c >= 65 && c <= 90) || (c >= 97 && c <= 122)
  if (isLetter || c === 95 || c === 46 || c === 36 || c >= 128) nameBytes[c] = 1
  if (c >= 48 && c <= 57) nameBytes[c] = 2
}

/** What the reader needs to know of the assembly. */
export interface ExpressionWorld {
  symbol(bytes: Uint8Array, start: number, end: number): AsmSymbol
  /** The place where the next byte goes. */
  here(): AsmSymbol
  localLabel(number: number, isForward: boolean): AsmSymbol
  /** Distance of two labels where it is fixed already. */
  distance(a: AsmSymbol, b: AsmSymbol): bigint | undefined
  fault(code: string, message: string, start: number, end: number): void
  /** A fault that GNU as lets pass with a warning. */
  caution(code: string, message: string, start: number, end: number): void
  /** The grammar; loads it on first use. */
  parse(text: string): ParsedSyntax | undefined
}

export class ExpressionReader {
  kind = expressionMissing
  constant = 0
  add: AsmSymbol | undefined = undefined
  sub: AsmSymbol | undefined = undefined
  tree: Expression | undefined = undefined
  registerName = ''
  /** Relocation operator written on a symbol; 0: none. */
  operator = 0
  /** Where the expression ends. */
  end = 0
  isFaulty = false
  /** Symbols and `.` are kept as they are, for `.eqv`. */
  isLate = false
  readonly #world: ExpressionWorld
  #bytes: Uint8Array = new Uint8Array(0)

  constructor(world: ExpressionWorld) {
    this.#world = world
  }

  read(bytes: Uint8Array, at: number, end: number): void {
    this.#bytes = bytes
    this.isFaulty = false
    if (this.isLate || !this.#fast(bytes, at, end)) this.readWithGrammar(bytes, at, end)
  }

  /** The expression as a tree. */
  get expression(): Expression {
    switch (this.kind) {
      case expressionConstant:
        return { kind: 'constant', value: BigInt(this.constant) }
      case expressionLinear:
        return { kind: 'linear', add: this.add, sub: this.sub, addend: BigInt(this.constant) }
      case expressionTree:
        return this.tree as Expression
      case expressionRegister:
        return { kind: 'register', name: this.registerName }
    }
    return { kind: 'missing' }
  }

  #fast(bytes: Uint8Array, at: number, end: number): boolean {
    this.operator = 0
    this.add = undefined
    this.sub = undefined
    this.tree = undefined
    let constant = 0
    let isNegative = false
    let hasTerm = false
    for (;;) {
      while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
      if (at >= end) {
        if (hasTerm) return false
        this.kind = expressionMissing
        this.end = at
        return true
      }
      let c = bytes[at] as number
      if (c === 45 && !isNegative) {
        // A sign: `-5`, `- x`; a second one is the grammar's.
        isNegative = true
        at++
        while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
        if (at >= end) return false
        c = bytes[at] as number
      }
      const nameKind = nameBytes[c] as number
      if (nameKind === 2) {
        let value = c - 48
        let next = at + 1
        if (value === 0 && next < end && (bytes[next] === 120 || bytes[next] === 88)) {
          next++
          const digits = next
          for (; next < end; next++) {
            const d = bytes[next] as number
            const digit = d <= 57 ? d - 48 : (d | 32) - 87
            if (digit < 0 || digit > 15 || (d > 57 && digit < 10)) break
            value = value * 16 + digit
          }
          if (next === digits) return false
        } else {
          const isOctal = value === 0
          for (; next < end; next++) {
            const digit = (bytes[next] as number) - 48
            if (digit < 0 || digit > 9) break
            if (isOctal && digit > 7) return false
            value = isOctal ? value * 8 + digit : value * 10 + digit
          }
        }
        if (value > 9007199254740991) return !hasTerm && this.#wide(bytes, at, next, end, isNegative)
        if (next < end && nameBytes[bytes[next] as number] !== 0) {
          // 1b, 1f: a local label; `0b101` and others are the grammar's.
          const suffix = bytes[next] as number
          if ((suffix !== 98 && suffix !== 102) || (next + 1 < end && nameBytes[bytes[next + 1] as number] !== 0)) return false
          const symbol = this.#world.localLabel(value, suffix === 102)
          if (!this.#symbolTerm(symbol, isNegative)) return false
          at = next + 1
        } else {
          constant += isNegative ? -value : value
          if (constant > 9007199254740991 || constant < -9007199254740991) return false
          at = next
        }
      } else if (nameKind === 1) {
        let next = at + 1
        while (next < end && nameBytes[bytes[next] as number] !== 0) next++
        // `.startof.(.text)` is a name in three tokens, and means the symbol that the linker defines as `.startof..text`.
        if (c === 46 && bytes[next] === 40 && bytes[next - 1] === 46 && next < end)
          return this.#sectionOperator(bytes, at, next, end, hasTerm || isNegative)
        const symbol = next === at + 1 && c === 46 ? this.#world.here() : this.#world.symbol(bytes, at, next)
        if (symbol.kind === symbolAbsolute && symbol.value < 0x1fffffffffffffn && symbol.value > -0x1fffffffffffffn) {
          constant += isNegative ? -Number(symbol.value) : Number(symbol.value)
          if (constant > 9007199254740991 || constant < -9007199254740991) return false
        } else if (!this.#symbolTerm(symbol, isNegative)) {
          return symbol.kind === symbolEquated && !hasTerm && !isNegative && this.#alias(symbol, bytes, next, end)
        }
        at = next
        if (at < end && bytes[at] === 64) {
          const nameStart = at + 1
          at = nameStart
          while (at < end && nameBytes[bytes[at] as number] !== 0) at++
          if (this.operator !== 0) return false
          const operator = operatorNumber(bytesToText(bytes.subarray(nameStart, at)))
          if (operator === undefined) return false
          this.operator = operator
        }
      } else return false
      hasTerm = true
      isNegative = false
      while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
      if (at < end) {
        c = bytes[at] as number
        if (c === 43) {
          at++
          continue
        }
        if (c === 45) continue
        // An operator of another level: the grammar knows what binds tighter.
        if (c !== 44 && c !== 40 && c !== 41 && c !== 123 && c !== 125 && c !== 34 && c !== 58 && (nameBytes[c] as number) === 0)
          return false
      }
      break
    }
    this.constant = constant
    this.end = at
    if (this.add && this.sub) {
      const distance = this.add === this.sub ? 0n : this.#world.distance(this.add, this.sub)
      if (distance !== undefined) {
        this.constant += Number(distance)
        this.add = undefined
        this.sub = undefined
      }
    }
    this.kind = this.add || this.sub ? expressionLinear : expressionConstant
    return true
  }

  /** A number alone that a double cannot hold: compilers write such constants. */
  #wide(bytes: Uint8Array, start: number, next: number, end: number, isNegative: boolean): boolean {
    let after = next
    while (after < end && (bytes[after] === 32 || bytes[after] === 9)) after++
    if (next - start > 20 || (after < end && bytes[after] !== 44)) return false
    const value = integerLiteral(bytesToText(bytes.subarray(start, next)))
    if (value === undefined) return false
    this.kind = expressionTree
    this.tree = { kind: 'constant', value: isNegative ? -value : value }
    this.constant = 0
    this.end = after
    return true
  }

  /** A symbol alone that stands for an expression. */
  #alias(symbol: AsmSymbol, bytes: Uint8Array, nameEnd: number, end: number): boolean {
    let at = nameEnd
    while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
    if (at < end && bytes[at] !== 44 && bytes[at] !== 40) return false
    this.constant = 0
    this.end = at
    this.#settle(this.#symbol(symbol))
    return true
  }

  /** The whole of an operand `.startof.(section)`, `.sizeof.(section)`; false: something else. */
  #sectionOperator(bytes: Uint8Array, at: number, open: number, end: number, hasMore: boolean): boolean {
    const match = /^(\.startof\.|\.sizeof\.)\(([\w.$]+)\)\s*(?=$|,)/.exec(bytesToText(bytes.subarray(at, end)))
    if (!match || hasMore || match[1]?.length !== open - at) return false
    const name = `${match[1]}${match[2]}`
    const nameAsBytes = Uint8Array.from(name, (character) => character.charCodeAt(0))
    this.add = this.#world.symbol(nameAsBytes, 0, nameAsBytes.length)
    this.constant = 0
    this.kind = expressionLinear
    this.end = at + match[0].length
    return true
  }

  #symbolTerm(symbol: AsmSymbol, isNegative: boolean): boolean {
    if (symbol.kind === symbolEquated || symbol.kind === symbolRegister || symbol.kind === symbolAbsolute) return false
    if (isNegative) {
      if (this.sub) return false
      this.sub = symbol
    } else {
      if (this.add) return false
      this.add = symbol
    }
    return true
  }

  /** The slow way, for everything; tests compare it with the fast one. */
  readWithGrammar(bytes: Uint8Array, at: number, end: number): void {
    this.#bytes = bytes
    this.operator = 0
    this.add = undefined
    this.sub = undefined
    this.tree = undefined
    this.constant = 0
    const parsed = this.#world.parse(bytesToText(bytes.subarray(at, end)))
    if (!parsed) {
      this.#fault('nesting-too-deep', 'this expression is nested too deeply', at, end)
      this.kind = expressionMissing
      this.end = end
      return
    }
    this.end = at + parsed.end
    while (this.end > at && (bytes[this.end - 1] === 32 || bytes[this.end - 1] === 9)) this.end--
    if (parsed.unclosed !== undefined) {
      this.#fault('missing-parenthesis', 'this parenthesis is never closed', at + parsed.unclosed, at + parsed.unclosed + 1)
    }
    if (parsed.operator) {
      const name = bytesToText(bytes.subarray(at + parsed.operator.start, at + parsed.operator.end))
      const operator = operatorNumber(name)
      if (operator === undefined) {
        this.#fault(
          'unknown-relocation',
          `there is no relocation operator '@${name}'`,
          at + parsed.operator.start - 1,
          at + parsed.operator.end,
        )
      }
      this.operator = operator ?? 0
    }
    if (parsed.tree.kind === 'missing') {
      this.kind = expressionMissing
      return
    }
    this.#settle(this.#build(parsed.tree, at))
  }

  /** Puts a tree in the simplest of the reader's forms. */
  #settle(tree: Expression): void {
    this.kind = expressionTree
    this.tree = tree
    if (this.isLate) return
    const flat = this.#flatten(tree)
    if (!flat) {
      if (tree.kind === 'register') {
        this.kind = expressionRegister
        this.registerName = tree.name
      }
      return
    }
    const { add, sub, addend } = flat
    if (addend > 9007199254740991n || addend < -9007199254740991n) return
    this.constant = Number(addend)
    this.add = add
    this.sub = sub
    if (add && sub) {
      const distance = add === sub ? 0n : this.#world.distance(add, sub)
      if (distance !== undefined) {
        this.constant += Number(distance)
        this.add = undefined
        this.sub = undefined
      }
    }
    this.kind = this.add || this.sub ? expressionLinear : expressionConstant
  }

  #flatten(tree: Expression): { add: AsmSymbol | undefined; sub: AsmSymbol | undefined; addend: bigint } | undefined {
    switch (tree.kind) {
      case 'constant':
        return { add: undefined, sub: undefined, addend: tree.value }
      case 'symbol': {
        const { symbol } = tree
        if (symbol.kind === symbolEquated || symbol.kind === symbolRegister) return undefined
        return { add: symbol, sub: undefined, addend: 0n }
      }
      case 'binary': {
        if (tree.operator !== '+' && tree.operator !== '-') return undefined
        const left = this.#flatten(tree.left)
        const right = left && this.#flatten(tree.right)
        if (!left || !right) return undefined
        const [rightAdd, rightSub, rightAddend] =
          tree.operator === '+' ? [right.add, right.sub, right.addend] : [right.sub, right.add, -right.addend]
        if ((left.add && rightAdd) || (left.sub && rightSub)) return undefined
        return { add: left.add ?? rightAdd, sub: left.sub ?? rightSub, addend: left.addend + rightAddend }
      }
      default:
        return undefined
    }
  }

  #build(tree: SyntaxTree, base: number): Expression {
    const start = base + tree.start
    const end = base + tree.end
    switch (tree.kind) {
      case 'number':
        return this.#number(start, end)
      case 'name':
        return this.#symbol(this.#world.symbol(this.#bytes, start, end))
      case 'quoted-name': {
        const name = unescaped(this.#bytes, start + 1, end - 1)
        return this.#symbol(this.#world.symbol(name, 0, name.length))
      }
      case 'here':
        return { kind: 'symbol', symbol: this.#world.here() }
      case 'character':
        return { kind: 'constant', value: BigInt(characterValue(this.#bytes, start, end)) }
      case 'register':
        return { kind: 'register', name: bytesToText(this.#bytes.subarray(start + 1, end)).toLowerCase() }
      case 'missing':
        this.#world.caution('missing-operand', 'a number or a name is missing here; zero is taken', start, start + 1)
        return { kind: 'constant', value: 0n }
      case 'unary': {
        const operand = this.#build(tree.operand, base)
        if (tree.operator === '+') return operand
        if (operand.kind === 'constant') {
          const { value } = operand
          if (tree.operator === '-') return { kind: 'constant', value: -value }
          if (tree.operator !== '~') return { kind: 'constant', value: value === 0n ? 1n : 0n }
          return { kind: 'constant', value: isBignum(value) ? ~value : BigInt.asIntN(64, ~value) }
        }
        return { kind: 'unary', operator: tree.operator as UnaryOperator, operand }
      }
      case 'binary': {
        const left = this.#small(this.#build(tree.left, base), start)
        const right = this.#small(this.#build(tree.right, base), base + tree.right.start)
        if (left.kind === 'constant' && right.kind === 'constant') {
          const folded = this.#fold(tree.operator as BinaryOperator, left.value, right.value, start, end)
          if (folded !== undefined) return { kind: 'constant', value: folded }
        }
        if (left.kind === 'register' && right.kind === 'register' && (tree.operator === '==' || tree.operator === '<>')) {
          // `.if reg == %ecx` of macros that are given registers.
          return { kind: 'constant', value: (left.name === right.name) === (tree.operator === '==') ? -1n : 0n }
        }
        return { kind: 'binary', operator: tree.operator as BinaryOperator, left, right }
      }
    }
  }

  /** Operators work on 64 bits. */
  #small(operand: Expression, start: number): Expression {
    if (operand.kind !== 'constant' || !isBignum(operand.value)) return operand
    this.#world.caution('number-too-big', 'this number needs more than 64 bits and cannot be reckoned with; 0 is taken', start, start + 1)
    return { kind: 'constant', value: 0n }
  }

  #fold(operator: BinaryOperator, left: bigint, right: bigint, start: number, end: number): bigint | undefined {
    const a = BigInt.asIntN(64, left)
    const b = BigInt.asIntN(64, right)
    const truth = (value: boolean) => (value ? -1n : 0n)
    switch (operator) {
      case '+':
        return BigInt.asIntN(64, a + b)
      case '-':
        return BigInt.asIntN(64, a - b)
      case '*':
        return BigInt.asIntN(64, a * b)
      case '/':
      case '%':
        if (b === 0n) {
          this.#world.caution('division-by-zero', 'division by zero', start, end)
          return operator === '/' ? a : 0n
        }
        return BigInt.asIntN(64, operator === '/' ? a / b : a % b)
      case '<<':
        return b < 0n || b > 63n ? 0n : BigInt.asIntN(64, a << b)
      case '>>':
        return b < 0n || b > 63n ? 0n : BigInt.asIntN(64, BigInt.asUintN(64, a) >> b)
      case '|':
        return a | b
      case '&':
        return a & b
      case '^':
        return a ^ b
      case '!':
        return a | ~b
      case '==':
        return truth(a === b)
      case '<>':
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
        return a !== 0n && b !== 0n ? 1n : 0n
      case '||':
        return a !== 0n || b !== 0n ? 1n : 0n
    }
    return undefined
  }

  #symbol(symbol: AsmSymbol): Expression {
    if (this.isLate) return { kind: 'symbol', symbol }
    let current = symbol
    for (let depth = 0; depth < 100; depth++) {
      if (current.kind === symbolAbsolute) return { kind: 'constant', value: current.value }
      if (current.kind === symbolRegister) return { kind: 'register', name: current.registerName }
      const next = current.kind === symbolEquated ? soleSymbol(current.expression) : undefined
      if (!next) break
      current = next
    }
    return { kind: 'symbol', symbol }
  }

  #number(start: number, end: number): Expression {
    const text = bytesToText(this.#bytes.subarray(start, end))
    const label = /^([0-9]+)([bf])$/.exec(text)
    if (label && text !== '0b') return { kind: 'symbol', symbol: this.#world.localLabel(Number(label[1]), label[2] === 'f') }
    if (text === '0b') return { kind: 'symbol', symbol: this.#world.localLabel(0, false) }
    const value = integerLiteral(text)
    if (value === undefined) {
      this.#fault('bad-number', `'${text}' is not a number`, start, end)
      return { kind: 'constant', value: 0n }
    }
    return { kind: 'constant', value }
  }

  #fault(code: string, message: string, start: number, end: number): void {
    this.isFaulty = true
    this.#world.fault(code, message, start, end)
  }
}

/** 10, 0x1f, 017, 0b101, with C's suffixes u and l; undefined: not a number. */
export function integerLiteral(text: string): bigint | undefined {
  const match = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)(?:[uU][lL]{0,2}|[lL]{1,2}[uU]?)?$/.exec(text)
  if (!match) return undefined
  const digits = match[1] as string
  return BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits}` : digits)
}

/** Value of `'a`, `'a'`, `'\n`. */
export function characterValue(bytes: Uint8Array, start: number, end: number): number {
  const decoded = unescaped(bytes, start + 1, end)
  return (decoded[0] as number | undefined) ?? 0
}

/** The bytes that the text of a string stands for; GNU as manual §3.6.1.1 "Strings". */
export function unescaped(bytes: Uint8Array, start: number, end: number): Uint8Array {
  let at = start
  while (at < end && bytes[at] !== 92) at++
  if (at === end) return bytes.subarray(start, end)
  const result = new Uint8Array(end - start)
  let length = 0
  for (at = start; at < end; at++) {
    let c = bytes[at] as number
    if (c === 92 && at + 1 < end) {
      c = bytes[++at] as number
      if (c >= 48 && c <= 57) {
        let value = 0
        let digits = 0
        for (; digits < 3 && at < end && (bytes[at] as number) >= 48 && (bytes[at] as number) <= 57; digits++)
          value = value * 8 + (bytes[at++] as number) - 48
        at--
        c = value & 255
      } else if (c === 120 || c === 88) {
        let value = 0
        let next = at + 1
        for (; next < end; next++) {
          const digit = Number.parseInt(String.fromCharCode(bytes[next] as number), 16)
          if (Number.isNaN(digit)) break
          value = (value * 16 + digit) & 255
        }
        at = next - 1
        c = value
      } else c = escapes[c] ?? c
    }
    result[length++] = c
  }
  return result.subarray(0, length)
}

const escapes: Record<number, number> = { 98: 8, 102: 12, 110: 10, 114: 13, 116: 9, 118: 11 }
