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

/** Make and break codes of a character's keys; undefined where the keyboard has none for it. */
export function scanCodesOf(character: string): number[] | undefined {
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
