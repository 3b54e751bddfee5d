// The tokens of a linker script: their kinds, and the words that are commands.

import type { SourceFile, Span } from '@kernelbox/diagnostics'

export interface ScriptToken {
  readonly kind: TokenKind
  readonly image: string
  readonly startOffset: number
  /** Of the last character. */
  readonly endOffset: number
  /** INCLUDE mixes several texts. */
  readonly source: SourceFile
}

export const tokenKinds = [
  // words
  'Word',
  'Text',
  'Number',
  'Target',
  // punctuation; Operator is a binary operator that is never unary
  'LeftCurly',
  'RightCurly',
  'LeftParen',
  'RightParen',
  'Semicolon',
  'Comma',
  'Colon',
  'Question',
  'Greater',
  'Equals',
  'Bang',
  'Tilde',
  'Sign',
  'Operator',
  'AssignmentOperator',
  'TypeParen',
  'Ampersand',
  // commands
  'Sections',
  'Memory',
  'ProgramHeaders',
  'Version',
  'Insert',
  'Files',
  'AsNeeded',
  'Call',
  'Assert',
  'Provide',
  'Overlay',
  // in output sections
  'Keep',
  'Sort',
  'Reverse',
  'ExcludeFile',
  'InputSectionFlags',
  'Data',
  'Fill',
  'Asciz',
  'LinkerVersion',
  'Constructors',
  'CreateObjectSymbols',
  // after a section's colon
  'At',
  'Align',
  'Subalign',
  'AlignWithInput',
  'Constraint',
  'NoCrossReferences',
] as const

export type TokenKind = (typeof tokenKinds)[number]

export function tokenSpan({ source, startOffset, endOffset }: ScriptToken): Span {
  return { source, start: startOffset, end: endOffset + 1 }
}

/** Words that are commands at the top or in SECTIONS. */
export const commandKinds: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>([
  ['SECTIONS', 'Sections'],
  ['MEMORY', 'Memory'],
  ['PHDRS', 'ProgramHeaders'],
  ['VERSION', 'Version'],
  ['INSERT', 'Insert'],
  ['INPUT', 'Files'],
  ['GROUP', 'Files'],
  ['ASSERT', 'Assert'],
  ['PROVIDE', 'Provide'],
  ['PROVIDE_HIDDEN', 'Provide'],
  ['HIDDEN', 'Provide'],
  ['OVERLAY', 'Overlay'],
  ...[
    'ENTRY',
    'OUTPUT',
    'OUTPUT_FORMAT',
    'OUTPUT_ARCH',
    'TARGET',
    'SEARCH_DIR',
    'STARTUP',
    'EXTERN',
    'NOCROSSREFS',
    'NOCROSSREFS_TO',
    'REGION_ALIAS',
    'LD_FEATURE',
    'FORCE_COMMON_ALLOCATION',
    'FORCE_GROUP_ALLOCATION',
    'INHIBIT_COMMON_ALLOCATION',
    'HLL',
    'SYSLIB',
    'FLOAT',
    'NOFLOAT',
    'MAP',
  ].map((name) => [name, 'Call'] as [string, TokenKind]),
])

/** Words that are commands in an output section. */
export const statementKinds: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>([
  ['KEEP', 'Keep'],
  ['SORT', 'Sort'],
  ['SORT_BY_NAME', 'Sort'],
  ['SORT_BY_ALIGNMENT', 'Sort'],
  ['SORT_BY_INIT_PRIORITY', 'Sort'],
  ['SORT_NONE', 'Sort'],
  ['REVERSE', 'Reverse'],
  ['EXCLUDE_FILE', 'ExcludeFile'],
  ['INPUT_SECTION_FLAGS', 'InputSectionFlags'],
  ['BYTE', 'Data'],
  ['SHORT', 'Data'],
  ['LONG', 'Data'],
  ['QUAD', 'Data'],
  ['SQUAD', 'Data'],
  ['FILL', 'Fill'],
  ['ASCIZ', 'Asciz'],
  ['LINKER_VERSION', 'LinkerVersion'],
  ['CONSTRUCTORS', 'Constructors'],
  ['CREATE_OBJECT_SYMBOLS', 'CreateObjectSymbols'],
  ['ASSERT', 'Assert'],
  ['PROVIDE', 'Provide'],
  ['PROVIDE_HIDDEN', 'Provide'],
  ['HIDDEN', 'Provide'],
])
