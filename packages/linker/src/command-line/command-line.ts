// GNU ld's command line as link options.
// Enters: words, `@file` already expanded. Leaves: options, inputs in order, and what is left to the command (output file,
// map, help). Pure, so that kld, kasm's -Wl, and tools in a browser share it. GNU ld manual §2.1: long options take one or
// two dashes (those that begin with `o` two), values stand joined by `=` or as the next word.

import { CommandState, type LdCommand, type Rule } from './ld-command.ts'
import { endGroup, optionRules } from './option-rules.ts'

export type { LdCommand } from './ld-command.ts'

/** Short options whose value may stand joined: `-Lfolder`, `-lname`. */
const joined = /^-([TomebLlRuzOyYAFfGhIPac])(.+)$/s

/**
 * Reads GNU ld's words.
 * @example
 * ```js
 * parseLdWords(['-m', 'elf_i386', '-T', 'kernel.lds', 'kernel.o', '-o', 'kernel']).scriptName // 'kernel.lds'
 * ```
 */
export function parseLdWords(words: readonly string[]): LdCommand {
  const state = new CommandState()
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string
    if (!word.startsWith('-') || word === '-') {
      state.input({ name: word })
      continue
    }
    const consumed = option(word, words[i + 1], state)
    if (consumed === undefined) state.fault(`unrecognized option '${word}'`)
    else i += consumed
  }
  if (state.group) endGroup(state)
  return state.command
}

/** Applies one option; the number of further words it took, or undefined where it is none. */
function option(word: string, next: string | undefined, state: CommandState): number | undefined {
  const isDouble = word.startsWith('--')
  const body = word.slice(isDouble ? 2 : 1)
  const equals = body.indexOf('=')
  const name = equals < 0 ? body : body.slice(0, equals)
  const isShortOnly = isDouble && name.length === 1 && name !== '(' && name !== ')'
  // `-oformat` is `-o format`, says the manual: long options that begin with o take two dashes.
  const isJoinedOutput = !isDouble && name.startsWith('o') && name.length > 1
  const rule =
    isShortOnly || isJoinedOutput ? undefined : Object.hasOwn(optionRules, name) ? optionRules[name] : unambiguous(name, isDouble)
  if (rule) {
    if (rule.arity === 'none') {
      if (equals >= 0) return undefined
      rule.apply(state, '')
      return 0
    }
    if (equals >= 0 && !(name.length === 1 && !isDouble)) {
      rule.apply(state, body.slice(equals + 1))
      return 0
    }
    if (equals < 0) {
      if (rule.arity === 'optional') {
        rule.apply(state, '')
        return 0
      }
      if (next === undefined) {
        state.fault(`option '${word}' needs a value`)
        return 0
      }
      rule.apply(state, next)
      return 1
    }
  }
  const short = joined.exec(word)
  if (short && !isDouble) {
    optionRules[short[1] as string]?.apply(state, short[2] as string)
    return 0
  }
  return undefined
}

/** A long option may be cut short where only one begins so. */
function unambiguous(name: string, isDouble: boolean): Rule | undefined {
  if (!isDouble || name.length < 3) return undefined
  const found = Object.keys(optionRules).filter((key) => key.length > 1 && key.startsWith(name))
  return found.length === 1 ? optionRules[found[0] as string] : undefined
}
