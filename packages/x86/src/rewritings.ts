// Enters: a statement that stands for another one: with an ending, a rounding operand, under -O or -msse2avx, or a prefix alone.
// Leaves: the encoding of the other one, told in the operand positions of the statement as written.
// Follows: GNU as manual §9.16.1 (options), §9.16.5 (prefixes alone on a line); the details were observed with GNU as 2.40.
import type { EncodeOptions, EncodeResult, Encoding, InstructionStatement } from './contract.ts'
import type { Context } from './draft.ts'
import { failure } from './failure.ts'
import { dependsOnValue, exchanged, optimized } from './optimize.ts'
import { collectPrefixes, prefixByte } from './prefixes.ts'
import { findRegister } from './registers.ts'

/** Encodes what a statement was rewritten to. */
export type Encode = (statement: InstructionStatement, options: EncodeOptions, context: Context) => EncodeResult

/** `mov.s` asks for the other direction, `.d8`/`.d32` for a displacement size, `jne,pt` hints with a segment prefix. */
const ENDINGS: Readonly<Record<string, string>> = {
  '.s': '{swap}',
  '.d8': '{disp8}',
  '.d16': '{disp16}',
  '.d32': '{disp32}',
  ',pt': 'ds',
  ',pn': 'cs',
}

/** Where the ending of a mnemonic begins, 0 or less where it has none. */
export function endingAt(mnemonic: string): number {
  const dot = mnemonic.indexOf('.', 1)
  return dot > 0 ? dot : mnemonic.indexOf(',')
}

export function withoutEnding(
  statement: InstructionStatement,
  options: EncodeOptions,
  context: Context,
  at: number,
  encode: Encode,
): EncodeResult {
  const { mnemonic, prefixes, operands } = statement
  const prefix = ENDINGS[mnemonic.slice(at)]
  if (prefix === undefined) return { ok: false, failure: failure('unknown-mnemonic', undefined, { mnemonic }) }
  return encode({ mnemonic: mnemonic.slice(0, at), prefixes: [...prefixes, prefix], operands }, options, context)
}

/** -O: the rewritten statement, where it has an encoding that is not longer than the one of the statement as written. */
export function asOptimized(
  statement: InstructionStatement,
  options: EncodeOptions,
  context: Context,
  encode: Encode,
): EncodeResult | undefined {
  const rewritten = optimized(statement, options)
  if (!rewritten) return undefined
  const plain = { ...options, optimize: 0 } as const
  const asWritten = encode(statement, plain, context)
  if (!asWritten.ok) return asWritten
  // lea of a written address may have become a mov that is rewritten in its turn
  const [source] = statement.operands
  const becameMove = rewritten.mnemonic === 'mov' && source?.kind === 'memory' && source.displacement !== undefined
  // -mvexwig says nothing of what EVEX was made into
  const shorter = encode(rewritten, becameMove ? options : isEvex(asWritten.encoding.bytes) ? { ...plain, vexW: 0 } : plain, context)
  const isFaster = options.optimize === 2 && statement.mnemonic.startsWith('lea') && rewritten.mnemonic === 'mov'
  if (!shorter.ok || (!isFaster && shorter.encoding.bytes.length > asWritten.encoding.bytes.length)) return asWritten
  // a move has no address that a segment could stand before
  const warnings = asWritten.encoding.warnings.filter(({ code }) => code !== 'segment-ineffectual' || rewritten.mnemonic !== 'mov')
  const narrowed = withNarrowedConstant(statement, rewritten, shorter.encoding)
  if (narrowed) return { ok: true, encoding: { ...narrowed, warnings } }
  if (!dependsOnValue(statement) && warnings.length === 0) return shorter
  // what is odd in the statement as written is so in the shorter one
  const isTemplate = shorter.encoding.isTemplate && !dependsOnValue(statement)
  return {
    ok: true,
    encoding: { ...shorter.encoding, isTemplate, warnings: shorter.encoding.warnings.length > 0 ? shorter.encoding.warnings : warnings },
  }
}

/** Of a vector statement's bytes: do they begin with an EVEX prefix, behind segment and address size? */
function isEvex(bytes: Uint8Array): boolean {
  let at = 0
  while (at < bytes.length && (bytes[at] === 0x67 || (bytes[at]! & 0xe7) === 0x26 || (bytes[at]! & 0xfe) === 0x64)) at++
  return bytes[at] === 0x62
}

/** lea of an address that wraps at 16 or 32 bits became a mov: its constant is not the one written, so that it is filled in here. */
function withNarrowedConstant(statement: InstructionStatement, rewritten: InstructionStatement, encoding: Encoding): Encoding | undefined {
  const [source] = rewritten.operands
  const [written] = statement.operands
  const constant = source?.kind === 'immediate' ? source.value.constant : undefined
  const field = encoding.fields[0]
  if (constant === undefined || !field || written?.kind !== 'memory' || written.displacement?.constant === constant) return undefined
  const bytes = Uint8Array.from(encoding.bytes)
  let rest = BigInt.asUintN(64, constant)
  for (let at = 0; at < field.sizeInBytes; at++, rest >>= 8n) bytes[field.offset + at] = Number(rest & 255n)
  return { ...encoding, bytes, fields: [], isTemplate: false }
}

/** -msse2avx: an SSE statement becomes its AVX twin, whose first source is the destination where SSE overwrites it. */
export function asAvx(statement: InstructionStatement, options: EncodeOptions, context: Context, encode: Encode): EncodeResult | undefined {
  const { mnemonic, operands } = statement
  if (mnemonic.startsWith('v')) return undefined
  const plain: EncodeOptions = { ...options, sse2avx: false }
  const moving: Context = { ...context, movesRex: true }
  if (statement.prefixes.includes('{rex}') && options.mode === 64)
    return asAvx({ ...statement, prefixes: statement.prefixes.filter((word) => word !== '{rex}') }, options, context, encode)
  const legacy = { ...statement, prefixes: statement.prefixes.filter((word) => !word.startsWith('{vex')) }
  if (!encode(legacy, plain, context).ok) return undefined
  const destination = operands[operands.length - 1]
  if (destination?.kind === 'register' && destination.register.class === 'xmm') {
    const doubled = { ...statement, mnemonic: `v${mnemonic}`, operands: [...operands, destination] }
    const result = encode(exchanged(doubled, { ...plain, optimize: 2 }), plain, moving)
    if (result.ok) return result
    // the mask of blendv is xmm0 by implication in SSE, an operand in AVX
    const mask = findRegister('xmm0')
    if (mask && mnemonic.includes('blendv') && operands.length === 2) {
      const blended = encode({ ...doubled, operands: [{ kind: 'register', register: mask }, ...doubled.operands] }, plain, moving)
      if (blended.ok) return withOperandsMoved(blended, -1)
    }
    // AVX wants the vector length of a memory operand written
    const sized = encode({ ...statement, mnemonic: `v${mnemonic === 'cvtpi2pd' ? 'cvtdq2pd' : `${mnemonic}x`}` }, plain, moving)
    if (sized.ok) return sized
  }
  const result = encode({ ...statement, mnemonic: `v${mnemonic}` }, plain, moving)
  return result.ok ? result : undefined
}

/** A prefix alone on its line is that byte. */
export function lonePrefix(statement: InstructionStatement, options: EncodeOptions): EncodeResult {
  const words = [...statement.prefixes, statement.mnemonic]
  const refusal = collectPrefixes(words, options.mode).failure
  if (refusal && refusal.code !== 'redundant-prefix') return { ok: false, failure: refusal }
  const bytes = words.filter((word) => word !== 'lock' || !options.omitLockPrefix).map((word) => prefixByte(word, options.mode))
  if (bytes.includes(-1)) return { ok: false, failure: failure('unknown-mnemonic', undefined, { mnemonic: statement.mnemonic }) }
  const last = statement.mnemonic
  const warnings = last.startsWith('data') || last.startsWith('addr') ? [{ code: 'lone-prefix', details: { prefix: last } }] : []
  return { ok: true, encoding: { bytes: Uint8Array.from(bytes), fields: [], isTemplate: true, warnings } }
}

/** `{rn-sae}` is no operand of a row: it is taken out, and positions in the result are those of the statement as written. */
export function withoutRounding(
  statement: InstructionStatement,
  options: EncodeOptions,
  context: Context,
  at: number,
  encode: Encode,
): EncodeResult {
  const operand = statement.operands[at]!
  if (operand.kind !== 'rounding') throw new Error('no rounding operand')
  const operands = statement.operands.filter((_operand, index) => index !== at)
  if (operands.some((other) => other.kind === 'rounding')) return { ok: false, failure: failure('rounding-not-allowed', at) }
  const result = encode({ ...statement, operands }, options, { ...context, rounding: operand.name, roundingAt: at })
  return withOperandsMoved(result, 1, at)
}

/** Operand positions from `first` on, moved to where the statement as written has them. */
function withOperandsMoved(result: EncodeResult, by: number, first = 0): EncodeResult {
  const moved = <T extends { readonly operand?: number }>(item: T): T =>
    item.operand !== undefined && item.operand >= first ? { ...item, operand: item.operand + by } : item
  if (!result.ok) return { ok: false, failure: moved(result.failure) }
  const { encoding } = result
  return { ok: true, encoding: { ...encoding, fields: encoding.fields.map(moved), warnings: encoding.warnings.map(moved) } }
}
