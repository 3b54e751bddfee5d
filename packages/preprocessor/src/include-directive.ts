// #include, #include_next and #import (C17 6.10.2): the name of the header, as written or as macros make it.
// Enters: the state behind the word. Leaves: the header's file as the one that is read.

import { nextSignificant } from './condition-value.ts'
import { endDirective, warnExtra } from './directive-end.ts'
import { includeHeader, systemFlags } from './include.ts'
import type { FileFrame, State } from './state.ts'
import { flag, kind, type Token } from './tokens.ts'

export function doInclude(state: State, directive: Token, isNext: boolean, isImport: boolean): void {
  if (isImport) state.warn('deprecated-import', '#import is a deprecated GCC extension', directive.location, 6, { option: 'deprecated' })
  const line = state.currentLine()
  state.wantsHeaderName = true
  state.directiveWantsPadding = true
  const token = nextSignificant(state)
  state.wantsHeaderName = false
  let header: string | undefined
  if (token.kind === kind.headerName || (token.kind === kind.string && token.text[0] === '"')) header = token.text
  else if (token.kind === kind.less) {
    // From a macro: the spellings between < and >, as they would be printed.
    header = '<'
    for (;;) {
      const part = nextSignificant(state)
      if (part.kind === kind.endOfFile) {
        state.error('bad-include', 'missing terminating > character', token.location)
        header = undefined
        break
      }
      if (part.kind === kind.greater) break
      header += ((part.flags & flag.white) !== 0 ? ' ' : '') + part.text
    }
    if (header !== undefined) header += '>'
  } else {
    state.error('bad-include', `#${directive.text} expects "FILENAME" or <FILENAME>`, token.location, Math.max(1, token.text.length))
  }
  state.directiveWantsPadding = false
  if (header === undefined) return endDirective(state, false)
  const name = header.slice(1, -1)
  if (name === '') {
    state.error('bad-include', `empty filename in #${directive.text}`, token.location, 2)
    return endDirective(state, false)
  }
  if (state.options.dump !== undefined && state.options.dump !== 'M' && state.options.dump !== 'U') {
    const frame = state.frame as FileFrame
    state.out.toLine(state.currentLine() + frame.lineDelta, frame.claimedName, systemFlags(frame.claimedSystemLevel))
    state.out.putText(`#${directive.text} ${header}`)
    state.out.isLineOpen = true
  }
  warnExtra(state, directive.text)
  endDirective(state, false)
  // A name that a macro made stands where the directive does.
  const location = token.location > directive.location && token.location < state.location ? token.location : directive.location
  includeHeader(state, name, header[0] === '<', isNext, isImport, location, line)
}
