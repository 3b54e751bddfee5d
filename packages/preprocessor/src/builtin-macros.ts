// Macros whose value depends on the place: __LINE__, __FILE__, __COUNTER__ and kin (C17 6.10.8.1, GNU cpp manual §3.7).

import { builtin } from './macro.ts'
import type { State } from './state.ts'
import { flag, type Kind, kind } from './tokens.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const two = (n: number) => String(n).padStart(2, '0')

export const quoteName = (name: string) => `"${name.replace(/[\\"]/g, '\\$&')}"`

/** Makes the token that a builtin macro stands for the one in the fields of the state; false where it stands for itself. */
export function builtinValue(state: State, which: number, node: number, nameFlags: number, place: number): boolean {
  // In text the padding before it speaks of white space; directives have none.
  const flags = state.inDirective ? nameFlags & flag.white : 0
  const set = (tokenKind: Kind, text: string) => {
    state.setToken(tokenKind, flags, state.texts.addText(text), text.length, place)
    return true
  }
  const number = (value: number) => set(kind.number, String(value))
  const string = (text: string) => set(kind.string, text)
  const { frame } = state
  switch (which) {
    case builtin.line:
      return number(state.claimedLineAt(state.callLocationOf(place)))
    case builtin.file:
      return string(quoteName(state.options.nameInMacros(frame?.claimedName ?? '')))
    case builtin.fileName: {
      const path = state.options.nameInMacros(frame?.claimedName ?? '')
      return string(quoteName(path.slice(path.lastIndexOf('/') + 1)))
    }
    case builtin.baseFile:
      return string(quoteName(state.options.nameInMacros(state.mainFileName)))
    case builtin.includeLevel:
      return number(state.frames.length - 1)
    case builtin.counter:
      return number(state.counter++)
    case builtin.date: {
      const t = state.options.time()
      return string(`"${months[t.month - 1]} ${String(t.day).padStart(2, ' ')} ${t.year}"`)
    }
    case builtin.time: {
      const t = state.options.time()
      return string(`"${two(t.hour)}:${two(t.minute)}:${two(t.second)}"`)
    }
    case builtin.timestamp: {
      const t = state.options.fileTime(frame?.file.source.name ?? '') ?? state.options.time()
      const day = days[new Date(Date.UTC(t.year, t.month - 1, t.day)).getUTCDay()]
      return string(
        `"${day} ${months[t.month - 1]} ${String(t.day).padStart(2, ' ')} ${two(t.hour)}:${two(t.minute)}:${two(t.second)} ${t.year}"`,
      )
    }
    case builtin.hasInclude:
    case builtin.hasIncludeNext:
      // #if reads its operand itself.
      if (state.isEvaluating) return false
      state.error(
        'misplaced-has-include',
        `"${state.names.name(node)}" used outside of preprocessing directive`,
        state.fileLocationOf(place),
        state.names.length(node),
      )
      return false
    default:
      return false
  }
}
