// The output file in the format that was asked for.
// Enters: output sections with contents. Leaves: the file's bytes.

import type { DiagnosticSink } from '@kernelbox/diagnostics'
import { stampBuildId } from './build-id.ts'
import type { LinkTarget } from './link-target.ts'
import type { InputObject, OutputSection } from './model.ts'
import type { LinkOptions } from './options.ts'
import type { PlacedSegments } from './segments.ts'
import type { SymbolTable } from './symbol-table.ts'
import { writeElf } from './write-elf.ts'
import { warnUnallocated, writeFlat } from './write-flat.ts'
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

/** Undefined: an error was reported, now or before. */
export function writeImage(options: LinkOptions, target: LinkTarget, parts: ImageParts, sink: DiagnosticSink): Uint8Array | undefined {
  const image = writeFormat(options, target, parts, sink)
  if (image && options.buildId !== undefined && !target.isFlat) stampBuildId(image, options.buildId)
  return image
}

function writeFormat(options: LinkOptions, target: LinkTarget, parts: ImageParts, sink: DiagnosticSink): Uint8Array | undefined {
  const { outputs, placed, symbols, objects, entry, outputName } = parts
  if (target.isFlat && !target.isRelocatable) warnUnallocated(outputs, sink)
  if (target.isFlat && target.isRelocatable) refuseRelocations(objects, sink)
  if (sink.hasErrors && !options.noInhibitExec) return undefined
  const elfOptions = {
    elfClass: target.elfClass,
    strip: options.strip,
    discardLocals: options.discardLocals,
  }
  if (placed)
    return writeElf(outputs, placed, symbols, objects, {
      ...elfOptions,
      machine: target.outputMachine,
      isPie: options.pie === true,
      entry,
      emitRelocations: options.emitRelocations === true,
      isTextWritable: options.paging === 'omagic',
    })
  switch (target.format) {
    case 'ihex':
      return writeIntelHex(outputs, entry)
    case 'srec':
      return writeSRecords(outputs, entry, outputName)
    case 'verilog':
      return writeVerilog(outputs)
    case 'binary':
      return writeFlat(outputs, sink, { maxGapInBytes: options.maxGapInBytes, gapFill: options.gapFill })
    default:
      return writeRelocatable(outputs, symbols, objects, { ...elfOptions, machine: target.outputMachine })
  }
}

/** A flat image cannot keep relocations for a later link. */
function refuseRelocations(objects: readonly InputObject[], sink: DiagnosticSink): void {
  for (const object of objects) {
    const section = object.sections.find((one) => one?.output && one.relocations && one.relocations.count > 0)
    if (!section) continue
    sink.error(
      'relocatable-flat',
      `${object.displayName}: section ${section.name} has relocations, which a flat image (-r with --oformat binary) cannot keep`,
    )
    return
  }
}
