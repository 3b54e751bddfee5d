/**
 * GNU linker scripts and ELF objects to an image, in memory.
 *
 * `link(options)` runs the passes in this order (link.ts), each of which is a folder: parse the script (script/); read inputs
 * and resolve symbols (inputs/); match input sections to output sections and place orphans (plan/), with those that the
 * linker makes (linker-sections/); assign addresses to a fixed point (layout/); relocate (relocation/); write (output/).
 */
import { linkWith } from './link.ts'
import type { LinkOptions, LinkResult } from './options.ts'
import { scriptGrammar } from './script/syntax/apply-grammar.ts'

export { linkLazily } from './link.ts'
export type {
  Emulation,
  ImageSink,
  Layout,
  LinkFiles,
  LinkGroup,
  LinkInput,
  LinkOptions,
  LinkResult,
  Locate,
  MemoryRegionInfo,
  OutputFormat,
  OutputSectionInfo,
  OutputSymbolInfo,
} from './options.ts'
export { type LdCommand, parseLdWords } from './command-line/command-line.ts'
export { builtInScript } from './script/default-script.ts'
export { memoryUsageText } from './report/memory-usage.ts'

/**
 * Links objects into an image.
 * @example
 * ```js
 * const { image, diagnostics } = link({ inputs: [{ name: 'kernel.o', bytes }], script: SourceFile.fromString('k.lds', text) })
 * ```
 */
export function link(options: LinkOptions): LinkResult {
  return linkWith(() => scriptGrammar, options)
}
