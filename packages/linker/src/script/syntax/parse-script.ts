// Linker script to syntax tree.
// Enters: a SourceFile, a way to open INCLUDEs and one to get the grammar. Leaves: commands, or diagnostics and undefined. The
// grammar is asked for only where the quick reader does not know what to make of the tokens.

import type { DiagnosticSink, SourceFile } from '@kernelbox/diagnostics'
import type { Assignment, ScriptCommand } from './ast.ts'
import { tooDeep } from './nesting.ts'
import { readDefinitionQuickly, readQuickly } from './quick-reader.ts'
import { scanScript } from './scanner.ts'
import type { OpenScript } from './script-text.ts'
import { type ScriptToken, tokenSpan } from './tokens.ts'

/** The grammar of linker scripts, as apply-grammar.ts has it. */
export interface ScriptGrammar {
  script(tokens: readonly ScriptToken[], source: SourceFile, sink: DiagnosticSink): ScriptCommand[] | undefined
  symbolDefinition(tokens: readonly ScriptToken[], source: SourceFile, sink: DiagnosticSink): Assignment | undefined
}

export function parseScript(
  source: SourceFile,
  sink: DiagnosticSink,
  open: OpenScript,
  grammar: () => ScriptGrammar,
): readonly ScriptCommand[] | undefined {
  const tokens = scanScript(source, sink, open)
  if (!tokens || isTooDeep(tokens, sink)) return undefined
  return readQuickly(tokens) ?? grammar().script(tokens, source, sink)
}

/** `symbol=expression` of --defsym. */
export function parseSymbolDefinition(source: SourceFile, sink: DiagnosticSink, grammar: () => ScriptGrammar): Assignment | undefined {
  const tokens = scanScript(source, sink, () => undefined, 'expression')
  if (!tokens || isTooDeep(tokens, sink)) return undefined
  return readDefinitionQuickly(tokens) ?? grammar().symbolDefinition(tokens, source, sink)
}

function isTooDeep(tokens: readonly ScriptToken[], sink: DiagnosticSink): boolean {
  const deep = tooDeep(tokens)
  if (deep)
    sink.error('script-too-deep', 'the linker script nests too deep here, or this expression has too many operators', tokenSpan(deep))
  return deep !== undefined
}
