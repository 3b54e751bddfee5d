// Port accesses as exits on v86, which cannot stop in the middle of an instruction: the run ends by a throw, and the instruction is executed
// again with the answers so far. `rep ins` and `rep outs` make many accesses; each is asked once and repeated from memory after that.
import type { IoExit } from '../../exits.ts'
import type { PortSize } from '../../io-bus.ts'

/** Where the CPU stands: tells one execution of an instruction from the next. */
export interface Place {
  readonly instruction: number
  /** Accesses that the instruction makes from here: the count of a string instruction, else 1. */
  readonly accesses: number
  /** ESI and EDI. */
  readonly source: number
  readonly target: number
}

export class HandedOutPorts {
  readonly #place: () => Place
  #at: Place | undefined
  #answers: number[] = []
  #next = 0
  /** The access that waits for its answer. */
  pending: IoExit | undefined

  constructor(place: () => Place) {
    this.#place = place
  }

  /** The instruction that was handed out comes again: its accesses are answered from memory. */
  get isReplaying(): boolean {
    return this.#next < this.#answers.length
  }

  /** The value where this access was answered before; else undefined, and it is pending. */
  access(port: number, size: PortSize, direction: 'in' | 'out', value: number): number | undefined {
    if (this.#next < this.#answers.length) return this.#answers[this.#next++]
    const place = this.#place()
    const at = this.#at
    const isSame =
      at !== undefined &&
      at.instruction === place.instruction &&
      at.accesses === place.accesses &&
      at.source === place.source &&
      at.target === place.target &&
      this.#answers.length < place.accesses
    if (!isSame) this.#answers = []
    this.#at = place
    this.pending = { reason: 'io', port, size, direction, value: direction === 'in' ? 2 ** (8 * size) - 1 : value }
    return undefined
  }

  /** The guest goes on: the instruction comes again. */
  resume(): void {
    this.#next = 0
    if (!this.pending) return
    this.#answers.push(this.pending.value)
    this.pending = undefined
  }
}
