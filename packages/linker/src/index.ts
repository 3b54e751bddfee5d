/**
 * GNU linker scripts and ELF objects to an image, in memory.
 *
 * `link(options)` runs the passes in this order (link.ts): parse the script; read inputs and resolve symbols; match input
 * sections to output sections; place orphans; assign addresses to a fixed point; relocate; write.
 */
export { link } from './link.ts'
export type {
  Emulation,
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
export { type LdCommand, parseLdWords } from './command-line.ts'
export { defaultScript } from './default-script.ts'
export { memoryUsageText } from './memory-usage.ts'
