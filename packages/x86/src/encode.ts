// Enters: an instruction statement and the mode. Leaves: its bytes with the fields that the assembler fills in, or why it has none.
// Follows: Intel SDM vol. 2 ch. 2 (instruction format); prefixes stand in the order in which GNU as writes them:
// wait, segment, address size, operand size, rep, lock, then REX.
import { type Address, addressBitsOf, forceSib, layOutAddress, newAddress } from './address.ts'
import type {
  BranchRelaxation,
  EncodedField,
  EncodedRegister,
  Encoding,
  EncodeMessage,
  EncodeOptions,
  EncodeResult,
  InstructionStatement,
  MemoryOperand,
  Operand,
  Register,
  RoundingOperand,
} from './contract.ts'
import { type Failure, failure, moreTelling } from './failure.ts'
import { type Guards, guardsOf } from './guards.ts'
import { isaAllows, isaOf } from './isa.ts'
import { type Match, matchRow } from './match.ts'
import { dependsOnValue, exchanged, optimized } from './optimize.ts'
import { collectPrefixes, isNearBranch, isPrefix, NO_PREFIXES, type PrefixSet, prefixByte, prefixRefusal } from './prefixes.ts'
import { findRegister } from './registers.ts'
import { rowsOf } from './table/index.ts'
import {
  ACCEPT_BRANCH_TARGET,
  ACCEPT_MOFFS,
  ACCEPT_STRING_DESTINATION,
  ACCEPT_STRING_SOURCE,
  ACCEPT_XLAT,
  type OperandSpec,
  ROLE_IMMEDIATE,
  ROLE_IS4,
  ROLE_OPCODE,
  ROLE_REG,
  ROLE_RM,
  ROLE_VVVV,
  type Row,
  SIZE_Y,
} from './table/notation.ts'
import { isSseInstruction, UNALIGNED_MOVES, vectorRefusal, vectorWarning } from './vector-checks.ts'
import { encodeVectorPrefix } from './vector-prefix.ts'

const SUFFIX_LETTERS = 'bwlqst'
const NO_GUARDS: Guards = {}
const NO_WARNINGS: readonly EncodeMessage[] = []
const SEGMENT_PREFIXES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65] as const

// Used again for each instruction: encodeInstruction is not reentrant and allocates only its result.
const match: Match = { sizeFromPrefix: false, size: 0, usedDefaultSize: false, immediateBits: 0 }
const address: Address = newAddress()
const buffer = new Uint8Array(64)
let writtenSuffix = ''
/** -msse2avx takes a written rex prefix over into VEX; elsewhere it cannot stand there. */
let movesRex = false
let writtenRounding: RoundingOperand['name'] | undefined
let roundingAt = -1

/** Encodes one instruction. A statement without encoding is the user's fault and comes back as a failure, never as an exception. */
export function encodeInstruction(statement: InstructionStatement, options: EncodeOptions): EncodeResult {
  const dot = statement.mnemonic.indexOf('.', 1)
  const comma = statement.mnemonic.indexOf(',')
  if ((dot > 0 || comma > 0) && !isPrefix(statement.mnemonic)) return encodeWithEnding(statement, options, dot > 0 ? dot : comma)
  if (options.optimize) {
    const shorter = encodeOptimized(statement, options)
    if (shorter) return shorter
  }
  if (options.unalignedVectorMove) {
    const mnemonic = UNALIGNED_MOVES[statement.mnemonic]
    if (mnemonic) return encodeInstruction({ ...statement, mnemonic }, options)
  }
  if (options.sse2avx) {
    movesRex = true
    const asAvx = encodeAsAvx(statement, options)
    movesRex = false
    if (asAvx) return asAvx
  }
  const mnemonic = statement.mnemonic
  const prefixes = collectPrefixes(statement.prefixes, options.mode)
  if (prefixes.failure) return { ok: false, failure: prefixes.failure }
  if (writtenRounding === undefined) {
    const at = statement.operands.findIndex((operand) => operand.kind === 'rounding')
    if (at >= 0) return encodeRounded(statement, options, at)
  }
  if (statement.operands.length === 0 && isPrefix(mnemonic) && !rowsOf(mnemonic)) return encodeLonePrefix(statement, options)

  let best: Failure | undefined
  const exact = rowsOf(mnemonic)
  if (exact) {
    const done = tryRows(exact, statement, '', options, prefixes)
    if (done.ok) return done.result
    best = done.failure
  }
  const last = mnemonic.charCodeAt(mnemonic.length - 1)
  const suffix = String.fromCharCode(last)
  if (mnemonic.length > 2 && SUFFIX_LETTERS.includes(suffix)) {
    const rows = rowsOf(mnemonic.slice(0, -1))
    if (rows?.some((row) => row.suffixes.includes(suffix))) {
      const done = tryRows(rows, statement, suffix, options, prefixes)
      if (done.ok) return done.result
      best = moreTelling(best, done.failure)
    } else if (rows && !best) {
      best = failure('invalid-suffix', undefined, { suffix, mnemonic: mnemonic.slice(0, -1) })
    }
  }
  return { ok: false, failure: best ?? failure('unknown-mnemonic', undefined, { mnemonic }) }
}

/** -O: the rewritten statement, where it has an encoding that is not longer than the one of the statement as written. */
function encodeOptimized(statement: InstructionStatement, options: EncodeOptions): EncodeResult | undefined {
  const rewritten = optimized(statement, options)
  if (!rewritten) return undefined
  const plain = { ...options, optimize: 0 } as const
  const asWritten = encodeInstruction(statement, plain)
  if (!asWritten.ok) return asWritten
  // lea of a written address may have become a mov that is rewritten in its turn
  const [source] = statement.operands
  const becameMove = rewritten.mnemonic === 'mov' && source?.kind === 'memory' && source.displacement !== undefined
  const shorter = encodeInstruction(rewritten, becameMove ? options : plain)
  const isFaster = options.optimize === 2 && statement.mnemonic.startsWith('lea') && rewritten.mnemonic === 'mov'
  if (!shorter.ok || (!isFaster && shorter.encoding.bytes.length > asWritten.encoding.bytes.length)) return asWritten
  const narrowed = withNarrowedConstant(statement, rewritten, shorter.encoding)
  if (narrowed) return { ok: true, encoding: narrowed }
  return dependsOnValue(statement) ? { ok: true, encoding: { ...shorter.encoding, isTemplate: false } } : shorter
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
function encodeAsAvx(statement: InstructionStatement, options: EncodeOptions): EncodeResult | undefined {
  const { mnemonic, operands } = statement
  if (mnemonic.startsWith('v')) return undefined
  const plain: EncodeOptions = { ...options, sse2avx: false }
  if (statement.prefixes.includes('{rex}'))
    return encodeAsAvx({ ...statement, prefixes: statement.prefixes.filter((word) => word !== '{rex}') }, options)
  const destination = operands[operands.length - 1]
  if (destination?.kind === 'register' && destination.register.class === 'xmm') {
    const doubled = { ...statement, mnemonic: `v${mnemonic}`, operands: [...operands, destination] }
    const result = encodeInstruction(exchanged(doubled, { ...plain, optimize: 2 }), plain)
    if (result.ok) return result
    // the mask of blendv is xmm0 by implication in SSE, an operand in AVX
    const mask = findRegister('xmm0')
    if (mask && mnemonic.includes('blendv') && operands.length === 2) {
      const blended = encodeInstruction({ ...doubled, operands: [{ kind: 'register', register: mask }, ...doubled.operands] }, plain)
      if (blended.ok) return withOperandsMoved(blended, -1)
    }
    // AVX wants the vector length of a memory operand written
    const sized = encodeInstruction({ ...statement, mnemonic: `v${mnemonic === 'cvtpi2pd' ? 'cvtdq2pd' : `${mnemonic}x`}` }, plain)
    if (sized.ok) return sized
  }
  const result = encodeInstruction({ ...statement, mnemonic: `v${mnemonic}` }, plain)
  return result.ok ? result : undefined
}

/** `mov.s` asks for the other direction, `.d8`/`.d32` for a displacement size, `jne,pt` hints with a segment prefix. */
function encodeWithEnding(statement: InstructionStatement, options: EncodeOptions, at: number): EncodeResult {
  const ending = statement.mnemonic.slice(at)
  const prefix = ENDINGS[ending]
  if (prefix === undefined) return { ok: false, failure: failure('unknown-mnemonic', undefined, { mnemonic: statement.mnemonic }) }
  return encodeInstruction(
    { mnemonic: statement.mnemonic.slice(0, at), prefixes: [...statement.prefixes, prefix], operands: statement.operands },
    options,
  )
}

const ENDINGS: Readonly<Record<string, string>> = {
  '.s': '{swap}',
  '.d8': '{disp8}',
  '.d16': '{disp16}',
  '.d32': '{disp32}',
  ',pt': 'ds',
  ',pn': 'cs',
}

/** A prefix alone on its line is that byte. */
function encodeLonePrefix(statement: InstructionStatement, options: EncodeOptions): EncodeResult {
  const words = [...statement.prefixes, statement.mnemonic]
  const refusal = collectPrefixes(words, options.mode).failure
  if (refusal && refusal.code !== 'redundant-prefix') return { ok: false, failure: refusal }
  const bytes = words.filter((word) => word !== 'lock' || !options.omitLockPrefix).map((word) => prefixByte(word, options.mode))
  if (bytes.includes(-1)) return { ok: false, failure: failure('unknown-mnemonic', undefined, { mnemonic: statement.mnemonic }) }
  const last = statement.mnemonic
  const warnings = last.startsWith('data') || last.startsWith('addr') ? [{ code: 'lone-prefix', details: { prefix: last } }] : NO_WARNINGS
  return { ok: true, encoding: { bytes: Uint8Array.from(bytes), fields: [], isTemplate: true, warnings } }
}

/** `{rn-sae}` is no operand of a row: it is taken out, and positions in the result are those of the statement as written. */
function encodeRounded(statement: InstructionStatement, options: EncodeOptions, at: number): EncodeResult {
  const operand = statement.operands[at]!
  if (operand.kind !== 'rounding') throw new Error('no rounding operand')
  const operands = statement.operands.filter((_operand, index) => index !== at)
  // GNU as takes `cli {sae}` and means cli
  if (operands.length === 0) return encodeInstruction({ ...statement, operands }, options)
  if (operands.some((other) => other.kind === 'rounding')) return { ok: false, failure: failure('rounding-not-allowed', at) }
  writtenRounding = operand.name
  roundingAt = at
  const result = encodeInstruction({ ...statement, operands }, options)
  writtenRounding = undefined
  roundingAt = -1
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

type Attempt = { readonly ok: true; readonly result: EncodeResult } | { readonly ok: false; readonly failure: Failure }

function tryRows(
  rows: readonly Row[],
  statement: InstructionStatement,
  suffix: string,
  options: EncodeOptions,
  prefixes: PrefixSet,
): Attempt {
  let best: Failure | undefined
  writtenSuffix = suffix
  let anySized = false
  for (const row of rows) anySized ||= row.isSized
  for (const row of rows) {
    if (prefixes.encoding !== '' && !spaceAllowed(row, prefixes)) continue
    const refusal = matchRow(row, statement, suffix, options, anySized, prefixes.dataSize, match)
    if (refusal) {
      best = moreTelling(best, refusal)
      continue
    }
    if (options.isa !== undefined && !isaAllows(row, match.size, options.isa)) {
      best = moreTelling(best, failure('not-enabled', undefined, { mnemonic: statement.mnemonic, feature: isaOf(row) }))
      continue
    }
    if (row.flags.has('nopair') && options.mode === 64 && match.size === 32 && isAccumulatorPair(statement.operands)) continue
    if (row.flags.has('relax') && prefixes.displacementBytes === 4) continue
    const badBytes = options.mode === 16 ? 4 : 2
    if (prefixes.displacementBytes === badBytes && row.fields[0]?.kind === 'c') {
      best = moreTelling(best, failure('unknown-prefix', undefined, { prefix: badBytes === 4 ? '{disp32}' : '{disp16}' }))
      continue
    }
    if (row.flags.has('wide') && !prefixes.addressSize && !needsWideAddress(statement)) continue
    if (row.space === 'vex' && savesPrefixByte(row, statement, prefixes) && !hasDirection(row, statement, 'store', rows)) continue
    if (prefixes.direction !== '' && !hasDirection(row, statement, prefixes.direction, rows)) continue
    const refused =
      prefixes === NO_PREFIXES
        ? undefined
        : prefixRefusal(row, prefixes, isMemory(statement.operands[statement.operands.length - 1]) || isMemory(statement.operands[0]))
    if (refused) {
      // before direct calls and far pointers GNU as also says that it drops the prefix
      const first = row.opcode[0]
      const isDropped = first === 0xe8 || first === 0x9a || first === 0xea
      best = moreTelling(best, isDropped ? { ...refused, details: { ...refused.details, also: 'prefix-skipped' } } : refused)
      continue
    }
    const result = emit(row, statement, options, prefixes)
    if (result.ok) return { ok: true, result }
    best = moreTelling(best, result.failure as Failure)
  }
  return { ok: false, failure: best ?? failure('operand-type-mismatch') }
}

function isMemory(operand: Operand | undefined): boolean {
  return operand !== undefined && operand.kind === 'memory'
}

/** `mov 0x123456789abc,%al`: an absolute address that no sign-extended 32-bit displacement gives. */
function needsWideAddress(statement: InstructionStatement): boolean {
  return statement.operands.some((operand) => {
    const constant = operand.kind === 'memory' ? operand.displacement?.constant : undefined
    return constant !== undefined && BigInt.asIntN(32, constant) !== BigInt.asIntN(64, constant)
  })
}

/**
 * {load}, {store}, `.s`: with two registers an operation has two encodings, ModRM.rm being destination (store) or source (load).
 * A row goes with the wish when it has that direction, or when there is no twin of the other one.
 */
function hasDirection(row: Row, statement: InstructionStatement, direction: string, rows: readonly Row[]): boolean {
  if (statement.operands.length < 2 || statement.operands.some((operand) => operand.kind === 'memory')) return true
  const mine = directionOf(row)
  if (mine === '') return true
  const hasOther = rows.some((other) => directionOf(other) === (mine === 'load' ? 'store' : 'load') && sameRegisters(row, other))
  if (!hasOther) return true
  if (direction === 'swap') return rows.find((other) => directionOf(other) !== '' && sameRegisters(row, other)) !== row
  return mine === direction
}

function directionOf(row: Row): '' | 'load' | 'store' {
  if (row.operands.length === 2 && row.operands[0]!.registerClass === 'st')
    return row.opcode[0] === 0xdc ? 'store' : row.opcode[0] === 0xd8 ? 'load' : ''
  const destination = row.operands[row.operands.length - 1]
  const source = row.operands.find((spec) => spec.role !== ROLE_IMMEDIATE)
  // XOP rotates and shifts: the count or the value may be ModRM.rm, W tells which (APM vol. 6, VPROTB)
  if (row.space === 'xop' && row.operands.length === 3 && destination?.role === ROLE_REG)
    return source?.role === ROLE_VVVV ? 'load' : source?.role === ROLE_RM ? 'store' : ''
  if (!destination || !source) return ''
  if (destination.role === ROLE_RM && source.role === ROLE_REG) return 'store'
  return destination.role === ROLE_REG && source.role === ROLE_RM ? 'load' : ''
}

/** Two-byte VEX has no bit B: registers 8 to 15 as the source of a move go to ModRM.reg, where the store form has it. */
function savesPrefixByte(row: Row, statement: InstructionStatement, prefixes: PrefixSet): boolean {
  if (row.map !== 1 || row.vexW === 1 || prefixes.encoding === 'vex3' || prefixes.direction !== '') return false
  if (directionOf(row) !== 'load') return false
  const source = statement.operands[0]!
  const destination = statement.operands[statement.operands.length - 1]!
  if (source.kind !== 'register' || destination.kind !== 'register') return false
  return source.register.number >= 8 && source.register.number < 16 && destination.register.number < 8
}

function sameRegisters(first: Row, second: Row): boolean {
  if (first.operands.length !== second.operands.length || first.space !== second.space) return false
  return first.operands.every((spec, index) => {
    const other = second.operands[index]!
    return spec.registerClass === other.registerClass && spec.registerSize === other.registerSize
  })
}

function spaceAllowed(row: Row, prefixes: PrefixSet): boolean {
  switch (prefixes.encoding) {
    case 'vex':
    case 'vex3':
      return row.space === 'vex' || row.space === 'xop'
    case 'evex':
      return row.space === 'evex'
    case 'rex':
      return row.space === 'legacy'
    default:
      return true
  }
}

/** `xchg %eax,%eax` in 64-bit mode must clear the upper half: it is 87 C0, because 90 is a nop. */
function isAccumulatorPair(operands: readonly Operand[]): boolean {
  return operands.every((operand) => operand.kind === 'register' && operand.register.number === 0)
}

/** The operands of one row in their places. */
interface Places {
  reg: Register | undefined
  rm: Operand | undefined
  rmIndex: number
  vvvv: Register | undefined
  is4: Register | undefined
  opcode: Register | undefined
}

function emit(row: Row, statement: InstructionStatement, options: EncodeOptions, prefixes: PrefixSet): EncodeResult {
  const mode = options.mode
  const operands = statement.operands
  const shift = operands.length - row.operands.length
  const places: Places = { reg: undefined, rm: undefined, rmIndex: -1, vvvv: undefined, is4: undefined, opcode: undefined }
  let segment = -1
  let needsRex = false
  let forbidsRex: Register | undefined
  let implicitAddressBits = 0
  let moffs: MemoryOperand | undefined
  let moffsIndex = 0
  const warnings: EncodeMessage[] = []
  let regIndex = -1
  let opcodeIndex = -1

  for (let index = 0; index < row.operands.length; index++) {
    const operand = operands[index + shift]!
    const spec = row.operands[index]!
    if (operand.kind === 'register') {
      const register = operand.register
      if (register.rex === 'needed') needsRex = true
      else if (register.rex === 'forbidden') forbidsRex = register
      switch (spec.role) {
        case ROLE_REG:
          places.reg = register
          regIndex = index + shift
          break
        case ROLE_RM:
          places.rm = operand
          places.rmIndex = index + shift
          break
        case ROLE_VVVV:
          places.vvvv = register
          break
        case ROLE_IS4:
          places.is4 = register
          break
        case ROLE_OPCODE:
          places.opcode = register
          opcodeIndex = index + shift
          break
      }
      if (row.flags.has('indirect') && !operand.indirect)
        warnings.push({ code: 'indirect-without-star', operand: index + shift, details: { mnemonic: statement.mnemonic } })
    } else if (operand.kind === 'memory') {
      if (spec.role === ROLE_RM) {
        places.rm = operand
        places.rmIndex = index + shift
        if (row.flags.has('indirect') && !operand.indirect) {
          warnings.push({ code: 'indirect-without-star', operand: index + shift, details: { mnemonic: statement.mnemonic } })
        }
      } else if ((spec.accepts & ACCEPT_BRANCH_TARGET) !== 0) {
        if (operand.segment) {
          const isHint = operand.segment.number === 1 || operand.segment.number === 3
          if (isHint) segment = operand.segment.number
          else warnings.push({ code: 'prefix-skipped', operand: index + shift, details: { mnemonic: statement.mnemonic } })
        }
      } else if ((spec.accepts & ACCEPT_MOFFS) !== 0) {
        moffs = operand
        moffsIndex = index + shift
        if (operand.segment && operand.segment.number !== 3) segment = operand.segment.number
      } else if ((spec.accepts & (ACCEPT_STRING_SOURCE | ACCEPT_STRING_DESTINATION | ACCEPT_XLAT)) !== 0) {
        const isDestination = (spec.accepts & ACCEPT_STRING_DESTINATION) !== 0
        const base = operand.base
        if (!operand.hasParentheses && (spec.accepts & ACCEPT_XLAT) !== 0)
          return { ok: false, failure: failure('operand-size-mismatch', index + shift, { also: 'wrong-string-register' }) }
        if (!operand.hasParentheses && (row.opcode[0] === 0xac || row.opcode[0] === 0xad)) {
          return { ok: false, failure: failure('operand-type-mismatch', index + shift) }
        }
        const bits = addressBitsOf(operand) || mode
        if (bits !== 16 || mode !== 64) {
          const refusal = layOutAddress(operand, index + shift, mode, prefixes.addressSize, false, 1, 0, false, address)
          if (refusal) return { ok: false, failure: refusal }
        }
        if (bits === 64 && mode !== 64)
          return { ok: false, failure: failure('invalid-base-index', index + shift, { mode, base: base?.name ?? '' }) }
        if (implicitAddressBits !== 0 && implicitAddressBits !== bits && base) {
          return { ok: false, failure: failure('invalid-base-index', index + shift, { mode, base: base.name }) }
        }
        if (implicitAddressBits === 0) implicitAddressBits = bits === 16 && mode === 64 ? 64 : bits
        if (isDestination) {
          if (operand.segment && operand.segment.number !== 0)
            return { ok: false, failure: failure('string-segment', index + shift, { segment: operand.segment.name }) }
        } else if (operand.segment && operand.segment.number !== 3) segment = operand.segment.number
        const wanted = isDestination ? 7 : (spec.accepts & ACCEPT_XLAT) !== 0 ? 3 : 6
        const isPlain =
          base !== undefined && operand.index === undefined && (operand.displacement === undefined || operand.displacement.constant === 0n)
        if (!isPlain || base.number !== wanted || (bits === 16 && mode === 64)) {
          warnings.push({
            code: 'wrong-string-register',
            operand: index + shift,
            details: { found: base?.name ?? '', wanted: stringRegister(wanted, bits === 16 && mode === 64 ? 64 : bits) },
          })
        }
      }
    }
  }
  // imul $5,%eax: one register in both places
  if (row.flags.has('op=B')) {
    const last = operands[operands.length - 1]!
    if (last.kind === 'register') {
      places.reg = last.register
      regIndex = operands.length - 1
      places.rm = last
      places.rmIndex = operands.length - 1
    }
  }

  const memory = places.rm?.kind === 'memory' ? places.rm : undefined
  if (memory?.index?.class === 'noindex' && !options.allowIndexReg)
    return { ok: false, failure: failure('invalid-base-index', places.rmIndex, { register: memory.index.name, mode }) }
  const size = match.size !== 0 ? match.size : row.operandSize > 0 ? row.operandSize : 0
  let addressBits = implicitAddressBits
  if (memory) {
    const vsib = row.operands[places.rmIndex - shift]!.vectorIndex !== ''
    const ownBits = row.flags.has('address') ? addressRegisterBits(row, operands) : 0
    const refusal = layOutAddress(
      memory,
      places.rmIndex,
      mode,
      prefixes.addressSize || (ownBits !== 0 && ownBits !== mode) || (row.isa === 'mpx' && mode === 16),
      vsib,
      compressionOf(row, places.rmIndex - shift, memory),
      prefixes.displacementBytes,
      row.flags.has('lea') && match.size <= 32,
      address,
    )
    if (refusal) return { ok: false, failure: refusal }
    addressBits = address.addressBits
    if (row.flags.has('sib') && !forceSib(address)) return { ok: false, failure: failure('invalid-base-index', places.rmIndex, { mode }) }
    if (
      memory.displacement?.relocation !== undefined &&
      row.mnemonic.startsWith('kmov') &&
      /TLS|TPOFF|NTPOFF/.test(memory.displacement.relocation)
    ) {
      return { ok: false, failure: failure('tls-relocation-not-allowed', places.rmIndex, { mnemonic: statement.mnemonic }) }
    }
    if (
      row.isa === 'mpx' &&
      ((mode === 64 ? address.addressBits !== 64 : address.addressBits === 16) || (row.flags.has('bound') && address.isPcRelative))
    ) {
      return { ok: false, failure: failure('invalid-base-index', places.rmIndex, { mode, addressBits: address.addressBits }) }
    }
    if (row.flags.has('bound') && memory.scale !== 1 && !row.text.startsWith('bndmk')) {
      warnings.push({ code: 'scale-ignored', operand: places.rmIndex })
    }
    if (row.flags.has('rip') && !address.isPcRelative)
      warnings.push({ code: 'needs-rip-relative', operand: places.rmIndex, details: { mnemonic: statement.mnemonic } })
    if (memory.segment && memory.segment.class === 'segment' && memory.segment.number !== address.defaultSegment)
      segment = memory.segment.number
  }
  if (row.flags.has('lea') && (memory?.segment || prefixes.segment !== 0)) {
    warnings.push({ code: 'segment-ineffectual', operand: places.rmIndex, details: { mnemonic: statement.mnemonic } })
  }
  if (row.flags.has('loop')) {
    // the suffix of loop names the count register, which is the address size
    if (writtenSuffix !== '') addressBits = writtenSuffix === 'w' ? 16 : writtenSuffix === 'l' ? 32 : 64
    if (addressBits === 64 ? mode !== 64 : addressBits === 16 && mode === 64) {
      return { ok: false, failure: failure('invalid-suffix', undefined, { suffix: writtenSuffix, mnemonic: row.mnemonic }) }
    }
  } else if (row.flags.has('address')) {
    // an address in a register: its size is the address size (monitor, movdir64b)
    const bits = addressRegisterBits(row, operands)
    // x32: an address relative to %rip has 32 bits as well
    const isNarrowRip = options.x32 === true && memory !== undefined && address.isPcRelative && bits === 32
    if (addressBits !== 0 && addressBits !== bits && !isNarrowRip) return { ok: false, failure: failure('operand-size-mismatch') }
    addressBits = bits
  } else if (row.flags.has('addr16')) addressBits = 16
  else if (row.flags.has('addr32')) addressBits = 32

  let repeat = prefixes.repeat
  if (options.addBndPrefix && isNearBranch(row)) {
    if (repeat === 0xf3) warnings.push({ code: 'rep-becomes-bnd', details: { prefix: prefixes.repeatName, mnemonic: statement.mnemonic } })
    repeat = 0xf2
  }
  const lock = prefixes.lock && !options.omitLockPrefix
  // Prefixes, in GNU as's order.
  let length = 0
  if (row.wait) buffer[length++] = 0x9b
  if (prefixes.segment !== 0 && segment >= 0 && prefixes.segment !== SEGMENT_PREFIXES[segment])
    return { ok: false, failure: failure('prefix-twice', undefined, { prefix: 'segment' }) }
  if (prefixes.segment !== 0) buffer[length++] = prefixes.segment
  else if (segment >= 0) buffer[length++] = SEGMENT_PREFIXES[segment]!
  const addressDiffers = addressBits !== 0 && addressBits !== mode
  if (prefixes.addressSize && row.fields[0]?.kind === 'c' && (row.flags.has('f64') || row.opcode[0] === 0xe8))
    warnings.push({ code: 'prefix-skipped', details: { mnemonic: statement.mnemonic } })
  else if (prefixes.addressSize || addressDiffers) buffer[length++] = 0x67

  const isLegacy = row.space === 'legacy'
  const stackSize = row.d64 || row.f64
  const isSizedOpcode = isLegacy && size !== 0 && row.operandSize !== 0 && !row.flags.has('loop')
  if (prefixes.dataSize && isLegacy && (row.mandatoryPrefix === 0x66 || (row.isa !== '' && usesVectorRegister(row)))) {
    return { ok: false, failure: failure('prefix-not-allowed', undefined, { prefix: 'data16', mnemonic: statement.mnemonic }) }
  }
  const first = row.opcode[0]
  const ignoresBranchSize = options.isa64 === 'intel64' && mode === 64 && (first === 0xe8 || first === 0xe9 || first === 0xeb)
  const branchFlip =
    prefixes.dataSize && row.fields.length > 0 && row.fields[0]!.kind === 'c' && (prefixes.rex & 8) === 0 && !ignoresBranchSize
  // rows with a mandatory prefix and no 16-bit form (adcx, ptwrite): the processor ignores the operand size, GNU as writes none
  const ignoresData = row.operandSize === SIZE_Y && (row.mandatoryPrefix !== 0 || row.flags.has('nosize'))
  const needsData = isSizedOpcode && !ignoresData && (mode === 16 ? size === 32 : size === 16)
  if (prefixes.dataSize && needsData && !branchFlip && !match.sizeFromPrefix)
    return { ok: false, failure: failure('prefix-twice', undefined, { prefix: mode === 16 ? 'data32' : 'data16' }) }
  if (isLegacy) {
    if (needsData || prefixes.dataSize || row.mandatoryPrefix === 0x66) buffer[length++] = 0x66
    if (row.mandatoryPrefix === 0xf2 || row.mandatoryPrefix === 0xf3) buffer[length++] = row.mandatoryPrefix
    else if (repeat !== 0) buffer[length++] = repeat
  } else if (prefixes.dataSize || prefixes.repeat !== 0 || (prefixes.rex !== 0 && !movesRex)) {
    const prefix = prefixes.dataSize ? 'data16' : prefixes.repeat !== 0 ? prefixes.repeatName : 'rex'
    return { ok: false, failure: failure('prefix-not-allowed', undefined, { prefix, mnemonic: statement.mnemonic }) }
  }
  if (lock) buffer[length++] = 0xf0

  const regNumber = places.reg ? places.reg.number : row.digit > 0 ? row.digit : 0
  if (isLegacy) {
    if (prefixes.dataSize && row.operands.some(isVectorSpec))
      return { ok: false, failure: failure('prefix-not-allowed', undefined, { prefix: 'data16', mnemonic: statement.mnemonic }) }
    const decoration = decorationRefusal(operands)
    if (decoration) return { ok: false, failure: decoration }
    let reg = regNumber
    if (places.reg && mode !== 64 && reg >= 8 && places.reg.class === 'control') {
      // AMD's way to CR8 outside 64-bit mode: a lock prefix (APM vol. 2 §3.1.5)
      if (!lock) buffer[length++] = 0xf0
      reg &= 7
    }
    // xchg %rax,%rax is a nop with or without REX.W
    const isNop = row.flags.has('nopair') && isAccumulatorPair(operands)
    const wide = size === 64 && !stackSize && row.operandSize !== 0 && !isNop
    let ownRex = 0
    if (wide) ownRex |= 0x48
    if (places.reg && reg >= 8) ownRex |= 0x44
    if (places.opcode && places.opcode.number >= 8) ownRex |= 0x41
    if (memory) {
      if (address.baseHigh) ownRex |= 0x41
      if (address.indexHigh) ownRex |= 0x42
    } else if (places.rm?.kind === 'register' && places.rm.register.number >= 8) ownRex |= 0x41
    if (needsRex) ownRex |= 0x40
    if ((prefixes.rex & ownRex & 15) !== 0) return { ok: false, failure: failure('prefix-twice', undefined, { prefix: 'rex' }) }
    const rex = prefixes.rex | ownRex
    if (rex !== 0 || (prefixes.encoding === 'rex' && !forbidsRex)) {
      if (mode !== 64) return { ok: false, failure: failure('register-not-in-mode', undefined, { mode }) }
      if (forbidsRex) return { ok: false, failure: failure('high-byte-register-with-rex', undefined, { register: forbidsRex.name }) }
      buffer[length++] = rex | 0x40
    }
  } else {
    if (prefixes.lock) return { ok: false, failure: failure('prefix-not-allowed', undefined, { prefix: 'lock' }) }
    const refusal = vectorRefusal(row, statement.mnemonic, operands, options)
    if (refusal) return { ok: false, failure: refusal }
    const warning = vectorWarning(row, statement.mnemonic, operands, options)
    if (warning) warnings.push(warning)
    const outcome = encodeVectorPrefix(
      row,
      statement,
      options,
      prefixes,
      places,
      memory ? address : undefined,
      size,
      writtenRounding,
      roundingAt,
      buffer,
      length,
    )
    if (typeof outcome !== 'number') return { ok: false, failure: outcome }
    length = outcome
  }

  const opcodeAt = length
  const opcodes = row.opcode
  for (let index = 0; index < opcodes.length; index++) buffer[length++] = opcodes[index]!
  if (places.opcode) buffer[length - 1]! += places.opcode.number & 7
  const afterOpcode = length
  const registers: EncodedRegister[] = []
  if (opcodeIndex >= 0) registers.push({ operand: opcodeIndex, part: 'register', offset: length - 1, shift: 0 })

  const fields: EncodedField[] = []
  let isTemplate = true
  if (row.hasModRm) {
    if (regIndex >= 0) registers.push({ operand: regIndex, part: 'register', offset: length, shift: 3 })
    if (memory) {
      if (address.addressBits !== 16) {
        const { rmIndex } = places
        if (memory.base) registers.push({ operand: rmIndex, part: 'base', offset: address.hasSib ? length + 1 : length, shift: 0 })
        if (memory.index) registers.push({ operand: rmIndex, part: 'index', offset: length + 1, shift: 3 })
      }
      buffer[length++] = (address.mod << 6) | ((regNumber & 7) << 3) | address.rm
      if (address.hasSib) buffer[length++] = address.sib
      if (address.displacementBytes > 0) {
        const displacement = memory.displacement
        if (displacement) {
          // without %rip the field is no distance, and the linker must not rewrite it
          const isGot = (displacement.relocation === 'GOTPCREL' && address.isPcRelative) || displacement.relocation === 'GOT'
          const field: EncodedField = {
            operand: places.rmIndex,
            part: 'displacement',
            offset: length,
            sizeInBytes: address.displacementBytes as 1 | 2 | 4,
            isSigned:
              address.displacementBytes === 1 || (mode === 64 && address.addressBits === 64 && !(row.flags.has('lea') && match.size <= 32)),
            isPcRelative: address.isPcRelative,
            isBranch: false,
            divisor: address.divisor,
            ...(isGot && isLegacy && isGotRelaxable(row) ? { gotRelaxable: hasRexByte(opcodeAt, mode) ? 'rex' : 'plain' } : {}),
          }
          fields.push(field)
        }
        for (let count = address.displacementBytes; count > 0; count--) buffer[length++] = 0
      }
      if (address.isValueDependent) isTemplate = false
    } else {
      const rm = places.rm?.kind === 'register' ? places.rm.register.number : 0
      if (places.rm) registers.push({ operand: places.rmIndex, part: 'register', offset: length, shift: 0 })
      buffer[length++] = 0xc0 | ((regNumber & 7) << 3) | (rm & 7)
    }
  }
  if (row.trailingOpcode >= 0) buffer[length++] = row.trailingOpcode

  let fieldNumber = 0
  for (const field of row.fields) {
    let bytes = field.size
    let immediateSize = size !== 0 ? size : mode
    if (field.kind === 'c' && branchFlip) immediateSize = mode === 16 ? 32 : 16
    if (bytes === 0) bytes = immediateSize === 16 ? 2 : 4
    else if (bytes === -1) {
      const moffsBits = prefixes.addressSize ? (mode === 16 ? 32 : mode === 32 ? 16 : 32) : mode
      bytes = moffsBits / 8
    } else if (bytes === -2) bytes = size === 16 ? 2 : size === 64 ? 8 : 4
    const at = row.immediateOperands[fieldNumber++]
    if (at !== undefined) {
      const operand = row.operands[at]!.role === ROLE_IMMEDIATE ? at + shift : at
      const isBranch = field.kind === 'c' && operands[operand]!.kind === 'memory'
      fields.push({
        operand: field.kind === 'm' ? moffsIndex : operand,
        part: isBranch ? 'target' : field.kind === 'm' ? 'displacement' : 'immediate',
        offset: length,
        sizeInBytes: bytes as 1 | 2 | 4 | 8,
        isSigned: isBranch || (bytes === 4 && size === 64) || row.operands[at]!.immediateSigned,
        isPcRelative: isBranch,
        isBranch,
        divisor: 1,
      })
    }
    if (places.is4) {
      // vpermil2ps: the fourth register and four bits of immediate share a byte (APM vol. 6)
      fields.pop()
      const immediate = operands[row.immediateOperands[0]!]!
      const constant = immediate.kind === 'immediate' ? immediate.value.constant : undefined
      if (constant === undefined || constant < 0n || constant > 15n)
        return { ok: false, failure: failure('immediate-out-of-range', 0, { bits: 4 }) }
      buffer[length++] = ((places.is4.number & 15) << 4) | Number(constant)
      places.is4 = undefined
      isTemplate = false
    } else for (let count = bytes; count > 0; count--) buffer[length++] = 0
  }
  if (places.is4) buffer[length++] = (places.is4.number & 15) << 4
  if (moffs && moffs.displacement === undefined) fields.pop()

  if (options.sseCheck && options.sseCheck !== 'none' && isSseInstruction(row, operands)) {
    const message = failure('sse-instruction', undefined, { mnemonic: statement.mnemonic })
    if (options.sseCheck === 'error') return { ok: false, failure: message }
    warnings.push(message)
  }
  if (match.usedDefaultSize) warnings.push({ code: 'default-size', details: { mnemonic: statement.mnemonic, size } })
  if (match.immediateBits !== 0) {
    isTemplate = false
    const operand = operands.findIndex((candidate) => candidate.kind === 'immediate')
    warnings.push({ code: 'immediate-shortened', operand, details: { bits: match.immediateBits } })
  }
  if (row.meant !== '') warnings.push({ code: 'translating', details: { mnemonic: statement.mnemonic, meant: row.meant } })
  if (
    memory &&
    address.addressBits === 16 &&
    memory.displacement?.constant !== undefined &&
    isBeyond(memory.displacement.constant, 0xffff)
  ) {
    isTemplate = false
    warnings.push({ code: 'displacement-shortened', operand: places.rmIndex, details: { bits: 16 } })
  }
  if (memory && address.addressBits === 32 && mode === 64 && !row.flags.has('lea')) {
    const constant = memory.displacement?.constant
    if (constant !== undefined && (constant > 0xffff_ffffn || constant < -0xffff_ffffn)) {
      warnings.push({ code: 'displacement-shortened', operand: places.rmIndex, details: { bits: 32 } })
    }
  }
  if (options.code16gcc && mode === 16 && writtenSuffix === '') {
    // GNU as says so where compilers of different age disagree
    const isSegment = row.operands.length === 1 && row.operands[0]!.registerClass === 'segment'
    if (row.mnemonic === 'iret' || (isSegment && row.flags.has('stack'))) {
      warnings.push({ code: 'code16gcc-size', details: { mnemonic: statement.mnemonic, size: row.mnemonic === 'iret' ? 16 : 32 } })
    }
  }
  if (
    moffs &&
    mode === 16 &&
    moffs.displacement?.constant !== undefined &&
    isBeyond(moffs.displacement.constant, 0xffff) &&
    !prefixes.addressSize
  ) {
    isTemplate = false
    warnings.push({ code: 'displacement-shortened', operand: moffsIndex, details: { bits: 16 } })
  }
  if (row.flags.has('olddefault'))
    warnings.push({ code: 'translating', details: { mnemonic: statement.mnemonic, meant: `${statement.mnemonic}p` } })
  if (options.fenceAsLockAdd && row.opcode[1] === 0xae && row.opcode.length === 3 && row.opcode[2]! >= 0xe8 && isLegacy) {
    // lock addl $0,(%esp)
    buffer.set(mode === 16 ? [0x67, 0x66, 0xf0, 0x83, 0x04, 0x24, 0x00] : [0xf0, 0x83, 0x04, 0x24, 0x00])
    length = mode === 16 ? 7 : 5
  }
  const guards =
    options.lfenceAfterLoad || options.lfenceBeforeIndirectBranch || options.lfenceBeforeRet
      ? guardsOf(row, statement, options, match.size)
      : NO_GUARDS
  if (guards.warning) warnings.push(guards.warning)
  if (isTemplate) isTemplate = !operands.some(isHuge)
  return {
    ok: true,
    encoding: {
      bytes: buffer.slice(0, length),
      fields,
      isTemplate,
      ...(guards.before ? { before: guards.before } : {}),
      ...(guards.after ? { after: guards.after } : {}),
      warnings: warnings.length ? warnings : NO_WARNINGS,
      ...(isLegacy && guards === NO_GUARDS && registers.length > 0 ? { registers } : {}),
      ...(row.flags.has('relax') ? { relaxation: relaxationOf(row, buffer.slice(0, afterOpcode), mode, branchFlip) } : {}),
    },
  }
}

function usesVectorRegister(row: Row): boolean {
  return row.operands.some((spec) => spec.registerClass === 'xmm' || spec.registerClass === 'mmx')
}

/** More bits than the field has, and not a sign extension of them. */
function isBeyond(constant: bigint, mask: number): boolean {
  const wrapped = Number(BigInt.asIntN(32, constant))
  return wrapped > mask || wrapped < -mask
}

/** 66 is part of the opcode of these instructions, or tells mm from xmm registers. */
function isVectorSpec(spec: OperandSpec): boolean {
  return spec.registerClass === 'xmm' || spec.registerClass === 'mmx'
}

/** Masks, broadcasts, rounding and registers 16 to 31 exist with EVEX only. */
function decorationRefusal(operands: readonly Operand[]): Failure | undefined {
  if (writtenRounding !== undefined) return failure('rounding-not-allowed', roundingAt)
  for (const [index, operand] of operands.entries()) {
    if (operand.kind !== 'register' && operand.kind !== 'memory') continue
    if (operand.mask || operand.zeroing) return failure('masking-not-allowed', index)
    if (operand.kind === 'register' && operand.register.number > 15)
      return failure('operand-type-mismatch', index, { register: operand.register.name })
    if (operand.kind === 'memory' && operand.broadcast !== undefined) return failure('broadcast-not-allowed', index)
  }
  return undefined
}

/** Constants beyond 32 bits, which wrap in 32-bit code: the class of such a value says too little. */
function isHuge(operand: Operand): boolean {
  const constant =
    operand.kind === 'immediate' ? operand.value.constant : operand.kind === 'memory' ? operand.displacement?.constant : undefined
  return constant !== undefined && (constant > 0xffff_ffffn || constant < -0x8000_0000n)
}

function addressRegisterBits(row: Row, operands: readonly Operand[]): number {
  const at = row.operands.findIndex((spec) => spec.registerClass.startsWith('gpr'))
  const operand = operands[at]
  return operand?.kind === 'register' ? operand.register.sizeInBits : 0
}

function stringRegister(number: number, bits: number): string {
  const name = number === 7 ? 'di' : number === 6 ? 'si' : 'bx'
  return bits === 16 ? name : bits === 32 ? `e${name}` : `r${name}`
}

/** N of disp8*N: bytes of the memory operand, or of one element with broadcast (SDM vol. 2 §2.7.5). */
function compressionOf(row: Row, index: number, memory: MemoryOperand): number {
  if (row.space !== 'evex') return 1
  const spec = row.operands[index]!
  if (memory.broadcast !== undefined && spec.broadcast !== 0) return spec.broadcast / 8
  if (row.compressedBytes !== 0) return row.compressedBytes
  if (spec.memorySize < 0) return match.size === 64 ? 8 : 4
  return spec.memorySize > 0 ? spec.memorySize / 8 : 1
}

/** psABI x86-64 B.2, i386 A.3: mov, test, the eight operations and indirect call and jmp may be rewritten by the linker. */
function isGotRelaxable(row: Row): boolean {
  if (row.opcode.length !== 1) return false
  const opcode = row.opcode[0]!
  if (opcode === 0x8b || opcode === 0x85) return true
  if (opcode === 0xff) return row.digit === 2 || row.digit === 4
  return opcode < 0x40 && (opcode & 7) === 3
}

function hasRexByte(opcodeAt: number, mode: number): boolean {
  return mode === 64 && opcodeAt > 0 && (buffer[opcodeAt - 1]! & 0xf0) === 0x40
}

/** EB or 70+cc with a byte, against E9 or 0F 80+cc with 16 or 32 bits. */
function relaxationOf(row: Row, short: Uint8Array, mode: number, flipped: boolean): BranchRelaxation {
  const opcode = row.opcode[0]!
  const isJump = opcode === 0xeb
  const start = short.length - 1
  const near = new Uint8Array(isJump ? start + 1 : start + 2)
  near.set(short.subarray(0, start))
  if (isJump) near[start] = 0xe9
  else {
    near[start] = 0x0f
    near[start + 1] = opcode + 0x10
  }
  const nearBits = flipped ? (mode === 16 ? 32 : 16) : mode === 16 ? 16 : 32
  return { kind: isJump ? 'jmp' : 'jcc', condition: isJump ? 0 : opcode & 15, short, near, nearSizeInBytes: nearBits === 16 ? 2 : 4 }
}
