// Nodes of the syntax tree from tokens: what the grammar and the quick reader have in common.
// GNU ld manual §3.6.8 (attributes of output sections), §3.10.2 (precedence of operators, as in C).

import type { SourceFile, Span } from '@kernelbox/diagnostics'
import type {
  BinaryOperator,
  Expression,
  FillExpression,
  OutputSectionStatement,
  OutputStatement,
  SectionType,
  SortKey,
  Word,
} from './ast.ts'

/** A token of the scanner or, while chevrotain records the grammar, a stand-in for one. */
interface TokenLike {
  readonly image: string
  readonly startOffset: number
  readonly endOffset?: number | undefined
}

export const sortKeys: Readonly<Record<string, SortKey>> = {
  SORT: 'name',
  SORT_BY_NAME: 'name',
  SORT_BY_ALIGNMENT: 'alignment',
  SORT_BY_INIT_PRIORITY: 'init-priority',
  SORT_NONE: 'none',
}
export const dataWidths: Readonly<Record<string, 1 | 2 | 4 | 8>> = { BYTE: 1, SHORT: 2, LONG: 4, QUAD: 8, SQUAD: 8 }

export interface Header {
  address: Expression | undefined
  type: SectionType | undefined
  isReadOnly: boolean
  typeValue: Expression | undefined
  loadAddress: Expression | undefined
  alignment: Expression | undefined
  alignWithInput: boolean
  subalignment: Expression | undefined
  constraint: OutputSectionStatement['constraint']
  noCrossReferences: boolean
}

export interface Trailer {
  region: string | undefined
  regionSpan: Span | undefined
  loadRegion: string | undefined
  programHeaders: string[]
  fill: FillExpression | undefined
}

const sourceOf = (token: TokenLike): SourceFile => (token as unknown as { readonly source: SourceFile }).source

export function spanOf(first: TokenLike, last: TokenLike = first): Span {
  const source = sourceOf(first)
  const sameSource = sourceOf(last) === source
  return {
    source,
    start: first.startOffset,
    end: (sameSource ? (last.endOffset ?? last.startOffset) : (first.endOffset ?? first.startOffset)) + 1,
  }
}

export function textOf(token: TokenLike): string {
  // During chevrotain's recording of the grammar tokens are stand-ins without text.
  const image = token.image ?? ''
  return image.startsWith('"') ? image.slice(1, -1) : image
}

export const emptyHeader: Header = {
  address: undefined,
  type: undefined,
  isReadOnly: false,
  typeValue: undefined,
  loadAddress: undefined,
  alignment: undefined,
  alignWithInput: false,
  subalignment: undefined,
  constraint: undefined,
  noCrossReferences: false,
}

export function sectionOf(
  name: Word,
  head: Header,
  inside: { statements: OutputStatement[]; close: TokenLike },
  tail: Trailer,
): OutputSectionStatement {
  const { noCrossReferences: _, ...attributes } = head
  return {
    kind: 'output-section',
    name: name.text,
    nameSpan: name.span,
    ...attributes,
    body: inside.statements,
    ...tail,
    span: sourceOf(inside.close) === name.span.source ? { ...name.span, end: (inside.close.endOffset ?? 0) + 1 } : name.span,
  }
}

/** `(TYPE)`, `(READONLY)`, `(READONLY (TYPE = x))`. */
export function setType(header: Header, word: string, typeValue: Expression | undefined): void {
  header.typeValue = typeValue
  header.type = word === 'TYPE' ? 'typed' : (word.toLowerCase() as SectionType)
  header.isReadOnly = word === 'READONLY'
  if (header.isReadOnly && typeValue) header.type = 'typed'
}

/** @param first the expression's first token: hexadecimal digits alone say how long the fill is */
export function fillOf(first: TokenLike, value: Expression): FillExpression {
  return {
    expression: value,
    bytes: value.kind === 'number' && /^0[xX][0-9A-Fa-f]+$/.test(first.image) ? hexBytes(first.image.slice(2)) : undefined,
  }
}

const precedence: Readonly<Record<string, number>> = {
  '*': 10,
  '/': 10,
  '%': 10,
  '+': 9,
  '-': 9,
  '<<': 8,
  '>>': 8,
  '<': 7,
  '<=': 7,
  '>': 7,
  '>=': 7,
  '==': 6,
  '!=': 6,
  '&': 5,
  '^': 4,
  '|': 3,
  '&&': 2,
  '||': 1,
}

/** Binary operators by precedence, left to right. */
export function climb(operands: readonly Expression[], operators: readonly TokenLike[]): Expression {
  const values: Expression[] = [operands[0] as Expression]
  const waiting: string[] = []
  const reduce = () => {
    const right = values.pop() as Expression
    const left = values.pop() as Expression
    const operator = waiting.pop() as BinaryOperator
    values.push({ kind: 'binary', operator, left, right, span: { ...left.span, end: Math.max(left.span.end, right.span.end) } })
  }
  operators.forEach((token, i) => {
    const rank = precedence[token.image] ?? 0
    while (waiting.length > 0 && (precedence[waiting.at(-1) as string] ?? 0) >= rank) reduce()
    waiting.push(token.image)
    values.push(operands[i + 1] as Expression)
  })
  while (waiting.length > 0) reduce()
  return values[0] as Expression
}

function hexBytes(digits: string): Uint8Array {
  const even = digits.length % 2 === 1 ? `0${digits}` : digits
  return Uint8Array.from({ length: even.length / 2 }, (_, i) => Number.parseInt(even.slice(2 * i, 2 * i + 2), 16))
}
