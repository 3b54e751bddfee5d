// What the passes of the linker share: files, input sections, symbols, output sections.
// Addresses are 64 bits and kept as bigint; sizes and offsets within sections are numbers.

import { copyBytes, type ElfObject, type ElfSection, type ElfSymbol, type RelocationTable } from '@kernelbox/elf'
import type { Assertion, Assignment, Expression, FillExpression, OutputSectionStatement } from './script/syntax/ast.ts'
import type { Locate } from './options.ts'
import { type SectionAttributes, typeOfName } from './plan/section-attributes.ts'

/** An object that takes part in the link. */
export class InputObject {
  /** As messages and the map name it: `archive.a(member.o)` for a member. */
  readonly displayName: string
  readonly fileName: string
  readonly archiveName: string | undefined
  readonly elf: ElfObject
  readonly locate: Locate | undefined
  readonly justSymbols: boolean
  /** Holds the sections that the linker itself makes. */
  isLinkerMade = false
  /** By section index of the object; undefined for the null section and what takes no part. */
  readonly sections: (InputSection | undefined)[] = []
  /** By symbol index: the symbol that it resolves to. */
  readonly symbols: LinkSymbol[] = []
  readonly order: number

  constructor(elf: ElfObject, names: { file: string; archive?: string | undefined }, order: number, locate?: Locate, justSymbols = false) {
    this.elf = elf
    this.fileName = names.file
    this.archiveName = names.archive
    this.displayName = names.archive === undefined ? names.file : `${names.archive}(${names.file})`
    this.order = order
    this.locate = locate
    this.justSymbols = justSymbols
  }
}

export class InputSection {
  readonly object: InputObject
  readonly index: number
  readonly elf: ElfSection
  readonly name: string
  type: number
  flags: number
  sizeInBytes: number
  alignment: number
  relocations: RelocationTable | undefined
  output: OutputSection | undefined = undefined
  /** Offset in the output section. */
  offset = 0
  isDiscarded = false
  /** Taken out by /DISCARD/: references to it are worth a word, those to a comdat's other copy are not. */
  discardReason: 'script' | 'group' | 'gc' | 'empty' | undefined = undefined
  /** Where a discarded comdat member's kept twin is. */
  keptTwin: InputSection | undefined = undefined
  isCommon = false
  /** One of the linker's own that stays empty: it has a place among the orphans, and no more. */
  isPlaceholder = false
  isKept = false
  isLive = true
  /** For merged sections: maps input offsets to offsets in the merged contents. */
  merged: MergedPiece | undefined = undefined
  /** Contents that a pass of the linker put in place of the object's. */
  #own: Uint8Array | undefined = undefined

  constructor(object: InputObject, index: number, elf: ElfSection) {
    this.object = object
    this.index = index
    this.elf = elf
    this.name = elf.name
    this.type = elf.type
    this.flags = elf.flags
    this.sizeInBytes = elf.sizeInBytes
    this.alignment = elf.alignment
    this.relocations = elf.relocations
  }

  /** Of a section that is still in its file, asking for it reads it, and keeps it. */
  get contents(): Uint8Array {
    return this.#own ?? this.elf.contents
  }

  set contents(bytes: Uint8Array) {
    this.#own = bytes
  }

  /** Copies `size` bytes from `from` on to `target`; a section in a file then need not be kept. */
  copyContents(target: Uint8Array, at: number, size: number, from = 0): void {
    if (!this.#own && this.elf.copyContents) this.elf.copyContents(target, at, from, size)
    else {
      const { contents } = this
      copyBytes(target, at, contents, from, Math.min(size, contents.length - from))
    }
  }
}

/** Where an input offset of a merged section went. */
export interface MergedPiece {
  resolve(offset: number): { readonly holder: InputSection; readonly offset: number }
}

export type SymbolState = 'undefined' | 'undefined-weak' | 'defined' | 'common'

/** A symbol after resolution; one object for all references to a global name. */
export class LinkSymbol {
  readonly name: string
  readonly isLocal: boolean
  state: SymbolState = 'undefined'
  isWeak = false
  /** Where it is defined; undefined section and no output: absolute. */
  section: InputSection | undefined = undefined
  /** For symbols of the script: the output section that it is relative to. */
  output: OutputSection | undefined = undefined
  /** For an absolute symbol that the script took from `.`: the section that the symbol table names. */
  beside: OutputSection | undefined = undefined
  /** Offset in the section, or the absolute value. For a common symbol its alignment. */
  value = 0n
  sizeInBytes = 0n
  type = 0
  visibility = 0
  definedIn: InputObject | undefined = undefined
  /** The script gives it its value. */
  isScripted = false
  /** The command line or the script wants it: -u, -e, ENTRY, EXTERN. */
  isAskedFor = false
  referencedIn: InputObject | undefined = undefined
  /** The linker defines it where nothing else does. */
  isLinkerMade = false
  isUnique = false
  /** The script hides it (HIDDEN): it is local in the output. */
  isForcedLocal = false
  elf: ElfSymbol | undefined = undefined
  /** Slot in the global offset table, where it has one. */
  gotOffset = -1
  pltOffset = -1

  constructor(name: string, isLocal: boolean) {
    this.name = name
    this.isLocal = isLocal
  }
}

export type LayoutItem =
  | {
      readonly kind: 'input'
      readonly section: InputSection
      /** Inputs of one pattern have one number; orphans zero. */
      readonly pattern: number
    }
  | {
      readonly kind: 'data'
      readonly width: 1 | 2 | 4 | 8
      readonly isSigned: boolean
      readonly value: Expression
      offset: number
      number: bigint
    }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; offset: number }
  | { readonly kind: 'fill'; readonly fill: FillExpression }
  | { readonly kind: 'assignment'; readonly assignment: Assignment }
  | { readonly kind: 'assert'; readonly assertion: Assertion }

/** Bytes between two items of an output section, and what fills them. */
export interface Padding {
  readonly offset: number
  readonly sizeInBytes: number
  readonly fill: Uint8Array | undefined
}

export class OutputSection {
  readonly name: string
  readonly statement: OutputSectionStatement | undefined
  isOrphan = false
  items: LayoutItem[] = []
  type = 0
  flags = 0
  /** Whether any input section was put here; the script alone does not make a section. */
  hasInputs = false
  /** Something stands in it, or an expression speaks of it: it has a place in the section table. */
  hasSection = false
  /** As an orphan looks at it; the type is the first input's. */
  attributes: SectionAttributes = 0
  firstType: number
  address = 0n
  loadAddress = 0n
  sizeInBytes = 0
  alignment = 1
  entrySize = 0
  /** Left out of the output: it has nothing in it (manual §3.6.7). */
  isIgnored = false
  /** An assignment to a symbol or to `.` in it makes it stay. */
  isForced = false
  /** It has room that only `.` makes. */
  isWritableSpace = false
  padding: Padding[] = []
  region: MemoryRegionState | undefined = undefined
  loadRegion: MemoryRegionState | undefined = undefined
  isOverlay = false
  isFirstOfOverlay = false
  /** Of the last section of an OVERLAY: where `.` goes behind it. */
  overlayEnd: Expression | undefined = undefined
  /** Place in the section table: sections are numbered as they come to be. */
  order = 0
  contents: Uint8Array = new Uint8Array(0)
  programHeaders: readonly string[] | undefined = undefined
  /** NOLOAD and its kin: has addresses, is not in the image. */
  isNoLoad = false
  /** Has addresses, but takes no memory: INFO, COPY and their kin. */
  isBesideMemory = false
  /** The literal address of an orphan that is not allocated. */
  hasExplicitAddress = false

  constructor(name: string, statement: OutputSectionStatement | undefined) {
    this.name = name
    this.statement = statement
    this.firstType = typeOfName(name)
  }
}

export interface MemoryRegionState {
  readonly name: string
  readonly declaration: { readonly origin: Expression; readonly length: Expression }
  origin: bigint
  length: bigint
  readonly attributes: string
  current: bigint
  used: bigint
  hasOverflowed: boolean
}
