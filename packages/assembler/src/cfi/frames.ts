// The unwind tables as the .cfi_ directives tell them.
// Enters: directives in the order of the source, with the place where each stands. Leaves: one frame for each
// .cfi_startproc, its instructions as triples of numbers, for emit-frames.ts.
// GNU as manual "CFI directives"; DWARF 4 §6.4.

import type { Expression } from '../expression.ts'
import type { FragmentChain } from '../fragments.ts'
import type { AsmSymbol } from '../symbols.ts'

// Kinds of instructions: DWARF's DW_CFA_* where an operand is no matter of size or sign, else our own, above 255.
export const cfaSameValue = 0x08
export const cfaUndefined = 0x07
export const cfaRegister = 0x09
export const cfaRememberState = 0x0a
export const cfaRestoreState = 0x0b
export const cfaDefCfa = 0x0c
export const cfaDefCfaRegister = 0x0d
export const cfaDefCfaOffset = 0x0e
export const cfaWindowSave = 0x2d
export const cfaOffset = 0x80
export const cfaRestore = 0xc0
export const cfaValOffset = 0x14
/** Operands: fragment and offset, as of a label. */
export const cfaAdvance = 256
/** Operand: index in {@link Frame.extras}. */
export const cfaEscape = 257
export const cfaLabel = 258
export const cfaValEncodedAddress = 259

/** Operands beyond two numbers. */
export type FrameExtra =
  | { readonly kind: 'escape'; readonly values: readonly Expression[] }
  | { readonly kind: 'label'; readonly symbol: AsmSymbol }
  | { readonly kind: 'encoded-address'; readonly register: number; readonly encoding: number; readonly value: Expression }

/** A pointer of the augmentation (personality routine, language-specific data). */
export interface EncodedPointer {
  readonly encoding: number
  readonly value: Expression
  /** For comparing: symbol and addend as text. */
  readonly key: string
}

export interface Frame {
  readonly chain: FragmentChain
  readonly startFragment: number
  readonly startOffset: number
  endFragment: number
  endOffset: number
  /** Triples: kind, first operand, second operand. */
  readonly instructions: number[]
  readonly extras: FrameExtra[]
  returnColumn: number
  isSignalFrame: boolean
  personality: EncodedPointer | undefined
  languageData: EncodedPointer | undefined
  /** What .cfi_sections asked for when the frame was opened. */
  inEhFrame: boolean
  inDebugFrame: boolean
  inSframe: boolean
}

/** What .cfi_sections asks for. */
export interface CfiSections {
  eh: boolean
  debug: boolean
  sframe: boolean
}

const usualSections: CfiSections = { eh: true, debug: false, sframe: false }

/** A frame between its .cfi_startproc and its .cfi_endproc; each subsection may have one open. */
class OpenFrame {
  readonly frame: Frame
  cfaOffset: number
  readonly savedOffsets: number[] = []
  lastFragment: number
  lastOffset: number

  constructor(frame: Frame, cfaOffset: number) {
    this.frame = frame
    this.cfaOffset = cfaOffset
    this.lastFragment = frame.startFragment
    this.lastOffset = frame.startOffset
  }
}

export interface FrameTarget {
  /** 8 for x86-64 and x32, 4 for i386: minus the data alignment factor. */
  readonly wordSizeInBytes: 4 | 8
  /** Column of the return address: 16 on x86-64, 8 on i386. */
  readonly returnColumn: number
}

export type CfiFault = 'no-startproc' | 'already-open' | 'offset-not-multiple' | 'restore-without-remember'

export class CfiFrames {
  readonly target: FrameTarget
  /** Closed and open frames in the order of their .cfi_startproc. */
  readonly frames: Frame[] = []
  readonly #open = new Map<FragmentChain, OpenFrame>()

  constructor(target: FrameTarget) {
    this.target = target
  }

  get hasOpenFrame(): boolean {
    return this.#open.size > 0
  }

  isOpen(chain: FragmentChain): boolean {
    return this.#open.has(chain)
  }

  /** `stackPointer`: its column; undefined for `.cfi_startproc simple`, which says nothing of the frame. */
  start(chain: FragmentChain, stackPointer: number | undefined, sections = usualSections): CfiFault | undefined {
    if (this.#open.has(chain)) return 'already-open'
    const { wordSizeInBytes, returnColumn } = this.target
    const frame: Frame = {
      chain,
      startFragment: chain.current,
      startOffset: chain.length,
      endFragment: 0,
      endOffset: 0,
      instructions: [],
      extras: [],
      returnColumn,
      isSignalFrame: false,
      personality: undefined,
      languageData: undefined,
      inEhFrame: sections.eh,
      inDebugFrame: sections.debug,
      inSframe: sections.sframe,
    }
    this.frames.push(frame)
    const open = new OpenFrame(frame, 0)
    this.#open.set(chain, open)
    if (stackPointer === undefined) return undefined
    // At a function's first instruction the return address is on top of the stack.
    this.#defineCfa(open, stackPointer, wordSizeInBytes)
    frame.instructions.push(cfaOffset, returnColumn, -wordSizeInBytes)
    return undefined
  }

  end(chain: FragmentChain): CfiFault | undefined {
    const open = this.#open.get(chain)
    if (!open) return 'no-startproc'
    open.frame.endFragment = chain.current
    open.frame.endOffset = chain.length
    this.#open.delete(chain)
    return undefined
  }

  /** The open frame of the chain, for what belongs to the whole of it (personality, signal frame). */
  frameOf(chain: FragmentChain): Frame | undefined {
    return this.#open.get(chain)?.frame
  }

  /** Moves to the current place, where the next instruction takes effect. */
  #advance(chain: FragmentChain): OpenFrame | undefined {
    const open = this.#open.get(chain)
    if (!open) return undefined
    const fragment = chain.current
    const offset = chain.length
    if (open.lastOffset !== offset || open.lastFragment !== fragment) {
      open.lastFragment = fragment
      open.lastOffset = offset
      open.frame.instructions.push(cfaAdvance, fragment, offset)
    }
    return open
  }

  #defineCfa(open: OpenFrame, register: number, offset: number): void {
    open.cfaOffset = offset
    open.frame.instructions.push(cfaDefCfa, register, offset)
  }

  defineCfa(chain: FragmentChain, register: number, offset: number): CfiFault | undefined {
    const open = this.#advance(chain)
    if (!open) return 'no-startproc'
    this.#defineCfa(open, register, offset)
    return undefined
  }

  defineCfaOffset(chain: FragmentChain, offset: number, isAdjustment: boolean): CfiFault | undefined {
    const open = this.#advance(chain)
    if (!open) return 'no-startproc'
    open.cfaOffset = isAdjustment ? open.cfaOffset + offset : offset
    open.frame.instructions.push(cfaDefCfaOffset, open.cfaOffset, 0)
    return undefined
  }

  /** .cfi_offset and .cfi_val_offset; with `isRelative` (.cfi_rel_offset) from the CFA's register, not from the CFA. */
  offset(chain: FragmentChain, kind: number, register: number, offset: number, isRelative: boolean): CfiFault | undefined {
    const open = this.#advance(chain)
    if (!open) return 'no-startproc'
    const fromCfa = isRelative ? offset - open.cfaOffset : offset
    if (fromCfa % this.target.wordSizeInBytes !== 0) return 'offset-not-multiple'
    open.frame.instructions.push(kind, register, fromCfa)
    return undefined
  }

  /** An instruction that only names registers, or nothing. */
  simple(chain: FragmentChain, kind: number, first = 0, second = 0): CfiFault | undefined {
    const open = this.#advance(chain)
    if (!open) return 'no-startproc'
    open.frame.instructions.push(kind, first, second)
    return undefined
  }

  rememberState(chain: FragmentChain): CfiFault | undefined {
    const open = this.#advance(chain)
    if (!open) return 'no-startproc'
    open.savedOffsets.push(open.cfaOffset)
    open.frame.instructions.push(cfaRememberState, 0, 0)
    return undefined
  }

  /** Was a state remembered that .cfi_restore_state would take back? */
  hasSavedState(chain: FragmentChain): boolean {
    const open = this.#open.get(chain)
    return open !== undefined && open.savedOffsets.length > 0
  }

  restoreState(chain: FragmentChain): CfiFault | undefined {
    const open = this.#advance(chain)
    if (!open) return 'no-startproc'
    const saved = open.savedOffsets.pop()
    if (saved === undefined) return 'restore-without-remember'
    open.cfaOffset = saved
    open.frame.instructions.push(cfaRestoreState, 0, 0)
    return undefined
  }

  returnColumn(chain: FragmentChain, column: number): CfiFault | undefined {
    const open = this.#advance(chain)
    if (!open) return 'no-startproc'
    open.frame.returnColumn = column
    return undefined
  }

  extra(chain: FragmentChain, extra: FrameExtra): CfiFault | undefined {
    const open = this.#advance(chain)
    if (!open) return 'no-startproc'
    const kind = extra.kind === 'escape' ? cfaEscape : extra.kind === 'label' ? cfaLabel : cfaValEncodedAddress
    open.frame.instructions.push(kind, open.frame.extras.push(extra) - 1, 0)
    return undefined
  }
}
