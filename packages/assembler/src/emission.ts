// What statements put into the current section: numbers, fields that are filled in later, fills. Enters: values, mostly of
// the expression read last. Leaves: bytes, fixups and fragments in the section's chain. GNU as manual §7 .byte … .octa.

import { SHT_NOBITS } from '@kernelbox/elf'
import type { Expression } from './expression.ts'
import { expressionConstant, expressionLinear, expressionRegister } from './expression-reader.ts'
import { type FillDetail, fixupData, partFill } from './fragments.ts'
import { mostContentsInBytes } from './limits.ts'
import { SymbolDefinitions } from './symbol-definitions.ts'
import type { AsmSymbol } from './symbols.ts'

export abstract class Emission extends SymbolDefinitions {
  /** False, and a message, where an instruction cannot stand: in the absolute section. */
  canEmit(): boolean {
    if (!this.section.isAbsolute) return true
    this.error('contents-in-absolute', 'there is no room for contents in the absolute section (.struct, .offset)', this.wordStart, this.end)
    return false
  }

  /** Sections without contents (.bss, .struct) take zeros only. True where the value can be emitted. */
  takesValue(isZero: boolean, sizeInBytes: number): boolean {
    const { section } = this
    const hasContents = !section.isAbsolute && section.type !== SHT_NOBITS
    if (hasContents) return true
    if (!isZero) {
      this.error(
        'contents-in-bss',
        `the section '${section.name}' has no contents in the file; only zeros can stand in it`,
        this.wordStart,
        this.end,
      )
    }
    if (!section.isAbsolute) return isZero
    this.absoluteLocation += BigInt(sizeInBytes)
    return false
  }

  /** Emits the expression in {@link reader} as a field of data. */
  emitReader(sizeInBytes: number, start: number, more = 0): void {
    const { reader, chain } = this
    const { operator } = reader
    if (!this.takesValue(reader.kind === expressionConstant && operator === 0 && reader.constant === 0, sizeInBytes)) return
    if (reader.kind === expressionConstant && operator === 0) {
      this.checkWidth(BigInt(reader.constant), sizeInBytes, start)
      chain.number(reader.constant, sizeInBytes)
      return
    }
    if (reader.kind === expressionRegister) {
      this.error('register-in-data', `a register cannot stand in data: %${reader.registerName}`, start, this.at)
      return
    }
    const { add, sub, constant } = reader
    if (reader.kind === expressionLinear || reader.kind === expressionConstant) {
      this.fixup(sizeInBytes, fixupData | more, operator, add, sub, constant, undefined, start)
      return
    }
    const tree = reader.expression
    const value = this.evaluation.evaluate(tree)
    if (tree.kind === 'constant' && operator === 0) {
      this.checkWidth(tree.value, sizeInBytes, start)
      chain.bigNumber(tree.value, sizeInBytes)
      return
    }
    if (value && !value.add && !value.sub && operator === 0) {
      this.checkWidth(value.constant, sizeInBytes, start)
      chain.bigNumber(BigInt.asIntN(64, value.constant), sizeInBytes)
      return
    }
    this.fixup(sizeInBytes, fixupData | more, operator, undefined, undefined, 0, tree, start)
  }

  /** A field of zeros that is filled in when symbols are known. */
  fixup(
    sizeInBytes: number,
    flags: number,
    operator: number,
    add: AsmSymbol | undefined,
    sub: AsmSymbol | undefined,
    addend: number,
    expression: Expression | undefined,
    place = this.wordStart,
  ): number {
    const { chain } = this
    const index = chain.fixups.append(
      chain.count - 1,
      chain.length,
      sizeInBytes,
      flags,
      operator,
      add,
      sub,
      addend,
      expression,
      this.input.frame?.sourceIndex ?? -1,
      place,
    )
    chain.reserve(sizeInBytes)
    chain.data.fill(0, chain.length, chain.length + sizeInBytes)
    chain.length += sizeInBytes
    return index
  }

  checkWidth(value: bigint, sizeInBytes: number, start: number): void {
    const bits = BigInt(sizeInBytes * 8)
    if (sizeInBytes >= 8) {
      if (value < 1n << bits && value > -(1n << bits)) return
      this.warn('value-truncated', `this number needs more than ${sizeInBytes} bytes; its low bytes are taken`, start, this.at)
      return
    }
    const wrapped = BigInt.asIntN(64, value)
    if (wrapped < 1n << bits && wrapped > -(1n << bits)) return
    const hex = (v: bigint) => `0x${BigInt.asUintN(64, v).toString(16)}`
    this.warn(
      'value-truncated',
      `${hex(wrapped)} does not fit in ${sizeInBytes} ${sizeInBytes === 1 ? 'byte' : 'bytes'}; it becomes ${hex(BigInt.asUintN(Number(bits), wrapped))}`,
      start,
      this.at,
    )
  }

  #bulkInBytes = 0

  /** Whether a directive may emit so many bytes that its text does not have; not for ever: .incbin stands in loops too. */
  takesBulk(sizeInBytes: number): boolean {
    this.#bulkInBytes += sizeInBytes
    if (this.#bulkInBytes <= mostContentsInBytes) return true
    this.error('section-too-large', `with this the sections would hold more than ${mostContentsInBytes} bytes`, this.wordStart, this.end)
    return false
  }

  /** `count` times `pattern`; the count may be known late. */
  emitFill(count: Expression, pattern: Uint8Array, more?: Partial<FillDetail>): void {
    const detail: FillDetail = { count, pattern, source: this.input.frame?.sourceIndex ?? -1, at: this.wordStart, ...more }
    this.chain.close(partFill, 0, 0, 0, undefined, detail)
  }
}
