// Puts the macros that exist before the first line into the table of identifiers.

import { builtin } from './macro.ts'
import { role } from './names.ts'
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
  const { names, macros, options } = state
  names.setRole(names.intern('__VA_ARGS__'), role.variadicArguments)
  names.setRole(names.intern('__VA_OPT__'), role.variadicOption)
  names.setRole(names.intern('defined'), role.defined)
  for (const [name, which] of placeDependent) names.setMacro(names.intern(name), macros.addBuiltin(which))
  const { predefined } = options
  const lists = [`\n${alwaysPredefined}`]
  // Looked up in this order: what an option changes stands before what the mode has.
  if (predefined) lists.unshift(`\n${[...predefined.define].map(([name, body]) => `${name} ${body}\n`).join('')}`)
  if (!options.withoutPredefined) {
    for (const { modes, definitions } of predefinedByMode) if (modes.includes(options.bits)) lists.push(`\n${definitions}`)
    const machine = options.bits === 64 ? 'x86_64' : 'i386'
    state.assertions.set('cpu', [machine])
    state.assertions.set('machine', [machine])
    state.assertions.set('system', ['linux', 'unix', 'posix'])
  }
  // A source names few of some 370 macros: each is looked for when its name is first read.
  // After some searches an index is worth its making.
  let searches = 0
  let isEnteringPlain = true
  let index: Set<string> | undefined
  names.onEnter = (node) => {
    if (names.firstByte(node) !== 0x5f && !isEnteringPlain) return
    const name = names.name(node)
    if (++searches === 12) index = new Set(lists.flatMap((list) => list.match(/^\w+/gm) ?? []))
    if (predefined?.undefine.has(name)) return
    if (index === undefined || index.has(name)) definePredefined(state, lists, node)
  }
  for (const name of plainNames) names.intern(name)
  isEnteringPlain = false
}

/** Those that do not begin with an underscore. */
const plainNames = ['i386', 'linux', 'unix']

function definePredefined(state: State, lists: readonly string[], node: number): void {
  const { names, macros } = state
  const name = names.name(node)
  for (const list of lists) {
    // __INT64_C(c) and kin are the only ones with parameters.
    let at = list.indexOf(`\n${name} `)
    const isFunctionLike = at < 0 && name.endsWith('_C')
    if (isFunctionLike) at = list.indexOf(`\n${name}(`)
    if (at < 0) continue
    const start = at + 1 + name.length
    const bodyStart = isFunctionLike ? list.indexOf(')', start) + 1 : start
    const text = list.slice(bodyStart, list.indexOf('\n', bodyStart))
    const bytes = new Uint8Array(text.length + 2)
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
    bytes[text.length] = 0x0a
    const macro = macros.addUnread(0, macros.addSource(bytes), 0, text.length, 0)
    if (isFunctionLike) macros.setParameters(macro, [names.intern(list.slice(start + 1, bodyStart - 1))], false)
    names.setMacro(node, macro)
    return
  }
}

/** For the list of all macros: those that nobody named too. */
export function enterAllPredefined(state: State): void {
  for (const name of state.options.predefined?.define.keys() ?? []) state.names.intern(name)
  const lists = [alwaysPredefined, ...predefinedByMode.map((group) => group.definitions)]
  for (const list of lists) for (const line of list.split('\n')) if (line !== '') state.names.intern(/^\w+/.exec(line)?.[0] ?? '')
}
