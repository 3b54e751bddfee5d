// The short way of statements that were met before in the same shape: labels, and instructions whose recipe is known.
// Enters: the innermost text, at the end of a statement. Leaves: what the full path (Assembler.statement) would have
// emitted, statement after statement, up to the first that has to take it; from that one a recipe is learnt.
// docs/adr/0007 tells why and what it may not do.

import { bytesToText } from '@kernelbox/diagnostics'
import { type EncodeOptions, isPrefix } from '@kernelbox/x86'
import type { Assembler } from '../assembler.ts'
import { nameBytes } from '../expression-reader.ts'
import { fixupGotFromStart, type FragmentChain, partBranch } from '../fragments.ts'
import type { InputFrame } from '../input.ts'
import type { RegisterNames } from '../instructions/register-names.ts'
import type { AsmSymbol } from '../symbols.ts'
import { putAddress } from './address-bytes.ts'
import { type KnownWord, KnownWords } from './known-words.ts'
import { recipeOf } from './learn-recipe.ts'
import { QuickData, type QuickDirective } from './quick-data.ts'
import {
  fieldDivisor,
  fieldFlags,
  fieldOperator,
  fieldSize,
  fieldStride,
  fieldTail,
  fieldValue,
  longestInstruction,
  type Recipe,
  RecipeTable,
} from './recipe-table.ts'
import { RegisterRows } from './register-rows.ts'
import { mostValues, StatementKey } from './statement-key.ts'

/** Sources that never repeat a shape should not fill the memory with shapes. */
const mostRecipes = 1 << 17

export class QuickStatements {
  readonly #assembler: Assembler
  readonly #rows: RegisterRows
  readonly #key: StatementKey
  readonly #knownWords = new KnownWords()
  readonly #data: QuickData
  /** Of the statement that stopped the last run. */
  #word: KnownWord | undefined = undefined
  #bytesLength = 0
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
    this.#rows = new RegisterRows(registers)
    this.#key = new StatementKey(this.#rows)
    this.#isOff = assembler.options.withoutShortcuts === true
    this.namesAreRegisters = assembler.options.nakedRegisters === true
  }

  /** After anything that the encoder's options depend on: recipes hold for one state of them. */
  optionsChanged(
    epoch: number,
    { lfenceAfterLoad, lfenceBeforeIndirectBranch, lfenceBeforeRet }: EncodeOptions,
    needsEachRegister: boolean,
  ): void {
    this.#key.epoch = epoch
    this.#key.leastDetail = needsEachRegister ? 2 : 0
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
    a.instructions.isLearnt = false
    if (frame === undefined || this.#isOff || this.namesAreRegisters || this.#hasGuards || a.branchAlignment || a.bundles) return
    if (a.conditionals.isSkipping || a.sections.section.isAbsolute) return
    frame.at = this.#runIn(frame)
    a.instructions.encoding = undefined
    a.instructions.isLearnt = this.#isMiss
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
    const detail = word.detail > key.leastDetail ? word.detail : key.leastDetail
    if (!key.scan(bytes, start, at, word, length, detail)) return -1
    let recipe = this.#table.find(key)
    while (recipe !== undefined && recipe.kind === 'finer') {
      key.scan(bytes, start, at, word, length, recipe.detail)
      recipe = this.#table.find(key)
    }
    if (recipe === undefined) {
      this.#word = word
      this.#bytesLength = length
      this.#isMiss = true
      return -1
    }
    return recipe.kind !== 'none' && this.#apply(recipe, bytes, start, sourceIndex) ? key.next : -1
  }

  #directive(directive: QuickDirective, bytes: Uint8Array, start: number, at: number, length: number, sourceIndex: number): number {
    if (directive === 0) return -1
    const a = this.#assembler
    const { instrumentation } = a
    a.input.start = start
    a.bytes = bytes
    a.wordStart = start
    a.wordEnd = at
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

  /** False: a symbol is of a kind that needs the full path, or registers do not go together; nothing is emitted then. */
  #apply(recipe: Recipe, bytes: Uint8Array, start: number, sourceIndex: number): boolean {
    const a = this.#assembler
    const key = this.#key
    const rex = this.#rexOf(recipe)
    if (rex !== 0 && !recipe.mayHaveRex) return false
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
    else this.#plain(recipe, rex, chain, start, sourceIndex)
    return true
  }

  #branch(recipe: Recipe, chain: FragmentChain, start: number, sourceIndex: number): void {
    if (recipe.body.length > 0) chain.bytes(recipe.body)
    const i = chain.close(partBranch, recipe.branchOpcode, recipe.branchWidth, this.#key.numbers[0] as number, this.#symbols[0], undefined)
    chain.operators[i] = recipe.fields[fieldOperator] as number
    chain.sources[i] = sourceIndex
    chain.places[i] = start
  }

  /** REX with the bits of the statement's registers (SDM vol. 2 table 2-4); 0: none. */
  #rexOf({ rex: own, patches, hasFreeAddress }: Recipe): number {
    const key = this.#key
    const { numbers, rex } = this.#rows
    const { registers } = key
    let sum = own
    for (let p = 0; p < patches.length; p++) {
      const patch = patches[p] as number
      const row = registers[patch & 15] as number
      sum |= rex[row] as number
      if ((numbers[row] as number) > 7) sum |= 0x40 | ((patch >> 8) & 15)
    }
    if (hasFreeAddress) {
      if (key.base >= 0 && (numbers[key.base] as number) > 7) sum |= 0x41
      if (key.index >= 0 && (numbers[key.index] as number) > 7) sum |= 0x42
    }
    return sum
  }

  #plain(recipe: Recipe, rex: number, chain: FragmentChain, start: number, sourceIndex: number): void {
    const { head, body, patches, fields } = recipe
    const key = this.#key
    const first = chain.length
    chain.reserve(longestInstruction)
    const { data } = chain
    let end = first
    for (let i = 0; i < head.length; i++) data[end++] = head[i] as number
    if (rex !== 0) data[end++] = rex
    const bodyAt = end
    for (let i = 0; i < body.length; i++) data[end++] = body[i] as number
    for (let p = 0; p < patches.length; p++) {
      const patch = patches[p] as number
      const number = this.#rows.numbers[key.registers[patch & 15] as number] as number
      const at = bodyAt + (patch >> 12)
      data[at] = (data[at] as number) | ((number & 7) << ((patch >> 4) & 15))
    }
    if (recipe.hasFreeAddress) end = this.#address(data, end - 1, recipe.tail)
    chain.length = end
    for (let f = 0; f < fields.length; f += fieldStride) {
      const value = fields[f + fieldValue] as number
      const at = end - (fields[f + fieldTail] as number)
      const size = fields[f + fieldSize] as number
      const divisor = fields[f + fieldDivisor] as number
      const flags = fields[f + fieldFlags] as number
      let number = key.numbers[value] as number
      if (flags < 0) {
        if (divisor > 1) number = Math.trunc(number / divisor)
        const wide = key.wide[value]
        if (wide === undefined) putNumber(data, at, number, size)
        else putWide(data, at, wide, size)
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
        number += at - first
      }
      const { fixups } = chain
      const index = fixups.append(chain.count - 1, at, size, flags, operator, symbol, undefined, number, undefined, sourceIndex, start)
      fixups.tails[index] = fields[f + fieldTail] as number
      if (divisor > 1) fixups.divisors[index] = divisor
    }
  }

  /** The free address, its ModRM begun at `at`, and what stands behind it. */
  #address(data: Uint8Array, at: number, tail: Uint8Array): number {
    const key = this.#key
    const { numbers } = this.#rows
    const base = key.base < 0 ? -1 : (numbers[key.base] as number)
    const index = key.index < 0 ? -1 : (numbers[key.index] as number)
    const isSymbol = key.displacement >= 0 && key.symbolStarts[key.displacement] !== -1
    const displacement = key.displacement < 0 || isSymbol ? 0 : (key.numbers[key.displacement] as number)
    let end = putAddress(data, at, data[at] as number, base, index, key.scale, displacement, isSymbol)
    for (let i = 0; i < tail.length; i++) data[end++] = tail[i] as number
    return end
  }

  /** After the full path took the statement that {@link run} stopped at: keeps how it was done. */
  learn(): void {
    if (!this.#isMiss || this.#recipeCount >= mostRecipes) return
    const a = this.#assembler
    const { encoding } = a.instructions
    const key = this.#key
    // Whatever was said of the statement is to be said of the next one like it.
    if (!encoding || a.wordStart !== key.start || a.reportCount !== this.#reportCount) return
    const text = bytesToText(a.bytes.subarray(a.wordStart, a.wordEnd)).toLowerCase()
    const word = this.#word as KnownWord
    if (a.instructions.prefixes.length > 0 && !word.isPrefix && isPrefix(text)) {
      word.isPrefix = true
      return
    }
    if (!word.isPrefix) word.fixedNumbers = a.instructions.fixedNumbers
    this.#words.add(text)
    for (;;) {
      const recipe = recipeOf(a, key, this.#rows, encoding)
      this.#recipeCount++
      this.#table.add(key, recipe)
      if (recipe.kind !== 'finer') return
      // No shape of a mnemonic with a VEX or EVEX prefix says enough.
      if (!encoding.form && !word.isPrefix) word.detail = recipe.detail
      if (!key.scan(a.bytes, key.start, key.wordEnd, word, this.#bytesLength, recipe.detail) || this.#table.find(key)) return
    }
  }
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
  putWide(data, at, BigInt(value), size)
}

function putWide(data: Uint8Array, at: number, value: bigint, size: number): void {
  let rest = value
  for (let i = 0; i < size; i++) {
    data[at + i] = Number(rest & 255n)
    rest >>= 8n
  }
}
