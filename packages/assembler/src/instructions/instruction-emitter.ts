// A statement's bytes into the current section. Enters: an encoding and the operand slots. Leaves: bytes, fixups, and
// branches that relaxation gives a size.

import { type BranchRelaxation, type EncodedField, type Encoding, isPrefix, type Mode, type Register } from '@kernelbox/x86'
import type { Assembler } from '../assembler.ts'
import type { Expression } from '../expression.ts'
import { expressionConstant, expressionMissing } from '../expression-reader.ts'
import {
  branchIn64BitCode,
  branchOverJump,
  type FragmentChain,
  fixupBranch,
  fixupGotRelaxable,
  fixupGotRelaxableRex,
  fixupGotWithoutBase,
  fixupGotFromStart,
  fixupIn64BitCode,
  fixupPcRelative,
  fixupSigned,
  partBranch,
} from '../fragments.ts'
import { relocationOperators } from '../relocation-operators.ts'
import type { Instructions } from './instructions.ts'
import type { OperandSlot } from './operand-slot.ts'

const operatorPlt = relocationOperators.indexOf('PLT')

export class InstructionEmitter {
  readonly #assembler: Assembler
  readonly #statement: Instructions
  /** Where the instruction before ended, for -mlfence- guards. */
  #lastEnd = -1
  #lastChain: FragmentChain | undefined = undefined
  #lastWasPrefix = false

  constructor(assembler: Assembler, statement: Instructions) {
    this.#assembler = assembler
    this.#statement = statement
  }

  /** `patches`: the registers to put into the bytes, see {@link Template}. */
  emit(encoding: Encoding, patches: Int32Array | undefined): void {
    const a = this.#assembler
    if (a.section.isAbsolute) {
      // .struct: instructions are measured only.
      a.absoluteLocation += BigInt(encoding.bytes.length)
      return
    }
    const { instrumentation } = a
    for (let i = 0; i < instrumentation.length; i++) instrumentation[i]?.instruction?.()
    a.bundles?.beforeInstruction()
    if (a.branchAlignment) a.branchAlignment.before(encoding, this.#statement, this.#isPrefixAlone())
    this.#write(encoding, patches)
    a.bundles?.afterInstruction()
  }

  #write(encoding: Encoding, patches: Int32Array | undefined): void {
    const a = this.#assembler
    const { chain } = a
    const { relaxation } = encoding
    if (relaxation) {
      const field = encoding.fields[0]
      const slot = this.#statement.slots[field?.operand ?? 0] as OperandSlot
      if ((slot.operator === 0 || slot.operator === operatorPlt) && slot.valueKind !== expressionMissing) {
        const { short, nearSizeInBytes } = relaxation
        for (let i = 0; i < short.length - 1; i++) chain.byte(short[i] as number)
        let target = slot.add
        let addend = slot.constant
        if (slot.tree?.kind === 'symbol') {
          target = slot.tree.symbol
          addend = 0
        } else if (slot.sub || slot.tree) {
          const expression: Expression = slot.tree ?? { kind: 'linear', add: slot.add, sub: slot.sub, addend: BigInt(slot.constant) }
          target = a.symbols.anonymous('target')
          a.equate(target, expression)
          addend = 0
        }
        const width = branchWidthOf(nearSizeInBytes, a.mode)
        const i = chain.close(partBranch, branchOpcodeOf(relaxation), width, addend, target, undefined)
        chain.operators[i] = slot.operator
        chain.sources[i] = a.input.frame?.sourceIndex ?? -1
        chain.places[i] = this.#statement.mnemonicStart
        return
      }
      // `jmp foo@PLT`: always near.
      chain.bytes(relaxation.near)
      this.#field(
        { ...(field as EncodedField), offset: relaxation.near.length, sizeInBytes: nearWidth(relaxation.nearSizeInBytes) },
        chain.length,
        chain.length + relaxation.nearSizeInBytes,
        true,
      )
      return
    }
    const { bytes, fields, before, after } = encoding
    if (before && !this.#guardIsSkipped(chain)) chain.bytes(before)
    const start = chain.length
    chain.bytes(bytes)
    if (patches !== undefined) this.#putRegisters(chain.data, start, patches)
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i] as EncodedField
      this.#field(field, start + field.offset, start + bytes.length, false, field.offset)
    }
    if (after) chain.bytes(after)
    this.#lastEnd = chain.length
    this.#lastChain = chain
    this.#lastWasPrefix = fields.length === 0 && this.#isPrefixAlone()
  }

  #isPrefixAlone(): boolean {
    return this.#statement.operandCount === 0 && isPrefix(this.#statement.mnemonic)
  }

  /** Puts the statement's registers into the bytes of a template made for others of their groups. */
  #putRegisters(data: Uint8Array, start: number, patches: Int32Array): void {
    for (let i = 0; i < patches.length; i++) {
      const patch = patches[i] as number
      const slot = this.#statement.slots[patch & 15] as OperandSlot
      const part = (patch >> 4) & 15
      const register = (part === 0 ? slot.register : part === 1 ? slot.base : slot.index) as Register
      const shift = (patch >> 8) & 15
      const at = start + (patch >> 12)
      data[at] = ((data[at] as number) & ~(7 << shift)) | ((register.number & 7) << shift)
    }
  }

  /** Bytes of data or a prefix on a line of its own before a branch may be part of it: no -mlfence- guard can stand between. */
  #guardIsSkipped(chain: FragmentChain): boolean {
    const isAfterData = chain.length > 0 && (this.#lastChain !== chain || this.#lastEnd !== chain.length)
    if (!isAfterData && !(this.#lastWasPrefix && this.#lastChain === chain)) return false
    this.#assembler.warn(
      'guard-skipped',
      `no guard is put before '${this.#statement.mnemonic}': what stands before it may belong to it`,
      this.#statement.mnemonicStart,
    )
    return true
  }

  /** Fills a field with its constant, or leaves a fixup for it. */
  #field(field: EncodedField, at: number, instructionEnd: number, isAppended: boolean, offset = 0): void {
    const a = this.#assembler
    const { chain } = a
    const slot = this.#statement.slots[field.operand] as OperandSlot
    const size = field.sizeInBytes
    if (isAppended) {
      chain.reserve(size)
      chain.data.fill(0, at, at + size)
      chain.length = at + size
    }
    if (slot.valueKind === expressionConstant && slot.operator === 0 && field.part !== 'target') {
      const { data } = chain
      let value = slot.constant
      if (field.divisor > 1) value = Math.trunc(value / field.divisor)
      if (value >= -0x80000000 && value <= 0x7fffffff) {
        for (let i = 0; i < size; i++) data[at + i] = i < 4 ? value >> (8 * i) : value < 0 ? 255 : 0
      } else writeBig(data, at, BigInt(value), size)
      return
    }
    if (slot.tree?.kind === 'constant' && slot.operator === 0 && field.part !== 'target') {
      writeBig(chain.data, at, field.divisor > 1 ? slot.tree.value / BigInt(field.divisor) : slot.tree.value, size)
      return
    }
    const flags = fixupFlagsOf(field, slot, a.mode)
    let { constant } = slot
    // The table's address relative to the instruction: the field is `offset` bytes behind its beginning (psABI: GOTPC).
    if (slot.add && !slot.sub && slot.operator === 0 && (flags & fixupGotFromStart) !== 0 && slot.add === a.symbols.globalOffsetTable)
      constant += offset
    const index = chain.fixups.append(
      chain.count - 1,
      at,
      size,
      flags,
      slot.operator,
      slot.tree ? undefined : slot.add,
      slot.tree ? undefined : slot.sub,
      slot.tree ? 0 : constant,
      slot.tree,
      a.input.frame?.sourceIndex ?? -1,
      this.#statement.mnemonicStart,
    )
    chain.fixups.tails[index] = instructionEnd - at
    if (field.divisor > 1) chain.fixups.divisors[index] = field.divisor
  }
}

/** As partBranch keeps it. */
export function branchOpcodeOf({ kind, condition }: BranchRelaxation): number {
  return kind === 'jmp' ? 16 : kind === 'jcc' ? condition : condition | branchOverJump
}

export function branchWidthOf(nearSizeInBytes: number, mode: Mode): number {
  return nearSizeInBytes | (mode === 64 ? branchIn64BitCode : 0)
}

/** What the fixup of a symbol in this field is. */
export function fixupFlagsOf(field: EncodedField, slot: OperandSlot, mode: Mode): number {
  let flags = 0
  if (field.isPcRelative) flags |= fixupPcRelative
  if (field.isSigned) flags |= fixupSigned
  if (mode === 64) flags |= field.isBranch ? fixupBranch | fixupIn64BitCode : fixupIn64BitCode
  if (field.gotRelaxable === 'plain') flags |= fixupGotRelaxable
  else if (field.gotRelaxable === 'rex') flags |= fixupGotRelaxableRex
  if (field.gotRelaxable !== undefined && !slot.base && !slot.index) flags |= fixupGotWithoutBase
  // Fields of other widths have no GOTPC; GNU as leaves out displacements of 64-bit code.
  const isWide = field.sizeInBytes >= 4 && !(mode === 64 && field.part === 'displacement')
  if (isWide && !field.isPcRelative) flags |= fixupGotFromStart
  return flags
}

function nearWidth(size: 2 | 4): 2 | 4 {
  return size
}

function writeBig(data: Uint8Array, at: number, value: bigint, size: number): void {
  for (let i = 0; i < size; i++) {
    data[at + i] = Number(value & 255n)
    value >>= 8n
  }
}
