// Fragments: a section's contents before addresses are known. A fragment is a run of fixed bytes followed by at most one
// variable part (a branch of two lengths, an alignment, a fill, an .org, a LEB128 number, bytes made late).
// Enters: what statements emit. Leaves: struct-of-arrays that relax.ts sizes and resolve.ts patches.
// A label is (chain, fragment, offset among the chain's fixed bytes); its address is
// addresses[fragment] + offset - starts[fragment].

import type { InstructionTraits } from './branch-padding/instruction-traits.ts'
import type { Expression } from './expression.ts'
import type { NopStyle } from './nops/code-padding.ts'
import type { Section } from './sections.ts'
import type { AsmSymbol } from './symbols.ts'

export const partNone = 0
/** a: condition of the jcc, with {@link branchOverJump} or without, or 16 of jmp; b: width of the near form's field and {@link branchIn64BitCode}; symbol and r: target symbol + addend. */
export const partBranch = 1
export const branchWidthMask = 7
/** Before the 80386: the near form is the opposite condition over a near jmp. */
export const branchOverJump = 32
/** Only there a branch to another object may go by way of its PLT. */
export const branchIn64BitCode = 8
/** a: exponent of two, b: greatest number of bytes to skip (0: any), detail: {@link AlignDetail}. */
export const partAlign = 2
/** detail: {@link FillDetail}. */
export const partFill = 3
/** detail: {@link OrgDetail}. */
export const partOrg = 4
/** a: 1 if signed; detail: {@link Leb128Detail}, or, with b 1, the symbol subtracted: then the number is symbol - detail + r. */
export const partLeb128 = 5
/** detail: {@link DeferredPart}. */
export const partDeferred = 6
/** Space before a branch or prefixes before another instruction (-malign-branch-…); detail: {@link PaddingDetail}. */
export const partPadding = 7
/** Nops before what must lie in one bundle; detail: {@link BundleDetail}. */
export const partBundle = 8

/** How {@link partAlign} fills: the bytes repeated, or the style of nops (nops/code-padding.ts); neither: zeros. */
export interface AlignDetail {
  readonly fill?: Uint8Array
  readonly style?: NopStyle
}
export interface FillDetail {
  readonly count: Expression
  /** The pattern that is repeated; its length is the unit of `count`. */
  readonly pattern: Uint8Array
  readonly source: number
  readonly at: number
  /** Makes the bytes in place of the pattern (`.nops`). */
  readonly make?: (sizeInBytes: number) => Uint8Array
}
export interface OrgDetail {
  readonly target: Expression
  readonly fill: number
  readonly source: number
  readonly at: number
}
export interface Leb128Detail {
  readonly value: Expression
  readonly source: number
  readonly at: number
}
/**
 * Bytes whose number and contents follow from addresses elsewhere (CFI advances, line programs). `measure` is asked in
 * every pass of relaxation and should not shrink without end; `bytes` when addresses are final.
 */
export interface DeferredPart {
  measure(addressOf: (symbol: AsmSymbol) => number): number
  bytes(addressOf: (symbol: AsmSymbol) => number, sizeInBytes: number): Uint8Array
}
export interface PaddingDetail {
  readonly role: 'branch' | 'fusible' | 'prefix'
  readonly traits: InstructionTraits
  readonly style: NopStyle
  /** How often the prefix can stand before the instruction; 0 of branches. */
  readonly mostPrefixes: number
  readonly prefix: number
}
export interface BundleDetail {
  /** Exponent of the bundle's size. */
  readonly power: number
  /** The fragment and the offset among the chain's fixed bytes where the contents end. */
  last: number
  end: number
  readonly source: number
  readonly at: number
  readonly isSequence: boolean
}
export type PartDetail = AlignDetail | FillDetail | OrgDetail | Leb128Detail | DeferredPart | PaddingDetail | BundleDetail | AsmSymbol

/** One subsection's fragments and fixups. */
export class FragmentChain {
  readonly section: Section
  readonly subsection: number
  /** Fixed bytes of all fragments, one after the other. */
  data = new Uint8Array(256)
  length = 0

  /** Fragments so far; the last is open. */
  count = 1
  starts = new Int32Array(16)
  kinds = new Uint8Array(16)
  a = new Int32Array(16)
  b = new Int32Array(16)
  r = new Float64Array(16)
  symbols: (AsmSymbol | undefined)[] = [undefined]
  details: (PartDetail | undefined)[] = [undefined]
  /** Of branches and LEB128 differences: index of the source and offset in it, for messages. */
  sources = new Int32Array(16)
  places = new Uint32Array(16)
  /** Of branches: relocation operator. */
  operators = new Uint8Array(16)
  /** Set by relaxation: address of the fragment in its section, size of the variable part. */
  addresses = new Float64Array(16)
  sizes = new Float64Array(16)

  fixups = new FixupTable()
  /** Offset of the chain in its section's contents; by relaxation. */
  base = 0

  constructor(section: Section, subsection: number) {
    this.section = section
    this.subsection = subsection
  }

  /** Index of the open fragment. */
  get current(): number {
    return this.count - 1
  }

  reserve(sizeInBytes: number): void {
    if (this.length + sizeInBytes > this.data.length) {
      const data = new Uint8Array(Math.max(this.data.length * 2, this.length + sizeInBytes))
      data.set(this.data.subarray(0, this.length))
      this.data = data
    }
  }

  byte(value: number): void {
    if (this.length === this.data.length) this.reserve(1)
    this.data[this.length++] = value
  }

  bytes(bytes: Uint8Array): void {
    const count = bytes.length
    this.reserve(count)
    const { data, length } = this
    // A call of `set` costs more than a few bytes do.
    if (count <= 16) for (let i = 0; i < count; i++) data[length + i] = bytes[i] as number
    else data.set(bytes, length)
    this.length = length + count
  }

  /** The bytes [start, end) of others. */
  slice(bytes: Uint8Array, start: number, end: number): void {
    this.reserve(end - start)
    const { data } = this
    let to = this.length
    for (let at = start; at < end; at++) data[to++] = bytes[at] as number
    this.length = to
  }

  /** Little-endian, `value` an integer within ±2^53. */
  number(value: number, sizeInBytes: number): void {
    this.reserve(sizeInBytes)
    let low = value | 0
    if (value < -0x80000000 || value > 0x7fffffff) low = Number(BigInt.asIntN(32, BigInt(value)))
    for (let i = 0; i < sizeInBytes && i < 4; i++) this.data[this.length++] = low >> (8 * i)
    if (sizeInBytes > 4) {
      const high = Math.floor(value / 0x100000000)
      const sign = value < 0 ? 255 : 0
      for (let i = 4; i < sizeInBytes; i++) this.data[this.length++] = i < 8 ? high >> (8 * (i - 4)) : sign
    }
  }

  /** Little-endian, any width. */
  bigNumber(value: bigint, sizeInBytes: number): void {
    this.reserve(sizeInBytes)
    for (let i = 0; i < sizeInBytes; i++) {
      this.data[this.length++] = Number(value & 255n)
      value >>= 8n
    }
  }

  /** A LEB128 number (DWARF 5 §7.6), `value` an integer up to 2^53, and from -2^53 on if it is signed. */
  leb128(value: number, isSigned: boolean): void {
    let rest = value
    for (const last = isSigned ? 63 : 127; rest > last; rest = Math.floor(rest / 128)) this.byte((rest % 128) + 128)
    for (; rest < -64; rest = Math.floor(rest / 128)) this.byte((rest - Math.floor(rest / 128) * 128) | 128)
    this.byte(rest & 127)
  }

  /** Closes the open fragment with a variable part and opens the next; returns the index of the one closed. */
  close(kind: number, a: number, b: number, r: number, symbol: AsmSymbol | undefined, detail: PartDetail | undefined): number {
    const i = this.count - 1
    if (this.count + 1 >= this.starts.length) this.#grow()
    this.kinds[i] = kind
    this.a[i] = a
    this.b[i] = b
    this.r[i] = r
    this.symbols[i] = symbol
    this.details[i] = detail
    this.starts[this.count] = this.length
    this.count++
    this.symbols.push(undefined)
    this.details.push(undefined)
    return i
  }

  #grow(): void {
    const length = this.starts.length * 2
    this.starts = copyInto(new Int32Array(length), this.starts)
    this.kinds = copyInto(new Uint8Array(length), this.kinds)
    this.a = copyInto(new Int32Array(length), this.a)
    this.b = copyInto(new Int32Array(length), this.b)
    this.r = copyInto(new Float64Array(length), this.r)
    this.sources = copyInto(new Int32Array(length), this.sources)
    this.places = copyInto(new Uint32Array(length), this.places)
    this.operators = copyInto(new Uint8Array(length), this.operators)
    this.addresses = new Float64Array(length)
    this.sizes = new Float64Array(length)
  }
}

/** What a fixup's field is, in `FixupTable.flags`. */
export const fixupPcRelative = 1
export const fixupSigned = 2
export const fixupBranch = 4
export const fixupGotRelaxable = 8
export const fixupGotRelaxableRex = 16
/** A field of data, not of an instruction. */
export const fixupData = 32
/** A GOT-relaxable operand without a base register: the address of the GOT entry itself, which only GOT32X can express (i386 psABI). */
export const fixupGotWithoutBase = 64
/** Of an instruction of 64-bit code, where fields of 32 bits are extended to 64. */
export const fixupIn64BitCode = 128
/** Of instructions, never kept: the table's address is relative to the instruction (psABI: GOTPC), not to the field. */
export const fixupGotFromStart = 256

/** Fields whose value is known only when symbols are: struct of arrays, in the order emitted. */
export class FixupTable {
  count = 0
  fragments = new Int32Array(16)
  /** Offset among the chain's fixed bytes. */
  offsets = new Int32Array(16)
  sizes = new Uint8Array(16)
  flags = new Uint8Array(16)
  /** Index of the relocation operator (relocation-operators.ts); 0: none. */
  operators = new Uint8Array(16)
  add: (AsmSymbol | undefined)[] = []
  sub: (AsmSymbol | undefined)[] = []
  addends = new Float64Array(16)
  /** Of a pc-relative field: from its offset to the end of the instruction. */
  tails = new Uint8Array(16)
  /** disp8*N: the divisor. */
  divisors = new Uint8Array(16)
  /** A value beyond `add - sub + addend`. */
  expressions: (Expression | undefined)[] = []
  /** Index of the source and offset in it, for messages. */
  sources = new Int32Array(16)
  places = new Uint32Array(16)

  append(
    fragment: number,
    offset: number,
    sizeInBytes: number,
    flags: number,
    operator: number,
    add: AsmSymbol | undefined,
    sub: AsmSymbol | undefined,
    addend: number,
    expression: Expression | undefined,
    source: number,
    place: number,
  ): number {
    const i = this.count++
    if (i === this.offsets.length) this.#grow()
    this.fragments[i] = fragment
    this.offsets[i] = offset
    this.sizes[i] = sizeInBytes
    this.flags[i] = flags
    this.operators[i] = operator
    this.add.push(add)
    this.sub.push(sub)
    this.addends[i] = addend
    this.tails[i] = 0
    this.divisors[i] = 1
    this.expressions.push(expression)
    this.sources[i] = source
    this.places[i] = place
    return i
  }

  #grow(): void {
    const length = this.offsets.length * 2
    this.fragments = copyInto(new Int32Array(length), this.fragments)
    this.offsets = copyInto(new Int32Array(length), this.offsets)
    this.sizes = copyInto(new Uint8Array(length), this.sizes)
    this.flags = copyInto(new Uint8Array(length), this.flags)
    this.operators = copyInto(new Uint8Array(length), this.operators)
    this.addends = copyInto(new Float64Array(length), this.addends)
    this.tails = copyInto(new Uint8Array(length), this.tails)
    this.divisors = copyInto(new Uint8Array(length), this.divisors)
    this.sources = copyInto(new Int32Array(length), this.sources)
    this.places = copyInto(new Uint32Array(length), this.places)
  }
}

function copyInto<T extends Uint8Array | Int32Array | Uint32Array | Float64Array>(fresh: T, old: T): T {
  fresh.set(old)
  return fresh
}

/** Bytes of the near form of a branch: E9 rel, 0F 8x rel, 7x 03 E9 rel. */
export function nearSize(chain: FragmentChain, i: number): number {
  const opcode = chain.a[i] as number
  return (opcode === 16 ? 1 : opcode < branchOverJump ? 2 : 3) + ((chain.b[i] as number) & branchWidthMask)
}
