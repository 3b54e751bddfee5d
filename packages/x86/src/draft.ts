// The instruction under construction: what each step of encoding reads and leaves for the next. One is made for each call, so that
// encoding has no state of its own.
import { type Address, newAddress } from './address.ts'
import type {
  EncodedField,
  EncodedRegister,
  EncodeMessage,
  EncodeOptions,
  InstructionStatement,
  MemoryOperand,
  Operand,
  Register,
  RoundingOperand,
} from './contract.ts'
import type { Match } from './match.ts'
import type { PrefixSet } from './prefixes.ts'

/** What a rewriting of the statement leaves to be said beside the statement. */
export interface Context {
  /** `{rn-sae}`, which is no operand of a row, and the position at which it was written. */
  readonly rounding: RoundingOperand['name'] | undefined
  readonly roundingAt: number
  /** -msse2avx takes a written rex prefix over into VEX; elsewhere it cannot stand there. */
  readonly movesRex: boolean
}

export const PLAIN_CONTEXT: Context = { rounding: undefined, roundingAt: -1, movesRex: false }

export interface Draft {
  readonly statement: InstructionStatement
  readonly options: EncodeOptions
  readonly context: Context
  readonly prefixes: PrefixSet
  /** The letter split off the mnemonic, '' if none was. */
  suffix: string
  readonly match: Match
  readonly address: Address

  // the operands of one row in their places, with their positions in the statement
  reg: Register | undefined
  regIndex: number
  rm: Operand | undefined
  rmIndex: number
  vvvv: Register | undefined
  is4: Register | undefined
  opcode: Register | undefined
  opcodeIndex: number
  moffs: MemoryOperand | undefined
  moffsIndex: number
  /** `rm` where it is memory. */
  memory: MemoryOperand | undefined
  needsRex: boolean
  forbidsRex: Register | undefined
  /** es … gs written on an operand, -1 for none that needs a prefix. */
  segment: number
  /** Address size that the operands imply, 0: none. */
  addressBits: number
  /** Operand size in bits, 0: the row has none. */
  size: number

  readonly bytes: Uint8Array
  length: number
  /** Parts of {@link EncodedForm}. */
  rexAt: number
  rex: number
  opcodeAt: number
  modRmAt: number
  addressEnd: number
  afterOpcode: number
  /** data16 before a branch chooses the other size of its distance. */
  flipsBranch: boolean
  fields: EncodedField[]
  registers: EncodedRegister[]
  warnings: EncodeMessage[]
  isTemplate: boolean
  /** See {@link EncodedForm}; true of one row holds for those behind it. */
  asksNumber: boolean
  /** The row was right and an option refuses it: no other row is tried. */
  isDecided: boolean
}

export function newDraft(statement: InstructionStatement, options: EncodeOptions, context: Context, prefixes: PrefixSet): Draft {
  return {
    statement,
    options,
    context,
    prefixes,
    suffix: '',
    match: { sizeFromPrefix: false, size: 0, usedDefaultSize: false, immediateBits: 0 },
    address: newAddress(),
    reg: undefined,
    regIndex: -1,
    rm: undefined,
    rmIndex: -1,
    vvvv: undefined,
    is4: undefined,
    opcode: undefined,
    opcodeIndex: -1,
    moffs: undefined,
    moffsIndex: 0,
    memory: undefined,
    needsRex: false,
    forbidsRex: undefined,
    segment: -1,
    addressBits: 0,
    size: 0,
    bytes: new Uint8Array(32),
    length: 0,
    rexAt: 0,
    rex: 0,
    opcodeAt: 0,
    modRmAt: -1,
    addressEnd: 0,
    afterOpcode: 0,
    flipsBranch: false,
    fields: [],
    registers: [],
    warnings: [],
    isTemplate: true,
    asksNumber: false,
    isDecided: false,
  }
}

/** Before another row is tried. */
export function clearPlaces(draft: Draft): void {
  draft.reg = undefined
  draft.regIndex = -1
  draft.rm = undefined
  draft.rmIndex = -1
  draft.vvvv = undefined
  draft.is4 = undefined
  draft.opcode = undefined
  draft.opcodeIndex = -1
  draft.moffs = undefined
  draft.moffsIndex = 0
  draft.memory = undefined
  draft.needsRex = false
  draft.forbidsRex = undefined
  draft.segment = -1
  draft.addressBits = 0
  draft.size = 0
  draft.length = 0
  draft.rexAt = 0
  draft.rex = 0
  draft.opcodeAt = 0
  draft.modRmAt = -1
  draft.addressEnd = 0
  draft.afterOpcode = 0
  draft.flipsBranch = false
  draft.fields = []
  draft.registers = []
  draft.warnings = []
  draft.isTemplate = true
}
