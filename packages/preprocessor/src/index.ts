/**
 * The C preprocessor for assembler sources: what `gcc -E -x assembler-with-cpp` does, as one pure function.
 *
 * 1. `prepared-file.ts`: bytes of a file to logical lines (trigraphs, splices), with the way back to the written bytes.
 * 2. `text.ts`: copies lines; those that name a macro go token by token through `expander.ts`
 *    (`lexer.ts`, `macro-body.ts`, `paste.ts`, `stringify.ts`), those that begin with `#` to `directives.ts`
 *    (`condition.ts`, `include.ts`, `pragma.ts`), and `skip.ts` passes what a condition leaves out.
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
