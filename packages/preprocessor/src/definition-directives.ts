// #define and #undef, and their lines in the output of -dD and -dN (gcc manual §3.13).
// Enters: the state behind the word. Leaves: the macro, and the state at the next line.

import { readDefine, readMacroName, warnIfUnused } from './define.ts'
import { endDirective } from './directive-end.ts'
import { systemFlags } from './include.ts'
import { builtin } from './macro.ts'
import { macroDefinitionText } from './macro-text.ts'
import type { FileFrame, State } from './state.ts'

export function doDefine(state: State): void {
  const name = readDefine(state)
  const line = state.currentLine()
  endDirective(state, false)
  if (name !== 0) dumpLine(state, line, 'define', name)
}

export function doUndef(state: State): void {
  const name = readMacroName(state, 'undef', true)
  if (!name) return endDirective(state, false)
  const { names, macros } = state
  const macro = names.macro(name.name)
  const line = state.currentLine()
  if (macro !== 0 && (macros.builtin(macro) !== builtin.none || name.text === '__STDC__')) {
    state.warn('builtin-redefined', `undefining "${name.text}"`, name.location, name.text.length, { option: 'builtin-macro-redefined' })
  }
  if (macro !== 0 && state.options.warnsOfUnusedMacros) warnIfUnused(state, macro)
  names.setMacro(name.name, 0)
  endDirective(state, 'undef')
  dumpLine(state, line, 'undef', name.name)
}

/** -dD and -dN: the definition stays in the output, at its line. */
function dumpLine(state: State, line: number, directive: 'define' | 'undef', node: number): void {
  const { dump } = state.options
  if (dump !== 'D' && dump !== 'N') return
  const frame = state.frame as FileFrame
  const { out } = state
  out.toLine(line + frame.lineDelta, frame.claimedName, systemFlags(frame.claimedSystemLevel))
  const isWhole = directive === 'define' && dump === 'D'
  out.putText(`#${directive} ${isWhole ? macroDefinitionText(state, node) : state.names.name(node)}`)
  out.isLineOpen = true
}
