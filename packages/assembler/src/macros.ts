// Macros and repetitions: definitions, and their expansion as texts of their own whose origin leads back to the
// definition and the call. GNU as manual §7 .macro, .irp, .irpc, .rept, .altmacro.

import { bytesToText, type OriginFrame, OriginMap, type SourceFile, SourceFile as Source, type Span } from '@kernelbox/diagnostics'
import type { Assembler, Word } from './assembler.ts'
import { nameBytes } from './expression-reader.ts'
import type { InputFrame } from './input.ts'

const deepest = 100
/** One expansion: its text and what is kept to lead back from it. */
const largestExpansionInBytes = 1 << 26
/** All expansions together; 55 million times `.byte 0`, which GNU as's own tests have, are well within. */
const mostExpandedInBytes = 2 ** 31
/** What the sections and symbols of an input that expands may take. */
const mostMemoryInBytes = 1 << 29
const segmentInBytes = 64
const symbolInBytes = 800
const fragmentInBytes = 200
const fixupInBytes = 150
const frameInBytes = 2000

/** Ends an input that grows beyond all bounds: `.rept 1000000` within `.rept 1000000`. */
export function watchExpansions(a: Assembler): void {
  a.input.onExpansion = () => {
    let memory = a.symbols.all.length * symbolInBytes + a.input.sources.length * frameInBytes
    for (const section of a.sections.all) {
      for (const chain of section.chains) {
        memory += chain.length + chain.count * fragmentInBytes + chain.fixups.count * fixupInBytes
      }
    }
    if (a.input.expandedInBytes <= mostExpandedInBytes && memory <= mostMemoryInBytes && !foreseesTooMuch(a)) return
    a.error(
      'expansion-too-large',
      'macros and repetitions expand to more than this assembler takes; the rest of the input is not read',
      a.wordStart,
      a.end,
      { notes: [{ message: 'is a count far too large? .fill and .skip repeat bytes without being expanded' }] },
    )
    a.hasEnded = true
    a.isGivenUp = true
    a.input.closeAll()
  }
}

/** A repetition that, going on as it began, would be far beyond what is taken: it is not worth half a minute to see it. */
function foreseesTooMuch(a: Assembler): boolean {
  // What the innermost will have expanded to in the end, then what each around it will, if all its rounds are alike.
  let foreseen = 0
  for (let i = a.input.frames.length - 1; i >= 0; i--) {
    const { kind, times, remaining, expandedBefore } = a.input.frames[i] as InputFrame
    if (kind !== 'repeat') continue
    const done = times - remaining - 1
    if (done >= 1 && done * 64 >= times) {
      foreseen = ((a.input.expandedInBytes - expandedBefore) / done) * times
      if (foreseen > 4 * mostExpandedInBytes) return true
    } else foreseen *= times
    // The first round may be unlike the others: far beyond is asked of what rests on it alone.
    if (foreseen > 64 * mostExpandedInBytes) return true
  }
  return false
}

export interface Formal {
  readonly name: string
  readonly defaultValue: string
  readonly kind: 'plain' | 'required' | 'vararg'
}

export interface Block {
  readonly source: SourceFile
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

/**
 * Reads statements up to the one that closes the block, which the current statement opened; nested blocks are skipped.
 * Undefined where the text ends first.
 */
export function readBlock(a: Assembler, openers: ReadonlySet<string>, closers: ReadonlySet<string>): Block | undefined {
  const { input } = a
  const frame = input.frame
  if (!frame) return undefined
  let start = frame.at
  if (frame.bytes[start] === 10) start++
  let depth = 1
  while (input.nextInFrame()) {
    const word = firstWord(frame.bytes, input.start, input.end)
    if (openers.has(word)) depth++
    else if (closers.has(word) && --depth === 0)
      return { source: frame.source, bytes: frame.bytes, start, end: Math.max(start, input.start) }
  }
  return undefined
}

/** The statement's first word after labels, in lower case. */
function firstWord(bytes: Uint8Array, start: number, end: number): string {
  let at = start
  for (;;) {
    const wordStart = at
    while (at < end && nameBytes[bytes[at] as number] !== 0) at++
    let next = at
    while (next < end && (bytes[next] === 32 || bytes[next] === 9)) next++
    if (bytes[next] === 58 && next < end && next > wordStart) {
      at = next + 1
      while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++
      continue
    }
    if (bytes[wordStart] !== 46 || at - wordStart > 8) return ''
    return bytesToText(bytes.subarray(wordStart, at)).toLowerCase()
  }
}

export class Macro {
  readonly name: string
  readonly formals: readonly Formal[]
  readonly byName: ReadonlyMap<string, Formal>
  readonly body: Block

  constructor(name: string, formals: readonly Formal[], body: Block) {
    this.name = name
    this.formals = formals
    this.byName = new Map(formals.map((formal) => [formal.name, formal]))
    this.body = body
  }

  /** The cursor stands behind the macro's name. */
  expand(a: Assembler, word: Word): void {
    if (a.macroDepth >= deepest) {
      tooDeep(a, `macros are nested more than ${deepest} deep; does '${word.text}' use itself?`)
      return
    }
    const values = readArguments(a, this)
    if (!values) return
    const count = a.macroCount++
    openExpansion(a, 'macro', this.name, this.body, values, count, a.span(a.wordStart, a.end), 1)
  }
}

/** Opens a text in which the formals are replaced. */
export function openExpansion(
  a: Assembler,
  kind: 'macro' | 'repeat',
  name: string,
  body: Block,
  values: ReadonlyMap<string, string>,
  count: number,
  call: Span,
  times: number,
): void {
  const frame: OriginFrame = { kind, name, span: call }
  const map = new OriginMap()
  const text = substitute(a, body, values, count, map, [frame])
  openText(a, kind, name, text, map, times)
}

/** As GNU as, stop here: what is so deep may well branch, and would expand 2^100 times. */
function tooDeep(a: Assembler, message: string): void {
  a.error('macro-depth', message)
  a.hasEnded = true
  a.input.closeAll()
}

function openText(a: Assembler, kind: 'macro' | 'repeat', name: string, text: string, map: OriginMap, times: number): void {
  if (kind === 'repeat' && a.macroDepth > deepest) {
    tooDeep(a, `repetitions and macros are nested more than ${deepest + 1} deep`)
    return
  }
  if (text === tooLarge || text.length > largestExpansionInBytes) {
    a.error('expansion-too-large', `the expansion of '${name}' is larger than ${largestExpansionInBytes} bytes`)
    return
  }
  a.macroDepth++
  a.input.open(kind, Source.fromByteText(name, text, map), a.conditionals.depth)
  if (!a.input.frame) return
  a.input.frame.remaining = times - 1
  a.input.frame.times = times
}

/** Repeats a block as it is. */
export function openRepetition(a: Assembler, name: string, body: Block, times: number, call: Span): void {
  const map = new OriginMap()
  map.add(0, body.source, body.start, undefined, [{ kind: 'repeat', name, span: call }])
  openText(a, 'repeat', name, bytesToText(body.bytes.subarray(body.start, body.end)), map, times)
}

/** One text for each of the values, one after the other. */
export function openIteration(a: Assembler, name: string, body: Block, formal: string, values: readonly string[], call: Span): void {
  const map = new OriginMap()
  const frames: OriginFrame[] = [{ kind: 'repeat', name, span: call }]
  let text = ''
  for (const value of values) {
    text += substitute(a, body, new Map([[formal, value]]), a.macroCount, map, frames, text.length)
    if (text.length + map.count * segmentInBytes > largestExpansionInBytes) {
      text = tooLarge
      break
    }
  }
  openText(a, 'repeat', name, text, map, 1)
}

/** In the place of a text that was given up. */
const tooLarge = '\0too large'

function substitute(
  a: Assembler,
  body: Block,
  values: ReadonlyMap<string, string>,
  count: number,
  map: OriginMap,
  frames: readonly OriginFrame[],
  base = 0,
): string {
  const { bytes, start, end, source } = body
  let text = ''
  let copied = start
  let at = start
  let quote = 0
  let isTooLarge = false
  let locals: Map<string, string> | undefined
  const flush = (to: number) => {
    if (to > copied) {
      map.add(base + text.length, source, copied, undefined, frames)
      text += bytesToText(bytes.subarray(copied, to))
    }
  }
  const replace = (from: number, to: number, value: string) => {
    flush(from)
    map.add(base + text.length, source, from, to, frames)
    text += value
    copied = to
    at = to
    if (text.length + map.count * segmentInBytes > largestExpansionInBytes) isTooLarge = true
  }
  const isAlternate = a.isAltMacro
  while (at < end) {
    if (isTooLarge) return tooLarge
    const c = bytes[at] as number
    if (c === 39 && quote === 0 && bytes[at + 1] === 92 && !isAlternate) {
      // '\n is a number before macros see it.
      at += 3
      continue
    }
    if (c === 92) {
      const next = bytes[at + 1] as number
      if (next === 64) replace(at, at + 2, String(count))
      else if (next === 40 && at + 1 < end) {
        // \(text): text as it is; \() parts a name from what follows.
        let close = at + 2
        while (close < end && bytes[close] !== 41) close++
        replace(at, close + 1, bytesToText(bytes.subarray(at + 2, close)))
      } else if (nameBytes[next] !== 0 && at + 1 < end) {
        let nameEnd = at + 2
        while (nameEnd < end && nameBytes[bytes[nameEnd] as number] !== 0) nameEnd++
        const name = bytesToText(bytes.subarray(at + 1, nameEnd))
        const value = values.get(name) ?? locals?.get(name)
        if (value !== undefined) replace(at, isAlternate && bytes[nameEnd] === 38 ? nameEnd + 1 : nameEnd, value)
        else at = nameEnd
      } else if (next === 38 && isAlternate) {
        let nameEnd = at + 2
        while (nameEnd < end && nameBytes[bytes[nameEnd] as number] !== 0) nameEnd++
        const value = values.get(bytesToText(bytes.subarray(at + 2, nameEnd)))
        if (value !== undefined) replace(at, nameEnd, value)
        else at += 2
      } else if (quote === 0 && (next === 32 || next === 9)) {
        // Blanks beside what is no part of a name are gone before macros are read; glibc has `call \ callee`.
        let nameStart = at + 2
        while (nameStart < end && (bytes[nameStart] === 32 || bytes[nameStart] === 9)) nameStart++
        let nameEnd = nameStart
        while (nameEnd < end && nameBytes[bytes[nameEnd] as number] !== 0) nameEnd++
        const value = values.get(bytesToText(bytes.subarray(nameStart, nameEnd)))
        if (value !== undefined) replace(at, nameEnd, value)
        else at += 2
      } else at += 2
      continue
    }
    if (isAlternate && quote === 0 && nameBytes[c] === 1 && (at === start || nameBytes[bytes[at - 1] as number] === 0)) {
      let nameEnd = at + 1
      while (nameEnd < end && nameBytes[bytes[nameEnd] as number] !== 0) nameEnd++
      const name = bytesToText(bytes.subarray(at, nameEnd))
      if (/^local$/i.test(name) && isLineStart(bytes, start, at)) {
        let lineEnd = nameEnd
        while (lineEnd < end && bytes[lineEnd] !== 10 && bytes[lineEnd] !== 59) lineEnd++
        locals ??= new Map()
        for (const local of bytesToText(bytes.subarray(nameEnd, lineEnd)).split(/[\s,]+/)) {
          if (values.has(local) || locals.has(local)) {
            a.report({
              code: 'duplicate-local',
              severity: 'error',
              message: `'${local}' already names a parameter or another local symbol of this macro`,
              span: { source, start: at, end: lineEnd },
            })
          } else if (local !== '') locals.set(local, `.LL${(a.localCount++).toString(16).padStart(4, '0')}`)
        }
        replace(at, lineEnd, '')
        continue
      }
      const value = values.get(name) ?? locals?.get(name)
      if (value !== undefined) {
        const from = bytes[at - 1] === 38 && at > start ? at - 1 : at
        replace(from, bytes[nameEnd] === 38 ? nameEnd + 1 : nameEnd, value)
      } else at = nameEnd
      continue
    }
    if (c === 38 && nameBytes[bytes[at + 1] as number] === 1) {
      let nameEnd = at + 2
      while (nameEnd < end && nameBytes[bytes[nameEnd] as number] !== 0) nameEnd++
      const name = bytesToText(bytes.subarray(at + 1, nameEnd))
      const value = values.get(name) ?? locals?.get(name)
      if (value !== undefined) {
        replace(at, bytes[nameEnd] === 38 ? nameEnd + 1 : nameEnd, value)
        continue
      }
    }
    if (c === 34) quote = quote === 0 ? 34 : 0
    else if (c === 10) quote = 0
    at++
  }
  flush(end)
  return text
}

function isLineStart(bytes: Uint8Array, start: number, at: number): boolean {
  for (let i = at - 1; i >= start; i--) {
    if (bytes[i] === 10) return true
    if (bytes[i] !== 32 && bytes[i] !== 9) return false
  }
  return true
}

// ---- arguments

/** The text of operands as GNU's preprocessing leaves it: blanks stay only between two characters of words. */
export function squeezed(text: string): string {
  let result = ''
  let last = ''
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string
    if (c === '"') {
      let end = i + 1
      while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
      result += text.slice(i, end + 1)
      i = Math.min(end, text.length)
      last = '"'
      continue
    }
    if (c === ' ' || c === '\t') {
      let next = i
      while (next < text.length && (text[next] === ' ' || text[next] === '\t')) next++
      if (next < text.length && isWordCharacter(last) && (isWordCharacter(text[next] as string) || text[next] === '"')) result += ' '
      i = next - 1
      continue
    }
    result += c
    last = c
  }
  return result
}

function isWordCharacter(c: string): boolean {
  return c !== '' && /[A-Za-z0-9_.$*%\-([\x80-\xff"\\]/.test(c)
}

/** Splits the text of a call's operands. */
export class ArgumentReader {
  readonly #a: Assembler
  readonly text: string
  at = 0

  constructor(a: Assembler, text: string) {
    this.#a = a
    this.text = squeezed(text)
  }

  skipBlanks(): void {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t') this.at++
  }

  skipComma(): void {
    this.skipBlanks()
    if (this.text[this.at] === ',') this.at++
    this.skipBlanks()
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length
  }

  /** The name of `name=value`, where that is what stands here. */
  keyword(): string | undefined {
    const match = /^([A-Za-z_.$][A-Za-z0-9_.$]*) ?=(?!=)/.exec(this.text.slice(this.at))
    if (!match) return undefined
    this.at += match[0].length
    return match[1]
  }

  value(): string {
    this.skipBlanks()
    const { text } = this
    const first = text[this.at]
    const isAlternate = this.#a.isAltMacro
    if (isAlternate && first === '%') {
      const start = this.at + 1
      const value = this.#evaluate(start)
      return value
    }
    if (first === '"' || (isAlternate && (first === '<' || first === "'"))) {
      // Strings side by side are one.
      let result = ''
      for (;;) {
        const open = text[this.at]
        if (open !== '"' && !(isAlternate && (open === '<' || open === "'"))) break
        const inner = this.#quoted(open, isAlternate)
        // With .altmacro only angle brackets are taken away.
        result += isAlternate && open !== '<' ? `"${inner}"` : inner
      }
      return result
    }
    let result = ''
    const brackets: string[] = []
    while (this.at < text.length) {
      const c = text[this.at] as string
      if (c === ',' || (brackets.length === 0 && (c === ' ' || c === '\t')) || (c === '<' && isAlternate)) break
      if (c === '"' || c === "'") {
        result += c
        this.at++
        while (this.at < text.length && text[this.at] !== c) result += text[this.at++]
        if (this.at >= text.length) return result
      } else if (c === '(' || c === '[') brackets.push(c)
      else if ((c === ')' && brackets.at(-1) === '(') || (c === ']' && brackets.at(-1) === '[')) brackets.pop()
      result += c
      this.at++
    }
    return result
  }

  #quoted(open: string, isAlternate: boolean): string {
    const { text } = this
    this.at++
    let result = ''
    let depth = 1
    const close = open === '<' ? '>' : open
    while (this.at < text.length) {
      const c = text[this.at] as string
      if (isAlternate && c === '!' && this.at + 1 < text.length) {
        result += text[++this.at]
        this.at++
        continue
      }
      if (c === '\\' && open === '"' && this.at + 1 < text.length) {
        // A backslash keeps its meaning for the string that the text may end up in.
        const next = text[this.at + 1] as string
        result += c + next
        this.at += 2
        continue
      }
      if (open === '<' && c === '<') depth++
      if (c === close && --depth === 0) {
        this.at++
        break
      }
      result += c
      this.at++
    }
    return result
  }

  #evaluate(start: number): string {
    const bytes = new Uint8Array(this.text.length)
    for (let i = 0; i < bytes.length; i++) bytes[i] = this.text.charCodeAt(i)
    const { reader } = this.#a
    reader.read(bytes, start, bytes.length)
    this.at = reader.end
    const value = this.#a.evaluation.constant(reader.expression)
    if (value === undefined) this.#a.error('not-absolute', "the expression behind '%' must be a number that is known here")
    return String(value ?? 0n)
  }
}

function readArguments(a: Assembler, macro: Macro): Map<string, string> | undefined {
  const { formals } = macro
  const reader = new ArgumentReader(a, a.restOfStatement())
  const values = new Map<string, string>()
  let position = 0
  let hasKeywords = false
  reader.skipBlanks()
  while (!reader.isAtEnd) {
    const before = reader.at
    const keyword = reader.keyword()
    if (keyword !== undefined && (macro.byName.has(keyword) || !a.isAltMacro)) {
      hasKeywords = true
      const formal = macro.byName.get(keyword)
      if (!formal) {
        a.error('unknown-parameter', `the macro '${macro.name}' has no parameter '${keyword}'`)
        reader.value()
      } else {
        if (values.get(keyword)) a.warn('duplicate-argument', `the parameter '${keyword}' is given twice`)
        if (formal.kind === 'vararg') {
          values.set(keyword, reader.text.slice(reader.at))
          reader.at = reader.text.length
        } else values.set(keyword, reader.value())
      }
    } else {
      reader.at = before
      if (hasKeywords) {
        a.error('mixed-arguments', 'arguments by position cannot follow arguments by name')
        return undefined
      }
      const formal = formals[position++]
      if (!formal) {
        a.error(
          'too-many-arguments',
          `the macro '${macro.name}' takes ${formals.length} ${formals.length === 1 ? 'argument' : 'arguments'}`,
        )
        return undefined
      }
      if (formal.kind === 'vararg') {
        values.set(formal.name, reader.text.slice(reader.at))
        reader.at = reader.text.length
      } else {
        const value = reader.value()
        values.set(formal.name, value)
      }
    }
    if (reader.at === before && reader.text[reader.at] !== ',') {
      if (reader.isAtEnd) break
      reader.at++
    }
    reader.skipComma()
  }
  for (const formal of formals) {
    const value = values.get(formal.name)
    if (value === undefined || value === '') {
      if (formal.kind === 'required') {
        a.error('missing-argument', `the macro '${macro.name}' requires a value for its parameter '${formal.name}'`)
      }
      values.set(formal.name, formal.defaultValue)
    }
  }
  return values
}
