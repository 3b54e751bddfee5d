// Port and memory accesses as exits on v86, which cannot stop in the middle of an instruction: the run ends by a throw, and the instruction is executed
// again with the answers so far. One instruction may make many accesses (`rep ins`, `inc` of MMIO); each is asked once and answered from memory after
// that. v86's compiled code keeps registers that a throw would lose: the engine turns it off while accesses are handed out.
import type { IoExit, MmioExit } from '../../exits.ts'

type Access = IoExit | MmioExit

/** Where the CPU stands. */
export interface Place {
  readonly instruction: number
  /** The general registers; they change when an instruction is over. */
  readonly registers: Int32Array
  /** Accesses to one port that the instruction makes from here: the count of a string instruction, else 1. */
  readonly portAccesses: number
}

export class HandedOutAccesses {
  readonly #place: () => Place
  #at: Place | undefined
  #first: Access | undefined
  #answers: number[] = []
  #next = 0
  /** The access that waits for its answer. */
  pending: Access | undefined

  constructor(place: () => Place) {
    this.#place = place
  }

  /** The instruction that was handed out comes again: its accesses are answered from memory. */
  get isReplaying(): boolean {
    return this.#next < this.#answers.length
  }

  /** The value where this access was answered before; else undefined, and it is pending. */
  access(exit: Access): number | undefined {
    const place = this.#place()
    // An interrupt may have come first: its handler's accesses are others, and the instruction will ask anew.
    if (this.isReplaying && this.#at?.instruction === place.instruction) return this.#answers[this.#next++]
    if (this.isReplaying || !this.#goesOn(place, exit)) {
      this.#answers = []
      this.#next = 0
      this.#first = { ...exit }
    }
    this.#at = place
    this.pending = exit
    return undefined
  }

  // With the same registers another execution of the instruction begins with the access that this one began with.
  #goesOn(place: Place, exit: Access): boolean {
    const before = this.#at
    if (before?.instruction !== place.instruction || !before.registers.every((value, index) => value === place.registers[index]))
      return false
    return this.#first !== undefined && isSameAccess(this.#first, exit) ? this.#answers.length < place.portAccesses : true
  }

  /** The guest goes on: the instruction comes again. */
  resume(): void {
    this.#next = 0
    if (!this.pending) return
    this.#answers.push(this.pending.value)
    this.pending = undefined
  }
}

function isSameAccess(one: Access, other: Access): boolean {
  if (one.size !== other.size || one.direction !== other.direction) return false
  return one.reason === 'io' ? other.reason === 'io' && one.port === other.port : other.reason === 'mmio' && one.address === other.address
}

const prefixes = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67]
const ecx = 1

/** Prefixes, then 6Ch to 6Fh: INS and OUTS; with a REP prefix as many as ECX says. */
export function portAccesses(instruction: readonly number[], registers: Int32Array): number {
  let isRepeated = false
  for (const byte of instruction) {
    if (byte === 0xf2 || byte === 0xf3) isRepeated = true
    else if (byte >= 0x6c && byte <= 0x6f) return isRepeated ? (registers[ecx] as number) >>> 0 : 1
    else if (!prefixes.includes(byte)) return 1
  }
  return 1
}
