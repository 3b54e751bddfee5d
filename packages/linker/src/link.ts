// The linker as a list of passes.
// Enters: inputs, script and options. Leaves: an image, the layout as data, a map, diagnostics. Pure: no files, no clock.

import { DiagnosticSink, nearestWord, SourceFile } from '@kernelbox/diagnostics'
import { EM_386, EM_IAMCU, EM_X86_64, PF_R, PF_W, PF_X, SHF_EXECINSTR, SHF_TLS, SHT_NOBITS } from '@kernelbox/elf'
import { buildPlan, namedFiles } from './build-plan.ts'
import { allocateCommonSymbols } from './common-symbols.ts'
import { fillContents } from './contents.ts'
import { defaultScript } from './default-script.ts'
import { absoluteOf, alignUp } from './evaluate.ts'
import { collectGarbage } from './gc-sections.ts'
import { checkCrossReferences } from './cross-references.ts'
import { defineLinkerSymbols, finishLinkerSymbols } from './linker-symbols.ts'
import { linkMapText } from './link-map.ts'
import { matchSections, SectionIndex } from './match-sections.ts'
import { StaticRelocations, type TlsLayout } from './relax.ts'
import { referencedNames } from './script-references.ts'
import { SyntheticSections } from './synthetic.ts'
import { type EhFrames, optimizeEhFrames, writeCiePointers } from './eh-frame.ts'
import { mergeProperties } from './gnu-property.ts'
import { LayoutPass, type PlanItem, symbolAddress } from './layout.ts'
import { layoutAsData } from './layout-data.ts'
import { discard, InputLoader } from './load-inputs.ts'
import { mergeSections } from './merge-sections.ts'
import type { InputObject, InputSection, MemoryRegionState, OutputSection } from './model.ts'
import type { Emulation, LinkOptions, LinkResult, OutputFormat } from './options.ts'
import { Relocator } from './relocate.ts'
import { headersSize, mapScriptSegments, mapSegments, placeSegments, type Segment, type SegmentOptions } from './segments.ts'
import { ScriptState } from './script-state.ts'
import { SymbolTable } from './symbol-table.ts'
import type { Assignment, ScriptCommand } from './syntax/ast.ts'
import { parseScript, parseSymbolDefinition } from './syntax/parse-script.ts'
import { writeElf } from './write-elf.ts'
import { writeRelocatable } from './write-relocatable.ts'
import { writeIntelHex, writeSRecords, writeVerilog } from './write-hex.ts'
import { warnUnallocated, writeFlat } from './write-flat.ts'

const builtInName = 'built-in script'
const versionText = 'kld, GNU ld 2.40 compatible'

/**
 * Links objects into an image.
 * @example
 * ```js
 * const { image, diagnostics } = link({ inputs: [{ name: 'kernel.o', bytes }], script: SourceFile.fromString('k.lds', text) })
 * ```
 */
export function link(options: LinkOptions): LinkResult {
  const sink = new DiagnosticSink()
  // 1. The script.
  const state = new ScriptState(sink)
  const openScript = (name: string): SourceFile | undefined => {
    const found = options.files?.open(name, 'script', [...(options.searchFolders ?? []), ...state.searchFolders])
    return found && SourceFile.fromBytes(found.name, found.bytes)
  }
  for (const definition of options.defsym ?? []) {
    const assignment = parseSymbolDefinition(SourceFile.fromString('--defsym', definition), sink)
    if (assignment) state.add([assignment])
  }
  const commands = options.script && parseScript(options.script, sink, openScript)
  if (options.script && !commands) return failed(options, sink)
  if (commands) state.add(commands)

  // 2. Inputs and symbols.
  const emulation = options.emulation ?? emulationOfFormat(options.outputFormat ?? state.outputFormat?.names[0])
  const symbols = new SymbolTable(sink, {
    allowMultipleDefinition: options.allowMultipleDefinition === true || hasWord(options, 'muldefs'),
    warnCommon: options.warnCommon === true,
    wrapped: new Set(options.wrap),
  })
  const searchFolders = [...(options.searchFolders ?? []), ...state.searchFolders]
  const implicit: (readonly ScriptCommand[])[] = []
  const loader = new InputLoader({
    sink,
    symbols,
    files: options.files,
    searchFolders,
    isRelocatable: options.relocatable === true,
    stripsDebug: options.strip !== undefined,
    machine: emulation && (emulation === 'elf_i386' ? EM_386 : EM_X86_64),
    objectClass: emulation && (emulation === 'elf_x86_64' ? 64 : 32),
    implicitScript: (source, faults) => {
      const found = parseScript(source, faults, openScript)
      if (found) implicit.push(found.filter((command) => command.kind !== 'files'))
      return found
    },
  })
  // The built-in script begins at _start.
  const entryName = options.entry ?? state.entry?.name ?? (commands ? undefined : '_start')
  for (const name of [...(options.undefinedSymbols ?? []), ...state.externs]) symbols.want(name)
  if (entryName !== undefined && !numberText.test(entryName)) symbols.want(entryName).isReferenced = true
  for (const { files, isGroup } of state.files) loader.loadNamed(files, isGroup)
  loader.load(options.inputs)
  for (const pattern of namedFiles(state)) {
    if (!loader.objects.some((object) => object.fileName === pattern.file))
      loader.loadNamed([{ name: pattern.file, isLibrary: false, asNeeded: false, span: pattern.span }], false)
  }
  for (const more of implicit) state.add(more)
  const { objects } = loader
  if (sink.hasErrors) return failed(options, sink)
  if (objects.length === 0 && !options.script) {
    sink.error('no-input', 'no input files')
    return failed(options, sink)
  }
  const [firstObject] = objects
  const inputMachine = firstObject?.elf.machine ?? (emulation === 'elf_i386' ? EM_386 : EM_X86_64)
  const machine = inputMachine === EM_IAMCU ? EM_386 : inputMachine
  const isInput64 = firstObject ? firstObject.elf.class === 64 : emulation !== 'elf_i386' && emulation !== 'elf32_x86_64'
  const format = outputFormatOf(options, state, machine, isInput64, sink)
  // OUTPUT_FORMAT may ask for a file of another class than the inputs have.
  const is64 = format === 'elf64-x86-64' || (isInput64 && format !== 'elf32-i386' && format !== 'elf32-x86-64')
  const outputMachine = format === 'elf32-i386' ? EM_386 : format === 'elf64-x86-64' || format === 'elf32-x86-64' ? EM_X86_64 : machine
  const isFlat = format === 'binary' || format === 'ihex' || format === 'srec' || format === 'verilog'
  if (!commands || ScriptState.isInsertion(commands)) {
    if (!state.hasSections || (commands && ScriptState.isInsertion(commands))) {
      const builtIn = parseScript(SourceFile.fromString(builtInName, defaultScript(machine, is64, options)), sink, openScript)
      if (builtIn) state.add(builtIn)
    }
  }
  state.finish()

  // 3. Common symbols, then input sections to output sections, orphans last.
  const isRelocatable = options.relocatable === true
  overrideCommons(state, symbols)
  if (!isRelocatable || options.defineCommon || state.forcesCommon) allocateCommonSymbols(symbols, options.sortCommon)
  const regions = makeRegions(state, sink)
  const isElfImage = !isFlat && !isRelocatable
  if (!isFlat) mergeProperties(objects)
  if (options.gcSections && !isFlat) {
    const names = [entryName ?? 'start', ...(options.undefinedSymbols ?? []), ...state.externs, ...referencedNames(state)]
    const roots = names.flatMap((name) => symbols.get(name) ?? [])
    const removed = collectGarbage(objects, roots, keepMatcher(state, objects))
    if (options.printGcSections)
      for (const section of removed)
        sink.report({
          code: 'removed-section',
          severity: 'note',
          message: `removing unused section '${section.name}' in '${section.object.displayName}'`,
        })
    for (const section of removed) discard(section, 'gc')
  }
  const stack = stackFlags(options, objects)
  let synthetic: SyntheticSections | undefined
  if (isElfImage) {
    synthetic = new SyntheticSections(machine, isInput64, objects.length)
    synthetic.scan(objects, symbols)
    objects.push(synthetic.object)
    defineLinkerSymbols(symbols)
  }
  const plan = buildPlan(state, objects, {
    sink,
    isRelocatable,
    isNonContiguous: options.nonContiguousRegions === true,
    sortSection: options.sortSection,
    orphanHandling: options.orphanHandling ?? 'place',
    regions,
    sectionStarts: options.sectionStarts ?? new Map(),
    versionText,
  })

  let frames: EhFrames | undefined
  if (!isFlat && !isRelocatable) {
    mergeSections(plan)
    frames = optimizeEhFrames(plan)
  }

  // 4. Addresses. The number of program headers depends on the layout and, by SIZEOF_HEADERS, the layout on it.
  const elfClass = is64 ? 64 : 32
  const hasRelro = !isFlat && !hasWord(options, 'norelro')
  let headerCount = state.programHeaders?.length ?? 2
  const layout = new LayoutPass({
    sink,
    symbols,
    plan,
    regions,
    maxPageSize: pageSize(options, 'max-page-size', 0x1000n),
    commonPageSize: pageSize(options, 'common-page-size', 0x1000n),
    isRelro: hasRelro,
    segmentStarts: options.segmentStarts ?? new Map(),
    sectionStarts: options.sectionStarts ?? new Map(),
    isElf: !isFlat,
    isSane: state.isSane,
    isRelocatable,
    sizeOfHeaders: () => (isFlat || isRelocatable ? 0n : headersSize(elfClass, headerCount)),
  })
  layout.settle()
  let segments: Segment[] = []
  const segmentOptions = (): SegmentOptions => ({
    elfClass,
    maxPageSize: pageSize(options, 'max-page-size', 0x1000n),
    commonPageSize: pageSize(options, 'common-page-size', 0x1000n),
    isPaged: options.paging === undefined,
    isTextWritable: options.paging === 'omagic',
    loadsHeaders: layout.usesHeaders,
    separateCode: !hasWord(options, 'noseparate-code'),
    stackFlags: stack,
    relro: hasRelro ? layout.relroRange : undefined,
    hasEhFrameHeader: options.ehFrameHeader === true,
    headerCount,
  })
  if (isElfImage) {
    for (let i = 0; i < 10; i++) {
      const present = outputsOf(plan)
      segments = state.programHeaders
        ? mapScriptSegments(
            present,
            state.programHeaders,
            (expression) => layout.evaluateNow(expression),
            i === 0 ? sink : new DiagnosticSink(),
          )
        : mapSegments(present, segmentOptions())
      if (segments.length === headerCount) break
      headerCount = segments.length
      layout.settle()
    }
  }
  layout.finish()
  const outputs = outputsOf(plan)
  if (isRelocatable && isFlat) refuseRelocations(objects, sink)

  if (isElfImage) finishLinkerSymbols(symbols, outputs, placeSegments(segments, segmentOptions()).segments)

  // 5. Contents and relocations.
  const relocator = new Relocator({
    machine,
    special: synthetic && new StaticRelocations(synthetic, tlsLayout(outputs)),
    plt: synthetic && ((symbol) => (symbol.pltOffset >= 0 ? synthetic?.pltOf(symbol) : undefined)),
    isFlat,
    unresolved: options.unresolvedSymbols ?? 'error',
    knownNames: () => symbols.definedNames(),
    sink,
  })
  checkSizes(outputs, sink)
  checkCrossReferences(state.noCrossReferences, outputs, sink)
  if (!sink.hasErrors || (options.noInhibitExec && !outputs.some((output) => output.sizeInBytes > largestSection))) {
    for (const output of outputs) fillContents(output, machine)
    for (const output of isRelocatable ? [] : outputs) {
      for (const item of output.items) {
        if (item.kind !== 'input') continue
        const { section } = item
        relocator.relocate(section, output.contents.subarray(section.offset, section.offset + section.sizeInBytes))
      }
    }
    if (frames) writeCiePointers(frames)
    synthetic?.fill((symbol) => {
      const value = symbol.state === 'defined' ? symbolAddress(symbol) : undefined
      return value ? Number(BigInt.asIntN(64, absoluteOf(value))) : 0
    })
    relocator.finish()
  }

  // 6. The image.
  const entry = entryAddress(options, state, symbols, plan)
  warnOfMissingEntry(options, state, symbols, plan, isInput64, sink)
  if (isFlat && !isRelocatable) warnUnallocated(outputs, sink)
  let image: Uint8Array | undefined
  if (!sink.hasErrors || options.noInhibitExec) {
    if (isElfImage)
      image = writeElf(outputs, placeSegments(segments, segmentOptions()), symbols, objects, {
        elfClass,
        machine: outputMachine,
        isPie: options.pie === true,
        entry,
        strip: options.strip,
        discardLocals: options.discardLocals,
      })
    else if (isRelocatable && !isFlat)
      image = writeRelocatable(outputs, symbols, objects, {
        elfClass,
        machine: outputMachine,
        strip: options.strip,
        discardLocals: options.discardLocals,
      })
    else if (format === 'ihex') image = writeIntelHex(outputs, entry)
    else if (format === 'srec') image = writeSRecords(outputs, entry, options.outputName ?? state.outputName ?? 'a.out')
    else if (format === 'verilog') image = writeVerilog(outputs)
    else image = writeFlat(outputs, sink, { maxGapInBytes: options.maxGapInBytes, gapFill: options.gapFill })
  }
  const isFailed = sink.hasErrors && !options.noInhibitExec
  return {
    image: isFailed ? undefined : image,
    format,
    outputName: state.outputName,
    layout: layoutAsData(outputs, symbols, objects, regions, entry),
    mapText: options.wantsMap
      ? linkMapText({
          plan,
          objects,
          symbols,
          regions,
          discarded: objects.flatMap((object) =>
            object.sections.filter((section): section is InputSection => section?.isDiscarded === true),
          ),
          is64,
          outputName: options.outputName ?? state.outputName ?? 'a.out',
          format,
          wantsCref: options.wantsCref === true,
        })
      : '',
    diagnostics: sink.diagnostics,
  }
}

/** PF_* of PT_GNU_STACK: asked for by -z, or by the objects' .note.GNU-stack; an object without one wants to execute. */
function stackFlags(options: LinkOptions, objects: readonly InputObject[]): number | undefined {
  if (hasWord(options, 'execstack')) return PF_R | PF_W | PF_X
  if (hasWord(options, 'noexecstack')) return PF_R | PF_W
  let hasNote = false
  let isExecutable = false
  for (const { elf } of objects) {
    const note = elf.sections.find((section) => section.name === '.note.GNU-stack')
    if (note) hasNote = true
    if (!note || (note.flags & SHF_EXECINSTR) !== 0) isExecutable = true
  }
  if (!hasNote) return undefined
  return PF_R | PF_W | (isExecutable ? PF_X : 0)
}

function failed(options: LinkOptions, sink: DiagnosticSink): LinkResult {
  return {
    image: undefined,
    format: options.outputFormat ?? 'binary',
    outputName: undefined,
    layout: { sections: [], symbols: [], regions: [], entry: 0n },
    mapText: '',
    diagnostics: sink.diagnostics,
  }
}

/** No buffer holds more. */
const largestSection = 0x7fff_ffff

function checkSizes(outputs: readonly OutputSection[], sink: DiagnosticSink): void {
  let total = 0
  for (const output of outputs) {
    if (output.type === SHT_NOBITS) continue
    total += output.sizeInBytes
    if (total <= largestSection) continue
    sink.error(
      'section-too-large',
      `section ${output.name} has ${output.sizeInBytes} bytes: more than can be written`,
      output.statement?.nameSpan,
      {
        notes: [{ message: "does '.' jump in it?" }],
      },
    )
    return
  }
}

/** A flat image cannot keep relocations for a later link. */
function refuseRelocations(objects: readonly InputObject[], sink: DiagnosticSink): void {
  for (const object of objects) {
    const section = object.sections.find((one) => one?.output && one.relocations && one.relocations.count > 0)
    if (!section) continue
    sink.error(
      'relocatable-flat',
      `${object.displayName}: section ${section.name} has relocations, which a flat image (-r with --oformat binary) cannot keep`,
    )
    return
  }
}

/** Thread-local storage of the program; the thread pointer is behind it (variant II). */
function tlsLayout(outputs: readonly OutputSection[]): TlsLayout {
  const parts = outputs.filter((output) => (output.flags & SHF_TLS) !== 0)
  const [first] = parts
  if (!first) return { start: 0, end: 0 }
  let start = first.address
  let end = first.address
  let alignment = 1
  for (const output of parts) {
    if (output.address < start) start = output.address
    const sectionEnd = output.address + BigInt(output.sizeInBytes)
    if (sectionEnd > end) end = sectionEnd
    if (output.alignment > alignment) alignment = output.alignment
  }
  return { start: Number(BigInt.asIntN(64, start)), end: Number(BigInt.asIntN(64, alignUp(end, BigInt(alignment)))) }
}

/** Sections that KEEP patterns of the script name. */
function keepMatcher(state: ScriptState, objects: readonly InputObject[]): (section: InputSection) => boolean {
  const kept = new Set<InputSection>()
  const index = new SectionIndex(objects)
  for (const statement of state.statements) {
    if (statement.kind !== 'output-section') continue
    for (const inner of statement.body)
      if (inner.kind === 'input' && inner.keep) for (const section of matchSections(inner, index, undefined, () => true)) kept.add(section)
  }
  return (section) => kept.has(section)
}

/** In the order of the section table. */
function outputsOf(plan: readonly PlanItem[]): OutputSection[] {
  return plan
    .flatMap((item) => (item.kind === 'section' && !item.output.isIgnored ? [item.output] : []))
    .toSorted((a, b) => a.order - b.order)
}

/** A common symbol that the script gives a value needs no space. */
function overrideCommons(state: ScriptState, symbols: SymbolTable): void {
  const override = (assignment: Assignment) => {
    const symbol = assignment.isProvide ? undefined : symbols.get(assignment.name)
    if (symbol?.state !== 'common') return
    symbol.state = 'defined'
    symbol.value = 0n
    symbol.section = undefined
  }
  for (const statement of state.statements) {
    if (statement.kind === 'assignment') override(statement)
    else if (statement.kind === 'output-section') for (const inner of statement.body) if (inner.kind === 'assignment') override(inner)
  }
}

function hasWord(options: LinkOptions, word: string): boolean {
  return options.z?.includes(word) === true
}

function pageSize(options: LinkOptions, name: string, fallback: bigint): bigint {
  const word = options.z?.findLast((one) => one.startsWith(`${name}=`))
  if (!word) return fallback
  try {
    return BigInt(word.slice(name.length + 1))
  } catch {
    return fallback
  }
}

const formats: ReadonlyMap<string, OutputFormat> = new Map<string, OutputFormat>([
  ['elf32-i386', 'elf32-i386'],
  ['elf64-x86-64', 'elf64-x86-64'],
  ['elf32-x86-64', 'elf32-x86-64'],
  ['binary', 'binary'],
  ['ihex', 'ihex'],
  ['srec', 'srec'],
  ['verilog', 'verilog'],
])

function emulationOfFormat(name: string | undefined): Emulation | undefined {
  if (name === 'elf32-i386') return 'elf_i386'
  if (name === 'elf64-x86-64') return 'elf_x86_64'
  if (name === 'elf32-x86-64') return 'elf32_x86_64'
  return undefined
}

function outputFormatOf(options: LinkOptions, state: ScriptState, machine: number, is64: boolean, sink: DiagnosticSink): OutputFormat {
  if (options.outputFormat) return options.outputFormat
  const asked = state.outputFormat?.names[0]
  if (asked !== undefined) {
    const known = formats.get(asked)
    if (known) return known
    if (asked !== 'default')
      sink.error('unknown-format', `output format '${asked}' is not known`, state.outputFormat?.span, {
        notes: [{ message: `known are ${[...formats.keys()].join(', ')}` }],
      })
  }
  if (machine === EM_386) return 'elf32-i386'
  return is64 ? 'elf64-x86-64' : 'elf32-x86-64'
}

function makeRegions(state: ScriptState, sink: DiagnosticSink): Map<string, MemoryRegionState> {
  const regions = new Map<string, MemoryRegionState>()
  for (const region of state.regions) {
    if (regions.has(region.name)) {
      sink.warn('region-redeclared', `memory region '${region.name}' is declared twice`, region.span)
      continue
    }
    regions.set(region.name, {
      name: region.name,
      declaration: region,
      origin: 0n,
      length: 0n,
      attributes: region.attributes,
      current: 0n,
      used: 0n,
      hasOverflowed: false,
    })
  }
  for (const { alias, region, span } of state.regionAliases) {
    const target = regions.get(region)
    if (!target) sink.error('no-such-region', `there is no memory region '${region}' for the alias '${alias}'`, span)
    else if (alias === '*default*') sink.error('region-redeclared', 'the default memory region cannot have an alias', span)
    else if (regions.has(alias)) sink.error('region-redeclared', `memory region '${alias}' is already declared`, span)
    else regions.set(alias, target)
  }
  return regions
}

const numberText = /^(?:0x[0-9a-f]+|\d+)$/i

function entryAddress(options: LinkOptions, state: ScriptState, symbols: SymbolTable, plan: readonly PlanItem[]): bigint {
  const asked = options.entry ?? state.entry?.name
  if (asked !== undefined && numberText.test(asked)) return BigInt(asked)
  const symbol = symbols.get(asked ?? 'start')
  const value = symbol?.state === 'defined' ? symbolAddress(symbol) : undefined
  return value ? absoluteOf(value) : (textAddress(plan) ?? 0n)
}

/** Without an entry symbol a program begins at the first byte of .text, be it empty (manual §3.4.1). */
function textAddress(plan: readonly PlanItem[]): bigint | undefined {
  for (const item of plan) if (item.kind === 'section' && item.output.name === '.text') return item.output.address
  return undefined
}

/** An entry that was asked for and is not there: GNU ld warns in every format; with -r of -e alone. */
function warnOfMissingEntry(
  options: LinkOptions,
  state: ScriptState,
  symbols: SymbolTable,
  plan: readonly PlanItem[],
  is64: boolean,
  sink: DiagnosticSink,
): void {
  const name = options.entry ?? (options.relocatable ? undefined : state.entry?.name)
  if (!name || numberText.test(name) || symbols.get(name)?.state === 'defined') return
  const address = options.relocatable ? undefined : textAddress(plan)
  const where =
    address === undefined
      ? 'not setting start address'
      : `defaulting to ${BigInt.asUintN(is64 ? 64 : 32, address)
          .toString(16)
          .padStart(is64 ? 16 : 8, '0')}`
  const span = options.entry === undefined && state.entry?.span.source.name !== builtInName ? state.entry?.span : undefined
  const meant = nearestWord(name, symbols.definedNames())
  sink.warn('no-entry', `cannot find entry symbol ${name}; ${where}`, span, {
    ...(meant !== undefined && { fix: { message: `did you mean '${meant}'?` } }),
  })
}
