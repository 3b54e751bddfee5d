// klaunch: loads an image, runs it, says how it ended. Enters: a command line. Leaves: the guest's output on standard output,
// reports and statistics on standard error, and an exit status that tells the endings apart (options.ts).
import { readFileSync } from 'node:fs'
import { UsageError, readInputFile, runCommand } from '@kernelbox/cli'
import {
  EngineUnavailableError,
  type Vm,
  type VmExit,
  createVm,
  formatRegisters,
  formatStatistics,
  memorySizeFault,
} from '@kernelbox/launcher'
import { GuestConsole } from './console.ts'
import { type LaunchOptions, exitStatus, parseOptions } from './options.ts'
import { StreamSink } from './sinks.ts'

await runCommand('klaunch', main)

async function main(words: string[]): Promise<number> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  const options = parseOptions(words, version)
  if ('text' in options) {
    process.stdout.write(options.text)
    return exitStatus.halted
  }
  const image = readImage(options)
  const out = new StreamSink(1)
  const report = new StreamSink(2)
  let vm: Vm
  try {
    vm = await createVm({ memory: options.memoryInBytes, engine: options.engine })
  } catch (error) {
    if (!(error instanceof EngineUnavailableError)) throw error
    report.write(`klaunch: error: engine ${error.engine} is not available: ${error.message}\n`)
    return exitStatus.engineUnavailable
  }
  if (options.engine === 'auto' && !options.quiet) {
    report.write(vm.whyNotKvm === undefined ? 'klaunch: engine kvm\n' : `klaunch: engine software, not kvm: ${vm.whyNotKvm}\n`)
  }
  const guest = new GuestConsole({ out, report, hold: (promise) => vm.holdUntil(promise), port: options.port, raw: options.raw })
  vm.io.on(options.port, guest.serial)
  vm.io.fallback = guest.others
  vm.load(image, options.loadAddress)
  if (vm.memory.read(0xffff0, 16).every((byte) => byte === 0)) {
    report.write('klaunch: warning: the CPU starts at F000:FFF0 (address 0xffff0), where the image left nothing\n')
  }
  const interrupt = catchSignals()
  const exit = await vm.run({
    signal: interrupt.signal,
    onHalt: options.onHalt,
    ...(options.timeoutInMs === undefined ? {} : { timeout: options.timeoutInMs }),
  })
  guest.flush()
  const message = describeFailure(exit)
  if (message) report.write(`klaunch: ${message}\n`)
  if (options.registers) report.write(formatRegisters(vm.registers))
  if (options.stats) report.write(options.stats === 'json' ? `${JSON.stringify(vm.stats())}\n` : formatStatistics(vm.stats()))
  vm.close()
  // After Ctrl-C a reader that has stopped must not keep the terminal.
  const patience = exit.reason === 'aborted' ? 50 : 0x7fffffff
  await out.finish(patience)
  await report.finish(patience)
  const status = statusOf(exit, interrupt.status)
  if (exit.reason === 'aborted') process.exit(status)
  interrupt.release()
  return status
}

function readImage(options: LaunchOptions): Uint8Array {
  const { image: path, memoryInBytes, loadAddress } = options
  const fault = memorySizeFault(memoryInBytes)
  if (fault) throw new UsageError(`--memory: ${fault}`)
  const image = readInputFile(path, memoryInBytes)
  if ('message' in image) {
    const reason = image.code === 'ETOOBIG' ? `larger than the guest's memory of ${memoryInBytes} bytes` : image.message
    throw new UsageError(`${path}: ${reason}`)
  }
  if (image.length === 0) throw new UsageError(`${path}: the image is empty`)
  const room = memoryInBytes - loadAddress
  if (image.length > room) {
    const hex = `0x${loadAddress.toString(16)}`
    throw new UsageError(
      room <= 0
        ? `--load: ${hex} is beyond the guest's memory of ${memoryInBytes} bytes`
        : `${path}: ${image.length} bytes do not fit at ${hex}: ${room} bytes of guest memory are there`,
    )
  }
  return image
}

interface Interrupt {
  readonly signal: AbortSignal
  readonly status: number
  release(): void
}

/** Ctrl-C ends the run; a second one ends the process, whatever holds it. */
function catchSignals(): Interrupt {
  const controller = new AbortController()
  let status: number = exitStatus.interrupted
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(status)
    status = name === 'SIGTERM' ? exitStatus.terminated : exitStatus.interrupted
    controller.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    get status() {
      return status
    },
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
      return undefined
    case 'timeout':
      return 'the time is over (--timeout)'
    case 'shutdown':
      return 'the guest failed: triple fault (a fault while the CPU delivered a double fault; a PC would reset now)'
    case 'internal-error':
    case 'fail-entry':
      return `the guest failed: ${exit.message}`
    case 'debug':
      return 'the guest met a breakpoint'
  }
}

function statusOf(exit: VmExit, interruptStatus: number): number {
  switch (exit.reason) {
    case 'halt':
      return exitStatus.halted
    case 'aborted':
      return interruptStatus
    case 'timeout':
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
