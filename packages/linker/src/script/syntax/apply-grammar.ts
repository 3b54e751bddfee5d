// The grammar applied to a script's tokens, and its faults put into words.
// Enters: tokens that the quick reader makes nothing of. Leaves: the tree, or diagnostics and undefined.

import type { IRecognitionException, IToken } from 'chevrotain'
import type { DiagnosticSink, SourceFile, Span } from '@kernelbox/diagnostics'
import { ScriptParser } from './grammar.ts'
import { forGrammar, type GrammarToken } from './grammar-tokens.ts'
import { hintFor } from './hints.ts'
import type { ScriptGrammar } from './parse-script.ts'
import { type ScriptToken, tokenSpan } from './tokens.ts'

let parser: ScriptParser | undefined

export const scriptGrammar: ScriptGrammar = {
  script: (tokens, source, sink) => run(tokens, source, sink, (p) => p.script()),
  symbolDefinition: (tokens, source, sink) => run(tokens, source, sink, (p) => p.symbolDefinition()),
}

function run<T>(
  tokens: readonly ScriptToken[],
  source: SourceFile,
  sink: DiagnosticSink,
  rule: (parser: ScriptParser) => T,
): T | undefined {
  parser ??= new ScriptParser()
  parser.input = forGrammar(tokens)
  parser.missingSeparators = []
  parser.misplaced = []
  parser.misnamed = []
  const found = rule(parser)
  for (const token of parser.missingSeparators) reportMissingSeparator(token as GrammarToken, sink)
  for (const token of parser.misplaced)
    sink.error(
      'script-syntax',
      `syntax error in the linker script: files cannot be sorted with ${token.image}, only with SORT_BY_NAME`,
      tokenSpan(token as GrammarToken),
    )
  for (const { word, expected } of parser.misnamed)
    sink.error('script-syntax', `syntax error in the linker script: expected ${expected}, not '${word.text}'`, word.span, {
      fix: { message: `write '${expected}'`, span: word.span, replacement: expected },
    })
  const [error] = parser.errors
  if (error) report(error, tokens, source, sink)
  const isBad = error !== undefined || parser.missingSeparators.length > 0 || parser.misplaced.length > 0 || parser.misnamed.length > 0
  parser.input = []
  return isBad ? undefined : found
}

function reportMissingSeparator(token: ScriptToken, sink: DiagnosticSink): void {
  const at = (token.endOffset ?? token.startOffset) + 1
  const span = { source: token.source, start: at, end: at }
  sink.error('missing-semicolon', 'this statement of the linker script does not end: a semicolon is missing', span, {
    fix: { message: "end it with ';'", span, replacement: ';' },
  })
}

function report(error: IRecognitionException, tokens: readonly ScriptToken[], source: SourceFile, sink: DiagnosticSink): void {
  const found = error.token as GrammarToken
  const previous = ((error as { previousToken?: IToken }).previousToken as ScriptToken | undefined) ?? tokens.at(-1)
  const isAtEnd = found.tokenType.name === 'EOF'
  const isStatement = error.context.ruleStack.at(-1) === 'separator'
  if (isStatement && previous && !Number.isNaN(previous.startOffset)) return reportMissingSeparator(previous, sink)
  const span: Span = isAtEnd
    ? { source: previous?.source ?? source, start: (previous?.endOffset ?? -1) + 1, end: (previous?.endOffset ?? -1) + 1 }
    : tokenSpan(found)
  const what = isAtEnd ? 'it ends here' : `'${found.image}' is not expected here`
  const at = isAtEnd ? tokens.length : tokens.findIndex((token) => token.source === found.source && token.startOffset === found.startOffset)
  sink.error('script-syntax', `syntax error in the linker script: ${what}`, span, at < 0 ? {} : hintFor(tokens, at))
}
