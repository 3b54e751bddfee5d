// The bytes between instructions that alignment and `.nops` put into code.
// Enters: a length, the style that mode, processor and tuning lead to. Leaves: as many bytes as that, which do nothing.
// Intel SDM vol. 2, NOP, table "Recommended Multi-Byte Sequence of NOP"; GNU as manual "i386-Options" (-march, -mtune),
// "Nops". Which style goes with which processor and when a jump is taken was observed from GNU as 2.40.

/**
 * `lea16`: 16-bit code, no longer than 4 bytes, in addresses of 16 bits. `lea32`: for processors without the NOP
 * of the P6. `long`: `0f 1f /0` with up to three prefixes.
 */
export type NopStyle = 'lea16' | 'lea32' | 'long'

interface NopTable {
  /** nops[n - 1] is the sequence of n bytes that GNU as counts as one nop. */
  readonly nops: readonly Uint8Array[]
  /** From this many bytes on, a jump over the padding is cheaper than to decode it. */
  readonly jumpFromSizeInBytes: number
}

function table(mostNops: number, rows: string): NopTable {
  const nops = rows.split('\n').map((row) => Uint8Array.from(row.trim().split(' '), (byte) => Number.parseInt(byte, 16)))
  return { nops, jumpFromSizeInBytes: (mostNops + 1) * nops.length }
}

// The processors before the P6 decode a lea slower than they jump over the third one; later ones take seven nops.
const tables: Readonly<Record<NopStyle, NopTable>> = {
  lea16: table(
    2,
    `90
    66 90
    8d 74 00
    8d b4 00 00`,
  ),
  lea32: table(
    2,
    `90
    66 90
    8d 76 00
    8d 74 26 00
    8d 74 26 00 90
    8d b6 00 00 00 00
    8d b4 26 00 00 00 00`,
  ),
  long: table(
    7,
    `90
    66 90
    0f 1f 00
    0f 1f 40 00
    0f 1f 44 00 00
    66 0f 1f 44 00 00
    0f 1f 80 00 00 00 00
    0f 1f 84 00 00 00 00 00
    66 0f 1f 84 00 00 00 00 00
    66 2e 0f 1f 84 00 00 00 00 00
    66 66 2e 0f 1f 84 00 00 00 00 00`,
  ),
}

/** What `-march`, `.arch`, `-mtune` and the mode say at the place of the padding. */
export interface NopChoice {
  readonly mode: 16 | 32 | 64
  /** `--64` or `--x32`, whatever `.code32` says: decides the tuning where nothing else does. */
  readonly is64BitObject: boolean
  /** Processor of `-march` or `.arch`, lower case; undefined for none or `default`. */
  readonly arch?: string | undefined
  /** Processor of `-mtune`, lower case. */
  readonly tune?: string | undefined
  /** `+nop` or `.arch .nop`: true; `+nonop`, `.arch .nonop`: false; neither since the processor was named: undefined. */
  readonly nop?: boolean | undefined
}

const archesWithoutLongNop = new Set([
  'i8086',
  'i186',
  'i286',
  'i386',
  'i486',
  'i586',
  'i686',
  'pentium',
  'iamcu',
  'k6',
  'k6_2',
  'generic32',
])
const tunesWithoutLongNop = new Set('i386 i486 i586 i686 pentium pentiumpro pentiumii pentiumiii iamcu generic32'.split(' '))
/** Names that GNU as accepts for tuning but knows nothing of. */
const tunesThatSayNothing = new Set(['i8086', 'i186', 'i286'])

/** Which nops GNU as takes: where a processor is named its own abilities count, else what is tuned for. */
export function nopStyle({ mode, is64BitObject, arch, tune, nop }: NopChoice): NopStyle {
  if (mode === 16) return 'lea16'
  if ((tune ?? arch) === 'generic64') return 'long'
  if (arch !== undefined) return (nop ?? !archesWithoutLongNop.has(arch)) ? 'long' : 'lea32'
  if (tune !== undefined && !tunesThatSayNothing.has(tune)) return tunesWithoutLongNop.has(tune) ? 'lea32' : 'long'
  return (nop ?? is64BitObject) ? 'long' : 'lea32'
}

/** The longest single nop of a style, which is also the greatest second operand of `.nops`. */
export function longestNopInBytes(style: NopStyle): number {
  return tables[style].nops.length
}

/**
 * Writes `lengthInBytes` bytes of padding at `offset`: the longest nops first, the rest in one shorter nop; a long
 * padding begins with a jump to its end.
 *
 * @param largestNopInBytes second operand of `.nops`; 0 for the longest that the style has.
 */
export function writeCodePadding(target: Uint8Array, offset: number, lengthInBytes: number, style: NopStyle, largestNopInBytes = 0): void {
  const { nops, jumpFromSizeInBytes } = tables[style]
  const end = offset + lengthInBytes
  let at = offset
  if (lengthInBytes >= jumpFromSizeInBytes) at = writeJump(target, at, end, style)
  // Five bytes are two instructions there.
  if (style === 'lea32' && largestNopInBytes === 5) largestNopInBytes = 4
  const size = largestNopInBytes > 0 && largestNopInBytes < nops.length ? largestNopInBytes : nops.length
  const longest = nops[size - 1] as Uint8Array
  for (; end - at >= size; at += size) target.set(longest, at)
  if (at < end) target.set(nops[end - at - 1] as Uint8Array, at)
}

/** `jmp rel8`, or `jmp rel32` (with an operand size prefix in 16-bit code), to `end`; returns the offset after it. */
function writeJump(target: Uint8Array, offset: number, end: number, style: NopStyle): number {
  if (end - offset - 2 <= 127) {
    target[offset] = 0xeb
    target[offset + 1] = end - offset - 2
    return offset + 2
  }
  let at = offset
  if (style === 'lea16') target[at++] = 0x66
  target[at++] = 0xe9
  const distance = end - at - 4
  for (let shift = 0; shift < 32; shift += 8) target[at++] = (distance >>> shift) & 0xff
  return at
}

/** As {@link writeCodePadding}, into an array of its own. */
export function codePadding(lengthInBytes: number, style: NopStyle, largestNopInBytes = 0): Uint8Array {
  const bytes = new Uint8Array(lengthInBytes)
  writeCodePadding(bytes, 0, lengthInBytes, style, largestNopInBytes)
  return bytes
}
