// Files to objects, and symbols to definitions.
// Enters: the inputs of the command line and of the script. Leaves: the objects that take part, in link order, with their
// sections, and the symbol table. Archives give a member only where it defines a symbol that is wanted (GNU ld manual
// §2.1, -l and --start-group). Comdat groups and linkonce sections after the first are discarded (gABI "Section Groups").

import { bytesToText, DiagnosticSink, SourceFile } from '@kernelbox/diagnostics'
import {
  type Archive,
  type ElfObject,
  type ElfSection,
  EM_386,
  EM_IAMCU,
  EM_X86_64,
  ET_REL,
  FileParts,
  isArchive,
  isElf,
  type ObjectFile,
  readArchive,
  readObject,
  SHF_ALLOC,
  SHF_COMPRESSED,
  SHF_EXCLUDE,
  SHN_UNDEF,
  SHT_GROUP,
  SHT_STRTAB,
  STB_LOCAL,
} from '@kernelbox/elf'
import { InputObject, InputSection } from '../model.ts'
import { binaryObject } from './binary-object.ts'
import type { LinkFiles, LinkGroup, LinkInput, Locate } from '../options.ts'
import type { InputFileName, ScriptCommand } from '../script/syntax/ast.ts'
import type { SymbolTable } from './symbol-table.ts'

export interface LoadContext {
  readonly sink: DiagnosticSink
  readonly symbols: SymbolTable
  readonly files: LinkFiles | undefined
  readonly searchFolders: string[]
  readonly isRelocatable: boolean
  /** -r without --force-group-allocation. */
  readonly keepsGroups: boolean
  /** -s, -S: debug information takes no part. */
  readonly stripsDebug: boolean
  /** EM_* that the emulation asks for; undefined: the first object decides. */
  machine: number | undefined
  objectClass: 32 | 64 | undefined
  /** Takes the commands of a linker script that is an input. */
  readonly implicitScript: (source: SourceFile, faults: DiagnosticSink) => readonly ScriptCommand[] | undefined
}

interface LoadedArchive {
  readonly name: string
  readonly archive: Archive
  readonly taken: Set<number>
  /** Symbols that members define, for archives without an index. */
  index: ReadonlyMap<string, number> | undefined
}

const deepestScript = 20

export class InputLoader {
  readonly objects: InputObject[] = []
  readonly #context: LoadContext
  readonly #names = new Set<string>()
  readonly #groups = new Map<string, InputObject>()
  readonly #linkOnce = new Map<string, InputSection>()
  #toldOfCompressed = false

  constructor(context: LoadContext) {
    this.#context = context
  }

  load(inputs: readonly (LinkInput | LinkGroup)[]): void {
    for (const input of inputs) {
      if ('group' in input) this.#loadGroup(input.group, 0)
      else this.#loadInput(input, undefined, 0)
    }
  }

  /** Whether an input of this very name has been read. */
  hasLoaded(name: string): boolean {
    return this.#names.has(name)
  }

  /** INPUT and GROUP of a script. */
  loadNamed(files: readonly InputFileName[], isGroup: boolean, depth = 0): void {
    const inputs = files.map((file) => ({ name: file.name, isLibrary: file.isLibrary }))
    if (isGroup) this.#loadGroup(inputs, depth)
    else for (const input of inputs) this.#loadInput(input, undefined, depth)
  }

  #loadGroup(inputs: readonly LinkInput[], depth: number): void {
    const archives: LoadedArchive[] = []
    for (const input of inputs) this.#loadInput(input, archives, depth)
    if (archives.length < 1) return
    for (let isMore = true; isMore; ) {
      isMore = false
      for (const archive of archives) if (this.#takeFrom(archive)) isMore = true
    }
  }

  #loadInput(input: LinkInput, group: LoadedArchive[] | undefined, depth: number): void {
    const { sink, files, searchFolders } = this.#context
    this.#names.add(input.name)
    if (input.object) {
      this.#addObject(input.object, { file: input.name }, input.locate, input.justSymbols)
      return
    }
    let name = input.name
    let { bytes } = input
    if (!bytes && input.file) {
      const parts = new FileParts(input.file)
      if (!input.isBinary && isElf(parts.part(0, Math.min(16, parts.sizeInBytes)))) {
        this.#addBytes(input.file, { file: name }, input.justSymbols)
        return
      }
      bytes = parts.part(0, parts.sizeInBytes)
    }
    if (!bytes) {
      const found = files?.open(input.name, input.isLibrary ? 'library' : 'input', searchFolders)
      if (!found) {
        const what = input.isLibrary ? `-l${input.name}` : input.name
        sink.error(
          'no-such-input',
          `cannot find ${what}: no such file${searchFolders.length > 0 ? ` (searched: ${searchFolders.join(', ')})` : ''}`,
        )
        return
      }
      name = found.name
      bytes = found.bytes
    }
    if (input.isBinary)
      this.#addObject(binaryObject(input.name, bytes, this.#context.machine ?? EM_X86_64, this.#context.objectClass ?? 64), { file: name })
    else if (isElf(bytes)) this.#addBytes(bytes, { file: name }, input.justSymbols)
    else if (isArchive(bytes)) this.#addArchive(name, bytes, input.wholeArchive === true, group)
    else this.#addScript(name, bytes, depth)
  }

  #addScript(name: string, bytes: Uint8Array, depth: number): void {
    const { sink, implicitScript } = this.#context
    if (depth > deepestScript) {
      sink.error('include-depth', `${name}: linker scripts name each other more than ${deepestScript} deep`)
      return
    }
    // A linker script is text: anything with a zero byte is a file of a format that we do not know.
    if (bytes.subarray(0, 4096).includes(0) || bytes.length === 0) {
      sink.error('unknown-format', `${name}: file format not recognized: neither an ELF object, an ar archive nor a linker script`)
      return
    }
    const source = SourceFile.fromByteText(name, bytesToText(bytes))
    const faults = new DiagnosticSink()
    const commands = implicitScript(source, faults)
    if (!commands && isAssemblerName.test(name)) {
      sink.error('unknown-format', `${name}: not an object or a linker script`, undefined, {
        notes: [{ message: 'by its name it is assembler source, which the linker does not read' }],
        fix: { message: 'assemble it with kasm or kas, and link the object' },
      })
      return
    }
    for (const fault of faults.diagnostics) sink.report(fault)
    for (const command of commands ?? []) {
      if (command.kind === 'sections' && command.items.some(({ kind }) => kind === 'output-section' || kind === 'overlay'))
        sink.warn('script-without-t', `${name} contains output sections; did you forget -T?`, command.span)
      if (command.kind === 'files') this.loadNamed(command.files, command.isGroup, depth + 1)
    }
  }

  #addBytes(bytes: Uint8Array | ObjectFile, names: { file: string; archive?: string }, justSymbols = false): boolean {
    const read = readObject(bytes)
    const displayName = names.archive ? `${names.archive}(${names.file})` : names.file
    if ('fault' in read) {
      this.#context.sink.error('bad-object', `${displayName}: ${read.fault}`)
      return false
    }
    if (read.fileType !== ET_REL && !justSymbols) {
      this.#context.sink.error(
        'not-relocatable',
        read.fileType === 3
          ? `${displayName}: a shared library; linking against shared libraries is not supported, link statically`
          : `${displayName}: an executable, not a relocatable object`,
      )
      return false
    }
    this.#addObject(read.object, names, undefined, justSymbols)
    return true
  }

  #addArchive(name: string, bytes: Uint8Array, isWhole: boolean, group: LoadedArchive[] | undefined): void {
    const read = readArchive(bytes)
    if ('fault' in read) {
      this.#context.sink.error('bad-archive', `${name}: ${read.fault}`)
      return
    }
    const loaded: LoadedArchive = { name, archive: read.archive, taken: new Set(), index: read.archive.symbolIndex }
    if (isWhole) {
      for (let i = 0; i < read.archive.members.length; i++) this.#takeMember(loaded, i)
      return
    }
    this.#takeFrom(loaded)
    group?.push(loaded)
  }

  /** Takes members until none defines a wanted symbol; true where any was taken. */
  #takeFrom(loaded: LoadedArchive): boolean {
    const { symbols } = this.#context
    loaded.index ??= this.#makeIndex(loaded)
    // In the order of the archive's index, again and again: it decides the order of the members in the program.
    let hasTaken = false
    for (let isMore = true; isMore; ) {
      isMore = false
      for (const [name, member] of loaded.index) {
        if (loaded.taken.has(member)) continue
        const symbol = symbols.get(name)
        if (symbol === undefined || symbol.state !== 'undefined' || !symbols.wanted.has(symbol)) continue
        this.#takeMember(loaded, member)
        hasTaken = true
        isMore = true
      }
    }
    return hasTaken
  }

  #takeMember(loaded: LoadedArchive, index: number): void {
    if (loaded.taken.has(index)) return
    loaded.taken.add(index)
    const member = loaded.archive.members[index]
    if (!member) return
    let { contents } = member
    if (!contents) {
      const folder = loaded.name.includes('/') ? loaded.name.slice(0, loaded.name.lastIndexOf('/') + 1) : ''
      const path = member.name.startsWith('/') ? member.name : folder + member.name
      contents = this.#context.files?.open(path, 'input', [])?.bytes
      if (!contents) {
        this.#context.sink.error('no-such-input', `cannot find ${path}, a member of the thin archive ${loaded.name}`)
        return
      }
    }
    if (!isElf(contents)) return
    this.#addBytes(contents, { file: member.name, archive: loaded.name })
  }

  #makeIndex(loaded: LoadedArchive): ReadonlyMap<string, number> {
    const index = new Map<string, number>()
    loaded.archive.members.forEach((member, i) => {
      if (!member.contents || !isElf(member.contents)) return
      const read = readObject(member.contents)
      if ('fault' in read) return
      for (const symbol of read.object.symbols) {
        if (symbol.binding !== STB_LOCAL && symbol.section !== SHN_UNDEF && !index.has(symbol.name)) index.set(symbol.name, i)
      }
    })
    return index
  }

  #addObject(elf: ElfObject, names: { file: string; archive?: string | undefined }, locate?: Locate, justSymbols = false): void {
    const context = this.#context
    const machine = elf.machine === EM_IAMCU ? EM_386 : elf.machine
    context.machine ??= machine
    context.objectClass ??= elf.class
    const object = new InputObject(elf, names, this.objects.length, locate, justSymbols)
    if (machine !== context.machine || elf.class !== context.objectClass) {
      const wanted = describe(context.machine, context.objectClass)
      const found = describe(machine, elf.class)
      context.sink.error('wrong-architecture', `${object.displayName}: ${found} object in a link for ${wanted}`, undefined, {
        fix: {
          message: `assemble it for ${wanted} (${context.machine === EM_386 ? '--32, -m32' : '--64, -m64'}), or link with -m ${emulationOf(machine, elf.class)}`,
        },
      })
      return
    }
    this.objects.push(object)
    this.#makeSections(object)
    context.symbols.addObject(object)
  }

  #makeSections(object: InputObject): void {
    const { elf } = object
    const { isRelocatable, keepsGroups } = this.#context
    const lost = new Set<number>()
    for (const group of elf.groups) {
      if (!group.isComdat) continue
      const first = this.#groups.get(group.signature)
      if (!first) this.#groups.set(group.signature, object)
      else for (const member of [group.section, ...group.members]) lost.add(member)
    }
    object.sections.length = elf.sections.length
    for (let i = 1; i < elf.sections.length; i++) {
      const section = elf.sections[i] as ElfSection
      if (object.justSymbols) continue
      const isTable = (section.type === SHT_GROUP && !keepsGroups) || (section.type === SHT_STRTAB && (section.flags & SHF_ALLOC) === 0)
      if (isTable) continue
      const made = new InputSection(object, i, section)
      object.sections[i] = made
      if (lost.has(i)) discard(made, 'group')
      else if (section.name.startsWith('.gnu.linkonce.')) {
        const twin = this.#linkOnce.get(section.name)
        if (twin) {
          discard(made, 'group')
          made.keptTwin = twin
        } else {
          // .gnu.linkonce.t.x and the comdat group x stand for the same thing.
          const key = section.name.replace(/^\.gnu\.linkonce\.[^.]*\./, '')
          const owner = this.#groups.get(key)
          if (owner && owner !== object) discard(made, 'group')
          else this.#linkOnce.set(section.name, made)
        }
      } else if (!isRelocatable && (section.flags & SHF_EXCLUDE) !== 0) discard(made, 'empty')
      else if (!isRelocatable && section.name.startsWith('.gnu.warning')) {
        // A text to show when the symbol is used; it has a place, but no bytes.
        made.sizeInBytes = 0
        made.contents = new Uint8Array(0)
      } else if (this.#context.stripsDebug && isDebug(section)) discard(made, 'empty')
      else if ((section.flags & (SHF_COMPRESSED | SHF_ALLOC)) === SHF_COMPRESSED) {
        discard(made, 'empty')
        this.#warnOfCompressed(object)
      }
    }
    if (lost.size > 0) this.#findTwins(object, lost)
  }

  /** Said once in a link: a compiler compresses in all its objects or in none. */
  #warnOfCompressed(object: InputObject): void {
    if (this.#toldOfCompressed) return
    this.#toldOfCompressed = true
    this.#context.sink.warn(
      'compressed-section',
      `${object.displayName}: its debugging information is compressed, which the linker does not read: such sections are left out`,
      undefined,
      { fix: { message: 'compile with -gz=none, or kas without --compress-debug-sections' } },
    )
  }

  /** A debug section may refer to a discarded member: it is led to the kept one of the same name and size. */
  #findTwins(object: InputObject, lost: ReadonlySet<number>): void {
    for (const group of object.elf.groups) {
      const first = this.#groups.get(group.signature)
      if (!first || first === object || !lost.has(group.section)) continue
      const kept = first.elf.groups.find((other) => other.signature === group.signature)
      for (const member of group.members) {
        const section = object.sections[member]
        const twin = kept?.members.map((index) => first.sections[index]).find((other) => other?.name === section?.name)
        if (section && twin && twin.sizeInBytes === section.sizeInBytes) section.keptTwin = twin
      }
    }
  }
}

export function discard(section: InputSection, reason: NonNullable<InputSection['discardReason']>): void {
  section.isDiscarded = true
  section.discardReason = reason
}

/** Not `x.lds.S`: that is a script for the preprocessor, and the parser's message is of use. */
const isAssemblerName = /(?<!\.lds?)\.(?:s|asm|nasm)$/i

function isDebug(section: ElfSection): boolean {
  return (section.flags & SHF_ALLOC) === 0 && /^\.(?:z?debug|stab|line|gnu\.linkonce\.wi\.|gdb_index)/.test(section.name)
}

function describe(machine: number | undefined, objectClass: 32 | 64 | undefined): string {
  if (machine === EM_386) return 'i386'
  return objectClass === 32 ? 'x32' : 'x86-64'
}

function emulationOf(machine: number, objectClass: 32 | 64): string {
  if (machine === EM_386) return 'elf_i386'
  return objectClass === 32 ? 'elf32_x86_64' : 'elf_x86_64'
}
