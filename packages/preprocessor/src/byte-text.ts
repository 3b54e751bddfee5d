// Bytes of a source as text, one character a byte.

/** The text of each byte. */
export const oneByteTexts: readonly string[] = Array.from({ length: 256 }, (_, c) => String.fromCharCode(c))

// Spellings of short tokens that were met before: sources repeat themselves, and strings are dear.
const knownTexts: (string | undefined)[] = Array.from({ length: 4096 })

/** Bytes as text; long runs in pieces, since an argument list has a limit. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start
  if (length === 1) return oneByteTexts[bytes[start] as number] as string
  if (length < 24) {
    let hash = length
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0
    const slot = (hash ^ (hash >>> 12)) & 4095
    const known = knownTexts[slot]
    if (known !== undefined && known.length === length) {
      let i = 0
      while (i < length && known.charCodeAt(i) === bytes[start + i]) i++
      if (i === length) return known
    }
    // V8 joins strings below 13 characters by copying; longer ones would become a tree.
    const text =
      length < 13 ? shortText(bytes, start, end) : String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[])
    knownTexts[slot] = text
    return text
  }
  let text = ''
  for (let i = start; i < end; i += 8192) {
    text += String.fromCharCode.apply(null, bytes.subarray(i, Math.min(end, i + 8192)) as unknown as number[])
  }
  return text
}

function shortText(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let i = start; i < end; i++) text += oneByteTexts[bytes[i] as number]
  return text
}
