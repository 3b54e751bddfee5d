// The script of a link: the user's, the built-in one, and --defsym.
// Enters: options. Leaves: ScriptState, to which inputs that are scripts add. GNU ld manual §3.11 "Implicit Linker
// Scripts", §3.6.1 (INSERT), §2.1 (-T, --defsym).

import { type DiagnosticSink, SourceFile } from '@kernelbox/diagnostics'
import { defaultScript } from './default-script.ts'
import type { LinkTarget } from '../inputs/link-target.ts'
import type { LinkOptions } from '../options.ts'
import { ScriptState } from './script-state.ts'
import type { ScriptCommand } from './syntax/ast.ts'
import { parseScript, parseSymbolDefinition, type ScriptGrammar } from './syntax/parse-script.ts'

export const builtInScriptName = 'built-in script'

export interface LinkScript {
  readonly state: ScriptState
  /** -T was given. */
  readonly isGiven: boolean
  /** -T was given, and it adds to the built-in script instead of replacing it. */
  readonly isInsertion: boolean
  parse(source: SourceFile, sink: DiagnosticSink): readonly ScriptCommand[] | undefined
}

/** Undefined: the script is faulty, and the sink knows how. */
export function readScript(options: LinkOptions, grammar: () => ScriptGrammar, sink: DiagnosticSink): LinkScript | undefined {
  const state = new ScriptState(sink)
  const open = (name: string): SourceFile | undefined => {
    const found = options.files?.open(name, 'script', [...(options.searchFolders ?? []), ...state.searchFolders])
    return found && SourceFile.fromBytes(found.name, found.bytes)
  }
  const parse = (source: SourceFile, faults: DiagnosticSink) => parseScript(source, faults, open, grammar)
  for (const definition of options.defsym ?? []) {
    const assignment = parseSymbolDefinition(SourceFile.fromString('--defsym', definition), sink, grammar)
    if (assignment) state.add([assignment])
  }
  if (!options.script) return { state, isGiven: false, isInsertion: false, parse }
  const commands = parse(options.script, sink)
  if (!commands) return undefined
  state.add(commands)
  return { state, isGiven: true, isInsertion: ScriptState.isInsertion(commands), parse }
}

/** Adds the built-in script where nothing stands in its place, and closes the state. */
export function completeScript(script: LinkScript, target: LinkTarget, options: LinkOptions, sink: DiagnosticSink): void {
  const { state } = script
  if (script.isInsertion || (!script.isGiven && !state.hasSections)) {
    const text = defaultScript(target.inputMachine, target.elfClass === 64, options)
    const builtIn = script.parse(SourceFile.fromString(builtInScriptName, text), sink)
    if (builtIn) state.add(builtIn)
  }
  state.finish()
}
