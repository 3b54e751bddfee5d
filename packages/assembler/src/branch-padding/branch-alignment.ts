// -malign-branch-boundary= and its kin: where space may be put, while instructions are emitted. Enters: each instruction
// and the directives between. Leaves: fragments that end in a padding part, which pad-groups.ts sizes.
// Rules: docs/adr/0009-branch-padding.md.

import type { Encoding } from '@kernelbox/x86'
import type { Assembler } from '../assembler.ts'
import { codeStyle } from '../code-style.ts'
import { type PaddingDetail, partPadding } from '../fragments.ts'
import type { Instructions } from '../instructions/instructions.ts'
import { kindMemory, type OperandSlot } from '../instructions/operand-slot.ts'
import type { BranchAlignmentOptions } from '../options.ts'
import { relocationOperators } from '../relocation-operators.ts'
import type { Section } from '../sections.ts'
import { type InstructionTraits, instructionTraits } from './instruction-traits.ts'

/** An x86 instruction has at most so many bytes. */
const longestInstructionInBytes = 15
const prefixCs = 0x2e
const prefixDs = 0x3e
const prefixSs = 0x36

/** Operators whose instructions the linker rewrites byte by byte (psABI, TLS models). */
const rewrittenOperators: ReadonlySet<number> = new Set(
  (['GOTTPOFF', 'GOTNTPOFF', 'INDNTPOFF', 'TLSGD', 'TLSLD', 'TLSLDM', 'TLSDESC'] as const).map((name) => relocationOperators.indexOf(name)),
)

/** Directives behind which an instruction may be the rest of one: bytes by hand. */
const dataDirective =
  /^\.(byte|[1248]byte|[sd]?short|hword|value|long|slong|int|quad|octa|ascii|asciz|string(8|16|32|64)?|float|single|double|[tlh]float|bfloat16|ldouble|[su]leb128|fill|skip|space|zero|nops|incbin|d[sc](b)?(\.\w+)?)$/

export class BranchAlignment {
  readonly #assembler: Assembler
  readonly #options: BranchAlignmentOptions
  readonly #traits = new WeakMap<Encoding, InstructionTraits>()
  /** The section whose last statement may be a part of what follows: data, or a prefix alone. */
  #unfinishedIn: Section | undefined = undefined

  constructor(assembler: Assembler, options: BranchAlignmentOptions) {
    this.#assembler = assembler
    this.#options = options
  }

  /** After a directive. */
  directive(lower: string): void {
    if (dataDirective.test(lower)) this.#unfinishedIn = this.#assembler.section
  }

  /** Before the instruction's bytes: closes the open fragment where space can be put. */
  before(encoding: Encoding, statement: Instructions, isPrefixAlone: boolean): void {
    const a = this.#assembler
    const mayFollow = this.#unfinishedIn !== a.section
    this.#unfinishedIn = isPrefixAlone ? a.section : undefined
    if (!mayFollow || isPrefixAlone) return
    let traits = this.#traits.get(encoding)
    if (!traits) this.#traits.set(encoding, (traits = instructionTraits(encoding, a.mode === 64)))
    const detail = traits.isJump ? this.#ofBranch(traits, statement) : this.#ofOther(traits, statement)
    if (detail) a.chain.close(partPadding, 0, 0, 0, undefined, detail)
  }

  #ofBranch(traits: InstructionTraits, statement: Instructions): PaddingDetail | undefined {
    const a = this.#assembler
    const { branch } = traits
    if (!branch || !this.#options.kinds.has(branch) || isTlsCall(statement, a.mode === 64)) return undefined
    a.section.alignmentPower = Math.max(a.section.alignmentPower, this.#options.boundaryPower)
    return { role: 'branch', traits, style: codeStyle(a), mostPrefixes: 0, prefix: 0 }
  }

  #ofOther(traits: InstructionTraits, statement: Instructions): PaddingDetail | undefined {
    const a = this.#assembler
    const isFusible = traits.fusesWith !== 0 && this.#options.kinds.has('fused')
    let most = 0
    if (statement.operandCount > 0 && !isRewritten(statement)) {
      most = Math.min(this.#options.prefixSize, longestInstructionInBytes - traits.sizeInBytes) - traits.leadSizeInBytes
    }
    if (!isFusible && most <= 0) return undefined
    const prefix = traits.segmentPrefix || this.#defaultPrefix(statement)
    return { role: isFusible ? 'fusible' : 'prefix', traits, style: codeStyle(a), mostPrefixes: Math.max(0, most), prefix }
  }

  /** An override that changes nothing: of the segment that the address would be in anyway (SDM vol. 1 §3.7.4). */
  #defaultPrefix(statement: Instructions): number {
    if (this.#assembler.mode === 64) return prefixCs
    for (let i = 0; i < statement.operandCount; i++) {
      const slot = statement.slots[i] as OperandSlot
      if (slot.kind === kindMemory && slot.base && (slot.base.number === 4 || slot.base.number === 5)) return prefixSs
    }
    return prefixDs
  }
}

function isRewritten(statement: Instructions): boolean {
  for (let i = 0; i < statement.operandCount; i++) {
    if (rewrittenOperators.has((statement.slots[i] as OperandSlot).operator)) return true
  }
  return false
}

/** The linker rewrites a call of the TLS resolver together with the instruction before it. */
function isTlsCall(statement: Instructions, is64BitCode: boolean): boolean {
  return statement.operandCount > 0 && statement.slots[0]?.add?.name === (is64BitCode ? '__tls_get_addr' : '___tls_get_addr')
}
