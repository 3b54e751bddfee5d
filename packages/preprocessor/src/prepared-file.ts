// A source file made ready for scanning (C17 5.1.1.2, phases 1 and 2).
// Enters: the bytes of a file. Leaves: bytes in which each logical line is one line ended by a line feed, and the list of
// places where something was taken out, so that every offset leads back to the written byte and line.

import { SourceFile } from '@kernelbox/diagnostics'

export class PreparedFile {
  readonly source: SourceFile
  /** Ends with a line feed and one NUL behind it. */
  readonly bytes: Uint8Array
  /** Offset of the NUL. */
  readonly end: number
  /** Offsets in `bytes` from which on `#removed[i]` written bytes and `#lines[i]` line ends are missing. Sorted. */
  readonly editOffsets: number[]
  readonly editRemoved: number[]
  readonly editLines: number[]
  /** What gcc warns of where it does not stand in a comment: blanks in a splice, trigraphs that are not replaced. */
  readonly remarks: readonly Remark[]
  /** Written offset of the backslash with which the file ends, -1 for none. */
  readonly finalSplice: number
  /** Shared by all paths that lead to the same file. */
  shared = { isOnce: false, wasRead: false }

  constructor(source: SourceFile, prepared: Prepared) {
    this.source = source
    this.bytes = prepared.bytes
    this.end = prepared.end
    this.editOffsets = prepared.editOffsets
    this.editRemoved = prepared.editRemoved
    this.editLines = prepared.editLines
    this.remarks = prepared.remarks
    this.finalSplice = prepared.finalSplice
  }

  /** Index of the last edit at or before an offset, -1 for none. */
  editAt(offset: number): number {
    const offsets = this.editOffsets
    let low = 0
    let high = offsets.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((offsets[middle] as number) <= offset) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /** The written offset of an offset in `bytes`. */
  writtenOffset(offset: number): number {
    if (this.editOffsets.length === 0) return offset
    const edit = this.editAt(offset)
    return edit < 0 ? offset : offset + (this.editRemoved[edit] as number)
  }
}

interface Prepared {
  bytes: Uint8Array
  end: number
  editOffsets: number[]
  editRemoved: number[]
  editLines: number[]
  remarks: Remark[]
  /** Offset of the backslash with which the file ends, -1 for none. */
  finalSplice: number
}

export interface Remark {
  /** In the prepared bytes. */
  readonly offset: number
  readonly written: number
  /** The third character of a trigraph, or undefined for a splice. */
  readonly trigraph: string | undefined
  /** Told in comments too: a trigraph that would have spliced lines. */
  readonly isInComments: boolean
}

export function prepareFile(
  name: string,
  written: Uint8Array,
  hasTrigraphs: boolean,
  source = SourceFile.fromBytes(name, written),
): PreparedFile {
  return new PreparedFile(source, prepare(written, hasTrigraphs))
}

const trigraphs = new Map(
  ['=#', '/\\', "'^", '([', ')]', '!|', '<{', '>}', '-~'].map((pair) => [pair.charCodeAt(0), pair.charCodeAt(1)] as const),
)

function prepare(written: Uint8Array, hasTrigraphs: boolean): Prepared {
  const size = written.length
  const hasMark = size >= 3 && written[0] === 0xef && written[1] === 0xbb && written[2] === 0xbf
  const isPlain = !hasMark && nextSplice(written, 0) === size && written.indexOf(0x0d) < 0 && !(hasTrigraphs && written.indexOf(0x3f) >= 0)
  const result: Prepared = {
    bytes: new Uint8Array(size + 2),
    end: 0,
    editOffsets: [],
    editRemoved: [],
    editLines: [],
    remarks: [],
    finalSplice: -1,
  }
  const { bytes } = result
  if (isPlain) {
    bytes.set(written)
    if (!hasTrigraphs) remarkTrigraphs(written, result.remarks)
    let end = size
    if (size > 0 && written[size - 1] !== 0x0a) bytes[end++] = 0x0a
    result.end = end
    return result
  }
  let removed = 0
  let lines = 0
  let out = 0
  const note = (removedBytes: number, removedLines: number) => {
    removed += removedBytes
    lines += removedLines
    result.editOffsets.push(out)
    result.editRemoved.push(removed)
    result.editLines.push(lines)
  }
  let i = 0
  if (hasMark) {
    i = 3
    note(3, 0)
  }
  // The next places where more than a copy is wanted; found by the machine's own search.
  let splice = -1
  let lineReturn = -1
  let trigraph = -1
  while (i < size) {
    if (splice < i) splice = nextSplice(written, i)
    if (lineReturn < i) lineReturn = indexOrEnd(written, 0x0d, i)
    if (trigraph < i) trigraph = nextTrigraph(written, i)
    const next = Math.min(splice, lineReturn, trigraph)
    if (next > i) {
      bytes.set(written.subarray(i, next), out)
      out += next - i
      i = next
      if (i === size) break
    }
    const c = written[i] as number
    let backslashLength = c === 0x5c ? 1 : 0
    if (hasTrigraphs && c === 0x3f && written[i + 1] === 0x3f) {
      const replacement = trigraphs.get(written[i + 2] ?? 0)
      if (replacement === 0x5c) backslashLength = 3
      else if (replacement !== undefined) {
        bytes[out++] = replacement
        note(2, 0)
        i += 3
        continue
      }
    }
    if (backslashLength > 0) {
      let j = i + backslashLength
      while (isBlank(written[j])) j++
      const blanks = j - i - backslashLength
      const lineEnd = lineEndLength(written, j)
      if (lineEnd > 0) {
        j += lineEnd
        if (blanks > 0) result.remarks.push({ offset: out, written: i, trigraph: undefined, isInComments: false })
        note(j - i, 1)
        if (j >= size) result.finalSplice = i
        i = j
        continue
      }
      bytes[out++] = 0x5c
      if (backslashLength === 3) note(2, 0)
      i += backslashLength
      continue
    }
    if (c === 0x0d) {
      bytes[out++] = 0x0a
      i++
      if (written[i] === 0x0a) {
        i++
        note(1, 0)
      }
      continue
    }
    if (c === 0x3f && !hasTrigraphs && isTrigraphAt(written, i)) {
      result.remarks.push(trigraphRemark(written, i, out))
    }
    bytes[out++] = c
    i++
  }
  if (out > 0 && bytes[out - 1] !== 0x0a) bytes[out++] = 0x0a
  bytes.fill(0, out)
  result.end = out
  return result
}

function indexOrEnd(bytes: Uint8Array, value: number, from: number): number {
  const at = bytes.indexOf(value, from)
  return at < 0 ? bytes.length : at
}

const isTrigraphAt = (bytes: Uint8Array, i: number) => bytes[i + 1] === 0x3f && trigraphs.has(bytes[i + 2] ?? 0)

function trigraphRemark(bytes: Uint8Array, at: number, offset: number): Remark {
  const last = bytes[at + 2] as number
  let next = at + 3
  while (isBlank(bytes[next])) next++
  return { offset, written: at, trigraph: String.fromCharCode(last), isInComments: last === 0x2f && lineEndLength(bytes, next) > 0 }
}

function remarkTrigraphs(bytes: Uint8Array, remarks: Remark[]): void {
  for (let i = nextTrigraph(bytes, 0); i < bytes.length; i = nextTrigraph(bytes, i + 1)) remarks.push(trigraphRemark(bytes, i, i))
}

/** Offset of the next trigraph, or the size. */
function nextTrigraph(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0x3f, from)
  while (at >= 0 && !isTrigraphAt(bytes, at)) at = bytes.indexOf(0x3f, at + 1)
  return at < 0 ? bytes.length : at
}

const isBlank = (c: number | undefined) => c === 0x20 || c === 0x09 || c === 0x0b || c === 0x0c

function lineEndLength(bytes: Uint8Array, at: number): number {
  const c = bytes[at]
  if (c === 0x0a) return 1
  if (c === 0x0d) return bytes[at + 1] === 0x0a ? 2 : 1
  return 0
}

/** Offset of the next backslash that joins its line to the next one, or the size. */
function nextSplice(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x5c, from); at >= 0; at = bytes.indexOf(0x5c, at + 1)) {
    let j = at + 1
    while (isBlank(bytes[j])) j++
    const c = bytes[j]
    if (c === 0x0a || c === 0x0d) return at
  }
  return bytes.length
}
