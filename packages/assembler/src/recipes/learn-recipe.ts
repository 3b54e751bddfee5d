// A recipe from the first statement of its key. Enters: the key, the operands as the full path read them, and the encoding.
// Leaves: the recipe; that a finer key is needed; or nothing, where the encoder has to see each such statement.
// What may be left to registers and addresses: EncodedForm of @kernelbox/x86.

import type { Encoding, Register } from '@kernelbox/x86'
import type { Assembler } from '../assembler.ts'
import { expressionConstant, expressionLinear, expressionMissing } from '../expression-reader.ts'
import { branchOpcodeOf, branchWidthOf, fixupFlagsOf } from '../instructions/instruction-emitter.ts'
import { kindMemory, kindRegister, type OperandSlot } from '../instructions/operand-slot.ts'
import { relocationOperators } from '../relocation-operators.ts'
import { fieldOperator, fieldStride, longestInstruction, packPatch, type Recipe, useless } from './recipe-table.ts'
import type { RegisterRows } from './register-rows.ts'
import type { Detail, StatementKey } from './statement-key.ts'

const operatorPlt = relocationOperators.indexOf('PLT')

const finer: readonly Recipe[] = ([0, 1, 2] as const).map((detail) => ({ ...useless, kind: 'finer', detail }))

/** Which register of which operand. */
interface RegisterPlace {
  readonly operand: number
  readonly part: 'register' | 'segment' | 'base' | 'index' | 'mask'
}

/** The statement was encoded without anything to be said of it. */
export function recipeOf(a: Assembler, key: StatementKey, rows: RegisterRows, encoding: Encoding): Recipe {
  return madeOf(a, key, rows, encoding) ?? (key.detail === 2 ? useless : more(2))
}

function more(detail: Detail): Recipe {
  return finer[detail] as Recipe
}

function madeOf(a: Assembler, key: StatementKey, rows: RegisterRows, encoding: Encoding): Recipe | undefined {
  if (encoding.before || encoding.after || encoding.warnings.length > 0 || (!encoding.isTemplate && key.hugeValues === 0)) return undefined
  if (encoding.bytes.length >= longestInstruction / 2) return undefined
  const { slots, operandCount } = a.instructions
  const places = placesOf(key, rows, slots, operandCount)
  const valueOf = valuesOf(a, key, slots, operandCount)
  if (!places || !valueOf) return undefined
  // Of eight bytes all numbers are alike: those of more than 32 bits are no template to the encoder for the narrower fields.
  if (!valuesFit(key.hugeValues, 8, encoding, valueOf)) return undefined
  const isLookedUpTwice = a.isLookedUpTwice()
  if (encoding.relaxation) return branchOf(a, key, encoding, slots, isLookedUpTwice)
  const { form } = encoding
  if (key.detail < 2 && (!form || a.instructions.needsEachRegister)) return more(2)
  if (key.detail === 0 && (form?.asksNumber || !valuesFit(key.longValues, 4, encoding, valueOf))) return more(1)
  const patches: number[] = []
  const opcodeAt = form?.opcodeAt ?? 0
  for (let i = 0; key.detail < 2 && i < places.length; i++) {
    const { operand, part } = places[i] as RegisterPlace
    // `imul $5, %rdx` has its register in two places.
    const bits = encoding.registers?.filter((one) => one.operand === operand && one.part === part) ?? []
    if (bits.length === 0 && key.isFree[i] === 1) return more(2)
    // Those that stand for themselves have REX bits too.
    for (const { shift, offset } of bits) patches.push(packPatch(i, shift, offset - opcodeAt, rexBitOf(part, shift)))
  }
  return plainOf(a, key, encoding, slots, valueOf, places, Int32Array.from(patches), isLookedUpTwice)
}

function plainOf(
  a: Assembler,
  key: StatementKey,
  encoding: Encoding,
  slots: readonly OperandSlot[],
  valueOf: readonly number[],
  places: readonly RegisterPlace[],
  patches: Int32Array,
  isLookedUpTwice: boolean,
): Recipe | undefined {
  const { bytes, form } = encoding
  const { rexAt, opcodeAt, modRmAt, addressEnd, rex } = form ?? { rexAt: 0, opcodeAt: 0, modRmAt: -1, addressEnd: 0, rex: 0 }
  const { hasFreeAddress } = key
  if (hasFreeAddress && !encoding.registers?.some(({ part }) => part !== 'register')) return more(2)
  if (hasFreeAddress && choosesDisplacement(a)) return more(2)
  const body = bytes.slice(opcodeAt, hasFreeAddress ? modRmAt + 1 : bytes.length)
  for (const patch of patches) body[patch >> 12] = (body[patch >> 12] as number) & ~(7 << ((patch >> 4) & 15))
  if (hasFreeAddress) body[body.length - 1] = (body[body.length - 1] as number) & 0x38
  const fields: number[] = []
  for (const field of encoding.fields) {
    const slot = slots[field.operand] as OperandSlot
    const isNumber = (slot.valueKind === expressionConstant || slot.tree?.kind === 'constant') && slot.operator === 0
    if (isNumber && field.part === 'target') return undefined
    const value = valueOf[field.operand] ?? 0
    if (isNumber && hasFreeAddress && value === key.displacement) continue
    // Whether the linker may rewrite the instruction as one with REX then depends on registers.
    if (field.gotRelaxable !== undefined && a.mode === 64 && rex === 0 && key.detail < 2) return more(2)
    const flags = isNumber ? -1 : fixupFlagsOf(field, slot, a.mode)
    fields.push(value, field.sizeInBytes, field.divisor, flags, slot.operator, bytes.length - field.offset)
  }
  return {
    ...useless,
    kind: 'plain',
    head: bytes.slice(0, rexAt),
    rex: key.detail === 2 && opcodeAt > rexAt ? (bytes[rexAt] as number) : rex,
    mayHaveRex: a.mode === 64 && !places.some((_, i) => excludesRex(slots, places[i] as RegisterPlace)),
    body,
    patches,
    hasFreeAddress,
    tail: hasFreeAddress ? bytes.slice(addressEnd) : useless.tail,
    fields: Int32Array.from(fields),
    isLookedUpTwice,
  }
}

/** `mov.d32` and `{disp32} mov`: the size of the displacement does not follow from the number. */
function choosesDisplacement({ instructions }: Assembler): boolean {
  return instructions.mnemonic.includes('.d') || instructions.prefixes.some((word) => word.startsWith('{disp'))
}

/** REX.R extends ModRM.reg, X the index, B all others (SDM vol. 2 table 2-4). */
function rexBitOf(part: RegisterPlace['part'], shift: number): number {
  return part === 'index' ? 2 : shift === 3 ? 4 : 1
}

function branchOf(
  a: Assembler,
  key: StatementKey,
  { relaxation, fields }: Encoding,
  slots: readonly OperandSlot[],
  isLookedUpTwice: boolean,
): Recipe | undefined {
  const slot = slots[fields[0]?.operand ?? 0] as OperandSlot
  if (!relaxation || key.valueCount !== 1 || !slot.add || (slot.operator !== 0 && slot.operator !== operatorPlt)) return undefined
  const operator = new Int32Array(fieldStride)
  operator[fieldOperator] = slot.operator
  return {
    ...useless,
    kind: 'branch',
    body: relaxation.short.slice(0, -1),
    fields: operator,
    branchOpcode: branchOpcodeOf(relaxation),
    branchWidth: branchWidthOf(relaxation.nearSizeInBytes, a.mode),
    isLookedUpTwice,
  }
}

/** Immediates of 32 or 64 bits have the same form, whatever they are, if that has a field of so many bytes for them. */
function valuesFit(values: number, size: number, { fields }: Encoding, valueOf: readonly number[]): boolean {
  for (let value = 0; values >> value !== 0; value++) {
    if (((values >> value) & 1) === 0) continue
    if (!fields.some(({ operand, sizeInBytes }) => valueOf[operand] === value && sizeInBytes === size)) return false
  }
  return true
}

function excludesRex(slots: readonly OperandSlot[], { operand, part }: RegisterPlace): boolean {
  return part === 'register' && slots[operand]?.register?.rex === 'forbidden'
}

/** The statement's registers in the order written, those of a free address apart; nothing where the scanner found others. */
function placesOf(key: StatementKey, rows: RegisterRows, slots: readonly OperandSlot[], operandCount: number): RegisterPlace[] | undefined {
  const places: RegisterPlace[] = []
  const ids: number[] = []
  let isFree = key.hasFreeAddress
  const add = (operand: number, part: RegisterPlace['part'], id: number): void => {
    if (id === 0) return
    places.push({ operand, part })
    ids.push(id)
  }
  for (let i = 0; i < operandCount; i++) {
    const slot = slots[i] as OperandSlot
    if (slot.kind === kindRegister && slot.register?.class !== 'st') add(i, 'register', slot.registerId)
    add(i, 'segment', slot.segmentId)
    if (isFree && slot.kind === kindMemory && (slot.baseId !== 0 || slot.indexId !== 0)) {
      isFree = false
      if (slot.baseId !== idOf(rows, key.base) || slot.indexId !== idOf(rows, key.index)) return undefined
    } else {
      add(i, 'base', slot.baseId)
      add(i, 'index', slot.indexId)
    }
    add(i, 'mask', slot.maskId)
  }
  const isSame = ids.length === key.registerCount && ids.every((id, i) => id === rows.ids[key.registers[i] as number])
  return isSame ? places : undefined
}

function idOf(rows: RegisterRows, row: number): number {
  return row < 0 ? 0 : (rows.ids[row] as number)
}

/** For each operand, which of the key's values it holds; nothing where the scanner found others. */
function valuesOf(a: Assembler, key: StatementKey, slots: readonly OperandSlot[], operandCount: number): number[] | undefined {
  const valueOf: number[] = []
  let values = 0
  for (let i = 0; i < operandCount; i++) {
    const slot = slots[i] as OperandSlot
    if (slot.kind === kindMemory && key.hasMergedClass && !sharesDisplacements(slot)) return undefined
    if (slot.valueKind === expressionMissing) continue
    if (values === key.valueCount || !isSame(a, key, slot, values)) return undefined
    valueOf[i] = values++
  }
  return values === key.valueCount ? valueOf : undefined
}

/** Did the full path read the value that the key's scanner found? */
function isSame({ symbols, bytes }: Assembler, key: StatementKey, slot: OperandSlot, value: number): boolean {
  const wide = key.wide[value]
  if (wide !== undefined) return slot.tree?.kind === 'constant' && slot.tree.value === wide && slot.operator === 0
  if (slot.tree || slot.sub || slot.constant !== key.numbers[value]) return false
  const nameStart = key.symbolStarts[value] as number
  if (nameStart < 0) return slot.valueKind === expressionConstant && slot.operator === 0
  return slot.valueKind === expressionLinear && slot.add === symbols.intern(bytes, nameStart, key.symbolEnds[value] as number)
}

/** The condition under which template-cache.ts merges the classes of displacements. */
function sharesDisplacements(slot: OperandSlot): boolean {
  const register: Register | undefined = slot.base ?? slot.index
  return slot.mask === undefined && register !== undefined && register.sizeInBits !== 16
}
