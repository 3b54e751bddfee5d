// The text of a listing. Enters: the lines of listing-recorder.ts, the sections' final contents, the symbols. Leaves: text in
// the layout of GNU as 2.40: line, address, words of 4 bytes, source; pages with headers; tables of symbols.

import { writtenPlace } from '@kernelbox/diagnostics'
import { SHT_NOBITS } from '@kernelbox/elf'
import type { Assembler } from '../assembler.ts'
import { Evaluation } from '../expression.ts'
import { labelAddress } from '../label-address.ts'
import { addressKnowledge } from '../relax.ts'
import type { ResolvedSection } from '../resolve.ts'
import { type AsmSymbol, symbolAbsolute, symbolCommon, symbolEquated, symbolLabel, symbolRegister, symbolUndefined } from '../symbols.ts'
import type { ByteRange, ListingLine, ListingRecorder } from './listing-recorder.ts'

const bytesInWord = 4
/** How far ahead of a page's first line its title may be given. */
const titleLookAhead = 10
const headerLines = 3
const debugging = /^\s*\.stab/i

export function renderListing(a: Assembler, recorder: ListingRecorder, resolved: readonly ResolvedSection[], hasErrors: boolean): string {
  const evaluation = new Evaluation(addressKnowledge(), true)
  const { options, lines } = recorder
  const pages = new Pages(recorder, lines[0]?.source.name ?? '')
  const contents = new Map(resolved.map(({ section, contents }) => [section, contents]))
  if (options.showsAssembly) {
    const highLevel = new HighLevelSource(a)
    for (const [i, line] of lines.entries()) {
      const isOmitted = !line.isShown || (options.omitsSkipped && line.isSkipped) || (options.omitsDebugging && debugging.test(line.text))
      if (isOmitted) {
        pages.heed(line, i)
        continue
      }
      if (options.showsHighLevel && line.highLevel) for (const text of highLevel.upTo(line.highLevel)) pages.print(text, i)
      for (const text of rows(recorder, line, contents, hasErrors)) pages.print(text, i)
      pages.heed(line, i)
    }
  }
  if (options.showsSymbols) {
    pages.newPage(lines.length)
    for (const text of symbolTables(a, evaluation)) pages.print(text, lines.length)
  }
  return pages.text
}

class Pages {
  text = ''
  readonly #recorder: ListingRecorder
  readonly #name: string
  #page = 0
  #left = 0
  #title = ''
  #subtitle = ''

  constructor(recorder: ListingRecorder, name: string) {
    this.#recorder = recorder
    this.#name = name
  }

  get #hasPages(): boolean {
    return this.#recorder.options.hasPages && this.#recorder.pageLines > 0
  }

  print(text: string, lineIndex: number): void {
    if (this.#page === 0) this.newPage(lineIndex)
    this.text += `${text}\n`
    if (--this.#left === 0) this.newPage(lineIndex)
  }

  newPage(lineIndex: number): void {
    if (!this.#hasPages) return
    const { lines, pageLines } = this.#recorder
    const ahead = lines.slice(lineIndex, lineIndex + titleLookAhead)
    this.#title = ahead.find(({ title }) => title !== undefined)?.title ?? this.#title
    this.#subtitle = ahead.find(({ subtitle }) => subtitle !== undefined)?.subtitle ?? this.#subtitle
    this.text += `${this.#page > 0 ? '\f' : ''}GAS LISTING ${this.#name} \t\t\tpage ${++this.#page}\n${this.#title}\n${this.#subtitle}\n`
    this.#left = Math.max(1, pageLines - headerLines)
  }

  /** Behind a line: what it changes for the next. */
  heed({ title, subtitle, endsPage }: ListingLine, lineIndex: number): void {
    this.#title = title ?? this.#title
    this.#subtitle = subtitle ?? this.#subtitle
    if (endsPage) this.newPage(lineIndex)
  }
}

type Contents = ReadonlyMap<object, Uint8Array>

function rows(recorder: ListingRecorder, line: ListingLine, contents: Contents, hasErrors: boolean): string[] {
  const { wordsFirst, wordsMore, continuationLines } = recorder.options
  const number = ` ${line.number}`.padStart(4)
  const source = line.text.slice(0, Math.max(0, recorder.sourceWidth - 1))
  const size = line.ranges.reduce((sum, range) => sum + endOf(range) - startOf(range), 0)
  if (size === 0) return [`${number}${' '.repeat(5 + wordsFirst * 9)}\t${source}`]
  const most = bytesInWord * (wordsFirst + wordsMore * continuationLines)
  const digits = hexOf(line.ranges, contents, most)
  const at = hasErrors
    ? '????'
    : startOf(line.ranges[0] as ByteRange)
        .toString(16)
        .padStart(4, '0')
  const result = [`${number} ${at} ${words(digits, 0, wordsFirst).padEnd(wordsFirst * 9)}\t${source}`]
  for (let byte = wordsFirst * bytesInWord; 2 * byte < digits.length; byte += wordsMore * bytesInWord) {
    result.push(`${number}      ${words(digits, byte, wordsMore)}`)
  }
  return result
}

function words(digits: string, firstByte: number, count: number): string {
  let text = ''
  for (let i = 0; i < count; i++) {
    const word = digits.slice(2 * (firstByte + i * bytesInWord), 2 * (firstByte + (i + 1) * bytesInWord))
    if (word !== '') text += word.length === 2 * bytesInWord ? `${word} ` : word
  }
  return text
}

const addressOf = ({ chain }: ByteRange, fragment: number, offset: number): number =>
  (chain.addresses[fragment] as number) + offset - (chain.starts[fragment] as number)
const startOf = (range: ByteRange): number => addressOf(range, range.from.fragment, range.from.offset)
const endOf = (range: ByteRange): number => addressOf(range, range.to.fragment, range.to.offset)

function hexOf(ranges: readonly ByteRange[], contents: Contents, most: number): string {
  let digits = ''
  for (const range of ranges) {
    const { section } = range.chain
    const bytes = contents.get(section)
    const end = endOf(range)
    for (let at = startOf(range); at < end && digits.length < 2 * most; at++) {
      const byte = section.type === SHT_NOBITS ? 0 : (bytes?.[at] ?? 0)
      digits += byte.toString(16).toUpperCase().padStart(2, '0')
    }
  }
  return digits
}

/** The lines of a compiled source, each once, as .loc comes to them. */
class HighLevelSource {
  readonly #assembler: Assembler
  readonly #files = new Map<string, { readonly lines: readonly string[]; next: number }>()

  constructor(assembler: Assembler) {
    this.#assembler = assembler
  }

  upTo({ file, line }: { readonly file: string; readonly line: number }): string[] {
    let known = this.#files.get(file)
    if (!known) {
      const bytes = this.#assembler.options.readFile?.(file)
      known = { lines: bytes ? new TextDecoder('latin1').decode(bytes).split('\n') : [], next: 1 }
      this.#files.set(file, known)
    }
    const result: string[] = []
    for (; known.next <= line && known.next <= known.lines.length; known.next++) {
      result.push(`${String(known.next).padStart(4)}:${file.padEnd(13)} **** ${known.lines[known.next - 1] ?? ''}`)
    }
    return result
  }
}

function symbolTables(a: Assembler, evaluation: Evaluation): string[] {
  const defined: string[] = []
  const undefinedNames: string[] = []
  const digits = a.is64BitObject && !a.options.x32 ? 16 : 8
  // Names of files come first, as in the object's table.
  const files = a.symbols.all.filter((symbol) => symbol.isFile)
  for (const symbol of [...files, ...a.symbols.all.filter((symbol) => !symbol.isFile)]) {
    if (symbol.sectionOf || symbol.kind === symbolRegister) continue
    // A .L name is there where the object has it too.
    if (symbol.isTemporary && !symbol.isFile && !(symbol.isUsedInRelocation && symbol.name.startsWith('.L'))) continue
    const place = placeOf(symbol, evaluation)
    if (!place) {
      const isNamed = symbol.isMentioned || symbol.isUsed || symbol.isUsedInRelocation
      if (symbol.kind === symbolUndefined && isNamed && !symbol.weakrefTarget) undefinedNames.push(symbol.name)
      continue
    }
    const isWithoutLine = symbol.isFile || symbol.kind === symbolCommon || place.definition.definedIn < 0
    const value = BigInt.asUintN(4 * digits, place.value)
      .toString(16)
      .padStart(digits, '0')
    defined.push(`${isWithoutLine ? ' '.repeat(28) : whereDefined(a, place.definition)}${place.section}:${value} ${symbol.name}`)
  }
  return [
    ...(defined.length > 0 ? ['DEFINED SYMBOLS', ...defined] : ['NO DEFINED SYMBOLS']),
    '',
    ...(undefinedNames.length > 0 ? ['UNDEFINED SYMBOLS', ...undefinedNames] : ['NO UNDEFINED SYMBOLS']),
  ]
}

interface SymbolPlace {
  readonly section: string
  readonly value: bigint
  /** An alias is listed at the line of its target. */
  readonly definition: AsmSymbol
}

function placeOf(symbol: AsmSymbol, evaluation: Evaluation): SymbolPlace | undefined {
  if (symbol.isFile) return { section: '*ABS*', value: 0n, definition: symbol }
  if (symbol.kind === symbolCommon) return { section: '*COM*', value: symbol.commonSize, definition: symbol }
  if (symbol.kind === symbolAbsolute) return { section: '*ABS*', value: symbol.value, definition: symbol }
  if (symbol.kind === symbolLabel)
    return { section: symbol.chain?.section.name ?? '', value: BigInt(labelAddress(symbol)), definition: symbol }
  if (symbol.kind !== symbolEquated) return undefined
  const value = evaluation.ofSymbol(symbol)
  if (!value || value.sub) return undefined
  if (!value.add) return { section: '*ABS*', value: value.constant, definition: symbol }
  if (value.add.kind !== symbolLabel) return undefined
  return { section: value.add.chain?.section.name ?? '', value: value.constant + BigInt(labelAddress(value.add)), definition: value.add }
}

function whereDefined(a: Assembler, symbol: AsmSymbol): string {
  // In an expansion: where the outermost macro was used.
  const { span, frames } = writtenPlace(a.spanOf(symbol.definedIn, symbol.definedAt))
  const { source, start } = frames.at(-1)?.span ?? span
  return `${source.name.padStart(20)}:${String(source.lineAt(start)).padEnd(5)}  `
}
