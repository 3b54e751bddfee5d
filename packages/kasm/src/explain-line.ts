// `kas --explain TEXT`: what each bit of the instructions in TEXT says. Several are divided by `;`; `.code16;` chooses the mode.
// TEXT may also be the bytes of instructions: `48 89 c3`.

import { type AssembleOptions, assembleLazily } from '@kernelbox/assembler'
import { type Diagnostic, SourceFile } from '@kernelbox/diagnostics'
import { explainInstruction, formatExplanation, type Mode } from '@kernelbox/x86'

export interface ExplainedLine {
  readonly text: string
  readonly diagnostics: readonly Diagnostic[]
}

/** At least two bytes, or one with a digit: `ad` is a word. */
const BYTES = /^\s*(?:(?:0x)?[0-9a-f]{2}(?:[\s,]+(?:0x)?[0-9a-f]{2})+|0x[0-9a-f]{2}|[0-9][0-9a-f]|[a-f][0-9])\s*$/i

export async function explainLine(text: string, options: AssembleOptions): Promise<ExplainedLine> {
  if (BYTES.test(text)) {
    const bytes = Uint8Array.from(text.match(/[0-9a-f]{2}(?![0-9a-fx])/gi) ?? [], (byte) => Number.parseInt(byte, 16))
    return { text: explainBytes(bytes, options.mode ?? 64), diagnostics: [] }
  }
  const source = SourceFile.fromString('<command line>', `${text}\n`)
  const { object, diagnostics } = await assembleLazily([source], options)
  const section = object?.sections.find(({ name }) => name === '.text')
  if (!object || !section) return { text: '', diagnostics }
  if (section.contents.length === 0 && diagnostics.length === 0)
    return { text: "There is no instruction to explain; try kas --explain 'add $5, %edx' or '83 c2 05'.\n", diagnostics }
  const written = [...text.matchAll(/\.code(16|32|64)/g)].at(-1)?.[1]
  const mode = (written ? Number(written) : (options.mode ?? 64)) as Mode
  let explained = explainBytes(section.contents, mode)
  const { relocations } = section
  if (relocations && relocations.count > 0) {
    const names: string[] = []
    for (let row = 0; row < relocations.count; row++) names.push(object.symbols[relocations.symbolAt(row)]?.name || 'a section')
    explained += `\nFields that hold a symbol (${[...new Set(names)].join(', ')}) are zero or a small number here: the linker fills them in.\n`
  }
  return { text: explained, diagnostics }
}

function explainBytes(bytes: Uint8Array, mode: Mode): string {
  const explained: string[] = []
  for (let offset = 0; offset < bytes.length; ) {
    const rest = bytes.subarray(offset)
    const explanation = explainInstruction(rest, mode)
    if (!explanation) {
      explained.push(
        `${hexOf(rest)}  ${PREFIX_BYTES.has(rest[0]!) && rest.length === 1 ? 'a prefix alone: it changes the instruction that follows it' : 'no instruction of the table'}\n`,
      )
      break
    }
    explained.push(formatExplanation(explanation))
    offset += (explanation.hex.length + 1) / 3
  }
  return explained.join('\n')
}

const PREFIX_BYTES: ReadonlySet<number> = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3])

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
