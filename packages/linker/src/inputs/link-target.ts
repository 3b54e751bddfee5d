// What a link makes: the output's format, class and machine.
// Enters: options, the script's OUTPUT_FORMAT and the inputs' machine. Leaves: a LinkTarget. GNU ld manual §2.1 (-m,
// --oformat), §3.4.3 "Commands Dealing with Object File Formats".

import { type DiagnosticSink, nearestWord } from '@kernelbox/diagnostics'
import { EM_386, EM_IAMCU, EM_X86_64 } from '@kernelbox/elf'
import type { InputObject } from '../model.ts'
import type { Emulation, LinkOptions, OutputFormat } from '../options.ts'
import type { ScriptState } from '../script/script-state.ts'

export interface LinkTarget {
  readonly format: OutputFormat
  /** EM_* of the inputs, and of the output: OUTPUT_FORMAT may ask for another than the inputs have. */
  readonly inputMachine: number
  readonly outputMachine: number
  readonly isInput64: boolean
  readonly elfClass: 32 | 64
  /** No ELF file: bytes, or text that stands for bytes. */
  readonly isFlat: boolean
  readonly isRelocatable: boolean
  /** An ELF executable. */
  readonly isElfImage: boolean
}

const formats: ReadonlyMap<string, OutputFormat> = new Map<string, OutputFormat>([
  ['elf32-i386', 'elf32-i386'],
  ['elf64-x86-64', 'elf64-x86-64'],
  ['elf32-x86-64', 'elf32-x86-64'],
  ['binary', 'binary'],
  ['ihex', 'ihex'],
  ['srec', 'srec'],
  ['verilog', 'verilog'],
])

export function emulationOfFormat(name: string | undefined): Emulation | undefined {
  if (name === 'elf32-i386') return 'elf_i386'
  if (name === 'elf64-x86-64') return 'elf_x86_64'
  if (name === 'elf32-x86-64') return 'elf32_x86_64'
  return undefined
}

export function targetOf(
  options: LinkOptions,
  state: ScriptState,
  objects: readonly InputObject[],
  emulation: Emulation | undefined,
  sink: DiagnosticSink,
): LinkTarget {
  const [first] = objects
  const firstMachine = first?.elf.machine ?? (emulation === 'elf_i386' ? EM_386 : EM_X86_64)
  const inputMachine = firstMachine === EM_IAMCU ? EM_386 : firstMachine
  const isInput64 = first ? first.elf.class === 64 : emulation !== 'elf_i386' && emulation !== 'elf32_x86_64'
  const format = outputFormatOf(options, state, inputMachine, isInput64, sink)
  const is64 = format === 'elf64-x86-64' || (isInput64 && format !== 'elf32-i386' && format !== 'elf32-x86-64')
  const isFlat = format === 'binary' || format === 'ihex' || format === 'srec' || format === 'verilog'
  const isRelocatable = options.relocatable === true
  return {
    format,
    inputMachine,
    outputMachine: format === 'elf32-i386' ? EM_386 : format === 'elf64-x86-64' || format === 'elf32-x86-64' ? EM_X86_64 : inputMachine,
    isInput64,
    elfClass: is64 ? 64 : 32,
    isFlat,
    isRelocatable,
    isElfImage: !isFlat && !isRelocatable,
  }
}

function outputFormatOf(options: LinkOptions, state: ScriptState, machine: number, is64: boolean, sink: DiagnosticSink): OutputFormat {
  if (options.outputFormat) return options.outputFormat
  const asked = state.outputFormat?.names[0]
  if (asked !== undefined) {
    const known = formats.get(asked)
    if (known) return known
    const meant = nearestWord(asked, formats.keys())
    if (asked !== 'default')
      sink.error('unknown-format', `output format '${asked}' is not known`, state.outputFormat?.span, {
        notes: [{ message: `known are ${[...formats.keys()].join(', ')}` }],
        ...(meant !== undefined && { fix: { message: `did you mean '${meant}'?` } }),
      })
  }
  if (machine === EM_386) return 'elf32-i386'
  return is64 ? 'elf64-x86-64' : 'elf32-x86-64'
}
