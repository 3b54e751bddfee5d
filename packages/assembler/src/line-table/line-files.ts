// The files and directories that a line table names.
// Enters: `.file N ...` directives and, under -g, the names of the sources. Leaves: numbered entries for the header.
// DWARF 4 §6.2.4, DWARF 5 §6.2.4.1; which part of a name becomes a directory is GNU as 2.40's choice.

export interface LineFile {
  readonly name: string
  /** Index in {@link LineFiles.directories}; 0 is the directory of compilation. */
  readonly directory: number
  /** 128 bits, the first byte of the file's entry lowest. */
  readonly md5: bigint | undefined
}

export type LineFileFault =
  | { readonly code: 'number-too-small' }
  | { readonly code: 'number-too-large' }
  | { readonly code: 'occupied'; readonly by: string }

/** Numbers beyond this are taken for a mistake: the table is dense. */
const mostFiles = 1 << 20

export class LineFiles {
  /** 2 until an option or a directive asks for more. */
  dwarfVersion: number
  /** directories[0]: what `.file 0` said, else undefined. */
  readonly directories: (string | undefined)[] = [undefined]
  readonly files: (LineFile | undefined)[] = []
  readonly #directoryNumbers = new Map<string, number>()
  readonly #fileNumbers = new Map<string, number>()

  constructor(dwarfVersion: number) {
    this.dwarfVersion = dwarfVersion
  }

  /** Forgets all: what -g gathered gives way to what the source says itself. */
  clear(): void {
    this.directories.length = 1
    this.files.length = 0
    this.#directoryNumbers.clear()
    this.#fileNumbers.clear()
  }

  get isEmpty(): boolean {
    return this.files.length === 0
  }

  /** The name as a path from the directory of compilation. */
  pathOf(number: number): string | undefined {
    const file = this.files[number]
    if (!file) return undefined
    const directory = file.directory === 0 ? undefined : this.directories[file.directory]
    return directory === undefined ? file.name : `${directory}/${file.name}`
  }

  has(number: number): boolean {
    return this.files[number] !== undefined
  }

  get hasMd5(): boolean {
    return this.files.some((file) => file?.md5 !== undefined)
  }

  /** `.file number ["directory"] "name" [md5 value]` */
  assign(number: number, directory: string | undefined, name: string, md5: bigint | undefined): LineFileFault | undefined {
    if (number === 0 || md5 !== undefined) this.dwarfVersion = Math.max(this.dwarfVersion, 5)
    if (number < 1 && (number < 0 || this.dwarfVersion < 5)) return { code: 'number-too-small' }
    if (number >= mostFiles) return { code: 'number-too-large' }
    const file = this.#entry(number, directory, name, md5)
    const old = this.files[number]
    // The file with number 0 may be told again: compilers say it first without and then with its digest.
    if (old && number !== 0 && (old.name !== file.name || old.directory !== file.directory)) return { code: 'occupied', by: old.name }
    while (this.files.length < number) this.files.push(undefined)
    this.files[number] = file
    return undefined
  }

  /** The number of a source under -g; a new one where it has none. */
  numberOf(path: string): number {
    const known = this.#fileNumbers.get(path)
    if (known !== undefined) return known
    const entry = this.#entry(-1, undefined, path, undefined)
    let number = this.files.findIndex((file) => file?.name === entry.name && file.directory === entry.directory)
    if (number < 0) {
      number = Math.max(this.files.length, 1)
      while (this.files.length < number) this.files.push(undefined)
      this.files[number] = entry
    }
    this.#fileNumbers.set(path, number)
    return number
  }

  #entry(number: number, directory: string | undefined, name: string, md5: bigint | undefined): LineFile {
    if (number === 0) {
      this.directories[0] = directory ?? this.directories[0]
      // The directory that its name brings gets a number of its own, even the same (observed from GNU as 2.40).
      return this.#split(name, md5, directory === undefined)
    }
    if (directory !== undefined) return { name, directory: this.#directoryNumber(directory), md5 }
    return this.#split(name, md5)
  }

  #split(name: string, md5: bigint | undefined, mayBeZero = true): LineFile {
    const slash = name.lastIndexOf('/')
    // A name in the root keeps its slash.
    if (slash <= 0 || slash === name.length - 1) return { name, directory: 0, md5 }
    return { name: name.slice(slash + 1), directory: this.#directoryNumber(name.slice(0, slash), mayBeZero), md5 }
  }

  #directoryNumber(directory: string, mayBeZero = true): number {
    if (mayBeZero && this.directories[0] === directory) return 0
    let number = this.#directoryNumbers.get(directory)
    if (number === undefined) {
      number = this.directories.push(directory) - 1
      this.#directoryNumbers.set(directory, number)
    }
    return number
  }
}
