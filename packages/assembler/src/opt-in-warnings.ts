// Warnings that GNU as does not give and that are given only when asked for (-Wname): statements that stand, and mostly mean
// something else. Enters: instructions with their operands. Leaves: warnings with the name of their option.

import { bytesToText, type Diagnostic, type Span } from '@kernelbox/diagnostics'
import type { Assembler } from './assembler.ts'
import { expressionConstant, expressionLinear } from './expression-reader.ts'
import type { Instructions } from './instructions/instructions.ts'
import { flagIndirect, flagParentheses, kindImmediate, kindMemory, type OperandSlot } from './instructions/operand-slot.ts'
import { isRegisterName } from './messages.ts'
import { type AsmSymbol, symbolLabel } from './symbols.ts'

/** Names behind -W and what each tells of. */
export const optInWarnings = {
  'bare-address': "a number without '$' that is read as an address: mov 5, %ax",
  'register-name': "a symbol with the name of a register, whose '%' was forgotten perhaps: add ax, %bx",
  'constant-wrap': 'a negative constant that does not fit and becomes another number: mov $-40000, %ax',
  'far-offset': 'a far jump out of 16-bit code whose offset is cut to 16 bits although its target is 32-bit code',
} as const

export type OptInWarning = keyof typeof optInWarnings

const suffixBits: Readonly<Record<string, number>> = { b: 8, w: 16, l: 32 }
const branch = /^(?:j|call|loop|xbegin)/
const farBranch = /^l?(?:jmp|call)$/

export class OptInWarnings {
  readonly #assembler: Assembler
  readonly #asked: ReadonlySet<OptInWarning>
  readonly #farTargets: { readonly symbol: AsmSymbol; readonly branch: Span; readonly mnemonic: string }[] = []

  constructor(assembler: Assembler, asked: ReadonlySet<OptInWarning>) {
    this.#assembler = assembler
    this.#asked = asked
    if (asked.has('far-offset')) assembler.finishers.push(() => this.#checkFarTargets())
  }

  /** Before an instruction is encoded. */
  instruction(i: Instructions): void {
    for (let at = 0; at < i.operandCount; at++) {
      const slot = i.slots[at] as OperandSlot
      const isBranch = branch.test(i.mnemonic)
      if (this.#asked.has('bare-address') && !isBranch) this.#bareAddress(slot)
      if (this.#asked.has('register-name')) this.#registerName(slot, isBranch)
      if (this.#asked.has('constant-wrap')) this.#constantWrap(i, slot)
    }
    const [, target] = i.slots
    if (!this.#asked.has('far-offset') || this.#assembler.mode !== 16 || i.operandCount !== 2 || !farBranch.test(i.mnemonic)) return
    if (target?.kind === kindImmediate && target.add && !target.sub)
      this.#farTargets.push({ symbol: target.add, branch: this.#assembler.span(i.mnemonicStart, i.mnemonicEnd), mnemonic: i.mnemonic })
  }

  #bareAddress(slot: OperandSlot): void {
    if (slot.kind !== kindMemory || slot.base || slot.index || slot.segment || slot.valueKind !== expressionConstant) return
    if (slot.flags & (flagParentheses | flagIndirect)) return
    const text = this.#textOf(slot)
    this.#warn('bare-address', `this reads or writes memory at address ${text}; a constant would be $${text}`, slot, `$${text}`)
  }

  #registerName(slot: OperandSlot, isBranch: boolean): void {
    const { kind, valueKind, add, sub, constant } = slot
    if ((kind !== kindMemory && kind !== kindImmediate) || valueKind !== expressionLinear || !add || sub || constant !== 0) return
    if (!isRegisterName(add.name)) return
    const message = `'${add.name}' is a symbol here, not the register %${add.name}`
    this.#warn('register-name', message, slot, `${isBranch ? '*' : ''}%${add.name}`)
  }

  #constantWrap(i: Instructions, slot: OperandSlot): void {
    if (slot.kind !== kindImmediate || slot.valueKind !== expressionConstant || slot.constant >= 0) return
    const other = i.slots.slice(0, i.operandCount).find(({ register }) => register)?.register
    const bits = other?.sizeInBits ?? suffixBits[i.mnemonic.at(-1) ?? '']
    if (bits === undefined || bits > 32) return
    const least = -(2 ** (bits - 1))
    // Below -(2 ** bits) GNU as warns itself.
    if (slot.constant >= least || slot.constant <= -(2 ** bits)) return
    const kept = slot.constant + 2 ** bits
    this.#warn(
      'constant-wrap',
      `${slot.constant} does not fit in ${bits} bits with its sign (${least} is the least); it becomes ${kept}, 0x${kept.toString(16)}`,
      slot,
    )
  }

  #checkFarTargets(): void {
    for (const { symbol, branch, mnemonic } of this.#farTargets) {
      if (symbol.kind !== symbolLabel || symbol.definedIn < 0) continue
      const place = this.#assembler.spanOf(symbol.definedIn, symbol.definedAt)
      const mode = modeAbove(place)
      if (mode === undefined || mode === 16) continue
      const meant = `${mnemonic.startsWith('l') ? '' : 'l'}${mnemonic}l`
      this.#report('far-offset', {
        message: `'${symbol.name}' is ${mode}-bit code; '${mnemonic}' keeps the low 16 bits of its address only`,
        span: branch,
        fix: { message: `'${meant}' has an offset of 32 bits`, span: branch, replacement: meant },
        notes: [{ message: `'${symbol.name}' is here`, span: place }],
      })
    }
  }

  #textOf(slot: OperandSlot): string {
    return bytesToText(this.#assembler.bytes.subarray(slot.start, slot.end)).trim()
  }

  #warn(option: OptInWarning, message: string, slot: OperandSlot, replacement?: string): void {
    const span = this.#assembler.span(slot.start, slot.end)
    this.#report(option, {
      message,
      span,
      ...(replacement !== undefined && { fix: { message: `did you mean '${replacement}'?`, span, replacement } }),
    })
  }

  #report(option: OptInWarning, words: Pick<Diagnostic, 'message' | 'span' | 'fix' | 'notes'>): void {
    this.#assembler.report({ ...words, code: option, option, severity: 'warning' })
  }
}

const farthestLookBack = 1 << 20

/** The mode that a directive above, in the same text, sets for a place. */
function modeAbove({ source, start }: Span): number | undefined {
  const above = bytesToText(source.bytes.subarray(Math.max(0, start - farthestLookBack), start))
  let mode: number | undefined
  for (const [, digits] of above.matchAll(/(?:^|[;:\n])[ \t]*\.code(16gcc|16|32|64)\b/gi)) mode = Number.parseInt(digits as string, 10)
  return mode
}
