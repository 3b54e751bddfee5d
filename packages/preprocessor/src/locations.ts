// Numbers that stand for places in the files of one run.
// Enters: each reading of a file (a header read twice has two). Leaves: one number a byte, increasing in the order of
// reading, and from a number back to the file, the written offset and the line that #line claims.

import type { DiagnosticNote, Span } from '@kernelbox/diagnostics'
import type { PreparedFile } from './prepared-file.ts'

/** From `offset` on, lines are named differently by #line. */
interface LineClaim {
  readonly offset: number
  /** To be added to the written line. */
  readonly delta: number
  readonly file: string
}

/** One reading of a file. */
export interface Reading {
  readonly base: number
  readonly file: PreparedFile
  /** Where it was included from; -1 for the main file and the command line. */
  readonly includedFrom: number
  claims: LineClaim[] | undefined
}

export class Locations {
  readonly readings: Reading[] = []
  #next = 1

  /** Places are numbers of 32 bits: what a run reads, a header as often as it is read, has a bound. */
  hasRoomFor(file: PreparedFile): boolean {
    return this.#next + file.end + 2 < 2 ** 31
  }

  open(file: PreparedFile, includedFrom: number): Reading {
    const reading: Reading = { base: this.#next, file, includedFrom, claims: undefined }
    this.readings.push(reading)
    this.#next += file.end + 2
    return reading
  }

  readingAt(location: number): Reading | undefined {
    const { readings } = this
    let low = 0
    let high = readings.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((readings[middle] as Reading).base <= location) low = middle + 1
      else high = middle
    }
    return readings[low - 1]
  }

  span(location: number, length = 1): Span | undefined {
    const reading = this.readingAt(location)
    if (!reading) return undefined
    const offset = Math.min(location - reading.base, reading.file.end)
    const start = reading.file.writtenOffset(offset)
    const { source } = reading.file
    return {
      source,
      start: Math.min(start, source.sizeInBytes),
      end: Math.min(reading.file.writtenOffset(offset + length - 1) + 1, source.sizeInBytes),
    }
  }

  /** What #line makes of a place, or undefined. */
  claim(location: number): { file: string; line: number } | undefined {
    const reading = this.readingAt(location)
    if (!reading?.claims) return undefined
    const offset = location - reading.base
    const claim = reading.claims.findLast((c) => c.offset <= offset)
    if (!claim) return undefined
    return { file: claim.file, line: reading.file.source.lineAt(reading.file.writtenOffset(offset)) + claim.delta }
  }

  /** The line of a place as #line has it. */
  claimedLine(location: number): number {
    const claimed = this.claim(location)
    if (claimed) return claimed.line
    const reading = this.readingAt(location)
    return reading ? reading.file.source.lineAt(reading.file.writtenOffset(Math.min(location - reading.base, reading.file.end))) : 0
  }

  /** The #include lines that led to a place, innermost first. */
  includeChain(location: number): { name: string; span: Span }[] {
    const chain: { name: string; span: Span }[] = []
    let reading = this.readingAt(location)
    while (reading && reading.includedFrom >= 0) {
      const span = this.span(reading.includedFrom)
      if (!span) break
      chain.push({ name: reading.file.source.name, span })
      reading = this.readingAt(reading.includedFrom)
    }
    return chain
  }

  includeNotes(location: number): DiagnosticNote[] {
    return this.includeChain(location)
      .slice(0, 4)
      .map(({ name, span }) => ({ message: `${name} was included here`, span }))
  }
}
