// Ties the devices of a PC to the terminal: serial port and debug console to standard output, standard input to the serial port or the keyboard, the
// text screen to the terminal. Enters: a VM without devices. Leaves: a Terminal to close at the end.
import { type Pc, type Vm, attachPc, attachTestDevices } from '@kernelbox/launcher'
import { type Terminal, guestConsole } from './devices.ts'
import { drawScreen } from './draw-screen.ts'
import type { LaunchOptions, MachineName } from './options.ts'
import type { StreamSink } from './sinks.ts'

const controlC = 3
const framesPerSecond = 20

/** The options, with the machine that was chosen. */
type DeviceOptions = LaunchOptions & { readonly machine: Exclude<MachineName, 'article'> }

export function attachPcDevices(vm: Vm, options: DeviceOptions, out: StreamSink, report: StreamSink, onControlC: () => void): Terminal {
  const console = guestConsole(vm, options, out, report)
  const send = (byte: number) => console.send(byte)
  const pc = (options.machine === 'pc' ? attachPc : attachTestDevices)(vm, { serial: send, debugConsole: send })
  if (options.machine === 'pc') vm.io.on(options.port, console.serial)
  if (options.keys !== '') pc.keyboard.type(options.keys)
  const isLive = options.display === 'live' || (options.display === 'auto' && process.stdout.isTTY === true && options.machine === 'pc')
  let frames: NodeJS.Timeout | undefined
  let stopInput = () => {}
  return {
    start() {
      stopInput = readInput(pc, options.input, onControlC)
      if (!isLive) return
      out.write('\u001b[2J')
      frames = setInterval(() => void out.write(drawScreen(pc.screen)), 1000 / framesPerSecond)
    },
    close() {
      clearInterval(frames)
      console.finish()
      stopInput()
      if (isLive) out.write(`${drawScreen(pc.screen)}\u001b[0m\u001b[26;1H\n`)
      else if (options.display !== 'none') out.write(pc.screen.text)
    },
  }
}

/** Standard input, byte by byte, until the result is called. */
function readInput(pc: Pc, to: LaunchOptions['input'], onControlC: () => void): () => void {
  const { stdin } = process
  const isTerminal = stdin.isTTY === true
  const onData = (bytes: Uint8Array) => {
    // In raw mode the terminal sends Ctrl-C as a byte.
    if (isTerminal && bytes.includes(controlC)) {
      onControlC()
      return
    }
    if (to === 'serial') pc.uart.receive(bytes)
    else pc.keyboard.type(new TextDecoder('latin1').decode(bytes))
  }
  if (isTerminal) stdin.setRawMode(true)
  stdin.on('data', onData)
  stdin.on('error', () => {})
  return () => {
    if (isTerminal) stdin.setRawMode(false)
    stdin.off('data', onData)
    stdin.destroy()
  }
}
