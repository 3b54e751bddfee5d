// The short way of statements that were met before in the same shape: labels, and instructions whose recipe is known.
// Enters: the innermost text, at the end of a statement. Leaves: what the full path (Assembler.statement) would have
// emitted, statement after statement, up to the first that has to take it; from that one a recipe is learnt.
// docs/adr/0007 tells why and what it may not do.

import { bytesToText } from '@kernelbox/diagnostics'
import { type EncodeOptions, isPrefix, type Register } from '@kernelbox/x86'
import type { Assembler } from '../assembler.ts'
import { expressionConstant, expressionLinear, expressionMissing, nameBytes } from '../expression-reader.ts'
import { fixupGotFromStart, type FragmentChain, partBranch } from '../fragments.ts'
import type { InputFrame } from '../input.ts'
import { branchOpcodeOf, branchWidthOf, fixupFlagsOf } from '../instructions/instruction-emitter.ts'
import { kindMemory, kindRegister, type OperandSlot } from '../instructions/operand-slot.ts'
import type { RegisterNames } from '../instructions/register-names.ts'
import { relocationOperators } from '../relocation-operators.ts'
import type { AsmSymbol } from '../symbols.ts'
import { type KnownWord, KnownWords } from './known-words.ts'
import { QuickData, type QuickDirective } from './quick-data.ts'
import {
  fieldDivisor,
  fieldFlags,
  fieldOffset,
  fieldOperator,
  fieldSize,
  fieldStride,
  fieldTail,
  fieldValue,
  packPatch,
  type Recipe,
  RecipeTable,
} from './recipe-table.ts'
import { RegisterGroups } from './register-groups.ts'
import { mostValues, StatementKey } from './statement-key.ts'

const operatorPlt = relocationOperators.indexOf('PLT')
/** Sources that never repeat a shape should not fill the memory with shapes. */
const mostRecipes = 1 << 17

const useless: Recipe = {
  kind: 'none',
  bytes: new Uint8Array(0),
  patches: new Int32Array(0),
  fields: new Int32Array(0),
  branchOpcode: -1,
  branchWidth: 0,
  isLookedUpTwice: false,
}

const exact: Recipe = { ...useless, kind: 'exact' }

/** Which register of which operand. */
interface RegisterPlace {
  readonly operand: number
  readonly part: 'register' | 'segment' | 'base' | 'index' | 'mask'
}

export class QuickStatements {
  readonly #assembler: Assembler
  readonly #groups: RegisterGroups
  readonly #key: StatementKey
  readonly #knownWords = new KnownWords()
  readonly #data: QuickData
  #word: KnownWord | undefined = undefined
  readonly #table = new RecipeTable()
  readonly #symbols: (AsmSymbol | undefined)[] = new Array<AsmSymbol | undefined>(mostValues).fill(undefined)
  /** First words of the statements that have recipes. */
  readonly #words = new Set<string>()
  #recipeCount = 0
  #reportCount = 0
  /** Was the statement that stopped the last run scanned, and found without a recipe? */
  #isMiss = false
  /** Somebody has to see each statement: all take the full path. */
  readonly #isOff: boolean
  #hasGuards = false
  /** May registers stand without `%`, so that a name says little? */
  namesAreRegisters: boolean

  constructor(assembler: Assembler, registers: RegisterNames) {
    this.#assembler = assembler
    this.#data = new QuickData(assembler)
    this.#groups = new RegisterGroups(registers)
    this.#key = new StatementKey(this.#groups)
    this.#isOff = assembler.options.withoutShortcuts === true
    this.namesAreRegisters = assembler.options.nakedRegisters === true
  }

  /** After anything that the encoder's options depend on: recipes hold for one state of them. */
  optionsChanged(epoch: number, { mode, lfenceAfterLoad, lfenceBeforeIndirectBranch, lfenceBeforeRet }: EncodeOptions): void {
    this.#key.epoch = epoch
    this.#key.mergesDisplacements = mode !== 16
    // A guard depends on the statement before.
    this.#hasGuards = Boolean(lfenceAfterLoad || lfenceBeforeIndirectBranch || lfenceBeforeRet)
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
    if (frame === undefined || this.#isOff || this.namesAreRegisters || this.#hasGuards || a.branchAlignment || a.bundles) return
    if (a.conditionals.isSkipping || a.sections.section.isAbsolute) return
    frame.at = this.#runIn(frame)
    a.instructions.template = undefined
    this.#reportCount = a.reportCount
  }

  /** Returns where the full path goes on. A function of its own for one statement: V8 optimises that sooner than a long loop. */
  #runIn(frame: InputFrame): number {
    const { bytes, length, sourceIndex } = frame
    let at = frame.at
    for (;;) {
      const next = this.#one(bytes, at, length, sourceIndex)
      if (next < 0) return at
      at = next
    }
  }

  /** Takes the label or statement behind `from`; returns where the next begins, -1: the full path has to take it. */
  #one(bytes: Uint8Array, from: number, length: number, sourceIndex: number): number {
    let at = from
    let c = 0
    while (at < length && ((c = bytes[at] as number) === 10 || c === 9 || c === 32)) at++
    if (at >= length || nameBytes[c] !== 1) return -1
    const start = at
    let hash = 0
    do {
      hash = (Math.imul(hash, 31) + c) | 0
      at++
    } while (at < length && nameBytes[(c = bytes[at] as number)] !== 0)
    if (at < length && c === 58) {
      this.#label(bytes, start, at, hash)
      return at + 1
    }
    const word = this.#knownWords.find(bytes, start, at, hash)
    if (bytes[start] === 46) return this.#directive(word.directive, bytes, start, at, length, sourceIndex)
    const key = this.#key
    if (!key.scan(bytes, start, at, word, length, false)) return -1
    let recipe = this.#table.find(key)
    if (recipe !== undefined && recipe.kind === 'exact') {
      key.scan(bytes, start, at, word, length, true)
      recipe = this.#table.find(key)
    }
    if (recipe === undefined) {
      this.#word = word
      this.#isMiss = true
      return -1
    }
    return recipe.kind !== 'none' && this.#apply(recipe, bytes, start, sourceIndex) ? key.next : -1
  }

  #directive(directive: QuickDirective, bytes: Uint8Array, start: number, at: number, length: number, sourceIndex: number): number {
    if (directive === 0) return -1
    const { input, instrumentation } = this.#assembler
    input.start = start
    for (let i = 0; i < instrumentation.length; i++) if (instrumentation[i]?.statement) return -1
    return this.#data.take(directive, bytes, at, length, sourceIndex)
  }

  #label(bytes: Uint8Array, start: number, end: number, hash: number): void {
    const a = this.#assembler
    a.input.start = start
    a.input.end = end
    a.wordStart = start
    a.wordEnd = end
    a.defineLabel(a.symbols.internHashed(bytes, start, end, hash), start, end)
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
    if (recipe.kind === 'branch') this.#branch(recipe, chain, start, sourceIndex)
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
    const { patches } = recipe
    for (let p = 0; p < patches.length; p++) {
      const patch = patches[p] as number
      const row = this.#key.registers[patch & 255] as number
      const at = first + (patch >> 12)
      chain.data[at] = (chain.data[at] as number) | (((this.#groups.numbers[row] as number) & 7) << ((patch >> 8) & 15))
    }
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
      if (
        operator === 0 &&
        symbol !== undefined &&
        symbol === this.#assembler.symbols.globalOffsetTable &&
        (flags & fixupGotFromStart) !== 0
      ) {
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
    // Whatever was said of the statement is to be said of the next one like it.
    if (!template || a.wordStart !== key.start || a.reportCount !== this.#reportCount) return
    const text = bytesToText(a.bytes.subarray(a.wordStart, a.wordEnd)).toLowerCase()
    const word = this.#word as KnownWord
    if (a.instructions.prefixes.length > 0 && !word.isPrefix && isPrefix(text)) {
      word.isPrefix = true
      return
    }
    // Keys are made with this from now on; the present one, where every register stood for itself, stays right.
    if (!word.isPrefix) word.fixedNumbers = a.instructions.fixedNumbers
    this.#recipeCount++
    this.#words.add(text)
    this.#table.add(key, this.#recipeOf(template) ?? useless)
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
    const registers = this.#registersOf(slots, operandCount)
    if (!registers) return undefined
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
        kind: 'branch',
        bytes: relaxation.short.slice(0, -1),
        patches: useless.patches,
        fields,
        branchOpcode: branchOpcodeOf(relaxation),
        branchWidth: branchWidthOf(relaxation.nearSizeInBytes, a.mode),
        isLookedUpTwice,
      }
    }
    const bytes = encoding.bytes.slice()
    if (template.patches) a.instructions.putRegisters(bytes, 0, template.patches)
    const patches: number[] = []
    for (const [i, { operand, part }] of registers.entries()) {
      if (key.isGrouped[i] === 0) continue
      // `imul $5, %rdx` has its register in two places.
      const places = encoding.registers?.filter((one) => one.operand === operand && one.part === part) ?? []
      if (places.length === 0 || a.instructions.needsEachRegister) return exact
      for (const { shift, offset } of places) {
        patches.push(packPatch(i, shift, offset))
        bytes[offset] = (bytes[offset] as number) & ~(7 << shift)
      }
    }
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
    return { kind: 'plain', bytes, patches: Int32Array.from(patches), fields, branchOpcode: -1, branchWidth: 0, isLookedUpTwice }
  }

  /** The statement's registers in the order written; nothing where the scanner found others. */
  #registersOf(slots: readonly OperandSlot[], operandCount: number): RegisterPlace[] | undefined {
    const places: RegisterPlace[] = []
    const ids: number[] = []
    const add = (operand: number, part: RegisterPlace['part'], id: number): void => {
      if (id === 0) return
      places.push({ operand, part })
      ids.push(id)
    }
    for (let i = 0; i < operandCount; i++) {
      const slot = slots[i] as OperandSlot
      if (slot.kind === kindRegister && slot.register?.class !== 'st') add(i, 'register', slot.registerId)
      add(i, 'segment', slot.segmentId)
      add(i, 'base', slot.baseId)
      add(i, 'index', slot.indexId)
      add(i, 'mask', slot.maskId)
    }
    const key = this.#key
    const isSame = ids.length === key.registerCount && ids.every((id, i) => id === this.#groups.ids[key.registers[i] as number])
    return isSame ? places : undefined
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
