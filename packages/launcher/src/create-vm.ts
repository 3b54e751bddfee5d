// From options to a machine: which engine, how much memory, how many CPUs. Enters: options. Leaves: a Vm whose first CPU stands at the reset vector.
import type { Clock } from './devices/device.ts'
import { systemClock } from './devices/device.ts'
import { type EngineName, EngineUnavailableError } from './engines/engine.ts'
import type { SoftwareOptions } from './engines/software/load-v86.ts'
import { defaultMemoryInBytes, memorySizeFault } from './memory.ts'
import { Motherboard } from './motherboard.ts'
import { Vm } from './vm.ts'

const mostCpus = 16

/** What the real-time clock says when a deterministic guest starts: 2000-01-01 00:00 UTC. */
const deterministicEpoch = Date.UTC(2000, 0, 1)

export interface VmOptions {
  /** Bytes of guest memory from address 0; a multiple of 128 KiB, 1 MiB to 1 GiB. Default 16 MiB. */
  memory?: number
  /** `auto` (default) takes KVM where it can be used, the software engine otherwise. */
  engine?: EngineName | 'auto'
  /** Virtual CPUs; more than one needs KVM. Default 1. The others wait for INIT and SIPI from the first, through the local APIC. */
  cpus?: number
  /**
   * `user` (default for one CPU): the 8259s are the launcher's model. `kernel` (KVM_CREATE_IRQCHIP; always with several CPUs): KVM's own, with local
   * APICs and an I/O APIC; then `interrupt` and `snapshot` cannot be used, and the devices' lines go to KVM (KVM_IRQ_LINE).
   */
  irqchip?: 'user' | 'kernel'
  /** Where the software engine finds its WebAssembly; only a browser has to say. */
  software?: SoftwareOptions
  /** Time as the devices see it. Default: the host's. */
  clock?: Clock
}

/**
 * Creates a machine whose CPU stands at the reset vector, F000:FFF0 in real mode.
 * Throws RangeError for a memory size that cannot be, {@link EngineUnavailableError} where the engine cannot be used here.
 * @example
 * const vm = await createVm()
 * vm.io.on(0xf1, { out: (port, value) => process.stdout.write(String.fromCharCode(value)) })
 * vm.load(image)
 * const exit = await vm.run({ timeout: 5000 })
 * vm.close()
 */
export async function createVm(options: VmOptions = {}): Promise<Vm> {
  const { memory = defaultMemoryInBytes, engine: wanted = 'auto', software, clock = systemClock } = options
  const fault = memorySizeFault(memory)
  if (fault) throw new RangeError(fault)
  const machine = new Motherboard(memory, clock)
  const { cpus = 1, irqchip = cpus > 1 ? 'kernel' : 'user' } = options
  if (!Number.isInteger(cpus) || cpus < 1 || cpus > mostCpus) throw new RangeError(`a machine has 1 to ${mostCpus} CPUs, not ${cpus}`)
  if (cpus > 1 && irqchip === 'user') throw new RangeError("several CPUs need KVM's own interrupt controllers: irqchip 'kernel'")
  if (irqchip === 'kernel' && (wanted === 'software' || software?.deterministic))
    throw new RangeError("several CPUs and irqchip 'kernel' need the KVM engine")
  let whyNotKvm: string | undefined
  if (software?.deterministic && wanted === 'kvm') throw new RangeError('KVM cannot run a guest deterministically; use the software engine')
  if (wanted !== 'software' && !software?.deterministic) {
    try {
      // Loaded only here: a browser has no use for it.
      const { createKvmEngine } = await import('./engines/kvm/kvm-engine.ts')
      return new Vm(machine, createKvmEngine(machine, cpus, irqchip), { canMove: wanted === 'auto' && irqchip === 'user', software })
    } catch (error) {
      if (wanted === 'kvm' || irqchip === 'kernel') throw error
      whyNotKvm = error instanceof EngineUnavailableError ? error.message : `KVM needs Linux on x86-64 (${(error as Error).message})`
    }
  }
  const { createSoftwareEngine } = await import('./engines/software/software-engine.ts')
  const engine = await createSoftwareEngine(machine, software)
  if (software?.deterministic)
    machine.clock = { now: () => engine.virtualTimeInMs, wallTime: () => deterministicEpoch + engine.virtualTimeInMs }
  return new Vm(machine, engine, whyNotKvm === undefined ? {} : { whyNotKvm })
}
