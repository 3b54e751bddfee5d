// A symbol. Sources that compilers write with -g have half a million of them, nearly all labels of which little is ever
// said: what every symbol has lies in fields, truths are bits of one number, numbers for messages and for the order of the
// symbol table lie in a typed array of the table, and the rest in an object of its own that few symbols get.
// Enters: what statements say of a name. Leaves: the same, by getters.

import { STV_DEFAULT } from '@kernelbox/elf'
import type { Expression } from './expression.ts'
import type { FragmentChain } from './fragments.ts'
import type { Section } from './sections.ts'
import type { SymbolTable } from './symbols.ts'

export const symbolUndefined = 0
/** A place in a fragment. */
export const symbolLabel = 1
/** A number without a section. */
export const symbolAbsolute = 2
/** An expression that is resolved when it is needed. */
export const symbolEquated = 3
/** Common storage; the size is in `commonSize`. */
export const symbolCommon = 4
/** `.set name, %eax` */
export const symbolRegister = 5

export type SymbolKind = 0 | 1 | 2 | 3 | 4 | 5

/** What a `.symver` says, and where. */
export interface VersionName {
  readonly name: string
  readonly visibility: string | undefined
  readonly source: number
  readonly at: number
}

/** What few symbols have; see the members of the same names. */
class RareParts {
  expression: Expression | undefined = undefined
  registerName: string = ''
  type: number | undefined = undefined
  visibility: number = STV_DEFAULT
  size: Expression | undefined = undefined
  commonSize: bigint = 0n
  commonAlignment: number = 1
  sectionOf: Section | undefined = undefined
  weakrefTarget: AsmSymbol | undefined = undefined
  versionNames: VersionName[] | undefined = undefined
}

/** For all symbols that have none of their own; never written. */
const noParts = new RareParts()

/** Numbers of a symbol in the table's array; those whose default is -1 are kept one higher. */
export const numbersOfSymbol = 7
const atConvertedAt = 0
const atConversion = 1
const atRelocationOrder = 2
const atDefinedIn = 3
const atDefinedAt = 4
const atNamedIn = 5
const atNamedAt = 6

/** The kinds of places, a bit each: no comparison that is first made late, when optimised code is thrown away for it. */
const places = (1 << symbolUndefined) | (1 << symbolLabel) | (1 << symbolCommon)

const flagGlobal = 0x1
const flagWeak = 0x2
const flagLocal = 0x4
const flagUnique = 0x8
const flagLargeCommon = 0x10
const flagFile = 0x20
const flagTemporary = 0x40
const flagUsed = 0x80
const flagUsedInRelocation = 0x100
const flagForwardAlias = 0x200
const flagVolatile = 0x400
const flagForwardReference = 0x800
const flagWeakrefTarget = 0x1000
const flagMentioned = 0x2000
const flagResolving = 0x4000

export class AsmSymbol {
  /** Position in {@link SymbolTable.all}. */
  id: number
  kind: SymbolKind = symbolUndefined
  /** Of a label: its chain of fragments, the fragment's index, the offset among the chain's fixed bytes. */
  chain: FragmentChain | undefined = undefined
  fragment = 0
  offset = 0
  /** Of an absolute symbol. */
  value = 0n
  #flags = 0
  /** Of {@link SymbolTable.numbers}. */
  readonly #row: number
  readonly #table: SymbolTable
  #name: string | undefined
  #parts: RareParts = noParts

  constructor(table: SymbolTable, id: number, name: string | undefined) {
    this.#table = table
    this.#row = table.addRow()
    this.id = id
    this.#name = name
  }

  get name(): string {
    return (this.#name ??= this.#table.nameOf(this.id))
  }

  set name(name: string) {
    this.#name = name
  }

  get isDefined(): boolean {
    return this.kind !== symbolUndefined
  }

  /** Does the name stand for a place, known or not, and for nothing else? */
  get isPlain(): boolean {
    return ((places >> this.kind) & 1) !== 0 && (this.#flags & flagForwardReference) === 0 && this.#parts.weakrefTarget === undefined
  }

  #ownParts(): RareParts {
    if (this.#parts === noParts) this.#parts = new RareParts()
    return this.#parts
  }

  // ---- bits

  get isGlobal(): boolean {
    return (this.#flags & flagGlobal) !== 0
  }
  set isGlobal(value: boolean) {
    this.#flags = value ? this.#flags | flagGlobal : this.#flags & ~flagGlobal
  }
  get isWeak(): boolean {
    return (this.#flags & flagWeak) !== 0
  }
  set isWeak(value: boolean) {
    this.#flags = value ? this.#flags | flagWeak : this.#flags & ~flagWeak
  }
  get isLocal(): boolean {
    return (this.#flags & flagLocal) !== 0
  }
  set isLocal(value: boolean) {
    this.#flags = value ? this.#flags | flagLocal : this.#flags & ~flagLocal
  }
  get isUnique(): boolean {
    return (this.#flags & flagUnique) !== 0
  }
  set isUnique(value: boolean) {
    this.#flags = value ? this.#flags | flagUnique : this.#flags & ~flagUnique
  }
  get isLargeCommon(): boolean {
    return (this.#flags & flagLargeCommon) !== 0
  }
  set isLargeCommon(value: boolean) {
    this.#flags = value ? this.#flags | flagLargeCommon : this.#flags & ~flagLargeCommon
  }
  get isFile(): boolean {
    return (this.#flags & flagFile) !== 0
  }
  set isFile(value: boolean) {
    this.#flags = value ? this.#flags | flagFile : this.#flags & ~flagFile
  }
  /** Not written: .L names, numeric labels, the places that `.` made. */
  get isTemporary(): boolean {
    return (this.#flags & flagTemporary) !== 0
  }
  set isTemporary(value: boolean) {
    this.#flags = value ? this.#flags | flagTemporary : this.#flags & ~flagTemporary
  }
  /** Something needs it in the file: a relocation, a definition, `.globl`. */
  get isUsed(): boolean {
    return (this.#flags & flagUsed) !== 0
  }
  set isUsed(value: boolean) {
    this.#flags = value ? this.#flags | flagUsed : this.#flags & ~flagUsed
  }
  get isUsedInRelocation(): boolean {
    return (this.#flags & flagUsedInRelocation) !== 0
  }
  set isUsedInRelocation(value: boolean) {
    this.#flags = value ? this.#flags | flagUsedInRelocation : this.#flags & ~flagUsedInRelocation
  }
  /** An alias of what was not defined yet: it has that symbol's size in the end. */
  get isForwardAlias(): boolean {
    return (this.#flags & flagForwardAlias) !== 0
  }
  set isForwardAlias(value: boolean) {
    this.#flags = value ? this.#flags | flagForwardAlias : this.#flags & ~flagForwardAlias
  }
  /** Defined by `.set` or `=`, so that it may be defined again. */
  get isVolatile(): boolean {
    return (this.#flags & flagVolatile) !== 0
  }
  set isVolatile(value: boolean) {
    this.#flags = value ? this.#flags | flagVolatile : this.#flags & ~flagVolatile
  }
  /** `.eqv`, `==`: taken anew at each use. */
  get isForwardReference(): boolean {
    return (this.#flags & flagForwardReference) !== 0
  }
  set isForwardReference(value: boolean) {
    this.#flags = value ? this.#flags | flagForwardReference : this.#flags & ~flagForwardReference
  }
  get isWeakrefTarget(): boolean {
    return (this.#flags & flagWeakrefTarget) !== 0
  }
  set isWeakrefTarget(value: boolean) {
    this.#flags = value ? this.#flags | flagWeakrefTarget : this.#flags & ~flagWeakrefTarget
  }
  /** Used other than through `.weakref`. */
  get isMentioned(): boolean {
    return (this.#flags & flagMentioned) !== 0
  }
  set isMentioned(value: boolean) {
    this.#flags = value ? this.#flags | flagMentioned : this.#flags & ~flagMentioned
  }
  get isResolving(): boolean {
    return (this.#flags & flagResolving) !== 0
  }
  set isResolving(value: boolean) {
    this.#flags = value ? this.#flags | flagResolving : this.#flags & ~flagResolving
  }

  // ---- numbers

  /** Of a light .L name: how many symbols there were when it became a full one, {@link SymbolTable.convert}; -1: not yet. */
  get convertedAt(): number {
    return (this.#table.numbers[this.#row + atConvertedAt] as number) - 1
  }
  set convertedAt(value: number) {
    this.#table.numbers[this.#row + atConvertedAt] = value + 1
  }
  /** Which conversion that was. */
  get conversion(): number {
    return this.#table.numbers[this.#row + atConversion] as number
  }
  set conversion(value: number) {
    this.#table.numbers[this.#row + atConversion] = value
  }
  /** Which of the symbols named by relocations it was, in the order of their first; -1: none names it. */
  get relocationOrder(): number {
    return (this.#table.numbers[this.#row + atRelocationOrder] as number) - 1
  }
  set relocationOrder(value: number) {
    this.#table.numbers[this.#row + atRelocationOrder] = value + 1
  }
  /** Where it was defined, for "already defined": index of the source and offset in it. */
  get definedIn(): number {
    return (this.#table.numbers[this.#row + atDefinedIn] as number) - 1
  }
  set definedIn(value: number) {
    this.#table.numbers[this.#row + atDefinedIn] = value + 1
  }
  get definedAt(): number {
    return this.#table.numbers[this.#row + atDefinedAt] as number
  }
  set definedAt(value: number) {
    this.#table.numbers[this.#row + atDefinedAt] = value
  }
  /** Where it was first named. */
  get namedIn(): number {
    return (this.#table.numbers[this.#row + atNamedIn] as number) - 1
  }
  set namedIn(value: number) {
    this.#table.numbers[this.#row + atNamedIn] = value + 1
  }
  get namedAt(): number {
    return this.#table.numbers[this.#row + atNamedAt] as number
  }
  set namedAt(value: number) {
    this.#table.numbers[this.#row + atNamedAt] = value
  }

  // ---- what few have

  /** Of an equated symbol. */
  get expression(): Expression | undefined {
    return this.#parts.expression
  }
  set expression(value: Expression | undefined) {
    if (value !== this.#parts.expression) this.#ownParts().expression = value
  }
  /** Of a register symbol. */
  get registerName(): string {
    return this.#parts.registerName
  }
  set registerName(value: string) {
    if (value !== this.#parts.registerName) this.#ownParts().registerName = value
  }
  /** STT_*; undefined until something says. */
  get type(): number | undefined {
    return this.#parts.type
  }
  set type(value: number | undefined) {
    if (value !== this.#parts.type) this.#ownParts().type = value
  }
  get visibility(): number {
    return this.#parts.visibility
  }
  set visibility(value: number) {
    if (value !== this.#parts.visibility) this.#ownParts().visibility = value
  }
  get size(): Expression | undefined {
    return this.#parts.size
  }
  set size(value: Expression | undefined) {
    if (value !== this.#parts.size) this.#ownParts().size = value
  }
  get commonSize(): bigint {
    return this.#parts.commonSize
  }
  set commonSize(value: bigint) {
    if (value !== this.#parts.commonSize) this.#ownParts().commonSize = value
  }
  get commonAlignment(): number {
    return this.#parts.commonAlignment
  }
  set commonAlignment(value: number) {
    if (value !== this.#parts.commonAlignment) this.#ownParts().commonAlignment = value
  }
  /** The section that this is the section symbol of. */
  get sectionOf(): Section | undefined {
    return this.#parts.sectionOf
  }
  set sectionOf(value: Section | undefined) {
    if (value !== this.#parts.sectionOf) this.#ownParts().sectionOf = value
  }
  /** `.weakref`: the symbol that this name stands for. */
  get weakrefTarget(): AsmSymbol | undefined {
    return this.#parts.weakrefTarget
  }
  set weakrefTarget(value: AsmSymbol | undefined) {
    if (value !== this.#parts.weakrefTarget) this.#ownParts().weakrefTarget = value
  }
  /** `.symver`: names that the file shows for it. */
  get versionNames(): VersionName[] | undefined {
    return this.#parts.versionNames
  }
  set versionNames(value: VersionName[] | undefined) {
    if (value !== this.#parts.versionNames) this.#ownParts().versionNames = value
  }
}
