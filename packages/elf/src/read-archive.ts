// Members of an ar archive.
// Enters: the bytes of a .a, untrusted: common (System V / GNU) format, BSD long names, or GNU "thin" archives whose
// members are files of their own. Leaves: members in order and the symbol index, or one sentence on what is wrong.
// ar(5); System V gABI ch. 7 "Archive File".

export interface ArchiveMember {
  readonly name: string
  /** Offset of the member's header in the archive, as the symbol index gives it. */
  readonly headerOffset: number
  /** Undefined in a thin archive: the file `name`, beside the archive, has the contents. */
  readonly contents: Uint8Array | undefined
}

export interface Archive {
  readonly isThin: boolean
  readonly members: readonly ArchiveMember[]
  /** Symbol to index in `members`; undefined where the archive has no index (`ar` without `s`). */
  readonly symbolIndex: ReadonlyMap<string, number> | undefined
}

export type ReadArchiveResult = { readonly archive: Archive } | { readonly fault: string }

const headerSize = 60

export function isArchive(bytes: Uint8Array): boolean {
  const magic = textOf(bytes.subarray(0, 8))
  return magic === '!<arch>\n' || magic === '!<thin>\n'
}

export function readArchive(bytes: Uint8Array): ReadArchiveResult {
  const isThin = textOf(bytes.subarray(0, 8)) === '!<thin>\n'
  if (!isArchive(bytes)) return { fault: 'not an ar archive' }
  const members: ArchiveMember[] = []
  let longNames: Uint8Array = new Uint8Array(0)
  let index: { bytes: Uint8Array; is64: boolean } | undefined
  let at = 8
  while (at < bytes.length) {
    if (at + headerSize > bytes.length) return { fault: `the header of a member at offset ${at} is cut off` }
    const header = textOf(bytes.subarray(at, at + headerSize))
    if (header.slice(58) !== '`\n') return { fault: `the header of a member at offset ${at} does not end as one should` }
    const sizeText = header.slice(48, 58).trim()
    const size = /^\d+$/.test(sizeText) ? Number(sizeText) : Number.NaN
    if (Number.isNaN(size)) return { fault: `the member at offset ${at} has no size` }
    let name = header.slice(0, 16).replace(/ +$/, '')
    const isSpecial = name === '/' || name === '//' || name === '/SYM64/' || name.startsWith('__.SYMDEF')
    const inFile = !isThin || isSpecial
    let start = at + headerSize
    const end = start + (inFile ? size : 0)
    if (end > bytes.length) return { fault: `the member ${JSON.stringify(name)} at offset ${at} is cut off` }
    const contents = bytes.subarray(start, end)
    if (name === '/') index = { bytes: contents, is64: false }
    else if (name === '/SYM64/') index = { bytes: contents, is64: true }
    else if (name === '//') longNames = contents
    else if (!name.startsWith('__.SYMDEF')) {
      const long = /^\/(\d+)/.exec(name)
      const bsd = /^#1\/(\d+)$/.exec(name)
      if (long) {
        const offset = Number(long[1])
        if (offset >= longNames.length) return { fault: `the name of the member at offset ${at} lies outside the table of long names` }
        const line = longNames.indexOf(10, offset)
        name = textOf(longNames.subarray(offset, line < 0 ? longNames.length : line))
      } else if (bsd) {
        const length = Number(bsd[1])
        if (length > size) return { fault: `the name of the member at offset ${at} is longer than the member` }
        name = textOf(bytes.subarray(start, start + length)).replace(/\0+$/, '')
        start += length
      }
      members.push({ name: name.replace(/\/$/, ''), headerOffset: at, contents: isThin ? undefined : bytes.subarray(start, end) })
    }
    at = end + (end & 1)
  }
  return { archive: { isThin, members, symbolIndex: index && readIndex(index.bytes, index.is64, members) } }
}

/** Big-endian count, then as many offsets of member headers, then as many names. */
function readIndex(bytes: Uint8Array, is64: boolean, members: readonly ArchiveMember[]): ReadonlyMap<string, number> | undefined {
  const width = is64 ? 8 : 4
  if (bytes.length < width) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const word = (at: number) => (is64 ? Number(view.getBigUint64(at)) : view.getUint32(at))
  const count = word(0)
  if (width * (count + 1) > bytes.length) return undefined
  const byOffset = new Map(members.map((member, i) => [member.headerOffset, i]))
  const found = new Map<string, number>()
  let at = width * (count + 1)
  for (let i = 0; i < count; i++) {
    const end = bytes.indexOf(0, at)
    if (end < 0) break
    const member = byOffset.get(word(width * (i + 1)))
    const name = textOf(bytes.subarray(at, end))
    if (member !== undefined && !found.has(name)) found.set(name, member)
    at = end + 1
  }
  return found
}

function textOf(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at++) text += String.fromCharCode(bytes[at] as number)
  return text
}
