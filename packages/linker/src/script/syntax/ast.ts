// The syntax tree of a linker script: what parseScript gives and the passes read. Every node knows its span.
// GNU ld manual ch. 3 "Linker Scripts".

import type { Span } from '@kernelbox/diagnostics'

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '<<'
  | '>>'
  | '&'
  | '|'
  | '^'
  | '=='
  | '!='
  | '<'
  | '>'
  | '<='
  | '>='
  | '&&'
  | '||'

export type Expression =
  | { readonly kind: 'number'; readonly value: bigint; readonly span: Span }
  /** A symbol, or `.`; also the section or region name that a function takes. */
  | { readonly kind: 'name'; readonly name: string; readonly span: Span }
  | { readonly kind: 'unary'; readonly operator: '!' | '~' | '-' | '+'; readonly operand: Expression; readonly span: Span }
  | {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
      readonly span: Span
    }
  | {
      readonly kind: 'conditional'
      readonly condition: Expression
      readonly whenTrue: Expression
      readonly whenFalse: Expression
      readonly span: Span
    }
  /** ADDR(.text), ALIGN(4), … */
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Expression[]; readonly span: Span }

export type AssignmentOperator = '=' | '+=' | '-=' | '*=' | '/=' | '<<=' | '>>=' | '&=' | '|=' | '^='

export interface Assignment {
  readonly kind: 'assignment'
  readonly name: string
  readonly nameSpan: Span
  readonly operator: AssignmentOperator
  readonly value: Expression
  /** PROVIDE: only where something refers to the symbol and no object defines it. */
  readonly isProvide: boolean
  readonly isHidden: boolean
  readonly span: Span
}

export interface Assertion {
  readonly kind: 'assert'
  readonly condition: Expression
  readonly message: string
  readonly span: Span
}

export type SortKey = 'name' | 'alignment' | 'init-priority' | 'none'

/** One pattern of a section list: `EXCLUDE_FILE(x) SORT(.text.*)`. */
export interface SectionPattern {
  readonly pattern: string
  readonly excludedFiles: readonly string[]
  /** Outer first; empty where none is written. */
  readonly sort: readonly SortKey[]
  readonly isReversed: boolean
  readonly span: Span
}

export interface SectionFlagTest {
  readonly name: string
  readonly isNegated: boolean
  readonly span: Span
}

/** `file(section section …)` */
export interface InputPattern {
  readonly kind: 'input'
  readonly file: string
  readonly isFileSorted: boolean
  readonly excludedFiles: readonly string[]
  readonly flagTests: readonly SectionFlagTest[]
  /** Undefined: a file name alone, which also makes the file an input. */
  readonly sections: readonly SectionPattern[] | undefined
  readonly keep: boolean
  readonly span: Span
}

export type OutputStatement =
  | Assignment
  | Assertion
  | InputPattern
  | { readonly kind: 'data'; readonly width: 1 | 2 | 4 | 8; readonly isSigned: boolean; readonly value: Expression; readonly span: Span }
  | { readonly kind: 'text'; readonly text: string; readonly span: Span }
  | { readonly kind: 'linker-version'; readonly span: Span }
  | { readonly kind: 'fill'; readonly fill: FillExpression; readonly span: Span }
  | { readonly kind: 'constructors'; readonly isSorted: boolean; readonly span: Span }
  | { readonly kind: 'create-object-symbols'; readonly span: Span }

/** A fill: a number written in hexadecimal alone keeps its leading zeros and any length (manual §3.6.8.5). */
export interface FillExpression {
  readonly expression: Expression
  readonly bytes: Uint8Array | undefined
}

export type SectionType = 'noload' | 'dsect' | 'copy' | 'info' | 'overlay' | 'readonly' | 'typed'

export interface OutputSectionStatement {
  readonly kind: 'output-section'
  readonly name: string
  readonly nameSpan: Span
  readonly address: Expression | undefined
  readonly type: SectionType | undefined
  /** READONLY (TYPE = x): both. */
  readonly isReadOnly: boolean
  /** TYPE = …: an SHT_ name or a number. */
  readonly typeValue: Expression | undefined
  readonly loadAddress: Expression | undefined
  readonly alignment: Expression | undefined
  readonly alignWithInput: boolean
  readonly subalignment: Expression | undefined
  readonly constraint: 'only-if-ro' | 'only-if-rw' | 'special' | undefined
  readonly body: readonly OutputStatement[]
  readonly region: string | undefined
  readonly regionSpan: Span | undefined
  readonly loadRegion: string | undefined
  readonly programHeaders: readonly string[]
  readonly fill: FillExpression | undefined
  readonly span: Span
}

export interface OverlayStatement {
  readonly kind: 'overlay'
  readonly address: Expression | undefined
  readonly loadAddress: Expression | undefined
  readonly noCrossReferences: boolean
  readonly sections: readonly OutputSectionStatement[]
  readonly region: string | undefined
  readonly loadRegion: string | undefined
  readonly programHeaders: readonly string[]
  readonly fill: FillExpression | undefined
  readonly span: Span
}

export interface InputFileName {
  readonly name: string
  readonly isLibrary: boolean
  readonly asNeeded: boolean
  readonly span: Span
}

export interface MemoryRegion {
  readonly name: string
  /** The letters between the parentheses, as written. */
  readonly attributes: string
  readonly origin: Expression
  readonly length: Expression
  readonly span: Span
}

export interface ProgramHeader {
  readonly name: string
  readonly type: Expression
  readonly hasFileHeader: boolean
  readonly hasProgramHeaders: boolean
  readonly loadAddress: Expression | undefined
  readonly flags: Expression | undefined
  readonly span: Span
}

export type SectionsItem =
  | Assignment
  | Assertion
  | OutputSectionStatement
  | OverlayStatement
  | Extract<ScriptCommand, { readonly kind: 'call' | 'files' }>

export type ScriptCommand =
  | Assignment
  | Assertion
  | { readonly kind: 'sections'; readonly items: readonly SectionsItem[]; readonly span: Span }
  | { readonly kind: 'memory'; readonly regions: readonly MemoryRegion[]; readonly span: Span }
  | { readonly kind: 'program-headers'; readonly headers: readonly ProgramHeader[]; readonly span: Span }
  | { readonly kind: 'version'; readonly span: Span }
  | { readonly kind: 'insert'; readonly where: 'after' | 'before'; readonly section: string; readonly span: Span }
  /** INPUT and GROUP. */
  | { readonly kind: 'files'; readonly isGroup: boolean; readonly files: readonly InputFileName[]; readonly span: Span }
  /** ENTRY(x), OUTPUT_FORMAT(a, b, c), … : a command and its words. */
  | { readonly kind: 'call'; readonly name: string; readonly words: readonly Word[]; readonly span: Span }

export interface Word {
  readonly text: string
  readonly span: Span
}
