// Stabs: .stabs, .stabn, .stabd, .xstabs and --gstabs.
// Enters: the directives' operands. Leaves: entries of 12 bytes in .stab, their strings in .stabstr; the first entry is a
// header that says how many follow. GNU as manual §7 "Stab Directives"; "The stabs debug format", ELF chapter.

import { SHT_PROGBITS, SHT_STRTAB } from '@kernelbox/elf'
import type { Assembler, Word } from '../assembler.ts'
import { readNumber } from '../directives/number-operand.ts'
import type { DirectiveTable } from '../directives/registry.ts'
import { fixupData } from '../fragments.ts'
import type { Section } from '../sections.ts'

const entrySizeInBytes = 12
const typeSourceLine = 0x44
const typeSourceFile = 0x64
const typeIncludedSource = 0x84

/** One pair of sections: entries and strings. */
class StabTable {
  readonly entries: Section
  readonly strings: Section
  /** Offset among the fixed bytes of the header. */
  readonly #header: number
  #count = 0

  constructor(a: Assembler, name: string, source: string | undefined) {
    this.entries = a.sections.find(name) ?? a.sections.add(name, SHT_PROGBITS, 0)
    this.entries.entrySize = entrySizeInBytes
    this.entries.alignmentPower = Math.max(this.entries.alignmentPower, 2)
    this.strings = a.sections.find(`${name}str`) ?? a.sections.add(`${name}str`, SHT_STRTAB, 0)
    this.entries.linkedSection = this.strings
    const chain = this.entries.chain(0)
    this.#header = chain.length
    const strings = this.strings.chain(0)
    if (strings.length === 0) strings.byte(0)
    // `.file` names the source as compilers do; without it, it is what messages name.
    chain.number(this.#string(source ?? a.symbols.all.findLast((symbol) => symbol.isFile)?.name ?? a.statementPlace().file), 4)
    chain.number(0, 4)
    chain.number(0, 4)
  }

  /** Offset of the string in its section; 0 for an empty one. */
  #string(text: string): number {
    if (text === '') return 0
    const chain = this.strings.chain(0)
    const at = chain.length
    for (let i = 0; i < text.length; i++) chain.byte(text.charCodeAt(i))
    chain.byte(0)
    return at
  }

  /** All of an entry but its value, which the caller emits next. */
  begin(text: string, type: number, other: number, description: number): void {
    const chain = this.entries.chain(0)
    chain.number(this.#string(text), 4)
    chain.byte(type)
    chain.byte(other)
    chain.number(description, 2)
    this.#count++
  }

  finish(): void {
    const { data } = this.entries.chain(0)
    const size = this.strings.chain(0).length
    data[this.#header + 6] = this.#count
    data[this.#header + 7] = this.#count >> 8
    for (let i = 0; i < 4; i++) data[this.#header + 8 + i] = size >>> (8 * i)
  }
}

function tableOf(a: Assembler, name: string, source?: string): StabTable {
  const key = `stabs ${name}`
  let table = a.extensions.get(key) as StabTable | undefined
  if (!table) {
    table = new StabTable(a, name, source)
    a.extensions.set(key, table)
    const made = table
    a.finishers.push(() => made.finish())
  }
  return table
}

function missing(a: Assembler, word: Word, what: string): undefined {
  a.warn('stabs-operand', `'${word.text}' needs ${what} here; the directive is ignored`, a.at, a.end)
  return undefined
}

/** `type, other, description`; undefined after a message. */
function readFields(a: Assembler, word: Word): [number, number, number] | undefined {
  const type = readNumber(a, 'a type')
  if (type === undefined) return undefined
  if (!a.takeComma()) return missing(a, word, 'a comma')
  const other = readNumber(a, "a number for 'other'")
  if (other === undefined) return undefined
  if (!a.takeComma()) return missing(a, word, 'a comma')
  const start = a.at
  const description = readNumber(a, 'a description')
  if (description === undefined) return undefined
  if (description > 0xffff || description < -0x8000) {
    a.warn('stabs-description', `the description 0x${description.toString(16)} does not fit into its two bytes`, start, a.at)
  }
  return [type, other, description]
}

/** Reads the value in the section that the directive stands in, and emits the entry into the table. */
function emitWithValue(a: Assembler, word: Word, table: string, text: string, fields: [number, number, number]): void {
  if (!a.takeComma()) {
    missing(a, word, 'a comma and a value')
    return
  }
  a.skipBlanks()
  const start = a.at
  if (!a.readExpression()) {
    missing(a, word, 'a value')
    return
  }
  const stabs = tableOf(a, table)
  stabs.begin(text, ...fields)
  a.sections.push()
  a.sections.go(stabs.entries, 0)
  a.emitReader(4, start)
  a.sections.pop()
  a.expectEnd()
}

/** The place where the directive stands is the value. */
function emitHere(a: Assembler, stabs: StabTable, text: string, fields: [number, number, number]): void {
  const here = a.here()
  stabs.begin(text, ...fields)
  const chain = stabs.entries.chain(0)
  const at = chain.length
  chain.number(0, 4)
  const source = a.input.frame?.sourceIndex ?? -1
  chain.fixups.append(chain.current, at, 4, fixupData, 0, here, undefined, 0, undefined, source, a.wordStart)
}

function stabs(a: Assembler, word: Word, table: string): void {
  const text = a.readString()
  if (text === undefined) {
    missing(a, word, 'a string')
    return
  }
  if (!a.takeComma()) {
    missing(a, word, 'a comma')
    return
  }
  const fields = readFields(a, word)
  if (fields) emitWithValue(a, word, table, text, fields)
}

export const stabsDirectives: DirectiveTable = {
  stabs: (a, word) => stabs(a, word, '.stab'),
  stabn(a, word) {
    const fields = readFields(a, word)
    if (fields) emitWithValue(a, word, '.stab', '', fields)
  },
  stabd(a, word) {
    const fields = readFields(a, word)
    if (fields && a.expectEnd()) emitHere(a, tableOf(a, '.stab'), '', fields)
  },
  xstabs(a, word) {
    const name = a.readString()
    if (name === undefined || !a.takeComma()) missing(a, word, 'the name of a section and a comma')
    else {
      // The second string names the strings' section, which is the first with "str" in every object that is linked.
      stabs(a, word, name)
    }
  },
}

/**
 * --gstabs, --gstabs+: an entry for the source (with the GNU extensions also one for its folder), then one for each line that
 * has instructions, until a `.loc` or a numbered `.file` says that a compiler knows better.
 */
export function generateStabs(a: Assembler, source: string): void {
  const { compilationDirectory, debugLines } = a.options
  const table = tableOf(a, '.stab', source)
  if (debugLines?.hasGnuExtensions && compilationDirectory !== undefined) {
    emitHere(a, table, `${compilationDirectory.replace(/\/$/, '')}/`, [typeSourceFile, 0, 0])
  }
  emitHere(a, table, source, [typeSourceFile, 0, 0])
  let file = source
  let line = 0
  a.instrumentation.push({
    instruction() {
      if (a.extensions.has('line-table')) return
      const place = a.statementPlace()
      if (place.line === 0 || (place.file === file && place.line === line)) return
      if (place.file !== file) emitHere(a, table, place.file, [typeIncludedSource, 0, 0])
      file = place.file
      line = place.line
      emitHere(a, table, '', [typeSourceLine, 0, line])
    },
  })
}
