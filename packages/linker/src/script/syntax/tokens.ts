// The kinds of tokens of a linker script, for chevrotain. Made on first use: a command that reads no script pays nothing.

import { createToken, type IToken, type TokenType } from 'chevrotain'
import type { SourceFile } from '@kernelbox/diagnostics'

/** A token that knows which text it is from: INCLUDE mixes several. */
export interface ScriptToken extends IToken {
  source: SourceFile
}

const kinds = [
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

export type TokenKind = (typeof kinds)[number]

let made: Record<TokenKind, TokenType> | undefined

export function tokenTypes(): Record<TokenKind, TokenType> {
  if (!made) {
    const found = {} as Record<TokenKind, TokenType>
    // The scanner is our own, so that patterns are not needed.
    for (const kind of kinds) found[kind] = createToken({ name: kind, pattern: /NA/ })
    made = found
  }
  return made
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
