// `@file` on a command line, as the GNU tools take it (GNU as manual §1, "@FILE").

import { readFileSync } from 'node:fs'
import { UsageError } from './run-command.ts'

const deepest = 20

/**
 * Replaces each `@file` by the words in that file; a file that cannot be read leaves the word as it is, as GNU does.
 * Words are parted by white space; quotes and backslashes take it away from white space.
 */
export function expandResponseFiles(words: readonly string[], depth = 0): string[] {
  if (depth > deepest) throw new UsageError('response files (@file) are nested too deeply; does one name itself?')
  return words.flatMap((word) => {
    if (!word.startsWith('@') || word === '@') return [word]
    let text: string
    try {
      text = readFileSync(word.slice(1), 'utf8')
    } catch {
      return [word]
    }
    return expandResponseFiles(splitWords(text), depth + 1)
  })
}

export function splitWords(text: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string
    if (c === '\\' && i + 1 < text.length) word = (word ?? '') + text[++i]
    else if (quote) {
      if (c === quote) quote = ''
      else word = (word ?? '') + c
    } else if (c === '"' || c === "'") {
      quote = c
      word ??= ''
    } else if (/\s/.test(c)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + c
  }
  if (word !== undefined) words.push(word)
  return words
}
