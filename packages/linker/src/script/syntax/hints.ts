// What a person may have meant where the grammar of linker scripts stops.
// Enters: the token that cannot stand and those before it. Leaves: a proposal, where one is likely.

import { type DiagnosticFix, type DiagnosticNote, nearestWord } from '@kernelbox/diagnostics'
import { commandKinds, type ScriptToken, statementKinds, tokenSpan } from './tokens.ts'

export interface SyntaxHint {
  readonly fix?: DiagnosticFix
  readonly notes?: readonly DiagnosticNote[]
}

function isWord(token: ScriptToken | undefined): token is ScriptToken {
  return token?.kind === 'Word' || token?.kind === 'Target'
}

/** @param at index of the faulty token; the number of tokens where the script ends too early */
export function hintFor(tokens: readonly ScriptToken[], at: number): SyntaxHint {
  const found = tokens[at]
  const previous = tokens[at - 1]
  const next = tokens[at + 1]
  if (found && isWord(found) && (next?.image === '{' || next?.image === '(')) {
    const meant = nearestWord(found.image, commandKinds.keys())
    if (meant) return { fix: { message: `did you mean '${meant}'?`, span: tokenSpan(found), replacement: meant } }
  }
  if (found?.image === '{' && isWord(previous)) {
    const span = tokenSpan(previous)
    const { image } = previous
    if (image.endsWith(':')) {
      const name = image.slice(0, -1)
      const message = `put a blank before the colon, which belongs to the name '${image}' as it stands: '${name} : {'`
      return { fix: { message, span, replacement: `${name} :` } }
    }
    return { fix: { message: `the name of an output section is followed by a colon: '${image} : {'`, span, replacement: `${image} :` } }
  }
  if (found?.image === '(') {
    // A misspelt KEEP passes for a file name until its second parenthesis.
    for (const word of [previous, tokens[at - 2]?.image === '(' ? tokens[at - 3] : undefined]) {
      const meant = isWord(word) ? nearestWord(word.image, statementKinds.keys()) : undefined
      if (word && meant) return { fix: { message: `did you mean '${meant}'?`, span: tokenSpan(word), replacement: meant } }
    }
  }
  if (previous?.image === 'AT' && found && found.image !== '(')
    return { fix: { message: `AT takes the load address in parentheses: 'AT(${found.image})'` } }
  const open = lastOpen(tokens, at)
  if (open && (!found || found.image === '}' || found.image === ';'))
    return { notes: [{ message: `the '${open.image}' that is open here is not closed`, span: tokenSpan(open) }] }
  return {}
}

/** The innermost bracket that is still open; a curly is of no interest while its own closing one is at hand. */
function lastOpen(tokens: readonly ScriptToken[], at: number): ScriptToken | undefined {
  const open: ScriptToken[] = []
  for (const token of tokens.slice(0, at)) {
    if (token.image === '(' || token.image === '{') open.push(token)
    else if (token.image === ')' || token.image === '}') open.pop()
  }
  const innermost = open.at(-1)
  return innermost?.image === '{' && at < tokens.length ? undefined : innermost
}
