// MEMORY and REGION_ALIAS to regions with a fill level, and which region a section without one goes to.
// GNU ld manual §3.7 "MEMORY Command", §3.4.4 (REGION_ALIAS).

import type { DiagnosticSink } from '@kernelbox/diagnostics'
import { SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE, SHT_NOBITS } from '@kernelbox/elf'
import type { MemoryRegionState, OutputSection } from '../model.ts'
import type { ScriptState } from '../script/script-state.ts'

export function makeRegions(state: ScriptState, sink: DiagnosticSink): Map<string, MemoryRegionState> {
  const regions = new Map<string, MemoryRegionState>()
  for (const region of state.regions) {
    if (regions.has(region.name)) {
      sink.warn('region-redeclared', `memory region '${region.name}' is declared twice`, region.span)
      continue
    }
    regions.set(region.name, {
      name: region.name,
      declaration: region,
      origin: 0n,
      length: 0n,
      attributes: region.attributes,
      current: 0n,
      used: 0n,
      hasOverflowed: false,
    })
  }
  for (const { alias, region, span } of state.regionAliases) {
    const target = regions.get(region)
    if (!target) sink.error('no-such-region', `there is no memory region '${region}' for the alias '${alias}'`, span)
    else if (alias === '*default*') sink.error('region-redeclared', 'the default memory region cannot have an alias', span)
    else if (regions.has(alias)) sink.error('region-redeclared', `memory region '${alias}' is already declared`, span)
    else regions.set(alias, target)
  }
  return regions
}

/** A section that names no region goes to the first whose attributes fit it. */
export function chooseRegion(output: OutputSection, regions: ReadonlyMap<string, MemoryRegionState>): void {
  if (output.region || output.statement?.region !== undefined || output.statement?.address || (output.flags & SHF_ALLOC) === 0) return
  for (const region of regions.values()) {
    if (region.attributes !== '' && regionTakes(region.attributes, output)) {
      output.region = region
      return
    }
  }
}

function regionTakes(attributes: string, output: OutputSection): boolean {
  let isInverted = false
  let wanted = false
  for (const letter of attributes.toLowerCase()) {
    if (letter === '!') {
      isInverted = true
      continue
    }
    const has = hasAttribute(letter, output)
    if (isInverted && has) return false
    if (!isInverted && has) wanted = true
  }
  return wanted
}

function hasAttribute(letter: string, { flags, type }: OutputSection): boolean {
  if (letter === 'r') return (flags & SHF_WRITE) === 0
  if (letter === 'w') return (flags & SHF_WRITE) !== 0
  if (letter === 'x') return (flags & SHF_EXECINSTR) !== 0
  if (letter === 'a') return (flags & SHF_ALLOC) !== 0
  return type !== SHT_NOBITS
}
