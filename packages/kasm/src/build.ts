// From the sources of a command to its outputs: preprocess, assemble, link.
// Enters: a parsed command. Leaves: files and the exit status. Every diagnostic comes out once, in the order of the sources;
// nothing is written where there was an error.

import { printDiagnostics, UsageError, writeOutputFile, version } from '@kernelbox/cli'
import type { Diagnostic, SourceFile } from '@kernelbox/diagnostics'
import type { KasmCommand, KasmInput } from './command-line.ts'
import { makeRule, preprocessSource, readSource, type SourceText } from './preprocess-step.ts'

type SourceInput = Extract<KasmInput, { kind: 'source' }>

/** A file to be written when all went well. */
export interface OutputFile {
  readonly path: string
  readonly bytes: Uint8Array
  /** Permission bits before the umask. */
  readonly mode: number
}

/** What a build has found and made so far. */
export interface BuildState {
  readonly command: KasmCommand
  readonly diagnostics: Diagnostic[]
  readonly outputs: OutputFile[]
  hasErrors: boolean
}

export function addDiagnostics(state: BuildState, diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) {
    const decided = state.command.warnings.decide(diagnostic)
    if (!decided) continue
    state.diagnostics.push(decided)
    if (decided.severity === 'error') state.hasErrors = true
  }
}

/** @returns the exit status */
export async function build(command: KasmCommand): Promise<number> {
  const state: BuildState = { command, diagnostics: [], outputs: [], hasErrors: false }
  if (command.flags.has('-v')) note(`kasm ${version}`)
  if (command.inputs.length === 0) return 0
  refuseToOverwriteInputs(command)
  if (command.goal === 'preprocess') preprocessAll(state)
  else {
    const { assembleAll } = await import('./assemble-step.ts')
    await assembleAll(state)
  }
  // As gcc: text on standard output is shown as far as it goes.
  if (!state.hasErrors || (command.goal === 'preprocess' && (command.output ?? '-') === '-' && !command.rule?.isOnly)) writeAll(state)
  printDiagnostics(state.diagnostics, {
    program: 'kasm',
    version: command.diagnosticsFormat === 'sarif' ? version : '',
    format: command.diagnosticsFormat,
  })
  return state.hasErrors ? 1 : 0
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

function refuseToOverwriteInputs({ inputs, output }: KasmCommand): void {
  if (output === undefined || output === '-' || output === '/dev/null') return
  for (const input of inputs) {
    const paths = input.kind === 'source' ? [input.path] : input.words
    if (paths.includes(output)) throw new UsageError(`the input file ${output} is also the output file`)
  }
}

export const sourcesOf = (command: KasmCommand): SourceInput[] => command.inputs.filter((input) => input.kind === 'source')

/** Reads and preprocesses a source; its rule for make becomes an output. Undefined where it cannot be read. */
export function sourceText(state: BuildState, input: SourceInput, forAssembler: boolean): SourceText | undefined {
  const { command } = state
  const source = readSource(input.path)
  if (!('text' in source)) {
    addDiagnostics(state, [source])
    return undefined
  }
  if (command.flags.has('-v')) note(`  preprocess ${input.path}`)
  const result = preprocessSource(command, source, input.language, forAssembler)
  if (command.flags.has('-H')) for (const line of result.includeTrace) note(line)
  // What is not preprocessed includes nothing that make could know of.
  const rule = input.language === 'assembler' ? undefined : makeRule(command, input.path, result.dependencies)
  if (rule) state.outputs.push({ path: rule.file, bytes: Buffer.from(rule.text, 'latin1'), mode: 0o666 })
  return result
}

function preprocessAll(state: BuildState): void {
  const { command } = state
  const texts: SourceFile[] = []
  for (const input of sourcesOf(command)) {
    const result = sourceText(state, input, false)
    if (!result) continue
    addDiagnostics(state, result.diagnostics)
    texts.push(result.text)
  }
  if (command.rule?.isOnly) return
  state.outputs.push({ path: command.output ?? '-', bytes: joined(texts.map((text) => text.bytes)), mode: 0o666 })
}

/** One text is the usual case and is not copied. */
const joined = (parts: readonly Uint8Array[]): Uint8Array => (parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts))

function writeAll(state: BuildState): void {
  const standardOutput: Uint8Array[] = []
  for (const { path, bytes, mode } of state.outputs) {
    if (path === '-') {
      standardOutput.push(bytes)
      continue
    }
    const failure = writeOutputFile(path, bytes, mode)
    if (failure) addDiagnostics(state, [{ code: 'cannot-write', severity: 'error', message: `cannot write ${path}: ${failure.message}` }])
  }
  if (standardOutput.length === 0) return
  const failure = writeOutputFile('-', joined(standardOutput))
  if (failure && failure.code !== 'EPIPE')
    addDiagnostics(state, [{ code: 'cannot-write', severity: 'error', message: `cannot write standard output: ${failure.message}` }])
}
