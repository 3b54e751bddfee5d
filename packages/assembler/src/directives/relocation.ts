// .reloc: a relocation by its name. GNU as manual §7 .reloc; psABI i386 and x86-64 for the names.

import { i386RelocationNames, x8664RelocationNames } from '@kernelbox/elf'
import type { Assembler } from '../assembler.ts'
import type { Expression } from '../expression.ts'
import type { FragmentChain } from '../fragments.ts'
import type { DirectiveTable } from './registry.ts'

export interface ExplicitRelocation {
  readonly chain: FragmentChain
  readonly offset: Expression
  readonly type: number
  readonly value: Expression | undefined
  readonly source: number
  readonly at: number
}

/** Names of binutils' own that any target has: i386's and x86-64's types. */
const genericNames: Readonly<Record<string, readonly [number, number]>> = {
  BFD_RELOC_NONE: [0, 0],
  BFD_RELOC_8: [22, 14],
  BFD_RELOC_16: [20, 12],
  BFD_RELOC_32: [1, 10],
  BFD_RELOC_64: [-1, 1],
  BFD_RELOC_32_PCREL: [2, 2],
}

function typeOf(name: string, isX8664: boolean): number | undefined {
  const generic = genericNames[name]
  if (generic) return generic[isX8664 ? 1 : 0] >= 0 ? generic[isX8664 ? 1 : 0] : undefined
  for (const [type, known] of Object.entries(isX8664 ? x8664RelocationNames : i386RelocationNames)) if (known === name) return Number(type)
  return undefined
}

function reloc(a: Assembler): void {
  const start = a.at
  const offset = a.readTree()
  if (!offset || a.reader.isFaulty) {
    if (!offset) a.error('missing-operand', 'the offset of the relocation is expected here', start, a.end)
    return
  }
  if (!a.takeComma()) {
    a.error('missing-comma', '.reloc takes an offset, the name of a relocation and, if wanted, a value', a.at, a.end)
    return
  }
  const nameStart = a.at
  const name = a.readName()
  const type = name === undefined ? undefined : typeOf(name, a.is64BitObject || a.options.x32 === true)
  if (type === undefined) {
    a.error('unknown-relocation', `there is no relocation '${name ?? ''}' in this format`, nameStart, a.at)
    return
  }
  let value: Expression | undefined
  if (a.takeComma()) {
    value = a.readTree()
    if (!value || a.reader.isFaulty) return
  }
  if (!a.expectEnd()) return
  a.explicitRelocations.push({ chain: a.chain, offset, type, value, source: a.input.frame?.sourceIndex ?? -1, at: start })
}

export const relocationDirectives: DirectiveTable = { reloc }
