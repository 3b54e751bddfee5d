// Expressions of linker scripts to the syntax tree, and the cursor over tokens, for the quick reader.
// Enters: tokens. Leaves: what the grammar would make of them, or a Miss: see quick-reader.ts. GNU ld manual §3.10.

import type { Expression, Word } from './ast.ts'
import { climb, spanOf, textOf } from './build-tree.ts'
import { parseNumber } from './number.ts'
import type { ScriptToken, TokenKind } from './tokens.ts'

/** Here the grammar is to be asked. */
class Miss extends Error {}

export function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Miss) return undefined
    throw error
  }
}

export class QuickExpressions {
  readonly #tokens: readonly ScriptToken[]
  #at = 0

  constructor(tokens: readonly ScriptToken[]) {
    this.#tokens = tokens
  }

  protected expression(): Expression {
    const operands = [this.primary()]
    const operators: ScriptToken[] = []
    for (let kind = this.kind(); kind === 'Operator' || kind === 'Sign' || kind === 'Greater'; kind = this.kind()) {
      operators.push(this.next())
      this.#at++
      operands.push(this.primary())
    }
    const condition = operators.length === 0 ? (operands[0] as Expression) : climb(operands, operators)
    if (!this.skipped('Question')) return condition
    const whenTrue = this.expression()
    this.take('Colon')
    const whenFalse = this.expression()
    return { kind: 'conditional', condition, whenTrue, whenFalse, span: { ...condition.span, end: whenFalse.span.end } }
  }

  protected primary(): Expression {
    const token = this.next()
    switch (token.kind) {
      case 'Number':
        this.#at++
        return { kind: 'number', value: parseNumber(token.image), span: spanOf(token) }
      case 'Word':
      case 'Text': {
        this.#at++
        const name = textOf(token)
        const span = spanOf(token)
        if (!this.skipped('LeftParen')) return { kind: 'name', name, span }
        const operands: Expression[] = []
        if (this.startsExpression()) {
          do operands.push(this.expression())
          while (this.skipped('Comma'))
        }
        const close = this.take('RightParen')
        return { kind: 'call', name, operands, span: { ...span, end: close.endOffset + 1 } }
      }
      case 'LeftParen': {
        this.#at++
        const inner = this.expression()
        this.take('RightParen')
        return inner
      }
      case 'Bang':
      case 'Tilde':
      case 'Sign': {
        this.#at++
        const operand = this.primary()
        return { kind: 'unary', operator: token.image as '!', operand, span: { ...spanOf(token), end: operand.span.end } }
      }
      default:
        return this.miss()
    }
  }

  protected startsExpression(): boolean {
    switch (this.kind()) {
      case 'Number':
      case 'Word':
      case 'Text':
      case 'LeftParen':
      case 'Bang':
      case 'Tilde':
      case 'Sign':
        return true
      default:
        return false
    }
  }

  protected word(): Word {
    const token = this.next()
    if (token.kind !== 'Word' && token.kind !== 'Text') this.miss()
    this.#at++
    return { text: textOf(token), span: spanOf(token) }
  }

  protected separator(): void {
    if (!this.skipped('Semicolon') && !this.skipped('Comma')) this.miss()
  }

  /** @param ahead how many tokens to look beyond the next */
  protected kind(ahead = 0): TokenKind | undefined {
    return this.#tokens[this.#at + ahead]?.kind
  }

  protected next(): ScriptToken {
    return this.#tokens[this.#at] ?? this.miss()
  }

  /** The token that was taken last. */
  protected last(): ScriptToken {
    return this.#tokens[this.#at - 1] ?? this.miss()
  }

  protected skipped(kind: TokenKind): boolean {
    if (this.#tokens[this.#at]?.kind !== kind) return false
    this.#at++
    return true
  }

  protected take(kind: TokenKind): ScriptToken {
    const token = this.#tokens[this.#at]
    if (token?.kind !== kind) return this.miss()
    this.#at++
    return token
  }

  protected miss(): never {
    throw new Miss()
  }

  protected pass(): void {
    this.#at++
  }

  protected get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length
  }
}
