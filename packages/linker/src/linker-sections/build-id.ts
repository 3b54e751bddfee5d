// --build-id: a note that names this very output.
// Enters: the style, later the finished file. Leaves: the section .note.gnu.build-id, filled in. GNU ld manual §2.1,
// --build-id. Which bytes are digested was found by trying GNU ld 2.40: the ELF header and the section headers without
// file offsets, the program headers, and the contents of all sections but symbol and string tables, the note's as zeros.

import { SHF_ALLOC, SHT_NOBITS, SHT_NOTE, SHT_NULL, SHT_STRTAB, SHT_SYMTAB } from '@kernelbox/elf'
import { addSection } from './add-section.ts'
import { Md5, Sha1 } from './digest.ts'
import type { InputObject } from '../model.ts'

const sectionName = '.note.gnu.build-id'
const noteHeaderSize = 16
const hexadecimal = /^0x(?:[0-9a-f]{2}[-:]?)+$/i

/** How many bytes a style's identifier has; undefined: no such style. */
export function buildIdSize(style: string): number | undefined {
  if (style === 'sha1' || style === 'tree') return 20
  if (style === 'md5' || style === 'uuid') return 16
  return hexadecimal.test(style) ? style.slice(2).replace(/[-:]/g, '').length / 2 : undefined
}

/** Adds the section to the first object, as GNU ld does: so it stands where that object's notes stand. */
export function addBuildIdSection(objects: readonly InputObject[], style: string): void {
  const size = buildIdSize(style)
  const object = objects.find((one) => !one.justSymbols && !one.isLinkerMade)
  if (size === undefined || !object) return
  const added = { name: sectionName, type: SHT_NOTE, flags: SHF_ALLOC, sizeInBytes: noteHeaderSize + size, alignment: 4 }
  addSection(object, added).isKept = true
}

interface Header {
  readonly at: number
  readonly type: number
  readonly offset: number
  readonly sizeInBytes: number
  readonly name: number
}

/** Fills the note of a finished ELF file. */
export function stampBuildId(image: Uint8Array, style: string): void {
  const size = buildIdSize(style)
  const headers = sectionHeaders(image)
  const note =
    size === undefined ? undefined : headers.find((header) => header.type === SHT_NOTE && nameOf(image, headers, header) === sectionName)
  if (!note || size === undefined || note.sizeInBytes < noteHeaderSize + size) return
  const identifier = identifierOf(image, headers, style)
  const view = new DataView(image.buffer, image.byteOffset)
  view.setUint32(note.offset, 4, true)
  view.setUint32(note.offset + 4, size, true)
  view.setUint32(note.offset + 8, 3, true)
  image.set([0x47, 0x4e, 0x55, 0], note.offset + 12)
  image.set(identifier.subarray(0, size), note.offset + noteHeaderSize)
}

function identifierOf(image: Uint8Array, headers: readonly Header[], style: string): Uint8Array {
  if (style.startsWith('0x')) {
    const digits = style.slice(2).replace(/[-:]/g, '')
    return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16))
  }
  if (style === 'uuid') {
    const random = Uint8Array.from({ length: 16 }, () => Math.floor(Math.random() * 256))
    // RFC 4122 §4.4: version 4, variant 1.
    random[6] = ((random[6] as number) & 0x0f) | 0x40
    random[8] = ((random[8] as number) & 0x3f) | 0x80
    return random
  }
  const digest = style === 'md5' ? new Md5() : new Sha1()
  const is64 = image[4] === 2
  const view = new DataView(image.buffer, image.byteOffset)
  const fileHeader = image.slice(0, is64 ? 64 : 52)
  fileHeader.fill(0, is64 ? 32 : 28, is64 ? 48 : 36)
  digest.update(fileHeader)
  const segmentsAt = is64 ? Number(view.getBigUint64(32, true)) : view.getUint32(28, true)
  digest.update(image.subarray(segmentsAt, segmentsAt + view.getUint16(is64 ? 56 : 44, true) * (is64 ? 56 : 32)))
  for (const { at, type, offset, sizeInBytes } of headers) {
    const row = image.slice(at, at + (is64 ? 64 : 40))
    row.fill(0, is64 ? 24 : 16, is64 ? 32 : 20)
    digest.update(row)
    if (type !== SHT_NULL && type !== SHT_NOBITS && type !== SHT_SYMTAB && type !== SHT_STRTAB)
      digest.update(image.subarray(offset, offset + sizeInBytes))
  }
  return digest.finish()
}

function sectionHeaders(image: Uint8Array): Header[] {
  const is64 = image[4] === 2
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength)
  const start = is64 ? Number(view.getBigUint64(40, true)) : view.getUint32(32, true)
  const step = is64 ? 64 : 40
  const count = (image.length - start) / step
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * step
    return {
      at,
      name: view.getUint32(at, true),
      type: view.getUint32(at + 4, true),
      offset: is64 ? Number(view.getBigUint64(at + 24, true)) : view.getUint32(at + 16, true),
      sizeInBytes: is64 ? Number(view.getBigUint64(at + 32, true)) : view.getUint32(at + 20, true),
    }
  })
}

function nameOf(image: Uint8Array, headers: readonly Header[], header: Header): string {
  const names = headers.at(-1)
  if (!names) return ''
  const start = names.offset + header.name
  return String.fromCharCode(...image.subarray(start, image.indexOf(0, start)))
}
