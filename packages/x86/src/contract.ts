// What the encoder takes and gives: the contract between this package and the assembler.
// A statement's text is the assembler's business; here mnemonic, registers and the *kind* of each number are enough.

/** Size in bits of default operands and addresses: .code16, .code32, .code64. */
export type Mode = 16 | 32 | 64

export type RegisterClass =
  | 'gpr8'
  | 'gpr16'
  | 'gpr32'
  | 'gpr64'
  | 'segment'
  | 'control'
  | 'debug'
  | 'test'
  | 'st'
  | 'mmx'
  | 'xmm'
  | 'ymm'
  | 'zmm'
  | 'tmm'
  | 'mask'
  | 'bound'
  | 'ip'
  | 'noindex'
  | 'flat'

export interface Register {
  /** Lower case, without `%`: `eax`, `st(1)`, `r8b`, `rip`, `eiz`. */
  readonly name: string
  readonly class: RegisterClass
  /** Encoded number, 0 to 31. */
  readonly number: number
  /** 8 for gpr8, … 512 for zmm; 80 for st. */
  readonly sizeInBits: number
  /** spl, bpl, sil, dil: only with a REX prefix. ah, ch, dh, bh: never with one. */
  readonly rex?: 'needed' | 'forbidden'
}

/**
 * A number of a statement. `constant` undefined: symbolic, its value is not known now (a symbol, or a difference that
 * relaxation decides). `relocation`: the operator written on it (`GOTPCREL`, `PLT`, …), which forbids short forms.
 */
export interface Value {
  readonly constant: bigint | undefined
  readonly relocation?: string
}

export interface RegisterOperand {
  readonly kind: 'register'
  readonly register: Register
  /** `*%eax` */
  readonly indirect?: boolean
  /** `{%k1}` and `{z}` */
  readonly mask?: Register
  readonly zeroing?: boolean
}
export interface ImmediateOperand {
  readonly kind: 'immediate'
  readonly value: Value
}
export interface MemoryOperand {
  readonly kind: 'memory'
  readonly segment?: Register
  readonly displacement?: Value
  readonly base?: Register
  readonly index?: Register
  readonly scale: 1 | 2 | 4 | 8
  /** `*mem` */
  readonly indirect?: boolean
  /** `(%dx)` written as a memory operand of in/out and the string forms is one too; the encoder decides. */
  readonly hasParentheses: boolean
  /** `{1to16}`: 16 */
  readonly broadcast?: number
  readonly mask?: Register
  readonly zeroing?: boolean
}
/** `{rn-sae}`, `{sae}` as an operand of their own. */
export interface RoundingOperand {
  readonly kind: 'rounding'
  readonly name: 'rn-sae' | 'rd-sae' | 'ru-sae' | 'rz-sae' | 'sae'
}
export type Operand = RegisterOperand | ImmediateOperand | MemoryOperand | RoundingOperand

export interface InstructionStatement {
  /** As written, lower case, with its AT&T suffix: `movl`, `rep` stands in prefixes. */
  readonly mnemonic: string
  /** In the order written: `rep`, `lock`, `cs`, `data32`, `addr32`, `rex.w`, `{vex3}`, `{disp32}`, `notrack`, … */
  readonly prefixes: readonly string[]
  /** In AT&T order: source first, destination last. */
  readonly operands: readonly Operand[]
}

export interface EncodeOptions {
  readonly mode: Mode
  /** Which instructions `.arch`/`-march` allows; undefined: all. */
  readonly isa?: ReadonlySet<string>
  /** `.code16gcc`: 32-bit stack operations by default. */
  readonly code16gcc?: boolean
  /** x32: 64-bit mode with 32-bit addresses. */
  readonly x32?: boolean
  /** What the object is for, whatever `.code16` and its kin say; by the mode where it is not said. */
  readonly machine?: 'i386' | 'x86-64'
  readonly optimize?: 0 | 1 | 2 | 's'
  readonly sse2avx?: boolean
  /** -mamd64, -mintel64: where the two makers' 64-bit modes differ; neither: what both know. */
  readonly isa64?: 'amd64' | 'intel64'
  readonly vexW?: 0 | 1
  readonly avxScalar?: 128 | 256
  readonly evexLength?: 128 | 256 | 512
  readonly evexW?: 0 | 1
  readonly evexRounding?: 'rn' | 'rd' | 'ru' | 'rz'
  /** -madd-bnd-prefix, -momit-lock-prefix=yes, -mfence-as-lock-add=yes */
  readonly addBndPrefix?: boolean
  readonly omitLockPrefix?: boolean
  readonly fenceAsLockAdd?: boolean
  /** -mlfence-after-load=yes, -mlfence-before-indirect-branch=, -mlfence-before-ret= */
  readonly lfenceAfterLoad?: boolean
  readonly lfenceBeforeIndirectBranch?: 'all' | 'register' | 'memory'
  readonly lfenceBeforeRet?: 'or' | 'not' | 'shl'
  /** `.allow_index_reg`, `-mindex-reg`. */
  readonly allowIndexReg?: boolean
  /** `-mtune=i486`, `.arch i486`: shifts by a written `$1` have the count as an immediate, which is faster there. */
  readonly tunesFor486?: boolean
  /** `-moperand-check=`, `.operand_check`: gathers whose registers should differ; a warning when not set. */
  readonly operandCheck?: 'none' | 'warning' | 'error'
  /** `-msse-check=`, `.sse_check`: SSE instructions among AVX code; nothing when not set. */
  readonly sseCheck?: 'none' | 'warning' | 'error'
  /** `-muse-unaligned-vector-move`. */
  readonly unalignedVectorMove?: boolean
}

/** Where in the encoded bytes a value of the statement stands. The field holds zero; the caller fills it in. */
export interface EncodedField {
  /** Index in {@link InstructionStatement.operands}. */
  readonly operand: number
  readonly part: 'immediate' | 'displacement' | 'target'
  /** Offset of the field from the first byte, prefixes included. */
  readonly offset: number
  readonly sizeInBytes: 1 | 2 | 4 | 8
  /** The processor extends the field's sign (imm8s, disp8, imm32s in 64-bit code): picks R_X86_64_32S and range checks. */
  readonly isSigned: boolean
  /** Relative to the end of the whole instruction (branch targets, RIP-relative displacements). */
  readonly isPcRelative: boolean
  /** A branch or call target: psABI wants R_X86_64_PLT32 for it. */
  readonly isBranch: boolean
  /** disp8*N (Intel SDM vol. 2 §2.7.5): the value is divided by this; 1 else. */
  readonly divisor: number
  /** GOTPCRELX forms (psABI B.2): the instruction may be rewritten by the linker. */
  readonly gotRelaxable?: 'plain' | 'rex'
}

/** Where in the encoded bytes the three low bits of a register's number stand. */
export interface EncodedRegister {
  /** Index in {@link InstructionStatement.operands}. */
  readonly operand: number
  readonly part: 'register' | 'base' | 'index'
  /** Offset of the byte from the first one, prefixes included, and of the lowest bit in it. */
  readonly offset: number
  readonly shift: 0 | 3
}

/**
 * Of legacy encodings: the parts that registers and addresses decide (SDM vol. 2 §2.1, §2.2.1), so that the caller can make of these
 * bytes those of a statement with other registers of the same classes or another address of the same size.
 */
export interface EncodedForm {
  /** Where REX stands or would stand, and where the opcode begins. */
  readonly rexAt: number
  readonly opcodeAt: number
  /** REX without what registers put into it; 0: they alone ask for one. */
  readonly rex: number
  /** Of ModRM, -1: there is none; behind SIB and displacement. */
  readonly modRmAt: number
  readonly addressEnd: number
  /** Were rows refused or chosen for the number of a register? Another one may then have another row. */
  readonly asksNumber: boolean
}

/** A branch that may be short or near: the caller keeps the short form as long as the target is within reach. */
export interface BranchRelaxation {
  /** `jcc-over-jmp`: before the 80386, the near form is the opposite condition over a near jmp. */
  readonly kind: 'jmp' | 'jcc' | 'jcc-over-jmp'
  /** Condition code 0 to 15 of jcc. */
  readonly condition: number
  /** Prefixes and opcode before the rel8 of the short form. */
  readonly short: Uint8Array
  /** Prefixes and opcode before the rel16/rel32 of the near form. */
  readonly near: Uint8Array
  readonly nearSizeInBytes: 2 | 4
}

export interface Encoding {
  readonly bytes: Uint8Array
  readonly fields: readonly EncodedField[]
  /** Set for relaxable branches; `bytes` then is the short form. */
  readonly relaxation?: BranchRelaxation
  /** The bytes depend on constants only through {@link valueClass}: the caller may reuse them for other values. */
  readonly isTemplate: boolean
  /**
   * Of legacy encodings with 32- or 64-bit addresses: registers that the bytes depend on through these bits alone, as long as
   * class, upper bits of the number and need of REX stay, no row of the mnemonic asks for the number, and a base's low bits are not 4 or 5.
   */
  readonly registers?: readonly EncodedRegister[]
  readonly form?: EncodedForm
  /** Bytes of guards that stand before and after the instruction's own (-mlfence-…); offsets do not count them. */
  readonly before?: Uint8Array
  readonly after?: Uint8Array
  readonly warnings: readonly EncodeMessage[]
}

/** Why a statement has no encoding, or what is odd in it; `operand` for the caret. The wording is the assembler's. */
export interface EncodeMessage {
  readonly code: string
  readonly operand?: number
  /** Words for the message: names, sizes, the mnemonic meant. */
  readonly details?: Readonly<Record<string, string | number>>
}

export type EncodeResult = { readonly ok: true; readonly encoding: Encoding } | { readonly ok: false; readonly failure: EncodeMessage }
