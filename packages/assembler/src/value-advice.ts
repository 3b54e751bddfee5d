// Words for values that do not fit and places that cannot be moved to, found when addresses are known. Enters: what was
// refused. Leaves: a message and notes for its diagnostic. Runs for refused values only.

import type { Diagnostic, DiagnosticNote } from '@kernelbox/diagnostics'
import type { Assembler } from './assembler.ts'
import type { EvaluationFault, Linear } from './expression.ts'
import type { FragmentChain } from './fragments.ts'
import { labelAddress } from './label-address.ts'
import { type AsmSymbol, symbolCommon, symbolLabel, symbolUndefined } from './symbols.ts'

type Advice = Pick<Diagnostic, 'message' | 'notes'>

const itemsShown = 3
const hex = (value: bigint | number) => `0x${value.toString(16)}`
const counted = (count: bigint | number) => `${count} ${BigInt(count) === 1n ? 'byte' : 'bytes'}`

/** `.org` to a place that is already behind: by how much, and what takes the most room before it. */
export function orgBackwards(a: Assembler, chain: FragmentChain, target: number, address: number): Advice {
  const { name } = chain.section
  return {
    message: `.org ${target} lies ${counted(address - target)} before the location counter, which is ${address} here`,
    notes: largestItems(a, chain, address).map(({ symbol, size }): DiagnosticNote => {
      const span = symbol.definedIn >= 0 ? { span: a.spanOf(symbol.definedIn, symbol.definedAt) } : {}
      return { message: `'${symbol.name}' takes ${counted(size)} of ${name}, up to the next label`, ...span }
    }),
  }
}

/** The labels before an address with the greatest distances to what follows them. */
function largestItems(a: Assembler, chain: FragmentChain, address: number): { symbol: AsmSymbol; size: number }[] {
  const labels: { symbol: AsmSymbol; at: number }[] = []
  for (const symbol of a.symbols.all) {
    if (symbol.kind !== symbolLabel || symbol.chain !== chain || symbol.sectionOf || symbol.definedIn < 0) continue
    const at = labelAddress(symbol)
    if (at < address) labels.push({ symbol, at })
  }
  labels.sort((x, y) => x.at - y.at)
  return labels
    .map(({ symbol, at }, i) => ({ symbol, size: (labels[i + 1]?.at ?? address) - at }))
    .filter(({ size }) => size > 0)
    .sort((x, y) => y.size - x.size)
    .slice(0, itemsShown)
}

/** An address that is kept in a field too narrow for it: that of a symbol beyond the segment, mostly. */
export function addressTooLarge(symbol: AsmSymbol | undefined, value: bigint, size: number): Advice {
  const last = (1n << BigInt(8 * size)) - 1n
  const section = symbol?.kind === symbolLabel ? symbol.chain?.section : undefined
  const at = symbol && symbol.kind === symbolLabel ? BigInt(labelAddress(symbol)) : 0n
  if (!symbol || !section || value <= last) return { message: `the value ${value} does not fit in ${counted(size)}` }
  const place = symbol.sectionOf ? `${hex(value)} of ${section.name}` : `'${symbol.name}'${value === at ? '' : ` + ${value - at}`}`
  const where = symbol.sectionOf ? '' : ` at ${hex(value)} of ${section.name}`
  return {
    message: `${place} lies${where}${symbol.sectionOf ? ' ' : ', '}${counted(value - last)} beyond ${hex(last)}, the last that an address of ${8 * size} bits reaches`,
    notes: [
      {
        message:
          size === 2
            ? `a segment of 16-bit code has 64 KB (0x10000 bytes) and ${section.name} has ${counted(section.sizeInBytes)}: move something to another section, and load a segment register for it`
            : `${section.name} has ${counted(section.sizeInBytes)}`,
      },
    ],
  }
}

/** An expression that no relocation can express. */
export function inexpressible(fault: EvaluationFault | undefined, value: Linear | undefined): Advice {
  const sub = value?.sub
  if (sub?.kind === symbolUndefined) return { message: `'${sub.name}' is not defined; its address cannot be subtracted` }
  if (sub?.kind === symbolCommon) return { message: `'${sub.name}' is common storage; its address cannot be subtracted` }
  if (sub) return { message: 'the two addresses lie in different sections; their difference is known only after linking' }
  if (fault?.kind === 'loop') return { message: `the value of '${fault.symbol.name}' depends on itself` }
  if (fault?.kind === 'too-long') return { message: 'this value goes through too many other symbols' }
  if (fault?.kind === 'division-by-zero') return { message: 'division by zero' }
  if (fault?.kind !== 'not-linear') return { message: 'this expression has no value that an object file can express' }
  const { operator, left, right } = fault
  const symbol = left.add ?? left.sub ?? right.add ?? right.sub
  const message = `'${operator}' cannot be applied to an address: it is unknown until the program is linked`
  if (!symbol || symbol.isTemporary) return { message }
  const { name } = symbol
  // Unary operators have one side.
  const applied = (term: string) =>
    left === right
      ? `${operator}${term}`
      : left.add || left.sub
        ? `${term} ${operator} ${right.add || right.sub ? 'n' : right.constant}`
        : `${left.constant} ${operator} ${term}`
  return {
    message,
    notes: [
      { message: `the linker can compute it: write '${name}_value = ${applied(name)};' in its script and name ${name}_value here` },
      { message: `or take a distance, which is known here: ${applied(`(${name} - start)`)}, with 'start' in the same section` },
    ],
  }
}
