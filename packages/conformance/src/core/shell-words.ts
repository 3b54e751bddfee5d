// Splits a line of flags into words as a POSIX shell does (XCU 2.2, quoting); no expansion.

/** The words, or undefined where a quote or an escape is left open. */
export function splitShellWords(text: string): string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i)
    if (c === "'") {
      const end = text.indexOf("'", i + 1)
      if (end < 0) return undefined
      word = (word ?? '') + text.slice(i + 1, end)
      i = end
    } else if (c === '"') {
      word ??= ''
      for (i++; ; i++) {
        if (i >= text.length) return undefined
        const d = text.charAt(i)
        if (d === '"') break
        const next = text.charAt(i + 1)
        if (d === '\\' && (next === '"' || next === '\\')) {
          word += next
          i++
        } else word += d
      }
    } else if (c === '\\') {
      if (++i >= text.length) return undefined
      word = (word ?? '') + text.charAt(i)
    } else if (/[ \t\r\n]/.test(c)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + c
  }
  if (word !== undefined) words.push(word)
  return words
}

/** As splitShellWords; a line that is not well quoted is split at white space. */
export function splitFlags(text: string): string[] {
  return splitShellWords(text) ?? text.split(/\s+/).filter((word) => word !== '')
}
