// Output sections to program headers.
// Enters: the laid out sections, or the script's PHDRS. Leaves: segments with the sections in each, and file offsets.
// gABI ch. 5 "Program Header"; GNU ld manual §3.8; where a segment ends was tried on GNU ld 2.40.

import { type DiagnosticSink, nearestWord } from '@kernelbox/diagnostics'
import {
  elfHeaderSize,
  type ExecutableSegment,
  PF_R,
  PF_W,
  PF_X,
  programHeaderSize,
  PT_GNU_STACK,
  PT_LOAD,
  PT_NOTE,
  PT_PHDR,
  PT_TLS,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_TLS,
  SHF_WRITE,
  SHT_NOBITS,
  SHT_NOTE,
} from '@kernelbox/elf'
import { didYouMean } from './evaluate.ts'
import type { OutputSection } from '../model.ts'
import type { ProgramHeader } from '../script/syntax/ast.ts'

const PT_DYNAMIC = 2
const PT_INTERP = 3
const PT_GNU_EH_FRAME = 0x6474e550
const PT_GNU_RELRO = 0x6474e552
const PT_GNU_PROPERTY = 0x6474e553

export interface Segment {
  readonly type: number
  readonly sections: OutputSection[]
  flags: number | undefined
  hasFileHeader: boolean
  hasProgramHeaders: boolean
  /** For a segment that begins with the headers: where they are loaded. */
  headersAt: bigint | undefined
  loadAddress: bigint | undefined
  /** A RELRO segment covers this range. */
  range: { readonly start: bigint; readonly end: bigint } | undefined
}

export interface SegmentOptions {
  readonly elfClass: 32 | 64
  readonly maxPageSize: bigint
  readonly commonPageSize: bigint
  readonly isPaged: boolean
  /** -N: text is writable. */
  readonly isTextWritable: boolean
  /** The script asked for SIZEOF_HEADERS: it means to load them. */
  readonly loadsHeaders: boolean
  readonly separateCode: boolean
  /** PF_* of PT_GNU_STACK, undefined: none. */
  readonly stackFlags: number | undefined
  readonly relro: { readonly start: bigint; readonly end: bigint } | undefined
  readonly hasEhFrameHeader: boolean
  /** How many program headers the last round found. */
  readonly headerCount: number
}

const isLoaded = (output: OutputSection) => output.type !== SHT_NOBITS
const isTls = (output: OutputSection) => (output.flags & SHF_TLS) !== 0
const isTlsBss = (output: OutputSection) => isTls(output) && !isLoaded(output)
/** Of sections at one address, those without contents come last. */
const isAtEnd = (output: OutputSection) => !isLoaded(output) && !isTls(output) && output.sizeInBytes > 0
const sizeInMemory = (output: OutputSection) => (isTlsBss(output) ? 0n : BigInt(output.sizeInBytes))

function alignDown(value: bigint, alignment: bigint): bigint {
  return value - (value % alignment)
}

/** Unlike the script's ALIGN it does not wrap: a page's end may be the end of memory. */
function alignUp(value: bigint, alignment: bigint): bigint {
  return alignDown(value + alignment - 1n, alignment)
}

/** Room between sections of one segment that is kept in the file; beyond it the file would be all holes. */
const mostPaddingInFile = 0x4000_0000n

function segment(type: number, sections: OutputSection[], flags?: number): Segment {
  return {
    type,
    sections,
    flags,
    hasFileHeader: false,
    hasProgramHeaders: false,
    headersAt: undefined,
    loadAddress: undefined,
    range: undefined,
  }
}

export function headersSize(elfClass: 32 | 64, count: number): bigint {
  return BigInt(elfHeaderSize(elfClass) + count * programHeaderSize(elfClass))
}

/** Segments for sections without PHDRS in the script. */
export function mapSegments(outputs: readonly OutputSection[], options: SegmentOptions): Segment[] {
  const allocated = outputs
    .filter((output) => (output.flags & SHF_ALLOC) !== 0)
    .toSorted(
      (a, b) =>
        compare(a.loadAddress, b.loadAddress) ||
        compare(a.address, b.address) ||
        Number(isAtEnd(a)) - Number(isAtEnd(b)) ||
        a.sizeInBytes - b.sizeInBytes,
    )
  const segments = loadSegments(allocated, options)
  // A program with an interpreter tells it where its program headers are, before all that is loaded (gABI "PT_PHDR").
  const interpreter = outputs.find((output) => output.name === '.interp' && (output.flags & SHF_ALLOC) !== 0 && isLoaded(output))
  if (interpreter) {
    const headers = segment(PT_PHDR, [])
    headers.hasProgramHeaders = true
    segments.unshift(headers, segment(PT_INTERP, [interpreter]))
  }
  const dynamic = allocated.find((output) => output.name === '.dynamic' && isLoaded(output))
  if (dynamic) segments.push(segment(PT_DYNAMIC, [dynamic]))
  const inOrder = outputs.filter((output) => (output.flags & SHF_ALLOC) !== 0)
  for (let i = 0; i < inOrder.length; i++) {
    const first = inOrder[i] as OutputSection
    if (first.type !== SHT_NOTE || !isLoaded(first)) continue
    // Notes that follow each other closely and are aligned alike are one segment.
    const run = [first]
    for (;;) {
      const next = inOrder[i + 1]
      const last = run.at(-1) as OutputSection
      if (next?.type !== SHT_NOTE || next.alignment !== first.alignment) break
      if (alignUp(last.loadAddress + BigInt(last.sizeInBytes), BigInt(next.alignment)) !== next.loadAddress) break
      run.push(next)
      i++
    }
    segments.push(segment(PT_NOTE, run))
  }
  const tls = inOrder.filter(isTls)
  if (tls.length > 0) segments.push(segment(PT_TLS, tls))
  const property = inOrder.find((output) => output.name === '.note.gnu.property' && output.sizeInBytes > 0)
  if (property) segments.push(segment(PT_GNU_PROPERTY, [property]))
  const ehFrameHeader = options.hasEhFrameHeader && inOrder.find((output) => output.name === '.eh_frame_hdr')
  if (ehFrameHeader) segments.push(segment(PT_GNU_EH_FRAME, [ehFrameHeader]))
  if (options.stackFlags !== undefined) segments.push(segment(PT_GNU_STACK, [], options.stackFlags))
  if (options.relro) {
    const { start, end } = options.relro
    const inside = inOrder.filter((output) => output.address >= start && output.address < end && output.sizeInBytes > 0)
    if (inside.length > 0)
      segments.push({ ...segment(PT_GNU_RELRO, inside, PF_R), range: { start: (inside[0] as OutputSection).address, end } })
  }
  return segments
}

function loadSegments(allocated: readonly OutputSection[], options: SegmentOptions): Segment[] {
  const { maxPageSize: page, isPaged, separateCode } = options
  const [first] = allocated
  if (!first) return []
  const segments: Segment[] = []
  const headers = headersSize(options.elfClass, options.headerCount)
  let current: Segment | undefined
  let pending: Segment | undefined
  const fits = first.loadAddress >= headers && (options.loadsHeaders || first.loadAddress % page >= headers % page)
  if (isPaged && fits) {
    let at = alignDown(first.loadAddress - headers, page)
    let isSeparate = separateCode && (first.flags & SHF_EXECINSTR) !== 0
    const firstPage = alignDown(first.loadAddress, page)
    if (isSeparate && alignDown(at + headers - 1n, page) === firstPage) {
      if (firstPage === 0n) isSeparate = false
      else at -= page
    }
    const withHeaders = segment(PT_LOAD, [])
    withHeaders.hasFileHeader = true
    withHeaders.hasProgramHeaders = true
    withHeaders.headersAt = first.address - congruent(headers, first.address, page)
    if (isSeparate) {
      withHeaders.loadAddress = at
      segments.push(withHeaders)
    } else pending = withHeaders
  }
  let last: OutputSection | undefined
  let isWritable = false
  let isCode = false
  for (const output of allocated) {
    // A .tbss takes no room and starts nothing.
    const startsNew =
      isTlsBss(output) && current !== undefined
        ? false
        : last === undefined || current === undefined || needsNewSegment(last, output, isWritable, isCode, options)
    if (startsNew) {
      current = pending ?? segment(PT_LOAD, [])
      pending = undefined
      segments.push(current)
      isWritable = false
      isCode = false
    }
    current?.sections.push(output)
    if ((output.flags & SHF_WRITE) !== 0) isWritable = true
    if ((output.flags & SHF_EXECINSTR) !== 0) isCode = true
    // A .tbss takes no room: what comes after it is measured from what came before.
    if (startsNew || (!isTlsBss(output) && (output.sizeInBytes > 0 || isLoaded(output)))) last = output
  }
  return segments.filter((one) => one.sections.some((output) => !isTlsBss(output)) || one.hasFileHeader)
}

function needsNewSegment(
  last: OutputSection,
  output: OutputSection,
  isWritable: boolean,
  isCode: boolean,
  options: SegmentOptions,
): boolean {
  const { maxPageSize: page, isPaged, separateCode } = options
  if (last.loadAddress - last.address !== output.loadAddress - output.address) return true
  const lastEnd = last.loadAddress + sizeInMemory(last)
  if (output.loadAddress < lastEnd) return true
  const nextPage = alignUp(lastEnd, page)
  if (isPaged && nextPage + page > lastEnd && nextPage + page <= output.loadAddress) return true
  // What shares a page must share the segment that maps it.
  if (isPaged && output.loadAddress < nextPage) return false
  if (!isLoaded(last) && !isTls(last) && (isLoaded(output) || isTls(output))) return true
  if (!isPaged) return false
  const isOutputCode = (output.flags & SHF_EXECINSTR) !== 0
  if (separateCode && isCode !== isOutputCode) return true
  return !isWritable && (output.flags & SHF_WRITE) !== 0
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

const segmentTypes: Readonly<Record<string, number>> = {
  PT_NULL: 0,
  PT_LOAD: 1,
  PT_DYNAMIC,
  PT_INTERP,
  PT_NOTE: 4,
  PT_SHLIB: 5,
  PT_PHDR: 6,
  PT_TLS: 7,
  PT_GNU_EH_FRAME,
  PT_GNU_STACK,
  PT_GNU_RELRO,
  PT_GNU_PROPERTY,
}

/** PHDRS: each section is in the segments that it names, or in those of the section before it. */
export function mapScriptSegments(
  outputs: readonly OutputSection[],
  headers: readonly ProgramHeader[],
  evaluate: (expression: NonNullable<ProgramHeader['flags']>) => bigint,
  sink: DiagnosticSink,
): Segment[] {
  const byName = new Map<string, Segment>()
  let seenLoad = false
  let loadWithoutHeaders = false
  const segments = headers.map((header) => {
    const { type: kind } = header
    let type = kind.kind === 'name' ? segmentTypes[kind.name] : Number(evaluate(kind))
    if (type === undefined) {
      const name = kind.kind === 'name' ? kind.name : ''
      const fix = didYouMean(nearestWord(name, Object.keys(segmentTypes)))
      sink.error('unknown-segment-type', `unknown type of program header '${name}'`, kind.span, { ...(fix && { fix }) })
      type = 0
    }
    if (type === PT_LOAD) {
      if ((header.hasFileHeader || header.hasProgramHeaders) && seenLoad && loadWithoutHeaders)
        sink.error('headers-not-first', 'FILEHDR and PHDRS must be in the first PT_LOAD segment', header.span)
      seenLoad = true
      if (!header.hasFileHeader && !header.hasProgramHeaders) loadWithoutHeaders = true
    }
    const made = segment(type, [], header.flags && Number(evaluate(header.flags)))
    made.hasFileHeader = header.hasFileHeader
    made.hasProgramHeaders = header.hasProgramHeaders
    if (header.loadAddress) made.loadAddress = evaluate(header.loadAddress)
    if (byName.has(header.name)) sink.error('duplicate-program-header', `program header '${header.name}' is declared twice`, header.span)
    byName.set(header.name, made)
    return made
  })
  // What comes before the first section that names a header goes where that goes.
  let names = outputs.find((output) => output.programHeaders)?.programHeaders
  if (!names && outputs.some((output) => !output.isIgnored && (output.flags & SHF_ALLOC) !== 0)) {
    sink.error('no-section-in-headers', 'no sections assigned to phdrs', headers[0]?.span, {
      fix: {
        message: `name a program header after a section's closing curly: } :${headers.find((_, i) => segments[i]?.type === PT_LOAD)?.name ?? 'text'}`,
      },
    })
    return segments
  }
  for (const output of outputs) {
    // Also what is left out says where the sections after it go.
    if (output.programHeaders) names = output.programHeaders
    if (output.isIgnored || ((output.flags & SHF_ALLOC) === 0 && !output.programHeaders)) continue
    const used = names ?? []
    // Inherited: an orphan or a section that names none goes where the last one went, but only into what is loaded.
    for (const name of used) {
      if (name === 'NONE') continue
      const target = byName.get(name)
      if (!target) {
        if (output.programHeaders)
          sink.error(
            'no-such-program-header',
            `section ${output.name} is assigned to the program header '${name}', which is not declared`,
            output.statement?.nameSpan,
          )
        continue
      }
      if (!output.programHeaders && output.isOrphan && target.type !== PT_LOAD && target.type !== PT_PHDR) continue
      target.sections.push(output)
    }
  }
  return segments
}

export interface PlacedSegments {
  readonly segments: readonly ExecutableSegment[]
  readonly offsets: ReadonlyMap<OutputSection, number>
}

/** Gives file offsets: a paged segment's offset is its address modulo the page (gABI "p_align"). */
export function placeSegments(segments: readonly Segment[], options: SegmentOptions): PlacedSegments {
  const { elfClass, maxPageSize: page, isPaged } = options
  const headers = headersSize(elfClass, segments.length)
  const offsets = new Map<OutputSection, number>()
  const placed: (ExecutableSegment | undefined)[] = segments.map(() => undefined)
  let end = headers
  segments.forEach((one, i) => {
    if (one.type !== PT_LOAD) return
    const [first] = one.sections
    const hasHeaders = one.hasFileHeader || one.hasProgramHeaders
    const strictest = maxAlignment(one.sections)
    const alignment = isPaged && page > strictest ? page : strictest
    let offset: bigint
    let address: bigint
    let loadAddress: bigint
    if (hasHeaders) {
      const base = one.hasFileHeader ? 0n : BigInt(elfHeaderSize(elfClass))
      offset = base
      if (first) {
        const fileOffset = congruent(headers, first.address, alignment)
        address = one.headersAt ?? first.address - (fileOffset - base)
        loadAddress = one.loadAddress ?? first.loadAddress - (first.address - address)
      } else {
        address = one.headersAt ?? 0n
        loadAddress = one.loadAddress ?? address
      }
    } else {
      if (!first) {
        placed[i] = emptySegment(one, isPaged ? page : 1n)
        return
      }
      offset = congruent(end, first.address, alignment)
      address = first.address
      loadAddress = one.loadAddress ?? first.loadAddress
    }
    let fileEnd = hasHeaders ? headers : offset
    let memoryEnd = hasHeaders ? address + headers - offset : address
    // In the file sections stand as they are loaded; PHDRS may join what runs far apart.
    const loadBase = first ? first.loadAddress - (first.address - address) : 0n
    for (const output of one.sections) {
      let at = output.loadAddress - loadBase + offset
      if (at < offset || at - fileEnd > mostPaddingInFile) at = congruent(fileEnd, output.address, BigInt(output.alignment))
      // What has no contents takes no room in the file: it is said to be where the file has come to.
      offsets.set(output, Number(isLoaded(output) || isTls(output) ? at : fileEnd))
      if (isLoaded(output) && at + BigInt(output.sizeInBytes) > fileEnd) fileEnd = at + BigInt(output.sizeInBytes)
      const endInMemory = address + at - offset + BigInt(output.sizeInBytes)
      if (!isTlsBss(output) && endInMemory > memoryEnd) memoryEnd = endInMemory
    }
    // What has nothing in the file takes no room there, not even to be aligned.
    if (fileEnd > end && fileEnd > offset) end = fileEnd
    // Nothing of it is in the file: GNU ld keeps its offset within the first page (gABI asks for the address modulo the page).
    const isEmptyInFile = isPaged && !hasHeaders && fileEnd === offset
    placed[i] = {
      type: PT_LOAD,
      flags: one.flags ?? flagsOf(one.sections, options.isTextWritable),
      fileOffset: Number(isEmptyInFile ? address % alignment : offset),
      address,
      loadAddress,
      sizeInFile: Number(fileEnd - offset),
      sizeInMemory: memoryEnd - address,
      alignment,
    }
  })
  segments.forEach((one, i) => {
    if (one.type !== PT_LOAD) placed[i] = otherSegment(one, placed, offsets, headers, options)
  })
  return { segments: placed as ExecutableSegment[], offsets }
}

function otherSegment(
  one: Segment,
  placed: readonly (ExecutableSegment | undefined)[],
  offsets: ReadonlyMap<OutputSection, number>,
  headers: bigint,
  options: SegmentOptions,
): ExecutableSegment {
  const { elfClass } = options
  const [first] = one.sections
  if (one.type === PT_PHDR || (!first && (one.hasFileHeader || one.hasProgramHeaders))) {
    const base = one.hasFileHeader ? 0 : elfHeaderSize(elfClass)
    const holder = placed.find((other) => other !== undefined && other.type === PT_LOAD && other.fileOffset <= base)
    const address = holder ? holder.address + BigInt(base - holder.fileOffset) : 0n
    const loadAddress = one.loadAddress ?? (holder ? holder.loadAddress + BigInt(base - holder.fileOffset) : 0n)
    let size = Number(headers) - base
    for (const output of one.sections) size += output.sizeInBytes
    return {
      type: one.type,
      flags: one.flags ?? flagsOf(one.sections, options.isTextWritable),
      fileOffset: base,
      address,
      loadAddress,
      sizeInFile: size,
      sizeInMemory: BigInt(size),
      alignment: elfClass === 64 ? 8n : 4n,
    }
  }
  if (!first) return emptySegment(one, one.type === PT_GNU_STACK ? 16n : 1n)
  const fileOffset = offsets.get(first) ?? Number(headers)
  const address = one.range?.start ?? first.address
  let fileEnd = fileOffset
  let memoryEnd = first.address
  for (const output of one.sections) {
    const at = fileOffset + Number(output.address - first.address)
    if (isLoaded(output)) fileEnd = Math.max(fileEnd, at + output.sizeInBytes)
    const sectionEnd = output.address + BigInt((output.flags & SHF_ALLOC) !== 0 ? output.sizeInBytes : 0)
    if (sectionEnd > memoryEnd) memoryEnd = sectionEnd
  }
  const start = fileOffset - Number(first.address - address)
  // The read-only part ends with its page, but not after what the file holds of the segment.
  const holder = placed.findLast(
    (other) => other?.type === PT_LOAD && other.fileOffset <= start && start <= other.fileOffset + other.sizeInFile,
  )
  const available = holder ? holder.fileOffset + holder.sizeInFile - start : Number.MAX_SAFE_INTEGER
  const sizeInFile = one.range ? Math.min(Number(one.range.end - one.range.start), available) : fileEnd - fileOffset
  return {
    type: one.type,
    flags: one.flags ?? (one.type === PT_TLS ? PF_R : flagsOf(one.sections)),
    fileOffset: start,
    address,
    loadAddress: one.loadAddress ?? first.loadAddress - (first.address - address),
    sizeInFile,
    sizeInMemory: one.range ? one.range.end - one.range.start : memoryEnd - first.address,
    alignment: one.type === PT_GNU_RELRO ? 1n : maxAlignment(one.sections),
  }
}

function emptySegment({ type, flags, loadAddress }: Segment, alignment: bigint): ExecutableSegment {
  return {
    type,
    flags: flags ?? 0,
    fileOffset: 0,
    address: 0n,
    loadAddress: loadAddress ?? 0n,
    sizeInFile: 0,
    sizeInMemory: 0n,
    alignment,
  }
}

function congruent(offset: bigint, address: bigint, alignment: bigint): bigint {
  const wanted = address % alignment
  const have = offset % alignment
  return offset + ((wanted - have + alignment) % alignment)
}

function maxAlignment(sections: readonly OutputSection[]): bigint {
  let alignment = 1
  for (const output of sections) if (output.alignment > alignment) alignment = output.alignment
  return BigInt(alignment)
}

function flagsOf(sections: readonly OutputSection[], isTextWritable = false): number {
  let flags = PF_R
  for (const output of sections) {
    if ((output.flags & SHF_WRITE) !== 0) flags |= PF_W
    if ((output.flags & SHF_EXECINSTR) !== 0) flags |= isTextWritable && output.name === '.text' ? PF_X | PF_W : PF_X
  }
  return flags
}
