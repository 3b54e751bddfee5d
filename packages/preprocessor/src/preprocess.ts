// The preprocessor as a whole: command line, implicit header, main file, result.

import { type Diagnostic, SourceFile } from '@kernelbox/diagnostics'
import { enterDirectives, runDirective } from './directives.ts'
import { commandLine, enterFile, includeHeader, loadFrame, searchChain } from './include.ts'
import { warnIfUnused } from './define.ts'
import { macroDefinitionText } from './macro-text.ts'
import { role } from './names.ts'
import { type PreprocessOptions, resolveOptions } from './options.ts'
import { PreprocessedOrigin } from './origin.ts'
import { runPragmaText } from './pragma.ts'
import { enterAllPredefined, enterPredefined } from './predefined.ts'
import { prepareFile } from './prepared-file.ts'
import { FatalStop, type FileFrame, State } from './state.ts'
import { processText } from './text.ts'

export interface Dependency {
  readonly path: string
  /** From a system folder: left out by -MM. */
  readonly isSystem: boolean
}

export interface PreprocessResult {
  /** The preprocessed text; its origin leads to the written places. */
  readonly output: SourceFile
  readonly diagnostics: readonly Diagnostic[]
  /** The files that were read, the main file first. */
  readonly dependencies: readonly Dependency[]
  /** Each header as `-H` prints it: a dot a level, a space, the path. */
  readonly includeTrace: readonly string[]
}

/**
 * Preprocesses an assembler source as `gcc -E -x assembler-with-cpp` does.
 *
 * @param source the main file
 * @param options files, search folders, definitions, limits; all optional
 * @returns the text, what there is to say, and the files that were read; nothing is thrown for a fault in an input
 * @example
 * const { output, diagnostics } = preprocess(SourceFile.fromString('a.S', '#define PORT 0xf1\n outb %al,$PORT\n'), {})
 */
export function preprocess(source: SourceFile, options: PreprocessOptions = {}): PreprocessResult {
  const resolved = resolveOptions(options)
  const state = new State(resolved, source.sizeInBytes + 1024)
  state.directive = runDirective
  state.pragma = runPragmaText
  state.mainFileName = source.name
  enterPredefined(state)
  enterDirectives(state)
  try {
    run(state, source)
  } catch (error) {
    if (!(error instanceof FatalStop)) throw error
  }
  const { out } = state
  out.endLine()
  if (resolved.dump === 'M') {
    out.length = 0
    out.segmentCount = 0
    listMacros(state)
  }
  const text = out.bytes.subarray(0, out.length)
  return {
    output: SourceFile.fromBytes(source.name, text, resolved.origins ? new PreprocessedOrigin(state) : undefined),
    diagnostics: state.sink.diagnostics,
    dependencies: [...state.dependencies].map(([path, isSystem]) => ({
      path: path.startsWith('./') ? path.replace(/^(?:\.\/+)+/, '') : path,
      isSystem,
    })),
    includeTrace: state.includeTrace,
  }
}

function run(state: State, source: SourceFile): void {
  const { options, out } = state
  const main = prepareFile(source.name, source.bytes, options.trigraphs, source)
  state.dependencies.set(source.name, false)
  state.files.set(source.name, main)
  out.marker(0, source.name, '', '')
  if (options.workingFolder !== undefined) out.marker(1, `${options.workingFolder}//`, '', '')
  out.marker(0, '<built-in>', '', '')
  readCommandLine(state)
  enterFile(state, main, undefined, -1, -1, 0, '')
  processText(state, 1)
  if (!options.warnsOfUnusedMacros) return
  for (const node of state.names.nodes()) if (state.names.macro(node) !== 0) warnIfUnused(state, state.names.macro(node))
}

/** -D, -U and -A in their order, then the implicit header, -imacros and -include, as if from a file of that name. */
function readCommandLine(state: State): void {
  const { options, out } = state
  const text = options.macros.map((macro) => `${commandLineDirective(macro)}\n`).join('')
  const file = prepareFile('<command-line>', new TextEncoder().encode(text), false)
  out.marker(0, '<command-line>', '', '')
  enterCommandLineFile(state, file)
}

function enterCommandLineFile(state: State, file: ReturnType<typeof prepareFile>): void {
  const { options, out } = state
  const reading = state.locations.open(file, commandLine)
  const frame: FileFrame = {
    reading,
    file,
    header: undefined,
    // As gcc finds -include: in the folder of the build, and says so.
    directory: '.',
    folderIndex: -1,
    systemLevel: 0,
    conditionBase: 0,
    position: 0,
    lineStart: 0,
    line: 1,
    editIndex: 0,
    remarkIndex: 0,
    claimedName: '<command-line>',
    claimedSystemLevel: 0,
    lineDelta: 0,
    guardPhase: 0,
    guard: 0,
  }
  state.frames.push(frame)
  loadFrame(state, frame)
  // Definitions leave no text.
  const lineCount = options.macros.length
  for (let i = 0; i < lineCount; i++) {
    state.position++
    runDirective(state, state.location - 1)
  }
  const include = (name: string, isAngled: boolean) => {
    const location = state.location
    const depth = state.frames.length
    includeHeader(state, name, isAngled, false, false, location, 0)
    if (state.frames.length > depth) {
      processText(state, depth + 1)
      state.frames.length = depth
      loadFrame(state, frame)
      out.marker(0, '<command-line>', ' 2', '')
    }
  }
  if (options.implicitHeader !== '' && implicitExists(state, options.implicitHeader)) include(options.implicitHeader, true)
  for (const path of options.macroFiles) {
    const { length, segmentCount } = out
    include(path, false)
    out.length = length
    out.segmentCount = segmentCount
    out.isLineOpen = false
  }
  for (const path of options.includeFiles) include(path, false)
  state.frames.length = 0
  state.frame = undefined
}

function implicitExists(state: State, name: string): boolean {
  return searchChain(state).folders.some(
    (folder) => folder.systemLevel > 0 && state.options.files.readFile(`${folder.path}/${name}`) !== undefined,
  )
}

function commandLineDirective(macro: { kind: string; text: string }): string {
  const text = macro.text.split('\n', 1)[0] ?? ''
  if (macro.kind === 'undefine') return `#undef ${text}`
  if (macro.kind === 'assert') {
    const assertion = `${text.replace(/^-/, '').replace('=', '(')}${text.includes('=') ? ')' : ''}`
    return text.startsWith('-') ? `#unassert ${assertion}` : `#assert ${assertion}`
  }
  const equal = text.indexOf('=')
  return equal < 0 ? `#define ${text} 1` : `#define ${text.slice(0, equal)} ${text.slice(equal + 1)}`
}

/** -dM: every macro that is defined at the end, those of the place excepted. */
function listMacros(state: State): void {
  const { out } = state
  enterAllPredefined(state)
  const { names, macros } = state
  for (const node of names.nodes()) {
    const macro = names.macro(node)
    if (macro === 0 || macros.builtin(macro) !== 0 || names.role(node) !== role.ordinary) continue
    out.putText(`#define ${macroDefinitionText(state, node)}\n`)
  }
}
