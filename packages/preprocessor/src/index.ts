/**
 * The C preprocessor for assembler sources: what `gcc -E -x assembler-with-cpp` does, as one pure function.
 *
 * 1. `prepared-file.ts`: bytes of a file to logical lines (trigraphs, splices), with the way back to the written bytes.
 * 2. `text.ts`: copies lines. A macro like a constant is written into the line by `flat-macro.ts`; other uses go token by
 *    token through `expander.ts` (`lexer.ts`, `macro-body.ts`, `arguments.ts`, `replace.ts`, `paste.ts`, `stringify.ts`), lines
 *    that begin with `#` to `directives.ts` (`define.ts`, `conditionals.ts`, `include.ts`, `pragma.ts`), and `skip.ts` passes
 *    what a condition leaves out. Names, macros and tokens are records of numbers: `names.ts`, `macro.ts`, `token-list.ts`,
 *    `token-reader.ts` (docs/adr/0010).
 * 3. `output.ts`: spacing, line markers, and segments that `origin.ts` turns into written places when asked.
 */
export { formatDependencies, type DependencyFormat } from './dependencies.ts'
export type {
  CalendarTime,
  CommandLineMacro,
  FileAccess,
  PredefinedChanges,
  PreprocessLimits,
  PreprocessOptions,
  SearchPaths,
} from './options.ts'
export { halfPrecision } from './predefined-macros.ts'
export { type Dependency, preprocess, type PreprocessResult } from './preprocess.ts'
