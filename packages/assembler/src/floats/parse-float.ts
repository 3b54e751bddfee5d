// Floating-point constants of `.float`, `.double` and their kin.
// Enters: the text of an operand. Leaves: the bits of the IEEE 754 (or x87 80-bit) number.
// GNU as manual "Flonums", IEEE 754-2008 §3.4, Intel SDM vol. 1 §4.2.2. How GNU as 2.40 rounds was observed: it rounds
// halves up, but a number written with more fraction digits than its exponent takes away is computed slightly too small,
// so that its halves go down; and it reads no more digits than its working precision holds.

export interface FloatFormat {
  readonly name: string
  readonly sizeInBytes: number
  /** Bits of the significand, the leading one included. */
  readonly precision: number
  readonly exponentBits: number
  /** The leading one is stored (x87). */
  readonly hasExplicitOne: boolean
  /** Significant decimal digits that GNU as reads; it ignores the others. */
  readonly mostDigits: number
  /** A number below 2 to this power is an error and not zero. */
  readonly leastExponent: number
}

export const float16: FloatFormat = {
  name: 'half',
  sizeInBytes: 2,
  precision: 11,
  exponentBits: 5,
  hasExplicitOne: false,
  mostDigits: 15,
  leastExponent: -35,
}
export const bfloat16: FloatFormat = { ...float16, name: 'bfloat16', precision: 8, exponentBits: 8, leastExponent: -141 }
export const float32: FloatFormat = {
  ...float16,
  name: 'single',
  sizeInBytes: 4,
  precision: 24,
  exponentBits: 8,
  mostDigits: 20,
  leastExponent: -157,
}
export const float64: FloatFormat = {
  ...float16,
  name: 'double',
  sizeInBytes: 8,
  precision: 53,
  exponentBits: 11,
  mostDigits: 29,
  leastExponent: -1079,
}
export const float80: FloatFormat = {
  name: 'extended',
  sizeInBytes: 10,
  precision: 64,
  exponentBits: 15,
  hasExplicitOne: true,
  mostDigits: 34,
  leastExponent: -16446,
}

/** `next`: offset behind the constant; what stands there is for the caller to check. */
export type FloatResult =
  | { readonly ok: true; readonly bits: bigint; readonly next: number }
  | { readonly ok: false; readonly reason: 'out-of-range' | 'too-many-hex-digits'; readonly next: number }

/**
 * Reads one constant at `offset`: an optional `0` and any letter (`0f`, `0d`; it says nothing), then `:` with hex digits
 * of the bits from the top, or a sign and a decimal number, `inf`, `infinity`, `nan`, `snan` or `qnan`. No digits are zero.
 */
export function parseFloat(text: string, offset: number, format: FloatFormat): FloatResult {
  let at = offset
  while (text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x09) at++
  if (text[at] === '0' && isLetter(text.charCodeAt(at + 1))) {
    at += 2
    if (text[at] === ':') return parseHexBits(text, at + 1, format)
  }
  const sign = text[at]
  if (sign === '+' || sign === '-') at++
  const signBit = sign === '-' ? 1n << BigInt(8 * format.sizeInBytes - 1) : 0n
  const word = /[a-z]*/iy
  word.lastIndex = at
  const name = (word.exec(text)?.[0] ?? '').toLowerCase()
  const special = specialBits(name, format)
  if (special !== undefined) return { ok: true, bits: signBit | special, next: at + name.length }
  return parseDecimal(text, at, signBit, format)
}

function isLetter(code: number): boolean {
  return (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** Significand and biased exponent to bits; `significand` below the leading one's weight: denormal or zero. */
function pack(significand: bigint, biasedExponent: number, { precision, hasExplicitOne }: FloatFormat): bigint {
  const fractionBits = BigInt(precision - 1)
  const one = 1n << fractionBits
  const exponent = significand < one ? 0n : BigInt(biasedExponent)
  if (hasExplicitOne) return (exponent << (fractionBits + 1n)) | significand
  return (exponent << fractionBits) | (significand & (one - 1n))
}

function specialBits(name: string, format: FloatFormat): bigint | undefined {
  const one = 1n << BigInt(format.precision - 1)
  const largestExponent = 2 ** format.exponentBits - 1
  if (name === 'inf' || name === 'infinity') return pack(one, largestExponent, format)
  // GNU as sets every bit of a NaN; a signalling one lacks the highest of the fraction.
  if (name === 'nan' || name === 'qnan') return pack(2n * one - 1n, largestExponent, format)
  if (name === 'snan') return pack(2n * one - 1n - one / 2n, largestExponent, format)
  return undefined
}

function parseHexBits(text: string, offset: number, { sizeInBytes }: FloatFormat): FloatResult {
  let at = offset
  let bits = 0n
  let digits = 0
  for (; /[0-9a-f_]/i.test(text[at] ?? ''); at++) {
    if (text[at] === '_') continue
    if (digits++ < 2 * sizeInBytes) bits = (bits << 4n) | BigInt(`0x${text[at]}`)
  }
  if (digits > 2 * sizeInBytes) return { ok: false, reason: 'too-many-hex-digits', next: at }
  return { ok: true, bits: bits << BigInt(4 * (2 * sizeInBytes - digits)), next: at }
}

function parseDecimal(text: string, offset: number, signBit: bigint, format: FloatFormat): FloatResult {
  let at = offset
  const wholeStart = at
  while (isDigit(text.charCodeAt(at))) at++
  const whole = text.slice(wholeStart, at).replace(/^0+/, '')
  let fraction = ''
  if (text[at] === '.') {
    const fractionStart = ++at
    while (isDigit(text.charCodeAt(at))) at++
    fraction = withoutTrailingZeros(text.slice(fractionStart, at))
  }
  let exponent = 0
  if (text[at] === 'e' || text[at] === 'E') {
    at++
    const sign = text[at]
    if (sign === '+' || sign === '-') at++
    for (; isDigit(text.charCodeAt(at)); at++) if (exponent < 1e6) exponent = exponent * 10 + text.charCodeAt(at) - 0x30
    if (sign === '-') exponent = -exponent
  }
  const written = (whole + fraction).replace(/^0+/, '')
  if (written === '') return { ok: true, bits: signBit, next: at }
  const digits = written.slice(0, format.mostDigits)
  const bits = decimalToBits(digits, exponent - fraction.length + written.length - digits.length, format)
  return bits === undefined ? { ok: false, reason: 'out-of-range', next: at } : { ok: true, bits: signBit | bits, next: at }
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end--
  return digits.slice(0, end)
}

/** The bits of digits times ten to `exponent`; undefined when too large or too small for the format. */
function decimalToBits(digits: string, exponent: number, format: FloatFormat): bigint | undefined {
  const magnitude = digits.length + exponent
  if (magnitude > 5000 || magnitude < -5000) return undefined
  const numerator = BigInt(digits) * (exponent > 0 ? 10n ** BigInt(exponent) : 1n)
  const denominator = exponent < 0 ? 10n ** BigInt(-exponent) : 1n
  const { precision, exponentBits, leastExponent } = format
  const bias = 2 ** (exponentBits - 1) - 1
  const binary = floorLog2(numerator, denominator)
  if (binary > bias || binary < leastExponent) return undefined
  let biased = Math.max(binary + bias, 1)
  // Weight of the last bit of the significand.
  const unit = biased - bias - precision + 1
  const dividend = unit < 0 ? numerator << BigInt(-unit) : numerator
  const divisor = unit < 0 ? denominator : denominator << BigInt(unit)
  let significand = dividend / divisor
  const half = 2n * (dividend - significand * divisor) - divisor
  if (exponent < 0 ? half > 0n : half >= 0n) significand++
  if (significand >> BigInt(precision)) {
    significand >>= 1n
    biased++
  }
  return pack(significand, biased, format)
}

function floorLog2(numerator: bigint, denominator: bigint): number {
  const guess = bitLength(numerator) - bitLength(denominator)
  const isLess = guess >= 0 ? numerator < denominator << BigInt(guess) : numerator << BigInt(-guess) < denominator
  return isLess ? guess - 1 : guess
}

function bitLength(value: bigint): number {
  const hex = value.toString(16)
  return 4 * (hex.length - 1) + (32 - Math.clz32(Number.parseInt(hex[0] as string, 16)))
}

/** Little-endian. */
export function floatBytes(bits: bigint, { sizeInBytes }: FloatFormat): Uint8Array {
  const bytes = new Uint8Array(sizeInBytes)
  for (let i = 0; i < sizeInBytes; i++) bytes[i] = Number((bits >> BigInt(8 * i)) & 255n)
  return bytes
}
