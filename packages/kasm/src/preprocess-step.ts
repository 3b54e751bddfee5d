// A source file to the text that the assembler reads.
// Enters: the command and one source. Leaves: the text with its origins, what there is to say, and the rule for make.

import { readInputFile, readStandardInput, tuneForShortRun } from '@kernelbox/cli'
import { type Diagnostic, SourceFile } from '@kernelbox/diagnostics'
import { type Dependency, formatDependencies, preprocess } from '@kernelbox/preprocessor'
import type { KasmCommand, Language } from './command-line.ts'
import { isFreestanding, predefinedChanges } from './predefined-changes.ts'
import { buildTime, fileAccess, fileTime, standardFolders } from './source-files.ts'

export interface SourceText {
  readonly text: SourceFile
  /** The file as it was written. */
  readonly main: SourceFile
  readonly diagnostics: readonly Diagnostic[]
  readonly dependencies: readonly Dependency[]
  readonly includeTrace: readonly string[]
}

/** The bytes of a source, or a diagnostic without a place. */
export function readSource(path: string): SourceFile | Diagnostic {
  const bytes = path === '-' ? readStandardInput() : readInputFile(path)
  if (!(bytes instanceof Uint8Array)) return { code: 'cannot-read', severity: 'error', message: `${path}: ${bytes.message}` }
  tuneForShortRun(bytes.length)
  return SourceFile.fromBytes(path === '-' ? '<stdin>' : path, bytes)
}

let folders: string[] | undefined

export function preprocessSource(command: KasmCommand, source: SourceFile, language: Language, forAssembler: boolean): SourceText {
  if (language === 'assembler') {
    return { text: source, main: source, diagnostics: [], dependencies: [{ path: source.name, isSystem: false }], includeTrace: [] }
  }
  const { flags } = command
  const standard = flags.has('-nostdinc') ? [] : (folders ??= standardFolders(command.bits, command.sysroot))
  const fromEnvironment = (process.env.CPATH ?? '').split(':').filter((folder) => folder !== '')
  const result = preprocess(source, {
    files: fileAccess,
    search: {
      quote: command.quoteFolders,
      include: [...command.includeFolders, ...fromEnvironment],
      system: command.systemFolders,
      standard,
      after: command.afterFolders,
    },
    bits: command.bits,
    withoutPredefined: flags.has('-undef'),
    predefined: predefinedChanges(command.compilerWords, command.bits, command.x32),
    macros: command.macros,
    macroFiles: command.macroFiles,
    includeFiles: command.includeFiles,
    implicitHeader: standard.length > 0 && !isFreestanding(command.compilerWords) ? 'stdc-predef.h' : '',
    markers: !forAssembler && !flags.has('-P'),
    origins: forAssembler,
    keepComments: !forAssembler && (flags.has('-C') || flags.has('-CC')),
    keepDirectiveComments: !forAssembler && flags.has('-CC'),
    trigraphs: flags.has('-trigraphs') || command.compilerWords.includes('-ansi'),
    noWarnings: flags.has('-w') || (!forAssembler && command.dump === 'M'),
    warnsOfUndefined: command.warnings.isOn('undef'),
    warnsOfUnusedMacros: command.warnings.isOn('unused-macros'),
    nameInMacros: (path) => mappedName(command.compilerWords, path),
    workingFolder: tellsFolder(command) ? process.cwd() : undefined,
    limits: includeLimit(command.compilerWords),
    dump: forAssembler ? undefined : command.dump,
    allowsMissingHeaders: command.rule?.allowsMissing ?? false,
    time: buildTime,
    fileTime,
  })
  return {
    text: result.output,
    main: source,
    diagnostics: result.diagnostics,
    dependencies: result.dependencies,
    includeTrace: result.includeTrace,
  }
}

/** -fmacro-prefix-map=old=new, the last that fits (gcc manual §3.13). */
function mappedName(words: readonly string[], path: string): string {
  for (let i = words.length - 1; i >= 0; i--) {
    const match = /^-f(?:macro|file)-prefix-map=([^=]*)=(.*)$/.exec(words[i] as string)
    if (match && path.startsWith(match[1] as string)) return (match[2] as string) + path.slice((match[1] as string).length)
  }
  return path
}

/** With line information the text names the folder of the build, unless it is told not to. */
function tellsFolder({ compilerWords, flags }: KasmCommand): boolean {
  if (flags.has('-P')) return false
  const word = compilerWords.findLast((w) => /^-f(?:no-)?working-directory$/.test(w))
  return word === undefined ? flags.has('-g') : word === '-fworking-directory'
}

function includeLimit(words: readonly string[]): { includeDepth?: number } {
  const depth = words.findLast((word) => word.startsWith('-fmax-include-depth='))?.slice('-fmax-include-depth='.length)
  return depth !== undefined && /^\d+$/.test(depth) ? { includeDepth: Math.min(Number(depth), 2000) } : {}
}

const withoutSuffix = (name: string) => name.replace(/\.[^./]*$/, '')
const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1)

/** `dir/boot.S` to `boot` + suffix: where gcc puts what is made of a source. */
export const besideHere = (path: string, suffix: string): string => `${withoutSuffix(baseName(path))}${suffix}`

/** The rule for make, and the file that it goes to; `-` is standard output. */
export function makeRule(
  command: KasmCommand,
  sourcePath: string,
  dependencies: readonly Dependency[],
): { file: string; text: string } | undefined {
  const { rule, output, goal } = command
  if (!rule) return undefined
  const objectName = besideHere(sourcePath, '.o')
  const quote = (name: string) =>
    name
      .replace(/(\\*)([ \t])/g, '$1$1\\$2')
      .replace(/\$/g, '$$$$')
      .replace(/#/g, '\\#')
  const ownTarget = output !== undefined && !rule.isOnly && !command.flags.has('-E') && output !== '-' ? output : objectName
  // gcc names those of -MT first.
  const given = [...rule.targets.filter((target) => !target.isQuoted), ...rule.targets.filter((target) => target.isQuoted)]
  const targets = given.length > 0 ? given.map(({ name, isQuoted }) => (isQuoted ? quote(name) : name)) : [quote(ownTarget)]
  const text = formatDependencies(dependencies, { targets, withoutSystem: rule.withoutSystem, phonyTargets: rule.phonyTargets })
  const beside =
    output !== undefined
      ? `${withoutSuffix(output)}.d`
      : goal === 'link'
        ? `a-${besideHere(sourcePath, '.d')}`
        : besideHere(sourcePath, '.d')
  return { file: rule.file ?? (rule.isOnly ? (output ?? '-') : beside), text }
}
