// `kas --explain TEXT`: what each bit of the instructions in TEXT says. Several are divided by `;`; `.code16;` chooses the mode.

import { type AssembleOptions, assembleLazily } from '@kernelbox/assembler'
import { type Diagnostic, SourceFile } from '@kernelbox/diagnostics'
import { explainInstruction, formatExplanation, type Mode } from '@kernelbox/x86'

export interface ExplainedLine {
  readonly text: string
  readonly diagnostics: readonly Diagnostic[]
}

export async function explainLine(text: string, options: AssembleOptions): Promise<ExplainedLine> {
  const source = SourceFile.fromString('<command line>', `${text}\n`)
  const { object, diagnostics } = await assembleLazily([source], options)
  const section = object?.sections.find(({ name }) => name === '.text')
  if (!object || !section) return { text: '', diagnostics }
  const written = [...text.matchAll(/\.code(16|32|64)/g)].at(-1)?.[1]
  const mode = (written ? Number(written) : (options.mode ?? 64)) as Mode
  const explained: string[] = []
  for (let offset = 0; offset < section.contents.length; ) {
    const explanation = explainInstruction(section.contents.subarray(offset), mode)
    if (!explanation) {
      explained.push(
        `${[...section.contents.subarray(offset)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}  no instruction of the table\n`,
      )
      break
    }
    explained.push(formatExplanation(explanation))
    offset += (explanation.hex.length + 1) / 3
  }
  if (section.relocations && section.relocations.count > 0)
    explained.push('Fields that hold a symbol are zero here: the linker fills them in.\n')
  return { text: explained.join('\n'), diagnostics }
}
