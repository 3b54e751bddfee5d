// What symbols cannot be at once, seen when all is read. GNU as manual §7 .comm, .weak, .set.

import type { Assembler } from './assembler.ts'
import { Evaluation } from './expression.ts'
import { fixedDistance } from './fixed-distance.ts'
import { type AsmSymbol, symbolCommon, symbolEquated, symbolUndefined } from './symbols.ts'
import { versionNames } from './versions.ts'

export function checkSymbols(a: Assembler): void {
  const { all } = a.symbols
  const evaluation = new Evaluation({ distance: fixedDistance }, true)
  for (let s = 0; s < all.length; s++) {
    const symbol = all[s] as AsmSymbol
    if (symbol.versionNames && symbol.kind === symbolUndefined) checkUndefinedVersions(a, symbol)
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
    const target = evaluation.evaluate(symbol.expression)?.add
    if (target?.kind === symbolCommon) {
      a.report({
        code: 'alias-of-common',
        severity: 'error',
        message: `'${symbol.name}' cannot stand for '${target.name}', which is common and has no address yet`,
      })
    }
  }
}

/** The version of what is defined elsewhere is chosen by one name, and which version is the default is not said here. */
function checkUndefinedVersions(a: Assembler, symbol: AsmSymbol): void {
  const names = versionNames(symbol, true)
  const [first, second] = names
  const defaulted = names.find(({ name }) => name.includes('@@'))
  if (defaulted) {
    a.report({
      code: 'symver-default',
      severity: 'error',
      message: `'${symbol.name}' is not defined here: '@@', the default version, can only be given to what is`,
      notes: [{ message: "one '@' names the version that is wanted", span: a.spanOf(defaulted.source, defaulted.at) }],
    })
  } else if (first && second) {
    a.report({
      code: 'symver-conflict',
      severity: 'error',
      message: `'${symbol.name}' is not defined here and cannot stand for both '${first.name}' and '${second.name}'`,
      notes: [{ message: 'the second name', span: a.spanOf(second.source, second.at) }],
    })
  }
}

/** A relocation must know which of several versions it means. Asked when the relocations are made. */
export function checkVersionsOfRelocations(a: Assembler): void {
  const { all } = a.symbols
  for (let s = 0; s < all.length; s++) {
    const symbol = all[s] as AsmSymbol
    if (!symbol.versionNames || !symbol.isUsedInRelocation || symbol.kind === symbolUndefined) continue
    const names = versionNames(symbol, false)
    const removed = names.find(({ visibility }) => visibility === 'remove')
    if (names.length < 2 || !removed) continue
    a.report({
      code: 'symver-relocation',
      severity: 'error',
      message: `'${symbol.name}' has ${names.length} versions and no name of its own; a relocation cannot say which it means`,
      notes: [{ message: 'its own name is taken away here', span: a.spanOf(removed.source, removed.at) }],
    })
  }
}
