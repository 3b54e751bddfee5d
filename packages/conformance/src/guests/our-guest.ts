// The candidate: the launcher's pc machine on one engine, run until the guest rests. Enters: a GuestWorld. Leaves: its state.
import type { Launcher } from '../core/bundle-launcher.ts'
import { columns, type GuestState, type GuestWorld, rows } from './guest-state.ts'

const sliceInMs = 100
const quietSlices = 50

export type EngineChoice = 'auto' | 'software' | 'kvm'

/** Throws where the engine cannot be used or the image is refused. */
export async function runOurs(launcher: Launcher, engine: EngineChoice, world: GuestWorld, limitInMs: number): Promise<GuestState> {
  const vm = await launcher.createVm({ engine, memory: world.memoryInMiB << 20 })
  try {
    let serial = ''
    let debug = ''
    const pc = launcher.attachPc(vm, {
      serial: (byte) => {
        serial += String.fromCharCode(byte)
      },
      debugConsole: (byte) => {
        debug += String.fromCharCode(byte)
      },
    })
    const loaded = launcher.bootImage(vm, world.image, {
      format: world.kind,
      commandLine: world.commandLine,
      modules: world.modules.map(({ bytes, path, commandLine }) => ({
        bytes,
        commandLine: commandLine === '' ? path : `${path} ${commandLine}`,
      })),
      ...(world.kind === 'boot' ? { drive: world.floppy ? 0 : 0x80 } : {}),
    })
    if ('message' in loaded) throw new Error(loaded.message)
    const look = () => vm.memory.read(0xb8000, columns * rows * 2)
    const deadline = Date.now() + limitInMs
    let before = ''
    let quiet = 0
    let hasTyped = world.keys === '' && world.serial === ''
    let end = 'rest'
    while (Date.now() < deadline) {
      const exit = await vm.run({ timeout: sliceInMs })
      const now = `${Buffer.from(look()).toString('latin1')}${serial.length},${debug.length}`
      quiet = now === before ? quiet + 1 : 0
      before = now
      if (exit.reason === 'stopped') end = `exit ${exit.code}`
      else if (exit.reason === 'reset' || exit.reason === 'shutdown') end = 'reset'
      else if (exit.reason === 'internal-error' || exit.reason === 'fail-entry') end = `failed: ${exit.message}`
      else if (exit.reason === 'timeout') {
        if (!hasTyped && quiet >= 2) {
          hasTyped = true
          quiet = 0
          pc.keyboard.type(world.keys)
          pc.uart.receive(new TextEncoder().encode(world.serial))
        }
        if (quiet < quietSlices) continue
      }
      break
    }
    return { screen: look(), serial, debug, end }
  } finally {
    vm.close()
  }
}
