// NOCROSSREFS: output sections that may not refer to each other, such as overlays. GNU ld manual §3.4.5.

import type { DiagnosticSink, Span } from '@kernelbox/diagnostics'
import type { LinkSymbol, OutputSection } from '../model.ts'

interface Rule {
  readonly sections: readonly string[]
  /** NOCROSSREFS_TO: the others may not refer to the first. */
  readonly isTo: boolean
  readonly span: Span
}

export function checkCrossReferences(rules: readonly Rule[], outputs: readonly OutputSection[], sink: DiagnosticSink): void {
  if (rules.length === 0) return
  for (const output of outputs) {
    const concerned = rules.filter((rule) => (rule.isTo ? rule.sections.slice(1) : rule.sections).includes(output.name))
    if (concerned.length === 0) continue
    for (const item of output.items) {
      if (item.kind !== 'input') continue
      const { section } = item
      const { relocations, object } = section
      if (!relocations) continue
      for (let row = 0; row < relocations.count; row++) {
        const symbol = object.symbols[relocations.symbolAt(row)] as LinkSymbol
        const target = symbol.output ?? symbol.section?.output
        if (!target || target === output || symbol.isScripted) continue
        for (const rule of concerned) {
          const isForbidden = rule.isTo ? rule.sections[0] === target.name : rule.sections.includes(target.name)
          if (!isForbidden) continue
          const offset = relocations.offsetAt(row)
          const place = object.locate?.(section.index, offset)
          const where = place ? '' : `${object.displayName}:(${section.name}+0x${offset.toString(16)}): `
          sink.error(
            'cross-reference',
            `${where}prohibited cross reference from ${output.name} to '${symbol.name || target.name}' in ${target.name}`,
            place,
            {
              notes: [{ message: 'prohibited here', span: rule.span }],
            },
          )
        }
      }
    }
  }
}
