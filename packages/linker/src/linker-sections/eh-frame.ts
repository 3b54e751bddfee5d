// .eh_frame: equal CIEs are kept once, FDEs of discarded code are left out, padding goes.
// Enters: input sections .eh_frame. Leaves: shorter contents with relocations moved along, and CIE pointers to set once
// addresses are known. LSB "Exception Frames"; DWARF 5 §6.4.1. What of the padding GNU ld 2.40 keeps was tried: each entry
// loses the no-operations that its length does not need to be a multiple of four, and the last one of a section gets
// those that the section after it needs to be aligned.

import { RelocationTable } from '@kernelbox/elf'
import { usedLengths } from './frame-instructions.ts'
import type { PlanItem } from '../layout/layout.ts'
import type { InputSection, LinkSymbol } from '../model.ts'

export interface FrameRecord {
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
  /** One for each FDE that is kept. */
  readonly pointers: readonly CiePointer[]
  /** There is an input section of the name. */
  readonly isFound: boolean
}

/** @param isRelocatable CIEs stay as they are, and relocations of what is left out stay as R_*_NONE (tried on GNU ld 2.40) */
export function optimizeEhFrames(plan: readonly PlanItem[], isRelocatable: boolean): EhFrames {
  const pointers: CiePointer[] = []
  let isFound = false
  for (const item of plan) {
    if (item.kind !== 'section') continue
    const cies = new Map<string, { section: InputSection; at: number }>()
    const sections = item.output.items.flatMap((one) => (one.kind === 'input' && one.section.name === '.eh_frame' ? [one.section] : []))
    if (sections.length > 0) isFound = true
    const plans = sections.map((section, i) => planOf(section, i === sections.length - 1, isRelocatable ? undefined : cies, pointers))
    plans.forEach((one, i) => {
      if (!one) return
      // What is left empty wants no alignment.
      const next = sections.find((section, k) => k > i && (plans[k]?.sizeInBytes ?? section.sizeInBytes) > 0)
      shorten(one, next, isRelocatable)
    })
  }
  return { pointers, isFound }
}

function recordsOf(contents: Uint8Array): FrameRecord[] | undefined {
  const view = new DataView(contents.buffer, contents.byteOffset, contents.byteLength)
  const records: FrameRecord[] = []
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

/** What stays of a section, and where. */
interface FramePlan {
  readonly section: InputSection
  readonly kept: readonly { readonly record: FrameRecord; readonly at: number }[]
  readonly rows: ReadonlyMap<number, readonly number[]>
  readonly lengthOf: (record: FrameRecord) => number
  readonly sizeInBytes: number
}

function planOf(
  section: InputSection,
  isLast: boolean,
  cies: Map<string, { section: InputSection; at: number }> | undefined,
  pointers: CiePointer[],
): FramePlan | undefined {
  const { contents, relocations } = section
  const records = recordsOf(contents)
  if (!records) return undefined
  const rows = rowsByRecord(records, relocations)
  const symbols = section.object.symbols
  const kept: { record: FrameRecord; at: number }[] = []
  const places = new Map<number, { section: InputSection; at: number }>()
  // A CIE is wanted by the FDEs that are kept.
  const wanted = new Set<number>()
  const isDead = (record: FrameRecord): boolean => {
    const first = rows.get(record.start)?.find((row) => relocations?.offsetAt(row) === record.start + 8)
    if (first === undefined || !relocations) return false
    const symbol = symbols[relocations.symbolAt(first)] as LinkSymbol
    const target = symbol.section
    return target !== undefined && (target.isDiscarded || !target.isLive)
  }
  for (const record of records) if (record.cie !== undefined && !isDead(record)) wanted.add(record.cie)
  const used = usedLengths(section, records)
  let size = 0
  const lengthOf = (record: FrameRecord) => used.get(record.start) ?? record.end - record.start
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
      const key = cies ? cieKey(section, record, rows.get(record.start) ?? []) : ''
      const known = cies?.get(key)
      if (known) {
        places.set(record.start, known)
        continue
      }
      const place = { section, at: size }
      cies?.set(key, place)
      places.set(record.start, place)
    } else {
      if (isDead(record)) continue
      const cie = places.get(record.cie)
      if (!cie) return undefined
      pointers.push({ section, at: size + 4, cieSection: cie.section, cieAt: cie.at })
    }
    kept.push({ record, at: size })
    size += lengthOf(record)
  }
  return { section, kept, rows, lengthOf, sizeInBytes: size }
}

function shorten({ section, kept, rows, lengthOf, sizeInBytes }: FramePlan, next: InputSection | undefined, isRelocatable: boolean): void {
  const { contents, relocations } = section
  const last = kept.at(-1)
  const padding = !next || !last || last.record.isTerminator ? 0 : -sizeInBytes & (next.alignment - 1)
  const bytes = new Uint8Array(sizeInBytes + padding)
  const view = new DataView(bytes.buffer)
  const table = relocations && RelocationTable.withCapacity(relocations.count)
  const places = new Map<number, number>()
  for (const { record, at } of kept) {
    const length = lengthOf(record)
    bytes.set(contents.subarray(record.start, record.start + length), at)
    if (!record.isTerminator) view.setUint32(at, length - 4 + (record === last?.record ? padding : 0), true)
    for (const row of rows.get(record.start) ?? []) places.set(row, at - record.start)
  }
  // In a relocatable object relocations of what is left out stay, without a meaning, beside the one before.
  let before = 0
  const count = relocations?.count ?? 0
  for (let row = 0; row < count; row++) {
    const moved = places.get(row)
    if (!relocations || !table) break
    if (moved !== undefined) {
      before = relocations.offsetAt(row) + moved
      table.add(before, relocations.typeAt(row), relocations.symbolAt(row), relocations.exactAddendAt(row))
    } else if (isRelocatable && last) table.add(before, 0, 0, 0n)
  }
  section.contents = bytes
  section.sizeInBytes = bytes.length
  if (bytes.length === 0) section.alignment = 1
  section.relocations = table
}

function rowsByRecord(records: readonly FrameRecord[], relocations: RelocationTable | undefined): Map<number, number[]> {
  const rows = new Map<number, number[]>()
  if (!relocations) return rows
  for (let row = 0; row < relocations.count; row++) {
    const offset = relocations.offsetAt(row)
    let low = 0
    let high = records.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((records[middle] as FrameRecord).start <= offset) low = middle
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
function cieKey(section: InputSection, record: FrameRecord, rows: readonly number[]): string {
  let key = ''
  for (let at = record.start; at < record.end; at++) key += String.fromCharCode(section.contents[at] as number)
  const { relocations, object } = section
  for (const row of rows) {
    if (!relocations) break
    const symbol = object.symbols[relocations.symbolAt(row)] as LinkSymbol
    const identity = symbol.isLocal ? `${object.order}:${relocations.symbolAt(row)}` : symbol.name
    key += ` ${relocations.offsetAt(row) - record.start} ${relocations.typeAt(row)} ${identity} ${relocations.addendAt(row)}`
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

/** What the unwind information of code speaks of beside the code: its language-specific data and its personality routine. */
export function symbolsOfFrames(section: InputSection): Map<InputSection, LinkSymbol[]> {
  const found = new Map<InputSection, LinkSymbol[]>()
  const { relocations, object } = section
  const records = relocations && recordsOf(section.contents)
  if (!records || !relocations) return found
  const rows = rowsByRecord(records, relocations)
  const symbolsOf = (start: number): LinkSymbol[] =>
    (rows.get(start) ?? []).flatMap((row) => object.symbols[relocations.symbolAt(row)] ?? [])
  for (const record of records) {
    if (record.cie === undefined) continue
    const [code, ...others] = symbolsOf(record.start)
    if (!code?.section) continue
    const all = [...others, ...symbolsOf(record.cie)]
    const known = found.get(code.section)
    if (known) known.push(...all)
    else found.set(code.section, all)
  }
  return found
}
