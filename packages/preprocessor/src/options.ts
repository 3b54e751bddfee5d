// What the caller decides: files, search folders, definitions, limits.

/** Files as the caller has them; paths are compared as they are written. */
export interface FileAccess {
  /** The bytes of a file, undefined where there is none (or a folder of that name). */
  readFile(path: string): Uint8Array | undefined
  /** One word for every path that leads to the same file, for #pragma once and #import. Without it the path is taken. */
  identity?(path: string): string | undefined
  /** The path without links, `.` and `..`: of a system header, whose markers have the shorter of the two. */
  realPath?(path: string): string | undefined
}

/** Local calendar time. */
export interface CalendarTime {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

export interface SearchPaths {
  /** -iquote: for "file" only. */
  readonly quote?: readonly string[]
  /** -I */
  readonly include?: readonly string[]
  /** -isystem */
  readonly system?: readonly string[]
  /** Standard folders, after -isystem. */
  readonly standard?: readonly string[]
  /** -idirafter */
  readonly after?: readonly string[]
}

/** In the order of the command line. */
export type CommandLineMacro =
  | { readonly kind: 'define' | 'undefine'; readonly text: string }
  | { readonly kind: 'assert'; readonly text: string }

/** Against the list of macros that the mode predefines. */
export interface PredefinedChanges {
  /** Names, which begin with an underscore, and bodies. */
  readonly define: ReadonlyMap<string, string>
  readonly undefine: ReadonlySet<string>
}

export interface PreprocessLimits {
  /** As gcc's -fmax-include-depth. */
  readonly includeDepth: number
  readonly outputSizeInBytes: number
  /** Tokens that macros may make in one run. */
  readonly expandedTokens: number
  readonly argumentDepth: number
  readonly diagnostics: number
}

export interface PreprocessOptions {
  readonly files?: FileAccess
  readonly search?: SearchPaths
  /** -m16, -m32, -m64: which macros are predefined. 64 where absent. */
  readonly bits?: 16 | 32 | 64
  /** -undef */
  readonly withoutPredefined?: boolean
  /** What options of the compiler (-O2, -fPIC, -mavx) change in the list. */
  readonly predefined?: PredefinedChanges | undefined
  /** -D and -U. `text` as on the command line: `NAME` or `NAME=value`. */
  readonly macros?: readonly CommandLineMacro[]
  /** -imacros, then -include. */
  readonly macroFiles?: readonly string[]
  readonly includeFiles?: readonly string[]
  /** Header read before anything else where it is found in the standard folders, as gcc reads stdc-predef.h. */
  readonly implicitHeader?: string
  /** GNU line markers in the output (`gcc -E`); false: lines only (`-P`, and the text for the assembler). */
  readonly markers?: boolean
  /** Keep the map from the output to what was written; true where absent. */
  readonly origins?: boolean
  /** -C */
  readonly keepComments?: boolean
  /** -CC */
  readonly keepDirectiveComments?: boolean
  readonly trigraphs?: boolean
  /** -w */
  readonly noWarnings?: boolean
  /** -Wundef: a name in an #if that is no macro. */
  readonly warnsOfUndefined?: boolean
  /** -Wunused-macros: of the main file. */
  readonly warnsOfUnusedMacros?: boolean
  /** -fmacro-prefix-map: how a file is named by __FILE__ and kin. */
  readonly nameInMacros?: (path: string) => string
  /** Told in a line marker of its own (-fworking-directory). */
  readonly workingFolder?: string | undefined
  /** -dM: the output is the list of macros. -dD: definitions stay in the output, -dN: their names, -dI: #include lines, -dU: those used. */
  readonly dump?: 'M' | 'D' | 'N' | 'I' | 'U' | undefined
  /** Missing headers are recorded and not an error (-MG). */
  readonly allowsMissingHeaders?: boolean
  /** For __DATE__ and __TIME__. */
  readonly time?: () => CalendarTime
  /** For __TIMESTAMP__. */
  readonly fileTime?: (path: string) => CalendarTime | undefined
  readonly limits?: Partial<PreprocessLimits>
}

export interface ResolvedOptions {
  readonly files: FileAccess
  readonly search: Required<SearchPaths>
  readonly bits: 16 | 32 | 64
  readonly withoutPredefined: boolean
  readonly predefined: PredefinedChanges | undefined
  readonly macros: readonly CommandLineMacro[]
  readonly macroFiles: readonly string[]
  readonly includeFiles: readonly string[]
  readonly implicitHeader: string
  readonly markers: boolean
  readonly origins: boolean
  readonly keepComments: boolean
  readonly keepDirectiveComments: boolean
  readonly trigraphs: boolean
  readonly noWarnings: boolean
  readonly warnsOfUndefined: boolean
  readonly warnsOfUnusedMacros: boolean
  readonly nameInMacros: (path: string) => string
  readonly workingFolder: string | undefined
  readonly dump: PreprocessOptions['dump']
  readonly allowsMissingHeaders: boolean
  readonly time: () => CalendarTime
  readonly fileTime: (path: string) => CalendarTime | undefined
  readonly limits: PreprocessLimits
}

const defaultLimits: PreprocessLimits = {
  includeDepth: 200,
  outputSizeInBytes: 1 << 28,
  expandedTokens: 40_000_000,
  argumentDepth: 256,
  diagnostics: 2000,
}

function now(): CalendarTime {
  const t = new Date()
  return {
    year: t.getFullYear(),
    month: t.getMonth() + 1,
    day: t.getDate(),
    hour: t.getHours(),
    minute: t.getMinutes(),
    second: t.getSeconds(),
  }
}

export function resolveOptions(options: PreprocessOptions): ResolvedOptions {
  const { search = {} } = options
  let time: CalendarTime | undefined
  return {
    files: options.files ?? { readFile: () => undefined },
    search: {
      quote: search.quote ?? [],
      include: search.include ?? [],
      system: search.system ?? [],
      standard: search.standard ?? [],
      after: search.after ?? [],
    },
    bits: options.bits ?? 64,
    withoutPredefined: options.withoutPredefined ?? false,
    predefined: options.predefined,
    macros: options.macros ?? [],
    macroFiles: options.macroFiles ?? [],
    includeFiles: options.includeFiles ?? [],
    implicitHeader: options.implicitHeader ?? '',
    markers: options.markers ?? false,
    origins: options.origins ?? true,
    keepComments: options.keepComments ?? options.keepDirectiveComments ?? false,
    keepDirectiveComments: options.keepDirectiveComments ?? false,
    trigraphs: options.trigraphs ?? false,
    noWarnings: options.noWarnings ?? false,
    warnsOfUndefined: options.warnsOfUndefined ?? false,
    warnsOfUnusedMacros: options.warnsOfUnusedMacros ?? false,
    nameInMacros: options.nameInMacros ?? ((path) => path),
    workingFolder: options.workingFolder,
    dump: options.dump,
    allowsMissingHeaders: options.allowsMissingHeaders ?? false,
    time: () => (time ??= (options.time ?? now)()),
    fileTime: options.fileTime ?? (() => undefined),
    limits: { ...defaultLimits, ...options.limits },
  }
}
