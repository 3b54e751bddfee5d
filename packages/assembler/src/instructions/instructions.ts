// Instructions: a statement's words and operands, and its bytes by way of the encoder of @kernelbox/x86.
// Enters: the bytes of a statement. Leaves: bytes, fixups and relaxable branches in the current section.
// AT&T syntax: GNU as manual §9.16.3.

import { bytesToText } from '@kernelbox/diagnostics'
import { encodeInstruction, type Encoding, isPrefix, type Operand } from '@kernelbox/x86'
import type { Assembler } from '../assembler.ts'
import { nameBytes } from '../expression-reader.ts'
import { reportEncodeFailure, reportEncodeWarning } from '../messages.ts'
import { OptInWarnings } from '../opt-in-warnings.ts'
import { relocationOperators } from '../relocation-operators.ts'
import { hashOf } from '../symbols.ts'
import { InstructionEmitter } from './instruction-emitter.ts'
import { OperandReader } from './operand-reader.ts'
import { kindMemory, OperandSlot, operandOf } from './operand-slot.ts'
import type { RegisterNames } from './register-names.ts'
import { fixedNumbers, type MnemonicWord, TemplateCache } from './template-cache.ts'

const mostOperands = 6

const operatorGottpoff = relocationOperators.indexOf('GOTTPOFF')
const operatorTlsdesc = relocationOperators.indexOf('TLSDESC')
const operatorTlscall = relocationOperators.indexOf('TLSCALL')

export class Instructions {
  readonly #assembler: Assembler
  readonly slots: OperandSlot[] = Array.from({ length: mostOperands }, () => new OperandSlot())
  operandCount = 0
  mnemonic = ''
  readonly prefixes: string[] = []
  mnemonicStart = 0
  mnemonicEnd = 0
  /** How the statement was encoded that {@link isLearnt} holds for; whoever wants to know clears it before. */
  encoding: Encoding | undefined = undefined
  /** Somebody keeps how the next statement is encoded: no template is needed. */
  isLearnt = false
  #word: MnemonicWord = { text: '', id: 0, isPrefix: false, fixed: 0xff }
  readonly #operands: OperandReader
  readonly #habits: OptInWarnings | undefined
  readonly #templates: TemplateCache
  readonly #emitter: InstructionEmitter
  #mnemonics: (MnemonicWord | undefined)[] = new Array<MnemonicWord | undefined>(2048).fill(undefined)
  readonly #mnemonicsByText = new Map<string, MnemonicWord>()

  constructor(assembler: Assembler, registers: RegisterNames) {
    this.#assembler = assembler
    this.#operands = new OperandReader(assembler, registers)
    this.#templates = new TemplateCache(assembler, this.slots)
    this.#emitter = new InstructionEmitter(assembler, this)
    const asked = assembler.options.optInWarnings
    this.#habits = asked && asked.size > 0 ? new OptInWarnings(assembler, asked) : undefined
    this.optionsChanged()
  }

  /** After anything that the encoder's options depend on. */
  optionsChanged(): void {
    const a = this.#assembler
    a.shortcuts.optionsChanged(this.#templates.optionsChanged(), a.encode, this.needsEachRegister)
  }

  /** Of the last statement's mnemonic, see {@link MnemonicWord}. */
  get fixedNumbers(): number {
    const word = this.#word
    if (word.fixed < 0) word.fixed = fixedNumbers(word.text)
    return word.fixed
  }

  /** Does the encoder decide by more than groups of registers? */
  get needsEachRegister(): boolean {
    return this.#templates.needsEachRegister
  }

  /** `.intel_mnemonic` and its like: may registers stand without `%`? */
  set hasNakedRegisters(value: boolean) {
    this.#operands.hasNakedRegisters = value
    this.#assembler.shortcuts.namesAreRegisters = value
  }

  /** Assembles the instruction at [start, end). */
  assemble(start: number, end: number): void {
    const a = this.#assembler
    const { bytes } = a
    const { key } = this.#templates
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
      // VIA's names: xcrypt-ecb
      if (bytes[wordEnd] === 45 && wordEnd + 1 < end && nameBytes[bytes[wordEnd + 1] as number] === 1) {
        do wordEnd++
        while (wordEnd < end && (nameBytes[bytes[wordEnd] as number] as number) !== 0)
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
        at = this.#operands.read(slot, at, end)
        if (at < 0) return
        slot.end = at
        if (!this.#hasOperandCharacters(slot)) return
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

  /** `=` has no place in an operand, not even in a comparison: GNU as parts operands by their characters first. */
  #hasOperandCharacters(slot: OperandSlot): boolean {
    const a = this.#assembler
    let isQuoted = false
    for (let at = slot.start; at < slot.end; at++) {
      const c = a.bytes[at]
      if (c === 34) isQuoted = !isQuoted
      if (c !== 61 || isQuoted || a.bytes[at - 1] === 39) continue
      a.error('operand-character', "'=' cannot stand in an operand; '.set name, expression' can compare", at, at + 1)
      return false
    }
    return true
  }

  /** `rep movsb`, `cs rep/outsb`; `lock` alone, or a symbol named like a prefix, is not followed by an instruction. */
  #mayFollowPrefix(bytes: Uint8Array, at: number): boolean {
    const c = bytes[at] as number
    return nameBytes[c] === 1 || c === 123 || c === 47
  }

  #wordAt(bytes: Uint8Array, start: number, end: number): MnemonicWord {
    const slot = hashOf(bytes, start, end) & 2047
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

  #emitStatement(wordCount: number): void {
    this.#habits?.instruction(this)
    for (let i = 0; i < this.operandCount; i++) {
      if ((this.slots[i] as OperandSlot).operator !== operatorTlscall) continue
      this.#emitTlsCall(this.slots[i] as OperandSlot)
      return
    }
    const { isLearnt } = this
    const template = isLearnt ? undefined : this.#templates.find(wordCount, this.#word, this.operandCount)
    if (template) {
      this.#emitter.emit(template.encoding, template.patches)
      return
    }
    const a = this.#assembler
    const prefixes = this.prefixes.slice()
    if (a.options.x32 && a.mode === 64 && this.#mayBeRewritten()) prefixes.push('{rex}')
    const result = encodeInstruction({ mnemonic: this.mnemonic, prefixes, operands: this.operands() }, a.encode)
    if (!result.ok) {
      reportEncodeFailure(a, this, result.failure)
      return
    }
    const { encoding } = result
    for (const warning of encoding.warnings) reportEncodeWarning(a, this, warning)
    if (isLearnt) this.encoding = encoding
    else this.#templates.add(wordCount, this.#word, this.operandCount, encoding)
    this.#emitter.emit(encoding, undefined)
  }

  /**
   * `call *name@TLSCALL(%rax)`: the operator marks the instruction for the linker; its operand has no displacement
   * ("TLS descriptors" §3: R_X86_64_TLSDESC_CALL, R_386_TLS_DESC_CALL). Rare enough to go without templates.
   */
  #emitTlsCall(slot: OperandSlot): void {
    const a = this.#assembler
    if (slot.kind !== kindMemory || (!slot.base && !slot.index)) {
      const name = a.is64BitObject ? '%rax' : '%eax'
      a.error('operand-mismatch', `@TLSCALL marks a call through a register: call *name@TLSCALL(${name})`, slot.start, slot.end)
      return
    }
    const operands = this.operands().map((operand, i) =>
      this.slots[i] === slot && operand.kind === 'memory' ? (({ displacement: _none, ...rest }) => rest)(operand) : operand,
    )
    const result = encodeInstruction({ mnemonic: this.mnemonic, prefixes: this.prefixes.slice(), operands }, a.encode)
    if (!result.ok) {
      reportEncodeFailure(a, this, result.failure)
      return
    }
    this.#emitter.emit(result.encoding, undefined)
    const { chain } = a
    const at = chain.length - result.encoding.bytes.length
    const source = a.input.frame?.sourceIndex ?? -1
    chain.fixups.append(chain.count - 1, at, 0, 0, slot.operator, slot.add, slot.sub, slot.constant, slot.tree, source, this.mnemonicStart)
  }

  /** x32: the linker finds the loads of these TLS models by their REX prefix (x86-64 psABI §11.1.2). */
  #mayBeRewritten(): boolean {
    const { operator } = this.slots[0] as OperandSlot
    return this.operandCount === 2 && (operator === operatorGottpoff || operator === operatorTlsdesc)
  }

  operands(): Operand[] {
    return this.slots.slice(0, this.operandCount).map(operandOf)
  }
}
