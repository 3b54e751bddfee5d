// The expressions of a linker script as tokens.
// Enters: a place in the text. Leaves: the tokens of one expression or assignment: it ends before the first that cannot continue it.
// GNU ld manual §3.5, §3.10.

import { assignmentOperator, binaryOperator, blanks, expressionName, number, ScriptText, scriptName } from './script-text.ts'
import type { TokenKind } from './tokens.ts'

const nameFunctions = new Set(['ADDR', 'SIZEOF', 'LOADADDR', 'ALIGNOF', 'DEFINED', 'ORIGIN', 'LENGTH', 'CONSTANT'])
export const noKeywords: ReadonlyMap<string, TokenKind> = new Map()

export class ExpressionScanner extends ScriptText {
  /** `PROVIDE(name = expression)`, `ASSERT(expression, "text")`, `BYTE(expression)`: the keyword and its parentheses. */
  protected parenthesised(kind: TokenKind, word: string, names: RegExp): void {
    this.emit(kind, word.length)
    this.skip()
    if (this.text[this.at] !== '(') this.unexpected()
    this.emit('LeftParen', 1)
    this.skip()
    if (kind === 'Provide') {
      if (!this.assignment(names)) this.unexpected()
    } else this.expression(kind === 'Assert')
    this.skip()
    if (this.text[this.at] === ')') this.emit('RightParen', 1)
    else this.unexpected()
  }

  /** `name op expression`, where the text stands so; false without having moved where not. */
  protected assignment(names: RegExp): boolean {
    const begin = this.at
    let name: string
    if (this.text[begin] === '"') {
      const end = this.text.indexOf('"', begin + 1)
      if (end < 0) return false
      name = this.text.slice(begin, end + 1)
    } else {
      const word = this.peek(names)
      if (word === undefined || word.includes('*')) return false
      name = word
    }
    blanks.lastIndex = begin + name.length
    const gap = blanks.exec(this.text)
    const operatorAt = begin + name.length + (gap ? gap[0].length : 0)
    assignmentOperator.lastIndex = operatorAt
    const operator = assignmentOperator.exec(this.text)
    // `x=4` in one word: GNU ld takes it for a name, and so must we; only an expression's state parts it.
    if (!operator) return false
    this.emit('Target', name.length)
    this.at = operatorAt
    this.emit('AssignmentOperator', operator[0].length)
    this.expression(false)
    return true
  }

  /** The tokens of one expression: ends before the first token that cannot continue it. */
  protected expression(withMessage: boolean): void {
    let wantsOperand = true
    const open: ('(' | '?')[] = []
    for (;;) {
      this.skip()
      if (this.isAtEnd()) return
      const c = this.text[this.at] as string
      if (wantsOperand) {
        if (c === '(') open.push('(')
        else if (c === ')' && open.includes('(')) {
          while (open.pop() === '?');
          wantsOperand = false
        } else if (!'!~+-'.includes(c)) {
          if (c === ',' && open.length === 0) return
          if (c !== '"' && this.peek(expressionName) === undefined && this.peek(number) === undefined) {
            if (c !== ',') return
          } else wantsOperand = false
        }
      } else if (c === '(') {
        open.push('(')
        wantsOperand = true
      } else if (c === ')') {
        if (!open.includes('(')) return
        while (open.pop() === '?');
      } else if (c === '?') {
        open.push('?')
        wantsOperand = true
      } else if (c === ':') {
        if (open.at(-1) !== '?') return
        open.pop()
        wantsOperand = true
      } else if (c === ',') {
        if (!open.includes('(') && !withMessage) return
        wantsOperand = true
      } else {
        binaryOperator.lastIndex = this.at
        if (c !== '+' && c !== '-' && c !== '>' && !binaryOperator.test(this.text)) return
        // `>` is a comparison even behind a fill, as in GNU ld: a section's region stands before its fill.
        wantsOperand = true
      }
      this.expressionToken(noKeywords)
      this.nameOperand()
    }
  }

  /** ADDR, SIZEOF and the like take a name as SECTIONS has it: `ADDR(.silly-name)` is no subtraction. */
  protected nameOperand(): void {
    const last = this.tokens.at(-1)
    if (!last || !nameFunctions.has(last.image)) return
    this.skip()
    if (this.text[this.at] !== '(') return
    const name = /\(\s*([A-Za-z_/.$\\~][A-Za-z0-9_/.\-+$:[\]\\=&!<>~]*)\s*\)/y
    name.lastIndex = this.at
    if (!name.test(this.text)) return
    this.emit('LeftParen', 1)
    this.skip()
    this.nameOrText(scriptName, 'Word')
    this.skip()
    this.emit('RightParen', 1)
  }

  /** One token in the state of expressions. */
  protected expressionToken(keywords: ReadonlyMap<string, TokenKind>): void {
    const c = this.text[this.at] as string
    if (c === '"') {
      if (!this.quoted()) this.unexpected()
      return
    }
    const digits = this.peek(number)
    if (digits !== undefined) return this.emit('Number', digits.length)
    const name = this.peek(expressionName)
    if (name !== undefined) return this.emit(keywords.get(name) ?? 'Word', name.length)
    binaryOperator.lastIndex = this.at
    const operator = binaryOperator.exec(this.text)?.[0]
    if (operator !== undefined) return this.emit('Operator', operator.length)
    const kind = punctuation[c]
    if (!kind) this.unexpected()
    if (this.text.startsWith('>=', this.at) || this.text.startsWith('>>', this.at)) return this.emit('Operator', 2)
    this.emit(kind, 1)
  }
}

const punctuation: Readonly<Record<string, TokenKind>> = {
  '{': 'LeftCurly',
  '}': 'RightCurly',
  '(': 'LeftParen',
  ')': 'RightParen',
  ';': 'Semicolon',
  ',': 'Comma',
  ':': 'Colon',
  '?': 'Question',
  '>': 'Greater',
  '=': 'Equals',
  '!': 'Bang',
  '~': 'Tilde',
  '+': 'Sign',
  '-': 'Sign',
}
