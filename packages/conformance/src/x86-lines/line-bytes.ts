// Enters: single instructions, a directive to stand before them, an assembler. Leaves: what each becomes: bytes and relocations, or the fact that it is refused.
// All lines go into one source with a label before each; lines that the assembler complains about are taken out and it runs again.

import { ElfFile } from '../core/elf-file.ts'

export type LineMode = 16 | 32 | 64

/** Runs an assembler over a source: the object's bytes, undefined where it wrote none, and its messages. */
export type Assemble = (source: string) => Promise<{ readonly object: Uint8Array | undefined; readonly messages: string }>

export interface LineOutcome {
  /** Hexadecimal bytes, then ` type symbol+addend@offset` of each relocation; undefined where the line is refused. */
  readonly bytes: string | undefined
  readonly message: string
}

const LABEL = 'line_label_'

/** `header`: directives on one line, such as `.code16`. */
export async function bytesOfLines(lines: readonly string[], header: string, assemble: Assemble): Promise<LineOutcome[]> {
  const messages = lines.map(() => '')
  const refused = lines.map(() => false)
  // Each run may show faults that the one before hid: errors stop before fixups are looked at, an internal error of GNU as ends it.
  let last = ''
  for (let attempt = 0; attempt < 60; attempt++) {
    const text = lines.map((line, index) => `${LABEL}${index}: ${refused[index] ? '' : line}`)
    const source = `${header}\n${text.join('\n')}\n${LABEL}${lines.length}:\n`
    const { object, messages: output } = await assemble(source)
    let isNew = false
    for (const found of output.matchAll(
      /^[^:\n]*:(\d+)(?::\d+)?: (Error|error|Warning|warning|Fatal error|Internal error)(?:[^:\n]*: (.*)|.*)$/gm,
    )) {
      const index = Number(found[1]) - 2
      if (index < 0 || index >= lines.length) continue
      if (found[2]!.toLowerCase() === 'warning') {
        messages[index] ||= found[3] ?? ''
        continue
      }
      messages[index] = found[3] ?? found[2]!
      if (!refused[index]) {
        isNew = true
        last = `${lines[index]}: ${found[3]}`
      }
      refused[index] = true
    }
    if (object) return cut(object, lines.length, refused, messages)
    if (isNew) continue
    // a fault told without its line: the halves tell more
    if (lines.length === 1) return [{ bytes: undefined, message: output }]
    const middle = lines.length >> 1
    return [
      ...(await bytesOfLines(lines.slice(0, middle), header, assemble)),
      ...(await bytesOfLines(lines.slice(middle), header, assemble)),
    ]
  }
  throw new Error(`the assembler finds new faults again and again: ${last}`)
}

function cut(object: Uint8Array, count: number, refused: readonly boolean[], messages: readonly string[]): LineOutcome[] {
  const elf = new ElfFile(object)
  const text = elf.sections.find((section) => section.name === '.text')
  if (!text) throw new Error('no .text')
  const starts = new Float64Array(count + 1)
  for (const symbol of elf.symbols)
    if (symbol.name.startsWith(LABEL)) starts[Number(symbol.name.slice(LABEL.length))] = Number(symbol.value)
  const relocations = [...(elf.relocations.get('.text') ?? [])].sort((a, b) => Number(a.offset - b.offset))
  const outcomes: LineOutcome[] = []
  let next = 0
  for (let index = 0; index < count; index++) {
    const [start, end] = [starts[index]!, starts[index + 1]!]
    let bytes = text.data.subarray(start, end).toString('hex')
    for (; next < relocations.length && Number(relocations[next]!.offset) < end; next++) {
      const { offset, type, symbol, addend } = relocations[next]!
      const name = elf.symbols[symbol]?.name ?? ''
      bytes += ` ${type} ${name.startsWith(LABEL) ? '.' : name}+${addend}@${Number(offset) - start}`
    }
    outcomes.push({ bytes: refused[index] ? undefined : bytes, message: messages[index]! })
  }
  return outcomes
}
