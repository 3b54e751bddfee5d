// Characters to scan codes of set 1 (IBM PC/AT technical reference, keyboard section), US layout.

const rows: readonly (readonly [first: number, plain: string, shifted: string])[] = [
  [0x02, '1234567890-=', '!@#$%^&*()_+'],
  [0x10, 'qwertyuiop[]', 'QWERTYUIOP{}'],
  [0x1e, "asdfghjkl;'`", 'ASDFGHJKL:"~'],
  [0x2b, '\\zxcvbnm,./', '|ZXCVBNM<>?'],
]
const others: Record<string, number> = { '\u001b': 0x01, '\b': 0x0e, '\u007f': 0x0e, '\t': 0x0f, '\n': 0x1c, '\r': 0x1c, ' ': 0x39 }
const leftShift = 0x2a
const control = 0x1d
const release = 0x80

/** Keys without a character, as terminals send them (ECMA-48 CSI sequences): all have the prefix E0h. */
const sequences: Record<string, number> = {
  '[A': 0x48,
  '[B': 0x50,
  '[C': 0x4d,
  '[D': 0x4b,
  '[H': 0x47,
  '[F': 0x4f,
  '[2~': 0x52,
  '[3~': 0x53,
  '[5~': 0x49,
  '[6~': 0x51,
}
const extended = 0xe0
const escape = '\u001b'

/** Text in keys: characters, and the sequences that a terminal sends for arrows and the like. */
export function keysOf(text: string): string[] {
  return text.match(/\u001b\[(?:[A-DHF]|[2356]~)|[^]/gu) ?? []
}

/** Make and break codes of a key of {@link keysOf}; undefined where the keyboard has none for it. */
export function scanCodesOf(character: string): number[] | undefined {
  const sequence = character.startsWith(escape) ? sequences[character.slice(1)] : undefined
  if (sequence !== undefined) return [extended, sequence, extended, sequence | release]
  const other = others[character]
  if (other !== undefined) return [other, other | release]
  for (const [first, plain, shifted] of rows) {
    const at = plain.indexOf(character)
    if (at >= 0) return [first + at, (first + at) | release]
    const above = shifted.indexOf(character)
    if (above >= 0) return [leftShift, first + above, (first + above) | release, leftShift | release]
  }
  const code = character.charCodeAt(0)
  if (character.length === 1 && code >= 1 && code <= 26) {
    const letter = scanCodesOf(String.fromCharCode(code + 96)) as number[]
    return [control, ...letter, control | release]
  }
  return undefined
}
