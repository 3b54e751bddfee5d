// Where the text that a tool reads was written.
// Enters: the pieces of a generated text, in order, each with its place in another text. Leaves: for an offset in the
// generated text, the place a person wrote and the expansions between.

import type { SourceFile, Span } from './source-file.ts'

/**
 * One step between a generated text and what was written: a macro's expansion, an include, a repetition. `definition` is
 * for macros of the C preprocessor: the place is the macro's use, and the frame shows the part of its body that is meant.
 */
export interface OriginFrame {
  readonly kind: 'macro' | 'definition' | 'include' | 'repeat'
  /** Name of the macro, of the included file or of the directive that repeats. */
  readonly name: string
  /** Where it was called, included or begun; for `definition`, the part of the body. */
  readonly span: Span
}

/** A place that a person wrote; `frames` has the innermost expansion first. */
export interface WrittenPlace {
  readonly span: Span
  readonly frames: readonly OriginFrame[]
}

/** Leads from an offset of a generated text one step towards what was written. */
export interface TextOrigin {
  resolve(offset: number): WrittenPlace | undefined
}

interface Frames {
  readonly frame: OriginFrame
  readonly outer: Frames | undefined
}

/**
 * The map of a generated text, kept as sorted segments. A segment either stands for the written text byte for byte
 * (verbatim: offsets correspond) or for a whole written range (a macro's expansion).
 */
export class OriginMap implements TextOrigin {
  #count = 0
  #generatedStarts = new Uint32Array(4)
  #writtenStarts = new Uint32Array(4)
  #writtenEnds = new Uint32Array(4)
  #sources: SourceFile[] = []
  #frames: (Frames | undefined)[] = []

  /** How many segments there are. */
  get count(): number {
    return this.#count
  }

  /** Segments must be added in order of `generatedStart`. `writtenEnd` absent: verbatim. */
  add(generatedStart: number, source: SourceFile, writtenStart: number, writtenEnd?: number, frames?: readonly OriginFrame[]): void {
    const i = this.#count++
    if (i === this.#generatedStarts.length) {
      this.#generatedStarts = grown(this.#generatedStarts)
      this.#writtenStarts = grown(this.#writtenStarts)
      this.#writtenEnds = grown(this.#writtenEnds)
    }
    this.#generatedStarts[i] = generatedStart
    this.#writtenStarts[i] = writtenStart
    this.#writtenEnds[i] = writtenEnd ?? verbatim
    this.#sources.push(source)
    let chain: Frames | undefined
    if (frames) for (let f = frames.length - 1; f >= 0; f--) chain = { frame: frames[f] as OriginFrame, outer: chain }
    this.#frames.push(chain)
  }

  resolve(offset: number): WrittenPlace | undefined {
    let low = 0
    let high = this.#count - 1
    if (high < 0 || offset < (this.#generatedStarts[0] as number)) return undefined
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#generatedStarts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    const source = this.#sources[low] as SourceFile
    const writtenStart = this.#writtenStarts[low] as number
    const writtenEnd = this.#writtenEnds[low] as number
    const frames: OriginFrame[] = []
    for (let f = this.#frames[low]; f; f = f.outer) frames.push(f.frame)
    if (writtenEnd !== verbatim) return { span: { source, start: writtenStart, end: writtenEnd }, frames }
    const start = Math.min(writtenStart + offset - (this.#generatedStarts[low] as number), source.sizeInBytes)
    return { span: { source, start, end: start }, frames }
  }
}

const verbatim = 0xffffffff

function grown(old: Uint32Array): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(old.length * 2)
  next.set(old)
  return next
}

/** So many expansions are followed from one place. */
const mostFrames = 1000

/**
 * The place a person wrote for a span of any text: follows origins to the end and gathers the frames, innermost first.
 * A frame whose own place is in an expansion is followed by that one's frames.
 * The length of a span is kept where its start and end come from one verbatim piece.
 */
export function writtenPlace(span: Span): WrittenPlace {
  const frames: OriginFrame[] = []
  let current = span
  for (let depth = 0; depth < mostFrames; depth++) {
    const origin = current.source.origin
    const start = origin?.resolve(current.start)
    if (!origin || !start) break
    for (const frame of start.frames) addFrames(frames, frame)
    let { span: next } = start
    if (next.end <= next.start && current.end > current.start) {
      const last = origin.resolve(current.end - 1)
      if (last && last.span.source === next.source && last.span.start >= next.start) {
        next = { ...next, end: Math.max(last.span.end, last.span.start + 1) }
      }
    }
    current = next
  }
  return { span: current, frames }
}

function addFrames(frames: OriginFrame[], innermost: OriginFrame): void {
  const waiting = [innermost]
  for (let frame = waiting.pop(); frame && frames.length < mostFrames; frame = waiting.pop()) {
    frames.push(frame)
    const outer = frame.span.source.origin?.resolve(frame.span.start)?.frames ?? []
    for (let i = outer.length - 1; i >= 0; i--) waiting.push(outer[i] as OriginFrame)
  }
}
