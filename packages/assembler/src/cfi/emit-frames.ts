// Unwind tables as bytes.
// Enters: the frames of frames.ts, when every address in code is final. Leaves: CIEs and FDEs at the end of .eh_frame or
// .debug_frame, with fixups for the addresses.
// DWARF 4 §6.4.1 and §7.23; LSB Core "Exception Frames". Which frames share a CIE and how each is padded is GNU as 2.40's way.

import { type FragmentChain, fixupData, fixupPcRelative } from '../fragments.ts'
import type { Expression } from '../expression.ts'
import { type AsmSymbol, symbolLabel, type SymbolTable } from '../symbols.ts'
import {
  cfaAdvance,
  cfaDefCfa,
  cfaDefCfaOffset,
  cfaDefCfaRegister,
  cfaEscape,
  cfaLabel,
  cfaOffset,
  cfaRegister,
  cfaRememberState,
  cfaRestore,
  cfaSameValue,
  cfaUndefined,
  cfaValEncodedAddress,
  cfaValOffset,
  cfaWindowSave,
  type Frame,
  type FrameTarget,
} from './frames.ts'
import { encodedSizeInBytes, encodingPcRelative32, isEncodingPcRelative } from './pointer-encoding.ts'

export interface FrameSection {
  /** .eh_frame, else .debug_frame. */
  readonly isEhFrame: boolean
  /** Where the tables go; its section's addresses are final up to here. */
  readonly chain: FragmentChain
  /** Size of an address of the object: 8 for 64-bit, 4 for i386 and x32. */
  readonly addressSizeInBytes: 4 | 8
  /** `--gdwarf-cie-version`: 1 unless said otherwise. */
  readonly version?: 1 | 3 | 4
}

/** A common information entry and what a frame must agree with to use it. */
interface CommonEntry {
  readonly frame: Frame
  /** How many numbers of the frame's instructions the entry has taken. */
  readonly length: number
  readonly offset: number
}

const alignmentOfLastEhFrame = 8

export class FrameEmitter {
  readonly #target: FrameTarget
  readonly #section: FrameSection
  readonly #symbols: SymbolTable
  readonly #chain: FragmentChain
  /** Offset in the section of byte 0 of the chain's fixed bytes, as seen from the open fragment. */
  readonly #origin: number
  /** Newest first: the order in which GNU as looks for one that fits. */
  readonly #entries: CommonEntry[] = []

  constructor(target: FrameTarget, section: FrameSection, symbols: SymbolTable) {
    this.#target = target
    this.#section = section
    this.#symbols = symbols
    const { chain } = section
    this.#chain = chain
    this.#origin = (chain.addresses[chain.current] as number) - (chain.starts[chain.current] as number)
  }

  emit(frames: readonly Frame[]): void {
    const { isEhFrame, addressSizeInBytes } = this.#section
    // .eh_frame entries need no more than 4 bytes, only its end must leave the next object's entries aligned.
    const usual = isEhFrame ? 4 : addressSizeInBytes
    const last = isEhFrame ? Math.min(alignmentOfLastEhFrame, addressSizeInBytes) : usual
    for (let i = 0; i < frames.length; i++) this.#emitFrame(frames[i] as Frame, i === frames.length - 1 ? last : usual)
  }

  #emitFrame(frame: Frame, alignment: number): void {
    const entry = this.#commonEntry(frame)
    const { isEhFrame, addressSizeInBytes } = this.#section
    const chain = this.#chain
    const start = chain.length
    chain.number(0, 4)
    const idAt = chain.length
    if (isEhFrame) chain.number(idAt - entry.offset, 4)
    else this.#fixup(4, 0, this.#labelAt(chain, chain.current, entry.offset), 0, undefined)
    const begin = this.#labelAt(frame.chain, frame.startFragment, frame.startOffset)
    if (isEhFrame) this.#fixup(encodedSizeInBytes(encodingPcRelative32, addressSizeInBytes), fixupPcRelative, begin, 0, undefined)
    else this.#fixup(addressSizeInBytes, 0, begin, 0, undefined)
    const size = addressOf(frame.chain, frame.endFragment, frame.endOffset) - addressOf(frame.chain, frame.startFragment, frame.startOffset)
    chain.number(size, isEhFrame ? 4 : addressSizeInBytes)
    if (isEhFrame) {
      const { languageData } = frame
      uleb(chain, languageData ? encodedSizeInBytes(languageData.encoding, addressSizeInBytes) : 0)
      if (languageData) this.#encoded(languageData.encoding, languageData.value)
    }
    this.#instructions(frame, entry.length, frame.instructions.length)
    this.#finish(start, alignment)
  }

  #commonEntry(frame: Frame): CommonEntry {
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      const entry = this.#entries[i] as CommonEntry
      if (this.#fits(entry, frame)) return entry
    }
    const entry: CommonEntry = { frame, length: commonLength(frame.instructions), offset: this.#chain.length }
    this.#entries.push(entry)
    this.#emitCommon(entry)
    return entry
  }

  #fits({ frame: common, length }: CommonEntry, frame: Frame): boolean {
    if (common.returnColumn !== frame.returnColumn || common.isSignalFrame !== frame.isSignalFrame) return false
    if (this.#section.isEhFrame) {
      if (common.personality?.encoding !== frame.personality?.encoding || common.personality?.key !== frame.personality?.key) return false
      if (common.languageData?.encoding !== frame.languageData?.encoding) return false
    }
    const { instructions } = frame
    if (length > instructions.length) return false
    for (let i = 0; i < length; i++) if (common.instructions[i] !== instructions[i]) return false
    return true
  }

  #emitCommon({ frame, length }: CommonEntry): void {
    const { isEhFrame, addressSizeInBytes } = this.#section
    const chain = this.#chain
    const start = chain.length
    const { personality, languageData } = frame
    const version = this.#section.version ?? 1
    chain.number(0, 4)
    chain.number(isEhFrame ? 0 : -1, 4)
    chain.byte(version)
    if (isEhFrame) {
      chain.byte(0x7a) // z: the augmentation data's length follows
      if (personality) chain.byte(0x50)
      if (languageData) chain.byte(0x4c)
      chain.byte(0x52) // R: encoding of the addresses
    }
    if (frame.isSignalFrame) chain.byte(0x53)
    chain.byte(0)
    if (version >= 4) {
      chain.byte(8) // what GNU as says for 32-bit objects too
      chain.byte(0) // size of segment selectors
    }
    uleb(chain, 1)
    sleb(chain, -this.#target.wordSizeInBytes)
    if (version === 1) chain.byte(frame.returnColumn)
    else uleb(chain, frame.returnColumn)
    if (isEhFrame) {
      const personalitySize = personality ? 1 + encodedSizeInBytes(personality.encoding, addressSizeInBytes) : 0
      uleb(chain, 1 + personalitySize + (languageData ? 1 : 0))
      if (personality) {
        chain.byte(personality.encoding)
        this.#encoded(personality.encoding, personality.value)
      }
      if (languageData) chain.byte(languageData.encoding)
      chain.byte(encodingPcRelative32)
    }
    this.#instructions(frame, 0, length)
    this.#finish(start, isEhFrame ? 4 : addressSizeInBytes)
  }

  /** Pads with DW_CFA_nop (0) and writes the length. */
  #finish(start: number, alignment: number): void {
    const chain = this.#chain
    while ((this.#origin + chain.length) % alignment !== 0) chain.byte(0)
    const length = chain.length - start - 4
    for (let i = 0; i < 4; i++) chain.data[start + i] = length >>> (8 * i)
  }

  #instructions(frame: Frame, from: number, to: number): void {
    const { instructions, chain } = frame
    let fragment = frame.startFragment
    let offset = frame.startOffset
    for (let i = from; i < to; i += 3) {
      const kind = instructions[i] as number
      const first = instructions[i + 1] as number
      const second = instructions[i + 2] as number
      if (kind === cfaAdvance) {
        const distance = fragment === first ? second - offset : addressOf(chain, first, second) - addressOf(chain, fragment, offset)
        this.#advance(distance)
        fragment = first
        offset = second
      } else this.#instruction(frame, kind, first, second)
    }
  }

  #advance(distance: number): void {
    const chain = this.#chain
    if (distance === 0) return
    if (distance < 0x40) chain.byte(0x40 | distance)
    else if (distance < 0x100) {
      chain.byte(0x02)
      chain.byte(distance)
    } else if (distance < 0x10000) {
      chain.byte(0x03)
      chain.number(distance, 2)
    } else {
      chain.byte(0x04)
      chain.number(distance, 4)
    }
  }

  #instruction(frame: Frame, kind: number, first: number, second: number): void {
    const chain = this.#chain
    const factor = -this.#target.wordSizeInBytes
    switch (kind) {
      case cfaDefCfa:
        // The _sf forms, for negative offsets, are factored.
        chain.byte(second < 0 ? 0x12 : kind)
        uleb(chain, first)
        if (second < 0) sleb(chain, Math.trunc(second / factor))
        else uleb(chain, second)
        return
      case cfaDefCfaOffset:
        chain.byte(first < 0 ? 0x13 : kind)
        if (first < 0) sleb(chain, Math.trunc(first / factor))
        else uleb(chain, first)
        return
      case cfaOffset: {
        const factored = second / factor
        if (factored < 0) {
          chain.byte(0x11)
          uleb(chain, first)
          sleb(chain, factored)
        } else if (first < 64) {
          chain.byte(cfaOffset | first)
          uleb(chain, factored)
        } else {
          chain.byte(0x05)
          uleb(chain, first)
          uleb(chain, factored)
        }
        return
      }
      case cfaValOffset: {
        const factored = second / factor
        chain.byte(factored < 0 ? 0x15 : cfaValOffset)
        uleb(chain, first)
        if (factored < 0) sleb(chain, factored)
        else uleb(chain, factored)
        return
      }
      case cfaRestore:
        if (first < 64) chain.byte(cfaRestore | first)
        else {
          chain.byte(0x06)
          uleb(chain, first)
        }
        return
      case cfaDefCfaRegister:
      case cfaUndefined:
      case cfaSameValue:
        chain.byte(kind)
        uleb(chain, first)
        return
      case cfaRegister:
        chain.byte(kind)
        uleb(chain, first)
        uleb(chain, second)
        return
      case cfaEscape:
      case cfaLabel:
      case cfaValEncodedAddress:
        this.#extra(frame, first)
        return
      default:
        chain.byte(kind)
    }
  }

  #extra(frame: Frame, index: number): void {
    const extra = frame.extras[index]
    const chain = this.#chain
    if (extra?.kind === 'escape') {
      for (const value of extra.values) {
        if (value.kind === 'constant') chain.byte(Number(BigInt.asUintN(8, value.value)))
        else this.#fixup(1, 0, undefined, 0, value)
      }
    } else if (extra?.kind === 'label') {
      const { symbol } = extra
      symbol.kind = symbolLabel
      symbol.chain = chain
      symbol.fragment = chain.current
      symbol.offset = chain.length
    } else if (extra?.kind === 'encoded-address') {
      chain.byte(0x16) // DW_CFA_val_expression: register, a block of one DW_OP_GNU_encoded_addr
      uleb(chain, extra.register)
      uleb(chain, 2 + encodedSizeInBytes(extra.encoding, this.#section.addressSizeInBytes))
      chain.byte(0xf1)
      chain.byte(extra.encoding)
      this.#encoded(extra.encoding, extra.value)
    }
  }

  #encoded(encoding: number, value: Expression): void {
    const size = encodedSizeInBytes(encoding, this.#section.addressSizeInBytes)
    if (value.kind === 'constant' && !isEncodingPcRelative(encoding)) {
      this.#chain.bigNumber(value.value, size)
      return
    }
    const flags = isEncodingPcRelative(encoding) ? fixupPcRelative : 0
    if (value.kind === 'symbol') this.#fixup(size, flags, value.symbol, 0, undefined)
    else this.#fixup(size, flags, undefined, 0, value)
  }

  /** Zeros of the field's size, and what will be written there. */
  #fixup(sizeInBytes: number, flags: number, symbol: AsmSymbol | undefined, addend: number, expression: Expression | undefined): void {
    const chain = this.#chain
    const offset = chain.length
    chain.number(0, sizeInBytes)
    chain.fixups.append(chain.current, offset, sizeInBytes, flags | fixupData, 0, symbol, undefined, addend, expression, -1, 0)
  }

  #labelAt(chain: FragmentChain, fragment: number, offset: number): AsmSymbol {
    const symbol = this.#symbols.anonymous('.')
    symbol.kind = symbolLabel
    symbol.chain = chain
    symbol.fragment = fragment
    symbol.offset = offset
    return symbol
  }
}

/** How much of a frame's instructions goes into a CIE that is made for it: what holds before its first advance. */
function commonLength(instructions: readonly number[]): number {
  for (let i = 0; i < instructions.length; i += 3) {
    const kind = instructions[i]
    if (kind === cfaAdvance || kind === cfaRememberState || kind === cfaWindowSave) return i
    if (kind === cfaEscape || kind === cfaLabel || kind === cfaValEncodedAddress) return i
  }
  return instructions.length
}

/** Offset in its section of a place, when relaxation is over. */
export function addressOf(chain: FragmentChain, fragment: number, offset: number): number {
  return (chain.addresses[fragment] as number) + offset - (chain.starts[fragment] as number)
}

/** Unsigned LEB128 (DWARF 4 §7.6) of a number within 2^53. */
export function uleb(chain: FragmentChain, value: number): void {
  while (value > 0x7f) {
    chain.byte((value % 128) | 0x80)
    value = Math.floor(value / 128)
  }
  chain.byte(value)
}

export function sleb(chain: FragmentChain, value: number): void {
  for (;;) {
    const low = value & 0x7f
    value = Math.floor(value / 128)
    if (low & 0x40 ? value === -1 : value === 0) {
      chain.byte(low)
      return
    }
    chain.byte(low | 0x80)
  }
}
