// The assembly of one or more sources, in the order of its passes. Enters: sources and options. Leaves: the object, or
// nothing where there were errors; and what there is to say.

import { type Diagnostic, DiagnosticSink, type SourceFile, type Span } from '@kernelbox/diagnostics'
import { type ElfObject, SHF_EXECINSTR, SHT_NOBITS, SHT_PROGBITS } from '@kernelbox/elf'
import { Assembler } from './assembler.ts'
import { generateLines, lineTableOfOwnInformation } from './line-table/directives.ts'
import { applyMarch } from './directives/arch.ts'
import { renderListing } from './listing/render-listing.ts'
import { locator } from './locate.ts'
import { buildObject } from './object-builder.ts'
import type { AssembleOptions } from './options.ts'
import { writeUsedNote } from './property-note/property-note.ts'
import { mostContentsInBytes } from './limits.ts'
import { Relaxation } from './relax.ts'
import { Resolver } from './resolve.ts'
import type { Section } from './sections.ts'
import { checkSymbols, checkVersionsOfRelocations } from './symbol-checks.ts'
import { generateStabs } from './stabs/directives.ts'
import type { ParsedSyntax } from './syntax/syntax-tree.ts'

export interface Assembly {
  /** Undefined where there was an error. */
  readonly object: ElfObject | undefined
  readonly diagnostics: readonly Diagnostic[]
  /** The text of the listing that was asked for. */
  readonly listing?: string
  /** Where the field at an offset of a section (by its index in the object) was written. */
  readonly locate: (sectionIndex: number, offset: number) => Span | undefined
}

/** How the grammar gets in: synchronous, and loaded only when something needs it. */
export type GrammarLoader = () => (text: string) => ParsedSyntax | undefined

export function assembleWith(loadGrammar: GrammarLoader, sources: readonly SourceFile[], options: AssembleOptions): Assembly {
  const sink = new DiagnosticSink()
  // What is asked of each statement cannot be skipped for those that were met before.
  const asksEach = (options.optInWarnings !== undefined && options.optInWarnings.size > 0) || options.listing !== undefined
  const a = new Assembler(asksEach ? { ...options, withoutShortcuts: true } : options, sink, loadGrammar)
  for (const { name, value } of options.definedSymbols ?? []) {
    const symbol = a.symbols.named(name)
    symbol.isVolatile = true
    a.equate(symbol, { kind: 'constant', value })
  }

  if (options.debugLines?.format === 'dwarf') generateLines(a)
  else if (options.debugLines?.format === 'stabs') generateStabs(a, sources[0]?.name ?? '')

  if (options.x86UsedNote) writeUsedNote(a)
  const wrongProcessor = applyMarch(a)
  if (wrongProcessor !== undefined) {
    sink.report({ code: 'unknown-arch', severity: 'error', message: wrongProcessor })
    return { object: undefined, diagnostics: sink.diagnostics, locate: () => undefined }
  }

  // 1. Statements become fragments, fixups and symbols.
  for (const source of sources) {
    if (a.hasEnded) break
    a.run(source)
  }
  if (options.stack) {
    const own = a.sections.find('.note.GNU-stack')
    if (!own) a.sections.register(a.sections.add('.note.GNU-stack', SHT_PROGBITS, options.stack === 'executable' ? SHF_EXECINSTR : 0))
    else if (options.stack === 'executable') own.flags |= SHF_EXECINSTR
  }
  a.endOfInput()
  lineTableOfOwnInformation(a)
  checkSymbols(a)
  for (const finish of a.finishers) finish()

  if (a.isGivenUp) return { object: undefined, diagnostics: sink.diagnostics, locate: () => undefined }

  // 2. Fragments get sizes and addresses.
  const relaxation = new Relaxation(a)
  relaxation.run(a.sections.all)

  // 3. Tables about the code (unwind, lines) are made of final addresses, in sections of their own.
  if (a.afterRelaxation.length > 0) {
    const before = a.sections.all.map(contentsLength)
    for (const make of a.afterRelaxation) make()
    relaxation.run(a.sections.all.filter((section, i) => before[i] !== contentsLength(section)))
  }

  if (!contentsFit(a)) return { object: undefined, diagnostics: sink.diagnostics, locate: () => undefined }

  // 4. Fixups become bytes or relocations.
  const resolver = new Resolver(a, relaxation, a.is64BitObject || options.x32 === true)
  const resolved = a.sections.all.map((section) => resolver.resolve(section))
  checkVersionsOfRelocations(a)

  // 5. The object.
  const object = buildObject(a, resolved)
  return {
    object: sink.hasErrors && !options.keepGoing ? undefined : object,
    diagnostics: sink.diagnostics,
    locate: locator(a, 1 + object.groups.length),
    ...(a.listing && { listing: renderListing(a, a.listing, resolved, sink.hasErrors) }),
  }
}

/** Whether the contents of all sections can be held; an alignment of 2^40 asks for more. */
function contentsFit(a: Assembler): boolean {
  const largest = a.sections.all.filter(({ type }) => type !== SHT_NOBITS).sort((x, y) => y.sizeInBytes - x.sizeInBytes)
  const total = largest.reduce((sum, { sizeInBytes }) => sum + sizeInBytes, 0)
  const widest = largest.find(({ alignmentPower }) => 2 ** alignmentPower > mostContentsInBytes)
  if (widest && total <= mostContentsInBytes) {
    const message = `'${widest.name}' is to be aligned to 2^${widest.alignmentPower}, which no object made here can be`
    a.report({ code: 'section-too-large', severity: 'error', message })
    return false
  }
  if (total <= mostContentsInBytes) return true
  const [section] = largest
  const message = `the sections would hold ${total} bytes; ${mostContentsInBytes} are the most that an object made here can have`
  const notes = section
    ? [{ message: `'${section.name}' alone has ${section.sizeInBytes}: look for an .org, a .fill or an alignment in it` }]
    : []
  a.report({ code: 'section-too-large', severity: 'error', message, notes })
  return false
}

const contentsLength = (section: Section) => section.chains.reduce((sum, chain) => sum + chain.length, 0)

class GrammarNeeded extends Error {}

/**
 * As `assemble`, but the grammar (and chevrotain) is loaded only where an expression needs it: most small sources do not,
 * and start-up is most of the time that they take; nor does what compilers write. The sources are read again from the
 * beginning when it turns out to be needed: at most twice the work, and in sources written by hand that need is met early.
 */
export async function assembleLazily(sources: readonly SourceFile[], options: AssembleOptions = {}): Promise<Assembly> {
  const printed: string[] = []
  try {
    const assembly = assembleWith(
      () => {
        throw new GrammarNeeded()
      },
      sources,
      { ...options, print: (text) => printed.push(text) },
    )
    for (const text of printed) options.print?.(text)
    return assembly
  } catch (error) {
    if (!(error instanceof GrammarNeeded)) throw error
  }
  const { parseExpressionText } = await import('./syntax/grammar.ts')
  return assembleWith(() => parseExpressionText, sources, options)
}
