// Options from a table: `--name value`, `--name=value`, `-q`, `--` before operands that look like options. Our own, because commander's loading
// and set-up is a quarter of what klaunch costs over `node -e 0` (docs/adr; pnpm bench launcher). Enters: words. Leaves: typed values.
import { UsageError } from '@kernelbox/cli'

interface OptionWithValue {
  readonly argument: string
  readonly help: string
  readonly parse: (value: string, option: string) => unknown
  readonly isList?: boolean
  /** The value where none is written; such an option takes a value after `=` only. */
  readonly bare?: string
}

interface Flag {
  readonly help: string
  readonly short?: string
}

export type OptionTable = Readonly<Record<string, OptionWithValue | Flag>>

type Value<Option> = Option extends { parse: (value: string, option: string) => infer Parsed }
  ? Option extends { isList: true }
    ? Parsed[]
    : Parsed
  : boolean

export type OptionValues<Table extends OptionTable> = { [Name in keyof Table]?: Value<Table[Name]> }

/** Splits words into the table's options and operands. Throws UsageError. */
export function parseWords<Table extends OptionTable>(
  table: Table,
  words: readonly string[],
): { values: OptionValues<Table>; operands: string[] } {
  const values: Record<string, unknown> = {}
  const texts = new Map<string, string>()
  const operands: string[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string
    if (word === '--') {
      operands.push(...words.slice(i + 1))
      break
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word)
      continue
    }
    const equals = word.indexOf('=')
    const written = equals < 0 ? word : word.slice(0, equals)
    const name = word.startsWith('--') ? written.slice(2) : longName(table, written)
    const option = name === undefined ? undefined : table[name]
    if (name === undefined || !option) throw new UsageError(`unknown option '${written}'${suggestion(table, written)}`)
    if (!('parse' in option)) {
      if (equals >= 0) throw new UsageError(`--${name} takes no value`)
      values[name] = true
      continue
    }
    let text: string | undefined = equals >= 0 ? word.slice(equals + 1) : option.bare
    if (text === undefined) {
      text = words[++i]
      if (text === undefined) throw new UsageError(`--${name} needs a value: --${name} ${option.argument}`)
    }
    const before = texts.get(name)
    // The same option twice with different values is a contradiction, not a choice of ours.
    if (!option.isList && before !== undefined && before !== text) throw new UsageError(`--${name} is given twice: ${before} and ${text}`)
    texts.set(name, text)
    const value = option.parse(text, `--${name}`)
    if (option.isList) values[name] = [...((values[name] as unknown[] | undefined) ?? []), value]
    else values[name] = value
  }
  return { values: values as OptionValues<Table>, operands }
}

function longName(table: OptionTable, short: string): string | undefined {
  return Object.keys(table).find((name) => {
    const option = table[name]
    return option !== undefined && 'short' in option && `-${option.short}` === short
  })
}

/** The option that differs least from what was written, where it is one or two letters. */
function suggestion(table: OptionTable, written: string): string {
  const word = written.replace(/^-+/, '')
  const near = Object.keys(table).find((name) => name.startsWith(word) || word.startsWith(name) || distance(name, word) <= 2)
  return near === undefined ? '' : `; did you mean --${near}?`
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length] as number
}
