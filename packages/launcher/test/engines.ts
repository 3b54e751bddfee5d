// What the suites share: the engines that are here, and the smallest flat image.
import { createVm, type EngineName, EngineUnavailableError } from '../src/index.ts'

/** The reason where an engine is not here. */
export const whyNot: Record<EngineName, string | undefined> = { kvm: await reasonAgainst('kvm'), software: await reasonAgainst('software') }

/** The software engine is everywhere: a test fails where it is not. */
export const engines: readonly EngineName[] = whyNot.kvm === undefined ? ['kvm', 'software'] : ['software']
if (whyNot.kvm !== undefined) console.log(`KVM engine skipped: ${whyNot.kvm}`)

async function reasonAgainst(engine: EngineName): Promise<string | undefined> {
  try {
    const vm = await createVm({ engine })
    vm.close()
    return undefined
  } catch (error) {
    if (error instanceof EngineUnavailableError) return error.message
    throw error
  }
}

/** Code at F000:0000, and the jump to it at the reset vector. */
export function image(...code: number[]): Uint8Array {
  const bytes = new Uint8Array(0x10000)
  bytes.set(code)
  bytes.set([0xea, 0, 0, 0, 0xf0], 0xfff0)
  return bytes
}
