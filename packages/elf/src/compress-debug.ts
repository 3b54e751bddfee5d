// Compressed debugging sections. Enters: an object and what deflates bytes (this library knows no zlib). Leaves: the object
// with each .debug_ section compressed that becomes smaller by it. gABI ch. 4 "Compression Headers"; the older form of GNU
// (.zdebug_, "ZLIB" and the size in big-endian order) as the manual of GNU as describes --compress-debug-sections=zlib-gnu.

import { SHF_ALLOC, SHF_COMPRESSED, SHT_NOBITS } from './constants.ts'
import type { ElfObject, ElfSection } from './model.ts'

const typeZlib = 1

export type DebugCompression = 'zlib' | 'zlib-gnu'

/** `deflate` gives a zlib stream. */
export function compressDebugSections(object: ElfObject, form: DebugCompression, deflate: (bytes: Uint8Array) => Uint8Array): ElfObject {
  return {
    ...object,
    sections: object.sections.map((section) => {
      if (!section.name.startsWith('.debug_') || section.flags & (SHF_ALLOC | SHF_COMPRESSED) || section.type === SHT_NOBITS) return section
      const contents = withHeader(section, deflate(section.contents), form, object.class)
      if (contents.length >= section.contents.length) return section
      const sized = { ...section, contents, sizeInBytes: contents.length }
      if (form === 'zlib-gnu') return { ...sized, name: `.z${section.name.slice(1)}`, alignment: 1 }
      return { ...sized, flags: section.flags | SHF_COMPRESSED, alignment: object.class === 64 ? 8 : 4 }
    }),
  }
}

function withHeader(section: ElfSection, compressed: Uint8Array, form: DebugCompression, width: 32 | 64): Uint8Array {
  const sizeOfHeader = form === 'zlib-gnu' || width === 32 ? 12 : 24
  const contents = new Uint8Array(sizeOfHeader + compressed.length)
  contents.set(compressed, sizeOfHeader)
  const view = new DataView(contents.buffer)
  const size = section.contents.length
  if (form === 'zlib-gnu') {
    contents.set([0x5a, 0x4c, 0x49, 0x42])
    view.setBigUint64(4, BigInt(size))
  } else if (width === 32) {
    for (const [i, number] of [typeZlib, size, section.alignment].entries()) view.setUint32(4 * i, number, true)
  } else {
    view.setUint32(0, typeZlib, true)
    view.setBigUint64(8, BigInt(size), true)
    view.setBigUint64(16, BigInt(section.alignment), true)
  }
  return contents
}
