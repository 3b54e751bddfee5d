// How deep a script may nest: the grammar and the evaluation descend once a level, and a stack has an end.
// Enters: tokens. Leaves: the first that goes too deep, or undefined.

import type { ScriptToken } from './tokens.ts'

/** Parentheses, signs before an operand and `a ? b : c` within each other. */
const deepest = 200
/** Operators of one expression: it becomes a tree of that depth. */
const longest = 2000

export function tooDeep(tokens: readonly ScriptToken[]): ScriptToken | undefined {
  let open = 0
  let signs = 0
  let choices = 0
  let operators = 0
  for (const token of tokens) {
    const { kind } = token
    signs = kind === 'Sign' || kind === 'Bang' || kind === 'Tilde' ? signs + 1 : 0
    if (token.image === '(' || token.image === '{') open++
    else if (token.image === ')' || token.image === '}') open = Math.max(0, open - 1)
    else if (kind === 'Question') choices++
    else if (kind === 'Operator' || kind === 'Sign' || kind === 'Greater') operators++
    if (token.image === ';' || token.image === '{' || token.image === '}') choices = operators = 0
    if (open + signs + choices > deepest || operators > longest) return token
  }
  return undefined
}
