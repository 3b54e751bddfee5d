// A linker script as tokens.
// Enters: the script's text and a way to open what it INCLUDEs. Leaves: tokens for the grammar, in which the two lexical
// states of the language are already decided: in a name or a file pattern `a-b.o` is one word, in an expression it is a
// subtraction (GNU ld manual §3.6.4, §3.10.2). The state follows from the statement that a token stands in, so the scanner
// walks the statements' outlines and leaves everything else to the grammar.

import { type DiagnosticSink, nearestWord, type SourceFile, type Span } from '@kernelbox/diagnostics'
import { commandKinds, type ScriptToken, statementKinds, type TokenKind } from './tokens.ts'

export type OpenScript = (name: string, span: Span) => SourceFile | undefined

const deepestInclude = 20
const mostTokens = 5_000_000
const nameFunctions = new Set(['ADDR', 'SIZEOF', 'LOADADDR', 'ALIGNOF', 'DEFINED', 'ORIGIN', 'LENGTH', 'CONSTANT'])
const noKeywords: ReadonlyMap<string, TokenKind> = new Map()
const typeWords = new Set(['NOLOAD', 'DSECT', 'COPY', 'INFO', 'OVERLAY', 'READONLY', 'TYPE'])
const headerKinds: ReadonlyMap<string, TokenKind> = new Map([
  ['AT', 'At'],
  ['ALIGN', 'Align'],
  ['SUBALIGN', 'Subalign'],
  ['ALIGN_WITH_INPUT', 'AlignWithInput'],
  ['ONLY_IF_RO', 'Constraint'],
  ['ONLY_IF_RW', 'Constraint'],
  ['SPECIAL', 'Constraint'],
  ['NOCROSSREFS', 'NoCrossReferences'],
] as const)

// Characters of names by state; GNU ld manual §3.4.1 and tried on GNU ld 2.40.
const scriptName = /[A-Za-z_/.$\\~][A-Za-z0-9_/.\-+$:[\]\\=&!<>~]*/y
const expressionName = /(?!\/(?![A-Za-z0-9_/.$\\~]))[A-Za-z_/.$\\][A-Za-z0-9_/.$\\~]*/y
const wildName = /[A-Za-z0-9_/.\-+$:[\]\\=?*^!~&]+/y
const listName = /[A-Za-z0-9_/.\-+$:[\]\\=?*^!~&<>]+/y
const number = /0[xX][0-9A-Fa-f]+[kKmM]?|\$[0-9A-Fa-f]+(?![A-Za-z0-9_.])|[0-9][0-9A-Fa-f]*[hHxXoObBdD]?[kKmM]?/y
const assignmentOperator = /(?:<<|>>|[-+*/&|^])?=(?!=)/y
// A slash before a letter begins a name: `= 0 /DISCARD/ :` is no division.
const binaryOperator = /&&|\|\||==|!=|<=|>=|<<|>>|[*%&|^<]|\/(?![A-Za-z0-9_/.$\\~])/y
const blanks = /(?:[ \t\r\n\f\v]+|\/\*[^]*?\*\/|#[^\n]*)+/y

class Stop extends Error {}

export function scanScript(
  source: SourceFile,
  sink: DiagnosticSink,
  open: OpenScript,
  start: 'script' | 'expression' = 'script',
): ScriptToken[] | undefined {
  const scanner = new Scanner(source, sink, open)
  try {
    if (start === 'expression') scanner.defsym()
    else scanner.script()
  } catch (error) {
    if (error instanceof Stop) return undefined
    throw error
  }
  return scanner.tokens
}

class Scanner {
  readonly tokens: ScriptToken[] = []
  #source: SourceFile
  #text: string
  #at = 0
  readonly #outer: { source: SourceFile; at: number }[] = []
  readonly #sink: DiagnosticSink
  readonly #open: OpenScript

  constructor(source: SourceFile, sink: DiagnosticSink, open: OpenScript) {
    this.#source = source
    this.#text = source.text
    this.#sink = sink
    this.#open = open
  }

  /** `symbol=expression`, the whole text. */
  defsym(): void {
    this.#skip()
    if (!this.#assignment(expressionName)) this.#fail('bad-defsym', 'expected symbol=expression', this.#at, this.#text.length)
    this.#skip()
    if (this.#at < this.#text.length) this.#unexpected()
  }

  script(): void {
    this.#statements(false)
  }

  /** The statements of the whole script, or of SECTIONS up to its closing curly. */
  #statements(isInSections: boolean): void {
    for (;;) {
      this.#skip()
      if (this.#isAtEnd()) return
      const c = this.#text[this.#at] as string
      if (c === '}') {
        this.#emitPunctuation('RightCurly', 1)
        return
      }
      if (this.#assignment(scriptName)) continue
      if (c === ';') this.#emitPunctuation('Semicolon', 1)
      else if (c === ',') this.#emitPunctuation('Comma', 1)
      else {
        const word = this.#peek(scriptName)
        if (word === 'INCLUDE') this.#include(scriptName)
        else if (word !== undefined && this.#command(word)) continue
        else if (isInSections) this.#outputSection()
        else this.#unexpected()
      }
    }
  }

  #command(word: string): boolean {
    const kind = commandKinds.get(word)
    if (!kind) return false
    switch (kind) {
      case 'Sections':
        this.#emit(kind, word.length)
        if (this.#curly()) this.#statements(true)
        return true
      case 'Memory':
      case 'ProgramHeaders':
        this.#emit(kind, word.length)
        if (this.#curly()) this.#flatExpression('}')
        return true
      case 'Version':
        this.#emit(kind, word.length)
        if (this.#curly()) this.#version()
        return true
      case 'Insert':
        this.#emit(kind, word.length)
        for (let i = 0; i < 2; i++) {
          this.#skip()
          if (!this.#nameOrText(scriptName, 'Word')) this.#unexpected()
        }
        return true
      case 'Assert':
      case 'Provide':
        this.#parenthesised(kind, word, scriptName)
        return true
      case 'Overlay':
        this.#overlay()
        return true
      default:
        this.#emit(kind, word.length)
        this.#skip()
        if (this.#text[this.#at] === '(') this.#list()
        return true
    }
  }

  /** `PROVIDE(name = expression)`, `ASSERT(expression, "text")`, `BYTE(expression)`: the keyword and its parentheses. */
  #parenthesised(kind: TokenKind, word: string, names: RegExp): void {
    this.#emit(kind, word.length)
    this.#skip()
    if (this.#text[this.#at] !== '(') this.#unexpected()
    this.#emitPunctuation('LeftParen', 1)
    this.#skip()
    if (kind === 'Provide') {
      if (!this.#assignment(names)) this.#unexpected()
    } else this.#expression(kind === 'Assert')
    this.#skip()
    if (this.#text[this.#at] === ')') this.#emitPunctuation('RightParen', 1)
    else this.#unexpected()
  }

  /** `( word word, word )`, nested for AS_NEEDED. */
  #list(): void {
    this.#emitPunctuation('LeftParen', 1)
    for (;;) {
      this.#skip()
      if (this.#isAtEnd()) return
      const c = this.#text[this.#at] as string
      if (c === ')') {
        this.#emitPunctuation('RightParen', 1)
        return
      }
      if (c === ',') this.#emitPunctuation('Comma', 1)
      else if (c === '(') this.#list()
      else if (this.#peek(listName) === 'AS_NEEDED') this.#emit('AsNeeded', 9)
      else if (!this.#nameOrText(listName, 'Word')) this.#unexpected()
    }
  }

  #version(): void {
    let depth = 1
    const part = /[^\s{};]+|[{};]/y
    while (depth > 0) {
      this.#skip()
      if (this.#isAtEnd()) return
      part.lastIndex = this.#at
      const found = (part.exec(this.#text) as RegExpExecArray)[0]
      if (found === '{') depth++
      if (found === '}') depth--
      if (depth === 0) this.#emitPunctuation('RightCurly', 1)
      else this.#at += found.length
    }
  }

  /** Everything up to a closing curly as an expression's tokens: MEMORY and PHDRS. */
  #flatExpression(end: string): void {
    for (;;) {
      this.#skip()
      if (this.#isAtEnd()) return
      if (this.#text[this.#at] === end) {
        this.#emitPunctuation('RightCurly', 1)
        return
      }
      if (this.#peek(expressionName) === 'INCLUDE') this.#include(expressionName)
      else this.#expressionToken(noKeywords)
    }
  }

  #overlay(): void {
    this.#emit('Overlay', 7)
    this.#header()
    for (;;) {
      this.#skip()
      if (this.#isAtEnd()) return
      if (this.#text[this.#at] === '}') {
        this.#emitPunctuation('RightCurly', 1)
        this.#trailer()
        return
      }
      if (this.#assignment(scriptName)) continue
      if (this.#text[this.#at] === ';') this.#emitPunctuation('Semicolon', 1)
      else if (!this.#nameOrText(scriptName, 'Word')) this.#unexpected()
      else if (this.#curly()) {
        this.#body()
        this.#trailer()
      }
    }
  }

  #outputSection(): void {
    // A section may be named by any pattern's characters: /DISCARD/, .text*, COMMON.
    if (!this.#nameOrText(scriptName, 'Word')) this.#unexpected()
    this.#header()
    this.#body()
    this.#trailer()
  }

  /** Between a section's name and its curly. */
  #header(): void {
    let depth = 0
    let conditionals = 0
    let isAfterColon = false
    for (;;) {
      this.#skip()
      if (this.#isAtEnd()) return
      const c = this.#text[this.#at] as string
      if (c === '{') {
        this.#emitPunctuation('LeftCurly', 1)
        return
      }
      if (c === '}' || c === ';') this.#unexpected()
      if (c === '?') conditionals++
      if (c === ':' && depth === 0) {
        if (conditionals > 0) conditionals--
        else isAfterColon = true
      }
      if (c === '(') {
        if (!isAfterColon && depth === 0 && this.#isTypeParen()) {
          this.#emitPunctuation('TypeParen', 1)
          depth++
          continue
        }
        depth++
      } else if (c === ')') depth--
      this.#expressionToken(isAfterColon && depth === 0 ? headerKinds : noKeywords)
      this.#nameOperand()
    }
  }

  #isTypeParen(): boolean {
    const word = /\(\s*([A-Z]+)/y
    word.lastIndex = this.#at
    const found = word.exec(this.#text)
    return found !== null && typeWords.has(found[1] as string)
  }

  /** After a section's closing curly: `>region AT>region :phdr =fill ,`. */
  #trailer(): void {
    for (;;) {
      this.#skip()
      if (this.#isAtEnd()) return
      const c = this.#text[this.#at] as string
      if (c === '>') {
        this.#emitPunctuation('Greater', 1)
        this.#skip()
        if (!this.#nameOrText(expressionName, 'Word')) this.#unexpected()
      } else if (c === ':') {
        this.#emitPunctuation('Colon', 1)
        this.#skip()
        if (!this.#nameOrText(expressionName, 'Word')) this.#unexpected()
      } else if (c === '=') {
        this.#emitPunctuation('Equals', 1)
        this.#expression(false)
      } else if (c === ',') {
        this.#emitPunctuation('Comma', 1)
        return
      } else if (this.#peek(/AT(?=\s*>)/y)) this.#emit('At', 2)
      else return
    }
  }

  /** The statements of an output section, up to and with the closing curly. */
  #body(): void {
    let depth = 0
    for (;;) {
      this.#skip()
      if (this.#isAtEnd()) return
      const c = this.#text[this.#at] as string
      if (c === '}') {
        this.#emitPunctuation('RightCurly', 1)
        return
      }
      if (c === '(') {
        depth++
        this.#emitPunctuation('LeftParen', 1)
      } else if (c === ')') {
        depth--
        this.#emitPunctuation('RightParen', 1)
      } else if (c === ';') this.#emitPunctuation('Semicolon', 1)
      else if (c === ',') this.#emitPunctuation('Comma', 1)
      else if (depth === 0 && this.#assignment(wildName)) continue
      else {
        const word = this.#peek(wildName)
        const kind = word === undefined ? undefined : statementKinds.get(word)
        if (word === 'INCLUDE' && depth === 0) this.#include(wildName)
        else if (word !== undefined && kind) this.#statement(kind, word, depth)
        else if (word === '&' || word === '!') this.#emitPunctuation(word === '&' ? 'Ampersand' : 'Bang', 1)
        else if (!this.#nameOrText(wildName, 'Word')) this.#unexpected()
      }
    }
  }

  #statement(kind: TokenKind, word: string, depth: number): void {
    switch (kind) {
      case 'Data':
      case 'Fill':
      case 'Assert':
      case 'Provide':
        if (depth === 0) this.#parenthesised(kind, word, wildName)
        else this.#emit('Word', word.length)
        return
      case 'Asciz':
        this.#emit(kind, word.length)
        this.#skip()
        if (!this.#quoted()) this.#unexpected()
        return
      default:
        this.#emit(kind, word.length)
    }
  }

  /** `name op expression`, where the text stands so; false without having moved where not. */
  #assignment(names: RegExp): boolean {
    const begin = this.#at
    let name: string
    if (this.#text[begin] === '"') {
      const end = this.#text.indexOf('"', begin + 1)
      if (end < 0) return false
      name = this.#text.slice(begin, end + 1)
    } else {
      const word = this.#peek(names)
      if (word === undefined || word.includes('*')) return false
      name = word
    }
    blanks.lastIndex = begin + name.length
    const gap = blanks.exec(this.#text)
    const operatorAt = begin + name.length + (gap ? gap[0].length : 0)
    assignmentOperator.lastIndex = operatorAt
    const operator = assignmentOperator.exec(this.#text)
    if (!operator) {
      // `x=4` in one word: GNU ld takes it for a name, and so must we; only an expression's state parts it.
      return false
    }
    this.#emit('Target', name.length)
    this.#at = operatorAt
    this.#emit('AssignmentOperator', operator[0].length)
    this.#expression(false)
    return true
  }

  /** The tokens of one expression: ends before the first token that cannot continue it. */
  #expression(withMessage: boolean): void {
    let wantsOperand = true
    const open: ('(' | '?')[] = []
    for (;;) {
      this.#skip()
      if (this.#isAtEnd()) return
      const c = this.#text[this.#at] as string
      if (wantsOperand) {
        if (c === '(') open.push('(')
        else if (c === ')' && open.includes('(')) {
          while (open.pop() === '?');
          wantsOperand = false
        } else if (!'!~+-'.includes(c)) {
          if (c === ',' && open.length === 0) return
          if (c !== '"' && this.#peek(expressionName) === undefined && this.#peek(number) === undefined) {
            if (c !== ',') return
          } else wantsOperand = false
        }
      } else if (c === '(') {
        open.push('(')
        wantsOperand = true
      } else if (c === ')') {
        if (!open.includes('(')) return
        while (open.pop() === '?');
      } else if (c === '?') {
        open.push('?')
        wantsOperand = true
      } else if (c === ':') {
        if (open.at(-1) !== '?') return
        open.pop()
        wantsOperand = true
      } else if (c === ',') {
        if (!open.includes('(') && !withMessage) return
        wantsOperand = true
      } else {
        binaryOperator.lastIndex = this.#at
        if (c !== '+' && c !== '-' && c !== '>' && !binaryOperator.test(this.#text)) return
        // `>region` after a fill is no comparison; `a > b` in an assignment is.
        wantsOperand = true
      }
      this.#expressionToken(noKeywords)
      this.#nameOperand()
    }
  }

  /** ADDR, SIZEOF and the like take a name as SECTIONS has it: `ADDR(.silly-name)` is no subtraction. */
  #nameOperand(): void {
    const last = this.tokens.at(-1)
    if (!last || !nameFunctions.has(last.image)) return
    this.#skip()
    if (this.#text[this.#at] !== '(') return
    const name = /\(\s*([A-Za-z_/.$\\~][A-Za-z0-9_/.\-+$:[\]\\=&!<>~]*)\s*\)/y
    name.lastIndex = this.#at
    if (!name.test(this.#text)) return
    this.#emitPunctuation('LeftParen', 1)
    this.#skip()
    this.#nameOrText(scriptName, 'Word')
    this.#skip()
    this.#emitPunctuation('RightParen', 1)
  }

  /** One token in the state of expressions. */
  #expressionToken(keywords: ReadonlyMap<string, TokenKind>): void {
    const c = this.#text[this.#at] as string
    if (c === '"') {
      if (!this.#quoted()) this.#unexpected()
      return
    }
    const digits = this.#peek(number)
    if (digits !== undefined) return this.#emit('Number', digits.length)
    const name = this.#peek(expressionName)
    if (name !== undefined) return this.#emit(keywords.get(name) ?? 'Word', name.length)
    binaryOperator.lastIndex = this.#at
    const operator = binaryOperator.exec(this.#text)?.[0]
    if (operator !== undefined) return this.#emit('Operator', operator.length)
    const kind = punctuation[c]
    if (!kind) this.#unexpected()
    if (this.#text.startsWith('>=', this.#at) || this.#text.startsWith('>>', this.#at)) return this.#emit('Operator', 2)
    this.#emitPunctuation(kind, 1)
  }

  /** A name in the given state or a quoted one. */
  #nameOrText(names: RegExp, kind: TokenKind): boolean {
    if (this.#text[this.#at] === '"') return this.#quoted()
    const name = this.#peek(names)
    if (name === undefined) return false
    this.#emit(kind, name.length)
    return true
  }

  #quoted(): boolean {
    if (this.#text[this.#at] !== '"') return false
    const end = this.#text.indexOf('"', this.#at + 1)
    if (end < 0) this.#fail('unterminated-string', 'this quoted name does not end', this.#at, this.#at + 1)
    this.#emit('Text', end + 1 - this.#at)
    return true
  }

  #curly(): boolean {
    this.#skip()
    if (this.#text[this.#at] !== '{') this.#unexpected()
    this.#emitPunctuation('LeftCurly', 1)
    return true
  }

  #include(names: RegExp): void {
    const start = this.#at
    this.#at += 'INCLUDE'.length
    this.#skip()
    const isQuoted = this.#text[this.#at] === '"'
    const name = isQuoted
      ? this.#text.slice(this.#at + 1, this.#text.indexOf('"', this.#at + 1))
      : this.#peek(names === wildName ? wildName : listName)
    if (name === undefined) return this.#unexpected()
    const end = this.#at + name.length + (isQuoted ? 2 : 0)
    this.#at = end
    if (this.#outer.length >= deepestInclude)
      this.#fail('include-depth', `INCLUDE is nested more than ${deepestInclude} deep; does ${name} include itself?`, start, end)
    const span = { source: this.#source, start, end }
    const file = this.#open(name, span)
    if (!file) this.#fail('no-such-file', `cannot open linker script file ${name}`, start, end)
    this.#outer.push({ source: this.#source, at: this.#at })
    this.#source = file
    this.#text = file.text
    this.#at = 0
  }

  /** Passes blanks and comments, and returns from included files at their ends. */
  #skip(): void {
    for (;;) {
      blanks.lastIndex = this.#at
      if (blanks.test(this.#text)) this.#at = blanks.lastIndex
      if (this.#text.startsWith('/*', this.#at)) this.#fail('unterminated-comment', 'this comment does not end', this.#at, this.#at + 2)
      if (this.#at < this.#text.length) return
      const outer = this.#outer.pop()
      if (!outer) return
      this.#source = outer.source
      this.#text = outer.source.text
      this.#at = outer.at
    }
  }

  #isAtEnd(): boolean {
    return this.#at >= this.#text.length
  }

  #peek(names: RegExp): string | undefined {
    names.lastIndex = this.#at
    return names.exec(this.#text)?.[0]
  }

  #emitPunctuation(kind: TokenKind, length: number): void {
    this.#emit(kind, length)
  }

  #emit(kind: TokenKind, length: number): void {
    if (this.tokens.length >= mostTokens) this.#fail('script-too-large', `more than ${mostTokens} tokens in a script`, this.#at, this.#at)
    this.tokens.push({
      kind,
      image: this.#text.slice(this.#at, this.#at + length),
      startOffset: this.#at,
      endOffset: this.#at + length - 1,
      source: this.#source,
    })
    this.#at += length
  }

  /** What stands here fits no statement: said at the end of the token before where a separator was forgotten. */
  #unexpected(): never {
    const found = this.#isAtEnd() ? 'the end of the script' : `'${this.#peek(/[^\s(){};]+|\S/y) ?? this.#text[this.#at]}'`
    const word = this.#peek(/\S+/y) ?? ''
    const glued = /^[^\s=:]+(?:=|:$)/.test(word)
    const meant = nearestWord(/^\w*/.exec(word)?.[0] ?? '', commandKinds.keys())
    const advice = meant === undefined ? undefined : `did you mean '${meant}'?`
    this.#fail(
      'script-syntax',
      `syntax error in the linker script: ${found} is not expected here`,
      this.#at,
      Math.min(this.#text.length, this.#at + Math.max(1, found.length - 2)),
      glued ? `outside expressions '=' and ':' belong to the name: write blanks around them` : advice,
    )
  }

  #fail(code: string, message: string, start: number, end: number, help?: string): never {
    this.#sink.error(code, message, { source: this.#source, start, end }, help ? { fix: { message: help } } : {})
    throw new Stop()
  }
}

const punctuation: Readonly<Record<string, TokenKind>> = {
  '{': 'LeftCurly',
  '}': 'RightCurly',
  '(': 'LeftParen',
  ')': 'RightParen',
  ';': 'Semicolon',
  ',': 'Comma',
  ':': 'Colon',
  '?': 'Question',
  '>': 'Greater',
  '=': 'Equals',
  '!': 'Bang',
  '~': 'Tilde',
  '+': 'Sign',
  '-': 'Sign',
}
