// Linker scripts as most are written, to the syntax tree, without the grammar.
// Enters: tokens of the scanner. Leaves: the tree that the grammar (grammar.ts) would make of them, or undefined: for what is
// rare (OVERLAY, INSERT, INPUT_SECTION_FLAGS, …) and for every mistake the grammar is asked, which alone decides what
// a script may be and says what is wrong with it. To make the grammar takes ten times as long as to link a small program
// (docs/adr/0002). A test holds the two together.

import type {
  Assertion,
  Assignment,
  AssignmentOperator,
  Expression,
  FillExpression,
  InputFileName,
  InputPattern,
  MemoryRegion,
  OutputSectionStatement,
  OutputStatement,
  ProgramHeader,
  ScriptCommand,
  SectionPattern,
  SectionsItem,
  Word,
} from './ast.ts'
import { dataWidths, emptyHeader, fillOf, type Header, sectionOf, setType, sortKeys, spanOf, textOf, type Trailer } from './build-tree.ts'
import { attempt, QuickExpressions } from './quick-expressions.ts'
import type { ScriptToken } from './tokens.ts'

/** The commands of a script. */
export function readQuickly(tokens: readonly ScriptToken[]): ScriptCommand[] | undefined {
  return attempt(() => new QuickReader(tokens).script())
}

/** `symbol=expression`. */
export function readDefinitionQuickly(tokens: readonly ScriptToken[]): Assignment | undefined {
  return attempt(() => new QuickReader(tokens).definition())
}

class QuickReader extends QuickExpressions {
  script(): ScriptCommand[] {
    const commands: ScriptCommand[] = []
    while (!this.isAtEnd) {
      switch (this.kind()) {
        case 'Target':
          commands.push(this.#assignment())
          this.separator()
          break
        case 'Provide':
          commands.push(this.#provide())
          break
        case 'Assert':
          commands.push(this.#assertion())
          break
        case 'Semicolon':
        case 'Comma':
          this.pass()
          break
        case 'Sections':
          commands.push(this.#sections())
          break
        case 'Memory':
          commands.push(this.#memory())
          break
        case 'ProgramHeaders':
          commands.push(this.#programHeaders())
          break
        case 'Version': {
          const keyword = this.take('Version')
          this.take('LeftCurly')
          this.take('RightCurly')
          commands.push({ kind: 'version', span: spanOf(keyword) })
          break
        }
        case 'Call':
          commands.push(this.#call())
          break
        case 'Files':
          commands.push(this.#files())
          break
        default:
          this.miss()
      }
    }
    return commands
  }

  definition(): Assignment {
    const found = this.#assignment()
    return this.isAtEnd ? found : this.miss()
  }

  #sections(): ScriptCommand {
    const keyword = this.take('Sections')
    const items: SectionsItem[] = []
    this.take('LeftCurly')
    for (;;) {
      switch (this.kind()) {
        case 'RightCurly':
          this.pass()
          return { kind: 'sections', items, span: spanOf(keyword) }
        case 'Target':
          items.push(this.#assignment())
          this.separator()
          break
        case 'Provide':
          items.push(this.#provide())
          break
        case 'Assert':
          items.push(this.#assertion())
          break
        case 'Semicolon':
        case 'Comma':
          this.pass()
          break
        case 'Call':
          items.push(this.#call() as SectionsItem)
          break
        case 'Files':
          items.push(this.#files() as SectionsItem)
          break
        default:
          items.push(this.#outputSection())
      }
    }
  }

  #outputSection(): OutputSectionStatement {
    const name = this.word()
    const header = this.#header()
    const body = this.#body()
    return sectionOf(name, header, body, this.#trailer())
  }

  #header(): Header {
    const found: Header = { ...emptyHeader }
    if (this.startsExpression()) found.address = this.expression()
    if (this.skipped('TypeParen')) {
      const type = this.take('Word')
      this.take('RightParen')
      setType(found, type.image, undefined)
    }
    this.take('Colon')
    for (;;) {
      const token = this.next()
      switch (token.kind) {
        case 'At':
          found.loadAddress = this.#parenthesised()
          break
        case 'Align':
          found.alignment = this.#parenthesised()
          break
        case 'Subalign':
          found.subalignment = this.#parenthesised()
          break
        case 'AlignWithInput':
          found.alignWithInput = true
          this.pass()
          break
        case 'Constraint':
          found.constraint = token.image.toLowerCase().replaceAll('_', '-') as 'special'
          this.pass()
          break
        default:
          return found
      }
    }
  }

  /** A keyword and the expression in the parentheses behind it. */
  #parenthesised(): Expression {
    this.pass()
    this.take('LeftParen')
    const value = this.expression()
    this.take('RightParen')
    return value
  }

  #body(): { statements: OutputStatement[]; close: ScriptToken } {
    const statements: OutputStatement[] = []
    this.take('LeftCurly')
    for (;;) {
      const token = this.next()
      switch (token.kind) {
        case 'RightCurly':
          this.pass()
          return { statements, close: token }
        case 'Semicolon':
        case 'Comma':
          this.pass()
          break
        case 'Target':
          statements.push(this.#assignment())
          if (this.kind() !== 'Semicolon' && this.kind() !== 'Comma') this.miss()
          break
        case 'Provide':
          statements.push(this.#provide())
          break
        case 'Assert':
          statements.push(this.#assertion())
          break
        case 'Data': {
          const value = this.#parenthesised()
          const span = spanOf(token, this.last())
          statements.push({ kind: 'data', width: dataWidths[token.image] as 1, isSigned: token.image === 'SQUAD', value, span })
          break
        }
        case 'Fill': {
          this.pass()
          this.take('LeftParen')
          const fill = this.#fill()
          this.take('RightParen')
          statements.push({ kind: 'fill', fill, span: spanOf(token) })
          break
        }
        case 'Constructors':
          this.pass()
          statements.push({ kind: 'constructors', isSorted: false, span: spanOf(token) })
          break
        case 'CreateObjectSymbols':
          this.pass()
          statements.push({ kind: 'create-object-symbols', span: spanOf(token) })
          break
        case 'Keep': {
          this.pass()
          this.take('LeftParen')
          const inner = this.#fileSpec()
          this.take('RightParen')
          statements.push({ ...inner, keep: true })
          break
        }
        default:
          statements.push(this.#sortedConstructors() ?? this.#fileSpec())
      }
    }
  }

  /** SORT '(' CONSTRUCTORS ')' */
  #sortedConstructors(): OutputStatement | undefined {
    const keyword = this.next()
    if (keyword.kind !== 'Sort' || this.kind(2) !== 'Constructors') return undefined
    this.pass()
    this.take('LeftParen')
    this.pass()
    return { kind: 'constructors', isSorted: true, span: spanOf(keyword, this.take('RightParen')) }
  }

  #fileSpec(): InputPattern {
    const first = this.next()
    let excludedFiles = first.kind === 'ExcludeFile' ? this.#excludeFile() : []
    let file: Word
    let isFileSorted = false
    if (this.kind() === 'Sort') {
      const keyword = this.take('Sort')
      isFileSorted = keyword.image !== 'SORT_NONE'
      if (sortKeys[keyword.image] !== 'name' && isFileSorted) this.miss()
      this.take('LeftParen')
      if (this.kind() === 'ExcludeFile') excludedFiles = [...excludedFiles, ...this.#excludeFile()]
      file = this.word()
      this.take('RightParen')
    } else file = this.word()
    let sections: SectionPattern[] | undefined
    if (this.skipped('LeftParen')) {
      sections = []
      while (!this.skipped('RightParen')) {
        sections.push(this.#sectionPattern())
        this.skipped('Comma')
      }
    }
    const span = spanOf(first, this.last())
    return { kind: 'input', file: file.text, isFileSorted, excludedFiles, flagTests: [], sections, keep: false, span }
  }

  #sectionPattern(): SectionPattern {
    const token = this.next()
    if (token.kind === 'ExcludeFile') {
      const excluded = this.#excludeFile()
      const inner = this.#sectionPattern()
      return { ...inner, excludedFiles: [...excluded, ...inner.excludedFiles] }
    }
    if (token.kind === 'Sort') {
      this.pass()
      this.take('LeftParen')
      const inner = this.#sectionPattern()
      this.take('RightParen')
      return { ...inner, sort: [sortKeys[token.image] ?? 'none', ...inner.sort] }
    }
    const name = this.word()
    return { pattern: name.text, excludedFiles: [], sort: [], isReversed: false, span: name.span }
  }

  #excludeFile(): string[] {
    const files: string[] = []
    this.take('ExcludeFile')
    this.take('LeftParen')
    while (!this.skipped('RightParen')) {
      files.push(this.word().text)
      this.skipped('Comma')
    }
    return files
  }

  #trailer(): Trailer {
    const found: Trailer = { region: undefined, regionSpan: undefined, loadRegion: undefined, programHeaders: [], fill: undefined }
    for (;;) {
      if (this.skipped('Greater')) {
        const region = this.word()
        found.region = region.text
        found.regionSpan = region.span
      } else if (this.skipped('At')) {
        this.take('Greater')
        found.loadRegion = this.word().text
      } else if (this.skipped('Colon')) found.programHeaders.push(this.word().text)
      else if (this.skipped('Equals')) found.fill = this.#fill()
      else break
    }
    this.skipped('Comma')
    return found
  }

  #fill(): FillExpression {
    const first = this.next()
    return fillOf(first, this.expression())
  }

  #memory(): ScriptCommand {
    const keyword = this.take('Memory')
    const regions: MemoryRegion[] = []
    this.take('LeftCurly')
    while (!this.skipped('RightCurly')) {
      const name = this.word()
      let attributes = ''
      if (this.skipped('LeftParen')) {
        while (!this.skipped('RightParen')) attributes += this.kind() === 'Bang' ? this.take('Bang').image : this.word().text
      }
      this.take('Colon')
      if (!/^(?:ORIGIN|org|o)$/.test(this.word().text)) this.miss()
      this.take('Equals')
      const origin = this.expression()
      this.skipped('Comma')
      if (!/^(?:LENGTH|len|l)$/.test(this.word().text)) this.miss()
      this.take('Equals')
      const length = this.expression()
      this.skipped('Comma')
      regions.push({ name: name.text, attributes, origin, length, span: name.span })
    }
    return { kind: 'memory', regions, span: spanOf(keyword) }
  }

  #programHeaders(): ScriptCommand {
    const keyword = this.take('ProgramHeaders')
    const headers: ProgramHeader[] = []
    this.take('LeftCurly')
    while (!this.skipped('RightCurly')) {
      const name = this.word()
      const type = this.primary()
      let hasFileHeader = false
      let hasProgramHeaders = false
      let loadAddress: Expression | undefined
      let flags: Expression | undefined
      while (!this.skipped('Semicolon')) {
        const attribute = this.primary()
        if (attribute.kind === 'call' && attribute.name === 'AT') loadAddress = attribute.operands[0]
        else if (attribute.kind === 'call' && attribute.name === 'FLAGS') flags = attribute.operands[0]
        else if (attribute.kind === 'name' && attribute.name === 'FILEHDR') hasFileHeader = true
        else if (attribute.kind === 'name' && attribute.name === 'PHDRS') hasProgramHeaders = true
      }
      headers.push({ name: name.text, type, hasFileHeader, hasProgramHeaders, loadAddress, flags, span: name.span })
    }
    return { kind: 'program-headers', headers, span: spanOf(keyword) }
  }

  #call(): ScriptCommand {
    const keyword = this.take('Call')
    const words: Word[] = []
    if (this.skipped('LeftParen')) {
      while (!this.skipped('RightParen')) if (!this.skipped('Comma')) words.push(this.word())
    }
    return { kind: 'call', name: keyword.image, words, span: spanOf(keyword, this.last()) }
  }

  #files(): ScriptCommand {
    const keyword = this.take('Files')
    return { kind: 'files', isGroup: keyword.image === 'GROUP', files: this.#fileList(false), span: spanOf(keyword) }
  }

  #fileList(asNeeded: boolean): InputFileName[] {
    const files: InputFileName[] = []
    this.take('LeftParen')
    while (!this.skipped('RightParen')) {
      if (this.skipped('Comma')) continue
      if (this.skipped('AsNeeded')) files.push(...this.#fileList(true))
      else {
        const { text, span } = this.word()
        const isLibrary = text.startsWith('-l')
        files.push({ name: isLibrary ? text.slice(2) : text, isLibrary, asNeeded, span })
      }
    }
    return files
  }

  #assignment(): Assignment {
    const name = this.take('Target')
    const operator = this.take('AssignmentOperator').image as AssignmentOperator
    const value = this.expression()
    const nameSpan = spanOf(name)
    const span = { ...nameSpan, end: value.span.end }
    return { kind: 'assignment', name: textOf(name), nameSpan, operator, value, isProvide: false, isHidden: false, span }
  }

  #provide(): Assignment {
    const { image } = this.take('Provide')
    this.take('LeftParen')
    const inner = this.#assignment()
    this.take('RightParen')
    return { ...inner, isProvide: image !== 'HIDDEN', isHidden: image !== 'PROVIDE' }
  }

  #assertion(): Assertion {
    const keyword = this.take('Assert')
    this.take('LeftParen')
    const condition = this.expression()
    this.take('Comma')
    const message = this.word().text
    return { kind: 'assert', condition, message, span: spanOf(keyword, this.take('RightParen')) }
  }
}
