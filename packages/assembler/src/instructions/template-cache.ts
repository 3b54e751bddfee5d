// Encodings kept as templates by (mnemonic, prefixes, registers, classes of numbers, mode): a large source has hundreds of
// thousands of instructions and a few hundred templates. Enters: a statement's operand slots. Leaves: the template of a
// statement like it, made by the encoder once, with the places of the registers to put in.

import { type Encoding, type Register, rowsOfMnemonic, valueClass } from '@kernelbox/x86'
import type { Assembler } from '../assembler.ts'
import { expressionConstant, expressionMissing } from '../expression-reader.ts'
import { kindMemory, kindRegister, kindRounding, type OperandSlot } from './operand-slot.ts'

export interface Template {
  readonly key: Int32Array
  readonly encoding: Encoding
  /** Registers to put into the bytes, packed by {@link patchesOf}; undefined: the key names each register. */
  readonly patches: Int32Array | undefined
}

/** Bit n: some form of the mnemonic is for register number n only (accumulator, count in cl, port in dx). */
export function fixedNumbers(mnemonic: string): number {
  if (/[.,]/.test(mnemonic)) return 0xff
  let mask = 0
  for (const row of rowsOfMnemonic(mnemonic)) {
    if (row.flags.has('nopair')) mask |= 1
    for (const spec of row.operands) if (spec.fixedNumber >= 0) mask |= 1 << (spec.fixedNumber & 7)
  }
  return mask
}

export interface MnemonicWord {
  readonly text: string
  readonly id: number
  readonly isPrefix: boolean
  /** Of {@link fixedNumbers}; -1: not asked yet. */
  fixed: number
}

export class TemplateCache {
  readonly #assembler: Assembler
  readonly #slots: readonly OperandSlot[]
  /** Words of the statement, then what {@link #completeKey} puts there. */
  readonly key = new Int32Array(128)
  readonly #templates = new Map<number, Template[]>()
  readonly #epochs = new Map<string, number>()
  #epoch = 0
  /** Does the encoder decide by more than groups of registers (-O, -mlfence-…)? */
  needsEachRegister = false
  #isCacheable = true
  /** Of the key as it is now. */
  #length = 0

  constructor(assembler: Assembler, slots: readonly OperandSlot[]) {
    this.#assembler = assembler
    this.#slots = slots
  }

  /** After anything that the encoder's options depend on; templates of former options stay usable for them. */
  optionsChanged(): number {
    const { isa, ...rest } = this.#assembler.encode
    const text = `${JSON.stringify(rest)} ${isa ? [...isa].join(' ') : ''}`
    let epoch = this.#epochs.get(text)
    if (epoch === undefined) this.#epochs.set(text, (epoch = this.#epochs.size))
    this.#epoch = epoch
    const { optimize, sse2avx, lfenceAfterLoad, lfenceBeforeIndirectBranch, lfenceBeforeRet } = rest
    this.needsEachRegister = Boolean(optimize || sse2avx || lfenceAfterLoad || lfenceBeforeIndirectBranch || lfenceBeforeRet)
    return epoch
  }

  /** The template of the statement, whose words are in the first `wordCount` elements of the key. */
  find(wordCount: number, word: MnemonicWord, operandCount: number): Template | undefined {
    if (word.fixed < 0) word.fixed = fixedNumbers(word.text)
    const isGrouped = !this.needsEachRegister
    this.#completeKey(wordCount, word, operandCount, isGrouped)
    if (!this.#isCacheable) return undefined
    let template = this.#templateOf(this.#length)
    if (!template && isGrouped) {
      this.#completeKey(wordCount, word, operandCount, false)
      template = this.#templateOf(this.#length)
    }
    return template
  }

  /** Keeps the encoding of a statement that {@link find} had no template for. */
  add(wordCount: number, word: MnemonicWord, operandCount: number, encoding: Encoding): void {
    if (!this.#isCacheable || !encoding.isTemplate || encoding.warnings.length > 0) return
    const patches = this.needsEachRegister ? undefined : this.#patchesOf(encoding, word, operandCount)
    if (patches) this.#completeKey(wordCount, word, operandCount, true)
    this.#keep(this.#length, encoding, patches)
  }

  /** Writes what the encoding depends on behind the words in the key. */
  #completeKey(keyStart: number, word: MnemonicWord, operandCount: number, isGrouped: boolean): void {
    const key = this.key
    const { fixed } = word
    let length = keyStart
    key[0] = this.#epoch
    this.#isCacheable = true
    for (let i = 0; i < operandCount; i++) {
      const slot = this.#slots[i] as OperandSlot
      if (slot.kind === kindRegister) {
        const { number } = slot.register as Register
        const isFree = isGrouped && (number > 7 || ((fixed >> number) & 1) === 0)
        key[length++] = (isFree ? slot.registerGroup : slot.registerId) | (slot.flags << 12) | (1 << 20)
      } else if (slot.kind === kindRounding) {
        key[length++] = (4 << 20) | ['rn-sae', 'rd-sae', 'ru-sae', 'rz-sae', 'sae'].indexOf(slot.rounding)
      } else {
        let valuePart: number
        if (slot.valueKind === expressionConstant && slot.operator === 0) valuePart = this.#classOf(slot)
        else if (slot.valueKind === expressionMissing) valuePart = 62
        else if (slot.tree?.kind === 'constant') {
          valuePart = 0
          this.#isCacheable = false
        } else valuePart = 63
        key[length++] = (slot.kind << 20) | slot.flags | (slot.scale << 4) | (valuePart << 8)
        key[length++] = slot.operator | (slot.segmentId << 8) | (slot.broadcast << 20)
        if (slot.kind === kindMemory)
          key[length++] = isGrouped ? slot.baseGroup | (slot.indexGroup << 12) : slot.baseId | (slot.indexId << 12)
      }
      if (slot.maskId) key[length++] = slot.maskId | (5 << 20)
    }
    this.#length = length
  }

  #hashOf(length: number): number {
    const { key } = this
    let hash = length
    for (let i = 0; i < length; i++) hash = (Math.imul(hash, 0x01000193) ^ (key[i] as number)) | 0
    // Small integers only: others would be boxed.
    return (hash ^ (hash >>> 15)) & 0x3fffffff
  }

  #templateOf(length: number): Template | undefined {
    const list = this.#templates.get(this.#hashOf(length))
    if (list) {
      for (let i = 0; i < list.length; i++) {
        const template = list[i] as Template
        if (template.key.length === length && sameKey(template.key, this.key, length)) return template
      }
    }
    return undefined
  }

  #keep(length: number, encoding: Encoding, patches: Int32Array | undefined): void {
    const hash = this.#hashOf(length)
    const template: Template = { key: this.key.slice(0, length), encoding, patches }
    const existing = this.#templates.get(hash)
    if (existing) existing.push(template)
    else this.#templates.set(hash, [template])
  }

  /** Where the statement's grouped registers go, if each has its place in the bytes: operand, part, shift, offset. */
  #patchesOf(encoding: Encoding, word: MnemonicWord, operandCount: number): Int32Array | undefined {
    const { registers, relaxation } = encoding
    if (!registers || relaxation) return undefined
    const covers = (operand: number, part: string): boolean => registers.some((place) => place.operand === operand && place.part === part)
    for (let i = 0; i < operandCount; i++) {
      const slot = this.#slots[i] as OperandSlot
      if (slot.kind === kindRegister) {
        const { number } = slot.register as Register
        const isFixed = slot.registerGroup === slot.registerId || (number < 8 && ((word.fixed >> number) & 1) !== 0)
        if (!isFixed && !covers(i, 'register')) return undefined
      } else if (slot.kind === kindMemory) {
        if (slot.baseGroup !== slot.baseId && !covers(i, 'base')) return undefined
        if (slot.indexGroup !== slot.indexId && !covers(i, 'index')) return undefined
      }
    }
    const patches = new Int32Array(registers.length)
    let count = 0
    for (const { operand, part, offset, shift } of registers) {
      const slot = this.#slots[operand] as OperandSlot
      const isGroup =
        part === 'register'
          ? slot.registerGroup !== slot.registerId
          : part === 'base'
            ? slot.baseGroup !== slot.baseId
            : slot.indexGroup !== slot.indexId
      if (isGroup) patches[count++] = operand | ((part === 'register' ? 0 : part === 'base' ? 1 : 2) << 4) | (shift << 8) | (offset << 12)
    }
    return patches.slice(0, count)
  }

  /** Constants of one class share a template; beside a base register of 32 or 64 bits few classes differ. */
  #classOf(slot: OperandSlot): number {
    const { constant } = slot
    if (slot.kind === kindMemory && slot.mask === undefined && (slot.base ?? slot.index) !== undefined && this.#assembler.mode !== 16) {
      const { sizeInBits } = (slot.base ?? slot.index) as Register
      if (sizeInBits !== 16 && constant !== 0 && constant >= -128 && constant <= 127) return 60
      if (sizeInBits !== 16 && constant >= -0x80000000 && constant <= 0x7fffff80 && (constant < -128 || constant > 127)) return 61
    }
    return valueClass(constant)
  }
}

function sameKey(a: Int32Array, b: Int32Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false
  return true
}
