/**
 * ELF files for x86 as data.
 *
 * 1. {@link ElfObject}: sections, symbols, relocations and groups of a relocatable object, as the assembler makes it and
 *    the linker takes it.
 * 2. `writeObject` turns it into the bytes of a .o; `readObject` turns such bytes, untrusted, into it.
 * 3. `readArchive` lists the members of an ar archive; `layExecutable` lays out ELF executables.
 */
export { MergedStringTable } from './merged-string-table.ts'
export * from './constants.ts'
export { compressDebugSections, type DebugCompression } from './compress-debug.ts'
export type { ElfGroup, ElfObject, ElfSection, ElfSymbol, SectionIndex } from './model.ts'
export { RelocationTable } from './model.ts'
export { type Archive, type ArchiveMember, isArchive, type ReadArchiveResult, readArchive } from './read-archive.ts'
export { copyBytes, FileParts, type ObjectFile } from './object-file.ts'
export { isElf, type ReadObjectResult, readObject } from './read-object.ts'
export { writeObject } from './write-object.ts'
export {
  type Executable,
  type ExecutableSection,
  type ExecutableSegment,
  elfHeaderSize,
  programHeaderSize,
  type LaidExecutable,
  layExecutable,
} from './write-executable.ts'
