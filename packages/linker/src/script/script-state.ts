// What the commands of a script ask for, gathered.
// Enters: commands in order. Leaves: the statements of the layout in order, and settings. GNU ld manual §3.4, §3.6.9,
// §3.7 (MEMORY), §3.8 (PHDRS).

import type { DiagnosticSink, Span } from '@kernelbox/diagnostics'
import type {
  Assertion,
  Assignment,
  Expression,
  InputFileName,
  MemoryRegion,
  OutputSectionStatement,
  OverlayStatement,
  ProgramHeader,
  ScriptCommand,
  SectionsItem,
} from './syntax/ast.ts'

export type LayoutStatement = Assignment | Assertion | (OutputSectionStatement & { readonly overlay?: OverlayPlace })

export interface OverlayPlace {
  readonly first: string
  readonly noCrossReferences: boolean
  /** In the last section: where `.` is behind the overlay. */
  readonly end?: Expression
}

export class ScriptState {
  readonly statements: LayoutStatement[] = []
  readonly regions: MemoryRegion[] = []
  readonly regionAliases: { alias: string; region: string; span: Span }[] = []
  programHeaders: ProgramHeader[] | undefined
  readonly files: { files: readonly InputFileName[]; isGroup: boolean }[] = []
  readonly searchFolders: string[] = []
  readonly externs: string[] = []
  readonly noCrossReferences: { sections: readonly string[]; isTo: boolean; span: Span }[] = []
  entry: { name: string; span: Span } | undefined
  outputFormat: { names: readonly string[]; span: Span } | undefined
  outputName: string | undefined
  isSane = false
  forcesCommon = false
  hasSections = false
  /** Sections of the script that INSERT moves, with their target. */
  readonly inserts: { statements: LayoutStatement[]; where: 'after' | 'before'; section: string; span: Span }[] = []
  readonly #sink: DiagnosticSink
  #fresh: LayoutStatement[] = []

  constructor(sink: DiagnosticSink) {
    this.#sink = sink
  }

  /** True where the commands end in INSERT: they then add to the built-in script and do not replace it. */
  static isInsertion(commands: readonly ScriptCommand[]): boolean {
    return commands.some((command) => command.kind === 'insert')
  }

  add(commands: readonly ScriptCommand[]): void {
    for (const command of commands) {
      switch (command.kind) {
        case 'assignment':
        case 'assert':
          this.#put(command)
          break
        case 'sections':
          this.hasSections = true
          for (const item of command.items) this.#item(item)
          break
        case 'memory':
          this.regions.push(...command.regions)
          break
        case 'program-headers':
          this.programHeaders = [...(this.programHeaders ?? []), ...command.headers]
          break
        case 'files':
          this.files.push(command)
          break
        case 'insert': {
          // What SECTIONS said since the last INSERT is moved.
          this.inserts.push({ statements: this.#fresh, where: command.where, section: command.section, span: command.span })
          for (const statement of this.#fresh) this.statements.splice(this.statements.indexOf(statement), 1)
          this.#fresh = []
          break
        }
        case 'call':
          this.#call(command)
          break
        case 'version':
          break
      }
    }
  }

  /** Applies the INSERTs, once all statements are known. */
  finish(): void {
    for (const insert of this.inserts) {
      const at = this.statements.findIndex((statement) => statement.kind === 'output-section' && statement.name === insert.section)
      if (at < 0) {
        this.#sink.error(
          'no-such-section',
          `INSERT ${insert.where.toUpperCase()} ${insert.section}: there is no such output section`,
          insert.span,
        )
        continue
      }
      this.statements.splice(insert.where === 'after' ? at + 1 : at, 0, ...insert.statements)
    }
  }

  /** At the script's top and in its sections, in order. */
  *assignments(): Iterable<Assignment> {
    for (const statement of this.statements) {
      if (statement.kind === 'assignment') yield statement
      else if (statement.kind === 'output-section') for (const inner of statement.body) if (inner.kind === 'assignment') yield inner
    }
  }

  #put(statement: LayoutStatement): void {
    this.statements.push(statement)
    this.#fresh.push(statement)
  }

  #item(item: SectionsItem): void {
    if (item.kind === 'overlay') this.#overlay(item)
    else if (item.kind === 'call') this.#call(item)
    else if (item.kind === 'files') this.files.push(item)
    else this.#put(item)
  }

  /** Manual §3.6.9: what an OVERLAY stands for. */
  #overlay(overlay: OverlayStatement): void {
    const name = (text: string): Expression => ({ kind: 'name', name: text, span: overlay.span })
    const of = (fn: string, section: string): Expression => ({ kind: 'call', name: fn, operands: [name(section)], span: overlay.span })
    const plus = (left: Expression, right: Expression): Expression => ({ kind: 'binary', operator: '+', left, right, span: overlay.span })
    const [first] = overlay.sections
    if (!first) return
    let largest: Expression | undefined
    overlay.sections.forEach((section, i) => {
      const previous = overlay.sections[i - 1]
      const isFirst = previous === undefined
      const size = of('SIZEOF', section.name)
      largest = largest ? { kind: 'call', name: 'MAX', operands: [largest, size], span: overlay.span } : size
      const isLast = i === overlay.sections.length - 1
      const end = isLast && {
        end: plus({ kind: 'call', name: 'ABSOLUTE', operands: [of('ADDR', first.name)], span: overlay.span }, largest),
      }
      this.#put({
        ...section,
        address: isFirst ? overlay.address : of('ADDR', first.name),
        loadAddress: isFirst
          ? overlay.loadAddress
          : overlay.loadRegion
            ? undefined
            : plus(of('LOADADDR', previous.name), of('SIZEOF', previous.name)),
        region: section.region ?? overlay.region,
        loadRegion: section.loadRegion ?? overlay.loadRegion,
        programHeaders: section.programHeaders.length > 0 ? section.programHeaders : overlay.programHeaders,
        fill: section.fill ?? overlay.fill,
        overlay: { first: first.name, noCrossReferences: overlay.noCrossReferences, ...end },
      })
      const stem = section.name.replace(/[^A-Za-z0-9_]/g, '')
      const provide = (symbol: string, value: Expression): Assignment => ({
        kind: 'assignment',
        name: symbol,
        nameSpan: section.nameSpan,
        operator: '=',
        value,
        isProvide: true,
        isHidden: false,
        span: section.nameSpan,
      })
      this.#put(provide(`__load_start_${stem}`, of('LOADADDR', section.name)))
      this.#put(provide(`__load_stop_${stem}`, plus(of('LOADADDR', section.name), of('SIZEOF', section.name))))
    })
    if (overlay.noCrossReferences)
      this.noCrossReferences.push({ sections: overlay.sections.map((section) => section.name), isTo: false, span: overlay.span })
  }

  #call(command: Extract<ScriptCommand, { kind: 'call' }>): void {
    const { name, words, span } = command
    const texts = words.map((word) => word.text)
    const [first, second] = texts
    switch (name) {
      case 'ENTRY':
        if (first !== undefined && words[0]) this.entry = { name: first, span: words[0].span }
        break
      case 'OUTPUT':
        this.outputName = first
        break
      case 'OUTPUT_FORMAT':
        this.outputFormat = { names: texts, span }
        break
      case 'SEARCH_DIR':
        this.searchFolders.push(...texts)
        break
      case 'STARTUP':
        this.files.unshift({
          files: words.map((word) => ({ name: word.text, isLibrary: false, asNeeded: false, span: word.span })),
          isGroup: false,
        })
        break
      case 'EXTERN':
        this.externs.push(...texts)
        break
      case 'NOCROSSREFS':
      case 'NOCROSSREFS_TO':
        this.noCrossReferences.push({ sections: texts, isTo: name === 'NOCROSSREFS_TO', span })
        break
      case 'REGION_ALIAS':
        if (first !== undefined && second !== undefined) this.regionAliases.push({ alias: first, region: second, span })
        break
      case 'LD_FEATURE':
        if (first === 'SANE_EXPR') this.isSane = true
        break
      case 'FORCE_COMMON_ALLOCATION':
        this.forcesCommon = true
        break
      // The others change nothing here: OUTPUT_ARCH and TARGET (the objects say what they are), HLL, SYSLIB and their like.
    }
  }
}
