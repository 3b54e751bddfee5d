// v86 itself: its WebAssembly, compiled once a process, and an emulator without devices. Enters: options. Leaves: an emulator whose CPU is in the
// state after reset.
import { patchV86 } from './patch-v86.ts'
import type { V86Constructor, V86Emulator } from './v86-types.ts'

export interface SoftwareOptions {
  /** v86.wasm of the pinned version; in Node it is found in the package. */
  wasm?: Uint8Array | (() => Promise<Uint8Array>)
  /**
   * The same image and input give the same run, instruction by instruction: no JIT, time by instructions (50,000 a millisecond), no sleep in HLT
   * (its time passes at once), random numbers from a fixed seed. Slower by a factor of ten.
   */
  deterministic?: boolean
}

const modules = new WeakMap<object, Promise<WasmModule>>()
let packaged: Promise<WasmModule> | undefined

function compiledModule(wasm: SoftwareOptions['wasm']): Promise<WasmModule> {
  if (wasm === undefined) {
    packaged ??= import('./node-wasm.ts').then(async ({ readV86Wasm }) => compile(await readV86Wasm()))
    return packaged
  }
  let module = modules.get(wasm)
  if (!module) {
    module = typeof wasm === 'function' ? wasm().then(compile) : compile(wasm)
    modules.set(wasm, module)
  }
  return module
}

async function compile(bytes: Uint8Array): Promise<WasmModule> {
  return WebAssembly.compile(patchV86(bytes))
}

/** v86 asks for the time to end its slices and for RDTSC, and for random numbers for RDRAND: both are counters here. */
function makeRepeatable(env: Record<string, unknown>): void {
  let ticks = 0
  let seed = 1
  env.microtick = () => ticks++
  env.get_rand_int = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) | 0
    return seed
  }
}

/** @param messages gets what v86 says before it gives up */
export async function loadV86(memorySizeInBytes: number, options: SoftwareOptions, messages: string[]): Promise<V86Emulator> {
  const [{ V86 }, module] = await Promise.all([
    import('v86') as Promise<unknown> as Promise<{ V86: V86Constructor }>,
    compiledModule(options.wasm),
  ])
  let memory: unknown
  let stackPointer: unknown
  const emulator = new V86({
    wasm_fn: async (imports: { env: Record<string, unknown> }) => {
      // A panic inside v86 tells its reason here and then traps; it is not for the terminal.
      imports.env.console_log_from_wasm = (offset: number, length: number) => {
        const { buffer } = memory as { buffer: ArrayBuffer }
        messages.push(new TextDecoder().decode(new Uint8Array(buffer, offset >>> 0, length >>> 0)))
        if (messages.length > 8) messages.shift()
      }
      if (options.deterministic) makeRepeatable(imports.env)
      const { exports } = await WebAssembly.instantiate(module, imports)
      memory = exports.memory
      stackPointer = exports.stack_pointer
      return exports
    },
    memory_size: memorySizeInBytes,
    vga_memory_size: 1 << 20,
    autostart: false,
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
    acpi: false,
    disable_jit: options.deterministic === true,
  })
  await new Promise<void>((resolve) => emulator.add_listener('emulator-loaded', resolve))
  return Object.assign(emulator, { stackPointer: stackPointer as V86Emulator['stackPointer'] })
}
