// The grammar of expressions, GNU as manual §6.2 "Infix Operators", with the levels that GNU as has: `* / % << >>` bind
// tightest, then `| & ^ !`, then `+ -`, then the comparisons, `&&`, `||`; all associate to the left.
// Enters: the text of a statement from some offset on. Leaves: a syntax tree and the offset where the expression ends:
// what follows (a comma, `(%ebx)`) belongs to somebody else.
// This module pulls in chevrotain and is imported only when the scanner meets something that it does not know.

import { createToken, EmbeddedActionsParser, type IToken, Lexer, type TokenType } from 'chevrotain'
import type { ParsedSyntax, SyntaxTree } from './syntax-tree.ts'

const WhiteSpace = createToken({ name: 'WhiteSpace', pattern: /[ \t\r\f\v]+/, group: Lexer.SKIPPED })
const NumberToken = createToken({ name: 'Number', pattern: /[0-9][0-9A-Za-z_$]*/ })
const Name = createToken({ name: 'Name', pattern: /[A-Za-z_.$\x80-\xff][A-Za-z0-9_.$\x80-\xff]*/ })
const QuotedName = createToken({ name: 'QuotedName', pattern: /"(?:[^"\\]|\\.)*"/ })
const Character = createToken({ name: 'Character', pattern: /'(?:\\[0-7]{1,3}|\\[xX][0-9a-fA-F]+|\\.|[^\\\n])'?/ })
const RegisterName = createToken({ name: 'Register', pattern: /%[A-Za-z][A-Za-z0-9]*(?:\([0-7]\))?/ })
const AtName = createToken({ name: 'AtName', pattern: /@[A-Za-z][A-Za-z0-9_]*/ })
const LeftParenthesis = createToken({ name: 'LeftParenthesis', pattern: /[([]/ })
const RightParenthesis = createToken({ name: 'RightParenthesis', pattern: /[)\]]/ })
const LogicalOr = createToken({ name: 'LogicalOr', pattern: '||' })
const LogicalAnd = createToken({ name: 'LogicalAnd', pattern: '&&' })
const Shift = createToken({ name: 'Shift', pattern: /<<|>>/ })
const Comparison = createToken({ name: 'Comparison', pattern: /==|<>|!=|<=|>=|<|>/ })
const Multiplicative = createToken({ name: 'Multiplicative', pattern: /[*/%]/ })
const Bitwise = createToken({ name: 'Bitwise', pattern: /[|&^]/ })
const Exclamation = createToken({ name: 'Exclamation', pattern: '!' })
const Tilde = createToken({ name: 'Tilde', pattern: '~' })
const Additive = createToken({ name: 'Additive', pattern: /[+-]/ })
const Other = createToken({ name: 'Other', pattern: /[^]/ })

const tokens: TokenType[] = [
  WhiteSpace,
  NumberToken,
  Name,
  QuotedName,
  Character,
  RegisterName,
  AtName,
  LeftParenthesis,
  RightParenthesis,
  LogicalOr,
  LogicalAnd,
  Shift,
  Comparison,
  Multiplicative,
  Bitwise,
  Exclamation,
  Tilde,
  Additive,
  Other,
]

/** Deeper nesting than this is refused: the parser is recursive and inputs are untrusted. */
const deepest = 60
/** Longer expressions are refused: their trees are as deep as they are long. */
const mostTokens = 4000

class ExpressionParser extends EmbeddedActionsParser {
  operator: { start: number; end: number } | undefined = undefined
  unclosed: number | undefined = undefined
  depth = 0

  constructor(skipValidations: boolean) {
    super(tokens, { recoveryEnabled: false, skipValidations, maxLookahead: 1 })
    this.performSelfAnalysis()
  }

  start = 0
  textEnd = 0

  /** expression: logicalAnd ('||' logicalAnd)* */
  expression = this.RULE('expression', (): SyntaxTree => {
    let left = this.SUBRULE(this.logicalAnd)
    this.MANY(() => {
      this.CONSUME(LogicalOr)
      const right = this.SUBRULE2(this.logicalAnd)
      left = this.ACTION(() => binary('||', left, right))
    })
    return left
  })

  /** logicalAnd: comparison ('&&' comparison)* */
  logicalAnd = this.RULE('logicalAnd', (): SyntaxTree => {
    let left = this.SUBRULE(this.comparison)
    this.MANY(() => {
      this.CONSUME(LogicalAnd)
      const right = this.SUBRULE2(this.comparison)
      left = this.ACTION(() => binary('&&', left, right))
    })
    return left
  })

  /** comparison: sum (('==' | '<>' | '!=' | '<' | '>' | '<=' | '>=') sum)* */
  comparison = this.RULE('comparison', (): SyntaxTree => {
    let left = this.SUBRULE(this.sum)
    this.MANY(() => {
      const operator = this.CONSUME(Comparison)
      const right = this.SUBRULE2(this.sum)
      left = this.ACTION(() => binary(operator.image === '!=' ? '<>' : operator.image, left, right))
    })
    return left
  })

  /** sum: bitwise (('+' | '-') bitwise)* */
  sum = this.RULE('sum', (): SyntaxTree => {
    let left = this.SUBRULE(this.bitwise)
    this.MANY(() => {
      const operator = this.CONSUME(Additive)
      const right = this.SUBRULE2(this.bitwise)
      left = this.ACTION(() => binary(operator.image, left, right))
    })
    return left
  })

  /** bitwise: product (('|' | '&' | '^' | '!') product)* */
  bitwise = this.RULE('bitwise', (): SyntaxTree => {
    let left = this.SUBRULE(this.product)
    this.MANY(() => {
      const operator = this.OR([{ ALT: () => this.CONSUME(Bitwise) }, { ALT: () => this.CONSUME(Exclamation) }])
      const right = this.SUBRULE2(this.product)
      left = this.ACTION(() => binary(operator.image, left, right))
    })
    return left
  })

  /** product: unary (('*' | '/' | '%' | '<<' | '>>') unary)*; `%` before a letter is a register and ends the expression */
  product = this.RULE('product', (): SyntaxTree => {
    let left = this.SUBRULE(this.unary)
    this.MANY(() => {
      const operator = this.OR([{ ALT: () => this.CONSUME(Multiplicative) }, { ALT: () => this.CONSUME(Shift) }])
      const right = this.SUBRULE2(this.unary)
      left = this.ACTION(() => binary(operator.image, left, right))
    })
    return left
  })

  /** unary: ('-' | '+' | '~' | '!')* primary */
  unary = this.RULE('unary', (): SyntaxTree => {
    const operators: IToken[] = []
    this.MANY(() => {
      const operator = this.OR([
        { ALT: () => this.CONSUME(Additive) },
        { ALT: () => this.CONSUME(Tilde) },
        { ALT: () => this.CONSUME(Exclamation) },
      ])
      this.ACTION(() => operators.push(operator))
    })
    const operand = this.SUBRULE(this.primary)
    return this.ACTION(() => {
      let tree = operand
      for (let i = operators.length - 1; i >= 0; i--) {
        const token = operators[i] as IToken
        tree = { kind: 'unary', operator: token.image as '-', operand: tree, start: token.startOffset, end: tree.end }
      }
      return tree
    })
  })

  /** primary: (number | name | "name" | 'c | %register | '(' expression ')' | '[' expression ']' | nothing) ('@' NAME)? */
  primary = this.RULE('primary', (): SyntaxTree => {
    const tree: SyntaxTree = this.OR([
      { ALT: () => leaf('number', this.CONSUME(NumberToken)) },
      {
        ALT: () => {
          const token = this.CONSUME(Name)
          return this.ACTION((): SyntaxTree => leaf(token.image === '.' ? 'here' : 'name', token))
        },
      },
      { ALT: () => leaf('quoted-name', this.CONSUME(QuotedName)) },
      { ALT: () => leaf('character', this.CONSUME(Character)) },
      { ALT: () => leaf('register', this.CONSUME(RegisterName)) },
      { ALT: () => this.SUBRULE(this.parenthesized) },
      {
        // An operand that is missing: `1 +`, `,`. The caller decides whether that is a fault.
        ALT: () => {
          const next = this.LA(1)
          return this.ACTION((): SyntaxTree => {
            const at = next.startOffset >= 0 ? next.startOffset : this.textEnd
            return { kind: 'missing', start: at, end: at }
          })
        },
      },
    ])
    this.OPTION(() => {
      const token = this.CONSUME(AtName)
      this.ACTION(() => {
        this.operator ??= { start: token.startOffset + 1, end: token.startOffset + token.image.length }
      })
    })
    return tree
  })

  parenthesized = this.RULE('parenthesized', (): SyntaxTree => {
    const open = this.CONSUME(LeftParenthesis)
    this.ACTION(() => {
      if (++this.depth > deepest) throw new NestingTooDeep()
    })
    const inner = this.SUBRULE(this.expression)
    this.OPTION({
      GATE: () => true,
      DEF: () => {
        this.CONSUME(RightParenthesis)
        this.ACTION(() => closed.add(open.startOffset))
      },
    })
    return this.ACTION(() => {
      this.depth--
      if (!closed.delete(open.startOffset)) this.unclosed ??= open.startOffset
      return inner
    })
  })

  parse(text: string, read: IToken[]): ParsedSyntax {
    this.input = read
    this.operator = undefined
    this.unclosed = undefined
    this.depth = 0
    this.textEnd = text.length
    const tree = this.expression()
    const next = this.LA(1).startOffset
    return { tree, operator: this.operator, end: next >= 0 ? next : text.length, unclosed: this.unclosed }
  }
}

class NestingTooDeep extends Error {}
const closed = new Set<number>()

function leaf(kind: 'number' | 'name' | 'quoted-name' | 'character' | 'register' | 'here', token: IToken): SyntaxTree {
  return { kind, start: token.startOffset, end: token.startOffset + token.image.length }
}

function binary(operator: string, left: SyntaxTree, right: SyntaxTree): SyntaxTree {
  return { kind: 'binary', operator, left, right, start: left.start, end: right.end }
}

/** `b%c`: after an operand `%` is the remainder, not the beginning of a register. */
function withRemainders(read: IToken[]): IToken[] {
  if (!read.some((token) => token.tokenType === RegisterName)) return read
  const result: IToken[] = []
  for (const token of read) {
    const before = result.at(-1)?.tokenType
    if (token.tokenType === RegisterName && before && operandEnds.has(before) && !token.image.includes('(')) {
      result.push(tokenLike(token, Multiplicative, '%', 0), tokenLike(token, Name, token.image.slice(1), 1))
    } else result.push(token)
  }
  return result
}

const operandEnds = new Set<TokenType>([NumberToken, Name, QuotedName, Character, RightParenthesis, AtName])

function tokenLike(token: IToken, type: TokenType, image: string, shift: number): IToken {
  return { ...token, tokenType: type, tokenTypeIdx: type.tokenTypeIdx as number, image, startOffset: token.startOffset + shift }
}

let lexer: Lexer | undefined
let parser: ExpressionParser | undefined

/** Chevrotain's own checks of the grammar; throws where they find a fault. For tests. */
export function checkGrammar(): void {
  new Lexer(tokens, { ensureOptimizations: false })
  new ExpressionParser(false)
}

/** Parses the expression at the beginning of `text`; undefined where it is nested too deeply. */
export function parseExpressionText(text: string): ParsedSyntax | undefined {
  lexer ??= new Lexer(tokens, { positionTracking: 'onlyOffset', skipValidations: true })
  parser ??= new ExpressionParser(true)
  closed.clear()
  try {
    const read = lexer.tokenize(text).tokens
    return read.length > mostTokens ? undefined : parser.parse(text, withRemainders(read))
  } catch (error) {
    if (error instanceof NestingTooDeep) return undefined
    throw error
  }
}
