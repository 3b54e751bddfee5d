// What symbols cannot be at once, seen when all is read. GNU as manual §7 .comm, .weak, .set.

import type { Assembler } from './assembler.ts'
import { symbolCommon, symbolEquated } from './symbols.ts'

export function checkSymbols(a: Assembler): void {
  for (const symbol of a.symbols.all) {
    if (symbol.kind === symbolCommon && symbol.isWeak) {
      const span = symbol.namedIn >= 0 ? a.spanOf(symbol.namedIn, symbol.namedAt) : undefined
      a.report({
        code: 'weak-common',
        severity: 'error',
        message: `'${symbol.name}' cannot be weak and common`,
        notes: [{ message: 'named here first', ...(span && { span }) }],
      })
    }
    if (symbol.kind !== symbolEquated || !symbol.isForwardAlias || !symbol.expression) continue
    const target = a.evaluation.evaluate(symbol.expression)?.add
    if (target?.kind === symbolCommon) {
      a.report({
        code: 'alias-of-common',
        severity: 'error',
        message: `'${symbol.name}' cannot stand for '${target.name}', which is common and has no address yet`,
      })
    }
  }
}
