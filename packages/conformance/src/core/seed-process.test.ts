import { expect, it } from 'vitest'
import { type Sample, runSeeds } from './seed-process.ts'

async function run(script: string) {
  const samples: Sample[] = []
  return { death: await runSeeds(['-e', script], 7, (sample) => samples.push(sample)), samples }
}

it('tells how each sample ended', async () => {
  const { death, samples } = await run("console.log('> 7\\nimage 12 80\\n> 8\\nrefused by name 3 81')")
  expect(death).toBeUndefined()
  expect(samples).toEqual([
    { seed: 7, end: 'image', milliseconds: 12, memoryInMiB: 80 },
    { seed: 8, end: 'refused by name', milliseconds: 3, memoryInMiB: 81 },
  ])
})

it('tells the seed at which the process died, and what it said', async () => {
  const { death, samples } = await run("console.log('> 7\\nimage 12 80\\n> 8'); console.error('neither'); process.exitCode = 3")
  expect(samples).toHaveLength(1)
  expect(death).toEqual({ seed: 8, how: 'exit 3', told: 'neither' })
})
