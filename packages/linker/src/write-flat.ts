// A flat binary image: the loaded sections by load address, nothing else (as `ld --oformat binary` and `objcopy -O binary`).
// Byte 0 is the lowest load address of a section with contents; holes are filled with `gapFill`.

import type { DiagnosticSink } from '@kernelbox/diagnostics'
import { SHF_ALLOC, SHT_NOBITS } from '@kernelbox/elf'
import type { OutputSection } from './model.ts'

const defaultMaxGap = 64 * 1024 * 1024
/** No ArrayBuffer is larger in every engine that we run in. */
const largestImage = 0x7fff_ffff

/** Sections whose bytes are in the image, by load address. */
export function loadedSections(outputs: readonly OutputSection[]): OutputSection[] {
  return outputs
    .filter(
      (output) =>
        (output.flags & SHF_ALLOC) !== 0 && output.type !== SHT_NOBITS && output.sizeInBytes > 0 && !output.isIgnored && !output.isNoLoad,
    )
    .toSorted((a, b) => (a.loadAddress < b.loadAddress ? -1 : a.loadAddress > b.loadAddress ? 1 : 0))
}

export function writeFlat(
  outputs: readonly OutputSection[],
  sink: DiagnosticSink,
  options: { readonly maxGapInBytes: number | undefined; readonly gapFill: number | undefined },
): Uint8Array | undefined {
  const loaded = loadedSections(outputs)
  const [first] = loaded
  if (!first) {
    const lost = outputs.filter(
      (output) =>
        (output.flags & SHF_ALLOC) === 0 &&
        output.type !== SHT_NOBITS &&
        output.sizeInBytes > 0 &&
        !/^\.(?:debug|comment|stab|note)/.test(output.name),
    )
    for (const output of lost.slice(0, 3)) {
      sink.warn(
        'section-not-allocated',
        `section ${output.name} (${output.sizeInBytes} bytes) is not in the image: it is not allocated`,
        undefined,
        {
          fix: { message: `give it the flag "a": .section ${output.name}, "a"` },
        },
      )
    }
    return new Uint8Array(0)
  }
  const limit = BigInt(options.maxGapInBytes ?? defaultMaxGap)
  let end = first.loadAddress
  for (const output of loaded) {
    const gap = output.loadAddress - end
    if (gap > limit) {
      const before = loaded[loaded.indexOf(output) - 1] as OutputSection
      sink.error(
        'image-gap',
        `the image would have a hole of ${gap} bytes between ${before.name}, which ends at 0x${end.toString(16)}, and ${output.name} at 0x${output.loadAddress.toString(16)}`,
        output.statement?.nameSpan,
        {
          notes: [{ message: 'a flat image holds every byte from the lowest to the highest load address' }],
          fix: { message: `give ${output.name} a load address near the others (AT), mark it NOLOAD, or allow it with --max-gap=${gap}` },
        },
      )
      return undefined
    }
    const sectionEnd = output.loadAddress + BigInt(output.sizeInBytes)
    if (sectionEnd > end) end = sectionEnd
  }
  const size = end - first.loadAddress
  if (size > BigInt(largestImage)) {
    sink.error('image-too-large', `the image would have ${size} bytes, more than ${largestImage}`)
    return undefined
  }
  const image = new Uint8Array(Number(size))
  if (options.gapFill) image.fill(options.gapFill)
  for (const output of loaded) image.set(output.contents, Number(output.loadAddress - first.loadAddress))
  return image
}
