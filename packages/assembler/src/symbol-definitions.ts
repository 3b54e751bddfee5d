// What gives a symbol a place or a value: labels, numeric labels, assignments. Enters: names and values at the cursor.
// Leaves: symbols of symbol-scope.ts, defined, or a message. GNU as manual §5.1 "Labels", §5.2 "Giving Symbols Other Values".

import { bytesToText } from '@kernelbox/diagnostics'
import { isBignum } from './bignum.ts'
import type { Expression } from './expression.ts'
import { expressionRegister } from './expression-reader.ts'
import { quotedName } from './statement-cursor.ts'
import { SymbolScope } from './symbol-scope.ts'
import { type AsmSymbol, symbolAbsolute, symbolCommon, symbolEquated, symbolLabel, symbolRegister, symbolUndefined } from './symbols.ts'

export abstract class SymbolDefinitions extends SymbolScope {
  /** `12:` */
  protected numericLabel(start: number, end: number): boolean {
    const text = bytesToText(this.bytes.subarray(start, end))
    if (!/^[0-9]+$/.test(text)) {
      this.junk(start)
      return false
    }
    const number = Number(text)
    if (number > 0x7fffffff) {
      this.error('local-label-too-large', `the number of the local label is too large: ${text}`, start, end)
      return false
    }
    const entry = this.localLabels(number)
    const symbol = entry.next ?? this.symbols.anonymous(text)
    entry.next = undefined
    entry.last = symbol
    for (const i of this.instrumentation) i.label?.()
    this.placeHere(symbol)
    return true
  }

  /** `name:` */
  protected label(start: number, end: number): void {
    let symbol: AsmSymbol
    if (this.bytes[start] === 34) {
      const name = quotedName(this.bytes, start, end)
      symbol = this.symbols.intern(name, 0, name.length)
    } else symbol = this.symbols.intern(this.bytes, start, end)
    this.defineLabel(symbol, start, end)
  }

  defineLabel(named: AsmSymbol, start: number, end: number): void {
    let symbol = named
    if (symbol.isVolatile && symbol.kind !== symbolUndefined) {
      symbol = this.renew(symbol)
      symbol.isVolatile = false
    }
    // Without an iterator: sources of compilers have labels by the hundred thousand.
    const { instrumentation } = this
    for (let i = 0; i < instrumentation.length; i++) {
      instrumentation[i]?.statement?.(this.chain)
      instrumentation[i]?.label?.()
    }
    if (symbol.kind !== symbolUndefined || symbol.weakrefTarget) {
      if (
        symbol.kind === symbolLabel &&
        symbol.chain === this.chain &&
        symbol.fragment === this.chain.current &&
        symbol.offset === this.chain.length &&
        !symbol.isVolatile &&
        !symbol.sectionOf
      )
        return
      this.alreadyDefined(symbol, start, end)
      return
    }
    symbol.weakrefTarget = undefined
    this.placeHere(symbol)
    this.noteDefinition(symbol, start)
    if (symbol.namedIn < 0) this.noteName(symbol, start)
  }

  /** For messages: the definition begins at `at` of the innermost text. */
  noteDefinition(symbol: AsmSymbol, at: number): void {
    symbol.definedIn = this.input.frame?.sourceIndex ?? -1
    symbol.definedAt = at
  }

  alreadyDefined(symbol: AsmSymbol, start: number, end: number): void {
    this.error('duplicate-symbol', `the symbol '${symbol.name}' is already defined`, start, end, {
      ...(symbol.definedIn >= 0 && { notes: [{ message: 'first defined here', span: this.spanOf(symbol.definedIn, symbol.definedAt) }] }),
    })
  }

  /** `name = expression`, `name == expression`. */
  protected assignment(start: number, nameEnd: number, equals: number): void {
    const { bytes } = this
    this.at = equals + 1
    const isOnce = bytes[this.at] === 61
    if (isOnce) this.at++
    this.skipBlanks()
    if (nameEnd === start + 1 && bytes[start] === 46) {
      this.moveTo()
      return
    }
    const name = bytes[start] === 34 ? quotedName(bytes, start, nameEnd) : bytes.subarray(start, nameEnd)
    this.assign(this.symbols.intern(name, 0, name.length), isOnce ? 'eqv' : 'set', start, nameEnd)
  }

  /** `. = expression` is `.org`. */
  protected abstract moveTo(): void

  /** Reads the value at the cursor and gives it to the symbol: `.set` (again and again), `.equiv` (once), `.eqv` (late). */
  assign(target: AsmSymbol, how: 'set' | 'equiv' | 'eqv', start: number, end: number): void {
    this.symbols.convert(target)
    let symbol = target
    const valueStart = this.at
    this.reader.isLate = how === 'eqv'
    const hasValue = this.readExpression()
    this.reader.isLate = false
    if (!hasValue) {
      this.error('missing-operand', `a value for '${symbol.name}' is expected here`, valueStart, this.end)
      return
    }
    const { reader } = this
    const expression = reader.expression
    if (expression.kind === 'constant' && isBignum(expression.value)) {
      this.error('number-too-big', `the value of '${symbol.name}' cannot need more than 64 bits`, valueStart, this.at)
      return
    }
    if (!this.expectEnd()) return
    if ((symbol.kind !== symbolUndefined || symbol.weakrefTarget) && (how !== 'set' || !symbol.isVolatile)) {
      this.alreadyDefined(symbol, start, end)
      return
    }
    if (symbol.isVolatile && symbol.kind !== symbolUndefined) symbol = this.renew(symbol)
    symbol.isVolatile = how === 'set'
    symbol.weakrefTarget = undefined
    this.noteDefinition(symbol, start)
    if (symbol.namedIn < 0) this.noteName(symbol, start)
    if (how === 'eqv') {
      symbol.isForwardReference = true
      symbol.kind = symbolEquated
      symbol.expression = expression
      return
    }
    if (reader.kind === expressionRegister) {
      if (symbol.isGlobal) {
        this.error('global-register', `'${symbol.name}' is global and cannot stand for a register`, start, this.end)
        return
      }
      symbol.kind = symbolRegister
      symbol.registerName = reader.registerName
      return
    }
    this.equate(symbol, expression)
  }

  /** A successor for a symbol that may be defined again; what referred to the old one keeps its value. */
  renew(old: AsmSymbol): AsmSymbol {
    const fresh = this.symbols.renew(old)
    fresh.isGlobal = old.isGlobal
    fresh.isWeak = old.isWeak
    fresh.isLocal = old.isLocal
    fresh.isUsed = old.isUsed
    fresh.isUnique = old.isUnique
    fresh.type = old.type
    fresh.visibility = old.visibility
    fresh.size = old.size
    fresh.isTemporary = old.isTemporary
    fresh.versionNames = old.versionNames
    old.isTemporary = true
    old.isGlobal = false
    old.isWeak = false
    old.versionNames = undefined
    return fresh
  }

  equate(symbol: AsmSymbol, expression: Expression): void {
    const value = this.evaluation.evaluate(expression)
    if (value && !value.add && !value.sub) {
      symbol.kind = symbolAbsolute
      symbol.value = value.constant
      return
    }
    symbol.kind = symbolEquated
    symbol.expression = expression
    // An alias has the size that its symbol has by then.
    if (value?.add && !value.sub) {
      if (value.add.kind === symbolCommon) {
        this.error('alias-of-common', `'${symbol.name}' cannot stand for '${value.add.name}', which is common and has no address yet`)
      }
      symbol.size ??= value.add.size
      symbol.isForwardAlias = value.add.kind === symbolUndefined
      // The alias makes a full symbol of a light one (see #noteMention).
      this.symbols.convert(value.add)
    }
  }
}
