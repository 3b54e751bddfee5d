// Output sections that go out as they are made, in pieces.
// Enters: a laid out image, its sink, and how bytes are made. Leaves: pieces at their places, all made in one buffer: a link
// of many megabytes is mostly copying and fresh memory, and this copies once and needs none.

import { SHT_NOBITS } from '@kernelbox/elf'
import type { OutputSection } from '../model.ts'
import type { ImageSink } from '../options.ts'
import type { LaidImage } from '../output/laid-image.ts'
import { type Stretch, stretchesOf } from './contents.ts'

/** Fits the processor's caches. */
const stretchInBytes = 1 << 20

/** @param isUsed the bytes are those of an earlier stretch, not zeros */
export type MakeStretch = (output: OutputSection, stretch: Stretch, bytes: Uint8Array, isUsed: boolean) => void

export class ImageStream {
  readonly #laid: LaidImage
  readonly #sink: ImageSink
  #buffer = new Uint8Array(0)

  constructor(laid: LaidImage, sink: ImageSink) {
    this.#laid = laid
    this.#sink = sink
  }

  /** The linker's own sections and unwind information get their last words when everything else is done. */
  isKept({ items }: OutputSection): boolean {
    return items.some((item) => item.kind === 'input' && (item.section.object.isLinkerMade || item.section.name === '.eh_frame'))
  }

  /** A section without a place in the image (debug information beside a flat one) is made for what there is to say about it. */
  send(output: OutputSection, make: MakeStretch): void {
    const place = this.#laid.places.get(output)
    for (const stretch of stretchesOf(output, stretchInBytes)) {
      const { start, end } = stretch
      if (place !== undefined && this.#copyAlone(stretch, place)) continue
      const bytes = this.#room(end - start)
      make(output, stretch, bytes, true)
      if (place !== undefined && end > start) this.#sink.write(bytes, place + start)
    }
  }

  /** Sections that were kept, and what is not a section. */
  finish(kept: readonly OutputSection[]): void {
    for (const output of kept) {
      const place = this.#laid.places.get(output)
      if (place !== undefined && output.type !== SHT_NOBITS) this.#sink.write(output.contents, place)
    }
    for (const { bytes, offset } of this.#laid.pieces) this.#sink.write(bytes, offset)
  }

  /** A large input without relocations goes through the buffer in parts. */
  #copyAlone({ start, end, items, padding }: Stretch, place: number): boolean {
    const [item] = items
    if (items.length !== 1 || padding.length > 0 || end - start <= stretchInBytes || item?.kind !== 'input') return false
    const { section } = item
    if (section.relocations || section.sizeInBytes !== end - start) return false
    for (let done = 0; done < section.sizeInBytes; done += stretchInBytes) {
      const bytes = this.#room(Math.min(stretchInBytes, section.sizeInBytes - done))
      section.copyContents(bytes, 0, bytes.length, done)
      this.#sink.write(bytes, place + start + done)
    }
    return true
  }

  #room(size: number): Uint8Array {
    if (this.#buffer.length < size) this.#buffer = new Uint8Array(Math.max(size, stretchInBytes))
    return this.#buffer.subarray(0, size)
  }
}
