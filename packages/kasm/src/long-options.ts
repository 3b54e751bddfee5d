// Words of a command line as getopt_long_only(3) tells options from operands, which is how GNU as reads its own.
// Enters: words, and which names there are. Leaves: options with their values, and operands, in the order of the words.
// getopt(3): a long name may stand behind one dash or two and be cut as long as only one begins so; letters without a
// value may share a dash; a value is joined or the next word; `--` ends the options.

import { UsageError } from '@kernelbox/cli'
import { nearestWord } from '@kernelbox/diagnostics'

export type Takes = 'nothing' | 'value' | 'perhaps'

export interface OptionNames {
  /** Words that GNU as does not have, whole: told before all others. */
  readonly own: (word: string) => (ReadOption & { readonly takes: Takes }) | undefined
  readonly long: ReadonlyMap<string, Takes>
  readonly letters: ReadonlyMap<string, Takes>
}

export interface ReadOption {
  /** A long name, or a letter. */
  readonly name: string
  readonly value: string | undefined
}

export type ReadWord = ReadOption | { readonly operand: string }

export function* readWords(words: readonly string[], names: OptionNames): Generator<ReadWord> {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string
    const next = (shown: string): string => {
      const value = words[++i]
      if (value === undefined) throw new UsageError(`${shown} needs a value`)
      return value
    }
    if (word === '--') {
      for (const operand of words.slice(i + 1)) yield { operand }
      return
    }
    if (word === '-' || !word.startsWith('-')) {
      yield { operand: word }
      continue
    }
    const own = names.own(word)
    if (own) {
      yield { name: own.name, value: own.value ?? (own.takes === 'value' ? next(word) : undefined) }
      continue
    }
    const isLetter = !word.startsWith('--') && names.letters.has(word.charAt(1))
    const found = isLetter && word.length === 2 ? undefined : longOption(word, names)
    if (found) {
      const { name, value } = found
      const takes = names.long.get(name)
      if (value !== undefined && takes === 'nothing') throw new UsageError(`${shownLong(word)} takes no value`)
      yield { name, value: value ?? (takes === 'value' ? next(shownLong(word)) : undefined) }
      continue
    }
    if (!isLetter) throw unknownOption(word, names)
    for (let at = 1; at < word.length; at++) {
      const letter = word.charAt(at)
      const takes = names.letters.get(letter)
      if (takes === undefined) throw new UsageError(`there is no option '-${letter}' (in '${word}')`)
      const rest = word.slice(at + 1)
      if (takes === 'nothing') yield { name: letter, value: undefined }
      else {
        yield { name: letter, value: rest !== '' ? rest : takes === 'value' ? next(`-${letter}`) : undefined }
        break
      }
    }
  }
}

const shownLong = (word: string): string => word.replace(/=.*/s, '')

function unknownOption(word: string, { long }: OptionNames): UsageError {
  const [dashes = ''] = /^--?/.exec(word) ?? []
  const near = nearestWord(shownLong(word).slice(dashes.length), long.keys())
  return new UsageError(`there is no option '${word}'${near === undefined ? '' : `; did you mean '${dashes}${near}'?`}`)
}

function longOption(word: string, { long }: OptionNames): ReadOption | undefined {
  const equals = word.indexOf('=')
  const written = word.slice(word.startsWith('--') ? 2 : 1, equals < 0 ? undefined : equals)
  const value = equals < 0 ? undefined : word.slice(equals + 1)
  if (long.has(written)) return { name: written, value }
  const meant = [...long.keys()].filter((name) => name.startsWith(written))
  if (meant.length === 1) return { name: meant[0] as string, value }
  if (meant.length === 0) return undefined
  throw new UsageError(`${shownLong(word)} could be ${meant.map((name) => `--${name}`).join(', ')}`)
}
