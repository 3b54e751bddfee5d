// The short way of statements that were met before in the same shape: labels, and instructions whose recipe is known.
// Enters: the innermost text, at the end of a statement. Leaves: what the full path (Assembler.statement) would have
// emitted, statement after statement, up to the first that has to take it; from that one a recipe is learnt.
// docs/adr/0007 tells why and what it may not do.

import { isPrefix, type Register } from '@kernelbox/x86'
import { bytesToText } from '@kernelbox/diagnostics'
import type { Assembler } from '../assembler.ts'
import { expressionConstant, expressionLinear, expressionMissing, nameBytes } from '../expression-reader.ts'
import { type FragmentChain, partBranch } from '../fragments.ts'
import type { InputFrame } from '../input.ts'
import { branchWidthOf, fixupFlagsOf } from '../instructions/instruction-emitter.ts'
import { kindMemory, type OperandSlot } from '../instructions/operand-slot.ts'
import { relocationOperators } from '../relocation-operators.ts'
import type { AsmSymbol } from '../symbols.ts'
import {
  fieldDivisor,
  fieldFlags,
  fieldOffset,
  fieldOperator,
  fieldSize,
  fieldStride,
  fieldTail,
  fieldValue,
  type Recipe,
  RecipeTable,
} from './recipe-table.ts'
import { mostValues, StatementKey } from './statement-key.ts'

const operatorPlt = relocationOperators.indexOf('PLT')
/** Sources that never repeat a shape should not fill the memory with shapes. */
const mostRecipes = 1 << 17

const useless: Recipe = {
  isUsable: false,
  bytes: new Uint8Array(0),
  fields: new Int32Array(0),
  branchOpcode: -1,
  branchWidth: 0,
  isLookedUpTwice: false,
}

export class QuickStatements {
  readonly #assembler: Assembler
  readonly #key = new StatementKey()
  readonly #table = new RecipeTable()
  readonly #symbols: (AsmSymbol | undefined)[] = new Array<AsmSymbol | undefined>(mostValues).fill(undefined)
  /** Of first words that turned out to be prefixes: the mnemonic follows them. */
  readonly #prefixHashes = new Set<number>()
  /** First words of the statements that have recipes. */
  readonly #words = new Set<string>()
  #recipeCount = 0
  /** Was the statement that stopped the last run scanned, and found without a recipe? */
  #isMiss = false
  readonly #isOff: boolean
  /** May registers stand without `%`, so that a name says little? */
  namesAreRegisters: boolean

  constructor(assembler: Assembler) {
    this.#assembler = assembler
    this.#isOff = assembler.options.withoutShortcuts === true
    this.namesAreRegisters = assembler.options.nakedRegisters === true
  }

  /** After anything that the encoder's options depend on: recipes hold for one state of them. */
  optionsChanged(epoch: number, mode: number): void {
    this.#key.epoch = epoch
    this.#key.mergesDisplacements = mode !== 16
  }

  /** A macro of that name, in lower case, was made or dropped: instructions of that name are none any more. */
  macroChanged(name: string): void {
    if (!this.#words.has(name)) return
    this.#table.clear()
    this.#words.clear()
    this.#recipeCount = 0
  }

  /** Takes statements of the innermost text as long as it knows them. */
  run(): void {
    const a = this.#assembler
    const { frame } = a.input
    this.#isMiss = false
    if (frame === undefined || this.#isOff || this.namesAreRegisters) return
    if (a.conditionals.isSkipping || a.sections.section.isAbsolute) return
    frame.at = this.#runIn(frame)
    a.instructions.template = undefined
  }

  /** Returns where the full path goes on. */
  #runIn(frame: InputFrame): number {
    const a = this.#assembler
    const { input } = a
    const { bytes, length } = frame
    const key = this.#key
    let at = frame.at
    for (;;) {
      const resume = at
      let c = 0
      while (at < length && ((c = bytes[at] as number) === 10 || c === 9 || c === 32)) at++
      if (at >= length || nameBytes[c] !== 1) return resume
      const start = at
      let hash = 0
      do {
        hash = (Math.imul(hash, 31) + c) | 0
        at++
      } while (at < length && nameBytes[(c = bytes[at] as number)] !== 0)
      if (at < length && c === 58) {
        input.start = start
        input.end = at
        a.wordStart = start
        a.wordEnd = at
        a.defineLabel(a.symbols.internHashed(bytes, start, at, hash), start, at)
        at++
        continue
      }
      if (bytes[start] === 46) return resume
      if (!key.scan(bytes, start, at, hash, length, this.#prefixHashes.has(hash))) return resume
      const recipe = this.#table.find(key)
      if (recipe === undefined) {
        this.#isMiss = true
        return resume
      }
      if (!recipe.isUsable || !this.#apply(recipe, bytes, start, frame.sourceIndex)) return resume
      at = key.next
    }
  }

  /** False: a symbol is of a kind that needs the full path; nothing is emitted then. */
  #apply(recipe: Recipe, bytes: Uint8Array, start: number, sourceIndex: number): boolean {
    const a = this.#assembler
    const key = this.#key
    a.input.start = start
    a.input.end = key.end
    a.bytes = bytes
    a.wordStart = start
    a.wordEnd = key.wordEnd
    a.end = key.end
    for (let v = 0; v < key.valueCount; v++) {
      const nameStart = key.symbolStarts[v] as number
      if (nameStart < 0) {
        this.#symbols[v] = undefined
        continue
      }
      const symbol = a.symbols.internHashed(bytes, nameStart, key.symbolEnds[v] as number, key.symbolHashes[v] as number)
      if (!symbol.isPlain) return false
      a.mention(symbol, nameStart, recipe.isLookedUpTwice)
      this.#symbols[v] = symbol
    }
    const { instrumentation } = a
    for (let i = 0; i < instrumentation.length; i++) instrumentation[i]?.instruction?.()
    const { chain } = a.sections
    if (recipe.branchOpcode >= 0) this.#branch(recipe, chain, start, sourceIndex)
    else this.#plain(recipe, chain, start, sourceIndex)
    return true
  }

  #branch(recipe: Recipe, chain: FragmentChain, start: number, sourceIndex: number): void {
    if (recipe.bytes.length > 0) chain.bytes(recipe.bytes)
    const i = chain.close(partBranch, recipe.branchOpcode, recipe.branchWidth, this.#key.numbers[0] as number, this.#symbols[0], undefined)
    chain.operators[i] = recipe.fields[fieldOperator] as number
    chain.sources[i] = sourceIndex
    chain.places[i] = start
  }

  #plain(recipe: Recipe, chain: FragmentChain, start: number, sourceIndex: number): void {
    const { bytes, fields } = recipe
    const first = chain.length
    chain.bytes(bytes)
    for (let f = 0; f < fields.length; f += fieldStride) {
      const value = fields[f + fieldValue] as number
      const at = first + (fields[f + fieldOffset] as number)
      const size = fields[f + fieldSize] as number
      const divisor = fields[f + fieldDivisor] as number
      const flags = fields[f + fieldFlags] as number
      let number = this.#key.numbers[value] as number
      if (flags < 0) {
        if (divisor > 1) number = Math.trunc(number / divisor)
        putNumber(chain.data, at, number, size)
        continue
      }
      const symbol = this.#symbols[value]
      const operator = fields[f + fieldOperator] as number
      // The table's address relative to the instruction: see InstructionEmitter.
      if (operator === 0 && symbol !== undefined && symbol === this.#assembler.symbols.globalOffsetTable && (flags & 1) === 0) {
        number += fields[f + fieldOffset] as number
      }
      const { fixups } = chain
      const index = fixups.append(chain.count - 1, at, size, flags, operator, symbol, undefined, number, undefined, sourceIndex, start)
      fixups.tails[index] = fields[f + fieldTail] as number
      if (divisor > 1) fixups.divisors[index] = divisor
    }
  }

  /** After the full path took the statement that {@link run} stopped at: keeps how it was done. */
  learn(): void {
    if (!this.#isMiss || this.#recipeCount >= mostRecipes) return
    const a = this.#assembler
    const { template } = a.instructions
    const key = this.#key
    if (!template || a.wordStart !== key.start) return
    const word = bytesToText(a.bytes.subarray(a.wordStart, a.wordEnd)).toLowerCase()
    if (a.instructions.prefixes.length > 0 && isPrefix(word) && !this.#prefixHashes.has(key.wordHash)) {
      this.#prefixHashes.add(key.wordHash)
      return
    }
    this.#recipeCount++
    this.#words.add(word)
    this.#table.add(this.#key, this.#recipeOf(template) ?? useless)
  }

  #recipeOf(template: NonNullable<Assembler['instructions']['template']>): Recipe | undefined {
    const { encoding } = template
    if (encoding.before || encoding.after || encoding.warnings.length > 0 || !encoding.isTemplate) return undefined
    const a = this.#assembler
    const key = this.#key
    const { slots, operandCount } = a.instructions
    /** For each operand, which of the key's values it holds. */
    const valueOf: number[] = []
    let values = 0
    for (let i = 0; i < operandCount; i++) {
      const slot = slots[i] as OperandSlot
      if (slot.kind === kindMemory && key.hasMergedClass && !sharesDisplacements(slot)) return undefined
      if (slot.valueKind === expressionMissing) continue
      if (values === key.valueCount || !this.#isSame(slot, values)) return undefined
      valueOf[i] = values++
    }
    if (values !== key.valueCount) return undefined
    const isLookedUpTwice = a.isLookedUpTwice()
    const { relaxation } = encoding
    if (relaxation) {
      const slot = slots[encoding.fields[0]?.operand ?? 0] as OperandSlot
      if (values !== 1 || !slot.add || (slot.operator !== 0 && slot.operator !== operatorPlt)) return undefined
      const fields = new Int32Array(fieldStride)
      fields[fieldOperator] = slot.operator
      return {
        isUsable: true,
        bytes: relaxation.short.slice(0, -1),
        fields,
        branchOpcode: relaxation.kind === 'jmp' ? 16 : relaxation.condition,
        branchWidth: branchWidthOf(relaxation.nearSizeInBytes, a.mode),
        isLookedUpTwice,
      }
    }
    const bytes = encoding.bytes.slice()
    if (template.patches) a.instructions.putRegisters(bytes, 0, template.patches)
    const fields = new Int32Array(encoding.fields.length * fieldStride)
    for (const [i, field] of encoding.fields.entries()) {
      const slot = slots[field.operand] as OperandSlot
      const isNumber = slot.valueKind === expressionConstant && slot.operator === 0
      if (isNumber && field.part === 'target') return undefined
      fields.set(
        [
          valueOf[field.operand] ?? 0,
          field.offset,
          field.sizeInBytes,
          field.divisor,
          isNumber ? -1 : fixupFlagsOf(field, slot, a.mode),
          slot.operator,
          bytes.length - field.offset,
        ],
        i * fieldStride,
      )
    }
    return { isUsable: true, bytes, fields, branchOpcode: -1, branchWidth: 0, isLookedUpTwice }
  }

  /** Did the full path read the value that the key's scanner found? */
  #isSame(slot: OperandSlot, value: number): boolean {
    const key = this.#key
    if (slot.tree || slot.sub || slot.constant !== key.numbers[value]) return false
    const nameStart = key.symbolStarts[value] as number
    if (nameStart < 0) return slot.valueKind === expressionConstant && slot.operator === 0
    const { symbols, bytes } = this.#assembler
    return slot.valueKind === expressionLinear && slot.add === symbols.intern(bytes, nameStart, key.symbolEnds[value] as number)
  }
}

/** The condition under which template-cache.ts merges the classes of displacements. */
function sharesDisplacements(slot: OperandSlot): boolean {
  const register: Register | undefined = slot.base ?? slot.index
  return slot.mask === undefined && register !== undefined && register.sizeInBits !== 16
}

/** Little-endian, `value` an integer within ±2^53. */
function putNumber(data: Uint8Array, at: number, value: number, size: number): void {
  if (size === 1) {
    data[at] = value
    return
  }
  if (value >= -0x80000000 && value <= 0x7fffffff) {
    for (let i = 0; i < size; i++) data[at + i] = i < 4 ? value >> (8 * i) : value < 0 ? 255 : 0
    return
  }
  let rest = BigInt(value)
  for (let i = 0; i < size; i++) {
    data[at + i] = Number(rest & 255n)
    rest >>= 8n
  }
}
