// Enters: a decoded instruction. Leaves: its text in the words of objdump -d, which people compare with: no pseudo-prefixes, immediates
// without a sign, the operands of string instructions, AT&T's own names (cltq, movzbl), shifts by one without a number.
// Follows: GNU as manual §9.16.3, §9.16.4 (AT&T names); what objdump (GNU Binutils) 2.40 prints was observed.
import type { MemoryOperand, Mode, Operand } from './contract.ts'
import { type DecodedInstruction, withoutSegment } from './decode.ts'
import { SEGMENT_NAMES } from './decode-head.ts'
import { registerOf } from './decode-operands.ts'
import { formatStatement } from './format-statement.ts'
import { findRegister } from './registers.ts'

/** The text of a decoded instruction as objdump -d writes it; `formatStatement` gives what encodes to the same bytes instead. */
export function formatDecoded(decoded: DecodedInstruction, mode: Mode): string {
  const { statement, size } = decoded
  const string = isStringRow(decoded.row) ? stringName(statement.mnemonic, size) : undefined
  const prefixes = shownPrefixes(decoded, string?.stem ?? '')
  if (string) {
    const operands = stringOperands(string.stem, string.bits, segmentOf(decoded, mode), decoded)
    return formatStatement({
      mnemonic: string.name,
      prefixes: prefixes.filter((word) => !isSegment(word) && word !== 'addr32' && word !== 'addr16'),
      operands,
    })
  }
  const mnemonic = hinted(nameOf(decoded, mode), prefixes)
  const bits = size === 0 ? mode : size
  const ownSegment = prefixes.findIndex(isSegment)
  const isLone = statement.operands.some((operand) => operand.kind === 'memory' && (operand.segment || operand.indirect))
  const operands: Operand[] = impliedOperands(mnemonic, decoded)
  for (const operand of statement.operands) {
    if (operand.kind === 'memory' && operand.segment && mode === 64 && operand.segment.number < 4) {
      // the processor does not look at these segments in 64-bit code
      prefixes.push(operand.segment.name)
      operands.push(unsigned(withoutSegment(operand), bits, decoded.addressBits))
    } else if (operand.kind === 'memory' && mode !== 64 && ownSegment >= 0 && !isLone) {
      const segment = findRegister(prefixes.splice(ownSegment, 1)[0]!)!
      operands.push(unsigned({ ...operand, segment }, bits, decoded.addressBits))
    } else operands.push(withSystemSize(unsigned(operand, bits, decoded.addressBits), decoded))
  }
  return formatStatement({
    mnemonic,
    prefixes,
    operands: withoutOne(mnemonic, withoutPredicate(mnemonic, decoded, inOrder(decoded, operands))),
  })
}

function isSegment(word: string): boolean {
  return findRegister(word)?.class === 'segment'
}

const PREFIX_NAMES: Readonly<Record<number, string>> = { 0x66: 'data16', 0x67: 'addr32', 0xf0: 'lock', 0xf2: 'repnz', 0xf3: 'repz' }

/** No pseudo-prefixes, repeated bytes by their names, `repz` but where `rep` repeats. */
function shownPrefixes({ statement, prefixBytes }: DecodedInstruction, stem: string): string[] {
  const repeated = prefixBytes.filter((byte, at) => prefixBytes.indexOf(byte) !== at).flatMap((byte) => PREFIX_NAMES[byte] ?? [])
  const isRepeated = stem !== '' && stem !== 'cmps' && stem !== 'scas'
  const words = statement.prefixes.flatMap((word) => {
    if (word === '{rex}') return ['rex']
    if (word.startsWith('{') && word !== '{evex}') return []
    if (/^addr\d/.test(word) && statement.mnemonic.startsWith('monitor')) return []
    return [word === 'rep' && !isRepeated ? 'repz' : word]
  })
  return [...repeated, ...words]
}

/** The address of monitor shows its size; the hints are named without need. */
function impliedOperands(mnemonic: string, { statement, addressBits }: DecodedInstruction): Operand[] {
  const isMonitor = mnemonic === 'monitor' || mnemonic === 'monitorx'
  if (statement.operands.length > 0 || (!isMonitor && mnemonic !== 'mwait' && mnemonic !== 'mwaitx')) return []
  const registers = [registerOf(`gpr${isMonitor ? addressBits : 32}`, 0, true), findRegister('ecx')]
  if (isMonitor) registers.push(findRegister('edx'))
  else if (mnemonic === 'mwaitx') registers.push(findRegister('ebx'))
  return registers.flatMap((register): Operand[] => (register ? [{ kind: 'register', register }] : []))
}

/** A segment prefix before a conditional branch is a hint: `je,pt`. */
function hinted(mnemonic: string, prefixes: string[]): string {
  const at = prefixes.findIndex((word) => word === 'ds' || word === 'cs')
  if (at < 0 || !/^(?:j(?!mp)|loop)/.test(mnemonic)) return mnemonic
  return `${mnemonic},${prefixes.splice(at, 1)[0] === 'ds' ? 'pt' : 'pn'}`
}

/** Immediates, and addresses without registers. */
function unsigned(operand: Operand, bits: number, addressBits: number): Operand {
  if (operand.kind === 'memory' && !operand.base && !operand.index && operand.displacement?.constant !== undefined && addressBits !== 16)
    return { ...operand, displacement: { constant: BigInt.asUintN(addressBits, operand.displacement.constant) } }
  const constant = operand.kind === 'immediate' ? operand.value.constant : undefined
  return constant === undefined ? operand : { kind: 'immediate', value: { constant: BigInt.asUintN(bits, constant) } }
}

/** %db0 is %dr0; moves of segment, task and table registers name the general register of the operand size, of which only 16 bits count. */
function withSystemSize(operand: Operand, { row, effectiveSize }: DecodedInstruction): Operand {
  if (operand.kind !== 'register') return operand
  if (operand.register.class === 'debug') return { ...operand, register: findRegister(`db${operand.register.number}`)! }
  if (!/\b8[CE] \/r|\b0F 00 \/[01]\b|\b0F 01 \/4\b/.test(row)) return operand
  if (!operand.register.class.startsWith('gpr')) return operand
  const register = registerOf(`gpr${effectiveSize}`, operand.register.number, true)
  return register ? { ...operand, register } : operand
}

/** One-byte opcodes of the string instructions and xlat. */
function isStringRow(row: string): boolean {
  return /^(?:o\w+ )?(?:A[4-7A-F]|6[C-F]|D7)$/.test((row.split('|')[2] ?? '').trim())
}

/** The segment of a source: in 64-bit code %fs and %gs alone count. */
function segmentOf({ prefixBytes }: DecodedInstruction, mode: Mode): string {
  const written = prefixBytes.findLast((byte) => SEGMENT_NAMES[byte] !== undefined)
  return written === undefined || (mode === 64 && written < 0x64) ? 'ds' : SEGMENT_NAMES[written]!
}

/** Names that the table keeps under another one: AT&T's for Intel's, the sizes of both operands of an extension. */
const ATT_NAMES: Readonly<Record<string, string>> = {
  cbw: 'cbtw',
  cwde: 'cwtl',
  cdqe: 'cltq',
  cwd: 'cwtd',
  cdq: 'cltd',
  cqo: 'cqto',
  fcmova: 'fcmovnbe',
  fcmovae: 'fcmovnb',
  cmpaexadd: 'cmpnbxadd',
  cmpaxadd: 'cmpnbexadd',
  cmpexadd: 'cmpzxadd',
  cmpnexadd: 'cmpnzxadd',
  cmpgexadd: 'cmpnlxadd',
  cmpgxadd: 'cmpnlexadd',
  xstore: 'xstore-rng',
  xcryptecb: 'repz xcrypt-ecb',
  xcryptcbc: 'repz xcrypt-cbc',
  xcryptctr: 'repz xcrypt-ctr',
  xcryptcfb: 'repz xcrypt-cfb',
  xcryptofb: 'repz xcrypt-ofb',
  montmul: 'repz montmul',
  xsha1: 'repz xsha1',
  xsha256: 'repz xsha256',
}
const LETTERS: Readonly<Record<number, string>> = { 8: 'b', 16: 'w', 32: 'l', 64: 'q' }

/** Far returns say their size where it is not the usual one; x87 integers of 64 bits are `ll`. */
const LONG_INTEGERS = /^(fild|fistp|fisttp)q$/

function nameOf(decoded: DecodedInstruction, mode: Mode): string {
  const { statement, row, size, effectiveSize } = decoded
  const { mnemonic, operands } = statement
  const att = ATT_NAMES[mnemonic]
  if (att) return att
  const encoding = row.split('|')[2] ?? ''
  const extension = /^mov([sz])[xbwl]?/.exec(mnemonic)
  if (extension && /\b(0F B[67EF]|63)\b/.test(encoding)) {
    if (encoding.includes('63') && size !== 64) return 'movsxd'
    const source = encoding.includes('63') ? 'l' : /0F B[6E]/.test(encoding) ? 'b' : 'w'
    return `mov${extension[1]}${source}${LETTERS[size] ?? ''}`
  }
  if (mnemonic === 'mov' && (/\biv\b/.test(encoding) || /\bmo\b/.test(encoding)) && isWide(operands, encoding, size, mode)) return 'movabs'
  if (mode === 64 && /^v?cvtu?si2s[shd]$/.test(mnemonic) && operands[0]?.kind === 'memory') return `${mnemonic}${LETTERS[size] ?? ''}`
  if (mode !== 64 && /^v?cvtu?si2s[shd]l$/.test(mnemonic)) return mnemonic.slice(0, -1)
  if (mode !== 64 && /^[sl][gi]dt$/.test(mnemonic)) return `${mnemonic}${LETTERS[effectiveSize]}`
  if (mnemonic === 'vmovd' && operands.some((operand) => operand.kind === 'register' && operand.register.class === 'gpr64')) return 'vmovq'
  if (/^(?:f?xsave|f?xrstor|xsaveopt|xsavec|xsaves|xrstors)q$/.test(mnemonic)) return `${mnemonic.slice(0, -1)}64`
  if (/^fi(?:ld|stp?|sttp|add|subr?|mul|divr?|comp?)$/.test(mnemonic)) return `${mnemonic}s`
  if (LONG_INTEGERS.test(mnemonic)) return `${mnemonic.slice(0, -1)}ll`
  if (/^(lret|iret)[wl]$/.test(mnemonic) && effectiveSize === (mode === 16 ? 16 : 32)) return mnemonic.slice(0, -1)
  if (mnemonic === 'nop' && operands[0]?.kind === 'memory') return `nop${LETTERS[effectiveSize]}`
  const compare = /^vpcmp(u?[bwdq])$/.exec(mnemonic)
  if (compare && isNumber(operands[0], 0n)) return `vpcmpeq${compare[1]}`
  return mnemonic
}

function isNumber(operand: Operand | undefined, value: bigint): boolean {
  return operand?.kind === 'immediate' && operand.value.constant === value
}

/** The comparison stands in the name. */
function withoutPredicate(mnemonic: string, { statement }: DecodedInstruction, operands: readonly Operand[]): readonly Operand[] {
  return mnemonic.startsWith('vpcmpeq') && statement.mnemonic !== mnemonic ? operands.slice(1) : operands
}

/** A constant or an address of 64 bits in the instruction itself. */
function isWide(operands: readonly Operand[], encoding: string, size: number, mode: Mode): boolean {
  return mode === 64 && (size === 64 || (/\bmo\b/.test(encoding) && operands.some((operand) => operand.kind === 'memory')))
}

/** xchg with the accumulator: objdump names the register of the opcode last. */
function inOrder({ statement, row }: DecodedInstruction, operands: readonly Operand[]): readonly Operand[] {
  return statement.mnemonic === 'xchg' && row.includes('90+r') ? [...operands].reverse() : operands
}

const SHIFTS = /^(?:ro[lr]|rc[lr]|sh[lr]|sa[lr])[bwlq]?$/

function withoutOne(mnemonic: string, operands: readonly Operand[]): readonly Operand[] {
  const [first] = operands
  return isNumber(first, 1n) && operands.length === 2 && SHIFTS.test(mnemonic) ? operands.slice(1) : operands
}

interface StringInstruction {
  readonly stem: string
  readonly name: string
  readonly bits: number
}

const STRING_BITS: Readonly<Record<string, number>> = { b: 8, w: 16, l: 32, q: 64 }

function stringName(mnemonic: string, size: number): StringInstruction | undefined {
  const found = /^(movs|cmps|scas|lods|stos|ins|outs|xlat)([bwlq]?)$/.exec(mnemonic)
  if (!found) return undefined
  const [, stem = '', letter = ''] = found
  const bits = STRING_BITS[letter] ?? size
  // a register tells the size of these
  const hasAccumulator = stem === 'scas' || stem === 'lods' || stem === 'stos'
  return { stem, name: hasAccumulator || stem === 'xlat' ? stem : `${stem}${LETTERS[bits] ?? ''}`, bits }
}

function stringOperands(stem: string, bits: number, segment: string, { addressBits }: DecodedInstruction): Operand[] {
  const memory = (name: string, number: number): MemoryOperand => ({
    kind: 'memory',
    segment: findRegister(name)!,
    base: registerOf(`gpr${addressBits}`, number, true)!,
    scale: 1,
    hasParentheses: true,
  })
  const source = memory(segment, 6)
  const destination = memory('es', 7)
  const accumulator: Operand = { kind: 'register', register: registerOf(`gpr${bits}`, 0, true)! }
  const port: Operand = { kind: 'memory', base: findRegister('dx')!, scale: 1, hasParentheses: true }
  switch (stem) {
    case 'movs':
      return [source, destination]
    case 'cmps':
      return [destination, source]
    case 'scas':
      return [destination, accumulator]
    case 'lods':
      return [source, accumulator]
    case 'stos':
      return [accumulator, destination]
    case 'ins':
      return [port, destination]
    case 'outs':
      return [source, port]
    default:
      return [memory(segment, 3)]
  }
}
