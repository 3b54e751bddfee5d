// Classes of bytes for the scanners.

export const charClass = { other: 0, name: 1, digit: 2, white: 3, newline: 4, quote: 5, slash: 6, dot: 7 } as const

/** Class of each byte. A NUL counts as white space, as gcc has it (with a warning). */
export const classOf: Uint8Array = (() => {
  const classes = new Uint8Array(256)
  for (let c = 0x61; c <= 0x7a; c++) classes[c] = classes[c - 0x20] = charClass.name
  classes[0x5f] = charClass.name
  for (let c = 0x30; c <= 0x39; c++) classes[c] = charClass.digit
  for (const c of [0x20, 0x09, 0x0b, 0x0c, 0]) classes[c] = charClass.white
  classes[0x0a] = charClass.newline
  classes[0x22] = classes[0x27] = charClass.quote
  classes[0x2f] = charClass.slash
  classes[0x2e] = charClass.dot
  return classes
})()

/** 1 for letters, digits and the underscore. */
export const isNameByte: Uint8Array = classOf.map((c) => (c === charClass.name || c === charClass.digit ? 1 : 0))
