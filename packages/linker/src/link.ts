// The linker as a list of passes.
// Enters: inputs, script and options. Leaves: an image, the layout as data, a map, diagnostics. Pure: no files, no clock.

import { DiagnosticSink } from '@kernelbox/diagnostics'
import { checkSections } from './layout/check-sections.ts'
import { checkCrossReferences } from './layout/cross-references.ts'
import { entryAddress, warnOfMissingEntry } from './layout/entry-point.ts'
import { layoutAsData } from './report/layout-data.ts'
import { crossReferenceText, linkMapText } from './report/link-map.ts'
import { finishLinkerSymbols } from './linker-sections/linker-symbols.ts'
import type { InputSection } from './model.ts'
import type { LinkOptions, LinkResult } from './options.ts'
import { placeSections } from './layout/place-sections.ts'
import { holdImage } from './output/laid-image.ts'
import { ImageStream } from './relocation/stream-sections.ts'
import { planLink } from './plan/plan-link.ts'
import { readInputs } from './inputs/read-inputs.ts'
import { warnOfUnknownWords } from './inputs/z-words.ts'
import { readScript } from './script/read-script.ts'
import type { ScriptGrammar } from './script/syntax/parse-script.ts'
import { canHaveContents, writeContents } from './relocation/write-contents.ts'
import { canStream, checkImage, layImage, writeImage } from './output/write-image.ts'

/** @param grammar that of linker scripts, for scripts that the quick reader does not read */
export function linkWith(grammar: () => ScriptGrammar, options: LinkOptions): LinkResult {
  const sink = new DiagnosticSink()
  warnOfUnknownWords(options, sink)
  const script = readScript(options, grammar, sink)
  const inputs = script && readInputs(options, script, sink)
  if (!script || !inputs) return failed(options, sink)
  const { state } = script
  const { objects, symbols, target } = inputs

  const linkPlan = planLink(options, state, inputs, sink)
  const { plan, regions } = linkPlan
  const { outputs, placed } = placeSections(options, state, target, symbols, linkPlan, sink)
  checkSections(options, target, outputs, regions, state.programHeaders !== undefined, sink)
  if (placed) finishLinkerSymbols(symbols, outputs, placed.segments)
  checkCrossReferences(state.noCrossReferences, outputs, sink)
  const entry = entryAddress(options, state, symbols, plan)
  const outputName = options.outputName ?? state.outputName ?? 'a.out'
  const parts = { outputs, placed, symbols, objects, entry, outputName }
  let held: Uint8Array | undefined
  let stream: ImageStream | undefined
  const hasContents = canHaveContents(options, target, outputs, sink)
  if (hasContents) {
    const laid = layImage(options, target, parts)
    const imageSink = laid && canStream(options, target) ? options.openImage?.(state.outputName) : undefined
    if (laid && imageSink) stream = new ImageStream(laid, imageSink)
    else if (laid) held = holdImage(laid)
    writeContents(options, target, symbols, linkPlan, outputs, stream, sink)
  }
  warnOfMissingEntry(options, state, symbols, plan, target.isInput64, sink)
  checkImage(options, target, parts, sink)
  const image = !stream && (hasContents || !options.noInhibitExec) ? writeImage(options, target, parts, held, sink) : undefined
  let mapText = ''
  if (options.wantsMap)
    mapText = linkMapText({
      plan,
      objects,
      symbols,
      regions,
      discarded: objects.flatMap((object) => object.sections.filter((section): section is InputSection => section?.isDiscarded === true)),
      is64: target.elfClass === 64,
      outputName,
      format: target.format,
    })
  if (options.wantsCref) mapText += crossReferenceText({ objects, symbols })
  const isFailed = sink.hasErrors && !options.noInhibitExec
  return {
    image: isFailed ? undefined : image,
    hasImage: !isFailed && (image ?? stream) !== undefined,
    format: target.format,
    outputName: state.outputName,
    layout: layoutAsData(outputs, symbols, objects, regions, entry),
    mapText,
    diagnostics: sink.diagnostics,
  }
}

function failed(options: LinkOptions, sink: DiagnosticSink): LinkResult {
  return {
    image: undefined,
    hasImage: false,
    format: options.outputFormat ?? 'binary',
    outputName: undefined,
    layout: { sections: [], symbols: [], regions: [], entry: 0n },
    mapText: '',
    diagnostics: sink.diagnostics,
  }
}

class GrammarNeeded extends Error {}

/**
 * As `link`, but the grammar of scripts (and chevrotain) is loaded only where a script needs it: hardly any does, and start-up is
 * most of the time that a small link takes. The link is then begun anew; it has not got beyond reading.
 */
export async function linkLazily(options: LinkOptions): Promise<LinkResult> {
  try {
    return linkWith(() => {
      throw new GrammarNeeded()
    }, options)
  } catch (error) {
    if (!(error instanceof GrammarNeeded)) throw error
  }
  const { scriptGrammar } = await import('./script/syntax/apply-grammar.ts')
  return linkWith(() => scriptGrammar, options)
}
