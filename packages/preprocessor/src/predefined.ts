// Puts the macros that exist before the first line into the table of identifiers.

import { role } from './identifiers.ts'
import { builtin, Macro } from './macro.ts'
import { alwaysPredefined, predefinedByMode } from './predefined-macros.ts'
import type { State } from './state.ts'

const placeDependent: readonly [string, number][] = [
  ['__LINE__', builtin.line],
  ['__FILE__', builtin.file],
  ['__BASE_FILE__', builtin.baseFile],
  ['__FILE_NAME__', builtin.fileName],
  ['__INCLUDE_LEVEL__', builtin.includeLevel],
  ['__COUNTER__', builtin.counter],
  ['__DATE__', builtin.date],
  ['__TIME__', builtin.time],
  ['__TIMESTAMP__', builtin.timestamp],
  ['__has_include', builtin.hasInclude],
  ['__has_include_next', builtin.hasIncludeNext],
  ['_Pragma', builtin.pragma],
]

/** Identifiers with a meaning of their own, macros that depend on the place, and the list of the mode. */
export function enterPredefined(state: State): void {
  const { identifiers, options } = state
  identifiers.intern('__VA_ARGS__').role = role.variadicArguments
  identifiers.intern('__VA_OPT__').role = role.variadicOption
  identifiers.intern('defined').role = role.defined
  for (const name of ['__VA_ARGS__', '__VA_OPT__']) identifiers.updateStop(identifiers.intern(name))
  for (const [name, which] of placeDependent) {
    const identifier = identifiers.intern(name)
    identifier.macro = new Macro(false, [], false, undefined, undefined, 0, true, which)
    identifiers.updateStop(identifier)
  }
  enterList(state, alwaysPredefined)
  if (options.withoutPredefined) return
  for (const { modes, definitions } of predefinedByMode) if (modes.includes(options.bits)) enterList(state, definitions)
  const machine = options.bits === 64 ? 'x86_64' : 'i386'
  state.assertions.set('cpu', [machine])
  state.assertions.set('machine', [machine])
  state.assertions.set('system', ['linux', 'unix', 'posix'])
}

/** Bodies stay unread: few of some 370 macros are ever used. */
function enterList(state: State, definitions: string): void {
  const bytes = new Uint8Array(definitions.length)
  for (let i = 0; i < definitions.length; i++) bytes[i] = definitions.charCodeAt(i)
  let start = 0
  for (;;) {
    const end = bytes.indexOf(0x0a, start)
    if (end < 0) return
    let nameEnd = start
    while (bytes[nameEnd] !== 0x20 && bytes[nameEnd] !== 0x28) nameEnd++
    const identifier = state.identifiers.internBytes(bytes, start, nameEnd)
    const isFunctionLike = bytes[nameEnd] === 0x28
    let bodyStart = nameEnd
    const parameters = []
    if (isFunctionLike) {
      // __INT64_C(c) and kin have one parameter.
      bodyStart = bytes.indexOf(0x29, nameEnd) + 1
      parameters.push(state.identifiers.internBytes(bytes, nameEnd + 1, bodyStart - 1))
    }
    identifier.macro = new Macro(isFunctionLike, parameters, false, undefined, { bytes, start: bodyStart, end, base: 0 }, 0, true)
    state.identifiers.updateStop(identifier)
    start = end + 1
  }
}
