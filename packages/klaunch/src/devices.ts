// Ties the devices of the article's machine to the terminal: its serial port to standard output, everything else to a report. Enters: a VM without
// devices. Leaves: a Terminal to close at the end. pc-terminal.ts does the same for a PC.
import type { Vm } from '@kernelbox/launcher'
import { GuestConsole } from './console.ts'
import type { LaunchOptions } from './options.ts'
import type { StreamSink } from './sinks.ts'

export interface Terminal {
  /** Begins to read standard input and to draw. */
  start(): void
  /** Shows what is still to be shown and gives the terminal back. */
  close(): void
}

export function attachArticleDevices(vm: Vm, options: LaunchOptions, out: StreamSink, report: StreamSink): Terminal {
  const console = guestConsole(vm, options, out, report)
  vm.io.on(options.port, console.serial)
  vm.io.fallback = console.others
  return { start: () => {}, close: () => console.finish() }
}

export function guestConsole(vm: Vm, { port, raw }: LaunchOptions, out: StreamSink, report: StreamSink): GuestConsole {
  return new GuestConsole({ out, report, hold: (promise) => vm.holdUntil(promise), port, raw })
}
