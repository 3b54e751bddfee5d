// Enters: an instruction's row, under -mlfence-…. Leaves: bytes to stand before or after it.
// Follows: GNU as manual §9.16.1 (-mlfence-after-load, -mlfence-before-indirect-branch, -mlfence-before-ret), which answer
// CVE-2020-0551; which instructions count as loads was observed with GNU as 2.40.
import type { EncodeMessage, EncodeOptions, InstructionStatement } from './contract.ts'
import { ACCEPT_PORT, type Row } from './table/notation.ts'

export interface Guards {
  readonly before?: Uint8Array
  readonly after?: Uint8Array
  readonly warning?: EncodeMessage
}

const LFENCE = [0x0f, 0xae, 0xe8] as const
const LFENCE_BYTES = Uint8Array.from(LFENCE)

/** Memory operands that are read although they stand alone. */
const LONE_LOADS = new Set(
  'lgdt lidt vmptrld lmsw ldmxcsr vldmxcsr xrstor xrstor64 xrstors xrstors64 fxrstor fxrstor64 cmpxchg8b cmpxchg16b'.split(' '),
)
/** Memory operands beside another operand that are not read. */
const NO_LOADS = new Set('lea bndmk bndcl bndcu bndcn bndldx nop ptwrite cmpxchg verr verw'.split(' '))

/** Opcodes that read their memory destination before they write it. */
function readsDestination(row: Row): boolean {
  if (row.space !== 'legacy' || row.mandatoryPrefix !== 0) return false
  const [first, second] = row.opcode
  if (first === undefined) return false
  if (first === 0x0f) {
    // bt and its kin with a register, shld and shrd count as no loads with GNU as
    return second === 0xba || second === 0xc0 || second === 0xc1
  }
  if (first < 0x40) return true
  if (first >= 0x80 && first <= 0x87) return true
  if (first === 0xfe || (first === 0xff && row.digit < 2)) return true
  return first === 0xf6 || first === 0xf7 || first === 0xc0 || first === 0xc1 || (first >= 0xd0 && first <= 0xd3)
}

function isLoad(row: Row, statement: InstructionStatement): boolean {
  const first = row.opcode[0]!
  if (row.space === 'legacy' && row.opcode.length === 1) {
    if ((first >= 0xa4 && first <= 0xa7) || (first >= 0xac && first <= 0xaf) || first === 0x6e || first === 0x6f || first === 0xd7)
      return true
    if (/^pop[af]?$/.test(row.mnemonic)) return true
  }
  if (row.mnemonic === 'pop') return true
  const operands = statement.operands
  const at = operands.findIndex((operand, index) => operand.kind === 'memory' && (row.operands[index]!.accepts & ACCEPT_PORT) === 0)
  if (at < 0 || row.flags.has('indirect') || NO_LOADS.has(row.mnemonic)) return false
  if (row.mnemonic.startsWith('f') && first >= 0xd8 && first <= 0xdf) return !/^f(?:n?st|ist|n?save|bst)/.test(row.mnemonic)
  if (readsDestination(row)) return true
  if (operands.length === 1) return LONE_LOADS.has(row.mnemonic)
  if (row.fields.some((field) => field.kind === 'c')) return false
  return at !== operands.length - 1
}

/** `size`: operand size of the instruction. */
export function guardsOf(row: Row, statement: InstructionStatement, options: EncodeOptions, size: number): Guards {
  const first = row.opcode[0]
  if (options.lfenceAfterLoad && isLoad(row, statement)) return { after: LFENCE_BYTES }
  const wanted = options.lfenceBeforeIndirectBranch
  if (wanted && first === 0xff && row.opcode.length === 1 && (row.digit === 2 || row.digit === 4)) {
    const isRegister = statement.operands[0]?.kind === 'register'
    if (isRegister) return wanted === 'memory' ? {} : { before: LFENCE_BYTES }
    return wanted === 'register' ? {} : { warning: { code: 'indirect-memory-branch', operand: 0, details: { mnemonic: row.mnemonic } } }
  }
  const method = options.lfenceBeforeRet ?? (wanted === 'all' ? 'shl' : undefined)
  if (method && row.space === 'legacy' && (first === 0xc2 || first === 0xc3)) {
    // an access to the return address that waits for it, then the fence
    const prefix = options.mode === 64 ? [0x48] : (options.mode === 16) !== (size === 16) ? [0x66] : []
    const access =
      method === 'or'
        ? [...prefix, 0x83, 0x0c, 0x24, 0x00]
        : method === 'not'
          ? [...prefix, 0xf7, 0x14, 0x24, ...prefix, 0xf7, 0x14, 0x24]
          : [...prefix, 0xc1, 0x24, 0x24, 0x00]
    return { before: Uint8Array.from([...access, ...LFENCE]) }
  }
  return {}
}
