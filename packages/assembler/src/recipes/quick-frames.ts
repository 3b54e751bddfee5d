// The short way of the .cfi_ directives that compilers write for each function, their operands plain numbers: frames, the CFA's
// register and offset, saved registers, states. Enters: the bytes behind the directive's name. Leaves: what cfi/directives.ts
// would have done; or nothing at all, where a statement has anything else in it or anything to be said. docs/adr/0007.

import type { Assembler } from '../assembler.ts'
import { cfiOf } from '../cfi/directives.ts'
import { dwarfStackPointer } from '../cfi/dwarf-registers.ts'
import { cfaDefCfaRegister, cfaOffset, cfaRestore, type CfiFrames } from '../cfi/frames.ts'
import type { FragmentChain } from '../fragments.ts'

type Apply = (frames: CfiFrames, chain: FragmentChain, first: number, second: number) => boolean

interface QuickFrameDirective {
  readonly operandCount: 0 | 1 | 2
  /** Is the first operand a register's number, which has no sign? */
  readonly hasRegister: boolean
  /** False: nothing was done. */
  readonly apply: Apply
}

/** For directives within a frame. */
const directives: Readonly<Record<string, QuickFrameDirective>> = {
  '.cfi_def_cfa_offset': {
    operandCount: 1,
    hasRegister: false,
    apply: (f, chain, offset) => f.defineCfaOffset(chain, offset, false) === undefined,
  },
  '.cfi_adjust_cfa_offset': {
    operandCount: 1,
    hasRegister: false,
    apply: (f, chain, offset) => f.defineCfaOffset(chain, offset, true) === undefined,
  },
  '.cfi_def_cfa': {
    operandCount: 2,
    hasRegister: true,
    apply: (f, chain, register, offset) => f.defineCfa(chain, register, offset) === undefined,
  },
  '.cfi_def_cfa_register': {
    operandCount: 1,
    hasRegister: true,
    apply: (f, chain, register) => f.simple(chain, cfaDefCfaRegister, register) === undefined,
  },
  '.cfi_offset': {
    operandCount: 2,
    hasRegister: true,
    apply: (f, chain, register, offset) =>
      offset % f.target.wordSizeInBytes === 0 && f.offset(chain, cfaOffset, register, offset, false) === undefined,
  },
  '.cfi_restore': {
    operandCount: 1,
    hasRegister: true,
    apply: (f, chain, register) => f.simple(chain, cfaRestore, register) === undefined,
  },
  '.cfi_remember_state': { operandCount: 0, hasRegister: false, apply: (f, chain) => f.rememberState(chain) === undefined },
  '.cfi_restore_state': {
    operandCount: 0,
    hasRegister: false,
    apply: (f, chain) => f.hasSavedState(chain) && f.restoreState(chain) === undefined,
  },
  '.cfi_endproc': { operandCount: 0, hasRegister: false, apply: (f, chain) => f.end(chain) === undefined },
}

const names = Object.keys(directives)
const startproc = names.length

/** A number of its own for each, -1: none of them. */
export function quickFrameDirective(word: string): number {
  return word === '.cfi_startproc' ? startproc : names.indexOf(word)
}

export class QuickFrames {
  readonly #assembler: Assembler
  readonly #operands = [0, 0]
  /** Behind what was read last. */
  #at = 0

  constructor(assembler: Assembler) {
    this.#assembler = assembler
  }

  /** Returns where the next statement may begin, -1: it is for the full path. */
  take(directive: number, bytes: Uint8Array, from: number, length: number): number {
    const a = this.#assembler
    const { chain } = a.sections
    // The first one of all makes what the tables are written from.
    const state = cfiOf(a)
    if (state === undefined) return -1
    const { frames } = state
    if (directive === startproc) {
      if (frames.isOpen(chain) || !this.#numbers(0, bytes, from, length)) return -1
      frames.start(chain, dwarfStackPointer(a.mode), state.sections)
      return this.#at
    }
    const { operandCount, hasRegister, apply } = directives[names[directive] as string] as QuickFrameDirective
    if (!frames.isOpen(chain) || !this.#numbers(operandCount, bytes, from, length)) return -1
    const [first, second] = this.#operands as [number, number]
    if (hasRegister && first < 0) return -1
    return apply(frames, chain, first, second) ? this.#at : -1
  }

  /** So many decimal numbers with commas between them, then the end of the line. */
  #numbers(count: number, bytes: Uint8Array, from: number, length: number): boolean {
    let at = skipBlanks(bytes, from, length)
    for (let i = 0; i < count; i++) {
      if (i > 0) {
        if (at >= length || bytes[at] !== 44) return false
        at = skipBlanks(bytes, at + 1, length)
      }
      const isNegative = at < length && bytes[at] === 45
      if (isNegative) at++
      const first = at
      let number = 0
      for (; at < length; at++) {
        const digit = (bytes[at] as number) - 48
        if (digit < 0 || digit > 9) break
        number = number * 10 + digit
      }
      // A leading zero is an octal number's.
      if (at === first || at > first + 9 || (bytes[first] === 48 && at > first + 1)) return false
      this.#operands[i] = isNegative ? -number : number
      at = skipBlanks(bytes, at, length)
    }
    this.#at = at
    return at >= length || bytes[at] === 10
  }
}

function skipBlanks(bytes: Uint8Array, from: number, length: number): number {
  let at = from
  while (at < length && (bytes[at] === 9 || bytes[at] === 32)) at++
  return at
}
