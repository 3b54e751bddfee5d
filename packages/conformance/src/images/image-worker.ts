// Runs random images in a process of its own: node BUNDLE ENGINE FIRST COUNT. Image N has the seed N. Leaves: a line an image when it is over; what it
// throws is its end.
import { attachPc, attachTestDevices, bootImage, createVm, type EngineName, type VmExit } from '@kernelbox/launcher'
import { tellSeeds } from '../core/seed-process.ts'
import { Random } from '../fuzz/random.ts'
import { randomImage } from './random-image.ts'

const timeoutInMs = 12

async function run(engine: EngineName, seed: number): Promise<string> {
  const image = randomImage(new Random(seed))
  const vm = await createVm({ engine, memory: image.memoryInMiB << 20 })
  try {
    if (image.machine !== 'article') (image.machine === 'pc' ? attachPc : attachTestDevices)(vm).keyboard.type(image.keys)
    const loaded = bootImage(vm, image.bytes, image.format === undefined ? {} : { format: image.format })
    let exit: VmExit | undefined
    if (!('message' in loaded)) exit = await vm.run({ timeout: timeoutInMs })
    return `${image.kind} ${exit?.reason ?? 'refused'}`
  } finally {
    vm.close()
  }
}

const [engine, first, count] = process.argv.slice(2)
await tellSeeds(Number(first), Number(count), (seed) => run(engine as EngineName, seed))
