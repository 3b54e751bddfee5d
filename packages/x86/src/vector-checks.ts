// Enters: a VEX or EVEX row and operands that fit it. Leaves: why the processor or GNU as refuses the combination, or a warning.
// Follows: Intel SDM vol. 2 (VGATHERDPS, VFMADDCPH, TDPBSSD: registers must differ; V4FMADDPS: groups of four), §2.7.4 (opmask).
import type { EncodeMessage, EncodeOptions, Operand, Register } from './contract.ts'
import { type Failure, failure } from './failure.ts'
import { ROLE_REG, type Row } from './table/notation.ts'

export function vectorRefusal(row: Row, mnemonic: string, operands: readonly Operand[], options: EncodeOptions): Failure | undefined {
  if (options.operandCheck === 'error' && gatherClash(row, operands)) return failure('registers-not-distinct', undefined, { mnemonic })
  if (row.space === 'evex') {
    for (let index = 0; index < operands.length; index++) {
      const operand = operands[index]!
      if (operand.kind !== 'register' && operand.kind !== 'memory') continue
      if (operand.zeroing && !operand.mask) return failure('zeroing-without-mask', index)
      if (row.flags.has('gather') && row.operands[index]!.masking !== 0 && !operand.mask) return failure('mask-needed', index, { mnemonic })
    }
  }
  if (!row.flags.has('distinct')) return undefined
  const last = operands[operands.length - 1]!
  const destination = last.kind === 'register' ? last.register : undefined
  const registers = registersOf(operands)
  // tile products want three different tiles, complex products only another destination than the sources
  const clash =
    destination?.class === 'tmm'
      ? registers.some((register, index) => registers.indexOf(register) !== index)
      : registers.slice(0, -1).some((register) => register === destination)
  return clash ? failure('registers-not-distinct', undefined, { mnemonic }) : undefined
}

export function vectorWarning(row: Row, mnemonic: string, operands: readonly Operand[], options: EncodeOptions): EncodeMessage | undefined {
  if (options.operandCheck !== 'none' && gatherClash(row, operands))
    return { code: 'registers-should-differ', details: { mnemonic, mask: row.space === 'vex' ? 1 : 0 } }
  for (let index = 0; index < row.operands.length; index++) {
    const operand = operands[index]!
    if (row.operands[index]!.group === 0 || operand.kind !== 'register') continue
    const { name, number } = operand.register
    const first = number & ~3
    if (number === first) continue
    const stem = name.slice(0, 3)
    return {
      code: 'implicit-register-group',
      operand: index,
      details: { mnemonic, register: name, first: `${stem}${first}`, last: `${stem}${first + 3}` },
    }
  }
  return undefined
}

/** A gather whose destination, index and mask are not three registers; a scatter has no destination. */
function gatherClash(row: Row, operands: readonly Operand[]): boolean {
  if (!row.flags.has('gather')) return false
  const memory = operands.find((operand) => operand.kind === 'memory')
  const isScatter = row.operands.every((spec, index) => spec.role !== ROLE_REG || index === 0)
  if (memory?.kind !== 'memory' || !memory.index || (row.space === 'evex' && isScatter)) return false
  const numbers = registersOf(operands).map((register) => register.number)
  numbers.push(memory.index.number)
  return new Set(numbers).size !== numbers.length
}

/** Extensions whose instructions on xmm registers -msse-check watches; SSE4a is not among them. */
const WATCHED = /^(sse|sse2|sse3|ssse3|sse4|sse4\.1|sse4\.2|pclmul|aes|sha|gfni|kl|widekl)\b(?!a)/

/** Is this an SSE instruction in the sense of -msse-check? Those that use MMX registers are none, but for cvtpi2pd from memory. */
export function isSseInstruction(row: Row, operands: readonly Operand[]): boolean {
  if (row.space !== 'legacy' || !WATCHED.test(row.isa)) return false
  if (!row.operands.some((spec) => spec.registerClass === 'xmm')) return false
  const isMmx = row.operands.some((spec) => spec.registerClass === 'mmx')
  return !isMmx || (row.mnemonic === 'cvtpi2pd' && operands[0]!.kind === 'memory')
}

/** -muse-unaligned-vector-move: the mnemonics whose alignment check is given up. */
export const UNALIGNED_MOVES: Readonly<Record<string, string>> = {
  movaps: 'movups',
  movapd: 'movupd',
  movdqa: 'movdqu',
  vmovaps: 'vmovups',
  vmovapd: 'vmovupd',
  vmovdqa: 'vmovdqu',
  vmovdqa32: 'vmovdqu32',
  vmovdqa64: 'vmovdqu64',
}

function registersOf(operands: readonly Operand[]): Register[] {
  return operands.flatMap((operand) => (operand.kind === 'register' ? [operand.register] : []))
}
