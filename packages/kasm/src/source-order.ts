// Diagnostics of two stages about one source, in the order in which a reader of the source meets them.

import { type Diagnostic, type SourceFile, writtenPlace } from '@kernelbox/diagnostics'

/** Offset in the main source: of the place itself, or of the #include line that led to it; -1 for none. */
function placeInMain(diagnostic: Diagnostic, main: SourceFile): number {
  if (!diagnostic.span) return -1
  const place = writtenPlace(diagnostic.span)
  if (place.span.source === main) return place.span.start
  const include = place.frames.findLast((frame) => frame.kind === 'include' && frame.span.source === main)
  if (include) return include.span.start
  const note = diagnostic.notes?.findLast((item) => item.span?.source === main)
  return note?.span?.start ?? -1
}

/** Stable: diagnostics without a place in the source stay behind the one before them. */
export function inSourceOrder(diagnostics: readonly Diagnostic[], main: SourceFile): Diagnostic[] {
  let last = -1
  return diagnostics
    .map((diagnostic, index) => {
      const at = placeInMain(diagnostic, main)
      if (at >= 0) last = at
      return { diagnostic, index, key: at >= 0 ? at : last }
    })
    .sort((a, b) => a.key - b.key || a.index - b.index)
    .map(({ diagnostic }) => diagnostic)
}
