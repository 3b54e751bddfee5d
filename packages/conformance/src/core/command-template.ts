// Command templates such as 'kas {flags} {in} -o {out}'.

import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { WrongUse } from './case.ts'
import { splitFlags } from './shell-words.ts'

export type TemplateValues = Record<string, string | readonly string[]>

/** Splits a template whose program must exist; files that it names become absolute, because cases run in folders of their own. */
export function parseTemplate(text: string, needed: readonly string[]): string[] {
  for (const placeholder of needed) if (!text.includes(placeholder)) throw new WrongUse(`${placeholder} is missing in: ${text}`)
  const words = splitFlags(text).map((word) => (word.includes('/') && existsSync(word) ? resolve(word) : word))
  const program = words[0]
  if (!program || !findProgram(program)) throw new WrongUse(`no such command: ${text}`)
  return words.map((word, i) => (i > 0 && statSync(word, { throwIfNoEntry: false })?.isFile() ? resolve(word) : word))
}

/** Where the shell would find a program, or undefined. */
export function findProgram(name: string): string | undefined {
  const candidates = name.includes('/') ? [name] : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name))
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return statSync(path).isFile()
    } catch {
      return false
    }
  })
}

/** Puts values into a template: a list takes the place of a whole word, a string goes anywhere. */
export function fillTemplate(words: readonly string[], values: TemplateValues): string[] {
  const filled: string[] = []
  for (const word of words) {
    const whole = /^\{(\w+)\}$/.exec(word)?.[1]
    const list = whole === undefined ? undefined : values[whole]
    if (Array.isArray(list)) filled.push(...(list as readonly string[]))
    else filled.push(word.replace(/\{(\w+)\}/g, (all, name: string) => (typeof values[name] === 'string' ? (values[name] as string) : all)))
  }
  return filled
}
