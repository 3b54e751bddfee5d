// Instructions: a statement's operands, and its bytes by way of the encoder of @kernelbox/x86.
// Enters: the bytes of a statement. Leaves: bytes, fixups and relaxable branches in the current section.
// Encodings are kept as templates by (mnemonic, prefixes, registers, classes of numbers, mode): a large source has
// hundreds of thousands of instructions and a few thousand templates. AT&T syntax: GNU as manual §9.16.3.

import { bytesToText } from '@kernelbox/diagnostics'
import {
  type EncodedField,
  type Encoding,
  encodeInstruction,
  findRegister,
  type ImmediateOperand,
  isPrefix,
  type MemoryOperand,
  type Operand,
  type Register,
  rowsOf,
  type Value,
  valueClass,
} from '@kernelbox/x86'
import type { Assembler } from './assembler.ts'
import type { Expression } from './expression.ts'
import {
  expressionConstant,
  expressionLinear,
  expressionMissing,
  expressionRegister,
  expressionTree,
  nameBytes,
} from './expression-reader.ts'
import {
  type FragmentChain,
  fixupBranch,
  fixupGotRelaxable,
  fixupGotRelaxableRex,
  fixupPcRelative,
  fixupSigned,
  partBranch,
} from './fragments.ts'
import { reportEncodeFailure, reportEncodeWarning, suggestRegister } from './messages.ts'
import { relocationOperators } from './relocation-operators.ts'
import { type AsmSymbol, symbolRegister } from './symbols.ts'

const kindRegister = 1
const kindImmediate = 2
const kindMemory = 3
const kindRounding = 4

const flagIndirect = 1
const flagParentheses = 2
const flagZeroing = 4

const operatorPlt = relocationOperators.indexOf('PLT')

const mostOperands = 6

/** Operands of the statement being read; used again for each. */
class OperandSlot {
  kind = 0
  register: Register | undefined = undefined
  registerId = 0
  /** Stand for all registers that differ in three bits of the encoding only; see KnownRegister. */
  registerGroup = 0
  baseGroup = 0
  indexGroup = 0
  segment: Register | undefined = undefined
  segmentId = 0
  base: Register | undefined = undefined
  baseId = 0
  index: Register | undefined = undefined
  indexId = 0
  scale = 1
  flags = 0
  mask: Register | undefined = undefined
  maskId = 0
  broadcast = 0
  rounding = ''
  /** expressionMissing: no number. */
  valueKind = 0
  constant = 0
  add: AsmSymbol | undefined = undefined
  sub: AsmSymbol | undefined = undefined
  tree: Expression | undefined = undefined
  operator = 0
  start = 0
  end = 0

  clear(start: number): void {
    this.kind = 0
    this.register = undefined
    this.registerId = 0
    this.registerGroup = 0
    this.baseGroup = 0
    this.indexGroup = 0
    this.segment = undefined
    this.segmentId = 0
    this.base = undefined
    this.baseId = 0
    this.index = undefined
    this.indexId = 0
    this.scale = 1
    this.flags = 0
    this.mask = undefined
    this.maskId = 0
    this.broadcast = 0
    this.rounding = ''
    this.valueKind = expressionMissing
    this.constant = 0
    this.add = undefined
    this.sub = undefined
    this.tree = undefined
    this.operator = 0
    this.start = start
    this.end = start
  }
}

interface Template {
  readonly key: Int32Array
  readonly encoding: Encoding
  /** Registers to put into the bytes, packed by {@link patchesOf}; undefined: the key names each register. */
  readonly patches: Int32Array | undefined
}

interface KnownRegister {
  readonly register: Register
  readonly id: number
  /** As operand, base, index: the id, or one number for all registers whose encodings differ in three bits only. */
  readonly group: number
  readonly baseGroup: number
  readonly indexGroup: number
}

/** Groups of registers are numbered from here; ids of registers stay below. */
const firstGroup = 0x400
const groupedClasses = ['gpr8', 'gpr16', 'gpr32', 'gpr64', 'xmm']

/** Registers that share the need of REX and the REX bits; `id` for those that share with no other. */
function groupOf(register: Register, id: number): number {
  const index = groupedClasses.indexOf(register.class)
  if (index < 0 || register.number > 15 || (register.rex === 'needed' && register.number < 4)) return id
  return firstGroup + index * 4 + (register.rex === 'needed' ? 3 : register.rex === 'forbidden' ? 2 : register.number >> 3)
}

/** %rsp, %rbp, %r12 and %r13 as a base have forms of their own (SDM vol. 2 table 2-5), %rsp is no index. */
function addressGroupOf(register: Register, id: number, isBase: boolean): number {
  if (register.class !== 'gpr32' && register.class !== 'gpr64') return id
  const low = register.number & 7
  return isBase ? (low === 4 || low === 5 ? id : groupOf(register, id)) : register.number === 4 ? id : groupOf(register, id)
}

/** Bit n: some form of the mnemonic is for register number n only (accumulator, count in cl, port in dx). */
function fixedNumbers(mnemonic: string): number {
  if (/[.,]/.test(mnemonic)) return 0xff
  let mask = 0
  for (const name of [mnemonic, mnemonic.slice(0, -1)]) {
    for (const row of rowsOf(name) ?? []) {
      if (row.flags.has('nopair')) mask |= 1
      for (const spec of row.operands) if (spec.fixedNumber >= 0) mask |= 1 << (spec.fixedNumber & 7)
    }
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

export class Instructions {
  readonly #assembler: Assembler
  readonly slots: OperandSlot[] = Array.from({ length: mostOperands }, () => new OperandSlot())
  operandCount = 0
  mnemonic = ''
  readonly prefixes: string[] = []
  mnemonicStart = 0
  mnemonicEnd = 0
  hasNakedRegisters = false
  #registers = new Map<number, KnownRegister | null>()
  #registersByName = new Map<string, KnownRegister | null>()
  #mnemonics: (MnemonicWord | undefined)[] = new Array<MnemonicWord | undefined>(2048).fill(undefined)
  readonly #mnemonicsByText = new Map<string, MnemonicWord>()
  readonly #templates = new Map<number, Template[]>()
  readonly #key = new Int32Array(128)
  #epoch = 0
  #word: MnemonicWord = { text: '', id: 0, isPrefix: false, fixed: 0xff }
  /** Does the encoder decide by more than groups of registers (-O, -mlfence-…)? */
  #needsEachRegister = false
  /** Where the instruction before ended, for -mlfence- guards. */
  #lastEnd = -1
  #lastChain: FragmentChain | undefined = undefined
  #lastWasPrefix = false
  readonly #epochs = new Map<string, number>()

  constructor(assembler: Assembler) {
    this.#assembler = assembler
    this.optionsChanged()
    this.hasNakedRegisters = assembler.options.nakedRegisters === true
  }

  /** After anything that the encoder's options depend on; templates of former options stay usable for them. */
  optionsChanged(): void {
    const { isa, ...rest } = this.#assembler.encode
    const text = `${JSON.stringify(rest)} ${isa ? [...isa].join(' ') : ''}`
    let epoch = this.#epochs.get(text)
    if (epoch === undefined) this.#epochs.set(text, (epoch = this.#epochs.size))
    this.#epoch = epoch
    const { optimize, sse2avx, lfenceAfterLoad, lfenceBeforeIndirectBranch, lfenceBeforeRet } = rest
    this.#needsEachRegister = Boolean(optimize || sse2avx || lfenceAfterLoad || lfenceBeforeIndirectBranch || lfenceBeforeRet)
  }

  /** Assembles the instruction at [start, end). */
  assemble(start: number, end: number): void {
    const a = this.#assembler
    const { bytes } = a
    const key = this.#key
    let keyLength = 1
    let at = start
    this.prefixes.length = 0
    this.operandCount = 0
    // Prefixes and the mnemonic.
    for (;;) {
      if (at < end && bytes[at] === 123) {
        const close = bytes.indexOf(125, at)
        if (close < 0 || close >= end) {
          a.error('missing-brace', "this '{' is never closed", at, end)
          return
        }
        const name = bytesToText(bytes.subarray(at, close + 1))
          .toLowerCase()
          .replace(/[ \t]/g, '')
        const word = this.#wordOf(name)
        if (!word.isPrefix) {
          a.error('unknown-prefix', `there is no prefix '${name}'`, at, close + 1)
          return
        }
        this.prefixes.push(name)
        key[keyLength++] = word.id
        at = close + 1
        while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
        if (at >= end) {
          a.error('prefix-alone', `an instruction is expected behind '${name}'`, start, end)
          return
        }
        continue
      }
      let wordEnd = at
      while (wordEnd < end && (nameBytes[bytes[wordEnd] as number] as number) !== 0) wordEnd++
      if (wordEnd === at) {
        a.junk(at)
        return
      }
      const word = this.#wordAt(bytes, at, wordEnd)
      let next = wordEnd
      while (next < end && (bytes[next] === 32 || bytes[next] === 9)) next++
      if (word.isPrefix && next < end && this.prefixes.length < 15 && this.#mayFollowPrefix(bytes, next)) {
        this.prefixes.push(word.text)
        key[keyLength++] = word.id
        if (bytes[next] === 47) {
          next++
          while (next < end && (bytes[next] === 32 || bytes[next] === 9)) next++
        }
        at = next
        continue
      }
      this.#word = word
      this.mnemonic = word.text
      this.mnemonicStart = at
      this.mnemonicEnd = wordEnd
      key[keyLength++] = -word.id - 1
      at = next
      // jne,pt and jne,pn: a hint for the processor, a segment prefix in the bytes.
      if (bytes[at] === 44 && at + 2 < end + 0 && bytes[at + 1] === 112 && (bytes[at + 2] === 116 || bytes[at + 2] === 110)) {
        const hint = bytes[at + 2] === 116 ? 'ds' : 'cs'
        this.prefixes.push(hint)
        key[keyLength++] = this.#wordOf(hint).id
        at += 3
      }
      break
    }
    // Operands.
    while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
    if (at < end) {
      for (;;) {
        if (this.operandCount === mostOperands) {
          a.error('too-many-operands', 'no instruction has so many operands', start, end)
          return
        }
        const slot = this.slots[this.operandCount++] as OperandSlot
        at = this.#operand(slot, at, end)
        if (at < 0) return
        slot.end = at
        while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
        if (at >= end) break
        if (bytes[at] !== 44) {
          a.junk(at)
          return
        }
        at++
        while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
        if (at >= end) {
          a.error('missing-operand', 'an operand is expected behind the comma', end - 1, end)
          return
        }
      }
    }
    this.#emitStatement(keyLength)
  }

  /** `rep movsb`, `cs rep/outsb`; `lock` alone, or a symbol named like a prefix, is not followed by an instruction. */
  #mayFollowPrefix(bytes: Uint8Array, at: number): boolean {
    const c = bytes[at] as number
    return nameBytes[c] === 1 || c === 123 || c === 47
  }

  #wordAt(bytes: Uint8Array, start: number, end: number): MnemonicWord {
    let hash = 0
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0
    const slot = hash & 2047
    const cached = this.#mnemonics[slot]
    if (cached && cached.text.length === end - start) {
      let i = 0
      while (i < end - start && cached.text.charCodeAt(i) === bytes[start + i]) i++
      if (i === end - start) return cached
    }
    const word = this.#wordOf(bytesToText(bytes.subarray(start, end)).toLowerCase())
    this.#mnemonics[slot] = word
    return word
  }

  #wordOf(text: string): MnemonicWord {
    let word = this.#mnemonicsByText.get(text)
    if (!word) this.#mnemonicsByText.set(text, (word = { text, id: this.#mnemonicsByText.size + 1, isPrefix: isPrefix(text), fixed: -1 }))
    return word
  }

  /** The register whose name begins at `at` (behind `%`); its end is left in `registerEnd`. */
  registerEnd = 0

  registerAt(first: number, end: number): KnownRegister | undefined {
    const { bytes } = this.#assembler
    let at = first
    while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
    let packed = 0
    let next = at
    while (next < end) {
      const c = bytes[next] as number
      const kind = nameBytes[c] as number
      if (kind === 0 || c === 46 || c === 36) break
      packed = packed * 128 + (c | (kind === 1 ? 32 : 0)) - 32
      next++
    }
    if (next - at === 2 && next < end && (bytes[next] === 40 || bytes[next] === 32)) {
      // %st(1), also with blanks.
      const name = bytesToText(bytes.subarray(at, next)).toLowerCase()
      if (name === 'st') {
        const rest = /^st[ \t]*\([ \t]*([0-7])[ \t]*\)/i.exec(bytesToText(bytes.subarray(at, Math.min(end, at + 24))))
        if (rest) {
          this.registerEnd = at + rest[0].length
          return this.#registerNamed(`st(${rest[1]})`)
        }
      }
    }
    this.registerEnd = next
    if (next - at > 7 || next === at) return next === at ? undefined : this.#registerNamed(bytesToText(bytes.subarray(at, next)))
    let known = this.#registers.get(packed)
    if (known === undefined) {
      known = this.#registerNamed(bytesToText(bytes.subarray(at, next))) ?? null
      this.#registers.set(packed, known)
    }
    return known ?? undefined
  }

  #registerNamed(name: string): KnownRegister | undefined {
    const lower = name.toLowerCase()
    let known = this.#registersByName.get(lower)
    if (known === undefined) {
      const register = findRegister(lower)
      const id = this.#registersByName.size + 1
      known = register
        ? {
            register,
            id,
            group: groupOf(register, id),
            baseGroup: addressGroupOf(register, id, true),
            indexGroup: addressGroupOf(register, id, false),
          }
        : null
      this.#registersByName.set(lower, known)
    }
    return known ?? undefined
  }

  /** Reads one operand; -1 where it is faulty (and said so), else where it ends. */
  #operand(slot: OperandSlot, start: number, end: number): number {
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
      if (!known) return -1
      at = this.registerEnd
      while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
      if (bytes[at] === 58 && at < end && known.register.class === 'segment') {
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
      slot.kind = kindRegister
      slot.register = known.register
      slot.registerId = known.id
      slot.registerGroup = known.group
      return this.#decorations(slot, at, end)
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
      const known = this.registerAt(at, end)
      if (known) {
        at = this.registerEnd
        while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
        if (bytes[at] === 58 && at < end && known.register.class === 'segment') {
          slot.segment = known.register
          slot.segmentId = known.id
          at++
          while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
          if (bytes[at] === 42) {
            slot.flags |= flagIndirect
            at++
          }
          return this.#memory(slot, at, end)
        }
        slot.kind = kindRegister
        slot.register = known.register
        slot.registerId = known.id
        slot.registerGroup = known.group
        return this.#decorations(slot, at, end)
      }
    }
    return this.#memory(slot, at, end)
  }

  #registerOrFault(at: number, end: number): KnownRegister | undefined {
    const known = this.registerAt(at, end)
    if (known) return known
    const a = this.#assembler
    const name = bytesToText(a.bytes.subarray(at, this.registerEnd))
    const meant = suggestRegister(name)
    a.error('unknown-register', `there is no register '%${name}'`, at - 1, Math.max(this.registerEnd, at), {
      ...(meant && { fix: { message: `did you mean '%${meant}'?`, span: a.span(at, this.registerEnd), replacement: meant } }),
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
        const known = this.#registerNamed(a.reader.registerName)
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
        slot.kind = kindRegister
        slot.register = known.register
        slot.registerId = known.id
        slot.registerGroup = known.group
        return this.#decorations(slot, at, end)
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
      if (bytes[at] !== 44 && bytes[at] !== 41) {
        const known = this.#addressRegister(at, end)
        if (!known) return -1
        slot.base = known.register
        slot.baseId = known.id
        slot.baseGroup = known.baseGroup
        at = this.registerEnd
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
          at = this.registerEnd
          while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
        }
        if (bytes[at] === 44 && at < end) {
          at++
          while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
        }
        if (at < end && bytes[at] !== 41) {
          const scaleStart = at
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
    if (this.hasNakedRegisters && this.#registerNamed(name)) return true
    return a.symbols.find(name)?.kind === symbolRegister
  }

  #addressRegister(at: number, end: number): KnownRegister | undefined {
    const a = this.#assembler
    if (a.bytes[at] === 37) return this.#registerOrFault(at + 1, end)
    let next = at
    while (next < end && nameBytes[a.bytes[next] as number] !== 0) next++
    const name = bytesToText(a.bytes.subarray(at, next))
    const symbol = a.symbols.find(name)
    const known =
      symbol?.kind === symbolRegister
        ? this.#registerNamed(symbol.registerName)
        : this.hasNakedRegisters
          ? this.#registerNamed(name)
          : undefined
    this.registerEnd = next
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
        const known = text.startsWith('%') ? this.#registerNamed(text.slice(1).trim()) : this.#aliasedRegister(text)
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
    const symbol = this.#assembler.symbols.find(name)
    return symbol?.kind === symbolRegister ? this.#registerNamed(symbol.registerName) : undefined
  }

  // ---- encoding

  #isCacheable = true

  /** Writes what the encoding depends on behind the words in the key; its length is the result. */
  #completeKey(keyStart: number, isGrouped: boolean): number {
    const key = this.#key
    const { fixed } = this.#word
    let length = keyStart
    key[0] = this.#epoch
    this.#isCacheable = true
    for (let i = 0; i < this.operandCount; i++) {
      const slot = this.slots[i] as OperandSlot
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
    return length
  }

  #hashOf(length: number): number {
    const key = this.#key
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
        if (template.key.length === length && sameKey(template.key, this.#key, length)) return template
      }
    }
    return undefined
  }

  #keep(length: number, encoding: Encoding, patches: Int32Array | undefined): void {
    const hash = this.#hashOf(length)
    const template: Template = { key: this.#key.slice(0, length), encoding, patches }
    const existing = this.#templates.get(hash)
    if (existing) existing.push(template)
    else this.#templates.set(hash, [template])
  }

  #emitStatement(keyStart: number): void {
    const word = this.#word
    if (word.fixed < 0) word.fixed = fixedNumbers(word.text)
    const isGrouped = !this.#needsEachRegister
    let length = this.#completeKey(keyStart, isGrouped)
    let template = this.#isCacheable ? this.#templateOf(length) : undefined
    if (!template && isGrouped && this.#isCacheable) {
      length = this.#completeKey(keyStart, false)
      template = this.#templateOf(length)
    }
    if (template) {
      this.#emit(template.encoding, template.patches)
      return
    }
    const a = this.#assembler
    const result = encodeInstruction({ mnemonic: this.mnemonic, prefixes: this.prefixes.slice(), operands: this.operands() }, a.encode)
    if (!result.ok) {
      reportEncodeFailure(a, this, result.failure)
      return
    }
    const { encoding } = result
    for (const warning of encoding.warnings) reportEncodeWarning(a, this, warning)
    if (this.#isCacheable && encoding.isTemplate && encoding.warnings.length === 0) {
      const patches = isGrouped ? this.#patchesOf(encoding) : undefined
      if (patches) length = this.#completeKey(keyStart, true)
      this.#keep(length, encoding, patches)
    }
    this.#emit(encoding, undefined)
  }

  /** Where the statement's grouped registers go, if each has its place in the bytes: operand, part, shift, offset. */
  #patchesOf(encoding: Encoding): Int32Array | undefined {
    const { registers, relaxation } = encoding
    if (!registers || relaxation) return undefined
    const covers = (operand: number, part: string): boolean => registers.some((place) => place.operand === operand && place.part === part)
    for (let i = 0; i < this.operandCount; i++) {
      const slot = this.slots[i] as OperandSlot
      if (slot.kind === kindRegister) {
        const { number } = slot.register as Register
        const isFixed = slot.registerGroup === slot.registerId || (number < 8 && ((this.#word.fixed >> number) & 1) !== 0)
        if (!isFixed && !covers(i, 'register')) return undefined
      } else if (slot.kind === kindMemory) {
        if (slot.baseGroup !== slot.baseId && !covers(i, 'base')) return undefined
        if (slot.indexGroup !== slot.indexId && !covers(i, 'index')) return undefined
      }
    }
    const patches = new Int32Array(registers.length)
    let count = 0
    for (const { operand, part, offset, shift } of registers) {
      const slot = this.slots[operand] as OperandSlot
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

  operands(): Operand[] {
    const operands: Operand[] = []
    for (let i = 0; i < this.operandCount; i++) {
      const slot = this.slots[i] as OperandSlot
      const isIndirect = (slot.flags & flagIndirect) !== 0
      switch (slot.kind) {
        case kindRegister:
          operands.push({
            kind: 'register',
            register: slot.register as Register,
            ...(isIndirect && { indirect: true }),
            ...(slot.mask && { mask: slot.mask }),
            ...(slot.flags & flagZeroing && { zeroing: true }),
          })
          break
        case kindImmediate:
          operands.push({ kind: 'immediate', value: valueOf(slot) } satisfies ImmediateOperand)
          break
        case kindRounding:
          operands.push({ kind: 'rounding', name: slot.rounding as 'sae' })
          break
        default:
          operands.push({
            kind: 'memory',
            scale: slot.scale as 1,
            hasParentheses: (slot.flags & flagParentheses) !== 0,
            ...(slot.segment && { segment: slot.segment }),
            ...(slot.valueKind !== expressionMissing && { displacement: valueOf(slot) }),
            ...(slot.base && { base: slot.base }),
            ...(slot.index && { index: slot.index }),
            ...(isIndirect && { indirect: true }),
            ...(slot.broadcast && { broadcast: slot.broadcast }),
            ...(slot.mask && { mask: slot.mask }),
            ...(slot.flags & flagZeroing && { zeroing: true }),
          } satisfies MemoryOperand)
      }
    }
    return operands
  }

  #emit(encoding: Encoding, patches: Int32Array | undefined): void {
    const a = this.#assembler
    if (a.section.isAbsolute) {
      // .struct: instructions are measured only.
      a.absoluteLocation += BigInt(encoding.bytes.length)
      return
    }
    const { instrumentation } = a
    for (let i = 0; i < instrumentation.length; i++) instrumentation[i]?.instruction?.()
    const { chain } = a
    const { relaxation } = encoding
    if (relaxation) {
      const field = encoding.fields[0]
      const slot = this.slots[field?.operand ?? 0] as OperandSlot
      if ((slot.operator === 0 || slot.operator === operatorPlt) && slot.valueKind !== expressionMissing) {
        const { short, nearSizeInBytes } = relaxation
        for (let i = 0; i < short.length - 1; i++) chain.byte(short[i] as number)
        let target = slot.add
        let addend = slot.constant
        if (slot.sub || slot.tree) {
          const expression: Expression = slot.tree ?? { kind: 'linear', add: slot.add, sub: slot.sub, addend: BigInt(slot.constant) }
          target = a.symbols.anonymous('target')
          a.equate(target, expression)
          addend = 0
        }
        const opcode = relaxation.kind === 'jmp' ? 16 : relaxation.condition
        const i = chain.close(partBranch, opcode, nearSizeInBytes, addend, target, undefined)
        chain.operators[i] = slot.operator
        chain.sources[i] = a.input.frame?.sourceIndex ?? -1
        chain.places[i] = this.mnemonicStart
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
    if (patches !== undefined) this.#patch(chain.data, start, patches)
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i] as EncodedField
      this.#field(field, start + field.offset, start + bytes.length, false, field.offset)
    }
    if (after) chain.bytes(after)
    this.#lastEnd = chain.length
    this.#lastChain = chain
    this.#lastWasPrefix = fields.length === 0 && this.operandCount === 0 && isPrefix(this.mnemonic)
  }

  /** Puts the statement's registers into the bytes of a template made for others of their groups. */
  #patch(data: Uint8Array, start: number, patches: Int32Array): void {
    for (let i = 0; i < patches.length; i++) {
      const patch = patches[i] as number
      const slot = this.slots[patch & 15] as OperandSlot
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
      `no guard is put before '${this.mnemonic}': what stands before it may belong to it`,
      this.mnemonicStart,
    )
    return true
  }

  /** Fills a field with its constant, or leaves a fixup for it. */
  #field(field: EncodedField, at: number, instructionEnd: number, isAppended: boolean, offset = 0): void {
    const a = this.#assembler
    const { chain } = a
    const slot = this.slots[field.operand] as OperandSlot
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
    let flags = 0
    if (field.isPcRelative) flags |= fixupPcRelative
    if (field.isSigned) flags |= fixupSigned
    if (field.isBranch) flags |= fixupBranch
    if (field.gotRelaxable === 'plain') flags |= fixupGotRelaxable
    else if (field.gotRelaxable === 'rex') flags |= fixupGotRelaxableRex
    let { constant } = slot
    // The table's address relative to the instruction: the field is `offset` bytes behind its beginning (psABI: GOTPC).
    if (slot.add && slot.operator === 0 && !field.isPcRelative && offset > 0 && slot.add.name === '_GLOBAL_OFFSET_TABLE_')
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
      this.mnemonicStart,
    )
    chain.fixups.tails[index] = instructionEnd - at
    if (field.divisor > 1) chain.fixups.divisors[index] = field.divisor
  }
}

function nearWidth(size: 2 | 4): 2 | 4 {
  return size
}

function valueOf(slot: OperandSlot): Value {
  const relocation = slot.operator === 0 ? undefined : relocationOperators[slot.operator]
  let constant: bigint | undefined
  if (slot.operator === 0) {
    if (slot.valueKind === expressionConstant) constant = BigInt(slot.constant)
    else if (slot.tree?.kind === 'constant') constant = slot.tree.value
  }
  return relocation ? { constant, relocation } : { constant }
}

function sameKey(a: Int32Array, b: Int32Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false
  return true
}

function writeBig(data: Uint8Array, at: number, value: bigint, size: number): void {
  for (let i = 0; i < size; i++) {
    data[at + i] = Number(value & 255n)
    value >>= 8n
  }
}
