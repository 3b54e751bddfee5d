// The stack of .if … .endif. GNU as manual §7 .if, .ifdef, .else, .elseif, .endif.

import type { Assembler } from './assembler.ts'
import type { InputFrame } from './input.ts'

interface Condition {
  /** The branch being read is left out. */
  isSkipping: boolean
  /** A branch was already taken, or the whole conditional stands in what is skipped. */
  isDone: boolean
  hasElse: boolean
  readonly outerSkipping: boolean
  readonly source: number
  readonly at: number
}

const deepest = 100_000

export class Conditionals {
  readonly #stack: Condition[] = []
  readonly #assembler: Assembler
  isSkipping = false

  constructor(assembler: Assembler) {
    this.#assembler = assembler
  }

  get depth(): number {
    return this.#stack.length
  }

  /** `.if` of any kind; `test` is asked only where the statement counts. */
  begin(test: () => boolean): void {
    const outerSkipping = this.isSkipping
    const { input, wordStart } = this.#assembler
    const taken = outerSkipping ? false : test()
    if (this.#stack.length >= deepest) return
    this.#stack.push({
      isSkipping: outerSkipping || !taken,
      isDone: outerSkipping || taken,
      hasElse: false,
      outerSkipping,
      source: input.frame?.sourceIndex ?? -1,
      at: wordStart,
    })
    this.isSkipping = outerSkipping || !taken
  }

  elseIf(test: () => boolean): void {
    const top = this.#top('.elseif')
    if (!top) return
    if (top.hasElse) {
      this.#assembler.error('elseif-after-else', '.elseif cannot follow .else', undefined, undefined, this.#began(top))
      return
    }
    if (top.isDone) top.isSkipping = true
    else if (test()) {
      top.isDone = true
      top.isSkipping = false
    } else top.isSkipping = true
    this.isSkipping = top.isSkipping
  }

  else(): void {
    const top = this.#top('.else')
    if (!top) return
    if (top.hasElse) {
      this.#assembler.error('duplicate-else', 'this conditional already has an .else', undefined, undefined, this.#began(top))
      return
    }
    top.hasElse = true
    top.isSkipping = top.isDone
    top.isDone = true
    this.isSkipping = top.isSkipping
  }

  end(): void {
    const top = this.#top('.endif')
    if (!top) return
    this.#stack.pop()
    this.isSkipping = top.outerSkipping
  }

  #top(word: string): Condition | undefined {
    const top = this.#stack.at(-1)
    if (!top || this.#stack.length <= this.#floor) {
      this.#assembler.error(`${word.slice(1)}-without-if`, `${word} without an .if before it`)
      return undefined
    }
    return top
  }

  /** Conditionals begun outside of a macro cannot be ended in it. */
  get #floor(): number {
    const frame = this.#assembler.input.frame
    return frame && frame.kind === 'macro' ? frame.conditionalDepth : 0
  }

  #began(condition: Condition) {
    return { notes: [{ message: 'the conditional begins here', span: this.#assembler.spanOf(condition.source, condition.at) }] }
  }

  /** `.exitm`: what the expansion began is dropped. */
  dropTo(depth: number): void {
    while (this.#stack.length > depth) {
      const top = this.#stack.pop() as Condition
      this.isSkipping = top.outerSkipping
    }
  }

  frameEnded(frame: InputFrame): void {
    if (frame.kind === 'repeat' || this.#stack.length <= frame.conditionalDepth || this.#assembler.hasEnded) return
    if (frame.kind === 'include') return
    const top = this.#stack.at(-1) as Condition
    const { sink } = this.#assembler
    const where = frame.kind === 'macro' ? 'macro' : 'file'
    sink.error('unterminated-if', `the ${where} ends inside a conditional`)
    this.#assembler.report({
      code: 'unterminated-if',
      severity: 'error',
      message: 'this conditional has no .endif',
      span: this.#assembler.spanOf(top.source, top.at),
    })
    this.dropTo(frame.conditionalDepth)
  }
}
