// Syntax trees of expressions: what the grammar makes and what the rest of the assembler reads. Offsets are in the text
// given to the parser.

export type SyntaxTree =
  | { readonly kind: 'number' | 'name' | 'quoted-name' | 'character' | 'register'; readonly start: number; readonly end: number }
  | { readonly kind: 'here'; readonly start: number; readonly end: number }
  | { readonly kind: 'missing'; readonly start: number; readonly end: number }
  | {
      readonly kind: 'unary'
      readonly operator: '-' | '+' | '~' | '!'
      readonly operand: SyntaxTree
      readonly start: number
      readonly end: number
    }
  | {
      readonly kind: 'binary'
      readonly operator: string
      readonly left: SyntaxTree
      readonly right: SyntaxTree
      readonly start: number
      readonly end: number
    }

export interface ParsedSyntax {
  readonly tree: SyntaxTree
  /** `@NAME` written on a symbol: offsets of NAME. */
  readonly operator: { readonly start: number; readonly end: number } | undefined
  /** Where the expression ends and what follows begins. */
  readonly end: number
  /** A parenthesis that was never closed. */
  readonly unclosed: number | undefined
}
