// .nop and .nops. GNU as manual §7 .nop, .nops.

import type { Assembler } from '../assembler.ts'
import { codeStyle } from '../code-style.ts'
import type { Expression } from '../expression.ts'
import type { DirectiveTable } from '../directives/registry.ts'
import { partFill } from '../fragments.ts'
import { codePadding, longestNopInBytes } from './code-padding.ts'

/** `.nops size, largest`: that many bytes of nops, none longer than `largest`. */
function nops(a: Assembler): void {
  const start = a.at
  const count: Expression = a.readTree() ?? { kind: 'constant', value: 0n }
  if (a.reader.isFaulty) return
  let largest = 0
  if (a.takeComma()) {
    const at = a.at
    const value = a.readNeeded('the size of the largest nop')
    if (value === undefined) return
    const style = a.mode === 16 ? 'lea16' : codeStyle(a)
    if (value < 0n) a.warn('nop-size', 'a negative size of the largest nop says nothing', at, a.end)
    else if (value > longestNopInBytes(style)) {
      a.error('nop-size', `no nop here has ${value} bytes; the longest has ${longestNopInBytes(style)}`, at, a.end)
      return
    } else largest = Number(value)
  }
  if (!a.expectEnd() || !a.canEmit()) return
  const known = a.evaluation.constant(count)
  if (known !== undefined && known < 0n) {
    a.warn('negative-count', 'a negative count emits nothing', start, a.end)
    return
  }
  const style = codeStyle(a)
  a.chain.close(partFill, 0, 0, 0, undefined, {
    count: known === undefined ? count : { kind: 'constant', value: known },
    pattern: new Uint8Array([0x90]),
    source: a.input.frame?.sourceIndex ?? -1,
    at: start,
    // The mode at the end of the input decides, as for alignment.
    make: (sizeInBytes) => codePadding(sizeInBytes, a.mode === 16 ? 'lea16' : style, largest),
  })
}

export const nopDirectives: DirectiveTable = {
  /** `.nop count`: nops of one byte each, one without a count. */
  nop(a) {
    const start = a.at
    const count = a.isAtEnd ? 1n : a.readAbsolute('the number of nops')
    if (count === undefined || !a.expectEnd() || !a.canEmit()) return
    if (count > 0x1000000n) {
      a.error('too-large', `${count} nops are more than an object can hold`, start, a.end)
      return
    }
    if (!a.takesBulk(Number(count))) return
    for (const i of a.instrumentation) i.instruction?.()
    for (let i = 0n; i < count; i++) a.chain.byte(0x90)
  },
  nops,
}
