// From a place in the object back to the source. Enters: a section's index in the object, an offset. Leaves: the span of
// the statement whose field a relocation there fills in. For the linker's messages.

import type { Span } from '@kernelbox/diagnostics'
import type { Assembler } from './assembler.ts'
import { type FragmentChain, partBranch } from './fragments.ts'

/** @param firstSection index in the object of the first section that is no group */
export function locator(a: Assembler, firstSection: number): (sectionIndex: number, offset: number) => Span | undefined {
  return (sectionIndex, offset) => {
    const section = a.sections.all[sectionIndex - firstSection]
    for (const chain of section?.chains ?? []) {
      const found = inFixups(chain, offset) ?? inBranches(chain, offset)
      if (found && found.source >= 0) return a.spanOf(found.source, found.place)
    }
    return undefined
  }
}

interface Found {
  readonly source: number
  readonly place: number
}

function inFixups({ fixups, addresses, starts }: FragmentChain, offset: number): Found | undefined {
  for (let i = 0; i < fixups.count; i++) {
    const fragment = fixups.fragments[i] as number
    const at = (addresses[fragment] as number) + (fixups.offsets[i] as number) - (starts[fragment] as number)
    if (offset >= at && offset < at + (fixups.sizes[i] as number))
      return { source: fixups.sources[i] as number, place: fixups.places[i] as number }
  }
  return undefined
}

function inBranches(chain: FragmentChain, offset: number): Found | undefined {
  for (let i = 0; i < chain.count - 1; i++) {
    if (chain.kinds[i] !== partBranch) continue
    const end = chain.addresses[i + 1] as number
    if (offset < end && offset >= end - (chain.sizes[i] as number))
      return { source: chain.sources[i] as number, place: chain.places[i] as number }
  }
  return undefined
}
