// SHF_LINK_ORDER: sections that stand in the order of others (gABI "sh_flags").
// Enters: the plan with first addresses. Leaves: runs of such sections within one pattern in order.

import { SHF_LINK_ORDER } from '@kernelbox/elf'
import type { PlanItem } from './layout.ts'
import type { InputSection, LayoutItem } from '../model.ts'

/** Sections with SHF_LINK_ORDER stand in the order of those that they are linked to (gABI "sh_flags"). */
export function sortLinkOrder(plan: readonly PlanItem[]): void {
  for (const item of plan) {
    if (item.kind !== 'section') continue
    const { items } = item.output
    if (!items.some((one) => one.kind === 'input' && (one.section.flags & SHF_LINK_ORDER) !== 0)) continue
    for (let start = 0; start < items.length; start++) {
      let end = start
      const pattern = patternOf(items[start])
      while (items[end]?.kind === 'input' && patternOf(items[end]) === pattern) end++
      const run = items.slice(start, end)
      const keyed = run.map((one) => ({ one, key: one.kind === 'input' ? linkKey(one.section) : -1n }))
      if (keyed.some(({ key }) => key >= 0n)) {
        keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
        keyed.forEach(({ one }, i) => {
          items[start + i] = one
        })
      }
      start = Math.max(start, end - 1)
    }
  }
}

function patternOf(item: LayoutItem | undefined): number {
  return item?.kind === 'input' ? item.pattern : -1
}

function linkKey(section: InputSection): bigint {
  if ((section.flags & SHF_LINK_ORDER) === 0) return -1n
  const target = section.object.sections[section.elf.link]
  return target?.output ? target.output.address + BigInt(target.offset) : -1n
}
