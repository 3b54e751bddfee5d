// A linker script as tokens.
// Enters: the script's text and a way to open what it INCLUDEs. Leaves: tokens for the quick reader and the grammar, in which
// the two lexical states of the language are already decided: in a name or a file pattern `a-b.o` is one word, in an expression
// it is a subtraction (GNU ld manual §3.6.4, §3.10.2). The state follows from the statement that a token stands in, so the
// scanner walks the statements' outlines and leaves everything else to them.

import type { DiagnosticSink, SourceFile } from '@kernelbox/diagnostics'
import { ExpressionScanner, noKeywords } from './expression-scanner.ts'
import { expressionName, listName, type OpenScript, scriptName, Stop, wildName } from './script-text.ts'
import { commandKinds, type ScriptToken, statementKinds, type TokenKind } from './tokens.ts'

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

class Scanner extends ExpressionScanner {
  /** `symbol=expression`, the whole text. */
  defsym(): void {
    this.skip()
    if (!this.assignment(expressionName)) this.fail('bad-defsym', 'expected symbol=expression', this.at, this.text.length)
    this.skip()
    if (this.at < this.text.length) this.unexpected()
  }

  script(): void {
    this.#statements(false)
  }

  /** The statements of the whole script, or of SECTIONS up to its closing curly. */
  #statements(isInSections: boolean): void {
    for (;;) {
      this.skip()
      if (this.isAtEnd()) return
      const c = this.text[this.at] as string
      if (c === '}') {
        this.emit('RightCurly', 1)
        return
      }
      if (this.assignment(scriptName)) continue
      if (c === ';') this.emit('Semicolon', 1)
      else if (c === ',') this.emit('Comma', 1)
      else {
        const word = this.peek(scriptName)
        if (word === 'INCLUDE') this.include(scriptName)
        else if (word !== undefined && this.#command(word)) continue
        else if (isInSections) this.#outputSection()
        else this.unexpected()
      }
    }
  }

  #command(word: string): boolean {
    const kind = commandKinds.get(word)
    if (!kind) return false
    switch (kind) {
      case 'Sections':
        this.emit(kind, word.length)
        this.curly()
        this.#statements(true)
        return true
      case 'Memory':
      case 'ProgramHeaders':
        this.emit(kind, word.length)
        this.curly()
        this.#flatExpression()
        return true
      case 'Version':
        this.emit(kind, word.length)
        this.curly()
        this.#version()
        return true
      case 'Insert':
        this.emit(kind, word.length)
        for (let i = 0; i < 2; i++) {
          this.skip()
          if (!this.nameOrText(scriptName, 'Word')) this.unexpected()
        }
        return true
      case 'Assert':
      case 'Provide':
        this.parenthesised(kind, word, scriptName)
        return true
      case 'Overlay':
        this.#overlay()
        return true
      default:
        this.emit(kind, word.length)
        this.skip()
        if (this.text[this.at] === '(') this.#list()
        return true
    }
  }

  /** `( word word, word )`, nested for AS_NEEDED. */
  #list(): void {
    this.emit('LeftParen', 1)
    for (;;) {
      this.skip()
      if (this.isAtEnd()) return
      const c = this.text[this.at] as string
      if (c === ')') {
        this.emit('RightParen', 1)
        return
      }
      if (c === ',') this.emit('Comma', 1)
      else if (c === '(') this.#list()
      else if (this.peek(listName) === 'AS_NEEDED') this.emit('AsNeeded', 9)
      else if (!this.nameOrText(listName, 'Word')) this.unexpected()
    }
  }

  #version(): void {
    let depth = 1
    const part = /[^\s{};]+|[{};]/y
    while (depth > 0) {
      this.skip()
      if (this.isAtEnd()) return
      part.lastIndex = this.at
      const found = (part.exec(this.text) as RegExpExecArray)[0]
      if (found === '{') depth++
      if (found === '}') depth--
      if (depth === 0) this.emit('RightCurly', 1)
      else this.at += found.length
    }
  }

  /** Everything up to a closing curly as an expression's tokens: MEMORY and PHDRS. */
  #flatExpression(): void {
    for (;;) {
      this.skip()
      if (this.isAtEnd()) return
      if (this.text[this.at] === '}') {
        this.emit('RightCurly', 1)
        return
      }
      if (this.peek(expressionName) === 'INCLUDE') this.include(expressionName)
      else this.expressionToken(noKeywords)
    }
  }

  #overlay(): void {
    this.emit('Overlay', 7)
    this.#header()
    for (;;) {
      this.skip()
      if (this.isAtEnd()) return
      if (this.text[this.at] === '}') {
        this.emit('RightCurly', 1)
        this.#trailer()
        return
      }
      if (this.assignment(scriptName)) continue
      if (this.text[this.at] === ';') this.emit('Semicolon', 1)
      else if (!this.nameOrText(scriptName, 'Word')) this.unexpected()
      else {
        this.curly()
        this.#body()
        this.#trailer()
      }
    }
  }

  #outputSection(): void {
    // A section may be named by any pattern's characters: /DISCARD/, .text*, COMMON.
    if (!this.nameOrText(scriptName, 'Word')) this.unexpected()
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
      this.skip()
      if (this.isAtEnd()) return
      const c = this.text[this.at] as string
      if (c === '{') {
        this.emit('LeftCurly', 1)
        return
      }
      if (c === '}' || c === ';') this.unexpected()
      if (c === '?') conditionals++
      if (c === ':' && depth === 0) {
        if (conditionals > 0) conditionals--
        else isAfterColon = true
      }
      if (c === '(') {
        if (!isAfterColon && depth === 0 && this.#isTypeParen()) {
          this.emit('TypeParen', 1)
          depth++
          continue
        }
        depth++
      } else if (c === ')') depth--
      this.expressionToken(isAfterColon && depth === 0 ? headerKinds : noKeywords)
      this.nameOperand()
    }
  }

  #isTypeParen(): boolean {
    const word = /\(\s*([A-Z]+)/y
    word.lastIndex = this.at
    const found = word.exec(this.text)
    return found !== null && typeWords.has(found[1] as string)
  }

  /** After a section's closing curly: `>region AT>region :phdr =fill ,`. */
  #trailer(): void {
    for (;;) {
      this.skip()
      if (this.isAtEnd()) return
      const c = this.text[this.at] as string
      if (c === '>') {
        this.emit('Greater', 1)
        this.skip()
        if (!this.nameOrText(expressionName, 'Word')) this.unexpected()
      } else if (c === ':') {
        this.emit('Colon', 1)
        this.skip()
        if (!this.nameOrText(expressionName, 'Word')) this.unexpected()
      } else if (c === '=') {
        this.emit('Equals', 1)
        this.expression(false)
      } else if (c === ',') {
        this.emit('Comma', 1)
        return
      } else if (this.peek(/AT(?=\s*>)/y)) this.emit('At', 2)
      else return
    }
  }

  /** The statements of an output section, up to and with the closing curly. */
  #body(): void {
    let depth = 0
    for (;;) {
      this.skip()
      if (this.isAtEnd()) return
      const c = this.text[this.at] as string
      if (c === '}') {
        this.emit('RightCurly', 1)
        return
      }
      if (c === '(') {
        depth++
        this.emit('LeftParen', 1)
      } else if (c === ')') {
        depth--
        this.emit('RightParen', 1)
      } else if (c === ';') this.emit('Semicolon', 1)
      else if (c === ',') this.emit('Comma', 1)
      else if (depth === 0 && this.assignment(wildName)) continue
      else {
        const word = this.peek(wildName)
        const kind = word === undefined ? undefined : statementKinds.get(word)
        if (word === 'INCLUDE' && depth === 0) this.include(wildName)
        else if (word !== undefined && kind) this.#statement(kind, word, depth)
        else if (word === '&' || word === '!') this.emit(word === '&' ? 'Ampersand' : 'Bang', 1)
        else if (!this.nameOrText(wildName, 'Word')) this.unexpected()
      }
    }
  }

  #statement(kind: TokenKind, word: string, depth: number): void {
    switch (kind) {
      case 'Data':
      case 'Fill':
      case 'Assert':
      case 'Provide':
        if (depth === 0) this.parenthesised(kind, word, wildName)
        else this.emit('Word', word.length)
        return
      case 'Asciz':
        this.emit(kind, word.length)
        this.skip()
        if (!this.quoted()) this.unexpected()
        return
      default:
        this.emit(kind, word.length)
    }
  }
}
