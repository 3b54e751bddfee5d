// The link map: what went where, in the words of GNU ld's -Map; and which object uses what.
// GNU ld manual §2.1, -Map and --cref.

import { absoluteOf } from '../layout/evaluate.ts'
import type { PlanItem } from '../layout/layout.ts'
import { symbolAddress } from '../layout/symbol-address.ts'
import type { InputObject, InputSection, LinkSymbol, MemoryRegionState, OutputSection } from '../model.ts'
import { linkerStubs } from '../linker-sections/synthetic.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'

export interface MapInput {
  readonly plan: readonly PlanItem[]
  readonly objects: readonly InputObject[]
  readonly symbols: SymbolTable
  readonly regions: ReadonlyMap<string, MemoryRegionState>
  readonly discarded: readonly InputSection[]
  readonly is64: boolean
  readonly outputName: string
  readonly format: string
}

const nameWidth = 16

export function linkMapText(input: MapInput): string {
  const digits = input.is64 ? 16 : 8
  const hex = (value: bigint) => `0x${value.toString(16).padStart(digits, '0')}`
  const size = (value: number) => `0x${value.toString(16)}`.padStart(10)
  const lines: string[] = []
  if (input.discarded.length > 0) {
    lines.push('', 'Discarded input sections', '')
    for (const section of input.discarded)
      lines.push(`${column(` ${section.name}`)}${hex(0n)} ${size(section.sizeInBytes)} ${section.object.displayName}`)
  }
  lines.push('', 'Memory Configuration', '', `Name             Origin             Length             Attributes`)
  for (const [name, region] of input.regions)
    lines.push(`${name.padEnd(16)} ${hex(region.origin).padEnd(18)} ${hex(region.length).padEnd(18)} ${region.attributes}`.trimEnd())
  lines.push(`${'*default*'.padEnd(16)} ${hex(0n).padEnd(18)} 0x${'f'.repeat(digits)}`, '', 'Linker script and memory map', '')
  for (const object of input.objects) if (object.fileName !== linkerStubs) lines.push(`LOAD ${object.displayName}`)
  const bySection = symbolsBySection(input.symbols)
  for (const item of input.plan) {
    if (item.kind === 'assignment') lines.push(assignmentLine(item.assignment, input.symbols, hex))
    else if (item.kind === 'section' && !item.output.isIgnored) sectionLines(item.output, bySection, input.symbols, hex, size, lines)
  }
  lines.push(`OUTPUT(${input.outputName} ${input.format})`)
  return `${lines.join('\n')}\n`
}

function column(name: string): string {
  return name.length < nameWidth ? name.padEnd(nameWidth) : `${name}\n${' '.repeat(nameWidth)}`
}

function sectionLines(
  output: OutputSection,
  bySection: ReadonlyMap<InputSection, LinkSymbol[]>,
  symbols: SymbolTable,
  hex: (value: bigint) => string,
  size: (value: number) => string,
  lines: string[],
): void {
  const load = output.loadAddress === output.address ? '' : ` load address ${hex(output.loadAddress)}`
  lines.push('', `${column(output.name)}${hex(output.address)} ${size(output.sizeInBytes)}${load}`)
  const paddings = [...output.padding]
  const flush = (before: number) => {
    for (let padding = paddings[0]; padding && padding.offset < before; padding = paddings[0]) {
      paddings.shift()
      const fill = padding.fill ? ` ${[...padding.fill].map((byte) => byte.toString(16).padStart(2, '0')).join('')}` : ' '
      lines.push(`${column(' *fill*')}${hex(output.address + BigInt(padding.offset))} ${size(padding.sizeInBytes)}${fill}`)
    }
  }
  for (const item of output.items) {
    switch (item.kind) {
      case 'input': {
        const { section } = item
        flush(section.offset)
        lines.push(
          `${column(` ${section.name}`)}${hex(output.address + BigInt(section.offset))} ${size(section.sizeInBytes)} ${section.object.displayName}`,
        )
        for (const symbol of bySection.get(section) ?? []) {
          const value = symbolAddress(symbol)
          if (value) lines.push(`${' '.repeat(nameWidth)}${hex(absoluteOf(value))}                ${symbol.name}`)
        }
        break
      }
      case 'data': {
        flush(item.offset)
        const word = { 1: 'BYTE', 2: 'SHORT', 4: 'LONG', 8: item.isSigned ? 'SQUAD' : 'QUAD' }[item.width]
        lines.push(
          `${' '.repeat(nameWidth)}${hex(output.address + BigInt(item.offset))} ${size(item.width)} ${word} 0x${item.number.toString(16)}`,
        )
        break
      }
      case 'assignment':
        lines.push(assignmentLine(item.assignment, symbols, hex))
        break
      default:
        break
    }
  }
  flush(Number.POSITIVE_INFINITY)
}

function assignmentLine(
  assignment: Extract<PlanItem, { kind: 'assignment' }>['assignment'],
  symbols: SymbolTable,
  hex: (value: bigint) => string,
): string {
  const { source, start, end } = assignment.span
  const text = source.text.slice(start, Math.max(start, end)).replace(/\s+/g, ' ')
  const symbol = assignment.name === '.' ? undefined : symbols.get(assignment.name)
  const value = symbol?.state === 'defined' ? symbolAddress(symbol) : undefined
  const place = value ? hex(absoluteOf(value)) : assignment.isProvide ? '[!provide]' : ''
  return `${' '.repeat(nameWidth)}${place.padEnd(10)}                ${text}`
}

function symbolsBySection(symbols: SymbolTable): Map<InputSection, LinkSymbol[]> {
  const found = new Map<InputSection, LinkSymbol[]>()
  for (const symbol of symbols.byName.values()) {
    if (symbol.state !== 'defined' || !symbol.section) continue
    const list = found.get(symbol.section)
    if (list) list.push(symbol)
    else found.set(symbol.section, [symbol])
  }
  for (const list of found.values()) list.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0))
  return found
}

/** --cref: each symbol with the object that defines it, then those that use it. */
export function crossReferenceText({ objects, symbols }: Pick<MapInput, 'objects' | 'symbols'>): string {
  const lines = ['', 'Cross Reference Table', '', 'Symbol                                            File']
  const users = new Map<LinkSymbol, string[]>()
  for (const object of objects) {
    for (const symbol of new Set(object.symbols)) {
      if (symbol.isLocal || symbol.definedIn === object) continue
      const list = users.get(symbol)
      if (list) list.push(object.displayName)
      else users.set(symbol, [object.displayName])
    }
  }
  const all = [...symbols.byName.values()].filter((symbol) => symbol.definedIn !== undefined || users.has(symbol))
  all.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  for (const symbol of all) {
    const files = [...(symbol.definedIn ? [symbol.definedIn.displayName] : []), ...(users.get(symbol) ?? [])]
    files.forEach((file, i) => lines.push(`${(i === 0 ? symbol.name : '').padEnd(49)} ${file}`))
  }
  return `${lines.join('\n')}\n`
}
