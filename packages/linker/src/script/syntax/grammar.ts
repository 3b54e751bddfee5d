// The grammar of linker scripts.
// Enters: tokens of the scanner, which has already parted commands, targets of assignments, names and patterns. Leaves:
// the syntax tree. GNU ld manual ch. 3; each rule's form stands above it.

import { EmbeddedActionsParser, type IToken, type TokenType } from 'chevrotain'
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
  OverlayStatement,
  ProgramHeader,
  ScriptCommand,
  SectionFlagTest,
  SectionPattern,
  SectionsItem,
  SortKey,
  Word,
} from './ast.ts'
import {
  climb,
  dataWidths,
  emptyHeader,
  fillOf,
  type Header,
  sectionOf,
  setType,
  sortKeys,
  spanOf,
  textOf,
  type Trailer,
} from './build-tree.ts'
import { tokenTypes } from './grammar-tokens.ts'
import { parseNumber } from './number.ts'

type Rule<T> = () => T

export class ScriptParser extends EmbeddedActionsParser {
  readonly script: Rule<ScriptCommand[]>
  readonly symbolDefinition: Rule<Assignment>

  constructor(options: { checkGrammar?: boolean } = {}) {
    const t = tokenTypes()
    super(Object.values(t) as TokenType[], { maxLookahead: 2, skipValidations: options.checkGrammar !== true, recoveryEnabled: false })
    // oxlint-disable-next-line typescript/no-this-alias -- chevrotain's own idiom: rules are read as grammar
    const $ = this

    // word: Word | Text
    const word = $.RULE('word', (): Word => {
      const token = $.OR([{ ALT: () => $.CONSUME(t.Word) }, { ALT: () => $.CONSUME(t.Text) }])
      return { text: textOf(token), span: spanOf(token) }
    })

    // primary: Number | name [ '(' [ expression { ',' expression } ] ')' ] | '(' expression ')' | unary primary
    const primary: Rule<Expression> = $.RULE(
      'primary',
      (): Expression =>
        $.OR([
          {
            ALT: (): Expression => {
              const token = $.CONSUME(t.Number)
              return { kind: 'number', value: $.ACTION(() => parseNumber(token.image)), span: spanOf(token) }
            },
          },
          {
            ALT: (): Expression => {
              const name = $.SUBRULE(word)
              const operands: Expression[] = []
              let close: IToken | undefined
              $.OPTION(() => {
                $.CONSUME(t.LeftParen)
                $.MANY_SEP({ SEP: t.Comma, DEF: () => operands.push($.SUBRULE(expression)) })
                close = $.CONSUME(t.RightParen)
              })
              if (!close) return { kind: 'name', name: name.text, span: name.span }
              const end = close
              return { kind: 'call', name: name.text, operands, span: $.ACTION(() => ({ ...name.span, end: (end.endOffset ?? 0) + 1 })) }
            },
          },
          {
            ALT: (): Expression => {
              $.CONSUME2(t.LeftParen)
              const inner = $.SUBRULE2(expression)
              $.CONSUME2(t.RightParen)
              return inner
            },
          },
          {
            ALT: (): Expression => {
              const operator = $.OR2([
                { ALT: () => $.CONSUME(t.Bang) },
                { ALT: () => $.CONSUME(t.Tilde) },
                { ALT: () => $.CONSUME(t.Sign) },
              ])
              const operand = $.SUBRULE(primary)
              return $.ACTION(() => ({
                kind: 'unary',
                operator: operator.image as '!',
                operand,
                span: { ...spanOf(operator), end: operand.span.end },
              }))
            },
          },
        ]),
    )

    // expression: primary { operator primary } [ '?' expression ':' expression ]
    const expression: Rule<Expression> = $.RULE('expression', (): Expression => {
      const operands = [$.SUBRULE(primary)]
      const operators: IToken[] = []
      $.MANY(() => {
        operators.push($.OR([{ ALT: () => $.CONSUME(t.Operator) }, { ALT: () => $.CONSUME(t.Sign) }, { ALT: () => $.CONSUME(t.Greater) }]))
        operands.push($.SUBRULE2(primary))
      })
      let then: Expression | undefined
      let otherwise: Expression | undefined
      $.OPTION(() => {
        $.CONSUME(t.Question)
        then = $.SUBRULE(expression)
        $.CONSUME(t.Colon)
        otherwise = $.SUBRULE2(expression)
      })
      return $.ACTION(() => {
        const condition = climb(operands, operators)
        if (!then || !otherwise) return condition
        return {
          kind: 'conditional',
          condition,
          whenTrue: then,
          whenFalse: otherwise,
          span: { ...condition.span, end: otherwise.span.end },
        }
      })
    })

    // assignment: Target AssignmentOperator expression
    const assignment = $.RULE('assignment', (): Assignment => {
      const name = $.CONSUME(t.Target)
      const operator = $.CONSUME(t.AssignmentOperator)
      const value = $.SUBRULE(expression)
      return $.ACTION(() => ({
        kind: 'assignment',
        name: textOf(name),
        nameSpan: spanOf(name),
        operator: operator.image as AssignmentOperator,
        value,
        isProvide: false,
        isHidden: false,
        span: { ...spanOf(name), end: value.span.end },
      }))
    })

    // provide: (PROVIDE | HIDDEN | PROVIDE_HIDDEN) '(' assignment ')'
    const provide = $.RULE('provide', (): Assignment => {
      const keyword = $.CONSUME(t.Provide)
      $.CONSUME(t.LeftParen)
      const inner = $.SUBRULE(assignment)
      $.CONSUME(t.RightParen)
      return $.ACTION(() => ({ ...inner, isProvide: keyword.image !== 'HIDDEN', isHidden: keyword.image !== 'PROVIDE' }))
    })

    // assertion: ASSERT '(' expression ',' text ')'
    const assertion = $.RULE('assertion', (): Assertion => {
      const keyword = $.CONSUME(t.Assert)
      $.CONSUME(t.LeftParen)
      const condition = $.SUBRULE(expression)
      $.CONSUME(t.Comma)
      const message = $.SUBRULE(word)
      const close = $.CONSUME(t.RightParen)
      return { kind: 'assert', condition, message: message.text, span: spanOf(keyword, close) }
    })

    const separator = $.RULE('separator', () => {
      $.OR([{ ALT: () => $.CONSUME(t.Semicolon) }, { ALT: () => $.CONSUME(t.Comma) }])
    })

    // fill: expression
    const fill = $.RULE('fill', (): FillExpression => {
      const first = $.LA(1)
      const value = $.SUBRULE(expression)
      return $.ACTION(() => fillOf(first, value))
    })

    // section pattern: [ SORT '(' … ')' | EXCLUDE_FILE '(' word… ')' ] word
    const sectionPattern: Rule<SectionPattern> = $.RULE(
      'sectionPattern',
      (): SectionPattern =>
        $.OR([
          {
            ALT: () => {
              const name = $.SUBRULE(word)
              return { pattern: name.text, excludedFiles: [], sort: [], isReversed: false, span: name.span }
            },
          },
          {
            ALT: () => {
              const excluded = $.SUBRULE(excludeFile)
              const inner = $.SUBRULE(sectionPattern)
              return $.ACTION(() => ({ ...inner, excludedFiles: [...excluded, ...inner.excludedFiles] }))
            },
          },
          {
            ALT: () => {
              const keyword = $.CONSUME(t.Sort)
              $.CONSUME(t.LeftParen)
              const inner = $.SUBRULE2(sectionPattern)
              $.CONSUME(t.RightParen)
              return $.ACTION(() => ({ ...inner, sort: [sortKeys[keyword.image] as SortKey, ...inner.sort] }))
            },
          },
          {
            ALT: () => {
              $.CONSUME(t.Reverse)
              $.CONSUME2(t.LeftParen)
              const inner = $.SUBRULE3(sectionPattern)
              $.CONSUME2(t.RightParen)
              return $.ACTION(() => ({ ...inner, isReversed: true }))
            },
          },
        ]),
    )

    // excludeFile: EXCLUDE_FILE '(' { word } ')'
    const excludeFile = $.RULE('excludeFile', (): string[] => {
      const files: string[] = []
      $.CONSUME(t.ExcludeFile)
      $.CONSUME(t.LeftParen)
      $.MANY(() => {
        files.push($.SUBRULE(word).text)
        $.OPTION(() => $.CONSUME(t.Comma))
      })
      $.CONSUME(t.RightParen)
      return files
    })

    // flagTests: INPUT_SECTION_FLAGS '(' [ '!' ] word { '&' [ '!' ] word } ')'
    const flagTests = $.RULE('flagTests', (): SectionFlagTest[] => {
      const tests: SectionFlagTest[] = []
      $.CONSUME(t.InputSectionFlags)
      $.CONSUME(t.LeftParen)
      $.AT_LEAST_ONE_SEP({
        SEP: t.Ampersand,
        DEF: () => {
          let isNegated = false
          $.OPTION(() => {
            $.CONSUME(t.Bang)
            isNegated = true
          })
          const name = $.SUBRULE(word)
          $.ACTION(() => {
            const bang = name.text.startsWith('!')
            tests.push({ name: bang ? name.text.slice(1) : name.text, isNegated: isNegated || bang, span: name.span })
          })
        },
      })
      $.CONSUME(t.RightParen)
      return tests
    })

    // fileSpec: [ flagTests ] { EXCLUDE_FILE(…) | SORT( } file [ '(' { sectionPattern [','] } ')' ]
    const fileSpec: Rule<InputPattern> = $.RULE('fileSpec', (): InputPattern => {
      const first = $.LA(1)
      let tests: SectionFlagTest[] = []
      $.OPTION(() => {
        tests = $.SUBRULE(flagTests)
      })
      let excluded: string[] = []
      $.OPTION2(() => {
        excluded = $.SUBRULE(excludeFile)
      })
      let isFileSorted = false
      const file = $.OR([
        { ALT: () => $.SUBRULE(word) },
        {
          ALT: () => {
            const keyword = $.CONSUME(t.Sort)
            isFileSorted = keyword.image !== 'SORT_NONE'
            // Files have names, not alignments or priorities.
            $.ACTION(() => {
              if (sortKeys[keyword.image] !== 'name' && isFileSorted) $.misplaced.push(keyword)
            })
            $.CONSUME(t.LeftParen)
            let inner: string[] = []
            $.OPTION3(() => {
              inner = $.SUBRULE2(excludeFile)
            })
            const name = $.SUBRULE2(word)
            $.CONSUME(t.RightParen)
            excluded = $.ACTION(() => [...excluded, ...inner])
            return name
          },
        },
      ])
      let sections: SectionPattern[] | undefined
      $.OPTION4(() => {
        const list: SectionPattern[] = []
        $.CONSUME2(t.LeftParen)
        $.MANY(() => {
          list.push($.SUBRULE(sectionPattern))
          $.OPTION5(() => $.CONSUME(t.Comma))
        })
        $.CONSUME2(t.RightParen)
        sections = list
      })
      return $.ACTION(() => ({
        kind: 'input',
        file: file.text,
        isFileSorted,
        excludedFiles: excluded,
        flagTests: tests,
        sections,
        keep: false,
        span: spanOf(first, $.LA(0)),
      }))
    })

    // outputStatement: what an output section's curlies hold
    const outputStatement = $.RULE(
      'outputStatement',
      (): OutputStatement =>
        $.OR([
          { ALT: () => $.SUBRULE(assignment) },
          { ALT: () => $.SUBRULE(provide) },
          { ALT: () => $.SUBRULE(assertion) },
          {
            ALT: (): OutputStatement => {
              const keyword = $.CONSUME(t.Data)
              $.CONSUME(t.LeftParen)
              const value = $.SUBRULE(expression)
              const close = $.CONSUME(t.RightParen)
              return $.ACTION(() => ({
                kind: 'data' as const,
                width: dataWidths[keyword.image] as 1,
                isSigned: keyword.image === 'SQUAD',
                value,
                span: spanOf(keyword, close),
              }))
            },
          },
          {
            ALT: (): OutputStatement => {
              const keyword = $.CONSUME(t.Fill)
              $.CONSUME2(t.LeftParen)
              const value = $.SUBRULE(fill)
              $.CONSUME2(t.RightParen)
              return { kind: 'fill', fill: value, span: spanOf(keyword) }
            },
          },
          {
            ALT: (): OutputStatement => {
              const keyword = $.CONSUME(t.Asciz)
              const token = $.CONSUME(t.Text)
              return { kind: 'text', text: textOf(token), span: spanOf(keyword, token) }
            },
          },
          { ALT: (): OutputStatement => ({ kind: 'linker-version', span: spanOf($.CONSUME(t.LinkerVersion)) }) },
          { ALT: (): OutputStatement => ({ kind: 'constructors', isSorted: false, span: spanOf($.CONSUME(t.Constructors)) }) },
          { ALT: (): OutputStatement => ({ kind: 'create-object-symbols', span: spanOf($.CONSUME(t.CreateObjectSymbols)) }) },
          {
            // KEEP '(' fileSpec ')'
            ALT: (): OutputStatement => {
              $.CONSUME(t.Keep)
              $.CONSUME3(t.LeftParen)
              const inner = $.SUBRULE(fileSpec)
              $.CONSUME3(t.RightParen)
              return $.ACTION(() => ({ ...inner, keep: true }))
            },
          },
          {
            // SORT '(' CONSTRUCTORS ')'
            GATE: () => $.LA(3).tokenType === t.Constructors,
            ALT: (): OutputStatement => {
              const keyword = $.CONSUME(t.Sort)
              $.CONSUME4(t.LeftParen)
              $.CONSUME2(t.Constructors)
              const close = $.CONSUME4(t.RightParen)
              return { kind: 'constructors', isSorted: true, span: spanOf(keyword, close) }
            },
          },
          { ALT: () => $.SUBRULE2(fileSpec) },
        ]),
    )

    // body: '{' { statement | separator } '}'
    const body = $.RULE('body', (): { statements: OutputStatement[]; close: IToken } => {
      const statements: OutputStatement[] = []
      $.CONSUME(t.LeftCurly)
      $.MANY(() => {
        $.OR([
          { ALT: () => $.SUBRULE(separator) },
          {
            ALT: () => {
              const from = $.LA(1)
              const statement = $.SUBRULE(outputStatement)
              statements.push(statement)
              $.ACTION(() => {
                if (statement.kind === 'assignment' && from.tokenType === t.Target) $.#needSeparator()
              })
            },
          },
        ])
      })
      return { statements, close: $.CONSUME(t.RightCurly) }
    })

    // header: [ expression ] [ '(' type ')' ] ':' { AT(…) | ALIGN(…) | … }
    const header = $.RULE('header', (): Header => {
      const found: Header = { ...emptyHeader }
      $.OPTION(() => {
        found.address = $.SUBRULE(expression)
      })
      $.OPTION2(() => {
        $.CONSUME(t.TypeParen)
        const type = $.CONSUME(t.Word)
        let typeValue: Expression | undefined
        // READONLY (TYPE = x), TYPE = x
        $.OPTION3(() => {
          $.CONSUME(t.LeftParen)
          $.CONSUME2(t.Word)
          $.CONSUME(t.Equals)
          typeValue = $.SUBRULE2(expression)
          $.CONSUME(t.RightParen)
        })
        $.OPTION4(() => {
          $.CONSUME2(t.Equals)
          typeValue = $.SUBRULE3(expression)
        })
        $.CONSUME2(t.RightParen)
        $.ACTION(() => setType(found, type.image, typeValue))
      })
      $.CONSUME(t.Colon)
      $.MANY(() => {
        $.OR([
          {
            ALT: () => {
              $.CONSUME(t.At)
              $.CONSUME3(t.LeftParen)
              found.loadAddress = $.SUBRULE4(expression)
              $.CONSUME3(t.RightParen)
            },
          },
          {
            ALT: () => {
              $.CONSUME(t.Align)
              $.CONSUME4(t.LeftParen)
              found.alignment = $.SUBRULE5(expression)
              $.CONSUME4(t.RightParen)
            },
          },
          {
            ALT: () => {
              $.CONSUME(t.Subalign)
              $.CONSUME5(t.LeftParen)
              found.subalignment = $.SUBRULE6(expression)
              $.CONSUME5(t.RightParen)
            },
          },
          {
            ALT: () => {
              $.CONSUME(t.AlignWithInput)
              found.alignWithInput = true
            },
          },
          {
            ALT: () => {
              $.CONSUME(t.NoCrossReferences)
              found.noCrossReferences = true
            },
          },
          {
            ALT: () => {
              const token = $.CONSUME(t.Constraint)
              $.ACTION(() => {
                found.constraint = token.image.toLowerCase().replaceAll('_', '-') as 'special'
              })
            },
          },
        ])
      })
      return found
    })

    // trailer: { '>' word | AT '>' word | ':' word | '=' fill | ',' }
    const trailer = $.RULE('trailer', (): Trailer => {
      const found: Trailer = { region: undefined, regionSpan: undefined, loadRegion: undefined, programHeaders: [], fill: undefined }
      $.MANY(() => {
        $.OR([
          {
            ALT: () => {
              $.CONSUME(t.Greater)
              const region = $.SUBRULE(word)
              found.region = region.text
              found.regionSpan = region.span
            },
          },
          {
            ALT: () => {
              $.CONSUME(t.At)
              $.CONSUME2(t.Greater)
              found.loadRegion = $.SUBRULE2(word).text
            },
          },
          {
            ALT: () => {
              $.CONSUME(t.Colon)
              found.programHeaders.push($.SUBRULE3(word).text)
            },
          },
          {
            ALT: () => {
              $.CONSUME(t.Equals)
              found.fill = $.SUBRULE(fill)
            },
          },
        ])
      })
      $.OPTION(() => $.CONSUME(t.Comma))
      return found
    })

    // outputSection: word header body trailer
    const outputSection = $.RULE('outputSection', (): OutputSectionStatement => {
      const name = $.SUBRULE(word)
      const head = $.SUBRULE(header)
      const inside = $.SUBRULE(body)
      const tail = $.SUBRULE(trailer)
      return $.ACTION(() => sectionOf(name, head, inside, tail))
    })

    // overlay: OVERLAY header '{' { word body trailer | assignment ';' } '}' trailer
    const overlay = $.RULE('overlay', (): OverlayStatement => {
      const keyword = $.CONSUME(t.Overlay)
      const head = $.SUBRULE(header)
      const sections: OutputSectionStatement[] = []
      $.CONSUME(t.LeftCurly)
      $.MANY(() => {
        const name = $.SUBRULE(word)
        const inside = $.SUBRULE(body)
        const tail = $.SUBRULE(trailer)
        $.ACTION(() => sections.push(sectionOf(name, emptyHeader, inside, tail)))
      })
      $.CONSUME(t.RightCurly)
      const tail = $.SUBRULE2(trailer)
      return $.ACTION(() => ({
        kind: 'overlay',
        address: head.address,
        loadAddress: head.loadAddress,
        noCrossReferences: head.noCrossReferences,
        sections,
        region: tail.region,
        loadRegion: tail.loadRegion,
        programHeaders: tail.programHeaders,
        fill: tail.fill,
        span: spanOf(keyword),
      }))
    })

    // call: KEYWORD [ '(' { word [','] } ')' ]
    const call = $.RULE('call', (): ScriptCommand => {
      const keyword = $.CONSUME(t.Call)
      const words: Word[] = []
      $.OPTION(() => {
        $.CONSUME(t.LeftParen)
        $.MANY(() => {
          $.OR([{ ALT: () => words.push($.SUBRULE(word)) }, { ALT: () => $.CONSUME(t.Comma) }])
        })
        $.CONSUME(t.RightParen)
      })
      return $.ACTION(() => ({ kind: 'call', name: keyword.image, words, span: spanOf(keyword, $.LA(0)) }))
    })

    // files: (INPUT | GROUP) '(' { word | ',' | AS_NEEDED '(' … ')' } ')'
    const fileList = $.RULE('fileList', (asNeeded: boolean): InputFileName[] => {
      const files: InputFileName[] = []
      $.CONSUME(t.LeftParen)
      $.MANY(() => {
        $.OR([
          {
            ALT: () => {
              const name = $.SUBRULE(word)
              $.ACTION(() => {
                const isLibrary = name.text.startsWith('-l')
                files.push({ name: isLibrary ? name.text.slice(2) : name.text, isLibrary, asNeeded, span: name.span })
              })
            },
          },
          { ALT: () => $.CONSUME(t.Comma) },
          {
            ALT: () => {
              $.CONSUME(t.AsNeeded)
              const inner = $.SUBRULE(fileList, { ARGS: [true] })
              $.ACTION(() => files.push(...inner))
            },
          },
        ])
      })
      $.CONSUME(t.RightParen)
      return files
    }) as (asNeeded: boolean) => InputFileName[]
    const files = $.RULE('files', (): ScriptCommand => {
      const keyword = $.CONSUME(t.Files)
      const list = $.SUBRULE(fileList, { ARGS: [false] })
      return { kind: 'files', isGroup: keyword.image === 'GROUP', files: list, span: spanOf(keyword) }
    })

    // sections: SECTIONS '{' { item } '}'
    const sections = $.RULE('sections', (): ScriptCommand => {
      const keyword = $.CONSUME(t.Sections)
      const items: SectionsItem[] = []
      $.CONSUME(t.LeftCurly)
      $.MANY(() => {
        $.OR([
          {
            ALT: () => {
              items.push($.SUBRULE(assignment))
              $.SUBRULE(separator)
            },
          },
          { ALT: () => items.push($.SUBRULE(provide)) },
          { ALT: () => items.push($.SUBRULE(assertion)) },
          { ALT: () => $.SUBRULE2(separator) },
          { ALT: () => items.push($.SUBRULE(overlay)) },
          { ALT: () => items.push($.SUBRULE(call) as SectionsItem) },
          { ALT: () => items.push($.SUBRULE(files) as SectionsItem) },
          { ALT: () => items.push($.SUBRULE(outputSection)) },
        ])
      })
      $.CONSUME(t.RightCurly)
      return { kind: 'sections', items, span: spanOf(keyword) }
    })

    // memory: MEMORY '{' { word [ '(' attributes ')' ] ':' word '=' expression [','] word '=' expression [','] } '}'
    const memory = $.RULE('memory', (): ScriptCommand => {
      const keyword = $.CONSUME(t.Memory)
      const regions: MemoryRegion[] = []
      $.CONSUME(t.LeftCurly)
      $.MANY(() => {
        const name = $.SUBRULE(word)
        let attributes = ''
        $.OPTION(() => {
          $.CONSUME(t.LeftParen)
          $.MANY2(() => {
            attributes += $.OR([{ ALT: () => $.CONSUME(t.Bang).image }, { ALT: () => $.SUBRULE2(word).text }])
          })
          $.CONSUME(t.RightParen)
        })
        $.CONSUME(t.Colon)
        const originWord = $.SUBRULE3(word)
        $.CONSUME(t.Equals)
        const origin = $.SUBRULE(expression)
        $.OPTION2(() => $.CONSUME(t.Comma))
        const lengthWord = $.SUBRULE4(word)
        $.CONSUME2(t.Equals)
        const length = $.SUBRULE2(expression)
        $.OPTION3(() => $.CONSUME2(t.Comma))
        $.ACTION(() => {
          if (!/^(?:ORIGIN|org|o)$/.test(originWord.text)) $.misnamed.push({ word: originWord, expected: 'ORIGIN' })
          if (!/^(?:LENGTH|len|l)$/.test(lengthWord.text)) $.misnamed.push({ word: lengthWord, expected: 'LENGTH' })
        })
        regions.push({ name: name.text, attributes, origin, length, span: name.span })
      })
      $.CONSUME(t.RightCurly)
      return { kind: 'memory', regions, span: spanOf(keyword) }
    })

    // programHeaders: PHDRS '{' { word type { FILEHDR | PHDRS | AT(…) | FLAGS(…) } ';' } '}'
    const programHeaders = $.RULE('programHeaders', (): ScriptCommand => {
      const keyword = $.CONSUME(t.ProgramHeaders)
      const headers: ProgramHeader[] = []
      $.CONSUME(t.LeftCurly)
      $.MANY(() => {
        const name = $.SUBRULE(word)
        const type = $.SUBRULE(primary)
        let hasFileHeader = false
        let hasProgramHeaders = false
        let loadAddress: Expression | undefined
        let flags: Expression | undefined
        $.MANY2(() => {
          const attribute = $.SUBRULE2(primary)
          $.ACTION(() => {
            if (attribute.kind === 'call' && attribute.name === 'AT') loadAddress = attribute.operands[0]
            else if (attribute.kind === 'call' && attribute.name === 'FLAGS') flags = attribute.operands[0]
            else if (attribute.kind === 'name' && attribute.name === 'FILEHDR') hasFileHeader = true
            else if (attribute.kind === 'name' && attribute.name === 'PHDRS') hasProgramHeaders = true
          })
        })
        $.CONSUME(t.Semicolon)
        headers.push({ name: name.text, type, hasFileHeader, hasProgramHeaders, loadAddress, flags, span: name.span })
      })
      $.CONSUME(t.RightCurly)
      return { kind: 'program-headers', headers, span: spanOf(keyword) }
    })

    // insert: INSERT (AFTER | BEFORE) word
    const insert = $.RULE('insert', (): ScriptCommand => {
      const keyword = $.CONSUME(t.Insert)
      const where = $.SUBRULE(word)
      const section = $.SUBRULE2(word)
      return { kind: 'insert', where: where.text === 'BEFORE' ? 'before' : 'after', section: section.text, span: spanOf(keyword) }
    })

    const version = $.RULE('version', (): ScriptCommand => {
      const keyword = $.CONSUME(t.Version)
      $.CONSUME(t.LeftCurly)
      $.CONSUME(t.RightCurly)
      return { kind: 'version', span: spanOf(keyword) }
    })

    // script: { command }
    this.script = $.RULE('script', (): ScriptCommand[] => {
      const commands: ScriptCommand[] = []
      $.MANY(() => {
        $.OR([
          {
            ALT: () => {
              commands.push($.SUBRULE(assignment))
              $.SUBRULE(separator)
            },
          },
          { ALT: () => commands.push($.SUBRULE(provide)) },
          { ALT: () => commands.push($.SUBRULE(assertion)) },
          { ALT: () => $.SUBRULE2(separator) },
          { ALT: () => commands.push($.SUBRULE(sections)) },
          { ALT: () => commands.push($.SUBRULE(memory)) },
          { ALT: () => commands.push($.SUBRULE(programHeaders)) },
          { ALT: () => commands.push($.SUBRULE(insert)) },
          { ALT: () => commands.push($.SUBRULE(version)) },
          { ALT: () => commands.push($.SUBRULE(call)) },
          { ALT: () => commands.push($.SUBRULE(files)) },
        ])
      })
      return commands
    })

    this.symbolDefinition = $.RULE('symbolDefinition', (): Assignment => $.SUBRULE(assignment))

    this.performSelfAnalysis()
  }

  /** An assignment in an output section ends with a separator; GNU ld insists on it. */
  #needSeparator(): void {
    const next = this.LA(1)
    const t = tokenTypes()
    if (next.tokenType === t.Semicolon || next.tokenType === t.Comma) return
    this.missingSeparators.push(this.LA(0))
  }

  /** Last tokens of assignments that no `;` follows, for the caller to report. */
  missingSeparators: IToken[] = []
  /** Tokens that fit the grammar and still make no sense. */
  misplaced: IToken[] = []
  /** Words of MEMORY that stand where ORIGIN or LENGTH should. */
  misnamed: { readonly word: Word; readonly expected: string }[] = []
}
