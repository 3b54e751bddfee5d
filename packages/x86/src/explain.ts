// Enters: the bytes of one instruction. Leaves: what every bit of them says, for people who learn how x86 is encoded.
// Follows: Intel SDM vol. 2 §2.1 (prefixes, ModRM, SIB), §2.2.1 (REX), §2.3.5 (VEX), §2.7.1 (EVEX); AMD APM vol. 6 (XOP).
import type { Mode } from './contract.ts'
import { type ByteRun, type DecodedInstruction, decodeInstruction } from './decode.ts'
import { formatDecoded } from './disassembly.ts'
import { formatStatement } from './format-statement.ts'

/** Some bits of a byte. `value` as it is stored. */
export interface BitField {
  readonly name: string
  readonly value: string
  readonly meaning: string
}

export interface ExplainedBytes {
  /** Two digits a byte. */
  readonly hex: string
  readonly title: string
  readonly bits: readonly BitField[]
}

export interface Explanation {
  /** The instruction in AT&T syntax, in objdump's words. */
  readonly text: string
  /** What the assembler reads to give these very bytes; undefined where no statement gives them. */
  readonly statement: string | undefined
  readonly hex: string
  /** The row of the table: mnemonic, operands in Intel order, encoding, flags. */
  readonly row: string
  readonly parts: readonly ExplainedBytes[]
}

const PREFIX_MEANINGS: Readonly<Record<number, string>> = {
  0x26: 'segment override: es',
  0x2e: 'segment override: cs, or "branch not taken"',
  0x36: 'segment override: ss',
  0x3e: 'segment override: ds, or "branch taken", or notrack',
  0x64: 'segment override: fs',
  0x65: 'segment override: gs',
  0x66: 'the other operand size',
  0x67: 'the other address size',
  0x9b: 'wait: x87 exceptions are taken before the instruction',
  0xf0: 'lock: the memory operation is atomic',
  0xf2: 'repnz: repeat while not equal; or xacquire, bnd',
  0xf3: 'rep: repeat; or xrelease',
}

/** Of one byte with several meanings the one that holds for the instruction. */
const WORD_MEANINGS: Readonly<Record<string, string>> = {
  rep: 'rep: repeat as often as the count register says',
  repz: 'repz: repeat while equal',
  repnz: 'repnz: repeat while not equal',
  xacquire: 'xacquire: the lock may be elided (TSX)',
  xrelease: 'xrelease: end of an elided lock (TSX)',
  bnd: 'bnd: the branch keeps the bounds registers (MPX)',
  notrack: 'notrack: the target needs no endbr (CET)',
}
const PREFIX_WORDS: Readonly<Record<string, number>> = {
  rep: 0xf3,
  repz: 0xf3,
  repnz: 0xf2,
  xacquire: 0xf2,
  xrelease: 0xf3,
  bnd: 0xf2,
  notrack: 0x3e,
}

const MAPS: Readonly<Record<number, string>> = {
  1: '0F',
  2: '0F 38',
  3: '0F 3A',
  5: 'MAP5',
  6: 'MAP6',
  8: '8 of XOP',
  9: '9 of XOP',
  10: 'A of XOP',
}
const MANDATORY = ['none', '66', 'F3', 'F2'] as const
const LENGTHS = ['128 bits or scalar', '256 bits', '512 bits', 'reserved'] as const
const ROUNDINGS = ['to nearest', 'down', 'up', 'toward zero'] as const

/**
 * Explains the instruction at the start of `bytes`; undefined where the table has none for them.
 *
 * @example
 * explainInstruction(Uint8Array.of(0x83, 0xc2, 0x05), 32)?.text // 'add $0x5,%edx'
 */
export function explainInstruction(bytes: Uint8Array, mode: Mode): Explanation | undefined {
  const decoded = decodeInstruction(bytes, mode)
  if (!decoded) return undefined
  const parts = decoded.layout.map((run) => explainRun(run, bytes, decoded, mode))
  const statement = decoded.isExact ? formatStatement(decoded.statement) : undefined
  return { text: formatDecoded(decoded, mode), statement, hex: hexOf(bytes, 0, decoded.length), row: tidy(decoded.row), parts }
}

/** An explanation as text, a line for each group of bits. */
export function formatExplanation({ text, statement, hex, row, parts }: Explanation): string {
  // `{disp32} jmp`: without the pseudo-prefix the assembler gives other bytes
  const written = statement?.startsWith('{') ? [`  write  ${statement}`] : []
  const lines = [text, `  bytes  ${hex}`, `  row    ${row}`, ...written, '']
  const width = Math.max(...parts.map((part) => part.hex.length))
  const nameWidth = Math.max(0, ...parts.flatMap((part) => part.bits.map((field) => field.name.length)))
  const valueWidth = Math.max(0, ...parts.flatMap((part) => part.bits.map((field) => field.value.length)))
  for (const part of parts) {
    lines.push(`  ${part.hex.padEnd(width)}  ${part.title}`)
    for (const { name, value, meaning } of part.bits)
      lines.push(`  ${' '.repeat(width)}    ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}  ${meaning}`.trimEnd())
  }
  return `${lines.join('\n')}\n`
}

function tidy(row: string): string {
  return row
    .split('|')
    .map((cell) => cell.trim())
    .join(' | ')
    .replace(/( \| )+$/, '')
}

function hexOf(bytes: Uint8Array, offset: number, length: number): string {
  return [...bytes.subarray(offset, offset + length)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

/** `count` bits of a byte, the lowest being `low`. */
function bitsOf(byte: number, low: number, count: number): string {
  return ((byte >> low) & ((1 << count) - 1)).toString(2).padStart(count, '0')
}

function explainRun(run: ByteRun, bytes: Uint8Array, decoded: DecodedInstruction, mode: Mode): ExplainedBytes {
  const hex = hexOf(bytes, run.offset, run.length)
  const byte = (at: number): number => bytes[run.offset + at]!
  const of = (title: string, bits: readonly BitField[] = []): ExplainedBytes => ({ hex, title, bits })
  switch (run.part) {
    case 'prefix':
      return of(`prefix: ${prefixMeaning(byte(0), decoded)}`)
    case 'rex':
      return of('REX prefix', rexBits(byte(0)))
    case 'vex':
      return run.length === 2
        ? of('VEX prefix, two bytes: map 0F, no W, X, B', [...invertedBits(byte(1), 'R'), ...vexTail(byte(1), decoded)])
        : of('VEX prefix, three bytes', threeBytes(byte(1), byte(2), decoded))
    case 'xop':
      return of('XOP prefix', threeBytes(byte(1), byte(2), decoded))
    case 'evex':
      return of('EVEX prefix', evexBits(byte(1), byte(2), byte(3), decoded))
    case 'opcode':
      return of('opcode', registerInOpcode(byte(run.length - 1), decoded))
    case 'modrm':
      return of('ModRM', modrmBits(byte(0), decoded, bytes, mode))
    case 'sib':
      return of('SIB', sibBits(byte(0), decoded))
    case 'displacement':
      return of(displacementTitle(run, bytes, decoded))
    case 'immediate':
      return of(immediateTitle(run, bytes, decoded))
  }
}

function prefixMeaning(byte: number, { row, statement }: DecodedInstruction): string {
  const isMandatory = (row.split('|')[2] ?? '').trim().startsWith(`${byte.toString(16).toUpperCase()} `)
  if (isMandatory && byte !== 0x9b) return 'part of the opcode (mandatory prefix)'
  const word = statement.prefixes.find((one) => PREFIX_WORDS[one] === byte)
  return (word === undefined ? undefined : WORD_MEANINGS[word]) ?? PREFIX_MEANINGS[byte] ?? ''
}

function rexBits(rex: number): BitField[] {
  return [
    { name: 'W', value: bitsOf(rex, 3, 1), meaning: rex & 8 ? '64-bit operands' : 'operand size by default and prefix 66' },
    { name: 'R', value: bitsOf(rex, 2, 1), meaning: 'bit 3 of ModRM.reg' },
    { name: 'X', value: bitsOf(rex, 1, 1), meaning: 'bit 3 of SIB.index' },
    { name: 'B', value: bitsOf(rex, 0, 1), meaning: 'bit 3 of ModRM.rm, SIB.base or the register in the opcode' },
  ]
}

const INVERTED: Readonly<Record<string, string>> = {
  R: 'bit 3 of ModRM.reg',
  X: 'bit 3 of SIB.index',
  B: 'bit 3 of ModRM.rm or SIB.base',
}

function invertedBits(byte: number, letters: string): BitField[] {
  return [...letters].map((name, at) => {
    const stored = (byte >> (7 - at)) & 1
    return { name, value: String(stored), meaning: `${INVERTED[name]}, stored inverted: ${stored ^ 1}` }
  })
}

function mapField(map: number, bits: number): BitField {
  return { name: 'mmmmm'.slice(0, bits), value: map.toString(2).padStart(bits, '0'), meaning: `opcode map ${MAPS[map] ?? map}` }
}

function threeBytes(second: number, third: number, decoded: DecodedInstruction): BitField[] {
  return [
    ...invertedBits(second, 'RXB'),
    mapField(second & 31, 5),
    { name: 'W', value: bitsOf(third, 7, 1), meaning: widthMeaning(decoded) },
    ...vexTail(third, decoded),
  ]
}

/** What W says depends on the row. */
function widthMeaning({ row }: DecodedInstruction): string {
  if (/\bWIG\b|\.WIG /.test(row) || !/\.W[01y]/.test(row)) return 'ignored by this instruction'
  return row.includes('.Wy') ? '1 with 64-bit operands' : 'part of the opcode'
}

function vvvvField(byte: number, { registers }: DecodedInstruction): BitField {
  const name = registers.vvvv
  const low = Number(/\d+/.exec(name ?? '')?.[0] ?? 0) > 15 ? ': its low four bits' : ''
  return { name: 'vvvv', value: bitsOf(byte, 3, 4), meaning: name ? `%${name}${low}, stored inverted` : 'unused: all ones' }
}

function mandatoryField(byte: number): BitField {
  return { name: 'pp', value: bitsOf(byte, 0, 2), meaning: `mandatory prefix: ${MANDATORY[byte & 3]}` }
}

function vexTail(byte: number, decoded: DecodedInstruction): BitField[] {
  return [
    vvvvField(byte, decoded),
    { name: 'L', value: bitsOf(byte, 2, 1), meaning: byte & 4 ? '256 bits' : '128 bits, scalar or no vector' },
    mandatoryField(byte),
  ]
}

function evexBits(second: number, third: number, fourth: number, decoded: DecodedInstruction): BitField[] {
  const isBroadcast = decoded.statement.operands.some((operand) => operand.kind === 'memory')
  const rounding = decoded.statement.operands.find((operand) => operand.kind === 'rounding')
  const b = (fourth >> 4) & 1
  const length = (fourth >> 5) & 3
  const mask = fourth & 7
  const top = ((fourth >> 3) & 1) ^ 1
  return [
    ...invertedBits(second, 'RXB').map((field) =>
      field.name === 'X' && isRegisterForm(decoded)
        ? { ...field, meaning: field.meaning.replace('bit 3 of SIB.index', 'bit 4 of ModRM.rm') }
        : field,
    ),
    { name: "R'", value: bitsOf(second, 4, 1), meaning: `bit 4 of ModRM.reg, stored inverted: ${((second >> 4) & 1) ^ 1}` },
    mapField(second & 7, 3),
    { name: 'W', value: bitsOf(third, 7, 1), meaning: widthMeaning(decoded) },
    vvvvField(third, decoded),
    mandatoryField(third),
    {
      name: 'z',
      value: bitsOf(fourth, 7, 1),
      meaning: mask === 0 ? 'no mask' : fourth & 0x80 ? 'elements left out become zero' : 'elements left out keep their value',
    },
    {
      name: "L'L",
      value: bitsOf(fourth, 5, 2),
      meaning:
        rounding?.kind === 'rounding' ? (rounding.name === 'sae' ? 'ignored with {sae}' : `rounds ${ROUNDINGS[length]}`) : LENGTHS[length]!,
    },
    {
      name: 'b',
      value: String(b),
      meaning: !b
        ? 'no broadcast, rounding by MXCSR'
        : isBroadcast
          ? 'one element of memory is broadcast'
          : 'rounding or {sae} in the instruction',
    },
    { name: "V'", value: bitsOf(fourth, 3, 1), meaning: `bit 4 of vvvv or of a vector index, stored inverted: ${top}` },
    { name: 'aaa', value: bitsOf(fourth, 0, 3), meaning: mask === 0 ? 'no mask' : `mask %k${mask}` },
  ]
}

/** A register in ModRM.rm: a vector register has its fifth bit in X. */
function isRegisterForm({ statement, registers }: DecodedInstruction): boolean {
  return registers.rm !== undefined && !statement.operands.some((operand) => operand.kind === 'memory')
}

function registerInOpcode(byte: number, { registers }: DecodedInstruction): BitField[] {
  if (!registers.opcode) return []
  return [{ name: 'reg', value: bitsOf(byte, 0, 3), meaning: `%${registers.opcode}${beyond(registers.opcode)}` }]
}

const MODES = ['memory, no displacement', 'memory, 8-bit displacement', 'memory, 16 or 32-bit displacement', 'register'] as const

/** Registers 8 to 31 have only their low three bits here. */
function beyond(name: string): string {
  return Number(/\d+/.exec(name)?.[0] ?? 0) > 7 && !name.startsWith('st') ? ': its low three bits' : ''
}

function modrmBits(byte: number, { row, registers, statement, layout }: DecodedInstruction, bytes: Uint8Array, mode: Mode): BitField[] {
  const mod = byte >> 6
  const rm = byte & 7
  const digit = /\/(\d)/.exec(row.split('|')[2] ?? '')?.[1]
  const hasAddressPrefix = layout.some((run) => run.part === 'prefix' && bytes[run.offset] === 0x67)
  const isShort = mode === 16 ? !hasAddressPrefix : mode === 32 && hasAddressPrefix
  const memory = statement.operands.find((operand) => operand.kind === 'memory')
  const base = memory?.kind === 'memory' ? memory.base?.name : undefined
  let meaning = `base %${base}${beyond(base ?? '')}`
  if (mod === 3) meaning = registers.rm ? `%${registers.rm}${beyond(registers.rm)}` : 'unused'
  else if (isShort) meaning = `16-bit address form ${rm} (SDM vol. 2 table 2-1)`
  else if (rm === 4) meaning = 'a SIB byte follows'
  else if (mod === 0 && rm === 5) meaning = mode === 64 ? 'displacement from the next instruction (%rip)' : '32-bit address, no register'
  const reg = registers.reg ? `%${registers.reg}${beyond(registers.reg)}` : 'unused'
  return [
    { name: 'mod', value: bitsOf(byte, 6, 2), meaning: MODES[mod]! },
    { name: 'reg', value: bitsOf(byte, 3, 3), meaning: digit === undefined ? reg : `part of the opcode: /${digit}` },
    { name: 'rm', value: bitsOf(byte, 0, 3), meaning },
  ]
}

function sibBits(byte: number, { statement }: DecodedInstruction): BitField[] {
  const memory = statement.operands.find((operand) => operand.kind === 'memory')
  const { base, index } = memory?.kind === 'memory' ? memory : {}
  return [
    { name: 'scale', value: bitsOf(byte, 6, 2), meaning: `index times ${1 << (byte >> 6)}` },
    {
      name: 'index',
      value: bitsOf(byte, 3, 3),
      meaning: index && index.class !== 'noindex' ? `%${index.name}${beyond(index.name)}` : 'none',
    },
    {
      name: 'base',
      value: bitsOf(byte, 0, 3),
      meaning: base ? `%${base.name}${beyond(base.name)}` : 'none, a 32-bit displacement instead',
    },
  ]
}

function littleEndian(run: ByteRun, bytes: Uint8Array): bigint {
  let value = 0n
  for (let at = run.length - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[run.offset + at]!)
  return BigInt.asIntN(run.length * 8, value)
}

function displacementTitle(run: ByteRun, bytes: Uint8Array, { statement }: DecodedInstruction): string {
  const memory = statement.operands.find((operand) => operand.kind === 'memory')
  const constant = memory?.kind === 'memory' ? memory.displacement?.constant : undefined
  const raw = littleEndian(run, bytes)
  const times =
    constant !== undefined && raw !== 0n && run.length === 1 && constant !== raw ? ` times ${constant / raw} (disp8*N) is ${constant}` : ''
  return `displacement of ${run.length * 8} bits: ${raw}${times}`
}

/** A number as it stands in the bytes and in decimal; where the highest bit is set, without and with a sign: people write 0xf1 for a port. */
function readings(value: bigint, bits: number): string {
  const plain = BigInt.asUintN(bits, value)
  if (plain < 10n) return `${plain}`
  return `0x${plain.toString(16)} = ${plain}${value < 0n ? ` or ${value}` : ''}`
}

function immediateTitle(run: ByteRun, bytes: Uint8Array, { row, registers }: DecodedInstruction): string {
  const encoding = row.split('|')[2] ?? ''
  const value = littleEndian(run, bytes)
  const hasField = /\b[im][bwdqzvo]\b/.test(encoding)
  if (registers.is4) return `%${registers.is4} in the upper four bits${hasField ? `, immediate ${value & 15n} in the lower ones` : ''}`
  if (/\bc[bwdz]\b/.test(encoding) && !row.includes('ptr16')) return `distance to the target from the next instruction: ${value}`
  const isExtended = /\bimm(8|32)s\b/.test(row) && value !== 0n
  return hasField || row.includes('ptr16')
    ? `immediate of ${run.length * 8} bits: ${readings(value, run.length * 8)}${isExtended ? ', its sign is extended' : ''}`
    : 'immediate that the mnemonic stands for'
}
