// What a caller of the linker gives and gets. All in memory: files that a script names come through LinkFiles.
// GNU ld manual ch. 2 "Invocation"; names of options follow it.

import type { Diagnostic, SourceFile, Span } from '@kernelbox/diagnostics'
import type { ElfObject, ObjectFile } from '@kernelbox/elf'

/** Tells where the byte at `offset` of a section was written, as far as the maker of the object knows it. */
export type Locate = (sectionIndex: number, offset: number) => Span | undefined

/** One input of a link, in command-line order. */
export interface LinkInput {
  /** Path or name, as messages and `archive:file` patterns use it. */
  readonly name: string
  /** A relocatable object in memory. */
  readonly object?: ElfObject
  /** A file's contents: ELF object, ar archive or linker script, told apart by their first bytes. */
  readonly bytes?: Uint8Array
  /** The same, read in pieces: of a large object only what the link needs, when it needs it. */
  readonly file?: ObjectFile
  /** None of these: a name to be opened through {@link LinkFiles}; true for `-lname`. */
  readonly isLibrary?: boolean
  readonly locate?: Locate
  /** --whole-archive was in force. */
  readonly wholeArchive?: boolean
  /** Take the bytes as they are (`-b binary`). */
  readonly isBinary?: boolean
  /** --just-symbols: take the addresses of its symbols, none of its contents. */
  readonly justSymbols?: boolean
}

/** --start-group … --end-group: archives in it are searched again until nothing new is found. */
export interface LinkGroup {
  readonly group: readonly LinkInput[]
}

/** How the linker reaches files that scripts (INPUT, GROUP, INCLUDE) and `-l` name. */
export interface LinkFiles {
  /**
   * @param name as the script has it; for a library the name after `-l`
   * @param kind what it is wanted for
   * @param searchFolders -L and SEARCH_DIR, in order
   * @returns the name it was found under and its contents, or undefined
   */
  open(
    name: string,
    kind: 'input' | 'library' | 'script',
    searchFolders: readonly string[],
  ): { readonly name: string; readonly bytes: Uint8Array } | undefined
}

/** --hash-style. */
export type HashStyle = 'sysv' | 'gnu' | 'both'
export type Emulation = 'elf_i386' | 'elf_x86_64' | 'elf32_x86_64'
/** BFD's names; `elf` stands for the ELF format of the emulation. */
export type OutputFormat = 'elf32-i386' | 'elf64-x86-64' | 'elf32-x86-64' | 'binary' | 'ihex' | 'srec' | 'verilog'

/** Takes an image in pieces, in any order, as they are done. `bytes` are the linker's again when `write` returns. */
export interface ImageSink {
  write(bytes: Uint8Array, offset: number): void
}

export interface LinkOptions {
  readonly inputs: readonly (LinkInput | LinkGroup)[]
  /** -T: stands in place of the built-in script. */
  readonly script?: SourceFile
  /** How many of the inputs stand before -T on the command line: what the script names comes after them. Default: all. */
  readonly scriptPosition?: number
  readonly files?: LinkFiles
  /**
   * Where the image goes instead of {@link LinkResult.image}: it is never whole in memory. Called once, when the first piece
   * is there; undefined: the image is wanted whole after all. Where the result says so, what was written is to be thrown away.
   * @param scriptName the file name that the script's OUTPUT gives
   */
  readonly openImage?: (scriptName: string | undefined) => ImageSink | undefined
  /** -L, in order. */
  readonly searchFolders?: readonly string[]
  /** -m; default: what the first object is. */
  readonly emulation?: Emulation
  /** --oformat; stands above the script's OUTPUT_FORMAT. */
  readonly outputFormat?: OutputFormat
  /** -e: a symbol or a number. */
  readonly entry?: string
  /** --defsym, as `symbol=expression`. */
  readonly defsym?: readonly string[]
  /** -u. */
  readonly undefinedSymbols?: readonly string[]
  /** --section-start, -Ttext, -Tdata, -Tbss: section name to address. */
  readonly sectionStarts?: ReadonlyMap<string, bigint>
  /** -Ttext-segment, -Trodata-segment, -Tldata-segment: as SEGMENT_START names them. */
  readonly segmentStarts?: ReadonlyMap<string, bigint>
  /** -r. */
  readonly relocatable?: boolean
  /** --force-group-allocation: -r joins the members of section groups with the rest. */
  readonly forceGroupAllocation?: boolean
  readonly gcSections?: boolean
  readonly printGcSections?: boolean
  /** --gc-keep-exported: what other modules could see stays. */
  readonly gcKeepExported?: boolean
  /** -static-pie / -pie. */
  readonly pie?: boolean
  /** -E: symbols of a position-independent program can be looked up at run time. */
  readonly exportDynamic?: boolean
  /** --hash-style; default: both. */
  readonly hashStyle?: HashStyle
  /** False for --no-relax: uses of the GOT are not made direct. */
  readonly relax?: boolean
  /** -n / -N. */
  readonly paging?: 'nmagic' | 'omagic'
  /** -s all, -S debug. */
  readonly strip?: 'all' | 'debug'
  /** -x, -X. */
  readonly discardLocals?: 'all' | 'temporary'
  /** -q / --emit-relocs. */
  readonly emitRelocations?: boolean
  /** -d / -dc / -dp: allocate common symbols also with -r. */
  readonly defineCommon?: boolean
  readonly allowMultipleDefinition?: boolean
  /** --unresolved-symbols, --warn-unresolved-symbols, --noinhibit-exec. */
  readonly unresolvedSymbols?: 'error' | 'warn' | 'ignore'
  readonly noInhibitExec?: boolean
  /** --wrap. */
  readonly wrap?: readonly string[]
  /** --orphan-handling. */
  readonly orphanHandling?: 'place' | 'warn' | 'error' | 'discard'
  readonly warnCommon?: boolean
  /** This and noWarnings are the caller's to heed: all diagnostics are in the result. */
  readonly fatalWarnings?: boolean
  readonly noWarnings?: boolean
  readonly sortCommon?: 'ascending' | 'descending'
  /** --sort-section. */
  readonly sortSection?: 'name' | 'alignment'
  readonly ehFrameHeader?: boolean
  /** --build-id style or 0x hex; undefined: none. */
  readonly buildId?: string
  /** -z words, e.g. `max-page-size=4096`, `noexecstack`, `norelro`. */
  readonly z?: readonly string[]
  readonly checkSections?: boolean
  /** --enable-non-contiguous-regions. */
  readonly nonContiguousRegions?: boolean
  /** Largest hole, in bytes, that a flat image may have between two sections; default 64 MiB. */
  readonly maxGapInBytes?: number
  /** --gap-fill byte. */
  readonly gapFill?: number
  /** -Map / -M wanted: {@link LinkResult.mapText} is filled in. */
  readonly wantsMap?: boolean
  /** --cref: the table of cross references follows the map, or stands alone. */
  readonly wantsCref?: boolean
  /** Name for OUTPUT-less messages and the map. */
  readonly outputName?: string
}

export interface OutputSectionInfo {
  readonly name: string
  readonly address: bigint
  readonly loadAddress: bigint
  readonly sizeInBytes: number
  readonly alignment: number
  /** SHT_* and SHF_*. */
  readonly type: number
  readonly flags: number
  readonly isOrphan: boolean
  readonly inputs: readonly { readonly object: string; readonly section: string; readonly offset: number; readonly sizeInBytes: number }[]
}

export interface OutputSymbolInfo {
  readonly name: string
  readonly address: bigint
  /** Name of the output section, undefined for an absolute symbol. */
  readonly section: string | undefined
  readonly isGlobal: boolean
  readonly sizeInBytes: bigint
  /** Object that defines it, or undefined where the script does. */
  readonly definedIn: string | undefined
}

export interface MemoryRegionInfo {
  readonly name: string
  readonly origin: bigint
  readonly length: bigint
  readonly usedInBytes: bigint
}

/** Where everything went, as data. */
export interface Layout {
  readonly sections: readonly OutputSectionInfo[]
  readonly symbols: readonly OutputSymbolInfo[]
  readonly regions: readonly MemoryRegionInfo[]
  readonly entry: bigint
}

export interface LinkResult {
  /** Undefined where an error was reported, or where {@link LinkOptions.openImage} took it. */
  readonly image: Uint8Array | undefined
  /** There is an image: here, or whole where it was written to. */
  readonly hasImage: boolean
  readonly format: OutputFormat
  /** The file name that the script's OUTPUT gives. */
  readonly outputName: string | undefined
  readonly layout: Layout
  /** The link map as GNU ld's -Map words it, and the table of --cref; empty unless wanted. */
  readonly mapText: string
  readonly diagnostics: readonly Diagnostic[]
}
