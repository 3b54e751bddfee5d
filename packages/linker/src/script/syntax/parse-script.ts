// Linker script to syntax tree.
// Enters: a SourceFile and a way to open INCLUDEs. Leaves: commands, or diagnostics and undefined.

import type { IRecognitionException, IToken } from 'chevrotain'
import type { DiagnosticSink, SourceFile, Span } from '@kernelbox/diagnostics'
import type { Assignment, ScriptCommand } from './ast.ts'
import { ScriptParser } from './grammar.ts'
import { hintFor } from './hints.ts'
import { tooDeep } from './nesting.ts'
import { type OpenScript, scanScript } from './scanner.ts'
import type { ScriptToken } from './tokens.ts'

let parser: ScriptParser | undefined

export function parseScript(source: SourceFile, sink: DiagnosticSink, open: OpenScript): readonly ScriptCommand[] | undefined {
  const tokens = scanScript(source, sink, open)
  if (!tokens) return undefined
  return run(tokens, source, sink, (p) => p.script())
}

/** `symbol=expression` of --defsym. */
export function parseSymbolDefinition(source: SourceFile, sink: DiagnosticSink): Assignment | undefined {
  const tokens = scanScript(source, sink, () => undefined, 'expression')
  if (!tokens) return undefined
  return run(tokens, source, sink, (p) => p.symbolDefinition())
}

function run<T>(tokens: ScriptToken[], source: SourceFile, sink: DiagnosticSink, rule: (parser: ScriptParser) => T): T | undefined {
  const deep = tooDeep(tokens)
  if (deep) {
    sink.error('script-too-deep', 'the linker script nests too deep here, or this expression has too many operators', tokenSpan(deep))
    return undefined
  }
  parser ??= new ScriptParser()
  parser.input = tokens
  parser.missingSeparators = []
  parser.misplaced = []
  parser.misnamed = []
  const found = rule(parser)
  for (const token of parser.missingSeparators) reportMissingSeparator(token as ScriptToken, sink)
  for (const token of parser.misplaced)
    sink.error(
      'script-syntax',
      `syntax error in the linker script: files cannot be sorted with ${token.image}, only with SORT_BY_NAME`,
      tokenSpan(token),
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
  const found = error.token as ScriptToken
  const previous = ((error as { previousToken?: IToken }).previousToken as ScriptToken | undefined) ?? tokens.at(-1)
  const isAtEnd = found.tokenType.name === 'EOF'
  const isStatement = error.context.ruleStack.at(-1) === 'separator'
  if (isStatement && previous && !Number.isNaN(previous.startOffset)) return reportMissingSeparator(previous, sink)
  const span: Span = isAtEnd
    ? { source: previous?.source ?? source, start: (previous?.endOffset ?? -1) + 1, end: (previous?.endOffset ?? -1) + 1 }
    : tokenSpan(found)
  const what = isAtEnd ? 'it ends here' : `'${found.image}' is not expected here`
  const at = isAtEnd ? tokens.length : tokens.indexOf(found)
  sink.error('script-syntax', `syntax error in the linker script: ${what}`, span, at < 0 ? {} : hintFor(tokens, at))
}

function tokenSpan(token: IToken): Span {
  return { source: (token as ScriptToken).source, start: token.startOffset, end: (token.endOffset ?? token.startOffset) + 1 }
}
