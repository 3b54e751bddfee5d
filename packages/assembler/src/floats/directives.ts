// .float and its kin. GNU as manual §7 .float, .single, .double, .tfloat, .hfloat, .bfloat16, .dc, .dcb.

import { bytesToText } from '@kernelbox/diagnostics'
import type { Assembler } from '../assembler.ts'
import type { DirectiveTable } from '../directives/registry.ts'
import { bfloat16, type FloatFormat, float16, float32, float64, float80, floatBytes, parseFloat } from './parse-float.ts'

const comma = 44

/** One constant at the cursor as bytes; undefined after a message. */
function readFloat(a: Assembler, format: FloatFormat): Uint8Array | undefined {
  a.skipBlanks()
  const start = a.at
  let textEnd = start
  while (textEnd < a.end && a.bytes[textEnd] !== comma) textEnd++
  const text = bytesToText(a.bytes.subarray(start, textEnd))
  const result = parseFloat(text, 0, format)
  a.at = start + result.next
  a.skipBlanks()
  if (result.ok) return floatBytes(result.bits, format)
  if (result.reason === 'out-of-range') {
    a.error('float-out-of-range', `'${text.trim()}' is too large or too small for a ${format.name} float`, start, textEnd)
    return undefined
  }
  a.warn(
    'float-too-long',
    `more than ${2 * format.sizeInBytes} hexadecimal digits for a ${format.name} float of ${format.sizeInBytes} bytes; nothing is emitted`,
    start,
    textEnd,
  )
  return new Uint8Array(0)
}

const floats = (format: FloatFormat) => (a: Assembler) => {
  if (a.isAtEnd || !a.canEmit()) return
  do {
    const bytes = readFloat(a, format)
    if (!bytes) return
    a.chain.bytes(bytes)
    if (a.at < a.end && a.bytes[a.at] !== comma) {
      a.junk()
      return
    }
  } while (a.takeComma())
}

/** `.dcb.s count, value` */
const repeatedFloat = (format: FloatFormat) => (a: Assembler) => {
  const start = a.at
  const count = a.readAbsolute('a count')
  if (count === undefined || !a.canEmit()) return
  a.takeComma()
  if (count < 0n) {
    a.warn('negative-count', 'a negative count emits nothing', start, a.end)
    return
  }
  const bytes = readFloat(a, format)
  if (!bytes || !a.expectEnd()) return
  if (count * BigInt(bytes.length) > 0x40000000n) {
    a.error('too-large', `${count} constants of ${bytes.length} bytes are more than an object can hold`, start, a.end)
    return
  }
  a.chain.reserve(Number(count) * bytes.length)
  for (let i = 0n; i < count; i++) a.chain.bytes(bytes)
}

export const floatDirectives: DirectiveTable = {
  float: floats(float32),
  single: floats(float32),
  ffloat: floats(float32),
  'dc.s': floats(float32),
  double: floats(float64),
  dfloat: floats(float64),
  'dc.d': floats(float64),
  tfloat: floats(float80),
  'dc.x': floats(float80),
  hfloat: floats(float16),
  bfloat16: floats(bfloat16),
  'dcb.s': repeatedFloat(float32),
  'dcb.d': repeatedFloat(float64),
  'dcb.x': repeatedFloat(float80),
}
