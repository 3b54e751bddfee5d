// .eh_frame: equal CIEs are kept once, FDEs of discarded code are left out.
// Enters: input sections .eh_frame. Leaves: shorter contents with relocations moved along, and CIE pointers to set once
// addresses are known. LSB "Exception Frames"; DWARF 5 §6.4.1.

import { RelocationTable } from '@kernelbox/elf'
import type { PlanItem } from './layout.ts'
import type { InputSection, LinkSymbol } from './model.ts'

interface Record_ {
  readonly start: number
  readonly end: number
  /** Offset of the CIE that an FDE names; undefined for a CIE or the terminator. */
  readonly cie: number | undefined
  readonly isTerminator: boolean
}

/** An FDE's pointer to its CIE: the distance between them, known after the layout. */
export interface CiePointer {
  readonly section: InputSection
  readonly at: number
  readonly cieSection: InputSection
  readonly cieAt: number
}

export interface EhFrames {
  readonly pointers: readonly CiePointer[]
}

export function optimizeEhFrames(plan: readonly PlanItem[]): EhFrames {
  const pointers: CiePointer[] = []
  for (const item of plan) {
    if (item.kind !== 'section') continue
    const cies = new Map<string, { section: InputSection; at: number }>()
    const sections = item.output.items.flatMap((one) => (one.kind === 'input' && one.section.name === '.eh_frame' ? [one.section] : []))
    sections.forEach((section, i) => shorten(section, i === sections.length - 1, cies, pointers))
  }
  return { pointers }
}

function recordsOf(contents: Uint8Array): Record_[] | undefined {
  const view = new DataView(contents.buffer, contents.byteOffset, contents.byteLength)
  const records: Record_[] = []
  const starts = new Set<number>()
  let at = 0
  while (at < contents.length) {
    if (at + 4 > contents.length) return undefined
    const length = view.getUint32(at, true)
    if (length === 0) {
      records.push({ start: at, end: at + 4, cie: undefined, isTerminator: true })
      at += 4
      continue
    }
    const end = at + 4 + length
    // 64-bit lengths are left alone.
    if (length === 0xffff_ffff || end > contents.length || length < 4) return undefined
    const id = view.getUint32(at + 4, true)
    if (id === 0) starts.add(at)
    else if (!starts.has(at + 4 - id)) return undefined
    records.push({ start: at, end, cie: id === 0 ? undefined : at + 4 - id, isTerminator: false })
    at = end
  }
  return records
}

function shorten(
  section: InputSection,
  isLast: boolean,
  cies: Map<string, { section: InputSection; at: number }>,
  pointers: CiePointer[],
): void {
  const { contents, relocations } = section
  const records = recordsOf(contents)
  if (!records) return
  const rows = rowsByRecord(records, relocations)
  const symbols = section.object.symbols
  const kept: { record: Record_; at: number }[] = []
  const places = new Map<number, { section: InputSection; at: number }>()
  // A CIE is wanted by the FDEs that are kept.
  const wanted = new Set<number>()
  const isDead = (record: Record_): boolean => {
    const first = rows.get(record.start)?.find((row) => (relocations?.offsets[row] as number) === record.start + 8)
    if (first === undefined || !relocations) return false
    const symbol = symbols[relocations.symbols[first] as number] as LinkSymbol
    const target = symbol.section
    return target !== undefined && (target.isDiscarded || !target.isLive)
  }
  for (const record of records) if (record.cie !== undefined && !isDead(record)) wanted.add(record.cie)
  let size = 0
  for (const record of records) {
    if (record.isTerminator) {
      if (isLast) {
        kept.push({ record, at: size })
        size += 4
      }
      continue
    }
    if (record.cie === undefined) {
      if (!wanted.has(record.start)) continue
      const key = cieKey(section, record, rows.get(record.start) ?? [])
      const known = cies.get(key)
      if (known) {
        places.set(record.start, known)
        continue
      }
      const place = { section, at: size }
      cies.set(key, place)
      places.set(record.start, place)
    } else {
      if (isDead(record)) continue
      const cie = places.get(record.cie)
      if (!cie) return
      pointers.push({ section, at: size + 4, cieSection: cie.section, cieAt: cie.at })
    }
    kept.push({ record, at: size })
    size += record.end - record.start
  }
  const bytes = new Uint8Array(size)
  const table = relocations && RelocationTable.withCapacity(relocations.count)
  for (const { record, at } of kept) {
    bytes.set(contents.subarray(record.start, record.end), at)
    for (const row of rows.get(record.start) ?? []) {
      if (!relocations || !table) continue
      const offset = (relocations.offsets[row] as number) - record.start + at
      table.add(offset, relocations.types[row] as number, relocations.symbols[row] as number, relocations.addends[row] as bigint)
    }
  }
  section.contents = bytes
  section.sizeInBytes = size
  section.relocations = table
}

function rowsByRecord(records: readonly Record_[], relocations: RelocationTable | undefined): Map<number, number[]> {
  const rows = new Map<number, number[]>()
  if (!relocations) return rows
  for (let row = 0; row < relocations.count; row++) {
    const offset = relocations.offsets[row] as number
    let low = 0
    let high = records.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((records[middle] as Record_).start <= offset) low = middle
      else high = middle - 1
    }
    const start = records[low]?.start ?? 0
    const list = rows.get(start)
    if (list) list.push(row)
    else rows.set(start, [row])
  }
  return rows
}

/** Equal keys: the CIEs have equal bytes and the same personality routine. */
function cieKey(section: InputSection, record: Record_, rows: readonly number[]): string {
  let key = ''
  for (let at = record.start; at < record.end; at++) key += String.fromCharCode(section.contents[at] as number)
  const { relocations, object } = section
  for (const row of rows) {
    if (!relocations) break
    const symbol = object.symbols[relocations.symbols[row] as number] as LinkSymbol
    const identity = symbol.isLocal ? `${object.order}:${relocations.symbols[row]}` : symbol.name
    key += ` ${(relocations.offsets[row] as number) - record.start} ${relocations.types[row]} ${identity} ${relocations.addendAt(row)}`
  }
  return key
}

/** Sets the CIE pointers in the output's bytes. */
export function writeCiePointers(frames: EhFrames): void {
  for (const { section, at, cieSection, cieAt } of frames.pointers) {
    const { output } = section
    if (!output || !cieSection.output || output.contents.length < section.offset + at + 4) continue
    const place = section.offset + at
    const cie = Number(cieSection.output.address - output.address) + cieSection.offset + cieAt
    new DataView(output.contents.buffer, output.contents.byteOffset).setUint32(place, place - cie, true)
  }
}
