// Names that mean something to the preprocessor, found by their bytes without making a string.
// Enters: bytes of a source. Leaves: the one node of a name, or the answer that the name means nothing.
//
// A node is a piece of one array of words: what is known of the name, and its bytes behind that, so that looking a name up
// touches one or two cache lines. Nodes are numbered by their offset in that array; 0 is none.

import { textOf } from './byte-text.ts'

/** What a name is besides a possible macro. */
export const role = { ordinary: 0, variadicArguments: 1, variadicOption: 2, defined: 3 } as const

const hashWord = 0
const lengthWord = 1
/** The number of its macro, 0 for none. */
const macroWord = 2
/** Greater than 0 while its macro is being expanded. */
const disabledWord = 3
/** 1-based index among the parameters of the macro whose body is being read. */
const parameterWord = 4
const bitsWord = 5
const nodeHead = 6

const roleBits = 7
const poisonedBit = 8
/** Copying a line of text must stop here: macros, poisoned names, operators. */
const stopBit = 16
/** Above these bits: the number of the directive that the name is behind a `#`, 0 for none. */
const directiveShift = 8

export class NameTable {
  // Small, so that both grow before V8 compiles what enters a name: a branch that ran never costs a second compilation.
  #words = new Int32Array(256)
  #bytes = new Uint8Array(this.#words.buffer)
  #end = nodeHead
  /** Hash and node side by side: a name that only shares the slot is passed without touching its node. */
  #slots = new Int32Array(128)
  #count = 0
  /** Told of each new name; looks whether it is predefined. */
  onEnter: ((node: number) => void) | undefined

  /** The node of a known name, 0 for an unknown one. `hash` must come from {@link hashStep}. */
  find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const slots = this.#slots
    const words = this.#words
    const pool = this.#bytes
    const mask = slots.length - 2
    const length = end - start
    let slot = ((hash ^ (hash >>> 15)) << 1) & mask
    for (;;) {
      const node = slots[slot + 1] as number
      if (node === 0) return 0
      if (slots[slot] === hash && words[node + lengthWord] === length) {
        const at = (node + nodeHead) << 2
        let k = 0
        while (k < length && pool[at + k] === bytes[start + k]) k++
        if (k === length) return node
      }
      slot = (slot + 2) & mask
    }
  }

  /** The node of the name spelled by bytes, entered if it is new. */
  internBytes(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0
    for (let i = start; i < end; i++) hash = hashStep(hash, bytes[i] as number)
    return this.internHashed(hash, bytes, start, end)
  }

  internHashed(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const node = this.find(hash, bytes, start, end)
    return node !== 0 ? node : this.#enter(hash, bytes, start, end)
  }

  /** As {@link find}; a new name that may be predefined is entered. */
  findOrDefine(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const node = this.find(hash, bytes, start, end)
    return node !== 0 || bytes[start] !== 0x5f ? node : this.#enter(hash, bytes, start, end)
  }

  intern(name: string): number {
    const bytes = new Uint8Array(name.length)
    for (let i = 0; i < name.length; i++) bytes[i] = name.charCodeAt(i)
    return this.internBytes(bytes, 0, bytes.length)
  }

  macro(node: number): number {
    return this.#words[node + macroWord] as number
  }

  setMacro(node: number, macro: number): void {
    this.#words[node + macroWord] = macro
    this.#updateStop(node)
  }

  role(node: number): number {
    return (this.#words[node + bitsWord] as number) & roleBits
  }

  setRole(node: number, newRole: number): void {
    this.#words[node + bitsWord] = ((this.#words[node + bitsWord] as number) & ~roleBits) | newRole
    this.#updateStop(node)
  }

  isPoisoned(node: number): boolean {
    return ((this.#words[node + bitsWord] as number) & poisonedBit) !== 0
  }

  poison(node: number): void {
    this.#words[node + bitsWord] = (this.#words[node + bitsWord] as number) | poisonedBit
    this.#updateStop(node)
  }

  directive(node: number): number {
    return (this.#words[node + bitsWord] as number) >> directiveShift
  }

  setDirective(node: number, number: number): void {
    this.#words[node + bitsWord] = ((this.#words[node + bitsWord] as number) & ((1 << directiveShift) - 1)) | (number << directiveShift)
  }

  isStop(node: number): boolean {
    return ((this.#words[node + bitsWord] as number) & stopBit) !== 0
  }

  /** Poisoned, or more than a name: its use must be looked at. */
  isSpecial(node: number): boolean {
    return ((this.#words[node + bitsWord] as number) & (roleBits | poisonedBit)) !== 0
  }

  isDisabled(node: number): boolean {
    return (this.#words[node + disabledWord] as number) > 0
  }

  /** Once more (1) or once less (-1) being expanded. */
  disable(node: number, by: number): void {
    this.#words[node + disabledWord] = (this.#words[node + disabledWord] as number) + by
  }

  parameter(node: number): number {
    return this.#words[node + parameterWord] as number
  }

  setParameter(node: number, index: number): void {
    this.#words[node + parameterWord] = index
  }

  /** Spelling; most names of a header are never printed. */
  name(node: number): string {
    const start = (node + nodeHead) << 2
    return textOf(this.#bytes, start, start + (this.#words[node + lengthWord] as number))
  }

  length(node: number): number {
    return this.#words[node + lengthWord] as number
  }

  firstByte(node: number): number {
    return this.#bytes[(node + nodeHead) << 2] as number
  }

  /** Writes the spelling to `target`, which has room for it. */
  copyTo(node: number, target: Uint8Array, offset: number): void {
    const bytes = this.#bytes
    const length = this.#words[node + lengthWord] as number
    const start = (node + nodeHead) << 2
    for (let i = 0; i < length; i++) target[offset + i] = bytes[start + i] as number
  }

  /** All names in the order in which they were entered. */
  nodes(): number[] {
    const nodes: number[] = []
    for (let node = nodeHead; node < this.#end; node = this.#after(node)) nodes.push(node)
    return nodes
  }

  #after(node: number): number {
    return node + nodeHead + (((this.#words[node + lengthWord] as number) + 3) >> 2)
  }

  /** To be called whenever a name begins or ceases to mean something in text. */
  #updateStop(node: number): void {
    const words = this.#words
    const bits = words[node + bitsWord] as number
    const own = bits & roleBits
    const isStop = words[node + macroWord] !== 0 || (bits & poisonedBit) !== 0 || (own !== role.ordinary && own !== role.defined)
    words[node + bitsWord] = isStop ? bits | stopBit : bits & ~stopBit
  }

  #enter(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const length = end - start
    const node = this.#end
    const next = node + nodeHead + ((length + 3) >> 2)
    if (next > this.#words.length) {
      const words = new Int32Array(Math.max(this.#words.length * 4, next))
      words.set(this.#words)
      this.#words = words
      this.#bytes = new Uint8Array(words.buffer)
    }
    const pool = this.#bytes
    const at = (node + nodeHead) << 2
    for (let i = 0; i < length; i++) pool[at + i] = bytes[start + i] as number
    this.#words[node + hashWord] = hash
    this.#words[node + lengthWord] = length
    this.#end = next
    this.#count++
    if (this.#count * 4 > this.#slots.length) this.#growSlots()
    else this.#place(hash, node)
    this.onEnter?.(node)
    return node
  }

  #place(hash: number, node: number): void {
    const slots = this.#slots
    const mask = slots.length - 2
    let slot = ((hash ^ (hash >>> 15)) << 1) & mask
    while (slots[slot + 1] !== 0) slot = (slot + 2) & mask
    slots[slot] = hash
    slots[slot + 1] = node
  }

  #growSlots(): void {
    this.#slots = new Int32Array(this.#slots.length * 4)
    for (let node = nodeHead; node < this.#end; node = this.#after(node)) this.#place(this.#words[node + hashWord] as number, node)
  }
}

export function hashStep(hash: number, byte: number): number {
  return (Math.imul(hash, 0x01000193) ^ byte) | 0
}
