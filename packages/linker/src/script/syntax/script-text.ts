// The text of a linker script and those that it includes, as a place that moves on and tokens behind it.
// Enters: a SourceFile and a way to open INCLUDEs. Leaves: tokens; a fault ends the reading. What a name is depends on the state: in a
// pattern `a-b.o` is one word, in an expression a subtraction. GNU ld manual §3.4.1, §3.10.2.

import { type DiagnosticSink, nearestWord, type SourceFile, type Span } from '@kernelbox/diagnostics'
import { commandKinds, type ScriptToken, type TokenKind } from './tokens.ts'

export type OpenScript = (name: string, span: Span) => SourceFile | undefined

const deepestInclude = 20
const mostTokens = 5_000_000

// Characters of names by state; GNU ld manual §3.4.1 and tried on GNU ld 2.40.
export const scriptName = /[A-Za-z_/.$\\~][A-Za-z0-9_/.\-+$:[\]\\=&!<>~]*/y
export const expressionName = /(?!\/(?![A-Za-z0-9_/.$\\~]))[A-Za-z_/.$\\][A-Za-z0-9_/.$\\~]*/y
export const wildName = /[A-Za-z0-9_/.\-+$:[\]\\=?*^!~&]+/y
export const listName = /[A-Za-z0-9_/.\-+$:[\]\\=?*^!~&<>]+/y
export const number = /0[xX][0-9A-Fa-f]+[kKmM]?|\$[0-9A-Fa-f]+(?![A-Za-z0-9_.])|[0-9][0-9A-Fa-f]*[hHxXoObBdD]?[kKmM]?/y
export const assignmentOperator = /(?:<<|>>|[-+*/&|^])?=(?!=)/y
// A slash before a letter begins a name: `= 0 /DISCARD/ :` is no division.
export const binaryOperator = /&&|\|\||==|!=|<=|>=|<<|>>|[*%&|^<]|\/(?![A-Za-z0-9_/.$\\~])/y
export const blanks = /(?:[ \t\r\n\f\v]+|\/\*[^]*?\*\/|#[^\n]*)+/y

/** A fault that ends the reading. */
export class Stop extends Error {}

export class ScriptText {
  readonly tokens: ScriptToken[] = []
  #source: SourceFile
  protected text: string
  protected at = 0
  readonly #outer: { source: SourceFile; at: number }[] = []
  readonly #sink: DiagnosticSink
  readonly #open: OpenScript

  constructor(source: SourceFile, sink: DiagnosticSink, open: OpenScript) {
    this.#source = source
    this.text = source.text
    this.#sink = sink
    this.#open = open
  }

  /** A name in the given state or a quoted one. */
  protected nameOrText(names: RegExp, kind: TokenKind): boolean {
    if (this.text[this.at] === '"') return this.quoted()
    const name = this.peek(names)
    if (name === undefined) return false
    this.emit(kind, name.length)
    return true
  }

  protected quoted(): boolean {
    if (this.text[this.at] !== '"') return false
    const end = this.text.indexOf('"', this.at + 1)
    if (end < 0) this.fail('unterminated-string', 'this quoted name does not end', this.at, this.at + 1)
    this.emit('Text', end + 1 - this.at)
    return true
  }

  protected curly(): void {
    this.skip()
    if (this.text[this.at] !== '{') this.unexpected()
    this.emit('LeftCurly', 1)
  }

  protected include(names: RegExp): void {
    const start = this.at
    this.at += 'INCLUDE'.length
    this.skip()
    const isQuoted = this.text[this.at] === '"'
    const name = isQuoted
      ? this.text.slice(this.at + 1, this.text.indexOf('"', this.at + 1))
      : this.peek(names === wildName ? wildName : listName)
    if (name === undefined) return this.unexpected()
    const end = this.at + name.length + (isQuoted ? 2 : 0)
    this.at = end
    if (this.#outer.length >= deepestInclude)
      this.fail('include-depth', `INCLUDE is nested more than ${deepestInclude} deep; does ${name} include itself?`, start, end)
    const span = { source: this.#source, start, end }
    const file = this.#open(name, span)
    if (!file) this.fail('no-such-file', `cannot open linker script file ${name}`, start, end)
    this.#outer.push({ source: this.#source, at: this.at })
    this.#source = file
    this.text = file.text
    this.at = 0
  }

  /** Passes blanks and comments, and returns from included files at their ends. */
  protected skip(): void {
    for (;;) {
      blanks.lastIndex = this.at
      if (blanks.test(this.text)) this.at = blanks.lastIndex
      if (this.text.startsWith('/*', this.at)) this.fail('unterminated-comment', 'this comment does not end', this.at, this.at + 2)
      if (this.at < this.text.length) return
      const outer = this.#outer.pop()
      if (!outer) return
      this.#source = outer.source
      this.text = outer.source.text
      this.at = outer.at
    }
  }

  protected isAtEnd(): boolean {
    return this.at >= this.text.length
  }

  protected peek(names: RegExp): string | undefined {
    names.lastIndex = this.at
    return names.exec(this.text)?.[0]
  }

  protected emit(kind: TokenKind, length: number): void {
    if (this.tokens.length >= mostTokens) this.fail('script-too-large', `more than ${mostTokens} tokens in a script`, this.at, this.at)
    this.tokens.push({
      kind,
      image: this.text.slice(this.at, this.at + length),
      startOffset: this.at,
      endOffset: this.at + length - 1,
      source: this.#source,
    })
    this.at += length
  }

  /** What stands here fits no statement: said at the end of the token before where a separator was forgotten. */
  protected unexpected(): never {
    const found = this.isAtEnd() ? 'the end of the script' : `'${this.peek(/[^\s(){};]+|\S/y) ?? this.text[this.at]}'`
    const word = this.peek(/\S+/y) ?? ''
    const glued = /^[^\s=:]+(?:=|:$)/.test(word)
    const meant = nearestWord(/^\w*/.exec(word)?.[0] ?? '', commandKinds.keys())
    const advice = meant === undefined ? undefined : `did you mean '${meant}'?`
    this.fail(
      'script-syntax',
      `syntax error in the linker script: ${found} is not expected here`,
      this.at,
      Math.min(this.text.length, this.at + Math.max(1, found.length - 2)),
      glued ? `outside expressions '=' and ':' belong to the name: write blanks around them` : advice,
    )
  }

  protected fail(code: string, message: string, start: number, end: number, help?: string): never {
    this.#sink.error(code, message, { source: this.#source, start, end }, help ? { fix: { message: help } } : {})
    throw new Stop()
  }
}
