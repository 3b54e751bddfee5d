// Expressions that must be known before the layout: ORIGIN and LENGTH in MEMORY.

import type { DiagnosticSink } from '@kernelbox/diagnostics'
import { absoluteOf, evaluate, type Scope } from './evaluate.ts'
import type { MemoryRegionState } from './model.ts'
import type { Expression } from './syntax/ast.ts'

export function evaluateConstant(expression: Expression, regions: ReadonlyMap<string, MemoryRegionState>, sink: DiagnosticSink): bigint {
  const scope: Scope = {
    dot: 0n,
    section: undefined,
    isSane: false,
    symbol: (name, span) => {
      sink.error('not-constant', `'${name}' is not known before the layout`, span)
      return undefined
    },
    isDefined: () => false,
    outputSection: (name, span) => {
      sink.error('not-constant', `the place of section '${name}' is not known before the layout`, span)
      return undefined
    },
    region: (name) => regions.get(name),
    sizeOfHeaders: () => 0n,
    constant: () => undefined,
    segmentStart: () => undefined,
    dataSegment: () => 0n,
    report: (code, message, span) => sink.error(code, message, span),
  }
  const value = evaluate(expression, scope)
  return value ? absoluteOf(value) : 0n
}
