// decode(encode(x)) = x over the table: some of the names, a statement a row; `pnpm conformance x86-decode` does all of them.
import type { Mode } from '@kernelbox/x86'
import { describe, expect, it } from 'vitest'
import { parseStatement } from '../../../x86/test/att-statement.ts'
import { filledBytes, roundTripFault } from './round-trip.ts'
import { sweepLines } from './sweep-lines.ts'

/** Of every family some. */
const SOME = /(?:[bhopt]|s[sd])$/

function faults(mode: Mode): { readonly count: number; readonly faults: string[] } {
  let count = 0
  const found: string[] = []
  for (const line of sweepLines(mode, 1, 3, SOME)) {
    let bytes: Uint8Array | undefined
    try {
      bytes = filledBytes(parseStatement(line), mode)
    } catch {
      // the test's reader has no expressions
      continue
    }
    if (!bytes) continue
    count++
    const fault = roundTripFault(bytes, mode)
    if (fault !== undefined) found.push(`${line}: ${fault}`)
  }
  return { count, faults: found }
}

describe('what the encoder writes', () => {
  for (const mode of [16, 32, 64] as const) {
    it(`decodes to the same instruction in ${mode}-bit code`, () => {
      const { count, faults: found } = faults(mode)
      expect(found).toEqual([])
      expect(count).toBeGreaterThan(500)
    })
  }
})
