// The output file in the format that was asked for.
// Enters: output sections, before and after they have their contents. Leaves: the file's bytes. An executable and most flat
// images are laid out first, so that contents are written where they belong.

import type { DiagnosticSink } from '@kernelbox/diagnostics'
import { stampBuildId } from '../linker-sections/build-id.ts'
import type { LinkTarget } from '../inputs/link-target.ts'
import type { InputObject, OutputSection } from '../model.ts'
import type { LinkOptions } from '../options.ts'
import type { PlacedSegments } from '../layout/segments.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'
import type { LaidImage } from './laid-image.ts'
import { layElf } from './write-elf.ts'
import { type FlatOptions, layFlat, warnUnallocated, writeFlat } from './write-flat.ts'
import { writeIntelHex, writeSRecords, writeVerilog } from './write-hex.ts'
import { writeRelocatable } from './write-relocatable.ts'

export interface ImageParts {
  readonly outputs: readonly OutputSection[]
  readonly placed: PlacedSegments | undefined
  readonly symbols: SymbolTable
  readonly objects: readonly InputObject[]
  readonly entry: bigint
  readonly outputName: string
}

/** The image but for the contents of its sections, where the format allows it. */
export function layImage(options: LinkOptions, target: LinkTarget, parts: ImageParts): LaidImage | undefined {
  const { outputs, placed, symbols, objects, entry } = parts
  if (placed) {
    return layElf(outputs, placed, symbols, objects, {
      elfClass: target.elfClass,
      strip: options.strip,
      discardLocals: options.discardLocals,
      machine: target.outputMachine,
      isPie: options.pie === true,
      entry,
      emitRelocations: options.emitRelocations === true,
      isTextWritable: options.paging === 'omagic',
    })
  }
  return target.format === 'binary' && !target.isRelocatable ? layFlat(outputs, flatOptions(options)) : undefined
}

/** Whether nothing looks at the image again once its sections are made: build-id does, and what a PIE relocates at its start. */
export function canStream(options: LinkOptions, target: LinkTarget): boolean {
  return !target.isRelocatable && options.pie !== true && options.buildId === undefined
}

/** What an image of this format loses. */
export function checkImage(options: LinkOptions, target: LinkTarget, { outputs, objects }: ImageParts, sink: DiagnosticSink): void {
  if (target.isFlat && !target.isRelocatable) warnUnallocated(outputs, sink)
  if (target.isFlat && (target.isRelocatable || options.emitRelocations)) refuseRelocations(objects, sink)
}

/** Undefined: an error was reported, now or before. */
export function writeImage(
  options: LinkOptions,
  target: LinkTarget,
  parts: ImageParts,
  held: Uint8Array | undefined,
  sink: DiagnosticSink,
): Uint8Array | undefined {
  if (sink.hasErrors && !options.noInhibitExec) return undefined
  const image = held ?? (parts.placed ? undefined : writeFormat(options, target, parts, sink))
  if (image && options.buildId !== undefined && !target.isFlat) stampBuildId(image, options.buildId)
  return image
}

/** The image of a format that is written only once its contents are known. */
function writeFormat(options: LinkOptions, target: LinkTarget, parts: ImageParts, sink: DiagnosticSink): Uint8Array | undefined {
  const { outputs, symbols, objects, entry, outputName } = parts
  switch (target.format) {
    case 'ihex':
      return writeIntelHex(outputs, entry)
    case 'srec':
      return writeSRecords(outputs, entry, outputName)
    case 'verilog':
      return writeVerilog(outputs)
    case 'binary':
      return writeFlat(outputs, sink, flatOptions(options))
    default:
      return writeRelocatable(outputs, symbols, objects, {
        elfClass: target.elfClass,
        strip: options.strip,
        discardLocals: options.discardLocals,
        machine: target.outputMachine,
        entry,
      })
  }
}

const flatOptions = ({ maxGapInBytes, gapFill }: LinkOptions): FlatOptions => ({ maxGapInBytes, gapFill })

/** A flat image cannot keep relocations for a later link. */
function refuseRelocations(objects: readonly InputObject[], sink: DiagnosticSink): void {
  for (const object of objects) {
    const section = object.sections.find((one) => one && one.discardReason !== 'script' && (one.relocations?.count ?? 0) > 0)
    if (!section) continue
    sink.error(
      'relocatable-flat',
      `${object.displayName}: section ${section.name} has relocations, which a flat image cannot keep (-r, --emit-relocs)`,
    )
    return
  }
}
