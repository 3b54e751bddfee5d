// How pointers are written in .eh_frame: LSB Core, "DWARF Extensions", DW_EH_PE_*.

/** No pointer at all. */
export const encodingOmit = 0xff
/** Relative to its own place, signed, four bytes: what x86 has for the address of a function. */
export const encodingPcRelative32 = 0x1b

/** Encodings that GNU as accepts: fixed widths, absolute or relative to the place, direct or indirect. */
export function isSupportedEncoding(encoding: number): boolean {
  if (encoding < 0 || encoding > 0xff) return false
  if ((encoding & 0x70) !== 0 && (encoding & 0x70) !== 0x10) return false
  const format = encoding & 7
  return format === 0 || format === 2 || format === 3 || format === 4
}

export function encodedSizeInBytes(encoding: number, addressSizeInBytes: number): number {
  const format = encoding & 7
  return format === 2 ? 2 : format === 3 ? 4 : format === 4 ? 8 : addressSizeInBytes
}

export function isEncodingPcRelative(encoding: number): boolean {
  return (encoding & 0x70) === 0x10
}
