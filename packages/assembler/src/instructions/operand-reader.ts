// Operands of instructions in AT&T syntax: registers, `$` numbers, `segment:displacement(base, index, scale)`, decorations.
// Enters: the bytes of a statement. Leaves: operand slots. GNU as manual §9.16.3 to 9.16.8.

import { bytesToText } from '@kernelbox/diagnostics'
import type { Assembler } from '../assembler.ts'
import { expressionLinear, expressionMissing, expressionRegister, expressionTree, nameBytes } from '../expression-reader.ts'
import { suggestRegister } from '../messages.ts'
import { isBignum } from '../bignum.ts'
import { soleSymbol } from '../expression.ts'
import { type AsmSymbol, symbolEquated, symbolRegister } from '../symbols.ts'
import {
  flagIndirect,
  flagParentheses,
  flagZeroing,
  kindImmediate,
  kindMemory,
  kindRegister,
  kindRounding,
  type OperandSlot,
} from './operand-slot.ts'
import type { KnownRegister, RegisterNames } from './register-names.ts'

/** Of symbols equated to one another, before a register is given up. */
const longestChain = 100

export class OperandReader {
  readonly #assembler: Assembler
  readonly #registers: RegisterNames
  hasNakedRegisters: boolean

  constructor(assembler: Assembler, registers: RegisterNames) {
    this.#assembler = assembler
    this.#registers = registers
    this.hasNakedRegisters = assembler.options.nakedRegisters === true
  }

  /** Reads one operand; -1 where it is faulty (and said so), else where it ends. */
  read(slot: OperandSlot, start: number, end: number): number {
    const a = this.#assembler
    const { bytes } = a
    slot.clear(start)
    let at = start
    let c = bytes[at] as number
    if (c === 42) {
      slot.flags |= flagIndirect
      at++
      while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
      c = bytes[at] as number
    }
    if (c === 37) {
      const known = this.#registerOrFault(at + 1, end)
      return known ? this.#registerOrSegment(slot, known, this.#registers.end, end) : -1
    }
    if (c === 36) {
      at++
      a.reader.read(bytes, at, end)
      if (a.reader.isFaulty) return -1
      slot.kind = kindImmediate
      if (a.reader.kind === expressionMissing || a.reader.kind === expressionRegister) {
        a.error('missing-operand', "a number or a symbol is expected behind '$'", start, Math.max(a.reader.end, start + 1))
        return -1
      }
      this.#takeValue(slot)
      return a.reader.end
    }
    if (c === 123) {
      const close = bytes.indexOf(125, at)
      const name =
        close < 0 || close >= end
          ? ''
          : bytesToText(bytes.subarray(at + 1, close))
              .trim()
              .toLowerCase()
      if (/^(r[nduz]-sae|sae)$/.test(name)) {
        slot.kind = kindRounding
        slot.rounding = name
        return close + 1
      }
    }
    if (this.hasNakedRegisters && nameBytes[c] === 1) {
      const known = this.#registers.at(bytes, at, end)
      if (known) return this.#registerOrSegment(slot, known, this.#registers.end, end)
    }
    return this.#memory(slot, at, end)
  }

  /** A register operand, or the address behind `%fs:`; `after` is where the register's name ends. */
  #registerOrSegment(slot: OperandSlot, known: KnownRegister, after: number, end: number): number {
    const { bytes } = this.#assembler
    let at = after
    while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
    if (bytes[at] !== 58 || at >= end || known.register.class !== 'segment') return this.#registerOperand(slot, known, at, end)
    slot.segment = known.register
    slot.segmentId = known.id
    at++
    while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
    if (bytes[at] === 42) {
      // `%fs:*foo` is written by some in place of `*%fs:foo`.
      slot.flags |= flagIndirect
      at++
    }
    return this.#memory(slot, at, end)
  }

  #registerOperand(slot: OperandSlot, known: KnownRegister, at: number, end: number): number {
    slot.kind = kindRegister
    slot.register = known.register
    slot.registerId = known.id
    slot.registerGroup = known.group
    return this.#decorations(slot, at, end)
  }

  #registerOrFault(at: number, end: number): KnownRegister | undefined {
    const a = this.#assembler
    const known = this.#registers.at(a.bytes, at, end)
    if (known) return known
    const name = bytesToText(a.bytes.subarray(at, this.#registers.end))
    const meant = suggestRegister(name)
    a.error('unknown-register', `there is no register '%${name}'`, at - 1, Math.max(this.#registers.end, at), {
      ...(meant && { fix: { message: `did you mean '%${meant}'?`, span: a.span(at, this.#registers.end), replacement: meant } }),
    })
    return undefined
  }

  #takeValue(slot: OperandSlot): void {
    const { reader } = this.#assembler
    slot.valueKind = reader.kind
    slot.constant = reader.constant
    slot.add = reader.add
    slot.sub = reader.sub
    slot.operator = reader.operator
    slot.tree = undefined
    if (reader.kind === expressionTree) {
      slot.tree = reader.expression
      if (slot.tree.kind === 'constant' && isBignum(slot.tree.value)) {
        this.#assembler.error('number-too-big', 'no instruction takes a number of more than 64 bits', slot.start, reader.end)
      }
      const value = this.#assembler.evaluation.evaluate(slot.tree)
      if (value && !value.add && !value.sub) slot.tree = { kind: 'constant', value: value.constant }
      else if (value?.add?.name === '_GLOBAL_OFFSET_TABLE_') {
        slot.valueKind = expressionLinear
        slot.add = value.add
        slot.sub = value.sub
        slot.constant = Number(value.constant)
        slot.tree = undefined
      }
    }
  }

  /** `[segment:] [displacement] [(base, index, scale)]`, decorations. */
  #memory(slot: OperandSlot, start: number, end: number): number {
    const a = this.#assembler
    const { bytes } = a
    slot.kind = kindMemory
    let at = start
    if (at < end && !(bytes[at] === 40 && this.#isBaseAt(at, end))) {
      a.reader.read(bytes, at, end)
      if (a.reader.isFaulty) return -1
      if (a.reader.kind === expressionRegister) {
        const known = this.#registers.named(a.reader.registerName)
        if (!known) {
          a.error('unknown-register', `there is no register '%${a.reader.registerName}'`, start, a.reader.end)
          return -1
        }
        at = a.reader.end
        while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
        if (bytes[at] === 58 && at < end && known.register.class === 'segment' && !slot.segment) {
          slot.segment = known.register
          slot.segmentId = known.id
          return this.#memory(slot, at + 1, end)
        }
        return this.#registerOperand(slot, known, at, end)
      }
      if (a.reader.kind === expressionMissing) {
        const wrong = a.reader.end
        if (wrong >= end || bytes[wrong] === 44) a.error('missing-operand', 'an operand is expected here', start, Math.max(end, start + 1))
        else a.error('bad-operand', `an operand cannot begin with '${String.fromCharCode(bytes[wrong] as number)}'`, start, end)
        return -1
      }
      this.#takeValue(slot)
      at = a.reader.end
      while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
    }
    if (at < end && bytes[at] === 40) {
      const open = at
      slot.flags |= flagParentheses
      at++
      while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
      if (bytes[at] === 41 && at < end) {
        a.error('empty-parentheses', 'no register stands between these parentheses, as in (%ebx)', open, at + 1)
        return -1
      }
      if (bytes[at] !== 44) {
        const known = this.#addressRegister(at, end)
        if (!known) return -1
        slot.base = known.register
        slot.baseId = known.id
        slot.baseGroup = known.baseGroup
        at = this.#registers.end
        while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
      }
      if (bytes[at] === 44 && at < end) {
        at++
        while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
        const isIndex = bytes[at] === 37 || (nameBytes[bytes[at] as number] === 1 && this.#isRegisterName(at, end))
        if (isIndex) {
          const known = this.#addressRegister(at, end)
          if (!known) return -1
          slot.index = known.register
          slot.indexId = known.id
          slot.indexGroup = known.indexGroup
          at = this.#registers.end
          while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
        }
        if (!isIndex && at < end && (bytes[at] === 41 || bytes[at] === 44)) {
          a.error('missing-index', "an index register or a scale is expected after the ','", at, at + 1)
          return -1
        }
        if (bytes[at] === 44 && at < end) {
          at++
          while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
        }
        if (at < end && bytes[at] !== 41) {
          const scaleStart = at
          // `4(%bx,%si, %ax`: the next operand stands in the place of the scale.
          if (bytes[at] === 37 && bytes.subarray(at, end).indexOf(41) < 0) {
            a.error('missing-parenthesis', 'this parenthesis is never closed', open, open + 1)
            return -1
          }
          a.reader.read(bytes, at, end)
          const value = a.reader.kind === expressionMissing ? undefined : a.absoluteOfReader('the scale', scaleStart)
          at = a.reader.end
          if (a.reader.kind === expressionMissing) {
            a.error('bad-scale', 'a scale of 1, 2, 4 or 8 is expected here', scaleStart, end)
            return -1
          }
          if (value === undefined) return -1
          if (value !== 1n && value !== 2n && value !== 4n && value !== 8n) {
            a.error('bad-scale', `the scale can be 1, 2, 4 or 8, not ${value}`, scaleStart, at)
            return -1
          }
          if (!slot.index && value !== 1n)
            a.warn('scale-without-index', `the scale ${value} has no effect without an index register`, scaleStart, at)
          slot.scale = slot.index ? Number(value) : 1
          while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
        }
      }
      if (at >= end || bytes[at] !== 41) {
        a.error('missing-parenthesis', 'this parenthesis is never closed', open, open + 1)
        return -1
      }
      at++
    }
    return this.#decorations(slot, at, end)
  }

  /** Does the parenthesis at `at` hold base and index, and not an expression? */
  #isBaseAt(at: number, end: number): boolean {
    const { bytes } = this.#assembler
    at++
    while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
    const c = bytes[at] as number
    if (c === 37 || c === 44 || c === 41) return true
    return nameBytes[c] === 1 && this.#isRegisterName(at, end)
  }

  #isRegisterName(at: number, end: number): boolean {
    const a = this.#assembler
    let next = at
    while (next < end && nameBytes[a.bytes[next] as number] !== 0) next++
    const name = bytesToText(a.bytes.subarray(at, next))
    if (this.hasNakedRegisters && this.#registers.named(name)) return true
    return registerNameOf(a.symbols.find(name)) !== undefined
  }

  #addressRegister(at: number, end: number): KnownRegister | undefined {
    const a = this.#assembler
    if (a.bytes[at] === 37) return this.#registerOrFault(at + 1, end)
    let next = at
    while (next < end && nameBytes[a.bytes[next] as number] !== 0) next++
    const name = bytesToText(a.bytes.subarray(at, next))
    const known = this.#aliasedRegister(name) ?? (this.hasNakedRegisters ? this.#registers.named(name) : undefined)
    this.#registers.end = next
    if (!known)
      a.error(
        'expected-register',
        `a register is expected here; '${name || String.fromCharCode(a.bytes[at] as number)}' is none`,
        at,
        Math.max(next, at + 1),
      )
    return known
  }

  /** `{%k1}`, `{z}`, `{1to8}` behind an operand. */
  #decorations(slot: OperandSlot, start: number, end: number): number {
    const a = this.#assembler
    const { bytes } = a
    let at = start
    for (;;) {
      let next = at
      while (next < end && (bytes[next] === 32 || bytes[next] === 9)) next++
      if (next >= end || bytes[next] !== 123) return at
      const close = bytes.indexOf(125, next)
      if (close < 0 || close >= end) {
        a.error('missing-brace', "this '{' is never closed", next, end)
        return -1
      }
      const text = bytesToText(bytes.subarray(next + 1, close))
        .trim()
        .toLowerCase()
      const broadcast = /^1to(2|4|8|16|32)$/.exec(text)
      if (text === 'z') {
        if (slot.flags & flagZeroing) {
          a.error('duplicate-decoration', '{z} stands here twice', next, close + 1)
          return -1
        }
        slot.flags |= flagZeroing
      } else if (broadcast && slot.kind === kindMemory && slot.broadcast === 0) slot.broadcast = Number(broadcast[1])
      else {
        const known = text.startsWith('%') ? this.#registers.named(text.slice(1).trim()) : this.#aliasedRegister(text)
        if (!known || known.register.class !== 'mask' || slot.mask) {
          a.error('bad-decoration', `'{${text}}' cannot stand here; {%k1}, {z} and {1to8} can follow an operand`, next, close + 1)
          return -1
        }
        slot.mask = known.register
        slot.maskId = known.id
      }
      at = close + 1
    }
  }

  #aliasedRegister(name: string): KnownRegister | undefined {
    const register = registerNameOf(this.#assembler.symbols.find(name))
    return register === undefined ? undefined : this.#registers.named(register)
  }
}

/** The register that a symbol stands for by `.equ`, also by way of other symbols. */
function registerNameOf(symbol: AsmSymbol | undefined): string | undefined {
  let named = symbol
  for (let depth = 0; named?.kind === symbolEquated && depth < longestChain; depth++) named = soleSymbol(named.expression)
  return named?.kind === symbolRegister ? named.registerName : undefined
}
