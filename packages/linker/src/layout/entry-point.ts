// Where a program begins: -e, ENTRY, `start`, the first byte of .text (GNU ld manual §3.4.1 "Setting the Entry Point").

import { type DiagnosticSink, nearestWord } from '@kernelbox/diagnostics'
import { absoluteOf } from './evaluate.ts'
import type { PlanItem } from './layout.ts'
import { symbolAddress } from './symbol-address.ts'
import type { LinkOptions } from '../options.ts'
import { builtInScriptName } from '../script/read-script.ts'
import type { ScriptState } from '../script/script-state.ts'
import type { SymbolTable } from '../inputs/symbol-table.ts'

const numberText = /^(?:0x[0-9a-f]+|\d+)$/i

/** An entry may be a number instead of a symbol. */
export function isEntryNumber(entry: string): boolean {
  return numberText.test(entry)
}

export function entryAddress(options: LinkOptions, state: ScriptState, symbols: SymbolTable, plan: readonly PlanItem[]): bigint {
  const asked = options.entry ?? state.entry?.name
  if (asked !== undefined && isEntryNumber(asked)) return BigInt(asked)
  const symbol = symbols.get(asked ?? 'start')
  const value = symbol?.state === 'defined' ? symbolAddress(symbol) : undefined
  return value ? absoluteOf(value) : (textAddress(plan) ?? 0n)
}

/** The first byte of .text, be it empty. */
function textAddress(plan: readonly PlanItem[]): bigint | undefined {
  for (const item of plan) if (item.kind === 'section' && item.output.name === '.text' && item.output.hasSection) return item.output.address
  return undefined
}

/** An entry that was asked for and is not there: GNU ld warns in every format; with -r of -e alone. */
export function warnOfMissingEntry(
  options: LinkOptions,
  state: ScriptState,
  symbols: SymbolTable,
  plan: readonly PlanItem[],
  is64: boolean,
  sink: DiagnosticSink,
): void {
  const name = options.entry ?? (options.relocatable ? undefined : state.entry?.name)
  if (!name || isEntryNumber(name) || symbols.get(name)?.state === 'defined') return
  const address = options.relocatable ? undefined : textAddress(plan)
  const where =
    address === undefined
      ? 'not setting start address'
      : `defaulting to ${BigInt.asUintN(is64 ? 64 : 32, address)
          .toString(16)
          .padStart(is64 ? 16 : 8, '0')}`
  const span = options.entry === undefined && state.entry?.span.source.name !== builtInScriptName ? state.entry?.span : undefined
  const meant = nearestWord(name, symbols.definedNames())
  sink.warn('no-entry', `cannot find entry symbol ${name}; ${where}`, span, {
    ...(meant !== undefined && { fix: { message: `did you mean '${meant}'?` } }),
  })
}
