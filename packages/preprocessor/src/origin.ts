// From the preprocessed text back to what was written.
// Enters: the segments that the output kept. Leaves: for an offset, the written place, the macros that it came through and
// the #include lines that led to its file. Nothing is worked out before somebody asks.

import type { OriginFrame, Span, TextOrigin, WrittenPlace } from '@kernelbox/diagnostics'
import type { State } from './state.ts'

export class PreprocessedOrigin implements TextOrigin {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  resolve(offset: number): WrittenPlace | undefined {
    const { out, locations } = this.#state
    let low = 0
    let high = out.segmentCount - 1
    if (high < 0 || offset < (out.segmentStarts[0] as number)) return undefined
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((out.segmentStarts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    const start = out.segmentStarts[low] as number
    const location = out.segmentLocations[low] as number
    const frames: OriginFrame[] = []
    let expansion = out.segmentExpansions[low] as number
    if (expansion === 0) {
      const span = locations.span(location + offset - start, 1)
      if (!span) return undefined
      this.#addIncludes(frames, location)
      return { span: { ...span, end: span.start }, frames }
    }
    // The innermost macro holds the token itself, each outer one the name of the next.
    let spelled = location
    let written: Span | undefined
    let outermost = expansion
    for (let e = expansion; e !== 0; e = this.#expansion(e).outer) outermost = e
    const use = this.#expansion(outermost)
    const useReading = locations.readingAt(use.location)
    const tokenReading = locations.readingAt(location)
    const isArgument = useReading !== undefined && useReading === tokenReading && location > use.location
    while (expansion !== 0) {
      const { name, location: called, outer } = this.#expansion(expansion)
      const span = locations.span(spelled, 1)
      if (span && !(isArgument && spelled === location)) frames.push({ kind: 'definition', name, span })
      written = locations.span(called, name.length)
      spelled = called
      expansion = outer
    }
    if (isArgument) {
      const span = locations.span(location + offset - start, 1)
      if (span) written = { ...span, end: span.start }
    }
    if (!written) return undefined
    this.#addIncludes(frames, use.location)
    return { span: written, frames }
  }

  #expansion(number: number): { name: string; location: number; outer: number } {
    const { node, location, outer } = this.#state.expansionAt(number)
    return { name: this.#state.names.name(node), location, outer }
  }

  #addIncludes(frames: OriginFrame[], location: number): void {
    for (const { name, span } of this.#state.locations.includeChain(location)) frames.push({ kind: 'include', name, span })
  }
}
