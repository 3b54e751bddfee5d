// `--print-memory-usage`: a table of the memory regions, worded as GNU ld does.

import type { MemoryRegionInfo } from '../options.ts'

export function memoryUsageText(regions: readonly MemoryRegionInfo[]): string {
  const lines = ['Memory region         Used Size  Region Size  %age Used\n']
  for (const { name, length, usedInBytes } of regions) {
    const percent = length === 0n ? '' : `${((100 * Number(usedInBytes)) / Number(length)).toFixed(2)}%`
    lines.push(
      `${`${name}:`.padStart(17)} ${sizeText(usedInBytes).padStart(13)} ${sizeText(length).padStart(12)} ${percent.padStart(10)}\n`,
    )
  }
  return lines.join('')
}

function sizeText(size: bigint): string {
  for (const [unit, shift] of [
    ['GB', 30n],
    ['MB', 20n],
    ['KB', 10n],
  ] as const) {
    if (size > 0n && (size & ((1n << shift) - 1n)) === 0n) return `${size >> shift} ${unit}`
  }
  return `${size} B`
}
