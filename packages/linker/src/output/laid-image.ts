// An image whose sections have places in it and no bytes yet.
// Enters: places and what is not a section (headers, symbol table). Leaves: the image whole in memory, to be filled; or it goes
// out in pieces (relocation/stream-sections.ts).

import { SHT_NOBITS } from '@kernelbox/elf'
import type { OutputSection } from '../model.ts'

export interface LaidImage {
  readonly sizeInBytes: number
  /** Offset of each section that has bytes in the image. */
  readonly places: ReadonlyMap<OutputSection, number>
  readonly pieces: readonly { readonly bytes: Uint8Array; readonly offset: number }[]
}

/** The image; the contents of each section are a view of it from then on. */
export function holdImage({ sizeInBytes, places, pieces }: LaidImage): Uint8Array {
  const image = new Uint8Array(sizeInBytes)
  for (const { bytes, offset } of pieces) image.set(bytes, offset)
  for (const [output, offset] of places)
    if (output.type !== SHT_NOBITS) output.contents = image.subarray(offset, offset + output.sizeInBytes)
  return image
}
