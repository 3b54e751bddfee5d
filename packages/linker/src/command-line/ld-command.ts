// A link as a command line asks for it.
// Enters: what options and names say, in order. Leaves: LdCommand.

import type { LinkGroup, LinkInput, LinkOptions } from '../options.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export interface LdCommand {
  readonly options: Mutable<Omit<LinkOptions, 'inputs' | 'script' | 'files'>>
  readonly inputs: (LinkInput | LinkGroup)[]
  /** -T; the command reads it. */
  scriptName: string | undefined
  /** -o. */
  outputName: string | undefined
  /** -Map; `-` for standard output, as -M. */
  mapName: string | undefined
  printMemoryUsage: boolean
  wantsHelp: boolean
  /** `--version` and `-v`: one line; `-V`: the emulations too. */
  wantsVersion: 'line' | 'emulations' | undefined
  /** `--verbose`: the script in force. */
  wantsScript: boolean
  diagnosticsFormat: string | undefined
  /** Faults of the command line, each a sentence. */
  readonly faults: string[]
}

/** How an option takes its value: none, the next word or joined by `=`, joined directly (short), optionally by `=`. */
type Arity = 'none' | 'value' | 'optional'

export interface Rule {
  readonly arity: Arity
  readonly apply: (state: CommandState, value: string) => void
}

/** The command as the words up to now make it. */
export class CommandState {
  readonly command: LdCommand
  isWhole = false
  /** --push-state. */
  readonly savedIsWhole: boolean[] = []
  isBinary = false
  group: LinkInput[] | undefined

  constructor() {
    this.command = {
      options: { searchFolders: [], defsym: [], undefinedSymbols: [], z: [], wrap: [], sectionStarts: new Map(), segmentStarts: new Map() },
      inputs: [],
      scriptName: undefined,
      outputName: undefined,
      mapName: undefined,
      printMemoryUsage: false,
      wantsHelp: false,
      wantsVersion: undefined,
      wantsScript: false,
      diagnosticsFormat: undefined,
      faults: [],
    }
  }

  input(input: LinkInput): void {
    const full = { ...input, ...(this.isWhole && { wholeArchive: true }), ...(this.isBinary && { isBinary: true }) }
    if (this.group) this.group.push(full)
    else this.command.inputs.push(full)
  }

  fault(message: string): void {
    this.command.faults.push(message)
  }
}
