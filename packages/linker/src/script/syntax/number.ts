// A number of a linker script. GNU ld manual §3.10.1: 0x… hexadecimal, a leading 0 octal, suffixes K and M; older
// forms: $… hexadecimal, and suffixes h, o, b, d for the base.

export function parseNumber(image: string): bigint {
  let text = image
  let factor = 1n
  const scale = text.at(-1)?.toLowerCase()
  if (scale === 'k') factor = 1024n
  if (scale === 'm') factor = 1024n * 1024n
  if (factor > 1n) text = text.slice(0, -1)
  return BigInt.asUintN(64, unscaled(text) * factor)
}

function unscaled(text: string): bigint {
  if (/^0x/i.test(text)) return BigInt(text)
  if (text.startsWith('$')) return BigInt(`0x${text.slice(1)}`)
  const last = text.at(-1)?.toLowerCase()
  if (last === 'h' || last === 'x') return digits(text.slice(0, -1), 16)
  if (last === 'o') return digits(text.slice(0, -1), 8)
  if (last === 'b' && /^[01]+b$/i.test(text)) return digits(text.slice(0, -1), 2)
  if (last === 'd' && /^[0-9]+d$/i.test(text)) return digits(text.slice(0, -1), 10)
  if (text.length > 1 && text.startsWith('0')) return digits(text, 8)
  return digits(text, 10)
}

/** As strtoul: digits up to the first that the base does not have. */
function digits(text: string, base: number): bigint {
  let value = 0n
  for (const c of text) {
    const digit = Number.parseInt(c, base)
    if (Number.isNaN(digit)) break
    value = value * BigInt(base) + BigInt(digit)
  }
  return value
}
