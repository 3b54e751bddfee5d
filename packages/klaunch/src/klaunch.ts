// klaunch: loads an image, runs it, says how it ended. Enters: a command line. Leaves: the guest's output on standard output,
// reports and statistics on standard error, and an exit status that tells the endings apart (options.ts).
import { UsageError, runCommand, version } from '@kernelbox/cli'
import {
  type BootFormat,
  EngineUnavailableError,
  type Vm,
  type VmExit,
  createVm,
  defaultMemoryInBytes,
  detectFormat,
  formatRegisters,
  formatStatistics,
  memorySizeFault,
} from '@kernelbox/launcher'
import { attachArticleDevices } from './devices.ts'
import { loadFlatImage, realModeReachWarning } from './flat-image.ts'
import { ineffectiveOptions } from './ineffective-options.ts'
import { InputError, largestImageInBytes, loadAddressOf, readInput } from './input-files.ts'
import { type MachineName, exitStatus, parseOptions } from './options.ts'
import { StreamSink } from './sinks.ts'

/** As much as QEMU's pc has: programs that print their memory print the same. */
const memoryOfPcInBytes = 128 << 20

void runCommand('klaunch', main)

async function main(words: string[]): Promise<number> {
  if (words.length === 1 && words[0] === 'doctor') {
    const { text, hasKvm } = await import('./doctor.ts').then(({ doctor }) => doctor())
    process.stdout.write(text)
    return hasKvm ? exitStatus.halted : exitStatus.engineUnavailable
  }
  const options = parseOptions(words)
  if ('request' in options) {
    process.stdout.write(options.request === 'help' ? (await import('./help.ts')).helpText() : `${version}\n`)
    return exitStatus.halted
  }
  let image: Uint8Array
  try {
    image = readInput(options.image, largestImageInBytes)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    process.stderr.write(`klaunch: error: ${error.message}\n`)
    return exitStatus.usage
  }
  const format = options.entry ? 'flat' : (options.format ?? detectFormat(image))
  const machine = machineFor(format, options.machine)
  const memoryInBytes = options.memoryInBytes ?? (machine === 'article' ? defaultMemoryInBytes : memoryOfPcInBytes)
  checkMemory(memoryInBytes)
  const out = new StreamSink(1)
  const report = new StreamSink(2)
  let vm: Vm
  try {
    vm = await createVm({
      memory: memoryInBytes,
      engine: options.engine,
      cpus: options.cpus,
      ...(options.deterministic ? { software: { deterministic: true } } : {}),
    })
  } catch (error) {
    if (!(error instanceof EngineUnavailableError)) throw error
    report.write(`klaunch: error: engine ${error.engine} is not available: ${error.message}\n`)
    return exitStatus.engineUnavailable
  }
  if (options.engine === 'auto' && !options.quiet && !options.deterministic) {
    report.write(vm.whyNotKvm === undefined ? 'klaunch: engine kvm\n' : `klaunch: engine software, not kvm: ${vm.whyNotKvm}\n`)
  }
  const startedOn = vm.engine
  const interrupt = catchSignals(() => vm.abort())
  // What the article's machine and a flat image do not need lies in files of their own: reading and compiling them takes milliseconds.
  const terminal =
    machine === 'article'
      ? attachArticleDevices(vm, options, out, report)
      : (await import('./pc-terminal.ts')).attachPcDevices(vm, { ...options, machine }, out, report, () => interrupt.raise())
  try {
    const isPlain = format === 'flat' && options.entry === undefined
    if (isPlain && options.blobs.length + options.disks.length + options.modules.length === 0) loadFlatImage(vm, image, options)
    else (await import('./load-files.ts')).loadFiles(vm, image, format, options)
  } catch (error) {
    vm.close()
    interrupt.release()
    if (!(error instanceof InputError)) throw error
    report.write(`klaunch: error: ${error.message}\n`)
    return exitStatus.usage
  }
  const reach =
    format === 'flat' && (options.entry?.mode ?? 'real') === 'real' && realModeReachWarning(image.length, loadAddressOf(options))
  if (reach) report.write(`klaunch: warning: ${reach}\n`)
  for (const line of ineffectiveOptions(options.written, format, machine, options.machine)) report.write(`klaunch: warning: ${line}\n`)
  terminal.start()
  const live = options.stats === 'live' ? showLive(vm, report) : undefined
  const exit = await vm.run({
    onHalt: options.onHalt,
    ...(options.timeoutInMs === undefined ? {} : { timeout: options.timeoutInMs }),
  })
  clearInterval(live)
  terminal.close()
  if (vm.whyNotKvm !== undefined && startedOn !== vm.engine) report.write(`klaunch: moved to the software engine: ${vm.whyNotKvm}\n`)
  const message = describeFailure(exit)
  if (message) report.write(`klaunch: ${message}\n`)
  if (options.registers) report.write(formatRegisters(vm.registers))
  if (options.stats) report.write(options.stats === 'json' ? `${JSON.stringify(vm.stats())}\n` : formatStatistics(vm.stats()))
  vm.close()
  // After Ctrl-C a reader that has stopped must not keep the terminal.
  const patience = exit.reason === 'aborted' ? 50 : 0x7fffffff
  await out.finish(patience)
  await report.finish(patience)
  // Everything is written. Node would take its heap apart before it ends, which takes longer than ending.
  process.exit(statusOf(exit, interrupt.status))
}

/** As kvm_stat does: once a second what was counted since the last time. */
function showLive(vm: Vm, report: StreamSink): NodeJS.Timeout {
  let before = vm.stats()
  return setInterval(() => {
    const after = vm.stats()
    const rates = Object.entries(after.exitsByReason).map(([name, count]) => `${name} ${count - (before.exitsByReason[name] ?? 0)}`)
    const accesses = (statistics: typeof after) => statistics.ports.reduce((sum, port) => sum + port.accesses, 0)
    report.write(
      `exits/s ${after.exits - before.exits} (${rates.join(', ') || 'none'}), port accesses/s ${accesses(after) - accesses(before)}\n`,
    )
    before = after
  }, 1000)
}

/** A boot sector calls the BIOS: it gets the machine that has one. Kernels expect a PC; a flat image is the article's. */
function machineFor(format: BootFormat, wanted: MachineName | undefined): MachineName {
  if (format === 'boot') return wanted === 'testdev' ? 'testdev' : 'pc'
  return wanted ?? (format === 'flat' ? 'article' : 'pc')
}

function checkMemory(memoryInBytes: number): void {
  const fault = memorySizeFault(memoryInBytes)
  if (fault) throw new UsageError(`--memory: ${fault}`)
}

interface Interrupt {
  readonly status: number
  /** Ctrl-C that came as a byte. */
  raise(): void
  release(): void
}

/** Ctrl-C ends the run; a second one ends the process, whatever holds it. */
function catchSignals(abort: () => void): Interrupt {
  let status: number | undefined
  const onSignal = (name: NodeJS.Signals) => {
    if (status !== undefined) process.exit(status)
    status = name === 'SIGTERM' ? exitStatus.terminated : exitStatus.interrupted
    abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    get status() {
      return status ?? exitStatus.interrupted
    },
    raise: () => onSignal('SIGINT'),
    release() {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}

function describeFailure(exit: VmExit): string | undefined {
  switch (exit.reason) {
    case 'halt':
    case 'aborted':
    case 'stopped':
    case 'io':
    case 'mmio':
      return undefined
    case 'limit':
      return `the limit of ${exit.limit} is reached`
    case 'timeout':
      return 'the time is over (--timeout)'
    case 'shutdown':
      return 'the guest failed: triple fault (a fault while the CPU delivered a double fault; a PC would reset now)'
    case 'internal-error':
    case 'fail-entry':
      return `the guest failed: ${exit.message}`
    case 'reset':
      return 'the guest asked for a reset'
    case 'debug':
      return 'the guest met a breakpoint'
  }
}

function statusOf(exit: VmExit, interruptStatus: number): number {
  switch (exit.reason) {
    case 'halt':
    case 'reset':
    // Never without Vm.exits.
    case 'io':
    case 'mmio':
      return exitStatus.halted
    case 'aborted':
      return interruptStatus
    case 'timeout':
    case 'limit':
      return exitStatus.timeout
    case 'stopped':
      return exit.code
    case 'shutdown':
    case 'internal-error':
    case 'fail-entry':
    case 'debug':
      return exitStatus.guestFailed
  }
}
