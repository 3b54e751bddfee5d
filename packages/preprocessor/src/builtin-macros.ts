// Macros whose value depends on the place: __LINE__, __FILE__, __COUNTER__ and kin (C17 6.10.8.1, GNU cpp manual §3.7).

import { builtin } from './macro.ts'
import type { State } from './state.ts'
import { flag, kind, Token } from './tokens.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const two = (n: number) => String(n).padStart(2, '0')

export const quoteName = (name: string) => `"${name.replace(/[\\"]/g, '\\$&')}"`

/** The token that a builtin macro stands for; undefined where it stands for itself. */
export function builtinValue(state: State, which: number, name: Token): Token | undefined {
  // In text the padding before it speaks of white space; directives have none.
  const flags = state.inDirective ? name.flags & flag.white : 0
  const number = (value: number) => new Token(kind.number, flags, String(value), undefined, name.location)
  const string = (text: string) => new Token(kind.string, flags, text, undefined, name.location)
  const frame = state.frame
  switch (which) {
    case builtin.line:
      return number(state.locations.claimedLine(state.callLocationOf(name)))
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
      if (state.isEvaluating) return undefined
      state.error(
        'misplaced-has-include',
        `"${name.text}" used outside of preprocessing directive`,
        state.fileLocationOf(name),
        name.text.length,
      )
      return undefined
    default:
      return undefined
  }
}
