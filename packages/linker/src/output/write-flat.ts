// A flat binary image: the loaded sections by load address, nothing else (as `ld --oformat binary` and `objcopy -O binary`).
// Byte 0 is the lowest load address of a section with contents; holes are filled with `gapFill`.

import type { DiagnosticSink } from '@kernelbox/diagnostics'
import { SHF_ALLOC, SHF_EXECINSTR, SHF_WRITE, SHT_NOBITS, SHT_PROGBITS } from '@kernelbox/elf'
import type { LaidImage } from './laid-image.ts'
import type { OutputSection } from '../model.ts'

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

/** What a flat image has no use for, placed or not. */
const isBesideTheProgram = /^\.(?:z?debug|comment|stab|line|note|gnu\.|eh_frame)/

/**
 * Says which input sections the image loses: the script places them, but without SHF_ALLOC they are not part of the program.
 * GNU ld drops them without a word. An orphan is named only where nothing else is in the image.
 */
export function warnUnallocated(outputs: readonly OutputSection[], sink: DiagnosticSink): void {
  const isEmpty = loadedSections(outputs).length === 0
  for (const output of outputs) {
    // (INFO), (COPY) and (NOLOAD) ask for it.
    if ((output.flags & SHF_ALLOC) !== 0 || output.isNoLoad || (output.isOrphan && !isEmpty)) continue
    for (const item of output.items) {
      if (item.kind !== 'input') continue
      const { name, type, flags, sizeInBytes, object, index } = item.section
      if (type !== SHT_PROGBITS || sizeInBytes === 0 || isBesideTheProgram.test(name)) continue
      const code = (flags & SHF_EXECINSTR) !== 0
      const wanted = `a${(flags & SHF_WRITE) !== 0 ? 'w' : ''}${code ? 'x' : ''}`
      sink.warn(
        'section-not-allocated',
        `section ${name} of ${object.displayName} (${sizeInBytes} byte${sizeInBytes === 1 ? '' : 's'}) is not in the image: it is not allocated`,
        object.locate?.(index, 0),
        { fix: { message: `give it the flag "a": .section ${name}, "${wanted}"${code ? '' : ` ("${wanted}x" for code)`}` } },
      )
    }
  }
}

export interface FlatOptions {
  readonly maxGapInBytes: number | undefined
  readonly gapFill: number | undefined
}

export function writeFlat(outputs: readonly OutputSection[], sink: DiagnosticSink, options: FlatOptions): Uint8Array | undefined {
  const loaded = loadedSections(outputs)
  const [first] = loaded
  if (!first) return new Uint8Array(0)
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

/**
 * An image whose sections are filled where they stand. Undefined where they overlap or lie too far apart: such an image is put
 * together, or refused, when its sections are done, by {@link writeFlat}.
 */
export function layFlat(outputs: readonly OutputSection[], options: FlatOptions): LaidImage | undefined {
  const loaded = loadedSections(outputs)
  const [first] = loaded
  if (!first) return undefined
  const limit = BigInt(options.maxGapInBytes ?? defaultMaxGap)
  let sizeInBytes = 0
  const places = new Map<OutputSection, number>()
  const pieces: { bytes: Uint8Array; offset: number }[] = []
  for (const output of loaded) {
    const gap = output.loadAddress - first.loadAddress - BigInt(sizeInBytes)
    if (gap < 0n || gap > limit) return undefined
    if (gap > 0n && options.gapFill) pieces.push({ bytes: new Uint8Array(Number(gap)).fill(options.gapFill), offset: sizeInBytes })
    const place = sizeInBytes + Number(gap)
    places.set(output, place)
    sizeInBytes = place + output.sizeInBytes
    if (sizeInBytes > largestImage) return undefined
  }
  return { sizeInBytes, places, pieces }
}
